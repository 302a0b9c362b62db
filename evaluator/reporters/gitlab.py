"""GitLab's code quality report: a violation for each failing case and each diagnostic."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import CODES, harmless
from evaluator.reporters.limits import keep
from evaluator.reporters.paths import relative
from evaluator.reporters.problems import Problem, problems
from evaluator.reporters.sarif import fingerprint
from evaluator.reporters.text import plural

if TYPE_CHECKING:
    from evaluator.results import Report

#: How many violations are listed. GitLab names no limit; a merge request shows far fewer.
MAX_VIOLATIONS: Final = 10_000


def render(report: Report, **_: Any) -> str:
    """Write the list of violations; the last one says how many were left out."""
    found = problems(report)
    kept = keep(((problem.severity != "error", 1) for problem in found), MAX_VIOLATIONS)
    shown = [problem for number, problem in enumerate(found) if number in kept]
    if len(shown) < len(found):
        left = f"{plural(len(found) - len(shown), 'problem')} left out, warnings first"
        shown.append(Problem("withheld", "note", left, identity=("withheld",)))
    # Every violation needs a file; those of the whole run stand at the first.
    file = relative(report.specs[0].file, report) if report.specs else "specs"
    violations = [_violation(problem, problem.file or file) for problem in shown]
    return json.dumps(violations, indent=1, allow_nan=False) + "\n"


def _violation(problem: Problem, file: str) -> dict[str, Any]:
    name = f"{problem.case}: " if problem.case else ""
    return {
        "description": name + problem.message, "check_name": problem.code,
        "fingerprint": fingerprint(problem), "severity": _severity(problem),
        "location": {"path": harmless(file), "lines": {"begin": problem.line}},
    }  # fmt: skip


def _severity(problem: Problem) -> str:
    if problem.severity != "error":
        return "minor" if problem.severity == "warning" else "info"
    return "critical" if problem.code in CODES else "major"
