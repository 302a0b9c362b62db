"""Find the activations that a graph writes as several nodes, as our own models do.

What is looked for is what `onnx_activations` writes. A hit is written once more, with the parameters
that were found, and must come out the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.convert.onnx_elementwise import activation_rule
from evaluator.convert.onnx_node import Rule

if TYPE_CHECKING:
    from evaluator.convert.onnx_graph import Graph
    from evaluator.network import Array

#: Numbers that stand for parameters, since no expression holds them: one for each parameter.
_MARKS: Final = (0.7390851332151607, 1.3247179572447460)
#: What an expression may hold of a parameter.
_FACTORS: Final = (1.0, -1.0, 2.0, 0.5)
#: Operators whose inputs may be exchanged.
_SYMMETRIC: Final = ("Add", "Mul")


class _Pattern(NamedTuple):
    """An activation as nodes, by the tensor that each makes; `z` is what it reads."""

    activation: str
    parameters: Mapping[str, Any]
    dtype: str
    nodes: Mapping[str, Any]
    constants: Mapping[str, Array]


def recognised(graph: Graph, tensor: str) -> Rule | None:
    """Give the rule of an activation whose last node makes this tensor."""
    node = graph.node(tensor)
    if node is None or node.domain not in ("", "ai.onnx"):
        return None
    for pattern in _patterns().get(node.operator, ()):
        bound = _Match(graph, pattern).found(tensor)
        if bound is not None:
            parameters, z = bound
            if _same_again(graph, pattern, parameters, tensor, z):
                return activation_rule(pattern.activation, parameters, z)
    return None


@cache
def _patterns() -> Mapping[str, list[_Pattern]]:
    """Give all patterns of two nodes or more by their last operator, the largest first."""
    from evaluator.activations import ACTIVATIONS

    found: dict[str, list[_Pattern]] = {}
    for dtype, name in product(("float64", "float32"), ACTIVATIONS):
        for parameters in _variants(name):
            pattern = _written(name, parameters, dtype)
            if len(pattern.nodes) > 1 or name == "square":
                found.setdefault(pattern.nodes["y"].op_type, []).append(pattern)
    for patterns in found.values():
        patterns.sort(key=lambda pattern: -len(pattern.nodes))
    return found


def _variants(name: str) -> Iterator[dict[str, Any]]:
    """Give parameters that make a writer take each of its ways."""
    from evaluator.activations import ACTIVATIONS

    known = ACTIVATIONS[name].parameters
    if name == "gelu":
        yield from ({}, {"approximate": "tanh"})
        return
    if not any(parameter.required for parameter in known) and name != "clip":
        yield {}
    marks = dict(zip((parameter.name for parameter in known), _MARKS, strict=False))
    if marks:
        yield marks
        yield {key: -mark for key, mark in marks.items()}


def _written(name: str, parameters: Mapping[str, Any], dtype: str) -> _Pattern:
    """Write an activation as nodes from `z` to `y`."""
    from onnx import numpy_helper

    from evaluator.convert import onnx_activations as written
    from evaluator.convert.to_onnx import Graph as Written

    graph = Written(dtype)
    graph.free("z"), graph.free("y")
    written.apply(graph, name, "z", "y", **parameters)
    constants = {number.name: numpy_helper.to_array(number) for number in graph.numbers}
    nodes = {node.output[0]: node for node in graph.nodes}
    return _Pattern(name, parameters, dtype, nodes, constants)


class _Match:
    """One try to lay a pattern over a graph."""

    def __init__(self, graph: Graph, pattern: _Pattern) -> None:
        self.graph, self.pattern = graph, pattern
        #: Tensor of the pattern → tensor of the graph.
        self.tensors: dict[str, str] = {}
        self.parameters: dict[str, Any] = {
            k: v for k, v in pattern.parameters.items() if isinstance(v, str)
        }

    def found(self, tensor: str) -> tuple[dict[str, Any], str] | None:
        """Give the parameters and the tensor that is read, if the pattern ends at this one."""
        if not self._fits("y", tensor) or "z" not in self.tensors:
            return None
        return {**self.parameters}, self.tensors["z"]

    def _fits(self, wanted: str, tensor: str) -> bool:
        if wanted in self.tensors:
            return self.tensors[wanted] == tensor
        if wanted in self.pattern.constants:
            return self._number(self.pattern.constants[wanted], tensor)
        if wanted != "z" and not self._node(self.pattern.nodes[wanted], tensor):
            return False
        if wanted == "z" and self.graph.constant(tensor) is not None:
            return False
        self.tensors[wanted] = tensor
        return True

    def _node(self, wanted: Any, tensor: str) -> bool:
        node = self.graph.node(tensor)
        if node is None or node.operator != wanted.op_type or len(node.inputs) != len(wanted.input):
            return False
        ours = {a.name: self.graph.attribute(a) for a in wanted.attribute}
        theirs = {name: node.get(name) for name in node.attributes}
        if theirs.get("axis") == -1:  # all tensors have two axes
            theirs["axis"] = 1
        if ours != theirs:
            return False
        orders = [node.inputs]
        if wanted.op_type in _SYMMETRIC:
            orders.append(node.inputs[::-1])
        for inputs in orders:
            before = dict(self.tensors), dict(self.parameters)
            if all(self._fits(w, t) for w, t in zip(wanted.input, inputs, strict=True)):
                return True
            self.tensors, self.parameters = before
        return False

    def _number(self, wanted: Array, tensor: str) -> bool:
        """See that a constant is the wanted one, or a parameter."""
        found = self.graph.constant(tensor)
        if found is None or found.dtype != wanted.dtype:
            return False
        if found.size > 1 and self.pattern.activation != "prelu":
            return wanted.shape == found.shape and wanted.tobytes() == found.tobytes()
        for name, mark in self.pattern.parameters.items():
            for factor in () if isinstance(mark, str) else _FACTORS:
                if wanted.size == 1 and wanted.dtype.type(mark * factor) == wanted.ravel()[0]:
                    own = found.astype(np.float64) / factor
                    value: Any = own.ravel().tolist() if own.size > 1 else float(own.ravel()[0])
                    return bool(self.parameters.setdefault(name, value) == value)
        return wanted.shape == found.shape and wanted.tobytes() == found.tobytes()


def _same_again(
    graph: Graph, pattern: _Pattern, parameters: Mapping[str, Any], tensor: str, z: str
) -> bool:
    """Write the activation with the parameters that were found, and lay that over the graph."""
    again = _written(pattern.activation, parameters, pattern.dtype)
    return _Match(graph, again._replace(parameters={})).found(tensor) == ({}, z)
