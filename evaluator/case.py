"""A case as it is evaluated: its row of the inputs, or its table, and what must come out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from evaluator.expectation import bounds, parse

if TYPE_CHECKING:
    from evaluator.arrays.tables import Table
    from evaluator.document import Path
    from evaluator.network import Place


class Probe(NamedTuple):
    """One value of a trace that a case expects: its name, and the column that holds it."""

    name: str
    #: The unit, where the name stands for several.
    unit: int | None
    place: Place

    @property
    def label(self) -> str:
        """What reports call it: a unit by the name of its layer, and its number from 0."""
        return self.name if self.unit is None else f"{self.name}[{self.unit}]"


@dataclass(slots=True, eq=False)
class Check:
    """One expected value of an inline case."""

    #: Which of the spec's probes gives the actual value.
    probe: int
    low: float
    high: float
    #: The expected number; NaN where a text says the interval.
    value: float
    path: Path


@dataclass(slots=True, eq=False)
class CheckList:
    """The checks of a list of expected values: each is made when it is asked for, and not kept,
    since lists of megabytes are written, and short ones that many cases share by an alias.
    """

    #: Which of the spec's probes give the actual values, one for each.
    probes: Sequence[int]
    #: The numbers, in the precision of the network, and the texts.
    values: Sequence[float | str]
    atol: float
    rtol: float
    path: Path

    def __iter__(self) -> Iterator[Check]:
        """Give the checks in the order of the list."""
        for number, value in enumerate(self.values):
            path = (*self.path, number)
            if isinstance(value, str):
                yield Check(self.probes[number], *parse(value), math.nan, path)
            else:
                low, high = bounds(value := float(value), self.atol, self.rtol)
                yield Check(self.probes[number], low, high, value, path)


@dataclass(slots=True, eq=False)
class Case:
    """One case, or a table of them: what goes in, what must come out, and its terms."""

    name: str
    #: Its name, with `#2` when an earlier case has it too.
    id: str
    #: Its place in the list of cases, from 0.
    number: int
    line: int
    column: int
    #: Its row of the spec's inputs; without meaning for a table.
    row: int
    atol: float
    rtol: float
    #: What is expected: single values, and lists of them.
    expected: list[Check | CheckList]
    table: Table | None = None
    #: The index of the output that is to be the largest.
    expected_class: int | None = None
    skip: str = ""
    xfail: str = ""
    tags: tuple[str, ...] = ()

    @property
    def checks(self) -> Iterator[Check]:
        """Every expected value, in the order in which they are written."""
        for part in self.expected:
            if isinstance(part, Check):
                yield part
            else:
                yield from part

    @property
    def unrecorded(self) -> bool:
        """Whether the case expects nothing."""
        if self.table is not None:
            return not self.table.recorded
        return not self.expected and self.expected_class is None
