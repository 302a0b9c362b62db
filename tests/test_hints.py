"""Hints: which known mistake gives the values that are off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from evaluator.evaluate import Judgement, evaluate
from evaluator.hints.aims import of_case
from evaluator.mistakes import mutants
from evaluator.reporters import REPORTERS, load
from evaluator.results import Report, SpecResult, Summary
from evaluator.source import read
from evaluator.spec import Spec, build
from evaluator.subjects.subject import Answers
from evaluator.validate import schema

NEURON = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\n"


def spec(cases: str, network: str = NEURON) -> Spec:
    (document,) = read(f"{network}cases:\n{cases}", "f.yaml")
    return build(document)


def hints(judged: Spec) -> list[str]:
    """Give the hint of each case, or nothing."""
    return [" ".join(case.hints) for case in evaluate(judged).cases]


def hints_about(answers: Any, judged: Spec) -> list[str]:
    """The same where a subject gives these answers."""
    judgement = Judgement(judged, lambda _: Answers(np.array(answers, float)), 100, judged.cases)
    results = judgement.results()
    judgement.explain(results)
    return [" ".join(case.hints) for case in results]


SEED = {
    0.99752738: "the weights are in reverse order",
    0.99999834: "tanh is taken instead of sigmoid",
    0.99987661: "the weights are ignored",
    0.99998330: "the bias is multiplied by an input (input 1)",
    0.95257413: "the bias is left out",
}


@pytest.mark.parametrize(("value", "name"), SEED.items())
def test_each_mistake_with_the_worked_example_is_named_from_both_sides(
    value: float, name: str
) -> None:
    wrong = spec(f"- {{inputs: [2, 3], expected: {value}}}\n")
    assert hints(wrong) == [f"the expected value is what the network gives if {name}"]
    right = spec("- {inputs: [2, 3], expected: ~0.999}\n")
    assert hints_about([[value]], right) == [f"the answer is what the network gives if {name}"]


@pytest.mark.parametrize(
    ("value", "how"), [(0.9991, "rounded to 4 digits"), (0.99, "cut off after 2 digits")]
)
def test_the_answer_is_said_to_be_rounded_where_nothing_on_the_way_is(
    value: float, how: str
) -> None:
    # The sum is 7, and the answer 0.99908895.
    judged = spec("- {inputs: [2, 3], expected: 0.9990889488055994}\n")
    assert hints_about([[value]], judged) == [
        f"the answer is what the network gives if the answer is {how}"
    ]


def test_a_subject_that_answers_as_the_network_does_leaves_the_spec_to_blame() -> None:
    wrong = spec("- {inputs: [2, 3], expected: 0.95257413}\n")
    assert hints_about([[0.9990889488055994]], wrong) == [
        "the expected value is what the network gives if the bias is left out"
    ]


def test_mistakes_that_explain_equally_well_are_all_named() -> None:
    network = "neuron: {weights: [0, 1], bias: 2, activation: sigmoid}\n"
    assert hints(spec("- {inputs: [2, 3], expected: ~0.99909}\n", network)) == [
        "the expected value is what the network gives if the weights are ignored,"
        " or if the bias is multiplied by an input (input 1)"
    ]  # sigmoid(2 + 3 + 2) and sigmoid(3 + 2·2)


def test_a_mistake_that_explains_all_failing_cases_goes_first() -> None:
    # At [2, 3] the two mistakes above coincide; at [1, 3] only the first is sigmoid(6).
    cases = "- {inputs: [2, 3], expected: ~0.999089}\n- {inputs: [1, 3], expected: ~0.997527}\n"
    network = "neuron: {weights: [0, 1], bias: 2, activation: sigmoid}\n"
    text = "the expected values of both failing cases are what the network gives if"
    assert hints(spec(cases, network)) == [f"{text} the weights are ignored"] * 2


def test_a_mistake_that_a_passing_case_contradicts_goes_behind_one_that_none_does() -> None:
    network = "neuron: {weights: [0, 1], bias: 2, activation: sigmoid}\n"
    # With x1 = 0 neither the weights ignored nor 2·x1 for the bias give sigmoid(2) = 0.8808;
    # with x1 = 1 and x2 = 0, sigmoid(2): 2·x1 does, and the weights ignored give sigmoid(3).
    passing = "- {inputs: [1, 0], expected: ~0.8808}\n"
    failing = "- {inputs: [2, 3], expected: ~0.999089}\n"
    assert hints(spec(passing + failing, network)) == [
        "",
        "the expected value is what the network gives if the bias is multiplied by an input"
        " (input 1)",
    ]


@pytest.mark.parametrize(
    "case",
    [
        "{inputs: [2, 3], expected: 0.123456}",
        '{inputs: [2, 3], expected: "< 0.999"}',
        # A weight that is another number would fit.
        "{inputs: [2, 3], expected: 0.99932492}",
        "{inputs: [2, 3], expected: 0.95257413, xfail: known}",
        "{inputs: [2, 3], expected: ~0.999}",
    ],
)
def test_nothing_is_said_where_no_mistake_or_any_fits(case: str) -> None:
    assert hints(spec(f"- {case}\n")) == [""]


def test_what_the_right_network_gives_within_the_tolerance_is_not_explained_by_a_mistake() -> None:
    # 0.9 is within 0.1 of 0.9526 (the bias left out), but 0.999 is so too.
    judged = spec("- {inputs: [2, 3], expected: 0.9995, tolerance: 0.0999}\n")
    assert hints_about([[0.8995]], judged) == [""]


def test_answers_within_the_tolerance_are_explained_where_none_is_closer() -> None:
    judged = spec("- {inputs: [2, 3], expected: 0.999 ± 0.002}\n")
    (said,) = hints_about([[0.953]], judged)
    assert said == "the answer is about what the network gives if the bias is left out"


AND = "neuron: {weights: [1, 1], bias: -1.5, activation: step}\n"
XOR = """
inputs: [a, b]
neurons:
  some: {weights: [1, 1], bias: -0.5, activation: step}
  not-both: {weights: [-1, -1], bias: 1.5, activation: step}
  y: {weights: {some: 1, not-both: 1}, bias: -1.5, activation: step}
"""
GATE = [(0, 0), (0, 1), (1, 0), (1, 1)]
#: What NEURON answers: sigmoid(4) and sigmoid(5).
RIGHT = [0.9820137900379085, 0.9933071490757153] * 2
IN_THIS_CASE = "if the bias is left out, in this case but not in all"
NOTHING = ""


def gate(network: str, *answers: float) -> Spec:
    rows = zip(GATE, answers, strict=True)
    return spec("".join(f"- {{inputs: {list(x)}, expected: {y}}}\n" for x, y in rows), network)


@pytest.mark.parametrize(
    ("judged", "answers", "told"),
    [
        # No mistake is wrong in both and right in the two others: one explains each by itself.
        (gate(XOR, 0, 1, 1, 0), [1, 0, 1, 0], [NOTHING, NOTHING, "", ""]),
        (gate(XOR, 0, 1, 1, 0), [0, 0, 0, 0], ["", NOTHING, NOTHING, ""]),
        # −a − b − 0.5 is below 0 everywhere.
        (gate(AND.replace("1.5", "0.5"), 0, 1, 1, 1), [0, 0, 0, 0],
         ["", *["if the weights have the wrong sign"] * 3]),
        # Without its bias [1, 1] gives sigmoid(1); that [0, 0] gives 0.25 nothing explains.
        (gate(NEURON, *RIGHT), [0.25, *RIGHT[1:3], 0.7310585786], [NOTHING, "", "", NOTHING]),
        # Without it [0, 0] gives sigmoid(0) and [1, 0] too, so that one of two others contradicts.
        (gate(NEURON, *RIGHT), [0.5, RIGHT[1], 0.25, 0.7310585786], [NOTHING, "", "", NOTHING]),
        (gate(NEURON, *RIGHT), [0.25, 0.7310585786, 0.5, 0.7310585786],
         [NOTHING, *[IN_THIS_CASE] * 3]),
        # The sum at [0, 0] is 4, and the subject always answers that.
        (gate(NEURON, *RIGHT), [4] * 4, [NOTHING] * 4),
        # Without its bias [0, 1] would not give what it gives.
        (gate(NEURON, *RIGHT), [*RIGHT[:3], 0.7310585786], ["", "", "", IN_THIS_CASE]),
    ],
)  # fmt: skip
def test_what_other_cases_contradict_is_told_of_one_case_and_of_values_that_many_give_not_at_all(
    judged: Spec, answers: list[float], told: list[str]
) -> None:
    said = hints_about([[answer] for answer in answers], judged)
    for hint, wanted in zip(said, told, strict=True):
        assert hint.endswith(wanted), said
        assert bool(hint) is bool(wanted), said


NARROW = "neuron: {weights: [0.3, 0.7], bias: 0.2, activation: sigmoid}\n"
#: At [1, 1] the bias times an input is the same sum in another order.
ULP = "neuron: {weights: [0.38, 0.83], bias: -1.74, activation: sigmoid}\n"
#: sigmoid of 1.5, and the same in float32.
SIGMOID_1_5 = 0.8175744761936437
SINGLE = float(np.float32(SIGMOID_1_5))


@pytest.mark.parametrize(
    ("network", "case", "answer", "told"),
    [
        (ULP, "inputs: [1, 1], expected: 0.3705168880326052, tolerance: exact", None, ""),
        (ULP, "inputs: [1, 1], expected: 0.37051688803260513, tolerance: exact",
         0.3705168880326052, ""),
        # Off by 2e-8, less than the default tolerance.
        (NARROW, "inputs: [2, 1], expected: 0.8175745, tolerance: 1e-12", None, ""),
        (NARROW, f"inputs: [2, 1], expected: {SIGMOID_1_5}, tolerance: 1e-12", SINGLE,
         "the answer is what the network gives if it is computed in float32"),
        (NARROW, f"inputs: [2, 1], expected: {SIGMOID_1_5}, tolerance: 1e-12",
         SIGMOID_1_5 + 3e-9, ""),
        # sigmoid(2·0.3 + 0.7): off by far more.
        (NARROW, "inputs: [2, 1], expected: 0.785834983, tolerance: 1e-9", None,
         "the expected value is what the network gives if the bias is left out"),
    ],
)  # fmt: skip
def test_a_rounding_is_no_mistake_and_blames_nobody(
    network: str, case: str, answer: float | None, told: str
) -> None:
    judged = spec(f"- {{{case}}}\n", network)
    said = hints(judged) if answer is None else hints_about([[answer]], judged)
    assert said == [told]


def test_an_answer_that_is_nearly_right_is_explained_by_what_explains_the_others() -> None:
    # Without its bias sigmoid(25) is sigmoid(21), 7e-10 less.
    right, wrong = 1 / (1 + np.exp(-25.0)), 1 / (1 + np.exp(-21.0))
    near = f"- {{inputs: [2, 21], expected: {right}, tolerance: 1e-12}}\n"
    both = f"{near}- {{inputs: [2, 0], expected: {RIGHT[0]}}}\n"
    assert hints_about([[wrong]], spec(near)) == [""]
    assert (
        hints_about([[wrong], [0.5]], spec(both))
        == ["the answers to both failing cases are what the network gives if the bias is left out"]
        * 2
    )


def test_a_mistake_by_two_names_is_told_by_the_likelier_one() -> None:
    network = "layers: [{weights: [[1, 2], [3, -1]], bias: [1, 0], activation: softmax}]\n"
    assert hints(spec("- {inputs: [1, 1], expected: [4, 2]}\n", network)) == [
        "the expected values are what the network gives if softmax is left out"
    ]


def test_a_passing_row_of_a_table_contradicts_what_explains_the_failing_one(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(f"x1,x2,y\n2,3,0.95257413\n0,1,{RIGHT[1]}\n")
    judged = spec("- {file: t.csv, inputs: [x1, x2], expected: [y]}\n")
    assert hints(judged) == [f"the expected value is what the network gives {IN_THIS_CASE}"]


@pytest.mark.parametrize("expected", ["p", "q", "[0, 1]"])
def test_a_wrong_network_is_judged_as_a_run_judges_it(expected: str) -> None:
    # Without its weights the network gives the same twice: a tie.
    network = "layers: [{name: y, weights: [[1], [2]], activation: relu}]\noutputs: [p, q]\n"
    key = "expected" if "[" in expected else "expected_class"
    judged = spec(f"- {{inputs: [1], {key}: {expected}}}\n", network)
    wanted, ties = of_case(judged, judged.cases[0]), 0
    for mutant in mutants(judged.network):
        if mutant.mistake.code == "float32":
            continue
        trace = mutant.network.trace(judged.inputs)
        (case,) = evaluate(replace(judged, network=mutant.network)).cases
        assert wanted.accepts(trace, 0) is (case.outcome == "passed"), mutant
        ties += trace.outputs[0, 0] == trace.outputs[0, 1]
    assert ties


LAYERS = """
layers:
  - {name: h, weights: [[1, 2], [3, -1]], bias: [1, 0], activation: tanh}
  - {name: o, weights: [[1, -1], [0.5, 1]], bias: [0, 2], activation: softmax}
outputs: [p, q]
"""


def test_every_check_of_a_case_has_to_fit() -> None:
    # h with the bias left out, from [0.2, 0.2], and the outputs that follow, worked out plainly.
    h = np.tanh([[1, 2], [3, -1]] @ np.array([0.2, 0.2]))
    z = [[1, -1], [0.5, 1]] @ h + [0, 2]
    p, q = np.exp(z) / np.exp(z).sum()
    case = f"- {{inputs: [0.2, 0.2], expected: {{h: [{h[0]}, {h[1]}], p: {p}, q: {q}}}}}\n"
    assert hints(spec(case, LAYERS)) == [
        "the expected values are what the network gives if the bias is left out (`h`)"
    ]
    half = f"- {{inputs: [0.2, 0.2], expected: {{h: [{h[0]}, {h[1]}], p: 0.5, q: 0.5}}}}\n"
    assert hints(spec(half, LAYERS)) == [""]


def test_rows_of_a_table_are_explained_together(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    # sigmoid(3), sigmoid(1) and, of a row that passes, sigmoid(44).
    Path("t.csv").write_text("x1,x2,y\n2,3,0.95257413\n1,1,0.73105858\n0,40,1\n")
    judged = spec("- {file: t.csv, inputs: [x1, x2], expected: [y]}\n")
    assert hints(judged) == [
        "the expected values of both failing rows are what the network gives if the bias is left out"
    ]
    # The second row fits nothing.
    Path("t.csv").write_text("x1,x2,y\n2,3,0.95257413\n1,1,0.123456\n")
    assert hints(spec("- {file: t.csv, inputs: [x1, x2], expected: [y]}\n")) == [""]
    rows = "".join(f"2,{n},{1 / (1 + np.exp(-n / 4))}\n" for n in range(4, 24))
    Path("t.csv").write_text("x1,x2,y\n" + rows)
    judged = spec("- {file: t.csv, inputs: [x1, x2], expected: [y]}\n",
                  NEURON.replace("[0, 1]", "[0, 0.25]"))  # fmt: skip
    assert hints(judged) == [
        "the expected values of the first 8 failing rows are what the network gives if the bias is"
        " left out"
    ]


def test_a_class_that_any_mistake_gives_is_not_explained() -> None:
    judged = spec("- {inputs: [0.1, 0.2], expected_class: p}\n", LAYERS)
    assert hints(judged) == [""]


def test_a_network_too_large_gets_no_hints_and_makes_no_mutants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evaluator.hints.MAX_WORK", 5)
    monkeypatch.setattr("evaluator.mistakes.mutants", lambda *_: pytest.fail("it was tried"))
    assert hints(spec("- {inputs: [2, 3], expected: 0.95257413}\n")) == [""]


def test_a_run_that_passes_looks_for_no_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluator.hints.explain", lambda *_: pytest.fail("it looked"))
    assert hints(spec("- {inputs: [2, 3], expected: ~0.999}\n")) == [""]


def report() -> Report:
    result: SpecResult = evaluate(spec("- {inputs: [2, 3], expected: 0.95257413}\n"))
    summary = Summary()
    summary.add(result)
    summary.exit_code = 1
    return Report("0", specs=[result], summary=summary)


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_every_reporter_shows_the_hint(name: str) -> None:
    written = load(name)(report())
    assert "is what the network gives if the bias is left out" in " ".join(written.split())


def test_the_json_report_with_hints_follows_its_schema() -> None:
    document = json.loads(load("json")(report()))
    jsonschema.validate(document, schema("report"))
    (case,) = document["specs"][0]["cases"]
    assert case["hints"] == ["the expected value is what the network gives if the bias is left out"]


@pytest.mark.parametrize("network", [NEURON, LAYERS])
def test_a_mutant_as_subject_is_explained_by_its_own_mistake_or_a_likelier_one(
    network: str,
) -> None:
    x = np.array([[0.4, -1.2], [1.5, 0.3], [-0.7, 2.1]])
    one = network is NEURON
    expected = "[-5]" if one else "[-5, -5]"  # no answer is that
    cases = "".join(f"- {{inputs: {row.tolist()}, expected: {expected}}}\n" for row in x)
    judged, named = spec(cases, network), 0
    made = [m for m in mutants(judged.network) if m.mistake.explains and not m.place]
    for mutant in made:
        answers = mutant.network(x)
        if mutant.mistake.code == "float32" or np.abs(answers - judged.network(x)).max() < 1e-6:
            continue
        (said, *_) = hints_about(answers, judged)
        assert str(mutant).rpartition(", ")[2] in said or "or if" in said, mutant.mistake.code
        named += 1
    assert named >= 10


LINEAR = "neuron: {{weights: {}, bias: {}, activation: linear}}\n"


@pytest.mark.parametrize(
    ("weights", "bias", "case", "ways"),
    [
        # 1 and −1 in reverse order are −1 and 1, which is also their sign changed.
        ([1, -1], 0.5, "- {inputs: [2, 3], expected: 1.5}\n",
         ["if the weights are in reverse order", "or if the weights have the wrong sign"]),
        # The weights add up to −1, so that the bias added to every input is the bias subtracted.
        ([0.5, -1.5], 2, "- {inputs: [2, 5], expected: -8.5}\n",
         ["if the bias is subtracted", "or if the bias is added before the weights are applied"]),
        # Both inputs are 3: no place can be told.
        ([0.5, 0.25], 2, "- {inputs: [3, 3], expected: 8.25}\n",
         ["if the bias is multiplied by an input"]),
        ([3, 3], 5, "- {inputs: [1, 1], expected: 8}\n", ["if a weight is left out"]),
    ],
)  # fmt: skip
def test_what_fits_as_well_is_named_and_a_place_only_where_it_is_the_one(
    weights: list[float], bias: float, case: str, ways: list[str]
) -> None:
    said = f"the expected value is what the network gives {', '.join(ways)}"
    assert hints(spec(case, LINEAR.format(weights, bias))) == [said]
