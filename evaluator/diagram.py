"""A network as a picture: its neurons and weights if they are few, else a box for each layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.diagnostics import clip
from evaluator.explain import number

if TYPE_CHECKING:
    from evaluator.network import Network, Step

#: The largest networks that are drawn neuron by neuron, and with the weights written out.
MAX_UNITS: Final = 24
MAX_EDGES: Final = 80
MAX_LABELS: Final = 24
#: How many boxes of layers are drawn.
MAX_LAYERS: Final = 8

_COLUMN, _ROW, _WIDTH, _HEIGHT = 220, 72, 92, 28
_LAYER: Final = 190


#: A value of the network: its block, and its column there.
_Value = tuple[int, int]
_Point = tuple[float, float]


class _Edge(NamedTuple):
    """A weight: from one value (block, column) to another; None where nothing is weighted."""

    source: _Value
    target: _Value
    weight: float | None


def svg(network: Network) -> str:
    """Draw a network as SVG, with a title and a description in words.

    It takes the colour of the text around it; `--paper` is what neurons are filled with.
    """
    units = sum(network.width(block) for block in range(len(network.steps) + 1))
    # The number of edges is known before any is made: a large network has millions.
    edges = sum(_fan_in(network, n) * network.width(n + 1) for n in range(len(network.steps)))
    if units <= MAX_UNITS and edges <= MAX_EDGES:
        return _neurons(network)
    return _layers(network)


def _fan_in(network: Network, number: int) -> int:
    step = network.steps[number]
    return 1 if step.weights is None else int(step.weights.shape[1])


def _depths(network: Network) -> list[int]:
    """Give the column of each block: one more than the deepest that it reads."""
    depths = [0]
    for step in network.steps:
        read = {step.sources} if isinstance(step.sources, int) else {p.block for p in step.sources}
        depths.append(1 + max(depths[block] for block in read))
    return depths


def _edges(network: Network) -> Iterator[_Edge]:
    for block, step in enumerate(network.steps, 1):
        if isinstance(step.sources, int):
            sources = [(step.sources, column) for column in range(network.width(step.sources))]
        else:
            sources = [(place.block, place.column or 0) for place in step.sources]
        for unit in range(network.width(block)):
            if step.weights is None:
                yield _Edge(sources[unit], (block, unit), None)
                continue
            for source, weight in zip(sources, step.weights[unit], strict=True):
                yield _Edge(source, (block, unit), float(weight))


def _names(network: Network) -> list[list[str]]:
    """Name every value of every block."""
    names = [list(network.inputs)]
    for block, step in enumerate(network.steps, 1):
        width = network.width(block)
        alone = len(step.names) == width
        names.append(list(step.names) if alone else [f"{step.names[0]}[{n}]" for n in range(width)])
    for name in network.outputs:
        block, column, _ = network.places[name]
        if column is not None:
            names[block][column] = name
    return names


def _neurons(network: Network) -> str:
    depths, names = _depths(network), _names(network)
    columns: list[list[_Value]] = [[] for _ in range(max(depths) + 1)]
    for block, depth in enumerate(depths):
        columns[depth] += [(block, unit) for unit in range(network.width(block))]
    tallest = max(map(len, columns))
    places: dict[_Value, _Point] = {
        value: (20 + _COLUMN * depth, 14 + _ROW * (row + (tallest - len(column)) / 2))
        for depth, column in enumerate(columns)
        for row, value in enumerate(column)
    }
    edges = list(_edges(network))
    largest = max((abs(edge.weight or 0) for edge in edges), default=0) or 1
    drawn = [_edge(edge, places, largest, len(edges) <= MAX_LABELS) for edge in edges]
    for (block, unit), at in places.items():
        step = network.steps[block - 1] if block else None
        drawn.append(_node(names[block][unit], at, step, unit))
    key = "solid: a positive weight, dashed: negative, dotted: 0; the thicker, the larger"
    height = 14 + _ROW * tallest
    drawn.append(f'<text x="20" y="{height + 8}" font-size="10">{key}</text>')
    # Links that bend upwards need room above.
    ends = [_ends(edge, places) for edge in edges]
    top = min([0.0, *((y1 + y2) / 2 + _bend((x1, y1), (x2, y2), places) - 20
                      for (x1, y1), (x2, y2) in ends)])  # fmt: skip
    width = max(420, 40 + _COLUMN * (len(columns) - 1) + _WIDTH)
    return _document(network, (0, top, width, height + 18 - top), drawn)


def _ends(edge: _Edge, places: Mapping[_Value, _Point]) -> tuple[_Point, _Point]:
    """Give where an edge leaves and arrives: the middle of a neuron's right and left side."""
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    return (x1 + _WIDTH, y1 + _HEIGHT / 2), (x2, y2 + _HEIGHT / 2)


def _edge(edge: _Edge, places: Mapping[_Value, _Point], largest: float, label: bool) -> str:
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
    text = f'<text x="{x:.1f}" y="{y - 4:.1f}" font-size="11" text-anchor="middle"{turn}>'
    return f"{line}{text}{_short(weight)}</text>"


def _bend(start: _Point, end: _Point, places: Mapping[_Value, _Point]) -> float:
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


def _node(name: str, at: _Point, step: Step | None, unit: int) -> str:
    x, y = at
    # Inputs are boxes, neurons are rounded: the shape tells them apart.
    box = (
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="{14 if step else 0}"'
        ' fill="var(--paper, #fff)" stroke="currentColor" stroke-width="1.5"/>'
    )
    middle = f'x="{x + _WIDTH / 2:g}" text-anchor="middle"'
    text = f'<text {middle} y="{y + 18:g}" font-size="13">{escape(clip(name, 12))}</text>'
    if step is None:
        return box + text
    said = step.activation.name
    if step.bias is not None:
        said += f", bias {_short(float(step.bias[unit]))}"
    return f'{box}{text}<text {middle} y="{y + 41:g}" font-size="10">{escape(said)}</text>'


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _layers(network: Network) -> str:
    depths = _depths(network)
    boxes = [["inputs", f"{network.width(0):,} values", ""]]
    at_depth: dict[int, list[int]] = {}
    for block, depth in enumerate(depths):
        at_depth.setdefault(depth, []).append(block)
    half = MAX_LAYERS // 2
    for depth in range(1, len(at_depth)):
        left = len(at_depth) - MAX_LAYERS + 1
        if left <= 1 or not half <= depth < half + left:
            boxes.append(_box(network, at_depth[depth]))
        elif depth == half:
            boxes.append(["…", f"{left:,} layers more", ""])
    drawn = []
    for place, lines in enumerate(boxes):
        x = 20 + _LAYER * place
        if place:
            drawn.append(
                f'<path d="M{x - _LAYER + 140} 50H{x - 4}m-7 -4l7 4l-7 4" fill="none"'
                ' stroke="currentColor" stroke-width="1.5"/>'
            )
        drawn.append(
            f'<rect x="{x}" y="14" width="140" height="72" rx="{8 if place else 0}"'
            ' fill="var(--paper, #fff)" stroke="currentColor" stroke-width="1.5"/>'
        )
        for row, line in enumerate(filter(None, lines)):
            drawn.append(
                f'<text x="{x + 70}" y="{36 + 18 * row}" text-anchor="middle"'
                f' font-size="{12 if row else 13}">{escape(line)}</text>'
            )
    return _document(network, (0, 0, 20 + _LAYER * (len(boxes) - 1) + 160, 100), drawn)


def _box(network: Network, blocks: Sequence[int]) -> list[str]:
    """Say in three lines what stands at one depth: its name, its units, its activation."""
    steps = [network.steps[block - 1] for block in blocks]
    names = [name for step in steps for name in step.names]
    activations = list(dict.fromkeys(step.activation.name for step in steps))
    units = sum(network.width(block) for block in blocks)
    title = clip(names[0], 18) if len(names) == 1 else f"{len(names):,} neurons"
    return [title, f"{units:,} unit{'s' * (units != 1)}", clip(", ".join(activations), 20)]


def _document(
    network: Network, view: tuple[float, float, float, float], drawn: Sequence[str]
) -> str:
    """Put what is drawn into a picture that shows the view (left, top, width, height)."""
    title = f"Network from {', '.join(map(_clipped, network.inputs[:4]))}"
    title += " …" * (len(network.inputs) > 4)
    title += f" to {', '.join(map(_clipped, network.outputs[:4]))}" + " …" * (
        len(network.outputs) > 4
    )
    box = " ".join(f"{number:g}" for number in view)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"'
        f' width="{view[2]:g}" height="{view[3]:g}" role="img" font-family="sans-serif"'
        f' fill="currentColor"><title>{escape(title)}</title>'
        f"<desc>{escape(_description(network))}</desc>{''.join(drawn)}</svg>"
    )


def _clipped(name: str) -> str:
    return clip(name, 20)


def _description(network: Network) -> str:
    """Say in words what is drawn: every neuron's formula, or every layer's size."""
    names = _names(network) if network.width(0) <= MAX_UNITS else []
    edges = sum(_fan_in(network, n) * network.width(n + 1) for n in range(len(network.steps)))
    if not names or edges > MAX_EDGES:
        said = [
            f"{_clipped(step.names[0]) if len(step.names) == 1 else f'{len(step.names)} neurons'}:"
            f" {network.width(block):,} units, {step.activation.name}"
            for block, step in enumerate(network.steps[:MAX_LAYERS], 1)
        ]
        said += [f"and {len(network.steps) - MAX_LAYERS} more"] * (len(network.steps) > MAX_LAYERS)
        return f"{network.width(0):,} inputs; {'; '.join(said)}."
    terms: dict[_Value, list[str]] = {}
    for edge in _edges(network):
        factor = "" if edge.weight is None else f"{number(edge.weight)}·"
        source = clip(names[edge.source[0]][edge.source[1]], 20)
        terms.setdefault(edge.target, []).append(factor + source)
    said = []
    for (block, unit), factors in terms.items():
        step = network.steps[block - 1]
        bias = [] if step.bias is None else [number(step.bias[unit])]
        name = clip(names[block][unit], 20)
        said.append(f"{name} = {step.activation.name}({' + '.join([*factors, *bias])})")
    return "; ".join(said) + "."
