"""`evaluator run --watch`, as its user sees it: the command runs, a file is saved, it says more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluator.cli import main

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")
FROM_FILE = (
    "neuron: {weights: {file: w.csv}, activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
)
TABLE = "neuron: {weights: [1], activation: relu}\ncases: [{file: data/t.csv}]\n"

#: Seconds that anything may take on a machine that has other things to do.
LONG = 60


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project whose specs name files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evaluator.toml").write_text("")
    (tmp_path / "specs/data").mkdir(parents=True)
    texts = {"plain.yaml": GOOD, "weights.yaml": FROM_FILE, "table.yaml": TABLE,
             "w.csv": "1\n", "data/t.csv": "x1,y\n1,1\n2,2\n"}  # fmt: skip
    for name, text in texts.items():
        (tmp_path / "specs" / name).write_text(text)
    return tmp_path


class Watching:
    """The command, started, and what it has written."""

    def __init__(self, *words: str) -> None:
        with open("log", "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "evaluator", "run", "--watch", *words],
                stdout=log, stderr=subprocess.STDOUT,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )  # fmt: skip
        self.read = 0

    def more(self) -> str:
        """Wait until it waits; give what it wrote since it waited before."""
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            written = Path("log").read_text()[self.read :]
            if "Ctrl-C ends\n" in written:
                self.read += (length := written.index("Ctrl-C ends\n") + len("Ctrl-C ends\n"))
                return written[:length]
            assert self.process.poll() is None, written
            time.sleep(0.02)
        raise TimeoutError(written)

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; give the exit code and what it wrote since it waited."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(LONG)
        return code, Path("log").read_text()[self.read :]


@pytest.fixture
def watching() -> Iterator[list[Watching]]:
    """Keep what was started, and end it whatever comes."""
    started: list[Watching] = []
    yield started
    for each in started:
        each.process.kill()
        each.process.wait()


def started(watching: list[Watching], *words: str) -> Watching:
    watching.append(Watching(*words))
    return watching[-1]


def test_a_save_runs_the_spec_again_and_ctrl_c_ends_with_130(
    watching: list[Watching], folder: Path
) -> None:
    command = started(watching)
    first = command.more()
    assert "4 passed in 3 specs; 4 values checked" in first
    assert first.endswith("waiting for changes in 3 files; Ctrl-C ends\n")
    (folder / "specs/plain.yaml").write_text(WRONG)
    again = command.more()
    assert again.startswith("specs/plain.yaml changed\nFAILED specs/plain.yaml:2:")
    assert "1 failed in 1 spec; 1 value checked" in again
    (folder / "specs/plain.yaml").write_text("neuron: [")
    assert "1 invalid in 1 spec" in command.more()
    (folder / "specs/plain.yaml").write_text(GOOD)
    assert "1 passed in 1 spec" in command.more()
    assert command.interrupt() == (130, "")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("w.csv", "3\n", "1 failed in 1 spec"),
        ("data/t.csv", "x1,y\n1,1\n2,2\n3,3\n", "3 passed in 1 spec"),
    ],
)
def test_an_array_or_table_runs_the_specs_that_name_it(
    watching: list[Watching], folder: Path, file: str, text: str, said: str
) -> None:
    command = started(watching, "specs")
    command.more()
    (folder / "specs" / file).write_text(text)
    again = command.more()
    assert again.startswith(f"specs/{file} changed\n")
    assert said in again
    (folder / "specs" / file).unlink()
    assert "1 invalid in 1 spec" in command.more()
    shutil.copy(folder / "specs/w.csv" if file != "w.csv" else folder / "specs/data/t.csv",
                folder / "specs" / file)  # fmt: skip
    assert f"specs/{file} changed\n" in command.more()


def test_what_several_specs_name_runs_them_all_and_a_new_name_counts_at_once(
    watching: list[Watching], folder: Path
) -> None:
    command = started(watching, "specs/plain.yaml", "specs/weights.yaml")
    command.more()
    (folder / "specs/plain.yaml").write_text(FROM_FILE)
    assert command.more().startswith("specs/plain.yaml changed\n")
    (folder / "specs/w.csv").write_text("2\n")
    again = command.more()
    assert again.startswith("specs/w.csv changed\n")
    assert "2 failed in 2 specs" in again


def test_new_specs_are_found_and_deleted_ones_dropped(
    watching: list[Watching], folder: Path
) -> None:
    command = started(watching)
    command.more()
    (folder / "specs/deep/er").mkdir(parents=True)
    (folder / "specs/deep/er/new.yaml").write_text(WRONG)
    again = command.more()
    assert again.startswith("specs/deep/er/new.yaml changed\n")
    assert "1 failed in 1 spec" in again
    assert "in 4 files" in again
    shutil.rmtree(folder / "specs/deep")
    (folder / "specs/plain.yaml").unlink()
    (folder / "specs/weights.yaml").write_text(FROM_FILE + "\n")
    again = command.more()
    assert "\nspecs/weights.yaml changed\n1 passed" in again
    assert " gone\n" in again
    assert "in 2 files" in again


def test_an_editor_may_replace_a_file_that_was_named_or_take_it_away_for_a_while(
    watching: list[Watching], folder: Path
) -> None:
    command = started(watching, "specs/plain.yaml", "specs/table.yaml::case 1")
    command.more()
    (folder / "specs/other").write_text(WRONG)
    os.replace("specs/other", "specs/plain.yaml")
    assert "1 failed in 1 spec" in command.more()
    (folder / "specs/plain.yaml").unlink()
    (folder / "specs/data/t.csv").write_text("x1,y\n5,5\n")
    again = command.more()
    assert "specs/plain.yaml is gone\n" in again
    assert "specs/data/t.csv changed\n1 passed in 1 spec" in again
    (folder / "specs/plain.yaml").write_text(GOOD)
    assert command.more().startswith("specs/plain.yaml changed\n1 passed")


def test_what_is_saved_while_specs_run_is_run_again(watching: list[Watching], folder: Path) -> None:
    command = started(watching, "specs/plain.yaml", "--report", "json=specs/w.json")
    command.more()
    (folder / "specs/plain.yaml").write_text(FROM_FILE.replace("w.csv", "w.json"))
    assert command.more().startswith("specs/plain.yaml changed\n")
    for _ in range(3):  # each run writes its report over the file that the spec names
        assert command.more().startswith("specs/w.json changed\n")
    assert command.interrupt()[0] == 130


def test_an_interrupt_during_a_run_reports_and_ends_with_130(folder: Path) -> None:
    program = (
        "import sys; from evaluator import runner; from evaluator.cli import main\n"
        "def interrupted(*_): raise KeyboardInterrupt\n"
        "runner.evaluate = interrupted\n"
        "sys.exit(main(['run', '--watch']))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=LONG, check=False
    )
    assert (found.returncode, found.stderr) == (130, "")
    assert found.stdout.endswith("; interrupted\n")


def test_without_the_extra_the_error_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["run", "--watch"]) == 2
    assert capsys.readouterr() == (
        "",
        "error: --watch needs the package watchfiles\n"
        "help: pip install 'neuron-evaluator[watch]'\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shard", "1/2"], "--watch and --shard exclude each other"),
        (["--co"], "--watch and --co exclude each other"),
        (["-"], "- cannot be watched"),
        (["--", "-::first"], "-::first cannot be watched"),
        (["memory://a.yaml"], "memory://a.yaml cannot be watched"),
        (["gone.yaml"], "gone.yaml does not exist"),
        (["-k", "("], "ends too early"),
        (["--output-format", "xml"], "no report format `xml`"),
    ],
)
def test_what_cannot_be_watched_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["run", "--watch", *words]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert said in errors
