"""What an exercise would accept although it is wrong: known mistakes, in numbers and in code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from evaluator.audit import COUNTED
from evaluator.diagnostics import Diagnostic, clip
from evaluator.exercises import judging, reach
from evaluator.exercises.exercise import COMPUTE, IMPLEMENT, Exercise, Part
from evaluator.exercises.intervals import holds
from evaluator.exercises.mistaken import MAX_PLACES, answers, inside
from evaluator.exercises.recognition import Recogniser
from evaluator.expectation import parse
from evaluator.hints.words import ways
from evaluator.mistakes import mutants
from evaluator.subjects.reference import TraceAnswers

if TYPE_CHECKING:
    from evaluator.network import Array, Network


def said(
    exercise: Exercise, path: Sequence[str | int], code: str, message: str, hint: str,
    severity: str = "error",
) -> Diagnostic:  # fmt: skip
    """Say what is wrong at a path within the block."""
    return exercise.spec.document.diagnostic(
        ("exercise", *path), code, message, hint, severity=severity
    )


def run(exercise: Exercise, part: Part, network: Network) -> judging.Judged:
    """Judge a program that answers as a network does: it tells outputs, and nothing of the way there."""

    def answer(x: Array) -> Any:
        trace = network.forward(x.astype(network.dtype))
        return trace.outputs if part.kind == IMPLEMENT else TraceAnswers(trace)

    part = reach.judged(exercise, part)
    return judging.program(exercise, part, nullcontext(answer), Recogniser(exercise, part))


def accepted_mistakes(exercise: Exercise) -> Iterator[Diagnostic]:
    for part in exercise.parts:
        if part.kind != COMPUTE or not (wrong := inside(exercise.spec, part)):
            continue
        given = ", ".join(f"{value:.10g}" for value in wrong[0].values)
        names = list(dict.fromkeys(each.mutant.mistake.name for each in wrong))
        yield exercise.spec.document.diagnostic(
            part.checks[0].path, "mistake-accepted",
            f"`{clip(part.name)}` accepts what the network gives {ways(names)}: {given} is the first",
            _tighter(exercise, part, [each.values for each in wrong]), severity="warning",
        )  # fmt: skip


def passing_programs(exercise: Exercise) -> Iterator[Diagnostic]:
    """Find mistakes that code could make and pass every part that asks for it.

    Those that the spec calls equivalent are left out.
    """
    reasons = exercise.spec.document.data.get("equivalent", ())
    explained = {key.partition(" at ")[0] for key in reasons}
    known = [m for m in COUNTED if m.explains and m.code not in explained]
    asked: dict[str, list[Part]] = {}
    for part in exercise.parts:
        if part.kind == IMPLEMENT:
            asked.setdefault(part.implement, []).append(part)
    for name, parts in asked.items():
        passing = [
            each.mistake.name
            for each in mutants(exercise.spec.network, MAX_PLACES, known)
            if all(run(exercise, part, each.network).fraction == 1 for part in parts)
        ]
        if passing:
            yield said(exercise, ("parts", parts[0].number), "mistake-accepted",
                        f"a `{clip(name)}` passes that answers as the network does"
                        f" {ways(list(dict.fromkeys(passing)))}",
                        "add a case that tells it apart; `evaluator audit --suggest` finds one", "warning")  # fmt: skip


def _tighter(exercise: Exercise, part: Part, wrong: Sequence[Sequence[float]]) -> str:
    """Suggest an expectation that accepts none of the wrong answers, or the weighted sum."""
    values = answers(exercise.spec, part, exercise.spec.network)
    found = []
    for digits in range(1, 16):
        texts = [f"~{value:.{digits}f}" for value in values]
        accepted = [parse(text) for text in texts]
        if not any(all(map(holds, accepted, each)) for each in wrong):
            found.append(f"expect {', '.join(texts)}")
            break
    if not part.places[0].z:
        found.append(f"ask for the sum, `{part.value}.z`, too")
    return ", or ".join(found) or "choose other inputs"
