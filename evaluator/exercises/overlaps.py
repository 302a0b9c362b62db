"""Known wrong answers as they are written → as they are told from right ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evaluator.diagnostics import clip, count, did_you_mean
from evaluator.exercises.exercise import COMPUTE, Part, Wrong
from evaluator.exercises.intervals import accepts, of_check, of_written
from evaluator.expectation import ExpectationError, Interval

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.exercises.reading import Reader


def read_wrong(
    reader: Reader, part: Part, written: Sequence[Mapping[str, Any]], path: Path
) -> Part:
    """Add the wrong answers of a part; what can never fit, or fits a right answer, is told."""
    found = [_one(reader, part, each, (*path, number)) for number, each in enumerate(written)]
    return replace(part, wrong=tuple(each for each in found if each))


def _one(reader: Reader, part: Part, written: Mapping[str, Any], path: Path) -> Wrong | None:
    keys = [key for key in ("mistake", "value") if key in written]
    if len(keys) != 1:
        message = (
            "a wrong answer has both `mistake` and `value`"
            if keys
            else "a wrong answer says neither `mistake` nor `value`"
        )
        reader.complain(path, "conflicting-keys" if keys else "missing-key", message,
                        "keep one of the two" if keys else "add one of the two")  # fmt: skip
        return None
    credit = written.get("credit", 0)
    if not 0 <= credit <= 1:
        reader.complain((*path, "credit"), "out-of-range", f"`credit` is {credit:g}",
                        "write a number from 0 to 1")  # fmt: skip
    if "mistake" in written:
        return _mistake(reader, part, written, path)
    return _values(reader, part, written, path)


def _mistake(reader: Reader, part: Part, written: Mapping[str, Any], path: Path) -> Wrong | None:
    from evaluator.exercises.mistaken import differing
    from evaluator.mistakes import MISTAKES

    code = written["mistake"]
    if code not in MISTAKES:
        reader.complain((*path, "mistake"), "unknown-value", f"there is no mistake `{clip(code)}`",
                        did_you_mean(code, MISTAKES) or "docs/mistakes.md lists what there is")  # fmt: skip
        return None
    made = differing(reader.spec, part, code)
    if not made:
        reader.complain((*path, "mistake"), "unknown-value",
                        f"`{clip(code)}` changes no answer to this part",
                        "remove it, or choose a case in which it shows")  # fmt: skip
    elif part.kind == COMPUTE and all(accepts(part, values) for values in made):
        reader.complain((*path, "mistake"), "out-of-range",
                        f"`{clip(code)}` gives {_shown(made[0])}, which is accepted as right",
                        "expect the value more exactly, or ask for another")  # fmt: skip
    return Wrong(
        float(written.get("credit", 0)),
        reader.text(written["feedback"]),
        code,
        (),
        ("exercise", *path),
    )


def _values(reader: Reader, part: Part, written: Mapping[str, Any], path: Path) -> Wrong | None:
    at = (*path, "value")
    if part.kind != COMPUTE:
        reader.complain(at, "conflicting-keys", "only a part with `value` has wrong values",
                        "name a `mistake`", key=True)  # fmt: skip
        return None
    values = written["value"] if isinstance(written["value"], list) else [written["value"]]
    if len(values) != len(part.checks):
        reader.complain(at, "shape-mismatch", f"{count(len(values), 'value')} for {len(part.checks)}",
                        "write one for each that the part asks for")  # fmt: skip
        return None
    case = part.cases[0]
    try:
        intervals = [of_written(value, case) for value in values]
    except ExpectationError as error:
        reader.complain(at, "expectation", error.message, error.hint)
        return None
    right = [of_check(check, case) for check in part.checks]
    if all(map(_overlap, intervals, right)):
        low, high = right[0]
        reader.complain(at, "out-of-range",
                        f"this wrong value overlaps what is accepted as right, {low:.12g} to {high:.12g}",
                        "write it with more digits, or expect the right one more exactly")  # fmt: skip
    return Wrong(float(written.get("credit", 0)), reader.text(written["feedback"]), "",
                 tuple(values), ("exercise", *path))  # fmt: skip


def _shown(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)


def _overlap(one: Interval, other: Interval) -> bool:
    """Tell whether two intervals share more than a bound; a single number is no bound."""
    within = other.low <= one.low and one.high <= other.high
    return within or (one.low < other.high and other.low < one.high)
