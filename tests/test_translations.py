"""The subjects that translate a network answer as the reference does, value for value.

`make test` has ONNX Runtime; where PyTorch and JAX are installed (`make test-frameworks`), they too.
"""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import evaluator
from evaluator import subjects
from evaluator.activations import ACTIVATIONS
from evaluator.case import Probe
from evaluator.cli import main
from evaluator.convert.to_onnx import onnx_model
from evaluator.diagnostics import Unsupported, UsageError
from evaluator.network import Network, Place, Step
from evaluator.source import read_file
from evaluator.spec import build
from evaluator.subjects.subject import ask

LIBRARY = Path(__file__).parent.parent / "specs"
SUBJECTS = ["onnxruntime", *filter(find_spec, ("torch", "jax"))]
#: What is allowed by default.
ALLOWED = {"float64": {"atol": 1e-7, "rtol": 1e-7}, "float32": {"atol": 1e-5, "rtol": 1.3e-6}}

#: Parameters beside the defaults, with every one that may be given.
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "step": [{"threshold": -1.5}],
    "leaky_relu": [{"alpha": -0.3}],
    "prelu": [{"slope": 0.25}, {"slope": [0.5, 0.0, -2.0]}],
    "thresholded_relu": [{"alpha": -0.7}],
    "elu": [{"alpha": 2.5}],
    "selu": [{"alpha": 0.5, "gamma": 3}],
    "celu": [{"alpha": 0.3}, {"alpha": -2}],
    "gelu": [{"approximate": "tanh"}],
    "silu": [{"beta": 0.5}, {"beta": -2}],
    "softplus": [{"beta": 3}],
    "hard_sigmoid": [{"alpha": 0.3, "beta": 0.4}],
    "hard_tanh": [{"min": -2, "max": 0.5}, {"min": 1, "max": 1}],
    "clip": [{"min": 0}, {"max": 1.5}, {"min": -0.3, "max": 0.3}],
    "hard_shrink": [{"lambd": 0.3}, {"lambd": -1}],
    "soft_shrink": [{"lambd": 0.3}, {"lambd": -1}],
    "squareplus": [{"b": 0.5}],
}
VARIANTS = [
    (name, parameters)
    for name, activation in ACTIVATIONS.items()
    for parameters in [{}, *PARAMETERS.get(name, ())]
    if parameters or not any(p.required or name == "clip" for p in activation.parameters)
]
#: What ONNX Runtime cannot do.
MISSING = ("onnxruntime", "gelu", "float64")


def layer(name: str, parameters: dict[str, Any], dtype: str) -> Network:
    """Make a network of three units that do nothing but apply an activation."""
    given = {k: np.array(v, dtype) if isinstance(v, list) else v for k, v in parameters.items()}
    step = Step(("layer1",), 0, None, None, ACTIVATIONS[name], given)
    return Network(("a", "b", "c"), ("layer1",), (step,), {"layer1": Place(1, None)}, dtype)


def answers(subject: str, network: Network, x: np.ndarray[Any, Any]) -> Any:
    with np.errstate(all="ignore"), subjects.load(subject).prepare(network) as run:
        return ask(run, x, network)


def grid(dtype: str) -> np.ndarray[Any, Any]:
    """Give z of every size, in float64 with those where there is only a limit."""
    draw = np.random.default_rng(1)
    rows = [draw.normal(size=(40, 3)) * 3, draw.uniform(-30, 30, size=(20, 3)),
            np.array([[-3, -1, 0], [0.5, -0.5, 3], [1, 1, 1], [-0.7, 0.3, -1.5], [2, 2, -2]])]  # fmt: skip
    if dtype == "float64":
        rows.append(np.array([[1e-9, -1e-9, -1e-3], [700, -700, 2], [1e4, -1e4, 0]]))
    return np.concatenate(rows).astype(dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("name", "parameters"), VARIANTS, ids=lambda v: str(v))
@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_activation_is_that_of_the_reference(
    subject: str, name: str, parameters: dict[str, Any], dtype: str
) -> None:
    network, x = layer(name, parameters, dtype), grid(dtype)
    if (subject, name, dtype) == MISSING and parameters == {}:
        with pytest.raises(Unsupported, match=r"implementation for Erf\(13\)"):
            answers(subject, network, x)
        return
    with np.errstate(all="ignore"):
        expected = network.forward(x).outputs
    found = answers(subject, network, x).outputs
    assert found.dtype == x.dtype
    np.testing.assert_allclose(found, expected, **ALLOWED[dtype])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [(n, p) for n, p in VARIANTS if not ACTIVATIONS[n].whole_layer and (n, p) != ("gelu", {})],
    ids=lambda v: str(v),
)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_activation_keeps_nan_and_has_its_limits(
    subject: str, name: str, parameters: dict[str, Any]
) -> None:
    x = np.array([[np.nan, np.inf, -np.inf]])
    network = layer(name, parameters, "float64")
    with np.errstate(all="ignore"):
        expected = network.forward(x).outputs
    found = answers(subject, network, x).outputs
    np.testing.assert_allclose(found, expected, atol=1e-7)


WIRED = """\
inputs: [a, b, c]
outputs: [late, early]
dtype: DTYPE
neurons:
  h1: {weights: {a: 1, c: -2}, bias: 0.5, activation: tanh}
  h2: {weights: {c: 1, b: 0.5, a: -1}, activation: {name: elu, alpha: 0.7}}
  h3: {weights: [1, 2, 3], activation: relu}
  h4: {weights: [3, 2, -1], activation: relu}
  early: {weights: {h3: 1, h4: -1}, activation: identity}
  mixed: {weights: {b: 2, h2: 1, h1: -0.3, h4: 0.1}, bias: -1, activation: softsign}
  late: {weights: {mixed: 1, a: -1, early: 0.01}, activation: sigmoid}
cases:
  - inputs: [1, -2, 0.5]
    expected: [0, 0]
"""


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_wired_neurons_with_skip_links_have_the_values_of_the_reference_by_name(
    subject: str, dtype: str, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml").write_text(WIRED.replace("DTYPE", dtype))
    network = evaluator.load(tmp_path / "s.yaml").network
    x = np.random.default_rng(2).normal(size=(50, 3)).astype(dtype)
    found = answers(subject, network, x)
    trace = network.forward(x)
    np.testing.assert_allclose(found.outputs, trace.outputs, **ALLOWED[dtype])
    for name in network.names():
        place = network.place(name)
        probe = Probe(name, None, place)
        np.testing.assert_allclose(found.column(9, probe), trace[name], **ALLOWED[dtype])


# `make test-frameworks` evaluates it with JAX, which compiles for half a minute.
@pytest.mark.parametrize("subject", [name for name in SUBJECTS if name != "jax"])
def test_the_library_passes(subject: str) -> None:
    report = evaluator.run(LIBRARY, evaluator.Options(subjects=(subject,), jobs=1))
    assert [(spec.name, case.name) for spec, case in report.failing()] == []
    skipped = [spec.name for spec in report.specs for c in spec.cases if c.outcome == "skipped"]
    missing = ["gelu"] * 10 + ["gelu, exact form by name"] if subject == "onnxruntime" else []
    assert skipped == [*missing, "cases that are not meant to pass"]


def test_every_network_of_the_library_is_a_valid_onnx_model() -> None:
    for file in sorted(LIBRARY.rglob("*.yaml")):
        for document in read_file(str(file)):
            onnx.checker.check_model(onnx_model(build(document).network), full_check=True)


def test_tensors_keep_their_names_apart(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "layers:\n  - {name: inputs, weights: [[2]], activation: relu}\n"
        "  - {name: number, weights: [[3]], activation: {name: clip, max: 5}}\n"
        "cases:\n  - {inputs: 1, expected: {inputs: 2, number.z: 6, number: 5}}\n"
    )
    report = evaluator.run(tmp_path / "s.yaml", evaluator.Options(subjects=tuple(SUBJECTS)))
    assert report.ok
    assert report.summary.values == 3 * len(SUBJECTS)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_wrong_answer_shows_the_arithmetic_of_the_subject(subject: str, tmp_path: Path) -> None:
    seed = (LIBRARY / "neurons/two-input.yaml").read_text()
    (tmp_path / "s.yaml").write_text(seed.replace("bias: 4", "bias: 2"))
    report = evaluator.run(tmp_path / "s.yaml", evaluator.Options(subjects=(subject,)))
    (mismatch,) = report.results[0].mismatches
    assert mismatch.arithmetic[0] == "z = 0·2 + 1·3 + 2 = 5"
    assert report.specs[0].subject == subject


@pytest.mark.parametrize(
    ("subject", "module", "extra"),
    [("torch", "torch", "torch"), ("torch:cuda", "torch", "torch"), ("jax", "jax", "jax"),
     ("onnxruntime", "onnxruntime", "onnx"), ("onnx:m.onnx", "onnxruntime", "onnx")],
)  # fmt: skip
def test_a_framework_that_is_not_installed_is_told_with_what_to_install(
    subject: str, module: str, extra: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("jax", "onnx", "onnxruntime", "torch"):
        monkeypatch.delitem(sys.modules, f"evaluator.subjects.{name}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    subjects.load.cache_clear()
    assert main(["run", str(LIBRARY / "neurons"), "--subject", subject]) == 2
    subjects.load.cache_clear()
    said = capsys.readouterr().err
    assert f"error: `{module}` is not installed" in said
    assert f"help: pip install 'neuron-evaluator[{extra}]'" in said


def test_the_matrix_has_a_line_for_every_activation_and_a_column_for_every_subject() -> None:
    page = (LIBRARY.parent / "docs/matrix.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|(?: (?:0|–|\de-\d+) \|){6}$", page, re.MULTILINE)
    assert rows == list(ACTIVATIONS)
    heads = [f"`{name}` {dtype}" for name in ("onnxruntime", "torch", "jax") for dtype in ALLOWED]
    assert f"| activation | {' | '.join(heads)} |" in page


ARGUMENTS = {"onnxruntime": "m.onnx", "torch": "warp", "jax": "gpu"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_argument_that_means_nothing_is_refused(subject: str) -> None:
    with pytest.raises(UsageError):
        subjects.load(f"{subject}:{ARGUMENTS[subject]}")
