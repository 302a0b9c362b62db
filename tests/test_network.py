"""Feedforward against plain Python loops, for layers, named neurons and skip links."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import evaluator
from evaluator import Neuron
from evaluator.source import read
from evaluator.spec import Spec, build

ACTIVATIONS = {
    "identity": lambda z: z,
    "tanh": math.tanh,
    "relu": lambda z: max(0.0, z),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "softplus": lambda z: math.log(1 + math.exp(z)),
}
weight = st.floats(-2, 2).map(lambda w: round(w, 3))
names = st.sampled_from(sorted(ACTIVATIONS))


def spec_of(data: dict[str, Any]) -> Spec:
    """Build a spec from plain data, through its YAML text."""
    (document,) = read(yaml.safe_dump(data, sort_keys=False), "f.yaml")
    return build(document)


@st.composite
def layered(draw: st.DrawFn) -> dict[str, Any]:
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    layers = [
        {
            "weights": [[draw(weight) for _ in range(reads)] for _ in range(units)],
            "bias": [draw(weight) for _ in range(units)],
            "activation": draw(names),
        }
        for reads, units in itertools.pairwise(widths)
    ]
    case = {
        "inputs": [draw(weight) for _ in range(widths[0])],
        "expected": {"layer1": [0] * widths[1]},
    }
    return {"layers": layers, "cases": [case]}


@given(layered())
def test_layers_give_what_loops_give(data: dict[str, Any]) -> None:
    x = data["cases"][0]["inputs"]
    trace = spec_of(data).network.trace(x)
    for number, layer in enumerate(data["layers"]):
        z = [
            sum(w * v for w, v in zip(row, x, strict=True)) + b
            for row, b in zip(layer["weights"], layer["bias"], strict=True)
        ]
        x = [ACTIVATIONS[layer["activation"]](value) for value in z]
        assert trace[f"layer{number + 1}.z"] == pytest.approx(z, rel=1e-12, abs=1e-12)
        assert trace[f"layer{number + 1}"] == pytest.approx(x, rel=1e-12, abs=1e-12)


@st.composite
def wired(draw: st.DrawFn) -> dict[str, Any]:
    inputs = [f"i{n}" for n in range(draw(st.integers(1, 3)))]
    neurons: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 6))):
        known = [*inputs, *neurons]
        reads = draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
        neurons[f"n{number}"] = {
            "weights": {name: draw(weight) for name in reads},
            "bias": draw(weight),
            "activation": draw(names),
        }
    order = draw(st.permutations(list(neurons)))
    case = {"inputs": {name: draw(weight) for name in inputs}, "expected": {"n0": 0}}
    return {
        "inputs": inputs,
        "outputs": list(neurons),
        "neurons": {name: neurons[name] for name in order},
        "cases": [case],
    }


@given(wired())
def test_named_neurons_give_what_loops_give_in_any_order(data: dict[str, Any]) -> None:
    values: dict[str, float] = dict(data["cases"][0]["inputs"])
    trace = spec_of(data).network.trace([values[name] for name in data["inputs"]])
    for name in sorted(data["neurons"]):
        neuron = data["neurons"][name]
        z = sum(w * values[read] for read, w in neuron["weights"].items()) + neuron["bias"]
        values[name] = ACTIVATIONS[neuron["activation"]](z)
        assert trace[f"{name}.z"] == pytest.approx(z, rel=1e-12, abs=1e-12)
        assert trace[name] == pytest.approx(values[name], rel=1e-12, abs=1e-12)


@given(layered(), st.integers(1, 5))
def test_a_batch_gives_what_its_rows_give(data: dict[str, Any], rows: int) -> None:
    network = spec_of(data).network
    batch = np.linspace(-1, 1, rows * len(network.inputs)).reshape(rows, -1)
    together = network(batch)
    assert together.shape[0] == rows
    for row, values in zip(batch, together, strict=True):
        assert network(row) == pytest.approx(values, rel=1e-12, abs=1e-15)


SEED = Path(__file__).parent.parent / "specs/neurons/two-input.yaml"


def test_the_seed_answers_as_by_hand() -> None:
    spec = evaluator.load(SEED)
    assert spec.network([2, 3]) == pytest.approx([1 / (1 + math.exp(-7))], rel=1e-15)
    assert spec.network.trace([2, 3])["y.z"] == 7.0
    assert Neuron([0, 1], 4, "sigmoid").feedforward([2, 3]) == spec.network([2, 3])[0]


def test_float32_computes_in_float32() -> None:
    data = {
        "dtype": "float32",
        "neuron": {"weights": [0.1, 0.2], "activation": "identity"},
        "cases": [{"inputs": [1, 1], "expected": 0.3, "tolerance": "exact"}],
    }
    y = spec_of(data).network([1, 1])
    assert y.dtype == np.float32
    assert y[0] == np.float32(0.1) + np.float32(0.2)


@pytest.mark.parametrize("inputs", [[1], [1, 2, 3], [[1], [2]]])
def test_inputs_of_another_width_are_an_error_with_both_shapes(inputs: Any) -> None:
    with pytest.raises(ValueError, match=r"takes \(2,\) or \(cases, 2\)"):
        evaluator.load(SEED).network(inputs)


def test_an_unknown_activation_of_a_neuron_is_an_error_with_the_likely_name() -> None:
    with pytest.raises(ValueError, match="did you mean `sigmoid`"):
        Neuron([1], 0, "sigmiod").feedforward([1])


def test_an_unknown_name_in_a_trace_is_an_error_with_the_likely_name() -> None:
    with pytest.raises(KeyError, match=r"y\.z"):
        evaluator.load(SEED).network.trace([2, 3])["y.x"]


def test_a_spec_that_cannot_be_used_raises_every_diagnostic(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("neuron: {weights: [1], bais: 2}\ncases: [{inputs: [1], expcted: 1}]\n")
    with pytest.raises(evaluator.SpecError) as caught:
        evaluator.load(file)
    assert [d.code for d in caught.value.diagnostics] == [
        "missing-key",
        "unknown-key",
        "unknown-key",
    ]


def test_every_public_name_is_there_and_an_unknown_one_is_an_attribute_error() -> None:
    assert all(getattr(evaluator, name) is not None for name in evaluator.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = evaluator.nothing


REFUSED_NEURONS = [
    ({"weights": [1], "activation": "sigmoidd"}, "did you mean `sigmoid`?"),
    ({"weights": [1], "activation": {"alpha": 1}}, "unknown activation"),
    ({"weights": [1], "activation": {"name": "leaky_relu", "alhpa": 2}}, "did you mean `alpha`?"),
    ({"weights": [1], "activation": "prelu"}, "needs `slope`"),
    ({"weights": [1], "activation": {"name": "clip", "min": 2, "max": 1}}, "swapped"),
    ({"weights": [1], "activation": "softmax"}, "two units or more"),
    ({"weights": [math.nan]}, "finite"),
    ({"weights": [1], "bias": math.inf}, "finite"),
    ({"weights": []}, "numbers"),
    ({"weights": [[1, 2], [3, 4]]}, "a list of numbers"),
    ({"weights": [True, False]}, "weights: [True, False] is not made of numbers"),
    ({"weights": ["1", "2"]}, "not made of numbers"),
    ({"weights": [[1], [2, 3]]}, "not made of numbers"),
    ({"weights": [1], "bias": "1"}, "bias: '1' is not made of numbers"),
    ({"weights": [1], "bias": [1]}, "the bias of a neuron is one number, not [1]"),
    ({"weights": [1], "bias": None}, "bias: None"),
    ({"weights": [1], "activation": None}, "a name or a mapping, not None"),
    (
        {"weights": [1], "activation": {"name": "gelu", "approximate": "tanhh"}},
        "one of none, tanh, not 'tanhh'",
    ),
    ({"weights": [1], "activation": {"name": "leaky_relu", "alpha": "2"}}, "`alpha`: '2'"),
    ({"weights": [1], "activation": {"name": "prelu", "slope": [1, 2]}}, "one number, not [1, 2]"),
    ({"weights": [1], "activation": {"name": "clip", "min": None, "max": None}}, "`min`: None"),
    (
        {"weights": [1], "activation": {"name": "hard_tanh", "min": 2}},
        "which is 1 by default; give `max` too",
    ),
    (
        {"weights": [1], "activation": {"name": "hard_tanh", "max": -2}},
        "which is -1 by default; give `min` too",
    ),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED_NEURONS)
def test_a_neuron_that_cannot_be_is_refused_in_words(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Neuron(**arguments)


@pytest.mark.parametrize("inputs", [[[1, 2], [3, 4]], [[1, 2]], ["1", 2], [True, False], [1], []])
def test_a_neuron_answers_to_one_list_of_numbers_alone(inputs: Any) -> None:
    with pytest.raises(ValueError, match="inputs"):
        Neuron([1, 2], 0, "relu").feedforward(inputs)


@pytest.mark.parametrize("activation", ["softmax", "softmin", "log_softmax", "hardmax", "relu"])
def test_a_batch_without_rows_gives_outputs_without_rows(activation: str) -> None:
    layer = {"weights": [[1, 2], [3, 4], [5, 6]], "activation": activation}
    network = spec_of({"layers": [layer], "cases": [{"inputs": [1, 1]}]}).network
    assert network(np.zeros((0, 2))).shape == (0, 3)


def test_a_neuron_takes_an_array_of_weights() -> None:
    assert Neuron(np.array([0.0, 1.0]), 4).feedforward([2, 3]) == 7


SMALL = [
    ("neuron: {weights: [1, 1e-50], activation: relu}", "1:23", "1e-50 becomes 0 in float32"),
    ("neuron: {weights: [1, 1], bias: 1e-50, activation: relu}", "1:33", "1e-50 becomes 0 in float32"),
    ("layers: [{weights: [[0, 1e-46]], activation: relu}]", "1:25", "1e-46 becomes 0 in float32"),
    ("layers: [{weights: [[1, 2]], bias: [-1e-50], activation: relu}]", "1:37",
     "-1e-50 becomes 0 in float32"),
    ("layers: [{weights: {file: w.npy}, activation: relu}]", "1:27",
     "the array holds 1e-50 at (1, 2) and 1 more like it, which becomes 0 in float32"),
]  # fmt: skip


def test_the_numbers_of_an_array_that_are_not_finite_are_counted(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", [[1, np.nan, 2], [np.inf, 0, 0]])
    text = "layers: [{weights: {file: w.npy}, activation: relu}]\ncases: [{inputs: [1, 1, 1], expected: 1}]\n"
    (tmp_path / "f.yaml").write_text(text)
    (found, *_) = evaluator.run(tmp_path / "f.yaml").diagnostics
    assert found.message == "the array holds nan at (1, 2) and 1 more like it"


@pytest.mark.parametrize(("network", "place", "said"), SMALL)
def test_a_weight_or_bias_that_float32_holds_as_0_is_warned_of(
    tmp_path: Path, network: str, place: str, said: str
) -> None:
    np.save(tmp_path / "w.npy", [[1, 1e-50, -1e-60, 0]])
    width = 4 if "npy" in network else 2
    for dtype, expected in (("float32", [(place, said)]), ("float64", [])):
        text = f"{network}\ndtype: {dtype}\ncases: [{{inputs: {[1] * width}, expected: 1}}]\n"
        (tmp_path / "f.yaml").write_text(text)
        warnings = evaluator.load(tmp_path / "f.yaml").warnings
        found = [(f"{d.location.line}:{d.location.column}", d.message) for d in warnings]
        assert found == expected
        assert all((d.code, d.severity) == ("underflow", "warning") for d in warnings)
