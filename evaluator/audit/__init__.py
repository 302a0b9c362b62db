"""Spec × mistakes → which wrong networks its cases would let pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.audit.expected import protecting, survivors
from evaluator.audit.lints import lints
from evaluator.audit.reasons import Reasons
from evaluator.audit.telling import telling
from evaluator.audit.tolerances import needed
from evaluator.evaluate import evaluate
from evaluator.expectation import DEFAULT_TOLERANCE
from evaluator.mistakes import MISTAKES, counts, left_out, mutants
from evaluator.results import FAILING
from evaluator.spec import in_file_order

if TYPE_CHECKING:
    from evaluator.audit.tolerances import Needed
    from evaluator.collect import Selection
    from evaluator.diagnostics import Diagnostic
    from evaluator.mistakes import Mutant
    from evaluator.network import Array
    from evaluator.results import SpecResult
    from evaluator.spec import Spec

#: The mistakes that an audit counts.
COUNTED: Final = tuple(mistake for code, mistake in MISTAKES.items() if counts(code))


class Survivor(NamedTuple):
    """A mistake that passes every case."""

    code: str
    name: str
    place: str
    #: Why its author says that it need not be killed; empty where nothing is said.
    reason: str = ""
    #: Whether inputs were found that tell it apart; if not, it is perhaps equivalent.
    found: bool = False

    @property
    def key(self) -> str:
        """What names it in `equivalent`."""
        return f"{self.code} at {self.place}" if self.place else self.code


class Suggestion(NamedTuple):
    """A case that kills survivors: arrays (inputs,) and (outputs,), in the network's dtype."""

    inputs: Array
    #: What the network answers.
    expected: Array
    #: The numbers of the survivors that no earlier case kills.
    kills: tuple[int, ...]


@dataclass(slots=True, eq=False)
class Audit:
    """What became of the mistakes of one spec."""

    #: `scored`; else why it is not: `failing`, `unrecorded`, `nothing checked`, `no mistakes`.
    state: str = "scored"
    killed: int = 0
    survived: list[Survivor] = field(default_factory=list)
    #: Survivors that the spec documents; they are not counted.
    equivalent: list[Survivor] = field(default_factory=list)
    #: New cases that kill survivors, the one that kills most first.
    suggested: list[Suggestion] = field(default_factory=list)
    tolerances: list[Needed] = field(default_factory=list)
    #: In how many places of a large network mistakes were not tried.
    untried: int = 0
    #: What makes the cases weak, and reasons that nothing needs.
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def score(self) -> float | None:
        """Killed mistakes by all that count; None where none does."""
        return self.killed / self.counted if self.state == "scored" and self.counted else None

    @property
    def counted(self) -> int:
        """How many mistakes the score is of."""
        return self.killed + len(self.survived)


def audited(spec: Spec, selection: Selection | None = None) -> SpecResult:
    """Judge the selected cases of a spec, and with them every mistake that counts.

    Raises SpecError for what is wrong with a table that is too large to be read before.
    """
    with np.errstate(all="ignore"):
        result = evaluate(spec, selection, 1)
    reasons = spec.document.data.get("equivalent", {})
    found = _audit(spec, result, mutants(spec.network, mistakes=COUNTED), selection, reasons)
    if found.state == "scored":
        found.untried = sum(left_out(spec.network, mistakes=COUNTED).values())
    result.diagnostics = in_file_order([*result.diagnostics, *found.diagnostics])
    result.audit = found
    return result


def audit(
    spec: Spec, wrong: Iterable[Mutant], selection: Selection | None = None,
    equivalent: Mapping[str, str] | None = None,
) -> Audit:  # fmt: skip
    """Find the mistakes that pass the selected cases of a spec.

    `equivalent` gives reasons by `CODE` or `CODE at PLACE`. Raises SpecError for what is wrong with a
    table that is too large to be read before.
    """
    with np.errstate(all="ignore"):
        result = evaluate(spec, selection, 1)
    return _audit(spec, result, wrong, selection, equivalent or {})


def _audit(
    spec: Spec, result: SpecResult, wrong: Iterable[Mutant], selection: Selection | None,
    equivalent: Mapping[str, str],
) -> Audit:  # fmt: skip
    failing = [case for case in result.cases if case.outcome in FAILING]
    if failing:
        return Audit("unrecorded" if all(case.unrecorded for case in failing) else "failing")
    cases = [case for case in spec.cases if not selection or selection(spec, case)]
    protected = protecting(cases)
    if not protected:
        return Audit("nothing checked")
    listed = list(wrong)
    found = Audit("scored" if listed else "no mistakes", tolerances=needed(spec, protected))
    if len(cases) == len(spec.cases):  # that some of them are weak is no fault of the spec's
        found.diagnostics += lints(spec)
    passing = survivors(spec, [each.network for each in listed], protected)
    _judge(found, spec, listed, passing, equivalent)
    return found


def _judge(
    found: Audit, spec: Spec, listed: Sequence[Mutant], passing: Sequence[int],
    equivalent: Mapping[str, str],
) -> None:  # fmt: skip
    """Sort the survivors, and look for inputs that tell them apart."""
    reasons = Reasons(spec, equivalent)
    survived = set(passing)
    said = [
        reasons.of([(each.mistake.code, each.place), *each.twins], number in survived)
        for number, each in enumerate(listed)
    ]
    found.diagnostics += reasons.idle()
    found.killed = len(listed) - len(passing)
    open_ones = [number for number in passing if not said[number]]
    found.equivalent = [_survivor(listed[n], said[n]) for n in passing if said[n]]
    if open_ones:
        networks = [listed[number].network for number in open_ones]
        told_apart = telling(spec, networks, *_tolerance(spec))
        answers = _answers(spec, [each.inputs for each in told_apart])
        found.suggested = [
            Suggestion(inputs, answer, kills)
            for (inputs, kills), answer in zip(told_apart, answers, strict=True)
        ]
    told = {number for each in found.suggested for number in each.kills}
    found.survived = [
        _survivor(listed[number])._replace(found=place in told)
        for place, number in enumerate(open_ones)
    ]


def _answers(spec: Spec, inputs: Sequence[Array]) -> Array:
    """Give what the network answers to new cases (rows, outputs).

    It is asked as a run will ask it, behind the other cases: by how many rows it is given, the last
    digits may differ.
    """
    own = [case.row for case in spec.cases if case.table is None and not case.skip]
    with np.errstate(all="ignore"):
        trace = spec.network.forward(np.concatenate([spec.inputs[own], *(x[None] for x in inputs)]))
    return trace.outputs[len(own) :]


def _survivor(wrong: Mutant, reason: str = "") -> Survivor:
    return Survivor(wrong.mistake.code, wrong.mistake.name, wrong.place, reason)


def _tolerance(spec: Spec) -> tuple[float, float]:
    """Give the tolerance that a new case would have."""
    written: Any = spec.document.data.get("tolerance")
    if written is None:
        return DEFAULT_TOLERANCE[spec.network.dtype]
    if written == "exact":
        return 0.0, 0.0
    parts = written if isinstance(written, dict) else {"atol": written}
    return float(parts.get("atol", 0)), float(parts.get("rtol", 0))
