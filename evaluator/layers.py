"""The forms `neuron` and `layers`: a list of layers → steps, one each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.diagnostics import clip, count
from evaluator.network import Network, Place, Step
from evaluator.wiring import MAX_WRITTEN, is_file, shape

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.network import Array
    from evaluator.wiring import Wiring


def connect_neuron(wiring: Wiring, inputs: tuple[str, ...] | None) -> Network | None:
    """Build the network of the form `neuron`; None where its weights say no shape."""
    neuron, path = wiring.data["neuron"], ("neuron",)
    written = neuron["weights"]
    if isinstance(written, dict) and not is_file(written):
        if inputs is None:
            wiring.complain(("neuron", "weights"), "missing-key",
                          "weights by name need `inputs`, which gives the names their order",
                          f"add `inputs: [{', '.join(map(clip, written))}]`")  # fmt: skip
            return None
        weights: Array | None = _by_name(wiring, ("neuron", "weights"), written, inputs)
    else:
        weights = wiring.vector(("neuron", "weights"), written)
    bias = wiring.scalar(("neuron", "bias"), neuron.get("bias", 0))
    chosen = wiring.activation((*path, "activation"), neuron["activation"], 1)
    if weights is None:
        return None
    inputs = _input_names(wiring, inputs, len(weights), ("neuron", "weights"))
    outputs = _output_names(wiring, ("y",))
    if len(outputs) > 1:
        wiring.complain(("outputs",), "shape-mismatch",
                      f"{len(outputs)} names for the one output of a neuron", "give one name")  # fmt: skip
        outputs = ()
    elif outputs and outputs[0] in inputs:
        at = ("outputs", 0) if "outputs" in wiring.data else ("inputs", inputs.index(outputs[0]))
        wiring.complain(at, "duplicate-name",
                      f"`{clip(outputs[0])}` names an input and the neuron's output",
                      "rename one; `outputs: [NAME]` renames the output")  # fmt: skip
    step = Step(outputs, 0, weights[None, :], np.array([bias], wiring.dtype), *chosen)
    places = {name: Place(1, 0) for name in outputs or wiring.data["outputs"]}
    return Network(inputs, outputs, (step,), places, wiring.dtype)


def _by_name(
    wiring: Wiring, path: Path, written: Mapping[str, float], names: Sequence[str]
) -> Array:
    """Put weights by name in the order of the names."""
    known = frozenset(names)
    unknown = [name for name in written if name not in known]
    for name in unknown:
        wiring.unknown_name(name, names, (*path, name))
    missing = [name for name in names if name not in written]
    if missing and not unknown:
        wiring.complain(path, "missing-key",
                      f"no weight for the input `{clip(missing[0])}`",
                      "write 0 for an input that does not count", key=True)  # fmt: skip
    values = wiring.numbers(path, written)
    if missing or len(written) > len(names):
        return np.zeros(len(names))
    place = {name: number for number, name in enumerate(written)}
    return values[[place[name] for name in names]]


def connect_layers(wiring: Wiring, inputs: tuple[str, ...] | None) -> Network | None:
    """Build the network of the form `layers`; None where its shape is not known."""
    width = len(inputs) if inputs is not None else None
    if width is None and "weights" not in wiring.data["layers"][0]:
        width = _width_of_cases(wiring)
        if width is None:
            wiring.complain(("cases", 0), "missing-key",
                          "the network does not say how many inputs it has",
                          "add `inputs` with their names, above `layers`")  # fmt: skip
    steps: list[Step] = []
    first_width = None
    for number, layer in enumerate(wiring.data["layers"]):
        step, reads, width = _layer(wiring, number, layer, width)
        if number == 0:
            first_width = reads
        if step is not None:
            steps.append(step)
    names = _layer_names(wiring)
    if len(steps) < len(names) or first_width is None or width is None:
        return None
    inputs = _input_names(wiring, inputs, first_width, ("layers", 0, "weights"))
    places = {name: Place(number + 1, None) for number, name in enumerate(names)}
    outputs = _output_names(wiring, (names[-1],))
    if "outputs" in wiring.data:
        if outputs and len(outputs) != width:
            wiring.complain(("outputs",), "shape-mismatch",
                          f"{count(len(outputs), 'name')} for the {count(width, 'unit')} of the last layer",
                          "give one name per unit")  # fmt: skip
            outputs = ()
        # Those of a list that is wrong stand for something: cases that use them are not wrong too.
        named = enumerate(outputs) if outputs else ((0, name) for name in wiring.data["outputs"])
        places |= {name: Place(len(steps), unit) for unit, name in named}
    wiring.distinct([*_named_inputs(wiring, inputs), *_named_layers(wiring, names),
                    *((name, ("outputs", i)) for i, name in enumerate(outputs)
                      if "outputs" in wiring.data)])  # fmt: skip
    return Network(inputs, outputs, tuple(steps), places, wiring.dtype)


def _layer(
    wiring: Wiring, number: int, layer: Mapping[str, Any], width: int | None
) -> tuple[Step | None, int | None, int | None]:
    """Build one layer; gives the step, how many values it reads, how many units it has."""
    path = ("layers", number)
    bias = wiring.vector((*path, "bias"), layer["bias"]) if "bias" in layer else None
    weights = None
    reads = units = width
    if "weights" in layer:
        weights = _weights(wiring, number, bias, width)
        units, reads = (None, None) if weights is None else weights.shape
    if bias is not None and units is not None and len(bias) != units:
        wiring.complain((*path, "bias"), "shape-mismatch",
                      f"`bias` has {count(len(bias), 'value')} for {count(units, 'unit')}",
                      "write one number per unit")  # fmt: skip
    elif weights is not None and "bias" not in layer:
        bias = np.zeros(len(weights), wiring.dtype)
    chosen = wiring.activation((*path, "activation"), layer["activation"], units)
    if units is None or (weights is None and "weights" in layer):
        return None, reads, units
    return Step((_layer_name(wiring, number),), number, weights, bias, *chosen), reads, units


def _weights(wiring: Wiring, number: int, bias: Array | None, width: int | None) -> Array | None:
    """Read the weights of a layer that reads so many values; None where they say no shape."""
    path, written = ("layers", number, "weights"), wiring.data["layers"][number]["weights"]
    weights = wiring.matrix(path, written)
    if weights is None or _too_many(wiring, path, len(weights), "units"):
        return None
    name, (units, reads) = clip(_layer_name(wiring, number)), weights.shape
    seen = _width_of_cases(wiring) if width is None and number == 0 else width
    if _fit_transposed(weights, bias, seen):
        wiring.complain(path, "shape-mismatch",
                      f"the weights of `{name}` are {shape(weights)}, and it reads"
                      f" {_read(wiring, number, units)}: they seem to be (inputs × units)", _swap(written))  # fmt: skip
        return weights.T  # so that what follows from it is not told too
    if width is not None and reads != width:
        wiring.complain(path, "shape-mismatch",
                      f"`{name}` has {count(reads, 'weight')} per unit, but reads"
                      f" {_read(wiring, number, width)}",
                      f"if they are (inputs × units), {_swap(written)}" if units == width else
                      "weights are (units × inputs): one row per unit, one column per input")  # fmt: skip
    return weights


def _read(wiring: Wiring, number: int, width: int) -> str:
    """Say how many values a layer reads, and from where."""
    if number == 0:
        return count(width, "input")
    return f"{count(width, 'value')} from {clip(_layer_name(wiring, number - 1))}"


def _fit_transposed(weights: Array, bias: Array | None, width: int | None) -> bool:
    """Tell whether weights fit what they read and their bias with rows and columns swapped alone."""
    rows, columns = weights.shape
    return rows == width != columns and bias is not None and len(bias) == columns


def _swap(written: Any) -> str:
    """Say how weights that are (inputs × units) are swapped."""
    if not is_file(written):
        return "swap rows and columns: one row per unit, one column per input"
    return "leave out `transpose`" if written.get("transpose") else "add `transpose: true`"


def _layer_name(wiring: Wiring, number: int) -> str:
    return str(wiring.data["layers"][number].get("name", f"layer{number + 1}"))


def _layer_names(wiring: Wiring) -> list[str]:
    for number, layer in enumerate(wiring.data["layers"]):
        if "name" in layer:
            wiring.check_name(layer["name"], ("layers", number, "name"))
    return [_layer_name(wiring, number) for number in range(len(wiring.data["layers"]))]


def _named_layers(wiring: Wiring, names: Sequence[str]) -> list[tuple[str, Path]]:
    return [(name, ("layers", number, "name")) for number, name in enumerate(names)]


def _named_inputs(wiring: Wiring, inputs: Sequence[str]) -> list[tuple[str, Path]]:
    return [(name, ("inputs", number)) for number, name in enumerate(inputs)]


@lru_cache(maxsize=16)
def _numbered(width: int) -> tuple[str, ...]:
    return tuple(f"x{number + 1}" for number in range(width))


def _input_names(
    wiring: Wiring, inputs: tuple[str, ...] | None, width: int, path: Path
) -> tuple[str, ...]:
    """Name the inputs; no names where weights and names differ, so that cases are left alone."""
    if _too_many(wiring, path, width, "inputs"):
        return ()
    if inputs is None:
        return _numbered(width)
    if len(inputs) == width:
        return inputs
    if path[0] == "neuron":
        wiring.complain(path, "shape-mismatch",
                      f"{count(width, 'weight')} for {count(len(inputs), 'input')}",
                      "write one weight per input")  # fmt: skip
    return ()


def _too_many(wiring: Wiring, path: Path, number: int, what: str) -> bool:
    """Refuse weights of more inputs or units than are named; `path` leads to the weights."""
    most, hint = MAX_WRITTEN[what]
    if number <= most:
        return False
    holder: Any = wiring.document.value(path[:-1])
    at = (*path, "file") if is_file(holder.get("weights")) else path
    wiring.complain(
        at, "too-large", f"there are {number:,} {what}; at most {most:,} are read", hint
    )
    return True


def _output_names(wiring: Wiring, default: tuple[str, ...]) -> tuple[str, ...]:
    """Name the outputs; no names where one is given twice."""
    if "outputs" not in wiring.data:
        return default
    names = wiring.names(("outputs",))
    return names if len(set(names)) == len(names) else ()


def _width_of_cases(wiring: Wiring) -> int | None:
    """Count the inputs that the first case gives; None where it gives them by name."""
    case = wiring.data["cases"][0]
    given = case.get("inputs")
    if isinstance(given, list):
        return len(given)
    return None if "file" in case or isinstance(given, dict) else 1
