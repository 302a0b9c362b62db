"""What learners cannot answer from what they get, and what they see of what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from evaluator.diagnostics import Diagnostic, clip
from evaluator.exercises import reach, student
from evaluator.exercises.exercise import COMPUTE, DESIGN, Blank, Exercise, Part
from evaluator.exercises.weaknesses import said

_NUMBER = re.compile(r"[-\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)


def unanswerable(exercise: Exercise) -> Iterator[Diagnostic]:
    """Find questions about numbers that are blank, and designs of which no case is shown."""
    shown = {case.number for case in exercise.visible_cases() if case.table is None}
    found: set[Blank] = set()  # what learners have worked out, once they come to a part
    for part in exercise.parts:
        at = ("parts", part.number)
        if part.kind == COMPUTE and (names := _untold(exercise, part, found)):
            yield said(exercise, at, "unanswerable",
                        f"`{clip(part.name)}` needs {', '.join(names)}, which learners see as blanks:"
                        " another part asks for them",
                        "say the numbers in the statement or in the question", "warning")  # fmt: skip
        is_open = part.kind == DESIGN and part.visibility == "visible"
        if is_open and not shown & {case.number for case in part.cases}:
            yield said(exercise, at, "unanswerable",
                        f"learners see no case that judges `{clip(part.name)}`: other parts ask for what"
                        " they expect, or they stand in tables",
                        "add a case of which no value is asked for", "warning")  # fmt: skip
        elif is_open:
            found |= set(part.blanks)


def told_by_needs(exercise: Exercise) -> Iterator[Diagnostic]:
    """Find visible parts that are skipped where a part is not earned whose result is hidden."""
    for part in exercise.visible():
        for number, name in enumerate(part.needs):
            if exercise.part(name).visibility != "visible":
                yield said(exercise, ("parts", part.number, "needs", number), "hidden-told",
                            f"learners see by `{clip(part.name)}` whether `{clip(name)}` is earned, which is"
                            f" {exercise.part(name).visibility}",
                            "leave it out of `needs`, or hide both", "warning")  # fmt: skip


def _untold(exercise: Exercise, part: Part, known: set[Blank]) -> list[str]:
    """Name the blanks that an answer depends on and whose numbers no text says, as `y.weights`."""
    texts = [exercise.statement, *(each.ask for each in student.asked(exercise))]
    told = set(map(_value, _NUMBER.findall("\n".join(texts))))
    found = []
    for blank in student.blanks(exercise):
        if blank in known:
            continue
        reached = reach.of(exercise, part.cases[0], [blank])
        if any(map(reached, part.places)) and not _numbers(exercise, blank) <= told:
            found.append(f"`{clip(blank.name)}`")
    return found


def _value(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def _numbers(exercise: Exercise, blank: Blank) -> set[float]:
    """Give the numbers that a blank hides."""
    value = exercise.spec.document.value(blank.path)
    return set(np.ravel(list(value.values()) if isinstance(value, dict) else value).tolist())
