"""How far dot products are from the truth: those of the evaluator, PyTorch and JAX, in float64.

Two measures. The error relative to Σ|w·x| + |b|, in units of 2^−53, is what can be promised of any
data: summing n products and a bias in any order stays below n + 1 of them. The error in ulp of the
result is meaningful where nothing cancels; where something does, it is up to the first times the
condition number, (Σ|w·x| + |b|) / |Σ w·x + b|.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import NDArray

from benchmarks import libraries
from benchmarks.truth import exact
from evaluator.activations import ACTIVATIONS
from evaluator.network import Step

Array = NDArray[np.float64]

WIDTHS: Final = (1, 2, 3, 10, 100, 1000, 10_000)
UNITS: Final = 8
#: Every product is exact in as many bits, and so is their sum.
BITS: Final = 400
SUBJECTS: Final = ("ours", "torch", "jax")


class Sums(NamedTuple):
    """Weights (units, inputs), biases (units,), rows (cases, inputs), and the true sums."""

    weights: Array
    bias: Array
    x: Array
    truths: list[Any]
    #: Σ|w·x| + |b|, in the order of the truths.
    sizes: list[Any]


def table(products: int) -> Iterator[str]:
    """Give the table, for about as many products as that in all."""
    yield "| inputs | sums | bound | ours | PyTorch | JAX | ours, in ulp | PyTorch | JAX |"
    yield "|---|" + "---|" * 8
    for width in WIDTHS:
        cases = max(2, min(products // UNITS // 2 // width, 1500))
        general = [*(samples(width, cases, k) for k in (0.0, 15.0, 30.0, 50.0))]
        positive = samples(width, cases, None)
        relative = [
            max(_relative(s, subject) for s in (*general, positive)) for subject in SUBJECTS
        ]
        ulps = [_ulps(positive, subject) for subject in SUBJECTS]
        cells = [f"{width:,}", f"{5 * cases * UNITS:,}", f"{width + 1:,}"]
        cells += [f"{number:.2f}" for number in (*relative, *ulps)]
        yield f"| {' | '.join(cells)} |"


def samples(width: int, cases: int, cancels: float | None) -> Sums:
    """Draw sums whose products nearly cancel, to 2^−cancels; None: all are positive."""
    random = np.random.default_rng(width)
    weights = random.normal(size=(UNITS, width)) * 10.0 ** random.uniform(-3, 3, width)
    x, bias = random.normal(size=(cases, width)), random.normal(size=UNITS)
    if cancels is None:
        weights, x, bias = np.abs(weights), np.abs(x), np.abs(bias)
    elif cancels and width > 1:
        half = width // 2
        x[:, half : 2 * half] = x[:, :half]
        shift = 1.0 + 2.0**-cancels * random.normal(size=(UNITS, half))
        weights[:, half : 2 * half] = -weights[:, :half] * shift
        weights[:, 2 * half :] *= 2.0**-cancels
        bias *= 2.0**-cancels
    truths, sizes = _true_sums(weights, bias, x)
    return Sums(weights, bias, x, truths, sizes)


def _true_sums(weights: Array, bias: Array, x: Array) -> tuple[list[Any], list[Any]]:
    truths, sizes = [], []
    with mpmath.workprec(BITS):
        rows = [[mpf(number) for number in row] for row in x.tolist()]
        columns = [[mpf(number) for number in row] for row in weights.tolist()]
        for row in rows:
            for column, b in zip(columns, bias.tolist(), strict=True):
                products = [w * v for w, v in zip(column, row, strict=True)]
                truths.append(mpmath.fsum(products) + mpf(b))
                sizes.append(mpmath.fsum(products, absolute=True) + abs(mpf(b)))
    return truths, sizes


def answers(sums: Sums, subject: str) -> Array:
    """Return what one of them makes of the sums, in the order of the truths."""
    if subject == "ours":
        names = tuple(f"y{unit}" for unit in range(UNITS))
        step = Step(names, 0, sums.weights, sums.bias, ACTIVATIONS["identity"], {})
        return np.ravel(step.weighted_sum(sums.x))
    linear = libraries.find(subject, "linear", {})
    assert linear is not None
    return np.ravel(linear(sums.x, sums.weights, sums.bias))


def _relative(sums: Sums, subject: str) -> float:
    """Return the largest error relative to Σ|w·x| + |b|, in units of 2^−53."""
    found = answers(sums, subject).tolist()
    with mpmath.workprec(BITS):
        return max(
            float(mpmath.ldexp(abs(mpf(y) - truth) / size, 53))
            for y, truth, size in zip(found, sums.truths, sums.sizes, strict=True)
        )


def _ulps(sums: Sums, subject: str) -> float:
    with mpmath.workprec(BITS):
        return float(exact(sums.truths).errors(answers(sums, subject)).max())
