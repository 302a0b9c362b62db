"""Spec → exercise: the block `exercise` is read against the network and the cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import Diagnostic, SpecError, clip, did_you_mean
from evaluator.exercises import places
from evaluator.exercises.asked import judged_by
from evaluator.exercises.exercise import (
    COMPUTE,
    DESIGN,
    IMPLEMENT,
    Blank,
    Exercise,
    Hint,
    Part,
    Sample,
)
from evaluator.exercises.overlaps import read_wrong
from evaluator.exercises.points import PointsError, share
from evaluator.exercises.ranges import read_variants
from evaluator.explain import number as spelt

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.spec import Spec

#: The key that says what kind a part is.
KINDS: Final = {"value": COMPUTE, "blanks": DESIGN, "implement": IMPLEMENT}
#: Keys that parts of one kind alone take.
_ONLY: Final = {"case": ("value",), "cases": ("blanks", "implement")}


def read(spec: Spec) -> Exercise:
    """Read the exercise of a spec; raises SpecError for what is wrong with it, or if there is none."""
    if "exercise" not in spec.document.data:
        found = spec.document.diagnostic(
            (), "missing-key", "the spec has no `exercise`",
            "add the block; docs/exercise.md says how",
        )  # fmt: skip
        raise SpecError([found])
    reader = Reader(spec)
    exercise = reader.exercise()
    if exercise is None:
        raise SpecError(reader.found)
    return exercise


def faults(spec: Spec) -> list[Diagnostic]:
    """Say what is wrong with the exercise of a spec, in file order."""
    reader = Reader(spec)
    reader.exercise()
    return reader.found


class Reader:
    """Reads one exercise, and collects what is wrong with it."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.data: Mapping[str, Any] = spec.document.data["exercise"]
        self.found: list[Diagnostic] = []
        self._parts: list[Part] = []
        self._blanks = places.blanks(spec)
        #: What `{NAME}` in a text stands for: the numbers that variants draw.
        self._numbers: dict[str, str] = {}

    def complain(self, path: Path, code: str, message: str, hint: str, key: bool = False) -> None:
        """Collect what is wrong with the value, or the key, at a path within the block."""
        at = ("exercise", *path)
        self.found.append(self.spec.document.diagnostic(at, code, message, hint, key=key))

    def text(self, written: str) -> str:
        """Put the numbers of this variant into a text."""
        for name, value in self._numbers.items():
            written = written.replace(f"{{{name}}}", value)
        return written

    def exercise(self) -> Exercise | None:
        """Read it all; None if anything is wrong."""
        data = self.data
        if not self.spec.network.steps:
            self.complain((), "unsupported", "an exercise needs a network that is written out",
                          "this one is an ONNX file; `evaluator convert` writes a spec of it", True)  # fmt: skip
            return None
        variants = read_variants(self, data["variants"]) if "variants" in data else None
        for parameter in variants.parameters if variants else ():
            self._numbers[parameter.name] = spelt(self.spec.document.value(parameter.path))
        points = self._points()
        for number, written in enumerate(data["parts"]):
            self._part(number, written, points[number])
        carry = self._fraction(("carry",), data.get("carry", 1))
        samples = [self._sample(n, written) for n, written in enumerate(data.get("samples", ()))]
        if self.found:
            return None
        total = float(data.get("points", sum(points)))
        return Exercise(
            self.spec, self.text(data["statement"]), total, tuple(self._parts),
            data.get("all_or_nothing", False), carry, tuple(samples), variants,
        )  # fmt: skip

    def _points(self) -> list[float]:
        written = [part.get("points") for part in self.data["parts"]]
        try:
            return share(written, self.data.get("points"))
        except PointsError as error:
            at = ("points",) if "points" in self.data else ("parts",)
            self.complain(at, "out-of-range", error.message, error.hint)
            return [0.0] * len(written)

    def _fraction(self, path: Path, value: float) -> float:
        if not 0 <= value <= 1:
            self.complain(path, "out-of-range", f"`{path[-1]}` is {value:g}",
                          "write a number from 0 to 1")  # fmt: skip
        return float(value)

    def _part(self, number: int, written: Mapping[str, Any], points: float) -> None:
        path = ("parts", number)
        name = written["name"]
        if name in [part.name for part in self._parts]:
            self.complain((*path, "name"), "duplicate-name", f"another part is called `{clip(name)}`",
                          "give every part a name of its own")  # fmt: skip
        keys = [key for key in KINDS if key in written]
        if len(keys) != 1:
            self._not_one_kind(path, keys)
            return
        for key, takers in _ONLY.items():
            if key in written and keys[0] not in takers:
                other = "cases" if key == "case" else "case"
                self.complain((*path, key), "conflicting-keys", f"`{keys[0]}` does not take `{key}`",
                              f"write `{other}`", key=True)  # fmt: skip
                return
        kind = KINDS[keys[0]]
        cases, checks, found = judged_by(self, path, written, kind)
        part = Part(
            name, number, kind, self.text(written["ask"]), points, written.get("visibility", "visible"),
            self._needs(path, written.get("needs", ())),
            tuple(Hint(hint.get("after", 1), self.text(hint["text"])) for hint in written.get("hints", ())),
            (), cases, written.get("value", ""), found, checks,
            self._filled_in(path, written.get("blanks", ())), written.get("implement", ""),
        )  # fmt: skip
        if cases and "wrong" in written:
            part = read_wrong(self, part, written["wrong"], (*path, "wrong"))
        self._parts.append(part)

    def _not_one_kind(self, path: Path, keys: Sequence[str]) -> None:
        if keys:
            self.complain((*path, keys[1]), "conflicting-keys",
                          f"the part has both `{keys[0]}` and `{keys[1]}`",
                          "make two parts of it", key=True)  # fmt: skip
        else:
            self.complain(path, "missing-key", "the part does not say what is to be answered",
                          "add `value`, `blanks` or `implement`")  # fmt: skip

    def _needs(self, path: Path, names: Iterable[str]) -> tuple[str, ...]:
        known = [part.name for part in self._parts]
        for number, name in enumerate(names):
            if name not in known:
                self.complain((*path, "needs", number), "unknown-name",
                              f"no earlier part is called `{clip(name)}`",
                              did_you_mean(name, known) or "a part can only need one above it")  # fmt: skip
        return tuple(names)

    def _filled_in(self, path: Path, names: Iterable[str]) -> tuple[Blank, ...]:
        for number, name in enumerate(names):
            at = (*path, "blanks", number)
            if name in self._blanks:
                if self.spec.document.twins(self._blanks[name].path):
                    self.complain(
                        at, "alias", f"`{clip(name)}` is shared by an alias", "write it out"
                    )
                continue
            if name in places.in_files(self.spec):
                message, hint = f"`{clip(name)}` stands in a file", "write the numbers out"
            elif name.endswith(".bias") and f"{name.removesuffix('.bias')}.weights" in self._blanks:
                message, hint = (
                    f"`{clip(name)}` is not written",
                    "write the bias, so that it can be left blank",
                )
            else:
                message = f"nothing is named `{clip(name)}` here"
                hint = (
                    did_you_mean(name, self._blanks)
                    or f"there are {', '.join(list(self._blanks)[:8])}"
                )
            self.complain(at, "unknown-name", message, hint)
        return tuple(self._blanks[name] for name in dict.fromkeys(names) if name in self._blanks)

    def _sample(self, number: int, written: Mapping[str, Any]) -> Sample:
        path = ("samples", number)
        answers = written.get("answers", {})
        known = [part["name"] for part in self.data["parts"]]
        for name in answers:
            if name not in known:
                self.complain((*path, "answers", name), "unknown-name", f"no part is called `{clip(name)}`",
                              did_you_mean(name, known) or f"there is {', '.join(map(clip, known[:8]))}", True)  # fmt: skip
        return Sample(
            written["name"], answers, written.get("code", ""), float(written["score"]),
            written.get("feedback", ""), ("exercise", *path),
        )  # fmt: skip
