"""What is under test: each subject is found by name, `NAME` or `NAME:ARGUMENT`."""

from __future__ import annotations

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


def confined(text: str, limits: Limits | None, hidden: tuple[str, ...]) -> Subject:
    """Find a subject; where it is a program, under limits and kept from files that are hidden."""
    found = load(text)
    confine = getattr(found, "confined", None)
    kept: Subject = found if confine is None else confine(limits, hidden)
    return kept
