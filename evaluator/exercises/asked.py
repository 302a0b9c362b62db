"""What a part asks for, and which cases judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evaluator.diagnostics import clip, did_you_mean
from evaluator.exercises.exercise import COMPUTE
from evaluator.network import Place

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.document import Path
    from evaluator.exercises.reading import Reader


def judged_by(
    reader: Reader, path: Path, written: Mapping[str, Any], kind: str
) -> tuple[tuple[Case, ...], tuple[Check, ...], tuple[Place, ...]]:
    """Find the cases of a part, and what the one of a compute part expects at which places."""
    usable = [case for case in reader.spec.cases if not (case.skip or case.xfail)]
    if kind != COMPUTE:
        named = enumerate(written.get("cases", ()))
        chosen = [_case(reader, (*path, "cases", n), name, usable) for n, name in named]
        if None in chosen:
            return (), (), ()
        cases = [case for case in chosen if case] or [c for c in usable if not c.unrecorded]
        if not cases:
            reader.complain(path, "missing-key", "no case judges this part", "add a case that is not skipped")  # fmt: skip
        return tuple(dict.fromkeys(cases)), (), ()
    found = _places(reader, (*path, "value"), written["value"])
    if not found:
        return (), (), ()
    if "case" in written:
        one = _case(reader, (*path, "case"), written["case"], usable)
        usable = [one] if one else []
        if not usable:
            return (), (), ()
    for case in usable:
        checks = _checks(reader, case, written["value"], found)
        if checks:
            return (case,), checks, found
    at, which = (
        ((*path, "case"), "this case") if "case" in written else ((*path, "value"), "no case")
    )
    verb = "does not expect" if "case" in written else "expects"
    reader.complain(at, "missing-key", f"{which} {verb} `{clip(written['value'])}`",
                  f"add it to `expected` of a case, as in `expected: {{{clip(written['value'])}: ~0.5}}`")  # fmt: skip
    return (), (), ()


def _case(reader: Reader, path: Path, name: str, usable: Sequence[Case]) -> Case | None:
    known = {case.id: case for case in usable}
    if name in known and not known[name].unrecorded:
        return known[name]
    if name in known:
        message, hint = f"the case `{clip(name)}` expects nothing", "run `evaluator record`"
    elif name in [case.id for case in reader.spec.cases]:
        message, hint = f"the case `{clip(name)}` is skipped or xfail", "name another"
    else:
        few = f"there is {', '.join(f'`{clip(case)}`' for case in list(known)[:8])}"
        message, hint = f"there is no case `{clip(name)}`", did_you_mean(name, known) or few
    reader.complain(path, "unknown-name", message, hint)
    return None


def _places(reader: Reader, path: Path, name: str) -> tuple[Place, ...]:
    """Find the places of a value, one for each unit of a layer."""
    network = reader.spec.network
    lone = "neuron" in reader.spec.document.data and name == "z" and name not in network.places
    try:
        place = network.place(f"{network.outputs[0]}.z" if lone else name)
    except KeyError:
        known = [each for each in network.names() if each not in network.inputs]
        reader.complain(path, "unknown-name", f"nothing is named `{clip(name)}` here",
                      did_you_mean(name, known) or f"there are {', '.join(map(clip, known[:8]))}")  # fmt: skip
        return ()
    if place.column is not None:
        return (place,)
    width = network.width(place.block)
    return tuple(Place(place.block, unit, place.z) for unit in range(width))


def _checks(reader: Reader, case: Case, name: str, wanted: Iterable[Place]) -> tuple[Check, ...]:
    """Give what a case expects at some places, in their order; nothing where one is missing.

    A unit may be expected by several names, as an output and of its layer: the same name counts.
    """
    named = sorted(case.checks, key=lambda check: name in check.path)
    at = {reader.spec.probes[check.probe].place: check for check in named}
    found = [at.get(place) for place in wanted]
    return tuple(check for check in found if check) if all(found) else ()
