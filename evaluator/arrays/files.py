"""The files that a spec names: where they may lie, and how what is wrong with them is told."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path, PurePath, PureWindowsPath

from evaluator.content import FOLDER
from evaluator.diagnostics import clip, did_you_mean
from evaluator.project import MARKS, root_of


class ArrayFileError(Exception):
    """A file of numbers cannot be used.

    `code` is `array-file` for the file itself, `case-table` for columns, rows and cells of a table,
    and `shape-mismatch` for numbers of values that do not fit.
    """

    def __init__(self, message: str, hint: str, code: str = "array-file") -> None:
        self.message, self.hint, self.code = message, hint, code
        super().__init__(message, hint, code)

    def __str__(self) -> str:
        return self.message


def table_fault(message: str, hint: str) -> ArrayFileError:
    """Make the error of a table's columns, rows or cells."""
    return ArrayFileError(message, hint, "case-table")


def misfit(message: str, hint: str) -> ArrayFileError:
    """Make the error of numbers of values that do not fit."""
    return ArrayFileError(message, hint, "shape-mismatch")


def project_root(spec_file: Path) -> Path:
    """Give the nearest folder at or above the spec that marks a project, else the spec's folder.

    A spec from standard input, `-`, stands in the current folder.
    """
    return Path(root_of(os.path.dirname(os.path.abspath(spec_file))))


def resolve(name: str, spec_file: str) -> Path:
    """Find the regular file that a spec names; its real path lies inside the project root.

    What a spec at a URL names is fetched, and lies in that spec's folder.
    """
    if "://" in spec_file:
        from evaluator.remote import fetch

        return fetch(name, spec_file)
    shown = f"`{clip(name, 80)}`"
    foreign = re.search("[\\\\\0\ud800-\udfff]", name) or PureWindowsPath(name).anchor
    if foreign or os.path.isabs(name):
        hint = "write the path from the spec's folder, such as `data/weights.npz`"
        raise ArrayFileError(f"{shown} is not a relative path with forward slashes", hint)
    spec_file = os.path.join(FOLDER.get(), spec_file)
    root = os.path.realpath(project_root(Path(spec_file)))
    path = os.path.realpath(os.path.join(os.path.dirname(spec_file), name))
    if not Path(path).is_relative_to(root):
        hint = f"keep it below the nearest folder with {', '.join(f'`{m}`' for m in MARKS)}"
        raise ArrayFileError(f"{shown} leads out of the project, `{clip(root, 200)}`", hint)
    with reading(shown):
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            raise ArrayFileError(f"{shown} does not exist", _neighbour(Path(path))) from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
        raise ArrayFileError(f"{shown} is {kind}", "name a regular file")
    return Path(path)


def _neighbour(missing: Path) -> str:
    """Name the file of the same folder that may have been meant."""
    names: list[str] = []
    with suppress(OSError), os.scandir(missing.parent) as entries:
        files = [entry.name for entry in islice(entries, 1000) if os.path.isfile(entry)]
        same = [name for name in files if PurePath(name).suffix == missing.suffix]
        names = sorted(filter(str.isprintable, same))
    return did_you_mean(missing.name, names) or "paths are relative to the spec's folder"


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turn what the operating system refuses, while a file is read, into an `ArrayFileError`."""
    try:
        yield
    except OSError as fault:
        hint, reason = "check the file and its permissions", clip(fault.strerror or str(fault), 80)
        raise ArrayFileError(f"{shown} cannot be read: {reason}", hint) from None
    except MemoryError:
        hint = "save the array in parts"
        raise ArrayFileError(f"{shown} does not fit in memory", hint) from None


def listed(names: Iterable[str], limit: int = 8) -> str:
    """Write names for a hint: the first few, and how many more there are."""
    known = list(names)
    rest = f" and {len(known) - limit} more" if len(known) > limit else ""
    return ", ".join(f"`{clip(name)}`" for name in known[:limit]) + rest or "none"


def nearest(word: str, names: Sequence[str]) -> str:
    """Give the hint for a name that is none of those that there are."""
    guess = did_you_mean(clip(word), [clip(name) for name in names[:1000]])
    return f"{guess} there are {listed(names)}".lstrip()
