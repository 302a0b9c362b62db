"""A unit in one row: what it reads, adds up and answers, and the expressions that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evaluator.diagnostics import clip
from evaluator.explain import number, unit_name
from evaluator.explanations.expressions import Call, Expression, Name, Number, Product, Sum

if TYPE_CHECKING:
    from evaluator.activations import Activation
    from evaluator.network import Network, Trace


class Unit(NamedTuple):
    """One unit and one row: what it reads, what it adds up, what it answers."""

    name: str
    #: What it reads: names and values.
    reads: tuple[str, ...]
    x: tuple[Any, ...]
    #: Which of them are inputs of the network.
    is_input: tuple[bool, ...]
    #: None where it only passes on what it reads.
    weights: tuple[Any, ...] | None
    bias: Any
    z: Any
    #: The place of the unit in its layer, and every z there.
    column: int
    layer_z: tuple[Any, ...]
    activation: Activation
    #: The parameters of this unit, as far as they are given.
    parameters: Mapping[str, Any]
    y: Any

    @property
    def products(self) -> list[Any]:
        """What is added up: the values that it reads, times their weights."""
        if self.weights is None:
            return list(self.x)
        with np.errstate(all="ignore"):
            return [w * x for w, x in zip(self.weights, self.x, strict=True)]

    @property
    def terms(self) -> Expression:
        """The weighted sum and the bias, with the numbers put in, in full."""
        terms = self.addends([full(x) for x in self.x])
        bias = () if self.bias is None else (full(self.bias),)
        return added([*terms, *bias])

    def addends(self, reads: Sequence[Expression]) -> list[Expression]:
        """Give the terms of the weighted sum, each a weight times what it is the weight of."""
        if self.weights is None:
            return list(reads)
        return [Product((full(w), x)) for w, x in zip(self.weights, reads, strict=True)]

    @property
    def applied(self) -> Call:
        """The activation of z, with the numbers put in, in full."""
        return self.called(full)

    def called(self, show: Any) -> Call:
        """Give the activation of z, and of every other z where it takes the whole layer."""
        settings = tuple(
            (key, Name(value) if isinstance(value, str) else full(value))
            for key, value in self.parameters.items()
        )
        if self.activation.whole_layer:
            return Call(self.activation.name, tuple(map(show, self.layer_z)), settings, self.column)
        return Call(self.activation.name, (show(self.z),), settings)


def unit(trace: Trace, row: int, block: int, column: int, name: str) -> Unit:
    """Collect what is known of one unit in one row."""
    network = trace.network
    step = network.steps[block - 1]
    reads, x = tuple(_read(network, block)), tuple(step.read(trace.blocks)[row])
    weights = None if step.weights is None else tuple(step.weights[column])
    sources = step.sources
    is_input = [b == 0 for b in ([sources] * len(x) if isinstance(sources, int) else
                                 [place.block for place in sources])]  # fmt: skip
    if weights is None:
        reads, x, is_input = (reads[column],), (x[column],), [is_input[column]]
    parameters = {
        key: value if np.ndim(value) == 0 else value[column]
        for key, value in step.parameters.items()
    }
    layer_z = tuple(trace.sums[block][row]) if step.activation.whole_layer else ()
    return Unit(
        name, reads, x, tuple(is_input), weights, None if step.bias is None else step.bias[column],
        trace.sums[block][row, column], column, layer_z, step.activation, parameters,
        trace.blocks[block][row, column],
    )  # fmt: skip


def _read(network: Network, block: int) -> list[str]:
    """Name what the units of a block read."""
    sources = network.steps[block - 1].sources
    if isinstance(sources, int):
        return [value_name(network, sources, unit) for unit in range(network.width(sources))]
    return [value_name(network, place.block, place.column or 0) for place in sources]


def value_name(network: Network, block: int, column: int) -> str:
    """Name a value as its readers know it: an input, an output by its name there, else a unit."""
    if block == 0:
        return clip(network.inputs[column])
    for name in network.outputs:
        place = network.places[name]
        if (place.block, place.column) == (block, column):
            return clip(name)
    return unit_name(network, block, column)


def added(terms: Sequence[Expression]) -> Expression:
    """Add terms, if there are several."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def full(value: Any) -> Number:
    """Show a number with all its digits."""
    return Number(number(value))


def is_lone(network: Network) -> bool:
    """Tell whether a network is one neuron, whose sum is called `z`."""
    return len(network.steps) == 1 and network.width(1) == 1
