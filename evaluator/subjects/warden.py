"""Run a command under limits, and leave nothing of it behind: a script of its own.

Started as `python warden.py JSON`; imports nothing of the package, to start fast. Standard input,
output and error are those of the command. What becomes of it is written to the socket `control`,
as `WORD NUMBER`; when the other end of that is closed, or was with its process, all is killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Iterator
from typing import Any

#: Seconds between two counts of processes and their memory.
INTERVAL = 0.02
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 2**20
#: Numbers of Linux's prctl and Landlock, from its headers.
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 36, 38
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
LANDLOCK_ACCESS_FS_READ_FILE = 4
LANDLOCK_SCOPE_SIGNAL = 2


def main(terms: dict[str, Any]) -> None:
    """Start the command, wait for its end or a reason to end it, and tell."""
    control = terms["control"]
    os.set_inheritable(control, False)
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
    try:
        os.write(control, said)
    except OSError:
        pass  # the evaluator is gone


def _become(terms: dict[str, Any], libc: Any, told: int) -> None:
    """Turn this process into the command; `told` is closed when it is, else gets the reason."""
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        _limit(terms)
        if sys.platform == "linux":
            _hide(set(terms["hidden"]), libc)
        os.chdir(terms["folder"])
        os.execvpe(terms["command"][0], terms["command"], terms["environment"])
    except OSError as error:
        os.write(told, f"start {error.strerror}".encode())
    finally:
        os._exit(127)


def _limit(terms: dict[str, Any]) -> None:
    for name, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, terms["files"]),
        (resource.RLIMIT_FSIZE, terms["file_size"] * MIB),
        # Not the address space: JavaScript and others reserve much more than they use.
        (resource.RLIMIT_DATA, terms["memory"] * MIB),
    ):
        _set(name, int(value), int(value))
    seconds = max(1, int(terms["cpu"] + 0.999))
    _set(resource.RLIMIT_CPU, seconds, seconds + 1)


def _set(name: int, soft: int, hard: int) -> None:
    most = resource.getrlimit(name)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(name, (soft, hard))


# --- what it must not read


def _hide(hidden: set[str], libc: Any) -> None:
    """Let this process read every file but some, and neither look into nor signal others.

    Landlock knows only what is allowed: that is every entry of a folder above a hidden file. Where
    the kernel has none, nothing is hidden.
    """
    version = libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    if version < 1:
        return
    attributes = (ctypes.c_uint64 * 3)(LANDLOCK_ACCESS_FS_READ_FILE, 0, LANDLOCK_SCOPE_SIGNAL)
    size = 24 if version >= 6 else 8  # before version 6 it has no scopes
    rules = libc.syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return
    own = os.path.realpath("/proc/self")
    for path in [*_readable("/", {"/proc", *hidden}), *_of_proc(), own]:
        try:
            entry = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        rule = LANDLOCK_ACCESS_FS_READ_FILE.to_bytes(8, "little") + entry.to_bytes(4, "little")
        libc.syscall(LANDLOCK_ADD_RULE, rules, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
        os.close(entry)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(LANDLOCK_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _readable(folder: str, hidden: set[str]) -> Iterator[str]:
    """Give the paths that hold everything under a folder but what is hidden."""
    inner = {path for path in hidden if path.startswith(folder.rstrip("/") + "/")}
    if not inner:
        yield folder
        return
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        # Beside a spec there may be thousands more, which are none of its business either.
        if path not in inner and not name.endswith((".yaml", ".yml")):
            yield from _readable(path, inner)


def _of_proc() -> list[str]:
    """Give what /proc says of the machine, not of its processes."""
    try:
        return [f"/proc/{name}" for name in os.listdir("/proc") if not name.isdecimal()]
    except OSError:
        return []


# --- its end


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
        processes, pages = _count(_descendants(os.getpid()))
        if processes > terms["processes"]:
            return b"limit processes"
        if pages * PAGE > terms["memory"] * MIB:
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
    try:
        tasks = os.listdir(f"/proc/{process}/task")
    except OSError:
        return
    for task in tasks:
        try:
            with open(f"/proc/{process}/task/{task}/children", "rb") as file:
                children = file.read().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


def _count(processes: Iterator[int]) -> tuple[int, int]:
    """Count processes, and the pages of memory that are theirs alone."""
    number = pages = 0
    for process in processes:
        number += 1
        try:
            with open(f"/proc/{process}/statm", "rb") as file:
                _, resident, shared, *_ = map(int, file.read().split())
            pages += resident - shared
        except (OSError, ValueError):
            continue
    return number, pages


def _kill_all(child: int) -> None:
    """Kill the command, its group, and whatever left that group, until nothing is left."""
    while True:
        for victim in (-child, *_descendants(os.getpid())):
            try:
                os.kill(victim, signal.SIGKILL)
            except OSError:
                continue
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
