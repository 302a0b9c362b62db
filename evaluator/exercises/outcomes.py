"""What grading finds, as light values: they name no document, so they travel and keep well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: How a part ended. What is skipped was not judged, and `because` says why.
STATUSES: Final = ("passed", "failed", "error", "skipped")
#: Why a part was skipped: nothing was given; what was given is no answer, which is no attempt; an
#: earlier part is not earned; code is not run.
BECAUSE: Final = ("unanswered", "malformed", "needs", "not-run")


@dataclass(frozen=True, slots=True)
class PartResult:
    """How one part of a submission ended."""

    name: str
    #: One of STATUSES.
    status: str
    #: What the part is worth, and what it earned.
    points: float
    score: float = 0.0
    #: Which part of the answer is right, from 0 to 1.
    fraction: float = 0.0
    #: Which part follows from the learner's own earlier answers; None where that is not the question.
    carried: float | None = None
    #: One of BECAUSE, for what is skipped.
    because: str = ""
    #: What the learner is told.
    feedback: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    #: The code of the mistake that was recognised.
    mistake: str = ""
    #: What was answered, and what is accepted, as text: for teachers.
    answer: str = ""
    accepted: str = ""
    visibility: str = "visible"


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of one submission."""

    name: str
    points: float
    parts: tuple[PartResult, ...] = ()
    score: float = 0.0
    #: Why it could not be graded at all; empty where it was.
    error: str = ""
    #: What else is to be told: changes that do not count, answers to no part.
    notes: tuple[str, ...] = ()
    #: Which variant it was graded by.
    variant: str = ""
    attempt: int = 1
    seconds: float = 0.0
    #: Whether one fault costs all points.
    all_or_nothing: bool = False

    @property
    def uses_attempt(self) -> bool:
        """Whether it counts as an attempt: something was judged, and no answer was malformed."""
        judged = any(part.status in ("passed", "failed") for part in self.parts)
        return judged and not any(part.because == "malformed" for part in self.parts)

    @property
    def fraction(self) -> float:
        """What it earned, from 0 to 1."""
        return self.score / self.points if self.points else 0.0


def failed(name: str, points: float, error: str) -> Grade:
    """Make the grade of a submission that could not be graded: zero, and why."""
    return Grade(name, points, error=error)


def rounded(value: float) -> float:
    """Round points for people and other programs: thirds have no end."""
    return round(value, 6) + 0.0


def total(parts: Sequence[PartResult], all_or_nothing: bool) -> float:
    """Add up what the parts earned."""
    if all_or_nothing and any(part.points > 0 and part.status != "passed" for part in parts):
        return 0.0
    return math.fsum(part.score for part in parts)
