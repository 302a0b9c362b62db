"""What a run leaves to the next: what failed last time, and how long files took."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluator.cli import main

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")
INVALID = GOOD.replace("weights", "wieghts")
MANY = """\
neuron: {weights: [1], activation: relu}
cases:
  - {name: first, inputs: 1, expected: 1}
  - {name: second, inputs: 2, expected: 3}
  - {name: third, inputs: 3, expected: 3}
  - {name: second, inputs: 4, expected: 5}
"""
NOTHING = "nothing of this failed last time, so all of it runs\n"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project of three specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evaluator.toml").write_text("")
    (tmp_path / "specs").mkdir()
    for name, text in {"a": GOOD, "b": MANY, "c": WRONG}.items():
        (tmp_path / f"specs/{name}.yaml").write_text(text)
    return tmp_path


def run(capsys: Capture, *words: str) -> tuple[int, list[str], str]:
    """Give the exit code, the cases that ran, as `FILE CASE LINE`, and standard error."""
    code = main(["run", *words, "--output-format", "json"])
    output, errors = capsys.readouterr()
    specs = json.loads(output)["specs"]
    ran = [f"{Path(s['file']).stem} {c['name']} {c['line']}" for s in specs for c in s["cases"]]
    return code, ran, errors


def kept(folder: Path, name: str = "failed") -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / f".evaluator_cache/{name}.json").read_text())
    return found


def replace(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


FAILED = ["b second 4", "b second 6", "c case 1 2"]
ALL = ["a case 1 2", "b first 3", "b second 4", "b third 5", "b second 6", "c case 1 2"]


# ---- what failed last time


def test_only_what_failed_last_time_runs_and_everything_once_nothing_did(
    capsys: Capture, folder: Path
) -> None:
    assert run(capsys, "--lf") == (1, ALL, NOTHING)
    said = "only what failed last time runs, in 2 files\n"
    assert run(capsys, "--lf") == (1, FAILED, said)
    replace(folder / "specs/b.yaml", "inputs: 4, expected: 5", "inputs: 4, expected: 4")
    assert run(capsys, "--last-failed") == (1, FAILED, said)
    assert run(capsys, "--lf") == (1, ["b second 4", "c case 1 2"], said)
    replace(folder / "specs/b.yaml", "expected: 3}\n  - {name: th", "expected: 2}\n  - {name: th")
    replace(folder / "specs/c.yaml", "expected: 2", "expected: 1")
    assert run(capsys, "--lf") == (0, ["b second 4", "c case 1 2"], said)
    assert run(capsys, "--lf") == (0, ALL, NOTHING)
    assert kept(folder) == {}


def test_files_in_which_something_failed_run_first(capsys: Capture) -> None:
    run(capsys)
    first = ["b first 3", *ALL[2:6], "a case 1 2"]
    assert run(capsys, "--ff") == (1, first, "what failed last time runs first, in 2 files\n")
    assert run(capsys, "--failed-first", "-x")[1] == ["b first 3", "b second 4"]
    assert run(capsys, "--ff", "specs/a.yaml")[2] == NOTHING


def test_a_file_whose_failed_case_is_gone_runs_whole_and_the_case_is_forgotten(
    capsys: Capture, folder: Path
) -> None:
    run(capsys)
    replace(folder / "specs/b.yaml", "name: second, inputs: 4", "name: last, inputs: 4")
    code, ran, errors = run(capsys, "--lf")
    assert (code, ran) == (1, ["b first 3", "b second 4", "b third 5", "b last 6", "c case 1 2"])
    assert "no-such-case" not in errors
    assert kept(folder)["specs/b.yaml"] == [[1, "second"], [1, "last"]]
    assert main(["run", "--co", "--lf", "specs/b.yaml"]) == 0
    assert "b.yaml::second\nspecs/b.yaml::last\n" in capsys.readouterr().out


def test_what_is_invalid_counts_as_failed_with_all_that_it_holds(
    capsys: Capture, folder: Path
) -> None:
    (folder / "specs/c.yaml").write_text(INVALID)
    assert run(capsys)[0] == 3
    assert kept(folder)["specs/c.yaml"] == []
    (folder / "specs/c.yaml").write_text(MANY.replace("3}", "2}", 1))
    (folder / "specs/b.yaml").write_text(GOOD)
    _, ran, _ = run(capsys, "--lf", "-x")
    assert ran == ["b case 1 2", "c first 3", "c second 4", "c third 5", "c second 6"]
    # Stopped early, the run knows nothing of the rest.
    assert kept(folder)["specs/c.yaml"] == []
    assert run(capsys, "--lf")[1] == ran
    assert kept(folder) == {"specs/c.yaml": [[1, "second#2"]]}


@pytest.mark.parametrize(
    ("case", "fails"),
    [
        ("{inputs: 1}", True),
        ("{inputs: 1, expected: 1, xfail: why}", True),
        ("{inputs: 1, expected: 2, xfail: why}", False),
        ("{inputs: 1, expected: 2, skip: why}", False),
        ("{file: t.csv}", True),
    ],
)
def test_whatever_fails_the_run_counts_as_failed(
    capsys: Capture, folder: Path, case: str, fails: bool
) -> None:
    (folder / "specs/t.csv").write_text("x1,y\n1,1\n2,3\n")
    (folder / "specs/d.yaml").write_text(f"{GOOD.splitlines()[0]}\ncases: [{case}]\n")
    run(capsys, "specs/d.yaml", "specs/c.yaml")
    assert ("specs/d.yaml" in kept(folder)) is fails


def test_the_documents_of_a_file_fail_each_for_itself(capsys: Capture, folder: Path) -> None:
    (folder / "specs/b.yaml").write_text(f"{GOOD}---\n{MANY}---\n{WRONG}")
    run(capsys, "specs/b.yaml")
    failed = ["b second 7", "b second 9", "b case 1 12"]
    assert run(capsys, "specs/b.yaml", "--lf")[1] == failed
    assert kept(folder)["specs/b.yaml"] == [[2, "second"], [2, "second#2"], [3, "case 1"]]
    assert run(capsys, "specs/b.yaml#3", "--lf")[1] == failed[2:]
    assert run(capsys, "specs/b.yaml::second#2", "--lf")[1] == failed[1:2]
    assert run(capsys, "specs/b.yaml#1", "--lf")[1:] == (["b case 1 2"], NOTHING)


PARTS: list[list[str]] = [
    ["specs/a.yaml"],
    ["specs/b.yaml::first"],
    ["-k", "third"],
    ["specs/b.yaml::third", "--lf"],
    ["specs/a.yaml", "specs/b.yaml", "specs/c.yaml", "-x"],
    ["--no-cache"],
    ["--co"],
    ["--shard", "1/1"],
]


@pytest.mark.parametrize("words", PARTS, ids=" ".join)
def test_a_run_of_a_part_forgets_nothing_about_the_rest(
    capsys: Capture, folder: Path, words: list[str]
) -> None:
    run(capsys)
    before = kept(folder)
    assert main(["run", *words]) in (0, 1)
    assert kept(folder) == before


def test_a_part_that_passes_now_is_taken_out(capsys: Capture, folder: Path) -> None:
    run(capsys)
    for name in "bc":
        replace(folder / f"specs/{name}.yaml", "expected: 3}", "expected: 2}")
        replace(folder / f"specs/{name}.yaml", "inputs: 3, expected: 2", "inputs: 3, expected: 3")
    run(capsys, "specs/b.yaml::second")
    assert kept(folder) == {"specs/b.yaml": [[1, "second#2"]], "specs/c.yaml": [[1, "case 1"]]}
    run(capsys, "-k", "nothing")
    run(capsys, "specs/c.yaml", "--atol", "9")
    assert kept(folder) == {"specs/b.yaml": [[1, "second#2"]]}
    (folder / "specs/b.yaml").unlink()
    run(capsys, "specs/a.yaml")
    assert kept(folder) == {}


def test_an_interrupted_run_keeps_what_it_found(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluator import evaluate

    run(capsys)
    real = evaluate.evaluate

    def interrupted(*arguments: object) -> object:
        if "c.yaml" in arguments[0].file:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    (folder / "specs/a.yaml").write_text(WRONG)
    (folder / "specs/b.yaml").write_text(GOOD)
    times = kept(folder, "seconds")
    monkeypatch.setattr("evaluator.runner.evaluate", interrupted)
    assert run(capsys)[0] == 130
    failed = kept(folder)
    assert failed["specs/a.yaml"] == failed["specs/c.yaml"] == [[1, "case 1"]]
    assert kept(folder, "seconds") == times


def test_what_failed_is_kept_although_the_reader_of_the_report_went_away(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "evaluator", "run"]
    subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert set(kept(folder)) == {"specs/b.yaml", "specs/c.yaml"}


def test_cases_may_fail_and_run_again_in_thousands(capsys: Capture, folder: Path) -> None:
    cases = "".join(f"  - {{inputs: {n}, expected: -1}}\n" for n in range(4000))
    (folder / "specs/b.yaml").write_text(f"{GOOD.splitlines()[0]}\ncases:\n{cases}")
    assert len(run(capsys)[1]) == 4002
    # Each is looked up in a set: searching a list for each would take the square of their number.
    assert len(run(capsys, "--lf")[1]) == 4001


# ---- where it lies, and whether


def test_the_cache_lies_in_the_project_and_out_of_version_control(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    monkeypatch.chdir(folder / "specs")
    run(capsys, str(folder / "specs/a.yaml"), "../specs/b.yaml", "c.yaml")
    assert list(kept(folder)) == ["specs/b.yaml", "specs/c.yaml"]
    assert list(kept(folder, "seconds")) == ["specs/a.yaml", "specs/b.yaml", "specs/c.yaml"]
    assert (folder / ".evaluator_cache/.gitignore").read_text() == "*\n"
    command = ["git", "-C", str(folder), "status", "--porcelain", "--ignored=no"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert ".evaluator_cache" not in found
    assert "specs/" in found
    assert run(capsys, "c.yaml", "b.yaml", "--lf")[1] == [FAILED[2], *FAILED[:2]]


def test_without_a_project_the_cache_lies_in_the_current_folder(
    capsys: Capture, folder: Path
) -> None:
    (folder / "evaluator.toml").unlink()
    run(capsys, "specs/c.yaml")
    assert kept(folder) == {"specs/c.yaml": [[1, "case 1"]]}


def test_a_lone_file_that_passes_leaves_nothing_and_a_passing_project_its_times(
    capsys: Capture, folder: Path
) -> None:
    (folder / "specs/c.yaml").unlink()
    (folder / "specs/b.yaml").write_text(GOOD)
    run(capsys, "specs/a.yaml")
    assert not (folder / ".evaluator_cache").exists()
    run(capsys)
    assert sorted(path.name for path in (folder / ".evaluator_cache").iterdir()) == [
        ".gitignore", "seconds.json",
    ]  # fmt: skip


def test_without_the_cache_nothing_is_read_or_written(capsys: Capture, folder: Path) -> None:
    run(capsys, "--no-cache")
    assert not (folder / ".evaluator_cache").exists()
    for option in ("--lf", "--ff"):
        assert main(["run", option, "--no-cache"]) == 2
        assert f"error: {option} needs the cache\nhelp: leave out" in capsys.readouterr().err


def test_times_are_those_of_whole_files_that_are_there(capsys: Capture, folder: Path) -> None:
    run(capsys)
    before = kept(folder, "seconds")
    assert all(isinstance(time, float) and 0 < time < 60 for time in before.values())
    (folder / "specs/a.yaml").unlink()
    for words in (["-k", "first"], ["-x"], ["--lf"], ["specs/c.yaml"], ["specs/b.yaml::first"]):
        main(["run", *words])
    capsys.readouterr()
    assert kept(folder, "seconds") == before
    file = folder / ".evaluator_cache/seconds.json"
    file.write_text(re.sub(r": [0-9.e-]+([,\n}])", r": 999\1", file.read_text()))
    assert set(kept(folder, "seconds").values()) == {999}
    run(capsys)
    after = kept(folder, "seconds")
    assert list(after) == ["specs/b.yaml", "specs/c.yaml"]
    assert max(after.values()) < 60


def test_the_time_of_a_file_includes_reading_it(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluator import source

    def slow(path: str) -> object:
        time.sleep(0.05)
        return source.read_file(path)

    monkeypatch.setattr("evaluator.runner.read_file", slow)
    run(capsys)
    assert all(seconds >= 0.05 for seconds in kept(folder, "seconds").values())  # type: ignore[operator]


def test_what_comes_from_standard_input_is_not_kept(folder: Path) -> None:
    command = [sys.executable, "-m", "evaluator", "run", "-", "specs/c.yaml"]
    subprocess.run(command, input=WRONG, text=True, capture_output=True, timeout=60, check=False)
    (folder / "-").write_text("")
    assert list(kept(folder)) == list(kept(folder, "seconds")) == ["specs/c.yaml"]


def test_a_small_part_of_a_large_project_leaves_the_times_alone(
    capsys: Capture, folder: Path
) -> None:
    run(capsys)
    large = json.dumps({f"specs/{n}/spec.yaml": 1.0 for n in range(1000)})
    (folder / ".evaluator_cache/seconds.json").write_text(large)
    run(capsys)
    assert (folder / ".evaluator_cache/seconds.json").read_text() == large


# ---- what cannot be read or written


@pytest.mark.parametrize("name", ["failed.json", "seconds.json"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"3", b"null", b"\xff", b"[" * 100_000, b'{"a": {"b": 3}}', b'{"a": "b"}',
     b'{"a": [3]}', b'{"a": [[1, 2]]}', b'{"a": [["x", "y"]]}', b'{"a": NaN}', b'{"a": -1}',
     b'{"a": 1e999}', b'{"a": true}', b'{"a": null}', b"9" * 5000],
    ids=lambda content: content[:20].decode("latin-1"),
)  # fmt: skip
def test_a_damaged_cache_is_told_ignored_and_written_anew(
    capsys: Capture, folder: Path, name: str, content: bytes
) -> None:
    run(capsys)
    file = folder / ".evaluator_cache" / name
    good = json.loads(file.read_bytes())
    file.write_bytes(content)
    words = ["--lf"] if name == "failed.json" else []
    code, ran, errors = run(capsys, *words)
    if len(content) <= 1500:  # three files: see MAX_BYTES
        assert json.loads(file.read_bytes()).keys() == good.keys()
        assert errors.startswith(f"warning: {file} is damaged, and ignored\n")
    assert (code, ran) == (1, ALL)
    assert errors.count("warning") <= 1


def test_a_damaged_list_of_failures_is_written_anew_where_nothing_fails(
    capsys: Capture, folder: Path
) -> None:
    run(capsys)
    (folder / ".evaluator_cache/failed.json").write_text("{")
    assert run(capsys, "specs/a.yaml")[0] == 0
    assert kept(folder) == {}


def test_a_cache_with_other_contents_breaks_nothing(capsys: Capture, folder: Path) -> None:
    run(capsys)
    odd = {"specs/a.yaml": [[9, "x"]], "a\0b": [], "/": [], "../..": [[1, "\ud800"]]}
    (folder / ".evaluator_cache/failed.json").write_text(json.dumps(odd))
    assert run(capsys, "--lf")[1] == ["a case 1 2"]
    assert kept(folder).keys() == {"/", "../.."}


def cannot_write(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.parametrize("how", ["a file is there", "no byte more", "a fifo is there"])
def test_a_cache_that_cannot_be_written_is_told_and_stops_nothing(folder: Path, how: str) -> None:
    if how == "a file is there":
        (folder / ".evaluator_cache").write_text("mine")
    if how == "a fifo is there":
        (folder / ".evaluator_cache").mkdir()
        os.mkfifo(folder / ".evaluator_cache/failed.json")
        os.mkfifo(folder / ".evaluator_cache/seconds.json")
    command = [sys.executable, "-B", "-m", "evaluator", "run", "specs/b.yaml", "specs/c.yaml"]
    found = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: cannot_write(0) if how == "no byte more" else None,
    )  # fmt: skip
    assert found.returncode == 1
    assert "3 failed, 2 passed in 2 specs" in found.stdout
    if how == "a fifo is there":
        assert found.stderr == ""
        assert kept(folder)["specs/c.yaml"] == [[1, "case 1"]]
        return
    warning, hint = found.stderr.splitlines()
    assert warning.startswith(f"warning: the cache {folder}/.evaluator_cache cannot be written: ")
    assert hint == "help: check the disk and the permissions, or add --no-cache"
    assert not list(folder.glob(".evaluator_cache/*"))


def test_a_current_folder_that_is_gone_has_no_cache(folder: Path) -> None:
    specs = folder / "specs/a.yaml"
    shell = f'mkdir gone; cd gone; rmdir ../gone; "{sys.executable}" -m evaluator run {specs}'
    root = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    for more, code, said in (("", 0, "1 passed"), ("--lf", 2, "the current folder is gone"),
                             ("--shard 1/2", 2, "the current folder is gone")):  # fmt: skip
        found = subprocess.run(
            ["sh", "-c", f"{shell} {more}"], capture_output=True, text=True, timeout=60,
            check=False, env=os.environ | root,
        )  # fmt: skip
        assert found.returncode == code
        assert said in found.stdout + found.stderr
        assert "internal" not in found.stderr


def test_names_that_are_no_utf_8_are_kept_like_any_other(capsys: Capture, folder: Path) -> None:
    name = os.fsdecode(b"specs/caf\xe9\n.yaml")
    (folder / name).write_text(WRONG)
    run(capsys)
    assert kept(folder)[name] == [[1, "case 1"]]
    assert run(capsys, "--lf", name)[1] == [f"{Path(name).stem} case 1 2"]
    assert [main(["run", name, "--shard", f"{n}/2", "--color", "never"]) for n in (1, 2)] in (
        [0, 1], [1, 0],
    )  # fmt: skip
