"""The weights that no textbook prints are those that its own training rule leads to."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluator.source import read_file
from evaluator.spec import Spec, build

TEXTBOOKS = Path(__file__).parent.parent / "specs" / "textbooks"


def spec(book: str, name: str) -> Spec:
    (found,) = [s for s in map(build, read_file(str(TEXTBOOKS / f"{book}.yaml"))) if s.name == name]
    return found


def numbers(found: Spec) -> list[float]:
    """Give every weight and bias of a network in the order of its steps, row by row."""
    return [
        float(value)
        for step in found.network.steps
        for array in (step.weights, step.bias)
        if array is not None
        for value in array.ravel()
    ]


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


ZHOU_DATA = [(-2, -1, 1), (25, 6, 0), (17, 4, 0), (-15, -6, 1)]


@pytest.mark.parametrize(
    ("name", "steps"),
    [("Zhou, before training", 0), ("Zhou, after one step", 1), ("Zhou, trained", 4000)],
)
def test_zhou_steps_down_the_squared_error_of_one_person_at_a_time(name: str, steps: int) -> None:
    w, b = [1.0] * 6, [0.0] * 3
    for step in range(steps):
        x1, x2, y = ZHOU_DATA[step % 4]
        h1 = sigmoid(w[0] * x1 + w[1] * x2 + b[0])
        h2 = sigmoid(w[2] * x1 + w[3] * x2 + b[1])
        o = sigmoid(w[4] * h1 + w[5] * h2 + b[2])
        d3 = -2 * (y - o) * o * (1 - o)
        d1, d2 = d3 * w[4] * h1 * (1 - h1), d3 * w[5] * h2 * (1 - h2)
        slopes = [d1 * x1, d1 * x2, d2 * x1, d2 * x2, d3 * h1, d3 * h2]
        w = [value - 0.1 * slope for value, slope in zip(w, slopes, strict=True)]
        b = [value - 0.1 * slope for value, slope in zip(b, (d1, d2, d3), strict=True)]
    expected = [*w[:4], b[0], b[1], *w[4:], b[2]]
    assert numbers(spec("zhou", name)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("name", "steps", "changed"),
    [
        ("Mazur, the forward pass", 0, False),
        ("Mazur, the forward pass after one step", 1, False),
        ("Mazur, after 10,000 steps", 10_000, False),
        ("Mazur, after 10,000 steps by the other rule", 10_000, True),
    ],
)
def test_mazur_sends_the_error_back_through_old_or_changed_weights(
    name: str, steps: int, changed: bool
) -> None:
    x, target = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    hidden, output = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])
    for _ in range(steps):
        h = sigmoid(hidden @ x + 0.35)
        o = sigmoid(output @ h + 0.6)
        delta = (o - target) * o * (1 - o)
        after = output - 0.5 * np.outer(delta, h)
        back = (delta @ (after if changed else output)) * h * (1 - h)
        hidden, output = hidden - 0.5 * np.outer(back, x), after
    expected = [*hidden.ravel(), 0.35, 0.35, *output.ravel(), 0.6, 0.6]
    assert sorted(numbers(spec("mazur", name))) == pytest.approx(sorted(expected), rel=1e-10)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Nielsen, the quick neuron after 300 steps", (0.6, 0.9)),
        ("Nielsen, the slow neuron after 300 steps", (2.0, 2.0)),
    ],
)
def test_nielsen_steps_down_the_quadratic_cost_of_one_case(
    name: str, start: tuple[float, float]
) -> None:
    w, b = start
    for _ in range(300):
        a = 1 / (1 + math.exp(-(w + b)))
        slope = a * a * (1 - a)
        w, b = w - 0.15 * slope, b - 0.15 * slope
    assert numbers(spec("nielsen", name)) == pytest.approx([w, b], rel=1e-10)


TRASK_X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])


def trask_random() -> Any:
    # The post's numbers are those of the generator that NumPy keeps for its sake.
    return np.random.RandomState(1)


@pytest.mark.parametrize(
    ("name", "steps"),
    [("Trask, eleven lines before training", 0), ("Trask, eleven lines after training", 9_999)],
)
def test_trask_trains_one_neuron_on_all_cases_at_once(name: str, steps: int) -> None:
    y = np.array([[0], [0], [1], [1]])
    w = 2 * trask_random().random_sample((3, 1)) - 1
    for _ in range(steps):
        o = sigmoid(TRASK_X @ w)
        w = w + TRASK_X.T @ ((y - o) * o * (1 - o))
    assert numbers(spec("trask", name)) == pytest.approx([*w.ravel(), 0.0], rel=1e-10)


def test_trask_trains_four_hidden_neurons_on_xor() -> None:
    y = np.array([[0], [1], [1], [0]])
    random = trask_random()
    hidden, output = 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1
    for _ in range(59_999):
        h = sigmoid(TRASK_X @ hidden)
        o = sigmoid(h @ output)
        delta = (y - o) * o * (1 - o)
        back = (delta @ output.T) * h * (1 - h)
        hidden, output = hidden + TRASK_X.T @ back, output + h.T @ delta
    expected = [*hidden.T.ravel(), *output.ravel()]
    found = [n for n in numbers(spec("trask", "Trask, three layers after training")) if n]
    assert found == pytest.approx(expected, rel=1e-8)
