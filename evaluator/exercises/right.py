"""The right answers to a part, as a learner would write them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

from evaluator.exercises.mistaken import answers
from evaluator.expectation import ABOUT

if TYPE_CHECKING:
    from evaluator.case import Check
    from evaluator.exercises.exercise import Exercise, Part
    from evaluator.spec import Spec

#: Significant digits of a value whose expectation asks for none.
DIGITS: Final = 12
_WIDE: Final = Context(prec=400, rounding=ROUND_HALF_EVEN)


def right(exercise: Exercise, part: Part) -> tuple[str, ...]:
    """Write the values of a compute part, each to the digits that its expectation has."""
    values = answers(exercise.spec, part, exercise.spec.network)
    return tuple(
        as_asked(exercise.spec, check, value)
        for check, value in zip(part.checks, values, strict=True)
    )


def as_asked(spec: Spec, check: Check, value: float) -> str:
    """Write a value to the digits that are asked for: three decimals for `~0.999`."""
    unit = last_place(spec, check)
    if unit is None:
        return f"{value:.{DIGITS}g}"
    rounded = Decimal(value).quantize(unit, context=_WIDE)
    return f"{rounded + 0:f}" if unit <= 1 else f"{rounded:E}"


def last_place(spec: Spec, check: Check) -> Decimal | None:
    """Give the unit of the last digit of an expectation such as `~0.999`; None for others."""
    written = spec.document.value(check.path)
    found = re.fullmatch(ABOUT, written.strip(), re.ASCII) if isinstance(written, str) else None
    return Decimal((0, (1,), int(Decimal(found[1]).as_tuple().exponent))) if found else None
