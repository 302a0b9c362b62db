"""Numbers put in the place of a spec's own: a new text, whose expected values are those of its network."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from evaluator.diagnostics import SpecError, clip
from evaluator.evaluate import evaluate
from evaluator.exercises.exercise import COMPUTE
from evaluator.exercises.filling import placed as placed_in
from evaluator.exercises.mistaken import answers, inside
from evaluator.exercises.reading import read
from evaluator.exercises.right import as_asked, last_place
from evaluator.expectation import PLUS_MINUS, around
from evaluator.explain import number
from evaluator.rewriting.splice import Edit, splice
from evaluator.source import read as read_text
from evaluator.spec import build

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.exercises.exercise import Exercise
    from evaluator.network import Trace
    from evaluator.spec import Spec


class Rejected(Exception):
    """Numbers that the rules do not let be; what is said completes "because"."""


def placed(exercise: Exercise, numbers: Mapping[str, float]) -> Exercise:
    """Make the exercise with other numbers; raises Rejected."""
    spec, variants = exercise.spec, exercise.variants
    assert variants is not None
    values = {each.path: numbers[each.name] for each in variants.parameters}
    other = _with(spec, values)
    with np.errstate(all="ignore"):
        trace = other.network.forward(other.inputs)
    largest = max((float(np.abs(z).max()) for z in trace.sums[1:] if z.size), default=0.0)
    if largest >= variants.max_z:
        raise Rejected(f"a weighted sum is {largest:g} from 0")
    edits = {spec.document.span(path): number(value) for path, value in values.items()}
    edits |= _expected(spec, trace)
    text = splice(spec.document.text.text, [Edit(*span, said) for span, said in edits.items()])
    try:
        found = read(build(read_text(text, spec.file)[spec.document.number - 1]))
    except SpecError as error:
        raise Rejected(clip(error.diagnostics[0].message, 200)) from None
    _check(found, variants.smallest)
    return found


def _with(spec: Spec, values: Mapping[tuple[str | int, ...], float]) -> Spec:
    """Build the spec with other numbers; what it expects is still the old."""
    document = copy.copy(spec.document)
    data = {key: value for key, value in document.data.items() if key != "exercise"}
    document.data = placed_in(data, values)
    return build(document)


def _expected(spec: Spec, trace: Trace) -> dict[tuple[int, int], str]:
    """Write what the cases are to expect, by the characters that say it now."""
    found: dict[tuple[int, int], str] = {}
    for case in spec.cases:
        for check in case.checks if case.table is None else ():
            place = spec.probes[check.probe].place
            value = float(trace.block(place)[case.row, place.column])
            said = _spelt(spec, case, check, value)
            span = spec.document.span(check.path)
            if said is not None and found.setdefault(span, said) != said:
                raise Rejected("an alias shares an expected value between cases")
    return found


def _spelt(spec: Spec, case: Case, check: Check, value: float) -> str | None:
    """Write a value as the old one is written: as many digits, the same tolerance; None: it stays."""
    if not math.isfinite(value):
        raise Rejected("a value is not finite")
    written = spec.document.value(check.path)
    if not isinstance(written, str):
        low, high = around(short := float(f"{value:.12g}"), case.atol, case.rtol)
        return number(short if low <= value <= high else value)
    if last_place(spec, check) is not None:
        return f"~{as_asked(spec, check, value)}"
    if found := re.fullmatch(PLUS_MINUS, written.strip(), re.ASCII):
        digits = len(found[1].partition(".")[2])
        return f"{value:.{digits}f} ± {found[2]}"
    return None


def _check(found: Exercise, smallest: float) -> None:
    """Raise Rejected for numbers with which the exercise would not grade as it should."""
    spec = found.spec
    for part in found.parts:
        if part.kind != COMPUTE:
            continue
        values = answers(spec, part, spec.network)
        if any(0 < abs(value) < smallest for value in values):
            raise Rejected(f"`{clip(part.name)}` is closer to 0 than {smallest:g}")
        if wrong := inside(spec, part):
            raise Rejected(f"`{clip(part.name)}` would accept a mistake: {wrong[0].mutant}")
    failing = [c for c in evaluate(spec).cases if c.outcome not in ("passed", "skipped", "xfailed")]
    if failing:
        raise Rejected(f"the case `{clip(failing[0].id)}` does not pass")
