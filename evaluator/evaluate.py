"""Spec × subject → results: feed every row forward, and compare each value with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.expectation import around
from evaluator.explain import arithmetic, number
from evaluator.results import CaseResult, Mismatch, SpecResult

if TYPE_CHECKING:
    from evaluator.cases import Case
    from evaluator.network import Array, Trace
    from evaluator.spec import Spec


def evaluate(spec: Spec, selected: Callable[[Spec, Case], bool] | None = None) -> SpecResult:
    """Judge the selected cases of a spec; a wrong answer is a result, never an exception."""
    start = perf_counter()
    judgement = _Judgement(spec)
    cases = [
        judgement.case(case) for case in spec.cases if selected is None or selected(spec, case)
    ]
    return SpecResult(
        spec.file, spec.document.number, spec.name, cases, list(spec.warnings),
        perf_counter() - start, sum(case.values for case in cases),
    )  # fmt: skip


class _Judgement:
    """The verdict on every expected value of one spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        checks = spec.checks
        self.trace = spec.network.forward(spec.inputs)
        with np.errstate(all="ignore"):
            self.actual = _gather(self.trace, spec)
            accepted = (checks.low <= self.actual) & (self.actual <= checks.high)
        self.failed: dict[int, list[int]] = {}
        if not accepted.all():
            accepted |= np.isnan(checks.low) & np.isnan(self.actual)
            for at in np.flatnonzero(~accepted).tolist():
                self._reject(at)
        self.failed_classes = self._classes() if checks.class_owner else {}
        self.values = Counter(checks.owner.tolist())
        self.values.update(checks.class_owner)

    def _reject(self, at: int) -> None:
        """Take the exact interval's word for a value outside the rounded one."""
        low, high = self._interval(at)
        actual = float(self.actual[at])
        if not low <= actual <= high:
            self.failed.setdefault(int(self.spec.checks.owner[at]), []).append(at)

    def _interval(self, at: int) -> tuple[float, float]:
        checks = self.spec.checks
        value = float(checks.value[at])
        if not np.isfinite(value):
            return float(checks.low[at]), float(checks.high[at])
        case = self.spec.cases[checks.owner[at]]
        return around(value, case.atol, case.rtol)

    def _classes(self) -> dict[int, list[tuple[int, str]]]:
        """Compare the first largest output of each row with the class expected."""
        checks, outputs = self.spec.checks, self.trace.outputs
        rows = np.array(checks.class_row)
        with np.errstate(all="ignore"):
            largest = outputs[rows].argmax(axis=1)
            missing = np.isnan(outputs[rows]).any(axis=1)
        wrong = (largest != np.array(checks.class_target)) | missing
        found: dict[int, list[tuple[int, str]]] = {}
        for at in np.flatnonzero(wrong).tolist():
            expected = self._class_name(checks.class_target[at])
            note = f"class {expected} is expected, and the largest output is "
            note += "not a number" if missing[at] else self._class_name(int(largest[at]))
            found.setdefault(checks.class_owner[at], []).append((at, note))
        return found

    def _class_name(self, index: int) -> str:
        names = self.spec.network.outputs
        return f"`{names[index]}`" if len(names) > 1 else str(index)

    def case(self, case: Case) -> CaseResult:
        """Judge one case."""
        rows = case.rows if case.is_table else None
        result = CaseResult(case.name, case.line, case.column, "passed", rows=rows)
        if case.skip:
            result.outcome, result.reason = "skipped", case.skip
            return result
        result.values = self.values[case.number]
        failed = self.failed.get(case.number, ())
        classes = self.failed_classes.get(case.number, ())
        if case.is_table:
            wrong = {int(self.spec.checks.row[at]) for at in failed}
            wrong |= {self.spec.checks.class_row[at] for at, _ in classes}
            result.failed_rows = len(wrong)
        if case.unrecorded:
            result.outcome, result.unrecorded = "failed", True
            result.failed_rows = rows
        elif failed or classes:
            result.outcome = "xfailed" if case.xfail else "failed"
            result.mismatches = [self._mismatch(case, at) for at in failed]
            result.mismatches += [self._wrong_class(case, at, note) for at, note in classes]
        elif case.xfail:
            result.outcome = "xpassed"
        if result.outcome != "passed":
            result.reason = case.xfail
            result.location = self.spec.document.locate(("cases", case.number))
        return result

    def _mismatch(self, case: Case, at: int) -> Mismatch:
        checks = self.spec.checks
        probe, row = checks.probes[checks.probe[at]], int(checks.row[at])
        low, high = self._interval(at)
        if case.is_table:
            path: Any = ("cases", case.number, "file")
            written = checks.texts.get(at) or number(checks.value[at])
        else:
            path = checks.paths[at]
            written = self._text(path)
        actual = self.trace.block(probe.place)[row, probe.place.column]
        return Mismatch(
            probe.name, probe.unit, row - case.first + 1 if case.is_table else None,
            self.spec.document.locate(path), written, low, high, float(actual), number(actual),
            arithmetic=() if case.is_table else arithmetic(self.trace, row, probe.place),
        )  # fmt: skip

    def _wrong_class(self, case: Case, at: int, note: str) -> Mismatch:
        checks = self.spec.checks
        row, target = checks.class_row[at], checks.class_target[at]
        outputs = self.trace.outputs[row]
        path = ("cases", case.number, "file" if case.is_table else "expected_class")
        largest = float(np.nan) if np.isnan(outputs).any() else float(outputs.argmax())
        return Mismatch(
            "class", None, row - case.first + 1 if case.is_table else None,
            self.spec.document.locate(path), self._class_name(target).strip("`"),
            float(target), float(target), largest, number(largest), note,
        )  # fmt: skip

    def _text(self, path: Any) -> str:
        start, end = self.spec.document.span(path)
        text = self.spec.document.text.text[start:end]
        return text if len(text) <= 80 else text[:79] + "…"


def _gather(trace: Trace, spec: Spec) -> Array:
    """Pick every checked value out of a trace."""
    checks = spec.checks
    if not len(checks.probe):
        return np.empty(0)
    columns = [trace.block(p.place)[:, p.place.column] for p in checks.probes]
    if len(columns) == 1:
        return columns[0][checks.row]
    return np.stack(columns)[checks.probe, checks.row]
