"""Two commands in turn, A B A B …, and the ratio of their times."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple


class Pair(NamedTuple):
    """What two commands took: medians in seconds, and the median of the ratios pair by pair."""

    ours: float
    other: float
    ratio: float


def compare(ours: Sequence[str], other: Sequence[str], runs: int = 9) -> Pair:
    """Time two commands, each a whole process, after one run of each that is not counted."""
    taken = [(_seconds(ours), _seconds(other)) for _ in range(runs + 1)][1:]
    mine, theirs = zip(*taken, strict=True)
    ratio = statistics.median(a / b for a, b in taken)
    return Pair(statistics.median(mine), statistics.median(theirs), ratio)


def _seconds(command: Sequence[str]) -> float:
    # Without compiled modules a start would be measured that no user has.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    taken = perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return taken


class Used(NamedTuple):
    """What a command took: seconds of processors, and the largest resident size in bytes."""

    seconds: float
    bytes: int


def used(command: Sequence[str], code: int = 0) -> Used:
    """Run a command that ends with a code, and tell what it took."""
    # A process of its own: what it starts would else count what this one holds.
    program = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        "took = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(code, took.ru_utime + took.ru_stime, took.ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=True
    )
    found, seconds, size = done.stdout.split()
    if int(found) != code:
        sys.exit(f"{' '.join(command)} ended with {found}, not {code}:\n{done.stderr[-2000:]}")
    # Linux counts in kilobytes, macOS in bytes.
    return Used(float(seconds), int(size) * (1 if sys.platform == "darwin" else 1024))


def peak_memory(command: Sequence[str]) -> int:
    """Give the largest resident size of a command, in bytes."""
    return used(command).bytes
