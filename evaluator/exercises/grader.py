"""Exercise → what grading needs: the whole spec, and the files that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from evaluator.arrays.files import resolve
from evaluator.diagnostics import EvaluatorError, clip
from evaluator.exercises.exercise import Exercise


class CannotPack(EvaluatorError):
    """A spec whose files do not lie below its own folder."""

    hint = "move the file below the folder of the spec"


def files(exercise: Exercise) -> dict[str, bytes]:
    """Give the spec as it is written, first, and the arrays and tables that it names, by path."""
    document = exercise.spec.document
    name = "exercise.yaml" if document.file == "-" else os.path.basename(document.file)
    found = {name: document.text.text.encode()}
    for path in dict.fromkeys(_named(document.data)):
        if ".." in PurePosixPath(path).parts:
            raise CannotPack(f"`{clip(path)}` lies outside the folder of {document.file}")
        with open(resolve(path, document.file), "rb") as file:
            found[path] = file.read()
    return found


def _named(data: Any) -> Iterator[str]:
    """Find the files that the network and the cases name."""
    if isinstance(data, dict):
        if isinstance(data.get("file"), str):
            yield data["file"]
        for key, value in data.items():
            if key != "exercise":
                yield from _named(value)
    elif isinstance(data, list):
        for value in data:
            yield from _named(value)
