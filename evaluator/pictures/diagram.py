"""A network as a picture: its neurons and weights if they are few, else a box for each layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from evaluator.diagnostics import clip
from evaluator.explain import number
from evaluator.pictures import graph
from evaluator.pictures.graph import Edge, Value
from evaluator.pictures.layerboxes import MAX_LAYERS, layers
from evaluator.pictures.svg import View, frame, short, text

if TYPE_CHECKING:
    from evaluator.network import Array, Network, Trace

#: The largest networks that are drawn neuron by neuron, and with the weights written out.
MAX_UNITS: Final = 24
MAX_EDGES: Final = 80
MAX_LABELS: Final = 24

_COLUMN, _ROW, _WIDTH, _HEIGHT = 220, 72, 92, 28

_Point: TypeAlias = tuple[float, float]


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
    places: dict[Value, _Point] = {
        value: (20 + _COLUMN * depth, 14 + _ROW * (row + (tallest - len(column)) / 2))
        for depth, column in enumerate(columns)
        for row, value in enumerate(column)
    }
    edges = list(graph.edges(network))
    largest = max((abs(edge.weight or 0) for edge in edges), default=0) or 1
    drawn = [_edge(edge, places, largest, len(edges) <= MAX_LABELS) for edge in edges]
    names = graph.names(network)
    for (block, unit), at in places.items():
        below = [_function(network, block, unit), values.get((block, unit), "")]
        drawn.append(_node(names[block][unit], at, block > 0, [*filter(None, below)]))
    key = "solid: a positive weight, dashed: negative, dotted: 0; the thicker, the larger"
    height = 14 + _ROW * tallest
    drawn.append(text(20, height + 8, key, 10, "start"))
    # Links that bend upwards need room above.
    ends = [_ends(edge, places) for edge in edges]
    top = min([0.0, *((y1 + y2) / 2 + _bend((x1, y1), (x2, y2), places) - 20
                      for (x1, y1), (x2, y2) in ends)])  # fmt: skip
    width = max(420, 40 + _COLUMN * (len(columns) - 1) + _WIDTH)
    return (0, top, width, height + 18 - top), drawn


def _ends(edge: Edge, places: Mapping[Value, _Point]) -> tuple[_Point, _Point]:
    """Give where an edge leaves and arrives: the middle of a neuron's right and left side."""
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    return (x1 + _WIDTH, y1 + _HEIGHT / 2), (x2, y2 + _HEIGHT / 2)


def _edge(edge: Edge, places: Mapping[Value, _Point], largest: float, label: bool) -> str:
    (x1, y1), (x2, y2) = _ends(edge, places)
    weight = 1.0 if edge.weight is None else edge.weight
    bend = _bend((x1, y1), (x2, y2), places)
    path = f"M{x1:g} {y1:g}L{x2:g} {y2:g}"
    if bend:
        path = f"M{x1:g} {y1:g}Q{(x1 + x2) / 2:g} {(y1 + y2) / 2 + 2 * bend:g} {x2:g} {y2:g}"
    dash = ' stroke-dasharray="6 3"' if weight < 0 else ' stroke-dasharray="1 4"' * (weight == 0)
    width = 1 + 2 * abs(weight) / largest
    line = f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{width:.2f}"{dash}/>'
    if not label or edge.weight is None:
        return line
    # Near the source, where the lines to one target are apart, and along the line.
    part = 0.5 if bend else 0.27
    x, y = x1 + part * (x2 - x1), y1 + part * (y2 - y1) + bend
    angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
    turn = f' transform="rotate({angle:.1f} {x:.1f} {y:.1f})"' if angle else ""
    return line + text(round(x, 1), round(y - 4, 1), short(weight), 11, more=turn)


def _bend(start: _Point, end: _Point, places: Mapping[Value, _Point]) -> float:
    """Say how far a link bends, at its middle, to pass the neurons that stand between its ends."""
    (x1, y1), (x2, y2) = start, end
    corners = [
        ((x - x1) / (x2 - x1), y + _HEIGHT / 2)
        for left, y in places.values()
        for x in (left, left + _WIDTH)
        if x1 < left and left + _WIDTH < x2
    ]
    for bend in (0.0, 0.5 * _ROW, -0.5 * _ROW, _ROW, -_ROW, 1.5 * _ROW):
        heights = [(y1 + t * (y2 - y1) + 4 * t * (1 - t) * bend, y) for t, y in corners]
        # The activation stands below a neuron.
        if all(height < y - _HEIGHT / 2 - 4 or height > y + _HEIGHT for height, y in heights):
            return bend
    return 0.0


def _function(network: Network, block: int, unit: int) -> str:
    """Name the activation and the bias of a neuron; nothing of an input."""
    if not block:
        return ""
    step = network.steps[block - 1]
    bias = "" if step.bias is None else f", bias {short(step.bias[unit])}"
    return step.activation.name + bias


def _node(name: str, at: _Point, is_neuron: bool, below: Sequence[str]) -> str:
    x, y = at
    middle = x + _WIDTH / 2
    # Inputs are boxes, neurons are rounded: the shape tells them apart.
    drawn = (
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="{14 if is_neuron else 0}"'
        ' fill="var(--paper, #fff)" stroke="currentColor" stroke-width="1.5"/>'
    )
    drawn += text(middle, y + 18, clip(name, 12), 13)
    return drawn + "".join(text(middle, y + 41 + 13 * n, line, 10) for n, line in enumerate(below))


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
