"""The full text: every mismatch with its source, its size and its arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import harmless
from evaluator.expectation import is_interval
from evaluator.reporters.text import (
    accepts,
    by,
    excerpt,
    label,
    misses,
    named,
    paint,
    plural,
    row,
    summary,
    typed,
)
from evaluator.results import FAILING

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.results import CaseResult, Mismatch, Report, SpecResult

#: How many failing rows of one table are written out.
MAX_ROWS: Final = 50


def render(report: Report, *, color: bool = False, verbose: int = 0, quiet: bool = False) -> str:
    """Write what a person wants to read: what is wrong, then the counts."""
    if quiet:
        from evaluator.reporters.concise import render as concise

        return concise(report, color=color)
    blocks = [
        "\n".join(block) for spec in report.specs for block in _spec(spec, color, verbose) if block
    ]
    blocks.append(f"{summary(report, color)}\n")
    return "\n\n".join(blocks)


def _spec(spec: SpecResult, color: bool, verbose: int) -> Iterator[list[str]]:
    for found in spec.diagnostics:
        yield diagnostic(found, color)
    listed = []
    for case in spec.cases:
        if case.outcome in FAILING:
            yield case_lines(spec, case, color)
        elif verbose:
            listed.append(_line(spec, case))
    yield listed


def diagnostic(found: Diagnostic, color: bool) -> list[str]:
    """Write one diagnostic: what, where, and what to do."""
    heading = paint(
        f"{found.severity}[{found.code}]", "red" if found.severity == "error" else "yellow", color
    )
    lines = [f"{heading}: {harmless(found.message)}", f"  --> {harmless(str(found.location))}"]
    if found.location.lines:
        lines += ["", *excerpt(found.location, "", color)]
    if found.hint:
        lines += ["", f"  help: {harmless(found.hint)}"]
    return lines


def _line(spec: SpecResult, case: CaseResult) -> str:
    reason = f": {named(case.reason)}" if case.reason else ""
    values = f" ({plural(case.values, 'value')})" if case.values else ""
    place = harmless(f"{spec.file}:{case.line}:{case.column}")
    return f"{case.outcome.upper()} {place} {named(case.name)}{by(spec)}{values}{reason}"


def case_lines(spec: SpecResult, case: CaseResult, color: bool) -> list[str]:
    """Write one failing case: what is off, by how much, and how it came about."""
    place = case.mismatches[0].location if case.mismatches else case.location
    name = named(case.name)
    ending = "ERROR" if case.outcome == "error" else "FAILED"
    heading = f"{harmless(str(place or spec.file))} {name}{by(spec)}"
    lines = [f"{paint(ending, 'red', color)} {heading}"]
    if case.unrecorded:
        assert case.location is not None
        lines += ["", *excerpt(case.location, "expects nothing", color)]
        return [
            *lines,
            "",
            f"  help: add `expected`, or run `evaluator record {typed(spec.file)}`",
        ]
    if case.outcome == "xpassed":
        return [*lines, "", f"  it passes, and was expected to fail: {named(case.reason)}"]
    if case.outcome == "error" or case.reason:
        said = named(case.reason) or "what is under test broke"
        place_lines = (
            [f"  {said}"] if case.location is None else excerpt(case.location, said, color)
        )
        lines += ["", *place_lines, *_printed(case)]
    hints = [line for hint in case.hints for line in ("", f"  hint: {harmless(hint)}")]
    if case.rows is not None:
        return [*lines, *_table(case, color), *hints]
    shown: set[tuple[str, ...]] = set()
    for mismatch in case.mismatches:
        lines += _mismatch(mismatch, color)
        if mismatch.arithmetic and mismatch.arithmetic not in shown:
            shown.add(mismatch.arithmetic)
            lines += ["", *(f"  {harmless(line)}" for line in mismatch.arithmetic)]
    if case.withheld:
        lines += ["", _more(0, case.withheld)]
    return [*lines, *hints]


def _printed(case: CaseResult) -> list[str]:
    """Show what a subject that broke wrote."""
    if not case.printed:
        return []
    return ["", "  it printed:", *(f"    | {harmless(line)}" for line in case.printed.splitlines())]


def _more(listed: int, withheld: int) -> str:
    """Say how many mismatches are not written out, and what shows them."""
    number = listed + withheld
    all_of_them = "--max-mismatches 0 --output-format json" if withheld else "--output-format json"
    many = "mismatches" if number > 1 else "mismatch"
    return f"  … and {number:,} {many} more; `{all_of_them}` has them all"


def _mismatch(mismatch: Mismatch, color: bool) -> list[str]:
    is_class = mismatch.output == "class" and mismatch.note
    said = mismatch.note if is_class else f"{label(mismatch)} is {mismatch.shown}"
    lines = ["", *excerpt(mismatch.location, said, color)]
    if is_class:
        return lines
    expected = harmless(mismatch.expected)
    if not is_interval(mismatch.expected):
        expected += f", which accepts {accepts(mismatch)}"
    heading, missed = misses(mismatch)
    return [
        *lines, "",
        f"  expected    {expected}",
        f"  actual      {mismatch.shown}",
        f"  {heading:<12}{missed}",
    ]  # fmt: skip


def _table(case: CaseResult, color: bool) -> list[str]:
    lines = [""]
    if case.mismatches:
        said = f"{case.failed_rows:,} of {plural(case.rows or 0, 'row')} failed"
        lines += [*excerpt(case.mismatches[0].location, said, color), ""]
    for mismatch in case.mismatches[:MAX_ROWS]:
        if mismatch.note:
            lines.append(f"  {row(mismatch)}: {harmless(mismatch.note)}")
        else:
            interval = "" if is_interval(mismatch.expected) else f" ({accepts(mismatch)})"
            lines.append(
                f"  {row(mismatch)}: {label(mismatch)} is {mismatch.shown}, expected"
                f" {harmless(mismatch.expected)}{interval}, {' '.join(misses(mismatch))}"
            )
    unlisted = max(0, len(case.mismatches) - MAX_ROWS)
    if unlisted or case.withheld:
        lines.append(_more(unlisted, case.withheld))
    return lines
