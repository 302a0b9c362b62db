"""GitHub's annotations: a workflow command for each problem, as many as a step may show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import harmless
from evaluator.reporters.limits import cut, keep
from evaluator.reporters.problems import details, problems
from evaluator.reporters.text import plural, summary

if TYPE_CHECKING:
    from evaluator.reporters.problems import Problem
    from evaluator.results import Report

#: GitHub shows so many errors, and as many warnings, of one step; the rest it drops silently.
MAX_ANNOTATIONS: Final = 10
#: GitHub cuts messages at 4,096 characters, titles at 255.
MAX_MESSAGE: Final = 4000
MAX_TITLE: Final = 250

#: The mark under a place in the source, and what is said there.
_LABEL: Final = re.compile(r"( *\| *\^+) (.*)")


def render(report: Report, **_: Any) -> str:
    """Write the annotations, then a line for each problem that has none, then the counts."""
    found = problems(report)
    kept: set[int] = set()
    for severity in ("error", "warning"):
        costs = ((0, int(problem.severity == severity)) for problem in found)
        chosen = keep(costs, MAX_ANNOTATIONS)
        kept |= {number for number in chosen if found[number].severity == severity}
    lines = [_command(found[number]) for number in sorted(kept)]
    rest = [problem for number, problem in enumerate(found) if number not in kept]
    if rest:
        lines.append(
            f"{plural(len(rest), 'problem')} without annotation: GitHub shows"
            f" {MAX_ANNOTATIONS} errors and {MAX_ANNOTATIONS} warnings of a step"
        )
        lines += [_inert(_line(problem)) for problem in rest]
    return "\n".join([*lines, _inert(summary(report, False))]) + "\n"


def _command(problem: Problem) -> str:
    title = f"{problem.code}: {problem.case or problem.spec or 'the run'}"
    properties = {"title": cut(title, MAX_TITLE)}
    if problem.file:
        properties = {
            "file": harmless(problem.file), "line": str(problem.line),
            "endLine": str(problem.line), "col": str(problem.column),
            "endColumn": str(problem.column + problem.width - 1), **properties,
        }  # fmt: skip
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = "\n".join(_lines(problem))
    more = "\n… the step summary has the rest"
    return f"::{problem.severity} {said}::{_data(cut(message, MAX_MESSAGE, more))}"


def _lines(problem: Problem) -> list[str]:
    """Give the message, then the details that neither it nor the place of the annotation says."""
    more: list[str] = []
    for line in details(problem)[1:]:
        if line.strip() == problem.message or line.startswith("  -->"):
            continue
        if line.startswith("  help: ") and line[8:] in problem.message:
            continue
        if (label := _LABEL.fullmatch(line)) and label[2] in problem.message:
            line = label[1]
        if line or (more and more[-1]):
            more.append(line)
    text = "\n".join(more).rstrip()
    return [problem.message, "", text] if text else [problem.message]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _line(problem: Problem) -> str:
    name = f"{problem.case}: " if problem.case else ""
    place = f"{harmless(problem.file)}:{problem.line}:{problem.column}: " if problem.file else ""
    return f"{place}{problem.severity} {problem.code}: {name}{problem.message}"


def _inert(line: str) -> str:
    """Keep a line from being a command: `::` commands at its start, `##[` anywhere."""
    return re.sub(r"^(\s*):", r"\1\\:", line).replace("##[", r"#\#[")
