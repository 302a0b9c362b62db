"""Expressions as data: what a step of a calculation says, in whatever notation it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias


class Name(NamedTuple):
    """What an author calls a value, or a symbol such as `z` and `π`."""

    text: str


class Number(NamedTuple):
    """A number as it is shown, `-0.5` or `1e-05`."""

    text: str
    #: Whether that is the number, and not one that is rounded to be read.
    exact: bool = True

    @property
    def is_negative(self) -> bool:
        return self.text.startswith("-")

    @property
    def size(self) -> Number:
        """The number without its sign."""
        return Number(self.text.removeprefix("-"), self.exact)


class Minus(NamedTuple):
    of: Expression


class Sum(NamedTuple):
    terms: tuple[Expression, ...]


class Product(NamedTuple):
    factors: tuple[Expression, ...]


class Quotient(NamedTuple):
    over: Expression
    under: Expression


class Power(NamedTuple):
    base: Expression
    exponent: Expression


class Root(NamedTuple):
    of: Expression


class Absolute(NamedTuple):
    of: Expression


class Total(NamedTuple):
    """The sum of an expression over all units j of a layer."""

    of: Expression


class Call(NamedTuple):
    """A function of some values, and of parameters by name."""

    function: str
    arguments: tuple[Expression, ...]
    settings: tuple[tuple[str, Expression], ...] = ()
    #: Which unit's answer is meant, where the function answers for a whole layer.
    unit: int | None = None


class Comparison(NamedTuple):
    left: Expression
    sign: str
    right: Expression


class Branch(NamedTuple):
    """One expression where a comparison holds, else another."""

    then: Expression
    when: Comparison
    otherwise: Expression


Expression: TypeAlias = (
    Name
    | Number
    | Minus
    | Sum
    | Product
    | Quotient
    | Power
    | Root
    | Absolute
    | Total
    | Call
    | Branch
)


def numbers(expression: Expression) -> Iterator[Number]:
    """Give every number in an expression."""
    if isinstance(expression, Number):
        yield expression
    else:
        for part in parts(expression):
            yield from numbers(part)


def parts(expression: Expression) -> Sequence[Expression]:
    """Give what an expression is made of; nothing for names and numbers."""
    match expression:
        case Sum(each) | Product(each):
            return each
        case Call(_, arguments, settings):
            return [*arguments, *(value for _, value in settings)]
        case Quotient(one, other) | Power(one, other):
            return one, other
        case Minus(of) | Root(of) | Absolute(of) | Total(of):
            return (of,)
    return ()


#: How tightly the parts of an expression hold together: a looser one goes into brackets.
SUM: Final = 1
TERM: Final = 2
FACTOR: Final = 3
ATOM: Final = 4


class Notation:
    """A way to write expressions; this one is for a terminal."""

    times, minus = "·", "-"
    #: How tightly a number such as 1e-05 holds together.
    power_of_ten = ATOM

    def write(self, expression: Expression, need: int = SUM) -> str:
        """Write an expression, in brackets where what is around it holds together more tightly."""
        text, own = self._written(expression)
        return self.bracket(text) if own < need else text

    def _written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Name(text):
                return self.name(text), ATOM
            case Number(text):
                own = SUM if expression.is_negative else self.power_of_ten if "e" in text else ATOM
                return self.number(text), own
            case Minus(of):
                return self.sign(self.minus) + self.write(of, TERM), SUM
            case Sum(terms):
                return self.sum(terms), SUM
            case Product(factors):
                return self.operator(self.times).join(self.write(f, FACTOR) for f in factors), TERM
            case Quotient(over, under):
                return self.quotient(over, under)
            case Power(base, exponent):
                return self.power(base, exponent), FACTOR
            case Root(of):
                return self.root(of), FACTOR
            case Absolute(of):
                return self.absolute(of), ATOM
            case Total(of):
                return self.total(of), TERM
            case Call():
                return self.call(expression), ATOM
            case Branch(then, when, otherwise):
                return self.branch(then, when, otherwise), SUM
        raise AssertionError(expression)

    def sum(self, terms: Sequence[Expression]) -> str:
        """Write a sum; what is negative is taken away."""
        return self.write(terms[0], SUM) + self.continued(terms[1:])

    def continued(self, terms: Sequence[Expression]) -> str:
        """Write further terms of a sum, each with its sign."""
        written = ""
        for term in terms:
            sign, rest = "+", term
            if isinstance(term, Minus):
                sign, rest = self.minus, term.of
            elif isinstance(term, Number) and term.is_negative:
                sign, rest = self.minus, term.size
            written += self.operator(f" {sign} ") + self.write(rest, TERM)
        return written

    def compared(self, comparison: Comparison) -> str:
        left, sign, right = comparison
        return self.write(left) + self.operator(f" {sign} ") + self.write(right)

    def name(self, text: str) -> str:
        return text

    def number(self, text: str) -> str:
        return text

    def sign(self, sign: str) -> str:
        """Write a sign that stands before what it belongs to."""
        return sign

    def operator(self, sign: str) -> str:
        """Write a sign between what it joins, with its blanks."""
        return sign

    def bracket(self, text: str) -> str:
        return f"({text})"

    def quotient(self, over: Expression, under: Expression) -> tuple[str, int]:
        return f"{self.write(over, TERM)} / {self.write(under, FACTOR)}", TERM

    def power(self, base: Expression, exponent: Expression) -> str:
        if isinstance(exponent, Number) and exponent.text in ("2", "3") and base != Name("e"):
            return self.write(base, ATOM) + {"2": "²", "3": "³"}[exponent.text]
        return f"{self.write(base, ATOM)}^{self.write(exponent, ATOM)}"

    def root(self, of: Expression) -> str:
        return f"√({self.write(of)})"

    def absolute(self, of: Expression) -> str:
        return f"|{self.write(of)}|"

    def total(self, of: Expression) -> str:
        return f"Σ {self.write(of, FACTOR)}"

    def call(self, call: Call) -> str:
        given = [self.write(each) for each in call.arguments]
        given += [f"{key}={self.write(value)}" for key, value in call.settings]
        index = "" if call.unit is None else f"[{call.unit}]"
        return f"{call.function}({', '.join(given)}){index}"

    def branch(self, then: Expression, when: Comparison, otherwise: Expression) -> str:
        return f"{self.write(then)} if {self.compared(when)}, else {self.write(otherwise)}"


#: What a terminal shows.
PLAIN: Final = Notation()
