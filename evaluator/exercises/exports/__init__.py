"""Exports: an exercise in the format of a learning platform, and what that cannot express."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any, Final, NamedTuple

from evaluator.exercises import handout, questions
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.exports.export import Export, ExportError
from evaluator.exercises.quiz import Answer, Quiz
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
        shown = chosen[0] if variant else exercise
        quizzes = _quizzes(chosen, target, losses)
        found = render(quizzes, questions.key(shown), handout.title(shown))
    else:
        if exercise.variants is not None and not variant:
            losses.append("variants: these are the numbers of the spec; --variant takes others")
        found = render(chosen[0])
    return replace(found, losses=tuple(dict.fromkeys([*losses, *found.losses])))


def _quizzes(exercises: list[Exercise], target: Target, losses: list[str]) -> list[Quiz]:
    """Give the quizzes, less what the target cannot ask."""
    losses += questions.losses(exercises[0])
    quizzes = [_askable(questions.quiz(each), target, losses) for each in exercises]
    if not any(question.points for each in quizzes for question in each.questions):
        raise ExportError(
            f"there is no question for a number in `{exercises[0].name}`",
            "gradescope and ipynb also take parts that ask for designs and programs",
        )
    return quizzes


def _askable(quiz: Quiz, target: Target, losses: list[str]) -> Quiz:
    """Leave out what no learner can type, and what is not a number and a margin."""

    def can_say(answer: Answer) -> bool:
        is_half_line = answer.low < answer.high and not answer.is_bounded
        return answer.is_bounded or (is_half_line and target.takes_half_lines)

    kept = []
    for question in quiz.questions:
        if can_say(question.right):
            answers = tuple(filter(can_say, question.answers))
            kept.append(replace(question, answers=answers))
        else:
            losses.append(
                f"`{question.name}` is left out: a number and a margin cannot say its answer"
            )
    return replace(quiz, questions=tuple(kept))
