"""A real Dask cluster on loopback: a scheduler and two workers, one of which is killed."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import evaluator
from evaluator.collect import targets
from evaluator.executors import dask
from evaluator.results import SpecResult
from evaluator.runner import Options, collect_report

pytest.importorskip("distributed", reason="`make test-dask` installs it")

GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")
FILES = 300


class Cluster(NamedTuple):
    """A scheduler, by its address, and the processes of its workers."""

    address: str
    scheduler: subprocess.Popen[str]
    workers: list[subprocess.Popen[str]]


def started(module: str, *words: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *words]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Cluster]:
    """Start a scheduler without workers."""
    words = ("--host", "127.0.0.1", "--port", "0")
    with started("dask_scheduler", *words, folder=tmp_path) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "Scheduler at:" in line)
        yield Cluster(re.findall(r"tcp://\S+", said)[0], process, [])
        process.kill()


@pytest.fixture
def cluster(scheduler: Cluster, tmp_path: Path) -> Iterator[Cluster]:
    """Start two workers, in a folder of their own."""
    (tmp_path / "away").mkdir()
    for _ in range(2):
        words = (scheduler.address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        scheduler.workers.append(started("dask_worker", *words, folder=tmp_path / "away"))
    yield scheduler
    for worker in scheduler.workers:
        worker.kill()
        worker.communicate()


@pytest.fixture(autouse=True)
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder of specs, one in seven of them wrong."""
    folder = tmp_path / "specs"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"s{number:03}.yaml").write_text(WRONG if number % 7 == 3 else GOOD)
    monkeypatch.chdir(tmp_path)


def test_every_spec_is_reported_once_though_a_worker_is_killed(cluster: Cluster) -> None:
    alone = evaluator.run("specs")
    seen: list[str] = []

    def kill_one(result: SpecResult) -> None:
        seen.append(result.file)
        if len(seen) == 20:
            cluster.workers[0].send_signal(signal.SIGKILL)
            cluster.workers[0].wait()

    options = Options(executor="dask", scheduler=cluster.address)
    report = collect_report(targets(["specs"]), options, kill_one)
    assert cluster.workers[0].returncode == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert set(Counter(seen).values()) == {1}
    assert seen == [spec.file for spec in alone.specs]
    assert [case.outcome for case in report.results] == [case.outcome for case in alone.results]
    assert report.diagnostics == []
    assert report.summary.exit_code == 1


def test_the_report_is_the_one_of_a_single_process(cluster: Cluster) -> None:
    outputs = []
    for words in ((), ("--executor", "dask", "--scheduler", cluster.address)):
        command = [sys.executable, "-m", "evaluator", "run", "specs", *words]
        found = subprocess.run(command, capture_output=True, text=True, timeout=100)
        assert (found.returncode, found.stderr) == (1, "")
        outputs.append(re.sub(r"in \d+\.\d+ s", "", found.stdout))
    assert outputs[0] == outputs[1]


def run(address: str) -> tuple[str, float]:
    start = time.monotonic()
    command = [sys.executable, "-m", "evaluator", "run", "specs"]
    words = ["--executor", "dask", "--scheduler", address]
    found = subprocess.run([*command, *words], capture_output=True, text=True, timeout=100)
    assert (found.returncode, found.stdout) == (2, "")
    assert len(found.stderr.splitlines()) == 2
    return found.stderr, time.monotonic() - start


def test_a_scheduler_that_does_not_answer_is_a_usage_error_after_the_stated_time() -> None:
    said, seconds = run("tcp://127.0.0.1:1")
    assert said.startswith(
        f"error: no Dask scheduler answers at tcp://127.0.0.1:1 within {dask.SECONDS} s"
    )
    assert dask.SECONDS - 1 < seconds < dask.SECONDS + 8


def test_a_scheduler_without_workers_is_a_usage_error_after_the_stated_time(
    scheduler: Cluster,
) -> None:
    said, seconds = run(scheduler.address)
    assert f"has no worker after {dask.SECONDS} s" in said
    assert dask.SECONDS - 1 < seconds < dask.SECONDS + 8


ADDRESSES = [
    ("nonsense", "is no address of a Dask scheduler: missing port number"),
    ("127.0.0.1", "is no address of a Dask scheduler: missing port number"),
    ("tcp://", "is no address of a Dask scheduler: missing port number"),
    ("tcp://127.0.0.1:x", "is no address of a Dask scheduler: invalid literal"),
    ("tcp://127.0.0.1:70000", "is no address of a Dask scheduler: ports are 1 to 65535, not 70000"),
    ("127.0.0.1:0", "is no address of a Dask scheduler: ports are 1 to 65535, not 0"),
    ("foo://127.0.0.1:1", "is no address of a Dask scheduler: unknown address scheme 'foo'"),
    ("tcp://no.such.host.invalid:1", "is not found: "),
]


@pytest.mark.parametrize(("address", "wanted"), ADDRESSES)
def test_an_address_that_is_none_is_told_as_that_at_once(address: str, wanted: str) -> None:
    said, seconds = run(address)
    first, hint = said.splitlines()
    assert f"{address} {wanted}" in first
    assert hint.startswith("help: ")
    assert "written as tcp://HOST:8786" in hint.replace("write it", "written")
    assert seconds < dask.SECONDS


def test_a_scheduler_that_dies_ends_the_run_with_one_error(cluster: Cluster) -> None:
    def kill_scheduler(result: SpecResult) -> None:
        cluster.scheduler.kill()

    options = Options(executor="dask", scheduler=cluster.address)
    with pytest.raises(evaluator.UsageError, match="no Dask scheduler answers"):
        collect_report(targets(["specs"] * 1), options, kill_scheduler)
