"""CSV files row by row, and what their cells say."""

from __future__ import annotations

import csv
import io
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import compress
from operator import not_
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator.arrays.files import ArrayFileError, misfit, table_fault
from evaluator.diagnostics import clip
from evaluator.misreadings import MAX_TEXT, number_hint

if TYPE_CHECKING:
    from evaluator.network import Array

#: Bytes in a CSV file of weights.
MAX_CSV_BYTES: Final = 2**30
#: Characters in one row of a CSV file; the csv module takes 131,072 in one quoted cell.
MAX_CSV_ROW: Final = 4 * 2**20

#: Characters that are read at once in search of a fault.
_GULP: Final = 2**20
_UNDECODED = re.compile("[\udc80-\udcff]")

_PLAIN = b"0123456789+-.eE \t,"
#: A number as cells hold it.
NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
#: Integers below are all exact in a 64-bit float.
_EXACT: Final = 2**53
_NOT_FINITE = re.compile(r"([-+]?)\.?(inf|nan)", re.IGNORECASE | re.ASCII)


def csv_rows(path: Path, shown: str, most: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of every row; blank lines may stand at the end alone.

    A file of more than `most` bytes is refused.
    """
    if (size := path.stat().st_size) > most:
        message = f"{shown} has {size} bytes; at most {most} are read"
        raise ArrayFileError(message, "keep large arrays in .npz files")
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from _rows(file, shown)
        except UnicodeDecodeError as fault:
            line, byte = _line_not_utf8(path), fault.object[fault.start]
            message = f"line {line} of {shown} is not UTF-8 text: byte 0x{byte:02x}"
            raise ArrayFileError(message, "save it as UTF-8") from None


def _line_not_utf8(path: Path) -> int:
    """Find the first line that is not UTF-8, from 1; it is decoded in pieces of many lines."""
    # What cannot be decoded becomes half of a surrogate pair, which no UTF-8 text holds.
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        line = 1
        while text := file.read(_GULP):
            if found := _UNDECODED.search(text):
                return line + text.count("\n", 0, found.start())
            line += text.count("\n")
    return line


def _rows(file: io.TextIOWrapper, shown: str) -> Iterator[tuple[int, list[str]]]:
    line = blank = 0
    while text := _line(file, MAX_CSV_ROW, line + 1, shown):
        line += 1
        if not text.strip():
            blank = blank or line
            continue
        if blank:
            raise table_fault(
                f"line {blank} of {shown} is blank, and rows follow", "delete the line"
            )
        if '"' not in text:
            # What the csv module would give, in half the time.
            yield line, text.rstrip("\r\n").split(",")
            continue
        reader = csv.reader(_row_lines(text, file, line, shown), strict=True)
        try:
            cells = next(reader)
        except csv.Error as fault:
            message = f"the row on line {line} of {shown} is not CSV: {clip(str(fault), 80)}"
            raise ArrayFileError(
                message, 'write cells with quotes as `"so ""quoted"" here"`'
            ) from None
        yield line, cells
        line += reader.line_num - 1


def _row_lines(text: str, file: io.TextIOWrapper, row: int, shown: str) -> Iterator[str]:
    """Yield the lines of one row, whose quoted cells may hold line breaks."""
    room = MAX_CSV_ROW
    while text:
        yield text
        room -= len(text)
        text = _line(file, room, row, shown)


def _line(file: io.TextIOWrapper, limit: int, row: int, shown: str) -> str:
    text = file.readline(limit + 1)
    if len(text) > limit:
        message = f"the row on line {row} of {shown} has more than {MAX_CSV_ROW} characters"
        raise ArrayFileError(message, "keep large arrays in .npz files")
    return text


def numbers(cells: Sequence[str]) -> list[float] | None:
    """Convert cells to numbers; None if one of them is not a number."""
    # `float` alone takes 1_0, infinity and the digits of every script.
    text = ",".join(cells)
    if not text.encode().translate(None, _PLAIN):
        with suppress(ValueError):
            values = list(map(float, cells))
            # Else one may overflow, lose digits or become 0: then each is looked at. `hypot` is no
            # smaller than the largest, and faster than `max`.
            if math.hypot(*values) < _EXACT / 2 and not (
                "-" in text and 0.0 in values and _vanishes(cells, values)
            ):
                return values
    found = [value for cell in cells if (value := number(cell)) is not None]
    return found if len(found) == len(cells) else None


def number(cell: str) -> float | None:
    """Convert one cell, a YAML float or `nan`, `inf`, `-inf` in any case; None for all else."""
    text = cell.strip(" \t")
    if NUMBER.fullmatch(text):
        value = float(text)
        return None if _lost(text, value) else value
    found = _NOT_FINITE.fullmatch(text)
    return float(found[1] + found[2]) if found else None


def _vanishes(cells: Sequence[str], values: Sequence[float]) -> bool:
    """Tell whether the text of a value that is 0 may say more than that."""
    return bool("".join(set(compress(cells, map(not_, values)))).strip("0.+-eE \t"))


def _lost(text: str, value: float) -> str:
    """Say why a 64-bit float, the value, does not hold a number; nothing where it does."""
    if math.isinf(value):
        return "too large for a 64-bit float"
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        return "too small for a 64-bit float"
    digits = text.lstrip("+-0")
    if abs(value) >= _EXACT and digits.isdecimal() and int(digits) != abs(value):
        return "an integer that is not exact in a 64-bit float"
    return ""


def complaint(cell: str) -> str:
    """Say why a cell is not a number."""
    if not (text := cell.strip(" \t")):
        return "is blank"
    reason = _lost(text, float(text)) if NUMBER.fullmatch(text) else "not a number"
    return f"is `{clip(text)}`, {reason}"


def advice(cell: str) -> str:
    """Tell what to write instead of a cell that is not a number."""
    text = cell.strip(" \t")
    if NUMBER.fullmatch(text):
        value = float(text)
        return "write a number up to 1.8e308" if math.isinf(value) else f"write {value!r}"
    return number_hint(text[:MAX_TEXT], finite=False) or "write a number, such as 0.5 or 1e-3"


def read_matrix(path: Path, shown: str) -> Array:
    """Read a CSV of numbers without a header: (rows × columns)."""
    values, width = array("d"), 0
    for row, (line, cells) in enumerate(csv_rows(path, shown, MAX_CSV_BYTES), 1):
        width = width or len(cells)
        where = f"row {row} (line {line}) of {shown}"
        if len(cells) != width:
            message = f"{where} ends with column {len(cells)}, row 1 with column {width}"
            raise misfit(message, "give every row as many cells")
        if (found := numbers(cells)) is None:
            if row == 1 and all(_is_word(cell) for cell in cells):
                message = f"the first row of {shown} is not numbers: `{clip(','.join(cells))}`"
                raise ArrayFileError(message, "a weights CSV has no header; delete the row")
            column = next(at for at, cell in enumerate(cells) if number(cell) is None)
            split = re.search(r"[;\t]", cells[column].strip())
            raise ArrayFileError(
                f"{where}, column {column + 1} {complaint(cells[column])}",
                "separate cells by commas" if split else advice(cells[column]),
            )
        values.fromlist(found)
    if not width:
        raise ArrayFileError(f"{shown} is empty", "write rows of numbers, separated by commas")
    return np.frombuffer(values, np.float64).reshape(-1, width)


def _is_word(cell: str) -> bool:
    return number(cell) is None and bool(re.fullmatch(r"\s*[^\W\d][^;\t]*", cell))
