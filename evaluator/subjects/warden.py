"""Run a command under limits, and leave nothing of it behind: a script of its own.

Started as `python warden.py CONTROL`; imports nothing of the package, to start fast. Standard input,
output and error are those of the command. What it is to be comes from the socket CONTROL, as a line of
JSON; what became of it is written there, as `WORD NUMBER`. When the other end is closed, all is killed.
The folder of the command is made and deleted here, so that none is left where the evaluator is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

#: The users that root becomes, one for each program.
USERS = range(61184, 65520)
#: The system refuses more processes than so many times the limit: they are counted too late only
#: where they come faster than that.
OVERSHOOT = 10
#: Seconds between two counts of processes and their memory.
INTERVAL = 0.02
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 2**20
#: Numbers of Linux's prctl and Landlock, from its headers.
PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 8, 36, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAPABILITY_VERSION, CAP_DAC_READ_SEARCH = 0x20080522, 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
LANDLOCK_ACCESS_FS_READ_FILE = 4
LANDLOCK_SCOPE_SIGNAL = 2


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
    _delete(terms["folder"])


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
            _leave_root(terms["folder"], libc)
            _hide(set(terms["hidden"]), libc)
        _limit(terms)
        os.execvpe(terms["command"][0], terms["command"], terms["environment"])
    except OSError as error:
        os.write(told, f"start {error.strerror}".encode())
    finally:
        os._exit(127)


def _leave_root(folder: str, libc: Any) -> None:
    """Turn root into a user who reads what root does, and writes in the folder alone."""
    if os.getuid() != 0:
        return
    user = USERS[os.getpid() % len(USERS)]
    try:
        os.chown(folder, user, user)
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:
        return  # root of a container that has no other users
    reads = 1 << CAP_DAC_READ_SEARCH
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)(reads, reads, reads, 0, 0, 0))
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)


def _threads(user: int) -> int:
    """Count the threads of a user, whom the system allows so many."""
    number = 0
    for name in filter(str.isdecimal, os.listdir("/proc") if sys.platform == "linux" else ()):
        try:
            if os.stat(f"/proc/{name}").st_uid == user:
                number += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue
    return number


def _limit(terms: dict[str, Any]) -> None:
    processes = _threads(os.getuid()) + OVERSHOOT * terms["processes"]
    for name, value in (
        (resource.RLIMIT_NPROC, processes),
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
        pages = sum(map(_pages, found))
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


def _pages(process: int) -> int:
    """Count the pages of memory that are a process's alone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except (OSError, ValueError):
        return 0
    return resident - shared


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


def _delete(folder: str) -> None:
    """Delete the folder of the command, which most leave empty."""
    try:
        os.rmdir(folder)
    except OSError:
        import shutil  # takes longer to import than all the rest

        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
