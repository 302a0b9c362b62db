"""The formula of an activation, read as it is written in the table, and numbers put into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from evaluator.explanations.expressions import (
    Absolute,
    Branch,
    Call,
    Comparison,
    Expression,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Total,
)

_TOKEN: Final = re.compile(r"\s*(\d+\.?\d*|zᵢ|zⱼ|[A-Za-zΦπ]+|.)")
_NEGATED: Final = {">": "≤", "≥": "<", "<": "≥", "≤": ">"}
_POWERS: Final = {"²": "2", "³": "3"}


@lru_cache(maxsize=256)
def read(text: str) -> Expression | None:
    """Read a formula; None for one that is told in words. What follows `, Φ` is a remark."""
    if " for " in text:
        return None
    reader = _Reader(_TOKEN.findall(text.partition(", Φ")[0]))
    found = reader.branch()
    assert reader.next() == "", f"`{text}` is not read to its end"
    return found


class _Reader:
    """Reads tokens, the loosest operators first."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens, self._at = [*tokens, ""], 0

    def next(self) -> str:
        return self._tokens[self._at]

    def _take(self, *words: str) -> str:
        """Take the next token if it is one of these."""
        found = self.next()
        if found not in words:
            return ""
        self._at += 1
        return found

    def _expect(self, word: str) -> None:
        assert self._take(word), f"`{word}` is missing before `{self.next()}`"

    def branch(self) -> Expression:
        then = self._sum()
        if not self._take("if"):
            return then
        left, sign = self._sum(), self.next()
        self._at += 1
        when = Comparison(left, sign, self._sum())
        self._expect(",")
        self._expect("else")
        return Branch(then, when, self._sum())

    def _sum(self) -> Expression:
        first = Minus(self._product()) if self._take("−") else self._product()
        terms: list[Expression] = [first]
        while sign := self._take("+", "−"):
            term = self._product()
            terms.append(term if sign == "+" else Minus(term))
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self) -> Expression:
        found = self._power()
        while sign := self._take("·", "/"):
            other = self._power()
            found = Product((found, other)) if sign == "·" else Quotient(found, other)
        return found

    def _power(self) -> Expression:
        base = self._atom()
        if self._take("^"):
            return Power(base, self._atom())
        sign = self._take(*_POWERS)
        return Power(base, Number(_POWERS[sign])) if sign else base

    def _atom(self) -> Expression:
        token = self.next()
        self._at += 1
        if token[0].isdigit():
            return Number(token)
        if token == "(":
            found = self.branch()
            self._expect(")")
            return found
        if token == "|":
            found = self._sum()
            self._expect("|")
            return Absolute(found)
        if token == "√":
            return Root(self._atom())
        if token == "Σ":
            return Total(self._power())
        if self._take("("):
            arguments = [self.branch()]
            while self._take(","):
                arguments.append(self.branch())
            self._expect(")")
            return Call(token, tuple(arguments))
        return Call(token, (self._power(),)) if token == "ln" else Name(token)


class Filled(NamedTuple):
    """A formula with numbers in it, and the comparison that chose its branch, if one did."""

    expression: Expression
    because: Comparison | None


def fill(
    formula: Expression, values: Mapping[str, float | None], layer: Sequence[float],
    show: Callable[[float], Number], given: Mapping[str, Number] = MappingProxyType({}),
    ones: Container[Expression] = (),
) -> Filled:  # fmt: skip
    """Put numbers into a formula: parameters and z by name, and the z of every unit of the layer.

    A bound that is None is not there. What is `given` is written so, whatever `show` does, and the
    names in `ones` neither multiply nor divide anything.
    """
    because: list[Comparison] = []

    def put(e: Expression, own: Mapping[str, float | None]) -> Expression:
        match e:
            case Name(text) if text in own:
                value = own[text]
                return Name("") if value is None else given.get(text) or show(value)
            case Minus(of):
                return Minus(put(of, own))
            case Sum(terms):
                return Sum(tuple(put(term, own) for term in terms))
            case Product(factors):
                kept = tuple(put(factor, own) for factor in factors if factor not in ones)
                return kept[0] if len(kept) == 1 else Product(kept)
            case Quotient(over, under):
                if under in ones:
                    return put(over, own)
                return Quotient(put(over, own), put(under, own))
            case Power(base, exponent):
                return Power(put(base, own), put(exponent, own))
            case Root(of):
                return Root(put(of, own))
            case Absolute(of):
                return Absolute(put(of, own))
            case Total(of):
                return Sum(tuple(put(of, {"zⱼ": z}) for z in layer))
            case Call(function, arguments):
                # `Name("")` is a bound that is not there.
                kept = tuple(a for a in (put(each, own) for each in arguments) if a != Name(""))
                return kept[0] if len(kept) < len(arguments) else Call(function, kept)
            case Branch(then, when, otherwise):
                holds = _holds(when, own)
                sign = when.sign if holds else _NEGATED[when.sign]
                because.append(Comparison(put(when.left, own), sign, put(when.right, own)))
                return put(then if holds else otherwise, own)
        return e

    return Filled(put(formula, values), because[0] if because else None)


def _holds(comparison: Comparison, values: Mapping[str, float | None]) -> bool:
    left, right = (_measure(each, values) for each in (comparison.left, comparison.right))
    return left >= right if comparison.sign == "≥" else left > right


def _measure(expression: Expression, values: Mapping[str, float | None]) -> float:
    match expression:
        case Number(text):
            return float(text)
        case Absolute(of):
            return abs(_measure(of, values))
        case Name(text) if (value := values[text]) is not None:
            return value
    raise AssertionError(expression)
