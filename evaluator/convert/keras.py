"""Keras models: `.keras` archives, legacy `.h5` files, and JSON architectures with their weights."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evaluator.convert.archive import MAX_FILE, Archive
from evaluator.convert.builder import MAX_WIDTH, Builder
from evaluator.convert.conversion import Conversion, ConversionError
from evaluator.convert.h5 import H5
from evaluator.convert.keras_layers import LAYERS, Layer, weight_shapes
from evaluator.convert.reading import Source, read_bytes, refused
from evaluator.diagnostics import clip

#: Bytes of an architecture.
MAX_CONFIG: Final = 1 << 23
#: A weights file may also hold what the optimiser keeps: so many bytes for each weight, and these.
BYTES_PER_WEIGHT: Final = 64
BYTES_BESIDE: Final = 1 << 26

#: Layers that may stand before a Flatten.
_BEFORE: Final = ("InputLayer", "Rescaling", "Dropout")


def read(source: Source) -> Conversion:
    """Read a model, whose layers follow each other in a straight line."""
    suffix = source.path.suffix.lower()
    if suffix == ".keras":
        with Archive(source) as archive:
            config = _parsed(archive.read("config.json", MAX_CONFIG), source.shown)
            version = _parsed(archive.read("metadata.json", MAX_CONFIG), source.shown)
            layers = _layers(config, source)
            room = BYTES_PER_WEIGHT * _count(layers) + BYTES_BESIDE
            weights = H5(archive.read("model.weights.h5", room), source.shown)
            return _converted(source, layers, weights, _text(version, "keras_version"))
    if suffix == ".json":
        config = _parsed(read_bytes(source.path, source.shown, MAX_CONFIG), source.shown)
        if not source.weights:
            raise ConversionError(
                f"{source.shown} holds an architecture without weights",
                "add --weights FILE.weights.h5, as `model.save_weights` writes it",
            )
        path = Path(source.weights)
        weights = H5(read_bytes(path, f"`{clip(str(path), 200)}`", MAX_FILE), source.shown)
        return _converted(source, _layers(config, source), weights, _text(config, "keras_version"))
    weights = H5(read_bytes(source.path, source.shown, MAX_FILE), source.shown)
    written = weights.attribute("", "model_config")
    if not written:
        raise ConversionError(
            f"{source.shown} holds weights without an architecture",
            "convert the JSON of `model.to_json()`, with --weights and this file",
        )
    layers = _layers(_parsed(written.encode("utf-8", "replace"), source.shown), source)
    return _converted(source, layers, weights, weights.attribute("", "keras_version"))


def _converted(source: Source, layers: Sequence[Layer], weights: H5, version: str) -> Conversion:
    """Build the network, layer after layer, each with its weights."""
    where = _places(layers, weights)
    first, width = layers[0], _width(layers)
    builder = Builder([f"x{number + 1}" for number in range(width)], first.dtype)
    x = builder.inputs
    for layer, place in zip(layers, where, strict=True):
        shapes = weight_shapes(layer, len(x))
        found = weights.names(place) if place.endswith("/vars") else None
        if found is not None and len(found) != len(shapes):
            raise ConversionError(
                f"layer `{layer.name}` has {len(shapes)} arrays of weights, and the file {len(found)}"
            )
        arrays = [
            weights.array(path, shape)
            for path, shape in zip(_paths(layer, place, weights, shapes), shapes, strict=True)
        ]
        x = LAYERS[layer.kind].build(builder, x, layer, arrays, version.startswith(("1.", "2.")))
    said = f" of Keras {clip(version, 20)}" if version else ""
    return Conversion(builder.network(x), f"the model {source.name}{said}", tuple(builder.notes))


def _layers(config: Any, source: Source) -> list[Layer]:
    """List the layers of a model in their order; raises ConversionError for what is no straight line."""
    kind, inner = _text(config, "class_name"), _mapping(config, "config")
    written = inner.get("layers")
    if kind not in ("Sequential", "Functional", "Model") or not isinstance(written, list):
        raise ConversionError(
            f"{source.shown} is a model of the class `{clip(kind) or '?'}`",
            "a Sequential or Functional model can be converted",
        )
    layers = [_layer(entry, number) for number, entry in enumerate(written, 1)]
    if kind != "Sequential":
        _check_straight(inner, written, layers, source)
    if all(layer.kind == "InputLayer" for layer in layers):
        raise ConversionError(f"{source.shown} has no layers")
    if len({layer.dtype for layer in layers}) > 1:
        raise ConversionError(f"{source.shown} has layers of float32 and of float64")
    return layers


def _layer(entry: Any, number: int) -> Layer:
    kind, config = _text(entry, "class_name"), _mapping(entry, "config")
    name = _text(config, "name") or f"layer{number}"
    if kind not in LAYERS:
        raise refused(kind or "?", name, "a layer of the class")
    if str(entry.get("module", "keras")).partition(".")[0] != "keras":
        raise refused(f"{entry['module']}.{kind}", name, "a layer of the class")
    # What is not set does nothing, whatever later versions call it.
    unknown = {key for key, value in config.items() if value} - LAYERS[kind].settings
    if unknown:
        raise ConversionError(
            f"layer `{clip(name)}`, a {kind}, has a setting `{clip(min(unknown))}` that is not known"
        )
    return Layer(kind, name, config, _dtype(config, name))


def _dtype(config: Mapping[str, Any], name: str) -> str:
    policy = config.get("dtype", "float32")
    if isinstance(policy, dict):
        policy = _mapping(policy, "config").get("name")
    if policy not in ("float32", "float64"):
        raise ConversionError(
            f"layer `{clip(name)}` computes in `{clip(str(policy))}`",
            "float32 and float64 can be expressed",
        )
    return str(policy)


def _check_straight(
    inner: Mapping[str, Any], written: list[Any], layers: Sequence[Layer], source: Source
) -> None:
    """See that each layer of a functional model reads the one before it, and nothing else."""
    before = None
    for entry, layer in zip(written, layers, strict=True):
        if _reads(entry.get("inbound_nodes")) != ([] if before is None else [before]):
            raise ConversionError(
                f"layer `{clip(layer.name)}` of {source.shown} does not read just the layer before it",
                "models whose layers follow each other can be converted",
            )
        before = layer.name
    ends = [_ends(inner.get("input_layers")), _ends(inner.get("output_layers"))]
    if not layers or ends != [layers[0].name, before] or layers[0].kind != "InputLayer":
        raise ConversionError(
            f"{source.shown} has several inputs or outputs",
            "models of one of each can be converted",
        )


def _reads(nodes: Any) -> list[Any]:
    """Name the layers that a layer reads, each time that it is called."""
    match nodes:
        case [[[str(name), *_]]]:  # as Keras 2 writes it
            return [name]
    found: list[Any] = []
    waiting = [nodes]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict) and isinstance(item.get("keras_history"), list):
            found += item["keras_history"][:1]
        elif isinstance(item, dict | list):
            waiting += item.values() if isinstance(item, dict) else item
        elif (
            isinstance(item, str)
            and isinstance(nodes, list)
            and nodes
            and isinstance(nodes[0], list)
        ):
            found.append("")  # several inputs of Keras 2
    return found


def _ends(written: Any) -> Any:
    """Name the only input or output layer: ["dense", 0, 0], or [["dense", 0, 0]] in Keras 2."""
    match written:
        case [[str(name), int(), int()]] | [str(name), int(), int()]:
            return name
    return None


def _width(layers: Sequence[Layer]) -> int:
    """Find how many inputs the first layer reads; several axes have to be flattened first."""
    shape = None
    for layer in layers:
        shape = shape or layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    match shape:
        case [_, *axes] if axes and all(type(n) is int and 0 < n < 1 << 20 for n in axes):
            first = next((layer.kind for layer in layers if layer.kind not in _BEFORE), "")
            if (len(axes) == 1 or first == "Flatten") and math.prod(axes) <= MAX_WIDTH:
                return math.prod(axes)
    raise ConversionError(
        f"the model takes inputs of the shape {clip(str(shape))}, not a list of numbers",
        "save it with an Input of one axis, or with Flatten as the first layer",
    )


def _places(layers: Sequence[Layer], weights: H5) -> list[str]:
    """Find where the weights of each layer stand in the file."""
    for root in ("layers", "_layer_checkpoint_dependencies"):
        if weights.names(root):
            return _numbered(layers, root)
    root = "model_weights" if weights.names("model_weights") else ""
    return [f"{root}/{layer.name}" for layer in layers]


def _numbered(layers: Sequence[Layer], root: str) -> list[str]:
    """Name layers as Keras 3 does in a file: by class, and a number from the second on."""
    seen: dict[str, int] = {}
    places = []
    for layer in layers:
        snake = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", layer.kind)
        snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"\W+", "", snake)).lower()
        number = seen[snake] = seen.get(snake, -1) + 1
        places.append(f"{root}/{snake}{f'_{number}' if number else ''}/vars")
    return places


def _paths(layer: Layer, place: str, weights: H5, shapes: Sequence[tuple[int, ...]]) -> list[str]:
    """Give the path of each array of a layer."""
    if place.endswith("/vars"):
        return [f"{place}/{number}" for number in range(len(shapes))]
    named = weights.attributes(place, "weight_names", len(shapes)) if shapes else []
    if len(named) != len(shapes):
        raise ConversionError(
            f"layer `{clip(layer.name)}` has {len(shapes)} arrays of weights, and the file others"
        )
    return [f"{place}/{name}" for name in named]


def _count(layers: Sequence[Layer]) -> int:
    """Count the weights of a model, to know how large its file may be."""
    width, total = _width(layers), 0
    for layer in layers:
        total += sum(math.prod(shape) for shape in weight_shapes(layer, width))
        width = layer.units or width
    return total


def _parsed(content: bytes, shown: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ConversionError(f"{shown} holds an architecture that is not JSON") from None


def _mapping(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
