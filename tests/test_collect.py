"""Which files and cases a path names."""

from __future__ import annotations

from pathlib import Path

import pytest

import evaluator
from evaluator.collect import compile_expression, targets
from evaluator.diagnostics import UsageError
from evaluator.runner import Options, collect

NEURON = "neuron: {weights: [1], activation: identity}\ncases:\n"
TWO = (
    NEURON + "  - {name: a, inputs: 1, expected: 1}\n  - {name: a, inputs: 2, expected: 2}\n"
    "  - {inputs: 3, expected: 3}\n"
    "---\n" + NEURON + "  - {name: a, inputs: 4, expected: 4}\n  - {name: b, inputs: 5, expected: 5}\n"
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "two.yaml"
    path.write_text(TWO)
    return str(path)


NAMED = {
    "": [1, 2, 3, 4, 5],
    "::a": [1, 4],
    "::a#2": [2],
    "::case 3": [3],
    "::b": [5],
    "#1": [1, 2, 3],
    "#2": [4, 5],
    "#2::a": [4],
    "#1::a": [1],
}


@pytest.mark.parametrize(("named", "cases"), NAMED.items())
def test_an_id_names_the_cases_of_a_document(file: str, named: str, cases: list[int]) -> None:
    numbers = {(1, 3): 1, (1, 4): 2, (1, 5): 3, (2, 9): 4, (2, 10): 5}
    report = evaluator.run(file + named)
    found = [numbers[spec.document, case.line] for spec in report.specs for case in spec.cases]
    assert found == cases
    assert report.ok


def test_what_is_listed_can_be_given_back(file: str) -> None:
    listed = list(collect(targets([file]), Options()))
    assert [case for _, case in listed] == ["a", "a#2", "case 3", "a", "b"]
    for spec, case in listed:
        assert len(evaluator.run(f"{spec}::{case}").results) == 1


@pytest.mark.parametrize("named", ["::c", "#3", "#1::b", "#3::a"])
def test_a_case_that_is_not_there_is_told_and_fails_the_run(file: str, named: str) -> None:
    for paths in ([file + named], [file + "::a", file + named]):
        report = evaluator.run(paths)
        assert [d.code for d in report.diagnostics] == ["no-such-case"]
        assert report.summary.exit_code == 5


def test_a_document_that_is_invalid_keeps_no_other_from_being_listed(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("a: 1\n---\n" + NEURON + "  - {inputs: 1, expected: 1}\n")
    assert list(collect(targets([str(path)]), Options())) == [
        (f"{path}#1", None),
        (f"{path}#2", "case 1"),
    ]


def test_ids_are_unique_whatever_cases_are_called(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    names = ["x", "x", "x#2", "x", "case 6", ""]
    lines = [
        f"  - {{inputs: 1, expected: 1, name: '{n}'}}\n" if n else "  - {inputs: 1, expected: 1}\n"
        for n in names
    ]
    path.write_text(NEURON + "".join(lines))
    ids = [case for _, case in collect(targets([str(path)]), Options())]
    assert ids == ["x", "x#2", "x#2#2", "x#3", "case 6", "case 6#2"]


@pytest.mark.parametrize("name", ["a::b.yaml", "a#2.yaml", "a.yaml#2", "a b::c.yaml"])
def test_a_file_may_be_called_anything(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(TWO)
    assert len(evaluator.run(path).results) == 5
    for spec, case in collect(targets([str(path)]), Options()):
        assert len(evaluator.run(f"{spec}::{case}").results) == 1


def test_a_document_that_is_not_named_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("a: 1\n---\n" + NEURON + "  - {inputs: 1, expected: 1}\n")
    assert evaluator.run(f"{path}#2::case 1").ok
    assert evaluator.run(f"{path}#0").summary.exit_code == 5


def test_files_of_a_folder_come_sorted_and_once_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c/d.yaml", ".hidden.yaml", ".git/e.yaml", "f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TWO)
    found = targets([str(tmp_path), str(tmp_path / "b.yaml"), str(tmp_path / "b.yaml::a")])
    assert [Path(target.file).relative_to(tmp_path).as_posix() for target in found] == [
        "a.yml", "b.yaml", "c/d.yaml",
    ]  # fmt: skip
    assert all(target.ids == () for target in found)


EXPRESSIONS = {
    "xor": True,
    "XOR": True,
    "relu": False,
    "xor and relu": False,
    "xor or relu": True,
    "not relu": True,
    "not (xor or relu)": False,
    "relu or not relu and xor": True,
    '"of two"': True,
    '"two of"': False,
}


@pytest.mark.parametrize(("text", "matches"), EXPRESSIONS.items())
def test_an_expression_matches_words(text: str, matches: bool) -> None:
    assert compile_expression(text)("gates/xor.yaml\nxor of two") is matches


@pytest.mark.parametrize("text", ["and", "a and", "(a", "a)", "a b", "not", "or a", "()"])
def test_an_expression_that_is_not_complete_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        compile_expression(text)
