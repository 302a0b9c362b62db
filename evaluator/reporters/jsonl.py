"""The report for programs that read line by line: a JSON object for each spec, case, diagnostic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evaluator.reporters.json import VERSION, case_object, diagnostic_object, summary_object

if TYPE_CHECKING:
    from evaluator.results import Report


def render(report: Report, **_: Any) -> str:
    """Write a line for each thing that was found; the first names the run, the last sums it up."""
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[dict[str, Any]]:
    shard = {} if report.shard is None else {"shard": report.shard._asdict()}
    yield {
        "kind": "run", "version": VERSION, "evaluator": report.version, "subject": report.subject,
        **shard,
    }  # fmt: skip
    for spec in report.specs:
        place = {"file": spec.file, "document": spec.document}
        yield {
            "kind": "spec",
            **place,
            "name": spec.name,
            "subject": spec.subject,
            "values": spec.values,
        }
        for found in spec.diagnostics:
            yield {"kind": "diagnostic", **diagnostic_object(found)}
        for case in spec.cases:
            yield {"kind": "case", **place, "subject": spec.subject, **case_object(case)}
    yield {"kind": "summary", **summary_object(report.summary)}
