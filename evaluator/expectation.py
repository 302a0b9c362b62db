"""What an author accepts: every way to write an expected value comes to one interval."""

from __future__ import annotations

import math
import re
import sys
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array

# Wide enough for every sum of two 64-bit floats to be exact.
_EXACT: Final = Context(prec=1200, Emin=-99999, Emax=99999)

_LARGEST: Final = sys.float_info.max

_DIGITS = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_VALUE = rf"({_DIGITS}|[-+]?(?:\.?(?:inf|Inf|INF)|∞))"
#: `~` and a number, the first group; and a number, the first group, with its tolerance.
ABOUT: Final = rf"~\s*({_DIGITS})"
PLUS_MINUS: Final = rf"({_DIGITS})\s*(?:±|\+-|\+/-)\s*({_DIGITS})"
_BETWEEN = rf"([\[(])\s*{_VALUE}\s*,\s*{_VALUE}\s*([\])])"
_COMPARED = rf"(>=|≥|>|<=|≤|<)\s*{_VALUE}"

#: Texts longer than this are no expectation.
MAX_LENGTH: Final = 1000


class Interval(NamedTuple):
    """The accepted values: `low ≤ actual ≤ high`; NaN for both accepts NaN alone."""

    low: float
    high: float


class ExpectationError(ValueError):
    """A text that says no interval; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


@lru_cache(maxsize=4096)
def parse(text: str) -> Interval:
    """Read an expected value written as text: `~0.999`, `0.5 ± 0.01`, `(0, 1]`, `> 0.5`.

    The bounds are computed in exact decimals and rounded once. An open bound becomes the next
    64-bit float inside, so that every comparison includes its bounds.
    """
    written = text.strip()
    if len(written) > MAX_LENGTH:
        raise ExpectationError(f"an expected value of {len(written)} characters", _FORMS)
    if found := re.fullmatch(ABOUT, written, re.ASCII):
        centre = _decimal(found[1])
        exponent = centre.as_tuple().exponent
        half = Decimal((0, (5,), int(exponent) - 1))
        return _around(centre, half)
    if found := re.fullmatch(PLUS_MINUS, written, re.ASCII):
        half = _decimal(found[2])
        if half.is_signed() and half != 0:
            raise ExpectationError(f"a tolerance cannot be negative, as in `{clip(written)}`",
                                   "write ± and a number that is not negative")  # fmt: skip
        return _around(_decimal(found[1]), abs(half))
    if found := re.fullmatch(_BETWEEN, written, re.ASCII):
        low, high = _bound(found[2]), _bound(found[3])
        if low > high:
            raise ExpectationError(
                f"the interval `{clip(written)}` is reversed: {clip(found[2])} is more than {clip(found[3])}",
                f"write {found[1]}{clip(found[3])}, {clip(found[2])}{found[4]}",
            )
        return _closed(low, high, found[1] == "(", found[4] == ")", written)
    if found := re.fullmatch(_COMPARED, written, re.ASCII):
        sign, bound = found[1], _bound(found[2])
        if sign in (">", ">=", "≥"):
            return _closed(bound, math.inf, sign == ">", False, written)
        return _closed(-math.inf, bound, False, sign == "<", written)
    raise ExpectationError(f"`{clip(written)}` is not an expected value", _hint(written))


def vanishing(text: str) -> str:
    """Find a number in an expected value that is too small for a 64-bit float and becomes 0."""
    numbers = re.findall(_DIGITS, text, re.ASCII) if "e-" in text.lower() else ()
    return next((n for n in numbers if float(n) == 0 != Decimal(n)), "")


def is_interval(written: str) -> bool:
    """Tell whether an expected value, quotes and all, is written as an interval or a half line."""
    return written.strip("\"' ").startswith(("(", "[", "<", ">", "≤", "≥"))


def around(value: float, atol: float, rtol: float) -> Interval:
    """Give the interval `value ± (atol + rtol·|value|)`, in exact decimals rounded once."""
    if not math.isfinite(value):
        return Interval(value, value)
    centre = Decimal(repr(value))
    slack = _EXACT.multiply(Decimal(repr(rtol)), abs(centre))
    return _around(centre, _EXACT.add(Decimal(repr(atol)), slack))


def _around(centre: Decimal, half: Decimal) -> Interval:
    # No finite tolerance reaches infinity.
    low = max(float(_EXACT.subtract(centre, half)), -_LARGEST)
    return Interval(low, min(float(_EXACT.add(centre, half)), _LARGEST))


def _closed(low: float, high: float, open_low: bool, open_high: bool, text: str) -> Interval:
    beyond = (open_low and low == math.inf) or (open_high and high == -math.inf)
    if open_low:
        low = math.nextafter(low, math.inf)
    if open_high:
        high = math.nextafter(high, -math.inf)
    if low > high or beyond:
        hint = "use square brackets to include a bound"
        if text[0] in "<>":
            hint = f'write "{text[0]}= {clip(text[1:].strip())}"'
        raise ExpectationError(f"`{clip(text)}` accepts no number at all", hint)
    return Interval(low, high)


def _decimal(text: str) -> Decimal:
    if len(text) < 40 and "e" not in text.lower():
        return Decimal(text)
    exponent = int(re.split("[eE]", text + "e0")[1])
    if math.isinf(float(text)) or abs(exponent) > 9999:
        raise ExpectationError(f"`{clip(text)}` is out of the range of a 64-bit float",
                               "the smallest is about 4.9e-324" if exponent < 0
                               else "the largest is about 1.8e308")  # fmt: skip
    return Decimal(text)


def _bound(text: str) -> float:
    if text.lstrip("+-.").lower() in ("inf", "∞"):
        return -math.inf if text.startswith("-") else math.inf
    return float(_decimal(text))


_FORMS: Final = 'write a number, ~0.999, 0.5 ± 0.01, "(0, 1)", "[0, 1)", "> 0.5", .nan or .inf'

# What people write instead → the hint; the first that matches speaks.
_MISSPELT: Final = (
    (r"[-+]?\.?inf(inity)?|[-+]?∞", "write .inf or -.inf"),
    (r"\.?nan", "write .nan"),
    (_DIGITS, "remove the quotes around the number"),
    (r"[-+]?[0-9]+,[0-9]+", "write a decimal point, not a comma"),
    (rf"(?:≈|≃|≅|approx\.?|ca\.?|about)\s*({_DIGITS})", r"write ~\1"),
    (rf"({_DIGITS})(?:\s+(?:-|–|—|to)\s+|[-–—]|\s*\.\.+\s*)({_DIGITS})",
     r'write an interval in quotes: "[\1, \2]"'),
    (rf"(?:\w+\.)?(?:float|tensor|array)[0-9]*\(({_DIGITS})\)", r"write \1"),
    (rf"([~]?\s*{_DIGITS})\s*[,;]", r"write \1"),
    (r".*[−–].*", "write a hyphen-minus (-) for the sign"),
    (r"[-+]?[0-9.]+\s*%", "write the fraction: 50% is 0.5"),
    (r"[-+]?[0-9.]+\s*/\s*[0-9.]+", "write the quotient as a decimal number"),
    (r"[\[(].*[^\])]|[^\[(]*[\])]", 'put an interval in quotes, as in "(0, 1)"'),
    (r"~.*", "write ~ and a number, as in ~0.999"),
    (r"(?:[-+0-9.eE]+\s+)+[-+0-9.eE]+", "put commas between the numbers"),
)  # fmt: skip


def _hint(text: str) -> str:
    for pattern, hint in _MISSPELT:
        if found := re.fullmatch(pattern, text, re.IGNORECASE):
            return clip(found.expand(hint), 100)
    return _FORMS


#: Default tolerances (atol, rtol) by dtype, those of torch.testing.assert_close.
DEFAULT_TOLERANCE: Final = {"float64": (1e-7, 1e-7), "float32": (1e-5, 1.3e-6)}


#: What rounding can add to a bound, relative to the numbers that make it.
_ROUNDING: Final = 2.0**-50
#: The same among the numbers that are too small for a relative one.
_SMALLEST: Final = 2.0**-1071


def bounds(value: float, atol: float, rtol: float) -> tuple[float, float]:
    """Give low and high of `value ± (atol + rtol·|value|)`, a rounding further inside.

    What lies between them is accepted; beyond them `around` has the last word. Infinity and NaN
    accept themselves alone.
    """
    size = abs(value)
    slack = atol + rtol * size
    if not size + slack < _LARGEST:
        if not math.isfinite(value):
            return value, value
        slack = min(slack, _LARGEST)
    if slack:
        slack -= (size + slack) * _ROUNDING + _SMALLEST * (1.0 + rtol)
    if size + slack < _LARGEST:
        return value - slack, value + slack
    return max(value - slack, -_LARGEST), min(value + slack, _LARGEST)


def accepts(
    values: Array, low: Array, high: Array, actual: Array, atol: float, rtol: float
) -> Array:
    """Judge arrays of one shape: the bounds are those of `array_bounds`, or of texts where the
    expected value is NaN. What they leave in doubt is judged again, exactly.
    """
    accepted: Array = (low <= actual) & (actual <= high)
    if accepted.all():
        return accepted
    accepted |= np.isnan(low) & np.isnan(actual)
    with np.errstate(invalid="ignore", over="ignore"):
        margin = np.maximum(np.abs(low), np.abs(high)) * 2.0**-47 + 2.0**-1060 * (1.0 + rtol)
        beyond = np.maximum(low - actual, actual - high)
        doubtful = ~accepted & np.isfinite(values) & (beyond <= margin)
    for at in zip(*np.nonzero(doubtful), strict=True):
        exact = around(float(values[at]), atol, rtol)
        accepted[at] = exact.low <= actual[at] <= exact.high
    return accepted


def array_bounds(values: Array, atol: float, rtol: float) -> tuple[Array, Array]:
    """Give `bounds` for every element of an array of float64."""
    with np.errstate(invalid="ignore", over="ignore"):
        slack = np.minimum(atol + rtol * np.abs(values), _LARGEST)
        inside = np.minimum(np.abs(values) + slack, _LARGEST) * _ROUNDING + _SMALLEST * (1.0 + rtol)
        slack -= np.where(slack > 0, inside, 0)
        low = np.maximum(values - slack, -_LARGEST)
        high = np.minimum(values + slack, _LARGEST)
    if not (finite := np.isfinite(values)).all():
        low, high = np.where(finite, low, values), np.where(finite, high, values)
    return low, high
