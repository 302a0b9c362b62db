"""Exercise → the sheet for learners, in Markdown: the text, the network, the questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from evaluator import htmlpage
from evaluator.exercises import student
from evaluator.exercises.exercise import BLANK, COMPUTE, DESIGN, IMPLEMENT, Exercise, Part
from evaluator.exercises.markup import html
from evaluator.exercises.stub import stub
from evaluator.pictures import diagram
from evaluator.reporters.style import BASE
from evaluator.spelling import plain

_STYLE: Final = f"""{BASE}
body {{max-width: 48rem}} h2 {{font-size: 1.25rem}} p, table {{margin: .6rem 0}} h2, h3 {{margin: 1.4rem 0 .2rem}}
pre {{background: var(--panel); padding: .5rem .7rem; overflow-x: auto}}
@media print {{body {{max-width: none}} h2, h3, h2 + p, h3 + p {{break-after: avoid}}}}
"""

#: So many weights of a neuron or a layer are shown; more stand in the spec alone.
MAX_WEIGHTS: Final = 24


def markdown(exercise: Exercise) -> str:
    """Write the sheet; it shows nothing that is asked for or hidden."""
    return f"{head(exercise)}\n\n{_questions(exercise)}\n"


def page(exercise: Exercise) -> str:
    """Write the sheet as an HTML page that needs no script, and lets none run."""
    parts = [
        htmlpage.head(title(exercise), _STYLE),
        "<body>",
        "<main>",
        html(head(exercise), top=1),
    ]
    if not student.blanks(exercise):  # a picture shows weights and biases
        parts.append(f"<figure>{diagram.svg(exercise.spec.network)}</figure>")
    return "\n".join(
        [*parts, html(_questions(exercise), top=1), "</main>", "</body>", "</html>", ""]
    )


def _questions(exercise: Exercise) -> str:
    told = student.asked(exercise)
    parts = []
    for part in told:
        parts += [f"## {_name(part.name)} ({points(part.points)})", ask(exercise, part)]
    programs = dict.fromkeys(
        f"`{student.code_file(part)}`" for part in told if part.kind == IMPLEMENT
    )
    files = " and ".join(["`answers.yaml`", *programs])
    return "\n\n".join(
        [*parts, "## How to answer", f"Put your answers into {files}, and hand that in."]
    )


def head(exercise: Exercise) -> str:
    """Write what stands above the questions."""
    parts = [f"# {_name(title(exercise))}", exercise.statement.strip(), network(exercise)]
    if cases := _cases(exercise):
        parts += ["The network has to answer as these cases say:", cases]
    return "\n\n".join(parts)


def title(exercise: Exercise) -> str:
    """Give the name of the exercise, and which variant it is."""
    return exercise.name + (f", variant {exercise.variant}" if exercise.variant else "")


def points(worth: float) -> str:
    """Write points with their noun."""
    return f"{worth:g} point" if worth == 1 else f"{worth:g} points"


def ask(exercise: Exercise, part: Part) -> str:
    """Write a question, with the inputs that it is about, the blanks, or the form of a program."""
    text = part.ask.strip()
    if part.kind == COMPUTE:
        text += f"\n\nInputs: {inputs(exercise, part)}."
    if part.kind == DESIGN:
        names = ", ".join(f"`{blank.name}`" for blank in part.blanks)
        text += f"\n\nTo be filled in: {names}."
    if part.kind == IMPLEMENT and (found := stub(exercise, part)):
        text += f"\n\n{found.sentence(exercise.spec.network.output_count())}"
    return text


def inputs(exercise: Exercise, part: Part) -> str:
    """Write the inputs of a question: `x1 = 2, x2 = 3`."""
    spec = exercise.spec
    row = spec.inputs[part.cases[0].row]
    pairs = zip(spec.network.inputs, row, strict=True)
    return ", ".join(f"{_name(name)} = {_minus(plain(float(value)))}" for name, value in pairs)


def network(exercise: Exercise, is_blank: bool = True) -> str:
    """Write the network as a table, with blanks for what is to be found."""
    data = student.network(exercise, is_blank)
    if "layers" in data:
        rows = list(_layers(exercise, data["layers"]))
        return table(("layer", "weights", "bias", "activation"), rows)
    neurons = data.get("neurons") or {exercise.spec.network.outputs[0]: data["neuron"]}
    rows = [
        (
            _name(name),
            _weights(exercise, neuron),
            number(neuron.get("bias", 0)),
            _activation(neuron),
        )
        for name, neuron in neurons.items()
    ]
    return table(("neuron", "weights", "bias", "activation"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [[_name(each) for each in head], ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cases(exercise: Exercise) -> str:
    rows = []
    for case in student.cases(exercise):
        if "expected" not in case and "expected_class" not in case:
            continue
        given = exercise.spec.network.inputs
        row = case["inputs"]
        row = row if isinstance(row, list | Mapping) else [row]
        values = [row[x] for x in given] if isinstance(row, Mapping) else row
        said = [number(case["expected"])] if "expected" in case else []
        if "expected_class" in case:
            said.append(f"largest: {case['expected_class']}")
        rows.append((_name(case["name"]), *map(number, values), "; ".join(said)))
    if not rows:
        return ""
    return table(("case", *exercise.spec.network.inputs, "expected"), rows)


def _layers(exercise: Exercise, layers: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    for layer, step in zip(layers, exercise.spec.network.steps, strict=True):
        weights = layer.get("weights", "")
        size = 0 if step.weights is None else step.weights.size
        shown = _rows(weights) if size <= MAX_WEIGHTS else f"{size} numbers, in the spec"
        yield _name(step.names[0]), shown, number(layer.get("bias", 0)), _activation(layer)


def _rows(weights: Any) -> str:
    return "; ".join(map(number, weights)) if weights else ""


def _weights(exercise: Exercise, neuron: Mapping[str, Any]) -> str:
    weights = neuron["weights"]
    if len(weights) > MAX_WEIGHTS:
        return f"{len(weights)} numbers, in the spec"
    if not isinstance(weights, Mapping):
        sources = neuron.get("inputs", exercise.spec.network.inputs)
        weights = dict(zip(sources, weights, strict=True))
    return number(weights)


def _activation(unit: Mapping[str, Any]) -> str:
    written = unit["activation"]
    if isinstance(written, str):
        return written
    rest = [f"{key} = {number(value)}" for key, value in written.items() if key != "name"]
    return " ".join([written["name"], *(f"({', '.join(rest)})" for _ in rest[:1])])


def number(value: Any) -> str:
    """Write a number, numbers in brackets, or a blank."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"({', '.join(map(number, value))})"
    if isinstance(value, Mapping):
        return ", ".join(f"{_name(key)}: {number(each)}" for key, each in value.items())
    if value == BLANK:
        return f"`{BLANK}`"
    return value if isinstance(value, str) else _minus(plain(value))


def _name(name: str) -> str:
    """Write a name so that Markdown leaves it alone."""
    return re.sub(r"[\\`*_\[\]<>|#$~]", r"\\\g<0>", name)


def _minus(text: str) -> str:
    return text.replace("-", "−")
