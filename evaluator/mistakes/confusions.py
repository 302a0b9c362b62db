"""Which activations are taken for each other, as people and libraries do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.activations import ACTIVATIONS, Activation

if TYPE_CHECKING:
    from evaluator.network import Array


class Confusion(NamedTuple):
    """One activation that is taken for another."""

    #: The right one.
    right: str
    wrong: Activation
    code: str
    #: What completes "if …".
    name: str
    sentence: str
    #: The parameters of the wrong one.
    parameters: Mapping[str, Any] = {}
    #: The parameters that it takes over from the right one.
    kept: tuple[str, ...] = ()


def _pair(right: str, wrong: str, *kept: str, **parameters: Any) -> Confusion:
    told = "".join(f" with {name} {value}" for name, value in parameters.items())
    code = f"{wrong}-for-{right}".replace("_", "-")
    name = f"{wrong} is taken instead of {right}"
    sentence = f"`{wrong}`{told} stands where `{right}` belongs."
    return Confusion(right, ACTIVATIONS[wrong], code, name, sentence, parameters, kept)


def _form(
    right: str, code: str, name: str, sentence: str, wrong: Activation | None = None,
    **parameters: Any,
) -> Confusion:  # fmt: skip
    """Another form of the same activation: other parameters, or a formula of its own."""
    kept = () if wrong is None else tuple(p.name for p in ACTIVATIONS[right].parameters)
    return Confusion(right, wrong or ACTIVATIONS[right], code, name, sentence, parameters, kept)


def _at_least(z: Array, threshold: float = 0.0) -> Array:
    return np.heaviside(z - threshold, 1.0)


def _sign(z: Array, threshold: float = 0.0) -> Array:
    return np.sign(z - threshold)


def _bell(z: Array) -> Array:
    return np.exp(z * z * -0.5)


def _arctan(z: Array) -> Array:
    return np.arctan(z) * (2 / np.pi)


def _steep_swish(z: Array) -> Array:
    bounded = np.maximum(z, -2.5)  # below it is 0, and −∞·0 is NaN
    return bounded * np.minimum(0.2 * bounded + 0.5, 1.0)


def _over_length(z: Array) -> Array:
    shares: Array = z / np.sqrt((z * z).sum(axis=-1, keepdims=True))
    return shares


# One row each, laid out by hand; of several that may stand for one, the likeliest first.
# fmt: off
CONFUSIONS: Final = (
    _pair("sigmoid", "tanh"),
    _pair("tanh", "sigmoid"),
    _pair("sigmoid", "relu"),
    _pair("tanh", "relu"),
    _pair("relu", "sigmoid"),
    _pair("relu", "tanh"),
    _pair("relu", "leaky_relu"),
    _pair("leaky_relu", "relu"),
    _pair("prelu", "relu"),
    _pair("relu6", "relu"),
    _pair("relu", "relu6"),
    _pair("softmax", "sigmoid"),
    _pair("softmax", "log_softmax"),
    _pair("softmax", "normalize"),
    _pair("softmax", "softmin"),
    _pair("softmax", "hardmax"),
    _pair("log_softmax", "softmax"),
    _pair("softmin", "softmax"),
    _pair("hardmax", "softmax"),
    _pair("normalize", "softmax"),
    _form("normalize", "length-for-sum", "the length is taken for the sum",
        "`normalize` divides by the root of the sum of squares.",
        Activation("z over its length", _over_length, "zᵢ / √Σ zⱼ²", whole_layer=True)),
    _form("gelu", "gelu-tanh-form", "gelu is taken in its tanh form",
        "`gelu` is approximated with tanh, the default of JAX.", approximate="tanh"),
    _form("gelu", "gelu-exact-form", "gelu is taken in its exact form",
        "`gelu` is computed with the normal distribution, the default of PyTorch.",
        approximate="none"),
    _pair("gelu", "relu"),
    _pair("silu", "sigmoid"),
    _form("silu", "silu-beta-1", "beta is left out", "The `beta` of `silu` is taken for 1.",
        beta=1.0),
    _form("hard_sigmoid", "hard-sigmoid-slope-1-6", "hard_sigmoid is taken with the slope 1/6",
        "`hard_sigmoid` has the slope 1/6, as in PyTorch and Keras 3.", alpha=1 / 6, beta=0.5),
    _form("hard_sigmoid", "hard-sigmoid-slope-0-2", "hard_sigmoid is taken with the slope 0.2",
        "`hard_sigmoid` has the slope 0.2, as in ONNX and Keras 2.", alpha=0.2, beta=0.5),
    _pair("hard_sigmoid", "sigmoid"),
    _pair("sigmoid", "hard_sigmoid"),
    _pair("hard_swish", "silu"),
    _form("hard_swish", "hard-swish-slope-0-2", "hard_swish is taken with the slope 0.2",
        "`hard_swish` has the slope 0.2 of `hard_sigmoid` inside.",
        Activation("hard_swish of slope 0.2", _steep_swish, "z·min(max(0, 0.2·z + 0.5), 1)")),
    _form("leaky_relu", "leaky-slope-0-01", "the slope of leaky_relu is taken for 0.01",
        "`leaky_relu` has the slope 0.01, the default of ONNX and PyTorch.", alpha=0.01),
    _form("leaky_relu", "leaky-slope-0-1", "the slope of leaky_relu is taken for 0.1",
        "`leaky_relu` has the slope 0.1.", alpha=0.1),
    _form("leaky_relu", "leaky-slope-0-2", "the slope of leaky_relu is taken for 0.2",
        "`leaky_relu` has the slope 0.2, the default of Keras's function.", alpha=0.2),
    _form("leaky_relu", "leaky-slope-0-3", "the slope of leaky_relu is taken for 0.3",
        "`leaky_relu` has the slope 0.3, the default of Keras's layer.", alpha=0.3),
    _form("step", "step-at-threshold", "step is 1 at the threshold too",
        "`step` is 1 where z equals the threshold.",
        Activation("step from the threshold on", _at_least, "1 if z ≥ threshold, else 0")),
    _form("step", "sign-for-step", "step is taken as −1 or 1",
        "The sign, −1 or 1, stands where `step` belongs.",
        Activation("sign", _sign, "the sign of z − threshold")),
    _pair("step", "sigmoid"),
    _pair("thresholded_relu", "relu"),
    _pair("elu", "relu"),
    _pair("elu", "selu"),
    _pair("selu", "elu"),
    _pair("celu", "elu", "alpha"),
    _pair("softplus", "relu"),
    _form("softplus", "softplus-beta-1", "beta is left out",
        "The `beta` of `softplus` is taken for 1.", beta=1.0),
    _pair("mish", "silu"),
    _pair("log_sigmoid", "sigmoid"),
    _pair("softsign", "tanh"),
    _pair("hard_tanh", "tanh"),
    _pair("tanh", "hard_tanh"),
    _pair("hard_shrink", "soft_shrink", "lambd"),
    _pair("soft_shrink", "hard_shrink", "lambd"),
    _pair("tanh_shrink", "tanh"),
    _pair("squareplus", "softplus"),
    _pair("sin", "cos"),
    _pair("cos", "sin"),
    _pair("atan", "tanh"),
    _form("atan", "atan-by-half-pi", "atan is divided by π/2",
        "`atan` is multiplied with 2/π, as PMML's arctan is.",
        Activation("2/π·atan", _arctan, "2/π·atan(z)")),
    _form("gaussian", "gaussian-half", "gaussian is taken as e^(−z²/2)",
        "`gaussian` has the half of z² as exponent, as the normal distribution has.",
        Activation("e^(−z²/2)", _bell, "e^(−z²/2)")),
)
# fmt: on
