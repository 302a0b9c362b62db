"""Exercise → quiz: the numbers that it asks for, and what of it no platform can ask."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evaluator.exercises import handout
from evaluator.exercises.exercise import COMPUTE, Exercise, Part, Wrong
from evaluator.exercises.intervals import of_check, of_written, slack
from evaluator.exercises.mistaken import differing
from evaluator.exercises.quiz import Answer, Question, Quiz
from evaluator.exercises.working import alone, told_by
from evaluator.explanations import explain

if TYPE_CHECKING:
    from evaluator.network import Place


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
    # Nothing is asked of the weights here, and what is asked needs them.
    network = handout.network(exercise, is_blank=False)
    statement = f"{exercise.statement.strip()}\n\n{network}"
    return Quiz(key(exercise), handout.title(exercise), statement, questions)


def losses(exercise: Exercise) -> Iterator[str]:
    """Say what of an exercise is not in its quiz."""
    for part in exercise.parts:
        if part.kind != COMPUTE:
            shown = "; what it leaves blank is shown" if part.blanks else ""
            yield f"`{part.name}` is left out: it asks for more than a number{shown}"
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
        known = [each for n, each in enumerate(known) if not any(map(each.is_as, known[:n]))]
        name, ask = _name(part, place), handout.ask(exercise, part)
        if part.is_list:
            ask = f"{ask}\n\nNumber {place + 1} of {len(part.checks)}:"
        others = _others(exercise, part, place)
        told = told_by(exercise.spec.network, part.places[place])
        tells = next((other for other, asked in others if asked in told), "")
        own = "" if tells else alone(exercise.spec, case, part.places[place]) if others else worked
        yield Question(
            name, ask, part.points / len(part.checks), (right, *known),
            tuple((hint.after, hint.text) for hint in part.hints), worked, own, tells,
        )  # fmt: skip


def _name(part: Part, place: int) -> str:
    return f"{part.name} {place + 1}" if part.is_list else part.name


def _others(exercise: Exercise, part: Part, place: int) -> list[tuple[str, Place]]:
    """Give what other questions ask for of the same inputs, by their names."""
    inputs = exercise.spec.inputs
    row = inputs[part.cases[0].row]
    return [
        (_name(other, number), asked)
        for other in exercise.parts
        if other.kind == COMPUTE and (inputs[other.cases[0].row] == row).all()
        for number, asked in enumerate(other.places)
        if (other, number) != (part, place)
    ]


def unworked(question: Question) -> Iterator[str]:
    """Say that a platform that shows feedback by the question cannot show how its number comes about."""
    if question.worked and not question.alone:
        why = (
            f"it would tell the answer to `{question.tells}`"
            if question.tells
            else "it is too long"
        )
        yield f"the worked solution of `{question.name}`: {why}"


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
