"""Models that scikit-learn trains answer as scikit-learn does."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline

import evaluator
from evaluator.convert import ConversionError, from_sklearn

X, SPECIES = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[SPECIES]

MODELS = {
    "three classes": (MLPClassifier((4,)), NAMES),
    "two classes": (MLPClassifier((4, 3), activation="tanh"), NAMES == "setosa"),
    "several labels": (MLPClassifier((4,), activation="logistic"), np.eye(3, dtype=int)[SPECIES]),
    "regression": (MLPRegressor(hidden_layer_sizes=(4,)), X[:, 0]),
    "regression of two": (MLPRegressor(hidden_layer_sizes=(4,), activation="identity"), X[:, :2]),
    "counts": (MLPRegressor(hidden_layer_sizes=(4,), loss="poisson"), X[:, 0]),
    "no hidden layer": (MLPClassifier(()), NAMES),
}


def trained(model: Any, x: Any, y: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.set_params(random_state=0, max_iter=100).fit(x, y)


@pytest.mark.parametrize("rows", [5, 150])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_as_in_scikit_learn(name: str, rows: int, tmp_path: Path) -> None:
    model = trained(MODELS[name][0], X, MODELS[name][1])
    saved = from_sklearn(model, X[:rows]).save(str(tmp_path / "s.yaml"))
    assert (saved.cases, saved.failed) == (rows, 0)
    report = evaluator.run(tmp_path / "s.yaml")
    assert report.ok
    assert report.summary.values >= rows


def test_a_model_of_float32_stays_one(tmp_path: Path) -> None:
    model = trained(MLPClassifier((4,)), X.astype(np.float32), NAMES)
    conversion = from_sklearn(model, X[:5].astype(np.float32))
    assert conversion.network.dtype == "float32"
    assert conversion.save(str(tmp_path / "s.yaml")).failed == 0


def test_a_pipeline_is_refused_with_what_to_do() -> None:
    model = trained(MLPClassifier((4,)), X, NAMES)
    with pytest.raises(ConversionError, match="a Pipeline is not converted") as caught:
        from_sklearn(make_pipeline(model), X)
    assert "scaled" in caught.value.hint
