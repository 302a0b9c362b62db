"""Numbers put in the place of a spec's own: a new text, whose expected values are those of its network."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.diagnostics import SpecError, clip
from evaluator.evaluate import evaluate
from evaluator.exercises.exercise import COMPUTE
from evaluator.exercises.filling import placed as placed_in
from evaluator.exercises.intervals import accepts
from evaluator.exercises.mistaken import answers, inside
from evaluator.exercises.reading import read
from evaluator.exercises.right import as_asked, last_place
from evaluator.expectation import PLUS_MINUS, around
from evaluator.explain import number
from evaluator.source import read as read_text
from evaluator.spec import build
from evaluator.splice import Edit, splice

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.exercises.exercise import Exercise
    from evaluator.spec import Spec


class Rejected(Exception):
    """Numbers that the rules do not let be; what is said completes "because"."""


def placed(exercise: Exercise, numbers: Mapping[str, float]) -> Exercise:
    """Make the exercise with other numbers; raises Rejected."""
    spec = exercise.spec
    try:
        text = text_of(exercise, numbers)
        found = read(build(read_text(text, spec.file)[spec.document.number - 1]))
    except SpecError as error:
        raise Rejected(clip(error.diagnostics[0].message, 200)) from None
    _check(exercise, found)
    return found


def text_of(exercise: Exercise, numbers: Mapping[str, float]) -> str:
    """Write the spec with other numbers: parameters, what is expected, and `{NAME}` in texts.

    Raises Rejected where an expected value would not be finite, or an alias shares one.
    """
    spec, variants = exercise.spec, exercise.variants
    assert variants is not None
    document = spec.document
    values = {each.path: numbers[each.name] for each in variants.parameters}
    edits = {document.span(path): number(value) for path, value in values.items()}
    edits |= _expected(spec, _with(spec, values))
    text = document.text.text
    for path in _texts(exercise):
        start, end = document.span(path)
        for name, value in numbers.items():
            for found in re.finditer(re.escape(f"{{{name}}}"), text[start:end]):
                edits[start + found.start(), start + found.end()] = number(value)
    return splice(text, [Edit(*span, said) for span, said in edits.items()])


def _with(spec: Spec, values: Mapping[tuple[str | int, ...], float]) -> Spec:
    """Build the spec with other numbers; what it expects is still the old."""
    document = copy.copy(spec.document)
    data = {key: value for key, value in document.data.items() if key != "exercise"}
    document.data = placed_in(data, values)
    return build(document)


def _expected(spec: Spec, other: Spec) -> dict[tuple[int, int], str]:
    """Write what the cases are to expect, by the characters that say it now."""
    with np.errstate(all="ignore"):
        trace = other.network.forward(other.inputs)
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


def _texts(exercise: Exercise) -> Iterator[tuple[str | int, ...]]:
    """Give the path of every text that learners read."""
    written: Any = exercise.spec.document.data["exercise"]
    yield ("exercise", "statement")
    for number_, part in enumerate(written["parts"]):
        path = ("exercise", "parts", number_)
        yield (*path, "ask")
        yield from ((*path, "hints", n, "text") for n in range(len(part.get("hints", ()))))
        yield from ((*path, "wrong", n, "feedback") for n in range(len(part.get("wrong", ()))))


def _check(exercise: Exercise, found: Exercise) -> None:
    """Raise Rejected for numbers that the rules exclude."""
    variants = exercise.variants
    assert variants is not None
    spec = found.spec
    if any(
        case.outcome != "passed" for case in evaluate(spec).cases if not _is_apart(case.outcome)
    ):
        raise Rejected("a case does not pass")
    rows = sorted({case.row for part in found.parts for case in part.cases if case.table is None})
    with np.errstate(all="ignore"):
        trace = spec.network.forward(spec.inputs[rows])
    if rows and (largest := max(float(np.abs(z).max()) for z in trace.sums[1:])) >= variants.max_z:
        raise Rejected(f"a weighted sum is {largest:g} from 0")
    for part in found.parts:
        if part.kind != COMPUTE:
            continue
        values = answers(spec, part, spec.network)
        if not accepts(part, values):
            raise Rejected(f"`{clip(part.name)}` does not accept its own answer")
        if any(0 < abs(value) < variants.smallest for value in values):
            raise Rejected(f"`{clip(part.name)}` is closer to 0 than {variants.smallest:g}")
        if wrong := inside(spec, part):
            raise Rejected(f"`{clip(part.name)}` would accept a mistake: {wrong[0].mutant}")


def _is_apart(outcome: str) -> bool:
    return outcome in ("skipped", "xfailed")
