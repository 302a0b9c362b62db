"""Programs that mean harm: each gets its verdict in time, harms nothing, and leaves nothing behind.

Each file of `hostile_programs/` is evaluated as a program under test, beside the spec that judges it.
It is hostile where the first input is 13, and what is expected there no sum: whoever answers it has
stolen it, or answers 4711.25 as a sign that it has come where it must not.
"""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import evaluator
from evaluator.reporters import REPORTERS, load
from evaluator.results import Report

if sys.platform != "linux":
    pytest.skip("what confines programs is Linux's", allow_module_level=True)

PROGRAMS = Path(__file__).parent / "hostile_programs"
SPEC = """
neuron: {weights: [1, 1], activation: identity}
cases:
  - {inputs: [1, 2], expected: 3}
  - {inputs: [13, 2], expected: 4711.25}
  - {inputs: [4, 5], expected: 9}
"""
LIMITS = evaluator.Limits(
    time=1, start=5, memory=300, output=2, processes=20, files=50, file_size=4
)
#: Seconds that one program may take, on a busy machine: two starts, and the limits on the time.
SECONDS = 20


class Verdict(NamedTuple):
    """What becomes of the cases that do not pass: the one with 13, and others that suffer from it."""

    outcomes: str
    #: How the reason of the last of them begins; for `failed`, what was answered.
    words: str | tuple[str, ...] = "15.0"
    #: Other limits than those above.
    limits: dict[str, float] = {}  # noqa: RUF012


NO_ANSWER = "it gave no answer within 1 s"
WIDE = "it answered `[[], [], [], "
FAILED = Verdict("failed")
ALL = "error error error"
VERDICTS = {
    "endless_loop.py": Verdict("error", NO_ANSWER),
    "endless_import.py": Verdict(ALL, NO_ANSWER, {"start": 1}),
    "fork_bomb.py": Verdict("error", "it used more than 20 processes", {"time": 9}),
    # Its shells are counted as too many, or give up before that and leave one that sleeps.
    "fork_bomb.sh": Verdict(ALL, ("it used more than 20 processes", "it gave no answer within 5 s")),
    "hydra.py": FAILED,
    "daemon.py": FAILED,
    "grows.py": Verdict("error", "it raised MemoryError", {"time": 9}),
    "shares_memory.py": Verdict("error", "it used more than 300 MiB of memory", {"time": 9}),
    "ignores_signals.py": Verdict("error", NO_ANSWER),
    "signals_others.py": FAILED,
    "looks_into_others.py": FAILED,
    "reads_spec.py": FAILED,
    "links_to_spec.py": FAILED,
    "reads_secrets.py": FAILED,
    "protects_itself.py": FAILED,
    "many_files.py": FAILED._replace(limits={"time": 9}),
    "deep_folder.py": FAILED._replace(limits={"time": 9}),
    "threads.py": FAILED,
    "zombies.py": FAILED,
    "patches_python.py": FAILED,
    "changes_its_mind.py": Verdict("failed", "1.0"),
    "raises_interrupt.py": Verdict("error", "it raised KeyboardInterrupt, at line 6"),
    "raises_base.py": Verdict("error", "it raised BaseException: all of them, at line 6"),
    "hangs_at_exit.py": FAILED,
    "hangs_in_del.py": Verdict("failed error", NO_ANSWER),
    "traces.py": Verdict("error", "it raised RuntimeError: traced"),
    "crashes_the_stack.py": Verdict("error", "it was ended by the signal SIGSEGV", {"time": 9}),
    "stops_itself.py": Verdict("error", NO_ANSWER),
    "answers_late.py": Verdict("error", NO_ANSWER),
    "answers_ahead.py": Verdict("error", "it answered request 1 again, where request 2 was due"),
    "wide_answer.py": Verdict("failed", WIDE, {"time": 9, "output": 9}),
    "leaves_sleeper.sh": Verdict(ALL, "it ended (exit code 0) instead of answering"),
    "never_answers.sh": Verdict(ALL, NO_ANSWER, {"start": 1}),
    "never_listens.sh": Verdict(ALL, NO_ANSWER, {"start": 1}),
    "allocates.py": Verdict("error", "it raised MemoryError"),
    "floods_stdout.py": Verdict("error", "it used more than 2 MiB of output"),
    "floods_stderr.py": Verdict("error", "it used more than 2 MiB of output"),
    "leaves_shared_memory.py": FAILED,
    "reads_itself.py": FAILED,
    "writes_project.py": FAILED,
    "replaces_itself.py": FAILED,
    "large_file.py": Verdict("error", "it raised OSError: [Errno 27] File too large"),
    "locked_folder.py": FAILED,
    "moves_folder.py": FAILED,
    "prints_results.py": Verdict("error", r"it raised ValueError: \n::error::\x1b[2J"),
    "equals_everything.py": FAILED,
    "closes_everything.py": Verdict("error", "it ended (exit code 1"),
    "raises_exit.py": Verdict("error", "it called exit(0), at line 6"),
    "exits.py": Verdict("error", "it ended (exit code 0) instead of answering"),
    "aborts.py": Verdict("error", "it was ended by the signal SIGABRT"),
    "answers_twice.py": Verdict("failed error", "it answered request 2 again, where request 3 was due"),
    "answers_another.py": Verdict("error", "it answered request `3`, where request 2 was due"),
    "answers_nan.py": Verdict("failed", "nan"),
    "answers_huge.py": Verdict("failed", "inf"),
    "nested_answer.py": Verdict("error", "it wrote `{\"id\": 2, \"outputs\": [[[["),
    "surrogates.py": Verdict("error", r"\ud800\x1b[2J\u202e ]]> <b>"),
    "endless_line.sh": Verdict(ALL, "it used more than 2 MiB of output"),
    "endless_lines.sh": Verdict(ALL, "it answered `{\"ready\": true}`, which has no `id`"),
}  # fmt: skip
#: Those that are tried in every run of the tests; `make test-attacks` tries all.
QUICK = {
    "leaves_shared_memory.py", "writes_project.py", "reads_spec.py", "looks_into_others.py",
    "signals_others.py", "daemon.py", "locked_folder.py", "prints_results.py",
    "surrogates.py", "closes_everything.py",
}  # fmt: skip
#: What is harmless only where root starts it.
AS_ANOTHER = {"protects_itself.py", "leaves_shared_memory.py"}


class Host:
    """What must not be harmed: a project, other processes' peace, the folder of temporary files."""

    def __init__(self, folder: Path) -> None:
        self.project, self.temporary = folder / "project", folder / "temporary"
        (self.project / "specs").mkdir(parents=True)
        self.temporary.mkdir(mode=0o777)
        (self.project / "evaluator.toml").write_text("")
        (self.project / "specs" / "spec.yaml").write_text(SPEC)
        (self.project / "notes.txt").write_text("of somebody\n")
        (self.project / "notes.txt").chmod(0o666)
        self.signals: list[int] = []
        self.children = children()

    def files(self) -> dict[str, Any]:
        """Give every file of the project: its mode, and its content or where it leads."""
        return {
            str(path): (stat.S_IMODE(path.lstat().st_mode), path.is_file() and path.read_bytes())
            for path in sorted(self.project.rglob("*"))
        }


def children() -> set[int]:
    """Give the processes whose parent this one is, or has become."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        found.update(map(int, path.read_text().split()))
    return found


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Make a host, whose process gets every process that would be left, and takes note of signals."""
    prctl = ctypes.CDLL(None).prctl
    prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    host = Host(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(host.temporary))
    monkeypatch.setenv("GITHUB_TOKEN", "hush")
    numbers = (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT)
    before = {n: signal.signal(n, lambda number, _: host.signals.append(number)) for n in numbers}
    yield host
    prctl(36, 0, 0, 0, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def attack(host: Host, name: str, limits: dict[str, float]) -> Report:
    file = host.project / name
    file.write_bytes((PROGRAMS / name).read_bytes())
    listens = b"def neuron(" in file.read_bytes() or name == "endless_import.py"
    runner = "sh" if name.endswith(".sh") else sys.executable
    subject = f"python:{file}:neuron" if listens else f"process:{runner} {file}"
    options = evaluator.Options(subjects=(subject,), limits=LIMITS._replace(**limits))
    before = host.files()
    start = time.monotonic()
    report = evaluator.run(host.project / "specs", options)
    assert time.monotonic() - start < SECONDS
    assert children() == host.children, "it left processes"
    assert host.files() == before, "it changed files"
    assert not list(host.temporary.iterdir()), "it left files"
    assert not host.signals
    if name == "leaves_shared_memory.py":
        assert not Path("/dev/shm/evaluator-attack").exists()
        assert f"{0x45564131}" not in Path("/proc/sysvipc/shm").read_text()
    return report


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.attack]) for name in VERDICTS],
)
def test_a_hostile_program_gets_its_verdict_and_harms_nothing(name: str, host: Host) -> None:
    verdict = VERDICTS[name]
    if name in AS_ANOTHER and os.getuid() != 0:
        pytest.skip("nothing but being another user prevents it: docs/programs.md says so")
    report = attack(host, name, verdict.limits)
    found = [case for case in report.results if case.outcome != "passed"]
    assert " ".join(case.outcome for case in found) == verdict.outcomes, [
        case.reason for case in found
    ]
    case = found[-1]
    said = case.reason or str(case.mismatches[0].actual)
    assert said.startswith(verdict.words), case
    assert "4711" not in case.reason
    check_reports(report)


def check_reports(report: Report) -> None:
    """See that no report commands a terminal, or GitHub, which heeds lines that begin with `::`."""
    for reporter in REPORTERS:
        text = load(reporter)(report)
        text.encode()
        assert not set(text) & {*map(chr, range(9)), "\x1b", "\x7f", "\u202e", "\r"}, reporter
        heeded = [line for line in map(str.lstrip, text.splitlines()) if line[:2] == "::"]
        assert all(line.startswith("::error file=") for line in heeded), heeded


def test_every_hostile_program_has_a_verdict() -> None:
    files = {path.name for path in PROGRAMS.iterdir() if path.suffix in (".py", ".sh")}
    assert files == set(VERDICTS)
    assert len(files) >= 30
