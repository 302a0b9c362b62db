"""`evaluator fix`: write numbers so that all YAML readers take them for the same."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from evaluator.cli import rewriting, run
from evaluator.cli.rewriting import Outcome, Rewriting, Words
from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.collect import Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `fix` understands."""
    parser.add_argument("paths", nargs="*", metavar="PATH",
                        help="a file, a directory, or - for stdin"
                        " (default: the specs of the project)")  # fmt: skip
    parser.add_argument("--as", choices=("1.1", "1.2"), dest="version",
                        help="the version of YAML that says what 012 or 1:30 is")  # fmt: skip
    rewriting.add_arguments(parser)


def main(arguments: argparse.Namespace) -> int:
    """Show, write, and give the exit code."""
    from evaluator.rewriting.fix import fix

    def work(target: Target, content: bytes) -> Outcome:
        if target.ids:
            raise UsageError(f"{target.file} is fixed as a whole", "name the file alone")
        found = fix(content, target.file, arguments.version)
        return Outcome(found.text, found.edits, len(found.edits), found.doubts)

    files = run.find_targets(arguments.paths)
    code = Rewriting(arguments, files, Words("fix", "fixed", "spelling")).run(work, shown=True)
    return code or (0 if files else 5)
