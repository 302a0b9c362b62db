"""What a program under test may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from evaluator.diagnostics import UsageError, clip, did_you_mean


class Limits(NamedTuple):
    """The most that a program under test may use; each has the unit that its comment says."""

    #: Seconds for one case.
    time: float = 10
    #: Seconds until it has read the network.
    start: float = 30
    #: Seconds of CPU time, of one process, from its start.
    cpu: float = 600
    #: MiB of memory: of one process, and of all together.
    memory: float = 2048
    #: MiB that it prints, and of one line of an answer.
    output: float = 16
    #: How many processes at a time.
    processes: float = 32
    #: How many open files of one process.
    files: float = 256
    #: MiB of one file that it writes.
    file_size: float = 64


DEFAULTS: Final = Limits()
#: The unit that messages say, for each limit.
UNITS: Final = {
    "time": "s", "start": "s", "cpu": "s of CPU time", "memory": "MiB of memory",
    "output": "MiB of output", "processes": "processes", "files": "open files",
    "file-size": "MiB in a file",
}  # fmt: skip
#: What no limit reaches.
MOST: Final = 2**31


def from_words(words: Sequence[str]) -> Limits:
    """Read what differs from the defaults, `NAME=NUMBER` each; raises UsageError."""
    limits = DEFAULTS
    for word in words:
        name, _, number = word.partition("=")
        if name not in UNITS:
            raise UsageError(f"there is no limit `{clip(name)}`",
                             did_you_mean(name, UNITS) or f"there is {', '.join(UNITS)}")  # fmt: skip
        try:
            value = float(number) if number.isascii() and "_" not in number else 0
        except ValueError:
            value = 0
        if not 0 < value < MOST:
            example = f"{name}={getattr(DEFAULTS, _field(name)):g}"
            raise UsageError(f"the limit `{clip(word)}` is no number above 0",
                             f"write a number of {UNITS[name]}, as in {example}")  # fmt: skip
        limits = limits._replace(**{_field(name): value})
    return limits


def _field(name: str) -> str:
    return name.replace("-", "_")


def exceeded(name: str, limits: Limits) -> tuple[str, str]:
    """Say that a limit is exceeded, and what to do; gives the message and the hint."""
    value: float = getattr(limits, _field(name))
    return (
        f"it used more than {value:g} {UNITS[name]}",
        f"allow more with `--limit {name}={value * 2:g}`, or let it use less",
    )


#: What Python says where a limit holds.
_SIGNS: Final = (
    ("MemoryError", "memory"), ("[Errno 11]", "processes"), ("can't start new thread", "processes"),
    ("[Errno 24]", "files"), ("[Errno 27]", "file-size"),
)  # fmt: skip


def hint_to(error: str, limits: Limits) -> str:
    """Name the limit behind an error that a program tells, if one is."""
    for words, name in _SIGNS:
        if words in error:
            value: float = getattr(limits, _field(name))
            return f"it may use {value:g} {UNITS[name]}: allow more with `--limit {name}={value * 2:g}`"
    return ""
