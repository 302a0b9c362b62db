"""The arithmetic behind one value, with the numbers put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.diagnostics import clip
from evaluator.network import Network, Place, Trace

if TYPE_CHECKING:
    from evaluator.case import Probe
    from evaluator.network import Step

#: Networks with more weights than this behind one value are not written out.
MAX_WEIGHTS: Final = 24


def number(value: Any) -> str:
    """Write a number in the fewest digits that tell it from its neighbours, as YAML does."""
    text = str(value).removesuffix(".0")
    return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}.get(text, text)


def arithmetic(trace: Trace, row: int, probe: Probe) -> tuple[str, ...]:
    """Write how one value of a row came about, a line a step; nothing if that is too much to read.

    What the value is called in the probe, it is called here.
    """
    network, place = trace.network, probe.place
    units = _units_behind(network, place)
    weights = 0
    for block, _ in units:
        matrix = network.steps[block - 1].weights
        weights += 1 if matrix is None else matrix.shape[1]
    if weights > MAX_WEIGHTS:
        return ()
    named = _outputs(network, probe.name.removesuffix(".z"))
    lines = []
    for block, column in sorted(units):
        name = named.get((block, column)) or unit_name(network, block, column)
        is_last = (block, column) == (place.block, place.column)
        lines += _unit(trace, row, block, column, name, z_only=is_last and place.z)
    return tuple(lines)


def _outputs(network: Network, name: str) -> dict[tuple[int, int | None], str]:
    """Give the name of each unit that has one as an output, if such a name is asked for."""
    if name not in network.outputs:
        return {}
    places = [(name, network.places[name]) for name in network.outputs]
    return {(place.block, place.column): clip(name) for name, place in places}


def _units_behind(network: Network, place: Place) -> set[tuple[int, int]]:
    """Find every unit (block, column) that a value depends on, itself included."""
    found: set[tuple[int, int]] = set()
    asked = place.block, place.column or 0
    waiting = [asked]
    while waiting and len(found) <= MAX_WEIGHTS:
        block, column = waiting.pop()
        if block == 0 or (block, column) in found:
            continue
        found.add((block, column))
        step = network.steps[block - 1]
        if step.activation.whole_layer and not (place.z and (block, column) == asked):
            waiting += [(block, unit) for unit in range(network.width(block))]
        waiting += _read_by(network, step, column)
    return found


def _read_by(network: Network, step: Step, column: int) -> list[tuple[int, int]]:
    if isinstance(step.sources, tuple):
        return [(source.block, source.column or 0) for source in step.sources]
    if step.weights is None:
        return [(step.sources, column)]
    return [(step.sources, unit) for unit in range(network.width(step.sources))]


def _unit(trace: Trace, row: int, block: int, column: int, name: str, z_only: bool) -> list[str]:
    step = trace.network.steps[block - 1]
    z_name = "z" if _is_lone(trace.network) and not z_only else f"{name}.z"
    z = trace.sums[block][row, column]
    x = step.read(trace.blocks)[row]
    if step.weights is None:
        terms = number(x[column])
    else:
        terms = " + ".join(
            f"{_factor(w)}·{_factor(value)}"
            for w, value in zip(step.weights[column], x, strict=True)
        )
    if step.bias is not None:
        bias = step.bias[column]
        terms += f" - {number(-bias)}" if bias < 0 else f" + {number(bias)}"
    same = step.weights is None and step.bias is None
    lines = [f"{z_name} = {terms}" + ("" if same else f" = {number(z)}")]
    if z_only:
        return lines
    y = trace.blocks[block][row, column]
    return [*lines, f"{name} = {_applied(trace, row, block, column)} = {number(y)}"]


def _applied(trace: Trace, row: int, block: int, column: int) -> str:
    step = trace.network.steps[block - 1]
    z = trace.sums[block][row]
    label = step.activation.name
    parameters = "".join(
        f", {key}={number(value) if np.ndim(value) == 0 else number(value[column])}"
        for key, value in step.parameters.items()
    )
    if step.activation.whole_layer:
        return f"{label}({', '.join(map(number, z))}{parameters})[{column}]"
    return f"{label}({number(z[column])}{parameters})"


def unit_name(network: Network, block: int, column: int) -> str:
    step = network.steps[block - 1]
    if len(step.names) > 1 or network.width(block) == 1:
        return clip(step.names[column])
    return f"{clip(step.names[0])}[{column}]"


def _is_lone(network: Network) -> bool:
    return len(network.steps) == 1 and network.width(1) == 1


def _factor(value: Any) -> str:
    return f"({number(value)})" if value < 0 else number(value)
