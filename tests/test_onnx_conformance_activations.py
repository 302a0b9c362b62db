"""Every node test of ONNX with one operator that is an activation here, at our own tolerance.

ONNX itself compares with rtol 1e-3, under which many wrong variants pass.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx.backend.test.case.node import collect_testcases

from evaluator.activations import ACTIVATIONS

RTOL, ATOL = 1e-5, 1e-6
FLOAT16_TOLERANCE = 3e-5

Attributes = dict[str, Any]
Inputs = list[Any]


def _same(*names: str) -> Callable[[Attributes, Inputs], dict[str, Any]]:
    return lambda attributes, _: {name: attributes[name] for name in names if name in attributes}


def _clip(_: Attributes, inputs: Inputs) -> dict[str, Any]:
    bounds = dict(zip(("min", "max"), inputs[1:], strict=False))
    return {name: float(bound) for name, bound in bounds.items() if bound is not None}


def _prelu(_: Attributes, inputs: Inputs) -> dict[str, Any]:
    return {"slope": np.broadcast_to(inputs[1], inputs[0].shape).ravel()}


def _gelu(attributes: Attributes, _: Inputs) -> dict[str, Any]:
    return {"approximate": attributes.get("approximate", b"none").decode()}


#: Operator → our name, and the parameters that its attributes and inputs come to.
OPERATORS: dict[str, tuple[str, Callable[[Attributes, Inputs], dict[str, Any]]]] = {
    "Identity": ("identity", _same()),
    "Sigmoid": ("sigmoid", _same()),
    "Tanh": ("tanh", _same()),
    "Relu": ("relu", _same()),
    "LeakyRelu": ("leaky_relu", _same("alpha")),
    "PRelu": ("prelu", _prelu),
    "ThresholdedRelu": ("thresholded_relu", _same("alpha")),
    "Elu": ("elu", _same("alpha")),
    "Selu": ("selu", _same("alpha", "gamma")),
    "Celu": ("celu", _same("alpha")),
    "Gelu": ("gelu", _gelu),
    "Swish": ("silu", lambda attributes, _: {"beta": attributes.get("alpha", 1.0)}),
    "Mish": ("mish", _same()),
    "Softplus": ("softplus", _same()),
    "Softsign": ("softsign", _same()),
    "HardSigmoid": ("hard_sigmoid", _same("alpha", "beta")),
    "HardSwish": ("hard_swish", _same()),
    "Clip": ("clip", _clip),
    "Shrink": ("hard_shrink", _same("lambd")),
    "Exp": ("exp", _same()),
    "Reciprocal": ("reciprocal", _same()),
    "Sin": ("sin", _same()),
    "Cos": ("cos", _same()),
    "Atan": ("atan", _same()),
    "Softmax": ("softmax", _same()),
    "LogSoftmax": ("log_softmax", _same()),
    "Hardmax": ("hardmax", _same()),
}

#: Not arrays of float16, float32 or float64: nothing that a spec could say.
OTHER_TYPES = {
    "test_celu_bfloat16",
    "test_clip_default_int8_inbounds",
    "test_clip_default_int8_inbounds_expanded",
    "test_clip_default_int8_max",
    "test_clip_default_int8_min",
    "test_identity_opt",
    "test_identity_sequence",
}


#: From one array of floats to another of the same shape, and no activation of the format.
OTHER_OPERATORS = {
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atanh", "AveragePool", "Bernoulli", "Binarizer",
    "Ceil", "Cosh", "DFT", "Dropout", "Erf", "Floor", "LRN", "Log", "LpNormalization",
    "LpPool", "Max", "MaxPool", "Mean", "MeanVarianceNormalization", "Min", "Neg",
    "OptionalGetElement", "Round", "Sign", "Sinh", "Sqrt", "Sum", "Tan", "Transpose",
    "TreeEnsemble",
}  # fmt: skip


def _collect() -> list[Any]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # making the cases overflows in operators not ours
        cases = collect_testcases(None)
    return [case for case in cases if len(case.model.graph.node) == 1]


SINGLE = _collect()
COLLECTED = [case for case in SINGLE if case.model.graph.node[0].op_type in OPERATORS]
CASES = [case for case in COLLECTED if case.name not in OTHER_TYPES]


def _answer(node: onnx.NodeProto, inputs: Inputs) -> np.ndarray:
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    given = iter(inputs)
    inputs = [next(given) if name else None for name in node.input]
    name, parameters = OPERATORS[node.op_type]
    if attributes.get("bias", 0.0):
        assert attributes["bias"] == attributes["lambd"]
        name = "soft_shrink"
    activation = ACTIVATIONS[name]
    z = inputs[0]
    if z.dtype == np.float16:
        z = z.astype(np.float32)
    with np.errstate(all="ignore"):
        if activation.whole_layer:
            moved = np.moveaxis(z, attributes.get("axis", -1), -1)
            flat = activation(moved.reshape(-1, moved.shape[-1]))
            return np.moveaxis(flat.reshape(moved.shape), -1, attributes.get("axis", -1))
        return activation(z.reshape(1, -1), **parameters(attributes, inputs)).reshape(z.shape)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_answers_as_onnx_says(case: Any) -> None:
    for inputs, (expected,) in case.data_sets:
        actual = _answer(case.model.graph.node[0], list(inputs))
        assert actual.shape == expected.shape
        if expected.dtype == np.float16:
            np.testing.assert_allclose(
                actual.astype(np.float16), expected, FLOAT16_TOLERANCE, FLOAT16_TOLERANCE
            )
        else:
            assert actual.dtype == expected.dtype
            np.testing.assert_allclose(actual, expected, RTOL, ATOL)


def test_79_cases_or_more_have_run_and_at_least_one_for_every_operator() -> None:
    ran = Counter(case.model.graph.node[0].op_type for case in CASES)
    assert sum(ran.values()) >= 79
    assert set(ran) == set(OPERATORS)


def test_cases_left_out_are_those_of_other_types() -> None:
    assert {case.name for case in COLLECTED} >= OTHER_TYPES
    types = {
        array.dtype
        for case in CASES
        for inputs, outputs in case.data_sets
        for array in (*inputs, *outputs)
    }
    assert types <= {np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)}


def _maps_an_array_to_its_like(case: Any) -> bool:
    ((inputs, outputs),) = case.data_sets
    if len(inputs) != 1 or len(outputs) != 1:
        return False
    before, after = inputs[0], outputs[0]
    if not (isinstance(before, np.ndarray) and isinstance(after, np.ndarray)):
        return False
    return before.dtype.kind == "f" and (before.dtype, before.shape) == (after.dtype, after.shape)


def test_every_other_operator_that_could_be_an_activation_is_known_to_be_none() -> None:
    found = {
        case.model.graph.node[0].op_type
        for case in SINGLE
        if case.data_sets and _maps_an_array_to_its_like(case)
    }
    assert found - set(OPERATORS) == OTHER_OPERATORS
