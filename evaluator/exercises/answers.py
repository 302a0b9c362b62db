"""What a learner wrote → numbers, or why it is no answer and what to type instead."""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip, count
from evaluator.exercises.exercise import BLANK
from evaluator.explain import number as spelt
from evaluator.misreadings import MAX_TEXT, number_hint

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Blank, Part

#: How much of a list or a mapping is shown, and how deep.
MAX_SHOWN: Final = 50
MAX_SHOWN_DEPTH: Final = 3
#: What stands for numbers that are not given, among others that are.
Number = float | None


class Malformed(Exception):
    """What is given is no answer: what is said is the whole message."""


class Unanswered(Exception):
    """Nothing is given."""


def advice(hint: str) -> str:
    """Give the part of a hint on a spec that helps learners too: they write numbers alone."""
    return re.sub(r'; write \.inf where .*|, or ".*" if it is text$', "", hint)


def is_blank(written: Any) -> bool:
    """Tell whether nothing is given: `___`, nothing after the colon, blanks alone."""
    return written is None or (isinstance(written, str) and not written.strip(" _"))


def values(part: Part, written: Any) -> tuple[Number, ...]:
    """Read the answer to a compute part; raises Malformed or Unanswered."""
    if is_blank(written):
        raise Unanswered
    if not part.is_list:
        if isinstance(written, list):
            one = f"; write {clip(str(written[0]))}" if len(written) == 1 else ""
            raise Malformed(f"a list of {len(written)} is given, and one number is asked for{one}")
        return (_asked(part, 0, written),)
    wanted = len(part.places)
    if not isinstance(written, list):
        raise Malformed(
            f"a list of {wanted} numbers is asked for, as in [{', '.join(['0.5'] * wanted)}]"
        )
    if len(written) != wanted:
        raise Malformed(f"{count(len(written), 'number')} given, and {wanted} asked for")
    if all(map(is_blank, written)):
        raise Unanswered
    return tuple(
        None if is_blank(each) else _asked(part, place, each) for place, each in enumerate(written)
    )


def _asked(part: Part, place: int, written: Any) -> float:
    return number(written, nan=math.isnan(part.checks[place].low))


def number(written: Any, nan: bool = False, finite: bool = False) -> float:
    """Read one number; raises Malformed."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        kind = {bool: "true or false", list: "a list", dict: "a mapping"}.get(
            type(written), "nothing"
        )
        raise Malformed(f"{kind} is given, and a number is asked for, as in 0.5")
    if isinstance(written, str):
        hint = number_hint(written[:MAX_TEXT], finite=False)
        if not hint or hint.startswith("only `expected`"):
            hint = "write digits alone, with a decimal point, as in 0.5"
        raise Malformed(f"`{clip(written)}` is no number: {hint}")
    if math.isnan(written) and not nan:
        raise Malformed("not a number (.nan) is given, and a number is asked for, as in 0.5")
    if math.isinf(written) and finite:
        raise Malformed("an infinite number is given, and a finite one is asked for")
    return float(written)


def filled(blank: Blank, written: Any) -> Any:
    """Read what is filled into a blank, in the form that the spec has; raises Malformed or Unanswered."""
    if is_blank(written):
        raise Unanswered
    if not blank.shape:
        return _one(blank.name, written)
    if blank.keys:
        if not isinstance(written, dict) or set(written) != set(blank.keys):
            example = ", ".join(f"{clip(key)}: 0.5" for key in blank.keys[:8])
            raise Malformed(f"`{blank.name}` is a mapping of one number for each: {{{example}}}")
        return {key: _one(f"{blank.name}.{key}", written[key]) for key in blank.keys}
    if len(blank.shape) == 1:
        return _row(blank.name, written, blank.shape[0])
    rows, columns = blank.shape
    if not isinstance(written, list) or len(written) != rows:
        raise Malformed(f"`{blank.name}` is a list of {rows} rows of {columns} numbers")
    return [_row(f"{blank.name}[{n}]", row, columns) for n, row in enumerate(written)]


def _row(name: str, written: Any, width: int) -> list[float]:
    if is_blank(written):
        raise Unanswered
    if not isinstance(written, list) or len(written) != width:
        given = f"; {count(len(written), 'number')} given" if isinstance(written, list) else ""
        example = ", ".join(["0.5"] * min(width, 8)) + (", …" if width > 8 else "")
        raise Malformed(
            f"`{clip(name)}` is a list of {count(width, 'number')}, as in [{example}]{given}"
        )
    return [_one(f"{name}[{n}]", each) for n, each in enumerate(written)]


def _one(name: str, written: Any) -> float:
    if is_blank(written):
        raise Unanswered
    try:
        return number(written, finite=True)
    except Malformed as error:
        raise Malformed(f"`{clip(name)}`: {error}") from None


def shown(written: Any, most: int = 200, depth: int = 0) -> str:
    """Write what was answered, for teachers: the beginning of what is long or deep."""
    if written is None:
        return ""
    if isinstance(written, list | tuple | dict) and depth == MAX_SHOWN_DEPTH:
        return "…"
    if isinstance(written, list | tuple):
        texts = [shown(each, most, depth + 1) or BLANK for each in written[:MAX_SHOWN]]
        return clip(f"[{', '.join(texts)}]", most)
    if isinstance(written, dict):
        pairs = islice(written.items(), MAX_SHOWN)
        texts = [f"{clip(str(key))}: {shown(value, most, depth + 1)}" for key, value in pairs]
        return clip(f"{{{', '.join(texts)}}}", most)
    return clip(spelt(written), most)
