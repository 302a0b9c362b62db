"""`evaluator record`: what is written, how it is spelt, what is left, and the exit code."""

from __future__ import annotations

import io
import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import evaluator
from evaluator.cli import main, rewriting
from evaluator.expectation import parse
from evaluator.rewriting import record as recorder
from evaluator.spelling import about, in_text, plain

Capture = pytest.CaptureFixture[str]

NETWORK = "neuron: {weights: [2], activation: identity}\n"  # answers twice its input
PAIR = "layers: [{weights: [[1, 0], [0, 1]], activation: identity}]\n"  # answers its inputs


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    output = capsys.readouterr()
    return code, output.out, output.err


def recorded(capsys: Capture, text: str, *words: str) -> tuple[int, str, str]:
    """Record a text; give the exit code, the new text, and what was said."""
    Path("f.yaml").write_bytes(text.encode())
    code, out, err = run(capsys, "record", "f.yaml", *words)
    return code, Path("f.yaml").read_bytes().decode(), out + err


# --- where a missing value goes

LAYOUTS = {
    "a block": ("cases:\n  - inputs: 1\n", "cases:\n  - inputs: 1\n    expected: 2\n"),
    "no line break at the end": ("cases:\n- inputs: 1", "cases:\n- inputs: 1\n  expected: 2"),
    "a comment behind": (
        "cases:\n- inputs: 1 # one\n# next\n", "cases:\n- inputs: 1 # one\n  expected: 2\n# next\n",
    ),
    "comments below that are indented deeper": (
        "cases:\n- inputs: 1\n    # one\n      # two\n  # of the name\n  name: a\n",
        "cases:\n- inputs: 1\n    # one\n      # two\n  expected: 2\n  # of the name\n  name: a\n",
    ),
    "a comment below a list, and the end": (
        "cases:\n- inputs:\n  - 1\n    # one\n", "cases:\n- inputs:\n  - 1\n    # one\n  expected: 2\n",
    ),
    "a comment of the next case": (
        "cases:\n  - inputs: 1\n  # next\n  - inputs: 1\n    expected: 2\n",
        "cases:\n  - inputs: 1\n    expected: 2\n  # next\n  - inputs: 1\n    expected: 2\n",
    ),
    "braces of several lines, deeper comments": (
        "cases:\n- {\n  inputs: 1,\n    # one\r\n    # more\n  name: a}\n",
        "cases:\n- {\n  inputs: 1,\n    # one\r\n    # more\n  expected: 2,\n  name: a}\n",
    ),
    "braces of several lines, a deeper comment at the end": (
        "cases:\n- {\n  inputs: 1\n    # one\n  }\n", "cases:\n- {\n  inputs: 1,\n    # one\n  expected: 2\n  }\n",
    ),
    "before other keys": (
        "cases:\n- inputs: 1\n  # of the name\n  name: a\n",
        "cases:\n- inputs: 1\n  expected: 2\n  # of the name\n  name: a\n",
    ),
    "after other keys": (
        "cases:\n- name: >-\n    a\n\n  inputs: 1\n\n\n", "cases:\n- name: >-\n    a\n\n  inputs: 1\n  expected: 2\n\n\n",
    ),
    "inputs of several lines": (
        "cases:\n- inputs:\n  - 1 # one\n  # more\n  tags: [a]\n",
        "cases:\n- inputs:\n  - 1 # one\n  expected: 2\n  # more\n  tags: [a]\n",
    ),
    "inputs in brackets of several lines": (
        "cases:\n- inputs: [\n    1\n  ] # one\n", "cases:\n- inputs: [\n    1\n  ] # one\n  expected: 2\n",
    ),
    "a wide dash": ("cases:\n-    inputs: 1\n", "cases:\n-    inputs: 1\n     expected: 2\n"),
    "a dash alone": ("cases:\n-\n    inputs: 1\n", "cases:\n-\n    inputs: 1\n    expected: 2\n"),
    "an anchor before": (
        "cases:\n- &a\n  inputs: 1\n", "cases:\n- &a\n  inputs: 1\n  expected: 2\n",
    ),
    "an anchor on the key": (
        "cases:\n- &a inputs: 1\n", "cases:\n- &a inputs: 1\n  expected: 2\n",
    ),
    "a question mark": (
        "cases:\n- ? inputs\n  : 1\n  ? name\n  : a\n",
        "cases:\n- ? inputs\n  : 1\n  expected: 2\n  ? name\n  : a\n",
    ),
    "a quoted key": ('cases:\n- "inputs": 1\n', 'cases:\n- "inputs": 1\n  "expected": 2\n'),
    "an alias": (
        "cases:\n- {inputs: &a [1], expected: 2}\n- inputs: *a\n",
        "cases:\n- {inputs: &a [1], expected: 2}\n- inputs: *a\n  expected: 2\n",
    ),
    "braces": ("cases: [{inputs: 1}]\n", "cases: [{inputs: 1, expected: 2}]\n"),
    "braces, an alias": (
        "cases: [{inputs: &a [1], expected: 2}, {inputs: *a}]\n",
        "cases: [{inputs: &a [1], expected: 2}, {inputs: *a, expected: 2}]\n",
    ),
    "braces, a comma at the end": (
        "cases: [{inputs: 1, }]\n", "cases: [{inputs: 1, expected: 2, }]\n",
    ),
    "braces, other keys": (
        "cases: [{inputs: 1, name: a}]\n", "cases: [{inputs: 1, expected: 2, name: a}]\n",
    ),
    "JSON": ('"cases": [{"inputs":[1]}]\n', '"cases": [{"inputs":[1], "expected": 2}]\n'),
    "no braces": ("cases: [inputs: 1]\n", "cases: [{inputs: 1, expected: 2}]\n"),
    "no braces, several": (
        "cases: [inputs: [1] , inputs: [2]]\n",
        "cases: [{inputs: [1], expected: 2} , {inputs: [2], expected: 4}]\n",
    ),
    "braces of several lines": (
        "cases:\n- {\n    inputs: 1\n  }\n", "cases:\n- {\n    inputs: 1,\n    expected: 2\n  }\n",
    ),
    "braces of several lines, a comma": (
        "cases:\n- {\n    inputs: 1,\n  }\n", "cases:\n- {\n    inputs: 1,\n    expected: 2,\n  }\n",
    ),
    "braces of several lines, comments": (
        "cases:\n- {  # a, b\n    inputs: 1  # one, }\n    # end\n  }\n",
        "cases:\n- {  # a, b\n    inputs: 1,  # one, }\n    expected: 2\n    # end\n  }\n",
    ),
    "braces of several lines, a comma before a comment": (
        "cases:\n- {\n    inputs: 1 ,  # one\n    name: a }\n",
        "cases:\n- {\n    inputs: 1 ,  # one\n    expected: 2,\n    name: a }\n",
    ),
    "braces of several lines, closed on the same": (
        "cases:\n- {name: a,\n   inputs: 1}\n", "cases:\n- {name: a,\n   inputs: 1,\n   expected: 2}\n",
    ),
    "commas at the beginning": (
        "cases:\n- { inputs: 1\n  , name: a\n  }\n", "cases:\n- { inputs: 1, expected: 2\n  , name: a\n  }\n",
    ),
    "a comma on a line of its own": (
        "cases:\n- {\n   inputs: 1 # one\n   ,\n   name: a}\n",
        "cases:\n- {\n   inputs: 1 # one\n   ,\n   expected: 2,\n   name: a}\n",
    ),
    "CR LF": ("cases:\r\n- inputs: 1 # a\r\n  name: b\r\n", "cases:\r\n- inputs: 1 # a\r\n  expected: 2\r\n  name: b\r\n"),
    "CR LF, none at the end": ("cases:\r\n- inputs: 1", "cases:\r\n- inputs: 1\r\n  expected: 2"),
    "CR": ("cases:\r- inputs: 1\r", "cases:\r- inputs: 1\r  expected: 2\r"),
    "a byte order mark": ("\ufeffcases:\n- inputs: 1\n", "\ufeffcases:\n- inputs: 1\n  expected: 2\n"),
    "characters beyond ASCII": (
        "cases:\n- {name: 'é😀 = \u3042', inputs: 1} # ü\n", "cases:\n- {name: 'é😀 = \u3042', inputs: 1, expected: 2} # ü\n",
    ),
    "a document's end": (
        "cases:\n- inputs: 1\n...\n# end\n", "cases:\n- inputs: 1\n  expected: 2\n...\n# end\n",
    ),
    "a tab in a comment": (
        "cases:\n- inputs: 1 #\tone\n", "cases:\n- inputs: 1 #\tone\n  expected: 2\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_missing_value_goes_behind_the_inputs_in_the_layout_of_its_case(
    name: str, capsys: Capture
) -> None:
    before, after = LAYOUTS[name]
    # The network stands at the end, where there is room for one, or at the beginning.
    mark = "\ufeff" * before.startswith("\ufeff")
    text, wanted = (mark + NETWORK + each.removeprefix(mark) for each in (before, after))
    code, new, _ = recorded(capsys, text)
    assert new == wanted
    assert code == 0
    assert evaluator.run("f.yaml").ok


def test_several_outputs_are_a_list_that_is_wrapped_where_it_has_a_line_of_its_own(
    capsys: Capture,
) -> None:
    rows = ", ".join("[1]" for _ in range(40))
    text = f"layers: [{{weights: [{rows}], activation: sigmoid}}]\ncases:\n- inputs: 1\n- {{inputs: 0}}\n"
    _, new, said = recorded(capsys, text)
    assert said.startswith("recorded f.yaml: 80 values\n")
    assert max(map(len, new.splitlines()[2:10])) <= 100
    assert new.splitlines()[-1] == f"- {{inputs: 0, expected: [{', '.join(['0.5'] * 40)}]}}"
    assert evaluator.run("f.yaml").summary.values == 80


# --- how a number is spelt

PLAIN = [
    (0.5, "", "0.5"), (3.0, "", "3"), (-0.0, "", "-0.0"), (1e-7, "", "1.0e-7"), (1e16, "", "1.0e+16"),
    (1.25e-9, "", "1.25e-9"), (math.nan, "", ".nan"), (math.inf, "", ".inf"), (-math.inf, "", "-.inf"),
    (3.0, "1.0", "3.0"), (3.0, "1", "3"), (0.25, "1e-3", "2.5e-1"), (0.25, "1E-3", "2.5E-1"),
    (0.0, "1e-3", "0"), (3.0, ".nan", "3"), (0.25, "+1", "+0.25"), (-1.0, "+1", "-1"),
    (1e300, "1", "1.0e+300"), (123456789012.0, "1", "123456789012"), (0.1, "0.10", "0.1"),
    (np.float32(0.1), "", "0.1"), (np.float32(0.99908894), "1", "0.99908894"),
    (np.float32(16777216), "", "16777216"), (math.nan, "1e5", ".nan"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "like", "written"), PLAIN)
def test_a_number_is_written_in_the_form_of_the_one_that_it_replaces(
    value: float, like: str, written: str
) -> None:
    assert plain(value, like) == written


@given(st.floats(), st.sampled_from(["", "1", "1.0", "-2e5", "+3"]))
@example(5e-324, "")
@example(1.7976931348623157e308, "1")
def test_every_yaml_reader_takes_a_written_number_for_the_same_float(
    value: float, like: str
) -> None:
    import yaml

    text = plain(value, like)
    (own,) = evaluator.source.read(text, "f.yaml")
    for found in (own.data, yaml.safe_load(text)):
        assert isinstance(found, int | float)
        assert float(found) == value or (math.isnan(found) and math.isnan(value))
    assert not own.diagnostics


TEXTS = [
    ("~0.999", 0.01234, "~0.012"), ("~0.999", 123.4567, "~123.457"), ("~5", 7.3, "~7"), ("~5.", 7.3, "~7."),
    ("~ 0.9", -0.25, "~ -0.2"), ("'~0.9'", 0.75, "'~0.8'"), ('" ~0.9 "', 0.75, '" ~0.8 "'),
    ("~1.2e-3", 0.0171, "~1.7e-2"), ("~1.20E+3", 5.0, "~5.00e0"), ("~0.9", 0.0, "~0.0"), ("~0.9", -0.01, "~0.0"),
    ("~1.2e-3", 0.0, "~0.0e-3"), ("~0.9", math.nan, ".nan"), ("'~0.9'", -math.inf, "-.inf"),
    ("~0.9", 1.0e300, "~1.0000000000000001e300"), ("~0.0000001", 1e-9, "~0.0000000"),
    ("0.9 ± 0.01", 0.123, "0.12 ± 0.01"), ("0.9 ± 0.1", 0.123, "0.1 ± 0.1"), ('"0.95+-0"', 0.123, '"0.123+-0"'),
    ("9e-1 +/- 1e-3", 0.123456, "1.23e-1 +/- 1e-3"), ("1 ± 0.5", math.inf, ".inf"), ("5 ± 0.25", 7.0, "7 ± 0.25"),
    ("(0, 1)", 2.0, None), ("'> 0.5'", 0.2, None), ('"[0, 1]"', 2.0, None), ("<= 1", 2.0, None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value", "wanted"), TEXTS)
def test_a_text_keeps_its_kind_its_digits_and_its_tolerance(
    written: str, value: float, wanted: str | None
) -> None:
    if wanted is not None and wanted.endswith("."):  # a point without decimals is not repeated
        wanted = wanted[:-1]
    assert in_text(written, value) == wanted


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["~0.999", "~5", "'~1.20e-3'", "0.9 ± 0.1", "9.99e5 +- 0", '"1.5 ± 1e-9"', "~-.5"]),
)  # fmt: skip
@example(0.9985, "~0.999")
@example(1.7976931348623157e308, "~1.2e3")
@example(5e-324, "0.9 ± 0.1")
def test_a_written_text_accepts_its_value(value: float, written: str) -> None:
    text = in_text(written, value)
    assert text is not None
    low, high = (
        parse(text.strip("\"'"))
        if set("~±+") & set(text[1:] + text[:1].strip("+"))
        else (float(text),) * 2
    )
    assert low <= value <= high


DIGITS = [
    (0.9990889, 3, "~0.999"), (1.2, 3, "~1.20"), (123456.0, 3, "~1.23e5"), (0.0, 3, "0"), (9.996, 3, "~10.0"),
    (1e-9, 2, "~1.0e-9"), (0.00123, 2, "~0.0012"), (-7.0, 1, "~-7"), (math.nan, 3, ".nan"), (math.inf, 3, ".inf"),
    (100.0, 3, "~100"), (100.0, 2, "~1.0e2"), (1.7976931348623157e308, 2, "~1.79769e308"), (0.1, 17, "~0.10000000000000001"),
    (np.float32(0.1), 3, "~0.100"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "digits", "written"), DIGITS)
def test_digits_are_significant_ones(value: float, digits: int, written: str) -> None:
    assert about(value, digits) == written


@given(st.floats(allow_nan=False, allow_infinity=False).filter(bool), st.integers(1, 17))
def test_a_value_in_so_many_digits_accepts_itself(value: float, digits: int) -> None:
    text = about(value, digits)
    low, high = parse(text)
    assert low <= value <= high
    mantissa = text.removeprefix("~").partition("e")[0].lstrip("-0.")
    assert sum(map(str.isdigit, mantissa)) >= digits


# --- which values are written

UPDATES = """\
neuron: {weights: [2], activation: identity}
tolerance: 0.1
cases:
  - {name: missing, inputs: 1}
  - {name: wrong, inputs: 1, expected: 1.0}  # one
  - {name: near, inputs: 1, expected: 2.05}
  - {name: about, inputs: 1, expected: ~9.00}
  - {name: skipped, inputs: 1, skip: later}
  - {name: skipped too, inputs: 1, expected: 9, skip: later}
  - {name: known, inputs: 1, expected: 3, xfail: an old fault}
"""


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ([], {"missing": "inputs: 1, expected: 2"}),
        (["--update", "missing"], {"missing": "inputs: 1, expected: 2"}),
        (["--update", "failing"],
         {"missing": "inputs: 1, expected: 2", "wrong": "expected: 2.0", "about": "expected: ~2.00"}),
        (["--update", "all"],
         {"missing": "inputs: 1, expected: 2", "wrong": "expected: 2.0", "about": "expected: ~2.00",
          "near": "expected: 2.0"}),
        (["--update", "failing", "--digits", "2"],
         {"missing": "inputs: 1, expected: ~2.0", "wrong": "expected: ~2.0", "about": "expected: ~2.0"}),
        (["--update", "all", "-k", "near or wrong"], {"wrong": "expected: 2.0", "near": "expected: 2.0"}),
    ],
)  # fmt: skip
def test_update_says_which_values_are_written(
    words: list[str], changed: dict[str, str], capsys: Capture
) -> None:
    code, new, said = recorded(capsys, UPDATES, *words)
    lines = UPDATES.splitlines()
    for number, line in enumerate(lines):
        name = line.partition("name: ")[2].partition(",")[0]
        if name in changed:
            key = changed[name].partition(":")[0]
            rest = line.partition(f"{key}: ")[2]
            value = rest[: min(rest.index(c) for c in ",}" if c in rest)]
            lines[number] = line.replace(f"{key}: {value}", changed[name])
    assert new == "\n".join(lines) + "\n"
    assert code == 0
    assert f"{len(changed)} value" in said


REPLACED = {
    "a list": (PAIR, "[1, 2]", "[9, 2] # a", "[1, 2] # a"),
    "a list of all kinds": (PAIR, "[1.5, 2]", "[ ~9.0,\n    '9 ± 0.5'  # b\n  ]", "[ ~1.5,\n    '2 ± 0.5'  # b\n  ]"),
    "a mapping": (PAIR, "[1, 2]", "{layer1: [9, 2]}", "{layer1: [1, 2]}"),
    "a block list": (PAIR, "[1, 2]", "\n  - 9 # a\n  # between\n  - '~9' # b", "\n  - 1 # a\n  # between\n  - '~2' # b"),
    "a sum": (NETWORK, "[3]", "{y: 6, z: 9.0}", "{y: 6, z: 6.0}"),
    "not a number": (NETWORK, "[.nan]", "'~0.5'", ".nan"),
    "infinite": (NETWORK, "[-.inf]", "0.5 ± 0.1", "-.inf"),
    "no longer NaN": (NETWORK, "[3]", ".nan", "6"),
    "an anchor that nothing uses": (NETWORK, "[3]", "&a 7", "&a 6"),
    "an anchor on a line of its own": (NETWORK, "[3]", "&a\n    7", "&a\n    6"),
    "float32": ("dtype: float32\ntolerance: exact\n" + NETWORK, "[0.7]", "1.5", "1.4"),
    "float32, digits that pass": ("dtype: float32\ntolerance: exact\n" + NETWORK, "[0.3333333]", "1", "0.6666666"),
    "a class by name": ("outputs: [no, 'yes it is']\n" + PAIR, "[1, 2]", "~0", None),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in REPLACED if REPLACED[name][3] is not None])
def test_a_wrong_value_is_replaced_where_it_stands(name: str, capsys: Capture) -> None:
    network, inputs, written, wanted = REPLACED[name]
    text = network + f"cases:\n- inputs: {inputs}\n  expected: {{}}\n  name: a\n"
    code, new, _ = recorded(capsys, text.replace("{}", written), "--update", "failing")
    assert new == text.replace("{}", str(wanted))
    assert code == 0
    assert evaluator.run("f.yaml").ok


CLASSES = [
    ("", "0", "1"), ("outputs: [no, 'yes it is']\n", "no", "yes it is"), ("outputs: [no, yes]\n", "0", "1"),
    ("outputs: [no, yes]\n", "'no'", "'yes'"), ("outputs: [no, yes]\n", '"no"', '"yes"'),
    ("outputs: [no, 'a: b']\n", "no", '"a: b"'), ("outputs: [no, \"it's\"]\n", "'no'", "'it''s'"),
    ("outputs: [no, 'a\"b\\c']\n", '"no"', '"a\\"b\\\\c"'), ("outputs: [no, '1']\n", "no", '"1"'),
]  # fmt: skip


@pytest.mark.parametrize(("outputs", "written", "wanted"), CLASSES)
def test_a_class_is_replaced_by_index_or_name_as_it_is_written(
    outputs: str, written: str, wanted: str, capsys: Capture
) -> None:
    text = outputs + PAIR + f"cases: [{{inputs: [1, 2], expected_class: {written}, name: a}}]\n"
    code, new, _ = recorded(capsys, text, "--update", "failing")
    assert new == text.replace(f"expected_class: {written},", f"expected_class: {wanted},")
    assert code == 0
    assert evaluator.run("f.yaml").ok


LEFT = {
    "an interval": (NETWORK + "cases: [{inputs: 1, expected: '(0, 1)'}]", "does not accept: it says what is wanted"),
    "a half line": (NETWORK + "cases: [{inputs: 1, expected: '> 5'}]", "y is 2, which `'> 5'` does not accept"),
    "a text of another form": (NETWORK + 'cases: [{inputs: 1, expected: "\\x7e9"}]', "in a way that is not rewritten"),
    "a block text": (NETWORK + "cases:\n- inputs: 1\n  expected: |\n    ~9\n", "in a way that is not rewritten"),
    "an anchor": (NETWORK + "cases: [{inputs: 1, expected: &a 9}, {inputs: 2, expected: *a, skip: s}]", "left f.yaml:2:31: an anchor or an alias makes this the same as 2:60"),
    "an alias": (NETWORK + "cases: [{inputs: &a 2, expected: 4}, {inputs: 3, expected: *a}]", "makes this the same as 2:18"),
    "within an alias": (PAIR + "cases: [{inputs: &a [1, 2], expected: [1, 2]}, {inputs: [0, 0], expected: *a}]", "makes this the same as 2:18"),
    "a class that is no number": (PAIR + "cases: [{inputs: [.nan, 2], expected_class: 0}]", "no largest"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_rewritten_is_left_and_told(name: str, capsys: Capture) -> None:
    text, reason = LEFT[name]
    code, new, said = recorded(capsys, text, "--update", "all")
    assert new == text
    assert code == 1
    assert said.startswith("left f.yaml:")
    assert reason in said
    assert said.endswith("nothing to record in 1 file, 1 left\n")


def test_a_case_that_is_written_once_and_used_twice_is_left(capsys: Capture) -> None:
    text = NETWORK + "cases: [&a {inputs: 1}, *a]\n"
    code, new, said = recorded(capsys, text)
    assert (code, new) == (1, text)
    assert said.count("left f.yaml:2:") == 2


def test_a_case_that_is_expected_to_fail_is_not_made_to_pass(capsys: Capture) -> None:
    text = (
        NETWORK
        + "cases:\n- {inputs: 1, xfail: old}\n- {inputs: 1, expected: 9, xfail: old}\n- {inputs: 1}\n"
    )
    code, new, said = recorded(capsys, text, "--update", "all")
    assert new == text.replace("- {inputs: 1}", "- {inputs: 1, expected: 2}")
    assert code == 1
    assert "expected to fail expects nothing" in said


def test_what_passes_and_says_an_interval_stays_whatever_is_updated(capsys: Capture) -> None:
    text = (
        NETWORK
        + "cases: [{inputs: 1, expected: '(1, 3)'}, {inputs: 1, expected: ~2}, {inputs: &a 0, expected: *a}]\n"
    )
    assert recorded(capsys, text, "--update", "all")[:2] == (0, text)


def test_tables_are_not_rewritten(capsys: Capture) -> None:
    Path("bare.csv").write_text("x1\n1\n2\n")
    Path("full.csv").write_text("x1,y\n1,2\n2,5\n3,7\n")
    text = NETWORK + "cases: [{file: bare.csv}, {file: full.csv}]\n"
    code, new, said = recorded(capsys, text)
    assert (code, new) == (1, text)
    assert "left f.yaml:2:16: the table expects nothing, and tables are not rewritten" in said
    assert "1 left" in said
    code, new, said = recorded(capsys, text, "--update", "failing")
    assert (code, new) == (1, text)
    assert "2 of 3 rows of the table fail, and tables are not rewritten" in said


# --- the command

GOOD = NETWORK + "cases: [{name: one, inputs: 1}, {name: two, inputs: 2, tags: [big]}]\n"
DONE = GOOD.replace("inputs: 1", "inputs: 1, expected: 2").replace(
    "inputs: 2", "inputs: 2, expected: 4"
)
INVALID = GOOD.replace("weights", "wieghts")


def test_each_file_is_told_and_all_are_summed_up(capsys: Capture) -> None:
    Path("specs").mkdir()
    Path("specs/a.yaml").write_text(GOOD)
    Path("specs/b.yaml").write_text(GOOD + "---\n" + GOOD)
    Path("specs/c.yaml").write_text(DONE)
    code, out, err = run(capsys, "record")
    assert out == (
        "recorded specs/a.yaml: 2 values\nrecorded specs/b.yaml: 4 values\n6 values recorded in 2 files\n"
    )
    assert (code, err) == (0, "")
    assert Path("specs/b.yaml").read_text() == DONE + "---\n" + DONE
    assert run(capsys, "record")[:2] == (0, "nothing to record in 3 files\n")


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        (["f.yaml::two"], "inputs: 2"), (["f.yaml", "-k", "two"], "inputs: 2"), (["f.yaml", "--tag", "big"], "inputs: 2"),
        (["f.yaml#1::one"], "inputs: 1"),
    ],
)  # fmt: skip
def test_only_selected_cases_are_recorded(words: list[str], changed: str, capsys: Capture) -> None:
    Path("f.yaml").write_text(GOOD)
    assert run(capsys, "record", *words)[0] == 0
    assert Path("f.yaml").read_text() == GOOD.replace(
        changed, f"{changed}, expected: {2 * int(changed[-1])}"
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["f.yaml::three"], 5, "there is no case `three`"),
        (["f.yaml#2"], 5, "there is no document 2"),
        (["f.yaml", "-k", "nonesuch"], 5, "nothing to record"),
        (["f.yaml", "-k", "nonesuch", "--allow-empty"], 0, "nothing to record"),
        (["nonesuch.yaml"], 2, "nonesuch.yaml does not exist"),
        (["f.yaml", "--digits", "0"], 2, "0 is no number of digits; write 1 to 17"),
        (["f.yaml", "--digits", "18"], 2, "18 is no number of digits"),
        (["f.yaml", "--update", "some"], 2, "invalid choice: 'some'"),
        (["f.yaml", "-k", "("], 2, "error: "),
    ],
)
def test_what_is_asked_for_wrongly_writes_nothing(
    words: list[str], code: int, said: str, capsys: Capture
) -> None:
    Path("f.yaml").write_text(GOOD)
    found, out, err = run(capsys, "record", *words)
    assert found == code
    assert said in out + err
    assert Path("f.yaml").read_text() == GOOD


def test_an_invalid_document_is_reported_and_the_others_are_recorded(capsys: Capture) -> None:
    Path("a.yaml").write_text(GOOD + "---\n" + INVALID + "---\n" + GOOD)
    Path("b.yaml").write_text("a: [\n")
    Path("c.yaml").write_text(GOOD)
    code, out, _ = run(capsys, "record", ".")
    assert code == 3
    assert Path("a.yaml").read_text() == DONE + "---\n" + INVALID + "---\n" + DONE
    assert Path("c.yaml").read_text() == DONE
    assert "error[unknown-key]: unknown key `wieghts`" in out
    assert "error[yaml-syntax]" in out
    assert out.endswith("6 values recorded in 2 files, 2 invalid\n")


def test_a_diff_is_shown_and_nothing_is_written(capsys: Capture) -> None:
    text = NETWORK + "cases:\n- inputs: 1\n"
    Path("f.yaml").write_text(text)
    code, out, err = run(capsys, "record", "--diff", "f.yaml")
    assert out == (
        "--- f.yaml\n+++ f.yaml\n@@ -1,3 +1,4 @@\n neuron: {weights: [2], activation: identity}\n cases:\n"
        " - inputs: 1\n+  expected: 2\n"
    )
    assert err == "1 value would be recorded in 1 file\n"
    assert code == 1
    assert Path("f.yaml").read_text() == text
    Path("f.yaml").write_text(text + "  expected: 2\n")
    assert run(capsys, "record", "--diff", "f.yaml") == (0, "", "nothing to record in 1 file\n")


def test_a_diff_commands_no_terminal_and_is_coloured_if_asked(capsys: Capture) -> None:
    Path("f.yaml").write_text(NETWORK + "cases:\n# \u202e\n- inputs: 1\n")
    _, out, _ = run(capsys, "record", "--diff", "f.yaml", "--color", "always")
    assert " # \\u202e\n" in out
    assert "\x1b[32m+  expected: 2\x1b[0m\n" in out


@pytest.mark.parametrize(
    ("value", "words", "code"),
    [("true", [], 2), ("1", [], 2), ("true", ["--force"], 0), ("true", ["--diff"], 1), ("", [], 0), ("false", [], 0)],
)  # fmt: skip
def test_nothing_is_recorded_in_ci_unless_forced(
    value: str, words: list[str], code: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", value)
    found, new, said = recorded(capsys, GOOD, *words)
    assert found == code
    assert new == (DONE if code == 0 else GOOD)
    assert ("CI is set" in said) == (code == 2)


def test_standard_input_comes_out_recorded(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, wanted in (
        (GOOD, DONE),
        (DONE, DONE),
        ("\ufeff" + GOOD.replace("\n", "\r\n"), "\ufeff" + DONE.replace("\n", "\r\n")),
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["record", "-"]) == 0
        output = capsysbinary.readouterr()
        assert output.out == wanted.encode()
        assert b"record" in output.err


def test_a_file_that_cannot_be_written_is_told_and_the_others_are_recorded(capsys: Capture) -> None:
    for name in ("a", "b"):
        Path(f"{name}.yaml").write_text(GOOD)
    os.chmod("a.yaml", 0o444)
    code, out, err = run(capsys, "record", ".")
    assert code == 2
    assert "a.yaml cannot be written: it is read-only" in err
    assert out == "recorded b.yaml: 2 values\n2 values recorded in 1 file, 1 not written\n"
    assert Path("a.yaml").read_text() == GOOD
    Path("c.yaml").write_text(INVALID)
    assert run(capsys, "record", ".")[0] == 3


def test_a_file_that_changes_meanwhile_is_left_alone(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = recorder.record

    def slow(*words: object) -> object:
        Path("f.yaml").write_text("# saved by an editor\n" + GOOD)
        return true(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("evaluator.rewriting.recording.record", slow)
    code, new, said = recorded(capsys, GOOD)
    assert (code, new) == (2, "# saved by an editor\n" + GOOD)
    assert "f.yaml changed on disk after it was read" in said


def test_a_fault_of_the_recorder_damages_nothing(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new text is tried out: values, layout or numbers that come out wrong are not written."""
    for name, wrong in (
        ("plain", lambda *_: "3"),
        ("plain", lambda *_: "[2, 2]"),
        ("plain", lambda *_: "2, tolerance: 9"),
        ("plain", lambda *_: "2, name: b"),
        ("plain", lambda *_: "]"),
    ):
        monkeypatch.setattr(recorder, name, wrong)
        code, new, said = recorded(capsys, GOOD)
        assert (code, new) == (4, GOOD)
        assert "would change more than was meant; it is left as it is" in said


def test_a_spec_on_another_machine_is_refused() -> None:
    import argparse

    from evaluator.collect import Target

    arguments = argparse.Namespace(diff=False, color="never")
    words = rewriting.Words("record", "recorded", "value")
    found = rewriting.Rewriting(arguments, [Target("https://example.org/a.yaml")], words)
    assert found.run(lambda *_: pytest.fail("read")) == 2


def test_the_library_has_nothing_to_record(capsys: Capture) -> None:
    library = Path(__file__).parent.parent / "specs"
    code, out, err = run(capsys, "record", "--diff", "--update", "failing", str(library))
    assert (code, out) == (0, "")
    assert err.startswith("nothing to record in ")


def test_the_library_passes_with_all_its_values_recorded_anew(
    folder: Path, capsys: Capture
) -> None:
    import shutil

    library = folder / "specs"
    shutil.copytree(Path(__file__).parent.parent / "specs", library)
    before = evaluator.run(str(library)).summary
    assert run(capsys, "record", "--update", "all", str(library))[0] == 0
    after = evaluator.run(str(library)).summary
    assert (after.values, after.passed, after.exit_code) == (before.values, before.passed, 0)
    assert run(capsys, "record", "--update", "all", "--diff", str(library))[:2] == (0, "")
