"""What a part accepts, and what is as close to another value as that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluator.expectation import Interval, around, is_interval, parse

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.exercises.exercise import Part
    from evaluator.spec import Spec


def of_check(check: Check, case: Case) -> Interval:
    """Give what is accepted, in exact decimals."""
    if math.isfinite(check.value):
        return around(check.value, case.atol, case.rtol)
    return Interval(check.low, check.high)


def of_written(value: float | str, case: Case) -> Interval:
    """Give what is meant by a value written as expected ones are; raises ExpectationError."""
    return parse(value) if isinstance(value, str) else around(float(value), case.atol, case.rtol)


def holds(interval: Interval, value: float) -> bool:
    """Tell whether a value lies in an interval; NaN lies in that of NaN."""
    return interval.low <= value <= interval.high or (
        math.isnan(interval.low) and math.isnan(value)
    )


def accepts(part: Part, values: Sequence[float]) -> bool:
    """Tell whether a compute part takes all these values for right."""
    case = part.cases[0]
    return all(
        holds(of_check(check, case), value)
        for check, value in zip(part.checks, values, strict=True)
    )


def slack(spec: Spec, check: Check, case: Case) -> float | None:
    """Give how far from a value an answer may be that means it; None where that is not said.

    It is half of what is accepted. Of an interval that is written as one, only its author knows what
    would be close to another value.
    """
    written = spec.document.value(check.path)
    if isinstance(written, str) and is_interval(written):
        return None
    low, high = of_check(check, case)
    half = (high - low) / 2
    return half if math.isfinite(half) else None
