"""ONNX models become specs, and specs ONNX models; the oracle is ONNX Runtime."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import evaluator
from evaluator.convert import ConversionError, export, read
from evaluator.source import read_file
from evaluator.spec import Spec, build

SPECS = Path(__file__).parent.parent / "specs"
LIBRARY = [
    pytest.param(spec, id=f"{file.relative_to(SPECS)}#{number}")
    for file in sorted(SPECS.rglob("*.yaml"))
    for number, spec in enumerate(map(build, read_file(str(file))), 1)
]


def inputs_of(spec: Spec) -> np.ndarray:
    random = np.random.default_rng(1)
    shape = (40, len(spec.network.inputs))
    return (random.standard_normal(shape) * 3).astype(spec.network.dtype)


@pytest.mark.parametrize("spec", LIBRARY)
def test_a_spec_comes_back_from_onnx_with_the_same_answers(spec: Spec, tmp_path: Path) -> None:
    content, notes = export(spec, "model.onnx")
    assert notes == []
    (tmp_path / "model.onnx").write_bytes(content)
    conversion = read(tmp_path / "model.onnx")
    x = inputs_of(spec)
    saved = conversion.recorded(x).save(str(tmp_path / "back.yaml"))
    assert saved.failed == 0
    back = evaluator.load(tmp_path / "back.yaml").network
    assert back.inputs == spec.network.inputs
    assert back(x).tobytes() == spec.network(x).tobytes()
    assert back.dtype == spec.network.dtype


@pytest.mark.parametrize("spec", LIBRARY)
def test_onnx_accepts_what_is_written_and_its_runtime_agrees(spec: Spec) -> None:
    content, _ = export(spec, "model.onnx")
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    x = inputs_of(spec)
    activations = {step.activation.name for step in spec.network.steps}
    if spec.network.dtype == "float64" and "gelu" in activations:
        pytest.skip("ONNX Runtime has Gelu in float32 alone")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"inputs": x})
    tolerance = 1e-12 if spec.network.dtype == "float64" else 1e-5
    np.testing.assert_allclose(found, spec.network(x), rtol=tolerance, atol=tolerance)


# --- models of others


RANDOM = np.random.default_rng(2)
W1, B1 = RANDOM.standard_normal((4, 3)), RANDOM.standard_normal(4)
W2, B2 = RANDOM.standard_normal((2, 4)), RANDOM.standard_normal(2)


def model(
    nodes: Sequence[Any], constants: dict[str, Any], *, shape: Sequence[Any] = ("n", 3), opset: int = 20,
    outputs: Sequence[str] = ("y",), dtype: Any = np.float32, inputs: Sequence[str] = ("x",),
) -> onnx.ModelProto:  # fmt: skip
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    arrays = {
        name: np.asarray(value) if np.asarray(value).dtype.kind == "i" else np.asarray(value, dtype)
        for name, value in constants.items()
    }
    graph = helper.make_graph(
        list(nodes), "g",
        [helper.make_tensor_value_info(name, kind, shape) for name in inputs],
        [helper.make_tensor_value_info(name, kind, None) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in arrays.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def node(operator: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(" "), output.split(" "), **attributes)


def test_what_leads_to_no_output_is_told(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w", transB=1), node("Relu", "y", "r"), node("Tanh", "r", "t")]
    found = converted(model(nodes, {"w": W1}), tmp_path)
    assert found.notes == ("`r` (Relu) leads to no output and is left out",
                           "`t` (Tanh) leads to no output and is left out")  # fmt: skip
    assert read(tmp_path / "m.onnx", outputs=("r",)).notes == ()


def test_the_factors_of_a_gemm_are_told(tmp_path: Path) -> None:
    found = converted(
        model([node("Gemm", "x w b", alpha=0.5, beta=2.0)], {"w": W1.T, "b": B1}), tmp_path
    )
    assert found.notes == ("the alpha of `y` (Gemm), 0.5, is folded into its weights",
                           "the beta of `y` (Gemm), 2, is folded into its bias")  # fmt: skip


def test_a_layer_keeps_its_name_where_its_values_are_called_otherwise_too(tmp_path: Path) -> None:
    """The z of a layer without weights is what comes in, which has a name already."""
    (tmp_path / "s.yaml").write_text(
        "layers:\n  - {name: hidden, weights: [[1, 2], [3, 4]], activation: gelu}\n"
        "  - {activation: softmax}\ncases: [{inputs: [1, 2], expected: [0, 1]}]\n"
    )
    spec = evaluator.load(tmp_path / "s.yaml")
    found = converted(onnx.load_from_string(export(spec, "m.onnx")[0]), tmp_path)
    assert [step.names for step in found.network.steps] == [("hidden",), ("layer2",)]
    assert found.notes == ()


def converted(found: onnx.ModelProto, folder: Path, **options: Any) -> Any:
    onnx.save(found, folder / "m.onnx")
    return read(folder / "m.onnx", **options)


def agree(found: onnx.ModelProto, folder: Path, width: int = 3) -> Any:
    """Convert a model, and compare its answers with ONNX Runtime's."""
    conversion = converted(found, folder)
    x = np.random.default_rng(3).standard_normal((30, width)).astype(np.float32) * 2
    session = onnxruntime.InferenceSession(
        found.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (given,) = session.get_inputs()
    wanted = session.run(None, {given.name: x.reshape(30, *given.shape[1:])})
    answers = conversion.network(x)
    np.testing.assert_allclose(answers, np.hstack(wanted), rtol=1e-4, atol=1e-5)
    saved = conversion.recorded(x[:3]).save(str(folder / "s.yaml"))
    assert saved.failed == 0
    return conversion


DENSE = {"w1": W1, "b1": B1, "w2": W2, "b2": B2}
FORMS = {
    "gemm, transposed": ([node("Gemm", "x w1 b1", "h", transB=1), node("Relu", "h")], DENSE),
    "gemm with factors": ([node("Gemm", "x w b1", alpha=0.5, beta=2.0)], {"w": W1.T, "b1": B1}),
    "gemm without bias": ([node("Gemm", "x w")], {"w": W1.T}),
    "gemm, one bias for all": ([node("Gemm", "x w b")], {"w": W1.T, "b": [0.5]}),
    "gemm, a row of biases": ([node("Gemm", "x w b")], {"w": W1.T, "b": B1[None]}),
    "matmul and add": (
        [node("MatMul", "x w", "m"), node("Add", "m b1", "z"), node("Tanh", "z")], {"w": W1.T, "b1": B1},
    ),
    "add on the left": ([node("MatMul", "x w", "m"), node("Add", "b1 m")], {"w": W1.T, "b1": B1}),
    "two layers": (
        [node("Gemm", "x w1 b1", "z", transB=1), node("Sigmoid", "z", "h"),
         node("Gemm", "h w2 b2", "o", transB=1), node("Softmax", "o", axis=-1)], DENSE,
    ),
    "transposed by a node": (
        [node("Transpose", "w1", "t", perm=[1, 0]), node("MatMul", "x t")], {"w1": W1},
    ),
    "reshaped by a node": (
        [node("Reshape", "f s", "w"), node("MatMul", "x w")], {"f": W1.ravel(), "s": np.array([3, 4])},
    ),
    "a constant as a node": (
        [helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(W1.T.astype(np.float32))),
         node("MatMul", "x w")], {},
    ),
    "scaled inputs": (
        [node("Sub", "x m", "c"), node("Div", "c s", "n"), node("Gemm", "n w1 b1", transB=1)],
        {**DENSE, "m": [1.0, 2, 3], "s": [2.0, 4, 8]},
    ),
    "one minus": ([node("Sub", "one x", "m"), node("Gemm", "m w1", transB=1)], {"one": 1.0, "w1": W1}),
    "negated": ([node("Neg", "x", "m"), node("Gemm", "m w1", transB=1)], {"w1": W1}),
    "scaled outputs": ([node("Gemm", "x w1", "z", transB=1), node("Mul", "z s")], {"w1": W1, "s": 3.0}),
    "batch norm after weights": (
        [node("Gemm", "x w1 b1", "z", transB=1), node("BatchNormalization", "z g b m v"), ],
        {**DENSE, "g": B1 + 3, "b": B1, "m": B1 - 1, "v": B1**2 + 0.5},
    ),
    "batch norm after an activation": (
        [node("Relu", "x", "r"), node("BatchNormalization", "r g b m v", epsilon=0.01)],
        {"g": [1.0, 2, 3], "b": [0.5, 0, -1], "m": [1.0, 2, 3], "v": [0.5, 1, 2]},
    ),
    "residual": (
        [node("Gemm", "x w", "h"), node("Relu", "h", "r"), node("Add", "r x")], {"w": W1[:3].T},
    ),
    "difference": ([node("Tanh", "x", "t"), node("Gemm", "x w", "h"), node("Sub", "h t")], {"w": W1[:3].T}),
    "concatenated": (
        [node("Gemm", "x w1", "h", transB=1), node("Concat", "h x", "c", axis=1), node("Relu", "c")],
        {"w1": W1},
    ),
    "gathered": (
        [node("Gather", "x i", "c", axis=1), node("Tanh", "c")], {"i": np.array([2, 0])},
    ),
    "gathered twice": (
        [node("Gather", "x i", "c", axis=-1), node("MatMul", "c w")], {"i": np.array([2, 0, 2]), "w": W1.T},
    ),
    "sliced": (
        [node("Slice", "x a b c", "p"), node("Exp", "p")],
        {"a": np.array([1]), "b": np.array([3]), "c": np.array([1])},
    ),
    "nothing but names": (
        [node("Identity", "x", "i"), node("Dropout", "i", "d"), node("Gemm", "d w1", transB=1)], {"w1": W1},
    ),
    "gelu of older exporters": ([node("Gelu", "x", approximate="tanh")], {}),
    "swish": ([node("Sigmoid", "x", "s"), node("Mul", "s x")], {}),
    "square": ([node("Pow", "x two")], {"two": 2.0}),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_model_of_this_form_answers_as_onnx_runtime(form: str, tmp_path: Path) -> None:
    nodes, constants = FORMS[form]
    agree(model(nodes, constants), tmp_path)


ACTIVATIONS = [
    ("Relu", {}), ("Sigmoid", {}), ("Tanh", {}), ("LeakyRelu", {}), ("LeakyRelu", {"alpha": 0.3}),
    ("ThresholdedRelu", {}), ("Elu", {"alpha": 0.7}), ("Selu", {}), ("Selu", {"alpha": 1.5, "gamma": 2.0}),
    ("Celu", {"alpha": 2.0}), ("Gelu", {}), ("Mish", {}), ("Softplus", {}), ("Softsign", {}),
    ("HardSigmoid", {}), ("HardSigmoid", {"alpha": 0.25}), ("HardSwish", {}), ("Shrink", {"lambd": 0.7}),
    ("Shrink", {"lambd": 0.5, "bias": 0.5}), ("Exp", {}), ("Reciprocal", {}), ("Sin", {}), ("Cos", {}),
    ("Atan", {}), ("Softmax", {}), ("LogSoftmax", {"axis": 1}), ("Hardmax", {}),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "attributes"), ACTIVATIONS, ids=str)
def test_an_activation_is_that_of_onnx(
    operator: str, attributes: dict[str, Any], tmp_path: Path
) -> None:
    agree(model([node(operator, "x", **attributes)], {}), tmp_path)


@pytest.mark.parametrize("operator", ["Clip", "Max", "Min", "PRelu"])
def test_an_activation_with_numbers_is_that_of_onnx(operator: str, tmp_path: Path) -> None:
    constants: dict[str, Any] = {"a": [0.1, 0.2, 0.3] if operator == "PRelu" else -0.5}
    given = "x a"
    if operator == "Clip":
        constants["b"], given = 0.75, "x a b"
    agree(model([node(operator, given)], constants), tmp_path)


def test_parameters_are_those_that_onnx_holds(tmp_path: Path) -> None:
    # ONNX holds 0.01 as a float32, which in float64 is another number.
    found = converted(model([node("LeakyRelu", "x")], {}, dtype=np.float64), tmp_path)
    (step,) = found.network.steps
    assert step.parameters == {"alpha": float(np.float32(0.01))}


@pytest.mark.parametrize("axes", ["Flatten", "Reshape"])
def test_several_axes_are_flattened(axes: str, tmp_path: Path) -> None:
    given = "x s" if axes == "Reshape" else "x"
    constants = {"w": RANDOM.standard_normal((6, 2)), "s": np.array([-1, 6])}
    nodes = [node(axes, given, "f"), node("MatMul", "f w")]
    agree(model(nodes, constants, shape=("n", 2, 3)), tmp_path, width=6)


def test_several_inputs_are_named_after_their_tensors(tmp_path: Path) -> None:
    nodes = [node("Concat", "a b", "c", axis=1), node("Relu", "c")]
    found = converted(model(nodes, {}, inputs=("a", "b"), shape=("n", 2)), tmp_path)
    assert found.network.inputs == ("a_1", "a_2", "b_1", "b_2")
    assert found.network([1, -2, 3, -4]).tolist() == [1, 0, 3, 0]


def test_layers_are_named_after_their_tensors(tmp_path: Path) -> None:
    nodes, constants = FORMS["two layers"]
    found = converted(model(nodes, constants), tmp_path)
    assert [step.names for step in found.network.steps] == [("h",), ("y",)]


def test_only_the_outputs_that_are_wanted_are_converted(tmp_path: Path) -> None:
    nodes = [node("Relu", "x", "r"), node("ArgMax", "x", "label")]
    whole = model(nodes, {}, outputs=("r", "label"))
    with pytest.raises(ConversionError, match="`label` is a node with the operator `ArgMax`"):
        converted(whole, tmp_path)
    found = converted(whole, tmp_path, outputs=("r",))
    assert found.network([1, -1, 2]).tolist() == [1, 0, 2]
    with pytest.raises(ConversionError, match="has no output `lable`"):
        converted(whole, tmp_path, outputs=("lable",))


def test_what_does_nothing_at_inference_is_told(tmp_path: Path) -> None:
    nodes, constants = FORMS["nothing but names"]
    found = converted(model(nodes, constants), tmp_path)
    assert found.notes == ("`d` (Dropout) does nothing at inference and is left out",)


def test_test_data_beside_the_model_is_what_is_expected(tmp_path: Path) -> None:
    folder = tmp_path / "test_data_set_0"
    folder.mkdir()
    x = np.array([[1, -2, 3], [4, 5, -6]], np.float32)
    (folder / "input_0.pb").write_bytes(numpy_helper.from_array(x).SerializeToString())
    y = np.maximum(x, 0)
    y[1, 1] = 99  # so that a test sees whose values these are
    (folder / "output_0.pb").write_bytes(numpy_helper.from_array(y).SerializeToString())
    found = converted(model([node("Relu", "x")], {}), tmp_path)
    saved = found.save(str(tmp_path / "s.yaml"))
    assert (saved.cases, saved.failed) == (2, 1)
    assert "[4, 99, 0]" in (tmp_path / "s.yaml").read_text("utf-8")


# --- refusals

REFUSED = {
    "an operator": ([node("Conv", "x w")], {"w": W1}, "`y` is a node with the operator `Conv`"),
    "a domain": (
        [helper.make_node("Relu", ["x"], ["y"], domain="my.own")], {}, "`my.own.Relu`",
    ),
    "weights that vary": ([node("Gemm", "x x")], {}, "the second factor is not constant"),
    "a product": ([node("Tanh", "x", "t"), node("Mul", "t x")], {}, "multiplies two values"),
    "a quotient": ([node("Tanh", "x", "t"), node("Div", "x t")], {}, "divides by a value"),
    "weights on the left": ([node("MatMul", "w x")], {"w": W1}, "stand on the left"),
    "transposed inputs": ([node("Gemm", "x w", transA=1)], {"w": W1}, "transA is set"),
    "another axis": ([node("Softmax", "x", axis=0)], {}, "its axis is 0"),
    "a wrong width": ([node("Gemm", "x w")], {"w": W2}, "for 3 values"),
    "a wrong bias": ([node("Gemm", "x w b")], {"w": W1.T, "b": B2}, "shape (2,), for 4 values"),
    "weights that are not finite": ([node("Gemm", "x w")], {"w": W1.T * np.inf}, "inf among the weights"),
    "another bias in training": (
        [node("BatchNormalization", "x b b b b", "y m v", training_mode=1)], {"b": [1.0, 1, 1]}, "training mode",
    ),
    "dropout in training": (
        [node("Dropout", "x r t")], {"r": 0.5, "t": np.array(1)}, "training mode",
    ),
    "a negative variance": (
        [node("BatchNormalization", "x b b b v")], {"b": [1.0, 1, 1], "v": [-1.0, 1, 1]}, "variance that is not above 0",
    ),
    "no such tensor": ([node("Relu", "q")], {}, "`q` is not there"),
    "a circle": ([node("Relu", "y", "a"), node("Tanh", "a")], {}, "depends on itself"),
    "a shrink with a bias": ([node("Shrink", "x", bias=0.2)], {}, "its bias is"),
    "a mean over values": ([node("ReduceMean", "x")], {}, "`ReduceMean`"),
    "an input that is missing": ([helper.make_node("Add", ["x"], ["y"])], {}, "it has 1 inputs, not 2"),
    "no input at all": ([helper.make_node("Relu", [], ["y"])], {}, "too few inputs"),
    "weights of text": (
        [helper.make_node("Constant", [], ["w"], value_strings=["a"]), node("MatMul", "x w")], {},
        "the second factor holds",
    ),
    "a loop": ([node("If", "x")], {}, "`If`"),
    "softmax inside a skip": (
        [node("Softmax", "x", "s"), node("Add", "s x")], {}, "`softmax` over a part of a network",
    ),
    "gathered outside": ([node("Gather", "x i", axis=1)], {"i": np.array([3])}, "columns of 3 that are not there"),
    "wide concatenation": (
        [node("Concat", " ".join(["x"] * 100), "a", axis=1), node("Concat", " ".join(["a"] * 100), "b", axis=1),
         node("Concat", " ".join(["b"] * 100), axis=1)], {}, "more than 1048576 values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_expressed_is_refused_by_name(name: str, tmp_path: Path) -> None:
    nodes, constants, message = REFUSED[name]
    with pytest.raises(ConversionError, match=re.escape(message)):
        converted(model(nodes, constants), tmp_path)


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        (("n", "m"), TensorProto.FLOAT, "has the shape (n, m), not (cases, values)"),
        ((3,), TensorProto.FLOAT, "has the shape (3), not (cases, values)"),
        (None, TensorProto.FLOAT, "not (cases, values)"),
        (("n", 3), TensorProto.STRING, "of the type STRING"),
        (("n", 3), TensorProto.FLOAT16, "of the type FLOAT16"),
        (("n", 3), TensorProto.INT64, "of the type INT64"),
        (("n", 1 << 40), TensorProto.FLOAT, "has the shape (n, 1099511627776)"),
    ],
)
def test_inputs_of_another_kind_are_refused(
    shape: Any, kind: int, message: str, tmp_path: Path
) -> None:
    found = model([node("Relu", "x")], {})
    found.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", kind, shape))
    with pytest.raises(ConversionError, match=re.escape(message)):
        converted(found, tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 99, b"hello", np.arange(4096, dtype=np.uint8).tobytes()[::-1], b"\x08\x09"],
)
def test_a_file_that_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(content)
    with pytest.raises(ConversionError, match="is no ONNX"):
        read(tmp_path / "m.onnx")


@pytest.mark.parametrize("seed", range(3))
def test_damage_anywhere_is_refused_or_harmless(seed: int, tmp_path: Path) -> None:
    whole = [
        model(*FORMS[name]).SerializeToString() for name in ("two layers", "residual", "sliced")
    ]
    random = np.random.default_rng(seed)
    for content in whole * 100:
        broken = bytearray(content)
        for place in random.integers(0, len(broken), 4):
            broken[place] = random.integers(0, 256)
        (tmp_path / "m.onnx").write_bytes(broken)
        try:
            read(tmp_path / "m.onnx")
        except ConversionError:
            continue


# --- data in other files


def outside(
    location: str, length: int = 48, offset: int | str = 0, dims: Sequence[int] = (3, 4)
) -> onnx.ModelProto:
    found = model([node("Gemm", "x w")], {"w": W1.T})
    (tensor,) = found.graph.initializer
    tensor.ClearField("raw_data")
    tensor.ClearField("dims")
    tensor.dims.extend(dims)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return found


def test_a_tensor_of_less_than_nothing_is_refused(tmp_path: Path) -> None:
    found = model([node("Gemm", "x w")], {"w": W1.T})
    found.graph.initializer[0].dims[:] = [-1, 4]
    with pytest.raises(ConversionError, match=re.escape("has the shape (-1 × 4)")):
        converted(found, tmp_path)


@pytest.mark.parametrize("location", ["w.bin", "data/w.bin"])
def test_data_beside_the_model_is_read(location: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / location).write_bytes(b"junk" + W1.T.astype(np.float32).tobytes())
    found = converted(outside(location, offset=4), tmp_path)
    np.testing.assert_array_equal(found.network.steps[0].weights, W1.astype(np.float32))


@pytest.mark.parametrize(
    ("location", "changes", "message"),
    [
        ("../w.bin", {}, "leads out of the folder"),
        ("/etc/passwd", {}, "leads out of the folder"),
        ("C:\\w.bin", {}, "leads out of the folder"),
        ("link.bin", {}, "leads out of the folder"),
        ("", {}, "leads out of the folder"),
        (".", {}, "leads out of the folder"),
        ("w.bin", {"offset": 40}, "takes 48 bytes from byte 40 on, and `w.bin` has 48 bytes"),
        ("w.bin", {"offset": -4}, "has the offset `-4` in `w.bin`"),
        ("w.bin", {"offset": "four"}, "has the offset `four` in `w.bin`"),
        ("w.bin", {"length": -1}, "has the length `-1` in `w.bin`"),
        ("w.bin", {"length": 44}, "takes 48 bytes, and its length is given as 44"),
        ("w.bin", {"length": 1 << 50}, "takes 48 bytes, and its length is given as"),
        (
            "w.bin",
            {"dims": (1 << 30, 1 << 30), "length": 1 << 62},
            "bytes, and `w.bin` has 48 bytes",
        ),
        ("w.bin", {"dims": (-3, -4)}, "has the shape (-3 × -4)"),
    ],
)
def test_data_elsewhere_is_refused(
    location: str, changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    (tmp_path / "w.bin").write_bytes(W1.T.astype(np.float32).tobytes())
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "w.bin").write_bytes(W1.T.astype(np.float32).tobytes())
    (folder / "link.bin").symlink_to(tmp_path / "w.bin")
    with pytest.raises(ConversionError, match=re.escape(message)):
        converted(outside(location, **changes), folder)
