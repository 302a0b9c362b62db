"""The report for machines: strict JSON, as `schemas/report.schema.json` describes it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.results import CaseResult, Mismatch, Report, SpecResult

#: The version of the report format.
VERSION = 1


def render(report: Report, **_: Any) -> str:
    """Write the whole report."""
    counts = report.summary
    document: dict[str, Any] = {
        "version": VERSION,
        "evaluator": report.version,
        "subject": report.subject,
        "summary": {
            "specs": counts.specs, "cases": counts.cases, "values": counts.values,
            "passed": counts.passed, "failed": counts.failed, "errors": counts.errors,
            "skipped": counts.skipped, "xfailed": counts.xfailed, "xpassed": counts.xpassed,
            "invalid": counts.invalid, "warnings": counts.warnings,
            "seconds": round(counts.seconds, 6), "exit_code": counts.exit_code,
        },
        "specs": [_spec(spec) for spec in report.specs],
        "diagnostics": [_diagnostic(found) for found in report.diagnostics],
    }  # fmt: skip
    if report.shard is not None:
        document["shard"] = report.shard._asdict()
    # In ASCII it is JSON whatever the encoding of the stream that it is written to.
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _spec(spec: SpecResult) -> dict[str, Any]:
    return {
        "file": spec.file, "document": spec.document, "name": spec.name, "values": spec.values,
        "cases": [_case(case) for case in spec.cases],
    }  # fmt: skip


def _case(case: CaseResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": case.name, "line": case.line, "column": case.column, "outcome": case.outcome,
        "values": case.values,
    }  # fmt: skip
    if case.rows is not None:
        found |= {"rows": case.rows, "failed_rows": case.failed_rows or 0}
    if case.reason:
        found["reason"] = case.reason
    if case.withheld:
        found["withheld"] = case.withheld
    if case.unrecorded:
        found["unrecorded"] = True
    return found | {"mismatches": [_mismatch(mismatch) for mismatch in case.mismatches]}


def _mismatch(mismatch: Mismatch) -> dict[str, Any]:
    named = {"row_name": mismatch.row_name} if mismatch.row_name else {}
    return {
        "output": mismatch.output, "index": mismatch.index, "row": mismatch.row,
        "line": mismatch.location.line, "column": mismatch.location.column,
        "expected": mismatch.expected, "low": _number(mismatch.low), "high": _number(mismatch.high),
        "actual": _number(mismatch.actual), **named,
    }  # fmt: skip


def _diagnostic(found: Diagnostic) -> dict[str, Any]:
    return {
        "file": found.location.file, "line": found.location.line, "column": found.location.column,
        "code": found.code, "severity": found.severity, "message": found.message,
        "hint": found.hint,
    }  # fmt: skip


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
