"""Worker processes and other executors: the same report, whoever dies, and nobody left behind."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from pathlib import Path

import pytest

import evaluator
from evaluator import executors, runner, workers
from evaluator.cli import main
from evaluator.collect import Target, targets
from evaluator.executors import processes
from evaluator.executors.processes import Processes
from evaluator.expectation import ExpectationError
from evaluator.reporters import REPORTERS
from evaluator.runner import Options

ROOT = Path(__file__).parent.parent
GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")

Capture = pytest.CaptureFixture[str]
real = runner.evaluate_file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of twenty specs; at the end no process of ours is left."""
    monkeypatch.chdir(tmp_path)
    for number in range(20):
        (tmp_path / f"s{number:02}.yaml").write_text(WRONG if number % 7 == 3 else GOOD)
    yield tmp_path
    assert active_children() == []


def settled(text: str) -> str:
    """Take out the times."""
    return re.sub(r"\d+\.\d+ s\b|\"seconds\": [\d.e-]+|\btime=\"[\d.e-]+\"", "TIME", text)


# ---- the same report

RUNS = [
    ["run"], ["run", "-v"], ["run", "-q"], ["run", "-x"], ["run", "--maxfail", "2"],
    ["run", "--maxfail", "99"], ["run", "-k", "xor"], ["run", "-k", "nonesuch"], ["run", "--atol", "1"],
    ["run", "--output-format", "json"], ["run", "--output-format", "json", "-x"],
    ["run", "--output-format", "concise", "--fail-on", "warning"],
    ["validate"], ["validate", "--output-format", "json"],
    *(["run", "--output-format", name] for name in sorted({*REPORTERS} - {"full", "concise", "json"})),
]  # fmt: skip


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_the_report_is_the_same_whatever_the_number_of_workers(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(runner, "WORTH", 1e-9)  # auto starts workers after the first file
    monkeypatch.setattr(runner, "processors", lambda: 2)
    invalid = sorted((ROOT / "tests/specs/invalid").glob("*.yaml"))
    # Every file there is once, and some of them in every format.
    some = invalid if words == ["run"] else invalid[::10]
    paths = [str(ROOT / "specs/networks/outcomes.yaml"), ".", *map(str, some)]
    found = []
    for jobs in ("1", "3", "auto"):
        code = main([*words[:1], *paths, *words[1:], "-j", jobs])
        output = capsys.readouterr()
        found.append((code, settled(output.out), output.err))
    assert found[0][1].count("\n") > 0
    assert found == found[:1] * 3


@pytest.mark.parametrize("wanted", [1, 2, 3, 20, 99])
def test_maxfail_stops_at_the_same_case(wanted: int) -> None:
    alone, spread = (
        evaluator.run(".", Options(maxfail=wanted, jobs=jobs)).results for jobs in (1, 3)
    )
    assert [case.outcome for case in spread] == [case.outcome for case in alone]


def test_standard_input_is_read_where_it_is(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = []
    for jobs in ("1", "2"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
        assert main(["run", "s00.yaml", "-", "s01.yaml", "s03.yaml", "-j", jobs]) == 1
        outputs.append(settled(capsys.readouterr().out))
    assert outputs[0] == outputs[1]
    assert "FAILED -:2:31" in outputs[0]
    assert "2 failed, 2 passed" in outputs[0]


def test_results_are_given_as_they_come() -> None:
    seen: list[str] = []
    report = runner.collect_report(
        targets(["."]), Options(jobs=2), lambda result: seen.append(result.file)
    )
    assert seen == [spec.file for spec in report.specs] == [f"s{n:02}.yaml" for n in range(20)]


# ---- how many

AUTO = [
    # jobs, seconds so far, files so far, files left, processors → workers
    (1, 100.0, 10, 1000, 8, 1),
    (3, 0.0, 0, 1000, 1, 3),
    (None, 0.0, 0, 100_000, 8, 1),
    (None, 0.24, 10, 100_000, 8, 1),
    (None, 0.26, 10, 1, 8, 1),
    (None, 0.5, 10, 5, 8, 2),
    (None, 0.5, 10, 1000, 8, 8),
    (None, 0.5, 10, 1000, 1, 1),
    (None, 30.0, 1, 3, 8, 3),
]  # fmt: skip


@pytest.mark.parametrize(("jobs", "seconds", "done", "left", "processors", "wanted"), AUTO)
def test_auto_starts_workers_for_work_that_pays(
    monkeypatch: pytest.MonkeyPatch, jobs: int | None, seconds: float, done: int, left: int,
    processors: int, wanted: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(runner, "WORTH", 0.25)
    monkeypatch.setattr(runner, "processors", lambda: processors)
    assert runner._jobs(Options(jobs=jobs), seconds, done, left) == wanted


def test_a_short_run_loads_nothing_that_workers_need() -> None:
    program = (
        "import sys; from evaluator.cli import main; main(['run', 's00.yaml', 's01.yaml'])\n"
        "heavy = {'multiprocessing', 'concurrent.futures', 'evaluator.workers', 'fsspec',"
        " 'evaluator.remote', 'evaluator.executors', 'tomllib'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


# ---- whoever dies

GUILTY = [
    ([0], 2, 64), ([19], 2, 64), ([7, 8], 2, 64), (list(range(6)), 2, 64),
    ([7], 3, 1), ([3, 12, 19], 3, 1),
]  # fmt: skip


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(("guilty", "jobs", "window"), GUILTY, ids=str)
def test_a_file_that_kills_its_worker_is_named_and_the_others_are_evaluated(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, guilty: list[int], jobs: int, window: int
) -> None:
    names = {f"s{number:02}.yaml" for number in guilty}

    def deadly(target: Target, options: Options) -> object:
        if target.file in names:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(target, options)

    monkeypatch.setattr(workers, "evaluate_file", deadly)
    monkeypatch.setattr(workers, "MIN_WINDOW", window)
    monkeypatch.setattr(workers, "MAX_BATCH", 6)
    monkeypatch.setattr(workers, "BATCH_SECONDS", 1e9)  # as many as there may be
    report = evaluator.run(".", Options(jobs=jobs))
    assert [spec.file for spec in report.specs] == [f"s{n:02}.yaml" for n in range(20)]
    assert {spec.file for spec in report.specs if spec.invalid} == names
    assert report.summary.cases == 20 - len(guilty)
    assert report.summary.exit_code == 3
    for found in report.diagnostics:
        assert (found.code, found.severity) == ("worker-died", "error")
        assert "its process ended" in found.message
    if guilty == [7]:
        assert main(["run", ".", "-q", "-j", str(jobs)]) == 3
        output = capsys.readouterr()
        assert output.err == ""
        assert re.findall(r"^(s\d\d)\.yaml:1:1: worker-died ", output.out, re.MULTILINE) == ["s07"]


@pytest.mark.usefixtures("forks")
def test_a_worker_that_is_killed_from_outside_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    alone = evaluator.run(".")

    def killed_once(target: Target, options: Options) -> object:
        if target.file in ("s05.yaml", "s06.yaml") and not (folder / target.file[:3]).exists():
            (folder / target.file[:3]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(target, options)

    monkeypatch.setattr(workers, "evaluate_file", killed_once)
    report = evaluator.run(".", Options(jobs=2))
    assert [spec.file for spec in report.specs] == [spec.file for spec in alone.specs]
    assert report.summary.passed == alone.summary.passed
    assert report.diagnostics == []


@pytest.mark.usefixtures("forks")
def test_a_fault_of_the_evaluator_is_told_as_without_workers(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(runner, "evaluate", broken)
    found = []
    for jobs in ("1", "2"):
        found.append((main(["run", ".", "-j", jobs]), *capsys.readouterr()))
    assert found[0] == found[1]
    assert found[0][0] == 4
    with pytest.raises(ZeroDivisionError) as caught:
        main(["run", ".", "-j", "2", "--debug"])
    assert "in broken" in "".join(caught.value.__notes__)


class OfTwo(Exception):
    """An exception that cannot be read again: it is made of two values, and passes on one."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Unsendable(Exception):
    """An exception that cannot be pickled at all."""

    def __init__(self) -> None:
        super().__init__("never sent")
        self.lock = threading.Lock()


@contextmanager
def threads(options: Options) -> Iterator[Executor]:
    with ThreadPoolExecutor(options.jobs or 3) as pool:
        yield pool


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("start", [processes.start, threads])
@pytest.mark.parametrize(
    "fault", [OfTwo("a fault", "a hint"), Unsendable(), ExpectationError("odd", "a hint")], ids=repr
)
def test_a_fault_that_does_not_survive_a_pipe_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, fault: Exception,
    start: Callable[[Options], Executor],
) -> None:  # fmt: skip
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(runner, "evaluate", broken)
    monkeypatch.setattr(workers, "load", lambda name: start)
    found = [(main(["run", ".", "-j", jobs]), *capsys.readouterr()) for jobs in ("1", "2")]
    assert found[0][0] == 4
    assert found[0][2].startswith(f"internal error: {type(fault).__name__}: {fault}\n")
    assert found[0] == found[1]
    with pytest.raises(Exception, match=str(fault)) as caught:
        main(["run", ".", "-j", "2", "--debug"])
    assert "in broken" in "".join(caught.value.__notes__)


def test_results_that_cannot_be_sent_are_a_fault_and_no_dead_worker(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(workers, "evaluate_file", lambda *_: [threading.Lock()])
    monkeypatch.setattr(workers, "load", lambda name: threads)
    assert main(["run", ".", "-j", "2"]) == 4
    assert "cannot pickle" in capsys.readouterr().err


def garbled(*_: object) -> bytes:
    return b"no answer"


@pytest.mark.parametrize(("name", "code", "said"), [
    ("processes", 4, "internal error: UnpicklingError: "),
    ("other", 2, "error: an answer of the executor `other` cannot be read: UnpicklingError: "),
])  # fmt: skip
def test_an_answer_that_cannot_be_read_is_no_dead_worker(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str, code: int, said: str
) -> None:
    monkeypatch.setattr(workers, "evaluate_batch", garbled)
    monkeypatch.setattr(executors, "load", lambda name: threads)
    monkeypatch.setattr(workers, "load", lambda name: threads)
    assert main(["run", ".", "-j", "2", "--executor", name]) == code
    assert capsys.readouterr().err.startswith(said)


def fail_so(error: type[Exception], *values: object) -> None:
    raise error(*values)


CALLS: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (threading.Lock, ()),
    (fail_so, (Unsendable,)),
    (fail_so, (OfTwo, "a fault", "a hint")),
    (abs, (threading.Lock(),)),
]


@pytest.mark.parametrize(("function", "values"), CALLS)
def test_a_call_that_cannot_be_answered_does_not_cost_its_process(
    function: Callable[..., object], values: tuple[object, ...]
) -> None:
    with Processes(1) as pool:
        error = pool.submit(function, *values).exception(30)
        assert error is not None
        assert not isinstance(error, BrokenExecutor)
        assert pool.submit(abs, -1).result(30) == 1


def test_a_process_that_dies_answers_its_call_and_the_others_go_on() -> None:
    with Processes(2) as pool:
        dead = pool.submit(os._exit, 3)
        alive = [pool.submit(abs, -number) for number in range(50)]
        with pytest.raises(BrokenExecutor):
            dead.result(30)
        assert [future.result(30) for future in alive] == list(range(50))


def test_what_was_not_begun_is_cancelled() -> None:
    pool = Processes(1)
    begun = pool.submit(time.sleep, 60)
    waiting = [pool.submit(abs, -1) for _ in range(3)]
    while not begun.running():
        time.sleep(0.01)
    pool.shutdown()
    assert isinstance(begun.exception(), BrokenExecutor)
    assert all(future.cancelled() for future in waiting)


def test_workers_are_started_beside_threads_too() -> None:
    # Then they cannot be forked, and bring their modules themselves.
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        report = evaluator.run(".", Options(jobs=2))
    finally:
        done.set()
        thread.join()
    assert len(report.specs) == 20


# ---- an interrupt

SLOW = """\
import sys, time
from evaluator import runner
from evaluator.cli import main
real = runner.evaluate_file
def slow(target, options):
    time.sleep(60 if target.file == sys.argv[1] else 0.15)
    found = real(target, options)
    open(target.file + ".done", "w").close()
    return found
runner.evaluate_file = slow
sys.exit(main(["run", ".", "-q", *sys.argv[2:]]))
"""


@contextmanager
def slow_run(slowest: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Start a run in which each file takes a while, and one a minute; the group is gone after."""
    command = [sys.executable, "-c", SLOW, slowest, *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        yield process
        assert_gone(process.pid)


def assert_gone(group: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    pytest.fail("a worker is left")


def wait_for_children(pid: int, count: int) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    end = time.monotonic() + 30
    while len(children.read_text().split()) < count and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="no /proc here")
@pytest.mark.parametrize("reach", [os.kill, os.killpg], ids=["the first process", "all of them"])
@pytest.mark.parametrize("slowest", ["s00.yaml", "s09.yaml", "none"])
def test_an_interrupt_ends_the_workers_and_reports_what_is_finished(
    reach: Callable[[int, int], None], slowest: str, folder: Path
) -> None:
    with slow_run(slowest, "-j", "2") as process:
        while len(list(folder.glob("*.done"))) < 6 and process.poll() is None:
            time.sleep(0.02)
        reach(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (130, "")
        counted = re.search(r"(\d+) passed in (\d+) specs?; .*; interrupted$", output.strip())
        assert counted
        # Also where the first file of all is not finished.
        assert 1 <= int(counted[1]) < 19


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="no /proc here")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_when_the_run_is_killed(sign: int) -> None:
    with slow_run("none", "-j", "2") as process:
        wait_for_children(process.pid, 2)
        process.send_signal(sign)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (-sign, "")


# ---- other executors


@contextmanager
def standard_processes(options: Options) -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        yield pool


class Frail(Executor):
    """Evaluates at once, and loses every batch that holds a certain file, each time another way."""

    losses = (BrokenExecutor("gone"), CancelledError(), ConnectionError("no route"), ValueError())

    def __init__(self, deadly: set[str]) -> None:
        self.deadly, self.count, self.broken = deadly, 0, False

    def submit(self, fn: Callable[..., object], /, *args: object, **_: object) -> Future[object]:  # type: ignore[override]
        if self.broken:
            raise BrokenExecutor("for good")
        future: Future[object] = Future()
        if {target.file for target in args[0]} & self.deadly:  # type: ignore[attr-defined]
            self.count += 1
            future.set_exception(self.losses[self.count % len(self.losses)])
            self.broken = self.count % 2 == 0
        else:
            future.set_result(fn(*args))
        return future


@pytest.mark.parametrize("start", [threads, standard_processes])
def test_any_executor_will_do(
    monkeypatch: pytest.MonkeyPatch, start: Callable[[Options], Executor]
) -> None:
    monkeypatch.setattr(executors, "load", lambda name: start)
    monkeypatch.setattr(workers, "load", lambda name: start)
    report = evaluator.run(".", Options(executor="other"))
    assert [spec.file for spec in report.specs] == [f"s{n:02}.yaml" for n in range(20)]
    assert (report.summary.passed, report.summary.failed) == (17, 3)


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("guilty", [guilty for guilty, *_ in GUILTY], ids=str)
def test_whatever_an_executor_raises_costs_no_more_than_the_file(
    monkeypatch: pytest.MonkeyPatch, guilty: list[int]
) -> None:
    names = {f"s{number:02}.yaml" for number in guilty}
    monkeypatch.setattr(workers, "load", lambda name: lambda options: Frail(names))
    monkeypatch.setattr(workers, "MAX_BATCH", 6)
    report = evaluator.run(".", Options(executor="frail"))
    assert [spec.file for spec in report.specs] == [f"s{n:02}.yaml" for n in range(20)]
    assert {spec.file for spec in report.specs if spec.invalid} == names


def test_a_worker_that_stands_elsewhere_finds_relative_paths(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "w.csv").write_text("1\n")
    (folder / "array.yaml").write_text(
        "layers: [{weights: {file: w.csv}, activation: relu}]\ncases: [{inputs: 1, expected: 1}]\n"
    )
    alone = evaluator.run(".")

    @contextmanager
    def elsewhere(options: Options) -> Iterator[Executor]:
        away = tmp_path_factory.mktemp("away")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(os.chdir, away).result()
            yield pool
        os.chdir(folder)

    monkeypatch.setattr(workers, "load", lambda name: elsewhere)
    report = evaluator.run(".", Options(executor="elsewhere"))
    assert [spec.file for spec in report.specs] == [spec.file for spec in alone.specs]
    assert report.diagnostics == []


PLUGIN = """\
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
@contextmanager
def start(options):
    print("started with", options.scheduler or "no scheduler")
    with ThreadPoolExecutor(2) as pool:
        yield pool
@contextmanager
def nothing(options):
    yield None
"""
POINTS = """\
[evaluator.executors]
threads = plugin_of_test:start
nothing = plugin_of_test:nothing
broken = plugin_of_test:no_such
"""
NAMED = [
    (["--executor", "threads"], "", 1, "started with no scheduler"),
    (["--executor", "threads", "--scheduler", "there"], "", 1, "started with there"),
    ([], 'executor = "threads"\nscheduler = "here"\n', 1, "started with here"),
    (["--scheduler", "there"], 'executor = "threads"\nscheduler = "here"\n', 1, "started with there"),
    (["--executor", "processes"], 'executor = "threads"\n', 1, "3 failed, 17 passed"),
    (["--executor", "nothing"], "", 2, "the executor `nothing` is a NoneType"),
    (["--executor", "broken"], "", 2, "the executor `broken` cannot be loaded"),
    (["--executor", "thread"], "", 2, "there is no executor `thread`"),
    (["--executor", "thread"], "", 2, "did you mean `threads`?"),
    ([], 'executor = "thread"\n', 2, "did you mean `threads`?"),
    ([], "executor = 3\n", 2, "`executor` takes a name"),
    ([], 'scheduler = ""\n', 2, "`scheduler` takes an address"),
    (["--scheduler", "there"], "", 2, "--scheduler there needs an executor"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "settings", "code", "said"), NAMED)
def test_an_executor_is_named_on_the_command_line_or_in_the_configuration(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, folder: Path,
    words: list[str], settings: str, code: int, said: str,
) -> None:  # fmt: skip
    packages = folder / "packages"
    information = packages / "plugin_of_test-1.dist-info"
    information.mkdir(parents=True)
    (packages / "plugin_of_test.py").write_text(PLUGIN)
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: plugin-of-test\nVersion: 1\n"
    )
    (information / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(packages)
    (folder / "evaluator.toml").write_text(settings)
    files = [str(path) for path in sorted(folder.glob("*.yaml"))]
    assert main(["run", *files, "-q", *words]) == code
    output = capsys.readouterr()
    assert said in output.out + output.err
    assert (output.err == "") == (code == 1)


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["run", ".", "--executor", "dask", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert 'pip install "neuron-evaluator[dask]"' in capsys.readouterr().err


def test_too_many_processes_are_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("evaluator.executors.processes._worker", full)
    assert main(["run", ".", "-j", "9"]) == 2
    assert "9 worker processes cannot be started" in capsys.readouterr().err


def test_more_workers_than_files_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Counted(Processes):
        def __init__(self, count: int) -> None:
            asked.append(count)
            super().__init__(count)

    monkeypatch.setattr("evaluator.executors.processes.Processes", Counted)
    assert len(evaluator.run(["s00.yaml", "s01.yaml"], Options(jobs=500)).specs) == 2
    assert asked == [2]


def test_the_json_report_of_many_workers_is_whole(capsys: Capture) -> None:
    main(["run", ".", "-j", "2", "--output-format", "json"])
    assert json.loads(capsys.readouterr().out)["summary"]["specs"] == 20
