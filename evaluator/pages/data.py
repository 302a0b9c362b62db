"""Spec → what a page knows of its network, as plain data that JSON can hold.

A page counts in blocks: block 0 holds the inputs, block n what layer n gives. With `neurons` every
neuron is a block of its own, so that each can get another activation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.activations import ACTIVATIONS
from evaluator.diagnostics import UsageError
from evaluator.explain import number, unit_name

if TYPE_CHECKING:
    from evaluator.network import Network, Step
    from evaluator.spec import Spec

#: Networks with more weights and biases than this are shown, and only their inputs can be changed.
MAX_CONTROLS: Final = 200
#: Those with more than this are refused: a page holds every number.
MAX_NUMBERS: Final = 50_000
#: Those with more inputs are refused: each is an entry.
MAX_INPUTS: Final = 1_000

#: A value of the network: its block, and its column there.
Unit = tuple[int, int]


def check(network: Network) -> None:
    """Raise UsageError for a network that no page can hold."""
    if not network.steps:
        raise UsageError(
            "the network is a `model`: a page shows neurons, layers and their weights",
            "`evaluator convert MODEL.onnx SPEC.yaml` makes a spec of such a model",
        )
    inputs, numbers = len(network.inputs), count_numbers(network)
    what = f"{numbers:,} weights and biases"
    most = f"{MAX_NUMBERS:,}"
    if inputs > MAX_INPUTS:
        what, most = f"{inputs:,} inputs", f"{MAX_INPUTS:,}"
    elif numbers <= MAX_NUMBERS:
        return
    raise UsageError(
        f"the network has {what}, and a page holds at most {most}",
        "`evaluator run FILE --report html=OUT.html` writes a page that does not calculate",
    )


def count_numbers(network: Network) -> int:
    """Count the weights and biases."""
    arrays = (array for step in network.steps for array in (step.weights, step.bias))
    return sum(0 if array is None else array.size for array in arrays)


def can_change(network: Network) -> bool:
    """Tell whether the network is small enough for a control for every number."""
    return count_numbers(network) <= MAX_CONTROLS


def blocks_of(spec: Spec) -> dict[Unit, Unit]:
    """Say where each value of the network stands on the page: (block, column) → the same there."""
    network = spec.network
    found = [(block, unit) for block in range(len(network.steps) + 1)
             for unit in range(network.width(block))]  # fmt: skip
    if "neurons" not in spec.document.data:
        return {unit: unit for unit in found}
    units = [unit for unit in found if unit[0]]
    numbered: dict[Unit, Unit] = {unit: (n, 0) for n, unit in enumerate(units, 1)}
    return {unit: numbered.get(unit, unit) for unit in found}


def network(spec: Spec) -> dict[str, Any]:
    """Describe the network: names, blocks in the order of their evaluation, outputs."""
    found, places = spec.network, blocks_of(spec)
    names = {unit: unit_name(found, *unit) for unit in places if unit[0]}
    outputs = []
    for name in found.outputs:
        block, column, _ = found.places[name]
        units = range(found.width(block)) if column is None else (column,)
        if column is not None or len(units) == 1:
            names[block, units[0]] = name
        outputs += [places[block, unit] for unit in units]
    return {
        "dtype": found.dtype,
        "inputs": found.inputs,
        "blocks": list(_blocks(spec, places, names)),
        "outputs": outputs,
        "canChange": can_change(found),
        "isLayers": "layers" in spec.document.data,
    }


def _blocks(
    spec: Spec, places: dict[Unit, Unit], names: dict[Unit, str]
) -> Iterator[dict[str, Any]]:
    alone = "neurons" in spec.document.data
    for block, step in enumerate(spec.network.steps, 1):
        width = spec.network.width(block)
        for units in [[unit] for unit in range(width)] if alone else [list(range(width))]:
            yield {
                "name": names[block, units[0]] if alone else step.names[0],
                "units": [names[block, unit] for unit in units],
                "sources": [places[source] for source in _sources(spec.network, step, units)],
                "weights": None if step.weights is None else step.weights[units].tolist(),
                "bias": None if step.bias is None else step.bias[units].tolist(),
                "activation": step.activation.name,
                "parameters": {key: _plain(value) for key, value in step.parameters.items()},
            }


def _sources(network: Network, step: Step, units: list[int]) -> list[Unit]:
    """List what the units read; without weights each reads what stands at its own place."""
    if isinstance(step.sources, int):
        read: list[Unit] = [(step.sources, n) for n in range(network.width(step.sources))]
    else:
        read = [(place.block, place.column or 0) for place in step.sources]
    return read if step.weights is not None else [read[unit] for unit in units]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return np.asarray(value, float).tolist()


def activations() -> dict[str, Any]:
    """Describe the activations that a page offers, by name."""
    return {
        a.name: {
            "formula": a.formula,
            "wholeLayer": a.whole_layer,
            "parameters": [
                {"name": p.name, "default": p.default, "choices": p.choices, "note": p.note}
                for p in a.parameters
            ],
        }
        for a in ACTIVATIONS.values()
    }


def safe(value: Any) -> Any:
    """Replace what JSON has no number for, NaN and the infinities, by texts that `Number()` reads."""
    if isinstance(value, Mapping):
        return {key: safe(item) for key, item in value.items()}
    if isinstance(value, float) and (text := _NOT_FINITE.get(number(value))):
        return text
    if isinstance(value, list | tuple):
        return [safe(item) for item in value]
    return value


_NOT_FINITE: Final = {".nan": "NaN", ".inf": "Infinity", "-.inf": "-Infinity"}
