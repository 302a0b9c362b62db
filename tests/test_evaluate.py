"""How cases end: outcomes, tables, classes, and rows that are fed forward a stretch at a time."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator import evaluate
from evaluator.collect import Selection
from evaluator.results import CaseResult, Report

ADDS = "inputs: [a, b]\nneuron: {weights: [1, 1], activation: identity}\ncases:\n"
TABLE = "a,b,y,id\n1,1,2,first\n1,2,4,second\n3,3,6,third\n2,2,5,fourth\n"


def report(folder: Path, text: str) -> Report:
    (folder / "table.csv").write_text(TABLE)
    file = folder / "f.yaml"
    file.write_text(text)
    return evaluator.run(file)


def only(folder: Path, text: str) -> CaseResult:
    found = report(folder, text)
    assert found.diagnostics == []
    (case,) = found.results
    return case


ENDINGS = {
    "{file: table.csv, skip: why}": ("skipped", 0),
    "{inputs: [2, 3], skip: later}": ("skipped", 0),
    "{inputs: [2, 3], expected: 5, skip: later}": ("skipped", 0),
    "{file: table.csv, xfail: why}": ("xfailed", 2),
    "{inputs: [2, 3], expected: 6, xfail: why}": ("xfailed", 1),
    "{inputs: [2, 3], expected: 5, xfail: why}": ("xpassed", 0),
    "{inputs: [2, 3], xfail: why}": ("failed", 0),
    "{inputs: [2, 3]}": ("failed", 0),
    "{file: table.csv}": ("failed", 2),
}


@pytest.mark.parametrize(("case", "ending"), ENDINGS.items())
def test_a_case_ends_as_its_keys_say(case: str, ending: tuple[str, int], tmp_path: Path) -> None:
    result = only(tmp_path, f"{ADDS}  - {case}\n")
    assert (result.outcome, len(result.mismatches)) == ending


@pytest.mark.parametrize("case", ["{file: table.csv, tags: [t]}", "{inputs: [1, 1], tags: [t]}"])
def test_a_tag_is_found_whatever_else_a_case_holds(case: str, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    file = tmp_path / "f.yaml"
    file.write_text(f"{ADDS}  - {case}\n  - {{inputs: [1, 1], expected: 2}}\n")
    options = evaluator.Options(selection=Selection(tags=("t",)))
    (result,) = evaluator.run(file, options).results
    assert result.line == 4


@pytest.mark.parametrize("most", [1, 2, 4, 7, 1 << 22])
def test_rows_are_the_same_however_many_are_fed_forward_at_once(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "MAX_VALUES", most)
    text = (
        ADDS + "  - {inputs: [1, 1], expected: 2}\n  - {file: table.csv, name: id}\n"
        "  - {inputs: [1, 5], expected: {y.z: 7}}\n  - {inputs: [2, 2], expected: 4}\n"
    )
    found = report(tmp_path, text)
    assert [case.outcome for case in found.results] == ["passed", "failed", "failed", "passed"]
    table, inner = found.results[1:3]
    assert [(m.row, m.row_name, m.actual) for m in table.mismatches] == [
        (2, "second", 3.0),
        (4, "fourth", 4.0),
    ]
    assert (table.rows, table.failed_rows, table.values) == (4, 2, 4)
    assert [(m.output, m.actual) for m in inner.mismatches] == [("y.z", 6.0)]


CLASSES = "inputs: [a, b]\noutputs: [p, q]\nlayers: [{activation: identity}]\ncases:\n"


@pytest.mark.parametrize(
    ("inputs", "expected", "actual"),
    [
        ("[1, 2]", "q", None), ("[1, 2]", "1", None), ("[1, 1]", "p", None), ("[1, 2]", "p", 1.0),
        ("[.nan, 2]", "q", math.nan), ("[.nan, 2]", "p", math.nan), ("[1, .inf]", "q", None),
        ("[-.inf, -.inf]", "0", None),
    ],
)  # fmt: skip
def test_a_class_is_the_first_largest_output_and_never_not_a_number(
    inputs: str, expected: str, actual: float | None, tmp_path: Path
) -> None:
    result = only(tmp_path, f"{CLASSES}  - {{inputs: {inputs}, expected_class: {expected}}}\n")
    found = [mismatch.actual for mismatch in result.mismatches]
    assert found == pytest.approx([] if actual is None else [actual], nan_ok=True)
    assert result.values == 1


UNNAMED = "inputs: [a, b]\nlayers: [{activation: identity}]\ncases:\n"
IS_ANOTHER = "class {} is expected, and the largest output is {}: {}"


@pytest.mark.parametrize(
    ("head", "inputs", "expected", "note"),
    [
        (CLASSES, "1, 2", "p", ("`p`", "`q`", "`q` is 2, `p` is 1")),
        (UNNAMED, "0.25, 0.125", "1", ("1", "0", "`layer1[0]` is 0.25, `layer1[1]` is 0.125")),
        (CLASSES, "3, 3", "q", ("`q`", "`p`", "`p` and `q` are both 3, and the first counts")),
        (CLASSES, "0, -0.0", "q", ("`q`", "`p`", "`p` and `q` are both 0, and the first counts")),
        (CLASSES, ".inf, .inf", "1", ("`q`", "`p`", "`p` and `q` are both .inf, and the first counts")),
        (CLASSES, "2, .nan", "p", ("`p`", "not a number", "`q` is .nan, `p` is 2")),
        (CLASSES, "2, .nan", "q", ("`q`", "not a number", "`q` is .nan")),
    ],
)  # fmt: skip
def test_a_wrong_class_is_told_with_the_numbers_written_out_or_in_a_table(
    head: str, inputs: str, expected: str, note: tuple[str, ...], tmp_path: Path
) -> None:
    text = f"{head}  - {{inputs: [{inputs}], expected_class: {expected}}}\n"
    arrays = [float(value.strip(" .")) for value in inputs.split(",")]
    index = int(expected) if expected.isdigit() else "pq".index(expected)
    np.savez(tmp_path / "t.npz", X=[arrays], Y=[index])
    text += "  - {file: t.npz, inputs: X, expected_class: Y}\n"
    written, table = report(tmp_path, text).results
    assert [m.note for m in written.mismatches + table.mismatches] == [IS_ANOTHER.format(*note)] * 2


def test_the_arithmetic_of_a_wrong_class_is_that_of_the_outputs_concerned(tmp_path: Path) -> None:
    text = (
        "outputs: [p, q, r]\nlayers:\n  - {weights: [[1]], activation: identity}\n"
        "  - {weights: [[1], [2], [3]], activation: identity}\n"
        "cases: [{inputs: 1, expected_class: p}]\n"
    )
    (mismatch,) = only(tmp_path, text).mismatches
    assert [line.split(" = ")[0] for line in mismatch.arithmetic] == [
        "layer1.z", "layer1", "r.z", "r", "p.z", "p",
    ]  # fmt: skip


def test_outputs_of_several_depths_come_in_the_order_that_is_written(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(
        "inputs: [x]\noutputs: [late, early, other]\nneurons:\n"
        "  early: {weights: [2], activation: identity}\n"
        "  other: {weights: [3], activation: identity}\n"
        "  late: {weights: {early: 1, other: 1}, activation: identity}\n"
        "cases: [{inputs: 1, expected: [5, 2, 3]}]\n"
    )
    assert evaluator.run(file).ok
    assert evaluator.load(file).network([1]).tolist() == [5, 2, 3]


def test_an_array_of_one_row_or_one_column_is_a_list(tmp_path: Path) -> None:
    np.save(tmp_path / "row.npy", [[1.0, 2.0]])
    np.save(tmp_path / "column.npy", [[1.0], [2.0]])
    for name in ("row", "column"):
        case = only(
            tmp_path,
            f"neuron: {{weights: {{file: {name}.npy}}, activation: identity}}\n"
            "cases: [{inputs: [1, 1], expected: 3}]\n",
        )
        assert case.outcome == "passed"


@pytest.mark.parametrize(
    ("network", "case", "code"),
    [
        ("inputs: [a]\nneuron: {weights: [1, 2], activation: relu}", "inputs: [1, 2], expected: 1", "shape-mismatch"),
        ("outputs: [a, b]\nlayers: [{weights: [[1]], activation: relu}]", "inputs: 1, expected: [1, 2]", "shape-mismatch"),
        ("outputs: [p, p]\nlayers: [{weights: [[1], [1]], activation: relu}]", "inputs: 1, expected: 1", "duplicate-name"),
        ("outputs: [p, p]\nlayers: [{weights: [[1], [1]], activation: relu}]", "inputs: 1, expected: {p: 1}", "duplicate-name"),
        ("outputs: [p, q]\nlayers: [{weights: [[1]], activation: relu}]", "inputs: 1, expected: {q.z: 1}", "shape-mismatch"),
        ("outputs: [p, q]\nneuron: {weights: [1], activation: relu}", "inputs: 1, expected: {q: 1, z: 1}", "shape-mismatch"),
        ("inputs: [a]\noutputs: [y, y]\nneurons: {y: {weights: [1], activation: relu}}", "inputs: 1, expected: 1", "duplicate-name"),
        ("inputs: [a, a]\nneuron: {weights: [1, 2], activation: relu}", "inputs: {a: 1, b: 2}, expected: 1", "duplicate-name"),
        ("inputs: [a, a]\nneurons: {y: {weights: [1, 2], activation: relu}}", "inputs: [1, 2], expected: 1", "duplicate-name"),
        ("layers: [{weights: [[1], [1]], activation: relu}]", "inputs: 1, expected: [(0, 3), 4]", "expectation"),
    ],
)  # fmt: skip
def test_one_mistake_gives_one_message(network: str, case: str, code: str, tmp_path: Path) -> None:
    found = report(tmp_path, f"{network}\ncases: [{{{case}}}]\n").diagnostics
    assert [diagnostic.code for diagnostic in found] == [code]


BEYOND = [
    ("[1]", "inputs: 1e39, expected: 1", "out-of-range", "error"),
    ("[1]", "inputs: 1, expected: -1e39", "out-of-range", "error"),
    ("[1]", "inputs: 1e-50, expected: 0", "underflow", "warning"),
    ("[1]", "inputs: 0, expected: 1e-50", "underflow", "warning"),
    ("[1e39]", "inputs: 1, expected: 1", "not-finite", "error"),
]


@pytest.mark.parametrize(("weights", "case", "code", "severity"), BEYOND)
def test_a_number_that_float32_does_not_hold_is_told(
    weights: str, case: str, code: str, severity: str, tmp_path: Path
) -> None:
    text = f"neuron: {{weights: {weights}, activation: relu}}\ncases: [{{{case}}}]\n"
    (found,) = report(tmp_path, f"dtype: float32\n{text}").diagnostics
    assert (found.code, found.severity) == (code, severity)
    assert ("is beyond float32" if severity == "error" else "becomes 0 in float32") in found.message
    assert found.hint
    assert not report(tmp_path, text).diagnostics


DEFAULTS = {
    "outputs: [x1, b]": (1, 11, "`x1` is the name of input 1 by default"),
    "inputs: [layer1]": (1, 10, "`layer1` is the name of layer 1 by default"),
    "outputs: [a, layer2]": (1, 14, "`layer2` is the name of layer 2 by default"),
    "inputs: [a]\noutputs: [a, b]": (2, 11, "the name `a` stands already at 1:10"),
}


@pytest.mark.parametrize(("names", "wanted"), DEFAULTS.items())
def test_a_name_that_is_another_by_default_is_told_where_it_is_written(
    names: str, wanted: tuple[int, int, str], tmp_path: Path
) -> None:
    layers = "layers: [{weights: [[1], [2]], activation: relu}, {activation: relu}]\n"
    (found,) = report(tmp_path, f"{names}\n{layers}cases: [{{inputs: 1}}]\n").diagnostics
    assert (found.location.line, found.location.column, found.message) == wanted


def test_every_circle_is_told(tmp_path: Path) -> None:
    text = "inputs: [x]\nneurons:\n"
    for name, source in {"a": "b", "b": "a", "c": "d", "d": "c", "e": "a", "f": "x"}.items():
        text += f"  {name}: {{weights: {{{source}: 1}}, activation: relu}}\n"
    found = report(tmp_path, text + "cases: [{inputs: 1, expected: {f: 1}}]\n").diagnostics
    assert [(d.code, d.location.line) for d in found] == [("cycle", 3), ("cycle", 5)]


def test_a_number_behind_an_alias_is_shown_as_a_number(tmp_path: Path) -> None:
    case = only(tmp_path, ADDS + "  - {inputs: [&x 5, 1], expected: *x}\n")
    assert case.mismatches[0].expected == "5"


def test_a_float32_is_shown_in_the_digits_that_tell_it_apart(tmp_path: Path) -> None:
    text = "dtype: float32\n" + ADDS + "  - {inputs: [0.1, 0], expected: 0.1 ± 0}\n"
    (mismatch,) = only(tmp_path, text).mismatches
    assert mismatch.shown == "0.10000000149011612"


NETWORKS = {
    "layers": "layers:\n- {weights: [[1, 1], [1, -1]], activation: softmax}\n",
    "one unit": "layers:\n- {weights: [[1, 1]], activation: relu}\n",
    "neuron": "neuron: {weights: [1, 1], activation: relu}\n",
}
CALLED = [
    ("layers", "outputs: [p, q]", "{p: 9}", "p", "p.z p q.z q"),
    ("layers", "outputs: [p, q]", "{q.z: 9}", "q.z", "q.z"),
    ("layers", "outputs: [p, q]", "{layer1: [9, 0 ± 1]}", "layer1",
     "layer1[0].z layer1[0] layer1[1].z layer1[1]"),
    ("layers", "", "[9, 0 ± 1]", "layer1", "layer1[0].z layer1[0] layer1[1].z layer1[1]"),
    ("one unit", "outputs: [p]", "9", "p", "z p"),
    ("one unit", "outputs: [p]", "{layer1: 9}", "layer1", "z layer1"),
    ("neuron", "outputs: [p]", "{p.z: 9}", "p.z", "p.z"),
    ("neuron", "", "{z: 9}", "y.z", "y.z"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "outputs", "expected", "said", "names"), CALLED)
def test_the_arithmetic_calls_a_value_what_the_mismatch_calls_it(
    network: str, outputs: str, expected: str, said: str, names: str, tmp_path: Path
) -> None:
    cases = f"cases:\n- {{inputs: [1, 2], expected: {expected}}}\n"
    found = only(tmp_path, f"{outputs}\n{NETWORKS[network]}{cases}")
    (mismatch,) = found.mismatches
    assert mismatch.output == said
    assert [line.split(" = ")[0] for line in mismatch.arithmetic] == names.split()


ALIASED = """\
layers: [{weights: [[1, 2], [3, 4]], activation: relu}]
cases:
  - {inputs: [1, 2], expected: &e [5, 11]}
  - {inputs: [1, 3], expected: *e}
  - &c {inputs: [1, 1], expected_class: 0}
  - *c
"""


def test_a_mismatch_behind_an_alias_stands_where_the_alias_is(tmp_path: Path) -> None:
    found = [case.mismatches for case in report(tmp_path, ALIASED).results]
    places = [[(m.location.line, m.location.column) for m in mismatches] for mismatches in found]
    assert places == [[], [(4, 32), (4, 32)], [(5, 41)], [(6, 5)]]


BEHIND_AN_ALIAS = {
    "- &l {name: h, weights: [[1]], activation: relu}\n- *l": ("duplicate-name", 3, 3),
    "- {weights: &w [[1], [2]], activation: relu}\n- {weights: *w, activation: relu}": (
        "shape-mismatch", 3, 13,
    ),
    "- {weights: &w [[.inf]], activation: relu}\n- {weights: *w, activation: relu}": (
        "not-finite", 2, 18,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "wanted"), BEHIND_AN_ALIAS.items())
def test_what_does_not_fit_behind_an_alias_is_told_there_and_what_is_wrong_itself_once(
    layers: str, wanted: tuple[str, int, int], tmp_path: Path
) -> None:
    (found,) = report(tmp_path, f"layers:\n{layers}\ncases: [{{inputs: 1}}]\n").diagnostics
    assert (found.code, found.location.line, found.location.column) == wanted


ROWS = {
    "1,x,2": "",
    "1,x,2\n1,1,2\n1,,2": "; 1 more row is wrong: 3",
    "1,x,2\n1,1\n1,1,z\n1,1,2\n1,1,~2": "; 2 more rows are wrong: 2, 3",
    "1,x,2\n" * 8: "; 7 more rows are wrong: 2, 3, 4, 5, 6, …",
    "1,x,2\n" * 102: "; more than 100 more rows are wrong: 2, 3, 4, 5, 6, …",
}


@pytest.mark.parametrize(("rows", "more"), ROWS.items())
def test_the_first_wrong_row_of_a_table_says_which_others_are_wrong(
    rows: str, more: str, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text(f"a,b,y\n{rows}\n")
    (found,) = report(tmp_path, f"{ADDS}  - {{file: rows.csv}}\n").diagnostics
    first = "row 1 (line 2) of `rows.csv`, column `b` is `x`, not a number"
    assert (found.code, found.message) == ("case-table", first + more)
