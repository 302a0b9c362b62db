"""Report of an audit → text: the survivors by name and place, then the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.audit.suggestion import case_text
from evaluator.diagnostics import harmless
from evaluator.reporters.concise import case_lines, diagnostic_line
from evaluator.reporters.full import diagnostic
from evaluator.reporters.text import named, paint, plural

if TYPE_CHECKING:
    from fractions import Fraction

    from evaluator.audit import Audit, Survivor
    from evaluator.results import Report, SpecResult

#: How many places of one mistake are listed, unless more is asked for.
MAX_PLACES: Final = 5

#: Why a spec has no score.
_UNSCORED: Final = {
    "failing": "its cases fail as it is, so it is not scored; see `evaluator run`",
    "unrecorded": "a case expects nothing, so it is not scored; `evaluator record` writes what the network answers",
    "nothing checked": "its cases are skipped or expected to fail, which kills nothing, so it is not scored",
    "no mistakes": "no mistakes are known for its network, so it is not scored",
}


def render(
    report: Report, *, color: bool = False, verbose: int = 0, quiet: bool = False,
    suggest: bool = False, suggest_tolerance: bool = False, writes: bool = False,
    min_score: Fraction | None = None,
) -> str:  # fmt: skip
    """Write what a person wants to read: what survives in each spec, then the score of all.

    `writes` says that the suggested cases are written next, so that none needs to be told of them.
    """
    if quiet:
        return "\n".join([*_broken(report, color), *_summary(report, color, min_score)]) + "\n"
    blocks = []
    for spec in report.specs:
        parts = [diagnostic(found, color) for found in spec.diagnostics]
        if spec.audit is not None:
            parts.append(list(_survivors(spec, spec.audit, color, verbose)))
            if suggest:
                parts.append(list(_suggested(spec.audit)))
            if suggest_tolerance:
                parts.append(list(_tolerances(spec.audit)))
        blocks += ["\n".join(part) for part in parts if part]
    if not (suggest or writes) and any(
        spec.audit and spec.audit.suggested for spec in report.specs
    ):
        blocks.append("help: --suggest shows cases that kill survivors, --write adds them")
    return "\n\n".join([*blocks, "\n".join(_summary(report, color, min_score))]) + "\n"


def _broken(report: Report, color: bool) -> Iterator[str]:
    """Write a line for what is invalid or not found, and for each case that does not pass as it is."""
    for spec in report.specs:
        for found in spec.diagnostics:
            if found.severity == "error":
                yield diagnostic_line(found, color)
        for case in spec.cases:
            yield from case_lines(spec, case, color)[:1]


def _survivors(spec: SpecResult, audit: Audit, color: bool, verbose: int) -> Iterator[str]:
    if not (audit.survived or audit.state != "scored" or verbose):
        return
    number = f"#{spec.document}" if spec.document > 1 else ""
    heading = f"{harmless(spec.file)}{number} {named(spec.name)}"
    if audit.state != "scored":
        yield f"{paint('UNSCORED', 'yellow', color)} {heading}: {_UNSCORED[audit.state]}"
        return
    word, style = ("SURVIVED", "red") if audit.survived else ("KILLED", "green")
    score = _score(audit.killed, audit.counted)
    if audit.untried:
        score += f"; {plural(audit.untried, 'more place')} not tried"
    yield f"{paint(word, style, color)} {heading}: {score}"
    most = len(audit.survived) if verbose else MAX_PLACES
    told = [one for one in audit.survived if one.found]
    yield from _listed("told apart by other inputs", told, most)
    yield from _listed("told apart by no inputs that were tried, perhaps equivalent",
                       [one for one in audit.survived if not one.found], most)  # fmt: skip
    if verbose:
        for one in audit.equivalent:
            yield f"  equivalent: {harmless(one.key)}: {named(one.reason)}"


def _listed(what: str, survivors: Sequence[Survivor], most: int) -> Iterator[str]:
    """List survivors, those of one mistake under its name."""
    if not survivors:
        return
    yield f"  {what}:"
    by_code: dict[str, list[Survivor]] = {}
    for one in survivors:
        by_code.setdefault(one.code, []).append(one)
    for group in by_code.values():
        yield f"    {group[0].name}"
        yield from (f"      {harmless(one.key)}" for one in group[:most])
        if len(group) > most:
            yield f"      and in {plural(len(group) - most, 'more place')} (-v lists them)"


def _suggested(audit: Audit) -> Iterator[str]:
    """Write cases as they go into the list of a spec."""
    for suggestion in audit.suggested:
        killed = [audit.survived[number] for number in suggestion.kills]
        more = f" and {len(killed) - 1} more" if len(killed) > 1 else ""
        yield f"  # kills {harmless(killed[0].key)}{more}"
        yield from case_text(suggestion, "  ")


def _tolerances(audit: Audit) -> Iterator[str]:
    for location, smallest, is_last in audit.tolerances:
        said = f"the smallest tolerance that passes is {smallest}"
        if not smallest:
            said = "the default tolerance will do" + ": none is needed" * is_last
        yield f"{harmless(str(location))}: {said}"


def _score(killed: int, counted: int) -> str:
    return f"{killed:,} of {plural(counted, 'mistake')} killed" + percent(killed, counted)


def percent(killed: int, counted: int) -> str:
    """Write a score as a percentage: 100 % only where nothing survived."""
    if not counted:
        return ""
    # Cut off, so that 9,999 of 10,000 is no 100 %.
    return f", {1000 * killed // counted / 10:g} %"


def is_too_low(killed: int, counted: int, min_score: Fraction | None) -> bool:
    """Tell whether less is killed than is asked for."""
    return min_score is not None and killed < min_score * counted


def _summary(report: Report, color: bool, min_score: Fraction | None) -> Iterator[str]:
    audits = [spec.audit for spec in report.specs if spec.audit is not None]
    scored = [audit for audit in audits if audit.state == "scored"]
    killed, counted = sum(a.killed for a in scored), sum(a.counted for a in scored)
    said = "nothing was scored"
    if scored:
        said = f"{_score(killed, counted)} in {plural(len(scored), 'spec')}"
    if min_score is not None and is_too_low(killed, counted, min_score):
        said += f", less than --min-score {float(min_score):g}"
    found = sum(1 for audit in scored for one in audit.survived if one.found)
    equivalent, survived = sum(len(a.equivalent) for a in scored), counted - killed
    rest = {
        f"survived, {found:,} told apart by other inputs": survived,
        "equivalent": equivalent,
        "places of large networks not tried": sum(audit.untried for audit in scored),
    }
    said += "".join(f"; {number:,} {what}" for what, number in rest.items() if number)
    counts = report.summary
    failing, unrecorded = (
        sum(audit.state == state for audit in audits) for state in ("failing", "unrecorded")
    )
    other = {
        "not scored": len(audits) - len(scored) - failing - unrecorded,
        "failing": failing, "unrecorded": unrecorded, "not found": counts.missing,
        "invalid": counts.invalid, "warning" + "s" * (counts.warnings != 1): counts.warnings,
    }  # fmt: skip
    said += "".join(f", {number:,} {what}" for what, number in other.items() if number)
    if counts.exit_code == 130:
        said += ", interrupted"
    style = "green" if not counts.exit_code and not survived else "yellow"
    yield paint(f"{said} in {counts.seconds:.2f} s", "red" if counts.exit_code else style, color)
