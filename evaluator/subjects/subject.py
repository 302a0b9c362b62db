"""The protocol between the evaluator and what is under test, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from evaluator.diagnostics import SubjectError, Unsupported, WrongAnswer, clip

if TYPE_CHECKING:
    from evaluator.case import Probe
    from evaluator.network import Array, Network

#: What a prepared subject does: inputs (rows, inputs) → outputs (rows, outputs), or `Answers`.
Run = Callable[["Array"], Any]


class Subject(Protocol):
    """An implementation of networks."""

    def prepare(self, network: Network) -> AbstractContextManager[Run]:
        """Make a network ready to run.

        Raises Unsupported for a network that it cannot do, SubjectError where it breaks. It is
        never told what is expected.
        """
        ...


class Answers:
    """What a subject answers to some rows of inputs."""

    def __init__(
        self, outputs: Any, values: Mapping[str, Any] | None = None,
        faults: Mapping[int, SubjectError] | None = None,
    ) -> None:  # fmt: skip
        self._outputs = outputs
        #: What the subject knows of the way there, by name: (rows,) of a neuron, (rows, units) of a
        #: layer, with `.z` the values before the activation.
        self.values = values or {}
        #: The rows that have no answer, from 0.
        self.faults = faults or {}

    @property
    def outputs(self) -> Array:
        """The outputs (rows, outputs)."""
        found: Array = self._outputs
        return found

    def check(self, rows: int, network: Network) -> None:
        """See that there are as many numbers as rows and outputs; raises WrongAnswer."""
        self._outputs = _checked(self._outputs, rows, network.output_count())

    def column(self, number: int, probe: Probe) -> Array | None:
        """Give the values of a probe, (rows,); None where the subject does not know it."""
        if number < self.outputs.shape[1]:
            column: Array = self.outputs[:, number]
            return column
        found = self.values.get(probe.name)
        if found is None:
            return None
        found = np.asarray(found)
        column = found if found.ndim == 1 else found[:, probe.unit or 0]
        return column

    def arithmetic(self, row: int, probe: Probe) -> tuple[str, ...]:
        """Write how a value came about, a line a step, if the subject can tell."""
        return ()


def check_steps(network: Network) -> None:
    """See that there is something to translate; raises Unsupported for an ONNX model."""
    if not network.steps:
        raise Unsupported("it evaluates networks that are written out, and this is an ONNX file",
                          f"evaluate it with `--subject {network.evaluated_by}`")  # fmt: skip


def ask(run: Run, inputs: Array, network: Network) -> Answers:
    """Let a subject answer rows of inputs, and see that they are answers.

    Raises SubjectError where it breaks, WrongAnswer for answers that are none.
    """
    try:
        given = run(inputs)
    except (SubjectError, MemoryError):  # memory is the machine's, not the subject's
        raise
    except Exception as fault:
        said = f"{type(fault).__name__}: {clip(str(fault), 300)}".removesuffix(": ")
        raise SubjectError(f"it raised {said}") from fault
    answers = given if isinstance(given, Answers) else Answers(given)
    answers.check(len(inputs), network)
    return answers


def _checked(outputs: Any, rows: int, width: int) -> Array:
    """Give the outputs as numbers (rows, width)."""
    try:
        found = np.asarray(outputs)
    except ValueError:
        raise WrongAnswer("its answers differ in length") from None
    if found.dtype.kind not in "fiu":
        raise WrongAnswer(f"its answers are {_kind(found)}, not numbers")
    if found.ndim == 1 and width == 1:
        found = found[:, None]
    if found.ndim != 2:
        raise WrongAnswer(f"its answers have the shape {found.shape}, not ({rows}, {width})")
    if found.shape[1] != width:
        raise WrongAnswer(
            f"it gave {_count(found.shape[1], 'value')} for {_count(width, 'output')}"
        )
    if found.shape[0] != rows:
        raise WrongAnswer(f"it gave {_count(found.shape[0], 'answer')} to {_count(rows, 'row')}")
    return found


def _kind(found: Array) -> str:
    return {"b": "booleans", "c": "complex numbers", "U": "text", "S": "text"}.get(
        found.dtype.kind, f"of the type {found.dtype}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
