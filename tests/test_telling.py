"""Inputs that tell wrong networks from the right one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import changed

from evaluator.audit.telling import candidates, telling

SEED = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases: [{inputs: [2, 3]}]\n"
GATE = "neuron: {weights: [1, 1], bias: -1.5, activation: step}\ncases: [{inputs: [1, 1]}, {inputs: [0, 1]}]\n"


def test_what_is_found_tells_the_networks_apart_beyond_the_tolerance(written: Any) -> None:
    spec = written(SEED)
    wrong = [changed(spec.network, bias=np.array([b])) for b in (0.0, 3.6, 4.59, -4.0)]
    wrong.append(changed(spec.network, weights=np.array([[1.0, 0.0]])))
    found = telling(spec, wrong, 0.001, 0)
    assert sorted(n for each in found for n in each.networks) == [0, 1, 2, 3, 4]
    for inputs, networks in found:
        for number in networks:
            assert abs(wrong[number](inputs)[0] - spec.network(inputs)[0]) > 0.002


def test_one_case_that_tells_all_apart_is_preferred_to_several(written: Any) -> None:
    spec = written(SEED)
    wrong = [changed(spec.network, bias=np.array([b])) for b in (0.0, 1.0, -4.0)]
    assert [each.networks for each in telling(spec, wrong, 1e-7, 1e-7)] == [(0, 1, 2)]


def test_an_equivalent_network_is_never_told_apart(written: Any) -> None:
    spec = written("neuron: {weights: [1], activation: relu}\ncases: [{inputs: 2}]\n")
    twice = changed(spec.network, weights=spec.network.steps[0].weights.copy())
    close = changed(spec.network, bias=np.array([0.004]))  # within the tolerance everywhere
    assert telling(spec, [twice, close], 0.01, 0) == []
    assert telling(spec, [close], 0.003, 0) == []  # beyond it, and not clearly
    assert len(telling(spec, [close], 0.001, 0)) == 1


def test_a_threshold_that_is_a_little_off_is_found_by_aiming_at_it(written: Any) -> None:
    spec = written(GATE)
    shifted = changed(spec.network, bias=np.array([-1.55]))
    ((inputs, _),) = telling(spec, [shifted], 1e-7, 0)
    assert 1.5 < inputs.sum() <= 1.55


@pytest.mark.parametrize("text", [SEED, GATE, SEED + "dtype: float32\n"])
def test_inputs_are_the_same_every_time_distinct_short_and_no_case_s_own(
    written: Any, text: str
) -> None:
    spec = written(text)
    x = candidates(spec)
    np.testing.assert_array_equal(x, candidates(spec))
    rows = {tuple(row.tolist()) for row in x}
    assert len(rows) == len(x) == 256
    assert not rows & {tuple(row) for row in spec.inputs.tolist()}
    assert all(float(f"{value:.3g}") == pytest.approx(value, rel=1e-6) for value in x.ravel())
