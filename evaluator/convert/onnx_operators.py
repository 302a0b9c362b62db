"""The operators of ONNX that the format can express: each node as a step of the builder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator.convert.builder import Builder
from evaluator.convert.onnx_columns import COLUMNS
from evaluator.convert.onnx_elementwise import ELEMENTWISE
from evaluator.convert.onnx_node import Node, Operator, Rule, Value, flat

if TYPE_CHECKING:
    from evaluator.network import Array


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


OPERATORS: Final[Mapping[str, Operator]] = {
    "Gemm": _gemm, "MatMul": _matmul, "Add": _add, "Sub": _sub, "Mul": _mul, "Div": _div,
    "Neg": _neg, "BatchNormalization": _norm,
    **COLUMNS, **ELEMENTWISE,
}  # fmt: skip
