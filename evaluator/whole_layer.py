"""The activations over a whole layer, whose textbook spelling overflows or loses digits.

Every function takes z of shape (cases, units) and returns a new array of the same shape and dtype,
but `first_largest`, which returns booleans.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evaluator.special import in_blocks, in_float64, plus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluator.special import Array


@in_blocks
def softmax(z: Array) -> Array:
    """Return e^zᵢ / Σ e^zⱼ; only rows with large z need to be shifted by the largest."""
    limit = 650.0 if z.dtype == np.float64 else 80.0
    if not z.size:
        return z.copy()
    if z.max() < limit and z.min() > -limit:
        return _shares(np.exp(z))
    near = ((z < limit) & (z > -limit)).all(axis=-1)
    result = np.empty_like(z)
    result[near] = _shares(np.exp(z[near]))
    result[~near] = _shares(_powers(z[~near])[1])
    return result


def softmin(z: Array) -> Array:
    """Return softmax(−z)."""
    return softmax(-z)


@in_float64
def log_softmax(z: Array) -> Array:
    """Return zᵢ − ln Σ e^zⱼ = d − log1p(Σ e^d without the first largest), d = z − max z."""
    d, power = _powers(z)
    np.copyto(power, 0.0, where=first_largest(power))
    d -= np.log1p(_total(power))
    return d


def first_largest(z: Array) -> NDArray[np.bool_]:
    """Mark the first largest element of every row; a NaN counts as the largest."""
    marks: NDArray[np.bool_] = np.arange(z.shape[-1]) == z.argmax(axis=-1, keepdims=True)
    return marks


def _powers(z: Array) -> tuple[Array, Array]:
    """Return d = z − max z, rounded, and e^(z − max z), as if it had not been, for every row."""
    if np.isinf(z).any():
        z = _one_infinite(z)
    top = z.max(axis=-1, keepdims=True)
    d, low = plus(z, -top)
    low = np.where(np.isfinite(low), low, 0.0)  # −∞ − max z is exact
    power = np.exp(d)
    power += power * low
    return d, power


def _one_infinite(z: Array) -> Array:
    """Replace a row with one +∞ by one with the same softmax, a row with more by NaN."""
    infinite = np.isposinf(z)
    count = infinite.sum(axis=-1, keepdims=True)
    result = z.copy()
    np.copyto(result, -np.inf, where=(count == 1) & ~np.isnan(z))
    np.copyto(result, 0.0, where=(count == 1) & infinite)
    np.copyto(result, np.nan, where=count > 1)
    return result


def _shares(power: Array) -> Array:
    """Divide every row of positive numbers by its sum."""
    power /= _total(power)
    return power


def _total(power: Array) -> Array:
    """Return the sum of every row of positive numbers, rounded once.

    The upper bits of a row are multiples of one number, and few enough for their sum to be exact.
    """
    if power.dtype != np.float64:
        wide: Array = power.sum(axis=-1, keepdims=True, dtype=np.float64)
        return wide.astype(power.dtype)
    total: Array = power.sum(axis=-1, keepdims=True)
    if power.shape[-1] < 5:
        return total
    ones = np.ones((power.shape[-1], 1))
    cut = total * 16.0
    upper = power + cut
    upper -= cut
    total = upper @ ones
    np.subtract(power, upper, out=upper)
    total += upper @ ones
    return total


@in_float64
def normalize(z: Array) -> Array:
    """Return zᵢ / Σ zⱼ, the sum rounded once; where it is 0 the answer is ±∞, or NaN for 0/0."""
    huge = np.fmax.reduce(np.abs(z), axis=-1, keepdims=True) > 1e290
    if huge.any():
        z = np.where(huge, z * 2.0**-100, z)
    rows = z.reshape(-1, z.shape[-1]).tolist()
    total = np.array([_sum(row) for row in rows]).reshape(*z.shape[:-1], 1)
    result: Array = z / total
    if np.isinf(total).any():
        infinite = np.isinf(z)
        alone = np.isinf(total) & (infinite.sum(axis=-1, keepdims=True) == 1)
        np.copyto(result, 1.0, where=alone & infinite)
    return result


def _sum(row: list[float]) -> float:
    """Return the correctly rounded sum; ∞ − ∞ is NaN."""
    try:
        return math.fsum(row)
    except ValueError:
        return math.nan
