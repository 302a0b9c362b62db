"""What the subjects share that translate a network to a framework."""

from __future__ import annotations

from collections import UserList
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from evaluator.diagnostics import UsageError
from evaluator.network import Trace
from evaluator.subjects.reference import TraceAnswers

if TYPE_CHECKING:
    from evaluator.case import Probe
    from evaluator.network import Array, Network


#: Block → its values (rows, units).
Fetch = Callable[[int], "Array"]


class Fetched(UserList[Any]):
    """The blocks of a trace where a framework keeps them, as arrays (rows, units) when asked."""

    def __init__(self, count: int, fetch: Fetch) -> None:
        super().__init__([None] * count)
        self._fetch = fetch

    def __getitem__(self, block: Any) -> Any:
        if self.data[block] is None:
            self.data[block] = self._fetch(block)
        return self.data[block]


class TranslatedAnswers(TraceAnswers):
    """Answers whose values on the way there are fetched only when they are judged."""

    def __init__(
        self, network: Network, blocks: Fetch, sums: Fetch, outputs: Array | None = None
    ) -> None:
        count = len(network.steps) + 1
        super().__init__(Trace(network, Fetched(count, blocks), Fetched(count, sums), False))
        self._outputs = self.trace.outputs if outputs is None else outputs

    @property
    def outputs(self) -> Array:
        """The outputs (rows, outputs)."""
        found: Array = self._outputs
        return found

    def column(self, number: int, probe: Probe) -> Array | None:
        """Give the values of a probe; the first are the outputs."""
        if number < self._outputs.shape[1]:
            found: Array = self._outputs[:, number]
            return found
        return super().column(number, probe)


def framework(module: str, extra: str) -> Any:
    """Import a framework; raises UsageError, with what to install, where it is not there."""
    try:
        return import_module(module)
    except ImportError as fault:
        missing = (fault.name or "").partition(".")[0] == module.partition(".")[0]
        said = (
            f"`{module}` is not installed" if missing else f"`{module}` cannot be imported: {fault}"
        )
        raise UsageError(said, f"pip install 'neuron-evaluator[{extra}]'") from None
