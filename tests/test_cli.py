"""The command line as its user sees it: what it prints, and the exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from evaluator.activations import ACTIVATIONS
from evaluator.cli import COMMANDS, main
from evaluator.cli.new import TEMPLATES
from evaluator.convert.formats import PICKLES, READERS
from evaluator.kinds import KINDS, advice
from evaluator.validate import schema

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")
INVALID = GOOD.replace("weights", "wieghts")
WARNED = (
    "inputs: [a, b]\nneurons: {y: {weights: {a: 1}, activation: relu}}\n"
    "cases: [{inputs: [1, 2], expected: 1}]\n"
)
MANY = """\
name: many
tags: [all]
neuron: {weights: [1], activation: relu}
cases:
  - {name: first, inputs: 1, expected: 1, tags: [fast]}
  - {name: second, inputs: 2, expected: 3}
  - {name: third, inputs: 3, expected: 3, tags: [slow]}
  - {name: fourth, inputs: 4, expected: 5}
  - {inputs: 5, expected: 5}
"""

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with one spec of every kind."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    texts = {"good": GOOD, "wrong": WRONG, "invalid": INVALID, "warned": WARNED, "many": MANY}
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    """Give the exit code, standard output and standard error of a command line."""
    code = main(list(words))
    output = capsys.readouterr()
    return code, output.out, output.err


def started(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the evaluator in a process of its own."""
    command = [sys.executable, "-m", "evaluator", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, **more  # type: ignore[call-overload]
    )  # fmt: skip


# ---- exit codes

CODES = [
    (["run", "good.yaml"], 0, "1 passed in 1 spec; 1 value checked"),
    (["run", "wrong.yaml"], 1, "1 failed in 1 spec; 1 value checked"),
    (["run", "invalid.yaml"], 3, "1 invalid in 1 spec; 0 values checked"),
    (["run", "invalid.yaml", "wrong.yaml", "good.yaml"], 3, "1 failed, 1 invalid, 1 passed in 3"),
    (["run", "warned.yaml"], 0, "1 passed, 1 warning in 1 spec"),
    (["run", "warned.yaml", "--fail-on", "warning"], 1, "1 passed, 1 warning in 1 spec"),
    (["run", "good.yaml", "--fail-on", "warning"], 0, "1 passed"),
    (["run", "good.yaml", "-k", "nothing"], 5, "nothing was checked, which counts as a failure"),
    (["run", "good.yaml", "-k", "nothing", "--allow-empty"], 0, "0 values checked"),
    (["run", "good.yaml", "--tag", "nothing"], 5, "nothing was checked"),
    (["run", "many.yaml::first"], 0, "1 passed in 1 spec; 1 value checked"),
    (["run", "many.yaml::first", "many.yaml::third"], 0, "2 passed"),
    (["run", "many.yaml::case 5"], 0, "1 passed"),
    (["run", "many.yaml::first", "many.yaml"], 1, "2 failed, 3 passed"),
    (["run", "good.yaml", "good.yaml"], 0, "1 passed"),
    (["run", "many.yaml::no such case"], 5, "1 not found in 1 spec; 0 values checked"),
    (["run", "many.yaml::first", "many.yaml::no such case"], 5, "1 not found, 1 passed in 2"),
    (["run", "many.yaml::none", "--fail-on", "warning"], 5, "error[no-such-case]"),
    (["validate", "many.yaml::no such case"], 5, "1 not found"),
    (["run", "invalid.yaml::first"], 3, "1 invalid"),
    (["run", "many.yaml", "-x"], 1, "1 failed, 1 passed in 1 spec; 2 values checked"),
    (["run", "many.yaml", "--maxfail", "2"], 1, "2 failed, 2 passed in 1 spec; 4 values checked"),
    (["run", "many.yaml", "--maxfail", "9"], 1, "2 failed, 3 passed"),
    (["run", "invalid.yaml", "wrong.yaml", "-x"], 3, "1 invalid in 1 spec"),
    (["run", "many.yaml", "--tag", "fast"], 0, "1 passed"),
    (["run", "many.yaml", "--tag", "fast", "--tag", "slow"], 0, "2 passed"),
    (["run", "many.yaml", "good.yaml", "--tag", "all"], 1, "2 failed, 3 passed in 1 spec"),
    (["run", "many.yaml", "-k", "first or third"], 0, "2 passed"),
    (["run", "many.yaml", "-k", "many and not (second or FOURTH)"], 0, "3 passed"),
    (["run", "many.yaml", "-k", '"case 5"'], 0, "1 passed"),
    (["run", "many.yaml", "good.yaml", "-k", "slow"], 0, "1 passed in 1 spec"),
    (["run", "wrong.yaml", "--atol", "1"], 0, "(tolerance of the command line: atol 1)"),
    (["run", "wrong.yaml", "--rtol", "0.5"], 0, "(tolerance of the command line: rtol 0.5)"),
    (["run", "wrong.yaml", "--rtol", "0.1", "--atol", "0.1"], 1, "atol 0.1, rtol 0.1"),
    (["validate", "good.yaml", "wrong.yaml"], 0, "2 specs valid"),
    (["validate", "warned.yaml"], 0, "1 spec valid, 1 warning"),
    (["validate", "invalid.yaml"], 3, "unknown key `wieghts`"),
    (["validate", "good.yaml", "-k", "nothing"], 5, "nothing was checked"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"), CODES, ids=lambda x: " ".join(x) if isinstance(x, list) else ""
)
def test_a_command_says_how_it_ended_in_words_and_in_its_exit_code(
    capsys: Capture, words: list[str], code: int, said: str
) -> None:
    found, output, errors = run(capsys, *words)
    assert said in output
    assert found == code
    assert errors == "" or errors.startswith("no case ")
    found, output, _ = run(capsys, *words, "--output-format", "json")
    report = json.loads(output)
    assert (found, report["summary"]["exit_code"]) == (code, code)
    Draft7Validator(schema("report")).validate(report)


NOTHING = [
    (["--tag", "nope"], ["no case has the tag `nope`; there are `all`, `fast`, `slow`"]),
    (["--tag", "fats"], ["no case has the tag `fats`; did you mean `fast`?"]),
    (["--tag", "a\x1b", "--tag", "b"],
     ["no case has the tag `a\\x1b`; there are `all`, `fast`, `slow`",
      "no case has the tag `b`; there are `all`, `fast`, `slow`"]),
    (["-k", "nope"], ["no case matches -k 'nope'; `evaluator run --co` lists what there is"]),
    (["-k", "nope", "--tag", "fast"],
     ["no case matches -k 'nope'; `evaluator run --co` lists what there is"]),
]  # fmt: skip


@pytest.mark.parametrize("command", [["run"], ["run", "--co"], ["validate"], ["record"]])
@pytest.mark.parametrize(("words", "said"), NOTHING)
def test_who_selects_nothing_is_told_what_there_is(
    capsys: Capture, command: list[str], words: list[str], said: list[str]
) -> None:
    code, _, errors = run(capsys, *command, "many.yaml", "good.yaml", *words)
    assert (code, errors.splitlines()) == (5, said)


def test_of_many_tags_a_few_are_named(capsys: Capture, folder: Path) -> None:
    tags = ", ".join(f"t{number:02}" for number in range(20))
    (folder / "tags.yaml").write_text(f"tags: [{tags}]\n{GOOD}")
    _, _, errors = run(capsys, "run", "tags.yaml", "--tag", "x")
    assert errors.endswith("`t10`, `t11`, …\n")


USAGE = [
    ([], "required: COMMAND", "see `evaluator --help`"),
    (["rum"], "invalid choice: 'rum'", "did you mean `run`? see `evaluator --help`"),
    (["validat", "good.yaml"], "invalid choice: 'validat'", "did you mean `validate`?"),
    (["good.yaml"], "good.yaml is no command", "write `evaluator run good.yaml`"),
    (["deep"], "deep is no command", "write `evaluator run deep`"),
    (["run", "--colour"], "unrecognized arguments: --colour", "`--color`? see `evaluator run --help`"),
    (["run", "good.yaml", "--output", "json"], "unrecognized arguments: --output", "`--output-format`?"),
    (["validate", "good.yaml", "--format=json"], "arguments: --format=json", "`--output-format`?"),
    (["run", "good.yaml", "--debgu"], "unrecognized arguments: --debgu", "see `evaluator run --help`"),
    (["run", "good.yaml", "--zzz"], "unrecognized arguments: --zzz", "help: see `evaluator run --help`"),
    (["explain", "good.yaml", "case"], "arguments: case", "help: see `evaluator explain --help`"),
    (["exercise", "grad", "x"], "invalid choice: 'grad'", "`grade`? see `evaluator exercise --help`"),
    (["exercise", "grade", "x", "y", "--limt", "1"], "arguments: --limt 1", "`--limit`?"),
    (["run", "god.yaml"], "god.yaml does not exist", "did you mean `good.yaml`?"),
    (["run", "deep/god.yaml"], "deep/god.yaml does not exist", "did you mean `deep/good.yaml`?"),
    (["explain", "deep/god.yaml"], "deep/god.yaml does not exist", "did you mean `deep/good.yaml`?"),
    (["run", "many.yaml:6"], "many.yaml:6 does not exist", "stands there, `many.yaml::second`"),
    (["run", "many.yaml:9:14"], "does not exist", "or the case that stands there, `'many.yaml::case 5'`"),
    (["explain", "many.yaml:6:3:"], "does not exist", "name the file, `many.yaml`, or the case"),
    (["run", "many.yaml:4:3"], "many.yaml:4:3 does not exist", "name the file, `many.yaml`$"),
    (["run", "many.yaml:99"], "many.yaml:99 does not exist", "name the file, `many.yaml`$"),
    (["run", "invalid.yaml:1:9"], "invalid.yaml:1:9 does not exist", "name the file, `invalid.yaml`$"),
    (["run", "deep/two.yaml:7:9"], "does not exist", "`'deep/two.yaml#2::case 1'`"),
    (["run", "deep/two.yaml:5"], "does not exist", "name the file, `deep/two.yaml`$"),
    (["run", "deep::first"], "deep is a folder; `::` and `#` name parts", "name the file"),
    (["explain", "deep::first"], "deep is a folder", "name the file"),
    (["run", "deep#2"], "deep is a folder", "name the file"),
    (["run", "no/where.yaml"], "no/where.yaml does not exist", ""),
    (["run", ""], "a path is empty", "name a file or a directory"),
    (["validate", "good.yaml", " "], "a path is empty", ""),
    (["convert", "", "a.yaml"], "the name of a file is empty", ""),
    (["run", "god.yaml::first"], "god.yaml does not exist", "did you mean `good.yaml`?"),
    (["run", "good.yaml::"], "good.yaml:: names no case", "the name of a case"),
    (["run", "broken.yaml"], "broken.yaml does not exist", ""),
    (["run"], "there is no", "name a file or a directory"),
    (["validate"], "there is no", "name a file or a directory"),
    (["run", "good.yaml", "-k", "("], "ends too early", "add a word"),
    (["run", "good.yaml", "-k", "a b"], "`b` is out of place", """stand with `-k '"a b"'`"""),
    (["run", "good.yaml", "-k", "a b and c"], "`b` is out of place", "with `and` or `or`$"),
    (["run", "good.yaml", "-k", "a)"], "`)` is out of place", "with `and` or `or`$"),
    (["run", "good.yaml", "-k", "and a"], "`and` is out of place", "on each side"),
    (["run", "good.yaml", "-k", "(a"], "ends too early", ""),
    (["run", "good.yaml", "-k", "(a b"], "a bracket is not closed", "add `)`"),
    (["run", "good.yaml", "-k", '""'], "an empty word matches everything", "what to find"),
    (["run", "good.yaml", "-k", "(" * 5000], "more than 100 brackets", ""),
    (["run", "good.yaml", "-k", "not " * 5000 + "a"], "more than 100 brackets", ""),
    (["run", "good.yaml", "--maxfail", "-1"], "-1 is not a whole number", ""),
    (["run", "good.yaml", "--maxfail", "9" * 5000], "--maxfail", ""),
    (["run", "good.yaml", "-j", "0"], "0 is neither auto nor a number from 1 to 10,000", ""),
    (["run", "good.yaml", "-j", "-1"], "-j", ""),
    (["run", "good.yaml", "-j", "two"], "two is neither auto nor a number from 1", ""),
    (["run", "good.yaml", "-j", "٣"], "٣ is neither auto nor a number from 1", ""),
    (["run", "good.yaml", "--maxfail", "٣"], "٣ is not a whole number", ""),
    (["run", "good.yaml", "--shard", "٣/4"], "٣/4 is no shard; write one such as 1/4", ""),
    (["run", "good.yaml", "--atol", "٣"], "٣ is not a number", ""),
    (["run", "good.yaml", "--rtol", "1_0"], "1_0 is not a number", ""),
    (["run", "good.yaml", "--limit", "time=٣"], "the limit `time=٣` is no number above 0", ""),
    (["run", "good.yaml#١"], "good.yaml#١ does not exist", ""),
    (["record", "good.yaml", "--digits", "٣"], "٣ is no number of digits; write 1 to 17", ""),
    (["record", "good.yaml", "--digits", "18"], "18 is no number of digits", ""),
    (["convert", "good.yaml", "a.onnx", "--document", "١"], "١ is not a whole number", ""),
    (["convert", "a.onnx", "a.yaml", "--seed", "٣"], "٣ is not a whole number below", ""),
    (["run", "good.yaml", "-j", "1.5"], "1.5 is neither auto nor a number from 1", ""),
    (["run", "good.yaml", "-j", "10001"], "10001 is neither auto nor a number from 1", ""),
    (["run", "good.yaml", "-j", "9" * 5000], "neither auto nor a number from 1", ""),
    (["validate", "good.yaml", "--jobs", "0"], "0 is neither auto nor a number from 1", ""),
    (["run", "good.yaml", "--executor", "dsk"], "no executor `dsk`", "did you mean `dask`?"),
    (["run", "good.yaml", "--executor", "dask"], "`dask` needs a scheduler", "tcp://HOST:8786"),
    (["run", "good.yaml", "--scheduler", "x:1"], "--scheduler x:1 needs an executor", ""),
    (["run", "memory://no/such.yaml"], "memory://no/such.yaml does not exist", "the address"),
    (["run", "nosuch://a.yaml"], "cannot be opened: Protocol not known: nosuch", ""),
    (["run", "good.yaml", "--atol", "nan"], "nan is not a finite number, 0 or more", ""),
    (["run", "good.yaml", "--atol=-1"], "-1 is not a finite number", ""),
    (["run", "good.yaml", "--rtol", "1e999"], "1e999 is not a finite number", ""),
    (["run", "good.yaml", "--rtol", "x"], "x is not a number", ""),
    (["run", "good.yaml", "--output-format", "jsn"], "no report format `jsn`", "`json`?"),
    (["run", "good.yaml", "--report", "json"], "names no file", "json=out.json"),
    (["run", "good.yaml", "--report", "jsn=a"], "no report format `jsn`", "`json`?"),
    (["run", "good.yaml", "--report", "json=no/a"], "the folder no does not exist", "make it first"),
    (["run", "good.yaml", "--report", "json=."], ". is a directory", "name a file"),
    (["run", "good.yaml", "--fail-on", "nothing"], "invalid choice: 'nothing'", ""),
    (["run", "good.yaml", "--color", "blue"], "invalid choice: 'blue'", ""),
    (["run", "a\x1b[31mb.yaml"], "a\\x1b[31mb.yaml does not exist", ""),
    (["run", "a\u202eb.yaml"], "a\\u202eb.yaml does not exist", ""),
    (["new", "good.yaml"], "good.yaml exists already", "or add --force"),
    (["new", "-"], "`new` writes a file", "as in `evaluator new neuron.yaml`"),
    (["new", ""], "`new` writes a file", "as in `evaluator new neuron.yaml`"),
    (["new", "no/new.yaml"], "the folder no does not exist", "make it first"),
    (["new", "new.yaml", "--form", "layer"], "invalid choice: 'layer'", ""),
    (["schema", "spce"], "invalid choice: 'spce'", ""),
    (["activations", "sigmiod"], "unknown activation `sigmiod`", "did you mean `sigmoid`?"),
    (["activations", "--plot"], "--plot needs the name of an activation", "sigmoid --plot"),
    (["activations", "softmax", "--plot"], "`softmax` works on a whole layer", ""),
    (["activations", "tanh", "--plot", "no/a.svg"], "the folder no does not exist", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    USAGE,
    ids=lambda x: " ".join(x)[:40] if isinstance(x, list) else "",
)
def test_a_command_that_asks_for_what_cannot_be_done_exits_2_with_one_line_and_a_hint(
    capsys: Capture, folder: Path, words: list[str], message: str, hint: str
) -> None:
    (folder / "broken.yaml").symlink_to("gone.yaml")
    (folder / "deep").mkdir()
    (folder / "deep/good.yaml").write_text(GOOD)
    (folder / "deep/two.yaml").write_text(f"{GOOD}\n---\n\n{GOOD}")
    code, output, errors = run(capsys, *words)
    assert (code, output) == (2, "")
    said, *help_lines = errors.splitlines()
    assert said.startswith("error: ")
    assert message in said
    assert hint in "".join(f"{line}$" for line in help_lines)
    assert len(help_lines) <= 1


def test_where_a_case_stands_leads_to_that_case(capsys: Capture) -> None:
    _, output, _ = run(capsys, "run", "many.yaml", "--output-format", "concise")
    place = output.split(" ")[0].rstrip(":")
    _, _, errors = run(capsys, "run", place)
    _, output, _ = run(capsys, "run", errors.split("`")[-2], "-v")
    assert f"FAILED {place} second" in output
    assert "1 failed in 1 spec" in output


def test_an_internal_fault_is_one_line_without_a_traceback(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault\x1b[31m")

    monkeypatch.setattr("evaluator.runner.evaluate", broken)
    code, output, errors = run(capsys, "run", "good.yaml")
    assert (code, output) == (4, "")
    first, second = errors.splitlines()
    assert first == "internal error: ZeroDivisionError: a fault\\x1b[31m"
    assert second.startswith("help: this is a fault of the evaluator; please report it")
    with pytest.raises(ZeroDivisionError):
        main(["run", "good.yaml", "--debug"])


def test_an_interrupted_run_reports_what_it_found(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluator import evaluate

    real, calls = evaluate.evaluate, []

    def second_is_interrupted(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("evaluator.runner.evaluate", second_is_interrupted)
    code, output, errors = run(capsys, "run", "good.yaml", "wrong.yaml", "many.yaml")
    assert (code, errors) == (130, "")
    assert "1 passed in 1 spec; 1 value checked" in output
    assert output.rstrip().endswith("; interrupted")


def test_an_interrupt_before_there_is_a_report_is_130_and_nothing_else(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evaluator.runner.collect", interrupted)
    assert run(capsys, "run", "good.yaml", "--co") == (130, "", "")


def test_an_interrupt_from_the_keyboard_ends_the_process_with_130_and_no_traceback() -> None:
    command = [sys.executable, "-m", "evaluator", "run", "-", "good.yaml"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        wait_until_blocked(process.pid)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == ""
    assert "interrupted" in output


def wait_until_blocked(pid: int) -> None:
    """Wait until a process reads its standard input, with everything imported."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/wchan")
        maps = Path(f"/proc/{pid}/maps").read_text()
        if "_yaml" in maps and "pipe" in state.read_text():
            return
        time.sleep(0.05)
    time.sleep(1)  # where /proc does not tell


def test_a_reader_that_goes_away_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "evaluator", "run", "wrong.yaml"]
    found = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False
    )
    os.close(writing)
    assert (found.returncode, found.stderr) == (2, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_told_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "evaluator", "run", "good.yaml"]
        found = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert found.returncode == 2
    assert found.stderr == "error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("redirection", "said"),
    [("<&-", "error: standard input is closed"), (">&-", "error: standard output is closed")],
)
def test_a_closed_stream_is_told_in_one_line(redirection: str, said: str) -> None:
    shell = f"{shlex.quote(sys.executable)} -m evaluator run - good.yaml {redirection}"
    found = subprocess.run(
        ["sh", "-c", shell], capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(said)


# ---- which files


def test_a_directory_is_searched_for_specs_hidden_ones_aside(capsys: Capture, folder: Path) -> None:
    for name in (
        "a/b.yml",
        "a/c.yaml/d.yaml",
        ".hidden/e.yaml",
        "a/.f.yaml",
        "a/g.txt",
        "a/h.YAML",
    ):
        (folder / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "all" / name).write_text(GOOD)
    code, output, _ = run(capsys, "run", "all", "-v")
    assert code == 0
    assert re.findall(r"^PASSED (\S+?):", output, re.MULTILINE) == [
        "all/a/b.yml", "all/a/c.yaml/d.yaml",
    ]  # fmt: skip


def test_folders_may_nest_deeper_than_calls(capsys: Capture, folder: Path) -> None:
    for _ in range(1050):
        os.mkdir("d")
        os.chdir("d")
    Path("good.yaml").write_text(GOOD)
    os.chdir(folder)
    code, output, errors = run(capsys, "run", "d")
    # What clears up temporary folders calls itself once for each of them.
    os.chdir("/".join(["d"] * 1050))
    os.unlink("good.yaml")
    for _ in range(1050):
        os.chdir("..")
        os.rmdir("d")
    assert (code, errors) == (0, "")
    assert "1 passed" in output


def test_any_file_that_is_named_is_read_as_yaml(capsys: Capture, folder: Path) -> None:
    (folder / "spec.txt").write_text(GOOD)
    assert run(capsys, "run", "spec.txt")[0] == 0


OTHER_KINDS = {
    "m.onnx": (b"\x08\x07\xff", ["an ONNX model", "`model: {file: m.onnx}`", "convert m.onnx m.yaml`"]),
    "small.onnx": (b"\x08\x07\x12", ["an ONNX model"]),
    "my model.keras": (b"PK\x03\x04\xff", ["a Keras model", "convert 'my model.keras' 'my model.yaml'`"]),
    "deep/m.H5": (b"\x89HDF", ["a Keras model", "`evaluator convert deep/m.H5 deep/m.yaml`"]),
    "m.pmml": (b"<?xml version='1.0'?>\n<PMML/>\n", ["a PMML model", "convert m.pmml m.yaml`"]),
    "m.pt": (b"PK\x03\x04\xff", ["a pickle", "safetensors.torch.save_file"]),
    "m.joblib": (b"\x80\x04", ["a pickle", "evaluator.convert.from_sklearn"]),
    "deep/W1.npy": (b"\x93NUMPY", ["an array", "`weights: {file: W1.npy}`"]),
    "k.npz": (b"PK\x03\x04\xff", ["`weights: {file: k.npz, key: NAME}`", "k.yaml --layers LIST`"]),
    "t.csv": (b"x,y\n1,2\n", ["a table", "`cases: [{file: t.csv}]`"]),
    "s.py": (b"import math\nx: int = 3\n", ["Python code", "--subject python:s.py:NAME`"]),
    "r.md": (b"# A\n\nText: this\n```yaml\na: 1\n```\n", ["Markdown", "a file, such as r.yaml"]),
    "notes.txt": (b"\xff", ["save it as UTF-8"]),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_a_file_that_is_no_spec_is_told_by_its_kind_and_what_is_done_with_it(
    capsys: Capture, folder: Path, name: str
) -> None:
    content, said = OTHER_KINDS[name]
    (folder / "deep").mkdir()
    (folder / name).write_bytes(content)
    code, output, _ = run(capsys, "run", name)
    (hint,) = re.findall("  help: (.*)", output)
    assert code == 3
    assert [words for words in said if words not in hint] == []


def test_a_spec_is_one_whatever_its_file_is_called(capsys: Capture, folder: Path) -> None:
    for name in OTHER_KINDS:
        if "/" not in name:
            (folder / name).write_text(GOOD)
            assert run(capsys, "run", name)[0] == 0


def test_convert_is_named_for_what_it_reads_alone() -> None:
    # An .xml need not be PMML, nor a .json Keras; a .json may be a spec.
    named = {ending for ending in KINDS if "evaluator convert" in advice(f"a{ending}")}
    assert named == READERS.keys() - {".xml", ".json"}
    assert KINDS.keys() > set(PICKLES)


@pytest.mark.parametrize("name", ["m.pt", "m.h5", "m.onnx"])
def test_a_model_in_place_of_an_array_is_told_how_it_is_read(
    capsys: Capture, folder: Path, name: str
) -> None:
    (folder / "deep").mkdir()
    (folder / "deep/s.yaml").write_text(GOOD.replace("[1]", f"{{file: {name}}}"))
    _, output, _ = run(capsys, "run", "deep/s.yaml")
    assert f"or .csv; {advice(f'deep/{name}')}" in output


def test_an_empty_directory_is_no_success(capsys: Capture, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert run(capsys, "run", "empty")[0] == 5
    assert run(capsys, "run", "empty", "--allow-empty")[0] == 0
    assert run(capsys, "validate", "empty")[0] == 5


NEARLY = {
    "": "",
    "a.txt": "",
    ".hidden.YAML": "",
    "b/spec.YAML": "; empty/b/spec.YAML is read where it is named itself",
    "spec.yaml.txt": "; empty/spec.yaml.txt is read where it is named itself",
    "spec.json": "; empty/spec.json is read where it is named itself",
}


@pytest.mark.parametrize("command", ["run", "validate", "record", "audit", "fix"])
@pytest.mark.parametrize("name", NEARLY)
def test_a_folder_without_specs_is_said_to_be_one(
    capsys: Capture, folder: Path, command: str, name: str
) -> None:
    (folder / "empty/b").mkdir(parents=True)
    if name:
        (folder / "empty" / name).write_text(GOOD)
    code, _, errors = run(capsys, command, "empty")
    assert (code, errors) == (
        5, f"empty holds no file that ends in .yaml or .yml{NEARLY[name]}\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("leads_to", "said"),
    [
        ("gone.yaml", "the file is not there"),
        ("link.yaml", "the file cannot be read: Too many levels of symbolic links"),
    ],
)
def test_a_broken_link_in_a_folder_is_an_unreadable_spec(
    leads_to: str, said: str, capsys: Capture, folder: Path
) -> None:
    (folder / "some").mkdir()
    (folder / "some/link.yaml").symlink_to(leads_to)
    shutil.copy("good.yaml", "some")
    code, output, _ = run(capsys, "run", "some")
    assert code == 3
    assert f"error[unreadable]: {said}\n  --> some/link.yaml:1:1" in output
    assert "1 invalid, 1 passed in 2 specs" in output


@pytest.mark.parametrize("path", ["fifo.yaml", "/dev/null"])
def test_what_is_no_regular_file_is_an_unreadable_spec(
    capsys: Capture, folder: Path, path: str
) -> None:
    os.mkfifo(folder / "fifo.yaml")
    code, output, _ = run(capsys, "run", path)
    assert code == 3
    assert "error[unreadable]: the file is not a regular file" in output


def test_standard_input_is_a_spec_like_any_other() -> None:
    found = started("run", "-", input=WRONG)
    assert found.returncode == 1
    assert found.stdout.startswith("FAILED -:2:31 case 1\n")
    assert started("run", "--", "-::first", input=MANY).returncode == 0
    assert started("run", "-", input="").returncode == 3


def test_without_paths_the_specs_folder_is_run(capsys: Capture, folder: Path) -> None:
    (folder / "specs").mkdir()
    (folder / "specs/wrong.yaml").write_text(WRONG)
    code, output, _ = run(capsys, "run")
    assert code == 1
    assert output.startswith("FAILED specs/wrong.yaml:2:")


# ---- settings

SETTINGS = [
    ("pyproject.toml", '[tool.evaluator]\nspecs = ["good.yaml"]\n', 0, "1 passed"),
    ("pyproject.toml", '[tool.evaluator]\nspecs = ["good.yaml", "wrong.yaml"]\n', 1, "1 failed"),
    ("pyproject.toml", '[tool.evaluator]\nspecs = "good.yaml"\n', 0, "1 passed"),
    ("evaluator.toml", 'specs = ["good.yaml"]\n', 0, "1 passed"),
    ("pyproject.toml", "[tool.other]\nspecs = 3\n", 2, "there is no"),
    ("evaluator.toml", 'specs = ["gone"]\n', 2, "to evaluate"),
    ("evaluator.toml", "specs = 3\n", 2, "`specs` takes a list of paths"),
    ("evaluator.toml", "specs = []\n", 2, "`specs` takes a list of paths"),
    ("evaluator.toml", 'specs = [""]\n', 2, "`specs` takes a list of paths"),
    ("evaluator.toml", "specs = [3]\n", 2, "`specs` takes a list of paths"),
    ("evaluator.toml", 'specs = ["a\\u0000b"]\n', 2, "`specs` holds the character U+0000"),
    ("evaluator.toml", 'spec = ["good.yaml"]\n', 2, "unknown setting `spec`"),
    ("evaluator.toml", "specs = [\n", 2, "cannot be read"),
    ("evaluator.toml", "specs = " + "[" * 5000, 2, "cannot be read"),
    ("evaluator.toml", "specs = 'caf\xe9'\n".encode("latin-1"), 2, "save it as UTF-8"),
    ("pyproject.toml", "tool = 3  # evaluator\n", 2, "`tool` is no table"),
    ("pyproject.toml", "[tool]\nevaluator = 3\n", 2, "`evaluator` is no table"),
    ("pyproject.toml", "[[tool.evaluator]]\nspecs = 3\n", 2, "`evaluator` is no table"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "code", "said"), SETTINGS)
def test_settings_say_what_is_run_and_bad_ones_are_a_usage_error(
    capsys: Capture, folder: Path, name: str, text: str | bytes, code: int, said: str
) -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    found, output, errors = run(capsys, "run")
    assert said in (errors if code == 2 else output)
    assert found == code
    assert len(errors.splitlines()) <= 2


def test_settings_hold_in_the_folders_below(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "evaluator.toml").write_text('specs = ["good.yaml"]\n')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert run(capsys, "run")[0] == 0


# ---- what is shown


def test_quiet_says_less_and_verbose_more(capsys: Capture) -> None:
    _, normal, _ = run(capsys, "run", "many.yaml")
    _, quiet, _ = run(capsys, "run", "many.yaml", "-q")
    _, verbose, _ = run(capsys, "run", "many.yaml", "-v")
    assert len(quiet.splitlines()) == 3
    assert "PASSED" not in normal
    assert verbose.count("PASSED many.yaml:") == 3
    assert len(quiet) < len(normal) < len(verbose)


def test_cases_can_be_listed_without_being_evaluated(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluator.runner.evaluate", lambda *_: pytest.fail("evaluated"))
    (folder / "odd.yaml").write_text(GOOD.replace("inputs", 'name: "a\\u202eb", inputs'))
    code, output, _ = run(capsys, "run", "--co", "many.yaml", "odd.yaml", "-k", "first or odd")
    assert (code, output) == (0, "many.yaml::first\nodd.yaml::a\\u202eb\n\n2 cases in 2 files\n")
    code, output, _ = run(capsys, "run", "--co", "good.yaml", "invalid.yaml")
    assert code == 3
    assert "invalid.yaml: invalid; see `evaluator validate invalid.yaml`" in output
    assert "1 case in 2 files" in output
    assert run(capsys, "run", "--co", "good.yaml", "-k", "nothing")[0] == 5


COLOUR = [
    ((), {}, False),
    ((), {"FORCE_COLOR": "1"}, True),
    ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ((), {"NO_COLOR": ""}, False),
    (("--color", "always"), {"NO_COLOR": "1"}, True),
    (("--color", "never"), {"FORCE_COLOR": "1"}, False),
]


@pytest.mark.parametrize(("words", "environment", "coloured"), COLOUR)
def test_colour_follows_the_flag_then_the_environment_then_the_terminal(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], environment: dict[str, str], coloured: bool,
) -> None:  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _, output, _ = run(capsys, "run", "wrong.yaml", *words)
    assert ("\x1b[" in output) is coloured


def test_reports_are_written_beside_what_is_shown(capsys: Capture, folder: Path) -> None:
    reports = ["--report", "json=a.json", "--report", "concise=b.txt", "--report", "full=c.txt"]
    code, output, _ = run(capsys, "run", "many.yaml", *reports, "--color", "always")
    assert code == 1
    assert json.loads((folder / "a.json").read_text())["summary"]["exit_code"] == 1
    assert len((folder / "b.txt").read_text().splitlines()) == 3
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert (folder / "c.txt").read_text() == plain
    assert not list(folder.glob("*.part"))


def test_a_report_that_cannot_be_written_stops_the_run_before_it_starts(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluator.runner.evaluate", lambda *_: pytest.fail("evaluated"))
    assert run(capsys, "run", "good.yaml", "--report", "json=no/where.json")[0] == 2


def test_a_report_goes_through_links_and_into_devices(capsys: Capture, folder: Path) -> None:
    (folder / "real.json").write_text("old")
    (folder / "link.json").symlink_to("real.json")
    run(capsys, "run", "good.yaml", "--report", "json=link.json", "--report", "json=/dev/null")
    assert (folder / "link.json").is_symlink()
    assert json.loads((folder / "real.json").read_text())["summary"]["passed"] == 1


def test_a_file_name_that_is_no_utf_8_breaks_no_report(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9\x1b[31m.yaml")
    (folder / name).write_text(GOOD.replace(", expected: 1", ""))
    found = started("run", name, "--report", "full=a.txt", "--report", "json=b.json", "-v")
    assert (found.returncode, found.stderr) == (1, "")
    assert "\x1b" not in found.stdout + (folder / "a.txt").read_text()
    assert json.loads((folder / "b.json").read_text())["specs"][0]["file"] == name


def test_the_slowest_specs_are_listed_where_no_program_reads(capsys: Capture) -> None:
    _, output, errors = run(capsys, "run", "good.yaml", "many.yaml", "--durations", "1")
    assert re.search(r"\n\nthe slowest spec:\n +0\.\d{4} s  (good|many)\.yaml ", output)
    assert errors == ""
    _, output, errors = run(
        capsys, "run", "good.yaml", "many.yaml", "--durations", "5", "--output-format", "json"
    )
    assert json.loads(output)["summary"]["specs"] == 2
    assert "the 2 slowest specs:" in errors


# ---- the other commands


@pytest.mark.parametrize("form", TEMPLATES)
def test_a_new_spec_passes_and_replaces_nothing(capsys: Capture, folder: Path, form: str) -> None:
    code, output, _ = run(capsys, "new", "new.yaml", "--form", form)
    said = "wrote spec.schema.json for editors\nwrote new.yaml; try `evaluator run new.yaml`\n"
    assert (code, output) == (0, said)
    assert run(capsys, "run", "new.yaml", "--fail-on", "warning")[0] == 0
    (folder / "new.yaml").write_text("mine")
    assert run(capsys, "new", "new.yaml", "--form", form)[0] == 2
    assert (folder / "new.yaml").read_text() == "mine"
    assert run(capsys, "new", "new.yaml", "--form", form, "--force")[0] == 0
    line = "# yaml-language-server: $schema=spec.schema.json\n"
    assert (folder / "new.yaml").read_text() == line + TEMPLATES[form]


def test_a_new_spec_names_the_schema_of_its_project(capsys: Capture, folder: Path) -> None:
    (folder / "evaluator.toml").touch()
    (folder / "specs/deep").mkdir(parents=True, exist_ok=True)
    assert run(capsys, "new", "first.yaml")[0] == 0
    printed = run(capsys, "schema")[1]
    assert (folder / "spec.schema.json").read_text() == printed
    (folder / "spec.schema.json").write_text("mine")
    code, output, _ = run(capsys, "new", "specs/deep/new.yaml")
    said = "wrote specs/deep/new.yaml; try `evaluator run specs/deep/new.yaml`\n"
    assert (code, output) == (0, said)
    text = (folder / "specs/deep/new.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../spec.schema.json\n")
    assert (folder / "spec.schema.json").read_text() == "mine"
    (folder / "specs/evaluator.toml").touch()
    assert run(capsys, "new", "specs/deep/other.yaml")[0] == 0
    assert (folder / "specs/deep/spec.schema.json").read_text() == printed


def test_a_command_that_is_told_can_be_typed_whatever_the_file_is_called(
    capsys: Capture, folder: Path
) -> None:
    assert main(["new", "a b.yaml"]) == 0
    Path("a b.yaml").write_text("neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1}]\n")
    main(["run", "a b.yaml"])
    Path("a b.yaml").write_text("neuron: 1\n")
    main(["run", "a b.yaml", "--co"])
    said = re.findall("`evaluator ([^`]*)`", capsys.readouterr().out)
    assert [shlex.split(each) for each in said] == [
        ["run", "a b.yaml"], ["record", "a b.yaml"], ["validate", "a b.yaml"]
    ]  # fmt: skip


def test_where_the_schema_cannot_be_written_there_is_no_new_spec(
    capsys: Capture, folder: Path
) -> None:
    (folder / "spec.schema.json").mkdir()
    code, _, errors = run(capsys, "new", "new.yaml")
    assert (code, "spec.schema.json is a directory" in errors) == (2, True)
    assert not (folder / "new.yaml").exists()


def test_a_new_spec_on_standard_output_comes_without_a_schema(
    capsys: Capture, folder: Path
) -> None:
    assert run(capsys, "new", "/dev/stdout", "--force")[0] == 0
    assert not Path("/dev/spec.schema.json").exists()
    assert not (folder / "spec.schema.json").exists()


def test_the_name_of_a_file_that_is_written_commands_no_terminal(capsys: Capture) -> None:
    name = "a\x1b[31m\u202e"
    for words in (["new", name], ["activations", "tanh", "--plot", name]):
        code, output, _ = run(capsys, *words)
        assert code == 0
        assert "wrote a\\x1b[31m\\u202e" in output
        assert "\x1b" not in output


@pytest.mark.parametrize(
    "text", [f"{MANY}---\n{MANY.replace('third', 'last')}", MANY.replace("third", "first")]
)
def test_every_case_that_is_listed_can_be_run_by_what_it_is_listed_as(
    capsys: Capture, folder: Path, text: str
) -> None:
    (folder / "two.yaml").write_text(text)
    _, output, _ = run(capsys, "run", "--co", "two.yaml")
    listed = output.splitlines()[:-2]
    assert len(set(listed)) == len(listed)
    for line in listed:
        _, output, errors = run(capsys, "run", line)
        assert errors == ""
        assert "1 value checked" in output


@pytest.mark.parametrize("words", [("schema",), ("schema", "spec"), ("schema", "report")])
def test_a_schema_is_printed_as_draft_7(capsys: Capture, words: tuple[str, ...]) -> None:
    code, output, _ = run(capsys, *words)
    printed = json.loads(output)
    assert code == 0
    assert printed["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(printed)
    assert printed == schema("report" if "report" in words else "spec")


def test_activations_are_listed_each_with_its_formula(capsys: Capture) -> None:
    code, output, _ = run(capsys, "activations")
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == list(ACTIVATIONS)
    _, output, _ = run(capsys, "activations", "swish")
    assert output.startswith("silu: ")
    assert "also spelt swish" in output


CURVES = [
    name for name, found in ACTIVATIONS.items()
    if not found.whole_layer and name not in ("prelu", "clip")
]  # fmt: skip


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_is_drawn_in_the_terminal_and_as_svg(
    capsys: Capture, folder: Path, name: str
) -> None:
    code, output, errors = run(capsys, "activations", name, "--plot")
    assert (code, errors) == (0, "")
    assert output.count("•") > 20
    assert all(len(line) <= 72 for line in output.splitlines()[2:])
    assert run(capsys, "activations", "--plot", name)[1] == output
    assert run(capsys, "activations", name, "--plot", "a.svg")[0] == 0
    picture = ET.parse(folder / "a.svg").getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == name
    assert "nan" not in (folder / "a.svg").read_text().replace(name, "")


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_is_on_standard_output(capsys: Capture, words: list[str]) -> None:
    code, output, errors = run(capsys, *words)
    assert (code, errors) == (0, "")
    assert output.startswith("usage: evaluator")
    assert "--debug" not in output


def test_the_module_is_the_command() -> None:
    found = started("run", "wrong.yaml", "-q")
    assert found.returncode == 1
    assert found.stdout.startswith("wrong.yaml:2:31: ")


def test_the_version_is_told_without_loading_what_is_heavy() -> None:
    program = (
        "import sys; from evaluator.cli import main; main(['--version'])\n"
        "heavy = {'numpy', 'yaml', 'rich', 'jsonschema', 'jsonschema_rs'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert re.fullmatch(r"evaluator \d+\.\d+\.\d+\n", found.stdout)


# ---- a terminal


def on_a_terminal(*words: str, seconds: float = 60) -> tuple[int, str]:
    """Run a Python program on a pseudo-terminal; give its exit code and all that it wrote."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [sys.executable, *words])
    written, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        written += piece
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), written.decode()


SLOW = """\
import sys, time
from evaluator import runner
from evaluator.cli import main
real = runner.evaluate_file
def slow(*arguments):
    time.sleep(float(sys.argv[1]))
    return real(*arguments)
runner.evaluate_file = slow
sys.exit(main(["run", "good.yaml", "wrong.yaml", "warned.yaml", *sys.argv[2:]]))
"""


def test_a_terminal_gets_colour_and_a_bar_once_a_second_has_passed(folder: Path) -> None:
    (folder / "slow.py").write_text(SLOW)
    code, written = on_a_terminal("slow.py", "0.55")
    assert code == 1
    assert "evaluating" in written
    assert "\x1b[31;1m" in written
    code, written = on_a_terminal("slow.py", "0.55", "-q")
    assert "evaluating" not in written
    code, written = on_a_terminal("slow.py", "0")
    assert "evaluating" not in written
    assert "1 failed, 2 passed, 1 warning" in written


@pytest.mark.parametrize("command", ["record", "fix"])
def test_an_interrupted_rewriting_tells_what_was_written(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from evaluator import content

    def second_is_interrupted(path: str) -> bytes:
        if path == "b.yaml":
            raise KeyboardInterrupt
        return real(path)

    real = content.read_content
    monkeypatch.setattr(content, "read_content", second_is_interrupted)
    (folder / "b.yaml").write_text(GOOD)
    (folder / "a.yaml").write_text(
        "neuron: {weights: [010], activation: relu}\ncases: [{inputs: 1}]\n"
    )
    if command == "record":
        (folder / "a.yaml").write_text(GOOD.replace(", expected: 1", ""))
    words = ["--as", "1.2"] if command == "fix" else []
    code, output, errors = run(capsys, command, "a.yaml", "b.yaml", "good.yaml", *words)
    assert (code, errors) == (130, "")
    assert output.endswith(" in 1 file; interrupted\n")
    assert "010" not in (folder / "a.yaml").read_text()


def test_an_interrupt_while_the_command_is_loaded_is_130_and_nothing_else() -> None:
    program = (
        "import sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'evaluator.cli':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from evaluator.__main__ import main\n"
        "sys.exit(main())\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (found.returncode, found.stdout, found.stderr) == (130, b"", b"")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        # As NumPy does while it compares arrays.
        pytest.param(
            "try: interrupt()\nexcept KeyboardInterrupt: raise TypeError", 130, id="in an error"
        ),
        # Of one that comes while something is cleaned up Python tells, and goes on.
        pytest.param("type('', (), {'__del__': interrupt})()", 0, id="while cleaning up"),
    ],
)
def test_an_interrupt_that_gets_lost_shows_no_traceback(body: str, code: int) -> None:
    program = (
        "import signal, sys\n"
        "from evaluator.__main__ import main\n"
        "from evaluator.cli import schema\n"
        "def interrupt(*_): signal.raise_signal(signal.SIGINT)\n"
        "def lose(_):\n"
        f"    exec({body!r}, globals())\n"
        "    return 0\n"
        "schema.main = lose\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.argv[1:] = ['schema']\n"
        "sys.exit(main())\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (found.returncode, found.stdout, found.stderr) == (code, b"", b"")
