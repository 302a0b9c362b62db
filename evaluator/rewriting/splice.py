"""Replace characters of a text and keep all others."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Final, NamedTuple

_BOM: Final = "\ufeff".encode()


class Edit(NamedTuple):
    """The characters of a text from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Make all edits; raises ValueError for two that overlap."""
    parts, last = [], 0
    for start, end, new in sorted(edits, key=itemgetter(0, 1)):
        if not last <= start <= end <= len(text):
            raise ValueError(f"an edit of {start} to {end} overlaps one that ends at {last}")
        parts += [text[last:start], new]
        last = end
    return "".join([*parts, text[last:]])


def encode(text: str, before: bytes) -> bytes:
    """Give the bytes of a new text, with the byte order mark that the file had before."""
    return (_BOM if before.startswith(_BOM) else b"") + text.encode()
