"""A solution as a fragment of LaTeX, for a document that uses amsmath."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import harmless
from evaluator.explanations.expressions import Expression, Sum
from evaluator.explanations.notation import Tex

if TYPE_CHECKING:
    from evaluator.explanations.row import Explained
    from evaluator.explanations.solution import Solution
    from evaluator.explanations.working import Equation, Layer, Step

_HEAD: Final = "% Put this into a document that has \\usepackage{amsmath}."
#: How wide a line may be, in points: that of an article, 345, less the label and the space before it.
ROOM: Final = 250
#: What a piece of a sum is set in from the margin, with its sign.
_INDENT: Final = 35
#: How wide a letter or a digit is, and a sign with the space around it.
_LETTER: Final = 5.2
_SIGN: Final = 12.5


def render(solutions: Sequence[Solution]) -> str:
    """Write solutions as LaTeX."""
    lines = [line for solution in solutions for line in _solution(solution)]
    # A page may end between the lines of a step.
    return "\n".join([_HEAD, r"\begingroup\allowdisplaybreaks", *lines, r"\endgroup", ""])


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
    yield from _aligned([r",\quad ".join(row) for row in _filled(values)])
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
    begin, *rest = _pieces(equation.first)
    rows = [begin, *rest]
    for sign, each in equation.others:
        first, *further = _pieces(each)
        signed = f"&{_TEX.operator(sign)}{first}"
        if rows == [begin]:
            widest = max(_width(part) for _, other in equation.others for part in _pieces(other))
            if _width(begin) + _INDENT + widest <= ROOM:
                rows = [f"{begin} {signed}"]  # the first sign stands beside a short expression
                rows += [rf"& \qquad {piece}" for piece in further]
                continue
        if "&" not in rows[0]:
            rows = [f"& {begin}", *(rf"& \qquad {piece}" for piece in rest)]
        rows += [signed, *(rf"& \qquad {piece}" for piece in further)]
    rows[0] += rf" {'' if '&' in rows[0] else '&'}&& \text{{({equation.label})}}"
    if equation.because:
        rows.append(rf"& \qquad \text{{because }} {_TEX.compared(equation.because)}")
    yield from rows


def _pieces(expression: Expression) -> list[str]:
    """Write an expression, a long sum in pieces that fit into a line."""
    if not isinstance(expression, Sum):
        return [_TEX.write(expression)]
    first, *rest = _filled([_TEX.sum(expression.terms[:1]), *map(_continued, expression.terms[1:])])
    return ["".join(first), *map("".join, rest)]


def _continued(term: Expression) -> str:
    return _TEX.continued([term])


def _filled(parts: Sequence[str]) -> list[list[str]]:
    """Spread parts over lines, as many to a line as fit there, at least one."""
    lines: list[list[str]] = []
    left = 0.0
    for part in parts:
        width = _width(part)
        if not lines or width > left:
            lines.append([])
            left = ROOM - _INDENT
        lines[-1].append(part)
        left -= width
    return lines


def _width(tex: str) -> float:
    """Estimate how wide mathematics is, in points."""
    bare = re.sub(r"\\(?:left|right|text|frac|textbackslash|ensuremath)\b|[{}_ ]", "", tex)
    bare, signs = re.subn(r"\\(?:[A-Za-z]+|.)|[-+=]", "", bare)
    return signs * _SIGN + len(bare) * _LETTER


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
