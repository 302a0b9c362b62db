"""A network as one calculates it by hand: what is written down is rounded, and read again so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

import numpy as np

from evaluator.mistakes.precision import RoundedNetwork

if TYPE_CHECKING:
    from evaluator.network import Array, Network


class ByHand(RoundedNetwork):
    """A network whose sums and outputs are rounded to decimals, halves away from zero."""

    __slots__ = ()

    def _rounded(self, values: Array) -> Array:
        return np.array(
            [[_round(value, self.digits) for value in row] for row in values.tolist()], values.dtype
        )


def _round(value: float, digits: int) -> float:
    # 15 digits are those of the decimal number that is meant: 1.005, and not 1.00499999999999989.
    if not abs(value) < 2.0**53:
        return value
    meant = Decimal(f"{value:.15g}")
    return float(meant.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, Context(prec=400)))


def by_hand(network: Network, digits: int) -> ByHand:
    """Give the network that rounds to so many digits after the point on its way."""
    parts = (network.inputs, network.outputs, network.steps, network.places, network.dtype)
    return ByHand(*parts, digits=digits, answers=True)
