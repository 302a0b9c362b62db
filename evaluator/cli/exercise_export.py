"""`evaluator exercise export`: an exercise for a learning platform, and what is lost on the way."""

from __future__ import annotations

import argparse

from evaluator.cli.exercise_files import read_exercise, tell, write_file, write_folder
from evaluator.diagnostics import UsageError

#: The formats; `evaluator.exercises.exports` has a module for each.
FORMATS = ("gradescope", "prairielearn", "moodle", "gift", "qti", "ipynb", "markdown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `exercise export` understands."""
    parser.add_argument("spec", metavar="FILE", help="the spec with the exercise, or FILE#2")
    parser.add_argument("--to", metavar="TARGET", choices=FORMATS, required=True,
                        help=f"one of {', '.join(FORMATS)}")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="PATH", required=True,
                        help="the file or, for prairielearn, ipynb and markdown, the folder to write")  # fmt: skip
    parser.add_argument("--variant", metavar="KEY", default="",
                        help="the numbers of a variant: a number, or a text that stands for one")  # fmt: skip
    parser.add_argument("--code", choices=("python", "process"), default="",
                        help="with gradescope: run the programs that are handed in")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def main(arguments: argparse.Namespace) -> int:
    """Write the export, and say what it has lost."""
    from evaluator.exercises.exports import TARGETS, export
    from evaluator.exercises.exports.export import archive

    if arguments.code and arguments.to != "gradescope":
        raise UsageError(f"--code is not for {arguments.to}", "leave it out")
    kind = TARGETS[arguments.to].kind
    if kind == "zip" and not arguments.output.endswith(".zip"):
        raise UsageError(f"{arguments.to} takes a zip archive", "let the name end in .zip")
    exercise = read_exercise(arguments.spec)
    found = export(exercise, arguments.to, arguments.variant, arguments.code)
    if kind == "folder":
        write_folder(found, arguments.output, arguments.force)
    else:
        content = archive(found) if kind == "zip" else next(iter(found.files.values()))
        write_file(arguments.output, content, arguments.force)
    tell(found, arguments.output, kind == "folder")
    return 0
