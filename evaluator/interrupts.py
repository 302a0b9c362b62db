"""Interrupts that get lost on their way: each is still an interrupt to whoever pressed Ctrl-C.

NumPy makes a TypeError of one that comes while it compares arrays, and Python shows a traceback of
one that comes while it cleans up, and goes on.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

Result = TypeVar("Result")

#: Seconds between two looks for an interrupt, where a wait hears none.
_PAUSE: Final = 0.5
_came = False


def came() -> bool:
    """Tell whether there was an interrupt since the command began, whatever became of it."""
    return _came


@contextmanager
def watched() -> Iterator[None]:
    """Take note of interrupts, where Python's own handler is what takes them."""
    global _came
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _came = False
    tell = sys.unraisablehook
    try:
        signal.signal(signal.SIGINT, _interrupt)
    except ValueError:  # not in the main thread, which alone is interrupted
        yield
        return

    def tell_others(lost: UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            tell(lost)

    sys.unraisablehook = tell_others
    try:
        yield
    finally:
        sys.unraisablehook = tell
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _came
    _came = True
    signal.default_int_handler(number, frame)


def beside(work: Callable[[], Result], stop: Callable[[], None]) -> Result:
    """Do what hears no interrupt in a thread, and `stop` it at one."""
    from concurrent.futures import Future, wait
    from threading import Thread

    found: Future[Result] = Future()

    def do() -> None:
        try:
            found.set_result(work())
        except BaseException as fault:
            found.set_exception(fault)

    Thread(target=do, daemon=True).start()
    try:
        # Not by `join`, which takes the thread for ended where an interrupt comes.
        while not found.done():
            wait([found], _PAUSE)
    except KeyboardInterrupt:
        stop()
        wait([found], _PAUSE)  # what does not stop ends with the process
        raise
    return found.result()
