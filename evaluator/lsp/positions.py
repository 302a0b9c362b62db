"""Offsets in a text ↔ the lines and characters that editors count."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NamedTuple

#: How the code units of each encoding are counted that editors agree on; UTF-16 is the default.
UNIT_BYTES: Final = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Position(NamedTuple):
    """A place between two characters: its line, and the code units before it; both from 0."""

    line: int
    character: int


class Positions:
    """The lines of one text, and the code units of its characters."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        # The evaluator reads a text without its byte order mark, and the editor may count it.
        self._mark = text.startswith("\ufeff")
        self.text = text
        self._codec, self._bytes = UNIT_BYTES[encoding]
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """Give the place of an offset in the text as the evaluator reads it."""
        offset = min(offset + self._mark, len(self.text))
        line = bisect_right(self._starts, offset) - 1
        return Position(line, self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: Position) -> int:
        """Give the offset of a place; beyond the end of a line it is that end."""
        if position.line >= len(self._starts):
            return len(self.text) - self._mark
        start, end = self._line(position.line)
        units = 0
        for at in range(start, end):
            if units >= position.character:
                return max(0, at - self._mark)
            units += self._units(self.text[at])
        return max(0, end - self._mark)

    def stretch(self, line: int, column: int, width: int) -> tuple[int, int]:
        """Give the offsets of some characters of a line; line and column are counted from 1."""
        start, end = self._line(min(line, len(self._starts)) - 1)
        first = min(start + column - 1 + (self._mark and line == 1), end)
        return first - self._mark, min(first + width, end) - self._mark

    def _line(self, line: int) -> tuple[int, int]:
        """Give where a line begins, and where its break does."""
        start = self._starts[line]
        if line + 1 == len(self._starts):
            return start, len(self.text)
        end = self._starts[line + 1] - 1
        return start, end - (self.text[end - 1 : end + 1] == "\r\n")

    def _units(self, text: str) -> int:
        return len(text.encode(self._codec, "surrogatepass")) // self._bytes
