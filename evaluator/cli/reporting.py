"""Files → the report that is shown, and those that are written beside it."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from evaluator.cli import console
from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.collect import Target
    from evaluator.reporters import Render
    from evaluator.results import Report, SpecResult
    from evaluator.runner import Options

#: Files with settings; every run reads the nearest.
_SETTINGS = ("evaluator.toml", "pyproject.toml")


def report_on(
    files: list[Target], options: Options, arguments: argparse.Namespace,
    keep: Callable[[Report], None] = lambda report: None,
) -> Report:  # fmt: skip
    """Evaluate files, keep what later runs need, and write every report that was asked for.

    One that cannot be written is told, and keeps no other from being written or shown.
    """
    from evaluator.reporters import WITH_DIAGRAMS, load

    wanted = [split(text) for text in arguments.report]
    reporters = [(load(name), path) for name, path in wanted]
    show = load(arguments.output_format)
    if wanted:
        _check([path for _, path in wanted], files, (arguments.config or "", *options.subjects))
    if not WITH_DIAGRAMS.isdisjoint({arguments.output_format, *(name for name, _ in wanted)}):
        options = options._replace(diagrams=True)
    report = collected(files, options, arguments.quiet)
    keep(report)  # before it is written: the reader may go away, as `head` does
    report.folder, report.root = console.places()
    fault = _write(report, reporters)
    sys.stdout.write(show(
        report, color=console.wants_color(arguments.color, sys.stdout),
        verbose=arguments.verbose, quiet=arguments.quiet,
    ))  # fmt: skip
    if console.on_github():
        from evaluator.cli.github import add_step_summary

        add_step_summary(report)
    if fault is not None:
        raise fault
    return report


def collected(files: Sequence[Target], options: Options, quiet: bool) -> Report:
    """Evaluate files; a bar shows how far that is, where it takes long on a terminal."""
    from evaluator.runner import collect_report

    start, progress = perf_counter(), console.Progress(len(files), quiet)
    files_seen: set[str] = set()

    def seen(result: SpecResult) -> None:
        if result.file not in files_seen:
            files_seen.add(result.file)
            progress.step(perf_counter() - start)

    try:
        return collect_report(files, options, seen)
    finally:
        progress.stop()


def split(text: str) -> tuple[str, str]:
    """Take FORMAT=PATH apart; raises UsageError for what is none."""
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--report {text} names no file", "write FORMAT=PATH, as in json=out.json")
    if path == "-":
        raise UsageError(f"--report {text} names no file",
                         f"`--output-format {name}` shows the report; a file called - is ./-")  # fmt: skip
    return name, path


def _write(report: Report, reporters: Sequence[tuple[Render, str]]) -> Exception | None:
    """Write reports; gives a fault of our own that kept one from being written."""
    from evaluator.runner import INTERRUPTED

    fault = None
    for render, path in reporters:
        from evaluator.writing import write_whole

        try:
            write_whole(path, render(report))
        except UsageError as error:
            console.say(f"error: {error}")
            console.say(f"help: {error.hint}")
            if report.summary.exit_code != INTERRUPTED:
                report.summary.exit_code = 2
        except Exception as error:
            fault = error
    return fault


def _check(paths: Sequence[str], files: Sequence[Target], words: Sequence[str]) -> None:
    """Find out before the run what cannot be written after it, or would be written over."""
    from evaluator.collect import SUFFIXES
    from evaluator.writing import check_writable

    read = {os.path.realpath(target.file) for target in files}
    # What else is read is only looked for where a report is to replace such a file.
    there = [path for path in paths if os.path.isfile(path)]
    read |= {os.path.realpath(path) for path in there if os.path.basename(path) in _SETTINGS}
    if there:
        read |= set(map(os.path.realpath, _named(there, files, words)))
    written: set[str] = set()
    for path in paths:
        check_writable(path)
        if os.path.isfile(path) or not os.path.exists(path):  # not /dev/stdout
            if os.path.realpath(path) in read:
                raise UsageError(f"--report would write over {path}, which the run reads",
                                 "name another file")  # fmt: skip
            if os.path.isfile(path) and os.path.realpath(path).lower().endswith(SUFFIXES):
                raise UsageError(f"--report would write over {path}, which looks like a spec",
                                 "name another file, or remove this one first")  # fmt: skip
            if os.path.realpath(path) in written:
                raise UsageError(f"two reports are to be written to {path}",
                                 "give each a file of its own")  # fmt: skip
            written.add(os.path.realpath(path))


def _named(there: Sequence[str], files: Sequence[Target], words: Sequence[str]) -> Iterator[str]:
    """Give the files that specs and subjects name, as far as one of these may be among them."""
    for word in words:
        yield from filter(os.path.isfile, re.split(r"[:\s]", word))
    from evaluator.named import SUFFIXES, named_files

    if any(path.lower().endswith(SUFFIXES) for path in there):
        for target in files:
            if target.file != "-" and "://" not in target.file:
                yield from named_files(target.file)
