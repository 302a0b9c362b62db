"""A solution for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import harmless
from evaluator.explanations.expressions import PLAIN

if TYPE_CHECKING:
    from evaluator.explanations.row import Expected, Explained
    from evaluator.explanations.solution import Solution
    from evaluator.explanations.working import Equation, Layer, Step

#: How long a line may be.
WIDTH: Final = 100
_LABEL: Final = 14


def render(solutions: Sequence[Solution]) -> str:
    """Write solutions as text."""
    lines = [line for solution in solutions for line in _solution(solution)]
    return "\n".join(harmless(line).rstrip() for line in lines[:-1]) + "\n"


def _solution(solution: Solution) -> Iterator[str]:
    for case in solution.cases:
        yield f"{solution.title}: {case.title}"
        yield ""
        yield from _case(case)
    for left_out in solution.left_out:
        yield f"left out: {left_out}"
        yield ""


def _case(case: Explained) -> Iterator[str]:
    inputs = ", ".join(f"{name} = {number.text}" for name, number in case.inputs)
    if case.more_inputs:
        inputs += f", … and {case.more_inputs} more"
    yield from _wrapped(inputs, "inputs")
    yield ""
    for step in case.steps:
        yield from _step(step)
    for layer in case.layers:
        yield from _layer(layer)
    for expected in case.expected:
        yield from _expected(expected)
    for note in case.notes:
        yield from _wrapped(note, "note")
    if case.expected or case.notes:
        yield ""


def _step(step: Step) -> Iterator[str]:
    yield step.title
    for equation in step.equations:
        yield from _equation(equation)
    yield ""


def _equation(equation: Equation) -> Iterator[str]:
    """Write an equation in a line, or its signs below each other."""
    first = PLAIN.write(equation.first)
    others = [f"{sign} {PLAIN.write(expression)}" for sign, expression in equation.others]
    because = f"   because {PLAIN.compared(equation.because)}" if equation.because else ""
    line = f"  {equation.label:<{_LABEL}}{' '.join([first, *others])}{because}"
    if len(line) <= WIDTH:
        yield line
        return
    yield from _wrapped(first, equation.label)
    for other in [*others[:-1], others[-1] + because]:
        yield from _wrapped(other, "")


def _wrapped(text: str, label: str) -> list[str]:
    head = f"  {label:<{_LABEL}}"
    # A term is not taken apart, nor is a sign left at the end of a line.
    kept = text.replace("+ ", "+\xa0").replace("- ", "-\xa0").replace("= ", "=\xa0")
    kept = kept.replace("≈ ", "≈\xa0") if label != "note" else text
    lines = textwrap.wrap(
        kept, WIDTH, initial_indent=head, subsequent_indent=" " * (_LABEL + 4),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace("\xa0", " ") for line in lines]


def _layer(layer: Layer) -> Iterator[str]:
    yield f"{layer.name}: {layer.inputs} inputs, {layer.units} units, {layer.activation}"
    yield f"  {'sums':<{_LABEL}}from {layer.z[0].text} to {layer.z[1].text}"
    yield f"  {'outputs':<{_LABEL}}from {layer.y[0].text} to {layer.y[1].text}"
    largest = ", ".join(f"{name} = {number.text}" for name, number in layer.largest)
    yield from _wrapped(largest, "largest")
    yield ""


def _expected(expected: Expected) -> Iterator[str]:
    sign = "✓" if expected.holds else "✗"
    told = f"{sign} {expected.name}: {expected.said}"
    yield from _wrapped(told, "expected")
