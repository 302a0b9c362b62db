"""Files are written whole or not at all: whenever the process ends, each is the old or the new one."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from evaluator.diagnostics import UsageError


def check_writable(path: str) -> None:
    """Find out before a file is made whether it can be written; raises UsageError."""
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise UsageError(f"{path} is a directory", "name a file")
    if not os.path.isdir(folder):
        raise UsageError(f"the folder {folder} does not exist", "make it first")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise UsageError(f"{path} cannot be written", "check the permissions")


def write_whole(path: str, text: str | bytes) -> None:
    """Write a file, new or in place of another; raises UsageError."""
    content = text if isinstance(text, bytes) else text.encode()
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # /dev/stdout, a pipe
            with open(path, "wb") as stream:
                stream.write(content)
            return
        path = os.path.realpath(path)
        with _beside(path, content) as part:
            os.replace(part, path)
    except OSError as error:
        raise _refused(path, error) from None


def check_replaceable(path: str) -> None:
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

    Links stay links, and the file keeps its mode and its owner. Raises UsageError where it cannot be
    written, or has changed since.
    """
    path = os.path.realpath(path)
    try:
        check_replaceable(path)
        with _beside(path, after) as part:
            # As late as can be: from here to the last line nobody else should write.
            with open(path, "rb") as stream:
                if stream.read() != before:
                    raise UsageError(f"{path} changed on disk after it was read; it is left alone",
                                     "save it, and try again")  # fmt: skip
            os.replace(part, path)
    except OSError as error:
        raise _refused(path, error) from None


def _refused(path: str, error: OSError) -> UsageError:
    return UsageError(
        f"{path} cannot be written: {error.strerror}", "check the disk and the permissions"
    )


@contextmanager
def _beside(path: str, content: bytes) -> Iterator[str]:
    """Write a new file in the same folder, safe on the disk, with the mode of the one that is there.

    Whatever goes wrong until it is in place, it is not left behind.
    """
    descriptor, part = tempfile.mkstemp(".part", ".evaluator-", os.path.dirname(path))
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if os.path.exists(path):
            _take_over(path, part)
        else:
            os.chmod(part, 0o666 & ~_umask())
        yield part
    except BaseException:
        os.unlink(part)
        raise


def _take_over(path: str, part: str) -> None:
    """Give a new file the mode of another, and its owner as far as that is allowed."""
    old, new = os.stat(path), os.stat(part)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with suppress(OSError):
            os.chown(part, old.st_uid, old.st_gid)
    os.chmod(part, stat.S_IMODE(old.st_mode))


def _umask() -> int:
    """Give what the mode of new files leaves out; it can only be read by setting it."""
    found = os.umask(0o077)
    os.umask(found)
    return found
