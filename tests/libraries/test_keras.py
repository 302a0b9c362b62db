"""Models that Keras saves, each in its three ways, answer as Keras does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
import pytest

from evaluator.convert import ConversionError, read
from evaluator.convert.keras_layers import ACTIVATIONS

# What Keras says of its own older format.
pytestmark = pytest.mark.filterwarnings("ignore")

L = keras.layers


def sequential(*layers: Any, shape: tuple[int, ...] = (3,)) -> Any:
    return keras.Sequential([keras.Input(shape), *layers])


def functional() -> Any:
    x = keras.Input((3,))
    hidden = L.PReLU()(L.Dense(4, activation="tanh")(x))
    return keras.Model(x, L.Dense(1)(hidden))


MODELS: dict[str, Any] = {
    **{
        f"activation {name}": lambda name=name: sequential(L.Dense(4, activation=name))
        for name in ACTIVATIONS
    },
    "two layers": lambda: sequential(
        L.Dense(4, activation="relu", name="hid"), L.Dropout(0.1), L.BatchNormalization(),
        L.Dense(2, activation="softmax"),
    ),
    "every layer": lambda: sequential(
        L.BatchNormalization(center=False), L.Dense(4, use_bias=False),
        L.BatchNormalization(scale=False), L.ReLU(max_value=2.0), L.Dense(4),
        L.ReLU(negative_slope=0.1), L.GaussianNoise(0.5), L.Dense(3), L.ReLU(threshold=0.5),
        L.Dense(3), L.LeakyReLU(), L.ELU(0.5), L.PReLU(), L.AlphaDropout(0.5), L.Dense(2),
        L.Activation("tanh"), L.Softmax(),
    ),
    "several axes": lambda: sequential(
        L.Rescaling(0.5, offset=0.1), L.Flatten(), L.Dense(2, activation=L.LeakyReLU(0.3)),
        shape=(2, 3),
    ),
    "functional": functional,
}  # fmt: skip


def saved(model: Any, how: str, folder: Path) -> Any:
    """Save a model and convert it."""
    if how == "json":
        (folder / "m.json").write_text(model.to_json(), encoding="utf-8")
        model.save_weights(folder / "m.weights.h5")
        return read(folder / "m.json", weights=str(folder / "m.weights.h5"))
    model.save(folder / f"m.{how}")
    return read(folder / f"m.{how}")


@pytest.mark.parametrize("how", ["keras", "h5", "json"])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_as_in_keras(name: str, how: str, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    model = MODELS[name]()
    model.set_weights([
        random.random(w.shape) + 0.1 if w.ndim == 1 else random.standard_normal(w.shape)
        for w in model.get_weights()
    ])  # fmt: skip
    x = random.standard_normal((20, *model.input_shape[1:])).astype(np.float32)
    wanted = model.predict(x, verbose=0)
    conversion = saved(model, how, tmp_path)
    found = conversion.network(x.reshape(20, -1))
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-6)
    assert conversion.recorded(x.reshape(20, -1)).save(str(tmp_path / "s.yaml")).failed == 0


@pytest.mark.parametrize("how", ["keras", "h5", "json"])
@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ([L.Conv1D, (2, 3)], (8, 1), "`Conv1D`"),
        ([L.LayerNormalization, ()], (3,), "`LayerNormalization`"),
        ([L.Dense, (4, "glu")], (3,), "`glu`"),
    ],
)
def test_what_cannot_be_expressed_is_refused(
    layers: Any, shape: tuple[int, ...], message: str, how: str, tmp_path: Path
) -> None:
    make, arguments = layers
    with pytest.raises(ConversionError, match=message):
        saved(sequential(make(*arguments), shape=shape), how, tmp_path)
