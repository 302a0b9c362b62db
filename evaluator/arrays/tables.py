"""The tables of cases that specs name: small ones are read at once, large ones row by row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.arrays.batch import Batch
from evaluator.arrays.csvtable import CsvTable
from evaluator.arrays.files import ArrayFileError, reading, resolve
from evaluator.arrays.npztable import NpzTable
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array

#: So many numbers are read at once, and kept; a larger table is read anew whenever it is needed.
SMALL: Final = 1 << 21


class Table:
    """Many cases in one file, a row each."""

    def __init__(self, source: CsvTable | NpzTable, dtype: str) -> None:
        self._source, self._dtype = source, dtype
        self.path = source.path
        #: Whether the rows say what they must give.
        self.recorded = source.recorded
        #: Whether the rows have names.
        self.names_rows = source.names_rows
        self._kept: list[Batch] | None = None
        if source.size <= SMALL:
            self._kept = list(self._read(SMALL))

    def batches(self, most: int) -> Iterator[Batch]:
        """Give all rows, at most so many at a time; raises ArrayFileError for what is wrong."""
        if self._kept is None:
            yield from self._read(most)
        else:
            for batch in self._kept:
                yield from batch.split(most)

    def _read(self, most: int) -> Iterator[Batch]:
        source = self._source
        with reading(source.shown):
            before, first = _stamp(source.path), 1
            for batch in source.read(most):
                yield batch if self._dtype == "float64" else _single(batch, first)
                first += len(batch.inputs)
            if _stamp(source.path) != before:
                raise ArrayFileError(f"{source.shown} changed while it was read", "run again")


def _single(batch: Batch, first: int) -> Batch:
    """Round inputs and expected values to float32; the first row of the batch has this number."""
    inputs = _rounded(batch.inputs, first, "inputs")
    expected = batch.expected
    if expected is not None:
        expected = _rounded(expected, first, "expected values").astype(np.float64)
    return replace(batch, inputs=inputs, expected=expected)


def _rounded(values: Array, first: int, what: str) -> Array:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
    for row, column in np.argwhere(np.isinf(rounded) & ~np.isinf(values))[:1].tolist():
        raise ArrayFileError(
            f"row {first + row}, column {column + 1} of the {what}:"
            f" {values[row, column]} is beyond float32",
            "the largest is about 3.4e38; use dtype float64, or write .inf", "out-of-range",
        )  # fmt: skip
    return rounded


def _stamp(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def open_table(
    case: Mapping[str, Any],
    spec_file: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    dtype: str = "float64",
) -> Table:
    """Open the table that the `file` of a case names, for a network of these inputs and outputs.

    Raises ArrayFileError for what its names and shapes say, and for any fault of a small one.
    """
    name = str(case["file"])
    shown = f"`{clip(name, 80)}`"
    kinds: dict[str, type[CsvTable | NpzTable]] = {".csv": CsvTable, ".npz": NpzTable}
    kind = kinds.get(PurePath(name).suffix.lower())
    if kind is None:
        raise ArrayFileError(f"{shown} is not a table that the evaluator reads", "use .csv or .npz")
    path = resolve(name, spec_file)
    with reading(shown):
        return Table(kind(path, shown, case, inputs, outputs), dtype)
