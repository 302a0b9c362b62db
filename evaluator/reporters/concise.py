"""One line a problem, as compilers and linters write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluator.diagnostics import harmless
from evaluator.reporters.text import by, named, paint, summary, told

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.results import CaseResult, Mismatch, Report, SpecResult


def render(report: Report, *, color: bool = False, verbose: int = 0, quiet: bool = False) -> str:
    """Write a line for each problem, then the counts."""
    lines = []
    for spec in report.specs:
        lines += [diagnostic_line(found, color) for found in spec.diagnostics]
        for case in spec.cases:
            lines += case_lines(spec, case, color)
    return "\n".join([*lines, summary(report, color)]) + "\n"


def diagnostic_line(found: Diagnostic, color: bool) -> str:
    """Write one diagnostic in a line."""
    hint = f" ({found.hint})" if found.hint else ""
    code = paint(found.code, "red" if found.severity == "error" else "yellow", color)
    return f"{harmless(str(found.location))}: {code} {harmless(found.message + hint)}"


def case_lines(spec: SpecResult, case: CaseResult, color: bool) -> list[str]:
    """Write a line for each problem of one case."""
    if not spec.is_compared:
        return _of_case(spec, case, color)
    return [line + by(spec) for line in _of_case(spec, case, color)]


def _of_case(spec: SpecResult, case: CaseResult, color: bool) -> list[str]:
    place = harmless(f"{spec.file}:{case.line}:{case.column}")
    if case.unrecorded:
        return [f"{place}: {paint('unrecorded', 'red', color)} the case expects nothing"]
    if case.outcome == "xpassed":
        code = paint("unexpected-pass", "red", color)
        return [f"{place}: {code} expected to fail: {named(case.reason)}"]
    if case.outcome not in ("failed", "error"):
        return []
    lines = []
    if case.reason:
        code = paint("error" if case.outcome == "error" else "wrong-answer", "red", color)
        lines.append(f"{place}: {code} {named(case.reason)}")
    hints = "".join(f" ({harmless(hint)})" for hint in case.hints)  # told once
    for number, mismatch in enumerate(case.mismatches):
        lines.append(_mismatch(mismatch, color) + (hints if number == 0 else ""))
    if case.withheld:
        code = paint("value-mismatch", "red", color)
        lines.append(f"{place}: {code} {case.withheld:,} more; `--max-mismatches 0` lists them all")
    return lines


def _mismatch(mismatch: Mismatch, color: bool) -> str:
    code = paint("value-mismatch", "red", color)
    return f"{harmless(str(mismatch.location))}: {code} {told(mismatch)}"
