"""Spec → solution: the steps of each case, and whether what it expects holds, as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator import working
from evaluator.diagnostics import Location, UsageError, clip
from evaluator.evaluate import accepts_exactly, batches
from evaluator.expectation import Interval, around, is_interval, parse
from evaluator.explain import number
from evaluator.explanations.byhand import by_hand
from evaluator.reporters.text import accepts, label, named, off_by, plural
from evaluator.results import Mismatch
from evaluator.shown import Digits, decimals

if TYPE_CHECKING:
    from evaluator.batch import Batch
    from evaluator.case import Case, Check, Probe
    from evaluator.expressions import Number
    from evaluator.network import Array, Network, Trace
    from evaluator.spec import Spec
    from evaluator.working import Layer, Step

#: How many cases of a spec, rows of a table and inputs of a case are shown.
MAX_CASES: Final = 100
MAX_ROWS: Final = 3
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
    #: Where the values are, for pictures.
    trace: Trace
    row: int


@dataclass(slots=True, eq=False)
class Solution:
    """A spec, explained."""

    title: str
    spec: Spec
    network: Network
    cases: list[Explained] = field(default_factory=list)
    #: What is left out.
    left_out: list[str] = field(default_factory=list)


def solution(spec: Spec, cases: Sequence[Case], digits: int | None = None) -> Solution:
    """Explain some cases of a spec; `digits` rounds every step as one does by hand.

    Raises UsageError for a network that holds no weights here, SpecError for a table that is wrong.
    """
    if not spec.network.steps:
        raise UsageError(
            f"{spec.file} holds an ONNX file: only networks whose weights are written out are explained",
            "`evaluator convert` makes such a spec of a dense ONNX network",
        )
    network = spec.network if digits is None else by_hand(spec.network, digits)
    found = Solution(named(spec.name), spec, network)
    reader = _Reader(spec, network, digits)
    with np.errstate(all="ignore"):
        for case in cases[:MAX_CASES]:
            if case.table is None:
                found.cases.append(reader.inline(case))
            else:
                found.cases += reader.table(case, found.left_out)
    if len(cases) > MAX_CASES:
        more = plural(len(cases) - MAX_CASES, "case")
        found.left_out.append(f"{more} more: name one to see it")
    return found


class _Reader:
    """Explains the cases of one spec."""

    def __init__(self, spec: Spec, network: Network, digits: int | None) -> None:
        self.spec, self.network, self.digits = spec, network, digits

    def inline(self, case: Case) -> Explained:
        """Explain a case that is written out."""
        row = _Row(self, case, self.spec.inputs[case.row], named(case.id))
        for check in case.checks:
            row.expect(
                self.spec.probes[check.probe], self._written(check), _interval(check, case),
                partial(_accepts, check, case),
            )  # fmt: skip
        if case.expected_class is not None:
            row.expect_class(case.expected_class)
        return row.explained()

    def _written(self, check: Check) -> str:
        document = self.spec.document
        start, end = document.span(check.path)
        written = document.text.text[start:end][:80]
        if written.startswith(("*", ">", "|")):  # an alias, or a text in a block
            written = str(document.value(check.path))
        return written.strip("\"'")

    def table(self, case: Case, left_out: list[str]) -> Iterator[Explained]:
        rows = 0
        for batch in batches(self.spec, case):
            for at in range(max(0, min(len(batch.inputs), MAX_ROWS - rows))):
                yield self._table_row(case, batch, at, rows + at + 1)
            rows += len(batch.inputs)
        if rows > MAX_ROWS:
            left_out.append(f"{named(case.id)}: {plural(rows - MAX_ROWS, 'row')} more of its table")

    def _table_row(self, case: Case, batch: Batch, at: int, shown: int) -> Explained:
        name = f" ({named(batch.names[at])})" if len(batch.names) else ""
        row = _Row(self, case, batch.inputs[at], f"{named(case.id)}, row {shown}{name}")
        if batch.expected is not None:
            for column in range(batch.expected.shape[1]):
                value, text = float(batch.expected[at, column]), batch.texts.get((at, column))
                interval = parse(text) if text else around(value, case.atol, case.rtol)
                row.expect(
                    self.spec.probes[column], text or number(value), interval,
                    partial(_accepted, interval),
                )  # fmt: skip
        if batch.classes is not None:
            row.expect_class(int(batch.classes[at]))
        return row.explained()


def _interval(check: Check, case: Case) -> Interval:
    if math.isfinite(check.value):
        return around(check.value, case.atol, case.rtol)
    return Interval(check.low, check.high)


def _accepts(check: Check, case: Case, value: float) -> bool:
    return check.low <= value <= check.high or accepts_exactly(check, value, case)


def _accepted(interval: Interval, value: float) -> bool:
    is_nan = math.isnan(interval.low) and math.isnan(value)
    return is_nan or interval.low <= value <= interval.high


class _Row:
    """One row of inputs while it is explained."""

    def __init__(self, reader: _Reader, case: Case, inputs: Array, title: str) -> None:
        self.case, self.title, self.inputs = case, title, inputs
        self.network, self.places = reader.network, reader.digits
        self.trace = reader.network.trace(inputs[None, :])
        self.exact = (
            self.trace if reader.digits is None else reader.spec.network.trace(inputs[None, :])
        )
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
            return f"accepted with {rounded} alone: {said}"
        return (
            f"{said}, which is accepted" if exact_holds else f"{said}, which is not accepted either"
        )

    def expect_class(self, wanted: int) -> None:
        """Judge the class, which is the first largest output."""
        found, exact = (_largest(trace.outputs[0]) for trace in (self.trace, self.exact))
        by_hand = f"full precision gives {self._class(exact)}" if found != exact else ""
        holds = found == wanted
        self.expected.append(Expected(
            "the largest output", self._class(wanted), "", self._class(found), holds,
            "" if holds else "another one is larger", by_hand,
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
        shown = list(zip(self.network.inputs, self.inputs, strict=True))
        return Explained(
            self.title,
            tuple((clip(name), working.full(value)) for name, value in shown[:MAX_INPUTS]),
            max(0, len(shown) - MAX_INPUTS),
            tuple(working.steps(self.trace, 0, digits)) if written_out else (),
            () if written_out else tuple(working.layers(self.trace, 0, digits)),
            tuple(self.expected), tuple(self._notes()), self.trace, 0,
        )  # fmt: skip

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
            f"{working.value_name(self.network, block, column)}{end} is {number(value)}"
            f" instead of {Digits(places + 2).number(exact).text}"
            for block in range(1, len(self.trace.blocks))
            for end, mine, theirs in (
                (".z", self.trace.sums[block][0], self.exact.sums[block][0]),
                ("", self.trace.blocks[block][0], self.exact.blocks[block][0]),
            )
            for column, (value, exact) in enumerate(zip(mine, theirs, strict=True))
            if abs(value - exact) > 0.5 * 10.0**-places * (1 + 1e-9)
        ]  # fmt: skip
        more = len(changed) - MAX_CHANGED
        if changed:
            rest = f", and {more} more" if more > 0 else ""
            yield f"That carries on to other values: {', '.join(changed[:MAX_CHANGED])}{rest}."
        else:
            yield "No value is off by more than its own rounding."


def _largest(outputs: Array) -> int:
    """Give the first largest of some outputs; -1 where one is not a number."""
    return -1 if np.isnan(outputs).any() else int(outputs.argmax())


def choose(cases: Iterable[Case], name: str | None) -> list[Case]:
    """Choose the case of a name, or all."""
    return [case for case in cases if name is None or case.id == name]
