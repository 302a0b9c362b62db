"""Edits of a text → the unified diff that shows them, in time that grows with the text alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from evaluator.rewriting.splice import Edit, splice

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
#: Unchanged lines that are shown around a change.
_CONTEXT: Final = 3


class _Change(NamedTuple):
    """Lines of the old text, from `first` up to `end`, that become other lines."""

    first: int
    end: int
    new: list[str]


def diff(text: str, edits: Iterable[Edit], file: str) -> list[str]:
    """Give the lines of a unified diff of the edits, none where they change nothing."""
    lines = _LINE.findall(text)
    hunks: list[list[_Change]] = []
    for change in _changes(lines, sorted(edits, key=itemgetter(0, 1))):
        if hunks and change.first - hunks[-1][-1].end <= 2 * _CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
    said, grown = [f"--- {file}\n", f"+++ {file}\n"] if hunks else [], 0
    for hunk in hunks:
        said += _hunk(lines, hunk, grown)
        grown += sum(len(new) - (end - first) for first, end, new in hunk)
    return said


def _changes(lines: Sequence[str], edits: Sequence[Edit]) -> Iterator[_Change]:
    """Give the lines that edits change, those on the same line or the next together."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in edits:
        first, last = (
            min(bisect_right(starts, index) - 1, len(lines) - 1) for index in (edit.start, edit.end)
        )
        if groups and first <= groups[-1][1] + 1:
            first, _, mine = groups.pop()
            mine.append(edit)
        else:
            mine = [edit]
        groups.append((first, last, mine))
    for first, last, mine in groups:
        begin, old = starts[first], lines[first : last + 1]
        moved = [Edit(edit.start - begin, edit.end - begin, edit.text) for edit in mine]
        change = _trimmed(first, old, _LINE.findall(splice("".join(old), moved)))
        if change.new or change.end > change.first:
            yield change


def _trimmed(first: int, old: Sequence[str], new: list[str]) -> _Change:
    """Leave out what old and new lines begin and end with in common."""
    shorter = min(len(old), len(new))
    before = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    shorter -= before
    after = next((n for n in range(shorter) if old[-1 - n] != new[-1 - n]), shorter)
    return _Change(first + before, first + len(old) - after, new[before : len(new) - after])


def _hunk(lines: Sequence[str], changes: Sequence[_Change], grown: int) -> Iterator[str]:
    """Write changes that are near each other; `grown` is by how many lines those before grew."""
    begin = max(0, changes[0].first - _CONTEXT)
    end = min(len(lines), changes[-1].end + _CONTEXT)
    size = end - begin + sum(len(new) - (stop - first) for first, stop, new in changes)
    yield f"@@ -{_range(begin, end - begin)} +{_range(begin + grown, size)} @@\n"
    for first, stop, new in changes:
        yield from _signed(" ", lines[begin:first])
        yield from _signed("-", lines[first:stop])
        yield from _signed("+", new)
        begin = stop
    yield from _signed(" ", lines[begin:end])


def _range(begin: int, length: int) -> str:
    # Lines count from 1; an empty range names the line before it.
    return f"{begin + bool(length)},{length}"


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        ended = line.endswith(("\n", "\r"))
        yield sign + line + ("" if ended else "\n")
        if not ended:
            yield "\\ No newline at end of file\n"
