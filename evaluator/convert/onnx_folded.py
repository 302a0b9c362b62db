"""The constants of an ONNX graph that are worked out: what exporters put between weights and their use."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.convert.onnx_node import Node

if TYPE_CHECKING:
    from evaluator.network import Array

#: Elements that a constant may have after it is reshaped.
MAX_CONSTANT: Final = 1 << 28


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
