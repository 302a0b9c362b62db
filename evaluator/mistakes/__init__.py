"""Known mistakes: each a pure transformation of a network into the wrong network that makes it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
    for mistake in mistakes if network.steps else ():
        places = mistake.sites(network)
        for number in spread(places, most) if places.total else ():
            site = places.at(number)
            wrong = mistake.make(network, site)
            difference = _difference(network, wrong)
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
    """Give what aliases have in common: numbers in another order are one mistake by many names."""
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


def _difference(right: Network, wrong: Network) -> Hashable:
    """Give what tells two networks of the same form apart; nothing if they are the same."""
    how: tuple[int, ...] = ()
    if isinstance(wrong, RoundedNetwork):
        how = wrong.digits, wrong.cut, wrong.on_the_way, wrong.answers
    if how or wrong.dtype != right.dtype:
        return wrong.dtype, how
    pairs = zip(right.steps, wrong.steps, strict=True)
    differ = [n for n, (one, other) in enumerate(pairs) if not _same(one, other)]
    return tuple((n, _key(wrong.steps[n])) for n in differ)


def _same(one: Step, other: Step) -> bool:
    return one is other or (
        one.sources == other.sources
        and _equal(one.weights, other.weights)
        and _equal(one.bias, other.bias)
        and same(
            (one.activation, one.parameters),
            (other.activation, other.parameters),
            _width(one),
        )
    )


def _equal(one: Array | None, other: Array | None) -> bool:
    if one is other or one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _width(step: Step) -> int:
    """Count the units that an activation is to be compared for."""
    if step.weights is not None:
        return len(step.weights)
    widths = [np.size(value) for value in step.parameters.values()]
    return max([2, *widths]) if step.activation.whole_layer else max([1, *widths])


def _key(step: Step) -> Hashable:
    """Give the same for steps that are the same, unless their activations are built differently."""
    arrays: list[Any] = [
        None if array is None else hash((array + 0.0).tobytes())  # −0 is 0
        for array in (step.weights, step.bias)
    ]
    return step.sources, *arrays, step.activation.name, repr(step.parameters)
