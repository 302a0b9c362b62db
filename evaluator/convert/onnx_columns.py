"""The operators of ONNX that change no number: shapes, types, and which columns there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from evaluator.convert.builder import MAX_WIDTH, Builder
from evaluator.convert.onnx_node import Node, Operator, Rule, Value, check_axis, flat


def _same(node: Node) -> Rule:
    return Rule(node.inputs[:1], lambda builder, given, name, alone: given[0])


def _dropout(node: Node) -> Rule:
    training = node.constant(2)
    is_on = len(node.inputs) > 2 and node.inputs[2] and (training is None or bool(training.any()))
    if is_on or node.get("training_mode", 0):
        raise node.fault("it is in training mode")

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        builder.notes.append(f"{node.shown} does nothing at inference and is left out")
        return given[0]

    return Rule(node.inputs[:1], build)


def _cast(node: Node) -> Rule:
    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        if {1: "float32", 11: "float64"}.get(node.get("to")) != builder.dtype:
            raise node.fault("it changes the type of numbers")
        return given[0]

    return Rule(node.inputs[:1], build)


def _flatten(node: Node) -> Rule:
    if node.get("axis", 1) != 1:
        raise node.fault(f"its axis is {node.get('axis')}, not 1")
    return Rule(
        node.inputs[:1], lambda b, given, n, a: Value(given[0].columns, (len(given[0].columns),))
    )


def _reshape(node: Node) -> Rule:
    wanted = node.needed(1, "shape").ravel().tolist()

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        count = len(given[0].columns)
        if len(wanted) != 2 or wanted[1] not in (-1, count) or wanted == [-1, -1]:
            raise node.fault(f"it reshapes {count} values a case to {wanted}")
        return Value(given[0].columns, (count,))

    return Rule(node.inputs[:1], build)


def _concat(node: Node) -> Rule:
    if any(node.graph.constant(name) is not None for name in node.inputs):
        raise node.fault("it adds constants to the values")

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        for value in given:
            check_axis(node, value, 99)
        if sum(len(value.columns) for value in given) > MAX_WIDTH:
            raise node.fault(f"it gives more than {MAX_WIDTH} values a case")
        columns = tuple(place for value in given for place in value.columns)
        return Value(columns, (len(columns),))

    return Rule(node.inputs, build)


def _gather(node: Node) -> Rule:
    chosen = node.needed(1, "choice of columns")
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu":
        raise node.fault(f"its choice of columns has the shape {chosen.shape}")

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        check_axis(node, given[0], 0)
        return _picked(node, given[0], chosen.tolist())

    return Rule(node.inputs[:1], build)


def _picked(node: Node, value: Value, columns: Sequence[int]) -> Value:
    width = len(value.columns)
    if not columns or not all(-width <= column < width for column in columns):
        raise node.fault(f"it takes columns of {width} that are not there, or none")
    return Value(tuple(value.columns[column] for column in columns), (len(columns),))


def _slice(node: Node) -> Rule:
    given = [
        node.needed(place, "part") for place in range(1, len(node.inputs)) if node.inputs[place]
    ]
    starts, ends, axes, steps = [values.ravel().tolist() for values in given] + [[1]] * (
        4 - len(given)
    )
    if not len(starts) == len(ends) == len(axes) == len(steps) == 1 or axes[0] not in (1, -1):
        raise node.fault("it takes a part over other axes than the values of a case")

    def build(builder: Builder, values: Sequence[Value], name: str, alone: bool) -> Value:
        flat(node, values[0])
        columns = range(len(values[0].columns))[slice(starts[0], ends[0], steps[0])]
        return _picked(node, values[0], columns)

    return Rule(node.inputs[:1], build)


COLUMNS: Final[Mapping[str, Operator]] = {
    "Identity": _same, "Dropout": _dropout, "Cast": _cast, "Flatten": _flatten,
    "Reshape": _reshape, "Concat": _concat, "Gather": _gather, "Slice": _slice,
}  # fmt: skip
