"""The notebooks of exercises in a real kernel: the solutions earn all, what is blank earns nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from evaluator.exercises.batch import exercise_of
from evaluator.exercises.bundle import build

ROOT = Path(__file__).parent.parent.parent
# A compute exercise, a design, a program, and all in one network.
COURSE = [
    ROOT / f"specs/exercises/{name}.yaml"
    for name in ("2-sigmoid-neuron", "5-and-gate", "7-feedforward")
]

# What the kernel's own packages deprecate is not ours to mend.
pytestmark = pytest.mark.filterwarnings("default")


def run(content: bytes, allow_errors: bool = False) -> Any:
    found = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(found)
    NotebookClient(found, timeout=60, kernel_name="python3", allow_errors=allow_errors).execute()
    return found


def outputs(found: Any, kind: str) -> list[Any]:
    return [
        output
        for cell in found.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == kind
    ]


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_a_notebook_with_its_solutions_earns_all_points(file: Path) -> None:
    exercise = exercise_of(str(file))
    found = run(build(exercise).files[f"grader/{file.stem}.nbgrader.ipynb"])
    scores = [float(output.data["text/plain"]) for output in outputs(found, "execute_result")]
    assert sum(scores) == pytest.approx(exercise.points)
    # nbgrader takes anything there for a failure.
    assert [each.text for each in outputs(found, "stream") if each.name == "stderr"] == []


@pytest.mark.parametrize("file", COURSE, ids=lambda file: file.stem)
def test_a_blank_notebook_fails_in_every_question_and_earns_nothing(file: Path) -> None:
    exercise = exercise_of(str(file))
    found = run(build(exercise).files[f"student/{file.stem}.ipynb"], allow_errors=True)
    assert outputs(found, "execute_result") == []
    assert outputs(found, "error")
