"""Parameters from one end of float64 to the other, against 60-digit arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from test_activations import accuracy

from evaluator.activations import ACTIVATIONS

LARGEST = 1.7976931348623157e308
SMALLEST = 5e-324
#: e^−t and 1/t are nothing beside any float64 from here on, and take mpmath long.
FAR = 10**7


def _elu(z: Any, alpha: Any) -> Any:
    return z if z > 0 else alpha * mpmath.expm1(z)


def _selu(z: Any, alpha: Any, gamma: Any) -> Any:
    return gamma * _elu(z, alpha)


def _celu(z: Any, alpha: Any) -> Any:
    return z if z > 0 else alpha * mpmath.expm1(z / alpha)


def _silu(z: Any, beta: Any) -> Any:
    return z / (1 + mpmath.exp(-beta * z)) if beta * z > -FAR else mpf(0)


def _softplus(z: Any, beta: Any) -> Any:
    t = beta * z
    return (max(t, 0) + mpmath.log1p(mpmath.exp(-min(abs(t), FAR)))) / beta if t > -FAR else mpf(0)


def _hard_sigmoid(z: Any, alpha: Any, beta: Any) -> Any:
    return min(max(alpha * z + beta, mpf(0)), mpf(1))


def _squareplus(z: Any, b: Any) -> Any:
    root = mpmath.sqrt(z * z + b)
    return b / (root - z) / 2 if z < 0 else (z + root) / 2


def _soft_shrink(z: Any, lambd: Any) -> Any:
    return mpmath.sign(z) * max(abs(z) - lambd, 0)


def _hard_shrink(z: Any, lambd: Any) -> Any:
    return z if abs(z) > lambd else mpf(0)


def _step(z: Any, threshold: Any) -> Any:
    return mpf(int(z > threshold))


def _prelu(z: Any, slope: Any) -> Any:
    return z if z >= 0 else slope * z


# fmt: off
#: Name, the formula, the values of its parameters.
EXTREMES: list[tuple[str, Callable[..., Any], list[dict[str, float]]]] = [
    ("elu", _elu, [{"alpha": a} for a in (SMALLEST, 1e-300, 1e-5, -2.5, 1e10, 1e300, LARGEST)]),
    ("selu", _selu,
     [{"alpha": a, "gamma": g} for a, g in
      ((1e-300, 1e300), (1e300, 1e-300), (-2.0, 0.3), (1e-200, 1e-200), (3.0, -2.0),
       (1e200, 1e200), (-1e-10, 1e300), (1e-300, 1e-10))]),
    ("celu", _celu,
     [{"alpha": a} for a in (SMALLEST, 1e-308, 1e-300, 1e-5, 1e10, 1e300, LARGEST)]),
    ("celu", _celu,
     [{"alpha": a} for a in (-SMALLEST, -1e-300, -1e-5, -0.3, -1.0, -7.1, -1e10, -1e300, -LARGEST)]),
    ("silu", _silu,
     [{"beta": b} for b in (SMALLEST, 1e-300, 1e-8, -1e-3, 30.0, 1e8, 1e300, -1e300, LARGEST)]),
    ("softplus", _softplus,
     [{"beta": b} for b in (SMALLEST, 1e-308, 1e-300, 1e-8, 1e-3, 30.0, 1e8, 1e300, LARGEST)]),
    ("hard_sigmoid", _hard_sigmoid,
     [{"alpha": a, "beta": b} for a, b in
      ((SMALLEST, 0.5), (1e-300, 0.5), (-0.2, 0.5), (0.2, -3.0), (0.2, 1e10), (0.3, 1e-300),
       (1e-5, 1.0), (0.0, 0.3), (0.7, 0.1), (1e300, 0.5), (1e300, -1e300),
       (0.2, -1e308), (1.0, LARGEST), (-1e10, -LARGEST), (1e-300, LARGEST))]),
    ("squareplus", _squareplus,
     [{"b": b} for b in (SMALLEST, 1e-300, 1e-10, 1e10, 1e300, LARGEST)]),
    ("soft_shrink", _soft_shrink, [{"lambd": value} for value in (0.0, 1e-300, 1e300, -1.0)]),
    ("hard_shrink", _hard_shrink, [{"lambd": value} for value in (0.0, 1e-300, 1e300, -1.0)]),
    ("step", _step, [{"threshold": t} for t in (-1e308, SMALLEST, 0.1, 1e308)]),
    ("prelu", _prelu, [{"slope": s} for s in (-1e300, -0.0, 1e-300, 1e300)]),
]
# fmt: on


def _bends(parameters: dict[str, float]) -> tuple[float, ...]:
    """Give the z at which a function with these parameters may have a bend, or an end."""
    values = [v for v in parameters.values() if v]
    numbers = [q for v in values for t in (1.0, 37.0, 708.0, 745.0) for q in (v * t, t / v)]
    numbers += [math.sqrt(abs(v)) for v in values] + [v * 1e-20 for v in values]
    if {"alpha", "beta"} <= set(parameters) and parameters["alpha"]:
        numbers += [(t - parameters["beta"]) / parameters["alpha"] for t in (0.0, 1.0)]
    return tuple(sign * q for q in numbers if math.isfinite(q) for sign in (1.0, -1.0))


@pytest.mark.parametrize(
    ("name", "formula", "parameters"),
    [(name, formula, given) for name, formula, several in EXTREMES for given in several],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_extreme_parameters_cost_no_digits(
    name: str, formula: Callable[..., Any], parameters: dict[str, float]
) -> None:
    exact = {key: mpf(value) for key, value in parameters.items()}
    case = accuracy.Elementwise(name, parameters, lambda z: formula(z, **exact), _bends(parameters))
    ulp, z = accuracy.worst(case, 400)
    assert ulp <= 4, f"{ulp} ulp at {z!r}"


def test_a_scale_that_overflows_leaves_zero_alone() -> None:
    z = np.array([[0.0, -0.0, -1.0, 1e-300]])
    with np.errstate(over="ignore", invalid="ignore"):
        answer = ACTIVATIONS["selu"](z, alpha=1e200, gamma=1e200)
    assert answer.tolist() == [[0.0, 0.0, -math.inf, 1e-100]]
    assert ACTIVATIONS["selu"](np.array([[-1e-150]]), alpha=1e200, gamma=1e200)[0, 0] == (
        pytest.approx(-1e250, rel=1e-15)
    )
