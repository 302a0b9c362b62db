"""A path or a URL → the bytes of a spec file."""

from __future__ import annotations

import os
import stat
from contextvars import ContextVar
from typing import Final

from evaluator.diagnostics import Diagnostic, Location, SpecError

#: A limit that keeps time and memory bounded whatever a file holds.
MAX_BYTES: Final = 256 * 2**20
#: The folder that relative paths lead from; empty for the current one. A worker on another machine
#: stands in a folder of its own.
FOLDER: Final[ContextVar[str]] = ContextVar("folder", default="")


def read_content(path: str) -> bytes:
    """Read a whole file; raises SpecError where that cannot be done."""
    try:
        if "://" in path:
            from evaluator.remote import read

            content = read(path, MAX_BYTES)
        else:
            content = _read(path)
    except FileNotFoundError:
        raise _unreadable(path, "the file is not there", "check the name, or the link") from None
    except OSError as error:
        raise _unreadable(path, f"the file cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise _too_large(path)
    return content


def _read(path: str) -> bytes:
    # Without O_NONBLOCK, opening a pipe would wait for its writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    stream = os.open(os.path.join(FOLDER.get(), path), flags)
    try:
        found = os.fstat(stream)
        if not stat.S_ISREG(found.st_mode):
            what = "a directory" if stat.S_ISDIR(found.st_mode) else "not a regular file"
            raise _unreadable(path, f"the file is {what}", "name a YAML file")
        if found.st_size > MAX_BYTES:
            raise _too_large(path)
        content = os.read(stream, found.st_size + 1)
        while len(content) < found.st_size and (more := os.read(stream, found.st_size)):
            content += more
        return content
    finally:
        os.close(stream)


def _too_large(file: str) -> SpecError:
    return _unreadable(file, f"the file is larger than {MAX_BYTES // 2**20} MiB",
                       "keep large arrays in .npz files", "too-large")  # fmt: skip


def _unreadable(file: str, message: str, hint: str = "", code: str = "unreadable") -> SpecError:
    return SpecError([Diagnostic(Location(file), code, message, hint)])
