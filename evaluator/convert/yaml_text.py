"""Write a network and its cases as the YAML of a spec, in the style of the library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.spelling import plain

if TYPE_CHECKING:
    from evaluator.convert.conversion import Cases
    from evaluator.network import Array, Network, Step

#: So many weights of a network are written out; more go to a file.
MAX_INLINE: Final = 400
#: So many cases are written out, of at most so many numbers; more go to a file.
MAX_CASES: Final = 20
#: Characters of a line, where it can be broken.
WIDTH: Final = 100

#: Keeps an array in a file under a key, and gives the reference to it.
Keep = Callable[[str, "Array"], str]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./()+-]*(?: [A-Za-z0-9_./()+-]+)*")
_WORDS = {"true", "false", "null", "nan", "inf"}


def text(value: str) -> str:
    """Write a name or a sentence, in quotes where it needs them."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(items: Iterable[str], indent: int, brackets: str = "[]") -> str:
    """Write items in brackets, on one line or on as many as it takes, these indented."""
    lines, line = [], brackets[0]
    listed = list(items)
    for place, item in enumerate(listed):
        part = item + (", " if place < len(listed) - 1 else brackets[1])
        if len(line) + len(part.rstrip()) + indent > WIDTH and line != brackets[0]:
            lines.append(line.rstrip())
            line = ""
        line += part
    return f"\n{' ' * (indent + 1)}".join([*lines, line])


def vector(values: Iterable[Any], indent: int) -> str:
    """Write a list of numbers."""
    return flow(map(plain, values), indent)


def matrix(values: Array, indent: int) -> str:
    """Write a list of rows, one a line where there are several."""
    if len(values) == 1:
        return f" [{vector(values[0], indent + 10)}]"
    pad = " " * indent
    return "".join(f"\n{pad}- {vector(row, indent + 2)}" for row in values)


def network(network: Network, keep: Keep) -> str:
    """Write the network; `keep` takes the arrays that are too large to be written out."""
    size = sum(0 if s.weights is None else s.weights.size for s in network.steps)
    inline = size <= MAX_INLINE
    straight = all(step.sources == number for number, step in enumerate(network.steps))
    default = tuple(f"x{number + 1}" for number in range(len(network.inputs)))
    lines = []
    if network.dtype != "float64":
        lines.append(f"dtype: {network.dtype}\n")
    is_layers = straight and all(len(step.names) == 1 for step in network.steps)
    if not is_layers or network.inputs != default or network.steps[0].weights is None:
        lines.append(f"inputs: {flow(map(text, network.inputs), 8)}")
    if is_layers:
        lines.append("layers:")
        lines += [_layer(n, s, keep, inline) for n, s in enumerate(network.steps, 1)]
        if network.outputs != (network.steps[-1].names[0],):
            lines.append(f"outputs: {flow(map(text, network.outputs), 9)}")
    else:
        lines.append("neurons:")
        lines += _neurons(network, keep, inline)
        lines.append(f"outputs: {flow(map(text, network.outputs), 9)}")
    return "\n".join(lines) + "\n"


def _layer(place: int, step: Step, keep: Keep, inline: bool) -> str:
    """Write one layer of a list."""
    name = step.names[0]
    parts = [] if name == f"layer{place}" else [f"name: {text(name)}"]
    if step.weights is not None:
        written = matrix(step.weights, 6) if inline else f" {keep(f'{name}.weight', step.weights)}"
        parts.append(f"weights:{written}")
    if step.bias is not None:
        written = vector(step.bias, 10) if inline else keep(f"{name}.bias", step.bias)
        parts.append(f"bias: {written}")
    parts.append(f"activation: {_activation(step, step.parameters, name, keep)}")
    return "  - " + "\n    ".join(parts)


def _neurons(network: Network, keep: Keep, inline: bool) -> list[str]:
    """Write every unit of every step as a neuron of its own."""
    named = {(place.block, place.column): name for name, place in network.places.items()}
    named |= {(0, column): name for column, name in enumerate(network.inputs)}
    lines = []
    for step in network.steps:
        assert not isinstance(step.sources, int)
        reads = [named[place.block, place.column] for place in step.sources]
        for unit, name in enumerate(step.names):
            sources = [reads[unit]] if step.weights is None else reads
            weights = np.ones(1) if step.weights is None else step.weights[unit]
            lines.append(f"  {text(name)}:")
            if inline or len(sources) == 1:
                pairs = zip(sources, weights, strict=True)
                items = (f"{text(source)}: {plain(weight)}" for source, weight in pairs)
                lines.append(f"    weights: {flow(items, 13, '{}')}")
            else:
                if tuple(sources) != network.inputs:
                    lines.append(f"    inputs: {flow(map(text, sources), 12)}")
                lines.append(f"    weights: {keep(f'{name}.weight', weights)}")
            if step.bias is not None and step.bias[unit] != 0:
                lines.append(f"    bias: {plain(step.bias[unit])}")
            own = {k: v if np.ndim(v) == 0 else v[unit] for k, v in step.parameters.items()}
            lines.append(f"    activation: {_activation(step, own, name, keep)}")
    return lines


def _activation(step: Step, parameters: Mapping[str, Any], name: str, keep: Keep) -> str:
    """Write an activation, with the parameters that are not the format's own."""
    default = {p.name: p.default for p in step.activation.parameters if not p.required}
    parts = [f"name: {step.activation.name}"]
    for key, value in parameters.items():
        if np.ndim(value):
            short = len(value) <= MAX_INLINE
            written = vector(value, 14) if short else keep(f"{name}.{key}", np.asarray(value))
        elif isinstance(value, str):
            written = text(value)
        else:
            written = plain(value)
        if np.ndim(value) or value != default.get(key):
            parts.append(f"{key}: {written}")
    return step.activation.name if len(parts) == 1 else "{" + ", ".join(parts) + "}"


def tolerance(values: Mapping[str, float]) -> str:
    """Write the tolerance that holds for the whole file."""
    items = (f"{key}: {plain(value)}" for key, value in values.items())
    return f"tolerance: {flow(items, 12, '{}')}\n" if values else ""


def cases(found: Cases, network: Network, keep: Callable[[Mapping[str, Array]], str]) -> str:
    """Write the cases; `keep` takes the arrays of a table, and gives the name of its file."""
    numbers = found.inputs.size + (0 if found.expected is None else found.expected.size)
    lines = ["cases:"]
    if found.texts or found.names or (len(found.inputs) <= MAX_CASES and numbers <= MAX_INLINE):
        lines += [_case(found, row, network.outputs) for row in range(len(found.inputs))]
        return "\n".join(lines) + "\n"
    arrays = {"X": found.inputs}
    keys = ["inputs: X"]
    if found.expected is not None:
        arrays["Y"] = found.expected
        keys.append("expected: Y")
    if found.classes is not None:
        arrays["label"] = found.classes
        keys.append("expected_class: label")
    lines.append("\n    ".join([f"  - file: {text(keep(arrays))}", *keys]))
    return "\n".join(lines) + "\n"


def _case(found: Cases, row: int, outputs: Sequence[str]) -> str:
    parts = [f"inputs: {vector(found.inputs[row], 12)}"]
    if found.expected is not None:
        values = [
            found.texts.get((row, column)) or plain(value)
            for column, value in enumerate(found.expected[row])
        ]
        if found.names:
            pairs = zip(found.names, values, strict=True)
            parts.append(f"expected: {flow((f'{text(n)}: {v}' for n, v in pairs), 14, '{}')}")
        else:
            parts.append(f"expected: {values[0] if len(values) == 1 else flow(values, 14)}")
    if found.classes is not None:
        chosen = int(found.classes[row])
        parts.append(f"expected_class: {text(outputs[chosen]) if len(outputs) > 1 else chosen}")
    return "  - " + "\n    ".join(parts)
