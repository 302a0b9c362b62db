"""Judged documents → findings: what an editor underlines, and what it says there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from evaluator.diagnostics import Diagnostic, harmless
from evaluator.lsp.judging import MAX_FINDINGS, Judged
from evaluator.lsp.positions import Positions
from evaluator.reporters.problems import verdict
from evaluator.reporters.text import named, off_by, plural, told
from evaluator.results import FAILING, CaseResult, Mismatch

#: How many rows of a table are told that fail.
MAX_ROWS: Final = 10


class Finding(NamedTuple):
    """What is to be told of some characters of a text."""

    start: int
    end: int
    #: `error` or `warning`, as in a run; `information` for what an editor leaves to a run.
    severity: str
    code: str
    message: str


def findings(judged: Sequence[Judged], positions: Positions) -> list[Finding]:
    """Give what is to be told, in the order of the text; of very much, the first part."""
    found = list(
        islice((f for each in judged for f in _of_document(each, positions)), MAX_FINDINGS + 1)
    )
    if len(found) > MAX_FINDINGS:
        found[-1] = found[-1]._replace(
            message=f"and more: an editor is told the first {MAX_FINDINGS}, `evaluator run` tells them all"
        )
    return sorted(found)


def _of_document(judged: Judged, positions: Positions) -> Iterator[Finding]:
    for diagnostic in judged.result.diagnostics:
        yield _of_diagnostic(diagnostic, positions)
    if judged.spec is not None and not judged.spec.network.steps:
        start, end = judged.document.span(("model",), key=True)
        said = "an editor does not evaluate ONNX files\nhelp: `evaluator run` does"
        yield Finding(start, end, "information", "unsupported", said)
        return
    for number, case in enumerate(judged.result.cases):
        if case.outcome in FAILING:
            yield from _of_case(judged, number, case, positions)


def _of_diagnostic(found: Diagnostic, positions: Positions) -> Finding:
    place = found.location
    span = positions.stretch(place.line, place.column, place.width)
    said = harmless(found.message) + (f"\nhelp: {harmless(found.hint)}" if found.hint else "")
    return Finding(*span, found.severity, found.code, said)


def _of_case(
    judged: Judged, number: int, case: CaseResult, positions: Positions
) -> Iterator[Finding]:
    if case.rows is None and case.mismatches:
        hints = "".join(f"\nhint: {harmless(hint)}" for hint in case.hints)
        for mismatch in case.mismatches:
            span = span_of(mismatch, positions)
            yield Finding(*span, "error", "value-mismatch", said_of(mismatch) + hints)
        if not case.withheld:
            return
    code, said = verdict(case)
    path: tuple[str | int, ...] = ("cases", number)
    if case.unrecorded:
        said += "\nhelp: let it record what the network answers, or write `expected`"
    elif case.outcome == "xpassed":
        path = (*path, "xfail")
    elif case.rows is not None:
        path, said = (*path, "file"), "\n".join(_rows(case))
    elif case.withheld:
        said = f"{plural(case.withheld, 'value')} more of this case not accepted"
    place = judged.document.locate(path)
    yield Finding(*positions.stretch(place.line, place.column, place.width), "error", code, said)


def _rows(case: CaseResult) -> Iterator[str]:
    """Tell which rows of a table fail."""
    yield f"{case.failed_rows or 0:,} of {plural(case.rows or 0, 'row')} failed"
    if case.reason:
        yield named(case.reason)
    for mismatch in case.mismatches[:MAX_ROWS]:
        yield said_of(mismatch)
    if more := max(0, len(case.mismatches) - MAX_ROWS) + case.withheld:
        yield f"… and {plural(more, 'value')} more"
    yield from (f"hint: {harmless(hint)}" for hint in case.hints)


def span_of(mismatch: Mismatch, positions: Positions) -> tuple[int, int]:
    """Give the characters of the expected value."""
    place = mismatch.location
    return positions.stretch(place.line, place.column, place.width)


def said_of(mismatch: Mismatch) -> str:
    """Say in one line what is expected, what the network answers, and how far that is off."""
    return told(mismatch) + ("" if mismatch.note else f", off by {off_by(mismatch)}")
