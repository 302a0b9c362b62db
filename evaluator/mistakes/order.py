"""Mistakes with the order of things: inputs that are swapped, layers in the wrong order."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import TYPE_CHECKING

from evaluator.diagnostics import clip
from evaluator.mistakes.sites import Site, Sites, layer_name, listed
from evaluator.network import Place

if TYPE_CHECKING:
    from evaluator.network import Network, Step


def input_pairs(network: Network) -> Sites:
    """Give every pair of inputs."""
    count = len(network.inputs)

    def at(number: int) -> Site:
        # Pairs in the order of their second: 1 has one partner before it, 2 has two …
        second = (isqrt(8 * number + 1) + 1) // 2
        first = number - second * (second - 1) // 2
        names = f"`{clip(network.inputs[first])}` and `{clip(network.inputs[second])}`"
        return Site(names, ((second, slice(None)),), first)

    return Sites(count * (count - 1) // 2, at)


def inputs_swapped(network: Network, site: Site) -> Network:
    order = list(range(len(network.inputs)))
    first, second = site.weight, site.parts[0][0]
    order[first], order[second] = second, first
    return _inputs_in_order(network, order)


def everything(_: Network) -> Sites:
    """Give the one site of a mistake that concerns the whole network."""
    return listed([Site("", ())])


def inputs_reversed(network: Network, _: Site) -> Network:
    return _inputs_in_order(network, range(len(network.inputs))[::-1])


def _inputs_in_order(network: Network, order: Sequence[int]) -> Network:
    """Let every unit take input `order[i]` for input i; where it can, the step keeps its sources."""

    def misread(step: Step) -> Step:
        if isinstance(step.sources, tuple):
            return step._replace(sources=tuple(
                Place(0, order[place.column or 0]) if place.block == 0 else place
                for place in step.sources
            ))  # fmt: skip
        if step.sources != 0:
            return step
        if step.weights is None:
            return step._replace(sources=tuple(Place(0, column) for column in order))
        # w·x' with x'ᵢ = x of order[i]; a swap and a reversal are their own inverses.
        return step._replace(weights=step.weights[:, list(order)])

    return network.with_steps(map(misread, network.steps))


def neighbours(network: Network) -> Sites:
    """Give every two layers that follow each other and could change places."""
    steps = network.steps
    widths = [network.width(block) for block in range(len(steps) + 1)]
    return listed([
        Site(f"{layer_name(network, n)} and {layer_name(network, n + 1)}", ((n, slice(None)),))
        for n in range(len(steps) - 1)
        if steps[n + 1].sources == n + 1
        and _reads(steps[n], widths) == widths[n + 1] == widths[n + 2]
    ])  # fmt: skip


def _reads(step: Step, widths: Sequence[int]) -> int:
    return widths[step.sources] if isinstance(step.sources, int) else len(step.sources)


def layers_swapped(network: Network, site: Site) -> Network:
    """Let two layers change places; what a name stands for stays where it was."""
    n, steps = site.parts[0][0], list(network.steps)
    one, two = steps[n : n + 2]
    steps[n] = two._replace(names=one.names, sources=one.sources)
    steps[n + 1] = one._replace(names=two.names, sources=two.sources)
    return network.with_steps(steps)
