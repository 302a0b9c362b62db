"""Settings: what a project sets once, which file holds, and that the command line has the last word."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from evaluator.cli import main
from evaluator.config import SETTINGS, Config, find

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WARNED = (
    "inputs: [a, b]\nneurons: {y: {weights: {a: 1}, activation: relu}}\n"
    "cases: [{inputs: [1, 2], expected: 1}]\n"
)
WRONG = GOOD.replace("expected: 1}", "expected: 2}, {inputs: 2, expected: {y: 3, y.z: 3}}")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"good": GOOD, "warned": WARNED, "wrong": WRONG}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, line: str) -> tuple[int, str]:
    """Give the exit code of a command line and all that it prints."""
    code = main(line.split())
    output = capsys.readouterr()
    return code, output.out + output.err


#: A setting, a command line, and what comes of it.
EFFECTS: list[tuple[str, str, int, str]] = [
    ('specs = "good.yaml"', "run", 0, "1 passed"),
    ('specs = ["good.yaml", "warned.yaml"]', "run", 0, "2 passed, 1 warning"),
    ('specs = "good.yaml"', "run wrong.yaml", 1, "2 failed"),
    ('output-format = "tap"', "run good.yaml", 0, "TAP version 14"),
    ('output-format = "tap"', "validate good.yaml", 0, "TAP version 14"),
    ('output-format = "tap"', "run good.yaml --output-format full", 0, "1 passed in 1 spec"),
    ('output-format = "tpa"', "run good.yaml", 2, "did you mean `tap`?"),
    ('fail-on = "warning"', "run warned.yaml", 1, "1 warning"),
    ('fail-on = "warning"', "run warned.yaml --fail-on error", 0, "1 warning"),
    ("durations = 1", "run good.yaml", 0, "the slowest spec:"),
    ("max-mismatches = 1", "run wrong.yaml --output-format concise", 1, "1 more; `--max"),
    ("max-mismatches = 1", "run wrong.yaml --max-mismatches 0", 1, "actual      2"),
    ('subject = "refrence"', "run good.yaml", 2, "did you mean `reference`?"),
    ('subject = "refrence"', "run good.yaml --subject reference", 0, "1 passed"),
    ('executor = "dsk"', "run good.yaml wrong.yaml", 2, "did you mean `dask`?"),
    ('executor = "dsk"', "run good.yaml", 0, "1 passed"),  # a lone file is evaluated here
    ('scheduler = "x:1"', "run good.yaml wrong.yaml", 2, "needs an executor"),
    ("jobs = 2", "run good.yaml wrong.yaml", 1, "2 failed, 1 passed"),
    ('jobs = "auto"', "run good.yaml wrong.yaml -j 1", 1, "2 failed, 1 passed"),
]


@pytest.mark.parametrize(("text", "line", "code", "said"), EFFECTS)
def test_a_setting_holds_unless_the_command_line_says_otherwise(
    capsys: Capture, folder: Path, text: str, line: str, code: int, said: str
) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.evaluator]\n{text}\n")
    found, output = run(capsys, line)
    assert said in output
    assert found == code


BAD = [
    ("output-format = 3", "`output-format` takes the name of a format"),
    ('output-format = ""', "`output-format` takes the name of a format"),
    ('report = "out.xml"', "`report` takes a list of FORMAT=PATH"),
    ('report = ["junit="]', "`report` takes a list of FORMAT=PATH"),
    ("report = [3]", "`report` takes a list of FORMAT=PATH"),
    ('fail-on = "never"', "`fail-on` takes `error` or `warning`"),
    ("fail-on = []", "`fail-on` takes `error` or `warning`"),
    ("durations = -1", "`durations` takes a whole number"),
    ("durations = true", "`durations` takes a whole number"),
    ("durations = 1.0", "`durations` takes a whole number"),
    ('max-mismatches = "5"', "`max-mismatches` takes a whole number"),
    ("subject = []", "`subject` takes a list of subjects"),
    ("jobs = 0", "`jobs` takes `auto` or a number from 1 to 10,000"),
    ("jobs = true", "`jobs` takes `auto` or a number from 1 to 10,000"),
    ("jobs = 10001", "`jobs` takes `auto` or a number from 1 to 10,000"),
    ('report = ["junit=a\\u0000b"]', "`report` holds the character U+0000"),
    ('subject = ["onnx:a\\u0000b"]', "`subject` holds the character U+0000"),
    ('output-format = "a\\u0000b"', "`output-format` holds the character U+0000"),
    ('atol = "1"', "unknown setting `atol`"),
    ("output_format = 'tap'", "did you mean `output-format`?"),
    ("repotr = []", "did you mean `report`?"),
    ("allow-empty = true", "unknown setting `allow-empty`"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_bad_setting_is_told_with_what_to_write(
    capsys: Capture, folder: Path, text: str, said: str
) -> None:
    (folder / "evaluator.toml").write_text(f"{text}\n")
    code, output = run(capsys, "run good.yaml")
    assert code == 2
    first, second = output.splitlines()
    assert said in output
    assert first.startswith(f"error: {folder}/evaluator.toml: ")
    assert second.startswith("help: ")


@pytest.mark.parametrize("key", SETTINGS)
def test_the_example_of_a_setting_is_one_that_it_takes(key: str) -> None:
    table = tomllib.loads(SETTINGS[key].example)
    assert list(table) == [key]
    assert SETTINGS[key].read(table[key], "/folder") is not None
    assert hasattr(Config(), key.replace("-", "_"))


SUBJECTS = {
    "reference": "reference",
    "torch:cuda": "torch:cuda",
    "python:student.py:Neuron": "python:../student.py:Neuron",
    "onnx:model.onnx": "onnx:../model.onnx",
    "process:python3 student.py --fast": "process:python3 ../student.py --fast",
    "process:./student.py student.py 'no file'": "process:../student.py ../student.py 'no file'",
    "process:student.py": "process:student.py",  # on PATH, as in a shell
    "process:'": "process:'",
    "python:": "python:",
}


@pytest.mark.parametrize("text", SUBJECTS)
def test_subjects_of_the_configuration_lie_beside_it(
    folder: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "student.py").write_text("")
    (folder / "evaluator.toml").write_text(f"subject = [{json.dumps(text)}]\n")
    assert find(str(folder)).subject == (text,)
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert find(".").subject == (SUBJECTS[text],)


# --- reports


def test_reports_of_the_configuration_lie_beside_it(capsys: Capture, folder: Path) -> None:
    (folder / "evaluator.toml").write_text('report = ["junit=out.xml", "json=out.json"]\n')
    (folder / "below").mkdir()
    for line in ("run good.yaml", "validate good.yaml"):
        assert run(capsys, line)[0] == 0
        assert json.loads((folder / "out.json").read_text())["summary"]["specs"] == 1
        (folder / "out.json").unlink()
        (folder / "out.xml").unlink()
    assert run(capsys, "run good.yaml --report tap=other.tap")[0] == 0
    assert {path.name for path in folder.glob("o*")} == {"other.tap"}  # these and no others


def test_reports_that_cannot_be_written_are_told_before_the_run(
    capsys: Capture, folder: Path
) -> None:
    (folder / "evaluator.toml").write_text('report = ["junit=a.xml", "json=./a.xml"]\n')
    assert run(capsys, "run good.yaml")[0] == 2
    (folder / "evaluator.toml").write_text('report = ["junit=gone/a.xml"]\n')
    code, output = run(capsys, "run good.yaml")
    assert (code, "does not exist" in output) == (2, True)


# --- which file


def test_the_nearest_file_that_has_settings_holds(folder: Path) -> None:
    below = folder / "a/b"
    below.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.evaluator]\ndurations = 1\n")
    (folder / "a/pyproject.toml").write_text("[tool.other]  # not of the evaluator\n")
    assert find(str(below)).durations == 1
    (folder / "a/evaluator.toml").write_text("durations = 2\n")
    assert find(str(below)).durations == 2
    (below / "pyproject.toml").write_text("[tool.evaluator]\ndurations = 3\n")
    assert find(str(below)) == Config(
        specs=(str(below / "specs"),),
        durations=3,
        file=str(below / "pyproject.toml"),
        given=frozenset({"durations"}),
    )
    (below / "evaluator.toml").write_text("")
    assert find(str(below)).durations == 0


def test_a_file_that_is_named_holds_alone(capsys: Capture, folder: Path) -> None:
    (folder / "evaluator.toml").write_text('output-format = "json"\n')
    (folder / "other.toml").write_text('output-format = "tap"\nspecs = "warned.yaml"\n')
    assert run(capsys, "run --config other.toml")[1].startswith("TAP version 14")
    assert run(capsys, "run good.yaml --config /dev/null")[1].startswith("1 passed")
    (folder / "specs").mkdir()
    (folder / "specs/a.yaml").write_text((folder / "good.yaml").read_text())
    assert run(capsys, "run --config /dev/null")[1].startswith("1 passed")
    (folder / "pyproject.toml").write_text("[project]\nname = 'evaluator'\n")
    for name, said in [("gone.toml", "cannot be read"), ("pyproject.toml", "holds no settings")]:
        code, output = run(capsys, f"run good.yaml --config {name}")
        assert (code, said in output) == (2, True)


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"\xef\xbb\xbfdurations = 1\n", 0, "the slowest spec:"),
        (
            b"durations = 1\r\n# \xff\n",
            2,
            "line 2 of FILE is not UTF-8 text: byte 0xff\nhelp: save it",
        ),
        (
            "durations = 1\n".encode("utf-16"),
            2,
            "line 1 of FILE is not UTF-8 text: byte 0xff\nhelp: ",
        ),
        (b"#" * 2**24 + b"\n", 2, "FILE is larger than 16 MiB"),
        (b"#" * (2**20 - 15) + b"\ndurations = 1\n", 0, "the slowest spec:"),
    ],
    ids=["byte order mark", "no UTF-8", "UTF-16", "too large", "as large as may be"],
)
def test_a_file_of_settings_is_short_text(
    capsys: Capture, folder: Path, content: bytes, code: int, said: str
) -> None:
    (folder / "evaluator.toml").write_bytes(content)
    found, output = run(capsys, "run good.yaml")
    assert said.replace("FILE", str(folder / "evaluator.toml")) in output
    assert found == code


def test_settings_without_an_end_are_a_usage_error(capsys: Capture) -> None:
    code, output = run(capsys, "run good.yaml --config /dev/zero")
    assert (code, output.splitlines()[0]) == (2, "error: /dev/zero is larger than 16 MiB, and settings are not")  # fmt: skip


def test_a_pyproject_that_says_nothing_costs_no_parser(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    asked = (
        "import sys; from evaluator.cli import main; main(['run', 'good.yaml']);"
        "print('tomllib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


# --- what holds


def test_the_settings_that_would_hold_are_shown_with_their_source(
    capsys: Capture, folder: Path
) -> None:
    text = 'output-format = "tap"\nspecs = ["good.yaml"]\nreport = ["json=a.json"]\njobs = 2\n'
    (folder / "evaluator.toml").write_text(text)
    code, output = run(capsys, "run wrong.yaml --show-settings --fail-on warning -j 3")
    assert code == 0
    shown = {line.split(" = ")[0]: line.split("# ")[1] for line in output.splitlines()}
    file = "evaluator.toml"
    assert list(shown) == list(SETTINGS)
    assert shown | {"output-format": file, "specs": file, "report": file} == shown
    assert (shown["fail-on"], shown["jobs"]) == ("command line", "command line")
    assert set(shown.values()) == {file, "command line", "default"}
    # What is shown can be written into a file, and means the same.
    table = tomllib.loads(output)
    assert (table["output-format"], table["fail-on"], table["jobs"]) == ("tap", "warning", 3)
    assert table["report"] == [f"json={folder}/a.json"]
    assert table["max-mismatches"] == 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('output-format = "tpa"', "did you mean `tap`?"),
        ('report = ["tpa=a.txt"]', "did you mean `tap`?"),
        ('report = ["tap=-"]', "--report tap=- names no file"),
        ('subject = "refrence"', "did you mean `reference`?"),
        ('subject = "python:nowhere.py:f"', "nowhere.py"),
    ],
)
def test_settings_that_no_run_would_take_are_told_and_not_shown(
    capsys: Capture, folder: Path, text: str, said: str
) -> None:
    (folder / "evaluator.toml").write_text(f"{text}\n")
    for command in ("run", "validate"):
        code, output = run(capsys, f"{command} --show-settings")
        assert (code, output.startswith("error: ")) == (2, True)
        assert said in output


def test_settings_of_reports_do_not_stand_in_the_way_of_a_list(
    capsys: Capture, folder: Path
) -> None:
    (folder / "evaluator.toml").write_text('report = ["tap=a.tap"]\noutput-format = "tap"\n')
    assert run(capsys, "run good.yaml --co") == (0, "good.yaml::case 1\n\n1 case in 1 file\n")


def test_what_is_shown_by_default_depends_on_the_place(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert 'output-format = "github"' in run(capsys, "validate --show-settings")[1]
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert 'output-format = "full"' in run(capsys, "run --show-settings")[1]
