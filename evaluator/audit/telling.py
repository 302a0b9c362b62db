"""Wrong networks → the inputs that tell them from the right one, few and legible.

The inputs that are tried follow the spec's own: their range, whole and simple numbers in it, draws from
it and beyond, and those that take a unit of the first step to where its activation bends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.audit.stacked import forward
from evaluator.network import Network

if TYPE_CHECKING:
    from evaluator.network import Array
    from evaluator.spec import Spec

#: How many inputs are tried.
TRIED: Final = 256
#: The weighted sums that are aimed at: around a bend, on the slopes, and in saturation.
_AIMS: Final = (-6.0, -1.0, -0.1, -0.01, 0.01, 0.1, 0.5, 1.0, 6.0)
#: A network is told apart by a difference so many times what the tolerance allows, and no less than
#: what rounding might come to.
_CLEARLY: Final = 2.0
#: Inputs of the spec from here on are not followed: a range of them may overflow.
_HUGE: Final = 1e30
_ROUNDING: Final = {"float64": 1e-9, "float32": 1e-4}


class Telling(NamedTuple):
    """Inputs that tell some wrong networks from the right one."""

    #: (inputs,)
    inputs: Array
    #: The numbers of the networks that no earlier inputs told apart.
    networks: tuple[int, ...]


def telling(
    spec: Spec, networks: Sequence[Network], atol: float, rtol: float, tried: int = TRIED
) -> list[Telling]:
    """Choose inputs, the one that tells most networks apart first, until no more can be.

    A network that is in none of them was not told apart by its outputs: it is perhaps equivalent, or
    within the tolerance. The same spec gives the same inputs.
    """
    x = candidates(spec, tried)
    with np.errstate(all="ignore"):
        right = spec.network.forward(x).outputs
        usable = np.isfinite(right).all(axis=1)
        apart = np.array([_apart(right, o, atol, rtol) for o in _outputs(spec, networks, x)], bool)
    apart = apart.reshape(len(networks), len(x)) & usable
    found = []
    while (gains := apart.sum(axis=0)).any():
        best = int(gains.argmax())  # the first of the best: the simplest
        told = np.flatnonzero(apart[:, best])
        found.append(Telling(x[best], tuple(told.tolist())))
        apart[told] = False
    return found


def _apart(right: Array, outputs: Array, atol: float, rtol: float) -> Array:
    """Tell for each row whether outputs (rows, outputs) differ by more than is accepted: (rows,)."""
    size = np.abs(right)
    allowed = np.maximum(_CLEARLY * (atol + rtol * size), _ROUNDING[str(right.dtype)] * (1 + size))
    differs = ~(np.abs(outputs - right) <= allowed)  # NaN differs
    found: Array = np.logical_or.reduce(differs, axis=1)
    return found


def _outputs(spec: Spec, networks: Sequence[Network], x: Array) -> list[Array]:
    """Give the outputs (rows, outputs) of every network."""
    found: list[Array] = [x] * len(networks)
    places = [probe.place for probe in spec.probes[: spec.network.output_count()]]
    for stack in forward(networks, x):
        outputs = np.stack(np.broadcast_arrays(*map(stack.values, places)), axis=2)
        for place, number in enumerate(stack.numbers):
            found[number] = outputs[place if len(outputs) > 1 else 0]
    return found


def candidates(spec: Spec, count: int = TRIED) -> Array:
    """Give inputs to try, (rows, inputs), each once, simple ones first; none is a case's own."""
    width, dtype = len(spec.network.inputs), spec.network.dtype
    own = spec.inputs[(np.abs(spec.inputs) < _HUGE).all(axis=1)].astype(np.float64)
    if not len(own):
        own = np.zeros((1, width))
    draw = np.random.default_rng(0)
    seen = {row.tobytes() for row in (own + 0.0).astype(dtype)}
    found = []
    for row in _tried(spec.network, own, draw, count):
        rounded = np.array([float(f"{value:.3g}") for value in row]).astype(dtype) + 0
        if np.isfinite(rounded).all() and rounded.tobytes() not in seen:
            seen.add(rounded.tobytes())
            found.append(rounded)
        if len(found) == count:
            break
    return np.array(found, dtype).reshape(-1, width)


def _tried(network: Network, own: Array, draw: np.random.Generator, count: int) -> Iterator[Array]:
    width, scale = own.shape[1], float(np.abs(own).max()) or 1.0
    places = np.arange(width)
    yield np.zeros(width)
    yield (places % 7 + 1.0) * np.where(places % 2, -1, 1)  # 1, -2, 3, -4, …
    yield places % 7 + 1.0
    for factor in (1.0, -1.0, 0.5):
        yield np.full(width, factor * scale)
    for place in range(min(width, count // 8)):
        for factor in (1.0, -1.0):
            yield np.where(places == place, factor * scale, 0.0)
    yield from _aimed(network, own, draw, count // 2)
    low, high = own.min(axis=0), own.max(axis=0)
    span = np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
    for number in range(4 * count):
        reach = (0.0, 1.0, 10.0, 0.1)[number % 4]
        yield draw.uniform(low - reach * span, high + reach * span)


def _aimed(network: Network, own: Array, draw: np.random.Generator, count: int) -> Iterator[Array]:
    """Move the spec's inputs until a unit that reads all inputs has the sum aimed at."""
    step = next((s for s in network.steps if s.sources == 0 and s.weights is not None), None)
    if step is None or step.weights is None:
        return
    weights = step.weights.astype(np.float64)
    bias = np.zeros(len(weights)) if step.bias is None else step.bias.astype(np.float64)
    units = np.flatnonzero((weights**2).sum(axis=1) > 0)
    for number in range(count if len(units) else 0):
        unit = units[number // len(_AIMS) % len(units)]
        aim, w = _AIMS[number % len(_AIMS)], weights[unit]
        start = own[int(draw.integers(len(own)))] + 0.25 * draw.normal(size=len(w))
        yield start + (aim - start @ w - bias[unit]) / (w @ w) * w
