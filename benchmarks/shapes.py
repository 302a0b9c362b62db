"""Files made to be hard: each shape as large as it is asked for, with the exit code it ends with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evaluator.reader import MAX_DOCUMENTS, MAX_NESTED
from evaluator.spec import MAX_WRITTEN

NEURON: Final = "neuron: {weights: [1], activation: relu}\n"
CASES: Final = "cases: [{inputs: 1, expected: 1}]\n"
WRONG: Final = "cases: [{inputs: 1, expected: 2}]\n"
GOOD: Final = NEURON + CASES
#: A layer of 900 units, and what it answers to 1.
ONES: Final = ",".join(["1"] * 900)
WIDE: Final = f"layers: [{{activation: relu, weights: [{','.join(['[1]'] * 900)}]}}]\ncases:\n"
DEEP: Final = "layers:\n" + "- {weights: [[1]], activation: relu}\n" * 20
ALIASED: Final = f"{WIDE}  - {{inputs: 1, expected: &e [{ONES}]}}\n"

#: As many as are read.
CASES_READ, LAYERS_READ, NEURONS_READ = (
    MAX_WRITTEN[key][0] for key in ("cases", "layers", "neurons")
)

Make = Callable[[int], str]


def fill(piece: str, before: str = "", after: str = "", most: int = 2**60) -> Make:
    """Repeat a piece, in which `{n}` is its number, up to a size; a comment makes up for what is left."""

    def make(size: int) -> str:
        if "{n}" in piece:
            times = min(most, size // (len(piece.encode()) + 3))
            pieces = "".join(piece.replace("{n}", str(n)) for n in range(times))
        else:
            times = min(most, size // len(piece.encode()))
            pieces = piece * times
        rest = "\n#" + "c" * (size - len(pieces)) if times == most else ""
        return before + pieces + after + rest

    return make


def _named_inputs(size: int) -> str:
    count = min(150_000, size // 26)
    listed = ", ".join(f"i{n}" for n in range(count))
    mapped = ", ".join(f"i{n}: 1" for n in range(count))
    return (
        f"inputs: [{listed}]\nneuron:\n  activation: relu\n  weights: &w {{{mapped}}}\n"
        f"cases:\n  - {{inputs: *w, expected: {count}}}\n#{'c' * (size - 26 * count)}\n"
    )


def _chain(size: int) -> str:
    count = min(NEURONS_READ, size // 48)
    lines = (
        f"  n{n}: {{weights: {{n{n - 1}: 1}}, activation: relu}}\n" for n in range(1, count + 1)
    )
    return f"inputs: [n0]\nneurons:\n{''.join(lines)}{CASES}#{'c' * (size - 48 * count)}\n"


#: Shape → what makes it, and the exit code.
SHAPES: Final[dict[str, tuple[Make, int]]] = {
    "one long plain text": (fill("word ", "description: ", "\n" + GOOD), 0),
    "one long text in quotes, all escapes": (fill("\\u00e9", 'description: "', '"\n' + GOOD), 0),
    "one long block of lines": (fill("  a line\n", "description: |\n", GOOD), 0),
    "one number of many digits": (fill("1", "a: ", "\n"), 3),
    "one long key": (fill("k", "? ", "\n: 1\n"), 3),
    "many keys": (fill("key{n}: 1\n", GOOD), 3),
    "one key many times": (fill("a: 1\n"), 3),
    "nested to the limit": (fill("[" * 60 + "1" + "]" * 60 + ", ", "a: [", "]\n", 2900), 3),
    "nested beyond the limit": (fill("["), 3),
    "more lists than are read": (fill("[], ", "a: [", "]\n"), 3),
    "more mappings than are read": (fill("{b}, ", "a: [", "]\n"), 3),
    "many aliases": (fill("*a, ", "a: &a 1\nb: [", "]\n"), 3),
    "aliases of aliases": (fill("a{n}: &a{n} [*b, *b]\n", "b: &b [1, 1]\n"), 3),
    "many anchors": (fill("&a{n} 1, ", "b: [", "]\n"), 3),
    "many documents": (fill(f"---\n{GOOD}", most=MAX_DOCUMENTS), 0),
    "more documents than are read": (fill(f"---\n{GOOD}"), 3),
    "many empty documents": (fill("---\n"), 3),
    "long lists of numbers": (
        fill("0.1234567890123456, ", "neuron: {activation: identity, weights: [", f"]}}\n{CASES}"), 3),
    "long lists of integers, no blanks": (
        fill("1,", "neuron: {activation: identity, weights: [", f"1]}}\n{CASES}"), 3),
    "many cases": (fill("  - {inputs: 1, expected: 1}\n", NEURON + "cases:\n", most=CASES_READ), 0),
    "more cases than are read": (fill("  - {inputs: 1}\n", NEURON + "cases:\n"), 3),
    "many failing cases": (fill("  - {inputs: 1, expected: 2}\n", NEURON + "cases:\n", most=CASES_READ), 1),
    "many short failing cases": (
        fill("- {inputs: 1,expected: 2}\n", DEEP + "cases:\n", most=CASES_READ), 1),
    "many cases of many lines": (
        fill("  - name: n\n    inputs:\n      - 1\n    expected:\n      - 1\n", NEURON + "cases:\n", most=CASES_READ), 0),
    "many cases by name": (
        fill("  - {inputs: {x1: 1}, expected: {y: 1, y.z: 1}}\n", NEURON + "cases:\n", most=CASES_READ), 0),
    "many expected intervals": (fill("  - {inputs: 1, expected: 1 ± {n}}\n", NEURON + "cases:\n", most=CASES_READ), 0),
    "many cases of many expected values": (fill(f"  - {{inputs: 1, expected: [{ONES}]}}\n", WIDE), 0),
    "many failing cases of many expected values": (fill(f"  - {{inputs: 2, expected: [{ONES}]}}\n", WIDE), 1),
    "many cases of aliased expected values": (fill("  - {inputs: 1, expected: *e}\n", ALIASED, most=1_050), 0),
    "many failing cases of aliased expected values": (
        fill("  - {inputs: 2, expected: *e}\n", ALIASED, most=1_050), 1),
    "many units": (
        fill("[1], ", "layers: [{activation: relu, weights: [", f"[1]]}}]\n{CASES}", MAX_NESTED - 9), 3),
    "many layers": (fill("  - {activation: relu}\n", "layers:\n", CASES, LAYERS_READ), 0),
    "many layers, and one case that fails": (
        fill("- {weights: [[1]], activation: tanh}\n", "layers:\n", WRONG, LAYERS_READ), 1),
    "many neurons": (_chain, 0),
    "many inputs by name": (_named_inputs, 0),
    "many texts for numbers": (fill("a, ", "neuron: {activation: relu, weights: [", f"a]}}\n{CASES}"), 3),
    "many cases without inputs": (fill("  - {expected: 1}\n", NEURON + "cases:\n"), 3),
    "many cases of a wrong width": (fill("  - {inputs: [1, 2], expected: 1}\n", NEURON + "cases:\n"), 3),
    "many doubtful numbers": (fill("012, ", "a: [", "]\n"), 3),
    "many warnings": (fill("1e-999, ", "a: [", "]\n"), 3),
    "comments alone": (fill("# a comment\n"), 3),
    "blank lines alone": (fill("\n"), 3),
    "line ends of two characters": (fill("  - {inputs: 1, expected: 1}\r\n", NEURON + "cases:\r\n", most=CASES_READ), 0),
    "many cases in several documents": (
        fill("---\n" + NEURON + "cases:\n" + "  - {inputs: 1, expected: 1}\n" * 4_000, most=40), 0),
    "wide characters": (fill("\U0001f600", "description: ", "\n" + GOOD), 0),
    "wide characters in many keys": (fill("名{n}: é\n", GOOD), 3),
    "tabs": (fill("\tword", 'description: "', '"\n' + GOOD), 0),
    "an open quote": (fill("a", '"'), 3),
    "an error in the last line": (fill("  - {inputs: 1, expected: 1}\n", NEURON + "cases:\n", "a: [\n"), 3),
    "an error in every document": (fill("---\na: [\n"), 3),
    "colons": (fill(": "), 3),
    "no UTF-8": (lambda size: fill("a")(size) + "\0", 3),
}  # fmt: skip
