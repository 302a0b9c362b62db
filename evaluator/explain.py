"""The arithmetic behind one value, with the numbers put in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.case import Probe
    from evaluator.explanations.units import Unit
    from evaluator.network import Network, Place, Step, Trace

#: Networks with more weights than this behind one value are not written out.
MAX_WEIGHTS: Final = 24


def number(value: Any) -> str:
    """Write a number in the fewest digits that tell it from its neighbours, as YAML does."""
    text = str(value).removesuffix(".0")
    return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}.get(text, text)


def arithmetic(trace: Trace, row: int, probe: Probe) -> tuple[str, ...]:
    """Write how one value of a row came about, a line a step; nothing if that is too much to read.

    What the value is called in the probe, it is called here.
    """
    # Few runs have something to explain.
    from evaluator.explanations.units import is_lone, unit

    network, place = trace.network, probe.place
    units = _units_behind(network, place)
    weights = 0
    for block, _ in units:
        matrix = network.steps[block - 1].weights
        weights += 1 if matrix is None else matrix.shape[1]
    if weights > MAX_WEIGHTS:
        return ()
    named = _outputs(network, probe.name.removesuffix(".z"))
    lines: list[str] = []
    for block, column in sorted(units):
        name = named.get((block, column)) or unit_name(network, block, column)
        is_last = (block, column) == (place.block, place.column)
        found = unit(trace, row, block, column, name)
        lines += _lines(found, is_lone(network), z_only=is_last and place.z)
    return tuple(lines)


def _outputs(network: Network, name: str) -> dict[tuple[int, int | None], str]:
    """Give the name of each unit that has one as an output, if such a name is asked for."""
    if name not in network.outputs:
        return {}
    places = [(name, network.places[name]) for name in network.outputs]
    return {(place.block, place.column): clip(name) for name, place in places}


def _units_behind(network: Network, place: Place) -> set[tuple[int, int]]:
    """Find every unit (block, column) that a value depends on, itself included."""
    found: set[tuple[int, int]] = set()
    asked = place.block, place.column or 0
    waiting = [asked]
    while waiting and len(found) <= MAX_WEIGHTS:
        block, column = waiting.pop()
        if block == 0 or (block, column) in found:
            continue
        found.add((block, column))
        step = network.steps[block - 1]
        if step.activation.whole_layer and not (place.z and (block, column) == asked):
            waiting += [(block, unit) for unit in range(network.width(block))]
        waiting += _read_by(network, step, column)
    return found


def _read_by(network: Network, step: Step, column: int) -> list[tuple[int, int]]:
    if isinstance(step.sources, tuple):
        return [(source.block, source.column or 0) for source in step.sources]
    if step.weights is None:
        return [(step.sources, column)]
    return [(step.sources, unit) for unit in range(network.width(step.sources))]


def _lines(unit: Unit, lone: bool, z_only: bool) -> Iterator[str]:
    """Write how a unit gets its sum, and its answer unless only the sum is asked for."""
    from evaluator.explanations.expressions import PLAIN

    z_name = "z" if lone and not z_only else f"{unit.name}.z"
    same = unit.weights is None and unit.bias is None
    yield f"{z_name} = {PLAIN.write(unit.terms)}" + ("" if same else f" = {number(unit.z)}")
    if not z_only:
        yield f"{unit.name} = {PLAIN.write(unit.applied)} = {number(unit.y)}"


def unit_name(network: Network, block: int, column: int) -> str:
    """Name a unit as its step does, whatever the outputs are called."""
    step = network.steps[block - 1]
    if len(step.names) > 1 or network.width(block) == 1:
        return clip(step.names[column])
    return f"{clip(step.names[0])}[{column}]"
