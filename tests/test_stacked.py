"""Many networks at once: the same numbers as one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from networks import changed

from evaluator import load
from evaluator.audit import stacked
from evaluator.network import Network, Place, Step

x = np.random.default_rng(0).normal(size=(7, 2))

LAYERS = """\
layers:
  - weights: [[1, -2], [0.5, 1], [3, 0]]
    bias: [0.1, 0, -1]
    activation: {name: prelu, slope: [0.1, 0.2, 0.3]}
  - activation: tanh
  - weights: [[1, 2, 3], [-1, 0, 1]]
    activation: softmax
cases: [{inputs: [1, 2]}]
"""
NEURONS = """\
inputs: [a, b]
neurons:
  h: {weights: {a: 1, b: 2}, bias: -0.5, activation: sigmoid}
  g: {weights: {b: 2}, activation: relu}
  y: {weights: {h: 1, g: -1, a: 0.5}, activation: tanh}
cases: [{inputs: [1, 2]}]
"""


@pytest.fixture(params=[LAYERS, NEURONS, LAYERS + "dtype: float32\n"])
def network(request: pytest.FixtureRequest, tmp_path: Any) -> Network:
    file = tmp_path / "f.yaml"
    file.write_text(request.param)
    return load(file).network


def variants(network: Network) -> list[Network]:
    """Change every weight and bias by turns, and some activations."""
    found = [network]
    for number, step in enumerate(network.steps):
        for name in ("weights", "bias"):
            values = getattr(step, name)
            if values is not None:
                for place in np.ndindex(values.shape):
                    other = values.copy()
                    other[place] += 0.25
                    found.append(changed(network, number, **{name: other}))
        for function in (np.copy, lambda z: z - z.mean(axis=0)):
            activation = step.activation._replace(function=function)
            found.append(changed(network, number, activation=activation, parameters={}))
    return found


def together(networks: list[Network], most: int = stacked.MAX_VALUES) -> list[list[Any]]:
    """Give the blocks and sums of every network, in order."""
    found: dict[int, list[Any]] = {}
    values = x.astype(networks[0].dtype)
    for stack in stacked.forward(networks, values, most):
        for place, number in enumerate(stack.numbers):
            found[number] = [b[place if len(b) > 1 else 0] for b in (*stack.blocks, *stack.sums)]
    return [found[number] for number in range(len(networks))]


@pytest.mark.parametrize("most", [stacked.MAX_VALUES, 500, 1])
def test_networks_give_together_what_each_gives_alone(network: Network, most: int) -> None:
    networks = variants(network)
    single = network.dtype == "float32"
    for one, blocks in zip(networks, together(networks, most), strict=True):
        trace = one.forward(x.astype(network.dtype))
        for ours, its in zip(blocks, (*trace.blocks, *trace.sums), strict=True):
            assert ours.dtype == its.dtype
            np.testing.assert_allclose(ours, its, *((1e-5, 1e-6) if single else (1e-13, 1e-14)))


class Odd(Step):
    """A step that computes in its own way."""

    __slots__ = ()

    def weighted_sum(self, x: Any) -> Any:
        return super().weighted_sum(x).round(2)


def test_what_computes_in_its_own_way_is_evaluated_by_itself(network: Network) -> None:
    odd = replace(network, steps=tuple(Odd(*step) for step in network.steps))
    right, wrong, again = together([network, odd, network])
    np.testing.assert_array_equal(wrong[-1], odd.forward(x.astype(odd.dtype)).sums[-1])
    assert not np.array_equal(wrong[-1], right[-1])
    np.testing.assert_array_equal(again[-1], right[-1])


def test_networks_of_other_shapes_are_stacks_of_their_own(network: Network) -> None:
    fewer = replace(network, steps=network.steps[:1])
    stacks = list(stacked.forward([network, fewer, network], x.astype(network.dtype)))
    assert [stack.numbers for stack in stacks] == [[0, 2], [1]]


def test_a_chunk_holds_no_more_values_than_allowed(network: Network) -> None:
    networks = variants(network)
    for most in (10**3, 10**4):
        for stack in stacked.forward(networks, x.astype(network.dtype), most):
            held = len(stack.numbers) * len(x) * network.size()
            assert held <= most or len(stack.numbers) == 1


def test_a_place_gives_the_values_of_its_unit(network: Network) -> None:
    (stack,) = stacked.forward([network], x.astype(network.dtype))
    trace = network.trace(x)
    place = Place(1, 0, True)
    np.testing.assert_allclose(stack.values(place)[0], trace.block(place)[:, 0], rtol=1e-5)
