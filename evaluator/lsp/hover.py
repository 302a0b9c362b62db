"""A place in a spec → what the network answers there, and how that comes about."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluator.diagnostics import harmless
from evaluator.evaluate import Judgement
from evaluator.explain import number
from evaluator.lsp.findings import said_of
from evaluator.reporters.text import named, told
from evaluator.subjects import REFERENCE, load

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.document import Path
    from evaluator.lsp.judging import Judged
    from evaluator.results import Mismatch
    from evaluator.spec import Spec


class Hover(NamedTuple):
    """What is told of some characters of a text."""

    start: int
    end: int
    lines: tuple[str, ...]


def hover(judged: Sequence[Judged], offset: int) -> Hover | None:
    """Tell of an expected value what the network answers; of the inputs of a case, every output."""
    for each in judged:
        if each.spec is None or not each.spec.network.steps:
            continue
        for case in each.spec.cases:
            if case.table is None and _holds(each, ("cases", case.number), offset):
                with np.errstate(all="ignore"):
                    return _of_case(each, each.spec, case, offset)
    return None


def _of_case(judged: Judged, spec: Spec, case: Case, offset: int) -> Hover | None:
    with load(REFERENCE).prepare(spec.network) as run:
        judgement = Judgement(spec, run, 1, spec.cases)
        for check in case.checks:
            if _holds(judged, check.path, offset):
                found = judgement.answered(case, check)
                lines = () if found is None else tuple(_value(found, case))
                return Hover(*judged.document.span(check.path), lines)
        for key in ("inputs", "expected", "expected_class"):
            path = ("cases", case.number, key)
            if key in judged.document.value(path[:2]):
                start, end = judged.document.span(path, key=True)[0], judged.document.span(path)[1]
                if start <= offset <= end:
                    return Hover(start, end, tuple(_outputs(judgement, case)))
    return None


def _holds(judged: Judged, path: Path, offset: int) -> bool:
    start, end = judged.document.span(path)
    return start <= offset <= end


def _value(found: Mismatch, case: Case) -> Iterator[str]:
    """Tell one value: what it is, what is accepted, how it came about."""
    accepted = found.low <= found.actual <= found.high
    accepted = accepted or (math.isnan(found.low) and math.isnan(found.actual))
    yield told(found) if accepted else said_of(found)
    yield from _terms(case)
    if found.arithmetic:
        yield ""
        yield from map(harmless, found.arithmetic)


def _outputs(judgement: Judgement, case: Case) -> Iterator[str]:
    """Tell every output; the arithmetic that several share is told once."""
    steps: dict[str, None] = {}
    for probe, value, arithmetic in judgement.outputs(case):
        yield f"{named(probe.label)} is {number(value)}"
        steps.update(dict.fromkeys(arithmetic))
    yield from _terms(case)
    if steps:
        yield ""
        yield from map(harmless, steps)


def _terms(case: Case) -> Iterator[str]:
    if case.skip:
        yield f"the case is skipped: {named(case.skip)}"
    if case.xfail:
        yield f"the case is expected to fail: {named(case.xfail)}"
