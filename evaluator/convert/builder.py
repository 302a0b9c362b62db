"""Assemble a network from what sources speak of: dense layers, activations, factors and shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.activations import ACTIVATIONS
from evaluator.convert.conversion import ConversionError
from evaluator.diagnostics import clip
from evaluator.network import Network, Place, Step

if TYPE_CHECKING:
    from evaluator.network import Array

#: Values of a network that are known one by one: inputs and units.
Columns = tuple[Place, ...]

#: How many values one layer may have where they are told apart one by one.
MAX_WIDTH: Final = 1 << 20
#: Weights that may be needed to scale or add values one by one, a square matrix each time.
MAX_SQUARES: Final = 1 << 24


@dataclass(slots=True)
class _Layer:
    """A step whose activation may still be put on, and its names."""

    name: str
    reads: Columns
    weights: Array | None
    bias: Array | None
    activation: str = "identity"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    #: What the source calls its units, if it does.
    unit_names: Sequence[str] = ()

    @property
    def units(self) -> int:
        return len(self.reads) if self.weights is None else len(self.weights)


class Builder:
    """Grows a network from its inputs; each method gives the values that it adds."""

    def __init__(self, inputs: Sequence[str], dtype: str) -> None:
        self.names, self.dtype = tuple(inputs), dtype
        self.inputs: Columns = tuple(Place(0, column) for column in range(len(self.names)))
        self._layers: list[_Layer] = []
        #: Whether units have names that only the form `neurons` keeps.
        self._wired = False
        self._room = MAX_SQUARES
        self.notes: list[str] = []

    def dense(
        self, x: Columns, weights: Array, bias: Array | None, name: str, units: Sequence[str] = ()
    ) -> Columns:
        """Add `W x + b`, W (units, inputs), b (units,)."""
        if weights.ndim != 2 or weights.shape[1] != len(x):
            raise ConversionError(
                f"{_shown(name)}: weights of the shape {weights.shape} for {len(x)} values",
                "weights are (units × inputs)",
            )
        if not weights.shape[0]:
            raise ConversionError(f"{_shown(name)} has no units")
        if bias is not None and bias.shape != (len(weights),):
            raise ConversionError(
                f"{_shown(name)}: a bias of the shape {bias.shape} for {len(weights)} units"
            )
        if len(read := tuple(dict.fromkeys(x))) < len(x):  # what is read twice counts twice
            weights = np.stack([weights[:, np.array([p == q for p in x])].sum(1) for q in read], 1)
            x = read
        cast = self._cast(name, weights), self._cast(name, bias)
        return self._add(_Layer(name, x, *cast, unit_names=units))

    def activate(
        self, x: Columns, activation: str, parameters: Mapping[str, Any], name: str,
        *, alone: bool = True,
    ) -> Columns:  # fmt: skip
        """Apply an activation, to the layer itself if nothing else reads its values (`alone`)."""
        found = ACTIVATIONS[activation]
        if found.whole_layer and len(x) == 1:
            raise ConversionError(f"{_shown(name)}: `{activation}` over a single value")
        for _, message, hint in found.problems(parameters, len(x)):
            raise ConversionError(f"{_shown(name)}: {message}", hint)
        layer = self._open(x) if alone else None
        if layer is None:
            return self._add(_Layer(name, x, None, None, activation, parameters))
        layer.activation, layer.parameters = activation, parameters
        return x

    def affine(
        self, x: Columns, factor: Array, shift: Array, name: str, units: Sequence[str] = (),
        *, alone: bool = True,
    ) -> Columns:  # fmt: skip
        """Multiply and shift each value by its own numbers, (n,) each; within the layer if it can."""
        factor, shift = factor.astype(np.float64), shift.astype(np.float64)
        layer = self._open(x) if alone else None
        if (factor == 1).all():
            if layer is None or layer.bias is not None:  # (Wx + b) + c is rounded twice
                return self._add(_Layer(name, x, None, self._cast(name, shift), unit_names=units))
            layer.bias = self._cast(name, shift)
            return x
        if layer is None or layer.weights is None:
            weights = self._cast(name, self._diagonal(factor, name))
            return self._add(_Layer(name, x, weights, self._cast(name, shift), unit_names=units))
        self.notes.append(f"{_shown(name)} is folded into the weights of {_shown(layer.name)}")
        bias = np.zeros(len(x)) if layer.bias is None else layer.bias
        layer.weights = self._cast(name, layer.weights * factor[:, None])
        layer.bias = self._cast(name, bias * factor + shift)
        return x

    def batch_norm(
        self, x: Columns, numbers: Sequence[Array], eps: float, name: str, *, alone: bool = True
    ) -> Columns:
        """Normalise by what was learnt: scale, shift, mean and variance, (n,) each."""
        scale, shift, mean, variance = (values.astype(np.float64) for values in numbers)
        with np.errstate(all="ignore"):
            factor = scale / np.sqrt(variance + eps)
            shift = shift - mean * factor
        if not np.isfinite([factor, shift]).all():
            raise ConversionError(f"{_shown(name)} has a variance that is not above 0")
        return self.affine(x, factor, shift, name, alone=alone)

    def clip(self, x: Columns, low: Array, high: Array, name: str) -> Columns:
        """Keep each value within its own bounds, (n,) each."""
        if (low == low[0]).all() and (high == high[0]).all():
            bounds = {"min": float(low[0]), "max": float(high[0])}
            return self.activate(x, "clip", bounds, name, alone=False)
        # One `clip` has the same bounds for all units: so each is mapped to 0 … 1 before, and back.
        width = high - low
        if not (width > 0).all():
            raise ConversionError(f"{_shown(name)}: a minimum is not below its maximum")
        x = self.affine(x, 1 / width, -low / width, f"{name}_within")
        x = self.activate(x, "clip", {"min": 0, "max": 1}, f"{name}_within")
        return self.affine(x, width, low, name)

    def combine(self, x: Columns, y: Columns, sign: float, name: str) -> Columns:
        """Add two groups of values of one width, the second times a sign."""
        one = self._diagonal(np.ones(len(x)), name)
        return self.dense((*x, *y), np.hstack([one, sign * one]), None, name)

    def rename(self, x: Columns, name: str) -> None:
        """Call the layer that gives exactly these values, or its units, by another name.

        A name that ends in `.z` is that of a sum on the way there, and of no layer.
        """
        layer = self._whole(x)
        if layer is not None and not name.endswith(".z"):
            layer.name = name
            units = name.split(", ")
            if len(units) == layer.units > 1:
                layer.unit_names, self._wired = units, True

    def network(self, outputs: Columns, names: Sequence[str] = ()) -> Network:
        """Give the network of these outputs; `names` for them, where the source has some."""
        if len(set(outputs)) < len(outputs) or any(place.block == 0 for place in outputs):
            outputs = self._add(_Layer("output", outputs, None, None))
        straight = all(
            layer.reads == self._block(number) for number, layer in enumerate(self._layers)
        )
        fits = straight and outputs == self._block(len(self._layers))
        if fits and not (self._wired and self._may_be_neurons()):
            return self._as_layers(names)
        return self._as_neurons(outputs, names)

    def _may_be_neurons(self) -> bool:
        return not any(ACTIVATIONS[layer.activation].whole_layer for layer in self._layers)

    def _as_layers(self, outputs: Sequence[str]) -> Network:
        if tuple(outputs) == (self._layers[-1].name,):
            outputs = ()  # the layer says it already
        taken = {*self.names, *outputs}
        names = [self._unique(layer.name, taken) for layer in self._layers]
        places = {name: Place(number + 1, None) for number, name in enumerate(names)}
        places |= {name: Place(len(names), unit) for unit, name in enumerate(outputs)}
        steps = tuple(
            self._step(layer, (name,), number)
            for number, (layer, name) in enumerate(zip(self._layers, names, strict=True))
        )
        return Network(self.names, tuple(outputs) or (names[-1],), steps, places, self.dtype)

    def _as_neurons(self, outputs: Columns, names: Sequence[str]) -> Network:
        taken = set(self.names)
        wanted = dict(zip(outputs, names, strict=False))
        places: dict[str, Place] = {}
        steps = []
        for block, layer in enumerate(self._layers, 1):
            if ACTIVATIONS[layer.activation].whole_layer:
                raise ConversionError(
                    f"{_shown(layer.name)}: `{layer.activation}` over a part of a network that is"
                    " no straight line of layers",
                    "only `layers` can have it, and they have no links that skip one",
                )
            units = []
            for column in range(layer.units):
                plain = layer.name if layer.units == 1 else f"{layer.name}_{column + 1}"
                plain = layer.unit_names[column] if layer.unit_names else plain
                units.append(self._unique(wanted.get(Place(block, column), plain), taken))
                places[units[-1]] = Place(block, column)
            steps.append(self._step(layer, tuple(units), layer.reads))
        found = {place: name for name, place in places.items()}
        chosen = tuple(found[place] for place in outputs)
        return Network(self.names, chosen, tuple(steps), places, self.dtype)

    def _step(self, layer: _Layer, names: tuple[str, ...], sources: int | Columns) -> Step:
        return Step(
            names, sources, layer.weights, layer.bias,
            ACTIVATIONS[layer.activation], layer.parameters,
        )  # fmt: skip

    def _unique(self, name: str, taken: set[str]) -> str:
        """Give a name that the format takes and nothing else has."""
        plain = clip(name, 200)
        plain = f"{plain[:-2]}_z" if plain.endswith(".z") else plain or f"layer{len(taken)}"
        chosen, number = plain, 1
        while chosen in taken:
            number += 1
            chosen = f"{plain}_{number}"
        if chosen != name and name:
            self.notes.append(f"{_shown(name)} is called {_shown(chosen)}")
        taken.add(chosen)
        return chosen

    def _block(self, number: int) -> Columns:
        if number == 0:
            return self.inputs
        units = self._layers[number - 1].units
        return tuple(Place(number, column) for column in range(units))

    def _whole(self, x: Columns) -> _Layer | None:
        """Find the layer that gives exactly these values."""
        block = x[0].block
        return self._layers[block - 1] if block and x == self._block(block) else None

    def _open(self, x: Columns) -> _Layer | None:
        """Find the layer that gives exactly these values and has no activation yet."""
        layer = self._whole(x)
        return layer if layer is not None and layer.activation == "identity" else None

    def _add(self, layer: _Layer) -> Columns:
        if layer.units > MAX_WIDTH:
            raise ConversionError(
                f"{_shown(layer.name)} has {layer.units} units; {MAX_WIDTH} are taken"
            )
        self._layers.append(layer)
        return self._block(len(self._layers))

    def _cast(self, name: str, values: Array | None) -> Any:
        """Give numbers of the network's dtype, all of them finite."""
        if values is None:
            return None
        with np.errstate(over="ignore"):
            cast = np.ascontiguousarray(values, self.dtype)
        if not np.isfinite(cast).all():
            at = tuple(np.argwhere(~np.isfinite(cast))[0].tolist())
            place = ", ".join(str(index + 1) for index in at)
            raise ConversionError(
                f"{_shown(name)}: {values[at]} among the weights or biases, at ({place})",
                f"they are finite numbers of {self.dtype}",
            )
        return cast

    def _diagonal(self, values: Array, name: str) -> Array:
        """Give the weights that multiply each value by its own number."""
        self._room -= len(values) ** 2
        if self._room < 0:
            raise ConversionError(
                f"{_shown(name)} works on {len(values)} values one by one, which takes too many weights",
                "scale the inputs, or fold it into the layer before it",
            )
        return np.diag(values)


def _shown(name: str) -> str:
    return f"`{clip(name, 80)}`"
