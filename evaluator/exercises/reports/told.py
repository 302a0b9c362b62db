"""What is said of a part, in lines, for whoever may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluator.exercises.outcomes import Grade, PartResult


def shown(due: bool = False, published: bool = False) -> frozenset[str]:
    """Give the visibilities that learners see: hidden parts never."""
    later = {"after_due_date": due, "after_published": published}
    return frozenset({"visible", *(name for name, is_so in later.items() if is_so)})


def split(grade: Grade, visible: frozenset[str]) -> tuple[list[PartResult], list[PartResult]]:
    """Give the parts that may be seen, and the others."""
    seen = [part for part in grade.parts if part.visibility in visible]
    return seen, [part for part in grade.parts if part.visibility not in visible]


def lines(part: PartResult) -> list[str]:
    """Say what became of a part: its feedback, then what helps."""
    return [*part.feedback, *(f"hint: {hint}" for hint in part.hints)]


def slips(grade: Grade, visible: frozenset[str]) -> list[str]:
    """Say what is no answer in parts that are not shown: it tells of what was typed, not of the part."""
    seen, others = split(grade, visible)
    known = {line for part in seen for line in part.feedback}
    found = [line for part in others if part.because == "malformed" for line in part.feedback]
    return [line for line in dict.fromkeys(found) if line not in known]


def hidden(count: int) -> str:
    """Say that there is more."""
    return "1 hidden part is not shown" if count == 1 else f"{count} hidden parts are not shown"
