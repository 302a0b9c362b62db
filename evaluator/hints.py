"""Wrong values → hints: which known mistakes give just these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.expectation import DEFAULT_TOLERANCE, array_bounds, parse

if TYPE_CHECKING:
    from evaluator.batch import Batch
    from evaluator.case import Case
    from evaluator.mistakes import Mutant
    from evaluator.network import Array, Network, Place, Trace
    from evaluator.results import CaseResult
    from evaluator.spec import Spec

#: How many wrong rows of a spec a mistake is held against, of each stretch of a table, and how
#: many right ones.
MAX_WRONG: Final = 32
MAX_ROWS: Final = 8
MAX_RIGHT: Final = 16
#: How many mistakes a hint names; where more than twice as many fit, they tell nothing.
MAX_NAMED: Final = 3
MAX_FITTING: Final = 6
#: How many places each mistake is tried in, and how many numbers it may take to try one everywhere.
MAX_PLACES: Final = 50
MAX_WORK: Final = 1 << 18
#: How well a mistake explains a row whose values it gives to the default tolerance.
CLOSELY: Final = 2


class Target(NamedTuple):
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
        return not np.isnan(outputs).any() and bool(outputs.argmax() == self.largest)


@dataclass(slots=True, eq=False)
class Wrong:
    """One row of a case that was answered otherwise than it is expected."""

    result: CaseResult
    expected: Target
    #: The outputs of the subject (outputs,), and the tolerance of the case.
    answer: Array
    atol: float
    rtol: float
    #: Whether the answer is the network's own, so that it is the expectation that is off.
    is_right: bool = False
    #: What a mutant is to give: close to the answer first, then within the tolerance.
    targets: tuple[Target, ...] = field(default=())


def of_case(spec: Spec, case: Case) -> Target:
    """Give what a case that is written out expects."""
    checks = case.checks
    return Target(
        spec.inputs[case.row], tuple(spec.probes[check.probe].place for check in checks),
        np.array([check.low for check in checks]), np.array([check.high for check in checks]),
        case.expected_class,
    )  # fmt: skip


def of_row(spec: Spec, case: Case, batch: Batch, row: int) -> Target:
    """Give what a row of a table expects."""
    low = high = np.zeros(0)
    if batch.expected is not None:
        low, high = array_bounds(batch.expected[row], case.atol, case.rtol)
        for (at, column), text in batch.texts.items():
            if at == row:
                low[column], high[column] = parse(text)
    largest = None if batch.classes is None else int(batch.classes[row])
    return Target(batch.inputs[row].copy(), _outputs(spec)[: len(low)], low, high, largest)


def _outputs(spec: Spec) -> tuple[Place, ...]:
    return tuple(probe.place for probe in spec.probes[: spec.network.output_count()])


def explain(spec: Spec, wrong: Sequence[Wrong], passed: Sequence[Case]) -> None:
    """Write hints to the results of wrong rows; the cases are some that passed."""
    network = spec.network
    if not network.steps:
        return
    right = [of_case(spec, case) for case in passed if case.table is None and not case.xfail]
    right = right[:MAX_RIGHT]
    rows = np.array([each.expected.inputs for each in wrong] + [each.inputs for each in right])
    most = MAX_WORK // max(1, _size(network) + len(rows) * network.size())
    if not most:
        return
    with np.errstate(all="ignore"):
        _aim(spec, wrong, network.forward(rows[: len(wrong)].astype(network.dtype)))
        fitting = list(_fitting(network, rows, wrong, right, min(most, MAX_PLACES)))
    _write(wrong, fitting)


def _size(network: Network) -> int:
    return sum(step.weights.size for step in network.steps if step.weights is not None)


def _aim(spec: Spec, wrong: Sequence[Wrong], trace: Trace) -> None:
    """Find out of each row who is off, the subject or the spec, and what a mutant is to give."""
    places = _outputs(spec)
    exact = DEFAULT_TOLERANCE[spec.network.dtype]
    for row, each in enumerate(wrong):
        answer = np.asarray(each.answer, dtype=float)
        close = Target(each.expected.inputs, places, *array_bounds(answer, *exact))
        each.is_right = close.accepts(trace, row)
        if each.is_right:
            each.targets = (each.expected,)
            continue
        slack = _slack(each, places, answer)
        near = Target(each.expected.inputs, places, answer - slack, answer + slack)
        # What the right network gives as well would be explained by a mistake that changes nothing.
        each.targets = (close,) if near.accepts(trace, row) else (close, near)


def _slack(each: Wrong, places: Sequence[Place], answer: Array) -> Array:
    """Give the tolerance of every output: half of what is accepted, or that of the case."""
    slack = each.atol + each.rtol * np.abs(answer)
    wanted = each.expected
    half = dict(zip(wanted.places, (wanted.high - wanted.low) / 2, strict=True))
    widths = np.array([half.get(place, 0.0) for place in places])
    return np.where(np.isfinite(widths), np.maximum(slack, widths), slack)


class Fit(NamedTuple):
    """How well a mutant explains what is off."""

    mutant: Mutant
    #: For each wrong row: CLOSELY, 1 if it is explained within the tolerance, else 0.
    rows: tuple[int, ...]
    #: Whether it gives what the right rows accept.
    is_consistent: bool


def _fitting(
    network: Network, rows: Array, wrong: Sequence[Wrong], right: Sequence[Target], most: int
) -> Iterator[Fit]:
    from evaluator.mistakes import MISTAKES, mutants

    known = [mistake for mistake in MISTAKES.values() if mistake.explains]
    for mutant in mutants(network, most, known, aliases=True):
        trace = mutant.network.forward(rows.astype(mutant.network.dtype))
        fits = tuple(
            next((CLOSELY - n for n, aim in enumerate(each.targets) if aim.accepts(trace, row)), 0)
            for row, each in enumerate(wrong)
        )
        if any(fits):
            others = enumerate(right, len(wrong))
            yield Fit(mutant, fits, all(each.accepts(trace, row) for row, each in others))


def _write(wrong: Sequence[Wrong], fitting: Sequence[Fit]) -> None:
    """Choose the best explanations, and say them."""
    results = list(dict.fromkeys(each.result for each in wrong))
    everywhere = _best(fitting, range(len(wrong)))
    sides = {each.is_right for each in wrong}
    for result in results:
        rows = [number for number, each in enumerate(wrong) if each.result is result]
        shared = everywhere if everywhere and everywhere[0].is_consistent else []
        fits = shared or _best(fitting, rows)
        names = named([fit.mutant for fit in fits])
        if names and len({wrong[number].is_right for number in rows}) == 1:
            cases = len(results) if shared and len(sides) == 1 else 1
            what = _what([wrong[row] for row in rows], cases, len(wrong) < MAX_WRONG)
            about = "" if min(fits[0].rows[row] for row in rows) == CLOSELY else "about "
            result.hints = (f"{what} {about}what the network gives {ways(names)}",)


def _best(fitting: Sequence[Fit], rows: Sequence[int]) -> list[Fit]:
    """Give the fits that explain all these rows best; those that contradict nothing go first."""
    ranked: dict[tuple[bool, int], list[Fit]] = {}
    for fit in fitting:
        if all(fit.rows[row] for row in rows):
            rank = fit.is_consistent, min(fit.rows[row] for row in rows)
            ranked.setdefault(rank, []).append(fit)
    return ranked[max(ranked)] if ranked else []


def named(fitting: Sequence[Mutant]) -> list[str]:
    """Name the mistakes, each where it is made most widely; none where too many fit.

    Of several places none is named, for each would do.
    """
    found: dict[str, list[Mutant]] = {}
    for mutant in fitting:
        code = mutant.mistake.code.removesuffix("-throughout")
        found.setdefault(code, []).append(mutant)
    names = [
        str(mutants[0]) if len(mutants) == 1 or not mutants[0].place else mutants[0].mistake.name
        for mutants in found.values()
    ]
    return names if len(names) <= MAX_FITTING else []


def _what(rows: Sequence[Wrong], cases: int, are_all: bool) -> str:
    """Name the values that are explained: of one case, or of several that are all that fail."""
    noun, of = ("expected value", "of") if rows[0].is_right else ("answer", "to")
    number, counted, failed_rows = cases, "case", rows[0].result.failed_rows
    if cases == 1:
        if failed_rows is None or failed_rows == 1:
            return f"the {noun}s are" if len(rows[0].targets[0].places) > 1 else f"the {noun} is"
        number, counted, are_all = len(rows), "row", len(rows) == failed_rows
    which = f"the first {number}" if not are_all else "both" if number == 2 else f"all {number}"
    return f"the {noun}s {of} {which} failing {counted}s are"


def ways(names: Sequence[str]) -> str:
    """Say that it is so if one of some mistakes is made."""
    more = len(names) - MAX_NAMED
    ways = [f"if {name}" for name in names[:MAX_NAMED]]
    if more > 0:
        ways.append(f"with one of {more} other mistakes" if more > 1 else "with another mistake")
    return ", or ".join(ways)
