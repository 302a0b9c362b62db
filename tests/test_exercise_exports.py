"""Exports: what a platform would make of them, read back by small readers written for these tests."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import yaml

from evaluator.cli import main
from evaluator.exercises.batch import exercise_of
from evaluator.exercises.bundle import build
from evaluator.exercises.exercise import COMPUTE
from evaluator.exercises.exports import TARGETS, export
from evaluator.exercises.exports.export import Export, ExportError, archive
from evaluator.exercises.exports.moodle import FRACTIONS
from evaluator.exercises.exports.weights import whole
from evaluator.exercises.grading import Grader
from evaluator.exercises.quiz import Answer, Question, Quiz, plain
from evaluator.exercises.submission import Submission

ROOT = Path(__file__).parent.parent
COURSE = sorted((ROOT / "specs/exercises").glob("[1-8]-*.yaml"))
QUIZZES = [name for name, target in TARGETS.items() if target.is_quiz]

#: What a platform gives for an answer to a question, by the question's name: 0 to 1.
Marks = Mapping[str, Callable[[float], float]]

# --- readers of the formats


def moodle(found: Export) -> Marks:
    """Grade as Moodle does: the first answer whose tolerance reaches counts."""
    (content,) = found.files.values()
    marks = {}
    for question in ElementTree.fromstring(content):
        kind = question.get("type")
        if kind == "numerical":
            (name,) = re.findall(r"(?m)^##name (.*)$", text_of(question)) or [""]
            answers = [
                (
                    float(a.findtext("text")),
                    float(a.findtext("tolerance")),
                    float(a.get("fraction")),
                )
                for a in question.findall("answer")
            ]
            marks[name] = first_of(answers)
        elif kind == "cloze":
            blanks = re.findall(r"\{(\d+):NUMERICAL:((?:[^}\\]|\\.)*)\}", text_of(question))
            for number, (_, options) in enumerate(blanks):
                marks[str(number)] = first_of(list(cloze_options(options)))
    return marks


def text_of(question: Element) -> str:
    return question.findtext("questiontext/text") or ""


def cloze_options(text: str) -> Iterator[tuple[float, float, float]]:
    for option in re.split(r"(?<!\\)~", text):
        found = re.match(r"(?:=|%([-\d.]+)%)([-\d.]+):([\d.]+)(?:#|$)", option)
        assert found, option
        yield float(found[2]), float(found[3]), float(found[1] or 100)


def first_of(answers: list[tuple[float, float, float]]) -> Callable[[float], float]:
    def mark(value: float) -> float:
        for centre, tolerance, percent in answers:
            # Moodle widens a tolerance by a hair for the rounding of floats.
            if abs(value - centre) <= tolerance + 1e-12 * max(1, abs(centre)):
                return percent / 100
        return 0.0

    return mark


def gift(found: Export) -> Marks:
    """Grade as GIFT says it; what is behind a backslash is text."""
    (content,) = found.files.values()
    marks = {}
    for block in re.split(r"\n\s*\n", content.decode()):
        if block.startswith("$CATEGORY"):
            continue
        plain_text = re.sub(r"\\.", "\0", block)
        title, rest = re.fullmatch(r"::(.*?)::\[html\](.*)", plain_text, re.DOTALL).groups()
        start = len(block) - len(plain_text)
        assert start >= 0
        body = re.search(r"\{#\n(.*)\}", rest, re.DOTALL)[1]
        answers = [
            (float(v), float(t), float(p or 100))
            for p, v, t in re.findall(r"(?m)^=(?:%([\d.]+)%)?([-\d.]+):([\d.]+)", body)
        ]
        marks[str(len(marks))] = first_of(answers)
        assert title
    return marks


def qti(found: Export) -> Marks:
    """Grade as the conditions say."""
    (path,) = [path for path in found.files if path != "imsmanifest.xml"]
    root = ElementTree.fromstring(found.files[path])
    space = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
    marks = {}
    for item in root.iter(f"{space}item"):
        (condition,) = [
            c for c in item.iter(f"{space}respcondition") if c.find(f"{space}setvar") is not None
        ]
        low = float(condition.find(f".//{space}vargte").text)
        high = float(condition.find(f".//{space}varlte").text)
        equal = float(condition.find(f".//{space}varequal").text)
        score = float(condition.find(f"{space}setvar").text)
        marks[str(len(marks))] = (
            lambda x, low=low, high=high, equal=equal, score=score: score / 100
            * (x == equal or low <= x <= high)
        )  # fmt: skip
    return marks


def prairielearn(found: Export) -> Marks:
    """Run the server's part as PrairieLearn does."""
    space: dict[str, Any] = {}
    exec(found.files["server.py"].decode(), space)
    names = re.findall(r'answers-name="(\w+)"', found.files["question.html"].decode())

    def mark(name: str, value: float) -> float:
        data: dict[str, Any] = {
            "variant_seed": "1", "params": {}, "correct_answers": {}, "format_errors": {},
            "partial_scores": {}, "submitted_answers": {name: value}, "score": 0,
        }  # fmt: skip
        space["generate"](data)
        assert set(data["correct_answers"]) <= set(names)
        space["grade"](data)
        return float(data["partial_scores"][name]["score"])

    return {str(n): (lambda x, name=name: mark(name, x)) for n, name in enumerate(names)}


READERS = {"moodle": moodle, "gift": gift, "qti": qti, "prairielearn": prairielearn}


@cache
def grader(file: str) -> Grader:
    return Grader(exercise_of(file))


@cache
def grade(file: str, part: str, value: float) -> float:
    """Let our own grader judge one answer alone."""
    result = grader(file).grade(Submission("test", {part: value}))
    (found,) = [each for each in result.parts if each.name == part]
    return found.score / found.points


@pytest.mark.parametrize("to", QUIZZES)
@pytest.mark.parametrize("file", [COURSE[1], COURSE[3]], ids=lambda file: file.stem)
def test_a_platform_marks_an_answer_as_our_grader_does(file: Path, to: str) -> None:
    exercise = exercise_of(str(file))
    marks = READERS[to](export(exercise, to))
    parts = [part for part in exercise.parts if part.kind == COMPUTE]
    assert list(marks) == [str(number) for number in range(len(parts))]
    seen = set()
    for part, mark in zip(parts, marks.values(), strict=True):
        (check,) = part.checks
        slack = (check.high - check.low) / 2
        values = {check.low, check.high, check.low - slack / 10, check.high + slack / 10, 3, 7, 12345.0,
                  0.731, -0.731, 0.905, 0.818, 0.953, -1, 0, 0.5}  # fmt: skip
        for value in values:
            ours = grade(str(file), part.name, value)
            # Canvas knows right and wrong alone.
            wanted = float(ours == 1) if to == "qti" else ours
            assert mark(value) == pytest.approx(wanted), (part.name, value)
            seen.add(ours)
    assert seen == {0.0, 0.5, 1.0}


@pytest.mark.parametrize("to", QUIZZES)
def test_every_variant_is_asked(to: str, tmp_path: Path) -> None:
    text = COURSE[0].read_text(encoding="utf-8")
    file = tmp_path / COURSE[0].name
    file.write_text(text.replace("count: 20", "count: 4"), encoding="utf-8")
    exercise = exercise_of(str(file))
    found = export(exercise, to)
    count = exercise.variants.count if exercise.variants else 0
    assert count == 4
    if to == "prairielearn":
        space: dict[str, Any] = {}
        exec(found.files["server.py"].decode(), space)
        assert len({json.dumps(each) for each in space["VARIANTS"]}) == count
    else:
        per_variant = 1 if to == "moodle" else 3
        content = b"".join(found.files.values()).decode()
        words = {"moodle": '<question type="cloze">', "gift": "::[html]", "qti": "<item "}
        assert content.count(words[to]) == count * per_variant
    assert to == "prairielearn" or any(loss.startswith("variants") for loss in found.losses)
    one = export(exercise, to, "3")
    assert not any(loss.startswith("variants") for loss in one.losses)
    assert all("variant-3" in path for path in one.files if path.endswith((".txt", "1.xml")))


# --- structure, by the lists of fields

QUIZ = Quiz(
    "two-input", "a / neuron: {1} ~ =", "A **neuron** $w_{1}$ {1:NUMERICAL:=3} # ] ]]> & <b>",
    (
        Question("sum", "What is *z*? {x} = 1 ~ 2", 1, (
            Answer(6.9995, 7.0005), Answer(2.5, 3.5, 1 / 3, 'No: #~}{= "\\ a/b & <c> $w_{1}$'),
        ), ((2, "add"),), "z = {1} # ~"),
        Question("out", "y?", 2.5, (Answer(0.9985, 0.9995),)),
    ),
)  # fmt: skip


def rendered(to: str, *quizzes: Quiz) -> Export:
    from importlib import import_module

    found: Export = import_module(f"evaluator.exercises.exports.{to}").render(
        quizzes or (QUIZ,), "two-input", "a / neuron: {1} ~ ="
    )
    return found


def test_moodle_has_the_fields_that_it_reads_and_no_braces_of_ours() -> None:
    found = rendered("moodle")
    (question,) = ElementTree.fromstring(found.files["two-input.xml"])
    assert question.get("type") == "cloze"
    tags = [child.tag for child in question]
    assert tags == ["name", "questiontext", "generalfeedback", "penalty", "hidden", "idnumber"]
    text = text_of(question)
    # Two questions, and nothing else that Moodle would take for one.
    assert text.count("{") == text.count("}") == 2
    assert re.findall(r"\{(\d+):", text) == ["2", "5"]
    assert "{1:NUMERICAL:=3}" in unescape(text)
    assert r"\(w_{1}\)" in unescape(text)
    assert any("2 times" in loss for loss in found.losses)
    assert any("hints" in loss for loss in found.losses)


def test_a_single_number_is_a_numerical_question_with_hints() -> None:
    quiz = Quiz("k", "t", "s", QUIZ.questions[:1])
    (question,) = ElementTree.fromstring(rendered("moodle", quiz).files["two-input.xml"])
    assert question.get("type") == "numerical"
    assert question.findtext("defaultgrade") == "1"
    assert [hint.findtext("text") for hint in question.findall("hint")] == ["<p>add</p>"]
    answers = question.findall("answer")
    assert [a.get("fraction") for a in answers] == ["100", "33.33333"]
    assert [a.findtext("text") for a in answers] == ["7", "3"]
    assert [a.findtext("tolerance") for a in answers] == ["0.0005", "0.5"]


@pytest.mark.parametrize("credit", [0.0, 0.05, 0.123, 1 / 3, 0.5, 0.62, 2 / 3, 0.99])
def test_a_fraction_is_one_that_moodle_knows_and_a_change_is_told(credit: float) -> None:
    answers = (Answer(1, 2), Answer(3, 4, credit, "no"))
    quiz = Quiz("k", "t", "s", (Question("q", "?", 1, answers),))
    found = rendered("moodle", quiz)
    wrong = ElementTree.fromstring(found.files["two-input.xml"]).findall(".//answer")[1]
    fraction = float(wrong.get("fraction", "nan"))
    assert fraction in FRACTIONS
    is_changed = abs(fraction / 100 - credit) > 1e-3
    assert any("Moodle has no" in loss for loss in found.losses) is is_changed


def test_gift_escapes_what_it_acts_on() -> None:
    found = rendered("gift")
    text = found.files["two-input.gift.txt"].decode()
    first = text.split("\n\n")[1]
    assert first.startswith(
        r"::a / neuron\: \{1\} \~ \=\: sum::[html]<p>A <strong>neuron</strong> \\(w_\{1\}\\)"
    )
    assert r"#No\: \#\~\}\{\= &quot;\\ a/b &amp; &lt;c&gt; \\(w_\{1\}\\)" in first
    bare = re.sub(r"\\.", "", first)
    assert bare.count("{") == bare.count("}") == 1
    assert {"points: each question counts as much as the platform decides"} <= set(found.losses)


def test_qti_has_a_manifest_that_names_its_file_and_items_with_their_fields() -> None:
    found = rendered("qti")
    names = zipfile.ZipFile(io.BytesIO(archive(found))).namelist()
    assert names == ["imsmanifest.xml", "two-input/two-input.xml"]
    manifest = ElementTree.fromstring(found.files["imsmanifest.xml"])
    (resource,) = (e for e in manifest.iter() if e.tag.endswith("resource"))
    assert (resource.get("type"), resource.get("href")) == ("imsqti_xmlv1p2", names[1])
    root = ElementTree.fromstring(found.files[names[1]])
    items = [e for e in root.iter() if e.tag.endswith("}item")]
    assert len({item.get("ident") for item in items}) == 2
    for item in items:
        tags = [child.tag.partition("}")[2] for child in item]
        assert tags[:3] == ["itemmetadata", "presentation", "resprocessing"]
        fields = [e.text for e in item.iter() if e.tag.endswith("fieldentry")]
        assert fields[0] == "numerical_question"
        assert float(fields[1] or 0) in (1, 2.5)


@pytest.mark.parametrize(
    ("low", "high", "refused", "told"),
    [
        (4.5e-5 - 1e-9, 4.5e-5 + 1e-9, True, False),
        (-9e-5, -8e-5, True, False),
        (-1e-7, 1e-7, False, True),
        (1e-4, 3e-4, False, False),
        (0.5, 0.6, False, False),
    ],
)
def test_canvas_is_not_given_what_it_makes_0_of(
    low: float, high: float, refused: bool, told: bool
) -> None:
    quiz = Quiz("k", "t", "s", (Question("q", "?", 1, (Answer(low, high),)),))
    if refused:
        with pytest.raises(ExportError, match="Canvas makes 0 of every answer below"):
            rendered("qti", quiz)
    else:
        losses = rendered("qti", quiz).losses
        assert any("for 0" in loss for loss in losses) is told


def test_prairielearn_has_its_three_files_and_their_fields() -> None:
    found = rendered("prairielearn")
    assert set(found.files) == {"info.json", "question.html", "server.py"}
    info = json.loads(found.files["info.json"])
    assert {"uuid", "title", "topic", "type"} <= set(info)
    assert (info["type"], info["singleVariant"]) == ("v3", True)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", info["uuid"])
    assert rendered("prairielearn").files == found.files
    page = found.files["question.html"].decode()
    # All text of the author's comes through parameters, so that none of it is a template.
    assert "neuron" not in page
    assert re.findall(r'weight="(\d+)"', page) == ["2", "5"]
    assert 'show-after-submission="2"' in page


def test_prairielearn_weighs_parts_and_leaves_malformed_answers_alone() -> None:
    space: dict[str, Any] = {}
    exec(rendered("prairielearn").files["server.py"].decode(), space)
    data: dict[str, Any] = {
        "variant_seed": 5, "params": {}, "correct_answers": {}, "format_errors": {"part2": "0,999"},
        "partial_scores": {}, "submitted_answers": {"part1": 3.0, "part2": None}, "score": 0,
    }  # fmt: skip
    space["generate"](data)
    space["grade"](data)
    assert set(data["partial_scores"]) == {"part1"}
    assert data["partial_scores"]["part1"]["feedback"] == 'No: #~}{= "\\ a/b & <c> $w_{1}$'
    data["format_errors"], data["submitted_answers"]["part2"] = {}, 0.999
    space["grade"](data)
    assert data["score"] == pytest.approx((2 * (1 / 3) + 5 * 1) / 7)


@pytest.mark.parametrize(
    ("points", "wanted", "scale"),
    [
        ([1, 2], [1, 2], 1),
        ([0.5, 2], [1, 4], 2),
        ([1 / 3, 1 / 3, 1 / 3], [1, 1, 1], 3),
        ([2.25], [9], 4),
    ],
)
def test_points_become_whole_numbers_in_their_ratio(
    points: list[float], wanted: list[int], scale: int
) -> None:
    assert whole(points) == (wanted, scale)


def test_points_without_a_small_ratio_are_refused() -> None:
    with pytest.raises(ExportError, match="no small whole ratio"):
        whole([1, 0.00317])


@pytest.mark.parametrize(
    ("number", "text"),
    [(7.0, "7"), (0.0005, "0.0005"), (1e-7, "0.0000001"), (-0.0, "0"), (1e22, "1" + "0" * 22)],
)
def test_numbers_are_written_without_exponents(number: float, text: str) -> None:
    assert plain(number) == text


@pytest.mark.parametrize(
    ("low", "high", "centre", "margin"),
    [
        (0.9985, 0.9995, "0.999", "0.0005"),
        (6.9999992, 7.0000008, "7", "0.0000008"),
        (-0.7625, -0.7615, "-0.762", "0.0005"),
        (0.9997525, 0.99975359, "0.999753045", "0.000000545"),
        (3.0, 3.0, "3", "0"),
    ],
)
def test_an_interval_is_told_by_a_short_middle(
    low: float, high: float, centre: str, margin: str
) -> None:
    answer = Answer(low, high)
    assert (plain(answer.centre), plain(answer.margin)) == (centre, margin)


@pytest.mark.parametrize("to", ["moodle", "gift", "qti", "prairielearn"])
def test_what_asks_for_no_number_is_refused(to: str) -> None:
    with pytest.raises(ExportError, match="no question for a number in `5 an AND gate`"):
        export(exercise_of(str(COURSE[4])), to)


def test_what_a_margin_cannot_say_is_left_out_and_told(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "neuron: {weights: [1], bias: 1, activation: identity}\n"
        'cases: [{inputs: [1], expected: {y: "> 1", z: 2}}]\n'
        "exercise: {statement: s, parts: [{name: p, ask: q, value: y}, {name: r, ask: q, value: z}]}\n",
        encoding="utf-8",
    )
    exercise = exercise_of(str(file))
    found = export(exercise, "moodle")
    assert "`p` is left out: a number and a margin cannot say its answer" in found.losses
    assert b"cloze" not in found.files["a.xml"]
    marks = prairielearn(export(exercise, "prairielearn"))
    assert [marks["0"](1.0), marks["0"](1.5), marks["1"](2.0)] == [0, 1, 1]


# --- Gradescope

SUBMISSIONS = {
    "half": ({"answers.yaml": "answers: {sum: 3, output: 0.5, second sum: -1}"}, 1.5),
    "binary": ({"answers.yaml": "\x00\x01"}, 0.0),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_gradescope_archive_runs_in_a_clean_folder(name: str, tmp_path: Path) -> None:
    files, score = SUBMISSIONS[name]
    found = export(exercise_of(str(COURSE[1])), "gradescope")
    with zipfile.ZipFile(io.BytesIO(archive(found))) as packed:
        assert {"run_autograder", "setup.sh"} <= set(packed.namelist())
        for entry in packed.infolist():
            packed.extract(entry, tmp_path / "source")
            (tmp_path / "source" / entry.filename).chmod(entry.external_attr >> 16)
    (tmp_path / "submission").mkdir()
    for path, content in files.items():
        (tmp_path / "submission" / path).write_text(content, encoding="utf-8")
    previous = {"previous_submissions": [{}]}
    (tmp_path / "submission_metadata.json").write_text(json.dumps(previous), encoding="utf-8")
    done = subprocess.run(
        [str(tmp_path / "source/run_autograder")], cwd=tmp_path, capture_output=True, text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(tmp_path),
             "AUTOGRADER_PYTHON": sys.executable},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "results/results.json").read_text(encoding="utf-8"))
    assert results["score"] == score
    assert set(results) <= {
        "score", "execution_time", "output", "output_format", "test_output_format",
        "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
    }  # fmt: skip
    for test in results["tests"]:
        assert test["status"] in ("passed", "failed")
        assert 0 <= test["score"] <= test["max_score"]
        assert test["visibility"] in ("visible", "hidden", "after_due_date", "after_published")
    if name == "half":  # the second attempt: hints are shown
        assert "Put the z of the question above" in results["tests"][1]["output"]
    if score == 0:
        assert results["output"]


def test_the_gradescope_scripts_pin_what_they_install_and_are_shell() -> None:
    found = export(exercise_of(str(COURSE[6])), "gradescope", code="python")
    setup = found.files["setup.sh"].decode()
    assert re.search(r"pip\" install --quiet pyyaml==\S+ jsonschema==\S+ numpy==\S+", setup)
    assert "--code python" in found.files["run_autograder"].decode()
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n"], input=found.files[script], check=True, timeout=20)
    without = export(exercise_of(str(COURSE[6])), "gradescope")
    assert b"--code" not in without.files["run_autograder"]
    assert any("--code" in loss for loss in without.losses)
    assert archive(found) == archive(
        export(exercise_of(str(COURSE[6])), "gradescope", code="python")
    )


# --- notebooks


def notebook(found: Export, kind: str) -> dict[str, Any]:
    (content,) = (text for path, text in found.files.items() if path.startswith(f"{kind}/"))
    made: dict[str, Any] = json.loads(content)
    return made


def source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_a_notebook_has_what_nbgrader_reads(file: Path) -> None:
    exercise = exercise_of(str(file))
    found = notebook(export(exercise, "ipynb"), "nbgrader")
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])
    marks = [cell["metadata"]["nbgrader"] for cell in found["cells"]]
    assert len({mark["grade_id"] for mark in marks}) == len(marks)
    assert sum(mark.get("points", 0) for mark in marks) == pytest.approx(exercise.points)
    for cell, mark in zip(found["cells"], marks, strict=True):
        assert (mark["schema_version"], mark["cell_type"]) == (3, cell["cell_type"])
        assert mark["grade"] is ("points" in mark)
        assert mark["locked"] is not mark["solution"]
        text = source(cell)
        assert (
            text.count("### BEGIN SOLUTION") == text.count("### END SOLUTION") == mark["solution"]
        )
        assert (
            text.count("### BEGIN HIDDEN TESTS")
            == text.count("### END HIDDEN TESTS")
            == mark["grade"]
        )
        assert "\n" not in text or not text.endswith("\n")


def run(cells: list[Any], capsys: pytest.CaptureFixture[str]) -> float:
    """Run the code of a notebook; what a cell of tests ends in is its score, as nbgrader has it."""
    import ast

    space: dict[str, Any] = {}
    total = 0.0
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse(source(cell))
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
        exec(compile(tree, cell["id"], "exec"), space)
        value = eval(compile(last, cell["id"], "eval"), space) if last else None
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            assert type(value) is float, cell["id"]
            total += value
    assert capsys.readouterr().err == ""
    return total


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_a_notebook_earns_all_points_with_its_solutions(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = exercise_of(str(file))
    found = notebook(export(exercise, "ipynb"), "nbgrader")
    assert run(found["cells"], capsys) == pytest.approx(exercise.points)


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_no_part_of_a_blank_notebook_passes(file: Path) -> None:
    found = export(exercise_of(str(file)), "ipynb")
    stubs = {cell["id"]: source(cell) for cell in notebook(found, "student")["cells"]}
    space: dict[str, Any] = {}
    for cell in notebook(found, "nbgrader")["cells"]:
        mark = cell["metadata"]["nbgrader"]
        if cell["cell_type"] == "markdown":
            continue
        if not mark["grade"]:
            exec(stubs[cell["id"]], space)
            continue
        with pytest.raises((AssertionError, TypeError, NotImplementedError)):
            exec(source(cell), space)


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ("7", 1.0), ("7.0", 1.0), ("__import__('numpy').float64(7)", 1.0),
        ("__import__('numpy').array([7.0])", 1.0), ("3", 0.5), ("4", 0.0), ("float('nan')", 0.0),
    ],
)  # fmt: skip
def test_a_notebook_gives_partial_credit_for_any_type_of_number(
    answer: str, earned: float, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = notebook(export(exercise_of(str(COURSE[1])), "ipynb"), "nbgrader")["cells"][:5]
    cells[3]["source"] = [f"answer_sum = {answer}"]
    assert run(cells, capsys) == earned


@pytest.mark.parametrize("answer", ["'7'", "True", "[7, 8]", "None", "..."])
def test_a_notebook_refuses_what_is_no_number(
    answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = notebook(export(exercise_of(str(COURSE[1])), "ipynb"), "nbgrader")["cells"][:5]
    cells[3]["source"] = [f"answer_sum = {answer}"]
    with pytest.raises(AssertionError, match=r"number"):
        run(cells, capsys)


def test_code_that_warns_is_no_failure_in_nbgrader(capsys: pytest.CaptureFixture[str]) -> None:
    cells = notebook(export(exercise_of(str(COURSE[6])), "ipynb"), "nbgrader")["cells"]
    program = next(cell for cell in cells if cell["id"] == "part-2-answer")
    program["source"] = [
        "import sys, warnings\n",
        *source(program).replace("values = list(inputs)", "values = list(inputs)\n"
                                 "    warnings.warn('overflow')\n"
                                 "    print('noise', file=sys.stderr)").splitlines(keepends=True),
    ]  # fmt: skip
    assert run(cells, capsys) == 6


def test_otter_cells_open_and_close_what_they_begin() -> None:
    cells = notebook(export(exercise_of(str(COURSE[7])), "ipynb"), "otter")["cells"]
    raw = [source(cell).splitlines()[0] for cell in cells if cell["cell_type"] == "raw"]
    assert raw[0] == "# ASSIGNMENT CONFIG"
    assert raw.count("# BEGIN QUESTION") == raw.count("# END QUESTION") == 4
    assert raw.count("# BEGIN SOLUTION") == raw.count("# END SOLUTION") == 3
    assert raw.count("# BEGIN TESTS") == raw.count("# END TESTS") == 4
    points = [
        float(n)
        for c in cells
        for n in re.findall(r"(?m)^points: (\S+)$", source(c))
        if c["cell_type"] == "raw"
    ]
    assert sum(points) == 8


# --- the command


@pytest.mark.parametrize("to", TARGETS)
def test_the_command_writes_says_what_is_lost_and_replaces_nothing_unasked(
    to: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / ("out.zip" if TARGETS[to].kind == "zip" else "out"))
    words = ["exercise", "export", str(COURSE[5]), "--to", to, "-o", path]
    assert main(words) == 0
    said = capsys.readouterr().out
    count = r": \d+ files" if TARGETS[to].kind == "folder" else ""
    assert re.search(rf"^wrote .*/out(\.zip)?{count}$", said, re.MULTILINE)
    assert ("lost: " in said) is (to != "gradescope")
    assert main(words) == 2
    assert "exists already" in capsys.readouterr().err
    assert main([*words, "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "qti", "-o", "out.xml"], "qti takes a zip archive"),
        (["--to", "moodle", "-o", "out", "--code", "python"], "--code is not for moodle"),
        (["--to", "moodle", "-o", "out", "--variant", "3"], "the exercise has no variants"),
        (["--to", "canvas", "-o", "out"], "invalid choice: 'canvas'"),
        (["--to", "gift", "-o", "no/out"], "the folder no does not exist"),
        (["--to", "gift", "-o", "-"], "-o names no file"),
        (["--to", "markdown", "-o", "-"], "-o names no file"),
    ],
)
def test_wrong_usage_is_told(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "export", str(COURSE[5]), *words]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_formats_of_the_command_are_those_that_there_are() -> None:
    from evaluator.cli.exercise_export import FORMATS

    assert tuple(TARGETS) == FORMATS
    assert yaml.safe_load("a: 1") == {"a": 1}


# --- names and texts that mean something elsewhere

HOSTILE = """\
name: '<script>alert(1)</script> ]]> {{#x}} "q" \\input{{x}} | `a` ~=#'
inputs: ['a|b*', '<x>']
neurons:
  'h "1"': {{weights: {{'a|b*': 1, '<x>': 2}}, bias: 1, activation: identity}}
  'h {{1}}': {{weights: {{'h "1"': 3}}, bias: -1, activation: identity}}
cases:
  - name: ']]> --> {{{{x}}}} $y$'
    inputs: {{'a|b*': 1, '<x>': 1}}
    expected: {{'h "1"': 4, 'h {{1}}': 11}}
exercise:
  statement: "<img src=x onerror=alert(1)> {{{{params.x}}}} {{1:NUMERICAL:=1}} $w_{{1}}$ ]]> ### END HIDDEN TESTS"
  parts:
    - {{name: 'a b', ask: '</pl-question-panel>', value: 'h "1"', points: 1,
       wrong: [{{value: 5, feedback: "### END HIDDEN TESTS\\n''' \\\\ \\" }} ~ # ]]>"}}]}}
    - {{name: 'a-b', ask: '::x:: {{#=1}}', value: 'h {{1}}', points: 1}}
    - {{name: '<b>', ask: '// x', blanks: ['h "1".weights', 'h "1".bias', 'h {{1}}.bias'], points: 1}}
    - {{name: code, ask: q, implement: {implement}, points: 1}}
  samples:
    - {{name: s, code: "def network(inputs): return [1]", answers: {{}}, score: 4}}
"""


@pytest.mark.parametrize("to", TARGETS)
def test_names_and_texts_come_out_harmless(to: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HOSTILE.format(implement="network"), encoding="utf-8")
    exercise = exercise_of(str(file))
    found = export(exercise, to)
    ours = {p: c for p, c in found.files.items() if not p.startswith("package/")}
    for path, content in ours.items():
        text = content.decode()
        if path.endswith(".xml"):
            ElementTree.fromstring(text)
        elif path.endswith(".json"):
            json.loads(text)
        elif path.endswith(".py"):
            compile(text, path, "exec")
        elif path.endswith(".html"):
            assert "params.x" not in text
            assert "<img" not in text
        elif path.endswith(".ipynb"):
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            for cell in cells:
                compile(source(cell), cell["id"], "exec")
                if "BEGIN HIDDEN" in source(cell):
                    assert source(cell).count("### END HIDDEN TESTS") == 1
    if to in READERS:
        assert [mark(4.0) for mark in READERS[to](found).values()] == [1, 0]
        assert [mark(11.0) for mark in READERS[to](found).values()] == [0, 1]


def test_answers_with_like_names_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HOSTILE.format(implement="network"), encoding="utf-8")
    found = notebook(export(exercise_of(str(file)), "ipynb"), "student")
    written = [source(cell) for cell in found["cells"] if cell["id"].endswith("answer")]
    names = re.findall(r"(?m)^(\w+) = ", "\n".join(written))
    assert len(names) == len(set(names)) == 5
    assert all(name.isidentifier() for name in names)


def test_what_is_to_be_implemented_names_no_file_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HOSTILE.format(implement="../../evil"), encoding="utf-8")
    paths = build(exercise_of(str(file))).files
    assert "student/program.py" in paths
    assert not [path for path in paths if ".." in path]
