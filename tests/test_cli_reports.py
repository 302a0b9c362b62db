"""Report files and GitHub, from the command line: what is written where, and when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from evaluator.cli import main
from evaluator.reporters import REPORTERS
from evaluator.reporters.markdown import MAX_BYTES

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")
INVALID = GOOD.replace("weights", "wieghts")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of a repository, with a spec of each kind."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for name, text in (("good", GOOD), ("wrong", WRONG), ("invalid", INVALID)):
        Path(f"{name}.yaml").write_text(text)
    return tmp_path / "work"


@pytest.fixture
def on_github(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend to be a step on GitHub; gives the file of its summary."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    return Path("summary.md")


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    """Run a command; gives its exit code and what it printed."""
    code = main(words)
    return code, *capsys.readouterr()


def written() -> dict[str, str]:
    """Ask for every report, and read those that are there."""
    return {path.suffix[1:]: path.read_text("utf-8") for path in Path().glob("out.*")}


EVERY = [word for name in REPORTERS for word in ("--report", f"{name}=out.{name}")]


@pytest.mark.parametrize(
    ("file", "code", "said"),
    [("good.yaml", 0, ""), ("wrong.yaml", 1, "wrong.yaml"), ("invalid.yaml", 3, "wieghts")],
)
def test_every_report_is_written_however_the_run_ends(
    capsys: Capture, file: str, code: int, said: str
) -> None:
    assert run(capsys, "run", file, *EVERY)[0] == code
    found = written()
    assert set(found) == set(REPORTERS)
    assert all(said in text for text in found.values())


@pytest.mark.parametrize("name", REPORTERS)
def test_every_format_can_be_shown_too(capsys: Capture, name: str) -> None:
    code, output, errors = run(capsys, "run", "wrong.yaml", "--output-format", name)
    assert (code, errors) == (1, "")
    assert output.endswith("\n")


def test_a_reader_that_goes_away_keeps_no_report_from_being_written(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "evaluator",
        "run",
        "wrong.yaml",
        "--report",
        "junit=out.junit",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
    assert "junit" in written()


def test_an_interrupted_run_writes_its_reports(folder: Path) -> None:
    for n in range(300):
        Path(f"many{n:03}.yaml").write_text(GOOD)
    code = (
        "import os, signal, sys, evaluator.runner as r\nfrom evaluator.cli import main\n"
        "real, count = r.evaluate_file, []\n"
        "def slow(*a):\n    count.append(1)\n"
        "    if len(count) == 5: os.kill(os.getpid(), signal.SIGINT)\n    return real(*a)\n"
        "r.evaluate_file = slow\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # in the background there is none
        "sys.exit(main(sys.argv[1:]))\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, "run", ".", "-j", "1", *EVERY], capture_output=True, timeout=60
    )
    assert process.returncode == 130
    found = written()
    assert set(found) == set(REPORTERS)
    assert "\nBail out! interrupted\n" in found["tap"]
    assert json.loads(found["sarif"])["runs"][0]["invocations"][0]["executionSuccessful"] is False
    errors = [e.get("type") for e in ET.fromstring(found["junit"]).iter("error")]
    assert "interrupted" in errors


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
@pytest.mark.parametrize("file", ["good.yaml", "invalid.yaml"])
def test_a_report_that_cannot_be_written_keeps_no_other_from_being_told(
    capsys: Capture, file: str
) -> None:
    full = ["--report", "junit=/dev/full", "--report", "tap=/dev/full"]
    code, output, errors = run(capsys, "run", file, *full, *EVERY, "--durations", "1")
    assert code == 2
    assert errors.count("error: /dev/full cannot be written: No space left on device\n") == 2
    assert "1 spec; " in output
    assert "the slowest spec:" in output
    assert set(written()) == set(REPORTERS)


def test_a_reporter_with_a_fault_keeps_no_other_from_being_told(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import evaluator.reporters.junit as module

    monkeypatch.setattr(module, "render", lambda report, **_: 1 / 0)
    code, output, errors = run(capsys, "run", "good.yaml", *EVERY)
    assert code == 4
    assert errors.startswith("internal error: ZeroDivisionError")
    assert output.startswith("1 passed in 1 spec")
    assert set(written()) == set(REPORTERS) - {"junit"}


TARGETS = [
    ("junit=a.xml --report sarif=./a.xml", "two reports are to be written to ./a.xml"),
    ("junit=good.yaml", "would write over good.yaml, which the run reads"),
    ("junit=bad.yaml", "would write over bad.yaml, which looks like a spec"),
    ("junit=w.npy", "would write over w.npy, which the run reads"),
    ("junit=link.npy", "would write over link.npy, which the run reads"),
    ("junit=t.csv", "would write over t.csv, which the run reads"),
    ("junit=pyproject.toml", "would write over pyproject.toml, which the run reads"),
    ("junit=evaluator.toml", "would write over evaluator.toml, which the run reads"),
    ("junit=mine.txt --config mine.txt", "would write over mine.txt, which the run reads"),
    ("junit=s.py --subject python:s.py:f", "would write over s.py, which the run reads"),
    ("junit=-", "--report junit=- names no file"),
]


@pytest.mark.parametrize(("words", "said"), TARGETS)
def test_a_report_is_not_written_where_it_would_replace_something(
    capsys: Capture, words: str, said: str
) -> None:
    Path("named.yaml").write_text(
        "neuron: {weights: {file: w.npy}, activation: relu}\ncases: [{file: t.csv, expected: [y]}]\n"
    )
    np.save("w.npy", np.ones(1))
    Path("link.npy").symlink_to("w.npy")
    Path("t.csv").write_text("x1,y\n1,1\n")
    Path("s.py").write_text("def f(network):\n    return lambda x: x\n")
    for name in ("pyproject.toml", "evaluator.toml", "mine.txt", "bad.yaml"):
        Path(name).touch()
    before = {path: path.read_bytes() for path in Path().iterdir()}
    code, output, errors = run(capsys, "run", "named.yaml", "good.yaml", "--report", *words.split())
    assert (code, output) == (2, "")
    assert said in errors
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_a_report_may_replace_the_one_of_the_last_run(capsys: Capture) -> None:
    for name in ("out.csv", "out.toml", "out.xml"):
        Path(name).write_text("the last run")
        assert run(capsys, "run", "good.yaml", "--report", f"junit={name}")[0] == 0
        assert Path(name).read_text().startswith("<?xml")


@pytest.mark.parametrize("words", ["--report tap=out.tap", "--output-format json"])
def test_a_list_of_cases_is_no_report(capsys: Capture, words: str) -> None:
    code, output, errors = run(capsys, "run", "good.yaml", "--co", *words.split())
    assert (code, output) == (2, "")
    assert errors.startswith(f"error: --co and {words.split()[0]} exclude each other")
    assert not Path("out.tap").exists()


def test_reports_name_files_from_the_repository(capsys: Capture) -> None:
    run(capsys, "run", "wrong.yaml", *EVERY)
    found = written()
    assert '"path": "work/wrong.yaml"' in found["gitlab"]
    assert '"uri": "work/wrong.yaml"' in found["sarif"]
    assert 'file="work/wrong.yaml"' in found["junit"]
    assert "file=work/wrong.yaml," in found["github"]
    assert "not ok 1 - work/wrong.yaml::case 1" in found["tap"]


def test_only_a_page_draws_diagrams(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evaluator.pictures.diagram", None)
    plain = [
        word for name in REPORTERS if name != "html" for word in ("--report", f"{name}=a.{name}")
    ]
    assert run(capsys, "run", "good.yaml", *plain)[0] == 0
    assert run(capsys, "run", "good.yaml", "--report", "html=a.html")[0] == 4


def test_a_report_that_is_made_on_github_is_annotations(capsys: Capture, on_github: Path) -> None:
    code, output, errors = run(capsys, "run", "wrong.yaml", "good.yaml")
    assert (code, errors) == (1, "")
    lines = output.splitlines()
    assert lines[0].startswith(
        "::error file=work/wrong.yaml,line=2,endLine=2,col=31,endColumn=31,"
        "title=value-mismatch%3A case 1::y is 1, expected 2"
    )
    assert lines[1].startswith("1 failed, 1 passed in 2 specs")


@pytest.mark.parametrize("format", ["full", "json", "github"])
def test_the_step_summary_is_written_whatever_is_shown(
    capsys: Capture, on_github: Path, format: str
) -> None:
    on_github.write_text("# of another command\n")
    run(capsys, "run", "wrong.yaml", "--output-format", format)
    text = on_github.read_text("utf-8")
    assert text.startswith("# of another command\n")
    assert "❌ Failed" in text
    assert "y is 1" in text
    run(capsys, "run", "good.yaml", "--output-format", format)
    assert "✅ Passed" in on_github.read_text("utf-8").removeprefix(text)


@pytest.mark.parametrize("taken", [MAX_BYTES - 6000, MAX_BYTES - 100, MAX_BYTES, MAX_BYTES + 10])
def test_the_step_summary_stays_within_its_limit(
    capsys: Capture, on_github: Path, taken: int
) -> None:
    on_github.write_text("x" * taken)
    for n in range(50):
        Path(f"wrong{n}.yaml").write_text(WRONG)
    code, _, errors = run(capsys, "run", ".")
    text = on_github.read_text("utf-8")
    assert code == 3
    assert len(text.encode()) <= max(MAX_BYTES, taken)
    if taken == MAX_BYTES - 6000:
        assert "problems left out" in text
    else:
        assert errors == "the step summary is full: nothing was added to it\n"


def test_a_step_summary_that_cannot_be_written_fails_nothing(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, on_github: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/where/summary.md")
    code, _, errors = run(capsys, "run", "good.yaml")
    assert code == 0
    assert errors.startswith("the step summary cannot be written: ")


def test_nothing_is_different_without_github(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, on_github: Path
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert run(capsys, "run", "wrong.yaml")[1].startswith("FAILED wrong.yaml:2:31 case 1")
    assert not on_github.exists()


def test_durations_leave_the_annotations_alone(capsys: Capture, on_github: Path) -> None:
    _, output, errors = run(capsys, "run", "good.yaml", "--durations", "1")
    assert "slowest" in errors
    assert "slowest" not in output
