"""The table of activations: every name of the format, with its formula, parameters and function.

Formulas and defaults are those of the ONNX operator specification, where ONNX has the operator
(Relu, LeakyRelu, PRelu, ThresholdedRelu, Elu, Selu, Celu, Gelu, Swish, Mish, Softplus, Softsign,
HardSigmoid, HardSwish, Clip, Shrink, Softmax, LogSoftmax, Hardmax); else those of PyTorch
(log_sigmoid, hard_tanh, soft_shrink, tanh_shrink, softmin) or Keras (squareplus).

Every function takes z of shape (cases, units), float64 or float32, and returns a new array of the
same shape and dtype. NaN gives NaN, and over a whole layer a row of NaN; ±∞ gives the limit where
there is one. float64 answers are within 4 units in the last place of the true value, most within 2, as
docs/accuracy.md shows (celu with a negative alpha aside, which loses |z/alpha| of them); float32 answers
within 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator import special, whole_layer
from evaluator.diagnostics import count
from evaluator.special import in_float64

if TYPE_CHECKING:
    from evaluator.special import Array

#: ONNX's defaults for selu, exact as float32 numbers.
SELU_ALPHA: Final = 1.67326319217681884765625
SELU_GAMMA: Final = 1.05070102214813232421875

#: What is wrong with the parameters: the parameter's name or "", the message, the hint.
Problem = tuple[str, str, str]


class Parameter(NamedTuple):
    """A number or word that an activation takes besides z."""

    name: str
    #: None: there is no default.
    default: float | str | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    #: A list with one number for each unit is allowed too.
    per_unit: bool = False
    note: str = ""


class Activation(NamedTuple):
    """What turns the weighted sum z of a neuron, or of a whole layer, into its output."""

    name: str
    function: Callable[..., Array]
    formula: str
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    whole_layer: bool = False
    #: Where libraries disagree.
    note: str = ""
    #: What no schema can say about finite parameters.
    fault: Callable[[Mapping[str, Any]], Problem | None] | None = None

    def __call__(self, z: Array, **parameters: Any) -> Array:
        """Apply the function to z of shape (cases, units)."""
        return self.function(z, **parameters)

    def problems(self, parameters: Mapping[str, object], units: int | None) -> list[Problem]:
        """Say what is wrong with parameters whose names and types are right."""
        found = [
            problem
            for parameter in self.parameters
            for problem in _number_problems(self.name, parameter, parameters, units)
        ]
        if not found and self.fault and (problem := self.fault(parameters)):
            found.append(problem)
        return found


def _number_problems(
    activation: str, parameter: Parameter, parameters: Mapping[str, object], units: int | None
) -> list[Problem]:
    name = parameter.name
    if name not in parameters:
        if not parameter.required:
            return []
        return [(name, f"`{activation}` needs `{name}`", f"add `{name}:`; {parameter.note}")]
    value: Any = parameters[name]
    if isinstance(value, str | Mapping):
        return []
    numbers = np.ravel(value).tolist() if isinstance(value, Sequence | np.ndarray) else [value]
    bad = [number for number in numbers if not _finite(number)]
    if bad:
        return [(name, f"`{name}` is {bad[0]}, not a finite number", "")]
    if units is not None and np.ndim(value) and len(numbers) != units:
        message = f"`{name}` has {count(len(numbers), 'number')} for {count(units, 'unit')}"
        return [(name, message, "give one number, or one for each unit")]
    return []


def _finite(number: Any) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond the largest float
        return False


def _bounds_fault(parameters: Mapping[str, Any]) -> Problem | None:
    low, high = parameters.get("min", -1.0), parameters.get("max", 1.0)
    if low <= high:
        return None
    if "max" not in parameters:
        return "min", f"`min` is {low}, above `max`, which is 1 by default", "give `max` too"
    if "min" not in parameters:
        return "max", f"`max` is {high}, below `min`, which is -1 by default", "give `min` too"
    return "min", f"`min` is {low}, above `max`, which is {high}", "the bounds are swapped"


def _clip_fault(parameters: Mapping[str, Any]) -> Problem | None:
    if "min" in parameters and "max" in parameters:
        return _bounds_fault(parameters)
    if "min" in parameters or "max" in parameters:
        return None
    return "", "`clip` has neither `min` nor `max`", "give one of them, or both"


def _celu_fault(parameters: Mapping[str, Any]) -> Problem | None:
    if parameters.get("alpha", 1) != 0:
        return None
    return "alpha", "`alpha` is 0", "`celu` divides by `alpha`: give any other number"


def _softplus_fault(parameters: Mapping[str, Any]) -> Problem | None:
    if (beta := parameters.get("beta", 1)) > 0:
        return None
    return "beta", f"`beta` is {beta}, not above 0", "the larger `beta`, the closer to relu"


def _squareplus_fault(parameters: Mapping[str, Any]) -> Problem | None:
    if (b := parameters.get("b", 4)) >= 0:
        return None
    return "b", f"`b` is {b}, below 0", "√(z² + b) needs `b` of 0 or more; 0 gives relu"


def _step(z: Array, threshold: float = 0.0) -> Array:
    return np.heaviside(z - threshold, 0.0)  # unlike z > threshold, it keeps NaN


def _sigmoid(z: Array) -> Array:
    # e^z / (1 + e^z) is exact enough for every z, and from 40 on it is 1.
    power = np.minimum(z, 40.0)
    np.exp(power, out=power)
    power /= power + 1.0
    return power


def _relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def _relu6(z: Array) -> Array:
    return np.minimum(np.maximum(z, 0.0), 6.0)


def _leaky_relu(z: Array, alpha: float = 0.01) -> Array:
    return _prelu(z, alpha)


def _prelu(z: Array, slope: float | Sequence[float] | Array) -> Array:
    factor = np.asarray(slope, dtype=z.dtype)
    result = np.where(z < 0.0, factor * z, z)
    if not factor.all():  # 0·−∞
        result[(factor == 0.0) & (z < 0.0)] = 0.0
    return result


def _thresholded_relu(z: Array, alpha: float = 1.0) -> Array:
    return np.where(z <= alpha, 0.0, z).astype(z.dtype, copy=False)


@in_float64
def _elu(z: Array, alpha: float = 1.0) -> Array:
    return np.where(z > 0.0, z, alpha * np.expm1(np.minimum(z, 0.0)))


@in_float64
def _selu(z: Array, alpha: float = SELU_ALPHA, gamma: float = SELU_GAMMA) -> Array:
    # The larger factor first: gamma·alpha may be infinite, and the smaller one lose what is small.
    first, second = sorted((gamma, alpha), key=abs, reverse=True)
    return np.where(z >= 0.0, gamma * z, first * np.expm1(np.minimum(z, 0.0)) * second)


def _softsign(z: Array) -> Array:
    bounded = np.minimum(np.maximum(z, -1e30), 1e30)  # where it is ±1 already; ∞/∞ is NaN
    return bounded / (np.abs(bounded) + 1.0)


def _hard_swish(z: Array) -> Array:
    bounded = np.maximum(z, -3.0)
    return bounded * (np.minimum(bounded + 3.0, 6.0) / 6.0)


def _clip(z: Array, min: float | None = None, max: float | None = None) -> Array:
    result = z.copy() if min is None else np.maximum(z, min)
    return result if max is None else np.minimum(result, max)


def _hard_tanh(z: Array, min: float = -1.0, max: float = 1.0) -> Array:
    return _clip(z, min, max)


def _hard_shrink(z: Array, lambd: float = 0.5) -> Array:
    return np.where(np.abs(z) <= lambd, 0.0, z).astype(z.dtype, copy=False)


def _soft_shrink(z: Array, lambd: float = 0.5) -> Array:
    return np.sign(z) * np.maximum(np.abs(z) - lambd, 0.0)


def _hardmax(z: Array) -> Array:
    marks = whole_layer.first_largest(z).astype(z.dtype)
    marks[np.isnan(z).any(axis=-1)] = np.nan
    return marks


# One row each, laid out by hand.
# fmt: off
_TABLE = (
    Activation("identity", np.copy, "z", aliases=("linear",),
        note="ONNX calls it Identity, Keras linear."),
    Activation("step", _step, "1 if z > threshold, else 0",
        (Parameter("threshold", 0.0, note="z must exceed it; exactly there the answer is 0"),),
        note="Elsewhere it may be 1 or 1/2 at the threshold; PyTorch's Threshold is no step."),
    Activation("sigmoid", _sigmoid, "1 / (1 + e^(−z))", aliases=("logistic",),
        note="PMML calls it logistic; ONNX Runtime's is 0 in float32 where 2e-9 is right."),
    Activation("tanh", np.tanh, "tanh(z)", note="The same everywhere."),
    Activation("relu", _relu, "max(0, z)",
        note="PMML calls it rectifier; Keras's also takes a slope, a ceiling and a threshold."),
    Activation("relu6", _relu6, "min(max(0, z), 6)",
        note="ONNX has no operator for it, but Clip from 0 to 6."),
    Activation("leaky_relu", _leaky_relu, "z if z ≥ 0, else alpha·z",
        (Parameter("alpha", 0.01, note="slope for negative z"),),
        note="The slope is 0.01 in ONNX and PyTorch, 0.2 in Keras's function, 0.3 in its layer."),
    Activation("prelu", _prelu, "z if z ≥ 0, else slope·z",
        (Parameter("slope", required=True, per_unit=True, note="one number, or one per unit"),),
        note="The slope is learnt: PyTorch starts from 0.25, Keras from 0."),
    Activation("thresholded_relu", _thresholded_relu, "z if z > alpha, else 0",
        (Parameter("alpha", 1.0, note="the threshold"),),
        note="PyTorch has Threshold(alpha, 0), Keras 3 relu(threshold=alpha)."),
    Activation("elu", _elu, "z if z > 0, else alpha·(e^z − 1)",
        (Parameter("alpha", 1.0, note="minus the limit for large negative z"),),
        note="The same everywhere; celu differs as soon as alpha is not 1."),
    Activation("selu", _selu, "gamma·(z if z > 0, else alpha·(e^z − 1))",
        (Parameter("alpha", SELU_ALPHA, note="minus the limit for large negative z, unscaled"),
         Parameter("gamma", SELU_GAMMA, note="the scale")),
        note="ONNX's defaults are the float32 numbers nearest to PyTorch's and Keras's."),
    Activation("celu", special.celu, "max(0, z) + min(0, alpha·(e^(z/alpha) − 1))",
        (Parameter("alpha", 1.0, note="minus the limit for large negative z; not 0"),),
        note="The same everywhere; elu differs as soon as alpha is not 1.",
        fault=_celu_fault),
    Activation("gelu", special.gelu, "z·Φ(z), Φ the normal distribution function",
        (Parameter("approximate", "none", choices=("none", "tanh"),
            note="tanh: z/2·(1 + tanh(√(2/π)·(z + 0.044715·z³)))"),),
        note="Exact by default in ONNX, PyTorch and Keras; JAX defaults to the tanh form."),
    Activation("silu", special.silu, "z·sigmoid(beta·z)",
        (Parameter("beta", 1.0, note="factor inside the sigmoid"),), ("swish",),
        note="ONNX's Swish calls beta alpha; PyTorch and Keras have 1."),
    Activation("mish", special.mish, "z·tanh(ln(1 + e^z))", note="The same everywhere."),
    Activation("softplus", special.softplus, "ln(1 + e^(beta·z)) / beta",
        (Parameter("beta", 1.0, note="the larger, the closer to relu; above 0"),),
        note="PyTorch goes over to z where beta·z is above 20; ONNX and Keras have beta 1.",
        fault=_softplus_fault),
    Activation("softsign", _softsign, "z / (1 + |z|)", note="PMML calls it Elliott."),
    Activation("log_sigmoid", special.log_sigmoid, "−ln(1 + e^(−z))",
        note="ONNX has no operator for it."),
    Activation("hard_sigmoid", special.hard_sigmoid, "min(max(0, alpha·z + beta), 1)",
        (Parameter("alpha", 0.2, note="slope"), Parameter("beta", 0.5, note="value at z = 0")),
        note="The slope is 0.2 in ONNX and Keras 2, 1/6 in PyTorch and Keras 3."),
    Activation("hard_swish", _hard_swish, "z·min(max(0, z/6 + 0.5), 1)", aliases=("hard_silu",),
        note="The slope inside is 1/6 everywhere, not the 0.2 of hard_sigmoid."),
    Activation("hard_tanh", _hard_tanh, "min(max(min, z), max)",
        (Parameter("min", -1.0, note="lower bound"), Parameter("max", 1.0, note="upper bound")),
        note="In ONNX it is Clip; Keras fixes the bounds.",
        fault=_bounds_fault),
    Activation("clip", _clip, "min(max(min, z), max)",
        (Parameter("min", note="lower bound; left out: none"),
         Parameter("max", note="upper bound; left out: none")),
        note="ONNX answers max where min is above max; here that is an error.",
        fault=_clip_fault),
    Activation("hard_shrink", _hard_shrink, "z if |z| > lambd, else 0",
        (Parameter("lambd", 0.5, note="half the width of the zone that becomes 0"),),
        note="In ONNX it is Shrink with bias 0."),
    Activation("soft_shrink", _soft_shrink, "sign(z)·max(|z| − lambd, 0)",
        (Parameter("lambd", 0.5, note="what |z| is reduced by"),),
        note="In ONNX it is Shrink with bias and lambd alike; the default bias is 0."),
    Activation("tanh_shrink", special.tanh_shrink, "z − tanh(z)",
        note="ONNX has no operator for it."),
    Activation("squareplus", special.squareplus, "(z + √(z² + b)) / 2",
        (Parameter("b", 4.0, note="how round the bend at 0 is; 0 gives relu"),),
        note="Keras and JAX have it with b 4, ONNX and PyTorch not at all.",
        fault=_squareplus_fault),
    Activation("exp", np.exp, "e^z", note="Keras and PMML call it exponential."),
    Activation("reciprocal", np.reciprocal, "1 / z", note="Infinite at 0, with the sign of the 0."),
    Activation("square", np.square, "z²", note="ONNX has it as Mul of z and z."),
    Activation("gaussian", special.gaussian, "e^(−z²)", note="PMML calls it Gauss; not e^(−z²/2)."),
    Activation("sin", np.sin, "sin(z)", note="PMML calls it sine."),
    Activation("cos", np.cos, "cos(z)", note="PMML calls it cosine."),
    Activation("atan", np.arctan, "atan(z)", note="PMML's arctan is this times 2/π."),
    Activation("softmax", whole_layer.softmax, "e^zᵢ / Σ e^zⱼ", whole_layer=True,
        note="Over the units of a case; ONNX before operator set 13 flattened axes into one."),
    Activation("log_softmax", whole_layer.log_softmax, "zᵢ − ln Σ e^zⱼ", whole_layer=True,
        note="Finite where the logarithm of softmax would be −∞."),
    Activation("softmin", whole_layer.softmin, "e^(−zᵢ) / Σ e^(−zⱼ)", whole_layer=True,
        note="PyTorch calls it Softmin; ONNX has no operator for it."),
    Activation("hardmax", _hardmax, "1 for the first largest zᵢ, else 0", whole_layer=True,
        note="As in ONNX, the first of several largest takes all."),
    Activation("normalize", whole_layer.normalize, "zᵢ / Σ zⱼ", whole_layer=True,
        note="PMML calls it simplemax; elsewhere normalising may mean dividing by a norm."),
)
# fmt: on

#: Every activation by its name.
ACTIVATIONS: dict[str, Activation] = {activation.name: activation for activation in _TABLE}

#: Every name that a spec may use, aliases included, and the name it stands for.
NAMES: dict[str, str] = {
    name: activation.name
    for activation in _TABLE
    for name in (activation.name, *activation.aliases)
}
