"""A grade as PrairieLearn's external grading reads it: `results.json`, which learners see whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import harmless
from evaluator.exercises.outcomes import rounded
from evaluator.exercises.reports import told

if TYPE_CHECKING:
    from evaluator.exercises.outcomes import Grade, PartResult

#: A results file is at most 1 MB; so many characters of one message are kept.
MAX_MESSAGE: Final = 2000


def render(grade: Grade, visible: frozenset[str]) -> str:
    """Write the results of one submission; parts that are not visible count in the score alone."""
    seen, others = told.split(grade, visible)
    said = [grade.error] if grade.error else list(grade.notes)
    if others:
        said.append(f"{told.hidden(len(others))}; the score is of all parts")
        if grade.all_or_nothing:
            said.append("one part that is not passed costs all points")
    document: dict[str, Any] = {"gradable": grade.uses_attempt, "message": _text(said)}
    if grade.uses_attempt:
        document["score"] = min(1.0, max(0.0, rounded(grade.fraction)))
        document["tests"] = [_test(part) for part in seen]
    else:
        document["format_errors"] = _malformed(grade, seen, told.slips(grade, visible))
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _malformed(grade: Grade, seen: list[PartResult], slips: list[str]) -> list[str]:
    """Say why this is no attempt."""
    if grade.error:
        return [_text([grade.error])]
    wrong = [part for part in seen if part.because == "malformed"]
    found = [_text([f"{part.name}: {line}" for line in part.feedback]) for part in wrong]
    return [*found, *(_text([slip]) for slip in slips)] or [
        "no part was answered so that it could be judged"
    ]


def _test(part: PartResult) -> dict[str, Any]:
    return {
        "name": harmless(part.name),
        "description": part.status,
        "points": rounded(part.score),
        "max_points": rounded(part.points),
        "message": _text(told.lines(part)),
        "output": "",
    }


def _text(lines: list[str]) -> str:
    return "\n".join(map(harmless, lines))[:MAX_MESSAGE]
