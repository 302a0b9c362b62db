"""What learning platforms can ask: numbers, each with the intervals that earn credit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

#: Margins are written with so many digits; what an author means by one has fewer.
_MARGIN: Final = Context(prec=6)


@dataclass(frozen=True, slots=True)
class Answer:
    """An interval of answers, and what they earn: the right one, or a wrong one that is known."""

    low: float
    high: float
    #: The part of the points, 0 to 1.
    credit: float = 1.0
    #: What the learner is told, in Markdown.
    feedback: str = ""

    @property
    def is_bounded(self) -> bool:
        """Whether it can be told as a number and a margin."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def centre(self) -> Decimal:
        """The middle, in decimals: that of 0.9985 to 0.9995 is 0.999, no digit more."""
        return _MARGIN.plus(self._middle) if self._is_round else self._middle

    @property
    def margin(self) -> Decimal:
        """Half the width."""
        return _MARGIN.plus((Decimal(repr(self.high)) - Decimal(repr(self.low))) / 2)

    @property
    def _middle(self) -> Decimal:
        return (Decimal(repr(self.low)) + Decimal(repr(self.high))) / 2

    @property
    def _is_round(self) -> bool:
        """Whether the middle differs from a short number by the rounding of the bounds alone."""
        return abs(_MARGIN.plus(self._middle) - self._middle) <= self.margin / 1000

    def accepts(self, value: float) -> bool:
        return self.low <= value <= self.high

    def is_as(self, other: Answer) -> bool:
        """Whether it is the same interval, but for rounding."""
        pairs = ((self.low, other.low), (self.high, other.high))
        return all(math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-12) for one, two in pairs)


@dataclass(frozen=True, slots=True)
class Question:
    """One number that is asked for."""

    name: str
    #: In Markdown.
    ask: str
    points: float
    #: The right answer, and then wrong ones, in the order in which they are tried.
    answers: tuple[Answer, ...]
    #: From which attempt on each is shown (the first is 1), and its text in Markdown.
    hints: tuple[tuple[int, str], ...] = ()
    #: How the number comes about, in plain text: with all that its case is about.
    worked: str = ""
    #: The same, where it must not tell what another question asks for; empty where it would.
    alone: str = ""
    #: Which question that would be.
    tells: str = ""

    @property
    def right(self) -> Answer:
        return self.answers[0]

    @property
    def wrong(self) -> tuple[Answer, ...]:
        return self.answers[1:]


@dataclass(frozen=True, slots=True)
class Quiz:
    """The questions of an exercise, or of one variant of it."""

    #: Names it in files and identifiers.
    key: str
    title: str
    #: What all questions have in common, in Markdown: the text, and the network.
    statement: str
    questions: tuple[Question, ...]


def plain(number: Decimal | float) -> str:
    """Write a number without an exponent, which some platforms take for text."""
    decimal = number if isinstance(number, Decimal) else Decimal(repr(number))
    text = format(decimal, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
