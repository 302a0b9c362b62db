"""Every diagnostic as the person who gets it reads it: a file for each code, and its output."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

import evaluator
from evaluator.cli import main
from evaluator.diagnostics import CODES, Diagnostic
from evaluator.validate import schema

ROOT = Path(__file__).parent.parent
REPORT = Draft7Validator(schema("report"))
FOLDER = Path(__file__).parent / "specs/invalid"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
WARNINGS = {"unread-input", "underflow", "inexact-integer"}


def code_of(stem: str) -> str:
    """Give the code that a file is named after; `several…` holds many."""
    return max((code for code in CODES if f"{stem}-".startswith(f"{code}-")), key=len, default="")


def normalised(output: str) -> str:
    return re.sub(r"in \d+\.\d\d s", "in 0.00 s", output).replace(str(ROOT), "PROJECT")


def places(stem: str) -> list[tuple[str, int, int]]:
    """Read code, line and column of every diagnostic from an expected output."""
    expected = (FOLDER / f"{stem}.txt").read_text(encoding="utf-8")
    found = re.findall(r"^\w+\[(\S+)\]: .*\n  --> .*:(\d+):(\d+)$", expected, re.MULTILINE)
    return [(code, int(line), int(column)) for code, line, column in found]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("stem", FILES)
def test_the_output_is_the_one_beside_the_file(
    stem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["run", f"{stem}.yaml", "--color", "never"])
    output = capsys.readouterr()
    assert normalised(output.out) == (FOLDER / f"{stem}.txt").read_text(encoding="utf-8")
    assert output.err == ""
    assert code == (0 if code_of(stem) in WARNINGS else 3)


@pytest.mark.parametrize("stem", FILES)
def test_the_code_is_given_at_its_place_in_file_order(stem: str) -> None:
    found = evaluator.run(f"{stem}.yaml").diagnostics
    assert [(d.code, d.location.line, d.location.column) for d in found] == places(stem)
    assert [d.location for d in found] == sorted(d.location for d in found)
    if not stem.startswith("several"):
        assert {d.code for d in found} == {code_of(stem)}


@pytest.mark.parametrize("stem", FILES)
def test_programs_get_the_same_as_people(stem: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = evaluator.run(f"{stem}.yaml").diagnostics
    code = main(["run", f"{stem}.yaml", "--output-format", "json"])
    report = json.loads(capsys.readouterr().out)
    REPORT.validate(report)
    assert report["summary"]["exit_code"] == code
    assert [(d["code"], d["message"], d["hint"]) for d in report["diagnostics"]] == [
        (d.code, d.message, d.hint) for d in found
    ]
    main(["run", f"{stem}.yaml", "--output-format", "concise"])
    *lines, _ = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [f"{d.location}:" for d in found]


@pytest.mark.parametrize("stem", FILES)
def test_no_value_of_an_invalid_file_is_checked(stem: str) -> None:
    for spec in evaluator.run(f"{stem}.yaml").specs:
        assert (spec.values, spec.cases) == (0, []) or not spec.invalid


@pytest.mark.parametrize("stem", sorted(WARNINGS))
def test_a_warning_fails_the_run_only_where_that_is_asked_for(stem: str) -> None:
    assert main(["run", "-q", f"{stem}.yaml"]) == 0
    assert main(["run", "-q", f"{stem}.yaml", "--fail-on", "warning"]) == 1
    assert main(["validate", "-q", f"{stem}.yaml", "--fail-on", "warning"]) == 1


@pytest.mark.parametrize("stem", FILES)
def test_a_message_is_matter_of_fact(stem: str) -> None:
    for found in evaluator.run(f"{stem}.yaml").diagnostics:
        for text in map(normalised, (found.message, found.hint)):
            assert not text.endswith(".")
            assert not re.search(r"\b(please|sorry|oops|invalid|None|True|False)\b|!$", text)
            assert not re.match("[A-Z][a-z]", text)
            assert len(text) < 250


# ---- what no text file can show


def missing(folder: Path) -> Path:
    link = folder / "f.yaml"
    link.symlink_to("nowhere.yaml")
    return link


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "f.yaml")
    return folder / "f.yaml"


def too_large(folder: Path) -> Path:
    with (folder / "f.yaml").open("wb") as file:
        file.truncate(256 * 2**20 + 1)  # a hole, which takes no room on the disk
    return folder / "f.yaml"


def forbidden(folder: Path) -> Path:
    file = folder / "f.yaml"
    file.write_text("neuron: {}\n")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    return file


MAKERS: dict[str, list[tuple[Callable[[Path], Path], str, str]]] = {
    "unreadable": [
        (missing, "the file is not there", "check the name, or the link"),
        (fifo, "the file is not a regular file", "name a YAML file"),
        (forbidden, "the file cannot be read: Permission denied", ""),
    ],
    "too-large": [(too_large, "the file is larger than 256 MiB", "keep large arrays in .npz")],
}


@pytest.mark.parametrize(
    ("code", "make", "message", "hint"),
    [(code, *maker) for code, makers in MAKERS.items() for maker in makers],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(
    tmp_path: Path, code: str, make: Callable[[Path], Path], message: str, hint: str
) -> None:
    make(tmp_path)
    report = evaluator.run(tmp_path)
    (found,) = report.diagnostics
    assert (found.code, found.message) == (code, message)
    assert found.hint.startswith(hint)
    assert found.location.file == str(tmp_path / "f.yaml")
    assert report.summary.exit_code == 3


def test_every_code_has_a_file_or_a_maker() -> None:
    # What is not in the file is told of a path, who dies of a worker, memory lacks on a machine: see
    # their tests.
    codes = set(CODES) - {"no-such-case", "out-of-memory", "worker-died"}
    assert {code_of(stem) for stem in FILES} | set(MAKERS) == codes | {""}
    assert all(stem in FILES for stem in codes if stem not in MAKERS)


def test_every_file_has_its_output_and_every_output_its_file() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.txt")) == FILES


def test_a_warning_is_no_error() -> None:
    found: list[Diagnostic] = [
        d for code in WARNINGS for d in evaluator.run(f"{code}.yaml").diagnostics
    ]
    assert {d.severity for d in found} == {"warning"}
    assert {d.code for d in found} == WARNINGS
