"""The operators of ONNX that are activations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evaluator.convert.builder import Builder
from evaluator.convert.onnx_node import Node, Operator, Rule, Value, check_axis, flat


def _activation(name: str, **parameters: tuple[str, float]) -> Operator:
    """Make the operator of an activation, whose attributes are called otherwise."""

    def operator(node: Node) -> Rule:
        chosen = {
            key: node.get(attribute, float(np.float32(default)))
            for key, (attribute, default) in parameters.items()
        }
        return activation_rule(name, chosen, node.inputs[0])

    return operator


def activation_rule(name: str, parameters: Mapping[str, Any], reads: str) -> Rule:
    """Give the rule of an activation with these parameters."""

    def build(builder: Builder, given: Sequence[Value], tensor: str, alone: bool) -> Value:
        own = {key: _fitting(value, builder.dtype) for key, value in parameters.items()}
        x = builder.activate(given[0].columns, name, own, tensor, alone=alone)
        return Value(x, given[0].shape)

    return Rule((reads,), build)


def _fitting(value: Any, dtype: str) -> Any:
    """Give a number in the fewest digits that are the same in the network's dtype."""
    if isinstance(value, str) or np.ndim(value):
        return value
    return float(str(np.float32(value))) if dtype == "float32" else float(value)


def _over_layer(name: str) -> Operator:
    def operator(node: Node) -> Rule:
        rule = activation_rule(name, {}, node.inputs[0])

        def build(builder: Builder, given: Sequence[Value], tensor: str, alone: bool) -> Value:
            check_axis(node, given[0], -1 if node.graph.opset >= 13 else 1)
            return rule.build(builder, given, tensor, alone)

        return Rule(rule.reads, build)

    return operator


def _prelu(node: Node) -> Rule:
    slope = node.needed(1, "slope")

    def build(builder: Builder, given: Sequence[Value], name: str, alone: bool) -> Value:
        own: Any = float(slope.ravel()[0]) if slope.size == 1 else None
        if own is None:
            own = node.vector(slope, len(flat(node, given[0])), "slope")
        rule = activation_rule("prelu", {"slope": own}, node.inputs[0])
        return rule.build(builder, given, name, alone)

    return Rule(node.inputs[:1], build)


def _gelu(node: Node) -> Rule:
    form = node.get("approximate", b"none").decode("utf-8", "replace")
    return activation_rule("gelu", {"approximate": form} if form != "none" else {}, node.inputs[0])


def _clip(node: Node) -> Rule:
    bounds: dict[str, float] = {}
    for place, key in ((1, "min"), (2, "max")):
        if key in node.attributes:
            bounds[key] = node.get(key)
        elif place < len(node.inputs) and node.inputs[place]:
            bounds[key] = _scalar(node, place)
    if not bounds:
        return Rule(node.inputs[:1], lambda builder, given, name, alone: given[0])
    if bounds.get("min") == 0 and bounds.get("max") == 6:
        return activation_rule("relu6", {}, node.inputs[0])
    return activation_rule("clip", bounds, node.inputs[0])


def _scalar(node: Node, place: int) -> float:
    values = node.needed(place, "number")
    if values.size != 1:
        raise node.fault(f"it has {values.size} numbers where one is wanted")
    return float(values.ravel()[0])


def _bound(key: str) -> Operator:
    """Make Max and Min of a tensor and a number."""

    def operator(node: Node) -> Rule:
        if len(node.inputs) != 2 or (node.constant(0) is None) == (node.constant(1) is None):
            raise node.fault("it compares values of a case with each other")
        place = 1 if node.constant(0) is None else 0
        bound = {key: _scalar(node, place)}
        return activation_rule("clip", bound, node.inputs[1 - place])

    return operator


def _shrink(node: Node) -> Rule:
    lambd, bias = node.get("lambd", 0.5), node.get("bias", 0.0)
    if bias not in (0, lambd):
        raise node.fault(f"its bias is {bias} and its lambd {lambd}")
    name = "soft_shrink" if bias and bias == lambd else "hard_shrink"
    return activation_rule(name, {"lambd": lambd}, node.inputs[0])


def _pow(node: Node) -> Rule:
    if _scalar(node, 1) != 2:
        raise node.fault(f"its exponent is {_scalar(node, 1)}, not 2")
    return activation_rule("square", {}, node.inputs[0])


ELEMENTWISE: Final[Mapping[str, Operator]] = {
    "Relu": _activation("relu"), "Sigmoid": _activation("sigmoid"), "Tanh": _activation("tanh"),
    "LeakyRelu": _activation("leaky_relu", alpha=("alpha", 0.01)), "PRelu": _prelu,
    "ThresholdedRelu": _activation("thresholded_relu", alpha=("alpha", 1.0)),
    "Elu": _activation("elu", alpha=("alpha", 1.0)),
    "Selu": _activation("selu", alpha=("alpha", 1.67326319217681884765625),
                        gamma=("gamma", 1.05070102214813232421875)),
    "Celu": _activation("celu", alpha=("alpha", 1.0)), "Gelu": _gelu,
    "Swish": _activation("silu", beta=("alpha", 1.0)), "Mish": _activation("mish"),
    "Softplus": _activation("softplus"), "Softsign": _activation("softsign"),
    "HardSigmoid": _activation("hard_sigmoid", alpha=("alpha", 0.2), beta=("beta", 0.5)),
    "HardSwish": _activation("hard_swish"), "Clip": _clip, "Max": _bound("min"),
    "Min": _bound("max"), "Shrink": _shrink, "Exp": _activation("exp"),
    "Reciprocal": _activation("reciprocal"), "Sin": _activation("sin"), "Cos": _activation("cos"),
    "Atan": _activation("atan"), "Pow": _pow, "Softmax": _over_layer("softmax"),
    "LogSoftmax": _over_layer("log_softmax"), "Hardmax": _over_layer("hardmax"),
}  # fmt: skip
