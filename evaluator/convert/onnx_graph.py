"""An ONNX graph → a network: what its outputs need, one tensor after the other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.arrays.files import nearest
from evaluator.convert.builder import MAX_WIDTH, Builder
from evaluator.convert.conversion import ConversionError
from evaluator.convert.onnx_folded import FOLDED
from evaluator.convert.onnx_node import Node, Rule, Value
from evaluator.convert.onnx_operators import OPERATORS
from evaluator.convert.onnx_patterns import recognised
from evaluator.convert.reading import Source, refused
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: Under these names of the metadata our own models say what their inputs and outputs are called.
INPUTS: Final = "neuron-evaluator.inputs"
OUTPUTS: Final = "neuron-evaluator.outputs"


class Graph:
    """The tensors of a graph: constants, and the values that its inputs lead to."""

    def __init__(
        self, onnx: Any, model: Any, constants: dict[str, Array], opset: int, source: Source
    ) -> None:
        self._onnx, self._constants, self.opset, self._source = onnx, constants, opset, source
        graph = model.graph
        self._metadata = {entry.key: entry.value for entry in model.metadata_props}
        self._nodes: dict[str, Node] = {}
        for node in graph.node:
            found = Node(
                node.op_type, node.domain, tuple(node.input), tuple(node.output),
                {a.name: a for a in node.attribute}, node.name, self,
            )  # fmt: skip
            self._nodes |= dict.fromkeys(filter(None, node.output), found)
        self.inputs = [i for i in graph.input if i.name not in constants]
        self.outputs = self._wanted([o.name for o in graph.output])
        self.notes: tuple[str, ...] = ()

    def _wanted(self, named: Sequence[str]) -> list[str]:
        known = [*named, *self._nodes]
        for name in self._source.outputs:
            if name not in known:
                hint = nearest(name, named)
                raise ConversionError(f"{self._source.shown} has no output `{clip(name)}`", hint)
        return [*(self._source.outputs or named)]

    def attribute(self, attribute: Any) -> Any:
        """Give the value of an attribute."""
        return self._onnx.helper.get_attribute_value(attribute)

    def node(self, tensor: str) -> Node | None:
        """Give the node that makes a tensor."""
        return self._nodes.get(tensor)

    def constant(self, tensor: str, depth: int = 0) -> Array | None:
        """Give a tensor that does not depend on the inputs, if it is one of those that are read."""
        if tensor in self._constants:
            return self._constants[tensor]
        node = self._nodes.get(tensor)
        if node is None or depth > 20 or node.domain not in ("", "ai.onnx"):
            return None
        if node.operator == "Constant":
            found = self._constant_node(node)
        elif node.operator in FOLDED:
            given = [self.constant(name, depth + 1) for name in node.inputs]
            if any(values is None for values in given):
                return None
            found = FOLDED[node.operator](node, *given)
        else:
            return None
        if found is not None:
            self._constants[tensor] = found
        return found

    def _constant_node(self, node: Node) -> Array | None:
        from evaluator.convert.onnx import to_array

        for key, attribute in node.attributes.items():
            if key == "value":
                return to_array(self._onnx, attribute.t, self._source)
            if key.startswith("value_"):
                return np.asarray(self.attribute(attribute))
        return None

    def network(self) -> Network:
        """Translate what the outputs need."""
        plan = self._plan()
        builder, values = self._begin()
        uses = Counter(name for rule in plan.values() for name in rule.reads)
        uses.update(self.outputs)
        for tensor, rule in plan.items():
            given = [values[name] for name in rule.reads]
            alone = all(uses[name] == 1 for name in rule.reads)
            values[tensor] = found = rule.build(builder, given, tensor, alone)
            if alone or found.columns != given[0].columns:
                builder.rename(found.columns, tensor)
        outputs = tuple(place for name in self.outputs for place in values[name].columns)
        network = builder.network(outputs, names_in(self._metadata, OUTPUTS, len(outputs)))
        self.notes = tuple(dict.fromkeys([*builder.notes, *self._left_out()]))
        return network

    def _left_out(self) -> Iterator[str]:
        """Say which nodes lead to no output; where outputs were chosen, nobody expects them."""
        waiting, needed = [*self.outputs], set[str]()
        while waiting:
            tensor = waiting.pop()
            if tensor in self._nodes and tensor not in needed:
                node = self._nodes[tensor]
                needed.update(node.outputs)
                waiting += node.inputs
        if not self._source.outputs:
            left = {node.shown for name, node in self._nodes.items() if name not in needed}
            for shown in sorted(left):
                yield f"{shown} leads to no output and is left out"

    def _plan(self) -> dict[str, Rule]:
        """Say how each tensor is made that the outputs need, those first that others read."""
        inputs = {i.name for i in self.inputs}
        plan: dict[str, Rule] = {}
        rules: dict[str, Rule] = {}
        waiting = [*reversed(self.outputs)]
        while waiting:
            tensor = waiting[-1]
            if tensor in plan or tensor in inputs:
                waiting.pop()
                continue
            if tensor in rules:  # what it reads is planned
                plan[tensor] = rules[tensor]
                waiting.pop()
                continue
            rules[tensor] = self._rule(tensor)
            circle = [name for name in rules[tensor].reads if name in rules and name not in plan]
            if circle:
                raise ConversionError(f"tensor `{clip(circle[0])}` depends on itself")
            waiting += rules[tensor].reads
        return plan

    def _rule(self, tensor: str) -> Rule:
        node = self._nodes.get(tensor)
        if node is None:
            what = "constant" if tensor in self._constants else "not there"
            raise ConversionError(
                f"tensor `{clip(tensor)}` is {what}, where a value of a case is wanted"
            )
        found = recognised(self, tensor)
        if found is not None:
            return found
        known = OPERATORS.get(node.operator) if node.domain in ("", "ai.onnx") else None
        if known is None:
            kind = f"{node.domain}.{node.operator}".removeprefix(".")
            raise refused(kind, node.name or tensor, "a node with the operator")
        try:
            return known(node)
        except IndexError:
            raise node.fault("it has too few inputs") from None

    def _begin(self) -> tuple[Builder, dict[str, Value]]:
        """Name the inputs: x1, x2, … of a single one, else after their tensors."""
        types = {1: "float32", 11: "float64"}
        names: list[str] = []
        shapes: dict[str, tuple[int, ...]] = {}
        kinds = set()
        for graph_input in self.inputs:
            kind = graph_input.type.tensor_type.elem_type
            kinds.add(kind)
            if kind not in types:
                known = dict(self._onnx.TensorProto.DataType.items())
                said = next((name for name, number in known.items() if number == kind), "?")
                raise ConversionError(
                    f"the input `{clip(graph_input.name)}` is of the type {said}",
                    "tensors of float and of double can be converted",
                )
            shape = shapes[graph_input.name] = self._shape(graph_input)
            names += _named(graph_input.name, math.prod(shape), len(self.inputs))
        if len(kinds) != 1 or len(names) > MAX_WIDTH or len(set(names)) < len(names):
            raise ConversionError(
                f"the graph has {len(self.inputs)} inputs, of {len(names)} values and"
                f" {len(kinds)} types", "one type is taken, and names that differ",
            )  # fmt: skip
        own = names_in(self._metadata, INPUTS, len(names))
        builder = Builder(own or names, types[kinds.pop()])
        values, first = {}, 0
        for name, shape in shapes.items():
            columns = builder.inputs[first : first + math.prod(shape)]
            values[name], first = Value(columns, shape), first + math.prod(shape)
        return builder, values

    def _shape(self, graph_input: Any) -> tuple[int, ...]:
        """Give the axes of an input after the first, which counts the cases."""
        tensor = graph_input.type.tensor_type
        axes = [d.dim_value if d.HasField("dim_value") else 0 for d in tensor.shape.dim]
        is_table = tensor.HasField("shape") and len(axes) > 1 and min(axes[1:]) > 0
        if not is_table or math.prod(axes[1:]) > MAX_WIDTH:
            written = ", ".join(str(d.dim_value or d.dim_param or "?") for d in tensor.shape.dim)
            raise ConversionError(
                f"the input `{clip(graph_input.name)}` has the shape ({clip(written)}),"
                " not (cases, values)",
                "export the model with an input of two axes, the second one fixed",
            )
        return tuple(axes[1:])


def _named(tensor: str, count: int, inputs: int) -> list[str]:
    if inputs == 1:
        return [f"x{number + 1}" for number in range(count)]
    plain = clip(tensor, 100).removesuffix(".z") or "x"
    return [plain] if count == 1 else [f"{plain}_{number + 1}" for number in range(count)]


def names_in(metadata: Mapping[str, str], key: str, count: int) -> list[str]:
    """Give the names that a model of ours has in its metadata; none if they do not fit."""
    import json

    try:
        names = json.loads(metadata.get(key, "[]"))
    except (ValueError, RecursionError):
        return []
    usable = (
        isinstance(names, list)
        and len(names) == count
        and all(isinstance(n, str) and n.isprintable() and n[-2:] != ".z" and n for n in names)
        and len(set(names)) == count
    )
    return names if usable else []
