"""Submission → grade: every part is judged, and nothing that one of them does stops the others."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.diagnostics import EvaluatorError, clip
from evaluator.exercises import filling, judging, programs, reach
from evaluator.exercises.answers import Malformed, Number, Unanswered, shown, values
from evaluator.exercises.exercise import COMPUTE, DESIGN, Exercise, Part
from evaluator.exercises.intervals import of_check
from evaluator.exercises.outcomes import Grade, PartResult, total
from evaluator.exercises.recognition import Recogniser
from evaluator.explain import number

if TYPE_CHECKING:
    from evaluator.exercises.judging import Judged
    from evaluator.exercises.submission import Submission
    from evaluator.subjects.limits import Limits


class Terms(NamedTuple):
    """How submissions are graded."""

    #: How code is run, one of `programs.WAYS`; empty: it is not.
    code: str = ""
    #: What code may use, and the files that it must not read.
    limits: Limits | None = None
    hidden: tuple[str, ...] = ()
    #: Which attempt it is, from 1: it decides about hints.
    attempt: int = 1


class Grader:
    """Grades submissions to one exercise."""

    def __init__(self, exercise: Exercise, terms: Terms | None = None) -> None:
        self.exercise, self.terms = exercise, terms or Terms()
        self._parts = [reach.judged(exercise, part) for part in exercise.parts]
        self._recognisers = [Recogniser(exercise, part) for part in self._parts]

    def grade(self, submission: Submission) -> Grade:
        """Grade a submission."""
        start = perf_counter()
        results: dict[str, PartResult] = {}
        numbers: dict[str, tuple[Number, ...]] = {}
        for part in self.exercise.parts:
            results[part.name] = self._part(part, submission, results, numbers)
        notes = list(submission.notes)
        if submission.filled is not None:
            notes += filling.changes(self.exercise, submission.filled)
        parts = tuple(results.values())
        return Grade(
            submission.name, self.exercise.points, parts,
            total(parts, self.exercise.all_or_nothing), "", tuple(notes), self.exercise.variant,
            self.terms.attempt, perf_counter() - start, self.exercise.all_or_nothing,
        )  # fmt: skip

    def _part(
        self, part: Part, submission: Submission, results: dict[str, PartResult],
        numbers: dict[str, tuple[Number, ...]],
    ) -> PartResult:  # fmt: skip
        answer = self._answer(part, submission)
        try:
            if part.kind == COMPUTE:
                numbers[part.name] = self._numbers(part, submission)
            missing = [need for need in part.needs if results[need].status != "passed"]
            if missing:
                return self._result(part, "skipped", "needs", self._needs(missing), answer)
            judged = self._judged(part, submission, numbers)
        except Unanswered:
            what = "nothing is given"
            if part.kind == DESIGN:
                try:
                    filling.refuse_strangers(part, submission)
                except Malformed as error:
                    return self._result(part, "skipped", "malformed", str(error), answer)
                what = f"not everything is given: {', '.join(b.name for b in part.blanks)}"
            return self._result(part, "skipped", "unanswered", what, answer)
        except Malformed as error:
            return self._result(part, "skipped", "malformed", str(error), answer)
        except NotRun:
            said = "code was not run; whoever grades adds `--code`"
            return self._result(part, "skipped", "not-run", said, answer)
        except (EvaluatorError, MemoryError, RecursionError) as error:
            said = clip(f"it could not be judged: {str(error) or type(error).__name__}", 300)
            return self._result(part, "error", "", said, answer)
        return self._earned(part, judged, answer)

    def _numbers(self, part: Part, submission: Submission) -> tuple[Number, ...]:
        if submission.document is not None and part.name in submission.answers:
            path = ("answers", part.name)
            filling.refuse_faults(submission.faults, submission.document, path)
        return values(part, submission.answers.get(part.name))

    def _judged(
        self, part: Part, submission: Submission, numbers: dict[str, tuple[Number, ...]]
    ) -> Judged:
        recogniser = self._recognisers[part.number]
        if part.kind == COMPUTE:
            given = numbers[part.name]
            return judging.value(self.exercise, part, given, numbers, recogniser)
        if part.kind == DESIGN:
            network = filling.network(self.exercise, part, submission)
            return judging.design(self.exercise, self._parts[part.number], network, recogniser)
        terms = self.terms
        if not terms.code:
            if submission.code:
                raise NotRun
            raise Unanswered
        programs.check(terms.code, submission.code, part)
        running = programs.prepared(
            self.exercise, part, terms.code, submission.code, terms.limits, terms.hidden
        )
        return judging.program(self.exercise, part, running, recogniser)

    def _needs(self, missing: list[str]) -> str:
        shown = [name for name in missing if self.exercise.part(name).visibility == "visible"]
        if not shown:  # to say more would tell what became of a hidden part
            return "it was not judged"
        return f"it needs {', '.join(f'`{clip(name)}`' for name in shown)}"

    def _earned(self, part: Part, judged: Judged, answer: str) -> PartResult:
        credit = max(judged.fraction, judged.credit, self.exercise.carry * (judged.carried or 0))
        status = "passed" if credit >= 1 else "failed"
        return self._result(
            part, status, "", judged.feedback, answer, score=part.points * credit,
            fraction=judged.fraction, carried=judged.carried, mistake=judged.mistake,
        )  # fmt: skip

    def _result(
        self, part: Part, status: str, because: str, feedback: str | tuple[str, ...], answer: str,
        **more: Any,
    ) -> PartResult:  # fmt: skip
        told = (feedback,) if isinstance(feedback, str) else feedback
        hints: tuple[str, ...] = ()
        if status == "failed":
            hints = tuple(h.text for h in part.hints if h.after <= self.terms.attempt)
        return PartResult(
            part.name, status, part.points, because=because, feedback=told, hints=hints,
            answer=answer, accepted=_accepted(part), visibility=part.visibility, **more,
        )  # fmt: skip

    def _answer(self, part: Part, submission: Submission) -> str:
        if part.kind == COMPUTE:
            return shown(submission.answers.get(part.name))
        if part.kind == DESIGN:
            try:
                return shown(filling.answer(self.exercise, part, submission) or None)
            except Malformed:
                return shown(submission.answers.get(part.name))
        return ""


class NotRun(Exception):
    """There is code, and nobody said that it is to be run."""


def _accepted(part: Part) -> str:
    """Write what is accepted, for teachers."""
    if part.kind != COMPUTE:
        return ""
    intervals = [of_check(check, part.cases[0]) for check in part.checks]
    texts = [
        f"{number(low)} to {number(high)}" if low != high else number(low)
        for low, high in intervals
    ]
    return ", ".join(texts)
