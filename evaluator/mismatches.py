"""A value that is off → the mismatch that says so: what is written, what it accepts, what it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from evaluator.expectation import Interval, around, parse
from evaluator.explain import number
from evaluator.results import Mismatch

if TYPE_CHECKING:
    from evaluator.arrays.batch import Batch
    from evaluator.case import Case, Check
    from evaluator.diagnostics import Location
    from evaluator.spec import Spec
    from evaluator.subjects.subject import Answers


def of_check(
    spec: Spec, case: Case, check: Check, answers: Answers, row: int, actual: float
) -> Mismatch:
    """Describe a value of a case that is written out, whose answer has this row."""
    probe = spec.probes[check.probe]
    low, high = interval(check, case)
    column = answers.column(check.probe, probe)
    assert column is not None
    shown = number(column[row])
    if math.isfinite(actual) and low <= float(shown) <= high and not low <= actual <= high:
        shown = number(actual)  # float32, in too few digits to tell them apart
    location = spec.document.locate(check.path, used=True)
    text = written(spec, check)
    return Mismatch(probe.name, probe.unit, None, location, text, low, high, actual, shown)


def of_cell(
    spec: Spec, case: Case, batch: Batch, row: int, column: int, actual: Any, location: Location
) -> Mismatch:
    """Describe one output of a row of a table, at the place that names the table."""
    name, unit, _ = spec.probes[column]
    text, accepted = cell(case, batch, row, column)
    return Mismatch(
        name, unit, None, location, text, *accepted, float(actual), number(actual),
    )  # fmt: skip


def of_class(spec: Spec, expected: int, largest: int, location: Location) -> Mismatch:
    """Describe the largest output, which is another; -1 where one is not a number."""
    wanted = _class_name(spec, expected)
    said = "not a number" if largest < 0 else _class_name(spec, largest)
    note = f"class {wanted} is expected, and the largest output is {said}"
    value = math.nan if largest < 0 else float(largest)
    return Mismatch(
        "class", None, None, location, wanted.strip("`"), expected, expected, value,
        said.strip("`"), note,
    )  # fmt: skip


def _class_name(spec: Spec, index: int) -> str:
    names = spec.network.outputs
    return f"`{names[index]}`" if len(names) > 1 else str(index)


def written(spec: Spec, check: Check) -> str:
    """Give an expected value as it is written, quotes and all, 80 characters at most."""
    start, end = spec.document.span(check.path)
    text = spec.document.text.text[start:end][:80]
    if text.startswith(("*", ">", "|")):  # an alias, or a text in a block
        return str(spec.document.value(check.path))
    return text


def interval(check: Check, case: Case) -> Interval:
    """Give the interval of an expected value in exact decimals."""
    if math.isfinite(check.value):
        return around(check.value, case.atol, case.rtol)
    return Interval(check.low, check.high)


def cell(case: Case, batch: Batch, row: int, column: int) -> tuple[str, Interval]:
    """Give an expected value of a table as it is shown, and the interval in exact decimals."""
    assert batch.expected is not None
    if text := batch.texts.get((row, column)):
        return text, parse(text)
    value = float(batch.expected[row, column])
    return number(value), around(value, case.atol, case.rtol)
