"""Which wrong networks pass all cases: as many runs, one a network, would say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import changed

from evaluator import load
from evaluator.audit.expected import protecting, survivors
from evaluator.evaluate import evaluate
from evaluator.network import Network
from evaluator.spec import Spec

SPECS = Path(__file__).parent.parent / "specs"
SEED = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases:\n"


def passing(spec: Spec, networks: list[Network]) -> list[int]:
    return survivors(spec, networks, protecting(spec.cases))


# z is what the network makes of [2, 3]; sigmoid(z) by hand.
SEED_MISTAKES = [
    ({"weights": np.array([[1.0, 0.0]])}, "~0.999", False),  # z = 6: 0.99753
    ({"bias": np.array([0.0])}, "~0.999", False),  # z = 3: 0.95257
    ({"bias": np.array([3.6])}, "~0.999", True),  # z = 6.6: 0.99864
    ({"bias": np.array([4.59])}, "~0.999", True),  # z = 7.59: 0.99949
    ({"bias": np.array([4.61])}, "~0.999", False),  # z = 7.61: 0.99951
    ({"weights": np.array([[1.0, 1.0]])}, "~1.0", True),  # z = 9: 0.99988
    ({"weights": np.array([[1.0, 1.0]])}, "{y: ~1.0, z: 7}", False),
    ({"weights": np.array([[0.5, 1.0]]), "bias": np.array([3.0])}, "{y: ~1.0, z: 7}", True),
]


@pytest.mark.parametrize(("parts", "expected", "survives"), SEED_MISTAKES)
def test_a_mistake_survives_that_the_arithmetic_by_hand_lets_pass(
    written: Any, parts: dict[str, Any], expected: str, survives: bool
) -> None:
    spec = written(f"{SEED}  - {{inputs: [2, 3], expected: {expected}}}\n")
    assert (passing(spec, [changed(spec.network, **parts)]) == [0]) is survives


def drawn(network: Network, count: int) -> list[Network]:
    """Scale the weights of one step, by a little or a lot."""
    draw, found = np.random.default_rng(0), [network]
    for _ in range(count):
        number = int(draw.integers(len(network.steps)))
        step, size = network.steps[number], 10.0 ** draw.integers(-9, 1)
        if step.weights is not None:
            weights = step.weights * (1 + size * draw.normal(size=step.weights.shape))
            found.append(changed(network, number, weights=weights.astype(network.dtype)))
    return found


@pytest.mark.parametrize("folder", ["neurons", "networks", "textbooks"])
def test_the_library_s_cases_judge_many_networks_as_runs_judge_them_one_by_one(folder: str) -> None:
    compared = 0
    for file in sorted((SPECS / folder).rglob("*.yaml"))[::3]:
        spec = load(file)
        if spec.network.steps and all(case.table is None for case in spec.cases):
            networks, cases = drawn(spec.network, 12), protecting(spec.cases)
            said = survivors(spec, networks, cases)
            for number, network in enumerate(networks):
                spec.network = network
                with np.errstate(all="ignore"):
                    found = evaluate(spec, lambda _, case, cases=cases: case in cases)  # type: ignore[arg-type]
                assert (number in said) == all(c.outcome == "passed" for c in found.cases), file
                compared += 1
    assert compared > 12


def test_the_rows_of_a_table_are_judged_to_the_last(tmp_path: Path) -> None:
    x = np.linspace(-1, 1, 1000)[:, None]
    np.savez(tmp_path / "t.npz", X=x, Y=np.maximum(x, -0.999))
    (tmp_path / "f.yaml").write_text(
        "layers: [{weights: [[1]], activation: {name: clip, min: -0.999}}]\n"
        "cases: [{file: t.npz, inputs: X, expected: Y}]\n"
    )
    spec = load(tmp_path / "f.yaml")
    upper = changed(spec.network, parameters={"min": -0.999, "max": 0.9995})  # the last row alone
    lower = changed(spec.network, parameters={"min": -2.0})  # the first row alone
    assert passing(spec, [spec.network, upper, lower]) == [0]


CLASSES = """\
layers: [{weights: [[1], [0]], activation: identity}]
outputs: [a, b]
cases: [{inputs: 1, expected_class: a}, {inputs: -1, expected_class: b}]
"""


def test_classes_are_judged_and_nan_is_none(written: Any) -> None:
    spec = written(CLASSES)
    scaled = changed(spec.network, weights=np.array([[9.0], [0.0]]))
    turned = changed(spec.network, weights=np.array([[-1.0], [0.0]]))
    broken = changed(spec.network, weights=np.array([[np.nan], [0.0]]))
    assert passing(spec, [scaled, turned, broken]) == [0]


def test_skipped_and_xfailed_cases_protect_nothing(written: Any) -> None:
    spec = written(
        f"{SEED}  - {{inputs: [2, 3], expected: 9, xfail: known}}\n"
        "  - {inputs: [2, 3], expected: 9, skip: slow}\n  - {inputs: [0, 0], expected: ~0.98}\n"
    )
    assert [case.number for case in protecting(spec.cases)] == [2]


def test_exact_values_are_judged_as_each_network_gives_them_alone(written: Any) -> None:
    text = "layers: [{weights: [[0.1, 0.2, 0.3, 0.7]], activation: identity}]\ntolerance: exact\n"
    spec = written(f"{text}cases: [{{inputs: [1, 1, 1, 1]}}]\n")
    answer = float(spec.network([1, 1, 1, 1])[0])
    spec = written(f"{text}cases: [{{inputs: [1, 1, 1, 1], expected: {answer!r}}}]\n")
    others = [changed(spec.network, weights=spec.network.steps[0].weights.copy()) for _ in range(3)]
    assert passing(spec, others) == [0, 1, 2]


def test_a_table_s_cells_that_say_an_interval_are_judged_in_their_rows(tmp_path: Path) -> None:
    rows = [f"{x},{'~' if x == 40 else ''}{x}" for x in range(100)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    (tmp_path / "f.yaml").write_text(
        "inputs: [x]\nlayers: [{weights: [[1]], activation: {name: clip, max: 1000}}]\n"
        "outputs: [y]\ncases: [{file: t.csv}]\n"
    )
    spec = load(tmp_path / "f.yaml")
    capped = changed(spec.network, parameters={"max": 98.5})
    assert passing(spec, [spec.network, capped]) == [0]
