"""Spec × subject → results: feed every row forward, and compare each value with its interval."""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from evaluator.expectation import around
from evaluator.explain import arithmetic, number
from evaluator.results import CaseResult, Mismatch, SpecResult

if TYPE_CHECKING:
    from evaluator.cases import Case, Check, TableChecks
    from evaluator.collect import Selection
    from evaluator.network import Array
    from evaluator.spec import Spec


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
    """The verdict on the cases of one spec, whose rows are fed forward together."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.trace = spec.network.forward(spec.inputs)
        self._columns: dict[int, list[float]] = {}

    def case(self, case: Case) -> CaseResult:
        """Judge one case."""
        rows = case.rows if case.is_table else None
        result = CaseResult(case.name, case.line, case.column, "passed", rows=rows)
        if case.skip:
            result.outcome, result.reason = "skipped", case.skip
            return result
        result.values = len(case.checks) + len(case.classes)
        for check in case.checks:
            actual = self._column(check.probe)[case.first]
            if not check.low <= actual <= check.high and not _accepts(
                check.low, check.high, check.value, actual, case
            ):
                result.mismatches.append(self._mismatch(case, check, actual))
        if case.table is not None:
            result.values += case.table.value.size
            result.mismatches += self._table(case, case.table)
        if case.classes:
            result.mismatches += self._classes(case)
        if case.is_table:
            result.mismatches.sort(key=lambda mismatch: mismatch.row or 0)
            result.failed_rows = len({mismatch.row for mismatch in result.mismatches})
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
        document = self.spec.document
        start, end = document.span(check.path)
        shown = number(self.trace.block(place)[case.first, place.column])
        return Mismatch(
            name, unit, None, document.locate(check.path), document.text.text[start:end][:80],
            low, high, actual, shown, arithmetic=arithmetic(self.trace, case.first, place),
        )  # fmt: skip

    def _table(self, case: Case, table: TableChecks) -> list[Mismatch]:
        """Compare all rows of a table at once."""
        actual = self.trace.outputs[case.first : case.first + case.rows]
        with np.errstate(invalid="ignore"):
            accepted = (table.low <= actual) & (actual <= table.high)
        location = self.spec.document.locate(("cases", case.number, "file"))
        found = []
        for row, column in np.argwhere(~accepted).tolist():
            bounds = table.low[row, column], table.high[row, column], table.value[row, column]
            low, high, value = map(float, bounds)
            if _accepts(low, high, value, float(actual[row, column]), case):
                continue
            written = table.texts.get((row, column)) or number(value)
            low, high = _interval(low, high, value, case)
            name, unit, _ = self.spec.probes[column]
            shown = actual[row, column]
            found.append(
                Mismatch(
                    name,
                    unit,
                    row + 1,
                    location,
                    written,
                    low,
                    high,
                    float(shown),
                    number(shown),
                    row_name=case.row_names[row] if case.row_names else "",
                )
            )
        return found

    def _classes(self, case: Case) -> list[Mismatch]:
        """Compare the first largest output of each row with the class expected."""
        outputs = self.trace.outputs[case.first : case.first + case.rows]
        missing: Array = np.asarray(np.isnan(outputs).any(axis=1))
        largest: Array = np.where(missing, -1, outputs.argmax(axis=1))
        path = ("cases", case.number, "file" if case.is_table else "expected_class")
        location = self.spec.document.locate(path)
        wrong: Array = largest != np.array(case.classes)
        found = []
        for row in np.flatnonzero(wrong).tolist():
            target, actual = case.classes[row], int(largest[row])
            expected = self._class_name(target)
            said = "not a number" if missing[row] else self._class_name(actual)
            note = f"class {expected} is expected, and the largest output is {said}"
            value = math.nan if missing[row] else float(actual)
            at = row + 1 if case.is_table else None
            mismatch = Mismatch("class", None, at, location, expected.strip("`"), target, target,
                                value, number(value), note)  # fmt: skip
            mismatch.row_name = case.row_names[row] if case.row_names else ""
            found.append(mismatch)
        return found

    def _class_name(self, index: int) -> str:
        names = self.spec.network.outputs
        return f"`{names[index]}`" if len(names) > 1 else str(index)


def _interval(low: float, high: float, value: float, case: Case) -> tuple[float, float]:
    """Give the interval of an expectation in exact decimals."""
    return around(value, case.atol, case.rtol) if math.isfinite(value) else (low, high)


def _accepts(low: float, high: float, value: float, actual: float, case: Case) -> bool:
    """Judge again, exactly, what the rounded bounds do not accept."""
    low, high = _interval(low, high, value, case)
    return low <= actual <= high or (math.isnan(low) and math.isnan(actual))
