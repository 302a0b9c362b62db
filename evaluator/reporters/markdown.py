"""The report as Markdown: what GitHub shows as a step's summary, or in a comment."""

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

#: GitHub takes 1 MiB of summary from a step.
MAX_BYTES: Final = 1 << 20
#: The longest text of one problem, in characters.
MAX_TEXT: Final = 8000
#: What the heading, the counts and the note of what was left out take, in bytes.
_FRAME: Final = 4000


def render(report: Report, *, limit: int = MAX_BYTES, **_: Any) -> str:
    """Write the verdict, the counts and every problem, in no more bytes than the limit."""
    found = problems(report)
    sections = [_section(problem) for problem in found]
    costs = (
        (problem.severity != "error", len(section.encode()))
        for problem, section in zip(found, sections, strict=True)
    )
    kept = keep(costs, limit - _FRAME)
    lines = [f"## {'✅ Passed' if report.ok else '❌ Failed'}: neural network specs", ""]
    lines += [_text(summary(report, False)), "", *_counts(report)]
    text = "\n".join(lines) + "".join(
        section for number, section in enumerate(sections) if number in kept
    )
    if len(kept) < len(found):
        text += (
            f"\n{plural(len(found) - len(kept), 'problem')} left out: there is no room for more\n"
        )
    return text


def _counts(report: Report) -> list[str]:
    counts = report.summary
    names = ("specs", "cases", "values", "passed", "failed", "errors", "invalid", "xpassed",
             "skipped", "xfailed", "warnings")  # fmt: skip
    shown = [name for name in names if getattr(counts, name) or name in ("specs", "cases")]
    return [
        "| " + " | ".join(shown) + " |",
        "|" + "---:|" * len(shown),
        "| " + " | ".join(f"{getattr(counts, name):,}" for name in shown) + " |",
        "",
    ]


def _section(problem: Problem) -> str:
    place = f"{harmless(problem.file)}:{problem.line}:{problem.column}" if problem.file else ""
    names = [name for name in (place, problem.spec, problem.case) if name]
    heading = f"### {'❌' if problem.severity == 'error' else '⚠️'} {problem.code}"
    heading += "".join(f" · {_code(name)}" for name in names)
    if not problem.file:
        return f"\n{heading}\n\n{problem.message}\n"
    text = cut("\n".join(details(problem)), MAX_TEXT, "\n…")
    fence = "`" * max(3, _longest(text) + 1)
    return f"\n{heading}\n\n{fence}text\n{text}\n{fence}\n"


def _code(text: str) -> str:
    """Write a text as a code span, which nothing inside can end."""
    fence = "`" * (_longest(text) + 1)
    return f"{fence} {text} {fence}"


def _text(text: str) -> str:
    """Write a text so that it holds no markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~@&-])", r"\\\1", text)


def _longest(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
