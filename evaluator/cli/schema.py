"""`evaluator schema`: print a JSON Schema."""

from __future__ import annotations

import argparse
import json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `schema` understands."""
    parser.add_argument("name", nargs="?", choices=("spec", "report", "audit", "grade", "process"),
                        default="spec",
                        help="the schema of spec files (default), of the JSON report, of that of"
                        " an audit or of grades, or of the messages to and from a program under test")  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    print(text(arguments.name), end="")
    return 0


def text(name: str) -> str:
    """Give a schema as it is printed."""
    from evaluator.validate import schema

    return json.dumps(schema(name), indent=2, ensure_ascii=True) + "\n"
