"""How one number comes about, where the same working must not tell what other questions ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from evaluator.explanations import render
from evaluator.explanations.solution import solution
from evaluator.network import Place

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.explanations.row import Explained
    from evaluator.explanations.working import Step
    from evaluator.network import Network
    from evaluator.spec import Spec


def alone(spec: Spec, case: Case, place: Place) -> str:
    """Write the steps that lead to one value, and no other; empty where they are too many."""
    found = solution(spec, [case])
    (explained,) = found.cases
    if not explained.steps:
        return ""
    expected = tuple(
        told for check, told in zip(case.checks, explained.expected, strict=False)
        if spec.probes[check.probe].place == place
    )  # fmt: skip
    steps = tuple(_steps(spec.network, explained, place))
    found.cases = [replace(explained, steps=steps, expected=expected, notes=())]
    return render([found]).strip()


def told_by(network: Network, place: Place) -> frozenset[Place]:
    """Give all values that the steps to one of them tell, itself among them."""
    block, column, _ = place
    units = _read(network, block)
    if network.steps[block - 1].activation.whole_layer and not place.z:
        units |= {(block, each) for each in range(network.width(block))}
    found = {Place(b, c, z) for b, c in units for z in (True, False)}
    own = {place} if place.z else {place, Place(block, column, True)}
    return frozenset(found | own)


def _read(network: Network, block: int) -> set[tuple[int, int]]:
    """Give the units that a block reads, and those that they read; of a softmax all or none."""
    found: set[tuple[int, int]] = set()
    readers = {block}
    for reader in range(block, 0, -1):  # what is read stands before
        if reader not in readers:
            continue
        sources = network.steps[reader - 1].sources
        for source, column, _ in [Place(sources, None)] if isinstance(sources, int) else sources:
            if source == 0:
                continue
            is_whole = column is None or network.steps[source - 1].activation.whole_layer
            columns = range(network.width(source)) if is_whole else (column or 0,)
            found |= {(source, each) for each in columns}
            readers.add(source)
    return found


def _steps(network: Network, explained: Explained, place: Place) -> Iterator[Step]:
    """Choose the steps that tell no more; there is one for each unit, and one for each softmax."""
    told = told_by(network, place)
    rest = iter(explained.steps)
    for block, step in enumerate(network.steps, 1):
        whole = step.activation.whole_layer
        for column in range(network.width(block)):
            one = next(rest)
            if Place(block, column, True) not in told:
                continue
            has_end = whole or Place(block, column) in told
            yield one if has_end else one._replace(equations=one.equations[:-1])
        if whole:
            one = next(rest)
            if Place(block, 0) in told:
                yield one
