"""The author's self-test, and the variants that it goes through."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from pathlib import Path

import pytest

import evaluator
from evaluator.cli import main
from evaluator.exercises.batch import Graders, Order, grade_file
from evaluator.exercises.checking import CODES, Checked, checked
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.grading import Terms
from evaluator.exercises.reading import read
from evaluator.exercises.variants import Parameter, VariantError, Variants, drawn, tried, variant_of
from evaluator.source import read as read_text
from evaluator.spec import build

SPEC = """\
inputs: [a, b]
neuron:
  weights: [1, 2]   # w
  bias: -1
  activation: sigmoid
cases:
  - name: worked
    inputs: [0.5, 1]
    expected: {z: 1.5, y: ~0.818}
  - {name: spread, inputs: {a: 1, b: -2}, expected: {z: -4 ± 0.01, y: "(0, 0.5)"}}
  - {name: third, inputs: [-1, 2], expected: ~0.881}
exercise:
  statement: "A neuron with the bias {y.bias}, for a = {worked.inputs.a}; not {y.other}."
  points: 4
  parts:
    - name: sum
      ask: "Add {y.bias} too: what is z?"
      value: z
      wrong: [{mistake: bias-dropped, credit: 0.5, feedback: "You left out {y.bias}."}]
    - {name: output, ask: "The bias is -1. What is y?", value: y}
    - {name: gate, ask: Fill., blanks: [y.bias]}
    - {name: code, ask: Write., implement: neuron}
  samples:
    - {name: right, answers: {sum: 1.5, output: 0.818, gate: {y.bias: -1}}, score: 3}
    - {name: without the bias, answers: {sum: 2.5}, score: 0.5, feedback: You left out}
    - name: code
      code: |
        import math
        def neuron(weights, bias, inputs):
            return 1 / (1 + math.exp(-bias - weights[0] * inputs[0] - weights[1] * inputs[1]))
      score: 1
"""
VARIANTS = """\
  variants:
    count: 4
    seed: first
    parameters:
      y.bias: {from: -2, to: 2, step: 0.5}
      y.weights.b: {choices: [-2, -1, 1.5]}
      worked.inputs.a: {from: 1, to: 3}
"""


def exercise(text: str) -> Exercise:
    return read(build(read_text(text, "e.yaml")[0]))


def check(text: str) -> Checked:
    return checked(exercise(text))


def changed(old: str, new: str) -> str:
    assert old in SPEC
    return SPEC.replace(old, new, 1)


def test_an_exercise_that_grades_as_it_should_has_nothing_told() -> None:
    found = check(SPEC)
    assert [each.message for each in found.found] == []
    assert (found.samples, found.unrun) == (2, 1)


def test_samples_of_code_are_run_where_that_is_said() -> None:
    found = checked(exercise(SPEC), Terms(code="python"))
    assert [each.code for each in found.found] == []
    assert found.samples == 3


#: What is changed, and what is told: the code, the text that is underlined, parts of what is said.
FAULTS = {
    "a case that the network fails": (
        "y: ~0.818", "y: ~0.819", "reference-fails", "{name: output", "answers 0.818 to `output`, and 0.8185 to 0.8195 is accepted", "correct the case"),
    "a design that zeros pass": (
        "blanks: [y.bias]}", "blanks: [y.bias], cases: [open]}", "blank-passes", "{name: gate", "zeros alone", "add a case"),
    "a tolerance that lets a mistake pass": (
        "y: ~0.818", "y: ~1", "mistake-accepted", "~1", "accepts what the network gives if", "expect ~0.8"),
    "cases that let code with a mistake pass": (
        "implement: neuron}", "implement: neuron, cases: [open]}", "mistake-accepted", "{name: code",
        "a `neuron` passes that answers", "audit"),
    "a wrong answer behind another": (
        "{mistake: bias-dropped,", "{value: 2.5, feedback: No.}, {mistake: bias-dropped,", "wrong-unreached",
        "{mistake", "taken for another", "above"),
    "a question about numbers that are blank": (
        "blanks: [y.bias]}", "blanks: [y.bias, y.weights]}", "unanswerable", "name: sum",
        "`sum` needs `y.weights`, which learners see as blanks", "say the numbers"),
    "a design of which no case is shown": (
        "blanks: [y.bias]}", "blanks: [y.bias], cases: [worked]}", "unanswerable", "{name: gate",
        "learners see no case that judges `gate`", "add a case"),
    "a visible part that needs a hidden one": (
        "value: y}", "value: y, needs: [sum]}", "hidden-told", "sum", "whether `sum` is earned, which is hidden", "hide both"),
    "a sample with another score": (
        "score: 3}", "score: 2}", "sample-differs", "2", "earns 3, not 2", "correct the score"),
    "a sample that is told something else": (
        "feedback: You left out}", "feedback: Something else}", "sample-differs", "Something else", "is not told that", "feedback"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_grade_as_it_should_is_told(name: str) -> None:
    old, new, code, at, message, hint = FAULTS[name]
    text = changed(old, new).replace(
        "exercise:\n", "  - {name: open, inputs: [1, 1], expected: '> 0'}\nexercise:\n", 1
    )
    if code == "hidden-told":
        text = text.replace("value: z\n", "value: z\n      visibility: hidden\n")
    found = [each for each in check(text).found if each.code == code]
    assert found, name
    each = found[0]
    assert each.location.lines[-1][each.location.column - 1 :].startswith(at)
    assert message in each.message
    assert hint in each.hint
    assert each.severity == (
        "warning" if code in ("mistake-accepted", "unanswerable", "hidden-told") else "error"
    )


@pytest.mark.parametrize(
    ("statement", "ask", "first", "warned"),
    [
        ("w = (0.5, \u22121.5)", "y?", "", []),
        ("A neuron.", "With w = (0.5, -1.5), what is y?", "", []),
        ("w = (0.5, 1.5)", "y?", "", ["unanswerable"]),
        ("A neuron.", "y?", "", ["unanswerable"]),
        # Whoever found the weights by the case `b` goes on with them.
        ("A neuron.", "y?", "{name: d, ask: Fill., blanks: [y.weights], cases: [b]}", []),
        # Of the case `a` the value is asked for, so that it is not shown.
        ("A neuron.", "y?", "{name: d, ask: Fill., blanks: [y.weights], cases: [a]}", ["unanswerable"] * 2),
    ],
)  # fmt: skip
def test_weights_that_are_blank_have_to_be_told_where_a_value_needs_them(
    statement: str, ask: str, first: str, warned: list[str]
) -> None:
    design = "{name: d, ask: Fill., blanks: [y.weights], cases: [b]}"
    parts = [first, f'{{name: y, ask: "{ask}", value: y, case: a}}', "" if first else design]
    found = check(
        "neuron: {weights: [0.5, -1.5], bias: 1.25, activation: sigmoid}\n"
        "cases:\n"
        "  - {name: a, inputs: [1, 2], expected: ~0.2227}\n"
        "  - {name: b, inputs: [2, 1], expected: ~0.6792}\n"
        f'exercise:\n  statement: "{statement}"\n  parts:\n'
        + "".join(f"    - {part}\n" for part in parts if part)
    )
    assert [each.code for each in found.found if each.code == "unanswerable"] == warned


def test_code_is_tested_by_all_parts_that_ask_for_it() -> None:
    opened = "  - {name: open, inputs: [1, 1], expected: '> 0'}\nexercise:\n"
    text = SPEC.replace("exercise:\n", opened, 1)
    alone = text.replace("implement: neuron}", "implement: neuron, cases: [open]}")
    assert "mistake-accepted" in [each.code for each in check(alone).found]
    more = "implement: neuron, cases: [open]}\n    - {name: more, ask: More., implement: neuron}"
    both = text.replace("implement: neuron}", more)
    assert "mistake-accepted" not in [each.code for each in check(both).found]


def test_code_is_tested_by_outputs_alone() -> None:
    # What a program does not tell, the sums, cannot tell a right one from one without the bias.
    text = SPEC.partition("  samples")[0].replace(
        "implement: neuron}", "implement: neuron, cases: [sums]}"
    )
    text = text.replace(
        "exercise:\n", "  - {name: sums, inputs: [1, 1], expected: {z: 2, y: '> 0'}}\nexercise:\n"
    )
    assert "mistake-accepted" in [each.code for each in check(text).found]


def test_every_code_is_told_somewhere() -> None:
    assert {fault[2] for fault in FAULTS.values()} | {"variant"} == set(CODES)


def test_the_suggested_expectation_accepts_the_mistake_no_more() -> None:
    text = changed("y: ~0.818", "y: ~1")
    hint = next(each.hint for each in check(text).found if each.code == "mistake-accepted")
    tighter = hint.split(",")[0].removeprefix("expect ")
    again = check(text.replace("y: ~1", f"y: {tighter}"))
    assert "mistake-accepted" not in [each.code for each in again.found]


def test_draws_are_the_same_on_every_machine() -> None:
    variants = Variants(9, "first", (Parameter("a", (), (1, 2, 3, 4, 5)), Parameter("b", (), tuple(range(1000)))))  # fmt: skip
    found = [tuple(drawn(variants, key).values()) for key in variants.keys]
    assert found == EXPECTED
    # By hand, from the definition: SHA-256 of each word after its length, the first 8 bytes a fraction.
    digest = hashlib.sha256(b"5:first1:11:01:b").digest()
    assert found[0][1] == int.from_bytes(digest[:8], "big") * 1000 // 2**64


EXPECTED = [(3, 155), (1, 996), (2, 736), (3, 579), (1, 327), (1, 297), (1, 776), (5, 288), (2, 18)]


def test_draws_are_spread_evenly() -> None:
    variants = Variants(4000, "s", (Parameter("a", (), (1, 2, 3, 4)),))
    counts = Counter(drawn(variants, key)["a"] for key in variants.keys)
    assert all(abs(count - 1000) < 120 for count in counts.values())  # four standard deviations


def test_a_variant_is_a_spec_of_its_own() -> None:
    base = exercise(SPEC + VARIANTS)
    for key in ("1", "2"):
        found = variant_of(base, key)
        data = found.spec.document.data
        bias, w = data["neuron"]["bias"], data["neuron"]["weights"]
        a, b = data["cases"][0]["inputs"]
        z = w[0] * a + w[1] * b + bias
        y = 1 / (1 + math.exp(-z))
        assert data["cases"][0]["expected"] == {"z": z, "y": f"~{y:.3f}"}
        assert data["cases"][1]["expected"]["y"] == "(0, 0.5)"
        z2 = w[0] * 1 - 2 * w[1] + bias
        assert data["cases"][1]["expected"]["z"] == f"{z2:.0f} ± 0.01"
        assert (
            found.statement == f"A neuron with the bias {bias:g}, for a = {a:g}; not {{y.other}}."
        )
        assert found.parts[0].ask == f"Add {bias:g} too: what is z?"
        assert found.parts[0].wrong[0].feedback == f"You left out {bias:g}."
        assert "# w" in found.spec.document.text.text
        assert found.variant == key
        assert bias in (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2)
        assert w[1] in (-2, -1, 1.5)
        assert a in (1, 2, 3)


def test_a_variant_runs_as_any_spec(tmp_path: Path) -> None:
    text = variant_of(exercise(SPEC + VARIANTS), "4").spec.document.text.text
    (tmp_path / "v.yaml").write_text(text)
    assert evaluator.run(tmp_path / "v.yaml").ok


@pytest.mark.parametrize(
    ("said", "key"),
    [("1", "1"), ("006", "6"), ("ada", None), ("", None), ("7", ""), ("ada\n", None)],
)
def test_a_key_stands_for_a_variant(said: str, key: str | None) -> None:
    variants = Variants(6, "first", ())
    if key == "":
        with pytest.raises(VariantError, match="there is no variant 7; there are 6"):
            variants.key(said)
    elif key is None:
        assert variants.key(said) in variants.keys
        assert variants.key(said) == variants.key(said)
    else:
        assert variants.key(said) == key


def test_rules_reject_draws_and_the_rejected_are_counted() -> None:
    rules = VARIANTS + "    max_z: 3.5\n    smallest: 0.2\n"
    base, loose = exercise(SPEC + rules), exercise(SPEC + VARIANTS)
    assert sum(tried(base, key)[1] for key in "12") > sum(tried(loose, key)[1] for key in "12")
    for key in "12":
        cases = variant_of(base, key).spec.document.data["cases"]
        assert all(abs(float(str(case["expected"]["z"]).split()[0])) < 3.51 for case in cases[:2])
        assert float(cases[0]["expected"]["y"][1:]) >= 0.2


def test_a_draw_with_which_a_mistake_would_be_right_is_rejected() -> None:
    # Of 0.5 + 2 + 0.2 = 2.7 whole numbers are asked for: 3, and so is 2.5, without the bias.
    base = exercise(
        "neuron: {weights: [1, 2], bias: 5, activation: identity}\n"
        "cases: [{inputs: [0.5, 1], expected: ~8}]\n"
        "exercise:\n  statement: s\n  parts: [{name: z, ask: z, value: y}]\n"
        "  variants: {count: 8, parameters: {y.bias: {choices: [0.2, 5]}}}\n"
    )
    made = [tried(base, key) for key in base.variants.keys] if base.variants else []
    assert {each.spec.document.data["neuron"]["bias"] for each, _ in made} == {5}
    assert sum(rejected for _, rejected in made) > 0


def test_rules_that_no_draw_keeps_are_told() -> None:
    with pytest.raises(
        VariantError, match="200 draws were rejected, the last because a weighted sum is"
    ):
        variant_of(exercise(SPEC + VARIANTS + "    max_z: 0.001\n"), "1")


def test_every_variant_is_checked() -> None:
    found = check(SPEC + VARIANTS)
    assert found.variants == 4
    assert found.ok, found.found
    none = check(SPEC + VARIANTS + "    max_z: 0.001\n")
    assert [each.code for each in none.found] == ["variant"]


@pytest.mark.parametrize(
    ("line", "notes"),
    [
        ("variant: 2", []),
        ("variant: ada", []),
        ("", ["no variant is named"]),
        ("variant:", ["no variant is named"]),
        ("variant: ___", ["no variant is named"]),
        ("variant: 1.5", ["neither a whole number", "no variant is named"]),
        ("variant: 1e3", ["neither a whole number", "no variant is named"]),
        ("variant: [1]", ["neither a whole number", "no variant is named"]),
        ("variant: true", ["neither a whole number", "no variant is named"]),
    ],
)
def test_what_names_no_variant_is_noted(line: str, notes: list[str], tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(SPEC + VARIANTS)
    (tmp_path / "ada.yaml").write_text(f"{line}\nanswers: {{sum: 1}}")
    order = Order(str(tmp_path / "e.yaml"))
    found = grade_file(order, str(tmp_path / "ada.yaml"))
    assert [note in said for note, said in zip(notes, found.notes, strict=True)] == [True] * len(
        notes
    )
    assert (found.variant == "") == bool(notes)
    told = grade_file(order._replace(variant="2"), str(tmp_path / "ada.yaml"))
    assert "no variant is named" not in str(told.notes)


def test_a_variant_of_an_exercise_that_has_none_is_noted(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(SPEC)
    (tmp_path / "ada.yaml").write_text("variant: 99999\nanswers: {sum: 1.5}")
    found = grade_file(Order(str(tmp_path / "e.yaml")), str(tmp_path / "ada.yaml"))
    assert found.notes == ("the exercise has no variants: `variant: 99999` says nothing",)
    assert found.score == 1


def test_files_that_name_two_variants_are_not_graded(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(SPEC + VARIANTS)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada/answers.yaml").write_text("variant: 1\nanswers: {sum: 1}")
    (tmp_path / "ada/e.yaml").write_text("variant: 2\nneuron: {weights: [1, 2], bias: 1}")
    found = grade_file(Order(str(tmp_path / "e.yaml")), str(tmp_path / "ada"))
    assert "names the variant 1, and another 2" in found.error


def test_a_fault_of_all_variants_is_told_once() -> None:
    # The first has the fault as well: it is that of the exercise, not of its variants.
    text = (SPEC + VARIANTS).replace("blanks: [y.bias]}", "blanks: [y.bias], cases: [open]}")
    text = text.replace(
        "exercise:\n", "  - {name: open, inputs: [1, 1], expected: '> 0'}\nexercise:\n", 1
    )
    codes = [each.code for each in check(text).found if each.severity == "error"]
    assert codes == ["blank-passes"]
    # y = sigmoid(b) at the origin: zeros pass where b is 0, that is in some variants alone.
    text = (
        "neuron: {weights: [1], bias: -1, activation: identity}\n"
        "cases: [{name: a, inputs: [0], expected: -1}]\n"
        "exercise:\n  statement: s\n  parts: [{name: d, ask: Fill., blanks: [y.bias]}]\n"
        "  variants: {count: 9, parameters: {y.bias: {choices: [0, 0, 1]}}}\n"
    )
    told = [each for each in check(text).found if each.severity == "error"]
    assert [each.code for each in told] == ["variant"]
    assert "others too: zeros alone passes `d`" in told[0].message


def test_draws_are_counted_where_none_is_accepted() -> None:
    assert check(SPEC + VARIANTS + "    max_z: 0.001\n").rejected == 200


def test_a_submission_is_graded_by_the_variant_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(SPEC + VARIANTS)
    order = Order(str(tmp_path / "e.yaml"))
    graders, first = Graders(order), Graders(order._replace(variant="1"))
    z = {key: graders.of(key).exercise.parts[0].checks[0].value for key in ("1", "2")}
    assert len(set(z.values())) == 2
    for key in z:
        (tmp_path / "ada.yaml").write_text(f"variant: {key}\nanswers: {{sum: {z[key]}}}")
        found = grade_file(order, str(tmp_path / "ada.yaml"), graders)
        assert (found.variant, found.score) == (key, 1)
        found = grade_file(first.order, str(tmp_path / "ada.yaml"), first)
        assert (found.variant, found.score) == ("1", float(z[key] == z["1"]))
    (tmp_path / "ada.yaml").write_text("variant: 99\nanswers: {sum: 1}")
    assert "no variant 99" in grade_file(order, str(tmp_path / "ada.yaml"), graders).error


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        (SPEC, (), 0, "ok e.yaml e: 4 parts, 4 points, 2 samples, 1 not graded without --code"),
        (SPEC, ("--code", "python"), 0, "3 samples"),
        (SPEC.replace("score: 3}", "score: 2}"), (), 1, "FAILED e.yaml"),
        (SPEC + VARIANTS, (), 0, "4 variants"),
        (SPEC.replace("y: ~0.818", "y: ~1").partition("  samples")[0], (), 0, "1 warning"),
        (SPEC.replace("y: ~0.818", "y: ~1").partition("  samples")[0], ("--fail-on", "warning"), 1, "1 warning"),
        (SPEC.partition("exercise:")[0], (), 5, "no exercise to check"),
        (SPEC.replace("value: z", "value: zz"), (), 3, "nothing is named `zz`"),
        ("neuron: [", (), 3, "close the brackets"),
    ],
)  # fmt: skip
def test_the_exit_code_says_what_was_found(
    text: str, words: tuple[str, ...], code: int, said: str,
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("e.yaml").write_text(text)
    assert main(["exercise", "check", "e.yaml", *words]) == code
    assert said in capsys.readouterr().out


def test_the_exercises_of_the_library_pass(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).parent.parent / "specs/exercises"
    assert main(["exercise", "check", str(folder), "--code", "python", "--fail-on", "warning"]) == 0
    assert "0 failed" in capsys.readouterr().out
