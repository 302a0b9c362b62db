"""What several tests make of networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evaluator.network import Network


def changed(network: Network, number: int = 0, **parts: Any) -> Network:
    """Give the network with another step."""
    steps = list(network.steps)
    steps[number] = steps[number]._replace(**parts)
    return replace(network, steps=tuple(steps))
