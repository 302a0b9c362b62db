"""Exercise → Jupyter notebooks: for nbgrader and Otter Assign, as teachers have them, and for learners."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from evaluator.exercises import cells, handout, student
from evaluator.exercises.cell_tools import tools
from evaluator.exercises.cells import Cells, Unspeakable
from evaluator.exercises.exercise import COMPUTE, DESIGN, Exercise, Part
from evaluator.exercises.questions import wrong_answers

Cell = dict[str, Any]

#: The version of the metadata that nbgrader reads.
_SCHEMA: Final = 3
_BEGIN: Final = "### BEGIN SOLUTION"
_END: Final = "### END SOLUTION"
_HIDDEN: Final = "### BEGIN HIDDEN TESTS"
_SHOWN: Final = "### END HIDDEN TESTS"


class Question(NamedTuple):
    """A part in a notebook."""

    part: Part
    python: Cells
    ident: str
    #: Whether it asks; otherwise it judges once more what another part asks for.
    asks: bool


def questions(exercise: Exercise, losses: list[str]) -> list[Question]:
    """Give the parts that a notebook can ask; the others go to the losses."""
    told = student.asked(exercise)
    found: list[Question] = []
    for part in exercise.parts:
        try:
            python = _python(exercise, part)
        except Unspeakable as reason:
            losses.append(f"`{part.name}` is left out: {reason}")
            continue
        found.append(Question(part, python, f"part-{part.number + 1}", part in told))
        if part.hints:
            losses.append(f"the hints of `{part.name}`: a notebook does not count attempts")
    if exercise.carry and sum(each.part.kind == COMPUTE for each in found) > 1:
        losses.append("an answer that follows from an earlier error earns nothing")
    if exercise.all_or_nothing:
        losses.append("points are given part by part, not for all or nothing")
    return found


def _python(exercise: Exercise, part: Part) -> Cells:
    if part.kind == COMPUTE:
        return cells.compute(exercise, part, wrong_answers(exercise, part))
    if part.kind == DESIGN:
        return cells.design(exercise, part)
    code = next((s.code for s in exercise.samples if s.code and s.score == exercise.points), "")
    if not code:
        raise Unspeakable("no sample with `code` earns all points, so there is no solution to show")
    return cells.implement(exercise, part, code)


def nbgrader(exercise: Exercise, asked: Sequence[Question]) -> str:
    """Write the notebook that `nbgrader generate_assignment` and `autograde` work on."""
    return _notebook(_nbgrader(exercise, asked, with_solution=True))


def for_learners(exercise: Exercise, asked: Sequence[Question]) -> str:
    """Write the notebook without solutions and hidden tests."""
    return _notebook(_nbgrader(exercise, asked, with_solution=False))


def otter(exercise: Exercise, asked: Sequence[Question]) -> str:
    """Write the notebook that `otter assign` works on."""
    return _notebook(_otter(exercise, asked))


def _nbgrader(exercise: Exercise, asked: Sequence[Question], with_solution: bool) -> Iterator[Cell]:
    yield _markdown("statement", handout.head(exercise), _marks("statement"))
    yield _code("tools", tools(exercise), _marks("tools", kind="code"))
    for question in asked:
        part, python, ident = question.part, question.python, question.ident
        if question.asks:
            answer = python.stub
            if with_solution:  # nbgrader puts a stub of its own in its place; what it is for stays
                told = _told(python.stub)
                answer = f"{told}{_BEGIN}\n{python.solution}\n{_END}"
            marks = _marks(f"{ident}-answer", kind="code", solution=True)
            yield _markdown(f"{ident}-ask", _ask(exercise, part), _marks(f"{ident}-ask"))
            yield _code(f"{ident}-answer", answer, marks)
        tests = [python.visible or "# what you answer is judged here"]
        if with_solution:
            tests += [_HIDDEN, python.hidden, _SHOWN]
        marks = _marks(f"{ident}-tests", kind="code", points=part.points)
        yield _code(f"{ident}-tests", "\n".join(tests), marks)


def _marks(
    ident: str, kind: str = "markdown", solution: bool = False, points: float | None = None
) -> dict[str, Any]:
    """Give what nbgrader has to know of a cell; only the learner's own are not locked."""
    marks: dict[str, Any] = {
        "schema_version": _SCHEMA, "grade": points is not None, "grade_id": ident,
        "locked": not solution, "solution": solution, "task": False, "cell_type": kind,
    }  # fmt: skip
    return {"nbgrader": marks if points is None else marks | {"points": points}}


def _otter(exercise: Exercise, asked: Sequence[Question]) -> Iterator[Cell]:
    yield _raw(
        "config", "# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: true\ncheck_all_cell: false"
    )
    yield _markdown("statement", handout.head(exercise))
    yield _code("tools", tools(exercise))
    for question in asked:
        part, python, ident = question.part, question.python, question.ident
        name = f"{ident}-{re.sub(r'[^a-z0-9]+', '-', part.name.lower())}".strip("-")
        head = f"# BEGIN QUESTION\nname: {name}\npoints: {part.points:g}"
        yield _raw(f"{ident}-begin", head)
        if question.asks:
            yield from _otter_answer(exercise, question)
        yield _raw(f"{ident}-tests", "# BEGIN TESTS")
        hidden, last = python.hidden.rpartition("\n")[::2]
        config = f'""" # BEGIN TEST CONFIG\npoints: {part.points:g}\nhidden: true\n""" # END TEST CONFIG\n'
        check = f"assert ({last}) >= {part.points!r}"
        yield _code(f"{ident}-hidden", config + (f"{hidden}\n" if hidden else "") + check)
        yield _raw(f"{ident}-tests-end", "# END TESTS")
        yield _raw(f"{ident}-end", "# END QUESTION")


def _otter_answer(exercise: Exercise, question: Question) -> Iterator[Cell]:
    ident, solution = question.ident, question.python.solution
    yield _markdown(f"{ident}-ask", _ask(exercise, question.part))
    yield _raw(f"{ident}-solution", "# BEGIN SOLUTION")
    told = _told(question.python.stub)
    marked = f"{told}# BEGIN SOLUTION\n{solution}\n# END SOLUTION"
    yield _code(f"{ident}-answer", f"{solution}  # SOLUTION" if "\n" not in solution else marked)
    yield _raw(f"{ident}-solution-end", "# END SOLUTION")


def _told(stub: str) -> str:
    """Keep what the learner begins with as a comment."""
    return "".join(f"{f'# {line}'.rstrip()}\n" for line in stub.splitlines())


def _ask(exercise: Exercise, part: Part) -> str:
    return f"## {part.name} ({handout.points(part.points)})\n\n{handout.ask(exercise, part)}"


def _markdown(ident: str, text: str, metadata: dict[str, Any] | None = None) -> Cell:
    return {
        "cell_type": "markdown",
        "id": ident,
        "metadata": metadata or {},
        "source": _lines(text),
    }


def _raw(ident: str, text: str) -> Cell:
    return {"cell_type": "raw", "id": ident, "metadata": {}, "source": _lines(text)}


def _code(ident: str, text: str, metadata: dict[str, Any] | None = None) -> Cell:
    return {
        "cell_type": "code", "execution_count": None, "id": ident, "metadata": metadata or {},
        "outputs": [], "source": _lines(text),
    }  # fmt: skip


def _lines(text: str) -> list[str]:
    return text.strip("\n").splitlines(keepends=True)


def _notebook(found: Iterator[Cell]) -> str:
    notebook = {
        "cells": list(found),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
