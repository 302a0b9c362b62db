"""A solution as a fragment of LaTeX, for a document that uses amsmath."""

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

_HEAD: Final = "% Put this into a document that has \\usepackage{amsmath}."
#: How many inputs, and terms of a sum, stand in a line.
_INPUTS: Final = 6
MAX_TERMS: Final = 4


def render(solutions: Sequence[Solution]) -> str:
    """Write solutions as LaTeX."""
    lines = [line for solution in solutions for line in _solution(solution)]
    return "\n".join([_HEAD, *lines, ""])


def _solution(solution: Solution) -> Iterator[str]:
    yield rf"\section*{{{text(solution.title)}}}"
    for case in solution.cases:
        yield ""
        yield rf"\subsection*{{{text(case.title)}}}"
        yield from _case(case)
    for left_out in solution.left_out:
        yield ""
        yield text(f"Left out: {left_out}.")


def _case(case: Explained) -> Iterator[str]:
    values = [f"{_TEX.name(name)} = {_TEX.number(value.text)}" for name, value in case.inputs]
    more = f" and {case.more_inputs} more" if case.more_inputs else ""
    yield ""
    yield rf"\noindent Inputs{more}:"
    rows = [values[n : n + _INPUTS] for n in range(0, len(values), _INPUTS)]
    yield from _aligned([r",\quad ".join(row) for row in rows])
    for step in case.steps:
        yield from _step(step)
    if case.layers:
        yield r"\begin{itemize}"
        yield from map(_layer, case.layers)
        yield r"\end{itemize}"
    if case.expected:
        yield r"\begin{itemize}"
        for each in case.expected:
            verdict = "holds" if each.holds else r"\textbf{fails}"
            yield rf"\item[{verdict}:] {{}}{text(f'{each.name}: {each.said}')}"
        yield r"\end{itemize}"
    for note in case.notes:
        yield ""
        yield rf"\noindent {text(note)}"


def _step(step: Step) -> Iterator[str]:
    yield rf"\paragraph{{{text(step.title)}}}"
    lines = [line for equation in step.equations for line in _lines(equation)]
    yield from _aligned(lines)


def _lines(equation: Equation) -> Iterator[str]:
    """Write an equation, its signs below each other."""
    begin, *rest = pieces(_TEX, equation.first, MAX_TERMS)
    rows = [begin, *(rf"\quad {piece}" for piece in rest)]
    for sign, each in equation.others:
        first, *rest = pieces(_TEX, each, MAX_TERMS)
        signed = f"&{_TEX.operator(sign)}{first}"
        if rows == [begin]:  # the first sign stands beside a short expression
            rows = [f"{begin} {signed}"]
        else:
            rows.append(signed)
        rows += [rf"& \qquad {piece}" for piece in rest]
    rows[0] += rf" {'' if '&' in rows[0] else '&'}&& \text{{({equation.label})}}"
    if equation.because:
        rows.append(rf"& \qquad \text{{because }} {_TEX.compared(equation.because)}")
    yield from rows


def _aligned(lines: Sequence[str]) -> Iterator[str]:
    yield r"\begin{align*}"
    yield " \\\\\n".join(f"  {line}" for line in lines)
    yield r"\end{align*}"


def _layer(layer: Layer) -> str:
    ranges = [f"from {low.text} to {high.text}" for low, high in (layer.z, layer.y)]
    largest = ", ".join(f"{name} = {value.text}" for name, value in layer.largest)
    return r"\item " + text(
        f"{layer.name}: {layer.inputs} inputs, {layer.units} units, {layer.activation}; sums"
        f" {ranges[0]}, outputs {ranges[1]}; the largest: {largest}"
    )


_ESCAPES: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\ensuremath{\sim}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "±": r"\ensuremath{\pm}", "≤": r"\ensuremath{\le}", "≥": r"\ensuremath{\ge}",
    "≈": r"\ensuremath{\approx}", "∞": r"\ensuremath{\infty}", "·": r"\ensuremath{\cdot}",
    "…": r"\dots{}", "−": r"\ensuremath{-}", "[": "{[}", "]": "{]}", "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}", "-": "{-}",
}  # fmt: skip
_SPECIAL: Final = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")


def text(said: str) -> str:
    """Write a text so that LaTeX shows it as it is."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], harmless(said))


_TEX: Final = Tex(text)
