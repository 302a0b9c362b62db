"""What the blanks of a design can change: all else is right whatever is filled in, and earns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evaluator.exercises.exercise import DESIGN

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.exercises.exercise import Blank, Exercise, Part
    from evaluator.network import Array, Network, Place


def judged(exercise: Exercise, part: Part) -> Part:
    """Give a part with the cases that judge it: of a design only the values that its blanks can change.

    A case that is then left with none is not among them; a table is kept whole. Where no value at
    all depends on a blank, the cases stay as they are.
    """
    if part.kind != DESIGN:
        return part
    found: list[Case] = []
    for case in part.cases:
        if case.table is not None:
            found.append(case)
            continue
        reached = of(exercise, case, part.blanks)
        checks = [c for c in case.checks if reached(exercise.spec.probes[c.probe].place)]
        ends = [exercise.spec.network.places[name] for name in exercise.spec.network.outputs]
        class_ = case.expected_class if any(map(reached, ends)) else None
        if checks or class_ is not None:
            found.append(replace(case, expected=[*checks], expected_class=class_))
    return replace(part, cases=tuple(found) or part.cases)


def of(exercise: Exercise, case: Case, blanks: Iterable[Blank]) -> Callable[[Place], bool]:
    """Give what tells whether blanks can change the value at a place, for the inputs of a case."""
    network = exercise.spec.network
    named = [blank.name.rpartition(".") for blank in blanks]
    weights = [network.place(name) for name, _, key in named if key == "weights"]
    biases = [network.place(name) for name, _, key in named if key == "bias"]
    sums, blocks = _reached(network, exercise.spec.inputs[case.row], weights, biases)

    def reached(place: Place) -> bool:
        marks = (sums if place.z else blocks)[place.block]
        return bool(np.any(marks if place.column is None else marks[place.column]))

    return reached


def _reached(
    network: Network, row: Array, weights: Sequence[Place], biases: Sequence[Place]
) -> tuple[list[Array], list[Array]]:
    """Mark the weighted sums and outputs, a block at a time, that blanks can change for one row.

    A blank weight does so through an input that is not 0, or that is changed itself.
    """
    with np.errstate(all="ignore"):
        trace = network.forward(row[None, :])
    blocks = [np.zeros(len(row), bool)]
    sums = [blocks[0]]
    for number, step in enumerate(network.steps, 1):
        came = step.read([block[None, :] for block in blocks])[0]
        live = step.read(trace.blocks)[0] != 0
        blank = _units(number, weights, trace.sums[number].shape[1])
        if step.weights is None:
            z = came.copy()
        else:
            z = ((step.weights != 0) & came).any(axis=1) | (blank & bool((came | live).any()))
        z |= _units(number, biases, len(z))
        sums.append(z)
        blocks.append(np.full(len(z), z.any()) if step.activation.whole_layer else z)
    return sums, blocks


def _units(number: int, places: Sequence[Place], width: int) -> Array:
    """Mark the units of a step that places name."""
    found = np.zeros(width, bool)
    for place in places:
        if place.block == number:
            found[slice(None) if place.column is None else place.column] = True
    return found
