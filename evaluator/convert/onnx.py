"""ONNX models: the file, the data that may stand outside it, and the test data beside it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.convert.conversion import Cases, Conversion, ConversionError
from evaluator.convert.onnx_graph import Graph
from evaluator.convert.reading import Source, read_bytes
from evaluator.diagnostics import clip
from evaluator.subjects.translated import framework

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: Bytes of a model, which protobuf holds to be the most.
MAX_FILE: Final = (1 << 31) - 1
#: Bytes of all test data, and how many sets of it are looked for.
MAX_TEST: Final = 1 << 28
MAX_SETS: Final = 1000


def read(source: Source) -> Conversion:
    """Read a model of dense layers and activations."""
    onnx = framework("onnx", "onnx")
    model = _parsed(onnx.ModelProto, source.path, source.shown)
    if not model.graph.node:
        raise ConversionError(f"{source.shown} is no ONNX model, or one that computes nothing")
    if any(isinstance(text, bytes) for text in _texts(model)):  # as protobuf gives what is no UTF-8
        raise ConversionError(
            f"{source.shown} holds names that are not UTF-8", "the file is damaged"
        )
    constants = dict(_constants(onnx, model, source))
    opset = max((entry.version for entry in model.opset_import if not entry.domain), default=1)
    graph = Graph(onnx, model, constants, opset, source)
    network = graph.network()
    producer = clip(f"{model.producer_name} {model.producer_version}".strip(), 60)
    written = f", written by {producer}" if producer else ""
    origin = f"the ONNX model {source.name}, operator set {opset}{written}"
    return Conversion(network, origin, graph.notes, _test_data(onnx, source, graph, network))


def _parsed(kind: Any, path: Path, shown: str, most: int = MAX_FILE) -> Any:
    """Read one protobuf message."""
    message = kind()
    content = read_bytes(path, shown, most)
    try:
        message.ParseFromString(content)
    except Exception:  # DecodeError, of a package that is known only through onnx
        raise ConversionError(
            f"{shown} is no ONNX file", "it is damaged, or of another kind"
        ) from None
    return message


def _texts(model: Any) -> Iterator[Any]:
    """Give every text of a model that is read."""
    graph = model.graph
    yield from (model.producer_name, model.producer_version)
    for node in graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)
    for tensor in graph.initializer:
        yield tensor.name
        yield from (text for entry in tensor.external_data for text in (entry.key, entry.value))
    for value in (*graph.input, *graph.output):
        yield value.name
        yield from (axis.dim_param for axis in value.type.tensor_type.shape.dim)
    yield from (text for entry in model.metadata_props for text in (entry.key, entry.value))
    yield from (function.name for function in model.functions)
    yield from (entry.domain for entry in model.opset_import)


def _constants(onnx: Any, model: Any, source: Source) -> Iterator[tuple[str, Array]]:
    """Give every initializer by name."""
    if model.graph.sparse_initializer:
        raise ConversionError(f"{source.shown} holds sparse weights", "save them as dense ones")
    if model.functions:
        names = ", ".join(clip(function.name) for function in model.functions[:4])
        raise ConversionError(
            f"{source.shown} defines functions of its own: {names}",
            "inline them with onnx.inliner.inline_local_functions",
        )
    for tensor in model.graph.initializer:
        yield tensor.name, to_array(onnx, tensor, source)


def to_array(onnx: Any, tensor: Any, source: Source) -> Array:
    """Give the numbers of a tensor."""
    what = f"tensor `{clip(tensor.name)}` of {source.shown}"
    if min(tensor.dims, default=0) < 0:
        axes = " × ".join(map(str, tensor.dims))
        raise ConversionError(f"{what} has the shape ({axes})", "the file is damaged")
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        tensor = _fetched(onnx, tensor, source, what)
    try:
        values: Array = np.asarray(onnx.numpy_helper.to_array(tensor))
    except (ValueError, TypeError, KeyError, RuntimeError, OverflowError) as fault:
        said = clip(str(fault), 80)
        raise ConversionError(f"{what} cannot be read: {said}", "the file is damaged") from None
    return values


def _fetched(onnx: Any, tensor: Any, source: Source, what: str) -> Any:
    """Give a tensor with the data that stands in another file, of the same folder or below."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    path = _inside(source, location)
    if path is None:
        raise ConversionError(
            f"{what} stands in `{clip(location, 80)}`, which leads out of the folder of the model",
            "keep the data beside the model",
        )
    size = math.prod(tensor.dims) * _itemsize(onnx, tensor, what)
    entries = {"offset": "0", "length": str(size)} | entries
    for key in ("offset", "length"):
        if not entries[key].isdecimal():
            raise ConversionError(
                f"{what} has the {key} `{clip(entries[key])}` in `{clip(location, 80)}`", _DAMAGED
            )
    offset, length = int(entries["offset"]), int(entries["length"])
    if length != size:
        raise ConversionError(
            f"{what} takes {size} bytes, and its length is given as {length}", _DAMAGED
        )
    data = read_bytes(path, f"`{clip(location, 80)}`", MAX_FILE)
    if offset + length > len(data):
        begin = f" from byte {offset} on" if offset else ""
        raise ConversionError(
            f"{what} takes {size} bytes{begin}, and `{clip(location, 80)}` has {len(data)} bytes",
            _DAMAGED,
        )
    whole = onnx.TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
    whole.raw_data = data[offset : offset + length]
    return whole


_DAMAGED: Final = "the files do not belong together, or are damaged"


def _inside(source: Source, location: str) -> Path | None:
    """Find a file that a model names; None if it is outside of the model's folder."""
    if not location.isprintable() or "\\" in location or PureWindowsPath(location).anchor:
        return None
    folder = os.path.realpath(source.path.parent)
    path = Path(os.path.realpath(os.path.join(folder, location)))
    return path if path != Path(folder) and path.is_relative_to(folder) else None


def _itemsize(onnx: Any, tensor: Any, what: str) -> int:
    try:
        return int(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)
    except (KeyError, ValueError, TypeError):
        raise ConversionError(
            f"{what} is of the type {tensor.data_type}, which is not known"
        ) from None


def _test_data(onnx: Any, source: Source, graph: Graph, network: Network) -> Cases | None:
    """Read the data sets beside the model: `test_data_set_N/input_0.pb` and `output_0.pb`."""
    sets = []
    for number in range(MAX_SETS):
        folder = source.path.parent / f"test_data_set_{number}"
        if not folder.is_dir():
            break
        room = MAX_TEST // (number + 1)
        tensors = (("input", len(graph.inputs)), ("output", len(graph.outputs)))
        found = [
            _rows(onnx, source, [folder / f"{kind}_{place}.pb" for place in range(count)], room)
            for kind, count in tensors
        ]
        sets.append(found)
    if not sets:
        return None
    x, y = (np.vstack(parts) for parts in zip(*sets, strict=True))
    if x.shape[1] != len(network.inputs) or y.shape != (len(x), network.output_count()):
        raise ConversionError(
            f"the test data beside {source.shown} has the shapes {x.shape} and {y.shape};"
            f" the network takes {len(network.inputs)} and gives {network.output_count()}",
            "remove the folders test_data_set_*, or record answers of your own inputs",
        )
    return Cases(x, y, "those of the test data beside the model")


def _rows(onnx: Any, source: Source, paths: list[Path], room: int) -> Array:
    """Read tensors side by side, a row each case: (rows, values)."""
    parts = []
    for path in paths:
        tensor = _parsed(onnx.TensorProto, path, f"`{clip(str(path), 200)}`", room)
        values = np.asarray(to_array(onnx, tensor, source), np.float64)
        parts.append(values.reshape(len(values), -1) if values.ndim > 1 else values.reshape(1, -1))
    if len({len(part) for part in parts}) != 1:
        raise ConversionError(f"the tensors in `{clip(str(paths[0].parent), 200)}` differ in rows")
    return np.hstack(parts)
