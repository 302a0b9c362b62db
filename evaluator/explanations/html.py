"""A solution as one page: the steps in MathML, the network with its values, curves and a map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import harmless
from evaluator.explanations.notation import MathML, pieces
from evaluator.explanations.units import value_name
from evaluator.htmlpage import head
from evaluator.pictures import diagram, plane, plot
from evaluator.reporters.style import BASE
from evaluator.reporters.text import plural

if TYPE_CHECKING:
    from evaluator.explanations.expressions import Expression
    from evaluator.explanations.row import Explained
    from evaluator.explanations.solution import Solution
    from evaluator.explanations.working import Equation, Layer, Step

#: How many terms of a sum stand in one formula: lines break between formulas only.
MAX_TERMS: Final = 1
#: How many points are marked on a curve.
MAX_POINTS: Final = 6

STYLE: Final = f"""{BASE}
body {{max-width: 60rem}}
.case {{border-top: 1px solid var(--line); margin-top: 1.6rem; padding-top: .6rem}}
h2 {{font-size: 1.25rem}} h3 {{font-size: 1.05rem; margin: 1rem 0 .2rem}}
.steps {{display: grid; gap: .2rem 1.5rem}}
dl {{display: grid; grid-template-columns: 8rem 1fr; gap: .25rem .8rem; margin: 0}}
dd span {{display: inline-block; margin-right: .25rem}} dt {{color: var(--soft)}} dd {{margin: 0; overflow-x: auto}}
math {{font-size: 1.05rem; padding: .1rem .12rem}}
.curves {{display: flex; flex-wrap: wrap; gap: .5rem 1rem}} .curves figure {{flex: 1 1 20rem; margin: 0}}
.expected {{list-style: none; padding: 0}}
.expected li {{border-left: 4px solid var(--good); margin: .3rem 0; padding-left: .7rem}}
.expected li.fails {{border-color: var(--bad)}}
.expected b {{color: var(--good)}} .expected .fails b {{color: var(--bad)}}
@media (max-width: 40rem) {{dl {{grid-template-columns: 1fr}} dd {{padding-left: 1rem}}}}
@media print {{body {{max-width: none}} .step, figure, .expected li {{break-inside: avoid}}}}
"""

_MATH: Final = MathML()


def render(solutions: Sequence[Solution]) -> str:
    """Write solutions as one page; it needs no script, and its policy lets none run."""
    title = ", ".join(solution.title for solution in solutions[:3])
    parts = [head(f"{title}: step by step", STYLE), "<body>", "<main>"]
    parts += [part for solution in solutions for part in _solution(solution)]
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def _text(said: str) -> str:
    return escape(harmless(said))


def _solution(solution: Solution) -> Iterator[str]:
    yield f"<h1>{_text(solution.title)}</h1>"
    if not solution.cases:
        yield "<p>There is no case.</p>"
    for case in solution.cases:
        yield '<section class="case">'
        yield f"<h2>{_text(case.title)}</h2>"
        yield from _case(case)
        yield "</section>"
    for left_out in solution.left_out:
        yield f'<p class="small">Left out: {_text(left_out)}.</p>'
    if len(solution.network.inputs) == 2 and solution.cases:
        yield '<section class="case"><h2>The plane of the inputs</h2>'
        yield f"<figure>{_map(solution)}</figure></section>"


def _map(solution: Solution) -> str:
    marks = []
    for case in solution.cases:
        x, y = case.trace.blocks[0][0].tolist()
        holds = None if case.unjudged else case.holds
        marks.append(plane.Mark(case.title, x, y, holds, case.unjudged))
    return plane.svg(solution.network, marks)


def _case(case: Explained) -> Iterator[str]:
    inputs = [
        f"<math>{_MATH.name(name)}<mo>=</mo>{_MATH.number(value.text)}</math>"
        for name, value in case.inputs
    ]
    more = f" and {case.more_inputs} more" if case.more_inputs else ""
    yield f"<p>Inputs: {', '.join(inputs)}{more}</p>"
    yield f"<figure>{diagram.svg(case.trace.network, case.trace)}</figure>"
    for step in case.steps:
        yield from _step(step)
    if case.layers:
        yield from _layers(case.layers)
    curves = list(_curves(case)) if case.steps else []
    if curves:
        yield '<h3>Where the neurons work</h3><div class="curves">'
        yield from (f"<figure>{curve}</figure>" for curve in curves)
        yield "</div>"
    if case.expected:
        yield '<h3>What is expected</h3><ul class="expected">'
        for each in case.expected:
            kind, sign = ("holds", "✓ holds") if each.holds else ("fails", "✗ fails")
            said = _text(f"{each.name}: {each.said}")
            yield f'<li class="{kind}"><b>{sign}</b> {said}</li>'
        yield "</ul>"
    yield from (f"<p>{_text(note)}</p>" for note in case.notes)


def _step(step: Step) -> Iterator[str]:
    yield f'<div class="step"><h3>{_text(step.title)}</h3><dl>'
    for equation in step.equations:
        yield f"<dt>{_text(equation.label)}</dt><dd>{' '.join(_chain(equation))}</dd>"
    yield "</dl></div>"


def _chain(equation: Equation) -> Iterator[str]:
    """Write an equation, each expression with its sign as a piece that stays together if it can."""
    yield _link("", equation.first)
    yield from (_link(_MATH.operator(sign), each) for sign, each in equation.others)
    if equation.because:
        yield f"<span>because <math>{_MATH.compared(equation.because)}</math></span>"


def _link(sign: str, expression: Expression) -> str:
    first, *rest = pieces(_MATH, expression, MAX_TERMS)
    return f"<span>{' '.join(f'<math>{piece}</math>' for piece in (sign + first, *rest))}</span>"


def _layers(layers: Sequence[Layer]) -> Iterator[str]:
    heads = ("layer", "inputs", "units", "activation", "sums", "outputs", "largest")
    yield f'<div class="wide"><table><thead><tr>{"".join(f"<th scope=col>{h}</th>" for h in heads)}</tr></thead><tbody>'
    for layer in layers:
        ranges = [f"{low.text} to {high.text}" for low, high in (layer.z, layer.y)]
        largest = ", ".join(f"{name} = {value.text}" for name, value in layer.largest)
        cells = [str(layer.inputs), str(layer.units), layer.activation, *ranges, largest]
        yield f"<tr><th scope=row>{_text(layer.name)}</th>"
        yield "".join(f"<td>{_text(cell)}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table></div>"


def _curves(case: Explained) -> Iterator[str]:
    """Draw the curve of each activation of single units, with the units on it."""
    network = case.trace.network
    groups: dict[tuple[Any, ...], list[plot.Point]] = {}
    chosen: dict[tuple[Any, ...], tuple[Any, dict[str, Any]]] = {}
    for block, step in enumerate(network.steps, 1):
        if step.activation.whole_layer or step.activation.name == "identity":
            continue
        for column in range(network.width(block)):
            own = {
                key: value
                if isinstance(value, str) or not hasattr(value, "__len__")
                else value[column]
                for key, value in step.parameters.items()
            }
            key = (step.activation.name, *map(str, own.items()))
            chosen[key] = step.activation, own
            z, y = (float(part[block][0, column]) for part in (case.trace.sums, case.trace.blocks))
            groups.setdefault(key, []).append(plot.Point(value_name(network, block, column), z, y))
    for key, points in groups.items():
        more = len(points) - MAX_POINTS
        caption = f"<figcaption>and {plural(more, 'unit')} more</figcaption>" if more > 0 else ""
        yield plot.svg(chosen[key][0], points[:MAX_POINTS], chosen[key][1]) + caption
