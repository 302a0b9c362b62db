"""The activations whose textbook spelling loses digits, for the table in `activations.py`.

Three traps are met again and again. A rounded exponent t spoils e^t by |t|/2 units in the last
place, so the rounding error of t is kept and made good. e^t underflows before z·e^t does, so it is
multiplied in as two factors. And ∞·0 is NaN where the limit is 0, so one factor is bounded.
What is left is a few units in the last place, for every float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Function = Callable[..., Array]

#: Elements of a block: what is computed in between then stays in the processor's cache.
BLOCK: Final = 1 << 14

_LARGEST: Final = float(np.finfo(np.float64).max)
#: e^−1600 is 0 even when multiplied with the largest number.
_ENOUGH: Final = 1600.0
#: Beyond, e^−t is close to underflow.
_FAR: Final = 700.0
#: Clears the lower half of a significand, so that products of what is left are exact.
_UPPER_HALF: Final = np.int64(-1 << 27)

#: 2·√(2/π) and 0.044715 times it, each as two float64 numbers that add up to it.
_TANH_FORM: Final = (np.float64(1.5957691216057308), -9.96930880911092e-17)
_TANH_CUBIC: Final = (np.float64(0.07135481627260025), -6.175149918155315e-19)

#: Q, the upper tail of the normal distribution, is (15/32 + a/(a + 5)·C) · e^(−a²/2) / (a + 15/16);
#: C is a polynomial in t = (a − 5)/(a + 5), its Chebyshev expansion on −1 ≤ t ≤ 1 cut after t²³,
#: which leaves less than 4e-17. Row i, column j belongs to t^(4i + j).
_NORMAL_TAIL: Final = np.array(
    (
        (-0.02408325342180025, -0.14108911583821615, 0.18864125120439573, -0.15852606177593534),
        (0.09974205680767524, -0.047741392758984265, 0.016276640637409582, -0.002935283761728202),
        (-0.000444304791526253, 0.000443103410820542, -7.0881560599653e-05, -3.6453887233861e-05),
        (1.5830690276298e-05, 2.448041176619e-06, -2.503285208498e-06, -1.42591039637e-07),
        (3.87024632701e-07, 1.106844092e-08, -6.0501504192e-08, -2.579927282e-09),
        (8.42867935e-09, 6.42264552e-10, -7.22571577e-10, -7.8063705e-11),
    )
)


def in_blocks(function: Function) -> Function:
    """Let a function of (cases, units) work on a few cases at a time."""

    @wraps(function)
    def compute(z: Array, **parameters: Any) -> Array:
        if z.size <= BLOCK or len(z) == 1:
            return function(z, **parameters)
        result = np.empty_like(z)
        step = max(1, BLOCK * len(z) // z.size)
        for start in range(0, len(z), step):
            cases = slice(start, start + step)
            result[cases] = function(z[cases], **parameters)
        return result

    return compute


def in_float64(function: Function) -> Function:
    """Let a function compute in float64 and round once, to the dtype that came in."""

    @wraps(function)
    def compute(z: Array, **parameters: Any) -> Array:
        wide = z.astype(np.float64, copy=False)
        return function(wide, **parameters).astype(z.dtype, copy=False)

    return in_blocks(compute)


# Numbers as unevaluated sums high + low: low is what rounding took from high.


def _split(x: Any) -> tuple[Array, Array]:
    """Cut x into an upper part of 26 bits and the rest: x = upper + lower, exactly."""
    upper: Array = (x.view(np.int64) & _UPPER_HALF).view(np.float64)
    return upper, x - upper


def _times(x: Any, y: Array) -> tuple[Array, Array]:
    """Return x·y and its rounding error (Dekker's product)."""
    x1, x2 = _split(x)
    y1, y2 = _split(y)
    product: Array = x * y
    return product, x1 * y1 - product + x1 * y2 + x2 * y1 + x2 * y2


def _square(x: Array) -> tuple[Array, Array]:
    """Return x² and its rounding error."""
    upper, lower = _split(x)
    square = x * x
    return square, upper * upper - square + lower * (x + upper)


def plus(x: Array, y: float) -> tuple[Array, Array]:
    """Return x + y and its rounding error (Knuth's sum)."""
    total: Array = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


def _scaled(factor: float, z: Array, limit: float = _ENOUGH) -> tuple[Array, Array]:
    """Return factor·z, cut to ±limit, and its rounding error."""
    bound = min(limit / abs(factor), _LARGEST) if factor else _LARGEST
    product, low = _times(np.float64(factor), np.maximum(np.minimum(z, bound), -bound))
    if bound == _LARGEST and factor:  # a tiny factor, and yet ∞ times it is ∞
        product = np.where(np.isinf(z), np.copysign(limit, factor * z), product)
    return product, low


# Functions of one unit.


def _decay(t: Array) -> tuple[Array, Array | float]:
    """Return e^−t, t ≥ 0, as two factors, so that it can be multiplied before it underflows."""
    far = t > _FAR
    if not far.any():
        return np.exp(-t), 1.0
    shift = np.where(far, _FAR, 0.0)
    return np.exp(shift - t), np.exp(-shift)


def _gated(z: Array, t: Array, low: Array | None = None) -> Array:
    """Return z·sigmoid(t + low) as z / (1 + e^−(t + low)), of which nothing but 1 + … is a sum."""
    power = np.exp(-np.maximum(t, -_FAR))
    divisor, rest = plus(power, 1.0)
    if low is not None:
        rest -= power * low
    divisor += rest
    result: Array = z / divisor
    far = t < -_FAR
    if far.any():
        power, scale = _decay(-t[far])
        power *= np.maximum(np.minimum(z[far], _LARGEST), -_LARGEST)
        if low is not None:
            power += power * low[far]
        result[far] = power * scale
    return result


@in_float64
def silu(z: Array, beta: float = 1.0) -> Array:
    """Return z·sigmoid(beta·z)."""
    if beta == 1.0:
        return _gated(z, np.maximum(z, -_ENOUGH))
    if beta == 0.0:
        return z * 0.5
    return _gated(z, *_scaled(beta, z))


@in_float64
def gelu(z: Array, approximate: str = "none") -> Array:
    """Return z·Φ(z) = max(z, 0) − |z|·Q(|z|), Q(z) = Φ(−z).

    The `tanh` form is z·sigmoid(2·√(2/π)·(z + 0.044715·z³)).
    """
    if approximate == "tanh":
        return _gated(z, *_tanh_form(np.maximum(np.minimum(z, 40.0), -40.0)))
    a = np.minimum(np.abs(z), 40.0)
    square, low = _square(a)
    power, scale = _decay(square * 0.5)
    power -= power * (low * 0.5)
    power *= _normal_tail(a)
    power *= a
    power /= a + 0.9375
    power *= scale
    return np.maximum(z, 0.0) - power


def _normal_tail(a: Array) -> Array:
    """Return (a + 15/16)·e^(a²/2)·Q(a) for 0 ≤ a; it goes from 0.47 at 0 to 0.40 at infinity."""
    divisor = a + 5.0
    powers = np.ones((4, a.size))
    _, t, square, cube = powers
    t[:] = ((a - 5.0) / divisor).ravel()
    np.multiply(t, t, out=square)
    np.multiply(square, t, out=cube)
    rows = _NORMAL_TAIL @ powers
    square *= square
    result: Array = rows[-1]
    for row in rows[-2::-1]:
        result *= square
        result += row
    return result.reshape(a.shape) * (a / divisor) + 0.46875


def _tanh_form(a: Array) -> tuple[Array, Array]:
    """Return a·(2·√(2/π) + 2·√(2/π)·0.044715·a²), and what rounding took from it."""
    square, square_low = _square(a)
    cubic, low = _times(_TANH_CUBIC[0], square)
    low += _TANH_CUBIC[1] * square + _TANH_CUBIC[0] * square_low
    slope, slope_low = plus(cubic, _TANH_FORM[0])
    slope_low += low + _TANH_FORM[1]
    t, low = _times(slope, a)
    return t, low + slope_low * a


@in_float64
def mish(z: Array) -> Array:
    """Return z·tanh(ln(1 + e^z)), which is y·(1 − share), all of it in v = e^−|z|.

    For z ≥ 0, y = z and share = 2v²/(1 + 2v + 2v²); for z < 0, y = z·v and share = v·(1 + v)/(2 + 2v + v²).
    """
    power, scale = _decay(np.abs(z))
    v = power * scale
    negative = z < 0.0
    square = v * v
    c = np.where(negative, 1.0, 2.0)
    share = c * square
    divisor = share + 2.0 * v + (3.0 - c)
    share += np.where(negative, v, 0.0)
    share /= divisor
    y: Array = np.maximum(z, -_LARGEST) * np.where(negative, power, 1.0)
    y -= np.minimum(y, _LARGEST) * share
    y *= np.where(negative, scale, 1.0)
    return y


@in_float64
def softplus(z: Array, beta: float = 1.0) -> Array:
    """Return ln(1 + e^(beta·z)) / beta, beta > 0, as max(z, 0) + log1p(e^−|beta·z|) / beta."""
    if beta == 1.0:
        rest: Array = np.log1p(np.exp(-np.abs(z)))
    else:
        t, low = _scaled(beta, np.abs(z))
        power, scale = _decay(t)
        near = np.log1p(power)
        rest = near / beta
        product, rounded = _times(np.float64(beta), np.minimum(rest, _LARGEST))
        rest += (near - product - rounded - low * (power / (power + 1.0))) / beta
        far = t > _FAR
        if far.any():
            rest = np.where(far, (power - power * low) / beta * scale, rest)
    rest += np.maximum(z, 0.0)
    return rest


@in_float64
def log_sigmoid(z: Array) -> Array:
    """Return −ln(1 + e^−z) = min(z, 0) − log1p(e^−|z|)."""
    return np.minimum(z, 0.0) - np.log1p(np.exp(-np.abs(z)))


@in_float64
def celu(z: Array, alpha: float = 1.0) -> Array:
    """Return z where z > 0, else alpha·(e^(z/alpha) − 1)."""
    negative = np.minimum(z, 0.0)
    if alpha > 0.0:
        below = alpha * np.expm1(negative / alpha)
    else:
        t, low = _quotient(negative, alpha)
        power = np.expm1(np.minimum(t, _FAR))
        power += low * (power + 1.0)
        root = np.exp(t * 0.5)
        below = np.where(t > _FAR, alpha * root * (root * (1.0 + low)), alpha * power)
    # Close to 0 it is z, but z / alpha may underflow.
    return np.where(z > abs(alpha) * -1e-20, z, below)


def _quotient(z: Array, divisor: float) -> tuple[Array, Array]:
    """Return z/divisor, cut to ±1600, and its rounding error."""
    # Scaled by a power of 2, lest the error underflow.
    divisor, exponent = math.frexp(divisor)
    z = np.ldexp(z, -exponent)
    bound = _ENOUGH * abs(divisor)
    z = np.maximum(np.minimum(z, bound), -bound)
    t = z / divisor
    product, low = _times(np.float64(divisor), t)
    return t, (z - product - low) / divisor


@in_float64
def hard_sigmoid(z: Array, alpha: float = 0.2, beta: float = 0.5) -> Array:
    """Return min(max(0, alpha·z + beta), 1), where near the lower bend the sum cancels."""
    one = 1.0 if abs(beta) < 1e300 else 2.0**-64  # lest 2·beta overflow, all is scaled
    product, low = _scaled(alpha * one, z, limit=2.0 * abs(beta * one) + 2.0)
    total, rest = plus(product, beta * one)
    total += rest + low
    return np.minimum(np.maximum(total, 0.0), one) / one


@in_float64
def tanh_shrink(z: Array) -> Array:
    """Return z − tanh z; where that cancels, z³/(3 + z² + K) with the continued fraction of tanh.

    tanh z = z/(1 + z²/(3 + K)), K = z²/(5 + z²/(7 + …)): nothing but sums of positive numbers.
    """
    near = np.minimum(np.maximum(z, -2.0), 2.0)
    square, square_low = _square(near)
    k = square / 23.0
    for odd in range(21, 3, -2):
        k += odd
        np.divide(square, k, out=k)
    k += square
    k += 3.0
    cube, low = _times(near, square)
    low += near * square_low
    return np.where(square < 4.0, cube / k + low / k, z - np.tanh(z))


@in_float64
def squareplus(z: Array, b: float = 4.0) -> Array:
    """Return (z + √(z² + b))/2, for negative z as (b/2)/(√(z² + b) − z).

    All is halved first, lest it overflow.
    """
    if b == 0.0:
        return np.maximum(z, 0.0)
    half = np.abs(z) * 0.5
    root = np.hypot(half, math.sqrt(b) * 0.5)
    total = root + half
    inverse = b / total * 0.25
    rounded = (half - (total - root)) / total
    inverse -= inverse * np.fmax(rounded, -1.0)  # ∞ − ∞ is NaN, and inverse 0 there
    return np.where(z < 0.0, inverse, total)


@in_float64
def gaussian(z: Array) -> Array:
    """Return e^(−z²)."""
    square, low = _square(np.minimum(np.abs(z), 30.0))
    result = np.exp(-square)
    result -= result * low
    return result


# Functions of a whole layer: along the last axis.
#
# One unit at +∞ takes all, as in the limit; where several are, or all are at −∞, there is no
# limit, and the row is NaN, as is a row that holds a NaN.
