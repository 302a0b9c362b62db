"""Replace characters of a text and keep all others; write the file in one step, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from operator import itemgetter
from typing import Final, NamedTuple

from evaluator.diagnostics import UsageError

_BOM: Final = "\ufeff".encode()


class Edit(NamedTuple):
    """The characters of a text from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Make all edits; raises ValueError for two that overlap."""
    parts, last = [], 0
    for start, end, new in sorted(edits, key=itemgetter(0, 1)):
        if not last <= start <= end <= len(text):
            raise ValueError(f"an edit of {start} to {end} overlaps one that ends at {last}")
        parts += [text[last:start], new]
        last = end
    return "".join([*parts, text[last:]])


def encode(text: str, before: bytes) -> bytes:
    """Give the bytes of a new text, with the byte order mark that the file had before."""
    return (_BOM if before.startswith(_BOM) else b"") + text.encode()


def check_writable(path: str) -> None:
    """Raise UsageError for a file that may not be replaced: it, or its folder, is read-only."""
    path = os.path.realpath(path)
    hint = "check the permissions"
    # The superuser may write whatever its owner protected; the owner has protected it all the same.
    if not os.access(path, os.W_OK) or not os.stat(path).st_mode & 0o222:
        raise UsageError(f"{path} cannot be written: it is read-only", hint)
    if not os.access(os.path.dirname(path), os.W_OK):
        raise UsageError(f"{path} cannot be replaced: its folder is read-only", hint)


def replace(path: str, before: bytes, after: bytes) -> None:
    """Put new content in place of a file's, which is to be what was read before.

    Whenever the process ends, the file is the old one or the new one, whole. Links stay links, and the
    file keeps its mode and its owner. Raises UsageError where it cannot be written, or has changed since.
    """
    path = os.path.realpath(path)
    try:
        check_writable(path)
        part = _written_beside(path, after)
        try:
            # As late as can be: from here to the end of the next line nobody else should write.
            with open(path, "rb") as stream:
                if stream.read() != before:
                    raise UsageError(f"{path} changed on disk after it was read; it is left alone",
                                     "save it, and try again")  # fmt: skip
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}",
                         "check the disk and the permissions") from None  # fmt: skip


def _written_beside(path: str, content: bytes) -> str:
    """Write a new file in the same folder, safe on the disk, with the same mode."""
    descriptor, part = tempfile.mkstemp(".part", ".evaluator-", os.path.dirname(path))
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _take_over(path, part)
    except BaseException:
        os.unlink(part)
        raise
    return part


def _take_over(path: str, part: str) -> None:
    """Give a new file the mode of another, and its owner as far as that is allowed."""
    old, new = os.stat(path), os.stat(part)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with suppress(OSError):
            os.chown(part, old.st_uid, old.st_gid)
    os.chmod(part, stat.S_IMODE(old.st_mode))
