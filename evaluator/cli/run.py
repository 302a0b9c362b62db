"""`evaluator run`: evaluate specs and report every mismatch."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluator import config
from evaluator.cli import cached, console, numbers, reporting, settings, workers
from evaluator.diagnostics import UsageError, clip, harmless

if TYPE_CHECKING:
    from evaluator.collect import Selection, Target
    from evaluator.results import Report
    from evaluator.runner import Options
    from evaluator.shards import Shard
    from evaluator.subjects.limits import Limits


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `run` understands."""
    add_selection(parser)
    parser.add_argument("-x", "--exitfirst", action="store_const", const=1, dest="maxfail",
                        help="stop after the first failure")  # fmt: skip
    parser.add_argument("--maxfail", type=_count, metavar="N", default=0,
                        help="stop after N failures")  # fmt: skip
    parser.add_argument("--co", "--collect-only", action="store_true", dest="collect_only",
                        help="list the cases that would be evaluated")  # fmt: skip
    parser.add_argument("--subject", action="append", metavar="SUBJECT",
                        help="what is under test, as in python:student.py:Neuron; may be repeated"
                        " (default: reference, the evaluator's own)")  # fmt: skip
    parser.add_argument("--limit", action="append", metavar="NAME=NUMBER",
                        help="what a program under test may use, as in time=2 or memory=512;"
                        " may be repeated")  # fmt: skip
    parser.add_argument("--atol", type=_tolerance, help="replace every tolerance: absolute")
    parser.add_argument("--rtol", type=_tolerance, help="replace every tolerance: relative")
    parser.add_argument("--max-mismatches", type=_count, metavar="N",
                        help="keep N mismatches of a spec (default 100; 0 keeps all), the first"
                        " of every further case, and count the rest")  # fmt: skip
    parser.add_argument("--durations", type=_count, metavar="N",
                        help="show the N slowest specs")  # fmt: skip
    workers.add_arguments(parser)
    cached.add_arguments(parser)
    parser.add_argument("--watch", action="store_true",
                        help="run again what a save touches, until interrupted")  # fmt: skip
    add_output(parser)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which specs and cases are meant, and what fails a run of them."""
    add_cases(parser)
    parser.add_argument("--fail-on", choices=("error", "warning"),
                        help="what fails the run beside mismatches (default: error)")  # fmt: skip


def add_cases(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which specs and cases are meant."""
    parser.add_argument("paths", nargs="*", metavar="PATH",
                        help="a file, a directory, file.yaml::case, or - for stdin"
                        " (default: the specs of the project)")  # fmt: skip
    parser.add_argument("-k", dest="expression", metavar="EXPR", default="",
                        help="only cases whose file, names or tags match, e.g. 'xor and not relu'")  # fmt: skip
    parser.add_argument("--tag", action="append", default=[], help="only cases with this tag")
    parser.add_argument("--allow-empty", action="store_true",
                        help="exit 0 when nothing was checked")  # fmt: skip


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how the result is shown."""
    parser.add_argument("--output-format", metavar="FORMAT",
                        help="full, concise, json, jsonl, junit, sarif, github, gitlab, tap, markdown"
                        " or html (default: full; github where GITHUB_ACTIONS is true)")  # fmt: skip
    parser.add_argument("--report", action="append", metavar="FORMAT=PATH",
                        help="also write a report to a file; may be repeated")  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="say less")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more")
    console.add_color(parser)
    settings.add_arguments(parser)


def main(arguments: argparse.Namespace) -> int:
    """Evaluate, report, and give the exit code."""
    settled = settings.settle(arguments)
    if arguments.show_settings:
        return settings.show(arguments, settled)
    from evaluator.runner import Options

    subjects = settings.subjects(arguments)
    if arguments.collect_only:
        _refuse_reports(arguments)
    options = Options(
        selection=selection(arguments), atol=arguments.atol, rtol=arguments.rtol,
        maxfail=arguments.maxfail, allow_empty=arguments.allow_empty,
        fail_on_warning=arguments.fail_on == "warning", jobs=workers.count(arguments),
        max_mismatches=arguments.max_mismatches, subjects=subjects, limits=_limits(arguments.limit),
    )  # fmt: skip
    gc.freeze()
    # Specs leave hardly any garbage, and to look for it rarely saves a thirtieth.
    gc.set_threshold(10_000)
    gc.enable()
    if arguments.watch:
        from evaluator.cli.watch import watch

        return watch(arguments, lambda files: _run(files, options, arguments))
    return _run(find_targets(arguments.paths, arguments.specs), options, arguments)


def _refuse_reports(arguments: argparse.Namespace) -> None:
    """Refuse what the command line wants of a report where there is none; settings may stand."""
    for key in ("report", "output-format"):
        if key in arguments.said:
            raise UsageError(f"--co and --{key} exclude each other: the cases are listed, and there"
                             " is no report", "leave out one of them")  # fmt: skip


def _limits(words: Sequence[str]) -> Limits | None:
    if not words:
        return None
    from evaluator.subjects.limits import from_words

    return from_words(words)


def _run(files: list[Target], options: Options, arguments: argparse.Namespace) -> int:
    cache = cached.open_cache(arguments)
    files, shard = cached.share(files, arguments.shard, cache)
    if shard is not None and shard.total and not files:
        options = options._replace(allow_empty=True)  # the other shards check what there is
    files = cached.choose(files, arguments, cache)
    options = workers.choose(options, arguments, len(files))
    if arguments.collect_only:
        return _collect_only(files, options, shard)

    def keep(report: Report) -> None:
        report.shard = shard
        if cache is not None:
            cached.record(cache, files, options, report)

    report = reporting.report_on(files, options, arguments, keep)
    if not report.specs and not (shard or arguments.watch):  # which leave files out
        tell_nothing(files, options.selection)
    if arguments.durations:
        # What a program reads on stdout is the report alone.
        text = arguments.output_format in ("full", "concise")
        print(_slowest(report, arguments.durations), file=sys.stdout if text else sys.stderr)
    return report.summary.exit_code


def selection(arguments: argparse.Namespace) -> Selection:
    """Make the selection that the arguments ask for."""
    from evaluator.collect import Selection, compile_expression

    if arguments.expression:
        compile_expression(arguments.expression)  # what is wrong with it is told at once
    return Selection(arguments.expression, tuple(arguments.tag))


def tell_nothing(files: Sequence[Target], selection: Selection) -> None:
    """Say why a selection holds no case, if it is one."""
    if selection.tags or selection.expression:
        from evaluator.cli.nothing import tell

        tell(files, selection)


def find_targets(paths: Sequence[str], specs: Sequence[str] | None = None) -> list[Target]:
    """Find the files to evaluate; without paths `specs`, or those of the configuration.

    Where folders hold none, that is told.
    """
    from evaluator.collect import targets

    named = named_paths(paths, specs)
    if not (found := targets(named)):
        from evaluator.cli.nothing import tell_folders

        tell_folders(named)
    return found


def named_paths(paths: Sequence[str], specs: Sequence[str] | None = None) -> Sequence[str]:
    """Give the paths; where there are none, `specs`, or those of the configuration."""
    if sys.stdin is None and any(path.partition("::")[0] == "-" for path in paths):
        raise UsageError("standard input is closed", "name a file, or send it a spec")
    if paths:
        return paths
    try:
        folder = os.path.join(os.getcwd(), "")
    except OSError:
        raise UsageError("the current folder is gone", "name a path") from None
    if specs is None:
        specs = config.find(folder).specs
    missing = [p for p in specs if "://" not in p and not os.path.exists(p)]
    if missing:
        raise UsageError(f"there is no {missing[0].removeprefix(folder)} to evaluate",
                         "name a file or a directory, or set `specs` in [tool.evaluator]")  # fmt: skip
    return [path.removeprefix(folder) for path in specs]


def _collect_only(files: list[Target], options: Options, shard: Shard | None) -> int:
    from evaluator.reporters.text import part, plural, typed
    from evaluator.runner import collect

    found = invalid = 0
    for spec, case in collect(files, options):
        shown = harmless(spec)
        if case is None:
            invalid += 1
            print(f"{shown}: invalid; see `evaluator validate {typed(spec)}`")
        else:
            found += 1
            print(f"{shown}::{harmless(case)}")
    if not found and not invalid and any(target.ids for target in files):
        print("there is no such case")
    print(f"\n{plural(found, 'case')} in {plural(len(files), 'file')}{part(shard)}")
    if not found and not invalid and not shard:
        tell_nothing(files, options.selection)
    return 3 if invalid else 0 if found or options.allow_empty else 5


def _slowest(report: Report, count: int) -> str:
    from evaluator.reporters.text import named, spec_name

    slowest = sorted(report.specs, key=lambda spec: -spec.seconds)[:count]
    lines = [f"{spec.seconds:9.4f} s  {named(spec.file)} {spec_name(spec)}" for spec in slowest]
    heading = "the slowest spec:" if len(lines) == 1 else f"the {len(lines)} slowest specs:"
    return "\n".join(["", heading, *lines])


def _count(text: str) -> int:
    if (number := numbers.whole(text, 10**15)) is None:
        raise argparse.ArgumentTypeError(f"{clip(text)} is not a whole number")
    return number


def _tolerance(text: str) -> float:
    try:
        value = numbers.real(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{clip(text)} is not a number") from None
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{clip(text)} is not a finite number, 0 or more")
    return value
