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
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

#: The users that root becomes, one for each program.
USERS = range(61184, 65520)
#: The system refuses more processes than so many times the limit: they are counted too late only
#: where they come faster than that.
OVERSHOOT = 10
#: Seconds between two counts of processes and their memory.
INTERVAL = 0.02
MIB = 2**20
#: What counts as memory in /proc/PID/status, and where a page of several processes counts once.
RESIDENT = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
PROPORTIONAL = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
#: Numbers of Linux's prctl and Landlock, from its headers.
PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 8, 36, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAPABILITY_VERSION, CAP_DAC_READ_SEARCH = 0x20080522, 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
LANDLOCK_ACCESS_FS_WRITE_FILE, LANDLOCK_ACCESS_FS_READ_FILE = 2, 4
#: To write, make, remove; then, by version, to move to another folder and to cut short.
LANDLOCK_ACCESS_FS_CHANGE = {1: 0x1FF2, 2: 0x2000, 3: 0x4000}
LANDLOCK_SCOPE_SIGNAL = 2
CLONE_NEWIPC = 0x08000000


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
        _delete_shared(_user(child))


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
            libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            _confine(terms["folder"], set(terms["hidden"]), libc)
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
    user = _user(os.getpid())
    libc.unshare(CLONE_NEWIPC)  # segments of shared memory would outlive it
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


def _user(process: int) -> int:
    """Say which user a command becomes where it is started by root."""
    return USERS[process % len(USERS)]


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
        # Of 0 a program that takes care of crashes takes no notice, of 1 it does: see core(5).
        (resource.RLIMIT_CORE, int(sys.platform == "linux")),
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


def _confine(folder: str, hidden: set[str], libc: Any) -> None:
    """Let this process read every file but some, change its folder and devices alone, and neither
    look into nor signal others.

    Landlock knows only what is allowed: to be read, that is every entry of a folder above a hidden
    file. Where the kernel has none, nothing is confined.
    """
    version = libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    if version < 1:
        return
    read, write = LANDLOCK_ACCESS_FS_READ_FILE, LANDLOCK_ACCESS_FS_WRITE_FILE
    change = sum(bits for since, bits in LANDLOCK_ACCESS_FS_CHANGE.items() if since <= version)
    attributes = (ctypes.c_uint64 * 3)(read | change, 0, LANDLOCK_SCOPE_SIGNAL)
    size = 24 if version >= 6 else 8  # before version 6 it has no scopes
    rules = libc.syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return
    own = os.path.realpath("/proc/self")
    for path in [*_readable("/", {"/proc", *hidden}), *_entries("/proc", str.isdecimal), own]:
        _allow(path, read, rules, libc)
    # What is behind terminals is not its business.
    for path in _entries("/dev", {"pts", "shm"}.__contains__):
        _allow(path, read | write, rules, libc)
    for path in (folder, "/dev/shm"):
        _allow(path, read | change, rules, libc)
    libc.syscall(LANDLOCK_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(path: str, access: int, rules: int, libc: Any) -> None:
    """Add to what is allowed what may be done to a file, or to all below a folder."""
    try:
        entry = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    rule = access.to_bytes(8, "little") + entry.to_bytes(4, "little")
    libc.syscall(LANDLOCK_ADD_RULE, rules, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
    os.close(entry)


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


def _entries(folder: str, left_out: Callable[[str], bool]) -> list[str]:
    """Give the paths in a folder but some: in /proc what is said of the machine, not of processes."""
    try:
        return [f"{folder}/{name}" for name in os.listdir(folder) if not left_out(name)]
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


def delete(folder: str) -> None:
    """Delete a folder, however deep it is, and whatever may not be done to what is in it.

    It goes down and up a step at a time: neither a path nor a recursion gets long.
    """
    at = None
    with contextlib.suppress(OSError):
        at = _entered(folder)
        way = [("", _emptied(at))]  # each folder on the way down, and the folders left in it
        while way:
            name, left = way[-1]
            if left:
                at = _entered(left[-1], at)
                way.append((left.pop(), _emptied(at)))
            elif way.pop() and way:
                at = _entered("..", at)
                os.rmdir(name, dir_fd=at)
        os.rmdir(folder)
    if at is not None:
        os.close(at)


def _entered(name: str, at: int | None = None) -> int:
    """Open a folder, whatever its mode, in place of the one that it is seen from."""
    if name != "..":
        os.chmod(name, 0o700, dir_fd=at)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
    if at is not None:
        os.close(at)
    return inner


def _emptied(folder: int) -> list[str]:
    """Delete the files of a folder, and give the folders in it."""
    folders = []
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        else:
            os.unlink(entry.name, dir_fd=folder)
    return folders


def _delete_shared(user: int) -> None:
    """Delete the shared memory of a user, who is no more."""
    with contextlib.suppress(OSError), os.scandir("/dev/shm") as found:
        for entry in found:
            if entry.stat(follow_symlinks=False).st_uid != user:
                continue
            if entry.is_dir(follow_symlinks=False):
                delete(entry.path)
            else:
                os.unlink(entry.path)


if __name__ == "__main__":
    main(int(sys.argv[1]))
