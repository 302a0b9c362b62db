"""What one plain YAML scalar means: YAML 1.2 core, and nothing that YAML readers disagree on."""

from __future__ import annotations

import re
from math import isinf
from typing import Any, Final, NamedTuple

#: A number with more characters than this is refused before it is converted.
MAX_NUMBER_LENGTH: Final = 1000

#: Plain scalars that are neither text nor numbers in finite digits.
CONSTANTS: Final[dict[str, bool | float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

#: Plain scalars met before, as the words of the format are again and again, and their values.
KNOWN: Final[dict[str, Any]] = {}
MAX_KNOWN: Final = 4096

_NUMBER = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)"
    r"|(?P<float>(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+))",
    re.ASCII,
)
_LEADING_ZERO = r"([-+]?)0([0-9]+)"
_RADIX = r"[-+]?0(?:o[0-7]+|x_*[0-9a-fA-F][0-9a-fA-F_]*|b_*[01][01_]*)"
_UNDERSCORES = r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
_BASE_60 = r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"


class Complaint(NamedTuple):
    """Why a scalar is refused, or (as a warning) not what its author may believe."""

    code: str
    message: str
    hint: str
    severity: str = "error"


def simple_float(text: str) -> float | None:
    """Convert the commonest spelling of a float, digits around one point; None for all else."""
    if "." in text and len(text) < 40 and not text.strip("-.0123456789"):
        try:
            return float(text)
        except ValueError:  # two points, a sign inside
            return None
    return None


def resolve(text: str) -> tuple[Any, Complaint | None]:
    """Give the value of a plain scalar, and the complaint if it is not plain sailing."""
    if text in CONSTANTS:
        return CONSTANTS[text], None
    if text.isdigit() and len(text) < 16 and text.isascii() and text[0] != "0":
        return int(text), None
    if text[0] not in "+-.0123456789":
        return text, None
    if found := _NUMBER.fullmatch(text):
        return _number(text, found.lastgroup is not None)
    return text, _ambiguous(text)


def _number(text: str, is_float: bool) -> tuple[int | float, Complaint | None]:
    """Convert the text of a number; the complaint says what it loses as a 64-bit float."""
    if len(text) > MAX_NUMBER_LENGTH:
        return 0, Complaint(
            "bad-number",
            f"this number has {len(text)} characters; at most {MAX_NUMBER_LENGTH} are read",
            "write it with 17 significant digits; a 64-bit float holds no more",
        )
    value = float(text)
    if isinf(value):
        return 0, Complaint(
            "bad-number",
            f"`{_short(text)}` is too large for a 64-bit float",
            "the largest is about 1.8e308; write .inf where infinity is meant",
        )
    if is_float:
        if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
            return value, Complaint(
                "underflow", f"`{_short(text)}` is too small for a 64-bit float and becomes 0",
                "the smallest is about 4.9e-324", "warning",
            )  # fmt: skip
        return value, None
    if text == "-0":
        return -0.0, None
    integer = int(text)
    if integer != int(value):
        return integer, Complaint(
            "inexact-integer",
            f"`{_short(text)}` cannot be held exactly in a 64-bit float; it becomes {value!r}",
            "integers beyond 2^53 lose digits", "warning",
        )  # fmt: skip
    return integer, None


def _ambiguous(text: str) -> Complaint | None:
    """Tell whether YAML 1.1 and 1.2 read a plain scalar that is not a core number differently."""
    said: str | None = None
    hint = ""
    if match := re.fullmatch(_LEADING_ZERO, text, re.ASCII):
        sign, digits = match[1], match[2].lstrip("0") or "0"
        octal = len(digits) > 1 and set(digits) <= set("01234567")
        said = (
            f"`{_short(text)}` is {sign}{_short(str(int(digits[:300], 8)))} in YAML 1.1"
            f" and {sign}{_short(digits)} in YAML 1.2"
            if octal
            else f"`{_short(text)}` has a leading zero"
        )
        hint = f"write {sign.replace('+', '')}{_short(digits)}"
    elif re.fullmatch(_RADIX, text, re.ASCII):
        said = f"`{_short(text)}` is not a decimal number, and YAML readers disagree on it"
        hint = f"write {_short(str(int(text[:300].replace('_', ''), 0)))}"
    elif re.fullmatch(_BASE_60, text, re.ASCII):
        said = f"`{_short(text)}` is a number to base 60 in YAML 1.1 and text in YAML 1.2"
        hint = f"write [{_short(', '.join(text.split(':')))}] for a list"
    elif "_" in text and re.fullmatch(_UNDERSCORES, text, re.ASCII):
        said = f"`{_short(text)}` is a number in YAML 1.1 and text in YAML 1.2"
        # Without its underscores `0_12` would be as doubtful as before.
        digits = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", text.replace("_", ""))
        hint = f"write {_short(digits)}"
    if said is None:
        return None
    return Complaint("ambiguous-scalar", said, f'{hint}, or "{_short(text)}" if it is text')


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:20] + "…"
