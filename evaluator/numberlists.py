"""Lists of plain numbers in a text, read ahead of its YAML parser: `[0.5, -1]` → `[       ]`.

Most of a spec is such lists, and one expression reads them many times faster than a parser's events.
What is left has the same structure, and everything stands where it stood.
"""

from __future__ import annotations

import re
from typing import Final

# Only what every YAML reader takes for the same number.
_INTEGER = r"0|-?[1-9][0-9]{0,14}"
_FLOAT = r"-?[0-9]{1,15}\.[0-9]{1,20}(?:[eE][-+]?[0-9]{1,2})?"
_NUMBER = rf"(?:{_FLOAT}|{_INTEGER})"
# Of a shorter list the events take no longer. One that follows anything but a blank or a bracket is
# likely to be part of a text.
_LIST: Final = re.compile(rf"(?<=[ \[])\[{_NUMBER}(?:, ?{_NUMBER}){{7,}}+\]")
#: A text with fewer characters is not worth the search.
WORTH: Final = 2000

#: How many characters of a list are taken apart at a time.
PART: Final = 100_000


class NumberLists(dict[int, list[float]]):
    """The lists of a text, each under the character at which it begins; `rest` is what is left."""

    def __init__(self, text: str) -> None:
        parts: list[str] = []
        last = 0
        for found in _LIST.finditer(text) if len(text) >= WORTH else ():
            start, end = found.span()
            self[start] = _values(text[start + 1 : end - 1])
            parts += (text[last : start + 1], " " * (end - start - 2))
            last = end - 1
        self.rest = "".join((*parts, text[last:]))


def _values(written: str) -> list[float]:
    values: list[float] = []
    start = 0
    while start < len(
        written
    ):  # in parts: millions of small texts would take twenty times the file
        end = written.find(",", start + PART)
        end = len(written) if end < 0 else end
        texts = written[start:end].split(",")
        if written.count(".", start, end) == len(texts):
            values.extend(map(float, texts))
        else:
            values.extend(float(text) if "." in text else int(text) for text in texts)
        start = end + 1
    return values
