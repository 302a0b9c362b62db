"""Each lint: a spec that has it, and a near miss that has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluator import load
from evaluator.audit.lints import LINTS, lints
from evaluator.evaluate import evaluate

LINE = "neuron: {weights: [1], activation: identity}\ncases:\n"
SIGMOID = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases:\n"
TANH = "neuron: {weights: [1], activation: tanh}\ncases:\n"
HIDDEN = """\
inputs: [a]
neurons:
  h: {weights: {a: 1}, activation: relu}
  y: {weights: {h: 1, a: 2}, activation: identity}
cases:
"""
FAR = "  - {inputs: 5, expected: 5}\n"

# What is written, and the codes with the line and the column of each.
WEAK = [
    *(
        (f"{LINE}{FAR}{FAR.replace('5', '6')}  - {{inputs: 7, expected: {all_of_it}}}\n",
         "accepts-everything", 5, 27)
        for all_of_it in ('"[-inf, inf]"', '"> -inf"', "7 ± 1.7976931348623157e+308")
    ),
    (f"{LINE}{FAR}  - {{inputs: 1.0e-8, expected: 1.0e-8}}\n", "zero-passes", 4, 32),
    (f"{LINE}{FAR}  - {{inputs: 0.1, expected: 0.1 ± 0.2}}\n", "zero-passes", 4, 29),
    (f'{LINE}  - {{inputs: 1, expected: "> 0.5"}}\n{FAR}', "constant-passes", 2, 1),
    (f'{LINE}  - {{inputs: 1, expected: "(0, 2)"}}\n', "constant-passes", 2, 1),
    (f'{TANH}  - {{inputs: 1, expected: "[-1, 1]"}}\n', "constant-passes", 2, 1),
    (f"{SIGMOID}  - {{inputs: [2, 3], expected: ~0.999}}\n", "saturated", 3, 32),
    (f"{TANH}  - {{inputs: -20, expected: -1}}\n", "saturated", 3, 29),
    (f"tolerance: 0.01\n{LINE}{FAR}", "wide-tolerance", 1, 12),
    (f"{LINE}{FAR}  - {{inputs: 3, expected: 3, tolerance: 0.01}}\n", "wide-tolerance", 4, 41),
    (f"{LINE}{FAR}  - {{inputs: 0, expected: 0}}\n  - {{inputs: -0.0, expected: 0}}\n",
     "repeated-case", 5, 14),
    (f"{HIDDEN}  - {{inputs: -1, expected: -2}}\n  - {{inputs: -3, expected: -6}}\n",
     "constant-unit", 3, 6),
]  # fmt: skip

STRONG = [
    # All but the numbers on one side.
    *(
        f'{LINE}{FAR}{FAR.replace("5", "6")}  - {{inputs: 7, expected: "{most_of_it}"}}\n'
        for most_of_it in ("<= 1.797e+308", ">= -1.797e+308")
    ),
    # The network itself always answers 2.
    f"{LINE.replace('[1]', '[0], bias: 2')}  - {{inputs: 1, expected: 2}}\n  - {{inputs: 3, expected: 2}}\n",
    f"{LINE}  - {{inputs: 5, expected: 5}}\n  - {{inputs: 5, expected: {{y: 5}}}}\n",
    f"{SIGMOID}  - {{inputs: [2, .inf], expected: 1}}\n",
    # No constant is 7 and not a number, in whatever order; nor is any infinity.
    *(
        f"{LINE}  - {{inputs: {one}, expected: {one}}}\n  - {{inputs: {other}, expected: {other}}}\n"
        for one, other in [
            (7, ".nan"),
            (".nan", 7),
            (".inf", ".nan"),
            (".nan", ".inf"),
            (".inf", 7),
        ]
    ),
    f"{LINE}{FAR}  - {{inputs: 1.0e-6, expected: 1.0e-6}}\n",
    f"{LINE}{FAR}  - {{inputs: 0, expected: 0}}\n",
    f'{LINE}{FAR}  - {{inputs: 1, expected: "[-2, 2]"}}\n',
    f'{LINE}  - {{inputs: 1, expected: "> 0.5"}}\n  - {{inputs: -1, expected: "< 0"}}\n',
    f"{LINE}{FAR}",
    f"{SIGMOID}  - {{inputs: [2, 3], expected: {{y: ~0.999, z: 7}}}}\n",
    f"{SIGMOID}  - {{inputs: [0, -2], expected: ~0.88}}\n",
    f"{SIGMOID}  - {{inputs: [2, 3], expected: ~0.99909}}\n",
    f"{TANH}  - {{inputs: 2, expected: 0.9640275800758169}}\n",
    f"tolerance: 1.0e-6\n{LINE}{FAR}",
    f"tolerance: 0.01\n{LINE}  - {{inputs: 5, expected: 5.004}}\n",
    f"{HIDDEN}  - {{inputs: 1, expected: 3}}\n  - {{inputs: 1, expected: {{h: 1}}}}\n"
    "  - {inputs: 2, expected: 6}\n",
    f"{HIDDEN}  - {{inputs: -1, expected: -2}}\n  - {{inputs: 3, expected: 9}}\n",
]


def found(folder: Path, text: str) -> list[tuple[str, int, int]]:
    (folder / "f.yaml").write_text(text)
    spec = load(folder / "f.yaml")
    assert all(case.outcome == "passed" for case in evaluate(spec).cases)
    diagnostics = lints(spec)
    assert all(d.severity == "warning" and d.hint for d in diagnostics)
    return [(d.code, d.location.line, d.location.column) for d in diagnostics]


@pytest.mark.parametrize(("text", "code", "line", "column"), WEAK)
def test_a_weak_spec_is_told_where_it_is_weak(
    tmp_path: Path, text: str, code: str, line: int, column: int
) -> None:
    assert found(tmp_path, text) == [(code, line, column)]


@pytest.mark.parametrize("text", STRONG)
def test_a_near_miss_is_not_told(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


def test_every_lint_is_shown_by_a_spec() -> None:
    assert {code for _, code, _, _ in WEAK} == set(LINTS)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (f"tolerance: 0.01\n{LINE}{FAR}", "leave it out: the default will do"),
        (f"tolerance: 0.01\n{LINE}{FAR.replace('5}', '5.00001}')}",
         "tighten it, as --suggest-tolerance says"),
        (f"{LINE}  - {{inputs: 3, expected: 3, tolerance: 0.01}}\n", "leave it out: the default will do"),
        (f"tolerance: 0.2\n{LINE}  - {{inputs: 5, expected: 5.1}}\n"
         "  - {inputs: 3, expected: 3, tolerance: 0.01}\n",
         "write no wider one than the default, which will do"),
    ],
)  # fmt: skip
def test_a_tolerance_is_to_be_left_out_where_the_default_would_do(
    written: Any, text: str, hint: str
) -> None:
    (only,) = lints(written(text))
    assert (only.code, only.hint) == ("wide-tolerance", hint)


def test_the_range_of_z_is_told_in_numbers(tmp_path: Path) -> None:
    text = next(text for text, code, *_ in WEAK if code == "saturated")
    (tmp_path / "f.yaml").write_text(text)
    (only,) = lints(load(tmp_path / "f.yaml"))
    # ln(0.9985/0.0015) = 6.5008, ln(0.9995/0.0005) = 7.6004
    assert only.message == "sigmoid is nearly flat here: every `z` from 6.5 to 7.6 is accepted"
    assert only.hint == "expect the sum too: `y.z` is 7"
