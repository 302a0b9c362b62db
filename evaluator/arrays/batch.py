"""Some rows of a table of cases, as they are fed forward together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluator.network import Array


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows that follow each other."""

    #: (rows, inputs), float64.
    inputs: Array
    #: (rows, outputs), float64; None if the table lists no expected values.
    expected: Array | None = None
    #: (rows,): the index of the largest output.
    classes: Array | None = None
    names: Sequence[str] = ()
    #: Cells of `expected` that are no plain numbers, such as `~0.99`, by row of the batch and
    #: column, both from 0; the array holds NaN there.
    texts: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def split(self, most: int) -> Iterator[Batch]:
        """Give the same rows, at most so many at a time."""
        if len(self.inputs) <= most:
            yield self
            return
        for first in range(0, len(self.inputs), most):
            rows = slice(first, first + most)
            yield Batch(
                self.inputs[rows],
                None if self.expected is None else self.expected[rows],
                None if self.classes is None else self.classes[rows],
                self.names[rows],
                {
                    (row - first, column): text
                    for (row, column), text in self.texts.items()
                    if first <= row < first + most
                },
            )
