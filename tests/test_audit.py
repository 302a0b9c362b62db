"""Mutation testing of specs, with mistakes whose answers are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from evaluator import load
from evaluator.audit import Audit, audit
from evaluator.network import Network
from evaluator.spec import Spec


class Mistake(NamedTuple):
    code: str
    name: str


class Mutant(NamedTuple):
    mistake: Mistake
    place: str
    network: Network
    twins: tuple[tuple[str, str], ...] = ()


SEED = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases:\n"
ABOUT = f"{SEED}  - {{inputs: [2, 3], expected: ~0.999}}\n"

# At [2, 3]: sigmoid of 3, of 6, of 9, of 7 + 3·0.1, and of 7 again.
MISTAKES: dict[str, dict[str, Any]] = {
    "bias-dropped": {"bias": np.array([0.0])},  # 0.95257
    "weights-reversed": {"weights": np.array([[1.0, 0.0]])},  # 0.99753
    "weights-ignored": {"weights": np.array([[1.0, 1.0]])},  # 0.99988
    "weight-perturbed": {"weights": np.array([[0.0, 1.1]])},  # 0.99932, accepted up to 0.9995
    "nothing-done": {"weights": np.array([[0.0, 1.0]])},  # 0.99909, the answer itself
}


@pytest.fixture
def audited(tmp_path: Path) -> Any:
    def audited(text: str, only: tuple[str, ...] = tuple(MISTAKES), **options: Any) -> Audit:
        (tmp_path / "f.yaml").write_text(text)
        spec = load(tmp_path / "f.yaml")
        return audit(spec, [_mutant(spec, code) for code in only], **options)

    return audited


def _mutant(spec: Spec, code: str) -> Mutant:
    step = spec.network.steps[0]._replace(**MISTAKES[code])
    return Mutant(Mistake(code, code), "`y`", replace(spec.network, steps=(step,)))


def test_the_survivors_of_the_seed_are_those_worked_out_by_hand(audited: Any) -> None:
    found = audited(ABOUT)
    assert found.killed == 3
    assert [(s.code, s.found) for s in found.survived] == [
        ("weight-perturbed", True), ("nothing-done", False),
    ]  # fmt: skip
    assert found.score == 3 / 5
    assert [d.code for d in found.diagnostics] == ["saturated"]


def test_a_suggested_case_kills_what_it_says(audited: Any, tmp_path: Path) -> None:
    (suggested,) = audited(ABOUT).suggested
    spec = load(tmp_path / "f.yaml")
    inputs, answer = suggested.inputs.tolist(), float(spec.network(suggested.inputs)[0])
    again = audited(f"{ABOUT}  - {{inputs: {inputs}, expected: {answer!r}}}\n")
    assert [s.code for s in again.survived] == ["nothing-done"]


@pytest.mark.parametrize("key", ["nothing-done", "nothing-done at `y`", "nothing-done at y"])
def test_a_documented_survivor_is_not_counted(audited: Any, key: str) -> None:
    found = audited(ABOUT, equivalent={key: "it changes nothing"})
    assert [s.reason for s in found.equivalent] == ["it changes nothing"]
    assert found.score == 3 / 4


def test_a_reason_for_another_place_does_not_count(audited: Any) -> None:
    assert audited(ABOUT, equivalent={"nothing-done at h": "no"}).equivalent == []


UNSCORED = [
    (f"{SEED}  - {{inputs: [2, 3], expected: 9}}\n", "failing"),
    (f"{SEED}  - {{inputs: [2, 3]}}\n", "unrecorded"),
    (f"{SEED}  - {{inputs: [2, 3]}}\n  - {{inputs: [2, 3], expected: 9}}\n", "failing"),
    (f"{SEED}  - {{inputs: [2, 3], expected: 9, skip: slow}}\n", "nothing checked"),
    (f"{SEED}  - {{inputs: [2, 3], expected: 9, xfail: known}}\n", "nothing checked"),
]


@pytest.mark.parametrize(("text", "state"), UNSCORED)
def test_a_spec_that_fails_or_checks_nothing_has_no_score(
    audited: Any, text: str, state: str
) -> None:
    found = audited(text)
    assert (found.state, found.score, found.killed) == (state, None, 0)


def test_without_mistakes_there_is_no_score(audited: Any) -> None:
    found = audited(ABOUT, only=())
    assert (found.state, found.score) == ("no mistakes", None)


def test_only_what_is_selected_protects(audited: Any) -> None:
    both = f"{ABOUT}  - {{inputs: [0, 0], expected: 0.9820137900379085}}\n"
    assert audited(both).killed == 3
    second = audited(both, selection=lambda _, case: case.number == 1)
    assert [s.code for s in second.survived] == [
        "weights-reversed", "weights-ignored", "weight-perturbed", "nothing-done",
    ]  # fmt: skip


def test_a_wide_tolerance_leaves_a_mistake_within_it(audited: Any) -> None:
    found = audited(f"tolerance: 2\n{ABOUT}", only=("weight-perturbed",))
    assert [(s.code, s.found) for s in found.survived] == [("weight-perturbed", False)]
