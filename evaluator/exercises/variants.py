"""Variants of an exercise: numbers drawn by rule and seed, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the spec that is drawn."""

    #: As `places.numbers` calls it.
    name: str
    path: tuple[str | int, ...]
    choices: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Variants:
    """How many variants there are, and what they are drawn from; their keys are 1, 2, …"""

    count: int
    seed: str
    parameters: tuple[Parameter, ...]
    #: Which draws are rejected: weighted sums as far from 0, values asked for as close to it.
    max_z: float = float("inf")
    smallest: float = 0.0
