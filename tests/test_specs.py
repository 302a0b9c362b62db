"""Every spec of the library passes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.activations import ACTIVATIONS, NAMES
from evaluator.source import read_file
from evaluator.spec import Spec, build

SPECS = Path(__file__).parent.parent / "specs"
FILES = sorted(SPECS.rglob("*.yaml"))

SPEC_LIST = [(file, spec) for file in FILES for spec in map(build, read_file(str(file)))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SPECS)))
def test_a_spec_of_the_library_passes(file: Path) -> None:
    report = evaluator.run(file)
    assert report.diagnostics == []
    assert [(spec.name, case.name) for spec, case in report.failing()] == []
    assert report.ok
    assert report.summary.values > 0


def test_every_activation_has_a_spec() -> None:
    assert {file.stem for file in (SPECS / "activations").glob("*.yaml")} == set(ACTIVATIONS)


def _activations(data: Any) -> list[Any]:
    """Collect every activation that a spec names, wherever it stands."""
    if isinstance(data, list):
        return [found for part in data for found in _activations(part)]
    if not isinstance(data, dict):
        return []
    here = [data["activation"]] if "activation" in data else []
    return here + [found for part in data.values() for found in _activations(part)]


def test_every_name_and_every_parameter_of_an_activation_stands_in_a_spec() -> None:
    written = [a for _, spec in SPEC_LIST for a in _activations(spec.document.data)]
    names = {a if isinstance(a, str) else a["name"] for a in written}
    assert names == set(NAMES)
    given = {(NAMES[a["name"]], key) for a in written if isinstance(a, dict) for key in a}
    for activation in ACTIVATIONS.values():
        for parameter in activation.parameters:
            assert (activation.name, parameter.name) in given


GATES: dict[str, Callable[..., bool]] = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "nand": lambda a, b: not (a and b),
    "nor": lambda a, b: not (a or b),
    "not": lambda a: not a,
    "xor": lambda a, b: a != b,
    "xnor": lambda a, b: a == b,
}


def _gate(name: str) -> list[Spec]:
    return [spec for file, spec in SPEC_LIST if file.parent.name == "gates" and file.stem == name]


@pytest.mark.parametrize("name", GATES)
def test_a_gate_answers_by_its_truth_table(name: str) -> None:
    for spec in _gate(name):
        for bits in itertools.product([0, 1], repeat=len(spec.network.inputs)):
            (answer,) = spec.network(bits)
            assert abs(answer - bool(GATES[name](*bits))) < 0.25, (spec.name, bits)
            if "sigmoid" not in spec.tags:
                assert answer == bool(GATES[name](*bits))


@pytest.mark.parametrize("name", GATES)
def test_a_gate_has_a_case_for_every_row_of_its_table(name: str) -> None:
    for spec in _gate(name):
        rows = set(map(tuple, spec.inputs.tolist()))
        assert rows == set(itertools.product([0.0, 1.0], repeat=len(spec.network.inputs)))


@pytest.mark.parametrize("name", GATES)
def test_a_gate_comes_as_perceptron_sigmoid_and_relu(name: str) -> None:
    tags = [tag for spec in _gate(name) for tag in spec.tags]
    assert {"gate", "perceptron", "sigmoid", "relu"} <= set(tags)


def test_a_textbook_network_names_its_source_and_says_what_it_is() -> None:
    found = [spec for file, spec in SPEC_LIST if file.parent.name == "textbooks"]
    assert len(found) > 25
    for spec in found:
        data = spec.document.data
        assert {"name", "description", "source"} <= set(data), spec.name
        assert "textbook" in spec.tags


def test_names_of_specs_are_unique_and_data_of_others_has_its_licence() -> None:
    names = [spec.name for _, spec in SPEC_LIST]
    assert len(names) == len(set(names))
    for folder in ("iris", "digits"):
        readme = (SPECS / "networks" / folder / "README.md").read_text(encoding="utf-8")
        assert "CC BY 4.0" in readme


def test_the_seed_with_another_bias_fails_at_the_expected_value(tmp_path: Path) -> None:
    seed = (SPECS / "neurons/two-input.yaml").read_text()
    file = tmp_path / "seed.yaml"
    file.write_text(seed.replace("bias: 4", "bias: 2"))
    report = evaluator.run(file)
    assert report.summary.exit_code == 1
    (mismatch,) = report.results[0].mismatches
    assert (mismatch.location.line, mismatch.location.column) == (8, 15)
    assert (mismatch.low, mismatch.high) == (0.9985, 0.9995)
    assert mismatch.arithmetic[0] == "z = 0·2 + 1·3 + 2 = 5"
