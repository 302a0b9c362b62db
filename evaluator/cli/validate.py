"""`evaluator validate`: read and check specs, evaluating nothing."""

from __future__ import annotations

import argparse

from evaluator.cli import reporting, run, settings, workers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `validate` understands."""
    run.add_selection(parser)
    workers.add_arguments(parser)
    run.add_output(parser)


def main(arguments: argparse.Namespace) -> int:
    """Validate, report, and give the exit code."""
    settled = settings.settle(arguments)
    if arguments.show_settings:
        return settings.show(arguments, settled)
    from evaluator.runner import Options

    options = Options(
        selection=run.selection(arguments), allow_empty=arguments.allow_empty,
        fail_on_warning=arguments.fail_on == "warning", validate_only=True, jobs=workers.count(arguments),
    )  # fmt: skip
    files = run.find_targets(arguments.paths, arguments.specs)
    report = reporting.report_on(files, workers.choose(options, arguments, len(files)), arguments)
    if not report.specs:
        run.tell_nothing(files, options.selection)
    return report.summary.exit_code
