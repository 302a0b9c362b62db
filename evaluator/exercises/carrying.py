"""Error carried forward: what follows from the learner's own earlier answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluator.exercises.exercise import COMPUTE
from evaluator.exercises.intervals import holds, of_check, slack

if TYPE_CHECKING:
    from evaluator.exercises.answers import Number
    from evaluator.exercises.exercise import Exercise, Part
    from evaluator.network import Network, Place


def carried(
    exercise: Exercise,
    part: Part,
    values: Sequence[Number],
    earlier: Mapping[str, Sequence[Number]],
) -> float | None:
    """Give which part of an answer, from 0 to 1, follows from earlier answers put into the network.

    They are put in as they were given, also those that are accepted, for they may be rounded; or only
    those that are not, for whoever rounds an answer may go on with the exact value. What is larger
    counts. None where nothing can be carried: no earlier answer about the same case is a number that
    leads to another value than the right one.
    """
    given = _given(exercise, part, earlier)
    wrong = {place: value for place, (value, accepted) in given.items() if not accepted}
    every = {place: value for place, (value, _) in given.items()}
    found = [_follows(exercise, part, values, put) for put in (every, wrong) if put]
    return max((share for share in found if share is not None), default=None)


def _follows(
    exercise: Exercise, part: Part, values: Sequence[Number], put: Mapping[Place, float]
) -> float | None:
    """Give which part of an answer follows from some values; None where they change nothing."""
    follows = forward_with(exercise.spec.network, exercise.spec.inputs[part.cases[0].row], put)
    flags, differs = [], False
    for check, place, value in zip(part.checks, part.places, values, strict=True):
        led_to, room = follows[place], slack(exercise.spec, check, part.cases[0])
        accepted = of_check(check, part.cases[0])
        if room is None or not math.isfinite(led_to):
            flags.append(value is not None and holds(accepted, value))
            continue
        differs |= not holds(accepted, led_to)
        # As wide as what the author accepts; the sum of two roundings is not the learner's fault.
        flags.append(value is not None and abs(value - led_to) <= room * (1 + 1e-9))
    return sum(flags) / len(flags) if differs else None


def _given(
    exercise: Exercise, part: Part, earlier: Mapping[str, Sequence[Number]]
) -> dict[Place, tuple[float, bool]]:
    """Collect earlier answers about the same case that are finite numbers, and whether each is accepted."""
    found: dict[Place, tuple[float, bool]] = {}
    for other in exercise.parts[: part.number]:
        if other.kind != COMPUTE or other.name not in earlier or other.cases != part.cases:
            continue
        answered = zip(other.checks, other.places, earlier[other.name], strict=True)
        for check, place, value in answered:
            if value is not None and math.isfinite(value) and place not in part.places:
                found[place] = value, holds(of_check(check, part.cases[0]), value)
    return found


class _Follows:
    """The values of one row, by place."""

    def __init__(self, blocks: list[np.ndarray], sums: list[np.ndarray]) -> None:
        self.blocks, self.sums = blocks, sums

    def __getitem__(self, place: Place) -> float:
        return float((self.sums if place.z else self.blocks)[place.block][0, place.column])


def forward_with(network: Network, row: np.ndarray, put: Mapping[Place, float]) -> _Follows:
    """Feed one row (inputs,) forward, with other values put in some places on the way."""
    blocks = [row[None, :].astype(network.dtype)]
    sums = [blocks[0]]
    with np.errstate(all="ignore"):
        for number, step in enumerate(network.steps, 1):
            z = np.array(step.weighted_sum(step.read(blocks)))
            for place, value in put.items():
                if place.block == number and place.z:
                    z[0, place.column] = value
            y = np.array(step.activation.function(z, **step.parameters))
            for place, value in put.items():
                if place.block == number and not place.z:
                    y[0, place.column] = value
            sums.append(z)
            blocks.append(y)
    return _Follows(blocks, sums)
