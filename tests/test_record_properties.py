"""A recorded file passes, and differs from what it was in its expected values alone."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.evaluate import evaluate
from evaluator.rewriting.record import Terms
from evaluator.rewriting.recording import record_file
from evaluator.rewriting.splice import splice
from evaluator.source import read
from evaluator.spec import build

thorough = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
#: Stands before inputs that may be an alias of others.
ALIAS = "\0"
#: What the networks compute, worked out without the evaluator.
ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "square": lambda z: z * z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
}
COMMENTS = ["", "# plain", "# a: b, [c], {d}", "# expected:\t1", "#", '# "quoted', "# é😀"]
#: Wrong values, as authors write them; each is read as a number, or accepts none of the answers.
WRONG = ["99", "99.0", "-9.9e+1", "+99.50", "~99.1", "~9.91e1", "99 ± 0.5", "99.00 +- 0", '"~99.1"',
         "'99.1 +/- 0.25'", "~ 99", ".nan", ".inf", "'~ 99.125 '"]  # fmt: skip


class Slot(NamedTuple):
    """The characters of an expected value."""

    written: str


class Written(NamedTuple):
    """A generated file: its pieces, of which the slots may change."""

    pieces: list[str | Slot]

    @property
    def text(self) -> str:
        return "".join(p.written if isinstance(p, Slot) else p for p in self.pieces)

    @property
    def pattern(self) -> str:
        """Match whatever has the same characters outside the slots."""
        value = r"[^\r\n,\[\]{}#]+?"
        return "".join(value if isinstance(p, Slot) else re.escape(p) for p in self.pieces)


class Layout(NamedTuple):
    """How the author of a file likes it."""

    newline: str
    indent: int
    nesting: str


Draw = st.DrawFn


def comment(draw: Draw) -> str:
    text = draw(st.sampled_from(COMMENTS))
    return draw(st.sampled_from(["  ", " "])) + text if text else draw(st.sampled_from(["", " "]))


def comment_lines(draw: Draw, indent: int) -> list[str]:
    """Give lines that mean nothing, at any depth."""
    lines = draw(st.lists(st.sampled_from(["", "  ", *COMMENTS[1:]]), max_size=2))
    column = draw(st.sampled_from([0, indent, indent + 3]))
    return [" " * column + line if line.strip() else line for line in lines]


def number(draw: Draw) -> str:
    return draw(st.sampled_from(["0", "1", "-2", "3", "0.5", "-1.25", "2.0", "1.5e+0"]))


def inputs(draw: Draw, count: int, names: list[str], column: int, flow: bool) -> list[str]:
    """Write the inputs, a line or several; the first goes behind `inputs:`."""
    values = [number(draw) for _ in range(count)]
    kind = draw(st.sampled_from(["list", "mapping", "lone", "block list", "block mapping", "long"]))
    if kind == "lone" and count == 1:
        return [" " + values[0]]
    pairs = [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
    if kind == "long":
        return [" [", *(" " * (column + 2) + v + "," + comment(draw) for v in values),
                " " * (column + 1) + "]"]  # fmt: skip
    if flow or kind in ("list", "lone"):
        return [" {" + ", ".join(pairs) + "}" if kind == "mapping" else f" [{', '.join(values)}]"]
    deeper = column + 2
    if kind == "block list":
        items = [f"- {value}" for value in values]
        deeper = draw(st.sampled_from([column, deeper]))
    else:
        items = pairs
    lines = [comment(draw)]
    for item in items:
        lines += [*comment_lines(draw, deeper), " " * deeper + item + comment(draw)]
    return [*lines[:-1], lines[-1].rstrip()]


def expected(draw: Draw, names: list[str], column: int, flow: bool) -> list[list[str | Slot]]:
    """Write wrong values for all outputs, a line or several."""
    values = [Slot(draw(st.sampled_from(WRONG))) for _ in names]
    kind = draw(st.sampled_from(["list", "mapping", "lone", "block list", "block mapping"]))
    if kind == "lone" and len(values) == 1:
        return [[" ", values[0]]]
    if flow or kind in ("list", "lone"):
        line: list[str | Slot] = [" [", values[0]]
        for value in values[1:]:
            line += [draw(st.sampled_from([", ", ",  ", " , "])), value]
        return [[*line, draw(st.sampled_from(["]", " ]", ",]"]))]]
    if kind == "mapping":
        line = [" {"]
        for name, value in zip(names, values, strict=True):
            line += [f"{name}: ", value, ", "]
        return [[*line[:-1], "}"]]
    lines: list[list[str | Slot]] = [[comment(draw)]]
    for name, value in zip(names, values, strict=True):
        lines += [[line] for line in comment_lines(draw, column + 2)]
        lead = "- " if kind == "block list" else f"{name}: "
        lines.append([" " * (column + 2) + lead, value, comment(draw)])
    lines[-1].pop()
    return lines


def entries(
    draw: Draw,
    count: int,
    names: list[str],
    outputs: list[str],
    column: int,
    flow: bool,
    wrong: bool,
) -> list[list[list[str | Slot]]]:
    """Write the keys of a case with their values, in any order: each some lines."""
    anchor = draw(st.sampled_from(["", "", " &it"]))
    written: list[list[str | Slot]] = [[line] for line in inputs(draw, count, names, column, flow)]
    if not anchor and len(written) == 1 and draw(st.booleans()):
        written = [[ALIAS, *written[0]]]
    key = draw(st.sampled_from(["inputs", "inputs", '"inputs"', "'inputs'"]))
    found: list[list[list[str | Slot]]] = [[[f"{key}:{anchor}", *written[0]], *written[1:]]]
    more = ["name: some", "name: 'it''s'", 'name: "a: b#c"', "tags: [a, b]", "tolerance: 1.0e-6",
            "tolerance: {atol: 1.0e-6}"]  # fmt: skip
    if not flow:
        pad = " " * (column + 2)
        more += [f"name: some\n{pad}words", f"tags:\n{pad}- a\n{pad}- b"]
    chosen = draw(st.lists(st.sampled_from(more), max_size=2, unique_by=lambda m: m.split(":")[0]))
    found += [[[line] for line in entry.split("\n")] for entry in chosen]
    if wrong:
        lines = expected(draw, outputs, column, flow)
        anchor = draw(st.sampled_from(["", "", " &unused"]))
        found.append([[f"expected:{anchor}", *lines[0]], *lines[1:]])
    return draw(st.permutations(found))


@st.composite
def case(draw: Draw, count: int, names: list[str], outputs: list[str], indent: int, wrong: bool) -> list[list[str | Slot]]:  # fmt: skip
    """Write one element of the list of cases."""
    style = draw(st.sampled_from(["block", "block", "flow", "tall flow", "tall comma"]))
    lead = " " * indent + "- " + draw(st.sampled_from(["", "", "&case "])) * (style != "block")
    column = indent + 2
    parts = entries(draw, count, names, outputs, column, style != "block", wrong)
    lines: list[list[str | Slot]] = [[line] for line in comment_lines(draw, indent)]
    if style == "block":
        for place, part in enumerate(parts):
            lines.append([lead if place == 0 else " " * column, *part[0]])
            lines += part[1:]
            lines[-1] = [*lines[-1], comment(draw)]
            lines += [[line] for line in comment_lines(draw, column)]
        return lines
    if style == "flow":
        line: list[str | Slot] = [lead + "{"]
        for place, part in enumerate(parts):
            line += [", " * bool(place), *part[0]]
            for rest in part[1:]:
                lines.append(line)
                line = list(rest)
        line.append(draw(st.sampled_from(["}", " }", ",}", ", }"])))
        return [*lines, [*line, comment(draw)]]
    lines.append([lead + "{" + comment(draw)])
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        comma = "," if not last or style == "tall comma" else ""
        lines += [[" " * (column + 2), *part[0]], *part[1:]]
        lines[-1] = [*lines[-1], comma, comment(draw)]
        lines += [[line] for line in comment_lines(draw, column)]
    if draw(st.booleans()) and "#" not in str(lines[-1][-1]):
        lines[-1] = [*lines[-1], " }"]
        return lines
    return [*lines, [" " * (column + 1) + "}" + comment(draw)]]


@st.composite
def document(draw: Draw, wrong: bool) -> list[list[str | Slot]]:
    """Write a network whose answers are known, and its cases."""
    count, width = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    names = [f"x{n + 1}" for n in range(count)]
    outputs = ["y"] if width == 1 else [f"o{n}" for n in range(width)]
    rows = [[number(draw) for _ in names] for _ in outputs]
    activation = draw(st.sampled_from(sorted(ACTIVATIONS)))
    matrix = ", ".join(f"[{', '.join(row)}]" for row in rows)
    head = [f"outputs: [{', '.join(outputs)}]", "layers:",
            f"  - {{weights: [{matrix}], activation: {activation}}}"]  # fmt: skip
    indent = draw(st.sampled_from([0, 2, 5]))
    body: list[list[str | Slot]] = [["cases:" + comment(draw)]]
    for _ in range(draw(st.integers(1, 3))):
        body += draw(case(count, names, outputs, indent, wrong))
    parts = [[[line] for line in [*comment_lines(draw, 0), *head]], body]
    if draw(st.booleans()):
        parts.reverse()
    return [line for part in parts for line in part]


@st.composite
def files(draw: Draw, wrong: bool) -> Written:
    """Write a file of one document or several, with any ends of lines."""
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    lines: list[list[str | Slot]] = []
    for place in range(draw(st.integers(1, 2))):
        if place or draw(st.booleans()):
            lines.append(["---" + comment(draw)])
        lines += draw(document(wrong))
        lines += [["..."]] * draw(st.integers(0, 1))
    pieces: list[str | Slot] = [piece for line in lines for piece in [*line, newline]]
    if draw(st.booleans()):
        pieces.pop()
    return Written(name_anchors(pieces))


def name_anchors(pieces: list[str | Slot]) -> list[str | Slot]:
    """Give every anchor a name of its own, and make aliases of inputs where one has an anchor."""
    named: list[str | Slot] = []
    known, number = "", 0
    waiting = iter(pieces)
    for piece in waiting:
        if piece == ALIAS:
            written = next(waiting)
            named.append(f" *{known}" if known else written)
            continue
        if isinstance(piece, str):
            known = "" if piece.startswith("---") else known
            if found := re.search("&(it|case|unused)", piece):
                number += 1
                piece = piece.replace(found[0], f"{found[0]}{number}")
                known = f"it{number}" if found[1] == "it" else known
        named.append(piece)
    return named


def answers(data: Any) -> Iterator[tuple[Any, list[float]]]:
    """Give each case with what the network answers, in the order of its outputs."""
    layer = data["layers"][0]
    for case in data["cases"]:
        given = case["inputs"]
        if isinstance(given, dict):
            given = [given[f"x{n + 1}"] for n in range(len(given))]
        given = given if isinstance(given, list) else [given]
        sums = [sum(w * x for w, x in zip(row, given, strict=True)) for row in layer["weights"]]
        yield case, [ACTIVATIONS[layer["activation"]](float(z)) for z in sums]


def accepted(value: Any, actual: float) -> bool:
    """Judge a recorded value by what it says to a person."""
    if isinstance(value, str):
        if "±" in value or "+" in value[1:]:
            centre, half = re.split(r"±|\+-|\+/-", value)
            return abs(float(centre) - actual) <= float(half) + 1e-12
        digits = Decimal(value.strip().removeprefix("~").strip())
        half = Decimal(5).scaleb(int(digits.as_tuple().exponent) - 1)
        return abs(digits - Decimal(actual)) <= half + Decimal("1e-14")
    return math.isclose(value, actual, rel_tol=1e-12, abs_tol=1e-12)


def listed(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def recorded(text: str, terms: Terms) -> str:
    found = record_file(text.encode(), "f.yaml", (), terms)
    assert not found.left
    assert not found.diagnostics
    return splice(found.text, found.edits)


def check(before: str, after: str) -> None:
    """See that all passes, and that PyYAML reads the same from both but for what is expected."""
    for spec in map(build, read(after, "f.yaml")):
        result = evaluate(spec)
        assert {case.outcome for case in result.cases} == {"passed"}
        assert result.values == len(spec.cases) * len(spec.network.outputs)
    old, new = list(yaml.safe_load_all(before)), list(yaml.safe_load_all(after))
    for data in new:
        for case, actual in answers(data):
            values = listed(case["expected"])
            assert len(values) == len(actual)
            assert all(map(accepted, values, actual))
    for data in [*old, *new]:
        for case in data["cases"]:
            case.pop("expected", None)
    assert repr(old) == repr(new)
    comments = re.compile(r"(?:^|[ \t])#.*?$", re.MULTILINE)
    lines = (re.sub(r"\r\n?", "\n", text) for text in (before, after))
    assert len({tuple(comments.findall(text)) for text in lines}) == 1


@given(files(wrong=True), st.sampled_from(["failing", "all"]))
@settings(thorough)
def test_wrong_values_are_replaced_and_no_other_character_changes(
    file: Written, update: Any
) -> None:
    after = recorded(file.text, Terms(update=update))
    assert re.fullmatch(file.pattern, after)
    check(file.text, after)
    assert recorded(after, Terms(update=update)) == after


@given(files(wrong=False), st.sampled_from([None, 1, 3, 17]))
@settings(thorough)
def test_missing_values_are_added_and_no_other_character_changes(
    file: Written, digits: int | None
) -> None:
    after = recorded(file.text, Terms(digits=digits))
    # The old text is there, in order; what is new are keys, numbers and what separates them.
    following = iter(after)
    assert all(character in following for character in file.text)
    added = Counter(after) - Counter(file.text)
    assert set(added) <= set("expected: [0123456789.e+-~], \"'\r\n{}")
    check(file.text, after)
    assert recorded(after, Terms(digits=digits)) == after
