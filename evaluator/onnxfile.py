"""ONNX files: what goes in, what comes out, and what is refused before anything runs."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evaluator.arrays.files import listed, reading
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, TensorProto, ValueInfoProto

#: The most that protobuf can hold.
MAX_BYTES: Final = (1 << 31) - 1
INSTALL: Final = "pip install 'neuron-evaluator[onnx]'"


class ModelFileError(Exception):
    """An ONNX file cannot be used: it is none, or (`unsupported`) it is one that is not run here."""

    def __init__(self, message: str, hint: str, code: str = "model-file") -> None:
        self.message, self.hint, self.code = message, hint, code
        super().__init__(message, hint, code)

    def __str__(self) -> str:
        return self.message


def unsupported(message: str, hint: str) -> ModelFileError:
    """Make the error of a model that is none to be run here."""
    return ModelFileError(message, hint, "unsupported")


class Tensor(NamedTuple):
    """A tensor of a model: what one row of the evaluator's numbers, or several, become."""

    name: str
    #: The NumPy dtype, such as `float32`.
    dtype: str
    #: Each axis; None where the file does not say how long it is.
    shape: tuple[int | None, ...]

    @property
    def grows(self) -> bool:
        """Whether its first axis is as long as there are rows."""
        return bool(self.shape) and self.shape[0] is None

    @property
    def width(self) -> int | None:
        """How many numbers it has for each row; None where the file does not say."""
        axes = self.shape[1:] if self.grows else self.shape
        known = [axis for axis in axes if axis is not None]
        return math.prod(known) if len(known) == len(axes) else None


class OnnxFile(NamedTuple):
    """An ONNX model, whole, and its tensors of numbers."""

    #: How messages name it.
    shown: str
    model: ModelProto
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    #: What else a node gives and the file says the width of, by name; the outputs too.
    tensors: dict[str, Tensor]
    #: Whether many rows go in together; else each goes in alone.
    batched: bool

    @property
    def dtype(self) -> str:
        """What it computes in: float64 if any input or output is."""
        wide = any(tensor.dtype == "float64" for tensor in (*self.inputs, *self.outputs))
        return "float64" if wide else "float32"


def read_model(path: Path, shown: str) -> OnnxFile:
    """Read an ONNX file and the files of numbers beside it; raises ModelFileError."""
    try:
        import onnx
    except ImportError:
        raise unsupported("ONNX files need the package `onnx`", INSTALL) from None
    model = _parsed(onnx, path, shown)
    _check_shapes(model, shown)
    _check_external(model, path.parent, shown)
    try:
        onnx.load_external_data_for_model(model, str(path.parent))
    except Exception as fault:
        said = clip(str(fault), 200)
        raise ModelFileError(f"numbers of {shown} cannot be read: {said}",
                             "save the model anew, in one file if it can be") from None  # fmt: skip
    _check_operators(onnx, model, shown)
    inferred = _inferred(onnx, model)
    constant = {number.name for number in model.graph.initializer}
    given = [value for value in inferred.input if value.name not in constant]
    inputs = tuple(_tensor(onnx, value, "input", shown) for value in given)
    outputs = tuple(_tensor(onnx, value, "output", shown) for value in inferred.output)
    if not inputs or not outputs:
        what = "inputs" if not inputs else "outputs"
        raise unsupported(f"{shown} has no {what}", "the graph needs both")
    batched = all(tensor.grows for tensor in (*inputs, *outputs))
    tensors = _named(onnx, inferred, batched) | {tensor.name: tensor for tensor in outputs}
    return OnnxFile(shown, model, inputs, outputs, tensors, batched)


def _parsed(onnx: Any, path: Path, shown: str) -> ModelProto:
    from google.protobuf.message import DecodeError

    with reading(shown):
        size = os.path.getsize(path)
        if size > MAX_BYTES:
            raise ModelFileError(f"{shown} has {size:,} bytes, and an ONNX file at most {MAX_BYTES:,}",
                                 "save its numbers as external data")  # fmt: skip
        data = path.read_bytes()
    model: ModelProto = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        raise _no_model(shown) from None
    if not model.graph.node or not model.opset_import:
        raise _no_model(shown)
    # Protobuf gives bytes for a text that is no UTF-8.
    if bad := next((text for text in _texts(model) if isinstance(text, bytes)), None):
        raise ModelFileError(f"{shown} holds the name {clip(repr(bad)[1:])}, which is no UTF-8 text",
                             "the file is damaged: save the model anew")  # fmt: skip
    return model


def _texts(message: Any) -> Iterator[str | bytes]:
    """Give every text of a message and those that it holds."""
    from google.protobuf.message import Message

    for field, value in message.ListFields():
        if field.type in (field.TYPE_STRING, field.TYPE_MESSAGE):
            for part in [value] if isinstance(value, str | bytes | Message) else value:
                yield from _texts(part) if isinstance(part, Message) else [part]


def _no_model(shown: str) -> ModelFileError:
    return ModelFileError(
        f"{shown} is not an ONNX model", "name a file that holds a network exported as ONNX"
    )


def _check_shapes(model: ModelProto, shown: str) -> None:
    for tensor in _all_numbers(model):
        if min(tensor.dims, default=0) < 0:
            axes = " × ".join(map(str, tensor.dims))
            raise ModelFileError(f"the tensor `{clip(tensor.name)}` of {shown} has the shape ({axes})",
                                 "the file is damaged: save the model anew")  # fmt: skip


def _check_external(model: ModelProto, folder: Path, shown: str) -> None:
    """See that every file of numbers that the model names lies in its folder."""
    root = os.path.realpath(folder)
    for tensor in _all_numbers(model):
        if not tensor.external_data:
            continue
        fields = {entry.key: entry.value for entry in tensor.external_data}
        location = fields.get("location", "")
        real = os.path.realpath(os.path.join(root, location))
        name = f"`{clip(location, 80)}`"
        hint = "the files of a model lie beside it, or below"
        if not location or os.path.isabs(location) or not Path(real).is_relative_to(root):
            raise ModelFileError(f"{shown} reads {name}, which is not in its folder", hint)
        if not os.path.isfile(real):
            raise ModelFileError(f"{shown} reads {name}, which is no file", hint)
        for key in ("offset", "length"):
            if not fields.get(key, "0").isdecimal():
                raise ModelFileError(
                    f"the tensor `{clip(tensor.name)}` of {shown} has the {key} `{clip(fields[key])}`"
                    f" in {name}", "it is a number of bytes: save the model anew",
                )  # fmt: skip


def _all_numbers(model: ModelProto) -> Iterator[TensorProto]:
    """Give every tensor of numbers that a model holds, however deep."""
    yield from _numbers_of(model.graph)
    for function in model.functions:
        yield from _numbers_of_nodes(function.node)


def _numbers_of(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _numbers_of_nodes(graph.node)


def _numbers_of_nodes(nodes: Iterable[Any]) -> Iterator[TensorProto]:
    for node in nodes:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)
            for graph in (attribute.g, *attribute.graphs):
                yield from _numbers_of(graph)


def _check_operators(onnx: Any, model: ModelProto, shown: str) -> None:
    """See that ONNX has the operators that claim to be its own."""
    versions = {entry.domain: entry.version for entry in model.opset_import}
    known = {(function.domain, function.name) for function in model.functions}
    newest = onnx.defs.onnx_opset_version()
    if versions.get("", 0) > newest:
        raise unsupported(
            f"{shown} uses operator set {versions['']}, and `onnx` knows up to {newest}",
            "upgrade the package `onnx`, or export for an older operator set",
        )
    for node in model.graph.node:
        domain = "" if node.domain == "ai.onnx" else node.domain
        if domain or (domain, node.op_type) in known:
            continue  # ONNX Runtime has the last word
        if not onnx.defs.has(node.op_type, versions.get("", 1), ""):
            raise unsupported(f"{shown} has the unknown operator `{clip(node.op_type)}`",
                              f"operator set {versions.get('', 1)} of ONNX has none of that name")  # fmt: skip


def _inferred(onnx: Any, model: ModelProto) -> GraphProto:
    """Give the graph with the shapes that follow from those of the inputs, where they do."""
    try:
        found: GraphProto = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception:  # it has no shape to say then, and ONNX Runtime says what is wrong
        return model.graph
    return found


def _tensor(onnx: Any, value: ValueInfoProto, role: str, shown: str) -> Tensor:
    """Read what an input or output is; raises ModelFileError where it is not numbers, or its size open."""
    subject = f"the {role} `{clip(value.name)}` of {shown}"
    tensor = _read(onnx, value)
    if isinstance(tensor, str):
        raise unsupported(f"{subject} is {tensor}", "export the network with numbers alone")
    damaged = any(axis is not None and axis < 0 for axis in tensor.shape)
    if damaged or not tensor.width:
        axes = " × ".join("?" if axis is None else str(axis) for axis in tensor.shape)
        hint = "only the first axis may be open, that of the rows: export with the others fixed"
        if damaged:
            hint = "the file is damaged: save the model anew"
        raise unsupported(f"{subject} has the shape ({axes})", hint)
    return tensor


def _read(onnx: Any, value: ValueInfoProto) -> Tensor | str:
    """Give a tensor of numbers, or say what it is instead."""
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return f"a {str(kind).removesuffix('_type')}"
    found = value.type.tensor_type
    types = {number: word for word, number in onnx.TensorProto.DataType.items()}
    word = types.get(found.elem_type, str(found.elem_type)).lower()
    dtype = NUMBERS.get(word)
    if dtype is None:
        return "text" if word == "string" else f"of the type {word}"
    axes = found.shape.dim
    known = [axis.dim_value if axis.HasField("dim_value") else None for axis in axes]
    if not found.HasField("shape"):
        known = [None, None]
    return Tensor(value.name, dtype, tuple(known))


#: The types of ONNX that are numbers in NumPy too.
NUMBERS: Final = {
    "float": "float32", "double": "float64", "float16": "float16", "bool": "bool",
    **{name: name for name in ("int8", "int16", "int32", "int64")},
    **{name: name for name in ("uint8", "uint16", "uint32", "uint64")},
}  # fmt: skip


def _named(onnx: Any, graph: GraphProto, batched: bool) -> dict[str, Tensor]:
    """Give the tensors between inputs and outputs whose width is known."""
    given = {name for node in graph.node for name in node.output}
    found = {}
    for value in graph.value_info:
        tensor = _read(onnx, value)
        if value.name not in given or isinstance(tensor, str) or not tensor.width:
            continue
        if tensor.grows or not batched:
            found[value.name] = tensor
    return found


def total(tensors: Sequence[Tensor]) -> int:
    """Count the numbers that tensors have for each row."""
    return sum(tensor.width or 0 for tensor in tensors)


def names_of(tensors: Sequence[Tensor]) -> str:
    """Write the names of tensors for a hint."""
    return listed(tensor.name for tensor in tensors)
