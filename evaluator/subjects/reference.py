"""The reference: the evaluator's own feedforward, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from evaluator.explain import arithmetic
from evaluator.subjects.subject import Answers, Run, check_steps

if TYPE_CHECKING:
    from evaluator.case import Probe
    from evaluator.diagnostics import SubjectError
    from evaluator.network import Array, Network, Trace


class TraceAnswers(Answers):
    """Answers that know every value of the network."""

    faults: Mapping[int, SubjectError] = {}

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    @property
    def outputs(self) -> Array:
        """The outputs (rows, outputs)."""
        return self.trace.outputs

    def check(self, rows: int, network: Network) -> None:
        """Find nothing wrong: these are the evaluator's own."""

    def column(self, number: int, probe: Probe) -> Array | None:
        """Give the values of a probe."""
        column: Array = self.trace.block(probe.place)[:, probe.place.column]
        return column

    def arithmetic(self, row: int, probe: Probe) -> tuple[str, ...]:
        """Write how a value came about, a line a step."""
        return arithmetic(self.trace, row, probe)


class Reference:
    """Evaluates the network as it is written."""

    def prepare(self, network: Network) -> AbstractContextManager[Run]:
        """Make a network ready to run; there is nothing to do."""
        check_steps(network)
        return nullcontext(lambda inputs: TraceAnswers(network.forward(inputs)))


def subject(_: str) -> Reference:
    """Make the subject."""
    return Reference()
