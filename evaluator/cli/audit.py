"""`evaluator audit`: which mistakes would the cases not notice?"""

from __future__ import annotations

import argparse
import gc
import math
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from evaluator.cli import console, reporting, rewriting, run, settings, workers
from evaluator.diagnostics import UsageError, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluator.cli.rewriting import Outcome
    from evaluator.collect import Target
    from evaluator.results import Report
    from evaluator.runner import Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `audit` understands."""
    run.add_selection(parser)
    parser.add_argument("--min-score", type=_score, metavar="X",
                        help="exit 1 where less than this part of the mistakes is killed, as in 0.9")  # fmt: skip
    parser.add_argument("--suggest", action="store_true",
                        help="show cases that kill survivors, ready to paste")  # fmt: skip
    parser.add_argument("--suggest-tolerance", action="store_true",
                        help="show the smallest tolerance that passes, where one is written")  # fmt: skip
    parser.add_argument("--write", action="store_true",
                        help="add the cases that kill survivors to the specs")  # fmt: skip
    rewriting.add_arguments(parser)
    rewriting.add_force(parser)
    workers.add_arguments(parser)
    parser.add_argument("--output-format", choices=("text", "json"), default="text",
                        help="what is shown (default: text)")  # fmt: skip
    parser.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="show a line for each spec that is broken, and the last line",
    )
    parser.add_argument("-v", "--verbose", action="count", default=0,
                        help="also show specs without survivors, every place, and the reasons")  # fmt: skip
    settings.add_arguments(parser)


def main(arguments: argparse.Namespace) -> int:
    """Audit, show the survivors, and give the exit code."""
    settled = settings.settle(arguments)
    if arguments.show_settings:
        return settings.tell(each for each in settled if each.key in _SETTINGS)
    writes = arguments.write or arguments.diff
    if writes and arguments.output_format == "json":
        raise UsageError("--write and --diff do not go with --output-format json",
                         "call audit twice")  # fmt: skip
    if writes:
        rewriting.refuse_in_ci(arguments)
    from evaluator.runner import Options

    options = Options(
        selection=run.selection(arguments), allow_empty=arguments.allow_empty, audit=True,
        fail_on_warning=arguments.fail_on == "warning", jobs=workers.count(arguments),
    )  # fmt: skip
    gc.freeze()
    gc.enable()
    files = run.find_targets(arguments.paths, arguments.specs)
    if writes and any(target.file == "-" for target in files):
        raise UsageError("nothing can be written to standard input", "name a file")
    report = _audit(files, workers.choose(options, arguments, len(files)), arguments)
    sys.stdout.write(_text(report, arguments))
    written = _write(files, report, arguments) if writes else 0
    return written or report.summary.exit_code


#: The settings that hold for an audit.
_SETTINGS = ("specs", "fail-on", "jobs", "executor", "scheduler")


def _audit(files: Sequence[Target], options: Options, arguments: argparse.Namespace) -> Report:
    report = reporting.collected(files, options, arguments.quiet)
    report.summary.exit_code = report.summary.exit_code or _exit_code(report, arguments)
    return report


def _exit_code(report: Report, arguments: argparse.Namespace) -> int:
    """Give the exit code of an audit in which all cases pass."""
    audits = [spec.audit for spec in report.specs if spec.audit and spec.audit.state == "scored"]
    if not audits and not arguments.allow_empty:
        return 5
    killed, counted = sum(a.killed for a in audits), sum(a.counted for a in audits)
    from evaluator.reporters.audit import is_too_low

    return int(is_too_low(killed, counted, arguments.min_score))


def _text(report: Report, arguments: argparse.Namespace) -> str:
    if arguments.output_format == "json":
        from evaluator.reporters.audit_json import render as render_json

        return render_json(report)
    from evaluator.reporters.audit import render

    return render(
        report, color=console.wants_color(arguments.color, sys.stdout), verbose=arguments.verbose,
        quiet=arguments.quiet, suggest=arguments.suggest,
        suggest_tolerance=arguments.suggest_tolerance, writes=arguments.write or arguments.diff,
        min_score=arguments.min_score,
    )  # fmt: skip


def _write(files: Sequence[Target], report: Report, arguments: argparse.Namespace) -> int:
    """Add the suggested cases to their files; give the exit code, 0 where that went well."""
    from evaluator.audit.suggestion import add
    from evaluator.cli.rewriting import Outcome, Rewriting, Words
    from evaluator.source import read_bytes

    suggested = {
        (spec.file, spec.document): spec.audit.suggested
        for spec in report.specs
        if spec.audit and spec.audit.suggested
    }

    def work(target: Target, content: bytes) -> Outcome:
        documents = read_bytes(content, target.file)
        of_file = {n: cases for (file, n), cases in suggested.items() if file == target.file}
        edits, left = add(documents, of_file)
        count = sum(map(len, of_file.values())) - sum(len(of_file[each.number]) for each in left)
        return Outcome(documents[0].text.text, edits, count, [each[1:] for each in left])

    named = {file for file, _ in suggested}
    chosen = [target for target in files if target.file in named]
    if not chosen:
        print("nothing to add", file=sys.stderr if arguments.diff else sys.stdout)
        return 0
    return Rewriting(arguments, chosen, Words("add", "added", "case")).run(work)


#: A score that is not 0 is no smaller than this.
_SMALL: Final = 1e-15


def _score(text: str) -> Fraction:
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{clip(text)} is not a number from 0 to 1, as in 0.9")
    # Exactly: 14 of 25 is 0.56, which no float is. What is smaller than any score need not be.
    return Fraction(text) if number > _SMALL else Fraction(number)
