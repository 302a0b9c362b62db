"""A grade as Gradescope reads it: `results.json`. Gradescope itself hides what is not visible."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from evaluator.diagnostics import harmless
from evaluator.exercises.outcomes import rounded
from evaluator.exercises.reports import told

if TYPE_CHECKING:
    from evaluator.exercises.outcomes import Grade, PartResult


def render(grade: Grade) -> str:
    """Write the results of one submission."""
    said = [f"It could not be graded: {grade.error}"] if grade.error else list(grade.notes)
    document: dict[str, Any] = {
        # It overrides the sum of the tests, which is another one where a fault costs all points.
        "score": rounded(grade.score),
        "execution_time": round(grade.seconds, 3),
        "output": "\n".join(map(harmless, said)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"variant": grade.variant, "uses_attempt": grade.uses_attempt},
        "tests": [_test(number, part) for number, part in enumerate(grade.parts, 1)],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _test(number: int, part: PartResult) -> dict[str, Any]:
    return {
        "name": part.name,
        "number": str(number),
        "score": rounded(part.score),
        "max_score": rounded(part.points),
        "status": "passed" if part.status == "passed" else "failed",
        "output": "\n".join(map(harmless, told.lines(part))),
        "visibility": part.visibility,
        "tags": [tag for tag in (part.because, part.mistake) if tag],
    }
