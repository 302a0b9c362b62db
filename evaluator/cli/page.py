"""`evaluator page`: make an interactive page of a spec."""

from __future__ import annotations

import argparse
import os
import sys

from evaluator.cli import numbers
from evaluator.diagnostics import UsageError, clip, harmless
from evaluator.writing import check_writable, write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `page` understands."""
    parser.add_argument("file", metavar="FILE", help="the spec, or - for standard input")
    parser.add_argument("-o", "--output", metavar="OUT.html",
                        help="the page to write, or - for standard output"
                        " (default: the name of the spec, in the current folder)")  # fmt: skip
    parser.add_argument("--document", metavar="N", type=_number,
                        help="which document of a file of several")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def main(arguments: argparse.Namespace) -> int:
    """Write the page."""
    from evaluator.pages import page
    from evaluator.source import read_file
    from evaluator.spec import build

    output = _output(arguments)
    documents = read_file(arguments.file)
    if len(documents) > 1 and arguments.document is None:
        raise UsageError(
            f"{arguments.file} holds {len(documents)} specs", "choose one with --document N"
        )
    number = arguments.document or 1
    if number > len(documents):
        raise UsageError(f"{arguments.file} has no document {number}", f"it has {len(documents)}")
    text = page(build(documents[number - 1]))
    if output == "-":
        sys.stdout.write(text)
        return 0
    write_whole(output, text)
    print(f"wrote {harmless(output)}; open it in a browser")
    return 0


def _output(arguments: argparse.Namespace) -> str:
    """Say where the page goes, and that it can be written there."""
    if not arguments.file or arguments.output == "":
        raise UsageError("the name of a file is empty", "name the spec, and the page to write")
    output: str | None = arguments.output
    if output is None:
        if arguments.file == "-":
            raise UsageError("the page has no name", "name it with -o, as in `-o page.html`")
        output = os.path.splitext(os.path.basename(arguments.file))[0] + ".html"
    if output == "-":
        return output
    if os.path.isfile(output) and not arguments.force:
        raise UsageError(f"{output} exists already", "choose another name, or add --force")
    both = os.path.exists(output) and os.path.exists(arguments.file)
    if both and os.path.samefile(output, arguments.file):
        raise UsageError(f"{output} is the spec itself", "choose another name for the page")
    check_writable(output)
    return output


def _number(text: str) -> int:
    if (number := numbers.whole(text, 9_999_999)) is None or number == 0:
        raise argparse.ArgumentTypeError(f"{clip(text)} is not the number of a document, 1 or more")
    return number
