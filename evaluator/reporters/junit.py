"""JUnit XML, as Jenkins and GitLab read it: a suite for each spec, a test case for each case."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evaluator.diagnostics import harmless
from evaluator.reporters.full import case_lines, diagnostic
from evaluator.reporters.limits import cut, keep
from evaluator.reporters.paths import relative
from evaluator.reporters.problems import RULES, troubles, verdict
from evaluator.reporters.text import case_name, named, part, plural, spec_name

if TYPE_CHECKING:
    from evaluator.results import CaseResult, Report, SpecResult

#: The longest text of one failure, in characters.
MAX_TEXT: Final = 20_000
#: GitLab takes files below 30 MB that hold at most 250,000 "objects": elements and their parts.
MAX_BYTES: Final = 29_000_000
MAX_OBJECTS: Final = 240_000
#: How many objects a test case and a suite are taken to be, generously.
_CASE_OBJECTS: Final = 8
_SUITE_OBJECTS: Final = 12


class _Test(NamedTuple):
    """A test case: its name, and the element inside that says how it ended."""

    name: str
    #: passed, failures, errors or skipped
    outcome: str
    content: str = ""


def render(report: Report, **_: Any) -> str:
    """Write the test suites; what is left out is said in the output of a suite of its own."""
    suites = [(spec, _tests(spec)) for spec in report.specs]
    tests = [test for _, listed in suites for test in listed]
    first = {id(listed[0]) for _, listed in suites if listed}
    kept = keep(((_rank(test), _cost(test, id(test) in first)) for test in tests), 1)
    number, texts = 0, []
    counts: Counter[str] = Counter()
    names: set[tuple[str, str]] = set()
    for spec, listed in suites:
        shown = [test for at, test in enumerate(listed, number) if at in kept]
        number += len(listed)
        counts.update(test.outcome for test in shown)
        if shown or spec.diagnostics:
            texts.append(_suite(spec, shown, names, report))
    own = [_Test(RULES[code], "errors", _element("error", code, RULES[code], ""))
           for code in troubles(report)]  # fmt: skip
    counts.update(test.outcome for test in own)
    texts.append(_own_suite(report, own, len(tests) - len(kept)))
    head = (
        f'<testsuites name="evaluator" tests="{counts.total()}" failures="{counts["failures"]}"'
        f' errors="{counts["errors"]}" time="{report.summary.seconds:.6f}">'
    )
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *texts, "</testsuites>", ""])


def _rank(test: _Test) -> int:
    return ("errors", "failures", "skipped", "passed").index(test.outcome)


def _cost(test: _Test, opens_suite: bool) -> float:
    """Give a test case's share of what a file may hold."""
    objects = _CASE_OBJECTS * (2 if test.content else 1) + _SUITE_OBJECTS * opens_suite
    size = 200 + 400 * opens_suite + len((test.name + test.content).encode())
    return max(size / MAX_BYTES, objects / MAX_OBJECTS)


def _tests(spec: SpecResult) -> list[_Test]:
    errors = [found for found in spec.diagnostics if found.severity == "error"]
    tests = []
    if errors:
        lines = [line for found in errors for line in (*diagnostic(found, False), "")]
        said = errors[0].message + (f" ({errors[0].hint})" if errors[0].hint else "")
        tests.append(_Test("the spec is valid" if spec.invalid else named(spec.name), "errors",
                           _element("error", errors[0].code, harmless(said), "\n".join(lines))))  # fmt: skip
    elif not spec.cases:  # it was validated, no more
        tests.append(_Test("the spec is valid", "passed"))
    return [*tests, *(_test(spec, case) for case in spec.cases)]


def _test(spec: SpecResult, case: CaseResult) -> _Test:
    name = case_name(spec, case)
    if case.outcome == "passed":
        return _Test(name, "passed")
    if case.outcome in ("skipped", "xfailed"):
        said = ("expected to fail: " if case.outcome == "xfailed" else "") + named(case.reason)
        return _Test(name, "skipped", _element("skipped", case.outcome, said, ""))
    code, said = verdict(case)
    text = "\n".join(case_lines(spec, case, False))
    if case.outcome == "error":
        return _Test(name, "errors", _element("error", code, said, text))
    return _Test(name, "failures", _element("failure", code, said, text))


def _element(tag: str, code: str, message: str, text: str) -> str:
    head = f'<{tag} type="{code}" message="{escape(cut(message, 1000))}"'
    if not text.strip():
        return head + "/>"
    more = "\n… the rest is left out; `--output-format full` shows it"
    return f"{head}>{escape(cut(text.rstrip(), MAX_TEXT, more), quote=False)}</{tag}>"


def _suite(
    spec: SpecResult, tests: list[_Test], names: set[tuple[str, str]], report: Report
) -> str:
    file = relative(spec.file, report)
    # Jenkins takes what stands before the last dot for a package.
    package = harmless(os.path.splitext(file)[0].strip("/").replace(".", "_").replace("/", "."))
    package += f"#{spec.document}" if spec.document > 1 else ""
    lines = [_head(spec_name(spec), tests, spec.seconds, f' file="{escape(harmless(file))}"')]
    for test in tests:
        # GitLab ignores a second test case of the same name.
        name = next(name for name in _spellings(test.name) if (package, name) not in names)
        names.add((package, name))
        head = f'<testcase classname="{escape(package)}" name="{escape(name)}"'
        lines.append(f"{head}>{test.content}</testcase>" if test.content else head + "/>")
    warnings = [line for found in spec.diagnostics if found.severity != "error"
                for line in diagnostic(found, False)]  # fmt: skip
    if warnings:
        said = escape(cut("\n".join(warnings), MAX_TEXT), quote=False)
        lines.append(f"<system-out>{said}</system-out>")
    return "\n".join([*lines, "</testsuite>"])


def _spellings(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}#{number}"
        number += 1


def _own_suite(report: Report, tests: list[_Test], withheld: int) -> str:
    """Write the suite that says what the whole run was."""
    lines = [_head("evaluator", tests, 0.0, "")]
    properties = {"evaluator": report.version, "subject": report.subject,
                  "values checked": str(report.summary.values),
                  "tolerance of the command line": report.override,
                  "shard": part(report.shard).strip(" ()").removeprefix("shard ")}  # fmt: skip
    lines.append("<properties>")
    lines += [f'<property name="{name}" value="{escape(harmless(value))}"/>'
              for name, value in properties.items() if value]  # fmt: skip
    lines.append("</properties>")
    lines += [f'<testcase classname="evaluator" name="{escape(test.name)}">{test.content}</testcase>'
              for test in tests]  # fmt: skip
    if withheld:
        lines.append(f"<system-out>{plural(withheld, 'case')} left out, those that passed first:"
                     " GitLab reads no more from one file</system-out>")  # fmt: skip
    return "\n".join([*lines, "</testsuite>"])


def _head(name: str, tests: list[_Test], seconds: float, more: str) -> str:
    counts = Counter(test.outcome for test in tests)
    return (
        f'<testsuite name="{escape(name)}" tests="{len(tests)}" failures="{counts["failures"]}"'
        f' errors="{counts["errors"]}" skipped="{counts["skipped"]}" time="{seconds:.6f}"{more}>'
    )
