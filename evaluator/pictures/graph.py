"""A network as a graph: its values, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from evaluator.network import Network

#: A value of the network: its block, and its column there.
Value: TypeAlias = tuple[int, int]


class Edge(NamedTuple):
    """A weight: from one value to another; None where nothing is weighted."""

    source: Value
    target: Value
    weight: float | None


def edge_count(network: Network) -> int:
    """Count the edges, making none: a large network has millions."""
    return sum(_fan_in(network, n) * network.width(n + 1) for n in range(len(network.steps)))


def _fan_in(network: Network, number: int) -> int:
    step = network.steps[number]
    return 1 if step.weights is None else int(step.weights.shape[1])


def depths(network: Network) -> list[int]:
    """Give the column of each block: one more than the deepest that it reads."""
    depths = [0]
    for step in network.steps:
        read = {step.sources} if isinstance(step.sources, int) else {p.block for p in step.sources}
        depths.append(1 + max(depths[block] for block in read))
    return depths


def edges(network: Network) -> Iterator[Edge]:
    """Give every edge."""
    for block, step in enumerate(network.steps, 1):
        if isinstance(step.sources, int):
            sources = [(step.sources, column) for column in range(network.width(step.sources))]
        else:
            sources = [(place.block, place.column or 0) for place in step.sources]
        for unit in range(network.width(block)):
            if step.weights is None:
                yield Edge(sources[unit], (block, unit), None)
                continue
            for source, weight in zip(sources, step.weights[unit], strict=True):
                yield Edge(source, (block, unit), float(weight))


def names(network: Network) -> list[list[str]]:
    """Name every value of every block."""
    names = [list(network.inputs)]
    for block, step in enumerate(network.steps, 1):
        width = network.width(block)
        alone = len(step.names) == width
        names.append(list(step.names) if alone else [f"{step.names[0]}[{n}]" for n in range(width)])
    for name in network.outputs:
        block, column, _ = network.places[name]
        if column is not None:
            names[block][column] = name
    return names
