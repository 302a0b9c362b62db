"""What reading gives: plain data, and where each key and value stands in the text."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final

from evaluator.diagnostics import Diagnostic, Location
from evaluator.layout import Layout, Layouts

Path = Sequence[str | int]

#: How many characters of a line are shown.
SHOWN: Final = 200

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+|#[^\n]*\n)*)+")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Text:
    """The text of one file, which knows line and column of every character."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self._starts = array("I")
        #: Lines that were shown: what many diagnostics and mismatches hold is kept once.
        self._shown: dict[int, str] = {}

    def position(self, index: int) -> tuple[int, int]:
        """Give the line and the column of a character, both counted from 1."""
        if not self._starts:
            self._starts.append(0)
            self._starts.extend(match.end() for match in _LINE_END.finditer(self.text))
        if self.text.startswith("\r\n", index - 1):
            index -= 1  # both characters are one line end
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def positions(self, indices: list[int]) -> list[tuple[int, int]]:
        """Give line and column of characters in rising order, without an index of all lines."""
        text, found = self.text, []
        if "\r" in text:
            return [self.position(index) for index in indices]
        line, last = 1, 0
        for index in indices:
            line += text.count("\n", last, index)
            last = index
            found.append((line, index - text.rfind("\n", 0, index)))
        return found

    def location(self, start: int, end: int) -> Location:
        """Describe the characters from `start` up to `end`, as far as they stand on one line."""
        line, column = self.position(start)
        stretch = self.text[start : min(end, start + 400)]
        width = max(1, len(re.split(r"[\r\n]", stretch, maxsplit=1)[0].rstrip()))
        # Lines of megabytes exist; a person sees the part around the caret.
        first, last = self._line(line)
        offset = max(0, column - 80) if last - first > SHOWN else 0
        lines = tuple(self._part(n, offset) for n in range(max(1, line - 2), line + 1))
        return Location(self.file, line, column, min(width, SHOWN), lines, offset)

    def _line(self, number: int) -> tuple[int, int]:
        """Give the start and the end of a line, without what ends it."""
        start = self._starts[number - 1]
        if number == len(self._starts):
            return start, len(self.text)
        end = self._starts[number]
        return start, end - (2 if self.text.startswith("\r\n", end - 2) else 1)

    def _part(self, number: int, offset: int) -> str:
        """Cut the part out of a line that is shown; most lines are shown whole, and again."""
        start, end = self._line(number)
        if end - start > SHOWN or offset:
            return self.text[start + offset : min(end, start + offset + SHOWN)]
        if number not in self._shown:
            self._shown[number] = self.text[start:end]
        return self._shown[number]


class Document:
    """One YAML document: its data, what is wrong with it, and where everything stands."""

    def __init__(
        self, text: Text, number: int, layouts: Layouts | None = None, place: int = 0
    ) -> None:
        self.text = text
        #: Counted from 1.
        self.number = number
        self.data: Any = None
        #: What the reader found; the data is of no use if one of them is an error.
        self.diagnostics: list[Diagnostic] = []
        #: Where each list or mapping begins that is an element of the list under a key.
        self.elements: dict[str, list[int]] = {}
        # None where the text is not YAML; else this document's is the one at the place.
        self._layouts, self._place = layouts, place

    @property
    def layout(self) -> Layout:
        """Where every node of the document stands."""
        return self._layouts[self._place] if self._layouts is not None else Layout()

    @property
    def file(self) -> str:
        return self.text.file

    @property
    def broken(self) -> bool:
        """Whether the reader found an error, so that there is no data to go on with."""
        return any(d.severity == "error" for d in self.diagnostics)

    def locate(self, path: Path = (), key: bool = False, used: bool = False) -> Location:
        """Find the value at a path (or its key), or the deepest part of the path that is there.

        Where an alias leads to it, `used` stops at the alias.
        """
        return self.text.location(*self.span(path, key, used))

    def span(self, path: Path = (), key: bool = False, used: bool = False) -> tuple[int, int]:
        """Give the characters (start, end) of the value at a path, of its key, or of its alias."""
        layout, node, data, at = self.layout, 0, self.data, (0, 1)
        if not layout.spans:
            return at
        for depth, step in enumerate(path):
            target = layout.target(node)
            if used and target != node:
                break
            children = layout.children(target)
            if isinstance(data, dict) and step in data:
                place = 2 * list(data).index(str(step))
                at = self._bounds(*layout.span(children[place]))
                node, data = children[place + 1], data[step]
                wants_key = key and depth == len(path) - 1
            elif isinstance(data, list) and isinstance(step, int) and step < len(data):
                node, data, wants_key = children[step], data[step], False
            else:
                break
            if wants_key or layout.is_void(node):
                return at
        return self._bounds(*layout.span(node))

    def node(self, path: Path) -> int:
        """Give the node in the layout of a value that is there; an alias stands for itself."""
        return self._nodes(path)[-1]

    def twins(self, path: Path) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Give the characters of two nodes that an alias makes the same, one of them on the way to
        a value. None if there is none: then a change of its characters changes no other value.
        """
        layout = self.layout
        for node in self._nodes(path):
            if (other := layout.twin(node)) is not None:
                return layout.span(node), layout.span(other)
        return None

    def _nodes(self, path: Path) -> list[int]:
        """Give the nodes on the way to a value, itself the last."""
        layout, nodes, data = self.layout, [0], self.data
        for step in path:
            children = layout.children(layout.target(nodes[-1]))
            place = 2 * list(data).index(str(step)) + 1 if isinstance(data, dict) else int(step)
            nodes.append(children[place])
            data = data[step]
        return nodes

    def value(self, path: Path) -> Any:
        """Give the value at a path that is there."""
        value = self.data
        for step in path:
            value = value[step]
        return value

    def positions(self, key: str) -> list[tuple[int, int]]:
        """Give line and column of every list or mapping in the list that is written under a key."""
        starts = self.elements[key]
        if "&" in self.text.text:
            starts = [self._bounds(start, len(self.text.text))[0] for start in starts]
        return self.text.positions(starts)

    def diagnostic(
        self, path: Path, code: str, message: str, hint: str = "",
        *, key: bool = False, used: bool = False, severity: str = "error",
    ) -> Diagnostic:  # fmt: skip
        """Say what is wrong with the value (or the key) at a path, or with its use."""
        return Diagnostic(self.locate(path, key, used), code, message, hint, severity)

    def _bounds(self, start: int, end: int) -> tuple[int, int]:
        """Leave the anchor and the tag of a node out."""
        text = self.text.text
        if text[start : start + 1] in ("&", "!") and (found := _PROPERTIES.match(text, start)):
            start = min(found.end(), end)
        return start, end
