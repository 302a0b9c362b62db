"""Grades for machines: strict JSON, as `schemas/grade.schema.json` describes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaluator import __version__
from evaluator.exercises.outcomes import rounded

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Exercise
    from evaluator.exercises.outcomes import Grade, PartResult

#: The version of this format.
VERSION = 1


def render(exercise: Exercise, grades: Sequence[Grade], seconds: float) -> str:
    """Write everything that was found, what is hidden from learners too."""
    document = {
        "version": VERSION,
        "evaluator": __version__,
        "exercise": {
            "file": exercise.spec.file, "document": exercise.spec.document.number,
            "name": exercise.name, "points": rounded(exercise.points),
        },
        "summary": summary(grades, seconds),
        "submissions": [_grade(grade) for grade in grades],
    }  # fmt: skip
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def summary(grades: Sequence[Grade], seconds: float) -> dict[str, Any]:
    """Count, and say how often each mistake was recognised."""
    graded = [grade for grade in grades if not grade.error]
    mistakes = Counter(part.mistake for grade in graded for part in grade.parts if part.mistake)
    mean = sum(grade.score for grade in graded) / len(graded) if graded else None
    return {
        "submissions": len(grades), "graded": len(graded), "errors": len(grades) - len(graded),
        "mean": None if mean is None else rounded(mean), "mistakes": dict(mistakes.most_common()),
        "seconds": round(seconds, 6),
    }  # fmt: skip


def _grade(grade: Grade) -> dict[str, Any]:
    return {
        "name": grade.name, "score": rounded(grade.score), "points": rounded(grade.points),
        "fraction": rounded(grade.fraction), "error": grade.error, "attempt": grade.attempt,
        "uses_attempt": grade.uses_attempt, "variant": grade.variant, "notes": list(grade.notes),
        "seconds": round(grade.seconds, 6), "parts": [_part(part) for part in grade.parts],
    }  # fmt: skip


def _part(part: PartResult) -> dict[str, Any]:
    return {
        "name": part.name, "status": part.status, "because": part.because,
        "points": rounded(part.points), "score": rounded(part.score),
        "fraction": rounded(part.fraction),
        "carried": None if part.carried is None else rounded(part.carried),
        "feedback": list(part.feedback), "hints": list(part.hints), "mistake": part.mistake,
        "answer": part.answer, "accepted": part.accepted, "visibility": part.visibility,
    }  # fmt: skip
