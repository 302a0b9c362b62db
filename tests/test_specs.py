"""Every spec of the library passes."""

from __future__ import annotations

from pathlib import Path

import pytest

import evaluator
from evaluator.activations import ACTIVATIONS

SPECS = Path(__file__).parent.parent / "specs"
FILES = sorted(SPECS.rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SPECS)))
def test_a_spec_of_the_library_passes(file: Path) -> None:
    report = evaluator.run(file)
    assert report.diagnostics == []
    assert [(spec.name, case.name) for spec, case in report.failing()] == []
    assert report.ok
    assert report.summary.values > 0


def test_every_activation_has_a_spec() -> None:
    assert {file.stem for file in (SPECS / "activations").glob("*.yaml")} == set(ACTIVATIONS)


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
