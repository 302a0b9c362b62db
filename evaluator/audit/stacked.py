"""Many networks of one shape, fed forward as one: their weights stacked, a step at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.activations import ACTIVATIONS
from evaluator.network import Network, Place, Step

if TYPE_CHECKING:
    from evaluator.network import Array

#: How many inputs, weighted sums and outputs, of all networks and rows, are held at a time.
MAX_VALUES: Final = 1 << 21

#: What gives each row by itself, so that the rows of many networks may be given at once.
_ROW_WISE: Final = frozenset(activation.function for activation in ACTIVATIONS.values())


class Stack(NamedTuple):
    """What some networks make of the same rows: every block and every weighted sum.

    An array is (networks, rows, units), or (1, rows, units) where all networks give the same.
    """

    #: Which of the networks these are.
    numbers: list[int]
    blocks: list[Array]
    sums: list[Array]

    def values(self, place: Place) -> Array:
        """Give one unit's values: (networks, rows), or (1, rows) where all give the same."""
        values: Array = (self.sums if place.z else self.blocks)[place.block][:, :, place.column]
        return values


def forward(networks: Sequence[Network], x: Array, most: int = MAX_VALUES) -> Iterator[Stack]:
    """Feed rows (rows, inputs) through every network, as many at a time as `most` values allow.

    Those of one shape make a stack, others are alone; the order is that of the first of each shape.
    The numbers are those of `Network.forward`, but for the rounding of sums. NumPy may warn of what
    overflows: `np.errstate` is the caller's.
    """
    shapes: dict[int, Any] = {}
    groups: dict[Any, list[int]] = {}
    for number, network in enumerate(networks):
        shape = _shape(network, shapes)
        groups.setdefault(number if shape is None else shape, []).append(number)
    for shape, numbers in groups.items():
        if isinstance(shape, int):
            trace = networks[numbers[0]].forward(x)
            blocks, sums = ([block[None] for block in part] for part in (trace.blocks, trace.sums))
            yield Stack(numbers, blocks, sums)
            continue
        size = max(1, most // max(1, len(x) * networks[numbers[0]].size()))
        for first in range(0, len(numbers), size):
            chunk = numbers[first : first + size]
            yield _forward([networks[number] for number in chunk], chunk, x)


def _shape(network: Network, known: dict[int, Any]) -> Any:
    """Say what networks must have in common to be stacked; None for what computes in its own way.

    The shapes of steps that are `known` are kept: most networks share most of theirs.
    """
    if type(network) is not Network:
        return None
    steps = tuple([
        known[id(step)] if id(step) in known else known.setdefault(id(step), _step_shape(step))
        for step in network.steps
    ])  # fmt: skip
    return None if None in steps else (len(network.inputs), network.dtype, steps)


def _step_shape(step: Step) -> Any:
    if type(step) is not Step:
        return None
    return step.sources, None if step.weights is None else step.weights.shape, step.bias is None


def _forward(networks: Sequence[Network], numbers: list[int], x: Array) -> Stack:
    blocks, sums = [x[None]], [x[None]]
    for steps in zip(*(network.steps for network in networks), strict=True):
        z = _weighted_sum(steps, _read(steps[0], blocks))
        sums.append(z)
        blocks.append(_activate(steps, z))
    return Stack(numbers, blocks, sums)


def _read(step: Step, blocks: Sequence[Array]) -> Array:
    """Collect what the units read: (networks or 1, rows, inputs)."""
    if isinstance(step.sources, int):
        return blocks[step.sources]
    columns = [blocks[place.block][:, :, place.column] for place in step.sources]
    return np.stack(np.broadcast_arrays(*columns), axis=2)


def _weighted_sum(steps: Sequence[Step], x: Array) -> Array:
    z = x
    if steps[0].weights is not None:
        z = np.matmul(x, _stacked([step.weights for step in steps]).transpose(0, 2, 1))
    if steps[0].bias is not None:
        z = z + _stacked([step.bias for step in steps])[:, None, :]
    return z


def _stacked(arrays: Sequence[Any]) -> Array:
    """Stack arrays; one that all networks share stays one."""
    first: Array = arrays[0]
    return first[None] if all(array is first for array in arrays) else np.array(arrays)


def _activate(steps: Sequence[Step], z: Array) -> Array:
    """Apply each network's activation, once for all that have the same."""
    # By what is applied; most networks share the very same step, which is looked at once.
    applied = {
        id(step): (id(step.activation.function), id(step.parameters))
        for step in {id(step): step for step in steps}.values()
    }
    groups: dict[tuple[int, int], list[int]] = {}
    if len(set(applied.values())) == 1:
        groups[applied[id(steps[0])]] = list(range(len(steps)))
    else:
        for number, step in enumerate(steps):
            groups.setdefault(applied[id(step)], []).append(number)
    if len(groups) == 1 and steps[0].activation.function in _ROW_WISE:
        return _applied(steps[0], z)
    z = np.broadcast_to(z, (len(steps), *z.shape[1:]))
    result = np.empty_like(z)
    for numbers in groups.values():
        step = steps[numbers[0]]
        if step.activation.function in _ROW_WISE:
            result[numbers] = _applied(step, z[numbers])
        else:  # what it does with one row may depend on the others
            for number in numbers:
                result[number] = step.activation.function(z[number], **step.parameters)
    return result


def _applied(step: Step, z: Array) -> Array:
    result: Array = step.activation.function(z.reshape(-1, z.shape[2]), **step.parameters)
    return result.reshape(z.shape)
