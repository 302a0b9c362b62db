"""Shards: every file is in exactly one, whatever the machine, and none has much more to do."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from evaluator.cli import main
from evaluator.shards import LEAST, deal, fingerprint
from evaluator.validate import schema

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"

thorough = settings(max_examples=200)
names = st.lists(st.text(min_size=1), unique=True, max_size=30)
times = st.dictionaries(st.text(min_size=1), st.floats(0, 1e6))

#: By `printf %s NAME | sha256sum`, modulo 2, 3, 7 and 100, plus 1.
BY_NAME = {
    "a.yaml": (1, 2, 6, 95),
    "specs/b.yaml": (1, 2, 3, 83),
    "café.yaml": (1, 1, 2, 71),
}


@pytest.mark.parametrize(("name", "shards"), BY_NAME.items())
def test_without_times_a_shard_hangs_on_the_name_alone(name: str, shards: tuple[int, ...]) -> None:
    for count, shard in zip((2, 3, 7, 100), shards, strict=True):
        for others in ((), ("b", "c"), tuple(map(str, range(50)))):
            assert deal({name, *others}, count, {})[name] == shard
            assert deal({name, *others}, count, {"gone.yaml": 1.0})[name] == shard


@thorough
@given(names, times, st.integers(1, 40), st.randoms())
def test_every_file_is_in_exactly_one_shard_in_whatever_order_files_come(
    files: list[str], seconds: dict[str, float], count: int, random: object
) -> None:
    seconds |= dict.fromkeys(files[::2], 0.5)
    plan = deal(files, count, seconds)
    assert list(plan) == list(dict.fromkeys(plan))
    assert set(plan) == set(files)
    assert set(plan.values()) <= set(range(1, count + 1))
    random.shuffle(files)  # type: ignore[attr-defined]
    assert deal(files, count, seconds) == plan
    assert fingerprint(deal(files, count, seconds), count) == fingerprint(plan, count)


@thorough
@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=7), st.integers(1, 3))
def test_with_times_no_shard_takes_a_third_longer_than_the_best_plan(
    seconds: list[float], count: int
) -> None:
    files = {str(n): time for n, time in enumerate(seconds)}
    plan = deal(files, count, files)

    def longest(shards: tuple[int, ...]) -> float:
        loads = [0.0] * (count + 1)
        for shard, time in zip(shards, seconds, strict=True):
            loads[shard] += time
        return max(loads)

    best = min(map(longest, product(range(1, count + 1), repeat=len(seconds))))
    assert longest(tuple(plan[file] for file in files)) <= best * (4 / 3 + 1e-9)


def test_a_file_without_a_time_counts_as_the_median_and_one_without_cost_still_counts() -> None:
    seconds = {"long": 10.0, "middle": 5.0, "short": 1.0}
    plan = deal({*seconds, "new"}, 2, seconds)
    assert plan == {"long": 1, "middle": 2, "new": 2, "short": 1}
    free = dict.fromkeys(map(str, range(100)), 0.0)
    nothing = deal(free, 4, free)
    assert sorted(list(nothing.values()).count(n) for n in range(1, 5)) == [25] * 4
    assert LEAST > 0


def test_more_shards_than_files_cost_nothing() -> None:
    assert deal(["a"], 10**15, {"a": 1.0}) == {"a": 1}
    assert deal([], 3, {}) == {}


def test_plans_that_differ_have_other_fingerprints() -> None:
    plan = {"a": 1, "b": 2}
    others = [
        ({"a": 2, "b": 1}, 2),
        ({"a": 1}, 2),
        (plan, 3),
        ({"a": 1, "b": 2, "c": 1}, 2),
        ({}, 2),
    ]
    found = {fingerprint(*other) for other in [(plan, 2), *others]}
    assert len(found) == 6
    assert all(re.fullmatch("[0-9a-f]{8}", each) for each in found)


# ---- on the command line

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project with twelve specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evaluator.toml").write_text("")
    (tmp_path / "specs").mkdir()
    for n in range(12):
        (tmp_path / f"specs/{n:02}.yaml").write_text(GOOD)
    return tmp_path


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(["run", *words])
    output = capsys.readouterr()
    return code, output.out, output.err


def shards(capsys: Capture, count: int, *words: str) -> list[list[str]]:
    """Run every shard; give the files of each."""
    found, plans = [], set()
    for number in range(1, count + 1):
        code, output, errors = run(
            capsys, *words, "--shard", f"{number}/{count}", "--output-format", "json"
        )
        report = json.loads(output)
        Draft7Validator(schema("report")).validate(report)
        files = [spec["file"] for spec in report["specs"]]
        plans.add(report["shard"].pop("plan"))
        total = report["shard"].pop("total")
        assert report["shard"] == {"number": number, "of": count, "files": len(files)}
        assert (code, errors, total) == (0, "", 12)
        found.append(files)
    assert len(plans) == 1
    return found


def test_shards_together_run_every_file_once_with_and_without_times(
    capsys: Capture, folder: Path
) -> None:
    listed = [f"specs/{n:02}.yaml" for n in range(12)]
    by_name = shards(capsys, 4)
    assert sorted(file for files in by_name for file in files) == listed
    assert not (folder / ".evaluator_cache").exists()
    run(capsys)
    (folder / ".evaluator_cache/seconds.json").write_text(
        json.dumps(dict.fromkeys(listed, 1.0) | {"specs/05.yaml": 11.0})
    )
    by_time = shards(capsys, 2)
    assert sorted(map(len, by_time)) == [1, 11]
    assert ["specs/05.yaml"] in by_time
    assert shards(capsys, 4, "--no-cache") == by_name


def test_a_shard_leaves_the_times_as_they_are_for_those_that_follow(
    capsys: Capture, folder: Path
) -> None:
    run(capsys)
    times = (folder / ".evaluator_cache/seconds.json").read_bytes()
    assert sorted(json.loads(times)) == [f"specs/{n:02}.yaml" for n in range(12)]
    first, second = shards(capsys, 2)
    assert sorted(first + second) == sorted(json.loads(times))
    assert (folder / ".evaluator_cache/seconds.json").read_bytes() == times


def test_shards_of_different_times_show_different_plans(capsys: Capture, folder: Path) -> None:
    plans = set()
    for _ in range(2):
        _, output, _ = run(capsys, "--shard", "1/2")
        plans.add(re.findall(r"\(shard 1/2: \d+ of 12 files, plan ([0-9a-f]{8})\)", output)[0])
        _, output, _ = run(capsys, "--shard", "2/2", "--co")
        plans.add(re.findall(r"\(shard 2/2: \d+ of 12 files, plan ([0-9a-f]{8})\)", output)[0])
        run(capsys)
    assert len(plans) == 2


def test_a_shard_is_the_same_from_wherever_and_however_the_files_are_named(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys)

    def files(*words: str) -> tuple[list[str], str]:
        _, output, _ = run(capsys, *words, "--shard", "1/3", "--output-format", "json")
        report = json.loads(output)
        return [Path(spec["file"]).name for spec in report["specs"]], report["shard"]["plan"]

    wanted = files()
    assert files("./specs/") == files(str(folder / "specs")) == wanted
    monkeypatch.chdir(folder / "specs")
    assert files() == files(".") == files("../specs") == wanted


def test_a_shard_without_files_passes_as_long_as_others_have_some(
    capsys: Capture, folder: Path
) -> None:
    found = [run(capsys, "specs/01.yaml", "--shard", f"{n}/3") for n in (1, 2, 3)]
    assert [code for code, _, _ in found] == [0, 0, 0]
    assert sum("1 value checked" in output for _, output, _ in found) == 1
    assert (
        sum("0 values checked" in output and "0 of 1 file," in output for _, output, _ in found)
        == 2
    )
    codes = [run(capsys, "specs/01.yaml", "--shard", f"{n}/3", "--co")[0] for n in (1, 2, 3)]
    assert codes == [0, 0, 0]
    (folder / "empty").mkdir()
    assert run(capsys, "empty", "--shard", "1/3")[0] == 5
    assert run(capsys, "--shard", "1/3", "-k", "nothing")[0] == 5


@pytest.mark.parametrize(
    ("shard", "said"),
    [
        ("3/2", "3/2 is no shard; there are 1/2 to 2/2"),
        ("0/2", "0/2 is no shard; there are 1/2 to 2/2"),
        ("0/0", "0/0 is no shard; write one such as 1/4"),
        ("1/0", "1/0 is no shard; write one such as 1/4"),
        ("١/٣", "١/٣ is no shard; write one such as 1/4"),
        ("x", "x is no shard; write one such as 1/4"),
        ("1", "1 is no shard"),
        ("1/2/3", "1/2/3 is no shard"),
        ("-1/2", "-1/2 is no shard"),
        ("1/", "1/ is no shard"),
        ("1 /2", "1 /2 is no shard"),
        ("1/²", "1/² is no shard"),
        ("1/" + "9" * 5000, "is no shard"),
        ("\x1b[31m", "\\x1b[31m is no shard"),
    ],
)
def test_what_is_no_shard_is_refused(capsys: Capture, shard: str, said: str) -> None:
    code, output, errors = run(capsys, f"--shard={shard}")
    assert (code, output) == (2, "")
    assert said in errors
    assert len(errors.splitlines()) == 2


def test_a_negative_shard_is_told_as_one_that_is_none(capsys: Capture, folder: Path) -> None:
    code, output, errors = run(capsys, "--shard", "-1/3")
    assert (code, output) == (2, "")
    assert "-1/3 is no shard; write one such as 1/4" in errors
