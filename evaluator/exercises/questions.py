"""Exercise → quiz: the numbers that it asks for, and what of it no platform can ask."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from evaluator.exercises import handout
from evaluator.exercises.exercise import COMPUTE, Exercise, Part, Wrong
from evaluator.exercises.intervals import of_check, of_written, slack
from evaluator.exercises.mistaken import differing
from evaluator.exercises.quiz import Answer, Question, Quiz
from evaluator.explanations import explain


def key(exercise: Exercise) -> str:
    """Name an exercise in files and identifiers, by its file; a variant by its key too."""
    stem = os.path.splitext(os.path.basename(exercise.spec.file))[0]
    number = exercise.spec.document.number
    parts = [stem or "exercise", *([str(number)] if number > 1 else ())]
    parts += [f"variant-{exercise.variant}"] if exercise.variant else []
    return re.sub(r"[^A-Za-z0-9_-]+", "-", "-".join(parts)).strip("-") or "exercise"


def quiz(exercise: Exercise) -> Quiz:
    """Give the questions that ask for numbers."""
    parts = [part for part in exercise.parts if part.kind == COMPUTE]
    questions = tuple(question for part in parts for question in _questions(exercise, part))
    statement = f"{exercise.statement.strip()}\n\n{handout.network(exercise)}"
    return Quiz(key(exercise), handout.title(exercise), statement, questions)


def losses(exercise: Exercise) -> Iterator[str]:
    """Say what of an exercise is not in its quiz."""
    for part in exercise.parts:
        if part.kind != COMPUTE:
            yield f"`{part.name}` is left out: it asks for more than a number"
        elif part.visibility != "visible":
            yield f"`{part.name}`: its result is shown at once, and not {part.visibility}"
        if part.kind == COMPUTE and part.needs:
            yield f"`{part.name}` is asked whether or not {', '.join(part.needs)} is earned"
    computed = [part for part in exercise.parts if part.kind == COMPUTE]
    if exercise.carry and len(computed) > 1:
        yield "an answer that follows from an earlier error earns nothing"
    if exercise.all_or_nothing:
        yield "points are given part by part, not for all or nothing"
    lists = [part.name for part in computed if part.is_list]
    for name in lists:
        yield f"`{name}` is a list: each of its numbers is asked for by itself"


def _questions(exercise: Exercise, part: Part) -> Iterator[Question]:
    """Give a question for each number of a part; they share its points."""
    case = part.cases[0]
    worked = explain(exercise.spec, case.id).strip()
    wrong = list(wrong_answers(exercise, part))
    for place, check in enumerate(part.checks):
        right = Answer(*of_check(check, case))
        # What is right of a wrong list is right, and its feedback is about the rest.
        known = [each[place] for each in wrong if not _overlap(each[place], right)]
        name, ask = part.name, handout.ask(exercise, part)
        if part.is_list:
            name, ask = f"{name} {place + 1}", f"{ask}\n\nNumber {place + 1} of {len(part.checks)}:"
        yield Question(
            name, ask, part.points / len(part.checks), (right, *known),
            tuple((hint.after, hint.text) for hint in part.hints), worked,
        )  # fmt: skip


def wrong_answers(exercise: Exercise, part: Part) -> Iterator[Sequence[Answer]]:
    """Give the known wrong answers, each as one interval for every number that is asked for."""
    for wrong in part.wrong:
        for intervals in _intervals(exercise, part, wrong):
            yield [Answer(low, high, wrong.credit, wrong.feedback) for low, high in intervals]


def _intervals(
    exercise: Exercise, part: Part, wrong: Wrong
) -> Iterator[Sequence[tuple[float, float]]]:
    spec, case = exercise.spec, part.cases[0]
    if not wrong.mistake:
        yield [of_written(value, case) for value in wrong.values]
        return
    widths = [slack(spec, check, case) for check in part.checks]
    for values in differing(spec, part, wrong.mistake):
        yield [
            (value - (width or 0.0), value + (width or 0.0))
            for value, width in zip(values, widths, strict=True)
        ]


def _overlap(one: Answer, other: Answer) -> bool:
    return one.low <= other.high and other.low <= one.high
