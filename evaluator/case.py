"""A case as it is evaluated: its rows of the inputs, and what they must give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.network import Array, Place


class Probe(NamedTuple):
    """One value of a trace that a case expects: its name, and the column that holds it."""

    name: str
    #: The unit, where the name stands for several.
    unit: int | None
    place: Place


class Check(NamedTuple):
    """One expected value of an inline case."""

    #: Which of the spec's probes gives the actual value.
    probe: int
    low: float
    high: float
    #: The expected number; NaN where a text says the interval.
    value: float
    path: Path


class TableChecks(NamedTuple):
    """The expected outputs of a table, each (rows, outputs)."""

    low: Array
    high: Array
    #: The expected numbers; NaN where a text says the interval.
    value: Array
    #: Texts that stand in cells, by row and column from 0.
    texts: Mapping[tuple[int, int], str]


@dataclass(slots=True, eq=False)
class Case:
    """One case, or a table of them: which rows of the spec's inputs it holds, and its terms."""

    name: str
    #: Its name, with `#2` when an earlier case has it too.
    id: str
    #: Its place in the list of cases, from 0.
    number: int
    line: int
    column: int
    #: Its rows of the spec's inputs: the first, and how many.
    first: int
    rows: int
    is_table: bool
    atol: float
    rtol: float
    checks: list[Check]
    table: TableChecks | None = None
    #: The expected classes, one a row.
    classes: Sequence[int] = ()
    #: What the rows of a table are called, where a column says so.
    row_names: Sequence[str] = ()
    skip: str = ""
    xfail: str = ""
    tags: tuple[str, ...] = ()

    @property
    def unrecorded(self) -> bool:
        """Whether the case expects nothing."""
        return not self.checks and self.table is None and not self.classes
