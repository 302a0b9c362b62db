"""What lies beside an exercise and what was handed in: none of it is for code that is graded to read."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable

import evaluator
from evaluator.content import FOLDER


def beside(paths: Iterable[str]) -> tuple[str, ...]:
    """List what lies in the folders of some files, but for what programs need to run.

    Links are left out, which lead elsewhere, and the folder that holds the whole system.
    """
    needed = _needed()
    found: list[str] = []
    for folder in dict.fromkeys(_folder(path) for path in paths):
        if folder == os.path.dirname(folder):
            continue
        try:
            entries = [entry for entry in os.scandir(folder) if not entry.is_symlink()]
        except OSError:
            continue
        found += [e.path for e in entries if not any(_holds(e.path, each) for each in needed)]
    return tuple(found)


def _folder(path: str) -> str:
    return os.path.dirname(os.path.realpath(os.path.join(FOLDER.get(), path)))


def _needed() -> set[str]:
    """Name the folders of programs, of Python and its libraries, of the evaluator, and for what is temporary."""
    own = os.path.dirname(os.path.abspath(evaluator.__file__))
    programs = os.environ.get("PATH", "").split(os.pathsep)
    known = (*programs, *sys.path, sys.prefix, sys.base_prefix, own, tempfile.gettempdir())
    return {os.path.realpath(each) for each in known if each}


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
