"""Spec × subject → results: feed every row forward, and compare each value with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator.expectation import around
from evaluator.explain import arithmetic, number
from evaluator.results import CaseResult, Mismatch, SpecResult

if TYPE_CHECKING:
    from evaluator.case import Case, Check, TableChecks
    from evaluator.collect import Selection
    from evaluator.network import Array
    from evaluator.spec import Spec


#: How many weighted sums and outputs, of all rows together, are held in memory at a time.
MAX_VALUES: Final = 1 << 22


def evaluate(spec: Spec, selection: Selection | None = None) -> SpecResult:
    """Judge the selected cases of a spec; a wrong answer is a result, never an exception."""
    start = perf_counter()
    judgement = _Judgement(spec)
    selected = [c for c in spec.cases if selection(spec, c)] if selection else spec.cases
    cases = [judgement.case(case) for case in selected]
    return SpecResult(
        spec.file, spec.document.number, spec.name, cases, list(spec.warnings),
        perf_counter() - start, sum(case.values for case in cases),
    )  # fmt: skip


class _Judgement:
    """The verdict on the cases of one spec, whose rows are fed forward many at a time."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        width = 2 * sum(spec.network.width(step + 1) for step in range(len(spec.network.steps)))
        self._rows = max(1, MAX_VALUES // width)
        self._feed(0)

    def _feed(self, row: int) -> None:
        """Evaluate the stretch of rows that begins with this one."""
        self.first = row
        self.trace = self.spec.network.forward(self.spec.inputs[row : row + self._rows])
        self._columns: dict[int, list[float]] = {}

    def case(self, case: Case) -> CaseResult:
        """Judge one case."""
        rows = case.rows if case.is_table else None
        result = CaseResult(case.name, case.line, case.column, "passed", rows=rows, id=case.id)
        if case.skip:
            result.outcome, result.reason = "skipped", case.skip
            return result
        if not 0 <= case.first - self.first < self._rows:
            self._feed(case.first)
        result.values = len(case.checks) + len(case.classes)
        for check in case.checks:
            actual = self._column(check.probe)[case.first - self.first]
            if not check.low <= actual <= check.high and not _accepts(
                check.low, check.high, check.value, actual, case
            ):
                result.mismatches.append(self._mismatch(case, check, actual))
        if case.table is not None or case.classes:
            self._judge_outputs(case, result)
        if case.unrecorded:
            result.outcome, result.unrecorded, result.failed_rows = "failed", True, rows
        elif result.mismatches:
            result.outcome = "xfailed" if case.xfail else "failed"
        elif case.xfail:
            result.outcome = "xpassed"
        if result.outcome != "passed":
            result.reason = case.xfail
            result.location = self.spec.document.locate(("cases", case.number))
        return result

    def _judge_outputs(self, case: Case, result: CaseResult) -> None:
        """Judge what a case expects of all outputs at once: the rows of a table, a class."""
        end = case.first + case.rows
        for row in range(case.first, end, self._rows):
            stop = min(end, row + self._rows)
            if not self.first <= row < stop <= self.first + self._rows:
                self._feed(row)
            outputs = self.trace.outputs[row - self.first : stop - self.first]
            rows = slice(row - case.first, stop - case.first)
            if case.table is not None:
                result.values += case.table.value[rows].size
                result.mismatches += self._table(case, case.table, rows, outputs)
            if case.classes:
                result.mismatches += self._classes(case, rows, outputs)
        if case.is_table:
            result.mismatches.sort(key=lambda mismatch: mismatch.row or 0)
            result.failed_rows = len({mismatch.row for mismatch in result.mismatches})

    def _column(self, probe: int) -> list[float]:
        """Give the actual values of a probe, one a row."""
        column = self._columns.get(probe)
        if column is None:
            place = self.spec.probes[probe].place
            column = self._columns[probe] = self.trace.block(place)[:, place.column].tolist()
        return column

    def _mismatch(self, case: Case, check: Check, actual: float) -> Mismatch:
        name, unit, place = self.spec.probes[check.probe]
        low, high = _interval(check.low, check.high, check.value, case)
        document, row = self.spec.document, case.first - self.first
        start, end = document.span(check.path)
        written = document.text.text[start:end][:80]
        if written.startswith("*"):  # an alias of a number or a text
            written = str(document.value(check.path))
        shown = number(self.trace.block(place)[row, place.column])
        if (
            math.isfinite(actual) and low <= float(shown) <= high
        ):  # float32, in too few digits to tell them apart
            shown = number(actual)
        return Mismatch(
            name, unit, None, document.locate(check.path), written, low, high, actual, shown, arithmetic=arithmetic(self.trace, row, place),
        )  # fmt: skip

    def _table(
        self, case: Case, table: TableChecks, rows: slice, outputs: Array
    ) -> Iterator[Mismatch]:
        """Compare the outputs of a stretch of rows with those that a table expects."""
        low, high, value = table.low[rows], table.high[rows], table.value[rows]
        with np.errstate(invalid="ignore"):
            accepted = (low <= outputs) & (outputs <= high)
        location = self.spec.document.locate(("cases", case.number, "file"))
        for at, column in np.argwhere(~accepted).tolist():
            actual, wanted = float(outputs[at, column]), float(value[at, column])
            bounds = float(low[at, column]), float(high[at, column])
            if _accepts(*bounds, wanted, actual, case):
                continue
            row = rows.start + at
            written = table.texts.get((row, column)) or number(wanted)
            name, unit, _ = self.spec.probes[column]
            interval = _interval(*bounds, wanted, case)
            shown = number(outputs[at, column])
            yield Mismatch(
                name, unit, row + 1, location, written, *interval, actual, shown,
                row_name=_row_name(case, row),
            )  # fmt: skip

    def _classes(self, case: Case, rows: slice, outputs: Array) -> Iterator[Mismatch]:
        """Compare the first largest output of each row with the class expected."""
        missing: Array = np.asarray(np.isnan(outputs).any(axis=1))
        largest: Array = np.where(missing, -1, outputs.argmax(axis=1))
        path = ("cases", case.number, "file" if case.is_table else "expected_class")
        location = self.spec.document.locate(path)
        wrong: Array = largest != np.array(case.classes[rows])
        for at in np.flatnonzero(wrong).tolist():
            row = rows.start + at
            target, actual = case.classes[row], int(largest[at])
            expected = self._class_name(target)
            said = "not a number" if missing[at] else self._class_name(actual)
            note = f"class {expected} is expected, and the largest output is {said}"
            value = math.nan if missing[at] else float(actual)
            yield Mismatch(
                "class", None, row + 1 if case.is_table else None, location,
                expected.strip("`"), target, target, value, number(value), note,
                row_name=_row_name(case, row),
            )  # fmt: skip

    def _class_name(self, index: int) -> str:
        names = self.spec.network.outputs
        return f"`{names[index]}`" if len(names) > 1 else str(index)


def _row_name(case: Case, row: int) -> str:
    return case.row_names[row] if case.row_names else ""


def _interval(low: float, high: float, value: float, case: Case) -> tuple[float, float]:
    """Give the interval of an expectation in exact decimals."""
    return around(value, case.atol, case.rtol) if math.isfinite(value) else (low, high)


def _accepts(low: float, high: float, value: float, actual: float, case: Case) -> bool:
    """Judge again, exactly, what the rounded bounds do not accept."""
    low, high = _interval(low, high, value, case)
    return low <= actual <= high or (math.isnan(low) and math.isnan(actual))
