"""Worked solutions: a spec's cases calculated step by step, in the format that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import UsageError, did_you_mean

if TYPE_CHECKING:
    from evaluator.explanations.solution import Solution
    from evaluator.spec import Spec

#: The formats, each written by the module of its name.
FORMATS: Final = ("text", "markdown", "latex", "html")
#: The most digits after the point that can be asked for: more than a 64-bit float has.
MAX_DIGITS: Final = 20


def explain(
    spec: Spec, case: str | None = None, format: str = "text", digits: int | None = None
) -> str:
    """Write how the values of a case, by its id, or of all cases come about, step by step.

    `digits` rounds every sum and every output to so many digits after the point, as one does by
    hand. `html` is a whole page; `latex` a fragment that needs amsmath. Raises KeyError for a case
    that is not there, UsageError for a network that is an ONNX file and for an unknown format.
    """
    from evaluator.explanations.solution import choose, solution

    cases = choose(spec.cases, case)
    if not cases:
        hint = did_you_mean(case or "", [each.id for each in spec.cases])
        raise KeyError(f"there is no case `{case}`; {hint}".removesuffix("; "))
    return render([solution(spec, cases, digits)], format)


def render(solutions: Sequence[Solution], format: str = "text") -> str:
    """Write solutions in a format; raises UsageError for an unknown one."""
    if format not in FORMATS:
        raise UsageError(f"unknown format `{format}`",
                         did_you_mean(format, FORMATS) or f"there are {', '.join(FORMATS)}")  # fmt: skip
    write: Callable[[Sequence[Solution]], str]
    write = import_module(f"evaluator.explanations.{format}").render
    return write(solutions)
