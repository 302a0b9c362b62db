"""The exercise of a spec: its parts, what each is worth, and what is known of wrong answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.document import Path
    from evaluator.exercises.variants import Variants
    from evaluator.network import Place
    from evaluator.spec import Spec

#: The kinds of parts: a value is asked for, numbers of the network, or a program.
COMPUTE: Final = "compute"
DESIGN: Final = "design"
IMPLEMENT: Final = "implement"

#: What learners see of a part and its result: always, never, from the due date on, or once results
#: are published.
VISIBILITIES: Final = ("visible", "hidden", "after_due_date", "after_published")

#: What stands for an answer that is still to be given, in answers and in specs.
BLANK: Final = "___"


@dataclass(frozen=True, slots=True)
class Hint:
    """What helps, from an attempt on (the first is 1)."""

    after: int
    text: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that is known to be wrong: a mistake of the catalogue, or values as written."""

    #: The part of the points that it earns, from 0 to 1.
    credit: float
    feedback: str
    #: The code of a mistake; empty where values are given.
    mistake: str = ""
    #: Each value as it is written, a number or a text, one for each that is asked for.
    values: tuple[float | str, ...] = ()
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """Numbers of the network that the learner fills in."""

    #: `y.weights`, `hidden.bias`.
    name: str
    #: Where they stand in the document.
    path: tuple[str | int, ...]
    #: () for one number, (n,), or (units, inputs).
    shape: tuple[int, ...]
    #: The names of what the weights read, where they are written as a mapping.
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One question."""

    name: str
    #: Its place among the parts, from 0.
    number: int
    #: COMPUTE, DESIGN or IMPLEMENT.
    kind: str
    #: The question, in Markdown.
    ask: str
    points: float
    visibility: str = "visible"
    #: The names of earlier parts that must be earned.
    needs: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    #: Compute: the one case whose value is asked for. Otherwise the cases that judge.
    cases: tuple[Case, ...] = ()
    #: Compute: the name of the value as it is written, where it stands in a trace (one place for
    #: each unit of a layer), and what the case expects of it, in the same order.
    value: str = ""
    places: tuple[Place, ...] = ()
    checks: tuple[Check, ...] = ()
    #: Design: what is filled in.
    blanks: tuple[Blank, ...] = ()
    #: Implement: the name of the class or function.
    implement: str = ""

    @property
    def is_list(self) -> bool:
        """Whether the answer to a compute part is a list: that of a layer."""
        return len(self.places) > 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A submission that must earn just this score."""

    name: str
    #: Answers by the name of the part, as they are written.
    answers: dict[str, object]
    #: The text of a Python file; empty where there is none.
    code: str
    score: float
    #: What must occur in the feedback; empty where nothing is said of it.
    feedback: str
    path: Path = ()


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """What is asked about the network of a spec."""

    spec: Spec
    #: In Markdown.
    statement: str
    #: What all parts are worth together; more than 0.
    points: float
    parts: tuple[Part, ...]
    all_or_nothing: bool = False
    #: The credit for an answer that follows from the learner's own earlier error, from 0 to 1.
    carry: float = 1.0
    samples: tuple[Sample, ...] = ()
    #: How numbers are drawn; None where all learners get the same.
    variants: Variants | None = None
    #: Which variant this is; empty for the spec as it is written.
    variant: str = ""

    @property
    def name(self) -> str:
        """The name of the spec."""
        return self.spec.name

    def part(self, name: str) -> Part:
        """Give a part by name; raises KeyError."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    def visible(self, shown: frozenset[str] = frozenset({"visible"})) -> tuple[Part, ...]:
        """Give the parts whose visibility is one of these."""
        return tuple(part for part in self.parts if part.visibility in shown)

    def visible_cases(self) -> tuple[Case, ...]:
        """Give the cases that learners may see, expected values too, in file order.

        They judge visible designs and code, and no part asks for a value of theirs, nor for one that
        they expect of the same inputs.
        """
        computed = [part for part in self.parts if part.kind == COMPUTE]
        asked = {case.number for part in computed for case in part.cases}
        told = {(self._inputs(p.cases[0]), place) for p in computed for place in p.places}
        shown = {
            case.number: case
            for part in self.visible()
            if part.kind != COMPUTE
            for case in part.cases
            if case.number not in asked and not told & self._expected(case)
        }
        return tuple(shown[number] for number in sorted(shown))

    def _inputs(self, case: Case) -> bytes:
        return bytes((self.spec.inputs[case.row] + 0.0).tobytes())  # −0 is 0

    def _expected(self, case: Case) -> set[tuple[bytes, Place]]:
        """Give the values that a case expects, each with the inputs that it is for."""
        probes = self.spec.probes
        return {(self._inputs(case), probes[check.probe].place) for check in case.checks}

    def as_variant(self, key: str) -> Exercise:
        """Name the variant that this is."""
        return replace(self, variant=key)
