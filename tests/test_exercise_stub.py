"""What learners are told of a program that is asked for: its parameters, and nothing of the solution."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluator.exercises.batch import Order, exercise_of, grade_file
from evaluator.exercises.bundle import build
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.grading import Terms

NEURON = "neuron: {weights: [1, 2], bias: 3, activation: identity}"
LAYERS = "layers: [{weights: [[1, 2]], bias: [3], activation: identity}]"
DEEP = LAYERS.replace("}]", "}, {activation: tanh}]")
NEURONS = (
    "inputs: [a, b]\nneurons:\n  h: {weights: {a: 1, b: 2}, bias: 3, activation: relu}\n"
    "  y: {weights: {h: 1, a: 0}, bias: 0, activation: identity}"
)
INIT = "class N:\n def __init__(self, {}):\n  secret = 1\n def {}(self, {}): return 4"


def exercise(folder: Path, network: str, name: str, code: str = "") -> Exercise:
    lines = "".join(f"\n        {line}" for line in code.splitlines())
    samples = f"\n  samples:\n    - name: s\n      score: 1\n      code: |{lines}" if code else ""
    file = folder / "a.yaml"
    file.write_text(
        f"{network}\ncases: [{{inputs: [4, 5], expected: 17}}]\nexercise:\n  statement: s\n"
        f"  parts: [{{name: p, ask: Write it., implement: {name}}}]{samples}\n",
        encoding="utf-8",
    )
    return exercise_of(str(file))


@pytest.mark.parametrize(
    ("network", "name", "code", "told"),
    [
        (NEURON, "N", "", "class N(weights, bias).feedforward(inputs)"),
        (NEURON, "n", "", "n(weights, bias, inputs)"),
        (DEEP, "N", "", "class N(layers).feedforward(inputs)"),
        (DEEP, "n", "", "n(layers, inputs)"),
        (NEURONS, "N", "", "class N(weights, bias, activation).feedforward(inputs)"),
        # What the author's own program takes is what is asked for.
        (NEURON, "N", INIT.format("w, b, activation=1", "predict", "x"), "class N(w, b, activation).predict(x)"),
        (LAYERS, "N", INIT.format("weights, biases", "forward", "inputs"), "class N(weights, biases).forward(inputs)"),
        (LAYERS, "N", "class N:\n def predict(self, x): return secret", "class N().predict(x)"),
        (LAYERS, "n", "secret = 1\ndef n(x, layers): return secret", "n(x, layers)"),
        # Names of its own are not told, nor is what cannot be read as Python.
        (NEURON, "N", INIT.format("secret, bias", "predict", "x"), "class N(weights, bias).feedforward(inputs)"),
        (NEURON, "n", "def n(x: return secret", "n(weights, bias, inputs)"),
        (NEURON, "n", "n = lambda x: secret", "n(weights, bias, inputs)"),
    ],
)  # fmt: skip
def test_learners_are_told_what_their_program_takes(
    network: str, name: str, code: str, told: str, tmp_path: Path
) -> None:
    files = build(exercise(tmp_path, network, name, code)).files
    shown = {path: text.decode() for path, text in files.items() if path.startswith("student/")}
    assert not any("secret" in text for text in shown.values())
    space: dict[str, object] = {}
    exec(shown[f"student/{name}.py"], space)
    begun = space[name]
    if told.startswith("class"):
        given, method, takes = re.fullmatch(r"class N\((.*)\)\.(\w+)\((\w+)\)", told).groups()
        parameters = given.split(", ") if given else []
        made = begun(*range(len(parameters)))
        assert vars(made) == dict(zip(parameters, range(9), strict=False))
        with pytest.raises(NotImplementedError):
            getattr(made, method)(**{takes: [1]})
        wanted = f"a class that is made by `N({given})`, with a method `{method}({takes})`"
    else:
        with pytest.raises(NotImplementedError):
            begun(**dict.fromkeys(re.findall(r"\w+", told)[1:], 0))
        wanted = f"a function `{told}`"
    assert f"In Python: {wanted} that gives the output." in shown["student/a.md"]


@pytest.mark.parametrize("network", [NEURON, LAYERS, NEURONS], ids=["neuron", "layers", "neurons"])
def test_a_stub_that_is_completed_passes(network: str, tmp_path: Path) -> None:
    begun = build(exercise(tmp_path, network, "N")).files["student/N.py"].decode()
    body = "return sum(w * x for w, x in zip(self.weights, inputs)) + self.bias"
    code = begun.replace("raise NotImplementedError", body)
    (tmp_path / "N.py").write_text(code, encoding="utf-8")
    grade = grade_file(
        Order(str(tmp_path / "a.yaml"), terms=Terms("python")), str(tmp_path / "N.py")
    )
    assert grade.score == 1
