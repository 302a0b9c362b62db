"""Spec → its written tolerances, and how much of each its cases need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluator.expectation import DEFAULT_TOLERANCE
from evaluator.spelling import plain

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.diagnostics import Location
    from evaluator.document import Path
    from evaluator.network import Trace
    from evaluator.spec import Spec


class Needed(NamedTuple):
    """A tolerance that is written, and the smallest in its place that passes."""

    location: Location
    #: As a spec writes it: a number; empty where the default will do.
    smallest: str
    #: Whether without it the default is in force, not the tolerance of the file.
    is_last: bool


def needed(spec: Spec, cases: Sequence[Case]) -> list[Needed]:
    """Find the smallest tolerances that pass, none below the default, which allows for rounding.

    Those that a table has, or that nothing uses, are left out.
    """
    groups = in_force(spec, cases)
    if not groups:
        return []
    with np.errstate(all="ignore"):
        trace = spec.network.forward(spec.inputs)
    found = []
    for path, group in groups.items():
        off = list(distances(spec, group, trace))
        if off:
            largest = max(distance for *_, distance in off)
            smallest = "" if default_does(spec, off) else _rounded_up(largest)
            is_last = len(path) == 1 or "tolerance" not in spec.document.data
            found.append(Needed(spec.document.locate(path), smallest, is_last))
    return found


def default_does(spec: Spec, off: Iterable[tuple[Case, float, float]]) -> bool:
    """Tell whether the default tolerance allows for these distances."""
    atol, rtol = DEFAULT_TOLERANCE[spec.network.dtype]
    return all(distance <= atol + rtol * abs(value) for _, value, distance in off)


def in_force(spec: Spec, cases: Sequence[Case]) -> dict[Path, list[Case]]:
    """Group cases without tables by the tolerance that is written for them."""
    data = spec.document.data
    groups: dict[Path, list[Case]] = {}
    everywhere = "tolerance" in data and all(case.table is None for case in spec.cases)
    for case in cases:
        if case.table is not None:
            continue
        if "tolerance" in data["cases"][case.number]:
            groups.setdefault(("cases", case.number, "tolerance"), []).append(case)
        elif everywhere:
            groups.setdefault(("tolerance",), []).append(case)
    return groups


def distances(
    spec: Spec, cases: Sequence[Case], trace: Trace
) -> Iterator[tuple[Case, float, float]]:
    """Give, for each expected number that has a tolerance, its case, itself, and how far off it is."""
    for case in cases:
        for check in case.checks:
            if math.isfinite(check.value):
                place = spec.probes[check.probe].place
                actual = float(trace.block(place)[case.row, place.column])
                yield case, check.value, abs(actual - check.value)


def _rounded_up(number: float) -> str:
    """Write a tolerance with two digits, no smaller than this."""
    unit = 10.0 ** (math.floor(math.log10(number)) - 1)
    # A millionth more: the bounds of what is accepted are rounded too.
    return plain(float(f"{math.ceil(number * (1 + 1e-6) / unit) * unit:.2g}"))
