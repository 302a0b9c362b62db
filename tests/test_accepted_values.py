"""What every written expectation accepts, run through a network that answers its input.

The oracle is exact: fractions, rounded once to the nearest float. It is asked at the bounds, one
float to either side of them, and far away.
"""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import evaluator

INF, NAN = math.inf, math.nan
#: Default tolerance: atol, rtol.
DEFAULT = {"float64": ("1e-7", "1e-7"), "float32": ("1e-5", "1.3e-6")}


class Written(NamedTuple):
    """An expectation as it is written, and the numbers it accepts."""

    text: str
    low: float
    high: float
    open_low: bool = False
    open_high: bool = False
    #: As written under `tolerance`; empty where it is left out.
    tolerance: str = ""

    def accepts(self, x: float) -> bool:
        """Tell whether x is accepted; only NaN accepts NaN."""
        if math.isnan(x):
            return math.isnan(self.low)
        above = x > self.low if self.open_low else x >= self.low
        below = x < self.high if self.open_high else x <= self.high
        return above and below


def nearest(exact: Fraction) -> float:
    """Give the nearest float; dividing integers rounds correctly."""
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return math.copysign(INF, exact)


def between(text: str, centre: Fraction, half: Fraction, tolerance: str = "") -> Written:
    return Written(text, nearest(centre - half), nearest(centre + half), tolerance=tolerance)


@st.composite
def decimals(draw: st.DrawFn) -> str:
    """Spell a decimal number, with or without point and exponent."""
    whole = draw(st.integers(0, 10**6).map(str))
    tail = draw(st.sampled_from(["", "."]) | st.integers(0, 10**6).map(lambda n: f".{n:04d}"))
    exponent = draw(
        st.just("")
        | st.integers(-330, 290).map(lambda e: f"e{e}")
        | st.just("E+3")
        | st.just("e-2")
    )
    return draw(st.sampled_from(["", "", "-", "+"])) + whole + tail + exponent


floats = st.floats(-1e290, 1e290) | st.floats(-10, 10).map(lambda x: round(x, 4))
sizes = st.floats(0, 1e10) | st.floats(0, 1).map(lambda x: round(x, 6))
blank = st.sampled_from(["", " ", "  "])


def unit(text: str) -> Fraction:
    """Give one unit of the last digit written."""
    mantissa, _, exponent = text.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    return Fraction(10) ** (int(exponent or 0) - places)


@st.composite
def about(draw: st.DrawFn) -> Written:
    text = draw(decimals())
    return between(f"~{draw(blank)}{text}", Fraction(text), unit(text) / 2)


@st.composite
def plus_minus(draw: st.DrawFn) -> Written:
    text, half = draw(decimals()), draw(decimals()).lstrip("-")
    sign = draw(blank) + draw(st.sampled_from(["±", "+-", "+/-"])) + draw(blank)
    return between(f"{text}{sign}{half}", Fraction(text), Fraction(half))


@st.composite
def ends(draw: st.DrawFn) -> tuple[str, float]:
    infinite = {
        "inf": INF,
        "-inf": -INF,
        ".inf": INF,
        "-.Inf": -INF,
        "∞": INF,
        "+∞": INF,
        "-∞": -INF,
    }
    if draw(st.integers(0, 4)) == 0:
        text = draw(st.sampled_from(sorted(infinite)))
        return text, infinite[text]
    text = draw(decimals())
    return text, nearest(Fraction(text))


@st.composite
def intervals(draw: st.DrawFn) -> Written:
    first, second = sorted((draw(ends()), draw(ends())), key=lambda end: end[1])
    left, right = draw(st.sampled_from("[(")), draw(st.sampled_from("])"))
    gap = draw(blank)
    written = Written(
        f"{left}{gap}{first[0]}{gap},{gap}{second[0]}{gap}{right}",
        first[1], second[1], left == "(", right == ")",
    )  # fmt: skip
    return written if _is_legal(written) else Written("[0, 1]", 0, 1)


def _is_legal(written: Written) -> bool:
    """Tell whether an interval accepts anything; one that does not is refused elsewhere."""
    low = math.nextafter(written.low, INF) if written.open_low else written.low
    high = math.nextafter(written.high, -INF) if written.open_high else written.high
    return low <= high and not (written.open_low and low == INF) and not (
        written.open_high and high == -INF
    )  # fmt: skip


@st.composite
def half_lines(draw: st.DrawFn) -> Written:
    text, end = draw(ends())
    sign = draw(st.sampled_from([">", ">=", "≥", "<", "<=", "≤"]))
    is_open = len(sign) == 1 and sign in "<>"
    if is_open and math.isinf(end):
        text, end = "0", 0.0
    if sign[0] in ">≥":
        return Written(f"{sign}{draw(blank)}{text}", end, INF, is_open)
    return Written(f"{sign}{draw(blank)}{text}", -INF, end, False, is_open)


@st.composite
def numbers(draw: st.DrawFn, dtype: str = "float64") -> Written:
    """Write a plain number with one of the tolerances; a part left out is 0."""
    value = repr(draw(floats if dtype == "float64" else floats.filter(lambda x: abs(x) < 1e38)))
    atol, rtol = repr(draw(sizes)), repr(draw(sizes))
    tolerance, atol, rtol = draw(
        st.sampled_from([
            ("", *DEFAULT[dtype]),
            ("exact", "0", "0"),
            (atol, atol, "0"),
            (f"{{atol: {atol}}}", atol, "0"),
            (f"{{rtol: {rtol}}}", "0", rtol),
            (f"{{rtol: {rtol}, atol: {atol}}}", atol, rtol),
        ])
    )  # fmt: skip
    # What float32 cannot hold it is not asked for.
    centre = Fraction(repr(float(np.float32(value))) if dtype == "float32" else value)
    half = Fraction(atol) + Fraction(rtol) * abs(centre)
    return between(value, centre, half, tolerance)


SPECIAL = [Written(".inf", INF, INF), Written("-.inf", -INF, -INF), Written(".nan", NAN, NAN)]


def probes(written: Written, dtype: type[np.floating]) -> list[float]:
    """Choose what the network shall answer: at the bounds, beside them, and far away."""
    found = {0.0, 1.0, -1.0, INF, -INF, 5e-324}
    with np.errstate(all="ignore"):
        for bound in (written.low, written.high, (written.low + written.high) / 2):
            near = dtype(bound)
            for x in (near, np.nextafter(near, dtype(INF)), np.nextafter(near, dtype(-INF))):
                found.add(float(x))
        kept = {float(dtype(x)) for x in found if not math.isnan(x)}
    return [*sorted(kept), NAN]


def shown(x: float) -> str:
    """Write a float as YAML."""
    return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(x), repr(x))


def quoted(written: Written) -> str:
    plain = not written.text.startswith(("~", "[", "(", ">", "<", "≥", "≤")) and not any(
        sign in written.text for sign in "±/∞"
    )
    return written.text if plain and "+-" not in written.text else f'"{written.text}"'


def spec(dtype: str, cases: str) -> str:
    return f"dtype: {dtype}\nneuron: {{weights: [1], activation: identity}}\ncases:\n{cases}"


def verdicts(file: Path) -> list[bool]:
    report = evaluator.run(file)
    assert [d for d in report.diagnostics if d.severity == "error"] == [], file.read_text()
    assert report.summary.values == len(report.specs[0].cases)
    return [case.outcome == "passed" for case in report.specs[0].cases]


FORMS = {
    "about": about(), "plus-minus": plus_minus(), "interval": intervals(),
    "half-line": half_lines(), "number": numbers(), "special": st.sampled_from(SPECIAL),
}  # fmt: skip
in_a_folder = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@in_a_folder
def test_an_expectation_accepts_what_exact_arithmetic_accepts(
    form: str, data: st.DataObject, tmp_path: Path
) -> None:
    several = data.draw(st.lists(FORMS[form], min_size=1, max_size=4))
    lines, expected = "", []
    for written in several:
        tolerance = f", tolerance: {written.tolerance}" if written.tolerance else ""
        for x in probes(written, np.float64):
            lines += f"- {{inputs: {shown(x)}, expected: {quoted(written)}{tolerance}}}\n"
            expected.append(written.accepts(x))
    file = tmp_path / "spec.yaml"
    file.write_text(spec("float64", lines), encoding="utf-8")
    assert verdicts(file) == expected


@pytest.mark.parametrize("form", [form for form in FORMS if form != "number"])
@given(data=st.data())
@in_a_folder
def test_it_accepts_the_same_of_a_float32(form: str, data: st.DataObject, tmp_path: Path) -> None:
    written = data.draw(FORMS[form])
    xs = probes(written, np.float32)
    lines = "".join(f"- {{inputs: {shown(x)}, expected: {quoted(written)}}}\n" for x in xs)
    file = tmp_path / "spec.yaml"
    file.write_text(spec("float32", lines), encoding="utf-8")
    assert verdicts(file) == [written.accepts(x) for x in xs]


@given(numbers("float32"))
@in_a_folder
def test_a_number_has_the_wider_default_tolerance_for_a_float32(
    tmp_path: Path, written: Written
) -> None:
    tolerance = f", tolerance: {written.tolerance}" if written.tolerance else ""
    xs = probes(written, np.float32)
    lines = "".join(f"- {{inputs: {shown(x)}, expected: {written.text}{tolerance}}}\n" for x in xs)
    file = tmp_path / "spec.yaml"
    file.write_text(spec("float32", lines), encoding="utf-8")
    assert verdicts(file) == [written.accepts(x) for x in xs]


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@in_a_folder
def test_a_cell_of_a_table_accepts_what_a_case_accepts(
    form: str, data: st.DataObject, tmp_path: Path
) -> None:
    written = data.draw(FORMS[form])
    rows = [(shown(x), written.text) for x in probes(written, np.float64)]
    with (tmp_path / "table.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("x1", "y"), *rows])
    tolerance = f", tolerance: {written.tolerance}" if written.tolerance else ""
    file = tmp_path / "spec.yaml"
    file.write_text(spec("float64", f"- {{file: table.csv{tolerance}}}\n"), encoding="utf-8")
    report = evaluator.run(file)
    assert report.diagnostics == []
    refused = {mismatch.row for mismatch in report.specs[0].cases[0].mismatches}
    assert refused == {
        row for row, x in enumerate(probes(written, np.float64), 1) if not written.accepts(x)
    }


@given(st.lists(numbers(), min_size=1, max_size=3))
@in_a_folder
def test_a_list_of_numbers_accepts_what_each_accepts(
    tmp_path: Path, several: list[Written]
) -> None:
    tolerance = several[0].tolerance
    several = [written for written in several if written.tolerance == tolerance]
    width = len(several)
    identity = [[int(i == j) for j in range(width)] for i in range(width)]
    columns = [probes(written, np.float64) for written in several]
    rows = list(zip(*columns, strict=False))
    texts = ", ".join(written.text for written in several)
    extra = f", tolerance: {tolerance}" if tolerance else ""
    lines = "".join(
        f"- {{inputs: [{', '.join(map(shown, row))}], expected: [{texts}]{extra}}}\n"
        for row in rows
        if all(map(math.isfinite, row))  # 0·∞ is NaN
    )
    file = tmp_path / "spec.yaml"
    file.write_text(
        f"layers: [{{weights: {identity}, activation: identity}}]\ncases:\n{lines}",
        encoding="utf-8",
    )
    report = evaluator.run(file)
    assert report.diagnostics == []
    expected = [
        sum(not written.accepts(x) for written, x in zip(several, row, strict=True))
        for row in rows
        if all(map(math.isfinite, row))
    ]
    assert [len(case.mismatches) for case in report.specs[0].cases] == expected


@given(about())
@example(Written("~0.999", 0.9985, 0.9995))
@example(Written("~0.9990", 0.99895, 0.99905))
@example(Written("~5", 4.5, 5.5))
@example(Written("~1.2e-3", 0.00115, 0.00125))
def test_the_oracle_agrees_with_intervals_worked_out_by_hand(written: Written) -> None:
    text = written.text.lstrip("~ ")
    exact = between(text, Fraction(text), unit(text) / 2)
    assert (exact.low, exact.high) == (written.low, written.high)


@pytest.mark.parametrize(
    ("text", "atol", "x"),
    [
        ("0.2", "0.1", 0.30000000000000004),
        ("0.1", "0.05", 0.15000000000000002),
        ("0.83", "0.2", 0.6299999999999999),
        ("0.24", "0.01", 0.22999999999999998),
    ],
)
def test_a_number_accepts_no_neighbour_of_its_bounds(
    text: str, atol: str, x: float, tmp_path: Path
) -> None:
    written = between(text, Fraction(text), Fraction(atol))
    assert not written.accepts(x)
    file = tmp_path / "spec.yaml"
    lines = f"- {{inputs: {x!r}, expected: {text}, tolerance: {atol}}}\n"
    lines += f"- {{inputs: {x!r}, expected: {text} ± {atol}}}\n"
    file.write_text(spec("float64", lines), encoding="utf-8")
    assert verdicts(file) == [False, False]
