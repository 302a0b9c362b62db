"""The activations: names, parameters, and functions over (cases, units)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number (or word) that shapes an activation."""

    name: str
    default: float | str | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    #: Whether one value per unit may be given.
    per_unit: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Activation:
    """A function from weighted sums z to outputs, both (cases, units)."""

    name: str
    function: Callable[..., Array]
    formula: str
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    #: Whether each output depends on every unit of the layer.
    whole_layer: bool = False
    note: str = ""

    def __call__(self, z: Array, **parameters: Any) -> Array:
        """Apply the function; z (cases, units) gives the same shape and dtype."""
        return self.function(z, **parameters)

    def problems(
        self, parameters: Mapping[str, Any], units: int | None
    ) -> list[tuple[str, str, str]]:
        """Tell what is wrong with parameters: (parameter, message, hint)."""
        found = []
        for parameter in self.parameters:
            value = parameters.get(parameter.name)
            if value is None:
                if parameter.required:
                    found.append(("", f"`{self.name}` needs its `{parameter.name}`",
                                  f"write {{name: {self.name}, {parameter.name}: …}}"))  # fmt: skip
            elif not isinstance(value, str) and not np.isfinite(value).all():
                found.append((parameter.name, f"`{parameter.name}` is not a finite number",
                              "parameters are finite"))  # fmt: skip
            elif np.ndim(value) == 1 and units is not None and len(value) != units:
                found.append((parameter.name, f"{len(value)} slopes for {units} units",
                              "write one number, or one per unit"))  # fmt: skip
        if self.name == "clip" and not parameters:
            found.append(("", "`clip` needs `min`, `max` or both",
                          "write {name: clip, min: 0, max: 1}"))  # fmt: skip
        low, high = parameters.get("min"), parameters.get("max")
        if self.name == "hard_tanh":
            low, high = parameters.get("min", -1), parameters.get("max", 1)
        if low is not None and high is not None and low > high:
            found.append(("min", f"`min` {low} is more than `max` {high}", "exchange the two"))
        if self.name == "celu" and parameters.get("alpha") == 0:
            found.append(("alpha", "`alpha` is 0, and celu divides by it", "choose another"))
        if self.name == "softplus" and parameters.get("beta", 1) <= 0:
            found.append(("beta", "`beta` is not more than 0", "softplus divides by it"))
        if self.name == "squareplus" and parameters.get("b", 4) < 0:
            found.append(("b", "`b` is negative", "it stands under a square root"))
        return found


def _sigmoid(z: Array) -> Array:
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def _softplus(z: Array, beta: float = 1.0) -> Array:
    x = z * beta
    return (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))) / beta


def _keep_nan(z: Array, result: Array) -> Array:
    return np.where(np.isnan(z), z, result).astype(z.dtype, copy=False)


def _silu(z: Array, beta: float = 1.0) -> Array:
    x = z * _sigmoid(z * beta)
    return np.where(np.isinf(z) & (z * beta < 0), z.dtype.type(0), x)


def _elementwise(function: Callable[[float], float]) -> Callable[[Array], Array]:
    def apply(z: Array) -> Array:
        values = np.fromiter(map(function, z.ravel().tolist()), np.float64, z.size)
        return values.reshape(z.shape)

    return apply


_erfc = _elementwise(math.erfc)


def _gelu(z: Array, approximate: str = "none") -> Array:
    if approximate == "tanh":
        y = z * _sigmoid(2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))
    else:
        y = (z.astype(np.float64) * 0.5 * _erfc(-z / math.sqrt(2))).astype(z.dtype)
    return np.where(z == -np.inf, z.dtype.type(0), y)


def _mish(z: Array) -> Array:
    return np.where(z == -np.inf, z.dtype.type(0), z * np.tanh(_softplus(z)))


def _softsign(z: Array) -> Array:
    return np.where(np.isinf(z), np.sign(z), z / (1 + np.abs(z)))


def _elu(z: Array, alpha: float = 1.0) -> Array:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def _selu(z: Array, alpha: float = 1.6732631921768188, gamma: float = 1.0507010221481323) -> Array:
    return gamma * _elu(z, alpha)


def _celu(z: Array, alpha: float = 1.0) -> Array:
    return np.maximum(z, 0) + np.minimum(alpha * np.expm1(np.minimum(z / alpha, 0)), 0)


def _squareplus(z: Array, b: float = 4.0) -> Array:
    root = np.hypot(z, math.sqrt(b))
    return np.where(z >= 0, (z + root) / 2, b / (2 * (root - z)))


def _tanh_shrink(z: Array) -> Array:
    return z - np.tanh(z)


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _hardmax(z: Array) -> Array:
    one = np.zeros_like(z)
    np.put_along_axis(one, z.argmax(axis=-1, keepdims=True), 1, axis=-1)
    return np.where(np.isnan(z).any(axis=-1, keepdims=True), z.dtype.type(np.nan), one)


def _clip(z: Array, min: float | None = None, max: float | None = None) -> Array:
    return np.clip(z, min, max)


_A = Parameter("alpha", 1.0)

_TABLE = (
    Activation("identity", lambda z: z.copy(), "z", aliases=("linear",)),
    Activation("step", lambda z, threshold=0.0: _keep_nan(z, (z > threshold)),
               "1 if z > threshold else 0", (Parameter("threshold", 0.0),)),
    Activation("sigmoid", _sigmoid, "1 / (1 + e^(−z))", aliases=("logistic",)),
    Activation("tanh", np.tanh, "tanh z"),
    Activation("relu", lambda z: np.maximum(z, 0), "max(0, z)"),
    Activation("relu6", lambda z: np.clip(z, 0, 6), "min(max(0, z), 6)"),
    Activation("leaky_relu", lambda z, alpha=0.01: np.where(z >= 0, z, alpha * z),
               "z if z ≥ 0 else alpha·z", (Parameter("alpha", 0.01),)),
    Activation("prelu", lambda z, slope: np.where(z >= 0, z, np.asarray(slope, z.dtype) * z),
               "z if z ≥ 0 else slope·z", (Parameter("slope", None, True, per_unit=True),)),
    Activation("thresholded_relu", lambda z, alpha=1.0: _keep_nan(z, np.where(z > alpha, z, 0)),
               "z if z > alpha else 0", (_A,)),
    Activation("elu", _elu, "z if z > 0 else alpha·(e^z − 1)", (_A,)),
    Activation("selu", _selu, "gamma·(z if z > 0 else alpha·(e^z − 1))",
               (Parameter("alpha", 1.67326319217681884765625),
                Parameter("gamma", 1.05070102214813232421875))),
    Activation("celu", _celu, "max(0, z) + min(0, alpha·(e^(z/alpha) − 1))", (_A,)),
    Activation("gelu", _gelu, "z·Φ(z)",
               (Parameter("approximate", "none", choices=("none", "tanh")),)),
    Activation("silu", _silu, "z·sigmoid(beta·z)", (Parameter("beta", 1.0),), ("swish",)),
    Activation("mish", _mish, "z·tanh(softplus z)"),
    Activation("softplus", _softplus, "ln(1 + e^(beta·z)) / beta", (Parameter("beta", 1.0),)),
    Activation("softsign", _softsign, "z / (1 + |z|)"),
    Activation("log_sigmoid", lambda z: -_softplus(-z), "−ln(1 + e^(−z))"),
    Activation("hard_sigmoid", lambda z, alpha=0.2, beta=0.5: np.clip(alpha * z + beta, 0, 1),
               "min(max(alpha·z + beta, 0), 1)", (Parameter("alpha", 0.2), Parameter("beta", 0.5))),
    Activation("hard_swish", lambda z: np.where(z <= -3, np.zeros_like(z), np.where(
        z >= 3, z, z * (z + 3) / 6)), "z·min(max(z/6 + 0.5, 0), 1)", aliases=("hard_silu",)),
    Activation("hard_tanh", lambda z, min=-1.0, max=1.0: np.clip(z, min, max),
               "min(max(z, min), max)", (Parameter("min", -1.0), Parameter("max", 1.0))),
    Activation("clip", _clip, "min(max(z, min), max)", (Parameter("min"), Parameter("max"))),
    Activation("hard_shrink", lambda z, lambd=0.5: _keep_nan(z, np.where(np.abs(z) > lambd, z, 0)),
               "z if |z| > lambd else 0", (Parameter("lambd", 0.5),)),
    Activation("soft_shrink", lambda z, lambd=0.5: np.sign(z) * np.maximum(np.abs(z) - lambd, 0),
               "sign(z)·max(|z| − lambd, 0)", (Parameter("lambd", 0.5),)),
    Activation("tanh_shrink", _tanh_shrink, "z − tanh z"),
    Activation("squareplus", _squareplus, "(z + √(z² + b)) / 2", (Parameter("b", 4.0),)),
    Activation("exp", np.exp, "e^z"),
    Activation("reciprocal", lambda z: 1 / z, "1 / z"),
    Activation("square", np.square, "z²"),
    Activation("gaussian", lambda z: np.exp(-(z * z)), "e^(−z²)"),
    Activation("sin", np.sin, "sin z"),
    Activation("cos", np.cos, "cos z"),
    Activation("atan", np.arctan, "arctan z"),
    Activation("softmax", _softmax, "e^zᵢ / Σ e^zⱼ", whole_layer=True),
    Activation("log_softmax", _log_softmax, "zᵢ − ln Σ e^zⱼ", whole_layer=True),
    Activation("softmin", lambda z: _softmax(-z), "e^(−zᵢ) / Σ e^(−zⱼ)", whole_layer=True),
    Activation("hardmax", _hardmax, "1 at the first maximum, else 0", whole_layer=True),
    Activation("normalize", lambda z: z / z.sum(axis=-1, keepdims=True), "zᵢ / Σ zⱼ",
               whole_layer=True),
)  # fmt: skip

#: Every activation by name, in the order of the format's documentation.
ACTIVATIONS: dict[str, Activation] = {entry.name: entry for entry in _TABLE}

#: Every accepted spelling → the name.
NAMES: dict[str, str] = {
    spelling: entry.name for entry in _TABLE for spelling in (entry.name, *entry.aliases)
}
