"""Notebooks: for nbgrader, for Otter Assign, and for learners."""

from __future__ import annotations

from evaluator.exercises import notebook
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.exports.export import Export, ExportError
from evaluator.exercises.questions import key


def render(exercise: Exercise) -> Export:
    """Write the three notebooks."""
    losses: list[str] = []
    asked = notebook.questions(exercise, losses)
    if not asked:
        raise ExportError(f"a notebook can ask nothing of `{exercise.name}`: {'; '.join(losses)}")
    losses.append("Otter Assign: an answer earns all points of its question, or none")
    name = key(exercise)
    files = {
        f"nbgrader/{name}.ipynb": notebook.nbgrader(exercise, asked),
        f"otter/{name}.ipynb": notebook.otter(exercise, asked),
        f"student/{name}.ipynb": notebook.for_learners(exercise, asked),
    }
    return Export({path: text.encode() for path, text in files.items()}, tuple(losses))
