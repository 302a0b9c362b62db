"""Killed at any time, a command leaves each file as it was or as it was to become."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from faults import after, forked, rounds, seconds_of

FILES = 20
NEURON = "neuron: {weights: [1], activation: relu}\n"
UNRECORDED = NEURON + "cases:\n" + "  - {inputs: 7}\n" * 50
RECORDED = UNRECORDED.replace("7}", "7, expected: 7}")
GROUPED = NEURON.replace("[1]", "[1_000]") + "cases: [{inputs: 1, expected: 1000}]\n"
#: What does not tell relu from identity, and many others.
WEAK = NEURON + "cases:\n  - {inputs: 1, expected: 1}\n"
REWRITES = {
    "record": (["record", "."], UNRECORDED, RECORDED),
    "fix": (["fix", "."], GROUPED, GROUPED.replace("1_000", "1000")),
    "audit --write": (["audit", "--write", "."], WEAK, ""),
}


def write(folder: Path, text: str) -> list[Path]:
    files = [folder / f"{number:02}.yaml" for number in range(FILES)]
    for file in files:
        file.write_text(text)
    return files


def killed(chance: random.Random, seconds: float, folder: Path) -> Callable[[int], bool]:
    """Make what kills a command: at any time, or every other time once it has begun to write."""
    if chance.random() < 0.5:
        return after(chance.uniform(0, 1.1 * seconds), signal.SIGKILL)

    def disturb(process: int) -> bool:
        while not any(name.endswith(".part") for name in os.listdir(folder)):
            if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
        return after(chance.uniform(0, 0.1 * seconds) * chance.random(), signal.SIGKILL)(process)

    return disturb


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewriting_that_is_killed_leaves_each_file_old_or_new(name: str, folder: Path) -> None:
    words, old, new = REWRITES[name]
    files = write(folder, old)
    seconds = seconds_of(words, folder)
    write(folder, old)
    forked(words, folder)
    written = {file.read_text() for file in files}
    assert len(written) == 1
    assert written == {new} or not new
    (done,) = written
    assert done != old
    count: Counter[str] = Counter()
    for chance in rounds(f"kill -9 {name}", count):
        write(folder, old)
        ended = forked(words, folder, killed(chance, seconds, folder))
        count["at work"] += ended.hit
        texts = [file.read_text() for file in files]
        assert set(texts) <= {old, done}
        count["between two files"] += 0 < texts.count(done) < FILES
        left = list(folder.glob(".evaluator-*.part"))
        count["within a file"] += bool(left)
        for part in left:  # no later command takes it for a spec, or minds it
            assert forked(["run", ".", "--co"], folder).output.count(".part") == 0
            part.unlink()
        assert len(list(folder.iterdir())) <= FILES + 2  # the configuration, the cache
    assert count["at work"]
    assert count["between two files"]


#: What a report that is whole can be read by.
WHOLE = {
    "json": lambda text: len(json.loads(text)["specs"]),
    "jsonl": lambda text: len([json.loads(line) for line in text.splitlines()]) and FILES,
    "junit": lambda text: len(ElementTree.fromstring(text).findall("testsuite")),
    "sarif": lambda text: text.endswith("}\n") and json.loads(text) and FILES,
    "html": lambda text: FILES * text.rstrip().endswith("</html>"),
}


def test_a_run_that_is_killed_leaves_each_report_and_the_cache_old_or_new(folder: Path) -> None:
    write(folder, GROUPED.replace("1_000", "1001"))
    words = ["run", ".", "-q", *(f"--report={name}={name}.out" for name in WHOLE)]
    seconds = seconds_of(words, folder)
    count: Counter[str] = Counter()
    for chance in rounds("kill -9 run --report", count):
        for name in WHOLE:
            (folder / f"{name}.out").write_text("old")
        ended = forked(words, folder, killed(chance, seconds, folder))
        count["at work"] += ended.hit
        texts = {name: (folder / f"{name}.out").read_text() for name in WHOLE}
        for name, text in texts.items():
            assert text == "old" or WHOLE[name](text) >= FILES
        count["between two reports"] += 0 < list(texts.values()).count("old") < len(WHOLE)
        for file in (folder / ".evaluator_cache").glob("*.json"):
            json.loads(file.read_text())
    assert count["at work"]


SUBMISSIONS = 200
EXERCISE = Path(__file__).parents[2] / "specs/exercises/2-sigmoid-neuron.yaml"
GRADES: dict[str, Callable[[str], int]] = {
    "json": lambda text: len(json.loads(text)["submissions"]),
    "csv": lambda text: text.count("\n") - 1,
}


def test_grading_that_is_killed_leaves_each_result_old_or_new(folder: Path) -> None:
    (folder / "exercise.yaml").write_text(EXERCISE.read_text())
    (folder / "in").mkdir()
    for number in range(SUBMISSIONS):
        (folder / f"in/{number:03}.yaml").write_text("answers: {answer: 0.999}\n")
    words = ["exercise", "grade", "exercise.yaml", "in", "-j", "1",
             *(word for name in GRADES for word in (f"--{name}", f"grades.{name}"))]  # fmt: skip
    seconds = seconds_of(words, folder)
    files = {name: folder / f"grades.{name}" for name in GRADES}
    assert {name: GRADES[name](file.read_text()) for name, file in files.items()} == dict.fromkeys(
        GRADES, SUBMISSIONS
    )
    count: Counter[str] = Counter()
    for chance in rounds("kill -9 exercise grade", count):
        for file in files.values():
            file.write_text("old")
        ended = forked(words, folder, killed(chance, seconds, folder))
        count["at work"] += ended.hit
        texts = {name: file.read_text() for name, file in files.items()}
        for name, text in texts.items():
            assert text == "old" or GRADES[name](text) == SUBMISSIONS
        count["between two files"] += 0 < list(texts.values()).count("old") < len(GRADES)
        for part in folder.glob(".evaluator-*.part"):
            part.unlink()
    assert count["at work"]
