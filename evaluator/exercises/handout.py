"""Exercise → the sheet for learners, in Markdown: the text, the network, the questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from evaluator.exercises import student
from evaluator.exercises.exercise import BLANK, COMPUTE, DESIGN, Exercise, Part
from evaluator.spelling import plain

#: So many weights of a neuron or a layer are shown; more stand in the spec alone.
MAX_WEIGHTS: Final = 24


def markdown(exercise: Exercise) -> str:
    """Write the sheet; it shows nothing that is asked for or hidden."""
    parts = [head(exercise)]
    for part in student.asked(exercise):
        parts += [f"## {part.name} ({points(part.points)})", ask(exercise, part)]
    return "\n\n".join(parts) + "\n"


def head(exercise: Exercise) -> str:
    """Write what stands above the questions."""
    parts = [f"# {title(exercise)}", exercise.statement.strip(), network(exercise)]
    if cases := _cases(exercise):
        parts += ["The network has to answer as these cases say:", cases]
    return "\n\n".join(parts)


def title(exercise: Exercise) -> str:
    """Give the name of the exercise, and which variant it is."""
    return exercise.name + (f", variant {exercise.variant}" if exercise.variant else "")


def points(number: float) -> str:
    """Write points with their noun."""
    return f"{number:g} point" if number == 1 else f"{number:g} points"


def ask(exercise: Exercise, part: Part) -> str:
    """Write a question, with the inputs that it is about."""
    text = part.ask.strip()
    if part.kind == COMPUTE:
        text += f"\n\nInputs: {inputs(exercise, part)}."
    if part.kind == DESIGN:
        names = ", ".join(f"`{blank.name}`" for blank in part.blanks)
        text += f"\n\nTo be filled in: {names}."
    return text


def inputs(exercise: Exercise, part: Part) -> str:
    """Write the inputs of a question: `x1 = 2, x2 = 3`."""
    spec = exercise.spec
    row = spec.inputs[part.cases[0].row]
    pairs = zip(spec.network.inputs, row, strict=True)
    return ", ".join(f"{name} = {_minus(plain(float(value)))}" for name, value in pairs)


def network(exercise: Exercise) -> str:
    """Write the network as a table, with blanks for what is to be found."""
    data = student.network(exercise)
    if "layers" in data:
        rows = list(_layers(exercise, data["layers"]))
        return table(("layer", "weights", "bias", "activation"), rows)
    neurons = data.get("neurons") or {exercise.spec.network.outputs[0]: data["neuron"]}
    rows = [
        (name, _weights(exercise, neuron), _number(neuron.get("bias", 0)), _activation(neuron))
        for name, neuron in neurons.items()
    ]
    return table(("neuron", "weights", "bias", "activation"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in r] for r in rows)]
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
        said = [_value(case["expected"])] if "expected" in case else []
        if "expected_class" in case:
            said.append(f"largest: {case['expected_class']}")
        rows.append((case["name"], *map(_number, values), "; ".join(said)))
    if not rows:
        return ""
    return table(("case", *exercise.spec.network.inputs, "expected"), rows)


def _layers(exercise: Exercise, layers: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    for layer, step in zip(layers, exercise.spec.network.steps, strict=True):
        weights = layer.get("weights", "")
        size = 0 if step.weights is None else step.weights.size
        shown = _rows(weights) if size <= MAX_WEIGHTS else f"{size} numbers, in the spec"
        yield step.names[0], shown, _number(layer.get("bias", 0)), _activation(layer)


def _rows(weights: Any) -> str:
    return "; ".join(map(_number, weights)) if weights else ""


def _weights(exercise: Exercise, neuron: Mapping[str, Any]) -> str:
    weights = neuron["weights"]
    if len(weights) > MAX_WEIGHTS:
        return f"{len(weights)} numbers, in the spec"
    if not isinstance(weights, Mapping):
        sources = neuron.get("inputs", exercise.spec.network.inputs)
        weights = dict(zip(sources, weights, strict=True))
    return ", ".join(f"{source}: {_number(value)}" for source, value in weights.items())


def _activation(unit: Mapping[str, Any]) -> str:
    written = unit["activation"]
    if isinstance(written, str):
        return written
    rest = [f"{key} = {_number(value)}" for key, value in written.items() if key != "name"]
    return " ".join([written["name"], *(f"({', '.join(rest)})" for _ in rest[:1])])


def _number(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"({', '.join(map(_number, value))})"
    if value == BLANK:
        return f"`{BLANK}`"
    return value if isinstance(value, str) else _minus(plain(value))


def _value(expected: Any) -> str:
    if isinstance(expected, Mapping):
        return ", ".join(f"{name}: {_value(value)}" for name, value in expected.items())
    return _number(expected)


def _minus(text: str) -> str:
    return text.replace("-", "−")
