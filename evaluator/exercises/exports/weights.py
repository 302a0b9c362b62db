"""Points as whole numbers, where a platform counts in no others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from evaluator.exercises.exports.export import ExportError
from evaluator.exercises.points import SAME

#: The largest weight that platforms take.
MAX_WEIGHT: Final = 1000


def whole(points: Sequence[float]) -> tuple[list[int], int]:
    """Give whole numbers in the ratio of the points, and how many times the points they are.

    Thirds and their like come from an equal share, and are told from decimals.
    """
    exact = [Fraction(Decimal(repr(each))).limit_denominator(MAX_WEIGHT) for each in points]
    scale = math.lcm(*(each.denominator for each in exact))
    weights = [int(each * scale) for each in exact]
    are_close = all(abs(float(f) - p) <= SAME for f, p in zip(exact, points, strict=True))
    if max(weights, default=0) > MAX_WEIGHT or not all(weights) or not are_close:
        raise ExportError(
            f"the points {', '.join(f'{each:g}' for each in points)} have no small whole ratio",
            "the target counts in whole numbers: give points such as 1, 2 and 0.5",
        )
    return weights, scale
