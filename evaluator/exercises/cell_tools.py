"""The functions that the cells of a notebook call, as the text of its first cell."""

from __future__ import annotations

from typing import Final

from evaluator.exercises.exercise import COMPUTE, DESIGN, Exercise

#: The activations that cells can compute: z, a list of the units' sums, and parameters → a list.
FUNCTIONS: Final = {
    "identity": "lambda z: z",
    "step": "lambda z, threshold=0: [float(s > threshold) for s in z]",
    "sigmoid": "lambda z: [1 / (1 + math.exp(-s)) if s > -700 else 0.0 for s in z]",
    "tanh": "lambda z: [math.tanh(s) for s in z]",
    "relu": "lambda z: [max(0.0, s) for s in z]",
    "leaky_relu": "lambda z, alpha=0.01: [s if s >= 0 else alpha * s for s in z]",
    "softmax": "lambda z: [1 / sum(math.exp(min(t - s, 700)) for t in z) for s in z]",
}

_NUMBERS: Final = '''\
import contextlib
import inspect
import io
import math
import warnings


def _numbers(answer, count):
    """Give an answer as a list of so many floats; says what is wrong with it."""
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    values = list(answer) if isinstance(answer, (list, tuple)) else [answer]
    assert len(values) == count, f"{len(values)} numbers are given, and {count} asked for"
    for value in values:
        is_number = not isinstance(value, (bool, str, bytes)) and hasattr(value, "__float__")
        assert is_number, f"{value!r} is no number"
    return [float(value) for value in values]


def _holds(values, intervals):
    """Tell of each value whether it lies in its interval."""
    return [low <= v <= high for v, (low, high) in zip(values, intervals)]


def _earned(values, right, wrong=()):
    """Give the part of the points that an answer earns, from 0 to 1; prints what is said to it."""
    found = _holds(values, right)
    if not all(found):
        for intervals, credit, feedback in wrong:
            if all(_holds(values, intervals)):
                print(feedback)
                return float(credit)
    return sum(found) / len(found)
'''

_EVALUATE: Final = '''\


_ACTIVATIONS = {functions}


def _evaluate(steps, inputs):
    """Give all sums and all values of a network: the inputs, then the units in their order."""
    sums, values = list(inputs), list(inputs)
    for reads, weights, bias, activation, parameters in steps:
        x = [values[number] for number in reads]
        z = x if weights is None else [sum(w * v for w, v in zip(row, x)) for row in weights]
        z = z if bias is None else [s + b for s, b in zip(z, bias)]
        sums += z
        values += _ACTIVATIONS[activation](z, **parameters)
    return sums, values


def _answers(steps, cases):
    """Give the part of the cases that a network answers as expected."""
    right = 0
    for inputs, expected in cases:
        found = _evaluate(steps, inputs)
        right += all(low <= found[is_value][n] <= high for is_value, n, low, high in expected)
    return right / len(cases)
'''

_ASK: Final = '''\


def _ask(target, network, inputs, count):
    """Give what a class or function answers; its parameters say by their names what it takes."""
    known = dict(network, inputs=inputs, x=inputs, input=inputs, w=network.get("weights"),
                 b=network.get("bias"))
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [name for name in inspect.signature(target).parameters if name in known]
        if not inspect.isclass(target):
            return _numbers(target(**{name: known[name] for name in names}), count)
        made = target(**{name: known[name] for name in names})
        methods = ("feedforward", "forward", "predict", "__call__")
        method = next(getattr(made, name) for name in methods if hasattr(made, name))
        return _numbers(method(inputs), count)
'''


def tools(exercise: Exercise) -> str:
    """Write the functions that the other cells call."""
    text = _NUMBERS
    kinds = {part.kind for part in exercise.parts}
    if DESIGN in kinds:
        used = {step.activation.name for step in exercise.spec.network.steps}
        lines = [f"    {name!r}: {FUNCTIONS[name]},\n" for name in FUNCTIONS if name in used]
        text += _EVALUATE.replace("{functions}", "{\n" + "".join(lines) + "}")
    if kinds - {COMPUTE, DESIGN}:
        text += _ASK
    return text
