"""`evaluator exercise ACTION`: each action is a module of its own, `evaluator.cli.exercise_ACTION`."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Final

#: Actions, in the order of the help.
ACTIONS: Final = {
    "build": "write what learners get, what grades them, and the worked solution",
    "check": "see that an exercise grades as its author means",
    "export": "write an exercise for a learning platform",
    "grade": "grade submissions",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(
        prog=parser.prog, dest="action", metavar="ACTION", required=True, help="what is done"
    )
    for name, text in ACTIONS.items():
        added = actions.add_parser(
            name, help=text, description=text, allow_abbrev=False,
            formatter_class=parser.formatter_class,
        )  # fmt: skip
        import_module(f"evaluator.cli.exercise_{name}").add_arguments(added)
        added.add_argument("--debug", action="store_true", help=argparse.SUPPRESS,
                           default=argparse.SUPPRESS)  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    code: int = import_module(f"evaluator.cli.exercise_{arguments.action}").main(arguments)
    return code
