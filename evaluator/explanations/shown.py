"""How many digits of a number are shown: as many as what is expected tells apart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np

from evaluator.explanations.expressions import Number

#: Digits after the point where only classes and half lines are expected.
DEFAULT: Final = 4
#: So many significant digits are shown of small numbers, even if that is more.
SIGNIFICANT: Final = 3
#: Numbers below are written with a power of ten.
SMALLEST: Final = 1e-4


class Digits(NamedTuple):
    """A choice of digits for all numbers of a case."""

    #: After the point; None for numbers in full.
    decimals: int | None = None

    def number(self, value: Any) -> Number:
        """Show a number: rounded, if that is shorter than the number in full."""
        text, exact = in_full(value)
        if self.decimals is None or not math.isfinite(value):
            return Number(text, exact)
        short = self._rounded(float(value))
        if len(short) >= len(text) or float(short) == float(text):
            return Number(text, exact)
        return Number(short, exact=False)

    def _rounded(self, value: float) -> str:
        if 0 < abs(value) < SMALLEST:
            return f"{value:.{SIGNIFICANT}g}"
        wanted = SIGNIFICANT - 1 - math.floor(math.log10(abs(value))) if value else 0
        return f"{value:.{max(self.decimals or 0, wanted)}f}"


def in_full(value: Any) -> tuple[str, bool]:
    """Write a number with every digit that its type holds for certain, 15 of a 64-bit float.

    Sums of short decimal numbers are then short: 0.3925, and not 0.39249999999999996. Tells, too,
    whether that is the number itself, as far as one can see: whether it ends before the last digit.
    """
    number = float(value)
    if not math.isfinite(number):
        return ".nan" if math.isnan(number) else ".inf" if number > 0 else "-.inf", True
    digits = 6 if isinstance(value, np.float32) else 15
    text = f"{number:.{digits}g}"
    significant = text.partition("e")[0].replace(".", "").lstrip("-0")
    return "0" if text == "-0" else text, len(significant) < digits


def decimals(widths: Iterable[float]) -> Digits:
    """Choose digits for a case whose expectations accept intervals of these widths.

    The finest one decides: 0.001 (that of `~0.999`) asks for three digits after the point. Without a
    finite one there are four; an exact value, of width 0, asks for all.
    """
    finite = [width for width in widths if math.isfinite(width)]
    if not finite:
        return Digits(DEFAULT)
    finest = min(finite)
    if finest <= 0:
        return Digits()
    return Digits(max(0, math.ceil(-math.log10(finest) - 1e-6)))
