"""Interrupts that get lost on their way: each is still an interrupt to whoever pressed Ctrl-C.

NumPy makes a TypeError of one that comes while it compares arrays, and Python shows a traceback of
one that comes while it cleans up, and goes on.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

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
