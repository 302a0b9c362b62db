"""Report of an audit → JSON, as `schemas/audit.schema.json` describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from evaluator.reporters.json import VERSION, diagnostic_object

if TYPE_CHECKING:
    from evaluator.audit import Audit, Suggestion, Survivor
    from evaluator.audit.tolerances import Needed
    from evaluator.results import Report, SpecResult


def render(report: Report) -> str:
    """Write the whole report."""
    audits = [spec.audit for spec in report.specs if spec.audit is not None]
    scored = [audit for audit in audits if audit.state == "scored"]
    killed, counted = sum(a.killed for a in scored), sum(a.counted for a in scored)
    document = {
        "version": VERSION,
        "evaluator": report.version,
        "summary": {
            "specs": len(report.specs), "scored": len(scored), "invalid": report.summary.invalid,
            "mistakes": counted, "killed": killed, "survived": counted - killed,
            "equivalent": sum(len(audit.equivalent) for audit in scored),
            "score": killed / counted if counted else None,
            "warnings": report.summary.warnings,
            "seconds": round(report.summary.seconds, 6), "exit_code": report.summary.exit_code,
        },
        "specs": [_spec(spec) for spec in report.specs],
        "diagnostics": [diagnostic_object(found) for found in report.diagnostics],
    }  # fmt: skip
    # In ASCII it is JSON whatever the encoding of the stream that it is written to.
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _spec(spec: SpecResult) -> dict[str, Any]:
    named = {"file": spec.file, "document": spec.document, "name": spec.name}
    if spec.audit is None:
        return {**named, "state": "invalid" if spec.invalid else "nothing checked"}
    return {**named, **_audit(spec.audit)}


def _audit(audit: Audit) -> dict[str, Any]:
    if audit.state != "scored":
        return {"state": audit.state}
    return {
        "state": audit.state, "mistakes": audit.counted, "killed": audit.killed,
        "untried": audit.untried, "score": audit.score,
        "survived": [{**_survivor(one), "told_apart": one.found} for one in audit.survived],
        "equivalent": [{**_survivor(one), "reason": one.reason} for one in audit.equivalent],
        "suggested": [_suggestion(each, audit) for each in audit.suggested],
        "tolerances": [_tolerance(each) for each in audit.tolerances],
    }  # fmt: skip


def _survivor(one: Survivor) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "place": one.place}


def _suggestion(suggestion: Suggestion, audit: Audit) -> dict[str, Any]:
    # The shortest text of a float32 is the number that a spec would hold.
    return {
        "inputs": [float(str(value)) for value in suggestion.inputs],
        "expected": [float(str(value)) for value in suggestion.expected],
        "kills": [audit.survived[number].key for number in suggestion.kills],
    }


def _tolerance(needed: Needed) -> dict[str, Any]:
    smallest = float(needed.smallest) if needed.smallest else None
    return {
        "line": needed.location.line, "column": needed.location.column, "smallest": smallest,
    }  # fmt: skip
