"""What keeps a command from all that it does not need: another user, limits, Landlock.

All of it is asked of the system by the process that is about to become the command.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

#: The users that root becomes, one for each command.
USERS: Final = range(61184, 65520)
#: The system refuses more processes than so many times the limit: they are counted too late only
#: where they come faster than that.
OVERSHOOT: Final = 10
MIB: Final = 2**20
#: Numbers of Linux's prctl and Landlock, from its headers.
PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 8, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAPABILITY_VERSION, CAP_DAC_READ_SEARCH = 0x20080522, 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
LANDLOCK_ACCESS_FS_WRITE_FILE, LANDLOCK_ACCESS_FS_READ_FILE = 2, 4
#: To write, make, remove; then, by version, to move to another folder and to cut short.
LANDLOCK_ACCESS_FS_CHANGE = {1: 0x1FF2, 2: 0x2000, 3: 0x4000}
LANDLOCK_SCOPE_SIGNAL = 2
CLONE_NEWIPC = 0x08000000


def leave_root(folder: str, libc: Any) -> None:
    """Turn root into a user who reads what root does, and writes in the folder alone."""
    if os.getuid() != 0:
        return
    user = user_of(os.getpid())
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


def user_of(process: int) -> int:
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


def limit(terms: dict[str, Any]) -> None:
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


def confine(folder: str, hidden: set[str], libc: Any) -> None:
    """Let this process read every file but some, change its folder and devices alone, and neither
    look into nor signal others.

    Landlock knows only what is allowed: to be read, that is every entry of a folder above a hidden
    file. Where the kernel has none, nothing is confined.
    """
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
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
