"""What a report complains of: one value for each failing case and for each diagnostic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.diagnostics import CODES, harmless
from evaluator.reporters.full import case_lines, diagnostic
from evaluator.reporters.limits import cut
from evaluator.reporters.paths import relative
from evaluator.reporters.text import case_name, named, plural, spec_name, told
from evaluator.results import FAILING

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic, Location
    from evaluator.results import CaseResult, Report, SpecResult

#: Every code that a problem may carry, with the sentence that explains it.
RULES: Final = CODES | {
    "value-mismatch": "A value is not one that its expectation accepts.",
    "unrecorded": "A case expects nothing, so that nothing is checked.",
    "unexpected-pass": "A case that is expected to fail passes.",
    "subject-error": "What is under test broke.",
    "nothing-checked": "Not one value was checked, which counts as a failure.",
    "interrupted": "The run was interrupted; the report holds what was found so far.",
    "warnings": "Warnings fail the run, as `--fail-on warning` asks.",
}

#: The longest message, in characters.
MAX_MESSAGE: Final = 1000


class Problem(NamedTuple):
    """One thing that fails a run, or is worth a warning; its texts command nothing."""

    code: str
    #: `error` if it fails the run, else `warning`.
    severity: str
    #: What is the matter, in one line.
    message: str
    #: The name of the spec, of the case in it, both as far as there is one.
    spec: str = ""
    case: str = ""
    #: Where it stands, the file named from the root; a problem of the whole run stands nowhere.
    file: str = ""
    line: int = 1
    column: int = 1
    width: int = 1
    #: The same for the same problem when lines move; no two of a report are equal.
    identity: tuple[str, ...] = ()
    #: What it was made of.
    result: SpecResult | None = None
    source: CaseResult | Diagnostic | None = None


def problems(report: Report) -> list[Problem]:
    """Give every problem of a report, in file order; those of the whole run come first."""
    found = [Problem(code, "error", RULES[code], identity=(code,)) for code in troubles(report)]
    seen: Counter[tuple[str, ...]] = Counter()
    for spec in report.specs:
        if not spec.diagnostics and all(case.outcome not in FAILING for case in spec.cases):
            continue
        for problem in _of_spec(spec, relative(spec.file, report), report):
            seen[problem.identity] += 1
            found.append(
                problem._replace(identity=(*problem.identity, str(seen[problem.identity])))
            )
    return found


def troubles(report: Report) -> list[str]:
    """Name what fails the whole run and shows at none of its specs, by code."""
    counts = report.summary
    if counts.exit_code == 130:
        return ["interrupted"]
    if counts.exit_code == 5 and not counts.missing:
        return ["nothing-checked"]
    return ["warnings"] if counts.exit_code == 1 and not counts.failed + counts.xpassed else []


def details(problem: Problem) -> list[str]:
    """Write a problem out: its source lines, how far it is off, how it came about."""
    if problem.source is None or problem.result is None:
        return [problem.message]
    if isinstance(problem.source, tuple):
        return diagnostic(problem.source, False)
    return case_lines(problem.result, problem.source, False)


def _of_spec(spec: SpecResult, file: str, report: Report) -> Iterator[Problem]:
    document = str(spec.document)
    subject = (spec.subject,) if spec.is_compared else ()
    for found in spec.diagnostics:
        # An array file may have a name of its own.
        at = file if found.location.file == spec.file else relative(found.location.file, report)
        said = found.message + (f" ({found.hint})" if found.hint else "")
        yield Problem(
            found.code, found.severity, cut(harmless(said), MAX_MESSAGE),
            named(spec.name), "", at, *_place(found.location), (found.code, at), spec, found,
        )  # fmt: skip
    for case in spec.cases:
        if case.outcome in FAILING:
            code, said = verdict(case)
            location = case.mismatches[0].location if case.mismatches else case.location
            place = (case.line, case.column, 1) if location is None else _place(location)
            yield Problem(
                code, "error", cut(said, MAX_MESSAGE), spec_name(spec), case_name(spec, case), file,
                *place, (code, file, document, case.id or case.name, *subject), spec, case,
            )  # fmt: skip


def _place(location: Location) -> tuple[int, int, int]:
    return location.line, location.column, location.width


def verdict(case: CaseResult) -> tuple[str, str]:
    """Say in one line why a case fails the run; gives the code and the line."""
    if case.unrecorded:
        return "unrecorded", "the case expects nothing"
    if case.outcome == "xpassed":
        return "unexpected-pass", f"it passes, and was expected to fail: {named(case.reason)}"
    if not case.mismatches and not case.withheld:
        return "subject-error", named(case.reason) or "what is under test broke"
    said = told(case.mismatches[0]) if case.mismatches else "its values are off"
    if case.rows is not None:
        said = f"{case.failed_rows or 0:,} of {plural(case.rows, 'row')} failed; {said}"
    more = len(case.mismatches) + case.withheld - 1
    if more:
        said += f"; and {more:,} mismatch{'es' if more > 1 else ''} more"
    said += "".join(f"; {harmless(hint)}" for hint in case.hints)
    return "value-mismatch", said
