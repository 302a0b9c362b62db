"""The activations as ONNX nodes: its own operator where there is one, else an expression.

In float64 more are expressions: ONNX Runtime has several operators in float32 alone, or loses digits,
and ONNX holds parameters as float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import TensorProto

from evaluator.activations import SELU_ALPHA, SELU_GAMMA

if TYPE_CHECKING:
    from evaluator.convert.to_onnx import Graph

#: Beyond, functions that saturate have done so, and ∞ may give NaN.
LARGE: Final = 1e30

#: Adds the nodes of an activation behind the tensor z; gives the tensor that holds the answer.
Writer = Callable[..., str]


def apply(graph: Graph, name: str, z: str, output: str, **parameters: Any) -> str:
    """Add the nodes of an activation; the last one's output is called `output`."""
    write = ACTIVATIONS[name]
    if graph.dtype == "float64":
        write = IN_FLOAT64.get(name, write)
    write(graph, z, **parameters)
    graph.nodes[-1].output[0] = output
    return output


# Each writes its last node last.


def _operator(operator: str, **fixed: Any) -> Writer:
    """Write one node, whose attributes are the parameters of the activation."""

    def write(op: Graph, z: str, **parameters: Any) -> str:
        numbers: dict[str, Any] = {key: float(v) for key, v in parameters.items()}
        return op(operator, z, **fixed, **numbers)

    return write


def _step(op: Graph, z: str, threshold: float = 0.0) -> str:
    return op("Relu", op("Sign", z if threshold == 0 else op("Sub", z, threshold)))


def _prelu(op: Graph, z: str, slope: Any) -> str:
    return op("PRelu", z, np.ravel(slope))


def _gelu(op: Graph, z: str, approximate: str = "none") -> str:
    return op("Gelu", z, approximate=approximate)


def _silu(op: Graph, z: str, beta: float = 1.0) -> str:
    return op("Mul", z, op("Sigmoid", z if beta == 1 else op("Mul", z, beta)))


def _softplus(op: Graph, z: str, beta: float = 1.0) -> str:
    if beta == 1:
        return op("Softplus", z)
    return op("Div", op("Softplus", op("Mul", z, beta)), beta)


def _log_sigmoid(op: Graph, z: str) -> str:
    return op("Neg", op("Softplus", op("Neg", z)))


def _clip(op: Graph, z: str, min: float | None = None, max: float | None = None) -> str:
    # An open side of Clip is the largest number, and not infinity.
    if min is None:
        return op("Min", z, max)
    return op("Max", z, min) if max is None else op("Clip", z, min, max)


def _hard_tanh(op: Graph, z: str, min: float = -1.0, max: float = 1.0) -> str:
    return op("Clip", z, min, max)


def _soft_shrink(op: Graph, z: str, lambd: float = 0.5) -> str:
    if lambd < 0:  # Shrink has no such thing
        return _soft_shrink_split(op, z, lambd)
    return op("Shrink", z, lambd=float(lambd), bias=float(lambd))


def _squareplus(op: Graph, z: str, b: float = 4.0) -> str:
    """Write (z + √(z² + b)) / 2, and for negative z (b/2) / (√(z² + b) − z)."""
    root = op("Sqrt", op("Add", op("Mul", z, z), b))
    left, right = op("Div", b / 2, op("Sub", root, z)), op("Mul", op("Add", z, root), 0.5)
    return op("Where", op("Less", z, 0.0), left, right)


def _normalize(op: Graph, z: str) -> str:
    return op("Div", z, op("ReduceSum", z, op.constant([1], "int64"), keepdims=1))


ACTIVATIONS: Final[Mapping[str, Writer]] = {
    "identity": _operator("Identity"),
    "step": _step,
    "sigmoid": _operator("Sigmoid"),
    "tanh": _operator("Tanh"),
    "relu": _operator("Relu"),
    "relu6": lambda op, z: op("Clip", z, 0.0, 6.0),
    "leaky_relu": _operator("LeakyRelu"),
    "prelu": _prelu,
    "thresholded_relu": _operator("ThresholdedRelu"),
    "elu": _operator("Elu"),
    "selu": _operator("Selu"),
    "celu": _operator("Celu"),
    "gelu": _gelu,
    "silu": _silu,
    "mish": _operator("Mish"),
    "softplus": _softplus,
    "softsign": _operator("Softsign"),
    "log_sigmoid": _log_sigmoid,
    "hard_sigmoid": _operator("HardSigmoid"),
    "hard_swish": _operator("HardSwish"),
    "hard_tanh": _hard_tanh,
    "clip": _clip,
    "hard_shrink": _operator("Shrink"),
    "soft_shrink": _soft_shrink,
    "tanh_shrink": lambda op, z: op("Sub", z, op("Tanh", z)),
    "squareplus": _squareplus,
    "exp": _operator("Exp"),
    "reciprocal": _operator("Reciprocal"),
    "square": lambda op, z: op("Mul", z, z),
    "gaussian": lambda op, z: op("Exp", op("Neg", op("Mul", z, z))),
    "sin": _operator("Sin"),
    "cos": _operator("Cos"),
    "atan": _operator("Atan"),
    "softmax": _operator("Softmax", axis=1),
    "log_softmax": _operator("LogSoftmax", axis=1),
    "softmin": lambda op, z: op("Softmax", op("Neg", z), axis=1),
    "hardmax": _operator("Hardmax", axis=1),
    "normalize": _normalize,
}


# In float64: what ONNX Runtime has in float32 alone, what has parameters, which are float32 in ONNX,
# and what loses digits, as its Sigmoid does.


def _bent(op: Graph, z: str, slope: Any) -> str:
    return op("Where", op("Less", z, 0.0), op("Mul", z, slope), z)


def _thresholded_relu(op: Graph, z: str, alpha: float = 1.0) -> str:
    return op("Where", op("LessOrEqual", z, alpha), 0.0, z)


def _sigmoid(op: Graph, z: str) -> str:
    return op("Reciprocal", op("Add", op("Exp", op("Neg", z)), 1.0))


def _silu_split(op: Graph, z: str, beta: float = 1.0) -> str:
    gate = _sigmoid(op, z if beta == 1 else op("Mul", z, beta))
    return op("Mul", _bounded(op, z, beta), gate)


def _bounded(op: Graph, z: str, beta: float = 1.0) -> str:
    """Keep z from the infinity at which it would be multiplied with 0."""
    return op("Max", z, -LARGE) if beta > 0 else op("Min", z, LARGE)


def _softsign(op: Graph, z: str) -> str:
    z = op("Clip", z, -LARGE, LARGE)
    return op("Div", z, op("Add", op("Abs", z), 1.0))


def _exponential(op: Graph, z: str, alpha: float = 1.0, width: float = 1.0) -> str:
    """Write z where it is positive, and alpha·(e^(z/width) − 1) elsewhere.

    For x ≤ 0, e^x − 1 is 2t/(1 − t), t = tanh(x/2), which keeps its digits.
    """
    below = op("Min", z, 0.0)
    if width > 0:
        t = op("Tanh", op("Div", below, 2.0 * width))
        power = op("Div", op("Mul", t, 2.0 * alpha), op("Sub", 1.0, t))
    else:
        power = op("Mul", op("Sub", op("Exp", op("Div", below, width)), 1.0), alpha)
    return op("Where", op("Greater", z, 0.0), z, power)


def _selu(op: Graph, z: str, alpha: float = SELU_ALPHA, gamma: float = SELU_GAMMA) -> str:
    return op("Mul", _exponential(op, z, alpha), gamma)


def _gelu_tanh(op: Graph, z: str, approximate: str = "none") -> str:
    if approximate == "none":  # it takes Erf, which ONNX Runtime has in float32 alone
        return op("Gelu", z)
    z = _bounded(op, z)
    inner = op("Add", z, op("Mul", op("Mul", op("Mul", z, z), z), 0.044715))
    return op("Mul", z, _sigmoid(op, op("Mul", inner, 2.0 * math.sqrt(2.0 / math.pi))))


def _hard_shrink(op: Graph, z: str, lambd: float = 0.5) -> str:
    return op("Where", op("LessOrEqual", op("Abs", z), lambd), 0.0, z)


def _soft_shrink_split(op: Graph, z: str, lambd: float = 0.5) -> str:
    return op("Mul", op("Sign", z), op("Max", op("Sub", op("Abs", z), lambd), 0.0))


def _softplus_split(op: Graph, z: str, beta: float = 1.0) -> str:
    """Write max(z, 0) + ln(1 + u) / beta, u = e^−|beta·z|.

    With w = 1 + u, ln(1 + u) is u·ln w/(w − 1), which keeps its digits; for tiny u it is u.
    """
    u = op("Exp", op("Mul", op("Abs", z), -float(beta)))
    w = op("Add", u, 1.0)
    log = op("Div", op("Mul", u, op("Log", w)), op("Sub", w, 1.0))
    log = op("Where", op("Equal", w, 1.0), u, log)
    return op("Add", op("Max", z, 0.0), log if beta == 1 else op("Div", log, beta))


def _mish(op: Graph, z: str) -> str:
    return op("Mul", _bounded(op, z), op("Tanh", _softplus_split(op, z)))


def _hard_swish(op: Graph, z: str) -> str:
    z = _bounded(op, z)
    return op("Mul", z, _hard_sigmoid(op, z, 1.0 / 6.0))


def _hard_sigmoid(op: Graph, z: str, alpha: float = 0.2, beta: float = 0.5) -> str:
    return op("Clip", op("Add", op("Mul", z, alpha), beta), 0.0, 1.0)


def _atan(op: Graph, z: str) -> str:
    """Write the float32 answer y and what is missing, (z·cos y − sin y) / (cos y + z·sin y)."""
    z = op("Clip", z, -LARGE, LARGE)
    y = op("Cast", op("Atan", op("Cast", z, to=TensorProto.FLOAT)), to=op.type)
    sine, cosine = op("Sin", y), op("Cos", y)
    rest = op("Div", op("Sub", op("Mul", z, cosine), sine),
              op("Add", cosine, op("Mul", z, sine)))  # fmt: skip
    return op("Add", y, rest)


def _hardmax(op: Graph, z: str) -> str:
    """Write 1 in the column whose number is that of the first largest."""
    zero, one = op.constant(0, "int64"), op.constant(1, "int64")
    columns = op("Range", zero, op("Gather", op("Shape", z), one), one)
    return op("Cast", op("Equal", op("ArgMax", z, axis=1), columns), to=op.type)


IN_FLOAT64: Final[Mapping[str, Writer]] = {
    "sigmoid": _sigmoid,
    "silu": _silu_split,
    "leaky_relu": lambda op, z, alpha=0.01: _bent(op, z, alpha),
    "prelu": _bent,
    "thresholded_relu": _thresholded_relu,
    "elu": _exponential,
    "selu": _selu,
    "celu": lambda op, z, alpha=1.0: _exponential(op, z, alpha, alpha),
    "gelu": _gelu_tanh,
    "mish": _mish,
    "softplus": _softplus_split,
    "softsign": _softsign,
    "log_sigmoid": lambda op, z: op("Neg", _softplus_split(op, op("Neg", z))),
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": _hard_swish,
    "hard_shrink": _hard_shrink,
    "soft_shrink": _soft_shrink_split,
    "atan": _atan,
    "hardmax": _hardmax,
}
