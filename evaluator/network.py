"""The network: dense steps from inputs to outputs, and the trace that feedforward leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evaluator.activations import ACTIVATIONS, NAMES, Activation
from evaluator.diagnostics import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[Any]


class Place(NamedTuple):
    """Where a named value stands in a trace: block 0 holds the inputs, block n what step n gives.

    `column` is None for a whole layer; `z` asks for the value before the activation.
    """

    block: int
    column: int | None
    z: bool = False


class Step(NamedTuple):
    """One layer's worth of units: `activation(W x + b)`."""

    #: The name of the layer, or of each unit.
    names: tuple[str, ...]
    #: What the units read, in the order of the weights: one whole block, or single columns.
    sources: int | tuple[Place, ...]
    #: (units, inputs); None where a layer only applies its activation.
    weights: Array | None
    #: (units,); None where nothing is added.
    bias: Array | None
    activation: Activation
    parameters: Mapping[str, Any]

    def read(self, blocks: Sequence[Array]) -> Array:
        """Collect what the units read: (cases, inputs)."""
        if isinstance(self.sources, int):
            return blocks[self.sources]
        return np.array([blocks[place.block][:, place.column] for place in self.sources]).T

    def weighted_sum(self, x: Array) -> Array:
        """Give `z = W x + b`, for x (cases, inputs): (cases, units)."""
        z = x if self.weights is None else x.dot(self.weights.T)
        if self.bias is None:
            return z
        if z is x:
            return z + self.bias
        z += self.bias
        return z


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network of neurons whose wiring has no circle: steps in the order of their evaluation."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    steps: tuple[Step, ...]
    #: Every neuron, layer and output by name.
    places: Mapping[str, Place]
    dtype: str = "float64"

    @property
    def evaluated_by(self) -> str:
        """The subject that evaluates it, unless another is asked for."""
        return "reference"

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The inputs that a name may give together, as a list."""
        return {}

    def __call__(self, x: ArrayLike) -> Array:
        """Evaluate inputs (n,) or (cases, n); gives outputs (m,) or (cases, m)."""
        trace = self.trace(x)
        return trace.outputs[0] if trace.single else trace.outputs

    def trace(self, x: ArrayLike) -> Trace:
        """Evaluate inputs and keep every intermediate value."""
        batch, single = self._batch(x)
        with np.errstate(all="ignore"):
            trace = self.forward(batch)
        return Trace(self, trace.blocks, trace.sums, single)

    def forward(self, x: Array) -> Trace:
        """Feed a batch (cases, inputs) of the network's dtype through every step.

        NumPy may warn of what overflows on the way: `np.errstate` is the caller's.
        """
        blocks: list[Array] = [x]
        sums: list[Array] = [x]
        for step in self.steps:
            z = step.weighted_sum(step.read(blocks))
            sums.append(z)
            blocks.append(step.activation.function(z, **step.parameters))
        return Trace(self, blocks, sums, False)

    def with_steps(self, steps: Iterable[Step]) -> Network:
        """Give a network with other steps, whose names and widths are those of its own."""
        return Network(self.inputs, self.outputs, tuple(steps), self.places, self.dtype)

    def width(self, block: int) -> int:
        """Count the columns of a block: the inputs, or the units of a step."""
        while block and self.steps[block - 1].weights is None:
            block -= 1
        weights = self.steps[block - 1].weights if block else None
        return len(self.inputs) if weights is None else int(weights.shape[0])

    def output_count(self) -> int:
        """Count the outputs: a layer among them has one for each unit."""
        places = [self.places[name] for name in self.outputs]
        return sum(self.width(p.block) if p.column is None else 1 for p in places)

    def size(self) -> int:
        """Count the values of a trace that come of one row: inputs, weighted sums and outputs."""
        width = total = len(self.inputs)
        for step in self.steps:
            if step.weights is not None:
                width = len(step.weights)
            total += 2 * width
        return total

    def place(self, name: str) -> Place:
        """Find a neuron, layer or output by name, `NAME.z` for its weighted sum."""
        base, z = (name[:-2], True) if name.endswith(".z") else (name, False)
        if base in self.places:
            block, column, _ = self.places[base]
            return Place(block, column, z)
        raise KeyError(f"no value named `{name}`; {did_you_mean(name, self.names())}".rstrip("; "))

    def names(self) -> list[str]:
        """List every name that has a value, the weighted sums included."""
        return [spelt for name in self.places for spelt in (name, f"{name}.z")]

    def _repr_svg_(self) -> str | None:
        """Show a notebook the diagram; there is none of an ONNX file."""
        from evaluator.pictures.diagram import svg

        return svg(self) if self.steps else None

    def _batch(self, x: ArrayLike) -> tuple[Array, bool]:
        values = np.asarray(x, dtype=self.dtype)
        single = values.ndim < 2
        batch = np.atleast_1d(values)[None, :] if single else values
        if batch.ndim != 2 or batch.shape[1] != len(self.inputs):
            raise ValueError(
                f"inputs have the shape {values.shape}; the network takes"
                f" ({len(self.inputs)},) or (cases, {len(self.inputs)})"
            )
        return batch, single


class Trace:
    """Every weighted sum and every output of one evaluation, found by name."""

    __slots__ = ("blocks", "network", "single", "sums")

    def __init__(
        self, network: Network, blocks: Sequence[Array], sums: Sequence[Array], single: bool
    ) -> None:
        self.network, self.blocks, self.sums, self.single = network, blocks, sums, single

    def __getitem__(self, name: str) -> Any:
        """Give a value by name: a number or (cases,) for a neuron, (..., units) for a layer."""
        place = self.network.place(name)
        block = self.block(place)
        values = block if place.column is None else block[:, place.column]
        return values[0] if self.single else values

    def block(self, place: Place) -> Array:
        """Give the block (cases, units) that a place is in."""
        return (self.sums if place.z else self.blocks)[place.block]

    @property
    def outputs(self) -> Array:
        """The network's outputs (cases, m)."""
        places = [self.network.places[name] for name in self.network.outputs]
        if len(places) == 1 and places[0].column is None:
            return self.blocks[places[0].block]
        last = self.blocks[places[0].block]
        if [p.column for p in places] == list(range(last.shape[1])) and (
            len({p.block for p in places}) == 1
        ):
            return last
        # Several whole blocks are what a model may give.
        columns = [slice(None) if p.column is None else [p.column] for p in places]
        return np.concatenate(
            [self.blocks[p.block][:, c] for p, c in zip(places, columns, strict=True)], axis=1
        )


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron: `activation(weights · inputs + bias)`."""

    weights: ArrayLike
    bias: float = 0.0
    activation: str | Mapping[str, Any] = "identity"

    def __post_init__(self) -> None:
        """Raise ValueError for what no neuron can have."""
        _ = self.network

    def feedforward(self, inputs: ArrayLike) -> float:
        """Give the output for one list of inputs; raises ValueError for what is no such list."""
        x = _numbers(inputs, "inputs")
        if x.ndim > 1:
            raise ValueError(f"the inputs of a neuron are one list; these have the shape {x.shape}")
        return float(self.network(x)[0])

    @cached_property
    def network(self) -> Network:
        """The network of this one neuron, called `y`."""
        activation, parameters = _chosen(self.activation)
        weights, bias = _numbers(self.weights, "weights"), _numbers(self.bias, "bias")
        if weights.ndim != 1 or not weights.size:
            raise ValueError("the weights of a neuron are a list of numbers, at least one")
        if bias.ndim:
            raise ValueError(f"the bias of a neuron is one number, not {self.bias!r}")
        if not (np.isfinite(weights).all() and np.isfinite(bias)):
            raise ValueError("weights and bias are finite numbers")
        step = Step(("y",), 0, weights[None, :], bias[None], activation, parameters)
        names = tuple(f"x{i + 1}" for i in range(len(weights)))
        return Network(names, ("y",), (step,), {"y": Place(1, 0)})


def _numbers(values: ArrayLike, what: str) -> Array:
    """Make an array of numbers, which texts and booleans are not."""
    try:
        if np.asarray(values).dtype.kind in "fiu":
            return np.asarray(values, dtype=float)
    except ValueError:  # lists of different lengths
        pass
    raise ValueError(f"{what}: {values!r} is not made of numbers alone")


def _chosen(activation: str | Mapping[str, Any]) -> tuple[Activation, dict[str, Any]]:
    """Find the activation of a neuron by name, or by a mapping of `name` and parameters."""
    if not isinstance(activation, str | Mapping):
        raise _refused(f"an activation is a name or a mapping, not {activation!r}", "")
    parameters = {} if isinstance(activation, str) else dict(activation)
    name = activation if isinstance(activation, str) else parameters.pop("name", "")
    if name not in NAMES:
        raise _refused(f"unknown activation `{name}`", did_you_mean(str(name), NAMES))
    found = ACTIVATIONS[NAMES[name]]
    if found.whole_layer:
        raise _refused(f"`{name}` works on a layer of two units or more", "")
    known = {parameter.name: parameter for parameter in found.parameters}
    for key, value in parameters.items():
        if key not in known:
            raise _refused(f"`{name}` has no parameter `{key}`", did_you_mean(str(key), known))
        if choices := known[key].choices:
            if value not in choices:
                raise _refused(f"`{key}` is one of {', '.join(choices)}, not {value!r}", "")
        elif _numbers(value, f"`{key}`").ndim:
            raise _refused(f"`{key}` of a neuron is one number, not {value!r}", "")
    for _, message, hint in found.problems(parameters, 1):
        raise _refused(message, hint)
    return found, parameters


def _refused(message: str, hint: str) -> ValueError:
    return ValueError(f"{message}; {hint}" if hint else message)
