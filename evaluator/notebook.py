"""What a notebook shows of a spec and of a report: tables, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import clip, harmless
from evaluator.explain import number
from evaluator.reporters.text import case_name, named, plural, spec_name, summary, told

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.results import CaseResult, Report
    from evaluator.spec import Spec

#: How many rows a table has, and how many inputs of a case are shown.
MAX_ROWS: Final = 200
MAX_INPUTS: Final = 8

_SIGNS: Final = {"passed": "✓", "failed": "✗", "error": "✗", "xpassed": "✗"}


def spec_table(spec: Spec) -> str:
    """Show the network of a spec, where it is written out, and its cases."""
    picture = spec.network._repr_svg_() or ""
    rows = [[named(case.id), _inputs(spec, case), _expected(spec, case)] for case in spec.cases]
    return picture + _table(named(spec.name), ("case", "inputs", "expected"), rows)


def report_table(report: Report) -> str:
    """Show how every case ended; invalid specs with what is wrong with them."""
    rows = []
    for spec in report.specs:
        rows += [
            [spec_name(spec), "", "✗ invalid" if each.severity == "error" else "⚠ warning",
             f"{each.location}: {each.message}"]
            for each in spec.diagnostics
        ]  # fmt: skip
        rows += [
            [spec_name(spec), case_name(spec, case),
             f"{_SIGNS.get(case.outcome, '○')} {case.outcome}", _about(case)]
            for case in spec.cases
        ]  # fmt: skip
    # What is to be mended comes first: a notebook shows the beginning.
    rows.sort(key=lambda row: not row[2].startswith("✗"))
    return _table(summary(report, False), ("spec", "case", "outcome", "values"), rows)


def _inputs(spec: Spec, case: Case) -> str:
    if case.table is not None:
        return f"a table, {clip(str(case.table.path.name), 80)}"
    values = spec.inputs[case.row]
    pairs = zip(spec.network.inputs, values[:MAX_INPUTS], strict=False)
    said = ", ".join(f"{clip(name)} = {number(value)}" for name, value in pairs)
    return said + (f", … {len(values) - MAX_INPUTS} more" if len(values) > MAX_INPUTS else "")


def _expected(spec: Spec, case: Case) -> str:
    written = spec.document.data["cases"][case.number]
    said = []
    for key in ("expected", "expected_class"):
        if key in written:
            value = written[key]
            if isinstance(value, dict):
                value = ", ".join(f"{name}: {each}" for name, each in value.items())
            said.append(f"{value}" if key == "expected" else f"class {value}")
    return clip("; ".join(said), 200) or "nothing"


def _about(case: CaseResult) -> str:
    if case.mismatches:
        more = len(case.mismatches) - 1 + case.withheld
        return told(case.mismatches[0]) + (f"; and {more} more" if more else "")
    return case.reason or plural(case.values, "value")


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join(_lines(caption, heads, rows))


def _lines(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"<table><caption>{escape(harmless(caption))}</caption><thead><tr>"
    yield "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead><tbody>"
    for row in rows[:MAX_ROWS]:
        yield "<tr>" + "".join(f"<td>{escape(harmless(cell))}</td>" for cell in row) + "</tr>"
    if len(rows) > MAX_ROWS:
        yield f'<tr><td colspan="{len(heads)}">and {len(rows) - MAX_ROWS:,} more</td></tr>'
    yield "</tbody></table>"
