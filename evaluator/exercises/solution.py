"""Exercise → the worked solution, for teachers: what is right, and how it comes about."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.exercises import handout
from evaluator.exercises.exercise import COMPUTE, DESIGN, Exercise, Part
from evaluator.exercises.right import right
from evaluator.explanations import explain


def markdown(exercise: Exercise) -> str:
    """Write the right answers, then every case that a part is about, step by step."""
    lines = [f"# {handout.title(exercise)}: solution", ""]
    for part in exercise.parts:
        lines += [f"## {part.name} ({handout.points(part.points)})", "", part.ask.strip(), ""]
        lines += _answer(exercise, part)
    lines += ["## Step by step", ""]
    for case in _cases(exercise):
        # Below the heading of this section.
        steps = explain(exercise.spec, case, "markdown").splitlines()
        lines += [f"#{line}" if line.startswith("#") else line for line in steps[1:]]
    return "\n".join(lines).rstrip("\n") + "\n"


def page(exercise: Exercise) -> str:
    """Write every case, step by step, as an HTML page with pictures."""
    return explain(exercise.spec, None, "html")


def _answer(exercise: Exercise, part: Part) -> Iterator[str]:
    if part.kind == COMPUTE:
        yield f"Answer: **{', '.join(right(exercise, part))}**"
    elif part.kind == DESIGN:
        yield "One answer of many:"
        yield ""
        for blank in part.blanks:
            written = exercise.spec.document.value(blank.path)
            yield f"- `{blank.name}`: {handout.number(written)}"
    else:
        found = next((each for each in exercise.samples if each.code), None)
        yield f"A program called `{part.implement}`" + ("." if found is None else ":")
        if found is not None:
            yield from ("", "```python", *found.code.strip("\n").splitlines(), "```")
    yield ""


def _cases(exercise: Exercise) -> list[str]:
    """Name the cases of all parts, each once; tables are left out."""
    found = [case for part in exercise.parts for case in part.cases if case.table is None]
    return list(dict.fromkeys(case.id for case in sorted(found, key=lambda case: case.number)))
