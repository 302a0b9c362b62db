"""What `exercise build` and `exercise export` share: reading the exercise, writing files, telling."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from evaluator.diagnostics import UsageError, harmless
from evaluator.writing import check_writable, write_whole

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Exercise
    from evaluator.exercises.exports.export import Export


def read_exercise(spec: str) -> Exercise:
    """Read `FILE` or `FILE#2`; raises SpecError and UsageError."""
    from evaluator.cli.exercise_grade import one_document
    from evaluator.exercises.batch import exercise_of

    return exercise_of(*one_document(spec))


def write_folder(found: Export, folder: str, force: bool) -> None:
    """Write all files below a folder, or none where one is in the way."""
    _check_named(folder)
    paths = {os.path.join(folder, path): content for path, content in found.files.items()}
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UsageError(f"{folder} is no folder", "name a folder")
    for path in paths:
        _check_free(path, force)
    for path, content in paths.items():
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"the folder {os.path.dirname(path)} cannot be made: {error.strerror}",
                "name another folder",
            ) from None
        write_whole(path, content)


def write_file(path: str, content: bytes, force: bool) -> None:
    """Write one file."""
    _check_named(path)
    _check_free(path, force)
    check_writable(path)
    write_whole(path, content)


def _check_named(path: str) -> None:
    if path == "-":
        raise UsageError("-o names no file", "what is called - is ./-")


def _check_free(path: str, force: bool) -> None:
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder", "choose another name")
    if os.path.lexists(path) and not force:
        raise UsageError(f"{path} exists already", "choose another name, or add --force")


def tell(found: Export, path: str, is_folder: bool) -> None:
    """Say what was written, and what could not be."""
    from evaluator.reporters.text import plural

    for loss in found.losses:
        print(f"lost: {harmless(loss)}")
    files = f": {plural(len(found.files), 'file')}" if is_folder else ""
    print(f"wrote {harmless(path)}{files}")
