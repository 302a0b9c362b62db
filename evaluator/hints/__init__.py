"""Wrong values → hints: which known mistakes give just these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.hints import words as hintwords
from evaluator.hints.aims import aim

if TYPE_CHECKING:
    from evaluator.hints.aims import Wanted, WrongRow
    from evaluator.mistakes import Mutant
    from evaluator.network import Array, Network, Trace
    from evaluator.results import CaseResult
    from evaluator.spec import Spec

#: How many wrong rows of a spec a mistake is held against.
MAX_WRONG: Final = 32
#: Where more mistakes fit, they tell nothing.
MAX_FITTING: Final = 6
#: How many places each mistake is tried in, and how many numbers it may take to try one everywhere.
MAX_PLACES: Final = 50
MAX_WORK: Final = 1 << 18
#: What a layer takes beside its numbers, counted in numbers.
STEP_WORK: Final = 100
#: How well a mistake explains a row whose values it gives to the default tolerance.
CLOSELY: Final = 2


def explain(spec: Spec, wrong: Sequence[WrongRow], right: Sequence[Wanted]) -> None:
    """Write hints to the results of wrong rows; a mistake is held against some right rows too."""
    network = spec.network
    if not network.steps:
        return
    rows = np.array([each.expected.inputs for each in wrong] + [each.inputs for each in right])
    most = MAX_WORK // max(1, _size(network) + len(rows) * network.size())
    if not most:
        return
    with np.errstate(all="ignore"):
        aim(spec, wrong, network.forward(rows[: len(wrong)].astype(network.dtype)))
        fitting = list(_fitting(network, rows, wrong, right, min(most, MAX_PLACES)))
    _write(wrong, fitting)


def _size(network: Network) -> int:
    weights = (step.weights.size for step in network.steps if step.weights is not None)
    return sum(weights) + STEP_WORK * len(network.steps)


class Fit(NamedTuple):
    """How well a mutant explains what is off."""

    mutant: Mutant
    #: For each wrong row: CLOSELY, 1 if it is explained within the tolerance, else 0.
    rows: tuple[int, ...]
    #: Whether it gives what the right rows accept.
    is_consistent: bool
    #: Whether it is a loss of precision.
    is_precision: bool

    def on(self, rows: Iterable[int]) -> int:
        """Give how well it explains these rows: as well as the one it explains worst."""
        return min(self.rows[row] for row in rows)


def _fitting(
    network: Network, rows: Array, wrong: Sequence[WrongRow], right: Sequence[Wanted], most: int
) -> Iterator[Fit]:
    from evaluator.mistakes import MISTAKES, counts, mutants

    known = [mistake for mistake in MISTAKES.values() if mistake.explains]
    for mutant in mutants(network, most, known, aliases=True):
        trace = mutant.network.forward(rows.astype(mutant.network.dtype))
        fits = tuple(_fit(each, trace, row) for row, each in enumerate(wrong))
        if any(fits):
            others = enumerate(right, len(wrong))
            is_consistent = all(each.accepts(trace, row) for row, each in others)
            yield Fit(mutant, fits, is_consistent, not counts(mutant.mistake.code))


def _fit(wrong: WrongRow, trace: Trace, row: int) -> int:
    for quality, target in zip((CLOSELY, 1), wrong.targets, strict=False):
        if target.accepts(trace, row):
            return quality
    return 0


def _write(wrong: Sequence[WrongRow], fitting: Sequence[Fit]) -> None:
    """Choose the best explanations, and say them."""
    of_case: dict[CaseResult, list[int]] = {}
    for row, each in enumerate(wrong):
        of_case.setdefault(each.result, []).append(row)
    # What explains every failing case, and contradicts no passing one, is all there is to say.
    shared = _best(wrong, [fit for fit in fitting if fit.is_consistent], range(len(wrong)))
    for result, rows in of_case.items():
        others = [other for other in of_case.values() if other is not rows]
        fits = shared or _of_one_case(wrong, fitting, rows, others)
        names = named([fit.mutant for fit in fits])
        if 0 < len(names) <= MAX_FITTING and len({wrong[row].is_right for row in rows}) == 1:
            values = _values(wrong, rows, len(of_case) if shared else 1)
            closely = fits[0].on(rows) == CLOSELY
            result.hints = (hintwords.sentence(values, names, closely, bool(shared)),)


def _of_one_case(
    wrong: Sequence[WrongRow], fitting: Sequence[Fit], rows: Sequence[int],
    others: Sequence[Sequence[int]],
) -> list[Fit]:  # fmt: skip
    """Give what explains one case and not all: nothing where its values are common ones.

    An author may go wrong in one case; a subject has its mistake in more than half of the others too.
    """
    if all(target.is_common() for row in rows for target in wrong[row].targets[:1]):
        return []
    if not wrong[rows[0]].is_right:
        answered = [other for other in others if not wrong[other[0]].is_right]
        fitting = [
            fit for fit in fitting
            if 2 * sum(fit.on(other) > 0 for other in answered) > len(answered) or not answered
        ]  # fmt: skip
    consistent = [fit for fit in fitting if fit.is_consistent]
    return _best(wrong, consistent, rows) or _best(wrong, fitting, rows)


def _best(wrong: Sequence[WrongRow], fitting: Sequence[Fit], rows: Sequence[int]) -> list[Fit]:
    """Give the fits that explain all these rows, and of them those that do it best."""
    if all(wrong[row].is_near for row in rows):
        fitting = [fit for fit in fitting if fit.is_precision]
    best = max((fit.on(rows) for fit in fitting), default=0)
    return [fit for fit in fitting if fit.on(rows) == best] if best else []


def named(fitting: Iterable[Mutant]) -> list[str]:
    """Name the mistakes, each once."""
    of_code: dict[str, list[Mutant]] = {}
    for mutant in fitting:
        # Whether the answer is rounded or more than that, to him it is one mistake: the first is named.
        code = mutant.mistake.code.removesuffix("-throughout").removeprefix("answer-")
        of_code.setdefault(code, []).append(mutant)
    return [_name(*mutants) for mutants in of_code.values()]


def _name(widest: Mutant, *others: Mutant) -> str:
    """Name a mistake where it is made most widely; of several places none, for each would do."""
    return widest.mistake.name if widest.place and others else str(widest)


def _values(wrong: Sequence[WrongRow], rows: Sequence[int], cases: int) -> str:
    """Name the values that are explained: of one case, or of several that are all that fail."""
    first = wrong[rows[0]]
    sides = {each.is_right for each in wrong}
    if cases > 1 and len(sides) == 1:
        return hintwords.failing(first.is_right, cases, "case", len(wrong) < MAX_WRONG)
    failed_rows = first.result.failed_rows
    if failed_rows is None or failed_rows == 1:
        return hintwords.one(first.is_right, len(first.targets[0].places) > 1)
    return hintwords.failing(first.is_right, len(rows), "row", len(rows) == failed_rows)
