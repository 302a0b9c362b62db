"""A path that does not exist → the hint that leads to what may have been meant."""

from __future__ import annotations

import os
import re
from typing import Final

from evaluator.diagnostics import SpecError, closest

#: What reports print of a place: `FILE:LINE` or `FILE:LINE:COLUMN`, and perhaps what parts it from a message.
_PLACE: Final = re.compile(r"(.+?):([0-9]{1,9})(?::[0-9]{1,9})?:?", re.DOTALL)


def nearby(path: str) -> str:
    """Name the case that stands at a place, or the file or folder of nearly the same name."""
    if (place := _PLACE.fullmatch(path)) and os.path.isfile(place[1]):
        return _standing_at(place[1], int(place[2]))
    folder, name = os.path.split(path)
    try:
        others = [other for other in os.listdir(folder or ".") if other != name]
    except OSError:
        return ""
    found = closest(name, others)
    return f"did you mean `{os.path.join(folder, found)}`?" if found else ""


def _standing_at(file: str, line: int) -> str:
    from shlex import quote

    case = _case_at(file, line)
    more = f", or the case that stands there, `{quote(f'{file}{case}')}`" if case else ""
    return f"name the file, `{quote(file)}`{more}"


def _case_at(file: str, line: int) -> str:
    """Give what names the case at a line within its file; empty where there is none."""
    from evaluator.source import read_file
    from evaluator.spec import build

    try:
        documents = read_file(file)
        for document in documents:
            begun = [case for case in build(document).cases if case.line <= line]
            if not begun:
                continue
            _, end = document.span(("cases", begun[-1].number))
            if line <= document.text.position(end)[0]:
                number = f"#{document.number}" if len(documents) > 1 else ""
                return f"{number}::{begun[-1].id}"
    except SpecError:
        pass
    return ""
