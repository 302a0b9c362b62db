"""Variants of an exercise: numbers drawn by rule and seed, the same on every machine."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import EvaluatorError

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Exercise

#: How many draws are rejected before a rule is given up.
MAX_DRAWS: Final = 200


class VariantError(EvaluatorError):
    """A variant that there is not, or that its rules do not let be."""


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

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all variants."""
        return tuple(str(number) for number in range(1, self.count + 1))

    def key(self, said: str) -> str:
        """Give the key that is meant: a number is itself, any other text stands for one."""
        if re.fullmatch("0*[1-9][0-9]{0,8}", said, re.ASCII):
            if int(said) > self.count:
                raise VariantError(f"there is no variant {int(said)}; there are {self.count}")
            return str(int(said))
        return str(1 + _draw(self.count, self.seed, "key", said))


def _draw(below: int, *words: str) -> int:
    """Draw a whole number from 0, less than `below`, that the words decide.

    The words go through SHA-256, each after its length in bytes; the first 8 bytes are a fraction.
    """
    text = b"".join(b"%d:%b" % (len(word.encode()), word.encode()) for word in words)
    first = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
    return (first * below) >> 64


def drawn(variants: Variants, key: str, attempt: int = 0) -> dict[str, float]:
    """Give the numbers of a variant by name, before anything is rejected."""
    return {
        each.name: each.choices[
            _draw(len(each.choices), variants.seed, key, str(attempt), each.name)
        ]
        for each in variants.parameters
    }


def variant_of(exercise: Exercise, said: str) -> Exercise:
    """Make one variant of an exercise; raises VariantError."""
    return tried(exercise, said)[0]


def tried(exercise: Exercise, said: str) -> tuple[Exercise, int]:
    """Make one variant, and count the draws that were rejected for it."""
    from evaluator.exercises.placing import Rejected, placed

    variants = exercise.variants
    if variants is None:
        raise VariantError("the exercise has no variants")
    key = variants.key(said)
    why = ""
    for attempt in range(MAX_DRAWS):
        try:
            return placed(exercise, drawn(variants, key, attempt)).as_variant(key), attempt
        except Rejected as error:
            why = str(error)
    raise VariantError(f"variant {key}: {MAX_DRAWS} draws were rejected, the last because {why}")
