"""Findings → the edits that an editor offers to make for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.collect import CaseId
from evaluator.diagnostics import SpecError, clip
from evaluator.lsp.findings import Finding, span_of
from evaluator.lsp.judging import MAX_FINDINGS, Judged, judge
from evaluator.lsp.positions import Positions
from evaluator.rewriting.record import Terms
from evaluator.rewriting.recording import record_file
from evaluator.rewriting.splice import Edit, splice

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.results import CaseResult

#: Codes of what is told of one word that another was meant.
_MISSPELT: Final = frozenset(("unknown-key", "unknown-name", "unknown-value"))
#: Where more values are touched, they are not offered one by one: each offer is tried out.
MAX_OFFERED: Final = 8
_MEANT: Final = re.compile(r"help: did you mean `([A-Za-z_]\w*)`\?$")


class Action(NamedTuple):
    """Some edits, and what they are offered as."""

    title: str
    edits: tuple[Edit, ...]
    #: What it mends.
    findings: tuple[Finding, ...] = ()
    #: Whether it is what its author is likely to have meant.
    is_preferred: bool = False


def actions(
    judged: Sequence[Judged], findings: Sequence[Finding], positions: Positions,
    start: int, end: int,
) -> list[Action]:  # fmt: skip
    """Give what can be done about the findings that some characters of a text touch."""
    touched = [found for found in findings if found.start <= end and start <= found.end]
    return [*_corrections(judged, touched, positions), *_recordings(judged, touched, positions)]


def _corrections(
    judged: Sequence[Judged], touched: Sequence[Finding], positions: Positions
) -> Iterator[Action]:
    """Offer the word that was meant, if the finding is gone with it."""
    for found in touched:
        meant = _MEANT.search(found.message)
        if found.code not in _MISSPELT or not meant:
            continue
        text, file = judged[0].document.text.text, judged[0].document.file
        quote = text[found.start] if text[found.start : found.start + 1] in ("'", '"') else ""
        edit = Edit(found.start, found.end, f"{quote}{meant[1]}{quote}")
        after = splice(text, [edit])
        left = (d for each in judge(after, file) for d in each.result.diagnostics)
        places = {(d.code, *positions.stretch(*d.location[1:4])[:1]) for d in left}
        if (found.code, found.start) not in places:
            yield Action(f"Change to `{meant[1]}`", (edit,), (found,), is_preferred=True)


def _recordings(
    judged: Sequence[Judged], touched: Sequence[Finding], positions: Positions
) -> Iterator[Action]:
    """Offer to record the values that were touched, their cases, and all that fails."""
    failing = [
        (each, number, case)
        for each in judged
        if each.spec is not None and each.spec.network.steps
        for number, case in enumerate(each.result.cases)
        if case.outcome == "failed" and case.rows is None
    ]
    values = [
        (each, case, path, found)
        for each, number, case in failing
        for path, found in _touched(each, number, case, touched, positions)
    ]
    if len(values) <= MAX_OFFERED:
        for each, case, path, found in values:
            yield from _recording("Record this value", judged, each, case, path, (found,))
        for each, case in {id(case): (each, case) for each, case, *_ in values}.values():
            if len(case.mismatches) + case.withheld > 1:
                yield from _recording("Record all failing values of this case", judged, each, case)
    # Of more than is told nobody has seen what would be written.
    if values and 1 < len(failing) <= MAX_FINDINGS:
        yield from _recording("Record all failing values of this file", judged)


def _touched(
    judged: Judged, number: int, case: CaseResult, touched: Sequence[Finding], positions: Positions
) -> Iterator[tuple[Path, Finding]]:
    """Give the paths of the failing values of a case that are touched, and what is told of them."""
    assert judged.spec is not None
    by_span = {found[:2]: found for found in touched if found.code == "value-mismatch"}
    if case.unrecorded and case.location is not None:
        place = case.location
        start, _ = positions.stretch(place.line, place.column, place.width)
        for found in touched:
            if found.code == "unrecorded" and found.start == start:
                yield ("cases", number), found
    elif by_span and any(span_of(each, positions) in by_span for each in case.mismatches):
        written = judged.spec.cases[number]
        paths = [check.path for check in written.checks]
        if written.expected_class is not None:
            paths.append(("cases", number, "expected_class"))
        for path in paths:
            place = judged.document.locate(path)
            span = positions.stretch(place.line, place.column, place.width)
            if span in by_span:
                yield path, by_span[span]


def _recording(
    title: str, judged: Sequence[Judged], only: Judged | None = None,
    case: CaseResult | None = None, at: Path = (), found: tuple[Finding, ...] = (),
) -> Iterator[Action]:  # fmt: skip
    """Offer what `evaluator record --update failing` would write, if there is anything."""
    evaluated = [each for each in judged if each.spec is not None and each.spec.network.steps]
    text = judged[0].document.text
    ids = [
        CaseId(each.document.number, case.id if case else "")
        for each in evaluated
        if only is None or each is only
    ]
    try:
        recorded = record_file(text.text.encode(), text.file, ids, Terms(update="failing", at=at))
    except (SpecError, UnicodeEncodeError, RuntimeError):  # the last: it would change more
        return
    if recorded.edits:
        if found and len(recorded.edits) == 1 and (edit := recorded.edits[0]).start < edit.end:
            title += f": {clip(edit.text)}"
        yield Action(title, tuple(recorded.edits), found)
