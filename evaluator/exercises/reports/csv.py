"""Grades for a spreadsheet: a row for each submission, whose cells are never formulas."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import harmless
from evaluator.exercises.outcomes import rounded

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Exercise
    from evaluator.exercises.outcomes import Grade

#: What spreadsheets take for the beginning of a formula.
_FORMULA: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "|",
    "%",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)


def render(exercise: Exercise, grades: Sequence[Grade], seconds: float) -> str:
    """Write the table, with all parts, those that learners do not see too."""
    names = [part.name for part in exercise.parts]
    text = StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow([
        "submission", "score", "points", "variant", "attempt", "error",
        *(cell(word) for name in names for word in (name, f"{name} status", f"{name} mistake")),
    ])  # fmt: skip
    for grade in grades:
        by_name = {part.name: part for part in grade.parts}
        row = [
            cell(grade.name), _number(grade.score), _number(grade.points), cell(grade.variant),
            str(grade.attempt), cell(grade.error),
        ]  # fmt: skip
        for name in names:
            part = by_name.get(name)
            status = f"{part.status}: {part.because}".removesuffix(": ") if part else ""
            row += [_number(part.score) if part else "0", status, part.mistake if part else ""]
        rows.writerow(row)
    return text.getvalue()


def cell(text: str) -> str:
    """Write a text so that no spreadsheet computes it."""
    text = harmless(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _number(value: float) -> str:
    return (
        f"{rounded(value):g}"
        if rounded(value) == float(f"{rounded(value):g}")
        else str(rounded(value))
    )
