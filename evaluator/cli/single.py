"""The one spec that a command is about: `file`, `file#2`, `file::case`, a URL, or `-` for stdin."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from evaluator.cli import console
from evaluator.cli.run import named_paths
from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluator.collect import CaseId, Target
    from evaluator.document import Document


def find(path: str) -> Target:
    """Find the file that a path names. Raises UsageError where there is none, and for a folder."""
    from evaluator.collect import targets

    found = targets(named_paths([path]))
    if len(found) != 1 or os.path.isdir(path):
        raise UsageError(f"{path} is a folder", "name one spec")
    return found[0]


def documents(file: str) -> list[Document]:
    """Read the documents of a file, of a URL or of standard input."""
    from evaluator.source import read_bytes, read_file

    return read_bytes(sys.stdin.buffer.read(), "-") if file == "-" else read_file(file)


def copies(file: str) -> AbstractContextManager[None]:
    """Keep what a spec at a URL names until all that is asked of it is done."""
    from evaluator.remote import copies

    return copies() if "://" in file else nullcontext()


def tell_missing(file: str, named: CaseId, known: Sequence[str]) -> int:
    """Say that a file has no such document or case, and give the exit code."""
    from evaluator.runner import no_such_case

    missing = no_such_case(file, named, known)
    console.say(f"error: {missing.message}")
    console.say(f"help: {missing.hint}")
    return 5
