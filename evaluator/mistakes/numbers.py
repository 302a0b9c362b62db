"""Mistakes with weights and biases: a step → the step with other numbers.

Each function takes a step, which of its units are to be wrong, and which of their weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from evaluator.network import Array, Step

#: By what part of itself a number is changed that is to be another one; 0 becomes this number.
CHANGE: Final = 0.1


def bias_dropped(step: Step, units: slice, _: int) -> Step:
    return step if step.bias is None else _with_bias(step, units, np.zeros_like(step.bias))


def bias_negated(step: Step, units: slice, _: int) -> Step:
    return step if step.bias is None else _with_bias(step, units, -step.bias)


def bias_shifted(step: Step, units: slice, _: int) -> Step:
    return step if step.bias is None else _with_bias(step, units, np.roll(step.bias, 1))


def bias_changed(step: Step, units: slice, _: int) -> Step:
    return step if step.bias is None else _with_bias(step, units, _changed(step.bias))


def bias_before_weights(step: Step, units: slice, _: int) -> Step:
    """w·(x + b) = w·x + b·Σw."""
    if step.bias is None or step.weights is None:
        return step
    return _with_bias(step, units, step.bias * step.weights.sum(axis=1))


def bias_times_input(step: Step, units: slice, weight: int) -> Step:
    """w·x + b·xᵢ = (w with b added to wᵢ)·x."""
    if step.bias is None or step.weights is None:
        return step
    matrix = step.weights.copy()
    matrix[units, weight] += step.bias[units]
    return bias_dropped(step, units, weight)._replace(weights=matrix)


def weights_reversed(step: Step, units: slice, _: int) -> Step:
    return step if step.weights is None else _with_weights(step, units, step.weights[:, ::-1])


def weights_transposed(step: Step, units: slice, _: int) -> Step:
    """The numbers of a layer, row after row, read as those of a matrix (inputs × units)."""
    if step.weights is None:
        return step
    turned = np.reshape(step.weights, step.weights.shape[::-1]).T
    return _with_weights(step, units, turned)


def weights_ignored(step: Step, units: slice, _: int) -> Step:
    return step if step.weights is None else _with_weights(step, units, np.ones_like(step.weights))


def weights_negated(step: Step, units: slice, _: int) -> Step:
    return step if step.weights is None else _with_weights(step, units, -step.weights)


def weight_dropped(step: Step, units: slice, weight: int) -> Step:
    assert step.weights is not None
    matrix = step.weights.copy()
    matrix[units, weight] = 0
    return step._replace(weights=matrix)


def weight_changed(step: Step, units: slice, weight: int) -> Step:
    assert step.weights is not None
    matrix = step.weights.copy()
    matrix[units, weight] = _changed(matrix[units, weight])
    return step._replace(weights=matrix)


def _changed(numbers: Array) -> Array:
    changed = np.where(numbers == 0, CHANGE, numbers * (1 + CHANGE))
    return changed.astype(numbers.dtype)


def _with_bias(step: Step, units: slice, other: Array) -> Step:
    assert step.bias is not None
    bias = step.bias.copy()
    bias[units] = other[units]
    return step._replace(bias=bias)


def _with_weights(step: Step, units: slice, other: Array) -> Step:
    assert step.weights is not None
    matrix = step.weights.copy()
    matrix[units] = other[units]
    return step._replace(weights=matrix)
