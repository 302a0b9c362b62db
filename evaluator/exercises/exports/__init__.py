"""Exports: an exercise in the format of a learning platform, and what that cannot express."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any, Final, NamedTuple

from evaluator.exercises.exercise import COMPUTE, Exercise
from evaluator.exercises.exports.export import Export, ExportError
from evaluator.exercises.quiz import Quiz
from evaluator.exercises.variants import variant_of


class Target(NamedTuple):
    """A format: the module of its name has `render`."""

    #: What is written: one file, a folder of files, or a zip archive.
    kind: str
    #: Whether it only asks for numbers, and then also tells intervals without bounds.
    is_quiz: bool = False
    takes_half_lines: bool = False


TARGETS: Final = {
    "gradescope": Target("zip"),
    "prairielearn": Target("folder", is_quiz=True, takes_half_lines=True),
    "moodle": Target("file", is_quiz=True),
    "gift": Target("file", is_quiz=True),
    "qti": Target("zip", is_quiz=True),
    "ipynb": Target("folder"),
    "markdown": Target("folder"),
}


def export(exercise: Exercise, to: str, variant: str = "", code: str = "") -> Export:
    """Write an exercise for a target; raises ExportError where that would be wrong.

    A quiz has all variants, the others the numbers of the spec, unless one variant is named.
    """
    target = TARGETS[to]
    render: Any = import_module(f"evaluator.exercises.exports.{to}").render
    if to == "gradescope":
        key = variant_of(exercise, variant).variant if variant else ""
        found: Export = render(exercise, key, code)
        return found
    chosen = [variant_of(exercise, variant)] if variant else [exercise]
    losses: list[str] = []
    if target.is_quiz:
        if exercise.variants is not None and not variant:
            chosen = [variant_of(exercise, key) for key in exercise.variants.keys]
        found = render(_quizzes(chosen, target, losses))
    else:
        if exercise.variants is not None and not variant:
            losses.append("variants: these are the numbers of the spec; --variant takes others")
        found = render(chosen[0])
    return replace(found, losses=tuple(dict.fromkeys([*losses, *found.losses])))


def _quizzes(exercises: list[Exercise], target: Target, losses: list[str]) -> list[Quiz]:
    """Give the quizzes, less what the target cannot ask."""
    from evaluator.exercises import questions

    losses += questions.losses(exercises[0])
    quizzes = [questions.quiz(each) for each in exercises]
    if not target.takes_half_lines:
        quizzes = [_bounded(each, losses) for each in quizzes]
    if not any(question.points for each in quizzes for question in each.questions):
        kinds = ", ".join(dict.fromkeys(p.kind for p in exercises[0].parts if p.kind != COMPUTE))
        raise ExportError(
            f"there is no question for a number in `{exercises[0].name}`",
            f"its parts ask for {kinds or 'what no margin can say'}; gradescope and ipynb take those",
        )
    return quizzes


def _bounded(quiz: Quiz, losses: list[str]) -> Quiz:
    """Leave out what is not a number and a margin."""
    for question in quiz.questions:
        if not question.right.is_bounded:
            losses.append(f"`{question.name}` is left out: it has no largest or no smallest answer")
    kept = tuple(
        replace(question, answers=tuple(each for each in question.answers if each.is_bounded))
        for question in quiz.questions
        if question.right.is_bounded
    )
    return replace(quiz, questions=kept)
