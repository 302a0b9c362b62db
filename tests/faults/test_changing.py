"""Files that change, vanish or are cut short while they are read, and clocks that go back."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from faults import forked, rounds, seconds_of

import evaluator

SPEC = """
layers:
  - {weights: {file: FILE}, activation: identity}
cases:
  - {inputs: INPUTS, expected_class: 0}
"""
TABLE = """
neuron: {weights: [1], activation: identity}
cases:
  - {file: FILE, inputs: INPUTS, expected: OUTPUTS}
"""
UNITS = 300
WEIGHTS = np.eye(UNITS, 2)[:, ::-1] * -1.0
ROWS = np.linspace(0, 1, 20_000)


def csv(path: Path, array: np.ndarray) -> None:
    np.savetxt(path, array, delimiter=",")


def table(path: Path, array: np.ndarray) -> None:
    np.savetxt(path, np.stack([array, array], 1), delimiter=",", header="x1,y", comments="")


#: How each kind of file is written, and the spec that names it.
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "w.npy": (lambda path: np.save(path, WEIGHTS), SPEC),
    "w.npz": (lambda path: np.savez(path, w=WEIGHTS), SPEC),
    "z.npz": (lambda path: np.savez_compressed(path, w=WEIGHTS), SPEC),
    "w.csv": (lambda path: csv(path, WEIGHTS), SPEC),
    "t.csv": (lambda path: table(path, ROWS), TABLE.replace("INPUTS", "[x1]").replace("OUTPUTS", "[y]")),
    "t.npz": (lambda path: np.savez(path, X=ROWS, Y=ROWS), TABLE.replace("INPUTS", "X").replace("OUTPUTS", "Y")),
}  # fmt: skip


@contextmanager
def rewritten(files: list[Path]) -> Iterator[None]:
    """Have another process cut files short, empty, delete and write them, as fast as it can."""
    whole = {file: file.read_bytes() for file in files}
    process = os.fork()
    if process == 0:
        chance = np.random.default_rng(1)
        while os.getppid() != 1:
            file = files[chance.integers(len(files))]
            content = whole[file]
            with suppress(OSError):
                match chance.integers(4):
                    case 0:
                        file.unlink()
                    case 1:
                        os.truncate(file, int(chance.integers(len(content))))
                    case 2:
                        file.write_bytes(bytes(len(content)))
            time.sleep(float(chance.uniform(0, 0.01)))
            file.write_bytes(content)
            time.sleep(float(chance.uniform(0, 0.05)))
        os._exit(0)
    try:
        yield
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        for file, content in whole.items():
            file.write_bytes(content)


def test_files_that_change_under_a_run_are_told_and_nothing_breaks(folder: Path) -> None:
    (folder / "plain.yaml").write_text(
        "neuron: {weights: [1], activation: relu}\ncases:\n" + "  - {inputs: 7, expected: 7}\n" * 300
    )  # fmt: skip
    for name, (write, spec) in FILES.items():
        write(folder / name)
        text = spec.replace("FILE", name).replace("INPUTS", "[1, 0]")
        (folder / f"{name}.yaml").write_text(text)
    words = ["run", ".", "-q"]
    report = evaluator.run(folder)
    assert report.ok, [spec.diagnostics for spec in report.specs]
    seconds_of(words, folder)
    count: Counter[str] = Counter()
    with rewritten([folder / name for name in (*FILES, "plain.yaml", "w.npy.yaml")]):
        for chance in rounds("files rewritten under a run", count):
            jobs = ["-j", "2"] if chance.random() < 0.3 else []
            ended = forked([*words, *jobs], folder)
            assert ended.code in (0, 1, 3), ended
            assert "Traceback" not in ended.errors + ended.output
            assert "internal error" not in ended.errors
            count[f"exited {ended.code}"] += 1
            count["at work"] += ended.code != 0
    assert forked(words, folder).code == 0


@pytest.mark.parametrize("at", [0, 2**31 + 10])
def test_a_clock_that_is_wrong_changes_nothing(
    at: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = folder / "spec.yaml"
    spec.write_text("neuron: {weights: [1], activation: relu}\ncases: [{inputs: 7, expected: 8}]\n")
    (folder / "other.yaml").write_text(spec.read_text().replace("8", "7"))
    assert forked(["run", "."], folder).code == 1
    monkeypatch.setattr(time, "time", lambda: float(at))
    for file in folder.rglob("*"):
        os.utime(file, (at, at))
    ended = forked(["run", ".", "--lf", "-q"], folder)
    assert (ended.code, "1 failed in 1 spec" in ended.output) == (1, True)
    spec.write_text(spec.read_text().replace("8", "7"))
    os.utime(spec, (at, at))
    assert "1 passed in 1 spec" in forked(["run", ".", "--lf", "-q"], folder).output
    assert "2 passed in 2 specs" in forked(["run", ".", "-q"], folder).output
