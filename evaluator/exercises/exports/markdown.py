"""Markdown: the sheet, and the worked solution."""

from __future__ import annotations

from evaluator.exercises import handout, solution
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.exports.export import Export
from evaluator.exercises.questions import key


def render(exercise: Exercise) -> Export:
    """Write both."""
    name = key(exercise)
    losses = [
        f"the hints of `{part.name}`: a sheet does not count attempts"
        for part in exercise.parts
        if part.hints
    ]
    files = {
        f"{name}.md": handout.markdown(exercise).encode(),
        f"{name}-solution.md": solution.markdown(exercise).encode(),
    }
    return Export(files, tuple(losses))
