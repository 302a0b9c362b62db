"""`evaluator exercise build`: the files for learners, for grading, and the worked solution."""

from __future__ import annotations

import argparse

from evaluator.cli.exercise_files import read_exercise, tell, write_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `exercise build` understands."""
    parser.add_argument("spec", metavar="FILE", help="the spec with the exercise, or FILE#2")
    parser.add_argument("-o", "--output", metavar="DIR", required=True,
                        help="the folder to write: student, grader and solution in it")  # fmt: skip
    parser.add_argument("--variant", metavar="KEY", default="",
                        help="the numbers of a variant: a number, or a text that stands for one")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def main(arguments: argparse.Namespace) -> int:
    """Write the three folders."""
    from evaluator.exercises.bundle import build

    found = build(read_exercise(arguments.spec), arguments.variant)
    write_folder(found, arguments.output, arguments.force)
    tell(found, arguments.output, is_folder=True)
    return 0
