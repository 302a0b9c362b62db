"""Spec → arrays: what its cases accept, laid out so that many networks are judged at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.arrays.batch import Batch
from evaluator.audit.stacked import forward
from evaluator.evaluate import batches
from evaluator.expectation import accepts, array_bounds, parse
from evaluator.network import Network, Place

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.network import Array
    from evaluator.spec import Spec

#: The rows of the first stretch; most wrong networks fall there, so the next may be longer.
FIRST: Final = 2
#: How much longer each stretch is than the one before.
GROWTH: Final = 8
LONGEST: Final = 1 << 14
#: What rounding may add to a value, relative to its bounds: closer than that, a network is
#: evaluated by itself before it is called wrong.
_MARGIN: Final = {"float64": 1e-9, "float32": 1e-4}


class Accepted(NamedTuple):
    """What is accepted of one value, in some rows: arrays (rows,)."""

    place: Place
    rows: Array
    #: The expected numbers; NaN where a text says the interval.
    value: Array
    low: Array
    high: Array
    atol: float
    rtol: float


class Stretch(NamedTuple):
    """Some rows, and all that is expected of them."""

    #: (rows, inputs)
    inputs: Array
    accepted: list[Accepted]
    #: The rows whose largest output is expected, and which output that is.
    class_rows: Array
    classes: Array


def protecting(cases: Sequence[Case]) -> list[Case]:
    """Give the cases that a wrong network can fail: none that is skipped or expected to fail."""
    return [case for case in cases if not (case.skip or case.xfail or case.unrecorded)]


def stretches(spec: Spec, cases: Sequence[Case]) -> Iterator[Stretch]:
    """Give the rows of some cases, and what is expected of them, in ever longer stretches.

    Raises SpecError for what is wrong with a table that is too large to be read before.
    """
    inline, size, first = [case for case in cases if case.table is None], FIRST, 0
    while first < len(inline):
        yield _inline(spec, inline[first : first + size])
        first, size = first + size, _longer(size)
    for case in cases:
        if case.table is not None:
            for batch in batches(spec, case):
                first = 0
                while first < len(batch.inputs):
                    yield _rows(spec, case, _part(batch, first, size))
                    first, size = first + size, _longer(size)


def _longer(size: int) -> int:
    return min(size * GROWTH, LONGEST)


def _part(batch: Batch, first: int, size: int) -> Batch:
    """Give so many rows of a batch, from one on."""
    rows = slice(first, first + size)
    texts = {(r - first, c): text for (r, c), text in batch.texts.items() if 0 <= r - first < size}
    expected = None if batch.expected is None else batch.expected[rows]
    classes = None if batch.classes is None else batch.classes[rows]
    return Batch(batch.inputs[rows], expected, classes, texts=texts)


def _inline(spec: Spec, cases: Sequence[Case]) -> Stretch:
    groups: dict[tuple[int, float, float], list[tuple[int, float, float, float]]] = {}
    for row, case in enumerate(cases):
        for check in case.checks:
            group = groups.setdefault((check.probe, case.atol, case.rtol), [])
            group.append((row, check.value, check.low, check.high))
    accepted = []
    for (probe, atol, rtol), checks in groups.items():
        rows, value, low, high = (np.array(column) for column in zip(*checks, strict=True))
        accepted.append(Accepted(spec.probes[probe].place, rows, value, low, high, atol, rtol))
    classes = [
        (row, case.expected_class)
        for row, case in enumerate(cases)
        if case.expected_class is not None
    ]
    pairs = np.array(classes, np.intp).reshape(-1, 2)
    return Stretch(spec.inputs[[case.row for case in cases]], accepted, pairs[:, 0], pairs[:, 1])


def _rows(spec: Spec, case: Case, batch: Batch) -> Stretch:
    rows, accepted = np.arange(len(batch.inputs)), []
    if batch.expected is not None:
        low, high = array_bounds(batch.expected, case.atol, case.rtol)
        for cell, text in batch.texts.items():
            low[cell], high[cell] = parse(text)
        for column in range(batch.expected.shape[1]):
            part = batch.expected[:, column], low[:, column], high[:, column]
            place = spec.probes[column].place
            accepted.append(Accepted(place, rows, *part, case.atol, case.rtol))
    if batch.classes is None:
        return Stretch(batch.inputs, accepted, rows[:0], rows[:0])
    return Stretch(batch.inputs, accepted, rows, batch.classes)


def survivors(spec: Spec, networks: Sequence[Network], cases: Sequence[Case]) -> list[int]:
    """Tell which networks pass all these cases of a spec, by number.

    The networks have the inputs, outputs and places of the spec's own.
    """
    alive = list(range(len(networks)))
    with np.errstate(all="ignore"):
        for stretch in stretches(spec, cases):
            passing = _passing(spec, [networks[number] for number in alive], stretch)
            alive = [number for number, passes in zip(alive, passing, strict=True) if passes]
            if not alive:
                break
    return alive


def _passing(spec: Spec, networks: Sequence[Network], stretch: Stretch) -> list[bool]:
    found = [True] * len(networks)
    outputs = [probe.place for probe in spec.probes[: spec.network.output_count()]]
    for stack in forward(networks, stretch.inputs):
        width = len(stack.numbers)
        passes, nearly = np.ones(width, bool), np.ones(width, bool)
        for accepted in stretch.accepted:
            strictly, loosely = _judged(accepted, stack.values(accepted.place), spec.network.dtype)
            passes &= strictly
            nearly &= loosely
        if len(stretch.class_rows):
            each = np.stack(np.broadcast_arrays(*map(stack.values, outputs)), axis=2)
            right = (_largest(each[:, stretch.class_rows]) == stretch.classes).all(axis=1)
            passes &= right
            nearly &= right
        for place, number in enumerate(stack.numbers):
            found[number] = bool(passes[place])
            if nearly[place] and not passes[place]:
                found[number] = _passes_alone(networks[number], stretch)
    return found


def _judged(accepted: Accepted, values: Array, dtype: str) -> tuple[Array, Array]:
    """Tell of each network whether all its values are accepted, and whether all nearly are."""
    actual, low, high = values[:, accepted.rows], accepted.low, accepted.high
    right = np.asarray(((low <= actual) & (actual <= high)) | (np.isnan(low) & np.isnan(actual)))
    margin = _MARGIN[dtype] * (1 + np.fmin(np.abs(low), np.abs(high)))
    nearly = np.asarray(right | ((low - margin <= actual) & (actual <= high + margin)))
    return np.logical_and.reduce(right, axis=1), np.logical_and.reduce(nearly, axis=1)


def _passes_alone(network: Network, stretch: Stretch) -> bool:
    """Judge one network as a run does."""
    trace = network.forward(stretch.inputs)
    return all(
        accepts(
            part.value, part.low, part.high, trace.block(part.place)[part.rows, part.place.column],
            part.atol, part.rtol,
        ).all()
        for part in stretch.accepted
    )  # fmt: skip


def _largest(outputs: Array) -> Array:
    """Give the first largest output, (networks, rows); -1 where one is not a number."""
    return np.where(np.isnan(outputs).any(axis=2), -1, outputs.argmax(axis=2))
