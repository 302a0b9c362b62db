"""Network → ONNX: each step becomes a Gemm and the nodes of its activation.

The tensor of a layer or of a lone neuron has its name, the one before the activation `NAME.z`.
Neurons that share a step are the columns of one tensor, whose name lists theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from evaluator import __version__
from evaluator.convert.onnx_activations import apply

if TYPE_CHECKING:
    from evaluator.network import Array, Network, Place, Step

#: The operator set, and the file format that came with it: old enough for ONNX Runtime 1.17.
OPERATOR_SET: Final = 20
IR_VERSION: Final = 9

_TYPES: Final = {"float64": TensorProto.DOUBLE, "float32": TensorProto.FLOAT}


class Translation(NamedTuple):
    """A network as a model, and the tensors that hold the blocks of its trace."""

    model: ModelProto
    #: Block → the tensor before the activation, and the one after it; block 0 is the inputs.
    sums: tuple[str, ...]
    blocks: tuple[str, ...]


class Graph:
    """The nodes and numbers of a model, while it is written."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.type = _TYPES[dtype]
        self.nodes: list[NodeProto] = []
        self.numbers: list[TensorProto] = []
        self._taken: set[str] = set()
        self._constants: dict[tuple[str, bytes], str] = {}

    def __call__(self, operator: str, *inputs: Any, output: str = "", **attributes: Any) -> str:
        """Add a node; gives the name of its output. Inputs are names of tensors, or numbers."""
        names = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        name = output or self.free(operator.lower())
        self.nodes.append(helper.make_node(operator, names, [name], **attributes))
        return name

    def constant(self, value: Any, dtype: str = "", name: str = "") -> str:
        """Add numbers that never change; gives their name."""
        array = np.asarray(value, dtype or self.dtype)
        key = (f"{array.dtype}{array.shape}", array.tobytes()) if not name else (name, b"")
        if key not in self._constants:
            self._constants[key] = self.free(name or "number")
            self.numbers.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def free(self, wanted: str) -> str:
        """Give the first of `wanted`, `wanted_2`, `wanted_3`, … that is no tensor yet."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name


def onnx_model(network: Network) -> ModelProto:
    """Give a network as an ONNX model: inputs (cases, inputs) → outputs (cases, outputs)."""
    return translate(network).model


def translate(network: Network) -> Translation:
    """Give a network as an ONNX model, and where in it the values of a trace are."""
    graph = Graph(network.dtype)
    named = [name for step in network.steps for name in (_name(step), f"{_name(step)}.z")]
    for name in named:  # before any other tensor may take it
        graph.free(name)
    blocks = [graph.free("inputs")]
    sums = list(blocks)
    for step in network.steps:
        sums.append(_weighted_sum(graph, network, step, blocks))
        blocks.append(apply(graph, step.activation.name, sums[-1], _name(step), **step.parameters))
    outputs = _outputs(graph, network, blocks)
    made = helper.make_graph(
        graph.nodes, "network",
        [helper.make_tensor_value_info(blocks[0], graph.type, ["cases", len(network.inputs)])],
        [helper.make_tensor_value_info(outputs, graph.type, ["cases", network.output_count()])],
        graph.numbers,
    )  # fmt: skip
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPERATOR_SET)], ir_version=IR_VERSION,
        producer_name="neuron-evaluator", producer_version=__version__,
    )  # fmt: skip
    return Translation(model, tuple(sums), tuple(blocks))


def _name(step: Step) -> str:
    return ", ".join(step.names)


def _weighted_sum(graph: Graph, network: Network, step: Step, blocks: list[str]) -> str:
    """Write `z = W x + b`; gives its name."""
    output = f"{_name(step)}.z"
    x = _columns(graph, network, step.sources, blocks)
    bias = () if step.bias is None else (_parameter(graph, step, "bias", step.bias),)
    if step.weights is not None:
        weights = _parameter(graph, step, "weight", step.weights)
        return graph("Gemm", x, weights, *bias, transB=1, output=output)
    return graph("Add", x, *bias, output=output) if bias else graph("Identity", x, output=output)


def _parameter(graph: Graph, step: Step, kind: str, values: Array) -> str:
    return graph.constant(values, name=f"{_name(step)}.{kind}")


def _columns(
    graph: Graph, network: Network, sources: int | tuple[Place, ...], blocks: list[str]
) -> str:
    """Put the columns that are read side by side; a whole block is read as it is."""
    if isinstance(sources, int):
        return blocks[sources]
    read = sorted({place.block for place in sources})
    offsets = dict(zip(read, np.cumsum([0, *map(network.width, read)]).tolist(), strict=False))
    table = blocks[read[0]]
    if len(read) > 1:
        table = graph("Concat", *(blocks[block] for block in read), axis=1)
    columns = [offsets[place.block] + (place.column or 0) for place in sources]
    if columns == list(range(sum(map(network.width, read)))):
        return table
    return graph("Gather", table, graph.constant(columns, "int64"), axis=1)


def _outputs(graph: Graph, network: Network, blocks: list[str]) -> str:
    """Give the tensor of the outputs (cases, outputs): a step's own, or one made of several."""
    places = [network.places[name] for name in network.outputs]
    columns = tuple(
        place._replace(column=column)
        for place in places
        for column in (
            range(network.width(place.block)) if place.column is None else [place.column]
        )
    )
    return _columns(graph, network, columns, blocks)
