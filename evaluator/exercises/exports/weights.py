"""Points as whole numbers, where a platform counts in no others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from evaluator.exercises.exports.export import ExportError

#: The largest weight that platforms take.
MAX_WEIGHT: Final = 1000


def whole(points: Sequence[float]) -> tuple[list[int], int]:
    """Give whole numbers in the ratio of the points, and how many times the points they are.

    Thirds and their like come from an equal share, and are told from decimals.
    """
    exact = [Fraction(Decimal(repr(each))).limit_denominator(MAX_WEIGHT) for each in points]
    scale = math.lcm(*(each.denominator for each in exact))
    weights = [int(each * scale) for each in exact]
    if max(weights, default=0) > MAX_WEIGHT or not all(weights):
        raise ExportError(
            f"the points {', '.join(f'{each:g}' for each in points)} have no small whole ratio",
            "the target counts in whole numbers: give points such as 1, 2 and 0.5",
        )
    return weights, scale
