"""`evaluator page`: make an interactive page of a spec."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from evaluator.cli import numbers, single
from evaluator.collect import CaseId
from evaluator.diagnostics import UsageError, clip, harmless
from evaluator.writing import check_writable, write_whole

if TYPE_CHECKING:
    from evaluator.collect import Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `page` understands."""
    parser.add_argument("file", metavar="FILE", help="a spec, file.yaml::case, or - for stdin")
    parser.add_argument("-o", "--output", metavar="OUT.html",
                        help="the page to write, or - for standard output"
                        " (default: the name of the spec, in the current folder)")  # fmt: skip
    parser.add_argument("--document", metavar="N", type=_number,
                        help="which document of a file of several")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def main(arguments: argparse.Namespace) -> int:
    """Write the page."""
    if not arguments.file or arguments.output == "":
        raise UsageError("the name of a file is empty", "name the spec, and the page to write")
    target = single.find(arguments.file)
    output = _output(arguments, target.file)
    with single.copies(target.file):
        text = _page(target, arguments.document)
    if text is None:
        return 5
    if output == "-":
        sys.stdout.write(text)
        return 0
    write_whole(output, text)
    print(f"wrote {harmless(output)}; open it in a browser")
    return 0


def _page(target: Target, number: int | None) -> str | None:
    """Make the page; None, and it is told, where there is no such case."""
    from evaluator.pages import page
    from evaluator.spec import build

    documents = single.documents(target.file)
    (named,) = target.ids or (CaseId(None, ""),)
    if None not in (number, named.document):
        raise UsageError(
            "the document is named twice", "leave out --document, or `#` and what follows"
        )
    number = number or named.document
    if number is None and len(documents) > 1:
        raise UsageError(
            f"{target.file} holds {len(documents)} specs",
            f"choose one with --document N, or as {target.file}#N",
        )
    number = number or 1
    if number > len(documents):
        raise UsageError(f"{target.file} has no document {number}", f"it has {len(documents)}")
    spec = build(documents[number - 1])
    known = [case.id for case in spec.cases]
    if named.case and named.case not in known:
        single.tell_missing(target.file, named, known)
        return None
    return page(spec, named.case)


def _output(arguments: argparse.Namespace, file: str) -> str:
    """Say where the page goes, and that it can be written there."""
    output: str | None = arguments.output
    if output is None:
        if file == "-":
            raise UsageError("the page has no name", "name it with -o, as in `-o page.html`")
        output = os.path.splitext(os.path.basename(file))[0] + ".html"
    if output == "-":
        return output
    if os.path.isfile(output) and not arguments.force:
        raise UsageError(f"{output} exists already", "choose another name, or add --force")
    both = os.path.exists(output) and os.path.exists(file)
    if both and os.path.samefile(output, file):
        raise UsageError(f"{output} is the spec itself", "choose another name for the page")
    check_writable(output)
    return output


def _number(text: str) -> int:
    if (number := numbers.whole(text, 9_999_999)) is None or number == 0:
        raise argparse.ArgumentTypeError(f"{clip(text)} is not the number of a document, 1 or more")
    return number
