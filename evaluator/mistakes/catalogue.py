"""The catalogue: every known mistake, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.mistakes import activations, numbers, order, precision, sites
from evaluator.mistakes.confusions import CONFUSIONS, Confusion
from evaluator.mistakes.sites import Site, Sites

if TYPE_CHECKING:
    from evaluator.network import Network, Step


class Mistake(NamedTuple):
    """A known wrong variant of networks."""

    #: What tools call it.
    code: str
    #: What completes "the answer is what the network gives if …".
    name: str
    sentence: str
    #: Where in a network it can be made.
    sites: Callable[[Network], Sites]
    #: The network with the mistake at one of these sites.
    make: Callable[[Network, Site], Network]
    #: Whether it can explain a wrong answer; a number that is just another fits any.
    explains: bool = True


def _at(edit: Callable[[Step, slice, int], Step]) -> Callable[[Network, Site], Network]:
    """Make a mistake of a step's a mistake of the network's."""

    def make(network: Network, site: Site) -> Network:
        steps = list(network.steps)
        for number, units in site.parts:
            steps[number] = edit(steps[number], units, site.weight)
        return network.with_steps(steps)

    return make


def _activated(network: Network, name: str | None = None) -> Sites:
    """Give the places of an activation: all steps, then each layer, or each neuron with a name."""
    steps = [n for n, s in enumerate(network.steps) if name in (None, s.activation.name)]
    if not steps:
        return sites.NOWHERE
    if all(len(network.steps[n].names) == network.width(n + 1) for n in steps):
        return sites.units(network, steps)
    return sites.layers(network, steps)


def _whole_layers(network: Network) -> Sites:
    steps = [n for n, step in enumerate(network.steps) if step.activation.whole_layer]
    return sites.layers(network, steps) if steps else sites.NOWHERE


def _last(network: Network) -> Sites:
    """Give the last layer, if it has several units and all of them are the outputs."""
    block = len(network.steps)
    found = {network.places[name].block for name in network.outputs}
    if found != {block} or not network.width(block) == network.output_count() > 1:
        return sites.NOWHERE
    return sites.listed([Site(sites.layer_name(network, block - 1), ((block - 1, slice(None)),))])


def _confused(confusion: Confusion) -> Mistake:
    def edit(step: Step, units: slice, _: int) -> Step:
        if step.activation.name != confusion.right:
            return step
        kept = {name: step.parameters[name] for name in confusion.kept if name in step.parameters}
        return activations.exchanged(
            step, units, (confusion.wrong, {**kept, **confusion.parameters})
        )

    places = partial(_activated, name=confusion.right)
    return Mistake(confusion.code, confusion.name, confusion.sentence, places, _at(edit))


#: What may be rounded: how codes, names and sentences call it, and whether it is on the way or the answer.
_ROUNDED: Final = (
    ("answer-{}", "the answer", "Outputs are {} behind the point when all is done.", False, True),
    ("{}", "every value on the way",
     "Weighted sums and outputs are {} behind the point before they are used.", True, False),
    ("{}-throughout", "every value, the answer too,",
     "Weighted sums and outputs are {} behind the point, answers included.", True, True),
)  # fmt: skip


def _rounded() -> Iterator[Mistake]:
    for code, what, sentence, on_the_way, answers in _ROUNDED:
        for cut, done, to in ((False, "rounded", "to"), (True, "cut off", "after")):
            for digits in (4, 3, 2):
                how = f"{done} {to} {digits} digits"
                yield Mistake(
                    code.format(f"{done.replace(' ', '-')}-{digits}"), f"{what} is {how}",
                    sentence.format(how),
                    order.everything, precision.rounding(digits, cut, on_the_way, answers),
                )  # fmt: skip


def _catalogue() -> Iterator[Mistake]:
    # fmt: off
    yield Mistake("bias-dropped", "the bias is left out",
        "The bias is not added.",
        sites.units, _at(numbers.bias_dropped))
    yield Mistake("softmax-dropped", "softmax is left out",
        "The layer gives its weighted sums, the logits, instead of their softmax.",
        _whole_layers, _at(activations.softmax_dropped))
    yield Mistake("activation-dropped", "the activation is left out",
        "The weighted sum plus bias is the output.",
        _activated, _at(activations.dropped))
    yield Mistake("weights-reversed", "the weights are in reverse order",
        "The last weight meets the first input.",
        sites.units, _at(numbers.weights_reversed))
    yield Mistake("weights-transposed", "the weights are transposed",
        "The weights of a layer are read as (inputs × units) instead of (units × inputs).",
        sites.layers, _at(numbers.weights_transposed))
    yield from map(_confused, CONFUSIONS)
    yield Mistake("weights-ignored", "the weights are ignored",
        "Every weight is 1: the inputs are summed.",
        sites.units, _at(numbers.weights_ignored))
    yield Mistake("bias-negated", "the bias is subtracted",
        "The bias has the wrong sign.",
        sites.units, _at(numbers.bias_negated))
    yield Mistake("weights-negated", "the weights have the wrong sign",
        "Every weight has the wrong sign.",
        sites.units, _at(numbers.weights_negated))
    yield Mistake("activation-twice", "the activation is applied twice",
        "The activation is applied to its own answer.",
        _activated, _at(activations.applied_twice))
    yield Mistake("bias-times-input", "the bias is multiplied by an input",
        "The bias is a weight of an input, as if that were 1.",
        sites.reads, _at(numbers.bias_times_input))
    yield Mistake("bias-before-weights", "the bias is added before the weights are applied",
        "The bias is added to every input: w·(x + b).",
        sites.units, _at(numbers.bias_before_weights))
    yield Mistake("bias-shifted", "each bias is given to the next unit",
        "The biases of a layer are shifted by one unit; the first has that of the last.",
        sites.layers, _at(numbers.bias_shifted))
    yield Mistake("inputs-reversed", "the inputs are in reverse order",
        "The network is given its inputs from the last to the first.",
        order.everything, order.inputs_reversed)
    yield Mistake("inputs-swapped", "two inputs are swapped",
        "Two inputs are taken for each other.",
        order.input_pairs, order.inputs_swapped)
    yield Mistake("softmax-by-unit", "the activation is taken over the wrong axis",
        "What works over the units of a case works over one value: softmax gives 1 for every unit,"
        " as over a batch of one case.",
        _whole_layers, _at(activations.unit_by_unit))
    yield Mistake("softmax-added", "softmax is applied to the answers",
        "The outputs of the last layer go through softmax.",
        _last, _at(activations.softmax_added))
    yield Mistake("layers-swapped", "two layers are in the wrong order",
        "Two layers of one width that follow each other change places.",
        order.neighbours, order.layers_swapped)
    yield Mistake("weight-dropped", "a weight is left out",
        "A weight is 0: its input does not count.",
        sites.weights, _at(numbers.weight_dropped))
    yield from _rounded()
    yield Mistake("float32", "it is computed in float32",
        "Weights, biases, inputs and all values are float32 instead of float64.",
        order.everything, precision.in_float32)
    yield Mistake("weight-changed", "a weight is another number",
        "A weight is a tenth larger; a weight of 0 is 0.1.",
        sites.weights, _at(numbers.weight_changed), explains=False)
    yield Mistake("bias-changed", "a bias is another number",
        "A bias is a tenth larger; a bias of 0 is 0.1.",
        sites.units, _at(numbers.bias_changed), explains=False)
    # fmt: on


#: Every mistake by its code, the likeliest first.
MISTAKES: Final[Mapping[str, Mistake]] = {mistake.code: mistake for mistake in _catalogue()}
