"""The layers of Keras that the format can express, and the names of its activations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.convert.builder import MAX_WIDTH, Builder, Columns
from evaluator.convert.conversion import ConversionError
from evaluator.convert.reading import refused
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array

#: What Keras calls activations: our name and parameters.
ACTIVATIONS: Final[dict[str, tuple[str, dict[str, float | str]]]] = {
    **{name: (name, {}) for name in (
        "tanh", "sigmoid", "relu", "relu6", "elu", "selu", "celu", "softplus", "softsign", "mish",
        "softmax", "log_softmax", "log_sigmoid", "hard_tanh", "hard_shrink", "soft_shrink",
        "tanh_shrink", "squareplus", "silu", "gelu",
    )},
    "linear": ("identity", {}), "swish": ("silu", {}), "exponential": ("exp", {}),
    "leaky_relu": ("leaky_relu", {"alpha": 0.2}), "hard_silu": ("hard_swish", {}),
    "hard_swish": ("hard_swish", {}), "hard_sigmoid": ("hard_sigmoid", {"alpha": 1 / 6}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as the architecture describes it."""

    kind: str
    name: str
    config: Mapping[str, Any]
    dtype: str

    @property
    def units(self) -> int:
        """How many values it gives, where it says so."""
        units = self.config.get("units", 0)
        if type(units) is not int or not 0 <= units <= MAX_WIDTH:
            raise ConversionError(f"layer `{clip(self.name)}` has {clip(str(units))} units")
        return units

    def number(self, key: str, default: float, *others: str) -> float:
        """Give a setting that is a number, by its name or an older one."""
        value = next((self.config[k] for k in (key, *others) if k in self.config), default)
        if isinstance(value, dict) and isinstance(value.get("config"), dict):
            value = value["config"].get("value")  # an array of one number, as Keras 2 writes it
        if type(value) not in (int, float):
            raise ConversionError(f"layer `{clip(self.name)}`: `{key}` is `{clip(str(value))}`")
        return float(value)


#: Layers without weights, which may stand where an activation does.
_AS_ACTIVATIONS: Final = ("ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Softmax")

#: Adds a layer with its arrays to the network; the last argument says that it is of Keras 1 or 2.
Build = Callable[[Builder, Columns, Layer, Sequence["Array"], bool], Columns]


class Kind(NamedTuple):
    """A class of layers: how it is built, and every setting that is known to matter or not to."""

    build: Build
    settings: frozenset[str]


_ANY = {"name", "trainable", "dtype", "batch_input_shape", "batch_shape", "registered_name"}


def weight_shapes(layer: Layer, width: int) -> list[tuple[int, ...]]:
    """Give the shape of every array that a layer must have, which reads so many values."""
    if layer.kind == "Dense":
        bias = [(layer.units,)] if layer.config.get("use_bias", True) else []
        return [(width, layer.units), *bias]
    if layer.kind == "BatchNormalization":
        learnt = [layer.config.get("scale", True), layer.config.get("center", True)]
        return [(width,)] * (2 + sum(map(bool, learnt)))
    return [(width,)] if layer.kind == "PReLU" else []


def _dense(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    if layer.config.get("lora_rank") is not None or layer.config.get("quantization_config"):
        raise ConversionError(f"layer `{clip(layer.name)}` is quantised or has a LoRA")
    bias = arrays[1] if len(arrays) > 1 else None
    x = builder.dense(x, arrays[0].T, bias, layer.name)
    return _activation(builder, x, layer, arrays, is_old)


def _activation(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    chosen = layer.config.get("activation") or "linear"
    if isinstance(chosen, dict) and chosen.get("class_name") in _AS_ACTIVATIONS:
        inner = chosen.get("config")
        kind, config = chosen["class_name"], inner if isinstance(inner, dict) else {}
        return LAYERS[kind].build(builder, x, Layer(kind, layer.name, config, ""), [], is_old)
    if isinstance(chosen, dict):  # as Keras writes functions
        chosen = (
            chosen.get("config")
            if isinstance(chosen.get("config"), str)
            else chosen.get("class_name")
        )
    if chosen not in ACTIVATIONS:
        raise refused(str(chosen), layer.name, "a layer with the activation")
    name, parameters = ACTIVATIONS[chosen]
    if is_old and chosen == "hard_sigmoid":
        parameters = {}
    if name == "identity":
        return x
    return builder.activate(x, name, parameters, layer.name)


def _relu(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    slope, threshold = layer.number("negative_slope", 0), layer.number("threshold", 0)
    most = layer.config.get("max_value")
    bound = None if most is None else layer.number("max_value", 0)
    if slope and not threshold and bound is None:
        return builder.activate(x, "leaky_relu", {"alpha": slope}, layer.name)
    if threshold and not slope and bound is None:
        return builder.activate(x, "thresholded_relu", {"alpha": threshold}, layer.name)
    if slope or threshold:
        raise ConversionError(
            f"layer `{clip(layer.name)}` is a ReLU with several of negative_slope, threshold and max_value"
        )
    if bound is None:
        return builder.activate(x, "relu", {}, layer.name)
    return builder.activate(x, "clip", {"min": 0, "max": bound}, layer.name)


def _leaky(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    alpha = layer.number("negative_slope", 0.3, "alpha")
    return builder.activate(x, "leaky_relu", {"alpha": alpha}, layer.name)


def _elu(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    return builder.activate(x, "elu", {"alpha": layer.number("alpha", 1)}, layer.name)


def _thresholded(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    return builder.activate(x, "thresholded_relu", {"alpha": layer.number("theta", 1)}, layer.name)


def _prelu(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    if layer.config.get("shared_axes"):
        raise ConversionError(f"layer `{clip(layer.name)}` is a PReLU with shared axes")
    return builder.activate(x, "prelu", {"slope": arrays[0]}, layer.name)


def _softmax(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    if layer.config.get("axis", -1) not in (-1, 1, [-1], [1]):
        raise ConversionError(
            f"layer `{clip(layer.name)}` is a Softmax over another axis than the last"
        )
    return builder.activate(x, "softmax", {}, layer.name)


def _norm(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    if layer.config.get("axis", -1) not in (-1, 1, [-1], [1]) or layer.config.get("renorm"):
        raise ConversionError(
            f"layer `{clip(layer.name)}` is a BatchNormalization over another axis, or with renorm"
        )
    rest = [array.astype(np.float64) for array in arrays]
    scale = rest.pop(0) if layer.config.get("scale", True) else np.ones(len(x))
    shift = rest.pop(0) if layer.config.get("center", True) else np.zeros(len(x))
    eps = layer.number("epsilon", 1e-3)
    return builder.batch_norm(x, [scale, shift, *rest], eps, layer.name)


def _rescaling(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    scale, offset = (np.full(len(x), layer.number(*s)) for s in (("scale", 1.0), ("offset", 0.0)))
    return builder.affine(x, scale, offset, layer.name)


def _nothing(
    builder: Builder, x: Columns, layer: Layer, arrays: Sequence[Array], is_old: bool
) -> Columns:
    if layer.config.get("data_format") == "channels_first":
        raise ConversionError(f"layer `{clip(layer.name)}` reorders its inputs: channels_first")
    if layer.kind not in ("InputLayer", "Flatten"):
        builder.notes.append(
            f"`{clip(layer.name)}` ({layer.kind}) does nothing at inference and is left out"
        )
    return x


def _kind(build: Build, *settings: str) -> Kind:
    return Kind(build, frozenset({*_ANY, *settings}))


_TRAINING = [
    f"{what}_{how}"
    for what in ("kernel", "bias", "beta", "gamma", "alpha", "activity")
    for how in ("initializer", "regularizer", "constraint")
]

#: Every class of layers that can be converted.
LAYERS: Final[dict[str, Kind]] = {
    "InputLayer": _kind(_nothing, "sparse", "ragged", "optional"),
    "Dense": _kind(_dense, "units", "activation", "use_bias", "lora_rank", "lora_alpha",
                   "quantization_config", *_TRAINING),
    "Activation": _kind(_activation, "activation"),
    "ReLU": _kind(_relu, "max_value", "negative_slope", "threshold"),
    "LeakyReLU": _kind(_leaky, "negative_slope", "alpha"),
    "ELU": _kind(_elu, "alpha"),
    "PReLU": _kind(_prelu, "shared_axes", *_TRAINING),
    "ThresholdedReLU": _kind(_thresholded, "theta"),
    "Softmax": _kind(_softmax, "axis"),
    "BatchNormalization": _kind(
        _norm, "axis", "momentum", "epsilon", "center", "scale", "moving_mean_initializer",
        "moving_variance_initializer", "synchronized", "renorm", "renorm_clipping",
        "renorm_momentum", *_TRAINING),
    "Rescaling": _kind(_rescaling, "scale", "offset"),
    "Flatten": _kind(_nothing, "data_format"),
    "Dropout": _kind(_nothing, "rate", "seed", "noise_shape"),
    "AlphaDropout": _kind(_nothing, "rate", "seed", "noise_shape"),
    "GaussianDropout": _kind(_nothing, "rate", "seed"),
    "GaussianNoise": _kind(_nothing, "stddev", "seed"),
    "ActivityRegularization": _kind(_nothing, "l1", "l2"),
}  # fmt: skip
