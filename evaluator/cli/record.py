"""`evaluator record`: write what the networks answer into the specs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from evaluator.cli import numbers, rewriting, run
from evaluator.cli.rewriting import Outcome, Rewriting, Words
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.collect import Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `record` understands."""
    run.add_cases(parser)
    parser.add_argument("--update", choices=("missing", "failing", "all"), default="missing",
                        help="which values are written: those of cases that expect nothing (default),"
                        " also those that fail, or all")  # fmt: skip
    parser.add_argument("--digits", type=_digits, metavar="N",
                        help="write ~ and N significant digits")  # fmt: skip
    rewriting.add_arguments(parser)
    rewriting.add_force(parser)


def main(arguments: argparse.Namespace) -> int:
    """Record, and give the exit code."""
    rewriting.refuse_in_ci(arguments)
    from evaluator.rewriting.record import Terms
    from evaluator.rewriting.recording import record_file

    terms = Terms(run.selection(arguments), arguments.update, arguments.digits)
    files = run.find_targets(arguments.paths)
    cases = missing = 0

    def work(target: Target, content: bytes) -> Outcome:
        nonlocal cases, missing
        found = record_file(content, target.file, target.ids, terms)
        cases += found.cases
        missing += len(found.missing)
        left = [(left.location, left.message, left.hint) for left in found.left]
        return Outcome(
            found.text, found.edits, found.values, left, [*found.diagnostics, *found.missing]
        )

    code = Rewriting(arguments, files, Words("record", "recorded", "value")).run(work)
    if not cases and not code:
        run.tell_nothing(files, terms.selection)
    nothing = missing or (not cases and not arguments.allow_empty)
    return 5 if not code and nothing else code


def _digits(text: str) -> int:
    if not (number := numbers.whole(text, 17)):
        raise argparse.ArgumentTypeError(f"{clip(text)} is no number of digits; write 1 to 17")
    return number
