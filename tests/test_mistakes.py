"""The catalogue of mistakes against numbers worked out without it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.activations import ACTIVATIONS
from evaluator.mistakes import MISTAKES, left_out, mutants
from evaluator.mistakes.__main__ import table
from evaluator.mistakes.activations import same
from evaluator.network import Network
from evaluator.source import read
from evaluator.spec import build


def network(text: str) -> Network:
    """Build the network of a spec from the YAML text in front of its cases."""
    data = yaml.safe_load(text)
    form = data.get("neuron") or next(iter(data.get("layers") or [{}]))
    width = len(data.get("inputs") or np.atleast_2d(form["weights"])[0])
    outputs = len(data.get("outputs", [None]))
    data["cases"] = [{"inputs": [0] * width, "expected": ["[-inf, inf]"] * outputs}]
    (document,) = read(yaml.safe_dump(data, sort_keys=False), "f.yaml")
    return build(document).network


def answers(network: Network, code: str, x: Sequence[float]) -> dict[str, Any]:
    """Give what the mutants of one mistake answer, by place, rounded to 9 digits."""
    return {
        place: [round(float(y), 9) for y in wrong(np.array(x, wrong.dtype))]
        for mistake, place, wrong, _ in mutants(network)
        if mistake.code == code
    }


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


NEURON = "neuron: {weights: [2, -3], bias: 0.5, activation: identity}"  # at [1, 2]: -3.5
LAYER = """
layers:
  - {name: a, weights: [[1, 2], [3, -1]], bias: [0.5, 1], activation: identity}
outputs: [p, q]
"""  # at [1, 2]: 5.5, 2
THREE = """
layers: [{name: a, weights: [[1], [2], [3]], bias: [1, 4, 7], activation: identity}]
outputs: [p, q, r]
"""
WIDE = """
layers: [{name: a, weights: [[1, 2, 3], [4, 5, 6]], activation: identity}]
outputs: [p, q]
"""
LAYERS = """
layers:
  - {name: a, weights: [[1, 2], [3, -1]], bias: [1, 0], activation: identity}
  - {name: b, weights: [[0, 1], [1, 1]], bias: [0, 2], activation: square}
outputs: [p, q]
"""  # at [1, 2]: a is 6, 1; b is 1, 81
WIRED = """
inputs: [x1, x2]
neurons:
  h: {weights: {x2: 2, x1: 1}, bias: 1, activation: identity}
  o: {weights: {h: 1, x1: -1}, bias: 0, activation: identity}
outputs: [o, h]
"""  # at [1, 2]: h is 6, o is 5
SOFTMAX = """
layers:
  - {name: a, weights: [[1, 0], [0, 1]], activation: softmax}
outputs: [p, q]
"""  # at [0, ln 3]: 1/4, 3/4
SHARES = [0.0, math.log(3)]
THIRDS = "neuron: {weights: [1], bias: 0, activation: {name: leaky_relu, alpha: 0.5}}"


@pytest.mark.parametrize(
    ("text", "code", "x", "expected"),
    [
        (NEURON, "bias-dropped", [1, 2], {"": [-4]}),
        (NEURON, "bias-negated", [1, 2], {"": [-4.5]}),
        ("neuron: {weights: [2, -5], bias: 0.5, activation: identity}",
            "bias-before-weights", [1, 2], {"": [2 * 1.5 - 5 * 2.5]}),
        (NEURON, "bias-times-input", [1, 2], {"input 1": [-3.5], "input 2": [-3]}),
        (NEURON, "bias-changed", [1, 2], {"": [-3.45]}),
        (NEURON, "weights-reversed", [1, 2], {"": [-3 + 4 + 0.5]}),
        (NEURON, "weights-ignored", [1, 2], {"": [3.5]}),
        (NEURON, "weights-negated", [1, 2], {"": [4.5]}),
        (NEURON, "weight-dropped", [1, 2], {"`y`, weight 1": [-5.5], "`y`, weight 2": [2.5]}),
        (NEURON, "weight-changed", [1, 2], {"`y`, weight 1": [-3.3], "`y`, weight 2": [-4.1]}),
        # Of a lone neuron that is the reverse order of the weights.
        (NEURON, "inputs-reversed", [1, 2], {}),
        (NEURON, "inputs-swapped", [1, 2], {}),
        (NEURON, "activation-dropped", [1, 2], {}),
        (NEURON, "activation-twice", [1, 2], {}),
        (LAYER, "bias-shifted", [1, 2], {"": [6, 1.5]}),
        (THREE, "bias-shifted", [1], {"": [1 + 7, 2 + 1, 3 + 4]}),
        (WIDE, "weights-transposed", [1, 1, 2], {"": [1 + 3 + 10, 2 + 4 + 12]}),
        (LAYER, "weights-transposed", [1, 2], {"": [1 + 6 + 0.5, 2 - 2 + 1]}),
        (LAYER, "bias-dropped", [1, 2],
            {"": [5, 1], "`a[0]`": [5, 2], "`a[1]`": [5.5, 1]}),
        (LAYER, "softmax-added", [1, 2],
            {"`a`": [round(sigmoid(3.5), 9), round(sigmoid(-3.5), 9)]}),
        (LAYERS, "layers-swapped", [1, 2], {"`a` and `b`": [4 + 2 * 25 + 1, 3 * 4 - 25]}),
        (LAYERS, "bias-negated", [1, 2],
            {"": [1, (4 + 1 - 2) ** 2], "`a`": [1, (4 + 1 + 2) ** 2], "`b`": [1, (7 - 2) ** 2]}),
        (LAYERS, "activation-twice", [1, 2], {"": [1, 81**2]}),
        (LAYERS, "activation-dropped", [1, 2], {"": [1, 9]}),
        (LAYERS, "inputs-swapped", [1, 2], {}),
        ("neuron: {weights: [1, 10, 100], bias: 0, activation: identity}", "inputs-swapped", [1, 2, 3],
            {"`x1` and `x2`": [2 + 10 + 300], "`x2` and `x3`": [1 + 30 + 200]}),
        (WIRED, "inputs-reversed", [1, 2], {"": [5 - 2, 5]}),
        (WIRED, "weights-reversed", [1, 2],
            {"": [1 - 5, 5], "`h`": [4, 5], "`o`": [1 - 6, 6]}),
        (WIRED, "bias-times-input", [1, 2],
            {"input 1": [6, 7], "input 2": [5, 6]}),
        (SOFTMAX, "softmax-dropped", SHARES, {"": [0, round(math.log(3), 9)]}),
        (SOFTMAX, "softmax-by-unit", SHARES, {"": [1, 1]}),
        (SOFTMAX, "activation-dropped", SHARES, {}),
        (SOFTMAX, "activation-twice", SHARES, {"": [round(sigmoid(-0.5), 9), round(sigmoid(0.5), 9)]}),
        (THIRDS, "float32", [-0.1], {"": [round(float(np.float32(-0.1)) / 2, 9)]}),
    ],
)  # fmt: skip
def test_a_mistake_gives_the_numbers_worked_out_by_hand(
    text: str, code: str, x: Sequence[float], expected: dict[str, list[float]]
) -> None:
    found = answers(network(text), code, x)
    assert {place: pytest.approx(y, abs=1e-8) for place, y in expected.items()} == found


ROUNDING = """
layers:
  - {name: a, weights: [[1], [2]], activation: identity}
  - {name: b, weights: [[10, 1]], activation: identity}
outputs: [p]
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # x is 0.123456: a is x and 2·x, 0.123456 and 0.246912; b is 10 times the one plus the other.
        ("rounded-4", 10 * 0.1235 + 0.2469),
        ("rounded-3", 10 * 0.123 + 0.247),
        ("rounded-2", 10 * 0.12 + 0.25),
        ("cut-off-4", 10 * 0.1234 + 0.2469),
        ("cut-off-3", 10 * 0.123 + 0.246),
        ("cut-off-2", 10 * 0.12 + 0.24),
    ],
)
@pytest.mark.parametrize("throughout", [False, True])
def test_values_are_rounded_or_cut_off_on_the_way(
    code: str, expected: float, throughout: bool
) -> None:
    (found,) = answers(network(ROUNDING), code + "-throughout" * throughout, [0.123456]).values()
    assert found == [pytest.approx(expected, abs=1e-9)]
    third = network("neuron: {weights: [1, 0], bias: 0, activation: reciprocal}")
    (rounded,) = answers(third, code + "-throughout" * throughout, [3, 1]).values()
    digits = int(code[-1])
    assert rounded == [pytest.approx(int(10**digits / 3) / 10**digits if throughout else 1 / 3)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("answer-rounded-2", 1.48), ("answer-rounded-4", 1.4815), ("answer-cut-off-3", 1.481)],
)
def test_only_the_answer_is_rounded_or_cut_off(code: str, expected: float) -> None:
    # 10 times 0.123456 and twice that: 1.481472.
    (found,) = answers(network(ROUNDING), code, [0.123456]).values()
    assert found == [pytest.approx(expected, abs=1e-12)]


def softmax(z: Sequence[float]) -> list[float]:
    return [math.exp(v) / sum(map(math.exp, z)) for v in z]


def relu(z: float) -> float:
    return max(0.0, z)


def selu(z: float) -> float:
    return 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * math.expm1(z))


def leaky(slope: float) -> Callable[[float], float]:
    return lambda z: z if z > 0 else slope * z


def hard(slope: float) -> Callable[[float], float]:
    return lambda z: min(max(0.0, slope * z + 0.5), 1.0)


def gelu(z: float) -> float:
    return z * (1 + math.erf(z / math.sqrt(2))) / 2


def gelu_tanh(z: float) -> float:
    return z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


#: code → the right activation, and what is computed instead.
CONFUSED: dict[str, tuple[Any, Callable[[float], float]]] = {
    "tanh-for-sigmoid": ("sigmoid", math.tanh),
    "sigmoid-for-tanh": ("tanh", sigmoid),
    "relu-for-sigmoid": ("sigmoid", relu),
    "relu-for-tanh": ("tanh", relu),
    "sigmoid-for-relu": ("relu", sigmoid),
    "tanh-for-relu": ("relu", math.tanh),
    "leaky-relu-for-relu": ("relu", leaky(0.01)),
    "relu-for-leaky-relu": ("leaky_relu", relu),
    "relu-for-prelu": ({"name": "prelu", "slope": 0.3}, relu),
    "relu-for-relu6": ("relu6", relu),
    "relu6-for-relu": ("relu", lambda z: min(relu(z), 6.0)),
    "gelu-tanh-form": ("gelu", gelu_tanh),
    "gelu-exact-form": ({"name": "gelu", "approximate": "tanh"}, gelu),
    "relu-for-gelu": ("gelu", relu),
    "sigmoid-for-silu": ("silu", sigmoid),
    "silu-beta-1": ({"name": "silu", "beta": 2}, lambda z: z * sigmoid(z)),
    "hard-sigmoid-slope-1-6": ("hard_sigmoid", hard(1 / 6)),
    "hard-sigmoid-slope-0-2": ({"name": "hard_sigmoid", "alpha": 0.3}, hard(0.2)),
    "sigmoid-for-hard-sigmoid": ("hard_sigmoid", sigmoid),
    "hard-sigmoid-for-sigmoid": ("sigmoid", hard(0.2)),
    "silu-for-hard-swish": ("hard_swish", lambda z: z * sigmoid(z)),
    "hard-swish-slope-0-2": ("hard_swish", lambda z: z * hard(0.2)(z)),
    "leaky-slope-0-01": ({"name": "leaky_relu", "alpha": 0.5}, leaky(0.01)),
    "leaky-slope-0-1": ("leaky_relu", leaky(0.1)),
    "leaky-slope-0-2": ("leaky_relu", leaky(0.2)),
    "leaky-slope-0-3": ("leaky_relu", leaky(0.3)),
    "step-at-threshold": ({"name": "step", "threshold": 0.5}, lambda z: float(z >= 0.5)),
    "sign-for-step": ("step", lambda z: math.copysign(1, z)),
    "sigmoid-for-step": ("step", sigmoid),
    "relu-for-thresholded-relu": ("thresholded_relu", relu),
    "relu-for-elu": ("elu", relu),
    "selu-for-elu": ("elu", selu),
    "elu-for-selu": ("selu", lambda z: z if z > 0 else math.expm1(z)),
    "elu-for-celu": ({"name": "celu", "alpha": 2}, lambda z: z if z > 0 else 2 * math.expm1(z)),
    "relu-for-softplus": ("softplus", relu),
    "softplus-beta-1": ({"name": "softplus", "beta": 3}, lambda z: math.log(1 + math.exp(z))),
    "silu-for-mish": ("mish", lambda z: z * sigmoid(z)),
    "sigmoid-for-log-sigmoid": ("log_sigmoid", sigmoid),
    "tanh-for-softsign": ("softsign", math.tanh),
    "tanh-for-hard-tanh": ("hard_tanh", math.tanh),
    "hard-tanh-for-tanh": ("tanh", lambda z: min(max(-1.0, z), 1.0)),
    "soft-shrink-for-hard-shrink": (
        {"name": "hard_shrink", "lambd": 0.4},
        lambda z: math.copysign(relu(abs(z) - 0.4), z),
    ),
    "hard-shrink-for-soft-shrink": (
        {"name": "soft_shrink", "lambd": 0.4},
        lambda z: z if abs(z) > 0.4 else 0.0,
    ),
    "tanh-for-tanh-shrink": ("tanh_shrink", math.tanh),
    "softplus-for-squareplus": ("squareplus", lambda z: math.log(1 + math.exp(z))),
    "cos-for-sin": ("sin", math.cos),
    "sin-for-cos": ("cos", math.sin),
    "tanh-for-atan": ("atan", math.tanh),
    "atan-by-half-pi": ("atan", lambda z: math.atan(z) / (math.pi / 2)),
    "gaussian-half": ("gaussian", lambda z: math.exp(-z * z / 2)),
}
#: The same over a layer.
CONFUSED_LAYERS: dict[str, tuple[str, Callable[[Sequence[float]], list[float]]]] = {
    "sigmoid-for-softmax": ("softmax", lambda z: [sigmoid(v) for v in z]),
    "log-softmax-for-softmax": ("softmax", lambda z: [math.log(p) for p in softmax(z)]),
    "normalize-for-softmax": ("softmax", lambda z: [v / sum(z) for v in z]),
    "softmin-for-softmax": ("softmax", lambda z: softmax([-v for v in z])),
    "hardmax-for-softmax": ("softmax", lambda z: [float(v == max(z)) for v in z]),
    "softmax-for-log-softmax": ("log_softmax", softmax),
    "softmax-for-softmin": ("softmin", softmax),
    "softmax-for-hardmax": ("hardmax", softmax),
    "softmax-for-normalize": ("normalize", softmax),
    "length-for-sum": ("normalize", lambda z: [v / math.hypot(*z) for v in z]),
}


@pytest.mark.parametrize("code", CONFUSED)
def test_one_activation_is_taken_for_another(code: str) -> None:
    activation, wrong = CONFUSED[code]
    neuron = network(f"neuron: {{weights: [1, 0], bias: 0, activation: {activation}}}")
    for z in (-1.3, -0.2, 0.5, 0.75, 7.0):
        assert answers(neuron, code, [z, 0]) == {"": [pytest.approx(wrong(z), abs=1e-6)]}


@pytest.mark.parametrize("code", CONFUSED_LAYERS)
def test_one_activation_of_a_layer_is_taken_for_another(code: str) -> None:
    activation, wrong = CONFUSED_LAYERS[code]
    weights = "[[1, 0, 0], [0, 1, 0], [0, 0, 1]]"
    layer = f"layers: [{{weights: {weights}, activation: {activation}}}]\noutputs: [p, q, r]"
    z = [0.2, 1.5, -0.4]
    assert answers(network(layer), code, z) == {"": pytest.approx(wrong(z), abs=1e-8)}


def test_every_mistake_has_numbers_here() -> None:
    (marks,) = (
        mark.args[1]
        for mark in test_a_mistake_gives_the_numbers_worked_out_by_hand.pytestmark  # type: ignore[attr-defined]
    )
    rounded = {code for code in MISTAKES if code.startswith(("rounded", "cut-off", "answer-"))}
    assert {mark[1] for mark in marks} | {*CONFUSED, *CONFUSED_LAYERS} | rounded == set(MISTAKES)
    assert len(rounded) == 18


# --- what is no mistake

IDEMPOTENT = {"identity", "step", "relu", "relu6", "thresholded_relu", "hard_tanh", "hard_shrink",
              "hardmax", "normalize", "log_softmax"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_what_changes_nothing_when_applied_twice_is_not_applied_twice(name: str) -> None:
    parameters = {"prelu": {"slope": 0.3}, "clip": {"min": -2, "max": 3e6}}.get(name, {})
    activation = str({"name": name, **parameters}).replace("'", "")
    layer = f"layers: [{{weights: [[1, 0], [0, 2]], activation: {activation}}}]\noutputs: [p, q]"
    twice = [m for m in mutants(network(layer)) if m.mistake.code == "activation-twice"]
    assert (not twice) == (name in IDEMPOTENT | {"clip"})


@pytest.mark.parametrize(
    ("one", "other", "units", "equal"),
    [
        (("leaky_relu", {"alpha": 0.0}), ("relu", {}), 1, True),
        (("clip", {"min": 0.0, "max": 6.0}), ("relu6", {}), 2, True),
        (("clip", {"min": -1e9, "max": 1e9}), ("identity", {}), 1, False),
        (("step", {"threshold": 0.0}), ("step", {"threshold": 1e-2}), 1, False),
        (("prelu", {"slope": np.array([0.1, 0.0])}), ("relu", {}), 2, False),
        (("prelu", {"slope": np.array([0.0, 0.0])}), ("relu", {}), 2, True),
        (("gelu", {}), ("gelu", {"approximate": "none"}), 1, True),
    ],
)
def test_activations_are_compared_as_functions(
    one: tuple[str, Any], other: tuple[str, Any], units: int, equal: bool
) -> None:
    chosen = [(ACTIVATIONS[name], parameters) for name, parameters in (one, other)]
    assert same(chosen[0], chosen[1], units) is equal
    assert same(chosen[1], chosen[0], units) is equal


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("neuron: {weights: [2, 2], bias: 0, activation: identity}",
         {"bias-dropped", "bias-negated", "weights-reversed", "bias-times-input", "inputs-reversed"}),
        ("neuron: {weights: [1, 1], bias: 1, activation: identity}", {"weights-ignored"}),
        ("neuron: {weights: [0, 1], bias: 1, activation: identity}", {"bias-before-weights"}),
    ],
)  # fmt: skip
def test_a_mistake_that_changes_nothing_is_left_out(text: str, codes: set[str]) -> None:
    assert not codes & {mutant.mistake.code for mutant in mutants(network(text))}


# --- all networks

WEIGHT = st.sampled_from([-1.5, -1.0, 0.0, 0.5, 1.0, 2.0])


@st.composite
def layered(draw: st.DrawFn) -> str:
    widths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    layers = []
    for reads, units in pairwise(widths):
        rows = [[draw(WEIGHT) for _ in range(reads)] for _ in range(units)]
        known = [a.name for a in ACTIVATIONS.values() if units > 1 or not a.whole_layer]
        name = draw(st.sampled_from([n for n in known if n not in ("prelu", "clip")]))
        layers.append({"weights": rows, "bias": [draw(WEIGHT) for _ in rows], "activation": name})
    layers.append({"activation": {"name": "prelu", "slope": [0.1 * n for n in range(widths[-1])]}})
    return str(yaml.safe_dump({"layers": layers, "outputs": [f"o{n}" for n in range(widths[-1])]}))


def flat(network: Network) -> list[Any]:
    """List everything that a network is made of."""
    found: list[Any] = [network.dtype, getattr(network, "digits", None), getattr(network, "cut", None),
                        getattr(network, "answers", None), getattr(network, "on_the_way", None)]  # fmt: skip
    for step in network.steps:
        found += [step.sources, step.activation.name, repr(step.parameters)]
        found += [None if a is None else (a + 0.0).tolist() for a in (step.weights, step.bias)]
    return found


@settings(max_examples=8)
@given(layered())
def test_no_mutant_is_the_network_or_another_mutant_and_each_evaluates(text: str) -> None:
    data = yaml.safe_load(text)
    data["cases"] = [{"inputs": [0.5] * len(data["layers"][0]["weights"][0]),
                      "expected": {"layer1": [0.0] * len(data["layers"][0]["weights"])}}]  # fmt: skip
    (document,) = read(yaml.safe_dump(data, sort_keys=False), "f.yaml")
    right = build(document).network
    before = repr(flat(right))
    seen = {before}
    x = np.array([[0.3] * len(right.inputs), [-2.0] * len(right.inputs)])
    for mutant in mutants(right):
        assert repr(flat(mutant.network)) not in seen
        seen.add(repr(flat(mutant.network)))
        with np.errstate(all="ignore"):
            trace = mutant.network.forward(x.astype(mutant.network.dtype))
        assert trace.outputs.shape == (2, right.output_count())
    assert repr(flat(right)) == before


def test_mistakes_of_a_large_network_are_bounded_and_spread_evenly() -> None:
    text = f"neuron: {{weights: {list(range(1, 1001))}, bias: 1, activation: identity}}"
    large = network(text)
    places = [m.place for m in mutants(large, 10) if m.mistake.code == "weight-dropped"]
    assert places == [f"`y`, weight {n}" for n in range(1, 1001, 100)]
    missed = left_out(large, 10)
    assert missed["weight-dropped"] == 990
    assert missed["inputs-swapped"] == 1000 * 999 // 2 - 10
    assert "bias-dropped" not in missed


def test_the_page_has_the_catalogue() -> None:
    page = (Path(__file__).parent.parent / "docs/mistakes.md").read_text(encoding="utf-8")
    written = page.partition("<!-- catalogue -->\n\n")[2].splitlines()
    assert written == list(table()), "`python -m evaluator.mistakes` prints the table"
