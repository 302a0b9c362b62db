"""The author's self-test: does an exercise grade as it is meant to?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import Diagnostic, clip, count
from evaluator.exercises import judging, reach
from evaluator.exercises.exercise import BLANK, COMPUTE, DESIGN, Exercise, Part, Sample
from evaluator.exercises.grading import Grader, Terms
from evaluator.exercises.intervals import of_written
from evaluator.exercises.mistaken import mistaken
from evaluator.exercises.outcomes import Grade, rounded
from evaluator.exercises.points import SAME
from evaluator.exercises.recognition import Recogniser
from evaluator.exercises.right import as_asked, last_place, right
from evaluator.exercises.submission import Submission
from evaluator.exercises.unanswerable import told_by_needs, unanswerable
from evaluator.exercises.variants import MAX_DRAWS, VariantError, tried
from evaluator.exercises.weaknesses import accepted_mistakes, passing_programs, run, said
from evaluator.mistakes import MISTAKES

if TYPE_CHECKING:
    from evaluator.case import Check

CODES: Final = {
    "reference-fails": "The author's own answers do not earn all points.",
    "blank-passes": "A part is passed by who answers nothing, or by zeros.",
    "mistake-accepted": "A known mistake gives an answer that is accepted as right, or passing code.",
    "wrong-unreached": "An answer that is known to be wrong is not recognised as the one it is.",
    "sample-differs": "A sample submission earns another score, or is told something else.",
    "unanswerable": "A part cannot be answered from what learners get.",
    "hidden-told": "Learners see by one part what became of a hidden one.",
    "variant": "A variant cannot be made, or does not grade as it should.",
}


@dataclass(slots=True)
class Checked:
    """What became of the self-test of one exercise."""

    exercise: Exercise
    found: list[Diagnostic] = field(default_factory=list)
    #: Samples that were graded, and those that need code to be run.
    samples: int = 0
    unrun: int = 0
    variants: int = 0
    #: How many draws were rejected, of all variants together.
    rejected: int = 0

    @property
    def ok(self) -> bool:
        """Whether it grades as it is meant to."""
        return all(each.severity != "error" for each in self.found)


def checked(exercise: Exercise, terms: Terms | None = None) -> Checked:
    """Test an exercise and every variant of it."""
    result = Checked(exercise)
    result.found += _reference(exercise)
    result.found += _blank(exercise)
    result.found += accepted_mistakes(exercise)
    result.found += passing_programs(exercise)
    result.found += _wrong(exercise)
    result.found += unanswerable(exercise)
    result.found += told_by_needs(exercise)
    for sample in exercise.samples:
        if sample.code and not (terms and terms.code):
            result.unrun += 1
            continue
        result.samples += 1
        result.found += _sample(exercise, sample, terms or Terms())
    #: What is wrong with variants: the code, the line and the help, then which, and what is said.
    faults: dict[tuple[str, int, str], list[tuple[str, str]]] = {}
    for key in exercise.variants.keys if exercise.variants else ():
        result.variants += 1
        try:
            variant, rejected = tried(exercise, key)
        except VariantError as error:
            result.found.append(said(exercise, ("variants",), "variant", str(error),
                                      "loosen the rules, or draw from other numbers"))  # fmt: skip
            result.rejected += MAX_DRAWS
            break
        result.rejected += rejected
        for each in (*_reference(variant), *_blank(variant)):
            faults.setdefault((each.code, each.location.line, each.hint), []).append(
                (key, each.message)
            )
    told = {(each.code, each.location.line, each.hint) for each in result.found}
    for fault, ((key, message), *more) in faults.items():
        if fault not in told:  # else it is no fault of the variants
            others = f", and {count(len(more), 'other')} too" if more else ""
            message = f"variant {key}{others}: {message}"
            result.found.append(said(exercise, ("variants",), "variant", message, fault[2]))
    return result


def reference(exercise: Exercise) -> Submission:
    """Make the submission with the author's own answers, as a learner would write them."""
    return _submission(
        exercise, "reference", {part.name: _own(exercise, part) for part in exercise.parts}
    )


def _submission(exercise: Exercise, name: str, answers: dict[str, Any]) -> Submission:
    return Submission(name, answers, exercise.spec.document)


def _own(exercise: Exercise, part: Part) -> Any:
    if part.kind == COMPUTE:
        values = [float(text) for text in right(exercise, part)]
        return values if part.is_list else values[0]
    return {blank.name: exercise.spec.document.value(blank.path) for blank in part.blanks}


def _reference(exercise: Exercise) -> Iterator[Diagnostic]:
    # What follows from an earlier answer of the author would pass for right.
    graded = Grader(replace(exercise, carry=0.0)).grade(reference(exercise))
    for part, result in zip(exercise.parts, graded.parts, strict=True):
        status, told = result.status, "; ".join(result.feedback)
        if part.kind not in (COMPUTE, DESIGN):
            judged = run(exercise, part, exercise.spec.network)
            status, told = (
                "passed" if judged.fraction == 1 else "failed",
                "; ".join(judged.feedback),
            )
        if status == "passed" or (status == "skipped" and _needs_code(exercise, part)):
            continue
        message = f"the author's own answer does not pass `{clip(part.name)}`: {told}"
        if part.kind == COMPUTE and status == "failed":
            message = (
                f"the network answers {result.answer} to `{clip(part.name)}`,"
                f" and {result.accepted} is accepted"
            )
        yield said(exercise, ("parts", part.number), "reference-fails", message,
                    "correct the case that judges it")  # fmt: skip


def _needs_code(exercise: Exercise, part: Part) -> bool:
    """Tell whether a part needs one that asks for code, which is not run here."""
    needed = [exercise.part(name) for name in part.needs]
    return any(p.kind not in (COMPUTE, DESIGN) or _needs_code(exercise, p) for p in needed)


def _blank(exercise: Exercise) -> Iterator[Diagnostic]:
    blank = {part.name: BLANK for part in exercise.parts}
    zeros: dict[str, Any] = {
        part.name: {b.name: _zeros(exercise.spec.document.value(b.path)) for b in part.blanks}
        for part in exercise.parts if part.kind == DESIGN
    }  # fmt: skip
    for what, given in (("nothing at all", blank), ("zeros alone", zeros)):
        graded = Grader(exercise).grade(_submission(exercise, what, given))
        for part, result in zip(exercise.parts, graded.parts, strict=True):
            if result.status == "passed":
                yield said(exercise, ("parts", part.number), "blank-passes",
                            f"{what} passes `{clip(part.name)}`",
                            "add a case that tells an answer from none")  # fmt: skip


def _zeros(value: Any) -> Any:
    if isinstance(value, list):
        return [_zeros(each) for each in value]
    return {key: 0.0 for key in value} if isinstance(value, dict) else 0.0


def _wrong(exercise: Exercise) -> Iterator[Diagnostic]:
    """See that each wrong answer is recognised, and earns its credit."""
    for part in exercise.parts:
        part = reach.judged(exercise, part)
        recogniser = Recogniser(exercise, part)
        for number, wrong in enumerate(part.wrong):
            tries = [_recognised(exercise, part, recogniser, values)
                     for values in _wrong_answers(exercise, part, number)]  # fmt: skip
            wanted = wrong.credit, wrong.feedback
            if not tries or wanted in tries:
                continue
            yield said(exercise, ("parts", part.number, "wrong", number), "wrong-unreached",
                        f"the answer is taken for another: it earns {tries[0][0]:g} and is told"
                        f" `{clip(tries[0][1] or 'nothing')}`",
                        "the first wrong answer that fits counts: put this one above the other")  # fmt: skip


def _wrong_answers(exercise: Exercise, part: Part, number: int) -> list[Any]:
    """Give what the answers are: numbers, or networks that answer for a program."""
    wrong = part.wrong[number]
    if wrong.mistake:
        made = mistaken(exercise.spec, part, [MISTAKES[wrong.mistake]])
        if part.kind != COMPUTE:
            return [each.mutant.network for each in made]
        return [_as_asked(exercise, part.checks, each.values) for each in made]
    intervals = [of_written(value, part.cases[0]) for value in wrong.values]
    return [[(low + high) / 2 for low, high in intervals]]


def _as_asked(exercise: Exercise, checks: Sequence[Check], values: Sequence[float]) -> list[float]:
    return [
        float(as_asked(exercise.spec, check, value)) if last_place(exercise.spec, check) else value
        for check, value in zip(checks, values, strict=True)
    ]


def _recognised(
    exercise: Exercise, part: Part, recogniser: Recogniser, answer: Any
) -> tuple[float, str]:
    """Give what an answer earns, and the first that it is told."""
    if part.kind == COMPUTE:
        judged = judging.value(exercise, part, answer, {}, recogniser)
    else:
        judged = run(exercise, part, answer)
    return judged.credit, judged.feedback[0] if judged.feedback else ""


def _sample(exercise: Exercise, sample: Sample, terms: Terms) -> Iterator[Diagnostic]:
    submission = _submission(exercise, sample.name, dict(sample.answers))
    with tempfile.TemporaryDirectory(prefix="evaluator-sample-") as folder:
        if sample.code:
            path = os.path.join(folder, "sample.py")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(sample.code)
            submission.code = [path]
        graded = Grader(exercise, terms).grade(submission)
    at = sample.path[1:]
    if abs(graded.score - sample.score) > SAME:
        yield said(exercise, (*at, "score"), "sample-differs",
                    f"`{clip(sample.name)}` earns {rounded(graded.score):g}, not {sample.score:g}:"
                    f" {_parts(graded)}", "correct the score, or what grades it")  # fmt: skip
    told = "\n".join(line for part in graded.parts for line in (*part.feedback, *part.hints))
    if sample.feedback not in told:
        yield said(exercise, (*at, "feedback"), "sample-differs",
                    f"`{clip(sample.name)}` is not told that, but `{clip(told or 'nothing', 200)}`",
                    "correct the text, or the feedback that is meant")  # fmt: skip


def _parts(graded: Grade) -> str:
    return ", ".join(f"{clip(part.name)} {rounded(part.score):g}" for part in graded.parts)
