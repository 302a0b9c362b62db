"""Expectations: every way to write one, against intervals worked out by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluator.expectation import (
    ExpectationError,
    around,
    array_bounds,
    bounds,
    is_interval,
    parse,
    vanishing,
)

INF, MAX, TINY = math.inf, 1.7976931348623157e308, 5e-324

WRITTEN = {
    "~0.999": (0.9985, 0.9995),
    "~0.9990": (0.99895, 0.99905),
    "~1.2e-3": (0.00115, 0.00125),
    "~5": (4.5, 5.5),
    "~ -0.50": (-0.505, -0.495),
    "~0": (-0.5, 0.5),
    "~5e3": (4500, 5500),
    "0.999 ± 0.002": (0.997, 1.001),
    "0.999+-0.002": (0.997, 1.001),
    "0.999 +/-0.002": (0.997, 1.001),
    "1 ± 0": (1, 1),
    "-1±1e-3": (-1.001, -0.999),
    "[0, 1]": (0, 1),
    "(0, 1)": (TINY, math.nextafter(1, 0)),
    "[0,1)": (0, math.nextafter(1, 0)),
    "[ -1.5 , -1.5 ]": (-1.5, -1.5),
    "(0, inf)": (TINY, MAX),
    "(-inf, .inf)": (-MAX, MAX),
    "[-∞, ∞]": (-INF, INF),
    "(1.7976931348623157e308, inf]": (INF, INF),
    "[-inf, -1.7976931348623157e308)": (-INF, -INF),
    ">= .inf": (INF, INF),
    "> 0.5": (math.nextafter(0.5, 1), INF),
    ">=0.5": (0.5, INF),
    "≥ 0.5": (0.5, INF),
    "< -1": (-INF, math.nextafter(-1, -2)),
    "≤ 1e3": (-INF, 1000),
}


@pytest.mark.parametrize(("text", "interval"), WRITTEN.items())
def test_a_text_accepts_the_interval_that_a_person_reads(
    text: str, interval: tuple[float, float]
) -> None:
    assert parse(text) == interval


REFUSED = {
    "[2, 1]": "write [1, 2]",
    "(1, 1)": "square brackets",
    "> inf": 'write ">= inf"',
    "< -.inf": 'write "<= -.inf"',
    "(1.7976931348623157e308, inf)": "square brackets",
    "(inf, inf]": "square brackets",
    "[-inf, -inf)": "square brackets",
    "1 ± -1": "not negative",
    "inf": ".inf",
    "Infinity": ".inf",
    "nan": ".nan",
    "0.5": "remove the quotes",
    "0,5": "decimal point",
    "−0.5": "hyphen",
    "50%": "0.5",
    "1/3": "quotient",
    "(0": "in quotes",
    "1)": "in quotes",
    "~": "",
    "~x": "~0.999",
    "1 2": "commas",
    "≈0.999": "write ~0.999",
    "approx. 0.999": "write ~0.999",
    "0.9 - 1.0": 'write an interval in quotes: "[0.9, 1.0]"',
    "0.9–1": '"[0.9, 1]"',
    "-1 to 1e-3": '"[-1, 1e-3]"',
    "0.9 .. 1.0": '"[0.9, 1.0]"',
    "0.9 -1.0": "commas",
    "np.float64(0.5)": "write 0.5",
    "~0.999,": "write ~0.999",
    "~1e400": "1.8e308",
    "~1e99999999": "",
    "٠.٥": "",
    "~" + "1" * 5000: "",
}


@pytest.mark.parametrize(("text", "hint"), REFUSED.items(), ids=lambda text: text[:12])
def test_a_text_that_says_no_interval_is_refused_with_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(ExpectationError) as caught:
        parse(text)
    assert hint in caught.value.hint
    assert len(caught.value.message) < 200


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1e6, max_value=1e6))
def test_about_accepts_exactly_what_rounds_to_the_digits_written(written: object) -> None:
    low, high = parse(f"~{written}")
    half = Fraction(1, 2_000_000)
    assert low == float(Fraction(str(written)) - half)
    assert high == float(Fraction(str(written)) + half)


finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)
sizes = st.floats(min_value=0, max_value=1e3)


@given(finite, sizes, sizes)
def test_around_is_the_decimal_interval_rounded_once(
    value: float, atol: float, rtol: float
) -> None:
    centre = Fraction(repr(value))
    half = Fraction(repr(atol)) + Fraction(repr(rtol)) * abs(centre)
    assert around(value, atol, rtol) == (float(centre - half), float(centre + half))


@given(finite, sizes, sizes)
@example(2.2250738585e-313, 0.0, 3.0)
@example(2.2250738585e-313, 0.0, 19.0)
def test_the_quick_bounds_lie_inside_the_exact_ones_by_rounding_alone(
    value: float, atol: float, rtol: float
) -> None:
    exact = around(value, atol, rtol)
    low, high = bounds(value, atol, rtol)
    assert exact.low <= low
    assert high <= exact.high
    slack = 32 * np.spacing(max(abs(exact.low), abs(exact.high))) + 1e-300
    assert abs(low - exact.low) <= slack
    assert abs(high - exact.high) <= slack
    for one, many in zip((low, high), array_bounds(np.array([value]), atol, rtol), strict=True):
        assert one == many[0]


def test_a_decimal_bound_is_not_lost_to_binary_rounding() -> None:
    # In binary, 0.7 + 0.1 is less than 0.8; a person means 0.8.
    assert 0.7 + 0.1 < 0.8
    assert around(0.7, 0.1, 0).high == 0.8


@pytest.mark.parametrize("value", [INF, -INF])
def test_infinity_accepts_itself_alone(value: float) -> None:
    assert around(value, 1, 1) == (value, value)
    assert bounds(value, 1.0, 0.0) == (value, value)
    low, high = array_bounds(np.array([value]), 1.0, 0.0)
    assert (low[0], high[0]) == (value, value)


LOST = {
    "~1e-400": "1e-400",
    "0.5 ± 1E-400": "1E-400",
    "(-1e-500, 1)": "-1e-500",
    "> 0e-400": "",
    "~4.9e-324": "",
    "~0.999": "",
}


@pytest.mark.parametrize(("text", "lost"), LOST.items())
def test_a_number_that_becomes_0_is_found(text: str, lost: str) -> None:
    assert vanishing(text) == lost


@pytest.mark.parametrize(
    "written", ["(0, 1)", "[0, 1)", "> 0.5", "<= 0.1", "≥ 2", "≤ -1", "[-inf, inf]"]
)
def test_what_parses_as_an_interval_is_one_in_any_quotes_and_a_number_is_none(written: str) -> None:
    parse(written)
    assert all(is_interval(f"{quote}{written}{quote}") for quote in ("", "'", '"', "' "))
    for other in ("0.5", "~0.999", "0.5 ± 0.1", "-1", ".nan", ".inf"):
        assert not is_interval(other)
        assert not is_interval(f"'{other}'")
