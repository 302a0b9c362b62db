"""Questions for platforms: what their feedback tells, what they show, and which wrong answers they know."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evaluator.exercises.batch import exercise_of
from evaluator.exercises.exports import export
from evaluator.exercises.exports.export import Export, archive
from evaluator.exercises.working import told_by

#: Whose sums and answers are numbers that occur nowhere else: 2.5 and 0.98661, 0.31 and 0.30043.
DEEP = """\
layers:
  - {name: h, weights: [[0.5, 1], [0.25, -0.5]], bias: [0, 0.81], activation: ACTIVATION}
  - {name: o, weights: [[2, -1]], bias: [0.125], activation: sigmoid}
inputs: [a, b]
cases:
  - {name: one, inputs: [1, 2], expected: EXPECTED}
  - {name: two, inputs: [4, 3], expected: {h.z: [5, 0.31]}}
exercise:
  statement: Two layers.
  parts: PARTS
"""
EXPECTED = {
    "tanh": "{h.z: [2.5, 0.06], h: [~0.98661, ~0.05993], o.z: ~2.03830, o: ~0.88477}",
    "softmax": "{h.z: [2.5, 0.06], h: [~0.91984, ~0.08016], o.z: ~1.88452, o: ~0.86814}",
}


def asking(folder: Path, values: str, activation: str = "tanh", rest: str = "") -> Path:
    """Write a spec that asks for values, each as `NAME` or as `NAME of CASE`."""
    parts = []
    for value in values.split(", "):
        name, _, case = value.partition(" of ")
        parts.append(f"{{name: {value}, ask: q, value: {name}, case: {case or 'one'}}}")
    text = DEEP.replace("PARTS", f"[{', '.join(parts)}{rest}]").replace("ACTIVATION", activation)
    file = folder / "a.yaml"
    file.write_text(text.replace("EXPECTED", EXPECTED[activation]), encoding="utf-8")
    return file


def gift(found: Export) -> Mapping[str, str]:
    """Read the general feedback of each question."""
    (content,) = found.files.values()
    blocks = [block for block in content.decode().split("\n\n") if block.startswith("::")]
    feedback = [re.search(r"(?m)^####(.*)$", block) for block in blocks]
    names = [re.sub(r"\\", "", block.split("::")[1]).split(": ")[1] for block in blocks]
    said = [re.sub(r"\\(?!n)", "", each[1]) if each else "" for each in feedback]
    return dict(zip(names, said, strict=True))


def qti(found: Export) -> Mapping[str, str]:
    """The same of an archive."""
    with zipfile.ZipFile(BytesIO(archive(found))) as files:
        path = next(name for name in files.namelist() if name != "imsmanifest.xml")
        root = ElementTree.fromstring(files.read(path))
    space = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
    return {
        item.get("title", "").split(": ")[1]:
            " ".join(text.text or "" for each in item.iter(f"{space}itemfeedback")
                     for text in each.iter(f"{space}mattext"))
        for item in root.iter(f"{space}item")
    }  # fmt: skip


READERS = {"gift": gift, "qti": qti}


@pytest.mark.parametrize("to", READERS)
@pytest.mark.parametrize(
    ("asked", "activation", "worked", "lost"),
    [
        ("o", "tanh", {"o": ("2.5", "0.986", "2.038", "0.8847")}, ""),
        ("h.z", "tanh", {"h.z 1": ("2.5",), "h.z 2": ("0.06",)}, ""),
        ("h.z, o", "tanh", {"h.z 1": ("2.5",), "h.z 2": ("0.06",)}, "`o`: it would tell the answer to `h.z 1`"),
        ("h, o.z", "tanh", {"h 1": ("2.5", "0.986"), "h 2": ("0.06", "0.059")}, "`o.z`: it would tell the answer to `h 1`"),
        ("o.z, o", "tanh", {"o.z": ("2.5", "0.986", "2.038")}, "`o`: it would tell the answer to `o.z`"),
        # Of a softmax all is told or nothing.
        ("h", "softmax", {}, "`h 1`: it would tell the answer to `h 2`"),
        ("h.z", "softmax", {"h.z 1": ("2.5",), "h.z 2": ("0.06",)}, ""),
        ("o.z", "softmax", {"o.z": ("2.5", "0.919", "1.884")}, ""),
        # Other inputs, other numbers.
        ("h.z of two, o", "tanh", {"o": ("2.5", "0.06", "0.884"), "h.z of two 1": ("5",), "h.z of two 2": ("0.31",)}, ""),
    ],
)  # fmt: skip
def test_feedback_works_out_what_is_asked_and_nothing_that_another_question_asks(
    to: str, asked: str, activation: str, worked: dict[str, tuple[str, ...]], lost: str, tmp_path: Path
) -> None:  # fmt: skip
    found = export(exercise_of(str(asking(tmp_path, asked, activation))), to)
    told = READERS[to](found)
    assert {name for name, text in told.items() if text} == set(worked)
    numbers = {number for each in worked.values() for number in each} | {"0.8847", "2.038"}
    for name, mine in worked.items():
        said = {number for number in numbers if re.search(rf"(?<![\d.]){number}", told[name])}
        assert said >= set(mine), told[name]
        others = {text for other, text in worked.items() if other != name}
        secrets = {own[-1] for own in others if " of " not in name} - set(mine)
        assert not said & secrets, told[name]
    losses = [each for each in found.losses if "worked solution" in each]
    assert losses == [] if not lost else f"the worked solution of {lost}" in losses


@pytest.mark.parametrize("to", ["gift", "qti", "moodle", "prairielearn"])
def test_a_quiz_shows_the_weights_that_its_questions_need_though_a_design_leaves_them_blank(
    to: str, tmp_path: Path
) -> None:
    rest = ", {name: d, ask: q, blanks: [h.weights, h.bias], cases: [one]}"
    found = export(exercise_of(str(asking(tmp_path, "o", rest=rest))), to)
    text = b"".join(found.files.values()).decode()
    assert "___" not in text
    assert "0.81" in text
    shown = "`d` is left out: it asks for more than a number; what it leaves blank is shown"
    assert shown in found.losses


@pytest.mark.parametrize("to", ["gift", "moodle", "prairielearn"])
def test_a_wrong_answer_that_several_mistakes_give_is_written_once(to: str, tmp_path: Path) -> None:
    # Without the bias of the one, the other, or both: the first sum is 2.5 less 3, or right.
    file = asking(tmp_path, "h.z")
    text = file.read_text(encoding="utf-8").replace("bias: [0, 0.81]", "bias: [3, 0.81]")
    text = text.replace("h.z: [2.5,", "h.z: [5.5,")
    text = re.sub(r", h: .*o: ~[\d.]+}", "}", text)
    text = text.replace(
        "case: one}", "case: one, wrong: [{mistake: bias-dropped, feedback: hush}]}"
    )
    file.write_text(text, encoding="utf-8")
    written = b"".join(export(exercise_of(str(file)), to).files.values()).decode()
    assert written.count("hush") == 2  # one for each number


def test_many_paths_to_a_value_take_no_time(tmp_path: Path) -> None:
    # Each of 40 neurons reads both of the row before: 2**20 paths lead to the last.
    rows = ["  a0: {inputs: [x1], weights: [1], bias: 0, activation: tanh}\n"
            "  b0: {inputs: [x1], weights: [1], bias: 0, activation: tanh}\n"]  # fmt: skip
    rows += [
        f"  {name}{n}: {{inputs: [a{n - 1}, b{n - 1}], weights: [0.5, 0.5], bias: 0, activation: tanh}}\n"
        for n in range(1, 20)
        for name in "ab"
    ]
    file = tmp_path / "deep.yaml"
    file.write_text(
        f"inputs: [x1]\nneurons:\n{''.join(rows)}outputs: [a19, b19]\n"
        "cases: [{inputs: [1], expected: {b0: '> 0', a19: '> 0', a1: ~0.6420}}]\n"
        "exercise: {statement: s, parts: [{name: p, ask: q, value: a1}, {name: q, ask: q, value: a19}]}\n",
        encoding="utf-8",
    )
    exercise = exercise_of(str(file))
    last = exercise.part("q").places[0]
    told = told_by(exercise.spec.network, last)
    assert len(told) == 2 * (2 * 19) + 2  # all but the last row, and one of that
    assert exercise.part("p").places[0] in told
