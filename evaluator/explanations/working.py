"""Trace → steps: how the values of one row came about, as data; nothing here is written out yet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.diagnostics import clip
from evaluator.explain import number
from evaluator.explanations import formulas
from evaluator.explanations.expressions import (
    Comparison,
    Expression,
    Name,
    Number,
    numbers,
)
from evaluator.explanations.shown import Digits, in_full
from evaluator.explanations.units import Unit, added, full, is_lone, unit, value_name

if TYPE_CHECKING:
    from evaluator.network import Network, Trace

#: The largest networks that are written out: so many weights, and units without any, in all.
MAX_WEIGHTS: Final = 100
#: How many units of a layer that is only summarised are named, those with the largest outputs.
MAX_LARGEST: Final = 5
#: The widest layers whose sums over all units are written out.
MAX_TOTAL: Final = 12


class Equation(NamedTuple):
    """Expressions that are equal, or nearly."""

    label: str
    #: The first one, and each further one with the sign before it.
    first: Expression
    others: tuple[tuple[str, Expression], ...]
    #: The comparison that chose the branch of a formula.
    because: Comparison | None = None
    #: What else is to be said: that floating point has rounded.
    note: str = ""


class Step(NamedTuple):
    """All that happens in one unit, or what a layer does with the sums of its units."""

    title: str
    equations: tuple[Equation, ...]


class Layer(NamedTuple):
    """What is told of a layer that is too large to be written out."""

    name: str
    inputs: int
    units: int
    activation: str
    #: The least and the greatest value, of the sums and of the outputs.
    z: tuple[Number, Number]
    y: tuple[Number, Number]
    #: The largest outputs, by name.
    largest: tuple[tuple[str, Number], ...]


def is_written_out(network: Network) -> bool:
    """Tell whether a network is small enough for all of it to be written out."""
    return sum(
        network.width(block) if step.weights is None else step.weights.size
        for block, step in enumerate(network.steps, 1)
    ) <= MAX_WEIGHTS  # fmt: skip


def steps(trace: Trace, row: int, digits: Digits) -> Iterator[Step]:
    """Write out every unit, in the order of calculation."""
    network = trace.network
    for block, step in enumerate(network.steps, 1):
        units = [
            unit(trace, row, block, column, value_name(network, block, column))
            for column in range(network.width(block))
        ]
        for each in units:
            # A layer without any bias is one without that step.
            if step.bias is not None and not step.bias.any():
                each = each._replace(bias=None)
            equations = list(_sums(each, is_lone(network), digits))
            if not step.activation.whole_layer:
                equations.append(_activation(each, digits))
            yield Step(each.name, tuple(equations))
        if step.activation.whole_layer:
            title = f"{step.activation.name} of {', '.join(each.name for each in units)}"
            yield Step(clip(title, 60), tuple(_activation(each, digits) for each in units))


def _sums(unit: Unit, lone: bool, digits: Digits) -> Iterator[Equation]:
    z_name = Name("z" if lone else f"{unit.name}.z")
    show = digits.number
    if unit.weights is not None:
        products = unit.products
        values = [full(x) if is_input else show(x)
                  for x, is_input in zip(unit.x, unit.is_input, strict=True)]  # fmt: skip
        forms = [added(unit.addends(list(map(Name, unit.reads)))), added(unit.addends(values))]
        if len(products) > 1:
            forms.append(added([show(product) for product in products]))
        total = np.sum(products, dtype=np.asarray(unit.z).dtype)
        shown, note = _summed(
            f"the weighted sum of {unit.name}",
            total,
            zip(unit.weights, unit.x, strict=True),
            digits,
        )
        forms.append(shown)
    else:
        total, note = unit.x[0], ""
        forms = [Name(unit.reads[0]), full(total) if unit.is_input[0] else show(total)]
    if unit.bias is None:
        found = equation("weighted sum", z_name, *forms, *_rounded(total, unit.z, digits))
        yield found._replace(note=note)
        return
    yield equation("weighted sum", *forms)._replace(note=note)
    z = total + unit.bias
    shown, note = _summed(z_name.text, z, [(1, total), (1, unit.bias)], digits)
    found = equation(
        "bias", z_name, added([show(total), full(unit.bias)]), shown, *_rounded(z, unit.z, digits)
    )
    yield found._replace(note=note)


def _summed(
    name: str, total: Any, products: Iterable[tuple[Any, Any]], digits: Digits
) -> tuple[Number, str]:
    """Show a sum of products, and say where floating point has rounded it to another number."""
    shown = digits.number(total)
    factors = list(products)
    if not all(math.isfinite(each) for each in (total, *chain(*factors))):
        return shown, ""
    exact = sum((_meant(a) * _meant(b) for a, b in factors), Fraction(0))
    if exact == Fraction(shown.text):
        return shown, ""
    certain = Fraction(1, 10**5 if isinstance(total, np.float32) else 10**13)
    seen = abs(Fraction(shown.text) - _meant(total))
    if abs(exact - _meant(total)) <= max(certain * abs(exact), seen):
        return shown._replace(exact=False), ""
    return shown._replace(exact=False), (
        f"Floating point rounded {name}: it is {number(total)}, the exact sum {number(float(exact))}."
    )


def _meant(value: Any) -> Fraction:
    """Give the decimal number that is meant: 0.1, and not the float beside it."""
    return Fraction(in_full(value)[0])


def _rounded(before: Any, after: Any, digits: Digits) -> list[Number]:
    """Give the number that a value is rounded to, where the network rounds on its way."""
    shown = digits.number(after)
    return [] if shown.text == digits.number(before).text else [shown._replace(exact=False)]


def equation(label: str, first: Expression, *others: Expression) -> Equation:
    """Put the sign between expressions: `≈` as soon as one beside it is rounded to be read."""
    signed = []
    before = first
    for each in others:
        exact = all(found.exact for part in (before, each) for found in numbers(part))
        signed.append(("=" if exact else "≈", each))
        before = each
    return Equation(label, first, tuple(signed))


#: What has no short decimal number as its value, but at 0.
_TRANSCENDENTAL: Final = re.compile(r"\be\^|\bln\b|tanh|Φ|sigmoid|sin|cos|atan")


def _activation(unit: Unit, digits: Digits) -> Equation:
    """Give the activation: called, as a formula with the numbers in it, and its value."""
    show, called = digits.number, unit.called(digits.number)
    y = show(unit.y)
    if _TRANSCENDENTAL.search(unit.activation.formula) and unit.z != 0 and math.isfinite(unit.z):
        y = y._replace(exact=False)
    filled = _filled(unit, show)
    if filled is None or filled.expression in (called, y):
        forms: list[Expression] = [called, y]
    else:
        forms = [called, filled.expression, y]
    if unit.activation.name == "identity":
        forms = [show(unit.z)]
    found = equation("activation", Name(unit.name), *forms)
    return found._replace(because=filled.because if filled else None)


#: The formula of gelu where its `approximate` is `tanh`.
_GELU_TANH: Final = "z/2·(1 + tanh(√(2/π)·(z + 0.044715·z³)))"


def _filled(unit: Unit, show: Any) -> formulas.Filled | None:
    """Put the numbers of a unit into the formula of its activation, if it has one that is no words."""
    text = unit.activation.formula
    if unit.parameters.get("approximate") == "tanh":
        text = _GELU_TANH
    formula = formulas.read(text)
    if formula is None or math.isnan(unit.z) or len(unit.layer_z) > MAX_TOTAL:
        return None
    values: dict[str, Any] = {p.name: p.default for p in unit.activation.parameters}
    values.pop("approximate", None)
    values |= {key: value for key, value in unit.parameters.items() if key in values}
    given = {key: full(value) for key, value in values.items() if value is not None}
    # A default that changes nothing is not written.
    ones = [Name(p.name) for p in unit.activation.parameters
            if p.default == 1 and p.name not in unit.parameters]  # fmt: skip
    values |= {"z": unit.z, "zᵢ": unit.z}
    return formulas.fill(formula, values, unit.layer_z, show, given, ones)


def layers(trace: Trace, row: int, digits: Digits) -> Iterator[Layer]:
    """Summarise every step."""
    network = trace.network
    for block, step in enumerate(network.steps, 1):
        z, y = trace.sums[block][row], trace.blocks[block][row]
        order = np.argsort(-y, kind="stable")[:MAX_LARGEST]
        names = ", ".join(map(clip, step.names[:3])) + ", …" * (len(step.names) > 3)
        width = step.read(trace.blocks).shape[1]
        yield Layer(
            names, width, network.width(block), step.activation.name,
            _range(z, digits), _range(y, digits),
            tuple((value_name(network, block, int(n)), digits.number(y[n])) for n in order),
        )  # fmt: skip


def _range(values: Any, digits: Digits) -> tuple[Number, Number]:
    return digits.number(values.min()), digits.number(values.max())
