"""Spec → edits: what its file would say if it expected what the network answers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from evaluator.collect import CaseId, Selection
from evaluator.diagnostics import clip
from evaluator.evaluate import MAX_VALUES, accepts_exactly, evaluate
from evaluator.expectation import is_interval
from evaluator.explain import number
from evaluator.rewriting.insertion import insert_after
from evaluator.rewriting.splice import Edit
from evaluator.source import read
from evaluator.spelling import about, in_text, plain

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.diagnostics import Location
    from evaluator.document import Path
    from evaluator.spec import Spec

#: Which expected values are written: those of cases that expect nothing, also those that are not
#: accepted, or also those that are accepted and differ.
Update = Literal["missing", "failing", "all"]


class Terms(NamedTuple):
    """What is to be recorded, and how."""

    selection: Selection = Selection()
    update: Update = "missing"
    #: Write `~` and so many significant digits; None writes what tells a number from its neighbours.
    digits: int | None = None
    #: Only what stands at or below this path of a document; nothing means everything.
    at: Path = ()


class Change(NamedTuple):
    """One expected value, or all of a case that expects nothing, and the edits that write it."""

    path: Path
    edits: tuple[Edit, ...]
    #: How many values it writes.
    values: int = 1


class Left(NamedTuple):
    """What was asked for and is left as it is: where, why, and what its author can do."""

    path: Path
    location: Location
    message: str
    hint: str


class Recording(NamedTuple):
    """What recording a spec comes to."""

    changes: list[Change]
    left: list[Left]
    #: How many cases were selected, skipped ones and tables among them.
    cases: int


def record(spec: Spec, terms: Terms) -> Recording:
    """Find the edits that make the selected cases expect what the network answers.

    Skipped cases are passed over. So are those that are expected to fail: they say what the network
    should answer.
    """
    recorder = _Recorder(spec, terms)
    cases = [c for c in spec.cases if not terms.selection or terms.selection(spec, c)]
    with np.errstate(all="ignore"):
        for case in cases:
            if not case.skip:
                recorder.case(case)
    depth = len(terms.at)
    changes = [change for change in recorder.changes if change.path[:depth] == terms.at]
    left = [left for left in recorder.left if left.path[:depth] == terms.at]
    return Recording(changes, left, len(cases))


class _Recorder:
    """Goes through the cases of one spec, whose inline rows are fed forward many at a time."""

    def __init__(self, spec: Spec, terms: Terms) -> None:
        self.spec, self.document, self.terms = spec, spec.document, terms
        self.changes: list[Change] = []
        self.left: list[Left] = []
        #: The aliases and what they name that are left, and told.
        self._told: set[tuple[int, int]] = set()
        self._rows = max(1, MAX_VALUES // spec.network.size())
        #: The first of the rows that are fed forward; none is yet.
        self._first = -self._rows

    def case(self, case: Case) -> None:
        """Record one case."""
        if case.xfail:
            if case.unrecorded:
                self._leave(("cases", case.number), "a case that is expected to fail expects nothing",
                            "write what the network should answer")  # fmt: skip
        elif case.table is not None:
            self._table(case)
        elif case.unrecorded:
            self._missing(case)
        elif self.terms.update != "missing":
            for check in case.checks:
                self._value(case, check)
            if case.expected_class is not None:
                self._class(case)

    def _missing(self, case: Case) -> None:
        path = ("cases", case.number)
        if self._is_shared(path):
            return
        count, digits = self.spec.network.output_count(), self.terms.digits
        actual = [self._actual(case, probe) for probe in range(count)]
        texts = [about(value, digits) if digits else plain(value) for value in actual]
        value = texts[0] if count == 1 else f"[{', '.join(texts)}]"
        edits = insert_after(self.document, path, "inputs", "expected", value)
        self.changes.append(Change((*path, "expected"), tuple(edits), count))

    def _value(self, case: Case, check: Check) -> None:
        actual = self._actual(case, check.probe)
        accepted = accepts_exactly(check, float(actual), case)
        if accepted and (self.terms.update == "failing" or self._is_shared(check.path, quiet=True)):
            return
        if not accepted and self._is_shared(check.path):
            return
        start, end = self.document.span(check.path)
        written, digits = self.document.text.text[start:end], self.terms.digits
        if isinstance(self.document.value(check.path), str):
            new = in_text(written, actual, digits)
        elif digits:
            new = about(actual, digits)
        else:
            new = written if accepted and _is(check.value, actual) else plain(actual, written)
        if new is not None:
            if new != written:
                self.changes.append(Change(check.path, (Edit(start, end, new),)))
        elif not accepted:
            name = self._name(check)
            self._leave(check.path, f"{name} is {number(actual)}, which {_said(written)}",
                        "change it by hand, or remove `expected` and record the case")  # fmt: skip

    def _class(self, case: Case) -> None:
        path = ("cases", case.number, "expected_class")
        outputs = [self._actual(case, p) for p in range(self.spec.network.output_count())]
        if any(map(math.isnan, outputs)):
            self._leave(path, "an output is not a number, so there is no largest one",
                        "see `evaluator run` for the outputs")  # fmt: skip
            return
        largest = int(np.argmax(outputs))
        if largest == case.expected_class or self._is_shared(path):
            return
        start, end = self.document.span(path)
        names = self.spec.network.outputs
        new = str(largest)
        if isinstance(self.document.value(path), str) and names.count(names[largest]) == 1:
            new = _text(names[largest], self.document.text.text[start])
        self.changes.append(Change(path, (Edit(start, end, new),)))

    def _table(self, case: Case) -> None:
        """Say that a table is not rewritten, if there is something that would be."""
        path = ("cases", case.number, "file")
        hint = "write the values into it, as `evaluator run` reports them"
        if case.unrecorded:
            self._leave(path, "the table expects nothing, and tables are not rewritten", hint)
        elif self.terms.update != "missing":
            this = Selection(ids={CaseId(self.document.number, case.id)})
            (found,) = evaluate(self.spec, this, 1).cases
            if found.failed_rows:
                rows = f"{found.failed_rows:,} of {found.rows:,} rows of the table fail"
                self._leave(path, f"{rows}, and tables are not rewritten", hint)

    def _actual(self, case: Case, probe: int) -> Any:
        """Give what the network answers, a number of its dtype."""
        if not 0 <= case.row - self._first < self._rows:
            self._first = case.row
            rows = self.spec.inputs[case.row : case.row + self._rows]
            self._trace = self.spec.network.forward(rows)
        place = self.spec.probes[probe].place
        return self._trace.block(place)[case.row - self._first, place.column]

    def _name(self, check: Check) -> str:
        name, unit, _ = self.spec.probes[check.probe]
        return clip(name) if unit is None else f"{clip(name)}[{unit}]"

    def _is_shared(self, path: Path, quiet: bool = False) -> bool:
        """Tell whether other places have their value from this one, or this from another."""
        twins = self.document.twins(path)
        if twins is not None and not quiet:
            text = self.document.text
            line, column = text.position(twins[1][0])
            said = f"an anchor or an alias makes this the same as {line}:{column}"
            hint = "write the value out in each place"
            if twins[0] not in self._told:  # once, however many values there are in it
                self.left.append(Left(path, text.location(*twins[0]), said, hint))
            self._told.add(twins[0])
        return twins is not None

    def _leave(self, path: Path, message: str, hint: str) -> None:
        self.left.append(Left(path, self.document.locate(path), message, hint))


def _is(expected: float, actual: Any) -> bool:
    return expected == actual or (math.isnan(expected) and math.isnan(actual))


def _said(written: str) -> str:
    """Say why a text is not rewritten that does not accept the value."""
    if not re.match("[|>][-+0-9]*\n", written) and is_interval(written):
        return f"`{clip(written)}` does not accept: it says what is wanted, not what was answered"
    return "this does not accept, and it is written in a way that is not rewritten"


def _is_plain(text: str) -> bool:
    """Tell whether a text may stand without quotes, in brackets too."""
    (document, *_) = read(f"[{text}]", "")
    return not document.diagnostics and document.data == [text]


def _text(text: str, before: str) -> str:
    """Write a text in quotes like those that it replaces, or plain where that is the same text."""
    if before == "'":
        return "'" + text.replace("'", "''") + "'"
    if before != '"' and _is_plain(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
