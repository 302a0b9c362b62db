"""`evaluator new`: write a first spec to start from."""

from __future__ import annotations

import argparse
import os
from typing import Final

from evaluator.cli import schema
from evaluator.diagnostics import UsageError, harmless
from evaluator.project import root_of
from evaluator.writing import check_writable, write_whole

#: The file by which editors complete and check specs: the first line of a spec names it.
SCHEMA: Final = "spec.schema.json"

#: What each `--form` starts with; every one passes.
TEMPLATES: Final = {
    "neuron": """\
# A neuron: y = sigmoid(0·x1 + 1·x2 + 4)
neuron:
  weights: [0, 1]
  bias: 4
  activation: sigmoid

cases:
  - inputs: [2, 3]
    expected: ~0.999
""",
    "neurons": """\
# XOR from named neurons; weights say what a neuron reads.
inputs: [a, b]

neurons:
  either:
    weights: {a: 1, b: 1}
    bias: -0.5
    activation: step
  both:
    weights: {a: 1, b: 1}
    bias: -1.5
    activation: step
  xor:
    weights: {either: 1, both: -1}
    bias: -0.5
    activation: step

cases:
  - inputs: {a: 0, b: 0}
    expected: 0
  - inputs: {a: 0, b: 1}
    expected: 1
  - inputs: {a: 1, b: 0}
    expected: 1
  - inputs: {a: 1, b: 1}
    expected: {xor: 0, both: 1}
""",
    "layers": """\
# Two layers; weights are (units × inputs), one row per neuron.
layers:
  - name: hidden
    weights:
      - [1, 1]
      - [1, 1]
    bias: [0, -1]
    activation: relu
  - name: output
    weights: [[1, -2]]
    activation: identity

cases:
  - inputs: [0, 1]
    expected: 1
  - inputs: [1, 1]
    expected: {hidden: [2, 1], output: 0}
""",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `new` understands."""
    parser.add_argument("file", metavar="FILE", help="the spec to write")
    parser.add_argument("--form", choices=tuple(TEMPLATES), default="neuron",
                        help="the form of the network")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def main(arguments: argparse.Namespace) -> int:
    """Write the file."""
    if arguments.file in ("", "-"):
        raise UsageError("`new` writes a file", "name it, as in `evaluator new neuron.yaml`")
    if os.path.lexists(arguments.file) and not arguments.force:
        raise UsageError(f"{arguments.file} exists already", "choose another name, or add --force")
    check_writable(arguments.file)
    text = TEMPLATES[arguments.form]
    # Beside a link, such as /dev/stdout, or a pipe there is nobody's project.
    if not os.path.lexists(arguments.file) or (
        os.path.isfile(arguments.file) and not os.path.islink(arguments.file)
    ):
        text = f"# yaml-language-server: $schema={_schema_of(arguments.file)}\n{text}"
    write_whole(arguments.file, text)
    from shlex import quote

    shown = harmless(arguments.file)
    print(f"wrote {shown}; try `evaluator run {harmless(quote(arguments.file))}`")
    return 0


def _schema_of(file: str) -> str:
    """Give the way from a spec to the schema of its project; if there is none, write it beside."""
    folder = os.path.dirname(os.path.abspath(file))
    top, above, way = root_of(folder), folder, SCHEMA
    while not os.path.isfile(os.path.join(above, SCHEMA)):
        if above == top:
            beside = os.path.join(os.path.dirname(file), SCHEMA)
            check_writable(beside)
            write_whole(beside, schema.text("spec"))
            print(f"wrote {harmless(beside)} for editors")
            return SCHEMA
        above, way = os.path.dirname(above), f"../{way}"
    return way
