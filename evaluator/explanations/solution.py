"""Spec → solution: each of its cases explained."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator import mismatches
from evaluator.diagnostics import UsageError, clip
from evaluator.evaluate import accepts_exactly, batches, wrong_cells
from evaluator.expectation import Interval
from evaluator.explanations.byhand import by_hand
from evaluator.explanations.row import Explained, Row
from evaluator.reporters.text import named, plural

if TYPE_CHECKING:
    from evaluator.arrays.batch import Batch
    from evaluator.case import Case, Check
    from evaluator.network import Array, Network
    from evaluator.spec import Spec

#: How many cases of a spec, and rows of a table, are explained.
MAX_CASES: Final = 100
MAX_ROWS: Final = 3


@dataclass(slots=True, eq=False)
class Solution:
    """A spec, explained."""

    title: str
    spec: Spec
    network: Network
    cases: list[Explained] = field(default_factory=list)
    #: What is left out.
    left_out: list[str] = field(default_factory=list)


def solution(
    spec: Spec, cases: Sequence[Case], digits: int | None = None, row: int | None = None
) -> Solution:
    """Explain some cases of a spec; `digits` rounds every step as one does by hand.

    Of a table only the `row` is explained, from 1, or else the first ones, those that fail before others.
    Raises UsageError for a network that holds no weights here, SpecError for a table that is wrong.
    """
    if not spec.network.steps:
        raise UsageError(
            f"{spec.file} holds an ONNX file: only networks whose weights are written out are explained",
            "`evaluator convert` makes such a spec of a dense ONNX network",
        )
    network = spec.network if digits is None else by_hand(spec.network, digits)
    found = Solution(named(spec.name), spec, network)
    reader = _Reader(spec, network, digits)
    with np.errstate(all="ignore"):
        for case in cases[:MAX_CASES]:
            if case.table is None:
                found.cases.append(reader.inline(case))
            else:
                found.cases += reader.table(case, row, found.left_out)
    if len(cases) > MAX_CASES:
        more = plural(len(cases) - MAX_CASES, "case")
        found.left_out.append(f"{more} more: name one to see it")
    return found


class _Reader:
    """Explains the cases of one spec."""

    def __init__(self, spec: Spec, network: Network, digits: int | None) -> None:
        self.spec, self.network, self.digits = spec, network, digits

    def inline(self, case: Case) -> Explained:
        """Explain a case that is written out."""
        row = self._row(case, self.spec.inputs[case.row], named(case.id))
        for check in case.checks:
            row.expect(
                self.spec.probes[check.probe], mismatches.written(self.spec, check).strip("\"'"),
                mismatches.interval(check, case), partial(_accepts, check, case),
            )  # fmt: skip
        if case.expected_class is not None:
            row.expect_class(case.expected_class, self.spec.probes)
        return row.explained()

    def _row(self, case: Case, inputs: Array, title: str) -> Row:
        return Row(self.network, self.spec.network, self.digits, case, inputs, title)

    def table(self, case: Case, row: int | None, left_out: list[str]) -> Iterator[Explained]:
        """Explain one row of a table, or the first that fail and the first; count the others."""
        rows, failing = 0, 0
        wrong: list[Explained] = []
        right: list[Explained] = []
        for batch in batches(self.spec, case):
            fails = np.asarray(wrong_cells(self.spec, case, batch).any(axis=1))
            for at in _chosen(fails, None if row is None else row - 1 - rows):
                chosen = wrong if fails[at] else right
                if len(chosen) < MAX_ROWS:
                    chosen.append(self._table_row(case, batch, at, rows + at + 1))
            failing += int(fails.sum())
            rows += len(batch.inputs)
        if row is not None:
            yield from (*wrong, *right)
            return
        yield from (*wrong, *right)[:MAX_ROWS]
        if rows > MAX_ROWS:
            more = f"{named(case.id)}: {plural(rows - MAX_ROWS, 'row')} more of its table"
            if failing > len(wrong):
                more += f", {failing - len(wrong)} of which fail"
            left_out.append(f'{more}; `--case "{clip(case.id)}, row {rows}"` explains the last')

    def _table_row(self, case: Case, batch: Batch, at: int, shown: int) -> Explained:
        name = f" ({named(batch.names[at])})" if len(batch.names) else ""
        row = self._row(case, batch.inputs[at], f"{named(case.id)}, row {shown}{name}")
        if batch.expected is not None:
            for column in range(batch.expected.shape[1]):
                text, interval = mismatches.cell(case, batch, at, column)
                row.expect(self.spec.probes[column], text, interval, partial(_accepted, interval))
        if batch.classes is not None:
            row.expect_class(int(batch.classes[at]), self.spec.probes)
        return row.explained()


def _chosen(fails: Array, row: int | None) -> list[int]:
    """Choose rows of a batch: one, if it is there, or the first that fail and the first."""
    if row is not None:
        return [row] if 0 <= row < len(fails) else []
    chosen = {
        *np.flatnonzero(fails)[:MAX_ROWS].tolist(),
        *np.flatnonzero(~fails)[:MAX_ROWS].tolist(),
    }
    return sorted(chosen)


def _accepts(check: Check, case: Case, value: float) -> bool:
    return check.low <= value <= check.high or accepts_exactly(check, value, case)


def _accepted(interval: Interval, value: float) -> bool:
    is_nan = math.isnan(interval.low) and math.isnan(value)
    return is_nan or interval.low <= value <= interval.high


def choose(cases: Iterable[Case], name: str | None) -> tuple[list[Case], int | None]:
    """Choose the case of a name, or all; `case 1, row 5` is a row of a table, counted from 1."""
    known = list(cases)
    chosen = [case for case in known if name is None or case.id == name]
    found = re.fullmatch(r"(.+), row ([1-9]\d{0,17})", name or "", re.DOTALL | re.ASCII)
    if chosen or found is None:
        return chosen, None
    tables = [case for case in known if case.id == found[1] and case.table is not None]
    return tables, int(found[2])
