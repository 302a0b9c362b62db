"""Expressions in TeX and in MathML."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Final, NamedTuple

from evaluator.diagnostics import harmless
from evaluator.explanations.expressions import (
    ATOM,
    FACTOR,
    SUM,
    TERM,
    Call,
    Expression,
    Notation,
    Sum,
)


class Parts(NamedTuple):
    """A name as mathematics writes it: `x1` and `hidden[0]` have an index, which tells
    `h0` from `h[0]`; `h1.z` has an ending.
    """

    base: str
    subscript: str
    ending: str


def apart(name: str) -> Parts:
    """Take a name apart."""
    found = re.fullmatch(r"([A-Za-z]|.+(?=\[))(\d+|\[\d+\])?(\.z)?", name, re.ASCII)
    if found is None:
        base = name.removesuffix(".z")
        return Parts(base, "", name[len(base) :])
    return Parts(found[1], found[2] or "", found[3] or "")


_SYMBOLS: Final = {"π": r"\pi", "Φ": r"\Phi", "zᵢ": "z _{i}", "zⱼ": "z _{j}"}
_SIGNS: Final = {"=": "=", "≈": r"\approx", "≤": r"\le", "≥": r"\ge"}
_FUNCTIONS: Final = {
    "atan": r"\arctan", "cos": r"\cos", "ln": r"\ln", "max": r"\max", "min": r"\min",
    "sin": r"\sin", "tanh": r"\tanh", "Φ": r"\Phi",
}  # fmt: skip
_NOT_FINITE: Final = {".nan": "NaN", ".inf": "∞", "-.inf": "-∞"}


def pieces(notation: Notation, expression: Expression, most: int) -> list[str]:
    """Write an expression, a long sum in pieces of so many terms."""
    if not isinstance(expression, Sum):
        return [notation.write(expression)]
    terms = expression.terms
    rest = [terms[n : n + most] for n in range(most, len(terms), most)]
    return [notation.sum(terms[:most]), *map(notation.continued, rest)]


class Tex(Notation):
    """TeX's mathematics; how names get into it depends on what reads the TeX.

    Nothing here is a backslash before a sign, and a blank is before each `_`: Markdown would take
    the one for an escape and two of the others for emphasis.
    """

    times = r" \cdot "
    power_of_ten = TERM

    def __init__(self, text: Callable[[str], str]) -> None:
        #: Makes a text harmless within `\\text{…}`.
        self._text = text

    def name(self, text: str) -> str:
        if text in _SYMBOLS:
            return _SYMBOLS[text]
        base, subscript, ending = apart(text)
        written = base if re.fullmatch("[A-Za-z]", base) else self.text(base)
        if subscript:
            written += f" _{{{subscript}}}"
        return written + (r"\text{.z}" if ending else "")

    def text(self, text: str) -> str:
        return rf"\text{{{self._text(harmless(text))}}}"

    def number(self, text: str) -> str:
        if text in _NOT_FINITE:
            return _NOT_FINITE[text].replace("NaN", r"\text{NaN}").replace("∞", r"\infty")
        digits, _, exponent = text.partition("e")
        return f"{digits} \\cdot 10^{{{int(exponent)}}}" if exponent else digits

    def operator(self, sign: str) -> str:
        return f" {_SIGNS.get(sign.strip(), sign.strip())} "

    def bracket(self, text: str) -> str:
        return rf"\left({text}\right)"

    def quotient(self, over: Expression, under: Expression) -> tuple[str, int]:
        return rf"\frac{{{self.write(over)}}}{{{self.write(under)}}}", FACTOR

    def power(self, base: Expression, exponent: Expression) -> str:
        return f"{self.write(base, ATOM)}^{{{self.write(exponent)}}}"

    def root(self, of: Expression) -> str:
        return rf"\sqrt{{{self.write(of)}}}"

    def absolute(self, of: Expression) -> str:
        return rf"\left|{self.write(of)}\right|"

    def total(self, of: Expression) -> str:
        return rf"\sum _{{j}} {self.write(of, FACTOR)}"

    def call(self, call: Call) -> str:
        given = [self.write(each) for each in call.arguments]
        given += [f"{self.text(key)} = {self.write(value)}" for key, value in call.settings]
        function = _FUNCTIONS.get(call.function) or self.text(call.function)
        unit = "" if call.unit is None else f" _{{{call.unit}}}"
        return function + self.bracket(", ".join(given)) + unit


class MathML(Notation):
    """MathML, as browsers read it."""

    times = "·"
    power_of_ten = TERM

    def name(self, text: str) -> str:
        base, subscript, ending = apart({"zᵢ": "z", "zⱼ": "z"}.get(text, text))
        written = f"<mi>{escape(harmless(base))}</mi>"
        if subscript:
            written = f"<msub>{written}<mn>{subscript}</mn></msub>"
        return written + ("<mtext>.z</mtext>" if ending else "")

    def number(self, text: str) -> str:
        text = _NOT_FINITE.get(text, text)
        sign = '<mo form="prefix">−</mo>' if text.startswith("-") else ""
        digits, _, exponent = text.removeprefix("-").partition("e")
        if not exponent:
            return f"{sign}<mn>{digits}</mn>"
        power = f"<msup><mn>10</mn><mrow>{self.number(str(int(exponent)))}</mrow></msup>"
        return f"{sign}<mn>{digits}</mn><mo>·</mo>{power}"

    def sign(self, sign: str) -> str:
        return f'<mo form="prefix">{sign.replace("-", "−")}</mo>'

    def operator(self, sign: str) -> str:
        return f'<mo form="infix">{escape(sign.strip()).replace("-", "−")}</mo>'

    def bracket(self, text: str) -> str:
        return f'<mrow><mo stretchy="true">(</mo>{text}<mo stretchy="true">)</mo></mrow>'

    def quotient(self, over: Expression, under: Expression) -> tuple[str, int]:
        return f"<mfrac>{self._row(over)}{self._row(under)}</mfrac>", FACTOR

    def power(self, base: Expression, exponent: Expression) -> str:
        return f"<msup><mrow>{self.write(base, ATOM)}</mrow>{self._row(exponent)}</msup>"

    def root(self, of: Expression) -> str:
        return f"<msqrt>{self._row(of)}</msqrt>"

    def absolute(self, of: Expression) -> str:
        return f"<mrow><mo>|</mo>{self.write(of)}<mo>|</mo></mrow>"

    def total(self, of: Expression) -> str:
        return f"<mo>∑</mo>{self.write(of, FACTOR)}"

    def call(self, call: Call) -> str:
        given = [self.write(each) for each in call.arguments]
        given += [
            f"<mi>{escape(key)}</mi><mo>=</mo>{self.write(value)}" for key, value in call.settings
        ]
        function = f"<mi>{escape(call.function)}</mi>"
        if call.unit is not None:
            function = f"<msub>{function}<mn>{call.unit}</mn></msub>"
        return function + self.bracket("<mo>,</mo>".join(given))

    def _row(self, expression: Expression) -> str:
        return f"<mrow>{self.write(expression, SUM)}</mrow>"
