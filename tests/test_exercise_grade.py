"""What submissions earn, and what is said to them. The numbers are worked out by hand."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from evaluator.cli import main
from evaluator.exercises.batch import Order, grade_file, grades
from evaluator.exercises.grading import Terms
from evaluator.exercises.outcomes import Grade, PartResult
from evaluator.exercises.reports import csv as csv_report
from evaluator.exercises.reports import prairielearn, told
from evaluator.exercises.reports import text as text_report
from evaluator.validate import schema

#: z = 0·2 + 1·3 + 4 = 7; without the bias 3; sigmoid(7) = 0.99909, sigmoid(3) = 0.95257,
#: sigmoid(6) = 0.99753.
NEURON = """\
neuron: {weights: [0, 1], bias: 4, activation: sigmoid}
cases:
  - {name: worked, inputs: [2, 3], expected: {z: 7, y: ~0.999}}
  - {name: half, inputs: [1, -4], expected: 0.5}
  - {name: low, inputs: [0, -6], expected: ~0.119}
exercise:
  statement: A neuron.
  points: 8
  parts:
    - name: sum
      ask: z?
      value: z
      hints: [{text: Add up.}, {after: 3, text: Add the bias too.}]
      wrong: [{mistake: bias-dropped, credit: 0.5, feedback: You left out the bias.}]
    - {name: output, ask: y?, value: y, wrong: [{value: ~0.12, credit: 0.25, feedback: Odd.}]}
    - {name: gate, ask: Fill., blanks: [y.weights, y.bias], cases: [half, low]}
    - {name: code, ask: Write., implement: Neuron, visibility: after_due_date}
"""
#: hidden.z = (1, 1.5), hidden = (0.731, 0.818); out.z = 0.731 - 2·0.818 + 0.5 = -0.404.
LAYERS = """\
layers:
  - {name: hidden, weights: [[1, 1], [1, -1]], bias: [0, 0.5], activation: sigmoid}
  - {name: out, weights: [[1, -2]], bias: [0.5], activation: sigmoid}
cases:
  - {inputs: [1, 0], expected: {hidden.z: [1, 1.5], hidden: [~0.731, ~0.818], out.z: ~-0.404, out: ~0.400}}
exercise:
  statement: A layer.
  parts:
    - {name: sums, ask: sums, value: hidden.z, points: 2}
    - {name: hidden, ask: hidden, value: hidden, points: 2}
    - {name: out, ask: out, value: out, points: 2}
"""
RIGHT_CODE = """\
import math
class Neuron:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias
    def feedforward(self, inputs):
        z = sum(w * x for w, x in zip(self.weights, inputs)) + self.bias
        return 1 / (1 + math.exp(-z))
"""

Run = Callable[..., Grade]


@pytest.fixture
def grade(tmp_path: Path) -> Run:
    def run(handed_in: str, spec: str = NEURON, name: str = "ada.yaml", **terms: object) -> Grade:
        (tmp_path / "spec").mkdir(exist_ok=True)
        (tmp_path / "spec/e.yaml").write_text(spec)
        (tmp_path / name).write_text(handed_in)
        order = Order(str(tmp_path / "spec/e.yaml"), terms=Terms(**terms))  # type: ignore[arg-type]
        return grade_file(order, str(tmp_path / name))

    return run


def part(found: Grade, name: str) -> PartResult:
    return next(each for each in found.parts if each.name == name)


#: What is answered → what the parts `sum` and `output` earn of 2 each, how they end, what is said.
ANSWERS = {
    "right": ("sum: 7, output: 0.999", 2, "passed", 2, "passed", ""),
    "right to more digits": ("sum: 7.0, output: 0.99909", 2, "passed", 2, "passed", ""),
    "at the end of what is accepted": ("sum: 7, output: 0.9985", 2, "passed", 2, "passed", ""),
    "just beyond it": ("sum: 7, output: 0.99849", 2, "passed", 0, "failed", "0.99849 is not right"),
    "the author's wrong answer": ("sum: 3, output: 0.999", 1, "failed", 2, "passed", "left out the bias"),
    "carried forward": ("sum: 3, output: 0.953", 1, "failed", 2, "passed", "your own earlier answer"),
    "carried forward, beyond": ("sum: 3, output: 0.9520", 1, "failed", 0, "failed", "0.952 is not right"),
    # 0·3 + 1·2 + 4 = 6: the inputs, or the weights, are swapped.
    "a known mistake": ("sum: 6, output: 0.999", 0, "failed", 2, "passed", "weights are in reverse order"),
    "a wrong value with credit": ("sum: 7, output: 0.12", 2, "passed", 0.5, "failed", "Odd."),
    "a wrong answer that is carried": ("sum: 6, output: 0.998", 0, "failed", 2, "passed", "earlier"),
    "an unknown wrong answer": ("sum: 1234, output: 0.5", 0, "failed", 0, "failed", "1234 is not right"),
    "nothing": ("sum: , output: ___", 0, "unanswered", 0, "unanswered", "nothing is given"),
    "a decimal comma": ("sum: 7, output: '0,999'", 2, "passed", 0, "malformed", "decimal point is wanted: 0.999"),
    "a decimal comma in a list": ("sum: 7, output: [0,999]", 2, "passed", 0, "malformed", "a list of 2"),
    "a list of one": ("sum: [7], output: 0.999", 0, "malformed", 2, "passed", "write 7"),
    "not a number": ("sum: .nan, output: 0.999", 0, "malformed", 2, "passed", "not a number"),
    "text": ("sum: seven, output: 0.999", 0, "malformed", 2, "passed", "`seven` is no number"),
    "a fraction": ("sum: 14/2, output: 0.999", 0, "malformed", 2, "passed", "write 7"),
    "about": ("sum: 7, output: ~0.999", 2, "passed", 0, "malformed", "digits alone"),
    "true": ("sum: true, output: 0.999", 0, "malformed", 2, "passed", "true or false"),
    "a mapping": ("sum: {z: 7}, output: 0.999", 0, "malformed", 2, "passed", "a mapping"),
    "an infinite number": ("sum: .inf, output: 0.999", 0, "failed", 2, "passed", ".inf is not right"),
    "hexadecimal": ("sum: 0x7, output: 0.999", 0, "malformed", 2, "passed", "write 7"),
    "too large": ("sum: 1e999, output: 0.999", 0, "malformed", 2, "passed", "too large"),
    "too long": (f"sum: 1{'0' * 5000}, output: 0.999", 0, "malformed", 2, "passed", "5001 characters"),
    "an unusual minus": ("sum: \u22127, output: 0.999", 0, "malformed", 2, "passed", "minus"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_earns_what_it_should(name: str, grade: Run) -> None:
    answers, sum_, sum_ends, output, output_ends, said = ANSWERS[name]
    found = grade(f"answers: {{{answers}}}" if "," in answers else answers)
    assert found.error == ""
    first, second = part(found, "sum"), part(found, "output")
    assert (first.score, second.score) == pytest.approx((sum_, output))
    assert (first.because or first.status, second.because or second.status) == (
        sum_ends,
        output_ends,
    )
    assert said in "\n".join((*first.feedback, *second.feedback))
    assert found.score == pytest.approx(sum_ + output)
    assert found.uses_attempt == ({"malformed", "unanswered"}.isdisjoint({sum_ends, output_ends}))


def test_both_scores_are_told_where_an_error_is_carried(grade: Run) -> None:
    carried = part(grade("answers: {sum: 3, output: 0.953}"), "output")
    assert (carried.fraction, carried.carried, carried.score) == (0, 1, 2)
    half = grade(
        "answers: {sum: 3, output: 0.953}", NEURON.replace("points: 8", "points: 8\n  carry: 0.5")
    )
    assert (part(half, "output").score, part(half, "output").status) == (1, "failed")
    none = part(grade("answers: {sum: 7, output: 0.953}"), "output")
    assert (none.carried, none.score) == (None, 0)
    malformed = part(grade("answers: {sum: seven, output: 0.953}"), "output")
    assert (malformed.carried, malformed.score) == (None, 0)


#: z = 0.3·1.37 + 1.7·0.59 + 0.11 = 1.524 and sigmoid(1.524) = 0.8211; sigmoid(1.5) = 0.8176,
#: sigmoid(1.7) = 0.8455, sigmoid(1.53) = 0.8220.
ROUNDED = """\
neuron: {weights: [0.3, -1.7], bias: 0.11, activation: sigmoid}
cases:
  - {name: a, inputs: [1.37, -0.59], expected: {z: ~1.5, y: ~0.821}}
exercise:
  statement: A neuron.
  parts:
    - {name: z, ask: To one decimal., value: z}
    - {name: y, ask: From your z., value: y}
"""


@pytest.mark.parametrize(
    ("z", "y", "scores"),
    [
        ("1.5", "0.818", (0.5, 0.5)),  # right, and rounded as is asked
        ("1.5", "0.821", (0.5, 0.5)),  # worked out with the exact sum
        ("1.53", "0.822", (0.5, 0.5)),
        ("1.7", "0.846", (0, 0.5)),
        ("1.5", "0.846", (0.5, 0)),
        ("1.7", "0.818", (0, 0)),
        ("___", "0.818", (0, 0)),
    ],
)
def test_what_follows_from_a_rounded_answer_is_carried_as_from_a_wrong_one(
    z: str, y: str, scores: tuple[float, float], grade: Run
) -> None:
    found = grade(f"answers: {{z: {z}, y: {y}}}", ROUNDED)
    assert tuple(each.score for each in found.parts) == scores


def test_a_wrong_answer_is_carried_with_the_exact_values_of_right_ones_too(grade: Run) -> None:
    # h = sigmoid(1) = 0.731, sigmoid(1.5) = 0.818; out.z of 0.7 and 0.8: -0.4; of 0.5 and the exact
    # 0.818: -0.635, of the rounded 0.8: -0.6.
    spec = LAYERS.replace("[~0.731, ~0.818]", "[~0.731, ~0.8]").replace("out.z: ~-0.404, ", "")
    spec = spec.replace("out: ~0.400", "out.z: ~-0.404").replace("value: out,", "value: out.z,")
    for answer, score in (("-0.635", 2), ("-0.6", 2), ("-0.7", 0)):
        found = part(grade(f"answers: {{hidden: [0.5, 0.8], out: {answer}}}", spec), "out")
        assert found.score == score


def test_the_same_error_twice_is_not_carried(grade: Run) -> None:
    again = NEURON.replace(
        "    - {name: output", "    - {name: again, ask: z?, value: z}\n    - {name: output"
    )
    found = part(grade("answers: {sum: 5, again: 5}", again), "again")
    assert (found.carried, found.score) == (None, 0)


def test_an_error_of_another_case_is_not_carried(grade: Run) -> None:
    spec = NEURON.replace("expected: 0.5}", "expected: {z: 0, y: 0.5}}")
    spec = spec.replace("ask: y?, value: y", "ask: y?, value: y, case: half")
    found = part(grade("answers: {sum: 3, output: 0.953}", spec), "output")
    assert (found.carried, found.score) == (None, 0)


def test_an_answer_with_several_values_earns_a_share_for_each(grade: Run) -> None:
    found = grade("answers: {sums: [1, 1.5], hidden: [0.731, 0.9], out: 0.400}", LAYERS)
    assert [each.score for each in found.parts] == [2, 1, 2]
    assert "1 of 2 numbers are right; not right: number 2" in part(found, "hidden").feedback
    blank = grade("answers: {sums: [1, ___], hidden: [___, ___], out: 0.4}", LAYERS)
    assert [each.score for each in blank.parts] == [1, 0, 2]
    assert part(blank, "hidden").because == "unanswered"


def test_errors_are_carried_through_a_layer(grade: Run) -> None:
    # Of the sums (1, 2) follow sigmoid(2) = 0.881 and 0.7311 - 2·0.8808 + 0.5 = -0.5305, 0.3704.
    found = grade("answers: {sums: [1, 2], hidden: [0.731, 0.881], out: 0.370}", LAYERS)
    assert [each.score for each in found.parts] == [1, 2, 2]
    assert [each.fraction for each in found.parts] == [0.5, 0.5, 0]
    # What is put in is the learner's 0.5 for the second unit, not what follows from the sums:
    # 0.7311 - 1 + 0.5 = 0.2311, 0.5575.
    found = grade("answers: {sums: [1, 2], hidden: [0.731, 0.5], out: 0.558}", LAYERS)
    assert [each.score for each in found.parts] == [1, 1, 2]


#: Filled blanks → what `gate` earns of 2, how it ends, what is said. It asks for y = 0.5 at (1, -4)
#: and y = 0.119 = sigmoid(-2) at (0, -6).
FILLED = {
    "the author's": ("answers: {gate: {y.weights: [0, 1], y.bias: 4}}", 2, "passed", ""),
    # sigmoid(0·1 + 0.5·-4 + 2) = 0.5, sigmoid(0.5·-6 + 1) = 0.119 with the bias 1: 2 is half right.
    "half right": ("answers: {gate: {y.weights: [0, 0.5], y.bias: 2}}", 1, "failed", "`low`: y is 0.2689"),
    "another way": ("answers: {gate: {y.weights: [-4, 0], y.bias: 4}}", 1, "failed", "`low`"),
    "a filled spec": ("neuron: {weights: [0, 1], bias: 4, activation: sigmoid}", 2, "passed", ""),
    "partly blank": ("neuron: {weights: [0, ___], bias: 4, activation: sigmoid}", 0, "unanswered", ""),
    "blank": ("neuron: {weights: ___, bias: ___, activation: sigmoid}", 0, "unanswered", "y.weights, y.bias"),
    "both": ("neuron: {weights: ___, bias: 4}\nanswers: {gate: {y.weights: [0, 1]}}", 2, "passed", ""),
    "text": ("neuron: {weights: [0, one], bias: 4}", 0, "malformed", "`y.weights[1]`: `one` is no number"),
    "too few": ("neuron: {weights: [1], bias: 4}", 0, "malformed", "a list of 2 numbers"),
    "rows": ("neuron: {weights: [[0, 1]], bias: 4}", 0, "malformed", "a list of 2 numbers"),
    "a file": ("neuron: {weights: {file: /etc/passwd}, bias: 4}", 0, "malformed", "a list of 2 numbers"),
    "a list for a bias": ("neuron: {weights: [0, 1], bias: [4]}", 0, "malformed", "`y.bias`: a list"),
    "infinite": ("neuron: {weights: [0, .inf], bias: 4}", 0, "malformed", "a finite one"),
    "not a number": ("neuron: {weights: [0, .nan], bias: 4}", 0, "malformed", "not a number"),
    "huge": ("neuron: {weights: [0, 1e308], bias: 1e308}", 0, "failed", "y is"),
    "a number": ("answers: {gate: 3}", 0, "malformed", "a mapping is asked for"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILLED)
def test_a_design_earns_what_it_should(name: str, grade: Run) -> None:
    handed_in, score, ends, said = FILLED[name]
    found = part(grade(handed_in), "gate")
    assert (found.score, found.because or found.status) == (pytest.approx(score), ends)
    assert said in "\n".join(found.feedback)


@pytest.mark.parametrize(
    ("handed_in", "said"),
    [
        ("neuron: {weights: [0, 1], bias: 4, activation: sigmoid}", ""),
        ("neuron: {weights: [0, 1], bias: 4, activation: tanh}", "`neuron` is not what"),
        ("neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ntolerance: 1", "`tolerance`"),
        ("neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\n"
         "cases: [{inputs: [1, -4], expected: 0.5}]", "1 case is not of"),  # `code` may not be seen
        ("layers: [{weights: [[0, 1]], bias: [4], activation: sigmoid}]", "`layers` is not what"),
    ],
)  # fmt: skip
def test_a_change_of_a_filled_spec_does_not_count_and_is_told(
    handed_in: str, said: str, grade: Run
) -> None:
    spec = NEURON.replace(
        "blanks: [y.weights, y.bias]", "visibility: hidden, blanks: [y.weights, y.bias]"
    )
    assert said in "\n".join(grade(handed_in, spec).notes)
    assert bool(grade(handed_in, spec).notes) == bool(said)


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        ("y.weights: [0, 1]", "no part is called `y.weights`; it belongs under `gate`"),
        ("gaet: {y.bias: 4}", "no part is called `gaet`; did you mean `gate`?"),
        ("zzz: 1", "no part is called `zzz`"),
    ],
)
def test_an_answer_to_no_part_is_told_with_where_it_belongs(
    answers: str, note: str, grade: Run
) -> None:
    assert grade(f"answers: {{{answers}}}").notes == (note,)


def test_a_case_that_learners_see_is_no_change(grade: Run) -> None:
    filled = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases:\n"
    assert grade(filled + "  - {inputs: [1, -4], expected: 0.5}\n").notes == ()
    assert grade(filled + "  - {inputs: [1, -4], expected: 0.6}\n").notes != ()


#: Two layers, of which a design fills in some; what each of the values of its case is worth then:
#: `h.z` and `h` have two each, `o` one. The second input is 0, the second hidden unit is off.
REACH = """\
layers:
  - {name: h, weights: [[1, 2], [-1, 2]], bias: [0, 0], activation: relu}
  - {name: o, weights: [[2, 1]], bias: [1], activation: identity}
cases:
  - {name: one, inputs: [1, 0], expected: {h.z: [1, -1], h: [1, 0], o: 3}}
  - {name: origin, inputs: [0, 0], expected: {h: [0, 0], o: 1}}
exercise:
  statement: A design.
  parts:
    - {name: d, ask: Fill., blanks: [BLANKS], cases: [one, origin]}
"""


@pytest.mark.parametrize(
    ("blanks", "answer", "score"),
    [
        ("o.weights, o.bias", "{o.weights: [[0, 0]], o.bias: [0]}", 0),  # o of both cases counts
        ("o.weights, o.bias", "{o.weights: [[0, 0]], o.bias: [1]}", 0.5),
        ("o.weights, o.bias", "{o.weights: [[2, 9]], o.bias: [1]}", 1),
        ("o.weights", "{o.weights: [[0, 0]]}", 0),  # at the origin it weighs nothing
        ("h.weights", "{h.weights: [[1, 0], [0, 0]]}", 0.8),  # one: h.z 1 of 2, h and o
        ("h.bias", "{h.bias: [-1, 0]}", (0.4 + 2 / 2) / 2),  # one: h.z and h 1 of 2; origin: all
    ],
)
def test_a_design_earns_nothing_for_what_its_blanks_cannot_change(
    blanks: str, answer: str, score: float, grade: Run
) -> None:
    found = grade(f"answers: {{d: {answer}}}", REACH.replace("BLANKS", blanks))
    assert found.score == pytest.approx(score)


def test_a_design_serves_every_part_that_has_the_blank(grade: Run) -> None:
    more = NEURON + "    - {name: again, ask: x, blanks: [y.bias], cases: [half]}\n"
    found = grade("answers: {gate: {y.weights: [0, 1], y.bias: 4}}", more)
    assert part(found, "again").status == "passed"


def test_a_part_is_skipped_where_the_one_that_it_needs_is_not_earned(grade: Run) -> None:
    spec = NEURON.replace("value: y,", "value: y, needs: [sum],")
    found = part(grade("answers: {sum: 3, output: 0.999}", spec), "output")
    assert (found.status, found.because, found.score) == ("skipped", "needs", 0)
    assert found.feedback == ("it needs `sum`",)


def test_one_fault_costs_all_points_where_the_author_says_so(grade: Run) -> None:
    spec = NEURON.replace("points: 8", "points: 8\n  all_or_nothing: true")
    spec = spec[: spec.index("    - {name: gate")]
    assert grade("answers: {sum: 7, output: 0.9}", spec).score == 0
    assert grade("answers: {sum: 7, output: 0.999}", spec).score == 8


@pytest.mark.parametrize(("attempt", "hints"), [(1, 1), (2, 1), (3, 2), (9, 2)])
def test_hints_come_with_attempts(attempt: int, hints: int, grade: Run) -> None:
    assert len(part(grade("answers: {sum: 3}", attempt=attempt), "sum").hints) == hints
    assert part(grade("answers: {sum: 7}", attempt=attempt), "sum").hints == ()


#: Code → what it earns of 2, and what is said.
CODE = {
    "right": (RIGHT_CODE, 2, ""),
    "without the bias": (RIGHT_CODE.replace(" + self.bias", ""), 0, "the bias is left out"),
    "another activation": (RIGHT_CODE.replace("1 / (1 + math.exp(-z))", "math.tanh(z)"), 0, "tanh"),
    "no such class": ("class Other: pass", 0, "Neuron"),
    "not Python": ("class Neuron(:", 0, "SyntaxError"),
    "empty": ("", 0, "Neuron"),
}


@pytest.mark.parametrize("name", CODE)
def test_code_is_judged_by_the_cases(name: str, grade: Run) -> None:
    code, score, said = CODE[name]
    found = part(grade(code, name="ada.py", code="python"), "code")
    assert found.score == score
    assert said in "\n".join(found.feedback)


def test_feedback_to_a_design_does_not_tell_what_another_part_asks_for(grade: Run) -> None:
    spec = NEURON.replace("cases: [half, low]", "cases: [worked, low]")
    told = "\n".join(part(grade("neuron: {weights: [0, 0], bias: 0}", spec), "gate").feedback)
    assert "`worked`: the answer is not right" in told
    assert "0.9985" not in told
    assert "6.99" not in told
    assert "`low`: y is 0.5, and 0.1185 to 0.1195 is accepted" in told


def test_code_is_not_run_unless_that_is_said(grade: Run, tmp_path: Path) -> None:
    found = part(grade(f"open({str(tmp_path / 'ran')!r}, 'w')", name="ada.py"), "code")
    assert (found.status, found.because) == ("skipped", "not-run")
    assert not (tmp_path / "ran").exists()


def many(folder: Path, count: int) -> list[str]:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"s{number:03}.yaml").write_text(f"answers: {{sum: {number}}}")
    return sorted(map(str, folder.iterdir()))


def test_workers_give_the_grades_that_one_process_gives(tmp_path: Path, forks: None) -> None:
    (tmp_path / "e.yaml").write_text(NEURON)
    paths = many(tmp_path / "in", 40)
    (tmp_path / "in/s005.yaml").write_text("answers: [")
    order = Order(str(tmp_path / "e.yaml"))
    alone, spread = list(grades(order, paths)), list(grades(order, paths, 2))
    assert [(g.name, g.score, g.error) for g in spread] == [
        (g.name, g.score, g.error) for g in alone
    ]
    assert [g.name for g in alone if g.score] == ["s003.yaml", "s007.yaml"]
    assert [g.name for g in alone if g.error] == ["s005.yaml"]


def test_a_worker_that_is_killed_costs_one_submission_its_grade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks: None
) -> None:
    from evaluator.exercises import batch

    (tmp_path / "e.yaml").write_text(NEURON)
    monkeypatch.setattr(batch, "BATCH", 2)
    paths = many(tmp_path / "in", 12)
    genuine = batch.grade_file

    def deadly(order: Order, path: str, graders: batch.Graders | None = None) -> Grade:
        if path.endswith("s007.yaml"):
            os.kill(os.getpid(), 9)
        return genuine(order, path, graders)

    monkeypatch.setattr(batch, "grade_file", deadly)
    found = list(grades(Order(str(tmp_path / "e.yaml")), paths, 2))
    assert [each.name for each in found] == [os.path.basename(path) for path in paths]
    assert [each.name for each in found if each.error] == ["s007.yaml"]
    assert "killed" in found[7].error
    assert found[3].score == 1


def test_a_fault_of_the_evaluator_costs_one_submission_its_grade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluator.exercises import grading

    (tmp_path / "e.yaml").write_text(NEURON)
    paths = many(tmp_path / "in", 3)
    genuine = grading.Grader.grade

    def faulty(self: grading.Grader, submission: grading.Submission) -> Grade:
        if submission.name == "s001.yaml":
            raise ZeroDivisionError("division by zero")
        return genuine(self, submission)

    monkeypatch.setattr(grading.Grader, "grade", faulty)
    found = list(grades(Order(str(tmp_path / "e.yaml")), paths))
    assert [bool(each.error) for each in found] == [False, True, False]
    assert "ZeroDivisionError" in found[1].error


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.yaml").write_text(NEURON.replace("after_due_date", "hidden"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/ada.yaml").write_text(
        "answers: {sum: 3, output: 0.999, gate: {y.weights: [0, 1], y.bias: 4}}"
    )
    (tmp_path / "in/bob").mkdir()
    (tmp_path / "in/bob/answers.yaml").write_text("answers: {sum: 7, output: '0,9'}")
    (tmp_path / "in/bob/neuron.py").write_text(RIGHT_CODE)
    (tmp_path / "in/=1+1.yaml").write_text("answers: {sum: 0}")

    def run(*words: str) -> tuple[int, str]:
        code = main(["exercise", "grade", "e.yaml", *words])
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return code, output.out + output.err

    return run


def test_results_are_written_as_their_schema_says(command: Callable[..., tuple[int, str]]) -> None:
    assert command("in", "--json", "r.json", "--code", "python")[0] == 0
    found = json.loads(Path("r.json").read_text())
    assert list(Draft7Validator(schema("grade")).iter_errors(found)) == []
    scores = {each["name"]: each["score"] for each in found["submissions"]}
    assert scores == {"=1+1.yaml": 0, "ada.yaml": 5, "bob": 4}
    assert found["summary"]["mistakes"] == {"bias-dropped": 1}
    code, out = command("in", "--json", "-")
    assert code == 0
    assert json.loads(out)["summary"]["submissions"] == 3


def test_a_cell_of_the_table_is_no_formula(command: Callable[..., tuple[int, str]]) -> None:
    command("in", "--csv", "r.csv")
    rows = list(csv.reader(StringIO(Path("r.csv").read_text())))
    assert rows[1][0] == "'=1+1.yaml"
    assert [row[1] for row in rows] == ["score", "0", "5", "2"]
    assert len({len(row) for row in rows}) == 1
    for text in ("=1", "+1", "-1", "@a", "\t=1", " =1", "\uff1d1"):
        assert csv_report.cell(text).startswith("'")
    assert csv_report.cell("ada") == "ada"


def test_learners_are_shown_nothing_of_hidden_parts(
    command: Callable[..., tuple[int, str]],
) -> None:
    code, out = command("in", "--due", "--published", "--code", "python")
    assert code == 0
    assert "1 hidden part is not shown" in out
    assert "code" not in out
    assert "all" not in out
    assert "ada.yaml: 5 of 6 points for what is shown" in out
    assert "accepted" not in out
    assert " 0.9985" not in out
    code, out = command("in", "-v", "--code", "python")
    assert "passed   code    2 of 2 (hidden)" in out


@pytest.mark.parametrize(
    ("visibility", "word", "is_shown"),
    [
        ("visible", "", True), ("hidden", "--due", False), ("hidden", "--published", False),
        ("after_due_date", "", False), ("after_due_date", "--due", True),
        ("after_due_date", "--published", False), ("after_published", "--due", False),
        ("after_published", "--published", True),
    ],
)  # fmt: skip
def test_parts_are_shown_when_it_is_time(
    visibility: str, word: str, is_shown: bool, command: Callable[..., tuple[int, str]]
) -> None:
    Path("e.yaml").write_text(NEURON.replace("after_due_date", visibility))
    out = command("in", *filter(None, [word]))[1]
    assert ("code" in out) == is_shown
    assert ("hidden part" in out) != is_shown


def test_gradescope_gets_what_it_reads(command: Callable[..., tuple[int, str]]) -> None:
    assert command("in/ada.yaml", "--gradescope", "results.json")[0] == 0
    found = json.loads(Path("results.json").read_text())
    assert found["score"] == 5
    assert [test["visibility"] for test in found["tests"]] == [
        "visible",
        "visible",
        "visible",
        "hidden",
    ]
    assert [test["status"] for test in found["tests"]] == ["failed", "passed", "passed", "failed"]
    assert [test["score"] for test in found["tests"]] == [1, 2, 2, 0]
    assert {test["max_score"] for test in found["tests"]} == {2}
    assert "left out the bias" in found["tests"][0]["output"]
    assert command("in", "--gradescope", "out")[0] == 0
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "=1+1.yaml.json",
        "ada.yaml.json",
        "bob.json",
    ]


def test_prairielearn_gets_what_it_reads_and_nothing_hidden(
    command: Callable[..., tuple[int, str]],
) -> None:
    command("in", "--prairielearn", "out")
    ada, bob = (json.loads(Path(f"out/{name}.json").read_text()) for name in ("ada.yaml", "bob"))
    assert (ada["gradable"], ada["score"]) == (True, 0.625)
    assert [test["name"] for test in ada["tests"]] == ["sum", "output", "gate"]
    assert all({"points", "max_points"} <= set(test) for test in ada["tests"])
    assert bob["gradable"] is False  # a malformed answer is no attempt
    assert "score" not in bob
    assert "decimal point" in bob["format_errors"][0]


def test_a_folder_may_be_one_submission(command: Callable[..., tuple[int, str]]) -> None:
    out = command("in/bob", "--together", "--code", "python", "-v")[1]
    assert "1 submission graded" in out
    assert "passed   code" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nobody.yaml",), 2, "does not exist"),
        (("in", "--variant", "3"), 2, "no variants"),
        (("in", "--limit", "time=1"), 2, "--code"),
        (("in", "--json", "no/where.json"), 2, "does not exist"),
        (("in", "--csv", "in"), 2, "is a directory"),
        (("in", "--gradescope", "e.yaml/x"), 2, "cannot be made"),
        (("in", "-j", "0"), 2, "neither auto"),
        (("in", "--attempt", "-1"), 2, "10,000"),
        (("empty",), 5, "0 submissions"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], code: int, said: str, command: Callable[..., tuple[int, str]]) -> None:  # fmt: skip
    Path("empty").mkdir()
    found, out = command(*words)
    assert (found, said in out) == (code, True), out


def test_a_submission_that_cannot_be_graded_is_exit_code_1(
    command: Callable[..., tuple[int, str]],
) -> None:
    Path("in/eve.yaml").write_text("answers: [")
    code, out = command("in")
    assert code == 1
    assert "eve.yaml: not graded, 0 points" in out
    assert "3 submissions graded, 1 not" in out


def test_a_spec_that_is_invalid_or_has_no_exercise_is_exit_code_3(
    command: Callable[..., tuple[int, str]],
) -> None:
    Path("e.yaml").write_text(NEURON.partition("exercise:")[0])
    assert command("in") == (3, command("in")[1])
    assert "has no `exercise`" in command("in")[1]


def test_expected_values_are_those_of_mathematics() -> None:
    """Hold the numbers above against the standard library."""
    sigmoid = lambda z: 1 / (1 + math.exp(-z))  # noqa: E731
    assert round(sigmoid(7), 3) == 0.999
    assert round(sigmoid(3), 3) == 0.953
    assert round(sigmoid(6), 3) == 0.998
    assert round(sigmoid(2), 3) == 0.881
    assert round(sigmoid(-2), 3) == 0.119
    assert round(sigmoid(sigmoid(1) - 2 * sigmoid(2) + 0.5), 3) == 0.370
    assert round(sigmoid(sigmoid(1) - 1 + 0.5), 3) == 0.558


#: z = 0.5 - 3 + 1.25 = -1.25, sigmoid(-1.25) = 0.2227; of the wrong z = -2.5 follows 0.0759.
#: At (2, 1) z = 0.75 and sigmoid(0.75) = 0.6792.
HIDDEN = """\
neuron: {weights: [0.5, -1.5], bias: 1.25, activation: sigmoid}
cases:
  - {name: a, inputs: [1, 2], expected: {z: -1.25, y: ~0.2227}}
  - {name: b, inputs: [2, 1], expected: {z: 0.75, y: ~0.6792}}
exercise:
  statement: A neuron.
  points: 4
  parts:
    - {name: hz, ask: z, value: z, case: a, visibility: hidden}
    - {name: vy, ask: y, value: y, case: a}
    - {name: nb, ask: z b, value: z, case: b, needs: [hz]}
    - {name: yb, ask: y b, value: y, case: b}
"""


@pytest.mark.parametrize(
    ("hz", "vy", "nb"),
    [
        ("-1.25", ("passed", ""), ("passed", "")),
        ("-2.5", ("passed", ""), ("skipped", "it was not judged")),
    ],
)
def test_feedback_does_not_tell_what_became_of_a_hidden_part(
    hz: str, vy: tuple[str, str], nb: tuple[str, str], grade: Run
) -> None:
    answer = "0.2227" if hz == "-1.25" else "0.0759"
    found = grade(f"answers: {{hz: {hz}, vy: {answer}, nb: 0.75, yb: 0.6792}}", HIDDEN)
    for name, (status, said) in (("vy", vy), ("nb", nb)):
        assert (part(found, name).status, "".join(part(found, name).feedback)) == (status, said)
    half = HIDDEN.replace("points: 4", "points: 4\n  carry: 0.5")  # what is not passed is told
    found = grade("answers: {hz: -2.5, vy: 0.0759}", half)
    assert "earlier" not in str(part(found, "vy").feedback)
    assert part(found, "vy").feedback


#: Answers → what is shown as earned, of 3, and what PrairieLearn is told: the score, and why not.
TOLD = {
    "one hidden wrong": ("hz: -2.5, vy: 0.2227, nb: 0.75, yb: 0.6792", "3 of 3", 0, []),
    "one shown wrong": ("hz: -1.25, vy: 0.5, nb: 0.75, yb: 0.6792", "0 of 3", 0, []),
    "all right": ("hz: -1.25, vy: 0.2227, nb: 0.75, yb: 0.6792", "3 of 3", 1, []),
    "a slip in the hidden": (
        "hz: '-1,25', vy: 0.2227, nb: 0.75, yb: 0.6792", "3 of 3", None, ["wanted: -1.25"]),
    "a slip in both": ("hz: '-1,25', vy: '-1,25'", "0 of 3", None, ["vy: `-1,25`"]),
    "nothing": ("hz: ___", "0 of 3", None, ["no part was answered"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_of_a_grade_with_hidden_parts_is_true(name: str, grade: Run) -> None:
    answers, shown, score, errors = TOLD[name]
    spec = HIDDEN.replace("points: 4", "points: 4\n  all_or_nothing: true").replace(
        ", needs: [hz]", ""
    )
    found = grade(f"answers: {{{answers}}}", spec)
    visible = told.shown()
    text = text_report.render([found], 0, visible)
    assert f"{shown} points for what is shown" in text
    document = json.loads(prairielearn.render(found, visible))
    assert document.get("score") == score
    assert "1 hidden part is not shown; the score is of all parts" in document["message"]
    for error, given in zip(errors, document.get("format_errors", []), strict=True):
        assert error in given
    assert ("wanted: -1.25" in text) == ("slip" in name)


@pytest.mark.parametrize(
    ("handed_in", "said", "unsaid"),
    [
        ("", "ada.yaml has no content; write `answers:`", "evaluator new"),
        ("# nothing", "ada.yaml has no content; write `answers:`", "evaluator new"),
        ("answers: {sum: 1e400}", "the largest is about 1.8e308", ".inf"),
        ("answers: {sum: 0x7}", "(write 7)", "if it is text"),
        ("answers: {gate: {weights: [0, 1]}}", "did you mean `y.weights`?", "nothing"),
        ("answers: {gate: {y.weights: [0, 1], b: 4}}", "there is y.weights, y.bias", "nothing"),
        ("answers: {gate: {y.weights: [0, 1], y.bias: 4, b: 4}}", "", "`b`"),
    ],
)
def test_learners_are_told_what_helps_learners(
    handed_in: str, said: str, unsaid: str, grade: Run
) -> None:
    found = grade(handed_in)
    spoken = [line for each in found.parts for line in each.feedback if each.name != "code"]
    told = "\n".join([found.error, *(line for line in spoken if line not in ("nothing is given",))])
    assert said in told
    assert unsaid not in told
    if "b: 4}}" in handed_in and not said:
        assert part(found, "gate").score == 2


def test_what_a_program_says_to_every_case_is_said_once(grade: Run) -> None:
    code = (
        "class Neuron:\n def __init__(s, weights, bias): pass\n def feedforward(s, x): return 1 / 0"
    )
    found = part(grade(code, name="ada.py", code="python"), "code")
    assert "".join(found.feedback).count("ZeroDivisionError") == 1
    assert found.feedback[0].startswith("`worked`, `half`, `low`: ")


@pytest.mark.parametrize(
    ("names", "because"),
    [(("Neuron.py", "more.py"), ""), (("a.py", "b.py"), "malformed"), (("a.py",), "")],
)
def test_of_several_files_the_one_that_is_named_as_asked_is_run(
    names: tuple[str, ...], because: str, tmp_path: Path
) -> None:
    (tmp_path / "e.yaml").write_text(NEURON)
    (tmp_path / "ada").mkdir()
    for name in names:
        (tmp_path / "ada" / name).write_text(RIGHT_CODE if name[0] in "Na" else "raise OSError")
    order = Order(str(tmp_path / "e.yaml"), terms=Terms(code="python"))
    found = part(grade_file(order, str(tmp_path / "ada")), "code")
    assert (found.because, found.score) == (because, 0 if because else 2)
