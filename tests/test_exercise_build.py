"""What `evaluator exercise build` gives learners, and that none of it tells what it should not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

import evaluator
from evaluator.cli import main
from evaluator.exercises import student
from evaluator.exercises.batch import Order, exercise_of, grade_file
from evaluator.exercises.bundle import build
from evaluator.exercises.exercise import COMPUTE, DESIGN, Exercise
from evaluator.exercises.grading import Terms
from evaluator.exercises.markup import as_latex, html

ROOT = Path(__file__).parent.parent
COURSE = sorted((ROOT / "specs/exercises").glob("[1-8]-*.yaml"))

#: An exercise whose every secret is a number, or a word, that occurs nowhere by itself.
SECRETIVE = """\
name: secrets
# the comment at the top says hush1
description: hush2
source: hush3
tags: [hush4]
inputs: [a, b]
neurons:
  h: {weights: {a: 0.7331, b: 1.2509}, bias: 0.4441, activation: tanh} # hush5
  y: {weights: {h: 2.5}, bias: -0.8129, activation: identity}
equivalent: {bias-dropped: hush6}
cases:
  - name: worked
    tags: [hush7]
    inputs: {a: 1, b: 2}
    expected: {h.z: 3.6790, h: ~0.99873, y: ~1.68391}
  - name: open
    inputs: {a: 0, b: 0}
    expected: {y: ~0.2297}
  - name: hush8
    inputs: {a: 0.6173, b: 3.1459}
    expected: {y: ~1.6868}
exercise:
  statement: Two neurons.
  points: 6
  parts:
    - {name: sum, ask: What is z of h?, value: h.z, case: worked, points: 1, hints: [{text: hush9}],
       wrong: [{value: 3.2331, feedback: hush10, credit: 0.25}]}
    - {name: out, ask: What is y?, value: y, case: worked, points: 1, visibility: hidden}
    - {name: fill, ask: Fill them in., blanks: [h.weights, h.bias, y.bias], cases: [open], points: 1}
    - {name: hush11, ask: hush12, blanks: [h.bias, y.bias, h.weights], cases: [hush8], points: 1, visibility: hidden}
    - {name: code, ask: Write it., implement: neuron, cases: [open], points: 1}
    - {name: more code, ask: hush13, implement: neuron, cases: [hush8], points: 1, visibility: after_published}
  samples:
    - {name: hush14, answers: {sum: 3.6790}, score: 1}
    - {name: hush15, answers: {sum: 3.6790, out: 1.683911, fill: {h.weights: {a: 0.7331, b: 1.2509}, h.bias: 0.4441, y.bias: -0.8129}},
       code: "def neuron(inputs): return 'hush16'", score: 6}
"""
#: The numbers of it that learners may see nowhere.
NUMBERS = (
    0.7331, 1.2509, 0.4441, -0.8129, 3.6790, 0.99873, 1.68391, 0.6173, 3.1459, 1.6868, 3.2331,
)  # fmt: skip


@pytest.fixture
def secretive(tmp_path: Path) -> Exercise:
    file = tmp_path / "secrets.yaml"
    file.write_text(SECRETIVE, encoding="utf-8")
    return exercise_of(str(file))


def spellings(number: float) -> Iterator[str]:
    """Write a number in all the ways in which it might get out."""
    digits = repr(abs(number))
    yield digits
    yield digits.lstrip("0")  # .7331
    yield digits.replace(".", ",")
    yield f"{abs(number):e}"[:5]
    yield f"{abs(number):.3f}"
    yield f"{abs(number) * 100:.6g}"
    yield str(Decimal(number))[:12].lstrip("-")
    yield abs(number).hex()
    yield re.sub(r"\D", "", digits).lstrip("0")


def test_a_student_bundle_holds_no_hidden_value_in_any_spelling(secretive: Exercise) -> None:
    files = build(secretive).files
    told = {path: content for path, content in files.items() if path.startswith("student/")}
    assert {Path(path).suffix for path in told} == {".md", ".html", ".yaml", ".ipynb", ".py"}
    for path, content in told.items():
        text = content.decode()
        for number in NUMBERS:
            for spelt in spellings(number):
                assert spelt not in text, f"{path} tells {number} as {spelt}"
        assert "hush" not in text, path
    # The search finds what is there: the solution and the grader have it all.
    rest = b"".join(content for path, content in files.items() if path not in told).decode()
    assert all(any(spelt in rest for spelt in spellings(number)) for number in NUMBERS)
    assert {f"hush{n}" for n in range(1, 17)} <= set(re.findall(r"hush\d+", rest))


def test_a_student_bundle_holds_no_hash_and_nothing_else_that_could_be_searched(
    secretive: Exercise,
) -> None:
    for path, content in build(secretive).files.items():
        if path.startswith("student/") and not path.endswith(".html"):
            assert not re.findall(rb"[0-9a-f]{16,}|[A-Za-z0-9+/]{32,}={0,2}", content), path


def test_a_students_spec_has_blanks_and_the_cases_that_may_be_seen(secretive: Exercise) -> None:
    data = yaml.safe_load(student.spec(secretive))
    assert data["neurons"] == {
        "h": {"weights": {"a": "___", "b": "___"}, "bias": "___", "activation": "tanh"},
        "y": {"weights": {"h": 2.5}, "bias": "___", "activation": "identity"},
    }
    assert data["cases"] == [
        {"name": "worked", "inputs": {"a": 1, "b": 2}},
        {"name": "open", "inputs": {"a": 0, "b": 0}, "expected": {"y": "~0.2297"}},
    ]
    assert set(data) == {"name", "inputs", "neurons", "cases"}


def test_a_case_that_tells_what_is_asked_of_the_same_inputs_is_not_shown(tmp_path: Path) -> None:
    text = SECRETIVE.replace(
        "  - name: hush8\n",
        """\
  - name: twin
    inputs: {a: 1, b: 2}
    expected: {h.z: 3.6790}
  - name: cousin
    inputs: {a: 1, b: 2}
    expected: {y.z: "> 1"}
  - name: hush8
""",
    ).replace("cases: [open], points: 1}", "cases: [open, twin, cousin], points: 1}")
    file = tmp_path / "secrets.yaml"
    file.write_text(text, encoding="utf-8")
    exercise = exercise_of(str(file))
    assert [case.id for case in exercise.visible_cases()] == ["open", "cousin"]
    told = [
        content for path, content in build(exercise).files.items() if path.startswith("student/")
    ]
    assert not any(b"3.679" in content for content in told)


def test_the_answers_have_a_blank_for_every_part_that_is_asked(secretive: Exercise) -> None:
    data = yaml.safe_load(student.answers(secretive))
    blank = "___"
    assert data == {
        "answers": {
            "sum": blank,
            "out": blank,
            "fill": {"h.weights": {"a": blank, "b": blank}, "h.bias": blank, "y.bias": blank},
        }
    }


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_what_is_handed_out_blank_earns_nothing_and_is_no_fault(file: Path, tmp_path: Path) -> None:
    exercise = exercise_of(str(file))
    for text in (student.answers(exercise), student.spec(exercise)):
        answers = tmp_path / "answers.yaml"
        answers.write_text(text, encoding="utf-8")
        grade = grade_file(Order(str(file)), str(answers))
        assert (grade.score, grade.error) == (0, "")
        assert {part.because for part in grade.parts} <= {"unanswered", "needs", "not-run"}


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_what_is_handed_out_and_filled_in_rightly_earns_all(file: Path, tmp_path: Path) -> None:
    exercise = exercise_of(str(file))
    best = next(sample for sample in exercise.samples if sample.score == exercise.points)
    handed_in = tmp_path / "submission"
    handed_in.mkdir()
    data = yaml.safe_load(student.answers(exercise))
    asked = {part.name for part in student.asked(exercise) if part.kind in (COMPUTE, DESIGN)}
    assert set(data["answers"]) == asked
    data["answers"] |= best.answers
    (handed_in / "answers.yaml").write_text(json.dumps(data), encoding="utf-8")
    if best.code:
        (handed_in / "code.py").write_text(best.code, encoding="utf-8")
    grade = grade_file(Order(str(file), terms=Terms("python"), together=True), str(handed_in))
    assert grade.score == exercise.points
    assert not grade.notes or exercise.variants  # of those none is named here, which may be told


def test_the_sheet_of_a_variant_has_its_numbers_and_its_answers_name_it(tmp_path: Path) -> None:
    file = COURSE[0]
    files = build(exercise_of(str(file)), "3").files
    data = yaml.safe_load(files["student/answers.yaml"])
    assert data["variant"] == 3
    spec = yaml.safe_load(files["student/1-weighted-sum-variant-3.yaml"])
    weights, inputs = spec["neuron"]["weights"], spec["cases"][0]["inputs"]
    z = weights[0] * inputs[0] + weights[1] * inputs[1] + spec["neuron"]["bias"]
    data["answers"]["first"] = z
    answers = tmp_path / "answers.yaml"
    answers.write_text(json.dumps(data), encoding="utf-8")
    grade = grade_file(Order(str(file)), str(answers))
    assert (grade.score, grade.variant) == (2, "3")


def test_the_page_is_well_formed_and_lets_nothing_run() -> None:
    for file in COURSE:
        exercise = exercise_of(str(file))
        page = build(exercise).files[f"student/{file.stem}.html"].decode()
        body = re.search(r"<main>.*</main>", page, re.DOTALL)
        assert body
        ElementTree.fromstring(body[0])
        assert "default-src 'none'" in page
        assert "<script" not in page


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a *b* **c** `d<e`", "<p>a <em>b</em> <strong>c</strong> <code>d&lt;e</code></p>"),
        ("2 * 3 * 4 and w_1, w_2", "<p>2 * 3 * 4 and w_1, w_2</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert) [y](https://e.org/?a&b)",
         '<p>[x](javascript:alert) <a href="https://e.org/?a&amp;b">y</a></p>'),
        ("# One\n\ntwo\nthree", "<h2>One</h2>\n<p>two\nthree</p>"),
        ("- a\n  b\n- c\n\n1. d", "<ul><li>a b</li><li>c</li></ul>\n<ol><li>d</li></ol>"),
        ("```\n*a* < b\n```", "<pre><code>*a* &lt; b</code></pre>"),
        ("|a|b|\n|-|-|\n|1|`2`|",
         "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
         "<tbody><tr><td>1</td><td><code>2</code></td></tr></tbody></table>"),
        ("$w_1 < 2$ for $5 or $6", r"<p>\(w_1 &lt; 2\) for $5 or $6</p>"),
        (r"\*a\* \`b\`", "<p>*a* `b`</p>"),
        ('"quoted" & more', "<p>&quot;quoted&quot; &amp; more</p>"),
    ],
)  # fmt: skip
def test_markdown_becomes_html_and_everything_else_is_text(text: str, wanted: str) -> None:
    assert html(text, as_latex) == wanted


def test_building_replaces_nothing_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, folder = str(COURSE[1]), str(tmp_path / "out")
    assert main(["exercise", "build", spec, "-o", folder]) == 0
    assert "wrote" in capsys.readouterr().out
    mine = tmp_path / "out/student/answers.yaml"
    mine.write_text("mine", encoding="utf-8")
    assert main(["exercise", "build", spec, "-o", folder]) == 2
    assert "exists already" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert main(["exercise", "build", spec, "-o", folder, "--force"]) == 0
    assert "___" in mine.read_text(encoding="utf-8")


def test_a_network_in_a_file_is_not_handed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "w.csv").write_text("1, 2\n", encoding="utf-8")
    spec = tmp_path / "a.yaml"
    spec.write_text(
        "neuron: {weights: {file: w.csv}, bias: 1, activation: identity}\n"
        "cases: [{inputs: [1, 1], expected: {z: 4}}]\n"
        "exercise: {statement: s, parts: [{name: p, ask: q, value: z}]}\n",
        encoding="utf-8",
    )
    assert main(["exercise", "build", str(spec), "-o", str(tmp_path / "out")]) == 2
    assert "more than learners should see" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_course_is_complete() -> None:
    exercises = [exercise_of(str(file)) for file in COURSE]
    assert len(exercises) == 8
    assert {part.kind for each in exercises for part in each.parts} == {
        "compute",
        "design",
        "implement",
    }
    assert any(each.variants for each in exercises)
    for each in exercises:
        assert each.samples
        assert any(part.hints for part in each.parts)
        assert {sample.score for sample in each.samples} >= {each.points}


def test_a_solution_shows_the_answers_and_the_steps() -> None:
    text = build(exercise_of(str(COURSE[1]))).files["solution/2-sigmoid-neuron.md"].decode()
    assert "Answer: **0.999**" in text
    assert r"z = 3 + 4 = 7" in text
    assert evaluator.load(COURSE[1]).network([2, 3])[0] == pytest.approx(0.999, abs=5e-4)
