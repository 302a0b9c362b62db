"""Numbers of the command line, in ASCII digits: `int` and `float` read those of every script."""

from __future__ import annotations

import re


def whole(text: str, most: int) -> int | None:
    """Read a whole number from 0 to `most`; None for what is none."""
    if not re.fullmatch("0*[0-9]{1,18}", text):
        return None
    return number if (number := int(text)) <= most else None


def real(text: str) -> float:
    """Read a number; raises ValueError for what is none."""
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)
