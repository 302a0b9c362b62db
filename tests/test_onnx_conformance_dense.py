"""Every node test of ONNX that multiplies matrices of floats, as a layer of ours.

A dense layer is one matrix of weights and one bias for each unit, the same for every case: Gemm
with its attributes folded into weights, bias and inputs, and MatMul by a single matrix.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx.backend.test.case.node import collect_testcases

import evaluator

RTOL, ATOL = 1e-5, 1e-6

#: Why the others are no dense layer.
NOT_DENSE = {
    "test_gemm_default_matrix_bias": "each case has a bias of its own",
    "test_matmul_3d": "each matrix of inputs has weights of its own",
    "test_matmul_4d": "each matrix of inputs has weights of its own",
    "test_matmul_bcast": "every matrix of inputs meets every matrix of weights",
    "test_matmulinteger": "integers",
    "test_qlinearmatmul_2D_int8_float16": "quantized integers",
    "test_qlinearmatmul_2D_int8_float32": "quantized integers",
    "test_qlinearmatmul_2D_uint8_float16": "quantized integers",
    "test_qlinearmatmul_2D_uint8_float32": "quantized integers",
    "test_qlinearmatmul_3D_int8_float16": "quantized integers",
    "test_qlinearmatmul_3D_int8_float32": "quantized integers",
    "test_qlinearmatmul_3D_uint8_float16": "quantized integers",
    "test_qlinearmatmul_3D_uint8_float32": "quantized integers",
}

DENSE = [
    "test_gemm_all_attributes",
    "test_gemm_alpha",
    "test_gemm_beta",
    "test_gemm_default_no_bias",
    "test_gemm_default_scalar_bias",
    "test_gemm_default_single_elem_vector_bias",
    "test_gemm_default_vector_bias",
    "test_gemm_default_zero_bias",
    "test_gemm_transposeA",
    "test_gemm_transposeB",
    "test_matmul_1d_1d",
    "test_matmul_1d_3d",
    "test_matmul_2d",
    "test_matmul_4d_1d",
]


def _collect() -> dict[str, Any]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # making the cases overflows in operators not ours
        cases = collect_testcases(None)
    single = {case.name: case for case in cases if len(case.model.graph.node) == 1}
    operators = {name: case.model.graph.node[0].op_type for name, case in single.items()}
    return {name: single[name] for name, op in operators.items() if "Gemm" in op or "MatMul" in op}


CASES = _collect()


def _layer(case: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]:
    """Give inputs (cases, n), weights (units, n), bias (units,) and what is expected."""
    ((arrays, (expected,)),) = case.data_sets
    (node,) = case.model.graph.node
    given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    x, weights, *rest = arrays
    if node.op_type == "Gemm":
        x = x.T if given.get("transA") else x
        weights = weights if given.get("transB") else weights.T
        weights = given.get("alpha", 1.0) * weights.astype(np.float64)
        bias = None
        if rest:
            bias = np.broadcast_to(
                given.get("beta", 1.0) * rest[0].astype(np.float64).ravel(), len(weights)
            )
        return x, weights, bias, expected
    if weights.ndim == 1:  # one unit, whatever the shape of the batch
        return x.reshape(-1, x.shape[-1]), weights[None, :], None, expected.reshape(-1, 1)
    # One case; the units of several matrices stand beside each other.
    columns = np.moveaxis(weights, -2, -1).reshape(-1, weights.shape[-2])
    return np.atleast_2d(x), columns, None, expected.reshape(len(np.atleast_2d(x)), -1)


def _text(x: Any, weights: Any, bias: Any, expected: Any) -> str:
    """Write the spec; JSON is YAML."""
    layer = {"weights": weights.tolist(), "activation": "identity"}
    if bias is not None:
        layer["bias"] = bias.tolist()
    cases = [
        {"inputs": inputs, "expected": outputs}
        for inputs, outputs in zip(x.tolist(), expected.tolist(), strict=True)
    ]
    tolerance = {"rtol": RTOL, "atol": ATOL}
    return json.dumps(
        {"dtype": "float32", "tolerance": tolerance, "layers": [layer], "cases": cases}
    )


@pytest.mark.parametrize("name", DENSE)
def test_a_layer_answers_as_onnx_says(name: str, tmp_path: Path) -> None:
    x, weights, bias, expected = _layer(CASES[name])
    file = tmp_path / "layer.yaml"
    file.write_text(_text(x, weights, bias, expected))
    report = evaluator.run(file)
    assert report.ok, report.failing()
    assert report.summary.values == expected.size
    actual = evaluator.load(file).network(x)
    assert (actual.shape, actual.dtype) == (expected.shape, np.float32)
    np.testing.assert_allclose(actual, expected, RTOL, ATOL)


def _biased(name: str) -> bool:
    bias = _layer(CASES[name])[2]
    return bias is not None and bool(bias.any())


#: A layer, and what its weights and its bias are multiplied by.
WRONG = [
    *[(name, factor, 1) for name in DENSE for factor in (2, -1)],
    *[(name, 1, factor) for name in DENSE if _biased(name) for factor in (2, 0)],
]


@pytest.mark.parametrize(("name", "weight", "offset"), WRONG)
def test_a_layer_with_other_numbers_fails(
    name: str, weight: int, offset: int, tmp_path: Path
) -> None:
    x, weights, bias, expected = _layer(CASES[name])
    file = tmp_path / "layer.yaml"
    file.write_text(_text(x, weight * weights, bias if bias is None else offset * bias, expected))
    assert evaluator.run(file).summary.exit_code == 1


def test_every_case_is_a_layer_or_is_known_to_be_none() -> None:
    assert set(CASES) == {*DENSE, *NOT_DENSE}
