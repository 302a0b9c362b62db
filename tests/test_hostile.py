"""Whatever a file holds: no traceback, no hang, no unbounded output, and no pass that checks nothing."""

from __future__ import annotations

import json
import math
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evaluator
from benchmarks import budgets
from benchmarks.shapes import SHAPES
from benchmarks.timing import used
from evaluator import source, spec
from evaluator.cli import main

LIBRARY = Path(__file__).parent.parent / "specs"
NEURON = "neuron: {weights: [1], activation: relu}\n"
CASES = "cases: [{inputs: 1, expected: 1}]\n"
GOOD = NEURON + CASES

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class TooSlow(BaseException):
    """The time is up; nothing that catches an Exception catches it."""


def survive(
    capsys: Capture, content: str | bytes, *words: str, seconds: int = 20
) -> tuple[int, str]:
    """Run a file within a limit of processor time; give the exit code and what was printed."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    Path("f.yaml").write_bytes(data)

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        code = main(["run", "f.yaml", *words])
    except TooSlow:
        code = -1  # what is raised in the middle of anything has no traceback to show
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    assert code >= 0, f"it takes more than {seconds} s"
    output = capsys.readouterr()
    assert output.err == ""
    return code, output.out


def nested(levels: int, width: int) -> str:
    """Write lists that double, or more, with every level of aliases."""
    lines = [f"a0: &a0 [{', '.join(['1'] * width)}]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def neurons(lines: Iterator[str] | list[str], names: str = "x") -> str:
    return f"inputs: [{names}]\nneurons:\n" + "".join(lines) + CASES


def chain(count: int, circular: bool = False) -> str:
    first = f"n{count - 1}" if circular else "x"
    return neurons([
        f"  n{n}: {{weights: {{{f'n{n - 1}' if n else first}: 1}}, activation: relu}}\n"
        for n in range(count)
    ])  # fmt: skip


# What the reader refuses, and the code that it gives.
REFUSED = {
    "50,000 brackets": ("[" * 50_000, "too-deep"),
    "500,000 brackets": ("[" * 500_000, "too-deep"),
    "braces": ("{a: " * 100_000, "too-deep"),
    "brackets and braces": ("[{" * 100_000, "bad-key"),
    "dashes": ("- " * 100_000, "too-deep"),
    "question marks": ("? " * 100_000, "bad-key"),
    "colons": (": " * 100_000, "yaml-syntax"),
    "commas": ("[" + "," * 100_000, "yaml-syntax"),
    "anchors": ("&a " * 50_000, "yaml-syntax"),
    "exclamation marks": ("!" * 500_000, "tag"),
    "percent signs": ("%" * 500_000, "yaml-syntax"),
    "directives": ("%YAML 1.2\n" * 50_000, "yaml-syntax"),
    "quotes": ("'" * 1_000_001, "yaml-syntax"),
    "backslashes": ('"' + "\\" * 1_000_001, "yaml-syntax"),
    "an open quote": ('"' + "a" * 5_000_000, "yaml-syntax"),
    "tabs": ("\t" * 500_000, "yaml-syntax"),
    "tabs behind a colon": ("a:" + "\t" * 500_000 + "1", "yaml-syntax"),
    "pipes": ("|" * 100_000, "yaml-syntax"),
    "a stair of mappings": ("".join(" " * n + "a:\n" for n in range(1000)), "too-deep"),
    "hashes": ("#" * 10_000_000, "empty-document"),
    "line ends": ("\n" * 1_000_000, "empty-document"),
    "carriage returns": ("\r" * 1_000_000, "empty-document"),
    "nothing": ("", "empty-document"),
    "a byte order mark": ("\ufeff", "empty-document"),
    "two byte order marks": ("\ufeff\ufeff" + GOOD, "encoding"),
    "null": ("null\n", "empty-document"),
    "nested aliases": (nested(9, 10), "alias"),
    "wide aliases": (nested(3, 200), "alias"),
    "a list in itself": ("a: &a [*a]", "alias"),
    "a mapping in itself": ("a: &a {b: {c: *a}}", "alias"),
    "an alias as key": ("a: &a 1\n*a : 2\n", "bad-key"),
    "100,000 digits": (f"a: {'1' * 100_000}", "bad-number"),
    "10,000,000 digits": (f"a: {'1' * 10_000_000}", "bad-number"),
    "digits behind the point": (f"a: 0.{'1' * 100_000}", "bad-number"),
    "an exponent of many digits": (f"a: 1e{'9' * 900}", "bad-number"),
    "zeros": (f"a: {'0' * 100_000}", "ambiguous-scalar"),
    "base 60": (f"a: 1{':1' * 100_000}", "ambiguous-scalar"),
    "an escape beyond Unicode": ('a: "\\UFFFFFFFF"', "yaml-syntax"),
    "a surrogate in an escape": ('name: "\\ud800"\n' + GOOD, "encoding"),
    "a surrogate in UTF-8": ("name: \ud800\n" + GOOD, "encoding"),
    "NUL": (GOOD + "\0", "encoding"),
    "UTF-16": (GOOD.encode("utf-16"), "encoding"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-be"), "encoding"),
    "UTF-32": (GOOD.encode("utf-32"), "encoding"),
    "Latin-1": (f"name: café\n{GOOD}".encode("latin-1"), "encoding"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 100, "encoding"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "encoding"),
    "an archive": (b"PK\x03\x04" + bytes(range(256)), "encoding"),
    "an overlong UTF-8": (b"a: \xc0\x80\n", "encoding"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_what_no_spec_is_gets_one_diagnostic_at_once(
    capsys: Capture, content: str | bytes, code: str
) -> None:
    found, output = survive(capsys, content)
    assert found == 3
    assert re.findall(r"^error\[(\S+)\]", output, re.MULTILINE) == [code]
    assert len(output) < 2000


def test_a_key_given_thousands_of_times_and_as_many_keys(capsys: Capture) -> None:
    for text in (
        "a: 1\n" * 3000,
        "".join(f"weigths{n}: 1\n" for n in range(30_000)) + GOOD,
        "neuron:\n" + "".join(f"  wieghts{n}: 1\n" for n in range(30_000)) + CASES,
        GOOD + "".join(f"  - {{inputz: {n}}}\n" for n in range(3000)),
    ):
        code, output = survive(capsys, text)
        assert code == 3
        assert "error[" in output


MANY = {
    "unknown keys": "".join(f"weigths{n}: 1\n" for n in range(3000)) + GOOD,
    "texts for numbers": NEURON.replace("[1]", "[" + "a, " * 50_000 + "]") + CASES,
    "nulls for numbers": NEURON.replace("[1]", "[" + "~, " * 50_000 + "]") + CASES,
    "cases without inputs": NEURON + "cases:\n" + "  - {expected: 1}\n" * 5000,
    "cases that are numbers": NEURON + "cases: [" + "1, " * 5000 + "]\n",
    "long texts behind aliases": (
        NEURON.replace("[1]", f'[&a "{"a1 " * 100_000}"' + ", *a" * 500 + "]") + CASES
    ),
    "an activation of a million characters": NEURON.replace("relu", "r" * 1_000_000) + CASES,
    "a key of a million characters": f"? {'k' * 1_000_000}\n: 1\n" + GOOD,
    "a parameter of many characters": (
        NEURON.replace("relu", "{name: relu, " + "r" * 1000 + ": 1}") + CASES
    ),
    "an expected text of a million characters": GOOD.replace("expected: 1", f"expected: {'a' * 10**6}"),
    "blanks around an expected text": GOOD.replace("expected: 1", f'expected: "{" " * 10**6}1"'),
    "a file name of many folders": NEURON.replace("[1]", f"{{file: {'../' * 5000}x.npy}}") + CASES,
    "a file name of many characters": NEURON.replace("[1]", f"{{file: {'x' * 5000}.npy}}") + CASES,
}  # fmt: skip


@pytest.mark.parametrize("text", MANY.values(), ids=MANY)
def test_the_output_is_bounded_however_much_is_wrong(capsys: Capture, text: str) -> None:
    code, output = survive(capsys, text)
    assert code == 3
    assert len(output) < 100_000
    assert max(map(len, output.splitlines())) < 1000


WORKS = {
    "a 10 MB file of weights": (
        "neuron: {activation: identity, weights: [" + "0.1234567890123456, " * 500_000 + "]}\n"
        "cases: [{inputs: [2], expected: 1}]\n",
        3,
    ),
    "5,000 documents": ("---\n".join([GOOD] * 5000), 0),
    "5,000 cases": (NEURON + "cases:\n" + "  - {inputs: 1, expected: 1}\n" * 5000, 0),
    "5,000 wrong cases": (NEURON + "cases:\n" + "  - {inputs: 1, expected: 2}\n" * 5000, 1),
    "a chain of 5,000 neurons": (chain(5000), 0),
    "a circle of 5,000 neurons": (chain(5000, circular=True), 3),
    "5,000 layers": ("layers:\n" + "  - {weights: [[1]], activation: relu}\n" * 5000 + CASES, 0),
    "20,000 layers without weights": ("layers:\n" + "  - {activation: relu}\n" * 20_000 + CASES, 0),
    "100,000 inputs": (
        f"layers: [{{activation: relu}}]\ncases: [{{inputs: &a [{'1, ' * 100_000}], expected: *a}}]\n", 0
    ),
    "1,000 inputs by name": (
        f"inputs: [{', '.join(f'i{n}' for n in range(1000))}]\n"
        f"neuron: {{activation: relu, weights: &w {{{', '.join(f'i{n}: 1' for n in range(1000))}}}}}\n"
        "cases:\n" + "  - {inputs: *w, expected: 1000}\n" * 50, 0
    ),
    "a description of 5 MB": (f"description: {'word ' * 1_000_000}\n" + GOOD, 0),
    "a name of 100 kB in 500 failing cases": (
        NEURON + f"cases:\n  - &a {{name: {'x' * 100_000}, inputs: 1, expected: 2}}\n" + "  - *a\n" * 500,
        1,
    ),
    "a line of 10 MB": ("{" + GOOD.replace("\n", ", ") + "tags: [b]}" + " " * 10**7, 0),
    "aliases within the limit": (
        f"layers: [{{activation: relu}}]\ncases:\n  - &a {{inputs: [{'1, ' * 30}], expected: {'{layer1.z: [' + '1, ' * 30 + ']}'}}}\n"
        + "  - *a\n" * 10_000, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), WORKS.values(), ids=WORKS)
def test_what_is_only_large_works(capsys: Capture, text: str, code: int) -> None:
    found, output = survive(capsys, text)
    assert found == code
    assert len(output) < 3_000_000


def test_more_inputs_than_are_read_from_a_text(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.MAX_WRITTEN, "inputs", (2, "use fewer"))
    for text, place in (
        ("neuron: {weights: [1, 2, 3], activation: relu}\n" + CASES, "1:19"),
        ("layers: [{weights: [[1, 2, 3]], activation: relu}]\n" + CASES, "1:20"),
        ("inputs: [a, b, c]\n" + GOOD, "1:1"),
    ):
        code, output = survive(capsys, text)
        assert code == 3
        assert output.count("error[") == output.count("too-large") == 1
        assert f"f.yaml:{place}\n" in output


@pytest.mark.skipif(sys.platform == "win32", reason="measured where memory is told by `resource`")
def test_many_cases_of_many_expected_values_take_the_memory_that_is_promised(
    tmp_path: Path,
) -> None:
    make, code = SHAPES["many cases of many expected values"]
    (tmp_path / "f.yaml").write_text(make(500_000))
    command = [sys.executable, "-c", budgets.PROGRAM, "run", "-q", str(tmp_path / "f.yaml")]
    assert used(command, code).bytes <= (budgets.BASE + budgets.TIMES / 2) * budgets.MB


@pytest.mark.parametrize(
    ("shape", "what"),
    [((500_001,), "inputs"), ((1, 500_001), "inputs"), ((200_001, 1), "units")],
)
def test_the_inputs_and_units_of_an_array_are_counted_before_they_are_named(
    tmp_path: Path, shape: tuple[int, ...], what: str
) -> None:
    np.savez_compressed(tmp_path / "w.npz", w=np.zeros(shape))
    weights = "{weights: {file: w.npz, key: w}, activation: relu}"
    text = f"neuron: {weights}\n" if len(shape) == 1 else f"layers:\n- {weights}\n"
    (tmp_path / "f.yaml").write_text(text + CASES)
    with pytest.raises(evaluator.SpecError) as caught:
        evaluator.load(tmp_path / "f.yaml")
    (found,) = caught.value.diagnostics
    assert (found.code, found.location.line) == ("too-large", 1 if len(shape) == 1 else 2)
    assert (
        found.message
        == f"there are {max(shape):,} {what}; at most {min(500_000, max(shape) - 1):,} are read"
    )
    assert text.splitlines()[-1][found.location.column - 1 :].startswith("w.npz")


@pytest.mark.parametrize(
    ("key", "text", "line"),
    [
        ("cases", NEURON + "cases:\n" + "  - {inputs: 1, expected: 1}\n" * 3, 2),
        ("layers", "layers:\n" + "  - {activation: relu}\n" * 3 + CASES, 1),
        ("neurons", chain(3), 2),
    ],
)
def test_more_than_is_read_is_told_before_anything_is_built(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, key: str, text: str, line: int
) -> None:
    monkeypatch.setitem(spec.MAX_WRITTEN, key, (3, "use fewer"))
    assert survive(capsys, text)[0] in (0, 3)
    assert "too-large" not in survive(capsys, text)[1]
    monkeypatch.setitem(spec.MAX_WRITTEN, key, (2, "use fewer"))
    code, output = survive(capsys, text)
    assert code == 3
    assert f"error[too-large]: `{key}` holds 3; at most 2 are read\n  --> f.yaml:{line}:1" in output
    assert "help: use fewer" in output


# ---- numbers

NUMBERS = [
    ("0", 0), ("-0", 0), ("5e-324", 0), ("1e-400", 0), ("1.7976931348623157e308", 0), ("-1e308", 0),
    (".inf", 0), ("-.inf", 0), (".nan", 0), ("1" + "0" * 308, 0), ("9007199254740993", 0),
    ("1e309", 3), ("2" + "0" * 308, 3), ("1" * 1001, 3), ("0x10", 3), ("1_0", 3), ("010", 3),
]  # fmt: skip


BEYOND_FLOAT32 = ("1.7976931348623157e308", "-1e308", "1" + "0" * 308)


@pytest.mark.parametrize(("written", "code"), NUMBERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_any_number_may_be_an_input_and_what_it_gives_expected(
    capsys: Capture, written: str, code: int, dtype: str
) -> None:
    text = f"dtype: {dtype}\nneuron: {{weights: [1], activation: identity}}\ncases: [{{inputs: {written}, expected: {written}}}]\n"
    found, output = survive(capsys, text)
    if dtype == "float32" and written in BEYOND_FLOAT32:
        code = 3
    assert found == code
    assert code or "1 value checked" in output


@pytest.mark.parametrize("written", [".inf", "-.inf", ".nan"])
@pytest.mark.parametrize(
    "text",
    [
        "neuron: {weights: [NUMBER], activation: relu}\n" + CASES,
        "neuron: {weights: [1], bias: NUMBER, activation: relu}\n" + CASES,
        "neuron: {weights: [1], activation: {name: elu, alpha: NUMBER}}\n" + CASES,
        "layers: [{weights: [[NUMBER]], activation: relu}]\n" + CASES,
        "layers: [{weights: [[1]], bias: [NUMBER], activation: relu}]\n" + CASES,
        "layers: [{weights: [[1]], activation: {name: prelu, slope: [NUMBER]}}]\n" + CASES,
        "inputs: [x]\nneurons: {y: {weights: {x: NUMBER}, activation: relu}}\n" + CASES,
        "inputs: [x]\nneurons: {y: {weights: [1], bias: NUMBER, activation: relu}}\n" + CASES,
        "tolerance: NUMBER\n" + GOOD,
        "tolerance: {rtol: NUMBER}\n" + GOOD,
        NEURON + "cases: [{inputs: 1, expected: 1, tolerance: NUMBER}]\n",
        NEURON + "cases: [{inputs: 1, expected: 1, tolerance: {atol: 0, rtol: NUMBER}}]\n",
        NEURON + "cases: [{inputs: 1, expected_class: NUMBER}]\n",
        "version: NUMBER\n" + GOOD,
    ],
)
def test_what_is_not_finite_is_refused_wherever_it_makes_no_sense(
    capsys: Capture, text: str, written: str
) -> None:
    code, output = survive(capsys, text.replace("NUMBER", written))
    assert code == 3
    assert output.count("error[") == 1


@pytest.mark.parametrize(
    ("inputs", "expected", "code"),
    [
        ("1", ".nan", 1), (".nan", "1", 1), (".nan", '"[-inf, inf]"', 1), (".nan", ".inf", 1),
        (".inf", "1e308", 1), (".inf", '"(-inf, inf)"', 1), (".inf", '"[-inf, inf]"', 0),
        (".inf", '"> 1e308"', 0), ("1e308", ".inf", 1), ("-.inf", ".inf", 1), ("5e-324", "0", 0),
        ("5e-324", '"> 0"', 0), ("0", '"> 0"', 1), ("-0.0", '"[0, 0]"', 0), ("0", '"< 0"', 1),
    ],
)  # fmt: skip
def test_nothing_but_what_is_expected_is_accepted(
    capsys: Capture, inputs: str, expected: str, code: int
) -> None:
    text = "neuron: {weights: [1], activation: identity}\n"
    text += f"cases: [{{inputs: {inputs}, expected: {expected}}}]\n"
    assert survive(capsys, text)[0] == code


@pytest.mark.parametrize("expected", ["1e308 ± 1e308", "1e308, tolerance: 1e308"])
def test_infinity_is_not_within_a_finite_tolerance(capsys: Capture, expected: str) -> None:
    text = "neuron: {weights: [1], activation: identity}\n"
    text += f"cases: [{{inputs: .inf, expected: {expected}}}]\n"
    assert survive(capsys, text)[0] == 1


# ---- shapes and names

LAYERS = "layers: [{weights: [[0, 1], [1, 0], [1, 1]], activation: relu}]\n"
MISSHAPEN = [
    LAYERS.replace("[1, 1]", "[1]") + "cases: [{inputs: [1, 2], expected: [2, 1, 3]}]\n",
    LAYERS.replace("act", "bias: [1], act") + "cases: [{inputs: [1, 2], expected: [2, 1, 3]}]\n",
    LAYERS.replace("act", "bias: 1, act") + "cases: [{inputs: [1, 2], expected: [2, 1, 3]}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: [2, 1]}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: [2, 1, 3, 4]}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: 2}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: []}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: {}}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: {layer1: []}}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: {layer1: [1, 2]}}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: {layer1: 1}}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: {layer2: [2, 1, 3]}}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected: [[2, 1, 3]]}]\n",
    LAYERS + "cases: [{inputs: [[1, 2]], expected: [2, 1, 3]}]\n",
    LAYERS + "cases: [{inputs: [1], expected: [2, 1, 3]}]\n",
    LAYERS + "cases: [{inputs: 1, expected: [2, 1, 3]}]\n",
    LAYERS + "cases: [{inputs: {x1: 1}, expected: [2, 1, 3]}]\n",
    LAYERS + "cases: [{inputs: {x1: 1, x2: 2, x3: 3}, expected: [2, 1, 3]}]\n",
    LAYERS + "cases: [{inputs: [1, 2], expected_class: 3}]\n",
    LAYERS + "outputs: [a, b]\ncases: [{inputs: [1, 2], expected: [2, 1, 3]}]\n",
    LAYERS + "outputs: [a, b, a]\ncases: [{inputs: [1, 2], expected: [2, 1, 3]}]\n",
    LAYERS + "inputs: [a]\ncases: [{inputs: [1, 2], expected: [2, 1, 3]}]\n",
    LAYERS + "cases: []\n",
    LAYERS + "cases: {}\n",
    LAYERS,
    "layers: [{weights: [[]], activation: relu}]\ncases: [{inputs: [], expected: 0}]\n",
    "layers: []\n" + CASES,
    "neurons: {}\ninputs: [x]\n" + CASES,
    neurons(["  y: {weights: {z: 1}, activation: relu}\n"]),
    neurons(["  y: {inputs: [x, x], weights: [1, 1], activation: relu}\n"]),
    neurons(["  y: {weights: {y: 1, x: 1}, activation: relu}\n"]),
    neurons(["  y: {weights: {x: 1}, activation: softmax}\n"]),
    "outputs: [y]\n" + neurons(["  h: {weights: {x: 1}, activation: relu}\n",
                                "  y: {weights: {x: 1}, activation: relu}\n"]),
]  # fmt: skip


@pytest.mark.parametrize("text", MISSHAPEN)
def test_what_does_not_fit_is_never_stretched_until_it_passes(capsys: Capture, text: str) -> None:
    code, output = survive(capsys, text)
    assert code == 3
    assert "0 values checked" in output


@pytest.mark.parametrize(
    "name", ["a\\e[31mb", "a\\u202eb", "a\\u200bb", "a\\x07", "a\\x7fb", "a\\u2066b"]
)
@pytest.mark.parametrize(
    "key", ["name", "case", "input", "neuron", "tag", "reason", "expected", "file"]
)
def test_no_name_commands_the_terminal(capsys: Capture, name: str, key: str) -> None:
    names = {
        k: "n" for k in ("name", "case", "input", "neuron", "tag", "reason", "expected", "file")
    }
    names[key] = name
    text = (
        'name: "{name}"\ntags: ["{tag}"]\ninputs: ["{input}"]\n'
        'neurons: {{"{neuron}x": {{weights: {{"{input}": 1}}, activation: relu}}}}\n'
        'cases:\n  - {{name: "{case}", inputs: 1, expected: {{"{neuron}x": 2}}}}\n'
        '  - {{inputs: 1}}\n  - {{inputs: 1, expected: 5, xfail: "{reason}"}}\n'
        '  - {{inputs: 1, expected: 1, xfail: "{reason}"}}\n  - {{inputs: 1, skip: "{reason}"}}\n'
        "---\n" + GOOD.replace("expected: 1", 'expected: "{expected}"').replace("{", "{{").replace("}", "}}").replace('"{{expected}}"', '"{expected}"')
        + "---\n" + NEURON.replace("[1]", '{file: "FILE.npy"}').replace("{", "{{").replace("}", "}}").replace("FILE", "{file}") + CASES.replace("{", "{{").replace("}", "}}")
    ).format(**names)  # fmt: skip
    for words in ([], ["-q"], ["-v"], ["--co"], ["--durations", "9"]):
        code, output = survive(capsys, text, *words)
        assert code == 3
        assert all(c.isprintable() or c == "\n" for c in output), repr(output)


SLOW = {
    "underscores": "a: 1" + "_" * 20_000 + "x\n",
    "zeros": "a: " + "0" * 100_000 + "x\n",
    "duplicate keys": "a: 1\n" * 30_000,
    "ambiguous numbers on one line": "a: [" + "012, " * 150_000 + "]\n",
    "unknown names": neurons([f"  neuron{n}: {{weights: {{neurom{n}: 1}}, activation: relu}}\n" for n in range(3000)]),
    "documents of a long file": f"---\n#{'x' * 1200}\na: 1\n" * 2000,
    "a case of a deep network": "layers:\n" + "- {weights: [[1]], activation: tanh}\n" * 20_000 + CASES,
    "inputs by name": (
        f"inputs: [{', '.join(f'i{n}' for n in range(40_000))}]\n"
        f"neuron: {{activation: relu, weights: {{{', '.join(f'i{n}: 1' for n in range(40_000))}}}}}\n{CASES}"
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    SLOW.values(),
    ids=SLOW,
)
def test_time_grows_with_the_file_and_not_with_its_square(capsys: Capture, text: str) -> None:
    code, _ = survive(capsys, text, seconds=6)
    assert code in (1, 3)


def test_aliases_do_not_multiply_a_long_text_without_limit(capsys: Capture) -> None:
    text = f"  - &a {{name: {'x' * 1_000_000}, inputs: 1, expected: 1}}\n" + "  - *a\n" * 400
    assert survive(capsys, NEURON + "cases:\n" + text)[0] == 3


def test_many_cases_of_many_units_are_no_internal_fault() -> None:
    rows = "[&r [1]" + ", *r" * 19_999 + "]"
    cases = "  - &c {inputs: 1, expected: {layer2: 20000}}\n" + "  - *c\n" * 19_999
    Path("f.yaml").write_text(
        f"layers:\n  - {{weights: {rows}, activation: relu}}\n"
        f"  - {{weights: [[{'1, ' * 20_000}]], activation: relu}}\ncases:\n{cases}"
    )
    program = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "from evaluator.cli import main\n"
        "sys.exit(main(['run', '-q', 'f.yaml']))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=120, check=False
    )
    assert found.returncode in (0, 3)


# ---- mutations of the library

SPECS = [file for file in sorted(LIBRARY.rglob("*.yaml")) if file.stat().st_size < 20_000]
TEXTS = {str(file): file.read_text(encoding="utf-8") for file in SPECS}
DATA = {
    file: [document.data for document in source.read(text, file)] for file, text in TEXTS.items()
}

NUMBER = st.one_of(
    st.integers(-3, 3), st.floats(), st.sampled_from([2**53 + 1, 10**308, -(10**30), 5e-324, 1e-300]),
)  # fmt: skip
WORD = st.one_of(
    st.sampled_from([
        "", "x", "x1", "y", "y.z", "z", "h", "exact", "relu", "softmax", "prelu", "~1", "(0, 1)", "1,5",
        "[0, 1]", "> 0", "1 ± 2", "nan", "w.npy", "cases.csv", "weights.npz", "../x.npy", "/", "%", ".inf%",
        "0/0", "1/3", "−1", "\u202e", "\x1b[31m", "a\nb", "𝟏", "x" * 2000,
    ]),
    st.text(max_size=6),
)  # fmt: skip
KEY = st.one_of(
    st.sampled_from([
        "name", "tags", "neuron", "neurons", "layers", "model", "inputs", "outputs", "dtype", "tolerance",
        "cases", "weights", "bias", "activation", "file", "key", "transpose", "expected", "expected_class",
        "skip", "xfail", "atol", "rtol", "alpha", "slope", "min", "max", "description", "source", "version",
    ]),
    st.text(max_size=4),
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBER | WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=6,
)


def written(value: Any) -> str:
    """Write data as YAML, in the JSON style; a mapping may be a list of pairs, keys repeated."""
    if isinstance(value, dict | Pairs):
        pairs = value.items() if isinstance(value, dict) else value
        return "{" + ", ".join(f"? {written(k)} : {written(v)}" for k, v in pairs) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return json.dumps(value, ensure_ascii=False)


class Pairs(list[Any]):
    """A mapping whose keys may stand twice."""


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(data, dict | list):
        for step in data if isinstance(data, dict) else range(len(data)):
            yield from paths(data[step], (*path, step))


def mutated(data: Any, draw: Any) -> Any:
    """Change one thing at a random place."""
    path = draw(st.sampled_from(list(paths(data))[1:] or [()]))
    if not path:
        return draw(ANYTHING)
    copy = json.loads(json.dumps(data))
    *above, last = path
    holder = copy
    for step in above:
        holder = holder[step]
    old = holder[last]
    action = draw(
        st.sampled_from(["replace", "delete", "rename", "twice", "number", "wrap", "swap"])
    )
    if action == "delete":
        del holder[last]
    elif action == "rename" and isinstance(holder, dict):
        holder[draw(KEY | st.just(f"{last}s") | st.just(str(last)[:-1]))] = holder.pop(last)
    elif action == "twice" and isinstance(holder, list):
        holder.insert(last, old)
    elif action == "number" and isinstance(old, int | float):
        holder[last] = draw(NUMBER | st.just(-old) | st.just(old + 1) | st.just(f"{old}"))
    elif action == "wrap":
        holder[last] = draw(
            st.sampled_from([[old], [[old]], {"file": old}, {"name": old}, [old, old]])
        )
    elif action == "swap":
        holder[last] = draw(
            st.sampled_from([data, *data.values()] if isinstance(data, dict) else [data])
        )
    else:
        holder[last] = draw(ANYTHING)
    return copy


@st.composite
def structures(draw: Any) -> str:
    """Make a spec of the library with one to three things changed."""
    documents = DATA[draw(st.sampled_from(sorted(DATA)))]
    data = draw(st.sampled_from(documents))
    for _ in range(draw(st.integers(1, 3))):
        data = mutated(data, draw)
    return written(data)


@st.composite
def repeated_keys(draw: Any) -> str:
    """Make a spec of the library with one key given twice."""
    data = draw(st.sampled_from([d for documents in DATA.values() for d in documents]))
    pairs = Pairs(data.items())
    pairs.insert(draw(st.integers(0, len(pairs))), draw(st.sampled_from(list(pairs))))
    return written(pairs)


@st.composite
def edits(draw: Any) -> str:
    """Make a text of the library with some characters changed, as a tired person would."""
    text = draw(st.sampled_from(sorted(TEXTS.values())))
    chance = random.Random(draw(st.integers(0, 2**32)))
    pieces = [
        "", " ", "\n", "  ", "\t", ":", ": ", "-", "- ", "[", "]", "{", "}", ",", "#", "&a ", "*a", "!", "'",
        '"', "|", ">", "%", "@", "`", "~", "0", "1", "9", ".", "e", "_", "\\", "\r", "---\n", "...\n", "\x00",
        "\ufeff", "é", "\u2028", "<<: ", "? ", "null", "true", ".nan", ".inf",
    ]  # fmt: skip
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(text) + 1)
        cut = chance.choice((0, 0, 1, 1, 2, 10, 100))
        text = text[:at] + chance.choice(pieces) + text[at + cut :]
    return text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder that holds the arrays and tables of the library."""
    folder = tmp_path_factory.mktemp("project")
    for file in LIBRARY.rglob("*.*"):
        if (
            file.suffix in (".npy", ".npz", ".csv", ".safetensors")
            and file.stat().st_size < 200_000
        ):
            shutil.copy(file, folder / file.name)
    return folder


@given(text=structures() | edits())
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_a_changed_spec_of_the_library_never_breaks_the_evaluator(
    text: str, project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    code, output = survive(capsys, text, "--output-format", "json")
    report = json.loads(output, parse_constant=pytest.fail)
    assert code in (0, 1, 3, 5)
    assert report["summary"]["exit_code"] == code
    errors = [found for found in report["diagnostics"] if found["severity"] == "error"]
    assert bool(errors) == (code == 3)
    if code == 0:
        assert report["summary"]["values"] > 0
        assert report["summary"]["failed"] == 0
    # The places that are told are in the file.
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    for found in report["diagnostics"]:
        assert found["message"]
        assert 1 <= found["line"] <= len(lines)
        assert 1 <= found["column"] <= len(lines[found["line"] - 1]) + 1
    for words in ([], ["-q"], ["-v"]):
        shown = survive(capsys, text, *words)
        assert shown[0] == code
        assert all(c.isprintable() or c in "\n" for c in shown[1])


@given(text=repeated_keys())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spec_with_a_key_given_twice_never_passes(text: str, capsys: Capture) -> None:
    code, output = survive(capsys, text, "-q")
    assert code == 3
    assert output.count("duplicate-key") == 1
