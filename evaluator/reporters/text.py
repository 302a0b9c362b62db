"""What the text reporters share: colour, numbers, source excerpts, the summary line."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import harmless
from evaluator.expectation import is_interval
from evaluator.explain import number
from evaluator.results import Summary
from evaluator.subjects import REFERENCE

if TYPE_CHECKING:
    from evaluator.diagnostics import Location
    from evaluator.results import CaseResult, Mismatch, Report, SpecResult
    from evaluator.shards import Shard

_CODES: Final = {"red": "31;1", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}

#: How many characters of a name or a reason are shown.
MAX_NAME: Final = 200


def paint(text: str, style: str, color: bool) -> str:
    """Colour a text, if colour is wanted."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color else text


def by(spec: SpecResult) -> str:
    """Name the subject, where it is not the evaluator itself or there are several."""
    shown = spec.subject and (spec.is_compared or spec.subject != REFERENCE)
    return f" [{named(spec.subject)}]" if shown else ""


def case_name(spec: SpecResult, case: CaseResult) -> str:
    """Show the id of a case, and the subject where only it tells two cases apart."""
    return named(case.id or case.name) + (by(spec) if spec.is_compared else "")


def spec_name(spec: SpecResult) -> str:
    """Show the name of a spec, and the subject that it was evaluated with."""
    return named(spec.name) + by(spec)


def named(text: str) -> str:
    """Show the name that an author gave, harmless and not of any length."""
    return harmless(text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…")


def typed(file: str) -> str:
    """Write the name of a file as one types it in a shell, blanks and all."""
    from shlex import quote

    return harmless(quote(file))


def plural(count: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def accepts(mismatch: Mismatch) -> str:
    """Say which values an expectation accepts."""
    if math.isnan(mismatch.low):
        return ".nan alone"
    if mismatch.low == mismatch.high:
        return f"exactly {number(mismatch.low)}"
    return f"{number(mismatch.low)} to {number(mismatch.high)}"


def label(mismatch: Mismatch) -> str:
    """Name the value that is off."""
    index = "" if mismatch.index is None else f"[{mismatch.index}]"
    return f"{named(mismatch.output)}{index}"


def row(mismatch: Mismatch) -> str:
    """Name the row of a table."""
    return f"row {mismatch.row}" + (f" ({harmless(mismatch.row_name)})" * bool(mismatch.row_name))


def told(mismatch: Mismatch) -> str:
    """Say in one line what is off, harmless."""
    at = "" if mismatch.row is None else f"{row(mismatch)}: "
    said = mismatch.note
    if not said:
        interval = "" if is_interval(mismatch.expected) else f" ({accepts(mismatch)})"
        said = f"{label(mismatch)} is {mismatch.shown}, expected {mismatch.expected}{interval}"
    return at + harmless(said)


def _is_open(mismatch: Mismatch) -> bool:
    """Tell whether the end of an interval that the actual value is beyond does not belong to it."""
    written = mismatch.expected.strip("\"' ")
    strict = written[:1] in ("<", ">") and written[1:2] != "="
    return strict or (written[:1] == "(" if mismatch.actual < mismatch.low else written[-1:] == ")")


def off_by(mismatch: Mismatch) -> str:
    """Say by how much a value misses, and how that compares with what is allowed."""
    low, high, actual = mismatch.low, mismatch.high, mismatch.actual
    if mismatch.note:
        return mismatch.note
    if math.isnan(actual):
        return "the actual value is not a number"
    if math.isnan(low):
        return "only .nan is accepted"
    if math.isinf(actual):
        return "the actual value is infinite"
    if is_interval(mismatch.expected) or math.isinf(low) or math.isinf(high):
        bound = low if actual < low else high
        distance = abs(bound - actual)
        if math.isinf(distance):
            return (
                "no finite number is accepted" if low == high else "more than a 64-bit float holds"
            )
        if _is_open(mismatch) and math.nextafter(actual, bound) == bound:
            return "nothing: it is the bound itself, which is not accepted"
        return f"{distance:.3g} from the nearest accepted value"
    half, distance = (high - low) / 2, abs(actual - (low / 2 + high / 2))
    if half > 0:
        return f"{distance:.3g}, {_times(distance / half)} times what is allowed"
    return f"{distance:.3g}, where nothing is allowed"


def misses(mismatch: Mismatch) -> tuple[str, str]:
    """Give the heading, and by how much a value misses, or why that is not to be told."""
    said = off_by(mismatch)
    is_distance = said[0].isdigit() or said.startswith(("nothing", "more"))
    return "off by" if is_distance else "because", said


def _times(ratio: float) -> str:
    return f"{float(f'{ratio:.3g}'):,.0f}" if 100 <= ratio < 1e12 else f"{ratio:.3g}"


def excerpt(location: Location, label: str, color: bool) -> list[str]:
    """Show the source lines of a place, with a caret under it."""
    if not location.lines:
        return []
    first = location.line - len(location.lines) + 1
    gutter = len(str(location.line))
    more = "…" if location.offset else ""
    shown = [
        f"  {first + n:>{gutter}} | {more}{harmless(line).expandtabs(4)}".rstrip()
        for n, line in enumerate(location.lines)
    ]
    before = location.lines[-1][: location.column - 1 - location.offset]
    marked = location.lines[-1][len(before) : len(before) + location.width]
    indent = _columns(harmless(before).expandtabs(4)) + len(more)
    caret = "^" * max(1, _columns(harmless(marked)))
    pointer = paint(f"{caret} {label}".rstrip(), "red", color)
    return [*shown, f"  {'':>{gutter}} | {' ' * indent}{pointer}"]


def _columns(text: str) -> int:
    """Count terminal columns: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def summary(report: Report, color: bool) -> str:
    """Say in one line how the run ended and how many values were checked."""
    counts: Summary = report.summary
    if counts.specs and not counts.cases and not counts.values and report.ok:  # validated only
        line = f"{plural(counts.specs, 'spec')} valid"
        line += f", {plural(counts.warnings, 'warning')}" if counts.warnings else ""
        return paint(line, "green", color)
    parts = [
        (counts.failed, f"{counts.failed:,} failed"),
        (counts.errors, plural(counts.errors, "error")),
        (counts.invalid, f"{counts.invalid:,} invalid"),
        (counts.missing, f"{counts.missing:,} not found"),
        (counts.xpassed, f"{counts.xpassed:,} passed unexpectedly"),
        (counts.passed, f"{counts.passed:,} passed"),
        (counts.skipped, f"{counts.skipped:,} skipped"),
        (counts.xfailed, f"{counts.xfailed:,} failed as expected"),
        (counts.warnings, plural(counts.warnings, "warning")),
    ]
    said = ", ".join(text for count, text in parts if count) or "nothing"
    line = f"{said} in {plural(counts.specs, 'spec')}; "
    line += f"{plural(counts.values, 'value')} checked in {counts.seconds:.2f} s"
    if counts.unchecked:
        line += f" ({plural(counts.unchecked, 'other')} not told by the subject)"
    if report.override:
        line += f" (tolerance of the command line: {report.override})"
    line += part(report.shard)
    if counts.exit_code == 5 and not counts.missing:
        line += "; nothing was checked, which counts as a failure"
    if counts.exit_code == 130:
        line += "; interrupted"
    return paint(line, "green" if report.ok else "red", color)


def part(shard: Shard | None) -> str:
    """Say which part of a run this is."""
    if shard is None:
        return ""
    files = f"{shard.files:,} of {plural(shard.total, 'file')}"
    return f" (shard {shard.number}/{shard.of}: {files}, plan {shard.plan})"
