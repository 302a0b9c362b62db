"""Read tables of cases from `.csv` and `.npz` files, one case per row."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.arrays import Npz, as_floats
from evaluator.csvfile import NUMBER, complaint, csv_rows, number, numbers
from evaluator.diagnostics import clip
from evaluator.files import ArrayFileError, listed, misfit, nearest, reading, resolve, table_fault

if TYPE_CHECKING:
    from evaluator.network import Array

#: Rows of a table of cases.
MAX_ROWS: Final = 10_000_000
#: Expected cells of a CSV table that are not plain numbers.
MAX_WRITTEN: Final = 1_000_000

_INDEX = re.compile(r"[-+]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Many cases in one file, a row each."""

    #: (rows × inputs), float64.
    inputs: Array
    #: (rows × outputs), float64; None if the table lists no expected values.
    expected: Array | None
    #: The largest output of each row, by index or by name.
    classes: list[int | str] | None
    names: list[str] | None
    rows: int
    #: Cells of `expected` that are no plain numbers, such as `~0.99`, by row and column from 0;
    #: the array holds NaN there.
    expected_text: dict[tuple[int, int], str] = field(default_factory=dict)


def load_table(
    case: Mapping[str, Any], spec_file: str, inputs: Sequence[str], outputs: Sequence[str]
) -> Table:
    """Read the table that the `file` of a case names, for a network of these inputs and outputs."""
    name = str(case["file"])
    shown = f"`{clip(name, 80)}`"
    read = {".csv": _csv_table, ".npz": _npz_table}.get(PurePath(name).suffix.lower())
    if read is None:
        raise ArrayFileError(f"{shown} is not a table that the evaluator reads", "use .csv or .npz")
    path = resolve(name, spec_file)
    with reading(shown):
        return read(path, shown, case, inputs, outputs)


def _npz_table(
    path: Path, shown: str, case: Mapping[str, Any], inputs: Sequence[str], outputs: Sequence[str]
) -> Table:
    """Read the arrays (rows × inputs), (rows × outputs) and (rows,) of class indices."""
    with closing(Npz(path, shown)) as archive:

        def read(key: str) -> Array:
            name = case.get(key, key)
            if not isinstance(name, str):
                raise table_fault(
                    f"`{key}` lists columns, and {shown} holds arrays", "name one array"
                )
            if name not in archive.names:
                message = f"{shown} holds no array `{clip(name)}`"
                raise table_fault(message, nearest(name, archive.names))
            return archive.read(name)

        table = _matrix(read("inputs"), "inputs", len(inputs), shown)
        expected, classes = None, None
        if "expected" in case or ("expected_class" not in case and "expected" in archive.names):
            expected = _matrix(read("expected"), "expected", len(outputs), shown)
            _same_rows(len(table), len(expected), "expected values", shown)
        if "expected_class" in case:
            classes = _class_indices(read("expected_class"), len(outputs), shown)
            _same_rows(len(table), len(classes), "classes", shown)
    if not len(table):
        raise table_fault(f"{shown} has no rows", "save at least one case")
    return Table(table, expected, classes, None, len(table))


def _matrix(values: Array, what: str, width: int, shown: str) -> Array:
    """Give (rows × width) in float64; an array (rows,) stands for one column."""
    found = values.shape
    if len(found) == 1 and width == 1:
        values = values.reshape(-1, 1)
    if values.ndim != 2 or values.shape[1] != width:
        message = f"the array of `{what}` in {shown} has the shape {found}; the network has {width}"
        raise misfit(message, f"save it as (rows, {width}), a row per case")
    return as_floats(values, shown).astype(np.float64, copy=False)


def _same_rows(rows: int, found: int, what: str, shown: str) -> None:
    if found != rows:
        message = f"{shown} has {rows} rows of inputs and {found} of {what}"
        raise misfit(message, "save a row of each for every case")


def _class_indices(values: Array, outputs: int, shown: str) -> list[int | str]:
    if values.dtype.kind not in "iu" or values.ndim != 1:
        found = f"{values.dtype.name} of the shape {values.shape}"
        message = f"the array of `expected_class` in {shown} is {found}"
        raise misfit(message, "save one integer per row, the index of the largest output")
    wrong = np.flatnonzero((values < 0) | (values >= outputs))
    # A network of one output has no largest: the caller says so.
    if wrong.size and outputs > 1:
        row = f"row {wrong[0] + 1} of {shown}"
        raise table_fault(f"{row} expects class {values[wrong[0]]}", f"write 0 to {outputs - 1}")
    indices: list[int | str] = values.tolist()
    return indices


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


def _csv_table(
    path: Path, shown: str, case: Mapping[str, Any], inputs: Sequence[str], outputs: Sequence[str]
) -> Table:
    """Read the columns that a case lists from a CSV with a header."""
    body = csv_rows(path, shown)
    if (first := next(body, None)) is None:
        raise table_fault(f"{shown} is empty", "write a row of column names, then a row per case")
    header = _Header(first[1], shown)
    columns = header.all(case.get("inputs"), inputs, "inputs") + header.expected(case, outputs)
    label_column, name_column = (
        header.index(str(case[key])) if key in case else None for key in ("expected_class", "name")
    )
    values, width, rows = array("d"), len(header.names), 0
    labels: list[int | str] = []
    names: list[str] = []
    written: dict[tuple[int, int], str] = {}
    label, select = _labeller(outputs, case.get("expected_class")), _selector(columns)
    for row, (line, cells) in enumerate(body):
        where = f"row {row + 1} (line {line}) of {shown}"
        if len(cells) != width:
            message = f"{where} has {len(cells)} cells, the header has {width}"
            raise table_fault(message, "put cells that hold commas in double quotes")
        if row >= MAX_ROWS or len(written) > MAX_WRITTEN:
            raise table_fault(f"{where} is more than the evaluator reads", "split the table")
        picked = select(cells)
        if (found := numbers(picked)) is None:
            found = []
            for at, cell in enumerate(picked):
                value = number(cell)
                if value is None:
                    text = cell.strip(" \t")
                    if at < len(inputs) or not text or NUMBER.fullmatch(text):
                        column = f"column `{clip(header.names[columns[at]])}`"
                        raise table_fault(f"{where}, {column} {complaint(cell)}", "write a number")
                    written[row, at - len(inputs)] = text
                found.append(math.nan if value is None else value)
        values.fromlist(found)
        rows += 1
        if label_column is not None:
            labels.append(label(cells[label_column].strip(), where))
        if name_column is not None:
            names.append(clip(cells[name_column].strip(), 100))
    if not rows:
        raise table_fault(f"{shown} has a header and no rows", "write at least one case")
    read = np.frombuffer(values, np.float64).reshape(rows, len(columns))
    recorded = len(columns) > len(inputs)
    return Table(
        inputs=np.ascontiguousarray(read[:, : len(inputs)]),
        expected=np.ascontiguousarray(read[:, len(inputs) :]) if recorded else None,
        classes=None if label_column is None else labels,
        names=None if name_column is None else names,
        rows=rows,
        expected_text=written,
    )


def _selector(columns: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    """Make the function that picks columns from the cells of a row."""
    if len(columns) > 1:
        return itemgetter(*columns)
    (column,) = columns
    return lambda cells: (cells[column],)


def _labeller(outputs: Sequence[str], name: Any) -> Callable[[str, str], int | str]:
    """Make the function that reads a class: the name of an output, else an index."""
    column = f"column `{clip(str(name))}`"
    names = [name for name, times in Counter(outputs).items() if times == 1]
    known: dict[str, int | str] = {name: name for name in names}

    def label(cell: str, where: str) -> int | str:
        if cell not in known:
            index = int(cell) if _INDEX.fullmatch(cell) else -1
            # A network of one output has no largest: the caller says so.
            if len(outputs) > 1 and not 0 <= index < len(outputs):
                hint = nearest(cell, names) if names else f"write 0 to {len(outputs) - 1}"
                raise table_fault(f"{where}, {column} is `{clip(cell)}`, no output", hint)
            known[cell] = index
        return known[cell]

    return label
