"""The numbers of a spec by name: weights, biases and inputs, and where each stands in the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evaluator.exercises.exercise import Blank
from evaluator.wiring import is_file

if TYPE_CHECKING:
    from evaluator.spec import Spec

_Path = tuple[str | int, ...]


def blanks(spec: Spec) -> dict[str, Blank]:
    """Give all that can be left blank: the weights and the bias that each neuron or layer has."""
    return {
        name: Blank(name, path, *_form(spec.document.value(path)))
        for name, path in _written(spec)
        if not is_file(spec.document.value(path))
    }


def in_files(spec: Spec) -> set[str]:
    """Name the weights and biases that stand in files of their own."""
    return {name for name, path in _written(spec) if is_file(spec.document.value(path))}


def numbers(spec: Spec) -> dict[str, _Path]:
    """Give every single number: `y.bias`, `y.weights.x1`, `hidden.weights[0][1]`, `CASE.inputs.x1`."""
    return {**_parameters(spec), **_inputs(spec)}


def _parameters(spec: Spec) -> dict[str, _Path]:
    found: dict[str, _Path] = {}
    for name, path in _written(spec):
        value = spec.document.value(path)
        if is_file(value):
            continue
        if not isinstance(value, list | dict):
            found[name] = path
        elif path[0] == "layers" and isinstance(value, list):
            found |= {name + index: (*path, *at) for index, at in _indexed(value)}
        elif isinstance(value, dict):
            found |= {f"{name}.{source}": (*path, source) for source in value}
        else:
            sources = _sources(spec, path)
            found |= {f"{name}.{s}": (*path, n) for n, s in enumerate(sources[: len(value)])}
    return found


def _inputs(spec: Spec) -> dict[str, _Path]:
    found: dict[str, _Path] = {}
    names = spec.network.inputs
    for case in spec.cases:
        path: _Path = ("cases", case.number, "inputs")
        written = None if case.table is not None else spec.document.value(path)
        if isinstance(written, list):
            found |= {f"{case.id}.inputs.{x}": (*path, n) for n, x in enumerate(names)}
        elif isinstance(written, dict):
            found |= {f"{case.id}.inputs.{x}": (*path, x) for x in names if x in written}
        elif written is not None:
            found[f"{case.id}.inputs.{names[0]}"] = path
    return found


def _written(spec: Spec) -> Iterator[tuple[str, _Path]]:
    """Give the name and the path of whatever weights and biases are written."""
    data: dict[str, Any] = spec.document.data
    units: list[tuple[str, _Path]] = []
    if "neuron" in data:
        units = [(spec.network.outputs[0], ("neuron",))]
    elif "neurons" in data:
        units = [(name, ("neurons", name)) for name in data["neurons"]]
    elif "layers" in data:
        steps = spec.network.steps
        units = [(step.names[0], ("layers", number)) for number, step in enumerate(steps)]
    for name, path in units:
        for key in ("weights", "bias"):
            if key in spec.document.value(path):
                yield f"{name}.{key}", (*path, key)


def _sources(spec: Spec, path: _Path) -> tuple[str, ...]:
    """Give what the list of weights of a neuron stands for."""
    neuron = spec.document.value(path[:-1])
    return tuple(neuron.get("inputs", spec.network.inputs))


def _indexed(value: list[Any]) -> Iterator[tuple[str, _Path]]:
    for row, inner in enumerate(value):
        if isinstance(inner, list):
            yield from ((f"[{row}][{column}]", (row, column)) for column in range(len(inner)))
        else:
            yield f"[{row}]", (row,)


def _form(value: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Give the shape of what is written, and the names of a mapping."""
    if isinstance(value, dict):
        return (len(value),), tuple(value)
    if not isinstance(value, list):
        return (), ()
    return ((len(value), len(value[0])) if isinstance(value[0], list) else (len(value),)), ()
