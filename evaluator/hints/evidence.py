"""What is gathered while a spec is judged: rows that were answered wrongly, and some right ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator import hints
from evaluator.hints.aims import Wanted, WrongRow, of_case, of_row

if TYPE_CHECKING:
    from evaluator.arrays.batch import Batch
    from evaluator.case import Case
    from evaluator.network import Array
    from evaluator.results import CaseResult
    from evaluator.spec import Spec

#: How many wrong rows of each stretch of a table a mistake is held against, and how many right
#: ones, of tables and of other cases.
MAX_ROWS: Final = 8
MAX_RIGHT: Final = 16


class Evidence:
    """The rows of one spec that known mistakes are held against."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._wrong: list[WrongRow] = []
        self._right: list[Wanted] = []

    def of_case(self, case: Case, result: CaseResult, answer: Array) -> None:
        """Take a case that was answered wrongly, (outputs,)."""
        if not self._is_full():
            self._add(case, result, of_case(self.spec, case), answer)

    def of_rows(
        self, case: Case, batch: Batch, wrong: Array, faults: Collection[int], outputs: Array, result: CaseResult
    ) -> None:  # fmt: skip
        """Take some rows of a table that were answered wrongly, and right ones beside them.

        `wrong` is (rows, values), `outputs` (rows, outputs); rows with faults were not answered.
        """
        is_wrong = np.logical_or.reduce(wrong, axis=1)
        rows = np.flatnonzero(is_wrong)[:MAX_ROWS].tolist()
        for row in rows:
            self._add(case, result, of_row(self.spec, case, batch, row), outputs[row])
        if not rows or case.xfail:
            return
        is_right = ~np.asarray(is_wrong)
        is_right[list(faults)] = False
        for row in np.flatnonzero(is_right)[: MAX_RIGHT - len(self._right)].tolist():
            self._right.append(of_row(self.spec, case, batch, row))

    def _add(self, case: Case, result: CaseResult, expected: Wanted, answer: Array) -> None:
        """Remember a row, and not the others; unless there are enough."""
        if not self._is_full() and not case.xfail:
            self._wrong.append(WrongRow(result, expected, answer.copy(), case.atol, case.rtol))

    def _is_full(self) -> bool:
        return len(self._wrong) == hints.MAX_WRONG

    def explain(self, passed: Iterable[Case]) -> None:
        """Write hints to the results of the wrong rows; some cases that passed may contradict them."""
        inline = (case for case in passed if case.table is None and not case.xfail)
        if self._wrong:
            right = [of_case(self.spec, case) for case in islice(inline, MAX_RIGHT)]
            hints.explain(self.spec, self._wrong, [*right, *self._right])
