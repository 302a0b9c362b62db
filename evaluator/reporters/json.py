"""The report for machines: strict JSON, as `schemas/report.schema.json` describes it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.results import CaseResult, Mismatch, Report, SpecResult, Summary

#: The version of the report format.
VERSION = 1


def render(report: Report, **_: Any) -> str:
    """Write the whole report."""
    document: dict[str, Any] = {
        "version": VERSION,
        "evaluator": report.version,
        "subject": report.subject,
        "summary": summary_object(report.summary),
        "specs": [_spec(spec) for spec in report.specs],
        "diagnostics": [diagnostic_object(found) for found in report.diagnostics],
    }
    if report.shard is not None:
        document["shard"] = report.shard._asdict()
    # In ASCII it is JSON whatever the encoding of the stream that it is written to.
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def summary_object(counts: Summary) -> dict[str, Any]:
    """Give the counts of a run."""
    unchecked = {"unchecked": counts.unchecked} if counts.unchecked else {}
    return {
        "specs": counts.specs, "cases": counts.cases, "values": counts.values,
        "passed": counts.passed, "failed": counts.failed, "errors": counts.errors,
        "skipped": counts.skipped, "xfailed": counts.xfailed, "xpassed": counts.xpassed,
        "invalid": counts.invalid, "warnings": counts.warnings,
        "seconds": round(counts.seconds, 6), "exit_code": counts.exit_code, **unchecked,
    }  # fmt: skip


def _spec(spec: SpecResult) -> dict[str, Any]:
    subject = {"subject": spec.subject} if spec.subject else {}
    return {
        "file": spec.file, "document": spec.document, "name": spec.name, **subject,
        "values": spec.values, "cases": [case_object(case) for case in spec.cases],
    }  # fmt: skip


def case_object(case: CaseResult) -> dict[str, Any]:
    """Give one case, with every mismatch."""
    found: dict[str, Any] = {
        "name": case.name, "line": case.line, "column": case.column, "outcome": case.outcome,
        "values": case.values,
    }  # fmt: skip
    if case.rows is not None:
        found |= {"rows": case.rows, "failed_rows": case.failed_rows or 0}
    if case.reason:
        found["reason"] = case.reason
    if case.printed:
        found["printed"] = case.printed
    if case.unchecked:
        found["unchecked"] = case.unchecked
    if case.withheld:
        found["withheld"] = case.withheld
    if case.hints:
        found["hints"] = list(case.hints)
    if case.unrecorded:
        found["unrecorded"] = True
    return found | {"mismatches": [mismatch_object(mismatch) for mismatch in case.mismatches]}


def mismatch_object(mismatch: Mismatch) -> dict[str, Any]:
    """Give one mismatch; NaN and the infinities are texts."""
    named = {"row_name": mismatch.row_name} if mismatch.row_name else {}
    return {
        "output": mismatch.output, "index": mismatch.index, "row": mismatch.row,
        "line": mismatch.location.line, "column": mismatch.location.column,
        "expected": mismatch.expected, "low": _number(mismatch.low), "high": _number(mismatch.high),
        "actual": _number(mismatch.actual), **named,
    }  # fmt: skip


def diagnostic_object(found: Diagnostic) -> dict[str, Any]:
    """Give one diagnostic."""
    return {
        "file": found.location.file, "line": found.location.line, "column": found.location.column,
        "code": found.code, "severity": found.severity, "message": found.message,
        "hint": found.hint,
    }  # fmt: skip


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
