"""A value that is off → the mismatch that says so: what is written, what it accepts, what it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaluator.diagnostics import clip
from evaluator.expectation import Interval, around, parse
from evaluator.explain import number
from evaluator.results import Mismatch

if TYPE_CHECKING:
    from evaluator.arrays.batch import Batch
    from evaluator.case import Case, Check, Probe
    from evaluator.diagnostics import Location
    from evaluator.network import Array
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


def of_class(spec: Spec, expected: int, outputs: Array, location: Location) -> Mismatch:
    """Describe the largest of some outputs, which is not the one that is expected."""
    largest, _ = concerned(expected, outputs)
    is_nan = math.isnan(outputs[largest])
    wanted = class_name(spec.probes[expected], expected)
    said = "not a number" if is_nan else class_name(spec.probes[largest], largest)
    note = (
        f"class {wanted} is expected, and the largest output is {said}:"
        f" {compared(spec.probes, expected, outputs)}"
    )
    return Mismatch(
        "class", None, None, location, wanted.strip("`"), expected, expected,
        math.nan if is_nan else float(largest), said.strip("`"), note,
    )  # fmt: skip


def concerned(expected: int, outputs: Array) -> tuple[int, int]:
    """Give the output that decides the class, the first NaN or the first largest, and the expected one."""
    return int(outputs.argmax()), expected


def class_name(probe: Probe, index: int) -> str:
    """Call an output by its own name, one of a layer by its index."""
    return f"`{probe.name}`" if probe.unit is None else str(index)


def compared(probes: Sequence[Probe], expected: int, outputs: Array) -> str:
    """Say why the expected output is not the first largest, with the numbers."""
    numbers = dict.fromkeys(concerned(expected, outputs))
    names = [f"`{clip(probes[n].label)}`" for n in numbers]
    values = [number(outputs[n]) for n in numbers]
    if len(numbers) == 2 and outputs.max() == outputs[expected]:
        return f"{' and '.join(names)} are both {values[0]}, and the first counts"
    return ", ".join(f"{name} is {value}" for name, value in zip(names, values, strict=True))


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
