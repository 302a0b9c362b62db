"""A node of an ONNX graph, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evaluator.convert.builder import Builder, Columns
from evaluator.convert.conversion import ConversionError
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.convert.onnx_graph import Graph
    from evaluator.network import Array


class Value(NamedTuple):
    """A tensor that differs from case to case: its values, and its axes after the first."""

    columns: Columns
    shape: tuple[int, ...]


#: Adds to the network what a node does to the values it reads; `alone` says that nobody else reads
#: them.
Build = Callable[[Builder, Sequence[Value], str, bool], Value]


class Rule(NamedTuple):
    """How a tensor is made."""

    reads: tuple[str, ...]
    build: Build


class Node(NamedTuple):
    """A node of the graph."""

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    name: str
    graph: Graph

    @property
    def shown(self) -> str:
        """The node for a message."""
        named = self.name or (self.outputs or ("",))[0]
        return f"`{clip(named, 80)}` ({clip(self.operator)})"

    def get(self, name: str, default: Any = None) -> Any:
        """Give an attribute."""
        if name not in self.attributes:
            return default
        return self.graph.attribute(self.attributes[name])

    def constant(self, place: int) -> Array | None:
        """Give an input that is constant; None where it is left out, or is not."""
        if place >= len(self.inputs) or not self.inputs[place]:
            return None
        return self.graph.constant(self.inputs[place])

    def needed(self, place: int, what: str) -> Array:
        """Give an input that has to be constant."""
        found = self.constant(place)
        if found is None:
            raise ConversionError(
                f"{self.shown}: the {what} is not constant", "only fixed weights can be expressed"
            )
        if found.dtype.kind not in "fiu":
            raise ConversionError(f"{self.shown}: the {what} holds {found.dtype}, not numbers")
        return found

    def vector(self, values: Array, width: int, what: str) -> Array:
        """Give constant numbers as one for each of so many values."""
        if values.size == 1:
            return np.full(width, values.ravel()[0])
        if values.shape[-1] != width or values.size != width:
            raise ConversionError(
                f"{self.shown}: the {what} has the shape {values.shape}, for {width} values"
            )
        return values.reshape(width)

    def fault(self, message: str) -> ConversionError:
        """Refuse the node for what is special about it."""
        return ConversionError(f"{self.shown}: {message}", "this cannot be expressed")


#: Makes a rule of a node, or refuses it.
Operator = Callable[[Node], Rule]


def flat(node: Node, value: Value) -> Columns:
    """Give the values of a tensor of two axes."""
    if len(value.shape) != 1:
        raise node.fault(f"it reads a tensor of {len(value.shape) + 1} axes, not of 2")
    return value.columns


def check_axis(node: Node, value: Value, default: int) -> None:
    """See that a node works over the values of a case."""
    axis = node.get("axis", default)
    if axis not in (1, -1) or len(value.shape) != 1:
        raise node.fault(f"its axis is {axis}, of {len(value.shape) + 1}")
