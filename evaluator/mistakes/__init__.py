"""Known mistakes: each a pure transformation of a network into the wrong network that makes it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.mistakes.activations import same
from evaluator.mistakes.catalogue import MISTAKES, Mistake
from evaluator.mistakes.precision import RoundedNetwork
from evaluator.mistakes.sites import spread

if TYPE_CHECKING:
    from evaluator.network import Array, Network, Step

__all__ = ["MAX_PLACES", "MISTAKES", "Mistake", "Mutant", "counts", "left_out", "mutants"]

#: In how many places of a network each mistake is made, unless another number is asked for.
MAX_PLACES: Final = 100


class Mutant(NamedTuple):
    """A network with one mistake in it.

    Its `forward` takes inputs of its own dtype, which is not the original's for `float32`.
    """

    mistake: Mistake
    #: Where the mistake is, as messages name it; empty where it is everywhere.
    place: str
    network: Network
    #: Code and place of what would come to the same and is left out: known when all mutants are made.
    twins: list[tuple[str, str]]

    def __str__(self) -> str:
        return self.mistake.name + (f" ({self.place})" if self.place else "")


def mutants(
    network: Network, most: int = MAX_PLACES, mistakes: Iterable[Mistake] = MISTAKES.values(),
    aliases: bool = False,
) -> Iterator[Mutant]:  # fmt: skip
    """Give the network with each mistake in each place, the likeliest mistakes first.

    What changes nothing is left out, and so is what equals an earlier one: of a network of one unit
    the mistake everywhere is that of the unit. With `aliases` what equals a mistake of another kind
    stays. Each mistake is made in at most `most` places: those of several units first, then others at
    even distances. An ONNX model has no mistakes.
    """
    made: dict[Hashable, Mutant] = {}
    numbers = _Numbers(network)
    for mistake in mistakes if network.steps else ():
        places = mistake.sites(network)
        for number in spread(places, most) if places.total else ():
            site = places.at(number)
            wrong = mistake.make(network, site)
            difference = _difference(network, wrong, numbers)
            key = (_kind(mistake) if aliases else "", difference)
            if key in made:
                made[key].twins.append((mistake.code, site.place))
            elif difference:
                made[key] = Mutant(mistake, site.place, wrong, [])
                yield made[key]


def counts(code: str) -> bool:
    """Tell whether an audit counts a mistake; whether cases kill one of precision is up to their tolerance."""
    return not code.startswith(("float32", "rounded-", "cut-off-", "answer-"))


def _kind(mistake: Mistake) -> str:
    """Give what aliases have in common: numbers in another order are one mistake by many names.

    So are weighted sums that are given as they are.
    """
    if mistake.code in ("softmax-dropped", "activation-dropped"):
        return "activation-dropped"
    is_order = mistake.code.endswith(("-reversed", "-swapped", "-transposed"))
    return "order" if is_order else mistake.code


def left_out(
    network: Network, most: int = MAX_PLACES, mistakes: Iterable[Mistake] = MISTAKES.values()
) -> dict[str, int]:
    """Count, by the code of a mistake, the places where `mutants` does not try it."""
    if not network.steps:
        return {}
    counts = {mistake.code: mistake.sites(network).total for mistake in mistakes}
    return {code: count - most for code, count in counts.items() if count > most}


class _Numbers:
    """What tells arrays of numbers apart; those of the right network, which most share, are known."""

    def __init__(self, network: Network) -> None:
        arrays = [array for step in network.steps for array in (step.weights, step.bias)]
        self._known = {id(array): self._print(array) for array in arrays if array is not None}

    def of(self, step: Step) -> tuple[int | None, ...]:
        """Give the same for steps whose weights and biases are the same."""
        return tuple([
            None if array is None else self._known.get(id(array)) or self._print(array)
            for array in (step.weights, step.bias)
        ])  # fmt: skip

    @staticmethod
    def _print(array: Array) -> int:
        return hash((array + 0.0).tobytes())  # −0 is 0


def _difference(right: Network, wrong: Network, numbers: _Numbers) -> Hashable:
    """Give what tells two networks of the same form apart; nothing if they are the same."""
    how: tuple[int, ...] = ()
    if isinstance(wrong, RoundedNetwork):
        how = wrong.digits, wrong.cut, wrong.on_the_way, wrong.answers
    if how or wrong.dtype != right.dtype:
        return wrong.dtype, how
    found = []
    for n, (one, other) in enumerate(zip(right.steps, wrong.steps, strict=True)):
        if one is not other:
            own = numbers.of(other)
            if not (own == numbers.of(one) and _same(one, other)):
                # Functions that are the same may still be built differently, as another name says.
                name = other.activation.name, repr(other.parameters)
                found.append((n, other.sources, *own, *name))
    return tuple(found)


def _same(one: Step, other: Step) -> bool:
    """Tell whether two steps with the same numbers compute the same."""
    return one.sources == other.sources and same(
        (one.activation, one.parameters), (other.activation, other.parameters), _width(one)
    )


def _width(step: Step) -> int:
    """Count the units that an activation is to be compared for."""
    if step.weights is not None:
        return len(step.weights)
    widths = [np.size(value) for value in step.parameters.values()]
    return max([2, *widths]) if step.activation.whole_layer else max([1, *widths])
