"""Spec → the files that it names: arrays, tables, models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

from evaluator.diagnostics import SpecError
from evaluator.source import read_file

#: What the names of such files end in.
SUFFIXES: Final = (".npy", ".npz", ".safetensors", ".csv", ".onnx")


def named_files(spec: str) -> Iterator[str]:
    """Give what stands under a key `file` anywhere in a spec, as a path."""
    try:
        values: list[Any] = [document.data for document in read_file(spec)]
    except SpecError:
        return
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if isinstance(name := value.get("file"), str):
                yield os.path.join(os.path.dirname(spec), name)
            values += value.values()
        elif isinstance(value, list):
            values += value
