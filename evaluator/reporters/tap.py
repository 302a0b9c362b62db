"""TAP 14, the Test Anything Protocol: a test point for each case and each invalid spec."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import harmless
from evaluator.reporters.json import diagnostic_object, mismatch_object
from evaluator.reporters.paths import relative
from evaluator.reporters.problems import RULES, troubles, verdict
from evaluator.reporters.text import case_name, named, summary

if TYPE_CHECKING:
    from evaluator.results import CaseResult, Report, SpecResult

#: How many mismatches of one case are listed.
MAX_LISTED: Final = 50


def render(report: Report, **_: Any) -> str:
    """Write the plan, the test points, and the counts as a comment."""
    points: list[list[str]] = []
    for spec in report.specs:
        place = _escape(harmless(relative(spec.file, report)))
        place += f"\\#{spec.document}" if spec.document > 1 else ""
        points += _points(spec, place)
    points += [
        [f"not ok N - {code}", *_block({"message": RULES[code]})] for code in troubles(report)
    ]
    lines = ["TAP version 14", f"1..{len(points)}" + (" # no cases" if not points else "")]
    for number, (first, *block) in enumerate(points, 1):
        lines += [first.replace("ok N", f"ok {number}", 1), *block]
    if report.summary.exit_code == 130:
        lines.append("Bail out! interrupted")
    return "\n".join([*lines, f"# {summary(report, False)}"]) + "\n"


def _points(spec: SpecResult, place: str) -> Iterator[list[str]]:
    errors = [diagnostic_object(found) for found in spec.diagnostics if found.severity == "error"]
    warnings = [diagnostic_object(found) for found in spec.diagnostics if found.severity != "error"]
    if errors or not spec.cases:
        yield [
            f"{'not ' * bool(errors)}ok N - {place}",
            *_block({"diagnostics": errors + warnings}),
        ]
    for case in spec.cases:
        known = {"warnings": warnings} if not errors and case is spec.cases[0] else {}
        yield _point(spec, case, place, known)


def _point(spec: SpecResult, case: CaseResult, place: str, known: dict[str, Any]) -> list[str]:
    line = f"ok N - {place}::{_escape(case_name(spec, case))}"
    if case.outcome == "passed":
        return [line, *_block(known)]
    if case.outcome == "skipped":
        return [f"{line} # SKIP {_escape(named(case.reason))}", *_block(known)]
    if case.outcome == "xfailed":
        line += f" # TODO {_escape(named(case.reason))}"
    told: dict[str, Any] = {"line": case.line, "column": case.column}
    if case.outcome != "xfailed":
        code, said = verdict(case)
        told = {"code": code, "message": said, **told}
    if case.rows is not None:
        told |= {"rows": case.rows, "failed_rows": case.failed_rows or 0}
    told["mismatches"] = [mismatch_object(mismatch) for mismatch in case.mismatches[:MAX_LISTED]]
    if withheld := len(case.mismatches) - len(told["mismatches"]) + case.withheld:
        told["mismatches_withheld"] = withheld
    return [f"not {line}", *_block({**told, **known})]


def _block(told: dict[str, Any]) -> list[str]:
    """Write a YAML block of plain mappings and quoted texts, which all harnesses read."""
    lines = []
    for key, value in told.items():
        if not isinstance(value, list):
            lines.append(f"  {key}: {_scalar(value)}")
        elif value:
            lines.append(f"  {key}:")
            for item in value:
                pairs = [f"{name}: {_scalar(found)}" for name, found in item.items()]
                lines += [f"    {'-' if not n else ' '} {pair}" for n, pair in enumerate(pairs)]
    return ["  ---", *lines, "  ..."] if lines else []


def _scalar(value: Any) -> str:
    # JSON is YAML, in ASCII; only the null of older harnesses is another.
    return "~" if value is None else json.dumps(value, allow_nan=False)


def _escape(text: str) -> str:
    r"""Escape what would begin a directive: `#`, and the backslash that escapes it."""
    return re.sub(r"([\\#])", r"\\\1", text)
