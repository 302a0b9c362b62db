"""The block `exercise` of a spec: what it says, and what is told of one that is wrong."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

import evaluator
from evaluator.diagnostics import SpecError
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.points import PointsError, share
from evaluator.exercises.reading import read
from evaluator.exercises.right import right
from evaluator.source import read as read_text
from evaluator.spec import build

SPEC = """\
neuron:
  weights: [0, 1]
  bias: 4
  activation: sigmoid
cases:
  - {name: worked, inputs: [2, 3], expected: {z: 7, y: ~0.999}}
  - {name: other, inputs: [1, -4], expected: 0.5}
  - {name: later, inputs: [1, -4], expected: 0.5, skip: not yet}
exercise:
  statement: A neuron.
  points: 5
  parts:
    - name: sum
      ask: What is z?
      value: z
      points: 1
      hints: [{after: 2, text: Add up.}]
      wrong: [{mistake: bias-dropped, credit: 0.5, feedback: No bias.}, {value: 11, feedback: Twice.}]
    - {name: output, ask: What is y?, value: y, needs: [sum]}
    - {name: gate, ask: Fill it in., blanks: [y.weights, y.bias], cases: [other], visibility: hidden}
    - {name: code, ask: Write it., implement: Neuron}
"""


def exercise(text: str = SPEC) -> Exercise:
    return read(build(read_text(text, "e.yaml")[0]))


def told(text: str) -> list[tuple[str, str, str, str]]:
    with pytest.raises(SpecError) as caught:
        build(read_text(text, "e.yaml")[0])
    found = caught.value.diagnostics
    shown = [(d.location.lines[-1][d.location.column - 1 :], d.location.width) for d in found]
    return [(line[:width], d.code, d.message, d.hint)
            for (line, width), d in zip(shown, found, strict=True)]  # fmt: skip


def test_a_spec_with_an_exercise_is_read() -> None:
    found = exercise()
    assert [part.kind for part in found.parts] == ["compute", "compute", "design", "implement"]
    assert [part.points for part in found.parts] == pytest.approx([1, 4 / 3, 4 / 3, 4 / 3])
    assert found.points == 5
    first, second, gate, code = found.parts
    assert [case.id for case in first.cases] == ["worked"]
    assert [case.id for case in gate.cases] == ["other"]
    assert [case.id for case in code.cases] == ["worked", "other"]
    assert second.needs == ("sum",)
    assert [(blank.name, blank.shape) for blank in gate.blanks] == [
        ("y.weights", (2,)),
        ("y.bias", ()),
    ]
    assert right(found, first) == ("7",)
    assert right(found, second) == ("0.999",)
    # No part asks for a value of `other`; `gate` is hidden, and `code` shows it.
    assert [case.id for case in found.visible_cases()] == ["other"]


def test_a_spec_with_an_exercise_is_run_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(SPEC)
    report = evaluator.run(tmp_path / "e.yaml")
    assert report.ok
    assert report.summary.values == 3


def test_a_run_with_other_tolerances_says_nothing_of_overlaps(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(SPEC)
    assert evaluator.run(tmp_path / "e.yaml", evaluator.Options(atol=100)).ok


def test_nothing_of_exercises_is_imported_without_one(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "e.yaml").write_text(SPEC.partition("exercise:")[0])
    said = (
        "import sys; from evaluator.cli import main; main(['run', sys.argv[1], '-q']);"
        "sys.exit(any('exercises' in name for name in sys.modules))"
    )
    command = [sys.executable, "-c", said, str(tmp_path / "e.yaml")]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0


#: What is changed, and what is told: what is underlined, the code, parts of message and hint.
FAULTS = {
    "an unknown value": ("      value: z", "      value: zz", "zz", "unknown-name", "`zz`", "there are y"),
    "a value that no case expects": (
        "{z: 7, y: ~0.999}", "{y: ~0.999}", "z", "missing-key", "no case expects `z`", "expected"),
    "a case that does not expect it": (
        "value: z", "value: z\n      case: other", "other", "missing-key", "does not expect `z`", "add it"),
    "a case that is not there": (
        "value: z", "value: z\n      case: wroked", "wroked", "unknown-name", "no case `wroked`", "`worked`"),
    "a case that is skipped": ("[other]", "[later]", "later", "unknown-name", "skipped", "another"),
    "a part without a kind": (
        "      value: z\n", "", "name: sum", "missing-key", "does not say", "`implement`"),
    "a part of two kinds": (
        "value: y,", "value: y, implement: N,", "implement", "conflicting-keys", "both", "two parts"),
    "cases where there is one": (
        "value: y,", "value: y, cases: [worked],", "cases", "conflicting-keys", "`cases`", "`case`"),
    "too few points": ("  points: 5", "  points: 0.5", "0.5", "out-of-range", "worth 1", "more"),
    "no points": ("  points: 5", "  points: 0", "0", "out-of-range", "worth", ""),
    "a name that is taken": (
        "name: output", "name: sum", "sum", "duplicate-name", "another part", "of its own"),
    "a need below": ("[sum]", "[gate]", "gate", "unknown-name", "earlier", "above"),
    "an unknown blank": ("y.weights,", "y.weight,", "y.weight", "unknown-name", "y.weight", "y.weights"),
    "a bias that is not written": (
        "  bias: 4\n", "", "y.bias", "unknown-name", "is not written", "write the bias"),
    "an unknown mistake": (
        "bias-dropped", "bias-droped", "bias-droped", "unknown-value", "bias-droped", "bias-dropped"),
    "a mistake that changes nothing": (
        "bias-dropped", "softmax-dropped", "softmax-dropped", "unknown-value", "changes no answer", "choose"),
    "a wrong value that is right": (
        "value: 11", "value: ~7.0", "~7.0", "out-of-range", "overlaps", "more digits"),
    "a wrong value of a wrong shape": (
        "value: 11", "value: [1, 2]", "[1, 2]", "shape-mismatch", "2 values for 1", "each"),
    "a credit above 1": ("credit: 0.5", "credit: 1.5", "1.5", "out-of-range", "1.5", "0 to 1"),
    "neither mistake nor value": (
        "value: 11, ", "", "{feedback: Twice.}", "missing-key", "neither", "add one"),
    "a visibility that is none": (
        "visibility: hidden", "visibility: later", "later", "unknown-value", "`later`", ""),
    "an unknown key": ("needs:", "need:", "need", "unknown-key", "`need` in part 2", "`needs`"),
    "no statement": ("  statement: A neuron.\n", "", "exercise", "missing-key", "`statement`", "about"),
    "answers to no part": (
        "  parts:", "  samples: [{name: s, answers: {sun: 1}, score: 1}]\n  parts:",
        "sun", "unknown-name", "`sun`", "`sum`"),
    "variants of nothing": (
        "  parts:", "  variants: {count: 3, parameters: {y.bais: {from: 1, to: 2}}}\n  parts:",
        "y.bais", "unknown-name", "y.bais", "y.bias"),
    "a range without an end": (
        "  parts:", "  variants: {count: 3, parameters: {y.bias: {from: 1}}}\n  parts:",
        "y.bias", "missing-key", "`to`", "choices"),
    "a range that is reversed": (
        "  parts:", "  variants: {count: 3, parameters: {y.bias: {from: 1, to: 0}}}\n  parts:",
        "y.bias", "out-of-range", "from 1 to 0", "smallest"),
    "a range without end": (
        "  parts:", "  variants: {count: 3, parameters: {y.bias: {from: 0, to: 1, step: 1e-300}}}\n  parts:",
        "y.bias", "out-of-range", "10,000", "smallest"),
    "too many variants": (
        "  parts:", "  variants: {count: 100000, parameters: {y.bias: {from: 1, to: 2}}}\n  parts:",
        "100000", "out-of-range", "100000", "1 to 1000"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_where_it_is_and_what_to_do(name: str) -> None:
    old, new, at, code, message, hint = FAULTS[name]
    assert old in SPEC
    found = told(SPEC.replace(old, new, 1))
    assert (at, code) in [each[:2] for each in found], found
    said = next(each for each in found if each[:2] == (at, code))
    assert message in said[2]
    assert hint in said[3]


@pytest.mark.parametrize(
    ("written", "total", "found"),
    [
        ([None, None], None, [0.5, 0.5]),  # nothing is said: 1 point
        ([None, None, None], 6, [2, 2, 2]),
        ([1, None, None], 5, [1, 2, 2]),
        ([1, None], None, [1, 0]),
        ([0, None], None, [0, 1]),  # unless all that are said are 0
        ([2, 3], None, [2, 3]),
        ([2, 3], 5, [2, 3]),
        ([5, None], 5, [5, 0]),
        ([0.1, 0.2, None], 0.3, [0.1, 0.2, 0]),
        ([2, 3], 4, None),
        ([2, 3], 6, None),
        ([0, 0], None, None),
        ([None], 0, None),
    ],
)
def test_points_are_shared(
    written: list[float | None], total: float | None, found: list[float] | None
) -> None:
    if found is None:
        with pytest.raises(PointsError):
            share(written, total)
    else:
        assert share(written, total) == pytest.approx(found, abs=1e-12)


def test_an_onnx_file_has_no_exercise(tmp_path: Path) -> None:
    text = SPEC.replace(SPEC[: SPEC.index("cases:")], "model: {file: m.onnx}\n")
    (tmp_path / "e.yaml").write_text(text)
    assert not evaluator.run(tmp_path / "e.yaml").ok


def test_what_is_expected_by_the_name_that_is_asked_for_counts() -> None:
    spec = (
        "layers: [{name: o, weights: [[1], [2]], activation: identity}]\noutputs: [a, b]\n"
        "cases: [{inputs: 1, expected: {a: '> 0', o: [~1, 2], b: '> 1'}}]\n"
        "exercise:\n  statement: s\n  parts:\n"
        "    - {name: layer, ask: o, value: o}\n    - {name: unit, ask: a, value: a}\n"
    )
    layer, unit = exercise(spec).parts
    assert (layer.checks[0].low, layer.checks[0].high) == (0.5, 1.5)
    assert layer.checks[1].value == 2
    assert (unit.checks[0].low, unit.checks[0].high) == (5e-324, math.inf)


def test_an_alias_is_no_blank() -> None:
    shared = SPEC.replace("weights: [0, 1]", "weights: &w [0, 1]").replace("[1, -4], expected: 0.5}", "*w, expected: 0.5}", 1)  # fmt: skip
    assert ("alias", "`y.weights` is shared by an alias") in [
        (code, message) for _, code, message, _ in told(shared.replace("expected: 0.5}", "expected: ~0.993}", 1))
    ]  # fmt: skip
