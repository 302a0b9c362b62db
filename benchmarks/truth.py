"""What every activation should answer: the textbook formula in 60-digit arithmetic (mpmath).

The unit of an error, an ulp, is the distance between neighbouring float64 numbers at the true value,
2^−1074 among the subnormal ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import NDArray

from evaluator.activations import ACTIVATIONS, SELU_ALPHA, SELU_GAMMA

Array = NDArray[np.float64]

LARGEST = float(np.finfo(np.float64).max)
DIGITS = 60
#: Where a correctly rounded result is no longer finite.
OVERFLOW = 2**1024 - 2**970
#: Stands for ∞: what a function makes of it rounds to the limit.
BEYOND = mpf(2) ** 5000
#: Without a limit at ∞.
PERIODIC = ("sin", "cos")


class Elementwise(NamedTuple):
    """An activation of one number, its parameters, its true value and where it may go wrong."""

    name: str
    parameters: dict[str, Any]
    truth: Callable[[Any], Any]
    #: Branch points, zeros and the ends of the representable range.
    near: tuple[float, ...] = ()


class Layer(NamedTuple):
    """An activation of a whole layer and its true value for one row."""

    name: str
    truth: Callable[[list[Any]], list[Any]]


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


def _softplus(z: Any, beta: float = 1) -> Any:
    t = mpf(beta) * z
    return (max(t, 0) + mpmath.log1p(mpmath.exp(-abs(t)))) / mpf(beta)


def _elu(z: Any, alpha: float = 1, scale: float = 1) -> Any:
    return z if z > 0 else mpf(alpha) * mpmath.expm1(z / mpf(scale))


def _gelu_tanh(z: Any) -> Any:
    return z * _sigmoid(2 * mpmath.sqrt(2 / mpmath.pi) * (z + mpf("0.044715") * z**3))


def _gelu(z: Any) -> Any:
    if z < -1e6:
        return mpf(0)  # mpmath's erfc takes very long out there
    return z * mpmath.erfc(-z / mpmath.sqrt(2)) / 2 if z < 1e6 else z


def _clip(z: Any, low: float, high: float) -> Any:
    return min(max(z, mpf(low)), mpf(high))


def _exactly(formula: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Evaluate a formula that cancels with as many digits as that costs."""

    def truth(z: Any) -> Any:
        with mpmath.workprec(200 + 3 * abs(mpmath.mag(z)) if z else 200):
            return formula(z)

    return truth


def _mish(z: Any) -> Any:
    return z * mpmath.tanh(_softplus(z))


ELEMENTWISE = (
    Elementwise("identity", {}, lambda z: z),
    Elementwise("step", {}, lambda z: mpf(int(z > 0))),
    Elementwise("step", {"threshold": 0.3}, lambda z: mpf(int(z > mpf(0.3))), (0.3,)),
    Elementwise("sigmoid", {}, _sigmoid, (-745.0, -709.0, -708.0, 36.0, 40.0)),
    Elementwise("tanh", {}, mpmath.tanh, (0.55, 19.0)),
    Elementwise("relu", {}, lambda z: max(z, 0)),
    Elementwise("relu6", {}, lambda z: _clip(z, 0, 6), (6.0,)),
    Elementwise("leaky_relu", {}, lambda z: z if z > 0 else mpf(0.01) * z),
    Elementwise("leaky_relu", {"alpha": 2}, lambda z: z if z > 0 else 2 * z),
    Elementwise("leaky_relu", {"alpha": 0}, lambda z: z if z > 0 else mpf(0)),
    Elementwise("prelu", {"slope": -0.3}, lambda z: z if z > 0 else mpf(-0.3) * z),
    Elementwise("thresholded_relu", {}, lambda z: z if z > 1 else mpf(0), (1.0,)),
    Elementwise("thresholded_relu", {"alpha": -2}, lambda z: z if z > -2 else mpf(0), (-2.0,)),
    Elementwise("elu", {}, _elu, (-37.0, -0.5)),
    Elementwise("elu", {"alpha": 0.3}, lambda z: _elu(z, 0.3), (-37.0,)),
    Elementwise(
        "selu", {}, lambda z: mpf(SELU_GAMMA) * _elu(z, SELU_ALPHA), (-37.0, LARGEST / SELU_GAMMA)
    ),
    Elementwise("selu", {"alpha": 0.01, "gamma": 50}, lambda z: 50 * _elu(z, 0.01), (-37.0,)),
    Elementwise(
        "selu",
        {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805},
        lambda z: mpf(1.0507009873554805) * _elu(z, 1.6732632423543772),
        (-37.0,),
    ),
    Elementwise("celu", {}, _elu, (-37.0,)),
    Elementwise("celu", {"alpha": 2}, lambda z: _elu(z, 2, 2), (-74.0, -2e-20)),
    Elementwise("celu", {"alpha": 300.7}, lambda z: _elu(z, 300.7, 300.7), (-3e-18,)),
    Elementwise("gelu", {}, _gelu, (-38.5, -37.5, -5.0, 5.0, 8.3)),
    Elementwise("gelu", {"approximate": "tanh"}, _gelu_tanh, (-21.5, -21.0, -1.0, 6.0)),
    Elementwise("silu", {}, lambda z: z * _sigmoid(z), (-751.0, -745.0, -708.0, 37.0)),
    Elementwise("silu", {"beta": 1.702}, lambda z: z * _sigmoid(mpf(1.702) * z), (-441.0, 20.0)),
    Elementwise("silu", {"beta": 0.01}, lambda z: z * _sigmoid(mpf(0.01) * z), (-75630.0,)),
    Elementwise("silu", {"beta": -3}, lambda z: z * _sigmoid(-3 * z), (250.0,)),
    Elementwise("silu", {"beta": 0}, lambda z: z / 2),
    Elementwise("mish", {}, _mish, (-751.0, -745.0, -708.0, 20.0)),
    Elementwise("softplus", {}, _softplus, (-745.0, -708.0, 37.0)),
    Elementwise("softplus", {"beta": 2}, lambda z: _softplus(z, 2), (-372.5, 18.0)),
    Elementwise("softplus", {"beta": 0.03}, lambda z: _softplus(z, 0.03), (-24960.0, -20000.0)),
    Elementwise("softplus", {"beta": 17.3}, lambda z: _softplus(z, 17.3), (-43.0, 2.0)),
    Elementwise("softsign", {}, lambda z: z / (1 + abs(z)), (1e30, -1e30)),
    Elementwise("log_sigmoid", {}, lambda z: -_softplus(-z), (745.0, 708.0, -37.0)),
    Elementwise("hard_sigmoid", {}, lambda z: _clip(mpf(0.2) * z + mpf(0.5), 0, 1), (-2.5, 2.5)),
    Elementwise(
        "hard_sigmoid",
        {"alpha": 1 / 6, "beta": 0.4},
        lambda z: _clip(mpf(1 / 6) * z + mpf(0.4), 0, 1),
        (-2.4, 3.6),
    ),
    Elementwise("hard_swish", {}, lambda z: z * _clip((z + 3) / 6, 0, 1), (-3.0, 3.0)),
    Elementwise("hard_tanh", {}, lambda z: _clip(z, -1, 1), (-1.0, 1.0)),
    Elementwise("hard_tanh", {"min": 0.1, "max": 7}, lambda z: _clip(z, 0.1, 7), (0.1, 7.0)),
    Elementwise("clip", {"min": -0.25}, lambda z: max(z, mpf(-0.25)), (-0.25,)),
    Elementwise("clip", {"max": 0.75}, lambda z: min(z, mpf(0.75)), (0.75,)),
    Elementwise("hard_shrink", {}, lambda z: z if abs(z) > 0.5 else mpf(0), (-0.5, 0.5)),
    Elementwise(
        "soft_shrink", {}, lambda z: mpmath.sign(z) * max(abs(z) - mpf(0.5), 0), (-0.5, 0.5)
    ),
    Elementwise(
        "soft_shrink",
        {"lambd": 0.1},
        lambda z: mpmath.sign(z) * max(abs(z) - mpf(0.1), 0),
        (-0.1, 0.1),
    ),
    Elementwise("tanh_shrink", {}, _exactly(lambda z: z - mpmath.tanh(z)), (-2.0, 2.0, 1e-105)),
    Elementwise("squareplus", {}, _exactly(lambda z: (z + mpmath.sqrt(z * z + 4)) / 2)),
    Elementwise(
        "squareplus", {"b": 0.7}, _exactly(lambda z: (z + mpmath.sqrt(z * z + mpf(0.7))) / 2)
    ),
    Elementwise("squareplus", {"b": 0}, lambda z: max(z, 0)),
    Elementwise("exp", {}, mpmath.exp, (-745.0, -708.0, 709.78)),
    Elementwise("reciprocal", {}, lambda z: 1 / z if z else mpf("inf"), (5.6e-309, -5.6e-309)),
    Elementwise("square", {}, lambda z: z * z, (1.3e154, 1e-162)),
    Elementwise("gaussian", {}, lambda z: mpmath.exp(-z * z), (-27.29, 27.29, 26.6)),
    Elementwise("sin", {}, mpmath.sin, tuple(math.pi * k for k in range(-8, 9))),
    Elementwise("cos", {}, mpmath.cos, tuple(math.pi * (k + 0.5) for k in range(-8, 9))),
    Elementwise("atan", {}, mpmath.atan, (-1.0, 1.0)),
)


def _softmax(row: list[Any]) -> list[Any]:
    top = max(row)
    powers = [mpmath.exp(z - top) for z in row]
    total = mpmath.fsum(powers)
    return [power / total for power in powers]


def _log_softmax(row: list[Any]) -> list[Any]:
    first = row.index(max(row))
    rest = sum(mpmath.exp(z - row[first]) for j, z in enumerate(row) if j != first)
    log = mpmath.log1p(rest)
    return [z - row[first] - log for z in row]


def _normalize(row: list[Any]) -> list[Any]:
    total = mpmath.fsum(row)
    return [z / total for z in row]


LAYERS = (
    Layer("softmax", _softmax),
    Layer("log_softmax", _log_softmax),
    Layer("softmin", lambda row: _softmax([-z for z in row])),
    Layer("hardmax", lambda row: [mpf(int(j == row.index(max(row)))) for j in range(len(row))]),
    Layer("normalize", _normalize),
)


def points(near: tuple[float, ...], count: int) -> Array:
    """Return about count numbers: of all magnitudes, in the range of e^z, close to `near`, and ±∞."""
    random = np.random.default_rng(1)
    near = tuple(x for x in near if abs(x) < LARGEST)
    magnitudes = 10.0 ** random.uniform(-323.5, 308.2, count // 4)
    fair = 10.0 ** random.uniform(-20.0, 4.0, count // 4)
    spread = (random.uniform(-w, w, count // 10) for w in (1.0, 5.0, 50.0, 800.0))
    edges = np.array([0.0, 5e-324, 1e-320, 2.2250738585072014e-308, 1e-154, 1.0, 1e154, LARGEST])
    tight = (np.nextafter(x, x + d) for x in near for d in (-math.inf, 0.0, math.inf))
    steps = 10.0 ** random.uniform(-16.0, -1.0, 1 + count // 10 // max(1, len(near)))
    around = (x * (1.0 + s) for x in near if abs(x) < 1e307 for s in (steps, -steps))
    signed = np.concatenate([magnitudes, fair])
    signed[1::2] *= -1.0
    every: Array = np.concatenate([signed, edges, -edges[1:], *spread, list(tight), *around])
    return np.concatenate([every[np.isfinite(every)], (math.inf, -math.inf)])


def rows(count: int) -> Iterator[Array]:
    """Yield about count rows as (1, units): several widths, spreads and distances from 0."""
    random = np.random.default_rng(2)
    for _ in range(max(1, count // 80)):
        for units in (2, 3, 10, 100):
            for scale in (1e-9, 0.1, 1.0, 10.0, 100.0, 700.0, 1e10):
                yield random.normal(0.0, scale, (1, units))
            for shift in (-1000.0, 1000.0, 1e6):
                yield random.normal(shift, 30.0, (1, units))
    yield np.array([[1000.0, 0.0]])
    yield np.array([[50.0, 0.0, -49.0]])
    yield np.array([[0.0] + [-36.9] * 127])  # added to 1 singly, e^−36.9 vanishes
    yield np.array([[-745.0, 0.0], [0.0, -708.3]])
    yield np.array([[LARGEST, -LARGEST / 4], [-LARGEST, -LARGEST / 2]])


class Exact(NamedTuple):
    """True values as float64: the nearest number, how far it is from the truth, an ulp there."""

    nearest: Array
    #: (truth − nearest) in ulp.
    rest: Array
    #: An ulp is 2**exponent.
    exponent: NDArray[np.int64]

    def errors(self, actual: Array) -> Array:
        """Return the distances from the truth in ulp; infinite for a wrong infinity or a NaN."""
        with np.errstate(all="ignore"):
            # The difference of large numbers may overflow, that of small ones cannot be halved.
            half = (self.exponent > 0).astype(np.int64)
            difference = np.ldexp(actual, -half) - np.ldexp(self.nearest, -half)
            away = np.abs(np.ldexp(difference, half - self.exponent) - self.rest)
        right = (actual == self.nearest) | (np.isnan(actual) & np.isnan(self.nearest))
        wrong = ~np.isfinite(actual) | ~np.isfinite(self.nearest)
        return np.where(wrong, np.where(right, 0.0, np.inf), away)


def exact(truths: Iterable[Any]) -> Exact:
    """Round true values to float64 and keep what that took from them."""
    return Exact(*map(np.array, zip(*map(_rounded, truths), strict=True)))


def _rounded(truth: Any) -> tuple[float, float, int]:
    if not abs(truth) < OVERFLOW:
        return float(mpmath.sign(truth)) * math.inf, 0.0, 0
    exponent = max(mpmath.mag(truth) - 53, -1074) if truth else -1074
    nearest = float(truth)
    return nearest, float(mpmath.ldexp(truth - mpf(nearest), -exponent)), exponent


def truth_of(case: Elementwise, z: Iterable[float]) -> Exact:
    """Return the true values of an activation of one number; at ±∞ its limit, NaN without one."""
    with mpmath.workdps(DIGITS):
        return exact(_true(case, x) for x in z)


def _true(case: Elementwise, x: float) -> Any:
    if math.isfinite(x):
        return case.truth(mpf(x))
    if case.name in PERIODIC:
        return mpf("nan")
    return case.truth(mpmath.sign(x) * BEYOND)


def truth_of_row(case: Layer, row: Iterable[float]) -> Exact:
    """Return the true values of an activation of a whole layer for one row."""
    with mpmath.workdps(DIGITS):
        return exact(case.truth([mpf(x) for x in row]))


def error(actual: float, truth: Any) -> float:
    """Return the distance from the truth in ulp; infinite for a wrong infinity or a NaN."""
    return float(exact([truth]).errors(np.array([actual]))[0])


def worst(case: Elementwise, count: int) -> tuple[float, float]:
    """Return the greatest error of an activation in ulp, and the z where it is."""
    z = points(case.near, count)
    with np.errstate(all="ignore"):
        actual = ACTIVATIONS[case.name](z.reshape(-1, 1), **case.parameters).ravel()
    errors = truth_of(case, z.tolist()).errors(actual)
    return float(errors.max()), float(z[errors.argmax()])


def worst_of_layer(case: Layer, count: int) -> tuple[float, list[float]]:
    """Return the greatest error of an activation of a layer in ulp, and the row where it is."""
    found: tuple[float, list[float]] = (0.0, [])
    for z in rows(count):
        with np.errstate(all="ignore"):
            actual = ACTIVATIONS[case.name](z)[0]
        row = z[0].tolist()
        found = max(found, (float(truth_of_row(case, row).errors(actual).max()), row))
    return found
