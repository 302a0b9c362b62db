"""Grades as people read them; without `everything` as learners may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evaluator.diagnostics import count, harmless
from evaluator.exercises.outcomes import rounded, total
from evaluator.exercises.reports import json, told

if TYPE_CHECKING:
    from evaluator.exercises.outcomes import Grade, PartResult


def render(
    grades: Sequence[Grade], seconds: float, visible: frozenset[str], *,
    everything: bool = False, quiet: bool = False,
) -> str:  # fmt: skip
    """Write what became of every submission, and a last line for all."""
    lines: list[str] = []
    for grade in grades if not quiet else ():
        lines += [*map(harmless, _grade(grade, visible, everything)), ""]
    found = json.summary(grades, seconds)
    last = f"{count(found['graded'], 'submission')} graded"
    if everything and found["mean"] is not None:
        last += f", {_points(found['mean'])} points on average"
    if found["errors"]:
        last += f", {found['errors']} not"
    lines.append(f"{last} in {seconds:.2f} s")
    if everything and found["mistakes"]:
        often = ", ".join(f"{code} {times}" for code, times in list(found["mistakes"].items())[:8])
        lines.insert(-1, f"mistakes: {often}")
    return "\n".join(lines) + "\n"


def _grade(grade: Grade, visible: frozenset[str], everything: bool) -> Iterator[str]:
    variant = f", variant {grade.variant}" if grade.variant else ""
    if grade.error:
        yield f"{grade.name}{variant}: not graded, {_points(0)} points"
        yield f"  {grade.error}"
        return
    seen, others = told.split(grade, visible)
    if everything:
        seen, others = list(grade.parts), []
    yield f"{grade.name}{variant}: {_score(grade, seen, others)}"
    width = max((len(part.name) for part in seen), default=0)
    for part in seen:
        yield from _part(part, width, everything)
    if others:
        yield f"  {told.hidden(len(others))}"
        yield from (f"  {slip}" for slip in told.slips(grade, visible))
    for note in grade.notes:
        yield f"  note: {note}"
    if not grade.uses_attempt:
        yield "  this does not count as an attempt"


def _score(grade: Grade, seen: Sequence[PartResult], others: Sequence[PartResult]) -> str:
    """Write what was earned: where parts are hidden, of those that are shown."""
    if not others:
        return f"{_points(grade.score)} of {_points(grade.points)} points"
    score, points = total(seen, grade.all_or_nothing), sum(part.points for part in seen)
    return f"{_points(score)} of {_points(points)} points for what is shown"


def _part(part: PartResult, width: int, everything: bool) -> Iterator[str]:
    told_lines = told.lines(part)
    more = f"  {told_lines[0]}" if told_lines else ""
    mark = "" if part.visibility == "visible" or not everything else f" ({part.visibility})"
    points = f"{_points(part.score)} of {_points(part.points)}"
    yield f"  {part.status:<7}  {part.name:<{width}}  {points}{mark}{more}".rstrip()
    yield from (f"           {line}" for line in told_lines[1:])
    if everything and part.accepted and part.status == "failed":
        yield f"           answered {part.answer}, accepted is {part.accepted}"


def _points(value: float) -> str:
    return f"{rounded(value):.6g}"
