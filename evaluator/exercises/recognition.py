"""Which known mistake an answer shows: the author's wrong answers first, then the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluator import hints
from evaluator.exercises.exercise import COMPUTE, Exercise, Part, Wrong
from evaluator.exercises.intervals import holds, of_written, slack
from evaluator.exercises.mistaken import SAME, Mistaken, answers, mistaken
from evaluator.hints.aims import COMMON
from evaluator.hints.words import ways
from evaluator.mistakes import MISTAKES

if TYPE_CHECKING:
    from evaluator.exercises.answers import Number

#: How far apart, by their size, values of programs may be that come of the same arithmetic.
CLOSE = 1e-6
#: How the codes of mistakes begin that lose digits.
PRECISION = ("rounded-", "cut-off-", "answer-", "float32")


class Recognised(NamedTuple):
    """What is known of an answer that is not right."""

    credit: float = 0.0
    feedback: str = ""
    #: The code of the mistake, where it is one of the catalogue.
    mistake: str = ""


class Recogniser:
    """Tells mistakes in the answers to one part; what they give is computed once."""

    def __init__(self, exercise: Exercise, part: Part) -> None:
        self.spec, self.part = exercise.spec, part

    @cached_property
    def _known(self) -> list[Mistaken]:
        """The mistakes of the catalogue that explain answers."""
        return mistaken(self.spec, self.part)

    @cached_property
    def _named(self) -> dict[str, list[Mistaken]]:
        """Those that the author names."""
        codes = {wrong.mistake for wrong in self.part.wrong if wrong.mistake}
        return {code: mistaken(self.spec, self.part, [MISTAKES[code]]) for code in codes}

    @cached_property
    def _slack(self) -> np.ndarray:
        """How close each value must be."""
        values = np.array(answers(self.spec, self.part, self.spec.network))
        if self.part.kind != COMPUTE:
            return np.zeros(len(values)) + CLOSE
        rooms = (slack(self.spec, check, self.part.cases[0]) for check in self.part.checks)
        return np.array([CLOSE if room is None else max(room, SAME) for room in rooms])

    def recognise(self, values: Sequence[Number]) -> Recognised:
        """Say what is known of an answer: one value for each, or all outputs of a program in a row."""
        given = np.array([np.nan if value is None else value for value in values], float)
        for wrong in self.part.wrong:
            if self._shows(wrong, given):
                return Recognised(wrong.credit, wrong.feedback, wrong.mistake)
        if self.part.kind != COMPUTE:  # the hints of an evaluation tell it
            return Recognised()
        fitting = [each.mutant for each in self._known if self._fits(each.values, given)]
        names = hints.named(fitting)
        if not 0 < len(names) <= hints.MAX_FITTING or set(values) <= set(COMMON):
            return Recognised()
        code = fitting[0].mistake.code
        if len(names) > 1 and all(m.mistake.code.startswith(PRECISION) for m in fitting):
            return Recognised(0.0, "it looks as if values were rounded on the way", code)
        this = "these are" if self.part.is_list else "this is"
        return Recognised(0.0, f"{this} what the network gives {ways(names)}", code)

    def _shows(self, wrong: Wrong, given: np.ndarray) -> bool:
        if wrong.mistake:
            return any(self._fits(each.values, given) for each in self._named[wrong.mistake])
        case = self.part.cases[0]
        intervals = [of_written(value, case) for value in wrong.values]
        return all(map(holds, intervals, given.tolist()))

    def _fits(self, values: Sequence[float], given: np.ndarray) -> bool:
        wanted = np.array(values)
        if wanted.shape != given.shape or not len(given):
            return False
        room = self._slack if self.part.kind == COMPUTE else CLOSE * (1 + np.abs(wanted))
        with np.errstate(invalid="ignore"):
            return bool((np.abs(given - wanted) <= room * (1 + 1e-9)).all())
