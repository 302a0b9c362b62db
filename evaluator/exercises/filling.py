"""A network whose blanks a learner filled; all else is the author's."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip, did_you_mean
from evaluator.exercises.answers import Malformed, Unanswered, advice, filled, is_blank
from evaluator.exercises.exercise import COMPUTE
from evaluator.spec import connect
from evaluator.topkeys import NETWORKS
from evaluator.wiring import TooMany, Wiring

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.document import Document, Path
    from evaluator.exercises.exercise import Blank, Exercise, Part
    from evaluator.exercises.submission import Submission
    from evaluator.network import Network

#: The keys of a filled spec that say what the network is, and how it is judged.
_OURS: Final = (*NETWORKS, "inputs", "outputs", "dtype", "tolerance")
_MISSING: Final = object()


def network(exercise: Exercise, part: Part, submission: Submission) -> Network:
    """Build the network that a learner designed; raises Malformed or Unanswered."""
    values = {blank.path: _value(exercise, part, blank, submission) for blank in part.blanks}
    document = copy.copy(exercise.spec.document)
    document.data = placed(document.data, values)
    wiring = Wiring(document)
    built = None
    with suppress(TooMany):
        built = connect(wiring)
    if wrong := [found for found in wiring.found if found.severity == "error"]:
        raise Malformed(wrong[0].message)
    assert built is not None
    return built


def refuse_strangers(part: Part, submission: Submission) -> None:
    """Raise Malformed where the answer to a part fills in something that is not blank."""
    written = submission.answers.get(part.name)
    names = [blank.name for blank in part.blanks]
    for name in written if isinstance(written, dict) else ():
        if name not in names:
            known = did_you_mean(str(name), names) or f"there is {', '.join(names)}"
            raise Malformed(f"`{clip(str(name))}` is not to be filled in; {known}")


def answer(exercise: Exercise, part: Part, submission: Submission) -> Any:
    """Give what fills the blanks of a part, as it is written, for teachers."""
    return {
        blank.name: found[2]
        for blank in part.blanks
        if (found := _written(exercise, part, blank, submission))
    }


def _value(exercise: Exercise, part: Part, blank: Blank, submission: Submission) -> Any:
    found = _written(exercise, part, blank, submission)
    if found is None:
        raise Unanswered
    document, path, written = found
    refuse_faults(submission.faults, document, path)
    return filled(blank, written)


def _written(
    exercise: Exercise, part: Part, blank: Blank, submission: Submission
) -> tuple[Document, Path, Any] | None:
    """Find what fills a blank: an answer to this part, the filled spec, or an answer to another."""
    others = [other for other in exercise.parts if other is not part and blank in other.blanks]
    own, *rest = ((each.name, submission.answers.get(each.name)) for each in (part, *others))
    if found := _answered(submission.document, blank, *own):
        return found
    if submission.filled is not None:
        value = at(submission.filled.data, blank.path)
        if value is not _MISSING and not is_blank(value):
            return submission.filled, blank.path, value
    return next((f for each in rest if (f := _answered(submission.document, blank, *each))), None)


def _answered(
    document: Document | None, blank: Blank, name: str, written: Any
) -> tuple[Document, Path, Any] | None:
    if document is None or is_blank(written):
        return None
    if not isinstance(written, dict):
        raise Malformed(f"a mapping is asked for, as in {{{blank.name}: …}}")
    value = written.get(blank.name)
    return None if is_blank(value) else (document, ("answers", name, blank.name), value)


def refuse_faults(faults: Iterable[Diagnostic], document: Document, path: Path) -> None:
    """Raise Malformed where the reader found something wrong with a number of an answer."""
    if not (faults := list(faults)):
        return
    begin, end = map(document.text.position, document.span(path))
    for fault in faults:
        if begin <= (fault.location.line, fault.location.column) < end:
            raise Malformed(f"{fault.message} ({advice(fault.hint)})")


def at(data: Any, path: Sequence[str | int]) -> Any:
    """Give the value at a path that may not be there."""
    for step in path:
        by_name = isinstance(step, str) and isinstance(data, dict) and step in data
        if not (by_name or (isinstance(step, int) and isinstance(data, list) and step < len(data))):
            return _MISSING
        data = data[step]
    return data


def placed(data: Any, values: Mapping[tuple[str | int, ...], Any]) -> Any:
    """Copy data with other values at some paths; what is on the way is copied, nothing else."""
    if () in values:
        return values[()]
    result = copy.copy(data)
    for step in dict.fromkeys(path[0] for path in values):
        inner = {path[1:]: value for path, value in values.items() if path[0] == step}
        result[step] = placed(data[step], inner)
    return result


def changes(exercise: Exercise, document: Document) -> list[str]:
    """Say where a filled spec differs from the author's otherwise than in blanks: it does not count.

    Of cases only those are compared that the learner may see.
    """
    paths = [blank.path for part in exercise.parts for blank in part.blanks]
    ours = placed(exercise.spec.document.data, dict.fromkeys(paths, _MISSING)) if paths else (
        exercise.spec.document.data
    )  # fmt: skip
    found = [
        f"`{key}` is not what the exercise says; what you changed does not count"
        for key in _OURS
        if not _same(ours.get(key), document.data.get(key))
    ]
    cases = document.data.get("cases")
    if isinstance(cases, list):
        known = _known_cases(exercise)
        changed = sum(not any(_same_case(case, each) for each in known) for case in cases[:1000])
        if changed:
            which = "1 case is" if changed == 1 else f"{changed} cases are"
            found.append(f"{which} not of the exercise, and does not count"
                         if changed == 1 else f"{which} not of the exercise, and do not count")  # fmt: skip
    return [clip(each, 200) for each in found]


def _known_cases(exercise: Exercise) -> list[Any]:
    """Give the cases that learners see: those of compute parts without what is expected."""
    written = exercise.spec.document.data["cases"]
    known = [written[case.number] for case in exercise.visible_cases()]
    for part in exercise.parts:  # of hidden ones too, the inputs are shown
        if part.kind == COMPUTE:
            known.append({"inputs": written[part.cases[0].number]["inputs"]})
    return known


def _same_case(one: Any, other: Any) -> bool:
    keys = ("inputs", "expected", "expected_class", "file")
    return isinstance(one, dict) and all(_same(other.get(key), one.get(key)) for key in keys)


def _same(ours: Any, theirs: Any) -> bool:
    """Compare values as they are written; what is left blank may be anything."""
    if ours is _MISSING:
        return True
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(_same(ours.get(key), theirs.get(key)) for key in {**ours, **theirs})
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return bool(ours == theirs or (ours != ours and theirs != theirs))
