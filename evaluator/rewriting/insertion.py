"""Where a key goes in a mapping, or an element in a list, in the layout that its author gave it."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from evaluator.rewriting.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluator.document import Document, Path, Text

#: Lists on lines of their own are wrapped here.
_WIDTH: Final = 100

_REST: Final = re.compile(r"[^\r\n]*")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
#: What may stand between a value in braces and the comma after it.
_GAP: Final = re.compile(r"(?:[ \t\r\n]+(?:#[^\r\n]*)?)*")
_NOTHING_MORE: Final = re.compile(r"[ \t]*(?:#.*)?")


def insert_after(document: Document, path: Path, before: str, key: str, value: str) -> list[Edit]:
    """Add `key: value` to the mapping at a path, after another of its keys."""
    source, text = document.text, document.text.text
    start, _ = document.span(path)
    key_start, _ = document.span((*path, before), key=True)
    _, end = document.span((*path, before))
    if text[key_start] in "\"'":
        key = text[key_start] + key + text[key_start]
    entry = f"{key}: {value}"
    if text[start] == "{":
        return insert_in_flow(source, end, indent_of(source, key_start), [entry])
    if path and text[document.span(path[:-1])[0]] == "[":  # `[key: value]`, without braces
        return [Edit(start, start, "{"), Edit(end, end, f", {entry}}}")]
    # An anchor of the first key, or the `?` before it, is where the mapping's column is.
    first, _ = document.layout.span(document.layout.children(document.node(path))[0])
    return _on_a_line(source, min(start, first), end, entry)


def _on_a_line(source: Text, start: int, end: int, entry: str) -> list[Edit]:
    """Give the entry a line of its own, in the column where the mapping starts."""
    indent = " " * (start - line_start(source, start))
    lines = textwrap.wrap(
        entry, max(_WIDTH, len(indent) + 40), initial_indent=indent, subsequent_indent=indent + "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    at, line_break = entry_end(source.text, end, len(indent)), newline(source, end)
    return [Edit(at, at, "".join(line_break + line for line in lines))]


def insert_in_flow(source: Text, end: int, indent: str, entries: Sequence[str]) -> list[Edit]:
    """Add to what stands in braces or brackets, after the entry that ends here.

    With an indent, each on a line of its own if there is room for it, after the comments of that entry.
    """
    text, behind = source.text, [Edit(end, end, "".join(f", {entry}" for entry in entries))]
    if not indent:
        return behind
    lines = [newline(source, end) + indent + entry for entry in entries]
    gap = _GAP.match(text, end)
    comma = gap.end() if gap else end
    if text[comma] != ",":  # the closing brace
        if comma < line_end(text, end):
            return [Edit(end, end, "".join(f",{line}" for line in lines))]
        at = entry_end(text, end, len(indent))
        return [Edit(end, end, ","), Edit(at, at, ",".join(lines))]
    if _NOTHING_MORE.fullmatch(text, comma + 1, line_end(text, comma)):
        at = entry_end(text, comma, len(indent))
        return [Edit(at, at, "".join(f"{line}," for line in lines))]
    return behind


def indent_of(source: Text, index: int) -> str:
    """Give what a line begins with before this character if that is blank, else nothing."""
    indent = source.text[line_start(source, index) : index]
    return "" if indent.strip() else indent


def line_start(source: Text, index: int) -> int:
    """Give the first character of the line that holds a character."""
    return index - source.position(index)[1] + 1


def line_end(text: str, index: int) -> int:
    """Give the end of a line, before its line break."""
    found = _REST.match(text, index)
    return found.end() if found else len(text)


def entry_end(text: str, index: int, column: int) -> int:
    """Give where the line of an entry ends, with the comments below it that are indented deeper."""
    comments = re.compile(rf"(?:(?:\r\n|\r|\n)[ \t]{{{column + 1},}}#[^\r\n]*)*")
    found = comments.match(text, line_end(text, index))
    assert found is not None  # it may be empty
    return found.end()


def newline(source: Text, index: int) -> str:
    """Give the line break that ends a line, or the one before it where the text ends instead."""
    text = source.text
    if (at := line_end(text, index)) == len(text):
        at = line_start(source, index) - 1
        at -= text[max(0, at - 1) : at + 1] == "\r\n"
    found = _BREAK.match(text, max(0, at))
    return found[0] if found else "\n"
