"""Activations: true values from 60-digit arithmetic, edges, NaN, infinities, and what misleads."""

from __future__ import annotations

import importlib.util
import inspect
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from evaluator.activations import ACTIVATIONS, NAMES
from evaluator.special import BLOCK

ROOT = Path(__file__).parent.parent
INF, NAN = math.inf, math.nan

#: Parameters for those that cannot do without.
NEEDED: dict[str, dict[str, Any]] = {"prelu": {"slope": 0.25}, "clip": {"min": -1.0, "max": 2.0}}
LAYERS = ("softmax", "log_softmax", "softmin", "hardmax", "normalize")


def _accuracy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("truth", ROOT / "benchmarks" / "truth.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


accuracy = _accuracy()


def apply(name: str, z: Any, dtype: Any = np.float64, **parameters: Any) -> np.ndarray:
    """Call an activation as the evaluator does, with its needed parameters filled in."""
    with np.errstate(all="ignore"):
        return ACTIVATIONS[name](np.asarray(z, dtype=dtype), **(parameters or NEEDED.get(name, {})))


def at(name: str, z: float, **parameters: Any) -> float:
    """Give the answer at a single z."""
    return float(apply(name, [[z]], **parameters)[0, 0])


# The table


def test_names_stand_in_the_order_of_the_format() -> None:
    # fmt: off
    assert list(ACTIVATIONS) == [
        "identity", "step", "sigmoid", "tanh", "relu", "relu6", "leaky_relu", "prelu",
        "thresholded_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus",
        "softsign", "log_sigmoid", "hard_sigmoid", "hard_swish", "hard_tanh", "clip",
        "hard_shrink", "soft_shrink", "tanh_shrink", "squareplus", "exp", "reciprocal", "square",
        "gaussian", "sin", "cos", "atan", "softmax", "log_softmax", "softmin", "hardmax",
        "normalize",
    ]
    # fmt: on


def test_aliases_stand_for_their_activation() -> None:
    aliases = {name: canonical for name, canonical in NAMES.items() if name != canonical}
    assert aliases == {
        "linear": "identity",
        "logistic": "sigmoid",
        "swish": "silu",
        "hard_silu": "hard_swish",
    }


def test_activations_of_a_whole_layer_are_marked() -> None:
    assert tuple(a.name for a in ACTIVATIONS.values() if a.whole_layer) == LAYERS


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("step", {"threshold": 0}),
        ("leaky_relu", {"alpha": 0.01}),
        ("thresholded_relu", {"alpha": 1}),
        ("elu", {"alpha": 1}),
        ("selu", {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875}),
        ("celu", {"alpha": 1}),
        ("gelu", {"approximate": "none"}),
        ("silu", {"beta": 1}),
        ("softplus", {"beta": 1}),
        ("hard_sigmoid", {"alpha": 0.2, "beta": 0.5}),
        ("hard_tanh", {"min": -1, "max": 1}),
        ("clip", {"min": None, "max": None}),
        ("hard_shrink", {"lambd": 0.5}),
        ("soft_shrink", {"lambd": 0.5}),
        ("squareplus", {"b": 4}),
        ("prelu", {"slope": inspect.Parameter.empty}),
    ],
)
def test_defaults_of_the_table_are_those_of_the_function(name: str, defaults: Any) -> None:
    signature = inspect.signature(ACTIVATIONS[name].function).parameters
    assert {key: value.default for key, value in list(signature.items())[1:]} == defaults
    for parameter in ACTIVATIONS[name].parameters:
        assert parameter.required == (name == "prelu")
        assert parameter.required or parameter.default == defaults[parameter.name]


def test_all_other_activations_take_no_parameters() -> None:
    assert sum(bool(activation.parameters) for activation in ACTIVATIONS.values()) == 16


def test_every_activation_has_a_formula_and_a_note() -> None:
    for activation in ACTIVATIONS.values():
        assert activation.formula
        assert activation.note.endswith(".")
        assert all(parameter.note for parameter in activation.parameters)


# True values


@pytest.mark.parametrize(
    "case", accuracy.ELEMENTWISE, ids=lambda c: f"{c.name}-{c.parameters or 'default'}"
)
def test_within_a_few_ulp_of_the_true_value_over_the_whole_range(case: Any) -> None:
    # docs/accuracy.md says more; another processor or another NumPy may lose a little more.
    ulp, z = accuracy.worst(case, 2500)
    assert ulp <= (4 if case.name == "gelu" else 3), f"{ulp} ulp at {z!r}"


@pytest.mark.parametrize(
    "case", accuracy.ELEMENTWISE, ids=lambda c: f"{c.name}-{c.parameters or 'default'}"
)
def test_nothing_overflows_on_the_way_to_a_finite_answer(case: Any) -> None:
    z = accuracy.points(case.near, 2500)
    z = z[(np.abs(z) < 1e150) & np.isfinite(apply(case.name, z[:, None], **case.parameters)[:, 0])]
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        ACTIVATIONS[case.name](z[:, None], **case.parameters)


@pytest.mark.parametrize("case", accuracy.LAYERS, ids=lambda c: c.name)
def test_nothing_overflows_on_the_way_to_a_finite_row(case: Any) -> None:
    for z in accuracy.rows(160):
        if np.abs(z).max() < 1e150:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                ACTIVATIONS[case.name](z)


@pytest.mark.parametrize("case", accuracy.LAYERS, ids=lambda c: c.name)
def test_every_unit_of_a_layer_is_within_four_ulp(case: Any) -> None:
    ulp, row = accuracy.worst_of_layer(case, 160)
    assert ulp <= 4, f"{ulp} ulp in {row!r}"


def test_the_oracle_covers_every_activation() -> None:
    assert {case.name for case in (*accuracy.ELEMENTWISE, *accuracy.LAYERS)} == set(ACTIVATIONS)


def test_the_oracle_notices_an_error_of_five_ulp() -> None:
    assert accuracy.error(1 + 5 * 2.0**-52, accuracy.mpf(1)) == 5
    assert accuracy.error(6 * 2.0**-1074, accuracy.mpf(2) ** -1074) == 5
    assert accuracy.error(NAN, accuracy.mpf(1)) == INF
    assert accuracy.error(INF, accuracy.mpf(1)) == INF
    assert accuracy.error(1.7976931348623157e308, accuracy.mpf(2) ** 1024) == INF


#: Name, parameters, z, expected.
VALUES: list[tuple[Any, ...]] = [
    ("softplus", {}, 1000, 1000),  # overflows when spelt ln(1 + e^z)
    ("softplus", {}, 6, 6.0024756851377304),  # linear above 5, or above 20 / beta
    ("softplus", {}, -50, 1.928749847963918e-22),
    ("softplus", {"beta": 2}, 1, 1.0634640055214863),
    ("log_sigmoid", {}, -1000, -1000),
    ("elu", {}, -1e-12, -9.999999999995e-13),  # e^z − 1 in place of expm1
    ("elu", {}, 1000, 1000),
    ("selu", {}, -1e-9, -1.7580993454639807e-09),
    ("selu", {}, 1, 1.05070102214813232421875),  # 1.0507
    ("selu", {}, -1, -1.1113307412864783),  # 1.6732, or more digits than ONNX has
    (
        "selu",
        {"alpha": 1.6732632423543772848, "gamma": 1.0507009873554804934},
        -1,
        -1.1113307378125628,
    ),
    ("celu", {"alpha": 2}, -1, -0.7869386805747332),  # elu: −1.2642411176571153
    ("elu", {"alpha": 2}, -1, -1.2642411176571153),
    ("gelu", {}, 1, 0.8413447460685429),
    ("gelu", {}, 1e-12, 5.000000000003989e-13),  # an erf with an error of 1.5e-7
    ("gelu", {}, -9, -1.0157295653584566e-18),  # 1 + erf cancels
    ("gelu", {"approximate": "tanh"}, 1, 0.8411919906082768),
    ("leaky_relu", {"alpha": 2}, -1, -2),  # max(z, alpha·z)
    ("leaky_relu", {"alpha": 2}, 1, 1),
    ("silu", {"beta": 2}, 1, 0.8807970779778824),  # beta ignored
    ("mish", {}, -1, -0.3034014613741089),
    ("hard_shrink", {}, 0.5, 0),
    ("hard_shrink", {}, -0.5, 0),
    ("soft_shrink", {}, 0.5, 0),
    ("soft_shrink", {}, -0.5, 0),
    ("thresholded_relu", {}, 1, 0),
    ("thresholded_relu", {"alpha": 2}, 2, 0),
    ("step", {}, 0, 0),
    ("step", {"threshold": 1}, 1, 0),
    ("sigmoid", {}, -20, 2.0611536181902037e-9),
    ("sigmoid", {}, 40, 1),
    ("sigmoid", {}, -745, 5e-324),
    ("hard_sigmoid", {}, 1, 0.7),  # slope 1/6
    ("tanh_shrink", {}, 1e-8, 1e-24 / 3),
    ("squareplus", {}, -1e8, 1e-8),
    ("squareplus", {"b": 0}, -3, 0),
    ("relu6", {}, 7, 6),
]


@pytest.mark.parametrize(("name", "parameters", "z", "expected"), VALUES)
def test_values_that_tell_the_function_from_its_variants(
    name: str, parameters: dict[str, Any], z: float, expected: float
) -> None:
    assert at(name, z, **parameters) == pytest.approx(expected, rel=1e-15, abs=0)


#: Name, z of a row, expected.
ROWS: list[tuple[Any, ...]] = [
    ("log_softmax", [1000, 0], [0, -1000]),  # the logarithm of softmax: −inf
    ("log_softmax", [50, 0, -50], [-1.9287498479639178e-22, -50, -100]),
    ("softmax", [1000, 0, -1000], [1, 0, 0]),
    ("softmax", [1000, 1000], [0.5, 0.5]),
    ("softmin", [-1000, -1000], [0.5, 0.5]),
    ("hardmax", [1, 3, 3], [0, 1, 0]),  # the first of a tie
    ("hardmax", [0, 0], [1, 0]),
    ("normalize", [1, 2, 5], [0.125, 0.25, 0.625]),
    ("normalize", [1e100, 1, -1e100], [1e100, 1, -1e100]),  # the 1 lost in the sum
    ("normalize", [1.5e308, 1.5e308], [0.5, 0.5]),
    ("normalize", [1, -1], [INF, -INF]),
    ("normalize", [0, 0], [NAN, NAN]),
]


@pytest.mark.parametrize(("name", "z", "expected"), ROWS)
def test_rows_that_tell_the_function_from_its_variants(
    name: str, z: list[float], expected: list[float]
) -> None:
    np.testing.assert_allclose(apply(name, [z]), [expected], rtol=1e-15)


def test_softmax_goes_along_the_units_of_each_case() -> None:
    expected = [[0.5, 0.5], [0.5, 0.5], [0.2689414213699951, 0.7310585786300049]]
    np.testing.assert_allclose(apply("softmax", [[1, 1], [5, 5], [0, 1]]), expected, rtol=1e-15)


def test_prelu_takes_one_slope_per_unit() -> None:
    answer = apply("prelu", [[-4, -4, -4], [-1, 2, -3]], slope=[0.5, 0.25, 2])
    np.testing.assert_array_equal(answer, [[-2, -1, -8], [-0.5, 2, -6]])


# Not a number, infinity


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name not in LAYERS])
def test_nan_stays_nan(name: str, dtype: Any) -> None:
    answer = apply(name, [[NAN, 0.25]], dtype)
    assert np.isnan(answer[0, 0])
    assert not np.isnan(answer[0, 1])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("leaky_relu", {"alpha": 0}),
        ("prelu", {"slope": [0, 0]}),
        ("elu", {"alpha": 0}),
        ("silu", {"beta": 0}),
        ("silu", {"beta": -3}),
        ("silu", {"beta": 0.1}),
        ("gelu", {"approximate": "tanh"}),
        ("softplus", {"beta": 0.1}),
        ("squareplus", {"b": 0}),
        ("hard_sigmoid", {"alpha": 0}),
        ("clip", {"max": 1}),
        ("step", {"threshold": 2}),
    ],
)
def test_nan_stays_nan_with_unusual_parameters(name: str, parameters: dict[str, Any]) -> None:
    answer = apply(name, [[NAN, 0.25]], **parameters)
    assert np.isnan(answer).tolist() == [[True, False]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", LAYERS)
def test_nan_spreads_over_its_row_and_no_further(name: str, dtype: Any) -> None:
    answer = apply(name, [[0, 1, 2], [0, NAN, 1], [NAN, INF, 0]], dtype)
    assert np.isnan(answer).tolist() == [[False] * 3, [True] * 3, [True] * 3]


#: Name, parameters, the answers at −∞ and at ∞.
LIMITS: list[tuple[Any, ...]] = [
    ("identity", {}, -INF, INF),
    ("step", {}, 0, 1),
    ("sigmoid", {}, 0, 1),
    ("tanh", {}, -1, 1),
    ("relu", {}, 0, INF),
    ("relu6", {}, 0, 6),
    ("leaky_relu", {}, -INF, INF),
    ("leaky_relu", {"alpha": 0}, 0, INF),
    ("prelu", {"slope": 0.25}, -INF, INF),
    ("prelu", {"slope": 0}, 0, INF),
    ("thresholded_relu", {}, 0, INF),
    ("elu", {}, -1, INF),
    ("selu", {}, -1.7580993463430303, INF),
    ("celu", {}, -1, INF),
    ("celu", {"alpha": 2}, -2, INF),
    ("gelu", {}, 0, INF),
    ("gelu", {"approximate": "tanh"}, 0, INF),
    ("silu", {}, 0, INF),
    ("silu", {"beta": 0.1}, 0, INF),
    ("silu", {"beta": -2}, -INF, 0),
    ("silu", {"beta": 0}, -INF, INF),
    ("mish", {}, 0, INF),
    ("softplus", {}, 0, INF),
    ("softplus", {"beta": 3}, 0, INF),
    ("softsign", {}, -1, 1),
    ("log_sigmoid", {}, -INF, 0),
    ("hard_sigmoid", {}, 0, 1),
    ("hard_sigmoid", {"alpha": 0}, 0.5, 0.5),
    ("hard_swish", {}, 0, INF),
    ("hard_tanh", {}, -1, 1),
    ("clip", {"min": -2}, -2, INF),
    ("clip", {"max": 3}, -INF, 3),
    ("hard_shrink", {}, -INF, INF),
    ("soft_shrink", {}, -INF, INF),
    ("tanh_shrink", {}, -INF, INF),
    ("squareplus", {}, 0, INF),
    ("squareplus", {"b": 0}, 0, INF),
    ("exp", {}, 0, INF),
    ("reciprocal", {}, 0, 0),
    ("square", {}, INF, INF),
    ("gaussian", {}, 0, 0),
    ("sin", {}, NAN, NAN),
    ("cos", {}, NAN, NAN),
    ("atan", {}, -math.pi / 2, math.pi / 2),
]


@pytest.mark.parametrize(("name", "parameters", "below", "above"), LIMITS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_infinity_gives_the_limit(
    name: str, parameters: dict[str, Any], below: float, above: float, dtype: Any
) -> None:
    answer = apply(name, [[-INF, INF]], dtype, **parameters)
    np.testing.assert_array_equal(answer, np.array([[below, above]], dtype))


#: Name, z of a row, expected.
INFINITE_ROWS: list[tuple[Any, ...]] = [
    ("softmax", [0, -INF, 0], [0.5, 0, 0.5]),
    ("softmax", [0, INF, -INF], [0, 1, 0]),
    ("softmax", [INF, INF, 0], [NAN] * 3),
    ("softmax", [-INF, -INF], [NAN] * 2),
    ("softmin", [0, INF, 0], [0.5, 0, 0.5]),
    ("softmin", [0, -INF, 1], [0, 1, 0]),
    ("log_softmax", [0, -INF, 0], [-math.log(2), -INF, -math.log(2)]),
    ("log_softmax", [0, INF, 1], [-INF, 0, -INF]),
    ("log_softmax", [INF, INF], [NAN] * 2),
    ("log_softmax", [-INF, -INF], [NAN] * 2),
    ("hardmax", [1, INF, INF], [0, 1, 0]),
    ("hardmax", [-INF, -INF], [1, 0]),
    ("normalize", [1, INF, 2], [0, 1, 0]),
    ("normalize", [1, -INF, 2], [0, 1, 0]),
    ("normalize", [INF, -INF], [NAN] * 2),
]


@pytest.mark.parametrize(("name", "z", "expected"), INFINITE_ROWS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_infinity_in_a_row_gives_the_limit_or_nan(
    name: str, z: list[float], expected: list[float], dtype: Any
) -> None:
    answer = apply(name, [z, range(1, len(z) + 1)], dtype)
    np.testing.assert_array_equal(answer[0], np.array(expected, dtype))
    assert np.isfinite(answer[1]).all()


# Arrays

FAR_AND_NEAR = [-1e300, -745.2, -38.5, -3, -0.5, -5e-324, -0.0, 0.0, 1e-300, 0.5, 1, 6, 710, 1e300]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_shape_and_dtype_are_kept_and_the_input_is_not_touched(name: str, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        z = np.array([FAR_AND_NEAR, FAR_AND_NEAR[::-1]], dtype)
    before = z.copy()
    z.flags.writeable = False
    answer = apply(name, z, dtype)
    assert (answer.shape, answer.dtype) == (z.shape, z.dtype)
    assert not np.shares_memory(answer, z)
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_large_batch_is_answered_like_its_parts(name: str) -> None:
    z = np.random.default_rng(3).normal(0, 300, (BLOCK // 20 + 7, 60))
    whole = apply(name, z)
    parts = np.concatenate([apply(name, z[:5]), apply(name, z[5:400]), apply(name, z[400:])])
    np.testing.assert_allclose(whole, parts, rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_columns_of_a_wider_array_are_answered_like_a_copy(name: str) -> None:
    z = np.random.default_rng(4).normal(0, 3, (7, 12))
    for part in (z[:, 2:9:3], z.T[1:4]):
        np.testing.assert_allclose(apply(name, part), apply(name, part.copy()), rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_is_the_rounded_float64_answer_but_for_a_few_ulp(name: str) -> None:
    z = np.random.default_rng(5).normal(0, 20, (500, 6)).astype(np.float32)
    exact = apply(name, z)
    actual = apply(name, z, np.float32)
    unit = np.spacing(np.abs(exact).astype(np.float32))
    assert (np.abs(actual - exact) <= 5 * unit).all()


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "celu", "silu", "softplus", "squareplus"])
def test_parameters_may_be_integers(name: str) -> None:
    (parameter,) = ACTIVATIONS[name].parameters
    whole, real = ({parameter.name: value} for value in (3, 3.0))
    z = [[-2.0, 0.0, 2.0]]
    np.testing.assert_array_equal(apply(name, z, **whole), apply(name, z, **real))


# Parameters


@pytest.mark.parametrize(
    ("name", "parameters", "units", "expected"),
    [
        ("prelu", {}, None, ("slope", "`prelu` needs `slope`")),
        ("prelu", {"slope": [1, 2]}, 3, ("slope", "`slope` has 2 numbers for 3 units")),
        ("prelu", {"slope": np.ones(4)}, 3, ("slope", "`slope` has 4 numbers for 3 units")),
        ("prelu", {"slope": [1, NAN]}, 2, ("slope", "`slope` is nan, not a finite number")),
        ("clip", {}, 1, ("", "`clip` has neither `min` nor `max`")),
        ("clip", {"min": 2, "max": 1}, 1, ("min", "`min` is 2, above `max`, which is 1")),
        ("hard_tanh", {"min": 2}, 1, ("min", "`min` is 2, above `max`, which is 1 by default")),
        ("celu", {"alpha": 0}, 1, ("alpha", "`alpha` is 0")),
        ("softplus", {"beta": 0}, 1, ("beta", "`beta` is 0, not above 0")),
        ("softplus", {"beta": -1.5}, 1, ("beta", "`beta` is -1.5, not above 0")),
        ("squareplus", {"b": -1}, 1, ("b", "`b` is -1, below 0")),
        ("elu", {"alpha": INF}, 1, ("alpha", "`alpha` is inf, not a finite number")),
        ("celu", {"alpha": NAN}, 1, ("alpha", "`alpha` is nan, not a finite number")),
    ],
)
def test_parameters_without_meaning_are_reported(
    name: str, parameters: dict[str, Any], units: int | None, expected: tuple[str, str]
) -> None:
    ((where, message, hint),) = ACTIVATIONS[name].problems(parameters, units)
    assert (where, message) == expected
    assert hint or "finite" in message


def test_an_integer_beyond_all_floats_is_not_finite() -> None:
    assert ACTIVATIONS["elu"].problems({"alpha": 10**400}, 1)


@pytest.mark.parametrize(
    ("name", "parameters", "units"),
    [
        ("sigmoid", {}, 1),
        ("prelu", {"slope": 0.25}, 5),
        ("prelu", {"slope": [0.25, 1]}, 2),
        ("prelu", {"slope": [0.25, 1]}, None),
        ("prelu", {"slope": {"file": "slope.npy"}}, 2),
        ("clip", {"min": 1, "max": 1}, 1),
        ("clip", {"max": -3}, 1),
        ("hard_tanh", {}, 1),
        ("celu", {"alpha": -2}, 1),
        ("squareplus", {"b": 0}, 1),
        ("gelu", {"approximate": "tanh"}, 1),
        ("selu", {}, 1),
    ],
)
def test_good_parameters_have_no_problems(
    name: str, parameters: dict[str, Any], units: int | None
) -> None:
    assert ACTIVATIONS[name].problems(parameters, units) == []
