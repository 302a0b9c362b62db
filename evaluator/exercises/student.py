"""Exercise → what learners get to fill in: the spec with blanks, and a file for the answers.

Both are written anew from what may be seen, so that nothing else can get in: no comment, no
description, no case that is hidden, and no value that is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from evaluator.convert.yaml_text import WIDTH, text
from evaluator.diagnostics import EvaluatorError
from evaluator.exercises.exercise import BLANK, COMPUTE, DESIGN, IMPLEMENT, Blank, Exercise, Part
from evaluator.exercises.stub import stub
from evaluator.spelling import plain
from evaluator.wiring import is_file

#: What of a spec says nothing of the answers.
_KEPT: Final = ("name", "dtype", "tolerance", "inputs", "outputs")
_FORMS: Final = ("neuron", "neurons", "layers")
#: What of a case is shown where it judges a visible part, and where a value of it is asked for.
_SHOWN: Final = ("name", "inputs", "expected", "expected_class", "tolerance")
_ASKED: Final = ("name", "inputs")
#: Why the latter are not run: they expect nothing.
_SKIP: Final = "asked for"


class CannotHide(EvaluatorError):
    """An exercise of which no student's part can be made that hides what it has to."""

    hint = "write the numbers out in the spec"


def asked(exercise: Exercise) -> tuple[Part, ...]:
    """Give the parts that learners are told of: all that are visible, or ask for something new.

    A hidden part that judges the same blanks or the same code once more needs no mention.
    """
    told: list[Part] = []
    for part in exercise.parts:
        wanted = _wanted(part)
        is_new = part.kind == COMPUTE or wanted not in [
            _wanted(each) for each in exercise.visible()
        ]
        if part.visibility == "visible" or (is_new and wanted not in map(_wanted, told)):
            told.append(part)
    return tuple(told)


def _wanted(part: Part) -> tuple[str, ...]:
    if part.kind == COMPUTE:
        return (COMPUTE, part.name)
    return (part.kind, part.implement, *sorted(blank.name for blank in part.blanks))


def blanks(exercise: Exercise) -> tuple[Blank, ...]:
    """Give all that any part leaves blank, hidden ones too."""
    found = {blank.name: blank for part in exercise.parts for blank in part.blanks}
    return tuple(found.values())


def spec(exercise: Exercise) -> str:
    """Write the spec for learners; raises CannotHide where its network stands in files."""
    data = exercise.spec.document.data
    kept = {key: data[key] for key in _KEPT if key in data}
    kept.setdefault("name", exercise.name)
    if exercise.variant:
        kept["variant"] = int(exercise.variant)
    return written({**kept, **network(exercise), "cases": cases(exercise)})


def network(exercise: Exercise, is_blank: bool = True) -> dict[str, Any]:
    """Give the network as plain data, with its blanks; raises CannotHide where it stands in files."""
    data = exercise.spec.document.data
    kept = {form: deepcopy(data[form]) for form in _FORMS if form in data}
    if _has_files(kept):
        raise CannotHide(
            "the network stands in files, which may hold more than learners should see"
        )
    for blank in blanks(exercise) if is_blank else ():
        _clear(kept, blank)
    return kept


def cases(exercise: Exercise) -> list[dict[str, Any]]:
    """Give the cases for learners: those that judge visible parts, and the inputs of questions."""
    shown: dict[int, tuple[str, ...]] = {case.number: _SHOWN for case in exercise.visible_cases()}
    for part in exercise.parts:
        if part.kind == COMPUTE:
            shown |= {case.number: _ASKED for case in part.cases}
    found = []
    for number in sorted(shown):
        data = exercise.spec.document.data["cases"][number]
        if "file" not in data:
            case = {key: data[key] for key in shown[number] if key in data}
            skip = {"skip": _SKIP} if shown[number] == _ASKED else {}
            found.append({"name": exercise.spec.cases[number].id, **case, **skip})
    return found


def tables(exercise: Exercise) -> list[str]:
    """Name the visible cases that are tables, which learners do not get."""
    return [case.id for case in exercise.visible_cases() if case.table is not None]


def answers(exercise: Exercise) -> str:
    """Write the file for the answers, each with a blank."""
    lines = [f"# {exercise.name}: put your answers in place of {BLANK}"]
    lines += [f"variant: {exercise.variant}"] if exercise.variant else []
    lines.append("answers:")
    head = len(lines)
    for part in asked(exercise):
        if part.kind == COMPUTE:
            blank = "[" + ", ".join([BLANK] * len(part.places)) + "]" if part.is_list else BLANK
            lines.append(f"  {text(part.name)}: {blank}")
        elif part.kind == DESIGN:
            lines.append(f"  {text(part.name)}:")
            lines += [f"    {text(b.name)}: {_flow(blank_value(b))}" for b in part.blanks]
    if len(lines) == head:
        lines[-1] = "answers: {}"
    return "\n".join(lines) + "\n"


def code_file(part: Part) -> str:
    """Name the file for the code of a part; a name that is none of Python's leads nowhere else."""
    return f"{part.implement}.py" if part.implement.isidentifier() else "program.py"


def code(exercise: Exercise, part: Part) -> str:
    """Write the file in which learners begin with their code."""
    assert part.kind == IMPLEMENT
    found = stub(exercise, part)
    head = f"# {' '.join(part.name.split())}: a class or a function called {part.implement}\n"
    return head if found is None else f"{head}\n\n{found.code()}\n"


def blank_value(blank: Blank) -> Any:
    """Give what stands in place of the numbers, in their form."""
    if blank.keys:
        return dict.fromkeys(blank.keys, BLANK)
    value: Any = BLANK
    for size in reversed(blank.shape):
        value = [value] * size
    return value


def _clear(data: dict[str, Any], blank: Blank) -> None:
    holder: Any = data
    for step in blank.path[:-1]:
        holder = holder[step]
    holder[blank.path[-1]] = blank_value(blank)


def _has_files(data: Any) -> bool:
    if isinstance(data, Mapping):
        return is_file(data) or any(map(_has_files, data.values()))
    return isinstance(data, list) and any(map(_has_files, data))


def written(data: Mapping[str, Any]) -> str:
    """Write plain data as YAML, in the style of the library."""
    return "".join(f"{line}\n" for line in _lines(data, 0))


def _lines(data: Mapping[str, Any], indent: int) -> list[str]:
    lines = []
    for key, value in data.items():
        head = f"{' ' * indent}{text(key)}:"
        flow = _flow(value)
        is_block = isinstance(value, dict) and indent == 0
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(head)
            for item in value:
                inner = _lines(item, indent + 4)
                lines += [f"{' ' * indent}  - {inner[0].strip()}", *inner[1:]]
        elif is_block or (isinstance(value, dict) and len(head) + len(flow) > WIDTH):
            lines += [head, *_lines(value, indent + 2)]
        elif _is_matrix(value):
            lines += [head, *(f"{' ' * indent}  - {_flow(row)}" for row in value)]
        else:
            lines.append(f"{head} {flow}")
    return lines


def _is_matrix(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and isinstance(value[0], list)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{text(key)}: {_flow(v)}" for key, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return text(value)
    return json.dumps(value) if value is None or isinstance(value, bool) else plain(value)
