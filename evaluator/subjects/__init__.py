"""What is under test: each subject is found by name, `NAME` or `NAME:ARGUMENT`."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import UsageError, clip, did_you_mean

if TYPE_CHECKING:
    from evaluator.subjects.limits import Limits
    from evaluator.subjects.subject import Subject

#: The built-in subjects, name → module; each has `subject(argument) -> Subject`. Others come from
#: the entry-point group, whose entries are such functions.
SUBJECTS: Final = {
    "jax": "evaluator.subjects.jax",
    "onnx": "evaluator.subjects.onnx",
    "onnxruntime": "evaluator.subjects.onnxruntime",
    "reference": "evaluator.subjects.reference",
    "process": "evaluator.subjects.process",
    "python": "evaluator.subjects.python",
    "torch": "evaluator.subjects.torch",
}
GROUP: Final = "evaluator.subjects"
REFERENCE: Final = "reference"
#: Those that name files.
FILES: Final = {"onnx", "process", "python"}


@cache
def load(text: str) -> Subject:
    """Find a subject by what the command line says; raises UsageError for one that is not there."""
    name, _, argument = text.partition(":")
    if name in SUBJECTS:
        make: Any = import_module(SUBJECTS[name]).subject
    else:
        from importlib.metadata import entry_points

        added = {point.name: point for point in entry_points(group=GROUP)}
        if name not in added:
            known = [*SUBJECTS, *added]
            raise UsageError(f"there is no subject `{clip(name)}`",
                             did_you_mean(name, known) or f"there is {', '.join(known)}")  # fmt: skip
        make = added[name].load()
    found: Subject = make(argument)
    return found


def beside(text: str, folder: str) -> str:
    """Give a subject that names files as seen from a folder, as it is named from the current one."""
    name, _, argument = text.partition(":")
    try:
        if name not in FILES or os.path.abspath(folder) == os.getcwd():
            return text
    except FileNotFoundError:  # the current folder is gone
        return text
    if name == "process":
        return f"process:{_words_beside(argument, folder)}"
    return f"{name}:{os.path.relpath(os.path.join(folder, argument))}" if argument else text


def _words_beside(command: str, folder: str) -> str:
    """Do the same for the words of a command that are files there."""
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:  # as will be told when it is started
        return command
    for place, word in enumerate(words):
        path = os.path.join(folder, word)
        if os.path.isfile(path) and (place or "/" in word):
            found = os.path.relpath(path)
            words[place] = found if "/" in found else f"./{found}"
    return shlex.join(words)


def confined(text: str, limits: Limits | None, hidden: tuple[str, ...]) -> Subject:
    """Find a subject; where it is a program, under limits and kept from files that are hidden."""
    found = load(text)
    confine = getattr(found, "confined", None)
    kept: Subject = found if confine is None else confine(limits, hidden)
    return kept
