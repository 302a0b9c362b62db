"""What networks with known mistakes answer to a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluator.exercises.exercise import COMPUTE
from evaluator.mistakes import MISTAKES, mutants

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Part
    from evaluator.mistakes import Mistake, Mutant
    from evaluator.network import Network
    from evaluator.spec import Spec

#: In how many places of a network each mistake is tried.
MAX_PLACES = 50
#: What differs by less is the same value, but for rounding.
SAME = 1e-9


class Mistaken(NamedTuple):
    """A network with a mistake, and what it answers."""

    mutant: Mutant
    #: Compute: one value for each that is asked for. Otherwise the outputs of all inline cases.
    values: tuple[float, ...]


def answers(spec: Spec, part: Part, network: Network) -> tuple[float, ...]:
    """Give what a network answers to a part, in one row."""
    rows = [case.row for case in part.cases if case.table is None]
    if not rows:
        return ()
    with np.errstate(all="ignore"):
        trace = network.forward(spec.inputs[rows].astype(network.dtype))
    if part.kind != COMPUTE:
        return tuple(trace.outputs.astype(float).ravel().tolist())
    return tuple(float(trace.block(place)[0, place.column]) for place in part.places)


def mistaken(spec: Spec, part: Part, mistakes: Iterable[Mistake] | None = None) -> list[Mistaken]:
    """Give each known mistake that changes the answer to a part, the likeliest first."""
    known = [m for m in MISTAKES.values() if m.explains] if mistakes is None else list(mistakes)
    right = answers(spec, part, spec.network)
    found = []
    for mutant in mutants(spec.network, MAX_PLACES, known, aliases=True):
        values = answers(spec, part, mutant.network)
        if not same(values, right):
            found.append(Mistaken(mutant, values))
    return found


def differing(spec: Spec, part: Part, code: str) -> list[tuple[float, ...]]:
    """Give the answers that one mistake, by its code, makes in all the places it changes any."""
    return [each.values for each in mistaken(spec, part, [MISTAKES[code]])]


def same(one: Sequence[float], other: Sequence[float]) -> bool:
    """Tell whether answers are the same, but for rounding."""
    return bool(np.allclose(one, other, SAME, SAME, equal_nan=True))


def inside(spec: Spec, part: Part) -> list[Mistaken]:
    """Give the mistakes whose answer a compute part takes for right; precision is none."""
    from evaluator.audit import COUNTED
    from evaluator.exercises.intervals import accepts

    counted = [mistake for mistake in COUNTED if mistake.explains]
    return [each for each in mistaken(spec, part, counted) if accepts(part, each.values)]
