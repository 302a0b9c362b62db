"""What becomes of a subject's answers: right, wrong, none, or none of the kind asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft7Validator

import evaluator
from evaluator import subjects
from evaluator.cli import main
from evaluator.diagnostics import SubjectError, Unsupported, UsageError, WrongAnswer
from evaluator.reporters import load
from evaluator.results import CaseResult, Report
from evaluator.subjects.subject import Answers
from evaluator.validate import schema

SPEC = """\
inputs: [a, b]
outputs: [s, d]
layers:
  - {name: hidden, weights: [[1, 1], [1, -1]], activation: identity}
  - {weights: [[1, 0], [0, 1]], activation: identity}
cases:
  - {inputs: [2, 1], expected: [3, 1]}
  - {inputs: [5, 1], expected: {hidden: [6, 4]}}
  - {inputs: [0, 1], expected_class: s}
  - {inputs: [1, 1], expected: [2, 0], xfail: the subject is known to be wrong}
"""


class Fake:
    """A subject that answers what a test says."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    @contextmanager
    def prepare(self, network: Any) -> Iterator[Any]:
        if isinstance(self.answer, Exception):
            raise self.answer
        yield self.answer


def right(x: Any) -> Any:
    return np.stack([x.sum(axis=1), x[:, 0] - x[:, 1]], axis=1)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def run(given: Any, spec: str = SPEC) -> Report:
        monkeypatch.setitem(sys.modules, "fake_subject", sys)
        monkeypatch.setattr(sys, "subject", lambda argument: Fake(given), raising=False)
        monkeypatch.setitem(subjects.SUBJECTS, "fake", "fake_subject")
        subjects.load.cache_clear()
        (tmp_path / "s.yaml").write_text(spec)
        report = evaluator.run(tmp_path / "s.yaml", evaluator.Options(subjects=("fake",)))
        subjects.load.cache_clear()
        return report

    return run


def outcomes(report: Report) -> list[str]:
    return [case.outcome for case in report.results]


def test_right_answers_pass_and_what_was_expected_to_fail_does_not(answer: Any) -> None:
    report = answer(right)
    assert outcomes(report) == ["passed", "skipped", "passed", "xpassed"]
    assert report.results[1].reason == "it gives no value of `hidden`"
    assert report.results[1].values == 0
    assert report.specs[0].subject == report.subject == "fake"


def test_what_a_subject_tells_of_the_way_there_is_judged(answer: Any) -> None:
    for values, outcome in (([6, 4], "passed"), ([6, 5], "failed")):
        rows = np.array([[0, 0], values, [0, 0], [0, 0]])
        report = answer(lambda x, rows=rows: Answers(right(x), {"hidden": rows[: len(x)]}))
        assert outcomes(report)[1] == outcome


def test_wrong_numbers_fail(answer: Any) -> None:
    report = answer(lambda x: right(x) + np.array([0, 3]))
    assert outcomes(report) == ["failed", "skipped", "failed", "xfailed"]
    (mismatch,) = report.results[0].mismatches
    assert (mismatch.output, mismatch.actual, mismatch.arithmetic) == ("d", 4.0, ())


MALFORMED: dict[str, tuple[Any, str]] = {
    "another shape": (lambda x: np.zeros((2, 2, 2)), "its answers have the shape (2, 2, 2), not (4, 2)"),
    "too few outputs": (lambda x: right(x)[:, :1], "it gave 1 value for 2 outputs"),
    "too many outputs": (lambda x: np.zeros((len(x), 3)), "it gave 3 values for 2 outputs"),
    "too few answers": (lambda x: right(x)[:3], "it gave 3 answers to 4 rows"),
    "text": (lambda x: [["a", "b"]] * len(x), "its answers are text, not numbers"),
    "booleans": (lambda x: right(x) > 0, "its answers are booleans, not numbers"),
    "complex numbers": (lambda x: right(x) * 1j, "its answers are complex numbers, not numbers"),
    "nothing": (lambda x: None, "its answers are of the type object, not numbers"),
    "ragged lists": (lambda x: [[1], [1, 2]], "its answers differ in length"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_an_answer_that_is_none_fails_and_says_why(name: str, answer: Any) -> None:
    given, words = MALFORMED[name]
    report = answer(given)
    assert outcomes(report) == ["failed", "failed", "failed", "xfailed"]
    assert [case.reason for case in report.results[:3]] == [words] * 3
    assert (report.summary.exit_code, report.summary.values) == (1, 0)


def test_answers_that_are_not_numbers_at_all_are_accepted_only_where_nan_is(answer: Any) -> None:
    report = answer(lambda x: right(x) * np.nan)
    assert outcomes(report)[0] == "failed"
    assert np.isnan(report.results[0].mismatches[0].actual)
    assert "the largest output is not a number" in report.results[2].mismatches[0].note


def raising(error: Exception) -> Any:
    def run(x: Any) -> Any:
        raise error

    return run


@pytest.mark.parametrize(
    ("given", "outcome", "reason"),
    [
        (SubjectError("it ended", "look at its log"), "error", "it ended (look at its log)"),
        (raising(SubjectError("it ended")), "error", "it ended"),
        (raising(ValueError("no\x1b[31m")), "error", "it raised ValueError: no\\x1b[31m"),
        (raising(KeyError()), "error", "it raised KeyError"),
        (Unsupported("it has no softmax"), "skipped", "it has no softmax"),
    ],
)  # fmt: skip
def test_a_subject_that_breaks_is_an_error_and_one_that_cannot_is_skipped(
    given: Any, outcome: str, reason: str, answer: Any
) -> None:
    report = answer(given)
    assert outcomes(report) == [outcome] * 4
    assert {case.reason for case in report.results} == {reason}
    assert report.summary.exit_code == (3 if outcome == "error" else 5)


def test_one_case_that_breaks_costs_that_case_alone(answer: Any, tmp_path: Path) -> None:
    def run(x: Any) -> Answers:
        fault = SubjectError("it hung", "", "waiting\nfor ever")
        return Answers(right(x), faults={n: fault for n, row in enumerate(x) if row[0] == 0})

    report = answer(run)
    assert outcomes(report) == ["passed", "skipped", "error", "xpassed"]
    assert report.results[2].printed == "waiting\nfor ever"
    (tmp_path / "t.csv").write_text("a,b,s,d\n1,1,2,0\n0,1,1,-1\n2,1,3,1\n2,2,9,0\n")
    report = answer(
        run, SPEC[: SPEC.index("  - {inputs: [2")] + "  - {file: t.csv, expected: [s, d]}\n"
    )
    (table,) = report.results
    assert (table.outcome, table.reason) == ("error", "row 2: it hung")
    assert (table.rows, table.failed_rows, table.broken_rows, table.values) == (4, 1, 1, 6)
    counts = report.summary
    assert (counts.passed, counts.failed, counts.errors, counts.exit_code) == (2, 1, 1, 3)


def test_an_unrecorded_case_fails_whatever_the_subject_does(answer: Any) -> None:
    spec = SPEC[: SPEC.index("  - {inputs: [2")] + "  - inputs: [1, 2]\n"
    (case,) = answer(SubjectError("it ended"), spec).results
    assert (case.outcome, case.unrecorded) == ("failed", True)


def test_a_matrix_names_every_subject(
    answer: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(raising(SubjectError("it ended", "", "last words")))
    subjects.load.cache_clear()
    file = str(tmp_path / "s.yaml")
    assert main(["run", file, "--subject", "reference", "--subject", "fake", "-v"]) == 3
    subjects.load.cache_clear()
    text = capsys.readouterr().out
    assert text.count("[fake]") == 4
    assert text.count("it printed:\n    | last words") == 4
    assert "4 errors" in text


@pytest.mark.parametrize("text", ["refrence", "", "reference2:x"])
def test_a_subject_that_is_not_there_is_a_usage_error(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError):
        subjects.load(text)
    assert main(["run", "specs/neurons", "--subject", text]) == 2
    assert "there is no subject" in capsys.readouterr().err


def test_the_reference_gives_its_arithmetic(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SPEC.replace("[3, 1]", "[3, 2]"))
    case: CaseResult = evaluator.run(tmp_path / "s.yaml").results[0]
    assert case.mismatches[0].arithmetic


TABLE = """\
neuron: {weights: [1], activation: identity}
cases: [{file: t.csv}]
"""


def test_a_row_that_is_not_answered_hides_no_wrong_answer(answer: Any, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x1,y\n1,1\n2,2\n3,3\n")

    def some(wrong: float, *faults: SubjectError) -> Any:
        def run(x: Any) -> Answers:
            return Answers(x + wrong * (x > 2), faults=dict(enumerate(faults)))

        return run

    cannot, broke = Unsupported("no negatives"), SubjectError("it broke")
    for given, outcome, counts in (
        (some(0, cannot), "skipped", (2, 0, 1, 0)),
        (some(9, cannot), "failed", (1, 1, 1, 0)),
        (some(9, cannot, cannot), "failed", (0, 1, 2, 0)),
        (some(0, cannot, broke), "error", (1, 0, 0, 2)),
    ):
        report = answer(given, TABLE)
        found = report.summary
        assert outcomes(report) == [outcome]
        assert (found.passed, found.failed, found.skipped, found.errors) == counts


def test_only_cases_that_are_wanted_are_asked_for(answer: Any) -> None:
    asked: list[list[float]] = []

    def watching(x: Any) -> Any:
        asked.extend(x.tolist())
        return right(x)

    answer(watching, SPEC.replace("expected: {hidden: [6, 4]}", "expected: [6, 4], skip: it hangs"))
    assert asked == [[2, 1], [0, 1], [1, 1]]


def test_expected_values_that_are_not_told_are_counted(answer: Any) -> None:
    report = answer(right, SPEC.replace("{hidden: [6, 4]}", "{hidden: [9, 9], s: 6}"))
    assert outcomes(report)[1] == "passed"
    assert (report.results[1].values, report.results[1].unchecked) == (1, 2)
    assert "(2 others not told by the subject)" in load("full")(report)
    found = json.loads(load("json")(report))
    assert (found["summary"]["unchecked"], found["specs"][0]["cases"][1]["unchecked"]) == (2, 2)
    assert not list(Draft7Validator(schema("report")).iter_errors(found))


@pytest.mark.parametrize("fault", [SubjectError("it broke"), WrongAnswer("it says hello")])
def test_a_fault_is_a_line_of_the_concise_report(answer: Any, fault: SubjectError) -> None:
    assert f" {fault}\n" in load("concise")(answer(fault))
