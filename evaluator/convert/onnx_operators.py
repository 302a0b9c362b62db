"""The operators of ONNX that the format can express: each node as a step of the builder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.convert.builder import MAX_WIDTH, Builder
from evaluator.convert.onnx_elementwise import ELEMENTWISE
from evaluator.convert.onnx_node import Node, Operator, Rule, Value, check_axis, flat

if TYPE_CHECKING:
    from evaluator.network import Array

#: Elements that a constant may have after it is reshaped.
MAX_CONSTANT: Final = 1 << 28

# --- weights


def _gemm(node: Node) -> Rule:
    weights = node.needed(1, "second factor")
    if node.get("transA", 0):
        raise node.fault("transA is set")
    if weights.ndim != 2:
        raise node.fault(f"the weights have the shape {weights.shape}")
    weights = weights if node.get("transB", 0) else weights.T
    alpha, beta = node.get("alpha", 1.0), node.get("beta", 1.0)
    weights = weights if alpha == 1 else weights * alpha
    bias = node.needed(2, "bias") if len(node.inputs) > 2 and node.inputs[2] else None
    if bias is not None:
        bias = node.vector(bias, len(weights), "bias")
        bias = bias if beta == 1 else bias * beta

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        if alpha != 1:
            builder.notes.append(
                f"the alpha of {node.shown}, {alpha:g}, is folded into its weights"
            )
        if beta != 1 and bias is not None:
            builder.notes.append(f"the beta of {node.shown}, {beta:g}, is folded into its bias")
        return Value(builder.dense(flat(node, given[0]), weights, bias, name), (len(weights),))

    return Rule(node.inputs[:1], build)


def _matmul(node: Node) -> Rule:
    if node.constant(0) is not None:
        raise node.fault("the weights stand on the left")
    weights = node.needed(1, "second factor")
    if weights.ndim != 2:
        raise node.fault(f"the weights have the shape {weights.shape}")

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        x = builder.dense(flat(node, given[0]), weights.T, None, name)
        return Value(x, (weights.shape[1],))

    return Rule(node.inputs[:1], build)


# --- arithmetic with constants, and of two tensors


def _affine(
    node: Node, reads: str, make: Callable[[Array], tuple[Array, Array]], number: Array
) -> Rule:
    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        x, shape = given[0]
        spread = number
        if number.ndim and number.size != 1:
            if len(shape) != 1 or number.shape[-1] != number.size:
                raise node.fault(
                    f"numbers of the shape {number.shape} for values of {(-1, *shape)}"
                )
            if shape == (1,):
                raise node.fault("it repeats a single value")
        spread = node.vector(number, len(x), "number").astype(np.float64)
        return Value(builder.affine(x, *make(spread), name, alone=alone), shape)

    return Rule((reads,), build)


def _both(node: Node, sign: float) -> Rule:
    if len(node.inputs) != 2:
        raise node.fault(f"it has {len(node.inputs)} inputs, not 2")

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        if given[0].shape != given[1].shape:
            raise node.fault(
                f"it repeats values: the shapes are {given[0].shape}, {given[1].shape}"
            )
        x = builder.combine(given[0].columns, given[1].columns, sign, name)
        return Value(x, given[0].shape)

    return Rule(node.inputs[:2], build)


def _add(node: Node) -> Rule:
    left, right = node.constant(0), node.constant(1)
    number = right if left is None else left
    if number is None:
        return _both(node, 1.0)
    reads = node.inputs[0] if left is None else node.inputs[1]
    return _affine(node, reads, lambda c: (np.ones(len(c)), c), number)


def _sub(node: Node) -> Rule:
    left, right = node.constant(0), node.constant(1)
    if right is not None:
        return _affine(node, node.inputs[0], lambda c: (np.ones(len(c)), -c), right)
    if left is not None:
        return _affine(node, node.inputs[1], lambda c: (-np.ones(len(c)), c), left)
    return _both(node, -1.0)


def _mul(node: Node) -> Rule:
    left, right = node.constant(0), node.constant(1)
    number = right if left is None else left
    if number is None:
        raise node.fault("it multiplies two values of a case")
    reads = node.inputs[0] if left is None else node.inputs[1]
    return _affine(node, reads, lambda c: (c, np.zeros(len(c))), number)


def _div(node: Node) -> Rule:
    number = node.constant(1)
    if number is None:
        raise node.fault("it divides by a value of a case")
    with np.errstate(all="ignore"):
        inverse = 1.0 / number.astype(np.float64)
    return _affine(node, node.inputs[0], lambda c: (c, np.zeros(len(c))), inverse)


def _neg(node: Node) -> Rule:
    return _affine(node, node.inputs[0], lambda c: (-c, np.zeros(len(c))), np.ones(()))


def _norm(node: Node) -> Rule:
    if node.get("training_mode", 0) or len([name for name in node.outputs if name]) > 1:
        raise node.fault("it is in training mode")
    names = ("scale", "shift", "mean", "variance")
    given = [node.needed(place, name).astype(np.float64) for place, name in enumerate(names, 1)]
    eps = float(node.get("epsilon", 1e-5))

    def build(builder: Builder, values: Sequence[Value], name: str, alone: bool) -> Value:
        x = flat(node, values[0])
        numbers = [node.vector(number, len(x), "number") for number in given]
        shown = node.name or name
        return Value(builder.batch_norm(x, numbers, eps, shown, alone=alone), values[0].shape)

    return Rule(node.inputs[:1], build)


# --- shapes and columns


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


OPERATORS: Final[Mapping[str, Operator]] = {
    "Gemm": _gemm, "MatMul": _matmul, "Add": _add, "Sub": _sub, "Mul": _mul, "Div": _div,
    "Neg": _neg, "BatchNormalization": _norm, "Identity": _same, "Dropout": _dropout,
    "Cast": _cast, "Flatten": _flatten, "Reshape": _reshape, "Concat": _concat,
    "Gather": _gather, "Slice": _slice,
    **ELEMENTWISE,
}  # fmt: skip


# --- constants that are worked out: what exporters put between weights and their use


def _transposed(node: Node, values: Array) -> Array | None:
    order = node.get("perm", [*range(values.ndim)][::-1])
    return values.transpose(order) if sorted(order) == [*range(values.ndim)] else None


def _reshaped(node: Node, values: Array, shape: Array) -> Array | None:
    wanted = shape.ravel().tolist()
    if abs(math.prod(wanted)) > MAX_CONSTANT or 0 in wanted:
        return None
    try:
        return values.reshape(wanted)
    except ValueError:
        return None


def _cast_constant(node: Node, values: Array) -> Array | None:
    wanted = {1: np.float32, 11: np.float64, 7: np.int64, 6: np.int32}.get(node.get("to"))
    with np.errstate(all="ignore"):
        return None if wanted is None else values.astype(wanted)


#: What is worked out where all inputs are constant; None where it is not.
FOLDED: Final[Mapping[str, Callable[..., Any]]] = {
    "Identity": lambda node, values: values,
    "Transpose": _transposed,
    "Reshape": _reshaped,
    "Cast": _cast_constant,
    "Neg": lambda node, values: -values,
}
