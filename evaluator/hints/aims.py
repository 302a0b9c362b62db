"""Wrong rows → who is off, the spec or the subject, and what a mistake must give to explain it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.expectation import DEFAULT_TOLERANCE, array_bounds, parse

if TYPE_CHECKING:
    from evaluator.arrays.batch import Batch
    from evaluator.case import Case
    from evaluator.network import Array, Place, Trace
    from evaluator.results import CaseResult
    from evaluator.spec import Spec

#: Values that many wrong networks give.
COMMON: Final = (0.0, 1.0, -1.0)


class Wanted(NamedTuple):
    """Values of one row, and the intervals that the same values of a mutant are to lie in."""

    #: (inputs,)
    inputs: Array
    places: tuple[Place, ...]
    low: Array
    high: Array
    #: The output that is to be the largest.
    largest: int | None = None

    def accepts(self, trace: Trace, row: int) -> bool:
        """Tell whether the values of a trace lie in the intervals."""
        for place, low, high in zip(self.places, self.low, self.high, strict=True):
            value = trace.block(place)[row, place.column]
            if not low <= value <= high and not (np.isnan(low) and np.isnan(value)):
                return False
        if self.largest is None:
            return True
        outputs = trace.outputs[row]
        # Of several largest the first counts, as where cases are judged.
        return not np.isnan(outputs).any() and bool(outputs.argmax() == self.largest)

    def is_common(self) -> bool:
        """Tell whether many wrong networks meet it: a class, and no value but 0, 1 or −1."""
        return all(
            any(low <= value <= high for value in COMMON)
            for low, high in zip(self.low, self.high, strict=True)
        )


@dataclass(slots=True, eq=False)
class WrongRow:
    """One row of a case that was answered otherwise than it is expected."""

    result: CaseResult
    expected: Wanted
    #: The outputs of the subject (outputs,), and the tolerance of the case.
    answer: Array
    atol: float
    rtol: float
    #: Whether the answer is the network's own, so that it is the expectation that is off.
    is_right: bool = False
    #: Whether it differs from the network's own by so little that, of itself, it shows no more than
    #: a loss of precision.
    is_near: bool = False
    #: What a mutant is to give: close to the answer first, then within the tolerance. Nothing
    #: where there is only a rounding to explain.
    targets: tuple[Wanted, ...] = field(default=())


def of_case(spec: Spec, case: Case) -> Wanted:
    """Give what a case that is written out expects."""
    places, low, high = [], array("d"), array("d")
    for check in case.checks:
        places.append(spec.probes[check.probe].place)
        low.append(check.low)
        high.append(check.high)
    return Wanted(
        spec.inputs[case.row], tuple(places), np.array(low), np.array(high), case.expected_class
    )


def of_row(spec: Spec, case: Case, batch: Batch, row: int) -> Wanted:
    """Give what a row of a table expects."""
    low = high = np.zeros(0)
    if batch.expected is not None:
        low, high = array_bounds(batch.expected[row], case.atol, case.rtol)
        for (at, column), text in batch.texts.items():
            if at == row:
                low[column], high[column] = parse(text)
    largest = None if batch.classes is None else int(batch.classes[row])
    return Wanted(batch.inputs[row].copy(), _outputs(spec)[: len(low)], low, high, largest)


def _outputs(spec: Spec) -> tuple[Place, ...]:
    return tuple(probe.place for probe in spec.probes[: spec.network.output_count()])


def aim(spec: Spec, wrong: Sequence[WrongRow], trace: Trace) -> None:
    """Find out of each row who is off, the subject or the spec, and what a mutant is to give."""
    places = _outputs(spec)
    exact = DEFAULT_TOLERANCE[spec.network.dtype]
    for row, each in enumerate(wrong):
        answer = np.asarray(each.answer, dtype=float)
        close = Wanted(each.expected.inputs, places, *array_bounds(answer, *exact))
        if not close.accepts(trace, row):
            slack = _slack(each, places, answer)
            near = Wanted(each.expected.inputs, places, answer - slack, answer + slack)
            # What the right network gives too would be explained by a mistake that changes nothing.
            each.targets = (close,) if near.accepts(trace, row) else (close, near)
        elif each.expected.accepts(trace, row):
            each.is_near = True
            closer = _closer(close, answer, trace.outputs[row])
            each.targets = () if closer.accepts(trace, row) else (closer,)
        else:
            each.is_right = True
            is_rounding = _wider(each.expected, *exact).accepts(trace, row)
            each.targets = () if is_rounding else (each.expected,)


def _closer(close: Wanted, answer: Array, right: Array) -> Wanted:
    """Accept a hundredth of what lies between an answer and the right one, which is close to it."""
    apart = np.abs(answer - right)
    slack = apart.max(where=np.isfinite(apart), initial=0) / 100
    return close._replace(low=answer - slack, high=answer + slack)


def _wider(wanted: Wanted, atol: float, rtol: float) -> Wanted:
    """Accept so much more on either side."""
    below, above = (atol + rtol * np.abs(bound) for bound in (wanted.low, wanted.high))
    return wanted._replace(low=wanted.low - below, high=wanted.high + above)


def _slack(each: WrongRow, places: Sequence[Place], answer: Array) -> Array:
    """Give the tolerance of every output: half of what is accepted, or that of the case."""
    slack = each.atol + each.rtol * np.abs(answer)
    wanted = each.expected
    half = dict(zip(wanted.places, (wanted.high - wanted.low) / 2, strict=True))
    widths = np.array([half.get(place, 0.0) for place in places])
    return np.where(np.isfinite(widths), np.maximum(slack, widths), slack)
