"""What the tests of faults share: commands in forked or fresh processes, disturbed at drawn times."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from evaluator.__main__ import main
from evaluator.cli import main as run

#: Another at every run, and printed: FAULTS_SEED=… draws the same times again.
SEED = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))
#: Seconds for one kind of fault, and how many it is at most.
SECONDS = float(os.environ.get("FAULTS_SECONDS") or 6)
MOST = 300
#: A process of its own, where an interrupt is one as in the foreground of a terminal. It tells that
#: it is there when the command begins: before that, Python itself is starting.
FRESH = (
    "import os, signal, sys\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from evaluator.__main__ import main\n"
    "os.write(1, b'\\n')\n"
    "sys.exit(main())\n"
)


class Ended(NamedTuple):
    """How a command ended."""

    #: The exit code; -9 where the signal 9 ended it.
    code: int
    output: str
    errors: str
    #: Whether it was still at work when it was disturbed.
    hit: bool


def rounds(what: str, count: Counter[str]) -> Iterator[random.Random]:
    """Give one source of chance after another until the time is up, and tell what was counted."""
    start, number = time.monotonic(), 0
    # Where the machine is busy it takes longer, until one has hit.
    while number < MOST and (
        time.monotonic() - start < (SECONDS if count["at work"] else 10 * SECONDS)
    ):
        yield random.Random(f"{SEED} {what} {number}")
        number += 1
    told = "".join(f", {many} {name}" for name, many in sorted(count.items()))
    print(f"\n{what}: {number} times{told}; FAULTS_SEED={SEED}", flush=True)


def seconds_of(words: list[str], folder: Path) -> float:
    """Give the seconds of a command in a fork, once this process has imported what it needs."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        run(words)
    start = time.monotonic()
    forked(words, folder)
    return time.monotonic() - start


def forked(
    words: list[str],
    folder: Path,
    disturb: Callable[[int], bool] = lambda process: False,
    user: int = 0,
) -> Ended:
    """Run a command in a fork, which has everything imported; `disturb` gives whether it hit.

    As another user, where one is given.
    """
    output, errors = folder.parent / "output", folder.parent / "errors"
    sys.stdout.flush()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = os.fork()
    if process == 0:
        code = 99
        try:
            os.chdir(folder)
            for number, path in ((1, output), (2, errors)):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", 1, closefd=False)  # noqa: SIM115
            if user:
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
            sys.argv[1:] = words
            signal.signal(signal.SIGINT, signal.default_int_handler)
            code = main()
            sys.stdout.flush()
        except BaseException as fault:
            import traceback

            frames = [frame for frame, _ in traceback.walk_tb(fault.__traceback__)]
            begun = any(frame.f_code is main.__code__ for frame in frames)
            if isinstance(fault, KeyboardInterrupt) and not begun:
                code = 130  # it says nothing about the command, which had not begun
            else:
                os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)
    signal.signal(signal.SIGINT, before)
    hit = disturb(process)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return Ended(code, output.read_text(), errors.read_text(), hit)


def fresh(words: list[str], disturb: Callable[[int], bool] = lambda process: False) -> Ended:
    """Run a command in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", FRESH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        hit = disturb(process.pid)
        output, errors = process.communicate(timeout=60)
    return Ended(process.returncode, output.decode(), errors.decode(), hit)


def after(seconds: float, number: int) -> Callable[[int], bool]:
    """Make what sends a signal after so many seconds, unless the process has ended."""

    def disturb(process: int) -> bool:
        time.sleep(seconds)
        ended = os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        os.kill(process, number)
        return ended is None

    return disturb


def adopt(on: bool) -> None:
    """Become the parent of every process whose own parent ends, or be so no more."""
    ctypes.CDLL(None).prctl(36, int(on), 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def orphans() -> list[int]:
    """Give the processes that were left, once they had five seconds to end."""
    end = time.monotonic() + 5
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return []
        if time.monotonic() > end:
            break
        time.sleep(0.005)
    return [int(p) for t in Path("/proc/self/task").iterdir() for p in (t / "children").read_text().split()]  # fmt: skip
