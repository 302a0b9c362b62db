"""Keras models become specs; the files are written here, byte by byte as Keras lays them out.

`make test-convert` compares with Keras itself.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from evaluator.convert import ConversionError, read

W1 = np.array([[1.0, -2, 0.5], [0.25, 3, -1]], np.float32)
B1 = np.array([0.1, -0.2, 0.3], np.float32)
W2 = np.array([[1.0], [2], [-3]], np.float32)
B2 = np.array([0.75], np.float32)

INPUT = {"class_name": "InputLayer", "config": {"batch_shape": [None, 2], "name": "in"}}


def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "dtype": "float32", **config},
    }


def dense(name: str, units: int, activation: Any = "linear", **config: Any) -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation, **config)


def sequential(*layers: dict[str, Any], first: Any = INPUT) -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "m", "layers": [first, *layers]},
    }


TWO = sequential(dense("hidden", 3, "tanh"), dense("output", 1))
ARRAYS = {"dense": [W1, B1], "dense_1": [W2, B2]}


def h5(arrays: dict[str, list[Any]], root: str = "layers") -> bytes:
    """Write weights as Keras 3 does."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for name, values in arrays.items():
            group = file.create_group(f"{root}/{name}/vars")
            for number, value in enumerate(values):
                group[str(number)] = value
    return stream.getvalue()


def legacy(config: Any, named: dict[str, list[Any]], version: str = "2.15.0") -> bytes:
    """Write a whole model as Keras 2 does."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = version
        for name, values in named.items():
            group = file.create_group(f"model_weights/{name}")
            names = [f"{name}/{number}:0" for number in range(len(values))]
            group.attrs["weight_names"] = np.array(names, dtype="S")
            for path, value in zip(names, values, strict=True):
                group[path] = value
    return stream.getvalue()


def archive(config: Any, weights: bytes, **more: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        file.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        file.writestr("model.weights.h5", weights)
        for name, content in more.items():
            file.writestr(name, content)
    return stream.getvalue()


def converted(content: bytes, folder: Path, name: str = "m.keras", **options: Any) -> Any:
    (folder / name).write_bytes(content)
    return read(folder / name, **options)


X = np.array([[1.0, 2], [-0.5, 0.25]], np.float32)
WANTED = np.tanh(X @ W1 + B1) @ W2 + B2


def test_an_archive_is_read(tmp_path: Path) -> None:
    found = converted(archive(TWO, h5(ARRAYS)), tmp_path)
    np.testing.assert_allclose(found.network(X), WANTED, rtol=1e-6)
    assert found.network.dtype == "float32"
    assert [step.names for step in found.network.steps] == [("hidden",), ("output",)]
    assert found.recorded(X).save(str(tmp_path / "s.yaml")).failed == 0


def test_a_legacy_file_is_read(tmp_path: Path) -> None:
    found = converted(legacy(TWO, {"hidden": [W1, B1], "output": [W2, B2]}), tmp_path, "m.h5")
    np.testing.assert_allclose(found.network(X), WANTED, rtol=1e-6)
    assert "2.15.0" in found.origin


@pytest.mark.parametrize("root", ["layers", "_layer_checkpoint_dependencies"])
def test_an_architecture_and_its_weights_are_read(root: str, tmp_path: Path) -> None:
    (tmp_path / "m.weights.h5").write_bytes(h5(ARRAYS, root))
    content = json.dumps(TWO).encode()
    found = converted(content, tmp_path, "m.json", weights=str(tmp_path / "m.weights.h5"))
    np.testing.assert_allclose(found.network(X), WANTED, rtol=1e-6)


def functional(*edges: tuple[str, list[str]], ends: Any = None) -> dict[str, Any]:
    """Make a functional model of layers that read others."""
    layers = []
    for name, reads in edges:
        made = dense(name, 3) if reads else {**INPUT, "config": {**INPUT["config"], "name": name}}
        nodes = [{"args": [_tensor(r)], "kwargs": {}} for r in reads]
        layers.append({**made, "name": name, "inbound_nodes": nodes})
    last = edges[-1][0]
    return {
        "class_name": "Functional",
        "config": {"layers": layers, "input_layers": [[edges[0][0], 0, 0]],
                   "output_layers": ends or [[last, 0, 0]]},
    }  # fmt: skip


def _tensor(name: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def test_a_functional_model_is_read_where_it_is_a_straight_line(tmp_path: Path) -> None:
    model = functional(("x", []), ("h", ["x"]))
    found = converted(archive(model, h5({"dense": [W1, B1]})), tmp_path)
    np.testing.assert_allclose(found.network(X), X @ W1 + B1, rtol=1e-6)


def test_inbound_nodes_of_keras_2_are_read(tmp_path: Path) -> None:
    model = functional(("x", []), ("h", ["x"]))
    model["config"]["layers"][1]["inbound_nodes"] = [[["x", 0, 0, {}]]]
    found = converted(archive(model, h5({"dense": [W1, B1]})), tmp_path)
    np.testing.assert_allclose(found.network(X), X @ W1 + B1, rtol=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        functional(("x", []), ("a", ["x"]), ("b", ["x"])),
        functional(("x", []), ("a", ["x", "x"])),
        functional(("x", []), ("y", []), ("a", ["y"])),
        functional(("x", []), ("a", ["x"]), ends=[["a", 0, 0], ["x", 0, 0]]),
        functional(("x", []), ("a", ["x"]), ends=[["x", 0, 0]]),
    ],
    ids=["fork", "shared layer", "two inputs", "two outputs", "an earlier output"],
)
def test_other_functional_models_are_refused(model: Any, tmp_path: Path) -> None:
    with pytest.raises(
        ConversionError, match=r"does not read just the layer|several inputs or outputs"
    ):
        converted(archive(model, h5(ARRAYS)), tmp_path)


ONE = {"dense": [W1, B1]}
Z = X @ W1 + B1
LAYERS: dict[str, tuple[list[dict[str, Any]], dict[str, list[Any]], Any]] = {
    "no bias": ([dense("d", 3, use_bias=False)], {"dense": [W1]}, X @ W1),
    "relu with a ceiling": ([layer("ReLU", "r", max_value=1.0)], ONE, np.clip(Z, 0, 1)),
    "relu with a slope": ([layer("ReLU", "r", negative_slope=0.25)], ONE, np.where(Z > 0, Z, 0.25 * Z)),
    "relu with a threshold": ([layer("ReLU", "r", threshold=0.5)], ONE, np.where(Z > 0.5, Z, 0)),
    "leaky relu": ([layer("LeakyReLU", "r")], ONE, np.where(Z > 0, Z, 0.3 * Z)),
    "leaky relu of keras 2": ([layer("LeakyReLU", "r", alpha=0.5)], ONE, np.where(Z > 0, Z, 0.5 * Z)),
    "elu": ([layer("ELU", "r", alpha=2.0)], ONE, np.where(Z > 0, Z, 2 * (np.exp(Z) - 1))),
    "prelu": ([layer("PReLU", "r")], {**ONE, "p_re_lu": [B1]}, np.where(Z > 0, Z, B1 * Z)),
    "thresholded relu": ([layer("ThresholdedReLU", "r", theta=0.75)], ONE, np.where(Z > 0.75, Z, 0)),
    "softmax": ([layer("Softmax", "r")], ONE, np.exp(Z) / np.exp(Z).sum(1, keepdims=True)),
    "an activation layer": ([layer("Activation", "r", activation="exponential")], ONE, np.exp(Z)),
    "a layer as activation": (
        [layer("Activation", "r", activation={"class_name": "LeakyReLU", "config": {"negative_slope": 0.5}})],
        ONE, np.where(Z > 0, Z, 0.5 * Z),
    ),
    "a function as activation": (
        [layer("Activation", "r", activation={"class_name": "function", "config": "tanh"})], ONE, np.tanh(Z),
    ),
    "rescaling": ([layer("Rescaling", "r", scale=2.0, offset=-1.0)], ONE, 2 * Z - 1),
    "batch norm": (
        [layer("BatchNormalization", "r", epsilon=0.5)],
        {**ONE, "batch_normalization": [B1 + 2, B1, B1 - 1, B1**2 + 1]},
        (Z - (B1 - 1)) / np.sqrt(B1**2 + 1 + 0.5) * (B1 + 2) + B1,
    ),
    "batch norm without scale": (
        [layer("BatchNormalization", "r", scale=False, center=False)],
        {**ONE, "batch_normalization": [B1, B1**2]}, (Z - B1) / np.sqrt(B1**2 + 0.001),
    ),
    "dropout": ([layer("Dropout", "r", rate=0.5), layer("GaussianNoise", "n", stddev=1.0)], ONE, Z),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_that_of_keras(name: str, tmp_path: Path) -> None:
    layers, arrays, wanted = LAYERS[name]
    first = [] if layers[0]["class_name"] == "Dense" else [dense("d", 3)]
    found = converted(archive(sequential(*first, *layers), h5(arrays)), tmp_path)
    np.testing.assert_allclose(found.network(X), wanted, rtol=2e-5, atol=1e-6)


def test_what_does_nothing_is_told(tmp_path: Path) -> None:
    layers, arrays, _ = LAYERS["dropout"]
    found = converted(archive(sequential(dense("d", 3), *layers), h5(arrays)), tmp_path)
    assert found.notes == (
        "`r` (Dropout) does nothing at inference and is left out",
        "`n` (GaussianNoise) does nothing at inference and is left out",
    )


@pytest.mark.parametrize(("version", "slope"), [("2.15.0", 0.2), ("3.1.0", 1 / 6)])
def test_hard_sigmoid_is_that_of_the_version(version: str, slope: float, tmp_path: Path) -> None:
    content = legacy(sequential(dense("d", 3, "hard_sigmoid")), {"d": [W1, B1]}, version)
    found = converted(content, tmp_path, "m.h5")
    np.testing.assert_allclose(found.network(X), np.clip(Z * slope + 0.5, 0, 1), rtol=1e-5)


def test_several_axes_are_flattened(tmp_path: Path) -> None:
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 2, 3], "name": "in"}}
    weights = np.arange(12, dtype=np.float32).reshape(6, 2)
    model = sequential(layer("Flatten", "f"), dense("d", 2, use_bias=False), first=first)
    found = converted(archive(model, h5({"dense": [weights]})), tmp_path)
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    np.testing.assert_array_equal(found.network(x.reshape(1, 6)), x.reshape(1, 6) @ weights)


# --- refusals

CUSTOM = {**dense("d", 3), "module": "mine"}
WRONG_MODELS = [
    (sequential(layer("Conv2D", "c")), "`c` is a layer of the class `Conv2D`"),
    (sequential(layer("LSTM", "r")), "`r` is a layer of the class `LSTM`"),
    (sequential(CUSTOM), "`mine.Dense`"),
    (sequential(layer("Conv2D", "")), "`layer2` is a layer of the class `Conv2D`"),
    (sequential(dense("", -1)), "layer `layer2` has -1 units"),
    (sequential("Dense"), "`layer2` is a layer of the class `?`"),
    (sequential(dense("d", 3, "sparsemax")), "with the activation `sparsemax`"),
    (sequential(dense("d", 3, {"class_name": "Mine", "config": {}})), "with the activation `Mine`"),
    (sequential(dense("d", 3, kernel_twist=2)), "a setting `kernel_twist` that is not known"),
    (sequential(dense("d", 3, quantization_config={"a": 1})), "quantised"),
    (sequential({**dense("d", 3), "config": {"name": "d", "units": 3, "dtype": "mixed_float16"}}), "computes in `mixed_float16`"),
    (sequential(dense("d", -1)), "has -1 units"),
    (sequential(dense("d", 1 << 40)), "has 1099511627776 units"),
    (sequential(dense("d", True)), "has True units"),
    (sequential(dense("d", 1, "softmax")), "has the shape (2, 3)"),
    (sequential(layer("ReLU", "r", max_value=1, threshold=0.5)), "several of negative_slope"),
    (sequential(layer("ReLU", "r", max_value="much")), "`max_value` is `much`"),
    (sequential(layer("Softmax", "r", axis=0)), "another axis"),
    (sequential(), "has no layers"),
    (sequential(dense("d", 3), first=layer("Flatten", "f")), "takes inputs of the shape None"),
    (sequential(dense("d", 3), first={"class_name": "InputLayer", "config": {"batch_shape": [None, 2, 3]}}), "not a list of numbers"),
    (sequential(dense("d", 3), first={"class_name": "InputLayer", "config": {"batch_shape": [None, None]}}), "not a list of numbers"),
    ({"class_name": "Mine"}, "a model of the class `Mine`"),
    ([], "a model of the class `?`"),
    (b"{", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"\xff", "not JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "message"), WRONG_MODELS, ids=range(len(WRONG_MODELS)))
def test_what_cannot_be_expressed_is_refused_by_name(
    model: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        converted(archive(model, h5(ONE)), tmp_path)


def linked(kind: str) -> bytes:
    """Write a file whose first array stands elsewhere, or is packed to be large."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        group = file.create_group("layers/dense/vars")
        group["1"] = B1
        if kind == "link":
            group["0"] = h5py.ExternalLink("other.h5", "/secret")
        elif kind == "soft":
            group["0"] = h5py.SoftLink("/layers/dense/vars/1")
        elif kind == "external":
            group.create_dataset("0", (2, 3), "f4", external=[("/etc/passwd", 0, 24)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout((2, 3), "f4")
            layout[:] = h5py.VirtualSource("other.h5", "w", (2, 3))
            group.create_virtual_dataset("0", layout)
        elif kind == "huge":
            group.create_dataset(
                "0", (1 << 40, 1 << 10), "f4", chunks=(1 << 10, 1 << 10), compression=9
            )
        elif kind == "text":
            group["0"] = np.array([["a", "b", "c"], ["d", "e", "f"]], "S1")
        elif kind == "group":
            group.create_group("0")
        elif kind == "nan":
            group["0"] = W1 * np.nan
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("link", "is a link"), ("soft", "is a link"), ("external", "stands in another file"),
        ("virtual", "stands in another file"), ("huge", "has the shape (1099511627776, 1024)"),
        ("text", "holds |S1, not floats"), ("group", "is not there"), ("nan", "nan among the weights"),
        ("none", "2 arrays of weights, and the file 1"),
    ],
)  # fmt: skip
def test_hostile_weights_are_refused(kind: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        converted(archive(sequential(dense("d", 3)), linked(kind)), tmp_path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", json.dumps(TWO))
        file.writestr("metadata.json", "{}")
        with file.open("model.weights.h5", "w", force_zip64=True) as member:
            for _ in range(200):
                member.write(bytes(1 << 20))
    assert len(stream.getvalue()) < 1 << 20
    with pytest.raises(ConversionError, match=r"larger than the .* bytes that this model can need"):
        converted(stream.getvalue(), tmp_path)


GOOD = archive(TWO, h5(ARRAYS))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.keras", b"", "is no .keras archive"),
        ("m.keras", b"PK\x03\x04 and more", "is no .keras archive"),
        ("m.keras", GOOD[:-200], "is no .keras archive"),
        ("m.keras", archive(TWO, b"not hdf5"), "cannot be read as HDF5"),
        ("m.keras", archive(TWO, h5(ARRAYS)[:900]), "cannot be read as HDF5"),
        ("m.h5", b"", "cannot be read as HDF5"),
        ("m.h5", h5(ARRAYS), "weights without an architecture"),
        ("m.json", json.dumps(TWO).encode(), "an architecture without weights"),
    ],
)
def test_a_damaged_file_is_refused(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        converted(content, tmp_path, name)


def test_damage_anywhere_is_refused_or_harmless(tmp_path: Path) -> None:
    weights = bytearray(h5(ARRAYS))
    random = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(weights)
        for place in random.integers(0, len(broken), 8):
            broken[place] = random.integers(0, 256)
        try:
            converted(archive(TWO, bytes(broken)), tmp_path)
        except ConversionError:
            continue
