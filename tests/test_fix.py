"""`evaluator fix`: what every YAML reader takes for the same, written so; the rest is left and told."""

from __future__ import annotations

import io
import math
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evaluator
from evaluator import source
from evaluator.cli import main
from evaluator.rewriting.fix import Version, fix
from evaluator.rewriting.splice import splice

Capture = pytest.CaptureFixture[str]


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


def fixed(text: str, version: Version | None = None) -> str:
    found = fix(text.encode(), "f.yaml", version)
    return splice(found.text, found.edits)


#: What is written → what becomes of it where a number is wanted, without --as, as 1.1, as 1.2;
#: None where it is left.
NUMBERS: dict[str, tuple[str | None, str | None, str | None]] = {
    "1_000": ("1000",) * 3, "1_000.5": ("1000.5",) * 3, "-1_0": ("-10",) * 3, "1__0_": ("10",) * 3,
    "1_0e2": ("10.0e+2",) * 3, "0x1F": ("31",) * 3, "-0x1f": ("-31",) * 3, "0o17": ("15",) * 3, "0b101": ("5",) * 3,
    "07": ("7",) * 3, "00": ("0",) * 3, "08": ("8",) * 3, "-09": ("-9",) * 3, "0099": ("99",) * 3,
    "012": (None, "10", "12"), "-012": (None, "-10", "-12"), "+0017": (None, "15", "17"), "0_12": (None, "10", "12"),
    "1:30": (None, "90", None), "-1:30": (None, "-90", None), "190:20:30": (None, "685230", None),
    "190:20:30.15": (None, "685230.15", None), "1:00.5": (None, "60.5", None), "01:30": (None, None, None),
    "1" + ":1" * 20: (None, None, None), "0x" + "F" * 5000: (None,) * 3,
    "1" * 400 + ":30.5": (None,) * 3, "1_E310": ("1.0E+310",) * 3, "1_0E-400": ("10.0E-400",) * 3,
    ".5": ("0.5",) * 3, "-.5": ("-0.5",) * 3, "+.5": ("+0.5",) * 3, ".5e3": ("0.5e+3",) * 3,
    "1e-3": ("1.0e-3",) * 3, "1E5": ("1.0E+5",) * 3, "12e03": ("12.0e+03",) * 3, "1.0e3": ("1.0e+3",) * 3,
    "-1.e5": ("-1.e+5",) * 3, "0x1F_F": ("511",) * 3, "-0x_1f": ("-31",) * 3, "0b1_0": ("2",) * 3,
    ".5_0": ("0.50",) * 3, "1_" + "0" * 60: (None,) * 3,
}  # fmt: skip

#: Spellings that all readers agree on, or that are text to all of them.
AGREED = ["0", "0o1_7", "0x_", "-0", "12", "+12", "1.50", "5.", "1.0e-3", "1.5E+7", "0.5", "012.5", ".inf", "-.Inf", ".nan", "~0.9",
          "0.5 ± 1e-3", "'012'", '"1e3"', "'.5'", ".", "+", "..", "e5", "1-2", "1.2.3", "-a", "0x", "1, 100"]  # fmt: skip


@pytest.mark.parametrize("written", NUMBERS)
def test_a_number_is_written_as_all_readers_take_it_or_left_to_its_author(written: str) -> None:
    for version, wanted in zip((None, "1.1", "1.2"), NUMBERS[written], strict=True):
        text = f"neuron: {{weights: [{written}, 1], bias: &a {written}}} # {written}\n"
        new = text.replace(f"[{written}", f"[{wanted or written}")
        new = new.replace(f"&a {written}", f"&a {wanted or written}")
        assert fixed(text, version) == new  # type: ignore[arg-type]
        doubts = fix(text.encode(), "f.yaml", version).doubts  # type: ignore[arg-type]
        assert len(doubts) == (0 if wanted else 2)
        assert all(re.match('write [^," ]', doubt.hint) for doubt in doubts)


@pytest.mark.parametrize("written", AGREED)
def test_what_readers_agree_on_stays(written: str) -> None:
    text = f"neuron: {{weights: [{written}, 1]}}\n{written}: 1\nname: {written}\n"
    assert fixed(text) == text


@pytest.mark.parametrize("written", NUMBERS)
def test_the_meaning_is_the_one_that_yaml_says(written: str) -> None:
    """The number is that of PyYAML where 1.1 has one, that of 1.2 where it has, and for all one."""
    text = f"bias: {written}\n"
    for version in (None, "1.1", "1.2"):
        new = fixed(text, version)  # type: ignore[arg-type]
        if new == text:
            continue
        value = yaml.safe_load(new)["bias"]
        assert isinstance(value, int | float)
        assert source.read(new, "f.yaml")[0].data["bias"] == value or math.isinf(value)
        old = yaml.safe_load(text)["bias"]
        if version != "1.2" and isinstance(old, int | float):
            assert old == value
        core = re.fullmatch(r"[-+]?(\.\d+|\d+\.?\d*)([eE][-+]?\d+)?", written)
        if core and (version == "1.2" or not isinstance(old, int | float)):
            assert float(written) == value


@given(
    st.text("0123456789.eE+-_:xob", min_size=1, max_size=9), st.sampled_from([None, "1.1", "1.2"])
)
@settings(max_examples=500)
def test_after_fixing_all_readers_agree_or_the_author_is_asked(written: str, version: Any) -> None:
    text = f"a: [1]\nbias: {written}\nb: 2\n"
    try:
        (event,) = [
            e for e in yaml.parse(text) if isinstance(e, yaml.ScalarEvent) and e.value == written
        ][:1]
        assume(not event.style)
    except (yaml.YAMLError, ValueError):
        assume(False)
    assume(source.read(text, "f.yaml")[0].data["b"] == 2)
    found = fix(text.encode(), "f.yaml", version)
    new = splice(found.text, found.edits)
    assert new.startswith("a: [1]\nbias: ")
    assert new.endswith("\nb: 2\n")
    assert fix(new.encode(), "f.yaml", version) == found._replace(
        text=new, edits=[], doubts=found.doubts
    )
    if found.doubts:
        assert new == text
        return
    (own,) = source.read(new, "f.yaml")
    value = own.data["bias"]
    codes = {d.code for d in own.diagnostics}
    assert "ambiguous-scalar" not in codes
    if isinstance(value, int | float) and "bad-number" not in codes:
        assert float(yaml.safe_load(new)["bias"]) == float(value)


TEXTS = {
    "name: 012\n": 'name: "012"\n',
    "name: 1e3\n": 'name: "1e3"\n',
    "description: .5\n": 'description: ".5"\n',
    "tags: [1_0, a]\n": 'tags: ["1_0", a]\n',
    "inputs: [0x1, 1:30]\n": 'inputs: ["0x1", "1:30"]\n',
    "outputs:\n- 012 # a\n- b\n": 'outputs:\n- "012" # a\n- b\n',
    "neurons: {012: {weights: {0x1: 1_0}, inputs: [0x1]}}\n": 'neurons: {"012": {weights: {"0x1": 10}, inputs: ["0x1"]}}\n',
    "neuron: {activation: {name: 012, alpha: .5}}\n": 'neuron: {activation: {name: "012", alpha: 0.5}}\n',
    "layers: [{name: 1_0, weights: {file: 0x1, key: 1_0}}]\n": 'layers: [{name: "1_0", weights: {file: "0x1", key: "1_0"}}]\n',
    "neuron: {weights: {name: 1_0}}\n": "neuron: {weights: {name: 10}}\n",
    "cases: [{name: 1_0, inputs: 1_0, expected: {name: 1_0}, skip: 1_0, tags: [1_0]}]\n":
        'cases: [{name: "1_0", inputs: 10, expected: {name: 10}, skip: "1_0", tags: ["1_0"]}]\n',
    "cases: [{file: 1_0, inputs: [1_0], expected: 1_0, tolerance: 1_0}]\n":
        'cases: [{file: "1_0", inputs: ["1_0"], expected: "1_0", tolerance: 10}]\n',
    "a: 1_0\n---\nname: 1_0\n...\n": 'a: 10\n---\nname: "1_0"\n...\n',
    "\ufeffa: 1_0\r\nname: 1_0\r\n": 'a: 10\r\nname: "1_0"\r\n',
    "a: [&x 1_0, *x]\n": "a: [&x 10, *x]\n",
    "? 1_0\n: 1_0\n": '? "1_0"\n: 10\n',
    "- 1_0\n": "- 10\n", "1_0\n": "10\n",
    "a: {b: [1, {c: 1}], d: 1_0}\ne: [1_0]\n": "a: {b: [1, {c: 1}], d: 10}\ne: [10]\n",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_where_text_is_wanted_it_gets_quotes(text: str) -> None:
    assert fixed(text) == TEXTS[text]


def test_thousands_are_not_made_to_be_zeros(capsys: Capture) -> None:
    Path("f.yaml").write_text("neuron: {weights: [1,000, 2, 000]}\n")
    code, out, _ = run(capsys, "fix", "f.yaml")
    assert code == 1
    assert Path("f.yaml").read_text() == "neuron: {weights: [1,000, 2, 0]}\n"
    assert "left f.yaml:1:21: `,000` reads like thousands, and a comma separates values" in out


def test_thousands_are_no_key(capsys: Capture) -> None:
    text = "neuron: {weights: [1], bias: 1,000, activation: identity}\n"
    Path("f.yaml").write_text(text)
    assert run(capsys, "fix", "f.yaml")[0] == 1
    assert Path("f.yaml").read_text() == text


def test_a_text_with_more_faults_than_are_listed_is_fixed_whole() -> None:
    text = "a: [" + "1_0, " * 5000 + "2]\nb: {b: 1, b: 2}\n"
    assert fixed(text) == text.replace("1_0", "10")


# --- the command

DOUBTFUL = """\
neuron:
  weights: [012, 1_000]  # twelve?
  bias: -.5
  activation: relu
cases:
  - {inputs: [1, 0], expected: 9.5}
"""


def test_the_diff_is_shown_and_the_file_is_written(capsys: Capture) -> None:
    Path("f.yaml").write_text(DOUBTFUL)
    code, out, err = run(capsys, "fix", "f.yaml")
    assert out == (
        "--- f.yaml\n+++ f.yaml\n@@ -1,6 +1,6 @@\n neuron:\n-  weights: [012, 1_000]  # twelve?\n-  bias: -.5\n"
        "+  weights: [012, 1000]  # twelve?\n+  bias: -0.5\n   activation: relu\n cases:\n"
        "   - {inputs: [1, 0], expected: 9.5}\n"
        "fixed f.yaml: 2 spellings\n"
        "left f.yaml:2:13: `012` is 10 in YAML 1.1 and 12 in YAML 1.2"
        ' (write 10 (--as 1.1), 12 (--as 1.2), or "012" if it is text)\n'
        "2 spellings fixed in 1 file, 1 left\n"
    )  # fmt: skip
    assert (code, err) == (1, "")
    assert evaluator.run("f.yaml").summary.exit_code == 3
    assert run(capsys, "fix", "f.yaml", "--as", "1.1")[0] == 0
    assert evaluator.run("f.yaml").ok
    assert run(capsys, "fix", "f.yaml")[:2] == (0, "nothing to fix in 1 file\n")


def test_a_diff_alone_writes_nothing(capsys: Capture) -> None:
    Path("f.yaml").write_text(DOUBTFUL)
    code, out, err = run(capsys, "fix", "--diff", "--as", "1.2", "f.yaml")
    assert code == 1
    assert "+  weights: [12, 1000]  # twelve?\n" in out
    assert err == "3 spellings would be fixed in 1 file\n"
    assert Path("f.yaml").read_text() == DOUBTFUL


def test_what_is_not_yaml_is_reported_and_the_others_are_fixed(capsys: Capture) -> None:
    Path("a.yaml").write_text("a: [\n")
    Path("b.yaml").write_text("a: 1_0\n")
    code, out, _ = run(capsys, "fix", ".")
    assert code == 3
    assert "error[yaml-syntax]" in out
    assert Path("b.yaml").read_text() == "a: 10\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["f.yaml::one"], 2, "f.yaml is fixed as a whole"),
        (["nonesuch.yaml"], 2, "does not exist"),
        (["f.yaml", "--as", "1.3"], 2, "invalid choice: '1.3'"),
        (["empty"], 5, "nothing to fix in 0 files"),
    ],
)
def test_what_is_asked_for_wrongly_writes_nothing(
    words: list[str], code: int, said: str, capsys: Capture
) -> None:
    Path("f.yaml").write_text(DOUBTFUL)
    Path("empty").mkdir()
    found, out, err = run(capsys, "fix", *words)
    assert found == code
    assert said in out + err
    assert Path("f.yaml").read_text() == DOUBTFUL


def test_standard_input_comes_out_fixed(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1_0\r\n")))
    assert main(["fix", "-"]) == 0
    output = capsysbinary.readouterr()
    assert output.out == b"a: 10\r\n"
    assert output.err == b"1 spelling fixed in 1 file\n"


def test_a_read_only_file_is_told(capsys: Capture) -> None:
    Path("f.yaml").write_text(DOUBTFUL)
    Path("f.yaml").chmod(0o444)
    code, _, err = run(capsys, "fix", "f.yaml")
    assert code == 2
    assert "f.yaml cannot be written: it is read-only" in err


def test_a_fault_of_the_fixer_damages_nothing(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("f.yaml").write_text(DOUBTFUL)
    for wrong in ("1_0", "]", "1, 2"):
        monkeypatch.setattr("evaluator.rewriting.fix._agreed", lambda text, wrong=wrong: wrong)
        code, _, err = run(capsys, "fix", "f.yaml")
        assert code == 4
        assert "would change more than was meant; it is left as it is" in err
        assert Path("f.yaml").read_text() == DOUBTFUL
