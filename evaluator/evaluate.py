"""Spec × subject → results: feed every row forward, and compare each value with its interval."""

from __future__ import annotations

import math
import os
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator import mismatches
from evaluator.content import FOLDER
from evaluator.diagnostics import Location, SpecError, SubjectError, Unsupported, clip
from evaluator.expectation import accepts, array_bounds, parse
from evaluator.results import MAX_FIRSTS, MAX_MISMATCHES, CaseResult, Mismatch, SpecResult
from evaluator.subjects import confined
from evaluator.subjects.subject import Answers, ask

if TYPE_CHECKING:
    from evaluator.arrays.batch import Batch
    from evaluator.case import Case, Check, Probe
    from evaluator.collect import Selection
    from evaluator.hints.evidence import Evidence
    from evaluator.network import Array
    from evaluator.spec import Spec
    from evaluator.subjects.limits import Limits
    from evaluator.subjects.subject import Run


#: How many inputs, weighted sums and outputs, of all rows together, are held in memory at a time.
MAX_VALUES: Final = 1 << 22
#: The same of cases that are written out, and how many of their values as numbers of Python.
MAX_INLINE: Final = 1 << 20
MAX_LISTED: Final = 1 << 18


def evaluate(
    spec: Spec, selection: Selection | None = None, max_mismatches: int = MAX_MISMATCHES,
    subject: str = "", limits: Limits | None = None, firsts: int | None = None,
) -> SpecResult:  # fmt: skip
    """Judge the selected cases of a spec; a wrong answer is a result, never an exception.

    Without a subject it is the one that evaluates such networks. Of more than `max_mismatches` only
    the first of a case is kept, in so many cases as `firsts` says, and the rest is counted; 0 keeps
    them all. Raises SpecError for what is wrong with a table that
    is too large to be read before, UsageError for a subject that is not there.
    """
    start = perf_counter()
    subject = subject or spec.network.evaluated_by
    selected = [c for c in spec.cases if selection(spec, c)] if selection else spec.cases
    room = max_mismatches or sys.maxsize
    try:
        with confined(subject, limits, _files(spec)).prepare(spec.network) as run:
            judgement = Judgement(spec, run, room, selected, firsts)
            cases = judgement.results()
            judgement.explain(cases)
    except SubjectError as fault:
        cases = Judgement(spec, _raising(fault), room, selected).results()
    return SpecResult(
        spec.file, spec.document.number, spec.name, cases, list(spec.warnings),
        perf_counter() - start, sum([case.values for case in cases]), subject,
    )  # fmt: skip


def batches(spec: Spec, case: Case, most: int = MAX_VALUES) -> Iterator[Batch]:
    """Give the rows of a table, at most so many at a time; raises SpecError for what is wrong."""
    from evaluator.arrays.files import ArrayFileError

    assert case.table is not None
    try:
        yield from case.table.batches(most)
    except ArrayFileError as error:
        path = ("cases", case.number, "file")
        found = spec.document.diagnostic(path, error.code, error.message, error.hint)
        raise SpecError([*spec.warnings, found]) from None


def read_tables(spec: Spec) -> None:
    """Read every table to its end; raises SpecError for what is wrong with one."""
    for case in spec.cases:
        if case.table is not None:
            for _ in batches(spec, case):
                pass


def _files(spec: Spec) -> tuple[str, ...]:
    """Name the files that say what is expected."""
    tables = [str(case.table.path) for case in spec.cases if case.table is not None]
    return (os.path.join(FOLDER.get(), spec.file), *tables)


def _raising(fault: SubjectError) -> Run:
    def run(_: Array) -> None:
        raise fault

    return run


class Judgement:
    """The verdict on the cases of one spec, whose rows are answered many at a time."""

    def __init__(
        self, spec: Spec, run: Run, room: int, cases: Sequence[Case], firsts: int | None = None
    ) -> None:
        self.spec, self.run, self._cases = spec, run, cases
        #: How many mismatches may still be kept.
        self.room = room
        #: In how many cases the first one is kept although there is no room.
        self.firsts = MAX_FIRSTS if firsts is None else firsts
        self._rows = max(1, MAX_VALUES // spec.network.size())
        listed = MAX_LISTED // max(1, len(spec.probes))
        self._inline_rows = max(1, min(MAX_INLINE // spec.network.size(), listed))
        #: The inline rows that are to be answered, in order: of no case that is skipped.
        self._wanted = [case.row for case in cases if case.table is None and not case.skip]
        #: Those that are answered, each with its place among the answers.
        self._places: dict[int, int] = {}

    def _answer(self, row: int) -> None:
        """Get the answers to the stretch of wanted rows that begins with this one."""
        begin = bisect_left(self._wanted, row)
        stretch = self._wanted[begin : begin + self._inline_rows]
        if stretch[:1] != [row]:  # of a skipped case, which somebody wants to see
            stretch = [row]
        self._places = {row: place for place, row in enumerate(stretch)}
        self._columns: dict[int, list[float] | None] = {}
        self.answers = self._ask(self.spec.inputs[stretch])

    def _ask(self, inputs: Array) -> Answers:
        """Get the answers to some rows; where there are none at all, every row has its fault."""
        try:
            return ask(self.run, inputs, self.spec.network)
        except SubjectError as fault:
            outputs = np.full((len(inputs), self.spec.network.output_count()), np.nan)
            return Answers(outputs, faults=dict.fromkeys(range(len(inputs)), fault))

    def results(self) -> list[CaseResult]:
        """Judge the cases."""
        return [self.case(case) for case in self._cases]

    def case(self, case: Case) -> CaseResult:
        """Judge one case."""
        result = CaseResult(case.name, case.line, case.column, "passed", id=case.id)
        fault = None
        if case.table is not None:
            fault = self._table(case, result)
        elif not case.skip:
            fault = self._inline(case, result)
            if result.values and not (fault or result.mismatches or result.withheld or case.xfail):
                return result
        if case.skip:
            result.outcome, result.reason = "skipped", case.skip
            return result
        if case.unrecorded:
            result.outcome, result.unrecorded, result.failed_rows = "failed", True, result.rows
        elif fault is not None and (
            fault.outcome != "skipped" or not (result.mismatches or result.withheld)
        ):
            result.outcome, result.printed = fault.outcome, fault.printed
            result.reason = f"{fault} ({fault.hint})" if fault.hint else str(fault)
        elif result.mismatches or result.withheld:
            result.outcome = "failed"
        elif case.xfail:
            result.outcome, result.reason = "xpassed", case.xfail
        if result.outcome == "failed" and case.xfail and not case.unrecorded:
            result.outcome, result.reason = "xfailed", case.xfail
        if result.withheld and not result.mismatches:
            # There may be many such cases; none is shown with its source.
            result.location = Location(self.spec.file, case.line, case.column)
        elif result.outcome != "passed":
            result.location = self.spec.document.locate(("cases", case.number))
        return result

    @cached_property
    def _evidence(self) -> Evidence:
        # Only where something is wrong is there anything to explain.
        from evaluator.hints.evidence import Evidence

        return Evidence(self.spec)

    def explain(self, results: Sequence[CaseResult]) -> None:
        """Look for known mistakes behind the rows that were answered wrongly, and hint at them."""
        if "_evidence" in self.__dict__:
            judged = zip(self._cases, results, strict=False)
            self._evidence.explain(case for case, found in judged if found.outcome == "passed")
            del self._evidence

    def answered(self, case: Case, check: Check) -> Mismatch | None:
        """Describe one value as a mismatch is described, accepted or not; None: it has no answer."""
        row = self._row(case)
        if row in self.answers.faults or (column := self._column(check.probe)) is None:
            return None
        return self._mismatch(case, check, column[row], arithmetic=True)

    def outputs(self, case: Case) -> Iterator[tuple[Probe, Any, tuple[str, ...]]]:
        """Give each output of a case that is written out, with its value and its arithmetic."""
        row = self._row(case)
        for probe, value in zip(self.spec.probes, self.answers.outputs[row], strict=False):
            yield probe, value, self.answers.arithmetic(row, probe)

    def _row(self, case: Case) -> int:
        """Give the row of a case among those that are answered, and get the answers if need be."""
        if case.row not in self._places:
            self._answer(case.row)
        return self._places[case.row]

    def _inline(self, case: Case, result: CaseResult) -> SubjectError | None:
        """Judge a case that is written out; gives what kept the subject from answering it."""
        row = self._row(case)
        if self.answers.faults and row in self.answers.faults:
            return self.answers.faults[row]
        unknown = None
        for check in case.checks:
            column = self._column(check.probe)
            if column is None:
                result.unchecked += 1
                unknown = unknown or self.spec.probes[check.probe].name
                continue
            result.values += 1
            if not check.low <= column[row] <= check.high and not accepts_exactly(
                check, column[row], case
            ):
                self._keep(result, partial(self._mismatch, case, check, column[row], self.room > 0))
        if case.expected_class is not None:
            result.values += 1
            largest = int(_largest(self.answers.outputs[row : row + 1])[0])
            if largest != case.expected_class:
                self._keep(
                    result,
                    partial(self._class, case, case.expected_class, self.room > 0),
                )
        if result.mismatches or result.withheld:
            self._evidence.of_case(case, result, self.answers.outputs[row])
        if unknown and not result.values:
            return Unsupported(f"it gives no value of `{clip(unknown)}`")
        return None

    def _keep(self, result: CaseResult, describe: Callable[[], Mismatch]) -> None:
        """Describe a mismatch if there is room for it, else count it."""
        if self._take(1, result):
            result.mismatches.append(describe())
        else:
            result.withheld += 1

    def _take(self, wanted: int, result: CaseResult) -> int:
        """Take room for so many more mismatches of a case; gives how many are kept."""
        kept = min(wanted, self.room)
        self.room -= kept
        if wanted and not kept and not result.mismatches and self.firsts:
            self.firsts -= 1
            kept = 1
        return kept

    def _table(self, case: Case, result: CaseResult) -> SubjectError | None:
        """Judge the rows of a table; gives what kept the subject from answering one, the gravest."""
        result.rows = result.failed_rows = 0
        faults = []
        for batch in batches(self.spec, case, self._rows):
            if not case.skip:
                faults += self._batch(case, batch, result.rows, result)
            result.rows += len(batch.inputs)
        return max(faults, key=_gravity, default=None)

    def _batch(
        self, case: Case, batch: Batch, first: int, result: CaseResult
    ) -> list[SubjectError]:
        """Judge some rows of a table, whose first has this number, counted from 0.

        Gives what kept the subject from answering one of them, the gravest, if there is any.
        """
        answers = self._ask(batch.inputs)
        outputs, faults = answers.outputs, answers.faults
        wrong = _wrong(case, batch, outputs)
        wrong[list(faults)] = False
        result.values += wrong.size - len(faults) * wrong.shape[1]
        failed = sum(fault.outcome == "failed" for fault in faults.values())
        result.broken_rows += len(faults) - failed
        result.failed_rows = (result.failed_rows or 0) + failed + int(wrong.any(axis=1).sum())
        places = np.flatnonzero(wrong)
        kept = self._take(len(places), result)
        result.withheld += len(places) - kept
        location = self.spec.document.locate(("cases", case.number, "file"), used=True)
        for place in places[:kept].tolist():
            row, column = divmod(place, wrong.shape[1])
            if batch.classes is not None and column == wrong.shape[1] - 1:
                expected = int(batch.classes[row])
                found = mismatches.of_class(self.spec, expected, outputs[row], location)
            else:
                actual = outputs[row, column]
                found = mismatches.of_cell(self.spec, case, batch, row, column, actual, location)
            found.row = first + row + 1
            found.row_name = batch.names[row] if batch.names else ""
            result.mismatches.append(found)
        if len(places):
            self._evidence.of_rows(case, batch, wrong, faults, outputs, result)
        if not faults:
            return []
        row, fault = max(faults.items(), key=lambda item: _gravity(item[1]))
        return [type(fault)(f"row {first + row + 1}: {fault}", fault.hint, fault.printed)]

    def _column(self, probe: int) -> list[float] | None:
        """Give the actual values of a probe, one a row; None where the subject does not tell."""
        if probe not in self._columns:
            found = self.answers.column(probe, self.spec.probes[probe])
            self._columns[probe] = None if found is None else found.tolist()
        return self._columns[probe]

    def _mismatch(self, case: Case, check: Check, actual: float, arithmetic: bool) -> Mismatch:
        """Describe a value; its arithmetic takes most of the time and the memory."""
        row = self._places[case.row]
        found = mismatches.of_check(self.spec, case, check, self.answers, row, actual)
        if arithmetic:
            found.arithmetic = self.answers.arithmetic(row, self.spec.probes[check.probe])
        return found

    def _class(self, case: Case, expected: int, arithmetic: bool) -> Mismatch:
        """Describe the largest output, and how it and the expected one came about."""
        row = self._places[case.row]
        outputs = self.answers.outputs[row]
        path = "cases", case.number, "expected_class"
        location = self.spec.document.locate(path, used=True)
        found = mismatches.of_class(self.spec, expected, outputs, location)
        if arithmetic:
            lines = [
                line
                for number in mismatches.concerned(expected, outputs)
                for line in self.answers.arithmetic(row, self.spec.probes[number])
            ]
            found.arithmetic = tuple(dict.fromkeys(lines))
        return found


def _wrong(case: Case, batch: Batch, outputs: Array) -> Array:
    """Tell which cells of a batch are wrong: (rows, outputs and class)."""
    wrong = np.zeros((len(outputs), 0), bool)
    if batch.expected is not None:
        low, high = _bounds(batch, case)
        wrong = ~accepts(batch.expected, low, high, outputs, case.atol, case.rtol)
    if batch.classes is not None:
        wrong = np.column_stack([wrong, _largest(outputs) != batch.classes])
    return wrong


def wrong_cells(spec: Spec, case: Case, batch: Batch) -> Array:
    """Tell which cells of a batch the network of the spec answers wrongly: (rows, outputs and class)."""
    return _wrong(case, batch, spec.network.trace(batch.inputs).outputs)


def _gravity(fault: SubjectError) -> int:
    return ("skipped", "failed", "error").index(fault.outcome)


def _bounds(batch: Batch, case: Case) -> tuple[Array, Array]:
    """Give the interval of every expected value of a batch."""
    assert batch.expected is not None
    low, high = array_bounds(batch.expected, case.atol, case.rtol)
    for place, text in batch.texts.items():
        low[place], high[place] = parse(text)
    return low, high


def _largest(outputs: Array) -> Array:
    """Give the first largest output of each row, (rows,); -1 where one is not a number."""
    return np.where(np.isnan(outputs).any(axis=1), -1, outputs.argmax(axis=1))


def accepts_exactly(check: Check, actual: float, case: Case) -> bool:
    """Judge again, exactly, what the rounded bounds do not accept."""
    margin = max(abs(check.low), abs(check.high)) * 2.0**-47 + 2.0**-1060 * (1.0 + case.rtol)
    if check.low - actual > margin or actual - check.high > margin:
        return False  # further off than any rounding
    low, high = mismatches.interval(check, case)
    return low <= actual <= high or (math.isnan(low) and math.isnan(actual))
