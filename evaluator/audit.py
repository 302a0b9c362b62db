"""Spec × mistakes → which wrong networks its cases would let pass.

The mistakes are given: whatever has a code, a name, and a place in the network (empty for the whole).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np

from evaluator.evaluate import evaluate
from evaluator.expectation import DEFAULT_TOLERANCE
from evaluator.expected import protecting, survivors
from evaluator.lints import lints
from evaluator.results import FAILING
from evaluator.telling import Telling, telling

if TYPE_CHECKING:
    from evaluator.collect import Selection
    from evaluator.diagnostics import Diagnostic
    from evaluator.network import Network
    from evaluator.spec import Spec

#: The parts of a place that are left out where places are compared.
_MARKS: Final = str.maketrans("", "", "`")


class Named(Protocol):
    """A mistake: its code in words joined by hyphens, and what a person calls it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


class Wrong(Protocol):
    """A network with a mistake, and where that is."""

    @property
    def mistake(self) -> Named: ...
    @property
    def place(self) -> str: ...
    @property
    def network(self) -> Network: ...


class Survivor(NamedTuple):
    """A mistake that passes every case."""

    code: str
    name: str
    place: str
    #: Why its author says that it need not be killed; empty where nothing is said.
    reason: str = ""
    #: Whether inputs were found that tell it apart; if not, it is perhaps equivalent.
    found: bool = False


@dataclass(slots=True, eq=False)
class Audit:
    """What became of the mistakes of one spec."""

    #: `scored`; else why it is not: `failing`, `nothing checked`, `no mistakes`.
    state: str = "scored"
    killed: int = 0
    survived: list[Survivor] = field(default_factory=list)
    #: Survivors that the spec documents; they are not counted.
    equivalent: list[Survivor] = field(default_factory=list)
    #: Inputs for new cases, with the numbers of the survivors that each kills.
    suggested: list[Telling] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def score(self) -> float | None:
        """Killed mistakes by all that count; None where none does."""
        total = self.killed + len(self.survived)
        return self.killed / total if self.state == "scored" and total else None


def audit(
    spec: Spec, mutants: Iterable[Wrong], selection: Selection | None = None,
    equivalent: Mapping[str, str] | None = None,
) -> Audit:  # fmt: skip
    """Find the mistakes that pass the selected cases of a spec.

    `equivalent` gives reasons by `CODE` or `CODE at PLACE`. Raises SpecError for what is wrong with a
    table that is too large to be read before.
    """
    cases = [case for case in spec.cases if not selection or selection(spec, case)]
    with np.errstate(all="ignore"):
        judged = evaluate(spec, selection, 1).cases
    if any(case.outcome in FAILING for case in judged):
        return Audit("failing")
    protected = protecting(cases)
    if not protected:
        return Audit("nothing checked")
    listed = list(mutants)
    result = Audit("scored" if listed else "no mistakes", diagnostics=lints(spec))
    passing = survivors(spec, [mutant.network for mutant in listed], protected)
    reasons = {key.translate(_MARKS): reason for key, reason in (equivalent or {}).items()}
    open_ones = []
    for mutant in (listed[number] for number in passing):
        survivor = _survivor(mutant, reasons)
        if survivor.reason:
            result.equivalent.append(survivor)
        else:
            open_ones.append((mutant, survivor))
    result.killed = len(listed) - len(passing)
    atol, rtol = _tolerance(spec)
    result.suggested = telling(spec, [mutant.network for mutant, _ in open_ones], atol, rtol)
    told = {number for each in result.suggested for number in each.networks}
    result.survived = [
        one._replace(found=number in told) for number, (_, one) in enumerate(open_ones)
    ]
    return result


def _survivor(mutant: Wrong, reasons: Mapping[str, str]) -> Survivor:
    code, place = mutant.mistake.code, mutant.place
    reason = reasons.get(f"{code} at {place}".translate(_MARKS), reasons.get(code, ""))
    return Survivor(code, mutant.mistake.name, place, reason)


def _tolerance(spec: Spec) -> tuple[float, float]:
    """Give the tolerance that a new case would have."""
    written: Any = spec.document.data.get("tolerance")
    if written is None:
        return DEFAULT_TOLERANCE[spec.network.dtype]
    if written == "exact":
        return 0.0, 0.0
    parts = written if isinstance(written, dict) else {"atol": written}
    return float(parts.get("atol", 0)), float(parts.get("rtol", 0))
