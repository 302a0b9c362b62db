"""Where in a network a mistake can be made: everywhere, in one layer, in one unit, at one weight."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.diagnostics import clip
from evaluator.explain import unit_name

if TYPE_CHECKING:
    from evaluator.network import Network

#: How many names of units a place lists.
MAX_NAMES: Final = 3


class Site(NamedTuple):
    """Some units of some steps, and perhaps one of the values that they read."""

    #: As a message names it; empty for the whole network.
    place: str
    #: Each a step, from 0, and the units of it.
    parts: tuple[tuple[int, slice], ...]
    #: Which of the values that the units read, from 0.
    weight: int = 0


class Sites(NamedTuple):
    """Sites in a row, made when they are asked for: a large network has millions."""

    total: int
    at: Callable[[int], Site]
    #: How many stand first and for much, so that a selection has them all.
    broad: int = 0


def _nowhere(number: int) -> Site:
    raise IndexError(number)


#: Of a mistake that the network leaves no room for.
NOWHERE: Final = Sites(0, _nowhere)


def listed(sites: Sequence[Site]) -> Sites:
    """Give sites that are few enough to be made at once."""
    return Sites(len(sites), sites.__getitem__, len(sites))


def spread(sites: Sites, most: int) -> list[int]:
    """Choose at most so many sites: the broad ones, and others at even distances."""
    if sites.total <= most:
        return list(range(sites.total))
    broad = min(sites.broad, most)
    room, rest = most - broad, sites.total - broad
    return [*range(broad), *(broad + rest * n // room for n in range(room))]


def layers(network: Network, steps: Sequence[int] | None = None) -> Sites:
    """Give all steps together, then each alone; where there is one step these are the same."""
    chosen = range(len(network.steps)) if steps is None else steps
    return listed(_layers(network, chosen))


def _layers(network: Network, steps: Sequence[int]) -> list[Site]:
    whole = Site("", tuple((n, slice(None)) for n in steps))
    alone = [Site(layer_name(network, n), ((n, slice(None)),)) for n in steps]
    if len(alone) == len(network.steps) == 1:
        return [whole]
    return [whole, *alone] if len(alone) != 1 else alone


def units(network: Network, steps: Sequence[int] | None = None) -> Sites:
    """Give all units together, then each layer that has a name, then each unit alone."""
    chosen = range(len(network.steps)) if steps is None else steps
    widths = [network.width(n + 1) for n in chosen]
    broad = _layers(network, chosen)
    if sum(map(network.width, range(1, len(network.steps) + 1))) == 1:
        return listed(broad)
    broad = [site for site in broad if not site.place or _is_named(network, site.parts[0][0])]
    last = list(accumulate(widths))

    def at(number: int) -> Site:
        if number < len(broad):
            return broad[number]
        index, unit = _find(last, number - len(broad))
        step = chosen[index]
        return Site(_unit(network, step, unit), ((step, slice(unit, unit + 1)),))

    return Sites(len(broad) + (last[-1] if last else 0), at, len(broad))


def weights(network: Network, noun: str = "weight") -> Sites:
    """Give every weight alone."""
    steps = [n for n, step in enumerate(network.steps) if step.weights is not None]
    shapes = [_shape(network, n) for n in steps]
    last = list(accumulate(units * reads for units, reads in shapes))

    def at(number: int) -> Site:
        index, offset = _find(last, number)
        unit, weight = divmod(offset, shapes[index][1])
        place = f"{_unit(network, steps[index], unit)}, {noun} {weight + 1}"
        return Site(place, ((steps[index], slice(unit, unit + 1)),), weight)

    return Sites(last[-1] if last else 0, at)


def reads(network: Network) -> Sites:
    """Give the first value that each unit reads, the second …, for all units and for each alone."""
    steps = [n for n, step in enumerate(network.steps) if step.weights is not None]
    shapes = [_shape(network, n) for n in steps]
    broad = [
        Site(f"input {weight + 1}", tuple(
            (n, slice(None)) for n, (_, width) in zip(steps, shapes, strict=True) if weight < width
        ), weight)
        for weight in range(max((width for _, width in shapes), default=0))
    ]  # fmt: skip
    if sum(units for units, _ in shapes) == 1:
        return listed(broad)
    fine = weights(network, "input")

    def at(number: int) -> Site:
        return broad[number] if number < len(broad) else fine.at(number - len(broad))

    return Sites(len(broad) + fine.total, at, len(broad))


def layer_name(network: Network, step: int) -> str:
    """Name a layer; neurons that stand in no layer of the file are listed."""
    names = network.steps[step].names
    if len(names) <= MAX_NAMES:
        return ", ".join(f"`{clip(name)}`" for name in names)
    return f"`{clip(names[0])}` … `{clip(names[-1])}`"


def _unit(network: Network, step: int, unit: int) -> str:
    return f"`{unit_name(network, step + 1, unit)}`"


def _is_named(network: Network, step: int) -> bool:
    """Tell whether a step is a layer of the file, which has a name of its own, of several units."""
    return len(network.steps[step].names) == 1 < network.width(step + 1)


def _shape(network: Network, step: int) -> tuple[int, int]:
    matrix = network.steps[step].weights
    assert matrix is not None
    return matrix.shape[0], matrix.shape[1]


def _find(last: Sequence[int], number: int) -> tuple[int, int]:
    """Find in which of several rows, told by their running totals, an element stands, and where."""
    index = bisect_right(last, number)
    return index, number - (last[index - 1] if index else 0)
