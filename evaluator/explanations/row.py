"""One row of inputs: its steps, what is expected of it, and whether that holds, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.diagnostics import Location, clip
from evaluator.expectation import Interval, is_interval
from evaluator.explain import number
from evaluator.explanations import working
from evaluator.explanations.shown import Digits, decimals
from evaluator.explanations.units import full, value_name
from evaluator.mismatches import compared
from evaluator.reporters.text import accepts, label, named, off_by, plural
from evaluator.results import Mismatch

if TYPE_CHECKING:
    from evaluator.case import Case, Probe
    from evaluator.explanations.expressions import Number
    from evaluator.explanations.working import Layer, Step
    from evaluator.network import Array, Network, Trace

#: How many inputs are shown.
MAX_INPUTS: Final = 20
#: How many values are named that rounding on the way changes.
MAX_CHANGED: Final = 10


@dataclass(frozen=True, slots=True)
class Expected:
    """One value that a case expects, and what becomes of it."""

    name: str
    #: As the author writes it.
    written: str
    #: What that accepts, where it is not written so.
    accepts: str
    actual: str
    holds: bool
    #: By how much it fails.
    off_by: str = ""
    #: What is accepted of the value in full precision, where the steps are rounded.
    by_hand: str = ""

    @property
    def said(self) -> str:
        """What is expected, what comes out, and by how much it fails."""
        accepts = f" accepts {self.accepts}" * bool(self.accepts)
        said = f"{self.written}{accepts}; it is {self.actual}"
        if not self.holds:
            said += f", off by {self.off_by}" if self.off_by[:1].isdigit() else f": {self.off_by}"
        return f"{said} ({self.by_hand})" if self.by_hand else said


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One row of inputs, from the inputs to the verdict."""

    title: str
    inputs: tuple[tuple[str, Number], ...]
    #: How many inputs there are besides.
    more_inputs: int
    steps: tuple[Step, ...]
    #: In place of steps, where there are too many.
    layers: tuple[Layer, ...]
    expected: tuple[Expected, ...]
    #: What else is to be said: why the case is skipped, what is rounded.
    notes: tuple[str, ...]
    #: Where the values are, in its only row, for pictures.
    trace: Trace
    #: Why the row has no verdict: `is skipped`; nothing where it has one.
    unjudged: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything that is expected holds."""
        return all(each.holds for each in self.expected)


class Row:
    """One row of inputs while it is explained."""

    def __init__(
        self, network: Network, exact: Network, places: int | None, case: Case, inputs: Array,
        title: str,
    ) -> None:  # fmt: skip
        self.case, self.title, self.inputs = case, title, inputs
        #: The digits after the point that the network rounds to; None if it does not.
        self.network, self.places = network, places
        #: With one row each, the second in full precision.
        self.trace = network.trace(inputs[None, :])
        self.exact = self.trace if exact is network else exact.trace(inputs[None, :])
        self.expected: list[Expected] = []
        self.widths: list[float] = []

    def expect(
        self, probe: Probe, written: str, interval: Interval, accepts_it: Callable[[float], bool]
    ) -> None:
        """Judge one expected value, of the steps as they are shown and in full precision."""
        value: Any
        exact: Any
        value, exact = (
            trace.block(probe.place)[0, probe.place.column or 0]
            for trace in (self.trace, self.exact)
        )
        self.widths.append(interval.high - interval.low)
        mismatch = Mismatch(
            probe.name, probe.unit, None, Location(""), written, *interval, float(value), number(value)
        )  # fmt: skip
        holds, by_hand = accepts_it(value), ""
        if self.places is not None:
            by_hand = self._by_hand(value, exact, holds, accepts_it(exact))
        self.expected.append(Expected(
            label(mismatch), clip(written, 80), "" if is_interval(written) else accepts(mismatch),
            number(value), holds, "" if holds else off_by(mismatch), by_hand,
        ))  # fmt: skip

    def _by_hand(self, value: float, exact: float, holds: bool, exact_holds: bool) -> str:
        rounded = f"{plural(self.places or 0, 'digit')} after the point on the way"
        if value == exact:
            return ""
        said = f"full precision gives {number(exact)}"
        if holds and exact_holds:
            return f"{said}, which is accepted as well"
        if holds:
            return f"accepted only with {rounded}: {said}"
        return (
            f"{said}, which is accepted" if exact_holds else f"{said}, which is not accepted either"
        )

    def expect_class(self, wanted: int, probes: Sequence[Probe]) -> None:
        """Judge the class, which is the first largest output."""
        found, exact = (_largest(trace.outputs[0]) for trace in (self.trace, self.exact))
        by_hand = f"full precision gives {self._class(exact)}" if found != exact else ""
        holds = found == wanted
        self.expected.append(Expected(
            "the largest output", self._class(wanted), "", self._class(found), holds,
            "" if holds else compared(probes, wanted, self.trace.outputs[0]), by_hand,
        ))  # fmt: skip

    def _class(self, index: int) -> str:
        names = self.network.outputs
        if index < 0:
            return "none, as one is not a number"
        return named(names[index]) if len(names) > 1 else str(index)

    def explained(self) -> Explained:
        """Put together what is told of the row."""
        digits = Digits()
        if self.places is None and not self.case.unrecorded:
            digits = decimals(self.widths)
        written_out = working.is_written_out(self.network)
        steps = tuple(working.steps(self.trace, 0, digits)) if written_out else ()
        rounded = [each.note for step in steps for each in step.equations if each.note]
        shown = list(zip(self.network.inputs, self.inputs, strict=True))
        return Explained(
            self.title,
            tuple((clip(name), full(value)) for name, value in shown[:MAX_INPUTS]),
            max(0, len(shown) - MAX_INPUTS),
            steps,
            () if written_out else tuple(working.layers(self.trace, 0, digits)),
            tuple(self.expected), (*self._notes(), *rounded), self.trace, self._unjudged(),
        )  # fmt: skip

    def _unjudged(self) -> str:
        """Say why the row has no verdict, if it has none."""
        if self.case.skip:
            return "is skipped"
        if self.case.xfail and not all(each.holds for each in self.expected):
            return "fails as expected"
        return "" if self.expected else "expects nothing"

    def _notes(self) -> Iterator[str]:
        case = self.case
        if case.skip:
            yield f"The case is skipped: {named(case.skip)}."
        if case.xfail:
            yield f"The case is expected to fail: {named(case.xfail)}."
        if case.unrecorded:
            yield "The case expects nothing: `evaluator record` writes what the network answers."
        if self.places is not None:
            yield (
                f"Every sum and every output is rounded to {plural(self.places, 'digit')} after the"
                " point before anything reads it, halves away from zero."
            )
            yield from self._changed(self.places)

    def _changed(self, places: int) -> Iterator[str]:
        """Name the values that come out otherwise than in full precision, rounded at the end."""
        changed = [
            f"{value_name(self.network, block, column)}{end} is {_instead(value, exact, places)}"
            for block in range(1, len(self.trace.blocks))
            for end, mine, theirs in (
                (".z", self.trace.sums[block][0], self.exact.sums[block][0]),
                ("", self.trace.blocks[block][0], self.exact.blocks[block][0]),
            )
            for column, (value, exact) in enumerate(zip(mine, theirs, strict=True))
            if _departs(value, exact, places)
        ]  # fmt: skip
        more = len(changed) - MAX_CHANGED
        if changed:
            rest = f", and {more} more" if more > 0 else ""
            yield f"That carries on to other values: {', '.join(changed[:MAX_CHANGED])}{rest}."
        else:
            yield "No value is off by more than its own rounding."


def _departs(value: Any, exact: Any, places: int) -> bool:
    """Tell whether a value is off by more than its own rounding, of which 15 digits are read."""
    if value == exact or (np.isnan(value) and np.isnan(exact)):
        return False
    if not (np.isfinite(value) and np.isfinite(exact)):
        return True
    own = max(0.5 * 10.0**-places, abs(exact) * max(5e-15, np.finfo(np.asarray(exact).dtype).eps))
    return bool(abs(value - exact) > own * (1 + 1e-9))


def _instead(value: Any, exact: Any, places: int) -> str:
    mine, theirs = number(value), Digits(places + 2).number(exact).text
    return f"{mine} instead of {number(exact) if mine == theirs else theirs}"


def _largest(outputs: Array) -> int:
    """Give the first largest of some outputs; -1 where one is not a number."""
    return -1 if np.isnan(outputs).any() else int(outputs.argmax())
