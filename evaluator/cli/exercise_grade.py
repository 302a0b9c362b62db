"""`evaluator exercise grade`: submissions → what each earned, and why."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Final

from evaluator.cli import numbers
from evaluator.config import MAX_JOBS
from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.exercises.batch import Order
    from evaluator.exercises.outcomes import Grade

#: The longest name, in bytes, of a file that is named after a submission.
_MAX_NAME: Final = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `exercise grade` understands."""
    parser.add_argument("spec", metavar="FILE", help="the spec with the exercise, or FILE#2")
    parser.add_argument("submissions", nargs="+", metavar="PATH",
                        help="a submission, or a folder with one in each file or folder")  # fmt: skip
    parser.add_argument("--together", action="store_true",
                        help="a folder is one submission, with all its files")  # fmt: skip
    parser.add_argument("--variant", metavar="KEY", default="",
                        help="grade by this variant: a number, or a text that stands for one"
                        " (default: the one that a submission names)")  # fmt: skip
    parser.add_argument("--attempt", type=_attempt, metavar="N", default=1,
                        help="which attempt it is, for hints (default: 1)")  # fmt: skip
    parser.add_argument("--due", action="store_true", help="the due date is past: show more parts")
    parser.add_argument("--published", action="store_true",
                        help="results are published: show more parts")  # fmt: skip
    parser.add_argument("--code", choices=("python", "process"),
                        help="run the code that was handed in: a Python file, or a program. Limits and"
                        " hidden files are no wall: do this in a container without network")  # fmt: skip
    parser.add_argument("--limit", action="append", metavar="NAME=NUMBER",
                        help="what code may use, as in time=2 or memory=512; may be repeated")  # fmt: skip
    parser.add_argument("-j", "--jobs", type=_jobs, metavar="N", default=1,
                        help="worker processes, or auto (default: 1)")  # fmt: skip
    parser.add_argument("--json", metavar="PATH", help="write everything as JSON; - for stdout")
    parser.add_argument("--csv", metavar="PATH", help="write a table for a spreadsheet")
    parser.add_argument("--gradescope", metavar="PATH",
                        help="write results.json for Gradescope; several go into a folder")  # fmt: skip
    parser.add_argument("--prairielearn", metavar="PATH",
                        help="write results.json for PrairieLearn; several go into a folder")  # fmt: skip
    parser.add_argument("-q", "--quiet", action="store_true", help="show the last line alone")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="show all that teachers may see, hidden parts too")  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Grade, write what was asked for, and give the exit code: 1 where one could not be graded."""
    from evaluator.exercises.batch import exercise_of, grades
    from evaluator.exercises.reports import text, told
    from evaluator.exercises.submission import found_in

    start = perf_counter()
    file, number = one_document(arguments.spec)
    exercise = exercise_of(file, number)
    paths = found_in(arguments.submissions, arguments.together)
    writers = _writers(arguments, len(paths))
    order = _order(arguments, file, number, paths)
    if arguments.variant:
        from evaluator.exercises.variants import variant_of

        variant_of(exercise, arguments.variant)  # what is wrong with it is told at once
    found = list(grades(order, paths, arguments.jobs))
    seconds = perf_counter() - start
    visible = told.shown(arguments.due, arguments.published)
    for write in writers:
        write(exercise, found, seconds, visible)
    if arguments.json != "-":
        sys.stdout.write(text.render(
            found, seconds, visible, everything=arguments.verbose, quiet=arguments.quiet
        ))  # fmt: skip
    if not found:
        return 5
    return int(any(grade.error for grade in found))


def one_document(path: str) -> tuple[str, int]:
    """Take `FILE#2` apart; raises UsageError for what is not one spec."""
    from evaluator.collect import targets

    found = targets([path])
    if len(found) != 1 or found[0].file == "-" or any(each.case for each in found[0].ids):
        raise UsageError(f"{path} is not one spec", "name the file of an exercise, or FILE#2")
    numbers = [each.document for each in found[0].ids if each.document]
    return found[0].file, numbers[0] if numbers else 1


def _order(arguments: argparse.Namespace, file: str, number: int, paths: Sequence[str]) -> Order:
    from evaluator.exercises.batch import Order
    from evaluator.exercises.grading import Terms
    from evaluator.exercises.hiding import beside
    from evaluator.subjects.limits import from_words

    limits = from_words(arguments.limit) if arguments.limit else None
    if limits and not arguments.code:
        raise UsageError("--limit is for code", "add --code, or leave it out")
    hidden: tuple[str, ...] = ()
    if arguments.code:
        outputs = (arguments.json, arguments.csv, arguments.gradescope, arguments.prairielearn)
        hidden = (
            *_all_files(paths),
            *beside(paths),
            *(path for path in outputs if path and path != "-"),
        )
    terms = Terms(arguments.code or "", limits, hidden, arguments.attempt)
    return Order(file, number, arguments.variant, terms, arguments.together)


def _all_files(paths: Sequence[str]) -> list[str]:
    """List what was handed in: none of it is for the code of another to read."""
    found: list[str] = []
    for path in paths:
        if os.path.islink(path) or not os.path.isdir(path):
            found.append(path)
            continue
        found += [entry.path for entry in os.scandir(path)]
    return found


Writer = Callable[..., None]


def _writers(arguments: argparse.Namespace, count: int) -> list[Writer]:
    """Make what writes each file that is asked for; what cannot be written is told before grading."""
    from evaluator.writing import check_writable

    found: list[Writer] = []
    for kind in ("json", "csv"):
        path = getattr(arguments, kind)
        if path and path != "-":
            check_writable(path)
        if path:
            found.append(_table(kind, path))
    for kind in ("gradescope", "prairielearn"):
        if path := getattr(arguments, kind):
            is_file = count == 1 and path.endswith(".json") and not os.path.isdir(path)
            _check_place(path, is_file)
            found.append(_each(kind, path, is_file))
    return found


def _check_place(path: str, is_file: bool) -> None:
    from evaluator.writing import check_writable

    if is_file:
        check_writable(path)
        return
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder {path} cannot be made: {error.strerror}", "name a folder"
        ) from None
    check_writable(os.path.join(path, "results.json"))


def _table(kind: str, path: str) -> Writer:
    def write(exercise: object, found: object, seconds: float, _: object) -> None:
        from importlib import import_module

        from evaluator.writing import write_whole

        text: str = import_module(f"evaluator.exercises.reports.{kind}").render(
            exercise, found, seconds
        )
        if path == "-":
            sys.stdout.write(text)
        else:
            write_whole(path, text)

    return write


def _each(kind: str, path: str, is_file: bool) -> Writer:
    def write(_: object, found: Sequence[Grade], __: float, visible: frozenset[str]) -> None:
        from evaluator.exercises.reports import gradescope, prairielearn
        from evaluator.writing import write_whole

        names = file_names([grade.name for grade in found])
        for grade, name in zip(found, names, strict=True):
            text = (
                gradescope.render(grade)
                if kind == "gradescope"
                else prairielearn.render(grade, visible)
            )
            write_whole(path if is_file else os.path.join(path, name), text)

    return write


def file_names(names: Sequence[str]) -> list[str]:
    """Name a file after each submission: no two alike, none too long."""
    found: dict[str, None] = {}
    for name in names:
        shown = name
        if len(os.fsencode(name)) > _MAX_NAME:
            shown = f"{name[:40]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"
        tried, times = f"{shown}.json", 1
        while tried in found:
            times += 1
            tried = f"{shown}#{times}.json"
        found[tried] = None
    return list(found)


def _attempt(text: str) -> int:
    if not (number := numbers.whole(text, 10_000)):
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a number from 1 to 10,000")
    return number


def _jobs(text: str) -> int:
    if text == "auto":
        from evaluator.runner import processors

        return processors()
    if not (number := numbers.whole(text, MAX_JOBS)):
        raise argparse.ArgumentTypeError(
            f"{text[:40]} is neither auto nor a number from 1 to {MAX_JOBS:,}"
        )
    return number
