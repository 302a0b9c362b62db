"""The form `neurons`: named wiring → steps, one for each depth, reading and activation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evaluator.activations import Activation
from evaluator.diagnostics import clip, count
from evaluator.network import Network, Place, Step
from evaluator.wiring import is_file

if TYPE_CHECKING:
    from evaluator.network import Array
    from evaluator.wiring import Wiring


class _Unit(NamedTuple):
    """One neuron: what it reads, in the order of its weights."""

    reads: tuple[str, ...]
    weights: Array
    bias: float
    activation: Activation
    parameters: dict[str, Any]


def connect_neurons(wiring: Wiring, inputs: tuple[str, ...]) -> Network:
    """Build the network of the form `neurons`; without outputs where they are not known."""
    written: dict[str, Any] = wiring.data["neurons"]
    reads = {name: _reads(neuron, inputs) for name, neuron in written.items()}
    before = len(wiring.found)
    _check_names(wiring, inputs, written)
    _check_reads(wiring, inputs, reads)
    is_clear = len(wiring.found) == before
    units = {name: _unit(wiring, name, neuron, reads[name]) for name, neuron in written.items()}
    depths = _depths(wiring, reads) if is_clear else {}
    outputs = _outputs(wiring, inputs, reads) if len(depths) == len(reads) else ()
    known = {name: unit for name, unit in units.items() if unit is not None}
    if outputs and len(known) == len(units):
        return _assemble(wiring.dtype, inputs, outputs, known, depths)
    # The names are known, and with them the cases can be checked.
    places = {name: Place(0, column) for column, name in enumerate(written)}
    return Network(inputs, outputs, (), places, wiring.dtype)


def _by_name(neuron: Mapping[str, Any]) -> bool:
    return isinstance(neuron["weights"], dict) and not is_file(neuron["weights"])


def _reads(neuron: Mapping[str, Any], inputs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(neuron["weights"] if _by_name(neuron) else neuron.get("inputs", inputs))


def _unit(
    wiring: Wiring, name: str, neuron: Mapping[str, Any], reads: tuple[str, ...]
) -> _Unit | None:
    path, at = ("neurons", name), ("neurons", name, "weights")
    before = len(wiring.found)
    by_name, written = _by_name(neuron), neuron["weights"]
    weights = wiring.numbers(at, written) if by_name else wiring.vector(at, written)
    if weights is not None and len(weights) != len(reads):
        wiring.complain(at, "shape-mismatch",
                        f"{count(len(weights), 'weight')} for {count(len(reads), 'input')}"
                        f" ({', '.join(map(clip, reads[:8]))})",
                        "write one weight per input")  # fmt: skip
    bias = wiring.scalar((*path, "bias"), neuron.get("bias", 0))
    chosen = wiring.activation((*path, "activation"), neuron["activation"], 1)
    if len(wiring.found) > before or weights is None:
        return None
    return _Unit(reads, weights, bias, *chosen)


def _check_names(wiring: Wiring, inputs: tuple[str, ...], written: Mapping[str, Any]) -> None:
    taken = frozenset(inputs)
    for name in written:
        wiring.check_name(name, ("neurons", name), key=True)
        if name in taken:
            wiring.complain(("neurons", name), "duplicate-name",
                            f"`{clip(name)}` names an input and a neuron", "rename one", key=True)  # fmt: skip


def _check_reads(
    wiring: Wiring, inputs: tuple[str, ...], reads: Mapping[str, tuple[str, ...]]
) -> None:
    known = {*inputs, *reads}
    for name, neuron in wiring.data["neurons"].items():
        path, by_name = ("neurons", name), _by_name(neuron)
        if by_name and "inputs" in neuron:
            wiring.complain((*path, "inputs"), "unknown-key",
                            "weights by name say already what the neuron reads",
                            "remove `inputs`, or write the weights as a list", key=True)  # fmt: skip
        for number, read in enumerate(reads[name]):
            if read not in known:
                place = (*path, "weights", read) if by_name else (*path, "inputs", number)
                others = [other for other in (*inputs, *reads) if other != name]
                wiring.unknown_name(read, others, place, key=by_name)
        if "inputs" in neuron and len(set(reads[name])) < len(reads[name]):
            wiring.complain((*path, "inputs"), "duplicate-name",
                            "a neuron reads each value once", "add the two weights")  # fmt: skip


def _depths(wiring: Wiring, reads: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Give each neuron its distance from the inputs, by the longest way; report the circles."""
    readers: dict[str, list[str]] = {}
    waiting: dict[str, int] = {}
    for name, sources in reads.items():
        neurons = [source for source in sources if source in reads]
        waiting[name] = len(neurons)
        for source in neurons:
            readers.setdefault(source, []).append(name)
    depths: dict[str, int] = {}
    in_circles: set[str] = set()
    ready = [name for name, missing in waiting.items() if missing == 0]
    while len(depths) < len(reads):
        if not ready:
            # A circle that is told is taken for resolved, so that what only follows it is not.
            left = {name: reads[name] for name in reads if name not in depths}
            ready = _report_circle(wiring, reads, left)
            in_circles.update(ready)
        for name in ready:
            depths[name] = 1 + max((depths.get(source, 0) for source in reads[name]), default=0)
            for reader in readers.get(name, ()):
                waiting[reader] -= 1
                if waiting[reader] == 0 and reader not in in_circles:
                    ready.append(reader)
        ready = []
    return {} if in_circles else depths


def _report_circle(
    wiring: Wiring, reads: Mapping[str, tuple[str, ...]], left: Mapping[str, tuple[str, ...]]
) -> list[str]:
    circle = _circle(left)
    order = {name: number for number, name in enumerate(reads)}
    first = min(circle, key=order.__getitem__)
    turned = circle[circle.index(first) :] + circle[: circle.index(first)]
    wiring.complain(("neurons", first), "cycle",
                    "neurons feed each other in a circle: "
                    + " reads ".join(f"`{clip(name)}`" for name in [*turned, first][:12]),
                    "remove one of these weights; feedforward needs a beginning", key=True)  # fmt: skip
    return circle


def _circle(left: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Follow what neurons read, among those that wait for each other, until one comes again."""
    seen: dict[str, int] = {}
    name = next(iter(left))
    while name not in seen:
        seen[name] = len(seen)
        name = next(source for source in left[name] if source in left)
    return list(seen)[seen[name] :]


def _outputs(
    wiring: Wiring, inputs: tuple[str, ...], reads: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Find the outputs, and what leads to none; nothing if one of them is no neuron."""
    used = {source for sources in reads.values() for source in sources}
    outputs = tuple(name for name in reads if name not in used)
    if "outputs" in wiring.data:
        outputs = wiring.names(("outputs",))
        unknown = [number for number, name in enumerate(outputs) if name not in reads]
        for number in unknown:
            wiring.unknown_name(outputs[number], list(reads), ("outputs", number), key=False)
        if unknown or len(set(outputs)) < len(outputs):
            return ()
    needed = used.union(outputs)
    for name in (name for name in reads if name not in needed):
        wiring.complain(("neurons", name), "unused-neuron",
                        f"nothing reads `{clip(name)}`, and it is not an output",
                        "remove it, or name it in `outputs`", key=True)  # fmt: skip
    for number, name in enumerate(inputs):
        if name not in used:
            wiring.complain(("inputs", number), "unread-input",
                            f"nothing reads the input `{clip(name)}`",
                            "remove it, or give it a weight", severity="warning")  # fmt: skip
    return outputs


def _assemble(
    dtype: str, inputs: tuple[str, ...], outputs: tuple[str, ...],
    units: Mapping[str, _Unit], depths: Mapping[str, int],
) -> Network:  # fmt: skip
    """Make one step of all neurons with the same depth, reading, activation and parameters."""
    groups: dict[Any, list[str]] = {}
    for name in sorted(units, key=depths.__getitem__):
        unit = units[name]
        kind = (depths[name], unit.reads, unit.activation.name, repr(unit.parameters))
        groups.setdefault(kind, []).append(name)
    places = {name: Place(0, column) for column, name in enumerate(inputs)}
    blocks = {inputs: 0}
    steps: list[Step] = []
    for (_, reads, _, _), names in groups.items():
        sources = blocks[reads] if reads in blocks else tuple(places[read] for read in reads)
        weights = np.array([units[name].weights for name in names])
        bias = np.array([units[name].bias for name in names], dtype)
        unit = units[names[0]]
        steps.append(Step(tuple(names), sources, weights, bias, unit.activation, unit.parameters))
        blocks[tuple(names)] = len(steps)
        places |= {name: Place(len(steps), column) for column, name in enumerate(names)}
    named = {name: places[name] for name in units}
    return Network(inputs, outputs, tuple(steps), named, dtype)
