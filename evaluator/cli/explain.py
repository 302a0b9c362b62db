"""`evaluator explain`: how the values of a spec come about, step by step."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.cli import numbers, single
from evaluator.diagnostics import UsageError, clip, harmless
from evaluator.explanations import FORMATS, MAX_DIGITS

if TYPE_CHECKING:
    from evaluator.collect import CaseId, Target
    from evaluator.explanations.solution import Solution

#: The format that the name of an output file asks for.
_SUFFIXES: Final = {".html": "html", ".htm": "html", ".tex": "latex", ".md": "markdown",
                    ".txt": "text"}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `explain` understands."""
    parser.add_argument("file", metavar="FILE",
                        help="a spec, file.yaml::case, or - for stdin")  # fmt: skip
    parser.add_argument("--case", metavar="NAME", help="only the case of this name")
    parser.add_argument("--format", choices=FORMATS,
                        help="how it is written (default: text, or what the name of OUT says)")  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="write to a file, or - for standard output"
    )
    parser.add_argument("--digits", type=_digits, metavar="N",
                        help="round every sum and output to N digits after the point, as by hand")  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Explain, and give the exit code."""
    from evaluator.explanations import render

    target = single.find(arguments.file)
    if arguments.case is not None and any(named.case for named in target.ids):
        raise UsageError("the case is named twice", "leave out --case, or `::` and what follows")
    if arguments.output == "-":
        arguments.output = None
    if arguments.output is not None:
        _check(arguments, target.file)
    solutions = list(_solutions(target, arguments))
    if not solutions:
        return 5
    text = render(solutions, arguments.format or _SUFFIXES.get(_suffix(arguments.output), "text"))
    if arguments.output is None:
        sys.stdout.write(text)
        return 0
    from evaluator.writing import write_whole

    write_whole(arguments.output, text)
    print(f"wrote {harmless(arguments.output)}")
    return 0


def _suffix(output: str | None) -> str:
    return os.path.splitext(output or "")[1].lower()


def _check(arguments: argparse.Namespace, spec: str) -> None:
    """Find out what cannot be written, or would be written over the spec."""
    from evaluator.writing import check_writable

    output: str = arguments.output
    check_writable(output)
    if os.path.exists(spec) and os.path.exists(output) and os.path.samefile(spec, output):
        raise UsageError(f"{output} is the spec itself", "name another file")
    if arguments.format is None and (suffix := _suffix(output)) not in ("", *_SUFFIXES):
        raise UsageError(f"no format is written to {clip(suffix)} files",
                         f"end OUT with {', '.join(_SUFFIXES)}, or name a --format")  # fmt: skip


def _solutions(target: Target, arguments: argparse.Namespace) -> Iterator[Solution]:
    """Explain what is meant of every document; what is not there is told."""
    from evaluator.explanations.solution import choose, solution
    from evaluator.spec import build

    with single.copies(target.file):
        documents = single.documents(target.file)
        named = _named(target.ids, arguments.case)
        known: list[str] = []
        found = []
        for document in documents:
            if named.document not in (None, document.number):
                continue
            spec = build(document)
            known += [case.id for case in spec.cases]
            cases, row = choose(spec.cases, named.case or None)
            if cases:
                found.append(solution(spec, cases, arguments.digits, row))
        # A table may have fewer rows than the one that is named.
        found = [each for each in found if each.cases or not named.case]
    if not found:
        single.tell_missing(target.file, named, known)
    yield from found


def _named(ids: Sequence[CaseId], case: str | None) -> CaseId:
    """Say which document and which case are meant; both may be all."""
    from evaluator.collect import CaseId

    named = ids[0] if ids else CaseId(None, "")
    return named if case is None else named._replace(case=case)


def _digits(text: str) -> int:
    if (number := numbers.whole(text, MAX_DIGITS)) is None:
        raise argparse.ArgumentTypeError(
            f"{clip(text)} is not a whole number from 0 to {MAX_DIGITS}"
        )
    return number
