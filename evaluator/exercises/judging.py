"""How right an answer is: a value, a design, or a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evaluator.diagnostics import SubjectError, clip
from evaluator.evaluate import Judgement
from evaluator.exercises.carrying import carried
from evaluator.exercises.intervals import holds, of_check
from evaluator.explain import number
from evaluator.subjects.reference import TraceAnswers

if TYPE_CHECKING:
    from evaluator.exercises.answers import Number
    from evaluator.exercises.exercise import Exercise, Part
    from evaluator.exercises.recognition import Recogniser
    from evaluator.network import Array, Network
    from evaluator.results import CaseResult
    from evaluator.subjects.subject import Run

#: How many faults of one part are told.
MAX_TOLD = 8


class Judged(NamedTuple):
    """How right an answer is, from 0 to 1, and what is said of it."""

    fraction: float
    #: By the learner's own earlier values; None where nothing is carried.
    carried: float | None = None
    #: What a known wrong answer earns.
    credit: float = 0.0
    feedback: tuple[str, ...] = ()
    mistake: str = ""


def value(
    exercise: Exercise, part: Part, values: Sequence[Number],
    earlier: Mapping[str, Sequence[Number]], recogniser: Recogniser,
) -> Judged:  # fmt: skip
    """Judge the answer to a compute part."""
    case = part.cases[0]
    right = [
        given is not None and holds(of_check(check, case), given)
        for check, given in zip(part.checks, values, strict=True)
    ]
    if all(right):
        return Judged(1.0)
    follows = carried(exercise, part, values, earlier)
    known = recogniser.recognise(values)
    told = []
    if follows == 1 and carried(exercise, part, values, _seen(exercise, part, earlier)) == 1:
        told.append("it follows from your own earlier answer")
    # What earns all because of an answer whose result is not shown looks like any right one.
    is_whole = bool(told) or exercise.carry * (follows or 0) >= 1
    if known.feedback and (known.credit or not is_whole):
        told.append(known.feedback)
    if not (told or is_whole):
        told = [_not_right(part, right, values)]
    mistake = "" if follows == 1 else known.mistake
    return Judged(sum(right) / len(right), follows, known.credit, tuple(told), mistake)


def _seen(
    exercise: Exercise, part: Part, earlier: Mapping[str, Sequence[Number]]
) -> Mapping[str, Sequence[Number]]:
    """Leave out the answers of which whoever sees this part may not see what became of them."""
    if part.visibility != "visible":
        return earlier
    seen = {each.name for each in exercise.visible()}
    return {name: values for name, values in earlier.items() if name in seen}


def _not_right(part: Part, right: Sequence[bool], values: Sequence[Number]) -> str:
    if not part.is_list:
        given = values[0]
        assert given is not None
        return f"{number(given)} is not right"
    wrong = [str(place + 1) for place, is_right in enumerate(right) if not is_right]
    return f"{sum(right)} of {len(right)} numbers are right; not right: number {', '.join(wrong)}"


def design(exercise: Exercise, part: Part, network: Network, recogniser: Recogniser) -> Judged:
    """Judge a network that the learner designed by the cases of its part."""
    return _by_cases(
        exercise, part, nullcontext(lambda x: TraceAnswers(network.forward(x))), recogniser
    )


def program(
    exercise: Exercise, part: Part, prepared: AbstractContextManager[Run], recogniser: Recogniser
) -> Judged:
    """Judge a program by the cases of its part; it is given to be entered."""
    return _by_cases(exercise, part, prepared, recogniser)


def _by_cases(
    exercise: Exercise, part: Part, prepared: AbstractContextManager[Run], recogniser: Recogniser
) -> Judged:
    outputs: list[Array] = []
    try:
        with np.errstate(all="ignore"), prepared as run:
            judgement = Judgement(exercise.spec, _kept(run, outputs), MAX_TOLD, part.cases)
            results = judgement.results()
            if any(result.outcome != "passed" for result in results):
                judgement.explain(results)
    except SubjectError as fault:
        hint = f" ({fault.hint})" if fault.hint else ""
        return Judged(0.0, feedback=(clip(f"{fault}{hint}", 300), *_printed(fault.printed)))
    shares = [_share(result) for result in results]
    if all(share == 1 for share in shares):
        return Judged(1.0)
    known = recogniser.recognise(
        np.concatenate([o.ravel() for o in outputs]).tolist() if outputs else ()
    )
    told = [known.feedback] if known.feedback else []
    told += dict.fromkeys(hint for result in results for hint in result.hints)
    withheld = _withheld(exercise, part)
    told += _reasons(results)
    for case, result, share in zip(part.cases, results, shares, strict=True):
        if share < 1:
            told += _told(result, case.number in withheld)
    if len(told) > MAX_TOLD:
        told = [*told[:MAX_TOLD], f"and {len(told) - MAX_TOLD} more"]
    return Judged(sum(shares) / len(shares), None, known.credit, tuple(told), known.mistake)


def _kept(run: Run, outputs: list[Array]) -> Run:
    """Remember what is answered."""

    def answer(inputs: Array) -> Any:
        found = run(inputs)
        given = np.asarray(getattr(found, "outputs", found))
        if given.dtype.kind in "fiu":
            outputs.append(given.astype(float))
        return found

    return answer


def _share(result: CaseResult) -> float:
    """Give which part of a case is right: each value, and each row of a table, counts alike."""
    if result.outcome == "passed":
        return 1.0
    if not result.values or (result.outcome != "failed" and result.rows is None):
        return 0.0
    answered = 1.0 - result.broken_rows / result.rows if result.rows else 1.0
    wrong = len(result.mismatches) + result.withheld
    share = answered * (1.0 - wrong / result.values)
    return min(share, 1 - 1e-9)  # whatever rounding says, something was wrong


def _withheld(exercise: Exercise, part: Part) -> set[int]:
    """Give the cases of a visible part that must not tell what they expect: a part asks for it."""
    if part.visibility != "visible":
        return set()
    return {case.number for case in part.cases} - {c.number for c in exercise.visible_cases()}


def _reasons(results: Sequence[CaseResult]) -> list[str]:
    """Say why there are no answers: what is the same in several cases is said once."""
    names: dict[tuple[str, ...], list[str]] = {}
    for result in results:
        if result.reason:
            said = (clip(result.reason, 300), *_printed(result.printed))
            names.setdefault(said, []).append(f"`{clip(result.id)}`")
    found = []
    for (reason, *printed), cases in names.items():
        more = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
        found += [f"{', '.join(cases[:3])}{more}: {reason}", *printed]
    return found


def _told(result: CaseResult, is_withheld: bool) -> list[str]:
    """Say what is wrong with the answers to one case."""
    name = f"`{clip(result.id)}`"
    found: list[str] = []
    if is_withheld and result.mismatches:
        return [*found, f"{name}: the answer is not right"]
    for mismatch in result.mismatches[:3]:
        row = f" row {mismatch.row}" if mismatch.row else ""
        unit = f"[{mismatch.index}]" if mismatch.index is not None else ""
        said = mismatch.note or (
            f"{clip(mismatch.output)}{unit} is {mismatch.shown},"
            f" and {number(mismatch.low)} to {number(mismatch.high)} is accepted"
        )
        found.append(f"{name}{row}: {said}")
    return found


def _printed(text: str) -> list[str]:
    last = text.strip().splitlines()[-1:]
    return [f"it printed last: {clip(line.strip(), 200)}" for line in last]
