"""Mistakes with activations: left out, applied twice, another one, over the wrong axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.activations import ACTIVATIONS, Activation

if TYPE_CHECKING:
    from evaluator.network import Array, Step

Chosen = tuple[Activation, Mapping[str, Any]]
_Frozen = tuple[Activation, tuple[tuple[str, Any], ...]]

_IDENTITY: Final = ACTIVATIONS["identity"]
_SOFTMAX: Final = ACTIVATIONS["softmax"]


def dropped(step: Step, units: slice, _: int) -> Step:
    return exchanged(step, units, (_IDENTITY, {}))


def softmax_dropped(step: Step, units: slice, _: int) -> Step:
    return exchanged(step, units, (_IDENTITY, {})) if step.activation is _SOFTMAX else step


def applied_twice(step: Step, units: slice, _: int) -> Step:
    return exchanged(step, units, (_twice(step.activation), step.parameters))


def softmax_added(step: Step, units: slice, _: int) -> Step:
    once = step.activation
    return (
        step if once.whole_layer else exchanged(step, units, (_softmax_of(once), step.parameters))
    )


def unit_by_unit(step: Step, units: slice, _: int) -> Step:
    once = step.activation
    return exchanged(step, units, (_of_each(once), step.parameters)) if once.whole_layer else step


@lru_cache(maxsize=64)
def _twice(once: Activation) -> Activation:
    def twice(z: Array, **parameters: Any) -> Array:
        return once.function(once.function(z, **parameters), **parameters)

    return once._replace(name=f"{once.name} twice", function=twice)


@lru_cache(maxsize=64)
def _softmax_of(once: Activation) -> Activation:
    def function(z: Array, **parameters: Any) -> Array:
        return _SOFTMAX.function(once.function(z, **parameters))

    return once._replace(name=f"softmax of {once.name}", function=function, whole_layer=True)


@lru_cache(maxsize=64)
def _of_each(once: Activation) -> Activation:
    """Over the wrong axis, which holds one value: that of a unit alone, or of a batch of one."""

    def function(z: Array, **parameters: Any) -> Array:
        return once.function(z.reshape(-1, 1), **parameters).reshape(z.shape)

    return once._replace(name=f"{once.name} of each unit", function=function, whole_layer=False)


def exchanged(step: Step, units: slice, wrong: Chosen) -> Step:
    """Give some units of a step another activation."""
    activation, parameters = wrong
    if units == slice(None):
        return step._replace(activation=activation, parameters=parameters)
    right, known = step.activation, step.parameters

    def function(z: Array) -> Array:
        y = right.function(z, **known)
        y[:, units] = activation.function(z[:, units], **_of(parameters, units))
        return y

    name = f"{activation.name} {dict(parameters)} of {units.start}"
    return step._replace(activation=right._replace(name=name, function=function), parameters={})


def _of(parameters: Mapping[str, Any], units: slice) -> dict[str, Any]:
    """Take the parameters of some units, where there is one for each."""
    return {
        name: value if np.size(value) == 1 else value[units] for name, value in parameters.items()
    }


#: Where activations are compared, and how far from each parameter.
_POINTS: Final = (0.0, 1e-3, 0.1, 0.3, 0.5, 1.0, 1.7, 2.0, 3.0, 4.0, 6.0, 9.0, 25.0)
#: As many units as show of a function of a whole layer what it does with all.
_MANY: Final = 64


def same(one: Chosen, other: Chosen, units: int) -> bool:
    """Tell whether two activations of a layer are one function: relu twice is relu, for example."""
    if one[0] is other[0] and one[1] is other[1]:
        return True
    if any(np.ndim(value) for _, parameters in (one, other) for value in parameters.values()):
        return _same(one, other, units)
    # One number for every unit: what a few tell apart or not, more do not change.
    is_whole = one[0].whole_layer or other[0].whole_layer
    units = min(units, _MANY) if is_whole else 1
    frozen = ((activation, tuple(parameters.items())) for activation, parameters in (one, other))
    return _remembered(*frozen, units)


@lru_cache(maxsize=4096)
def _remembered(one: _Frozen, other: _Frozen, units: int) -> bool:
    return _same((one[0], dict(one[1])), (other[0], dict(other[1])), units)


def _same(one: Chosen, other: Chosen, units: int) -> bool:
    z = _grid(units, (*_numbers(one[1]), *_numbers(other[1])))
    with np.errstate(all="ignore"):
        y, other_y = (
            activation.function(z, **parameters) for activation, parameters in (one, other)
        )
    return np.allclose(y, other_y, rtol=1e-12, atol=1e-300, equal_nan=True)


def _grid(units: int, parameters: Sequence[float]) -> Array:
    """Lay out weighted sums (rows, units), every point in every column."""
    around = {
        sign * p + step for p in parameters for step in (0.0, 0.5, -0.5) for sign in (1, -1, 2)
    }
    points = np.array([*_POINTS, *(-point for point in _POINTS), *sorted(around)])
    rows = np.arange(len(points))[:, None]
    grid: Array = points[(rows + 3 * np.arange(units)) % len(points)]
    return grid


def _numbers(parameters: Mapping[str, Any]) -> list[float]:
    """List the parameters that are numbers; of one for each unit, a few that differ."""
    numbers = [value for value in parameters.values() if not isinstance(value, str)]
    return [float(number) for value in numbers for number in np.unique(value)[:8]]
