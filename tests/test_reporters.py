"""The reporters: what a person, a terminal and a program are given."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

import evaluator
from evaluator.diagnostics import UsageError
from evaluator.reporters import load
from evaluator.validate import schema

OUTCOMES = """\
name: "all outcomes"
inputs: [a, b]
neurons:
  h: {weights: {a: 1, b: 1}, activation: relu}
  o: {weights: {h: 2}, bias: -1, activation: identity}
cases:
  - {name: right, inputs: [1, 1], expected: 3}
  - {name: wrong, inputs: [1, 1], expected: {o: 4, h.z: "> 5", h: 2}}
  - {name: nan, inputs: [.nan, 1], expected: [1]}
  - {name: empty, inputs: [1, 1]}
  - {name: known, inputs: [1, 1], expected: 5, xfail: a bug}
  - {name: surprise, inputs: [1, 1], expected: 3, xfail: a bug}
  - {name: later, inputs: [1, 1], expected: 3, skip: not yet}
"""
INVALID = "neuron: {weights: [1], bais: 1, activation: relu}\ncases: []\n"
WARNED = "inputs: [a, b]\nneurons: {o: {weights: {a: 1}, activation: relu}}\ncases: [{inputs: [1, 2], expected: 1}]\n"

FULL = """\
FAILED f.yaml:8:46 wrong

  6 | cases:
  7 |   - {name: right, inputs: [1, 1], expected: 3}
  8 |   - {name: wrong, inputs: [1, 1], expected: {o: 4, h.z: "> 5", h: 2}}
    |                                                 ^ o is 3

  expected    4, which accepts 3.9999995 to 4.0000005
  actual      3
  off by      1, 2,000,000 times what is allowed

  h.z = 1·1 + 1·1 + 0 = 2
  h = relu(2) = 2
  o.z = 2·2 - 1 = 3
  o = identity(3) = 3

  6 | cases:
  7 |   - {name: right, inputs: [1, 1], expected: 3}
  8 |   - {name: wrong, inputs: [1, 1], expected: {o: 4, h.z: "> 5", h: 2}}
    |                                                         ^^^^^ h.z is 2

  expected    "> 5"
  actual      2
  off by      3 from the nearest accepted value

  h.z = 1·1 + 1·1 + 0 = 2
""".replace("8:46", "8:49")


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> evaluator.Report:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(f"{OUTCOMES}---\n{WARNED}---\n{INVALID}")
    return evaluator.run("f.yaml")


def test_full_shows_every_mismatch_with_source_size_and_arithmetic(
    report: evaluator.Report,
) -> None:
    text = load("full")(report)
    assert text.startswith(FULL)
    assert "case" not in text.splitlines()[0]
    for part in (
        "the actual value is not a number",
        "expects nothing",
        "help: add `expected`, or run `evaluator record f.yaml`",
        "it passes, and was expected to fail: a bug",
        "warning[unread-input]: nothing reads the input `b`",
        "error[unknown-key]: unknown key `bais` in `neuron`",
        "help: did you mean `bias`?",
    ):
        assert part in text
    assert "3 failed, 1 invalid, 1 passed unexpectedly, 2 passed, 1 skipped," in text


def test_concise_gives_one_line_a_problem(report: evaluator.Report) -> None:
    lines = load("concise")(report).splitlines()
    assert lines[0] == ("f.yaml:8:49: value-mismatch o is 3, expected 4 (3.9999995 to 4.0000005)")
    assert [line.split()[1] for line in lines[:-1]] == [
        "value-mismatch", "value-mismatch", "value-mismatch", "unrecorded", "unexpected-pass",
        "unread-input", "unknown-key", "out-of-range",
    ]  # fmt: skip


def test_verbose_lists_what_passed_and_why_the_rest_was_left(report: evaluator.Report) -> None:
    text = load("full")(report, verbose=1)
    assert "PASSED f.yaml:7:5 right (1 value)" in text
    assert "SKIPPED f.yaml:13:5 later: not yet" in text
    assert "XFAILED f.yaml:11:5 known (1 value): a bug" in text


def test_json_follows_its_schema_and_is_strict(report: evaluator.Report) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    found = json.loads(load("json")(report), parse_constant=refuse)
    Draft7Validator.check_schema(schema("report"))
    Draft7Validator(schema("report")).validate(found)
    assert found["summary"]["exit_code"] == 3
    (nan,) = found["specs"][0]["cases"][2]["mismatches"]
    assert nan["actual"] == "NaN"
    assert [d["code"] for d in found["diagnostics"]] == [
        "unread-input",
        "unknown-key",
        "out-of-range",
    ]


def test_an_empty_report_follows_the_schema() -> None:
    Draft7Validator(schema("report")).validate(json.loads(load("json")(evaluator.Report("1"))))


@pytest.mark.parametrize("name", ["full", "concise"])
def test_names_cannot_command_the_terminal(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(
        "neuron: {weights: [1], activation: relu}\n"
        'cases: [{name: "right\\u202eleft", inputs: [1], expected: "x\\e[31m"}]\n'
    )
    text = load(name)(evaluator.run("f.yaml"), verbose=1)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_caret_stands_under_the_element_behind_wide_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(
        "neuron: {weights: [1], activation: relu}\ncases: [{name: 神経é, inputs: [1], expected: 7}]\n"
    )
    lines = load("full")(evaluator.run("f.yaml")).splitlines()
    source = next(line for line in lines if "expected: 7" in line)
    caret = next(line for line in lines if "^" in line)
    # Each of the two wide characters takes two columns on a terminal.
    assert caret.index("^") == source.index("7") + 2


@pytest.mark.parametrize(("rows", "said"), [(51, "1 mismatch more;"), (52, "2 mismatches more;")])
def test_the_rows_that_are_not_listed_are_counted(
    rows: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("x1,y\n" + "1,2\n" * rows)
    Path("f.yaml").write_text(
        "neuron: {weights: [1], activation: identity}\ncases: [{file: t.csv}]\n"
    )
    assert f"… and {said}" in load("full")(evaluator.run("f.yaml"))


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("> 2", "nothing: it is the bound itself, which is not accepted"),
        ("< 2", "nothing: it is the bound itself, which is not accepted"),
        ("(2, 3]", "nothing: it is the bound itself, which is not accepted"),
        ("[1, 2)", "nothing: it is the bound itself, which is not accepted"),
        ("[2.0000000000000004, 3)", "4.44e-16 from the nearest accepted value"),
        (">= 2.5", "0.5 from the nearest accepted value"),
        ("(1, 1.5]", "0.5 from the nearest accepted value"),
    ],
)
def test_a_value_on_an_open_bound_is_told_from_one_beyond(
    expected: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(f'x1,y\n2,"{expected}"\n')
    Path("f.yaml").write_text(
        "neuron: {weights: [1], activation: identity}\n"
        f"cases: [{{inputs: [2], expected: '{expected}'}}, {{file: t.csv}}]\n"
    )
    text = load("full")(evaluator.run("f.yaml"))
    assert f"  off by      {said}\n" in text
    assert f"  row 1: y is 2, expected {expected}, off by {said}\n" in text


def test_a_table_lists_its_failing_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("x1,y\n" + "".join(f"{n},{n + (n % 10 == 0)}\n" for n in range(1000)))
    Path("f.yaml").write_text(
        "neuron: {weights: [1], activation: identity}\ncases: [{file: t.csv}]\n"
    )
    report = evaluator.run("f.yaml")
    text = load("full")(report)
    assert "100 of 1,000 rows failed" in text
    assert "row 11: y is 10, expected 11 (10.9999988 to 11.0000012), off by 1," in text
    assert "… and 50 mismatches more" in text
    assert (report.summary.passed, report.summary.failed) == (900, 100)


@pytest.mark.parametrize("name", ["full", "concise"])
def test_validation_counts_valid_specs_and_no_values(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(WARNED)
    report = evaluator.run("f.yaml", evaluator.Options(validate_only=True))
    assert load(name)(report).splitlines()[-1] == "1 spec valid, 1 warning"


def test_colour_is_an_addition(report: evaluator.Report) -> None:
    plain, coloured = (load("full")(report, color=color) for color in (False, True))
    assert "\x1b[31;1mFAILED\x1b[0m" in coloured
    for code in ("31;1", "32", "33", "1", "2", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


@pytest.mark.parametrize(
    ("inputs", "expected", "said"),
    [
        ("5", ".inf", "no finite number is accepted"),
        ("5", "-.inf", "no finite number is accepted"),
        ("-1.5e308", '"> 1.5e308"', "more than a 64-bit float holds"),
        ("5", '"> 6"', "1 from the nearest accepted value"),
        ("5", '"(5, 6)"', "nothing: it is the bound itself, which is not accepted"),
        (".inf", "5", "the actual value is infinite"),
        (".nan", "5", "the actual value is not a number"),
        ("5", ".nan", "only .nan is accepted"),
        ("5", "6, tolerance: exact", "1, where nothing is allowed"),
        ("5", "~6.0", "1, 20 times what is allowed"),
        ("5", "1e300, tolerance: 1e299", "1e+300, 10 times what is allowed"),
    ],
)
def test_how_far_a_value_is_off_is_said_in_words_where_numbers_fail(
    tmp_path: Path, inputs: str, expected: str, said: str
) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(
        "neuron: {weights: [1], activation: identity}\n"
        f"cases: [{{inputs: {inputs}, expected: {expected}}}]\n"
    )
    heading = "off by" if said[0].isdigit() or said.startswith(("more", "nothing:")) else "because"
    assert f"  {heading:<12}{said}\n" in load("full")(evaluator.run(file))


def test_an_unknown_format_is_a_usage_error_with_the_likely_name() -> None:
    with pytest.raises(UsageError) as caught:
        load("jsn")
    assert caught.value.hint == "did you mean `json`?"


def test_nan_is_accepted_only_by_nan(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(
        "neuron: {weights: [1], activation: identity}\n"
        'cases: [{inputs: [.nan], expected: .nan}, {inputs: [1], expected: .nan}, {inputs: [.nan], expected: "[-inf, inf]"}]\n'
    )
    report = evaluator.run(file)
    assert [case.outcome for case in report.results] == ["passed", "failed", "failed"]
    assert math.isnan(report.results[2].mismatches[0].actual)
