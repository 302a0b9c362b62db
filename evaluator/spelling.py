"""Numbers → the text that stands for them in a spec, in the style of what stood there before."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from typing import Any, Final

from evaluator.expectation import ABOUT, PLUS_MINUS, ExpectationError, parse

#: So many significant digits tell every 64-bit float from its neighbours.
MAX_DIGITS: Final = 17

# Wide enough for every 64-bit float with all its decimals.
_WIDE: Final = Context(prec=1200)
_NOT_FINITE: Final = {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}


def plain(value: Any, like: str = "") -> str:
    """Write a float in the fewest digits that tell it from its neighbours (of its own dtype).

    Every YAML reader takes the text for that number: 1e-07 becomes 1.0e-7, which YAML 1.1 asks for.
    """
    text = str(value)
    if text in _NOT_FINITE:
        return _NOT_FINITE[text]
    if not re.search("[0-9]", like):  # .nan and .inf have no style
        like = ""
    letter = re.search("[eE]", like)
    number = Decimal(text)
    if value and (letter or not -4 <= number.adjusted() < 16):
        text = _with_exponent(number, letter[0] if letter else "e")
    else:
        text = f"{number:f}" if "e" in text else text
        if "." not in like and text != "-0.0":
            text = text.removesuffix(".0")
        elif "." not in text:
            text += ".0"
    return "+" + text if like.startswith("+") and text[0] != "-" else text


def _with_exponent(value: Decimal, letter: str) -> str:
    sign, digits, exponent = value.normalize(_WIDE).as_tuple()
    first, rest = digits[0], "".join(map(str, digits[1:])) or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' * sign}{first}.{rest}{letter}{power:+d}"


def about(value: Any, digits: int) -> str:
    """Write `~` and a number of so many significant digits; more where those do not accept it.

    Zero has no significant digits, and NaN and the infinities are exact: they are written plain.
    """
    texts = ("~" + number for number in _significant(value, digits))
    return _first_accepting(texts, value)


def in_text(written: str, value: Any, digits: int | None = None) -> str | None:
    """Write a value as the `~` or `±` is written that it replaces, its quotes and blanks included.

    `~` keeps its decimals (before an exponent, its digits) or gets so many significant digits;
    `±` keeps its tolerance. Where these cannot accept the value, it is written plain. None for a
    text of another kind.
    """
    quote = written[0] if written[0] in "\"'" else ""
    if found := re.fullmatch(rf"{quote}\s*{ABOUT}\s*{quote}", written, re.ASCII):
        numbers = _significant(value, digits) if digits else _rounded(value, found[1])
    elif found := re.fullmatch(rf"{quote}\s*{PLUS_MINUS}\s*{quote}", written, re.ASCII):
        numbers = _rounded(value, found[1])
    else:
        return None
    before, after = written[: found.start(1)], written[found.end(1) :]
    return _first_accepting((before + number + after for number in numbers), value)


def _first_accepting(texts: Iterable[str], value: Any) -> str:
    accepting = (text for text in texts if _accepts(text.strip("\"'"), value))
    return next(accepting, plain(value))


def _rounded(value: Any, like: str) -> Iterator[str]:
    """Round to the digits of another number, then to ever more digits."""
    if not math.isfinite(value):
        return
    mantissa, letter, power = like.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if letter and value == 0:
        yield f"{0:.{decimals}f}e{power}"
    elif letter:
        digits = max(1, sum(map(str.isdigit, mantissa.lstrip("+-0."))))
        for number in _to_digits(value, digits):
            yield _exponential(number)
    else:
        exact = Decimal(float(value))
        # No more digits than a float has.
        room = MAX_DIGITS - 1 - exact.adjusted() if value else decimals
        for places in range(decimals, room + 1):
            number = exact.quantize(Decimal((0, (1,), -places)), context=_WIDE)
            yield f"{number or abs(number):f}"
        yield from _significant(value, MAX_DIGITS)


def _significant(value: Any, digits: int) -> Iterator[str]:
    """Write a number with so many significant digits and more; with an exponent where zeros would pad it."""
    for number in _to_digits(value, digits):
        padded = int(number.as_tuple().exponent) > 0 or number.adjusted() < -5
        yield _exponential(number) if padded else f"{number:f}"


def _to_digits(value: Any, digits: int) -> Iterator[Decimal]:
    """Round to so many significant digits and more; not what has none: 0, NaN and the infinities."""
    if math.isfinite(value) and value != 0:
        for count in range(digits, MAX_DIGITS + 1):
            yield Decimal(f"{Decimal(float(value)):.{count - 1}e}")


def _exponential(number: Decimal) -> str:
    digits = len(number.as_tuple().digits)
    return f"{number:.{digits - 1}e}".replace("e+", "e")


def _accepts(text: str, value: Any) -> bool:
    try:
        low, high = parse(text)
    except ExpectationError:  # rounded up, it is beyond the largest float
        return False
    return bool(low <= value <= high)
