"""A trained MLPClassifier or MLPRegressor of scikit-learn, which need not be installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.convert.builder import Builder
from evaluator.convert.conversion import Cases, Conversion, ConversionError
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: What scikit-learn calls activations.
ACTIVATIONS: Final = {
    "identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu",
    "softmax": "softmax", "exp": "exp",
}  # fmt: skip


def from_sklearn(model: Any, X: ArrayLike) -> Conversion:
    """Convert a trained model; its own predictions for X, (rows, inputs), are what is expected.

    Raises ConversionError for a model of another kind, or one that is not trained.
    """
    kind = type(model).__name__
    if kind not in ("MLPClassifier", "MLPRegressor"):
        raise ConversionError(
            f"a {clip(kind)} is not converted",
            "pass the MLPClassifier or MLPRegressor itself, and X as it gets it (scaled, if it is)",
        )
    if not hasattr(model, "coefs_"):
        raise ConversionError(f"the {kind} is not trained", "call its `fit` first")
    dtype = "float32" if all(w.dtype == np.float32 for w in model.coefs_) else "float64"
    builder = Builder(_inputs(model), dtype)
    x = builder.inputs
    for number, (weights, bias) in enumerate(zip(model.coefs_, model.intercepts_, strict=True), 1):
        name = f"layer{number}" if number < len(model.coefs_) else "output"
        chosen = model.activation if number < len(model.coefs_) else model.out_activation_
        if chosen not in ACTIVATIONS:
            raise ConversionError(f"`{name}` has the activation `{clip(str(chosen))}`")
        x = builder.dense(x, np.asarray(weights).T, np.asarray(bias), name)
        x = builder.activate(x, ACTIVATIONS[chosen], {}, name)
    network = builder.network(x, _outputs(model, len(x)))
    rows = np.asarray(X, np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(network.inputs) or not len(rows):
        raise ConversionError(
            f"X has the shape {rows.shape}; the model takes (rows, {len(network.inputs)})"
        )
    origin = f"the model's own, as scikit-learn gives them ({_method(model)})"
    cases = Cases(rows, _predicted(model, X, len(x)), origin, _classes(model, X, len(x)))
    return Conversion(network, f"the {kind} of scikit-learn", tuple(builder.notes), cases)


def _inputs(model: Any) -> list[str]:
    """Name the inputs: as the table that it was trained on, if that had names."""
    count = len(model.coefs_[0])
    named = [str(name) for name in getattr(model, "feature_names_in_", ())]
    usable = all(n and n.isprintable() and not n.endswith(".z") for n in named)
    if len(set(named)) == count and usable:
        return named
    return [f"x{number + 1}" for number in range(count)]


def _outputs(model: Any, count: int) -> list[str]:
    """Name the outputs after the classes; a single one is the probability of the second class."""
    classes = [str(name) for name in np.ravel(np.array(getattr(model, "classes_", ()), object))]
    usable = all(n and n.isprintable() and not n.endswith(".z") for n in classes)
    if not usable or set(classes) & {*_inputs(model)}:
        return []
    if count == 1 and len(classes) == 2:
        return [classes[1]]
    return classes if len(set(classes)) == count else []


def _method(model: Any) -> str:
    return "predict_proba" if hasattr(model, "classes_") else "predict"


def _predicted(model: Any, X: Any, count: int) -> Any:
    values = np.asarray(getattr(model, _method(model))(X), np.float64)
    if values.ndim == 1:
        return values[:, None]
    return values[:, -count:]  # of two classes only the second has an output


def _classes(model: Any, X: Any, count: int) -> Any:
    """Give the index of the class that it predicts for each row, where outputs compete."""
    if model.out_activation_ != "softmax":
        return None
    return np.searchsorted(model.classes_, model.predict(X)).astype(np.int64)
