"""Tables of cases in `.csv` files, whose first row names the columns."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from evaluator.arrays.batch import Batch
from evaluator.arrays.csvfile import NUMBER, advice, complaint, csv_rows, number, numbers
from evaluator.arrays.files import ArrayFileError, listed, misfit, nearest, table_fault
from evaluator.arrays.npy import MAX_TABLE_BYTES
from evaluator.diagnostics import clip, count
from evaluator.expectation import ExpectationError, parse

#: Bytes that a number takes in the text of a table, more or less.
TYPICAL: Final = 8

#: How many rows with faults are counted beside the first, and how many of them are named.
MAX_FAULTS: Final = 100
MAX_NAMED: Final = 5

_INDEX = re.compile(r"[-+]?[0-9]{1,18}")

#: The number of a row, from 1; its line in the file; its cells.
Row = tuple[int, tuple[int, list[str]]]


class CsvTable:
    """The columns that a case lists, for a network of these inputs and outputs."""

    def __init__(
        self, path: Path, shown: str, case: Mapping[str, Any],
        inputs: Sequence[str], outputs: Sequence[str],
    ) -> None:  # fmt: skip
        self.path, self.shown, self.case = path, shown, case
        self.inputs, self.outputs = inputs, outputs
        self._names = [name for name, times in Counter(outputs).items() if times == 1]
        self._known = {name: outputs.index(name) for name in self._names}
        #: How many numbers it holds, more or less.
        self.size = path.stat().st_size // TYPICAL
        self._find_columns(csv_rows(path, shown, MAX_TABLE_BYTES))

    @property
    def recorded(self) -> bool:
        """Whether the rows say what they must give."""
        return len(self._columns) > len(self.inputs) or self._label is not None

    @property
    def names_rows(self) -> bool:
        """Whether a column names the rows."""
        return self._name is not None

    def read(self, most: int) -> Iterator[Batch]:
        """Read all rows, at most so many at a time."""
        body = csv_rows(self.path, self.shown, MAX_TABLE_BYTES)
        self._find_columns(body)
        rows = enumerate(body, 1)
        batch = self._batch(rows, most)
        if batch is None:
            raise table_fault(f"{self.shown} has a header and no rows", "write at least one case")
        while batch is not None:
            yield batch
            batch = self._batch(rows, most)

    def _find_columns(self, body: Iterator[tuple[int, list[str]]]) -> None:
        """Find the columns in the first row."""
        if (first := next(body, None)) is None:
            hint = "write a row of column names, then a row per case"
            raise table_fault(f"{self.shown} is empty", hint)
        case, header = self.case, _Header(first[1], self.shown)
        self._header = header.names
        self._columns = header.all(case.get("inputs"), self.inputs, "inputs")
        self._columns += header.expected(case, self.outputs)
        # Of two or more columns it gives a tuple.
        self._select = itemgetter(*self._columns, self._columns[0])
        self._label, self._name = (
            header.index(str(case[key])) if key in case else None
            for key in ("expected_class", "name")
        )

    def _batch(self, rows: Iterator[Row], most: int) -> Batch | None:
        """Read the next rows, at most so many; None where there are no more."""
        values, total = array("d"), 0
        classes: list[int] = []
        names: list[str] = []
        texts: dict[tuple[int, int], str] = {}
        for row, (line, cells) in islice(rows, most):
            where = f"row {row} (line {line}) of {self.shown}"
            try:
                values.fromlist(self._numbers(cells, where, total, texts))
                if self._label is not None:
                    classes.append(self._class(cells[self._label].strip(), where))
            except ArrayFileError as fault:
                raise table_fault(fault.message + self._others(rows), fault.hint) from None
            if self._name is not None:
                names.append(clip(cells[self._name].strip(), 100))
            total += 1
        if not total:
            return None
        read = np.frombuffer(values, np.float64).reshape(total, len(self._columns))
        inputs, expected = np.split(read, [len(self.inputs)], axis=1)
        return Batch(
            np.ascontiguousarray(inputs),
            np.ascontiguousarray(expected) if expected.size else None,
            np.array(classes) if self._label is not None else None,
            names, texts,
        )  # fmt: skip

    def _others(self, rows: Iterator[Row]) -> str:
        """Say which of the rows to come are wrong too."""
        found = []
        with suppress(ArrayFileError):  # the file goes on no further
            for row, (_, cells) in rows:
                try:
                    self._numbers(cells, "", 0, {})
                    if self._label is not None:
                        self._class(cells[self._label].strip(), "")
                except ArrayFileError:
                    found.append(row)
                    if len(found) > MAX_FAULTS:
                        break
        if not found:
            return ""
        rows_are = "1 more row is" if len(found) == 1 else f"{len(found)} more rows are"
        if len(found) > MAX_FAULTS:
            rows_are = f"more than {MAX_FAULTS} more rows are"
        named = ", ".join(map(str, found[:MAX_NAMED])) + ", …" * (len(found) > MAX_NAMED)
        return f"; {rows_are} wrong: {named}"

    def _numbers(
        self, cells: Sequence[str], where: str, row: int, texts: dict[tuple[int, int], str]
    ) -> list[float]:
        """Convert the cells of a row that the case lists."""
        if len(cells) != (width := len(self._header)):
            message = f"{where} has {count(len(cells), 'cell')}, the header has {width}"
            hint = "put cells that hold commas in double quotes"
            raise table_fault(
                message, hint if len(cells) > width else "write a cell for each column"
            )
        picked = self._select(cells)[:-1]
        found = numbers(picked)
        return self._mixed(picked, where, row, texts) if found is None else found

    def _mixed(
        self, cells: Sequence[str], where: str, row: int, texts: dict[tuple[int, int], str]
    ) -> list[float]:
        """Convert cells that are not all numbers: NaN for a text, which is kept."""
        found = []
        for at, cell in enumerate(cells):
            value = number(cell)
            if value is None:
                text = cell.strip(" \t")
                column = f"{where}, column `{clip(self._header[self._columns[at]])}`"
                if at < len(self.inputs) or not text or NUMBER.fullmatch(text):
                    raise table_fault(f"{column} {complaint(cell)}", advice(cell))
                try:
                    parse(text)
                except ExpectationError as error:
                    raise table_fault(f"{column}: {error.message}", error.hint) from None
                texts[row, at - len(self.inputs)] = text
            found.append(math.nan if value is None else value)
        return found

    def _class(self, cell: str, where: str) -> int:
        """Read a class: the name of an output, else an index."""
        if cell not in self._known:
            index = int(cell) if _INDEX.fullmatch(cell) else -1
            outputs = len(self.outputs)
            # A network of one output has no largest: the caller says so.
            if outputs > 1 and not 0 <= index < outputs:
                hint = nearest(cell, self._names) if self._names else f"write 0 to {outputs - 1}"
                column = f"column `{clip(str(self.case['expected_class']))}`"
                raise table_fault(f"{where}, {column} is `{clip(cell)}`, no output", hint)
            self._known[cell] = index
        return self._known[cell]


class _Header:
    """The first row of a CSV table, which names its columns."""

    def __init__(self, cells: list[str], shown: str) -> None:
        self.names, self._shown = [cell.strip() for cell in cells], shown

    def index(self, name: str) -> int:
        """Find the one column of a name."""
        if (times := self.names.count(name)) == 1:
            return self.names.index(name)
        if times:
            message = f"{self._shown} has {times} columns `{clip(name)}`"
            raise table_fault(message, "give every column that is used a name of its own")
        hint = nearest(name, self.names)
        if all(number(cell) is not None for cell in self.names):
            hint = "the first row of a table names its columns"
        elif len(self.names) == 1 and re.search(r"[;\t]", self.names[0]):
            hint = "separate cells by commas"
        raise table_fault(f"{self._shown} has no column `{clip(name)}`", hint)

    def all(self, written: Any, default: Sequence[str], what: str) -> list[int]:
        """Find the columns that a case lists, one for each of the network's `default` names."""
        names = [written] if isinstance(written, str) else default if written is None else written
        if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
            message = f"`{what}` is not a list of columns of {self._shown}"
            raise table_fault(message, "write the names of the columns in the network's order")
        if len(names) != len(default):
            columns = "1 column" if len(names) == 1 else f"{len(names)} columns"
            message = f"`{what}` lists {columns}; the network has {len(default)}"
            raise misfit(f"{message} ({self._shown})", f"list one for each of {listed(default)}")
        return [self.index(name) for name in names]

    def expected(self, case: Mapping[str, Any], outputs: Sequence[str]) -> list[int]:
        """Find the columns of expected values: those listed, else those named as the outputs."""
        if "expected" not in case:
            if "expected_class" in case or not any(name in self.names for name in outputs):
                return []
            if len(set(outputs)) < len(outputs):
                message = f"the outputs have no names of their own to find in {self._shown}"
                raise table_fault(message, "list the columns under `expected`")
        return self.all(case.get("expected"), outputs, "expected")
