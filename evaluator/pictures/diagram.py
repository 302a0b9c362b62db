"""A network as a picture: its neurons and weights if they are few, else a box for each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import clip
from evaluator.explain import number
from evaluator.pictures import graph
from evaluator.pictures.graph import Value
from evaluator.pictures.layerboxes import MAX_LAYERS, layers
from evaluator.pictures.links import HEIGHT, WIDTH, Links, Point, width
from evaluator.pictures.svg import HALO, View, frame, short, text

if TYPE_CHECKING:
    from evaluator.network import Array, Network, Trace

#: The largest networks that are drawn neuron by neuron, and with the weights written out.
MAX_UNITS: Final = 24
MAX_EDGES: Final = 80
MAX_LABELS: Final = 24

_COLUMN, _ROW = 220, 72


def svg(network: Network, trace: Trace | None = None, row: int = 0) -> str:
    """Draw a network as SVG, with a title and a description in words.

    With a trace, the values of one of its rows stand at the neurons. The picture takes the colour of
    the text around it; `--paper` is what neurons are filled with.
    """
    values = [] if trace is None else [block[row] for block in trace.blocks]
    units = sum(network.width(block) for block in range(len(network.steps) + 1))
    if units <= MAX_UNITS and graph.edge_count(network) <= MAX_EDGES:
        view, drawn = _neurons(network, _values(trace, row))
        told = _told(network, values)
    else:
        view, drawn = layers(network, values)
        told = _ranges(network, values)
    said = f"{_description(network)} {told}".rstrip()
    return frame(_title(network), said, view, drawn)


def _values(trace: Trace | None, row: int) -> dict[Value, str]:
    """Write what stands at each value: an input, or the sum and the output of a neuron."""
    if trace is None:
        return {}
    values = {}
    for block, (sums, outputs) in enumerate(zip(trace.sums, trace.blocks, strict=True)):
        for column, (z, y) in enumerate(zip(sums[row], outputs[row], strict=True)):
            said = f"z = {short(z, 4)} → {short(y, 4)}" if block else f"= {short(y, 4)}"
            values[block, column] = said
    return values


def _neurons(network: Network, values: Mapping[Value, str]) -> tuple[View, list[str]]:
    columns: list[list[Value]] = [[] for _ in range(max(graph.depths(network)) + 1)]
    for block, depth in enumerate(graph.depths(network)):
        columns[depth] += [(block, unit) for unit in range(network.width(block))]
    tallest = max(map(len, columns))
    below = {
        (block, unit): [*filter(None, (_function(network, block, unit), values.get((block, unit))))]
        for column in columns
        for block, unit in column
    }
    lines = max(map(len, below.values()))
    # Links pass between what stands below a neuron and the next one.
    row_height = _ROW + 13 * (lines - 1)
    places: dict[Value, Point] = {
        value: (20 + _COLUMN * depth, 14 + row_height * (row + (tallest - len(column)) / 2))
        for depth, column in enumerate(columns)
        for row, value in enumerate(column)
    }
    edges = list(graph.edges(network))
    links = Links(places, {value: width(said) for value, said in below.items()}, lines)
    largest = max((abs(edge.weight or 0) for edge in edges), default=0) or 1
    is_labelled = len(edges) <= MAX_LABELS
    drawn = [links.line(edge, largest) for edge in edges]
    names = graph.names(network)
    drawn += [_node(names[block][unit], at, block > 0, below[block, unit])
              for (block, unit), at in places.items()]  # fmt: skip
    drawn += [links.label(edge) for edge in edges if is_labelled and edge.weight is not None]
    top, bottom = links.reach()
    bottom = max(bottom, 14 + row_height * tallest)
    key = ["solid: a positive weight, dashed: negative, dotted: 0; the thicker, the larger"]
    if not is_labelled:
        key.append(f"the {len(edges)} weights are too many to be written here")
    drawn += [text(20, bottom + 8 + 14 * n, line, 10, "start") for n, line in enumerate(key)]
    # What stands below a neuron may be wider than it is.
    over = [max(0.0, *((width(below[each]) - WIDTH) / 2 - 16 for each in column))
            for column in (columns[0], columns[-1])]  # fmt: skip
    across = max(420, 40 + _COLUMN * (len(columns) - 1) + WIDTH + over[1]) + over[0]
    return (-over[0], top, across, bottom + 4 + 14 * len(key) - top), drawn


def _function(network: Network, block: int, unit: int) -> str:
    """Name the activation and the bias of a neuron; nothing of an input."""
    if not block:
        return ""
    step = network.steps[block - 1]
    bias = "" if step.bias is None else f", bias {short(step.bias[unit])}"
    return step.activation.name + bias


def _node(name: str, at: Point, is_neuron: bool, below: Sequence[str]) -> str:
    x, y = at
    middle = x + WIDTH / 2
    # Inputs are boxes, neurons are rounded: the shape tells them apart.
    drawn = (
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="{14 if is_neuron else 0}"'
        ' fill="var(--paper, #fff)" stroke="currentColor" stroke-width="1.5"/>'
    )
    drawn += text(middle, y + 18, clip(name, 12), 13)
    return drawn + "".join(
        text(middle, y + 41 + 13 * n, line, 10, more=HALO) for n, line in enumerate(below)
    )


def _title(network: Network) -> str:
    ends = (network.inputs, network.outputs)
    named = [", ".join(map(_clipped, names[:4])) + " …" * (len(names) > 4) for names in ends]
    return f"Network from {named[0]} to {named[1]}"


def _clipped(name: str) -> str:
    return clip(name, 20)


def _description(network: Network) -> str:
    """Say in words what is drawn: every neuron's formula, or every layer's size."""
    names = graph.names(network) if network.width(0) <= MAX_UNITS else []
    if not names or graph.edge_count(network) > MAX_EDGES:
        said = [
            f"{_clipped(step.names[0]) if len(step.names) == 1 else f'{len(step.names)} neurons'}:"
            f" {network.width(block):,} units, {step.activation.name}"
            for block, step in enumerate(network.steps[:MAX_LAYERS], 1)
        ]
        said += [f"and {len(network.steps) - MAX_LAYERS} more"] * (len(network.steps) > MAX_LAYERS)
        return f"{network.width(0):,} inputs; {'; '.join(said)}."
    terms: dict[Value, list[str]] = {}
    for edge in graph.edges(network):
        factor = "" if edge.weight is None else f"{number(edge.weight)}·"
        block, column = edge.source
        terms.setdefault(edge.target, []).append(factor + _clipped(names[block][column]))
    said = []
    for (block, unit), factors in terms.items():
        step = network.steps[block - 1]
        bias = [] if step.bias is None else [number(step.bias[unit])]
        name = _clipped(names[block][unit])
        said.append(f"{name} = {step.activation.name}({' + '.join([*factors, *bias])})")
    return "; ".join(said) + "."


def _told(network: Network, values: Sequence[Array]) -> str:
    """Say in words which values flow through."""
    names = zip(graph.names(network), values, strict=False)
    said = [
        f"{_clipped(name)} = {short(value, 4)}"
        for block, row in names
        for name, value in zip(block, row, strict=True)
    ]
    return f"With these values: {', '.join(said)}." if said else ""


def _ranges(network: Network, values: Sequence[Array]) -> str:
    """Say in words between which values each layer lies."""
    names = ["inputs", *(_clipped(step.names[0]) for step in network.steps)]
    said = [
        f"{name} {short(row.min(), 4)} to {short(row.max(), 4)}"
        for name, row in zip(names, values[: MAX_LAYERS + 1], strict=False)
    ]
    return f"With these values: {', '.join(said)}." if said else ""


__all__ = ["MAX_EDGES", "MAX_LABELS", "MAX_LAYERS", "MAX_UNITS", "svg"]
