"""Specs at URLs, `s3://…`, `http://…`, `memory://…`: found, read and fetched through fsspec."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from evaluator.arrays.files import ArrayFileError
from evaluator.diagnostics import UsageError, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the name of an array file may not hold, for it would lead out of the spec's folder: an empty
#: part, `.` or `..`, another URL (fsspec chains them with `::`), a query.
_FOREIGN = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\\:?#\0-\x1f\ud800-\udfff]")
#: Where the files are kept that one spec names.
_COPIES: Final[ContextVar[str | None]] = ContextVar("copies", default=None)


def specs_at(url: str, suffixes: Sequence[str]) -> list[str]:
    """Give the URL of a file, or those of all specs under a folder, sorted, hidden ones aside.

    Raises UsageError for what is not there or cannot be reached.
    """
    system, path = _open(url)
    try:
        if not url.endswith(tuple(suffixes)) and system.isdir(path):
            return _specs_under(url, system.find(path), path.rstrip("/") + "/", suffixes)
        there = system.exists(path)
    except Exception as error:  # each file system has errors of its own
        raise UsageError(f"{url} cannot be reached: {_reason(error)}") from None
    if not there:
        raise UsageError(f"{url} does not exist, or cannot be reached", "check the address")
    return [url]


def _specs_under(url: str, paths: Sequence[str], folder: str, suffixes: Sequence[str]) -> list[str]:
    names = (path.removeprefix(folder).split("/") for path in paths if path.startswith(folder))
    return [
        "/".join([url.rstrip("/"), *parts]) for parts in sorted(names)
        if parts[-1].endswith(tuple(suffixes)) and not any(part.startswith(".") for part in parts)
    ]  # fmt: skip


def read(url: str, limit: int) -> bytes:
    """Read a file, or of a larger one a byte more than the limit; raises OSError if that fails."""
    with tempfile.NamedTemporaryFile(prefix="evaluator-") as copy:
        with suppress(_TooLarge):
            _copy(url, copy.name, limit)
        return copy.read(limit + 1)


@contextmanager
def copies() -> Iterator[None]:
    """Keep what is fetched for one spec until it is evaluated."""
    with tempfile.TemporaryDirectory(prefix="evaluator-") as folder:
        token = _COPIES.set(folder)
        try:
            yield
        finally:
            _COPIES.reset(token)


def fetch(name: str, spec: str) -> Path:
    """Copy the file that the spec at a URL names to this machine; give its path here.

    It may take half of the disk that is free.
    """
    shown = f"`{clip(name, 80)}`"
    if _FOREIGN.search(name):
        raise ArrayFileError(f"{shown} does not lead downwards from the spec's folder",
                             "write the path from there, such as `data/weights.npz`")  # fmt: skip
    folder = spec.partition("?")[0].rpartition("/")[0]
    # A server decodes what it is asked for: `%2e%2e` is two dots there.
    url = f"{folder}/{quote(name) if folder.startswith('http') else name}"
    copy = Path(_COPIES.get() or _kept().name, *PurePosixPath(name).parts)
    try:
        if not copy.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy(url, f"{copy}.part", shutil.disk_usage(copy.parent).free // 2)
            os.replace(f"{copy}.part", copy)
    except FileNotFoundError:
        hint = "paths are relative to the spec's URL"
        raise ArrayFileError(f"{shown} does not exist", hint) from None
    except OSError as error:
        hint = f"it is looked for at {clip(url, 200)}"
        raise ArrayFileError(
            f"{shown} cannot be read: {clip(str(error.strerror), 80)}", hint
        ) from None
    return copy


def _kept() -> tempfile.TemporaryDirectory[str]:
    """Give the folder that is kept until this process ends, for specs that are only loaded."""
    global _process_copies
    _process_copies = _process_copies or tempfile.TemporaryDirectory(prefix="evaluator-")
    return _process_copies


def _open(url: str) -> tuple[Any, str]:
    """Find the file system of a URL, and the path on it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(f"{url} needs the package `fsspec`",
                         'run `pip install "neuron-evaluator[remote]"`') from None  # fmt: skip
    try:
        system, path = url_to_fs(url)
    except Exception as error:  # no such protocol, a package that is missing, no credentials
        raise UsageError(f"{url} cannot be opened: {_reason(error)}") from None
    return system, str(path)


class _TooLarge(OSError):
    """A file is larger than there is room for; the copy holds what came until then."""


def _copy(url: str, target: str, limit: int) -> None:
    """Copy a file to this machine; raises OSError, whatever the file system raises.

    Of an answer without an end no more is kept than the limit and one piece.
    """
    system, path = _open(url)
    from fsspec.callbacks import Callback

    class Count(Callback):  # type: ignore[misc]
        def relative_update(self, inc: int = 1) -> None:
            super().relative_update(inc)
            if self.value > limit:
                raise _TooLarge(errno.EFBIG, f"it has more than {limit:,} bytes")

    try:
        # Piece by piece, and not by `open`: that needs a server that gives parts of files.
        system.get_file(path, target, callback=Count())
    except (FileNotFoundError, _TooLarge):
        raise
    except Exception as error:
        raise OSError(errno.EIO, _reason(error)) from None


def _reason(error: Exception) -> str:
    return clip(getattr(error, "strerror", None) or str(error) or type(error).__name__, 200)


_process_copies: tempfile.TemporaryDirectory[str] | None = None
