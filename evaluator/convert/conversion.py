"""What every source comes to: a network, the cases that came with it, and what is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from evaluator.diagnostics import EvaluatorError

if TYPE_CHECKING:
    from evaluator.convert.save import Saved
    from evaluator.network import Array, Network


class ConversionError(EvaluatorError):
    """A source that cannot be read, or holds what the format cannot express."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(message, hint)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Many cases, a row each, and who says what they must give."""

    #: (rows, inputs).
    inputs: Array
    #: (rows, outputs); None where only a class is known.
    expected: Array | None
    #: Whose values these are, to go on from "the expected values are".
    origin: str
    #: The index of the largest output, (rows,).
    classes: Array | None = None
    #: The outputs that are expected, where these are not all.
    names: tuple[str, ...] = ()
    #: Expected values that are no plain numbers, such as `0 ± 1e-16`, by row and column from 0.
    texts: Mapping[tuple[int, int], str] = field(default_factory=dict)
    #: The tolerance that the source asks for; empty: the format's own.
    tolerance: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """A network on its way into a spec."""

    network: Network
    #: What it came from, to go on from "converted from".
    origin: str
    #: What was left out because it does nothing, or was written in another way.
    notes: tuple[str, ...] = ()
    cases: Cases | None = None
    #: Where inputs lie, (inputs, 2); None: around 0.
    ranges: Array | None = None

    def recorded(self, inputs: Array) -> Conversion:
        """Give the same with cases of these inputs, (rows, inputs), and our own answers to them."""
        inputs = inputs.astype(self.network.dtype)
        origin = "the evaluator's own, recorded when the spec was written"
        return replace(self, cases=Cases(inputs, self.network(inputs), origin))

    def save(self, path: str, *, force: bool = False, arrays: str = "npz") -> Saved:
        """Write the spec, and the array files beside it that it needs.

        Raises UsageError where a file is in the way (`force` replaces it) or cannot be written,
        ConversionError where there are no cases.
        """
        from evaluator.convert.save import save

        return save(self, path, force=force, arrays=arrays)
