"""One page for people: the verdict, every spec with its network, every case; nothing else to load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import harmless
from evaluator.expectation import is_interval
from evaluator.htmlpage import head
from evaluator.reporters.full import diagnostic
from evaluator.reporters.limits import keep
from evaluator.reporters.paths import relative
from evaluator.reporters.problems import RULES, troubles, verdict
from evaluator.reporters.style import FILTER, STYLE
from evaluator.reporters.text import (
    accepts,
    excerpt,
    label,
    named,
    off_by,
    plural,
    row,
    spec_name,
    summary,
)
from evaluator.results import FAILING

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.results import CaseResult, Mismatch, Report, SpecResult

#: How many mismatches of one case are listed, and how many lines of arithmetic behind them.
MAX_ROWS: Final = 50
MAX_ARITHMETIC: Final = 100
#: How many characters all diagrams together take; browsers open pages of this size with ease.
MAX_DIAGRAMS: Final = 20_000_000
#: How many failing specs the contents name.
MAX_LINKS: Final = 200

#: Each outcome with the sign that stands for it beside its colour.
_SIGNS: Final = {
    "failed": "✗ failed", "error": "✗ error", "invalid": "✗ invalid",
    "xpassed": "✗ passed unexpectedly", "warning": "⚠ warning", "passed": "✓ passed",
    "skipped": "○ skipped", "xfailed": "○ failed as expected",
}  # fmt: skip


def render(report: Report, **_: Any) -> str:
    """Write the page; it needs no script, and its policy lets none run."""
    outcomes = [_outcomes(spec) for spec in report.specs]
    costs = (
        (not _is_failing(found), len(spec.diagram))
        for spec, found in zip(report.specs, outcomes, strict=True)
    )
    kept = keep(costs, MAX_DIAGRAMS)
    total: Counter[str] = Counter()
    for found in outcomes:
        total.update(found)
    parts = [_head(report, total), *_contents(report, outcomes), _filter(total)]
    for number, (spec, found) in enumerate(zip(report.specs, outcomes, strict=True)):
        parts += _spec(spec, number, found, report, number in kept)
    parts.append("</main>\n</body>\n</html>\n")
    return "\n".join(parts)


def _outcomes(spec: SpecResult) -> Counter[str]:
    """Count how the cases of a spec ended, rows of tables as one, and its diagnostics."""
    found = Counter(case.outcome for case in spec.cases)
    for told in spec.diagnostics:
        found["invalid" if told.severity == "error" else "warning"] += 1
    return found if found else Counter(passed=1)


def _is_failing(found: Counter[str]) -> bool:
    return bool(found["invalid"] or any(found[outcome] for outcome in FAILING))


def _head(report: Report, total: Counter[str]) -> str:
    failing = [name for name in _SIGNS if _SIGNS[name][0] == "✗" and total[name]]
    word, sign = ("passed", "✓ Passed") if report.ok else ("failed", "✗ Failed")
    troubled = "".join(f"<p class=note>✗ {escape(RULES[code])}</p>" for code in troubles(report))
    return f"""\
{head(f"{sign}: {plural(report.summary.specs, 'spec')}", STYLE)}
<body>
<header>
<h1 class="{failing[0] if failing else word}">{sign}</h1>
<p>{escape(harmless(summary(report, False)))}</p>
{troubled}<p class="small">evaluator {escape(report.version)}, subject {escape(harmless(report.subject))}</p>
</header>
<main>"""


def _contents(report: Report, outcomes: Sequence[Counter[str]]) -> Iterator[str]:
    failing = [number for number, found in enumerate(outcomes) if _is_failing(found)]
    if len(failing) < 1 or len(report.specs) == 1:
        return
    yield '<nav aria-label="failing specs"><h2>What fails</h2><ul>'
    for number in failing[:MAX_LINKS]:
        spec = report.specs[number]
        place = f"{_file(spec, report)}, {escape(_counts(outcomes[number]))}"
        yield f'<li><a href="#spec-{number}">{escape(spec_name(spec))}</a> <small>{place}</small></li>'
    yield "</ul>"
    if len(failing) > MAX_LINKS:
        yield f"<p>… and {plural(len(failing) - MAX_LINKS, 'spec')} more, below.</p>"
    yield "</nav>"


def _filter(total: Counter[str]) -> str:
    """Write the choice of what is shown: a radio button for each outcome there is."""
    choices = [f'<label><input type="radio" name="{FILTER}" id="show-all" checked> all</label>']
    choices += [
        f'<label><input type="radio" name="{FILTER}" id="show-{name}"> {sign} ({total[name]:,})</label>'
        for name, sign in _SIGNS.items()
        if total[name]
    ]
    return "\n".join(
        [
            "<form><fieldset><legend>Show (a table is one case)</legend>",
            *choices,
            "</fieldset></form>",
        ]
    )


def _file(spec: SpecResult, report: Report) -> str:
    number = f"#{spec.document}" if spec.document > 1 else ""
    return escape(harmless(relative(spec.file, report)) + number)


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{found[name]:,} {sign[2:]}" for name, sign in _SIGNS.items() if found[name])


def _spec(
    spec: SpecResult, number: int, found: Counter[str], report: Report, with_diagram: bool
) -> Iterator[str]:
    classes = " ".join(f"has-{name}" for name in _SIGNS if found[name])
    failing = _is_failing(found)
    yield f'<section class="spec {classes}" id="spec-{number}">'
    yield f"<details{' open' * failing}><summary><h2>{escape(spec_name(spec))}</h2>"
    sign = "✗" if failing else "✓"
    yield f"<span class=place>{_file(spec, report)}</span> {sign} {_counts(found)}</summary>"
    if spec.diagram:
        left_out = "<p class=small>The diagram is left out: the page would grow too large.</p>"
        yield f"<figure>{spec.diagram}</figure>" if with_diagram else left_out
    for told in spec.diagnostics:
        yield _diagnostic(told)
    if spec.cases:
        yield "<ul class=cases>"
        for case in spec.cases:
            yield from _case(case)
        yield "</ul>"
    elif not spec.diagnostics:
        yield "<p>The spec is valid.</p>"
    yield "</details></section>"


def _diagnostic(told: Diagnostic) -> str:
    kind = "invalid" if told.severity == "error" else "warning"
    lines = escape("\n".join(diagnostic(told, False)[1:]))
    return (
        f'<div class="case {kind}"><p><b class="sign">{_SIGNS[kind]}</b> '
        f"<code>{told.code}</code> {escape(harmless(told.message))}</p><pre tabindex=0>{lines}</pre></div>"
    )


def _case(case: CaseResult) -> Iterator[str]:
    reason = f": {escape(named(case.reason))}" if case.reason else ""
    about = [plural(case.values, "value")] * bool(case.values)
    if case.rows is not None:
        rows = plural(case.rows, "row")
        about.insert(0, f"{case.failed_rows:,} of {rows} failed" if case.failed_rows else rows)
    yield (
        f'<li class="case {case.outcome}"><p><b class="sign">{_SIGNS[case.outcome]}</b> '
        f"{escape(named(case.id or case.name))}{reason} "
        f"<small>{', '.join([f'line {case.line}', *about])}</small></p>"
    )
    if case.outcome in FAILING and not case.mismatches:
        yield f"<p>{escape(verdict(case)[1])}</p>"
        if case.location is not None and case.location.lines:
            yield f"<pre tabindex=0>{escape(chr(10).join(excerpt(case.location, '', False)))}</pre>"
    if case.mismatches:
        yield from _mismatches(case)
    yield "</li>"


def _mismatches(case: CaseResult) -> Iterator[str]:
    first = case.mismatches[0]
    shown = "\n".join(excerpt(first.location, label(first) if case.rows is None else "", False))
    yield f"<pre tabindex=0>{escape(shown)}</pre>" if shown else ""
    tabled = case.rows is not None
    yield "<div class=wide tabindex=0><table><thead><tr>" + "<th scope=col>row</th>" * tabled
    yield "".join(
        f"<th scope=col>{name}</th>"
        for name in ("value", "expected", "accepts", "actual", "off by")
    )
    yield "</tr></thead><tbody>"
    for mismatch in case.mismatches[:MAX_ROWS]:
        yield _row(mismatch, tabled)
    yield "</tbody></table></div>"
    if more := max(0, len(case.mismatches) - MAX_ROWS) + case.withheld:
        yield f"<p>… and {more:,} mismatch{'es' if more > 1 else ''} more.</p>"
    lines = list(dict.fromkeys(line for m in case.mismatches for line in m.arithmetic))
    if lines:
        listed = [*map(harmless, lines[:MAX_ARITHMETIC]), *["…"] * (len(lines) > MAX_ARITHMETIC)]
        text = "\n".join(listed)
        yield f"<pre tabindex=0>{escape(text)}</pre>"
    yield from (f"<p>Hint: {escape(harmless(hint))}.</p>" for hint in case.hints)


def _row(mismatch: Mismatch, tabled: bool) -> str:
    bounds = "" if is_interval(mismatch.expected) or mismatch.note else accepts(mismatch)
    cells = [label(mismatch), harmless(mismatch.expected), bounds, mismatch.shown]
    cells.append(harmless(mismatch.note) or off_by(mismatch))
    if tabled:
        cells.insert(0, row(mismatch).removeprefix("row "))
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
