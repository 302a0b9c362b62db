"""SARIF 2.1.0, the format of code scanning: a result for each failing case and each diagnostic."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from evaluator.reporters.limits import keep
from evaluator.reporters.problems import RULES, problems
from evaluator.reporters.text import plural, summary

if TYPE_CHECKING:
    from evaluator.reporters.problems import Problem
    from evaluator.results import Report

#: GitHub keeps the first 5,000 results of a run.
MAX_RESULTS: Final = 5000


def render(report: Report, **_: Any) -> str:
    """Write one run; what has no place in a file is a notification of the tool."""
    found = problems(report)
    placed = [problem for problem in found if problem.file]
    kept = keep(((problem.severity != "error", 1) for problem in placed), MAX_RESULTS)
    shown = [problem for number, problem in enumerate(placed) if number in kept]
    codes = sorted({problem.code for problem in shown})
    notes = [_note("error", problem.message) for problem in found if not problem.file]
    if len(shown) < len(placed):
        left = plural(len(placed) - len(shown), "result")
        notes.append(_note("warning", f"{left} left out, warnings first: GitHub keeps no more"))
    notes.append(_note("note", summary(report, False)))
    run = {
        "tool": {"driver": {
            "name": "evaluator", "semanticVersion": report.version,
            "rules": [_rule(code, shown) for code in codes],
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            # Mismatches are findings; only a run that was cut off has not done its work.
            "executionSuccessful": report.summary.exit_code not in (4, 130),
            "exitCode": report.summary.exit_code,
            "toolExecutionNotifications": notes,
        }],
        "results": [_result(problem, codes.index(problem.code)) for problem in shown],
    }  # fmt: skip
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [run],
    }  # fmt: skip
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _rule(code: str, shown: list[Problem]) -> dict[str, Any]:
    severity = next(problem.severity for problem in shown if problem.code == code)
    text = _plain(RULES[code])
    # GitHub wants all three texts.
    return {
        "id": code, "shortDescription": {"text": text}, "fullDescription": {"text": text},
        "help": {"text": f"{text} `evaluator run FILE` shows the place and what to do."},
        "defaultConfiguration": {"level": severity},
    }  # fmt: skip


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    name = f"{problem.case}: " if problem.case else ""
    region = {
        "startLine": problem.line, "startColumn": problem.column, "endLine": problem.line,
        "endColumn": problem.column + problem.width,
    }  # fmt: skip
    # A name that is not UTF-8 is percent-encoded byte by byte.
    path = quote(problem.file.encode("utf-8", "surrogateescape"))
    uri = f"file://{path}" if problem.file.startswith("/") else path
    return {
        "ruleId": problem.code, "ruleIndex": rule, "level": problem.severity,
        "message": {"text": _plain(name + problem.message)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"evaluator/v1": fingerprint(problem)},
    }  # fmt: skip


def _note(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _plain(text)}}


def _plain(text: str) -> str:
    """Write a text as a SARIF message: braces would be placeholders, `[a](b)` a link."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def fingerprint(problem: Problem) -> str:
    """Give what tells a problem from all others, and stays when lines move."""
    identity = "\0".join(problem.identity).encode("utf-8", "surrogateescape")
    return hashlib.sha256(identity).hexdigest()[:32]
