"""What an editor is told of a text, without an editor: findings, hovers, edits and positions."""

from __future__ import annotations

import asyncio
import random
import re
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluator.cli import main
from evaluator.lsp import following
from evaluator.lsp import reading as reading_module
from evaluator.lsp.following import Version
from evaluator.lsp.positions import Position, Positions
from evaluator.lsp.reading import Reading, read_text
from evaluator.lsp.scope import is_spec
from evaluator.rewriting.record import Terms
from evaluator.rewriting.recording import record_file
from evaluator.rewriting.splice import splice

DOUBLE = "neuron: {weights: [2], activation: identity}\n"
PAIR = "layers: [{weights: [[1], [2]], activation: identity}]\noutputs: [a, b]\n"
XOR = "inputs: [p]\nneurons:\n  h: {weights: [2], activation: relu}\n  o: {weights: {h: 3}, activation: identity}\n"


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the marks « and » out of a text; give it, and the spans that they mark."""
    parts = re.split("([«»])", marked)
    text, spans = "", []
    for part in parts:
        if part == "«":
            spans.append((len(text), -1))
        elif part == "»":
            spans[-1] = spans[-1][0], len(text)
        else:
            text += part
    return text, spans


def judged(text: str, folder: Path | str = "", encoding: str = "utf-16") -> Reading:
    return read_text(text, str(Path(folder) / "net.yaml"), encoding)


# --- what is underlined, and what is said there

FINDINGS: list[tuple[str, str, list[tuple[str, str, str]]]] = [
    ("a passing case is not underlined", DOUBLE + "cases: [{inputs: 1, expected: 2}]\n", []),
    (
        "a value that fails is underlined, with what is accepted and by how much it is off",
        DOUBLE + "cases:\n  - inputs: 1\n    expected: «~2.5»  # a comment\n",
        [("error", "value-mismatch",
          "y is 2, expected ~2.5 (2.45 to 2.55), off by 0.5, 10 times what is allowed")],
    ),
    (
        "every failing element of a list is underlined on its own",
        PAIR + "cases: [{inputs: 1, expected: [«5», «'> 3'»]}, {inputs: 1, expected: [1, «3»]}]\n",
        [("error", "value-mismatch", "a is 1, expected 5 (4.9999994 to 5.0000006), off by 4"),
         ("error", "value-mismatch", "b is 2, expected '> 3', off by 1 from the nearest"),
         ("error", "value-mismatch", "b is 2, expected 3")],
    ),
    (
        "values by name are underlined, and those before the activation",
        XOR + "cases:\n  - inputs: 1\n    expected:\n      h: 2\n      h.z: «-1.0»\n      o: «7»\n",
        [("error", "value-mismatch", "h.z is 2, expected -1.0"),
         ("error", "value-mismatch", "o is 6, expected 7")],
    ),
    (
        "a wrong class is underlined",
        PAIR + "cases: [{inputs: 1, expected_class: «a»}]\n",
        [("error", "value-mismatch", "class `a` is expected, and the largest output is `b`: `b` is 2")],
    ),
    (
        "an alias is underlined where it stands",
        DOUBLE + "cases: [{inputs: 1, expected: &two 2}, {inputs: 2, expected: «*two»}]\n",
        [("error", "value-mismatch", "y is 4, expected 2")],
    ),
    (
        "a second document is judged too",
        f"{DOUBLE}cases: [{{inputs: 1, expected: 2}}]\n---\n{DOUBLE}cases: [{{inputs: 1, expected: «1»}}]\n",
        [("error", "value-mismatch", "y is 2, expected 1")],
    ),
    (
        "an invalid document does not keep the others from being judged",
        f"neuron: {{weights: [1], activation: «rellu»}}\ncases: [{{inputs: 1, expected: 1}}]\n"
        f"---\n{DOUBLE}cases: [{{inputs: 1, expected: «1»}}]\n",
        [("error", "unknown-value", "unknown activation `rellu`\nhelp: did you mean `relu`?"),
         ("error", "value-mismatch", "y is 2, expected 1")],
    ),
    (
        "a case that expects nothing is underlined",
        DOUBLE + "cases:\n  - «inputs: 1»\n",
        [("error", "unrecorded", "the case expects nothing\nhelp: ")],
    ),
    ("a skipped case is left alone", DOUBLE + "cases: [{inputs: 1, expected: 3, skip: later}]\n", []),
    (
        "a case that fails as expected is left alone",
        DOUBLE + "cases: [{inputs: 1, expected: 3, xfail: known}]\n",
        [],
    ),
    (
        "a case that passes and was to fail is underlined at its reason",
        DOUBLE + "cases: [{inputs: 1, expected: 2, xfail: «known»}]\n",
        [("error", "unexpected-pass", "it passes, and was expected to fail: known")],
    ),
    (
        "a warning is a warning",
        "inputs: [a, «b»]\nneurons: {o: {weights: {a: 1}, activation: relu}}\n"
        "cases: [{inputs: [1, 2], expected: 1}]\n",
        [("warning", "unread-input", "")],
    ),
    (
        "a number that readers disagree on is underlined with what to write",
        DOUBLE + "cases: [{inputs: «012», expected: 24}]\n",
        [("error", "ambiguous-scalar", "")],
    ),
    (
        "a text that is no YAML is underlined where it breaks",
        "neuron: [1, 2\ncases«:» []\n",
        [("error", "yaml-syntax", "")],
    ),
    ("nothing at all is told", "", [("error", "empty-document", "the file has no content")]),
]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize(
    ("marked", "wanted"), [row[1:] for row in FINDINGS], ids=[row[0] for row in FINDINGS]
)
def test_an_editor_underlines_the_very_characters(
    marked: str, wanted: list[tuple[str, str, str]], mark: str, newline: str
) -> None:
    text, spans = unmarked(marked.replace("\n", newline))
    found = judged(mark + text).findings
    assert [each[:2] for each in found] == (spans or [(0, 0)] * len(wanted))
    assert [each[2:4] for each in found] == [row[:2] for row in wanted]
    for each, (_, _, said) in zip(found, wanted, strict=True):
        assert each.message.startswith(said)


def test_a_table_is_underlined_at_its_file_and_names_the_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x1,y\n1,2\n2,5\n3,6\n4,9\n")
    text, spans = unmarked(DOUBLE + "cases: [{file: «rows.csv»}]\n")
    (found,) = judged(text, tmp_path).findings
    assert [found[:2]] == spans
    assert found.message.splitlines() == [
        "2 of 4 rows failed",
        "row 2: y is 4, expected 5 (4.9999994 to 5.0000006), off by 1, 1,670,000 times what is allowed",
        "row 4: y is 8, expected 9 (8.999999 to 9.000001), off by 1, 1,000,000 times what is allowed",
    ]


def test_arrays_are_found_beside_the_file_wherever_the_editor_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nets").mkdir()
    np.save(tmp_path / "nets" / "w.npy", np.array([3.0]))
    monkeypatch.chdir(tmp_path)
    text, spans = unmarked(
        "neuron: {weights: {file: w.npy}, activation: identity}\ncases: [{inputs: 1, expected: «2»}]\n"
    )
    (found,) = judged(text, tmp_path / "nets").findings
    assert [found[:2]] == spans
    assert found.message.startswith("y is 3, expected 2")


def test_of_many_mismatches_the_rest_is_told_once() -> None:
    cases = "".join(f"  - {{inputs: {n}, expected: 0.5}}\n" for n in range(102))
    both = "  - inputs: 1\n    expected: {y: 0.5, y.z: 0.5}\n"
    found = judged(f"{DOUBLE}cases:\n{cases}{both}").findings
    assert len(found) == 104  # of every case the first
    assert [each.message for each in found if "more of this case" in each.message] == [
        "1 value more of this case not accepted"
    ]


def test_documents_behind_very_many_findings_are_not_judged() -> None:
    one = f"{DOUBLE}cases: [{{inputs: 1, expected: 0.5}}, {{inputs: 2, expected: 0.5}}]\n"
    found = judged("---\n".join([one] * 600))
    assert len(found.judged) == 251
    assert len(found.findings) == 501
    assert found.findings[-1].message.startswith("and more: ")
    titles = [action.title for action in found.actions(Position(1, 30), Position(1, 30))]
    assert titles == ["Record this value: 2.0"]  # the file is not offered: nobody saw all of it
    assert len(judged("---\n".join([one] * 250)).judged) == 250


def test_of_very_many_findings_the_first_are_told() -> None:
    cases = "".join(f"  - {{inputs: {n}, expected: 0.5}}\n" for n in range(600))
    found = judged(f"{DOUBLE}cases:\n{cases}").findings
    assert len(found) == 501
    said = "and more: an editor is told the first 500, `evaluator run` tells them all"
    assert found[-1].message == said


def test_an_onnx_file_is_not_run_while_its_author_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx = pytest.importorskip("onnx")
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    value = [onnx.helper.make_tensor_value_info(n, 1, ["rows", 1]) for n in "xy"]
    graph = onnx.helper.make_graph([node], "g", value[:1], value[1:])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "m.onnx")
    runtime = pytest.importorskip("onnxruntime")
    monkeypatch.setattr(runtime, "InferenceSession", lambda *_, **__: pytest.fail("it was run"))
    text, spans = unmarked(
        "«model»: {file: m.onnx}\ncases: [{inputs: 1, expected: 2}, {inputs: 1}]\n"
    )
    found = judged(text, tmp_path)
    assert [each[:4] for each in found.findings] == [(*spans[0], "information", "unsupported")]
    assert found.actions(Position(0, 0), Position(9, 0)) == []
    assert found.hover(Position(1, 20)) is None


def test_a_fault_of_the_evaluator_is_told_and_raises_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("no\x1b[31mthing")

    monkeypatch.setattr(reading_module, "judge", broken)
    (found,) = judged(DOUBLE).findings
    assert found.code == "internal"
    assert found.message.startswith("internal error: ZeroDivisionError: no\\x1b[31mthing\nhelp: ")


def test_half_typed_text_raises_nothing() -> None:
    whole = (Path(__file__).parent.parent / "specs/neurons/two-input.yaml").read_text("utf-8")
    drawn = random.Random(20)
    texts = [whole[:n] for n in range(len(whole))]
    texts += [
        whole[:n] + drawn.choice("\"'[{:-\t&*!|>~\ud800\0🧠") + whole[n:] for n in range(len(whole))
    ]
    for text in texts:
        found = judged(text)
        assert not [each for each in found.findings if each.code == "internal"], text
        end = found.positions.position(len(text))
        found.hover(end)
        found.actions(Position(0, 0), end)


# --- hovers

HOVERS: list[tuple[str, str, list[str] | None]] = [
    ("a value that passes", "cases: [{inputs: 3, expected: «6»}]\n",
     ["y is 6, expected 6 (5.9999993 to 6.0000007)", "", "z = 2·3 + 0 = 6", "y = identity(6) = 6"]),
    ("a value that fails", "cases: [{inputs: 3, expected: «'> 7'»}]\n",
     ["y is 6, expected '> 7', off by 1 from the nearest accepted value", "",
      "z = 2·3 + 0 = 6", "y = identity(6) = 6"]),
    ("a sum", "cases: [{inputs: 3, expected: {y.z: «6»}}]\n",
     ["y.z is 6, expected 6 (5.9999993 to 6.0000007)", "", "y.z = 2·3 + 0 = 6"]),
    ("the inputs", "cases: [{«inputs: 3», expected: 6}]\n",
     ["y is 6", "", "z = 2·3 + 0 = 6", "y = identity(6) = 6"]),
    ("the inputs of a case that expects nothing", "cases: [{«inputs: 3»}]\n",
     ["y is 6", "", "z = 2·3 + 0 = 6", "y = identity(6) = 6"]),
    ("a skipped case", "cases: [{inputs: 3, expected: «7», skip: 'to\tdo'}]\n",
     ["y is 6, expected 7 (6.9999992 to 7.0000008), off by 1, 1,250,000 times what is allowed",
      "the case is skipped: to\tdo", "", "z = 2·3 + 0 = 6", "y = identity(6) = 6"]),
    ("the name of a case", "cases: [{name: «here», inputs: 3, expected: 6}]\n", None),
    ("what is no case", "tags: [«here»]\ncases: [{inputs: 3, expected: 6}]\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "wanted"), [r[1:] for r in HOVERS], ids=[r[0] for r in HOVERS])
def test_a_hover_tells_the_arithmetic(marked: str, wanted: list[str] | None) -> None:
    text, [(start, end)] = unmarked(DOUBLE + marked)
    found = judged(text)
    for offset in range(start, end + 1):
        told = found.hover(found.positions.position(offset))
        assert (told and list(told.lines)) == wanted
        assert told is None or told[:2] == (start, end)


def test_a_hover_over_inputs_tells_every_output_and_shared_steps_once() -> None:
    text = "layers: [{weights: [[1], [2]], activation: softmax}]\ncases: [{inputs: 0, expected: [~0.5, ~0.5]}]\n"
    told = judged(text).hover(Position(1, 10))
    assert told is not None
    assert told.lines[:3] == ("layer1[0] is 0.5", "layer1[1] is 0.5", "")
    assert len(told.lines) == len(set(told.lines))


# --- edits: the same as those of `evaluator record`

RECORDED = [
    DOUBLE + "cases:\n  - {inputs: 1, expected: ~2.50}  # why\n",
    DOUBLE + "cases:\n  - name: 🧠\n    inputs: 1\n    tags: [a]\n",
    PAIR + "cases: [{inputs: 1, expected: [5, '7 ± 0.1']}]\n",
    PAIR + "cases:\r\n  - inputs: 1\r\n    expected_class: a\r\n",
    XOR + "cases: [inputs: 1]\n",
    f"{DOUBLE}cases: [{{inputs: 1, expected: 2.0}}]\n---\n{DOUBLE}cases: [{{inputs: 1, expected: 1e-1}}]\n",
]


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("text", RECORDED)
def test_recording_everything_edits_what_the_command_does(
    text: str, mark: str, tmp_path: Path
) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(mark + text, encoding="utf-8", newline="")
    assert main(["record", "--update", "failing", str(file)]) == 0
    found = judged(mark + text)
    offered = found.actions(Position(0, 0), found.positions.position(len(text)))
    edits = max((each.edits for each in offered), key=len)
    assert mark + splice(text, edits) == file.read_bytes().decode()
    assert not judged(mark + splice(text, edits)).findings


@pytest.mark.parametrize(
    ("marked", "titles", "after"),
    [
        ("cases: [{inputs: 1, expected: «~2.5»}]\n", ["Record this value: ~2.0"],
         "cases: [{inputs: 1, expected: ~2.0}]\n"),
        ("cases: [{inputs: 1, expected: «3»}, {inputs: 2, expected: 5}]\n",
         ["Record this value: 2", "Record all failing values of this file"],
         "cases: [{inputs: 1, expected: 2}, {inputs: 2, expected: 5}]\n"),
        ("cases: [{inputs: 1, expected: {y: 3, y.z: «4»}}]\n",
         ["Record this value: 2", "Record all failing values of this case"],
         "cases: [{inputs: 1, expected: {y: 3, y.z: 2}}]\n"),
        ("cases:\n  - «inputs: 1»\n", ["Record this value"],
         "cases:\n  - inputs: 1\n    expected: 2\n"),
        ("cases: [{inputs: 1, expected: «'> 3'»}]\n", [], ""),
        ("cases: [{inputs: 1, expected: 3, xfail: «known»}]\n", [], ""),
        ("cases: [{inputs: 1, expected: «2»}]\n", [], ""),
        ("cases: [{inputs: «1», expected: 3}]\n", [], ""),
    ],
)  # fmt: skip
def test_a_failing_value_can_be_recorded(marked: str, titles: list[str], after: str) -> None:
    text, [(start, end)] = unmarked(DOUBLE + marked)
    found = judged(text)
    places = found.positions.position(start), found.positions.position(end)
    offered = found.actions(*places)
    assert [each.title for each in offered] == titles
    if after:
        assert splice(text, offered[0].edits) == DOUBLE + after


def test_what_is_left_is_told_of_the_place_alone_that_was_asked_for() -> None:
    text = DOUBLE + "cases: [{inputs: 1, expected: '> 3'}, {inputs: 1, expected: '> 4'}]\n"
    terms = Terms(update="failing", at=("cases", 1, "expected"))
    found = record_file(text.encode(), "net.yaml", (), terms)
    assert [left.path for left in found.left] == [terms.at]


def test_of_many_touched_values_none_is_offered_alone() -> None:
    cases = "".join(f"  - {{inputs: {n}, expected: 0.5}}\n" for n in range(9))
    found = judged(f"{DOUBLE}cases:\n{cases}")
    (offered,) = found.actions(Position(0, 0), Position(99, 0))
    assert offered.title == "Record all failing values of this file"
    assert len(offered.edits) == 9


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("neuron: {weights: [1], activation: «rellu»}\ncases: [{inputs: 1, expected: 1}]\n",
         "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"),
        (DOUBLE + "cases: [{'«input»': 1, expected: 2}]\n",
         DOUBLE + "cases: [{'inputs': 1, expected: 2}]\n"),
        (XOR + "cases: [{inputs: 1, expected: {«oo»: 6}}]\n",
         XOR + "cases: [{inputs: 1, expected: {o: 6}}]\n"),
    ],
)  # fmt: skip
def test_a_misspelt_word_can_be_corrected(before: str, after: str) -> None:
    text, [(start, end)] = unmarked(before)
    found = judged(text)
    (offered,) = found.actions(*map(found.positions.position, (start, end)))
    assert offered.is_preferred
    assert splice(text, offered.edits) == after


# --- positions

WIDE = "a: 🧠\r\né: 𝕏\u2028b\nlast \ud800 x\rend"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_positions_count_the_units_of_the_encoding(mark: str, encoding: str) -> None:
    positions = Positions(mark + WIDE, encoding)
    size = {"utf-8": lambda c: len(c.encode("utf-8", "surrogatepass")), "utf-32": lambda _: 1,
            "utf-16": lambda c: 1 + (c > "\uffff")}[encoding]  # fmt: skip
    line = 0
    character = sum(map(size, mark))
    for offset, letter in enumerate(WIDE):
        at = Position(line, character)
        assert positions.position(offset) == at
        if WIDE[offset - 1 : offset + 1] != "\r\n":
            assert positions.offset(at) == offset
        character += size(letter)
        if letter == "\n" or (letter == "\r" and WIDE[offset + 1] != "\n"):
            line, character = line + 1, 0


def test_positions_beyond_the_text_are_its_ends() -> None:
    positions = Positions("ab\ncd")
    assert positions.offset(Position(0, 99)) == 2
    assert positions.offset(Position(9, 0)) == 5
    assert positions.position(99) == Position(1, 2)


# --- which files are specs

COMPOSE = "services:\n  web:\n    image: nginx\n"
SCHEMA = "# yaml-language-server: $schema="


@pytest.mark.parametrize(
    ("text", "name", "settings", "wanted"),
    [
        (DOUBLE, "a.yaml", None, True),
        (XOR, "a.yaml", None, True),
        (PAIR, "a.yaml", None, False),
        (PAIR + "cases: [", "a.yaml", None, True),
        ("model: resnet50\nepochs: 3\n", "a.yaml", None, False),
        (COMPOSE, "docker-compose.yml", None, False),
        ("", "a.yaml", None, False),
        (COMPOSE, "specs/a.yaml", None, False),
        (COMPOSE, "specs/a.yaml", 'jobs = "auto"', False),
        (COMPOSE, "specs/a.yaml", 'specs = ["specs"]', True),
        (COMPOSE, "other/a.yaml", 'specs = ["specs"]', False),
        (DOUBLE, "other/a.yaml", 'specs = ["specs"]', True),
        ("", "specs/a.yaml", 'specs = ["specs"]', True),
        (COMPOSE, "specs/a.txt", 'specs = ["specs"]', False),
        (DOUBLE, "specs/a.yaml", "spec = [", True),
        (f"{SCHEMA}../schemas/spec.schema.json\n", "a.yaml", None, True),
        (f"# a title\n{SCHEMA}spec.schema.json\nneur", "a.yaml", None, True),
        (f"{SCHEMA}compose-spec.json\n{DOUBLE}cases: []\n", "a.yaml", None, False),
        ("# $schema: spec.schema.json\nneur", "a.yaml", None, True),
        (f"# $schema: compose-spec.json\n{DOUBLE}", "a.yaml", None, False),
        (f"{SCHEMA}compose-spec.json\n", "specs/a.yaml", 'specs = ["specs"]', False),
    ],
)  # fmt: skip
def test_only_specs_are_judged(
    text: str, name: str, settings: str | None, wanted: bool, tmp_path: Path
) -> None:
    if settings is not None:
        (tmp_path / "evaluator.toml").write_text(settings)
    else:
        (tmp_path / "evaluator.toml").write_text("")
    assert is_spec(text, str(tmp_path / name)) is wanted


def test_a_spec_stays_one_while_it_is_half_typed() -> None:
    assert is_spec("neu", "a.yaml", was_one=True)
    assert not is_spec(f"{SCHEMA}compose-spec.json\n", "a.yaml", was_one=True)


# --- following what is typed


def followed(scene: Callable[[following.Followed, list[Any]], Awaitable[None]]) -> list[Any]:
    """Play a scene with a file that is followed; gives what was told: text, number of findings."""
    told: list[Any] = []

    async def play() -> None:
        def tell(version: Version, found: Reading | None) -> None:
            told.append((version.text, found and len(found.findings)))

        await scene(following.Followed("net.yaml", tell), told)

    asyncio.run(play())
    return told


def test_a_slow_judgement_holds_up_no_typing_and_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []
    go_on = threading.Event()

    def slow(text: str, *_: str) -> Reading:
        begun.append(text)
        assert go_on.wait(30)
        return Reading(Positions(text), [], [])

    monkeypatch.setattr(following, "read_text", slow)

    async def scene(file: following.Followed, told: list[Any]) -> None:
        for n in range(5):
            file.change(Version(n, f"neuron: {n}"), quiet=0)
            while not begun:
                await asyncio.sleep(0.001)
        assert begun == ["neuron: 0"]  # the others wait, and the loop does not
        early = asyncio.ensure_future(file.reading())
        await asyncio.sleep(0)
        file.change(Version(5, "neuron: 5"), quiet=0)
        go_on.set()
        assert (found := await file.reading()) is not None
        assert found.positions.text == "neuron: 5"
        assert await early is None  # it asked about another text

    assert followed(scene) == [("neuron: 5", 0)]
    assert begun == ["neuron: 0", "neuron: 5"]


def test_a_text_that_rests_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(file: following.Followed, told: list[Any]) -> None:
        for n in range(20):
            file.change(Version(n, f"{DOUBLE}cases: [{{inputs: 1, expected: {n}}}]"), quiet=0.3)
        await file.reading()
        file.change(Version(20, "services: {}"), quiet=0)
        await file.reading()

    last = f"{DOUBLE}cases: [{{inputs: 1, expected: 19}}]"
    assert [told[0] for told in followed(scene)] == [last, "services: {}"]


def test_a_file_that_is_closed_is_told_of_no_more() -> None:
    async def scene(file: following.Followed, told: list[Any]) -> None:
        file.change(Version(1, DOUBLE), quiet=0.01)
        waiting = asyncio.ensure_future(file.reading())
        await asyncio.sleep(0)
        file.close()
        assert await waiting is None
        await asyncio.sleep(0.1)

    assert followed(scene) == []


def test_what_breaks_in_the_background_is_raised_where_it_is_awaited() -> None:
    async def scene() -> None:
        with pytest.raises(ZeroDivisionError):
            await following.in_background(lambda: 1 // 0)
        assert await following.in_background(divmod, 7, 2) == (3, 1)

    asyncio.run(scene())


# --- the command


def test_a_missing_library_is_told_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    assert main(["lsp"]) == 2
    assert capsys.readouterr().err == (
        "error: `evaluator lsp` needs the package `pygls`\n"
        'help: run `pip install "neuron-evaluator[lsp]"`\n'
    )
