"""Spec → the cases of a page: their inputs, what they accept, and whether the network gives it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import harmless
from evaluator.evaluate import batches
from evaluator.expectation import Interval, around, parse
from evaluator.explain import number

if TYPE_CHECKING:
    from evaluator.case import Case, Probe
    from evaluator.network import Array, Trace
    from evaluator.pages.data import Unit
    from evaluator.spec import Spec

#: So many rows of one table, and so many cases in all, are on a page; the others are counted.
MAX_ROWS: Final = 50
MAX_CASES: Final = 200
#: So many values of all cases together.
MAX_VALUES: Final = 20_000


def cases(spec: Spec, places: dict[Unit, Unit], only: str = "") -> tuple[list[dict[str, Any]], int]:
    """Describe the cases, or the one of an id, the rows of tables among them.

    Gives also how many are left out; a table that is not meant counts as one.
    """
    found: list[dict[str, Any]] = []
    left_out = values = 0
    for case in spec.cases:
        if only not in ("", case.id):
            left_out += 1
            continue
        described = _inline(spec, case, places) if case.table is None else _rows(spec, case, places)
        for row, one in enumerate(described):
            size = 0 if one is None else len(one["inputs"]) + len(one["checks"])
            fits = len(found) < MAX_CASES and row < MAX_ROWS and values + size <= MAX_VALUES
            if one is None or (found and not fits):
                left_out += 1
                continue
            found.append(one)
            values += size
    return found, left_out


def _about(case: Case, name: str, inputs: Sequence[float]) -> dict[str, Any]:
    return {
        "name": harmless(name),
        "inputs": [float(value) for value in inputs],
        "skip": harmless(case.skip),
        "xfail": harmless(case.xfail),
        "checks": [],
    }


def _inline(spec: Spec, case: Case, places: dict[Unit, Unit]) -> Iterator[dict[str, Any]]:
    inputs = spec.inputs[case.row]
    about, trace = _about(case, case.id, inputs), spec.network.trace(inputs[None])
    for check in case.checks:
        interval = Interval(check.low, check.high)
        if math.isfinite(check.value):
            interval = around(check.value, case.atol, case.rtol)
        written = spec.document.value(check.path)
        text = written if isinstance(written, str) else number(written)
        probe = spec.probes[check.probe]
        about["checks"].append(_check(probe, places, text, interval, trace, 0))
    if case.expected_class is not None:
        about["class"] = _class(case.expected_class, trace.outputs[0])
    yield about


def _rows(spec: Spec, case: Case, places: dict[Unit, Unit]) -> Iterator[dict[str, Any] | None]:
    """Describe the first rows of a table; None for every other one."""
    done = 0
    for batch in batches(spec, case):
        shown = max(0, min(len(batch.inputs), MAX_ROWS - done))
        trace = spec.network.trace(batch.inputs[:shown]) if shown else None
        for row in range(len(batch.inputs)):
            done += 1
            if trace is None or row >= shown:
                yield None
                continue
            name = f"{case.id}, row {done}"
            if batch.names:
                name = f"{batch.names[row]} (row {done})"
            about = _about(case, name, batch.inputs[row])
            if batch.expected is not None:
                for column, value in enumerate(batch.expected[row].tolist()):
                    text = batch.texts.get((row, column))
                    interval = parse(text) if text else around(value, case.atol, case.rtol)
                    probe, shown_as = spec.probes[column], text or number(value)
                    about["checks"].append(_check(probe, places, shown_as, interval, trace, row))
            if batch.classes is not None:
                about["class"] = _class(int(batch.classes[row]), trace.outputs[row])
            yield about


def _check(
    probe: Probe, places: dict[Unit, Unit], text: str, interval: Interval, trace: Trace, row: int
) -> dict[str, Any]:
    block, column, z = probe.place
    actual = float(trace.block(probe.place)[row, column or 0])
    low, high = interval
    return {
        "name": probe.label,
        "unit": places[block, column or 0],
        "z": z,
        "text": harmless(text),
        "low": low,
        "high": high,
        "holds": low <= actual <= high or (math.isnan(low) and math.isnan(actual)),
    }


def _class(expected: int, outputs: Array) -> dict[str, Any]:
    values = outputs.tolist()
    largest = -1 if any(map(math.isnan, values)) else values.index(max(values))
    return {"expected": expected, "holds": largest == expected}
