"""`evaluator exercise check`: does an exercise grade as its author means?"""

from __future__ import annotations

import argparse
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from evaluator.cli import console
from evaluator.diagnostics import SpecError, are_faults, count, harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evaluator.collect import Target
    from evaluator.diagnostics import Diagnostic
    from evaluator.exercises.checking import Checked
    from evaluator.exercises.grading import Terms


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `exercise check` understands."""
    parser.add_argument("paths", nargs="+", metavar="PATH",
                        help="a spec with an exercise, or a folder of them")  # fmt: skip
    parser.add_argument("--code", choices=("python",),
                        help="also grade the samples that have code, which runs it")  # fmt: skip
    parser.add_argument("--fail-on", choices=("error", "warning"), default="error",
                        help="exit 1 for warnings too (default: error)")  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="show the last line alone")
    console.add_color(parser)


def main(arguments: argparse.Namespace) -> int:
    """Check, tell, and give the exit code."""
    from evaluator.collect import targets
    from evaluator.exercises.grading import Terms

    start = perf_counter()
    checks: list[Checked] = []
    invalid: list[Diagnostic] = []
    terms = Terms(code=arguments.code or "")
    for target in targets(arguments.paths):
        try:
            checks += _of_file(target, terms)
        except SpecError as error:
            invalid += error.diagnostics
    found = [*invalid, *(each for check in checks for each in check.found)]
    if not arguments.quiet:
        _tell(checks, found, console.wants_color(arguments.color, sys.stdout))
    warnings = sum(each.severity == "warning" for each in found)
    failed = sum(not check.ok for check in checks)
    print(_last(checks, failed, warnings, bool(invalid), perf_counter() - start))
    if invalid and are_faults(invalid):
        return 3
    if not checks:
        return 5
    return int(failed > 0 or (warnings > 0 and arguments.fail_on == "warning"))


def _of_file(target: Target, terms: Terms) -> Iterator[Checked]:
    """Check every exercise of a file; raises SpecError where one is invalid."""
    from evaluator.exercises.checking import checked
    from evaluator.exercises.reading import read
    from evaluator.source import read_file
    from evaluator.spec import build

    numbers = {named.document for named in target.ids}
    for document in read_file(target.file):
        if numbers and not numbers & {None, document.number}:
            continue
        spec = build(document)
        if "exercise" not in document.data:
            continue
        yield checked(read(spec), terms)


def _tell(checks: Sequence[Checked], found: Sequence[Diagnostic], color: bool) -> None:
    from evaluator.reporters.full import diagnostic

    for each in found:
        print("\n".join([*diagnostic(each, color), ""]))
    for check in checks:
        exercise = check.exercise
        said = [
            count(len(exercise.parts), "part"),
            f"{exercise.points:g} point{'s' * (exercise.points != 1)}",
        ]
        if exercise.samples:
            said.append(count(check.samples, "sample"))
        if check.unrun:
            said.append(f"{check.unrun} not graded without --code")
        if check.variants:
            said.append(
                f"{count(check.variants, 'variant')}, {count(check.rejected, 'draw')} rejected"
            )
        state = "ok" if check.ok else "FAILED"
        print(harmless(f"{state} {exercise.spec.file} {exercise.name}: {', '.join(said)}"))


def _last(
    checks: Sequence[Checked], failed: int, warnings: int, invalid: bool, seconds: float
) -> str:
    if not checks:
        what = "nothing was checked" if invalid else "there is no exercise to check"
        return f"{what} in {seconds:.2f} s"
    said = f"{count(len(checks), 'exercise')} checked, {failed} failed"
    said += f", {count(warnings, 'warning')}" if warnings else ""
    said += ", others invalid" if invalid else ""
    return f"{said} in {seconds:.2f} s"
