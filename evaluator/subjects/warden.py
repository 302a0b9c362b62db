"""Run a command under limits, and leave nothing of it behind: what a process of its own does.

It imports little of the package, to start fast. Standard input, output and error are those of the
command. What it is to be comes from a socket, as a line of JSON; what became of it is written there, as
`WORD NUMBER`. When the other end is closed, all is killed. The folder of the command is made and
deleted here, so that none is left where the evaluator is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, Final

from evaluator.subjects.confinement import confine, leave_root, limit, user_of
from evaluator.subjects.leftovers import delete, delete_shared

#: Seconds between two counts of processes and their memory.
INTERVAL: Final = 0.02
MIB: Final = 2**20
#: What counts as memory in /proc/PID/status, and where a page of several processes counts once.
RESIDENT: Final = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
PROPORTIONAL: Final = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
#: Numbers of Linux's prctl, from its header.
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36


def main(control: int) -> None:
    """Start the command, wait for its end or a reason to end it, and tell."""
    os.set_inheritable(control, False)
    terms = json.loads(_line(control))
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        # Processes whose parent ends become children of this one, which so finds them all.
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        _become(terms, libc, told)
    os.close(told)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the other ends see when the command has closed its own
        os.dup2(nothing, stream)
    failure = os.read(ready, 1000)
    said = failure or _watch(child, terms, wake, control)
    _kill_all(child)
    with contextlib.suppress(OSError):  # where the evaluator is gone
        os.write(control, said)
    delete(terms["folder"])
    if os.getuid() == 0:
        delete_shared(user_of(child))


def _line(control: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(control, 1 << 16)
        if not data:
            sys.exit()  # the evaluator is gone
        line += data
    return line


def _become(terms: dict[str, Any], libc: Any, told: int) -> None:
    """Turn this process into the command; `told` is closed when it is, else gets the reason."""
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.mkdir(terms["folder"], 0o700)
        os.chdir(terms["folder"])
        if sys.platform == "linux":
            leave_root(terms["folder"], libc)
            confine(terms["folder"], set(terms["hidden"]), libc)
        limit(terms)
        os.execvpe(terms["command"][0], terms["command"], terms["environment"])
    except OSError as error:
        os.write(told, f"start {error.strerror}".encode())
    finally:
        os._exit(127)


def _watch(child: int, terms: dict[str, Any], wake: int, control: int) -> bytes:
    """Wait until the command ends or must be ended; gives the reason."""
    while True:
        awake, _, _ = select.select([wake, control], [], [], INTERVAL)
        if wake in awake:
            os.read(wake, 1000)
        while (ended := _reap()) is not None:
            if ended[0] == child:
                return ended[1] if ended[2] < terms["cpu"] else b"limit cpu"
        if control in awake:
            return b"closed"
        # Where they multiply, no count of all would come to an end.
        found = list(islice(_descendants(os.getpid()), int(terms["processes"]) + 1))
        if len(found) > terms["processes"]:
            return b"limit processes"
        most = terms["memory"] * 1024
        # The first is found fast, and counts what processes share once for each.
        if sum(map(_resident, found)) > most and sum(map(_proportional, found)) > most:
            return b"limit memory"


def _reap() -> tuple[int, bytes, float] | None:
    """Collect a child that has ended: its number, how it ended, its seconds of CPU time."""
    try:
        process, status, usage = os.wait4(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    if process == 0:
        return None
    code = os.waitstatus_to_exitcode(status)
    said = f"exit {code}" if code >= 0 else f"signal {-code}"
    return process, said.encode(), usage.ru_utime + usage.ru_stime


def _descendants(process: int) -> Iterator[int]:
    """Give the processes that came of one, as far as the system tells."""
    unseen = [process]
    while unseen:
        children = _children(unseen.pop())
        yield from children
        unseen += children


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children", "rb") as file:
                found += map(int, file.read().split())
    except OSError:
        pass  # it has ended, or the system does not tell
    return found


def _resident(process: int) -> int:
    """Give the memory of a process, in KiB: what it wrote, be it shared, and no files."""
    return _sum(f"/proc/{process}/status", RESIDENT) or 0


def _proportional(process: int) -> int:
    """Give its part of the memory, in KiB, as far as the system tells."""
    found = _sum(f"/proc/{process}/smaps_rollup", PROPORTIONAL)
    return _resident(process) if found is None else found


def _sum(path: str, names: tuple[bytes, ...]) -> int | None:
    """Add up lines such as `RssAnon:  12 kB`; None where the file cannot be read."""
    try:
        with open(path, "rb") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(names))
    except OSError:
        return None


def _kill_all(child: int) -> None:
    """Kill the command, its group, and whatever left that group, until nothing is left."""
    while True:
        # The group goes at one blow; those that left it are found one by one, and may multiply.
        for victim in chain([-child], islice(_descendants(os.getpid()), 1000)):
            try:
                os.kill(victim, signal.SIGKILL)
            except OSError:
                continue
        try:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(0.001)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
