"""The subject `python:FILE:NAME`: a class or a function in a Python file."""

from __future__ import annotations

import json
import os
import sys
from functools import cache, partial
from typing import Final

from evaluator.activations import ACTIVATIONS
from evaluator.content import FOLDER
from evaluator.diagnostics import UsageError, clip
from evaluator.subjects.process import Process, process


def subject(argument: str) -> Process:
    """Make the subject of `FILE:NAME`; raises UsageError where there is no such file."""
    return process(partial(_words, argument))


def _words(argument: str) -> tuple[str, ...]:
    """Give the command that answers for `FILE:NAME`."""
    file, _, name = argument.rpartition(":")
    if not file or not name:
        raise UsageError(f"`python:{clip(argument, 80)}` names no class or function", _HINT)
    path = os.path.join(FOLDER.get(), file)
    if not os.path.isfile(path):
        raise UsageError(f"there is no file {clip(file, 80)}", _HINT)
    harness = os.path.join(os.path.dirname(__file__), "harness.py")
    # -P: what stands beside the harness is not to be imported; -B: nothing is left in the folder.
    return sys.executable, "-P", "-B", harness, os.path.abspath(path), name, _defaults()


@cache
def _defaults() -> str:
    """Write the parameters of activations that need not be said, as JSON: by name, by parameter."""
    return json.dumps({
        name: {p.name: p.default for p in activation.parameters if p.default is not None}
        for name, activation in ACTIVATIONS.items() if activation.parameters
    })  # fmt: skip


_HINT: Final = "write python:FILE:NAME, as in python:student.py:Neuron"
