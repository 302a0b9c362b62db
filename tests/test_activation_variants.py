"""Wrong variants of the activations, most of which the node tests of ONNX let pass: ours do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import test_activations as right

from evaluator.activations import ACTIVATIONS

Array = np.ndarray


def _erf(z: Array) -> Array:
    """Abramowitz and Stegun 7.1.26, with an error of 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(z))
    a = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    polynomial = t * (a[0] + t * (a[1] + t * (a[2] + t * (a[3] + t * a[4]))))
    return np.sign(z) * (1 - polynomial * np.exp(-z * z))


def _softmax(z: Array, axis: int = -1) -> Array:
    power = np.exp(z - z.max(axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)


def _selu(alpha: float, gamma: float) -> Callable[..., Array]:
    def function(z: Array, alpha: float = alpha, gamma: float = gamma) -> Array:
        return gamma * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))

    return function


def _last_largest(z: Array) -> Array:
    marks = np.zeros_like(z)
    last = z.shape[1] - 1 - z[:, ::-1].argmax(axis=1)
    marks[np.arange(len(z)), last] = 1
    return marks


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


#: Name, what is wrong, the function.
# fmt: off
VARIANTS: list[tuple[str, str, Callable[..., Array]]] = [
    ("softplus", "overflows", lambda z, beta=1: np.log(1 + np.exp(beta * z)) / beta),
    ("softplus", "is linear above 5",
     lambda z, beta=1: np.where(beta * z > 5, z, np.log1p(np.exp(np.minimum(beta * z, 5))) / beta)),
    ("softplus", "is linear above 20",
     lambda z, beta=1: np.where(beta * z > 20, z, np.log1p(np.exp(np.minimum(beta * z, 20))) / beta)),
    ("softplus", "ignores beta", lambda z, beta=1: np.logaddexp(0, z)),
    ("elu", "subtracts 1 from e^z",
     lambda z, alpha=1: np.where(z > 0, z, alpha * (np.exp(np.minimum(z, 0)) - 1))),
    ("elu", "overflows", lambda z, alpha=1: np.maximum(z, 0) + (z < 0) * alpha * np.expm1(z)),
    ("selu", "has rounded constants", _selu(1.6733, 1.0507)),
    ("selu", "has the constants of operator set 1", _selu(1.6732, 1.0507)),
    ("selu", "has more digits than ONNX", _selu(1.6732632423543772848, 1.0507009873554804934)),
    ("celu", "is elu", lambda z, alpha=1: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))),
    ("gelu", "has an approximate erf",
     lambda z, approximate="none": 0.5 * z * (1 + _erf(z / np.sqrt(2)))),
    ("gelu", "is the tanh form",
     lambda z, approximate="tanh": 0.5 * z * (1 + np.tanh(0.7978845608 * (z + 0.044715 * z**3)))),
    ("leaky_relu", "is a maximum", lambda z, alpha=0.01: np.maximum(z, alpha * z)),
    ("leaky_relu", "takes alpha 0 for none",
     lambda z, alpha=0.01: np.where(z >= 0, z, (alpha or 0.01) * z)),
    ("silu", "ignores beta", lambda z, beta=1: z * _sigmoid(z)),
    ("silu", "is not a number at minus infinity", lambda z, beta=1: z * _sigmoid(beta * z)),
    ("sigmoid", "loses the smallest answers", _sigmoid),
    ("softsign", "is not a number at infinity", lambda z: z / (1 + np.abs(z))),
    ("log_sigmoid", "is a logarithm of sigmoid", lambda z: np.log(_sigmoid(z))),
    ("mish", "overflows", lambda z: z * np.tanh(np.log(1 + np.exp(z)))),
    ("hard_sigmoid", "has the slope 1/6",
     lambda z, alpha=1 / 6, beta=0.5: np.clip(alpha * z + beta, 0, 1)),
    ("hard_swish", "has the slope 0.2", lambda z: z * np.clip(0.2 * z + 0.5, 0, 1)),
    ("step", "is 1 at the threshold", lambda z, threshold=0: np.heaviside(z - threshold, 1)),
    ("step", "is 1/2 at the threshold", lambda z, threshold=0: np.heaviside(z - threshold, 0.5)),
    ("step", "loses NaN", lambda z, threshold=0: (z > threshold).astype(z.dtype)),
    ("relu", "loses NaN", lambda z: np.where(z > 0, z, 0)),
    ("thresholded_relu", "is z at the threshold", lambda z, alpha=1: np.where(z < alpha, 0, z)),
    ("thresholded_relu", "loses NaN", lambda z, alpha=1: np.where(z > alpha, z, 0)),
    ("hard_shrink", "is z at lambd", lambda z, lambd=0.5: np.where(np.abs(z) < lambd, 0, z)),
    ("soft_shrink", "does not shrink", lambda z, lambd=0.5: np.where(np.abs(z) <= lambd, 0, z)),
    ("tanh_shrink", "cancels", lambda z: z - np.tanh(z)),
    ("squareplus", "cancels", lambda z, b=4: (z + np.sqrt(z * z + b)) / 2),
    ("gaussian", "has half the exponent", lambda z: np.exp(-z * z / 2)),
    ("atan", "is scaled as in PMML", lambda z: 2 / np.pi * np.arctan(z)),
    ("softmax", "overflows", lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)),
    ("softmax", "goes along the cases", partial(_softmax, axis=0)),
    ("log_softmax", "is the logarithm of softmax", lambda z: np.log(_softmax(z))),
    ("hardmax", "is 1 at the last largest", _last_largest),
    ("hardmax", "is 1 at every largest",
     lambda z: (z == z.max(axis=-1, keepdims=True)).astype(z.dtype)),
    ("normalize", "is by absolute values", lambda z: z / np.abs(z).sum(axis=-1, keepdims=True)),
]
# fmt: on


def checks(name: str) -> Iterator[Callable[[], None]]:
    """Give everything that the tests ask of an activation, the quickest first."""
    tables: list[tuple[Callable[..., None], list[tuple[Any, ...]]]] = [
        (right.test_values_that_tell_the_function_from_its_variants, right.VALUES),
        (right.test_rows_that_tell_the_function_from_its_variants, right.ROWS),
        (right.test_infinity_gives_the_limit, [(*row, np.float64) for row in right.LIMITS]),
        (
            right.test_infinity_in_a_row_gives_the_limit_or_nan,
            [(*row, np.float64) for row in right.INFINITE_ROWS],
        ),
        (right.test_within_a_few_ulp_of_the_true_value_over_the_whole_range,
         [(case.name, case) for case in right.accuracy.ELEMENTWISE]),
        (right.test_every_unit_of_a_layer_is_within_four_ulp,
         [(case.name, case) for case in right.accuracy.LAYERS]),
    ]  # fmt: skip
    nan = (
        right.test_nan_spreads_over_its_row_and_no_further
        if name in right.LAYERS
        else right.test_nan_stays_nan
    )
    yield partial(nan, name, np.float64)
    for test, rows in tables:
        for row in rows:
            if row[0] == name:
                yield partial(test, *(row if len(row) > 2 else row[1:]))


def fails(check: Callable[[], None]) -> bool:
    """Tell whether a test fails; any other exception is a mistake in this file."""
    try:
        check()
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize(
    ("name", "wrong", "function"),
    VARIANTS,
    ids=lambda x: x[:40] if isinstance(x, str) else "variant",
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_wrong_variant_fails_a_test_of_the_right_one(
    name: str, wrong: str, function: Callable[..., Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    variant = ACTIVATIONS[name]._replace(function=function)
    monkeypatch.setitem(ACTIVATIONS, name, variant)
    assert any(fails(check) for check in checks(name)), f"{name} that {wrong}"


@pytest.mark.parametrize("name", ["elu", "step", "log_softmax", "hardmax"])
def test_the_right_one_fails_none(name: str) -> None:
    assert [check for check in checks(name) if fails(check)] == []
