"""A solution in Markdown, its mathematics between `$$` as GitHub, Jupyter and pandoc read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import harmless
from evaluator.explanations.notation import Tex, pieces

if TYPE_CHECKING:
    from evaluator.explanations.row import Explained
    from evaluator.explanations.solution import Solution
    from evaluator.explanations.working import Equation, Layer, Step

#: How many characters of TeX stand in one formula; a longer one is taken apart at its signs.
WIDTH: Final = 120
#: How many terms of a sum stand in one formula.
MAX_TERMS: Final = 6


def render(solutions: Sequence[Solution]) -> str:
    """Write solutions as Markdown."""
    return "\n\n".join(part for each in solutions for part in _solution(each)) + "\n"


def _solution(solution: Solution) -> Iterator[str]:
    yield f"# {text(solution.title)}"
    for case in solution.cases:
        yield f"## {text(case.title)}"
        yield from _case(case)
    for left_out in solution.left_out:
        yield f"Left out: {text(left_out)}."


def _case(case: Explained) -> Iterator[str]:
    values = [f"{_TEX.name(name)} = {_TEX.number(value.text)}" for name, value in case.inputs]
    more = f" and {case.more_inputs} more" if case.more_inputs else ""
    yield f"Inputs{more}:"
    yield from (_display(", ".join(values[n : n + 6])) for n in range(0, len(values), 6))
    for step in case.steps:
        yield from _step(step)
    if case.layers:
        yield "\n".join(["| layer | inputs | units | activation | sums | outputs | largest |",
                         "|---|---:|---:|---|---|---|---|", *map(_layer, case.layers)])  # fmt: skip
    if case.expected:
        rows = [
            f"| {'✓ holds' if each.holds else '✗ **fails**'} | {text(each.name)} | {text(each.said)} |"
            for each in case.expected
        ]
        yield "\n".join(["| | value | expected |", "|---|---|---|", *rows])
    yield from map(text, case.notes)


def _step(step: Step) -> Iterator[str]:
    yield f"### {text(step.title)}"
    for equation in step.equations:
        yield f"{equation.label.capitalize()}:"
        yield from map(_display, _lines(equation))


def _lines(equation: Equation) -> list[str]:
    """Write an equation, in one formula if that is short."""
    lines = pieces(_TEX, equation.first, MAX_TERMS)
    for sign, each in equation.others:
        first, *rest = pieces(_TEX, each, MAX_TERMS)
        lines += [_TEX.operator(sign) + first, *rest]
    if equation.because:
        lines[-1] += rf" \quad \text{{because }} {_TEX.compared(equation.because)}"
    joined = "".join(lines)
    return [joined] if len(joined) <= WIDTH else lines


def _display(tex: str) -> str:
    return f"$$\n{tex.strip()}\n$$"


def _layer(layer: Layer) -> str:
    ranges = [f"{low.text} to {high.text}" for low, high in (layer.z, layer.y)]
    largest = ", ".join(f"{name} = {value.text}" for name, value in layer.largest)
    cells = [layer.name, str(layer.inputs), str(layer.units), layer.activation, *ranges, largest]
    return f"| {' | '.join(map(text, cells))} |"


def text(said: str) -> str:
    """Write a text so that Markdown shows it as it is, `$` and `<` too."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>&~$])", r"\\\1", harmless(said)).replace(r"\.", ".")


def _in_math(name: str) -> str:
    """Put signs that mean something, to Markdown or to TeX, in their full width: ＿, ＄, ＜."""
    return re.sub(r"[^\w ,.;=+\-/()'?]|_", _wide, name)


def _wide(found: re.Match[str]) -> str:
    sign = found[0]
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign


_TEX: Final = Tex(_in_math)
