"""Mistakes of precision: float32, and values that are rounded on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evaluator.network import Network, Trace

if TYPE_CHECKING:
    from evaluator.mistakes.sites import Site
    from evaluator.network import Array


def in_float32(network: Network, _: Site) -> Network:
    """Compute in float32; the inputs are to be float32 too, as for any network of that dtype."""
    steps = tuple(
        step._replace(
            weights=None if step.weights is None else step.weights.astype(np.float32),
            bias=None if step.bias is None else step.bias.astype(np.float32),
        )
        for step in network.steps
    )
    return replace(network, steps=steps, dtype="float32")


@dataclass(frozen=True, slots=True, eq=False)
class RoundedNetwork(Network):
    """A network whose values are rounded: before anything reads them, when all is done, or both."""

    #: Digits after the point.
    digits: int = 0
    #: Whether further digits are cut off.
    cut: bool = False
    #: Whether weighted sums are rounded, and outputs that something reads.
    on_the_way: bool = True
    #: Whether outputs that nothing reads are rounded.
    answers: bool = False

    def forward(self, x: Array) -> Trace:
        """Feed a batch through every step."""
        read = {
            place if isinstance(place, int) else place.block
            for step in self.steps
            for place in ([step.sources] if isinstance(step.sources, int) else step.sources)
        }
        blocks, sums = [x], [x]
        for number, step in enumerate(self.steps, 1):
            z = step.weighted_sum(step.read(blocks))
            z = self._rounded(z) if self.on_the_way else z
            y = step.activation.function(z, **step.parameters)
            is_rounded = self.on_the_way if number in read else self.answers
            sums.append(z)
            blocks.append(self._rounded(y) if is_rounded else y)
        return Trace(self, blocks, sums, False)

    def _rounded(self, values: Array) -> Array:
        scale = 10.0**self.digits
        scaled = values * scale
        rounded = (np.trunc(scaled) if self.cut else np.rint(scaled)) / scale
        # From 2⁵³ on there are no digits after the point, and infinity is to stay what it is.
        return np.where(np.abs(values) < 2.0**53, rounded, values)


def rounding(
    digits: int, cut: bool, on_the_way: bool, answers: bool
) -> Callable[[Network, Site], Network]:  # fmt: skip
    """Make the mistake of so many digits."""

    def rounded(network: Network, _: Site) -> Network:
        parts = (network.inputs, network.outputs, network.steps, network.places, network.dtype)
        return RoundedNetwork(*parts, digits, cut, on_the_way, answers)

    return rounded
