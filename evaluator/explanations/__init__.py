"""Worked solutions: a spec's cases calculated step by step, in the format that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import UsageError, clip, did_you_mean

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
    hand. `case 1, row 5` is a row of a table. `html` is a whole page; `latex` a fragment that needs
    amsmath. Raises UsageError for a case that is not there, for a network that is an ONNX file, for an
    unknown format and for digits that are no whole number from 0 to MAX_DIGITS.
    """
    from evaluator.explanations.solution import choose, solution

    _check(format)
    is_whole = isinstance(digits, int) and not isinstance(digits, bool)
    if digits is not None and not (is_whole and 0 <= digits <= MAX_DIGITS):
        raise UsageError(f"`digits` is a whole number from 0 to {MAX_DIGITS}, not {digits!r}")
    cases, row = choose(spec.cases, case)
    explained = solution(spec, cases, digits, row) if cases or case is None else None
    if explained is None or not (explained.cases or case is None):
        raise UsageError(f"there is no case `{clip(str(case))}`",
                         did_you_mean(str(case), [each.id for each in spec.cases]))  # fmt: skip
    return render([explained], format)


def render(solutions: Sequence[Solution], format: str = "text") -> str:
    """Write solutions in a format; raises UsageError for an unknown one."""
    _check(format)
    write: Callable[[Sequence[Solution]], str]
    write = import_module(f"evaluator.explanations.{format}").render
    return write(solutions)


def _check(format: str) -> None:
    if format not in FORMATS:
        raise UsageError(f"unknown format `{format}`",
                         did_you_mean(format, FORMATS) or f"there are {', '.join(FORMATS)}")  # fmt: skip
