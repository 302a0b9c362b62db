"""Part → Python: what the cells of a notebook hold, which run without the evaluator.

Cells import the standard library alone, write nothing to standard error (nbgrader takes that for a
failure), and end in a Python float (what a cell of tests ends in is its score).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.diagnostics import EvaluatorError
from evaluator.exercises.cell_tools import FUNCTIONS
from evaluator.exercises.exercise import Exercise, Part
from evaluator.exercises.intervals import of_check
from evaluator.exercises.right import right
from evaluator.exercises.stub import stub
from evaluator.subjects.messages import describe

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.exercises.exercise import Blank
    from evaluator.exercises.quiz import Answer


class Name(str):
    """A piece of Python, which stands in data as itself."""


class Unspeakable(EvaluatorError):
    """A part that cells cannot check: what is said is the reason."""


class Cells(NamedTuple):
    """The Python of one part."""

    #: What the learner sees in place of the solution.
    stub: str
    solution: str
    #: What the learner may run, and what is hidden; the last line of it gives the points.
    visible: str
    hidden: str


def variables(exercise: Exercise) -> dict[str, str]:
    """Give a name of Python for every answer and every blank, no two alike; parts are called `PART?`."""
    wanted = {f"{part.name}?": f"answer_{part.name}" for part in exercise.parts}
    wanted |= {blank.name: blank.name for part in exercise.parts for blank in part.blanks}
    found: dict[str, str] = {}
    for name, text in wanted.items():
        made = "".join(c if f"a{c}".isidentifier() else "_" for c in text)
        made = made if made.isidentifier() else f"_{made}"
        same = sum(each == made or each.startswith(f"{made}__") for each in found.values())
        found[name] = f"{made}__{same + 1}" if same else made
    return found


def compute(exercise: Exercise, part: Part, wrong: Iterable[Sequence[Answer]]) -> Cells:
    """Write the cells of a part that asks for numbers."""
    name = variables(exercise)[f"{part.name}?"]
    count = len(part.checks)
    values = right(exercise, part)
    written = f"[{', '.join(values)}]" if part.is_list else values[0]
    accepted = [tuple(of_check(check, part.cases[0])) for check in part.checks]
    known = [([(a.low, a.high) for a in each], each[0].credit, each[0].feedback) for each in wrong]
    return Cells(
        f"{name} = ...", f"{name} = {written}",
        f"_numbers({name}, {count})  # fails if it is not {_asked(count)}",
        f"_earned(_numbers({name}, {count}), {_python(accepted)}, {_python(known)}) * {part.points!r}",
    )  # fmt: skip


def design(exercise: Exercise, part: Part) -> Cells:
    """Write the cells of a part that asks for weights and biases."""
    network = exercise.spec.network
    unknown = {s.activation.name for s in network.steps} - set(FUNCTIONS)
    if unknown:
        raise Unspeakable(f"notebooks cannot compute {', '.join(sorted(unknown))}")
    visible = _visible(exercise, part)
    steps = _python(_steps(exercise))
    names = variables(exercise)
    lines = [f"{names[b.name]} = {_python(_values(exercise, b))}" for b in part.blanks]
    stub = [f"{names[b.name]} = {_python(_blank(b))}{_about(b)}" for b in part.blanks]
    shown_cases = _python([_case(exercise, case) for case in visible])
    every = _python([_case(exercise, case) for case in part.cases])
    return Cells(
        "\n".join(stub), "\n".join(lines),
        f"_steps = {steps}\nprint(_answers(_steps, {shown_cases}))  # 1.0 if all cases are right"
        if visible else "",
        f"_steps = {steps}\n_answers(_steps, {every}) * {part.points!r}",
    )  # fmt: skip


def implement(exercise: Exercise, part: Part, code: str) -> Cells:
    """Write the cells of a part that asks for code."""
    # What learners may run holds the network: there is nothing to run where some of it is asked for.
    has_blanks = any(each.blanks for each in exercise.parts)
    visible = [] if has_blanks else _visible(exercise, part)
    count = exercise.spec.network.output_count()
    network = _python(_told(exercise))

    def check(cases: Iterable[Case], end: str) -> str:
        rows = _python([_outputs(exercise, case) for case in cases])
        return (
            f"_network = {network}\n_cases = {rows}\n"
            f"_found = [all(_holds(_ask({part.implement}, _network, inputs, {count}), right))"
            f" for inputs, right in _cases]\n{end}"
        )

    begin = stub(exercise, part)
    return Cells(
        f"# {part.implement}" if begin is None else begin.code(), code.strip("\n"),
        check(visible, "print(_found)  # True for each case that is right") if visible else "",
        check(part.cases, f"sum(_found) / len(_found) * {part.points!r}"),
    )  # fmt: skip


def _visible(exercise: Exercise, part: Part) -> list[Case]:
    """Give the cases of a part that learners may see."""
    shown = {case.number for case in exercise.visible_cases()}
    return [c for c in part.cases if c.number in shown and part.visibility == "visible"]


def _steps(exercise: Exercise) -> list[Any]:
    """Give the steps of the network as data, with a name of Python for whatever is left blank."""
    network = exercise.spec.network
    steps = [
        [step["reads"], step["weights"], step["bias"], step["activation"]]
        for step in describe(network)["steps"]
    ]
    for blank in {blank.name: blank for part in exercise.parts for blank in part.blanks}.values():
        unit, _, key = blank.name.rpartition(".")
        block, column, _ = network.places[unit]
        at = 1 if key == "weights" else 2
        if column is None:
            steps[block - 1][at] = Name(variables(exercise)[blank.name])
        else:
            steps[block - 1][at] = list(steps[block - 1][at])
            steps[block - 1][at][column] = _in_order(exercise, blank, block)
    return [
        (*step, activation.pop("name"), activation)
        for *step, activation in ([*s[:3], dict(s[3])] for s in steps)
    ]


def _in_order(exercise: Exercise, blank: Blank, block: int) -> Name:
    """Name the weights of a neuron in the order in which its step reads."""
    name = variables(exercise)[blank.name]
    sources = exercise.spec.network.steps[block - 1].sources
    if not blank.shape or isinstance(sources, int):
        return Name(name)
    network = exercise.spec.network
    named = {(place.block, place.column): each for each, place in network.places.items()}
    named |= {(0, column): each for column, each in enumerate(network.inputs)}
    reads = [named[place.block, place.column] for place in sources]
    neuron = exercise.spec.document.value(blank.path[:-1])
    written = list(blank.keys or neuron.get("inputs", network.inputs))
    if reads == written:
        return Name(name)
    return Name(f"[{', '.join(f'{name}[{written.index(each)}]' for each in reads)}]")


def _values(exercise: Exercise, blank: Blank) -> Any:
    written = exercise.spec.document.value(blank.path)
    return list(written.values()) if isinstance(written, dict) else written


def _blank(blank: Blank) -> Any:
    value: Any = Name("...")
    for size in reversed(blank.shape):
        value = [value] * size
    return value


def _about(blank: Blank) -> str:
    """Say which weight is which."""
    return f"  # {', '.join(blank.keys)}" if blank.keys else ""


def _case(exercise: Exercise, case: Case) -> Any:
    """Give the inputs of a case, and what it expects of which value."""
    if case.table is not None or case.expected_class is not None:
        raise Unspeakable(f"notebooks cannot check the case `{case.id}`, a table or a class")
    spec = exercise.spec
    first = [0]
    for block in range(len(spec.network.steps)):
        first.append(first[block] + spec.network.width(block))
    expected = []
    for check in case.checks:
        place = spec.probes[check.probe].place
        number = first[place.block] + (place.column or 0)
        expected.append((int(not place.z), number, *of_check(check, case)))
    return (spec.inputs[case.row].tolist(), expected)


def _outputs(exercise: Exercise, case: Case) -> Any:
    """Give the inputs of a case, and an interval for every output."""
    network, probes = exercise.spec.network, exercise.spec.probes
    places = [
        (place.block, column)
        for place in (network.places[name] for name in network.outputs)
        for column in (
            range(network.width(place.block)) if place.column is None else [place.column]
        )
    ]
    if case.table is not None or case.expected_class is not None:
        raise Unspeakable(f"notebooks cannot check the case `{case.id}`, a table or a class")
    known = {
        (place.block, place.column): tuple(of_check(check, case))
        for check in case.checks
        if not (place := probes[check.probe].place).z
    }
    if not known.keys() & set(places):
        raise Unspeakable(f"the case `{case.id}` expects none of the outputs")
    every = (-math.inf, math.inf)
    return (exercise.spec.inputs[case.row].tolist(), [known.get(each, every) for each in places])


def _told(exercise: Exercise) -> dict[str, Any]:
    """Give what code may ask for by the names of its parameters."""
    network = describe(exercise.spec.network)
    if "neuron" in network:
        neuron = network["neuron"]
        return {**neuron, "activation": _short(neuron["activation"])}
    if not network["sequential"]:
        return {}
    layers = [
        {"weights": step["weights"], "bias": step["bias"], "activation": _short(step["activation"])}
        for step in network["steps"]
    ]
    told: dict[str, Any] = {"layers": layers}
    for name, key in (("weights", "weights"), ("biases", "bias"), ("activations", "activation")):
        told[name] = [layer[key] for layer in layers]
    return told


def _short(activation: dict[str, Any]) -> Any:
    return activation["name"] if len(activation) == 1 else activation


def _asked(count: int) -> str:
    return "a number" if count == 1 else f"a list of {count} numbers"


def _python(value: Any) -> str:
    """Write data as Python; infinities need the names that the tools import."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"inf": "math.inf", "-inf": "-math.inf"}.get(repr(value), "math.nan")
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_python(k)}: {_python(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_python, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python, value)) + "]"
    # What nbgrader takes for a mark at the end of hidden tests would show the rest of them.
    return repr(value).replace("###", r"\x23\x23\x23") if isinstance(value, str) else repr(value)
