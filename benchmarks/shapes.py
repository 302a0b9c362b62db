"""Files made to be hard: each shape as large as it is asked for, with the exit code it ends with."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Final

NEURON: Final = "neuron: {weights: [1], activation: relu}\n"
CASES: Final = "cases: [{inputs: 1, expected: 1}]\n"
GOOD: Final = NEURON + CASES
LAYER: Final = "layers: [{activation: identity}]\n"

Make = Callable[[int], str]


def fill(piece: str, before: str = "", after: str = "") -> Make:
    """Repeat a piece until a size is reached."""
    return lambda size: before + piece * (size // len(piece.encode())) + after


def numbered(piece: str, before: str = "", after: str = "") -> Make:
    """Repeat a piece with a number of its own, `{n}`."""

    def make(size: int) -> str:
        length = len(piece.encode()) + 3
        return before + "".join(piece.replace("{n}", str(n)) for n in range(size // length)) + after

    return make


def _named_inputs(size: int) -> str:
    names = [f"i{n}" for n in range(size // 26)]
    listed, mapped = ", ".join(names), ", ".join(f"{name}: 1" for name in names)
    return (
        f"inputs: [{listed}]\nneuron:\n  activation: relu\n  weights: &w {{{mapped}}}\n"
        f"cases:\n  - {{inputs: *w, expected: {len(names)}}}\n"
    )


def _neurons(size: int) -> str:
    lines = (f"  n{n}: {{weights: {{n{n - 1}: 1}}, activation: relu}}\n" for n in count(1))
    total = size // 48
    chain = "".join(line for line, _ in zip(lines, range(total), strict=False))
    return f"inputs: [n0]\nneurons:\n{chain}{CASES}"


def _nested(size: int) -> str:
    return fill("[" * 60 + "1" + "]" * 60 + ", ", "a: [", "]\n")(size)


#: Shape → what makes it, and the exit code.
SHAPES: Final[dict[str, tuple[Make, int]]] = {
    "one long plain text": (fill("word ", "description: ", "\n" + GOOD), 0),
    "one long text in quotes, all escapes": (fill("\\u00e9", 'description: "', '"\n' + GOOD), 0),
    "one long block of lines": (fill("  a line\n", "description: |\n", GOOD), 0),
    "one number of many digits": (fill("1", "a: ", "\n"), 3),
    "one long key": (fill("k", "? ", "\n: 1\n"), 3),
    "many keys": (numbered("key{n}: 1\n", GOOD), 3),
    "one key many times": (fill("a: 1\n"), 3),
    "nested to the limit": (_nested, 3),
    "nested beyond the limit": (fill("["), 3),
    "many aliases": (fill("*a, ", "a: &a 1\nb: [", "]\n"), 3),
    "aliases of aliases": (numbered("a{n}: &a{n} [*b, *b]\n", "b: &b [1, 1]\n"), 3),
    "many anchors": (numbered("&a{n} 1, ", "b: [", "]\n"), 3),
    "many documents": (fill(f"---\n{GOOD}"), 3),
    "many empty documents": (fill("---\n"), 3),
    "long lists of numbers": (
        fill("0.1234567890123456, ", "neuron: {activation: identity, weights: [", f"]}}\n{CASES}"), 3),
    "long lists of integers, no blanks": (
        fill("1,", "neuron: {activation: identity, weights: [", f"1]}}\n{CASES}"), 3),
    "many cases": (fill("  - {inputs: 1, expected: 1}\n", NEURON + "cases:\n"), 3),
    "many failing cases": (fill("  - {inputs: 1, expected: 2}\n", NEURON + "cases:\n"), 1),
    "many cases of many lines": (
        fill("  - name: n\n    inputs:\n      - 1\n    expected:\n      - 1\n", NEURON + "cases:\n"), 0),
    "many cases by name": (
        fill("  - {inputs: {x1: 1}, expected: {y: 1, y.z: 1}}\n", NEURON + "cases:\n"), 0),
    "many expected intervals": (numbered("  - {inputs: 1, expected: 1 ± {n}}\n", NEURON + "cases:\n"), 0),
    "many units": (
        fill("[1], ", "layers: [{activation: relu, weights: [", f"[1]]}}]\n{CASES}"), 3),
    "many layers": (fill("  - {activation: relu}\n", "layers:\n", CASES), 0),
    "many neurons": (_neurons, 0),
    "many inputs by name": (_named_inputs, 0),
    "many texts for numbers": (fill("a, ", "neuron: {activation: relu, weights: [", f"a]}}\n{CASES}"), 3),
    "many cases without inputs": (fill("  - {expected: 1}\n", NEURON + "cases:\n"), 3),
    "many cases of a wrong width": (fill("  - {inputs: [1, 2], expected: 1}\n", NEURON + "cases:\n"), 3),
    "many doubtful numbers": (fill("012, ", "a: [", "]\n"), 3),
    "many warnings": (fill("1e-999, ", "a: [", "]\n"), 3),
    "comments alone": (fill("# a comment\n"), 3),
    "blank lines alone": (fill("\n"), 3),
    "line ends of two characters": (fill("  - {inputs: 1, expected: 1}\r\n", NEURON + "cases:\r\n"), 0),
    "wide characters": (fill("\U0001f600", "description: ", "\n" + GOOD), 0),
    "wide characters in many keys": (numbered("名{n}: é\n", GOOD), 3),
    "tabs": (fill("\tword", 'description: "', '"\n' + GOOD), 0),
    "an open quote": (fill("a", '"'), 3),
    "an error in the last line": (fill("  - {inputs: 1, expected: 1}\n", NEURON + "cases:\n", "a: [\n"), 3),
    "an error in every document": (fill("---\na: [\n"), 3),
    "colons": (fill(": "), 3),
    "no UTF-8": (lambda size: fill("a")(size) + "\0", 3),
}  # fmt: skip
