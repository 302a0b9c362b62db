"""What a hint is about, and the mistakes that it names → its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

#: How many mistakes a hint names.
MAX_NAMED: Final = 3


def one(expected: bool, several: bool) -> str:
    """Name what is off in one row: what is expected of it or what it is answered, of several values."""
    noun = "expected value" if expected else "answer"
    return f"the {noun}s are" if several else f"the {noun} is"


def failing(expected: bool, count: int, row: str, are_all: bool) -> str:
    """Name what is off in so many rows, or cases: all that fail, or the first of them."""
    noun, of = ("expected value", "of") if expected else ("answer", "to")
    if count == 1:
        return f"the {noun} {of} the first failing {row} is"
    which = ("both" if count == 2 else f"all {count}") if are_all else f"the first {count}"
    return f"the {noun}s {of} {which} failing {row}s are"


def sentence(values: str, mistakes: Sequence[str], closely: bool, everywhere: bool) -> str:
    """Say that mistakes give these values, and whether they do so in this case only."""
    about = "" if closely else "about "
    scope = "" if everywhere else ", in this case but not in all"
    return f"{values} {about}what the network gives {ways(mistakes)}{scope}"


def ways(mistakes: Sequence[str]) -> str:
    """Say that it is so if one of some mistakes is made."""
    told = [f"if {mistake}" for mistake in mistakes[:MAX_NAMED]]
    more = len(mistakes) - len(told)
    if more:
        told.append("with another mistake" if more == 1 else f"with one of {more} other mistakes")
    return ", or ".join(told)
