"""`evaluator convert`: networks of other formats become specs, and back."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from evaluator.cli import numbers
from evaluator.diagnostics import UsageError, clip, harmless

if TYPE_CHECKING:
    from evaluator.convert.conversion import Conversion

#: How many cases are recorded where nothing else says what to ask.
DEFAULT_CASES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `convert` understands."""
    parser.add_argument(
        "source", metavar="SRC", help="the file to convert; its suffix says what it is"
    )
    parser.add_argument(
        "target", metavar="DST", help="the file to write: .yaml, or another format for a spec"
    )
    parser.add_argument(
        "--inputs", metavar="FILE", help="record answers to these: .csv, .npz or .npy"
    )
    parser.add_argument("--record", metavar="N", type=_count,
                        help=f"record answers to N inputs that are drawn (default {DEFAULT_CASES},"
                        " where the source has no cases of its own)")  # fmt: skip
    parser.add_argument(
        "--seed", metavar="S", type=_count, default=0, help="what the draw begins with"
    )
    parser.add_argument("--layers", metavar="LIST", default="",
                        help="what is done with a file of arrays: '[fc1, relu, fc2, softmax]'")  # fmt: skip
    parser.add_argument("--weights", metavar="FILE", default="",
                        help="the .weights.h5 that belongs to a Keras JSON")  # fmt: skip
    parser.add_argument("--outputs", metavar="NAME", nargs="+", default=[],
                        help="the outputs of an ONNX model that are wanted, if not all")  # fmt: skip
    parser.add_argument("--arrays", choices=("npz", "safetensors"), default="npz",
                        help="where many weights go")  # fmt: skip
    parser.add_argument("--document", metavar="N", type=_count, default=0,
                        help="which document of a spec file of several")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def main(arguments: argparse.Namespace) -> int:
    """Convert one way or the other."""
    from evaluator.convert.conversion import ConversionError
    from evaluator.convert.formats import SPECS

    if not (arguments.source and arguments.target):
        raise UsageError("the name of a file is empty", "name what to read, and what to write")
    try:
        if arguments.source.lower().endswith(SPECS):
            return _export(arguments)
        return _import(arguments)
    except ConversionError as error:
        print(f"error: {harmless(str(error))}", file=sys.stderr)
        if error.hint:
            print(f"help: {harmless(error.hint)}", file=sys.stderr)
        return 3


def _import(arguments: argparse.Namespace) -> int:
    from evaluator.convert.formats import read
    from evaluator.convert.save import check_free
    from evaluator.reporters.text import plural

    if arguments.inputs and arguments.record is not None:
        raise UsageError("--inputs and --record exclude each other", "leave one out")
    check_free(arguments.target, arguments.force)
    conversion = _asked(
        read(
            arguments.source, layers=arguments.layers, weights=arguments.weights,
            outputs=tuple(arguments.outputs),
        ),
        arguments,
    )  # fmt: skip
    saved = conversion.save(arguments.target, force=arguments.force, arrays=arguments.arrays)
    for note in saved.notes:
        print(f"note: {harmless(note)}")
    assert conversion.cases is not None
    cases = plural(saved.cases, "case")
    print(f"wrote {', '.join(map(harmless, saved.paths))}: {cases}, {conversion.cases.origin}")
    if saved.failed:
        print(f"{saved.failed} of them fail; see `evaluator run {harmless(arguments.target)}`")
    return 1 if saved.failed else 0


def _asked(conversion: Conversion, arguments: argparse.Namespace) -> Conversion:
    """Give it the cases that are asked for; else it keeps its own, or gets a few."""
    from evaluator.convert.recording import drawn, from_file

    if arguments.inputs:
        conversion, inputs = from_file(conversion, arguments.inputs)
        return conversion.recorded(inputs)
    if arguments.record is None and conversion.cases is not None:
        return conversion
    count = DEFAULT_CASES if arguments.record is None else arguments.record
    if not count:
        raise UsageError("--record 0 leaves no cases", "record at least one")
    return conversion.recorded(drawn(conversion, count, arguments.seed))


def _export(arguments: argparse.Namespace) -> int:
    from evaluator.convert.formats import export
    from evaluator.convert.save import check_free
    from evaluator.source import read_file
    from evaluator.spec import build
    from evaluator.writing import check_writable

    for name in ("inputs", "record", "layers", "weights", "outputs"):
        if getattr(arguments, name):
            raise UsageError(f"--{name} is for the way into a spec", "leave it out")
    check_free(arguments.target, arguments.force)
    documents = read_file(arguments.source)
    if len(documents) > 1 and not arguments.document:
        raise UsageError(
            f"{arguments.source} holds {len(documents)} specs", "choose one with --document N"
        )
    number = arguments.document or 1
    if number > len(documents):
        raise UsageError(f"{arguments.source} has no document {number}", f"it has {len(documents)}")
    spec = build(documents[number - 1])
    content, notes = export(spec, arguments.target)
    check_writable(arguments.target)
    _write(arguments.target, content)
    for note in notes:
        print(f"note: {harmless(note)}")
    print(
        f"wrote {harmless(arguments.target)}: the network; its cases stay in {harmless(arguments.source)}"
    )
    return 0


def _write(path: str, content: bytes) -> None:
    """Write a file so that it is the old one or the new one, never half; raises UsageError."""
    beside = f"{path}.{os.getpid()}.part"
    try:
        try:
            with open(beside, "wb") as stream:
                stream.write(content)
            os.replace(beside, path)
        finally:
            if os.path.exists(beside):
                os.unlink(beside)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _count(text: str) -> int:
    if (number := numbers.whole(text, 9_999_999)) is None:
        raise argparse.ArgumentTypeError(f"{clip(text)} is not a whole number below ten millions")
    return number
