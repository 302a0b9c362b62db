"""A large network as a picture: a box for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import clip
from evaluator.pictures import graph
from evaluator.pictures.svg import short, text

if TYPE_CHECKING:
    from evaluator.network import Array, Network
    from evaluator.pictures.svg import View

#: How many boxes are drawn.
MAX_LAYERS: Final = 8

_LAYER: Final = 190


def layers(network: Network, blocks: Sequence[Array] = ()) -> tuple[View, list[str]]:
    """Draw a box for each depth; with the outputs of one row, (units,) a block, say their range."""
    boxes = [["inputs", f"{network.width(0):,} values", "", _range(blocks, [0])]]
    at_depth: dict[int, list[int]] = {}
    for block, depth in enumerate(graph.depths(network)):
        at_depth.setdefault(depth, []).append(block)
    half = MAX_LAYERS // 2
    for depth in range(1, len(at_depth)):
        left = len(at_depth) - MAX_LAYERS + 1
        if left <= 1 or not half <= depth < half + left:
            boxes.append([*_box(network, at_depth[depth]), _range(blocks, at_depth[depth])])
        elif depth == half:
            boxes.append(["…", f"{left:,} layers more"])
    height = 90 if len(blocks) else 72
    view = (0, 0, 20 + _LAYER * (len(boxes) - 1) + 160, height + 28)
    return view, list(_drawn(boxes, height))


def _drawn(boxes: Sequence[Sequence[str]], height: int) -> Iterator[str]:
    for place, lines in enumerate(boxes):
        x = 20 + _LAYER * place
        if place:
            yield (
                f'<path d="M{x - _LAYER + 140} 50H{x - 4}m-7 -4l7 4l-7 4" fill="none"'
                ' stroke="currentColor" stroke-width="1.5"/>'
            )
        yield (
            f'<rect x="{x}" y="14" width="140" height="{height}" rx="{8 if place else 0}"'
            ' fill="var(--paper, #fff)" stroke="currentColor" stroke-width="1.5"/>'
        )
        for row, line in enumerate(filter(None, lines)):
            yield text(x + 70, 36 + 18 * row, line, 12 if row else 13)


def _range(blocks: Sequence[Array], numbers: Sequence[int]) -> str:
    """Say between which values the outputs at one depth are."""
    if not len(blocks):
        return ""
    low, high = (f(float(f(blocks[n])) for n in numbers) for f in (min, max))
    return f"{short(low)} to {short(high)}"


def _box(network: Network, blocks: Sequence[int]) -> list[str]:
    """Say in three lines what stands at one depth: its name, its units, its activation."""
    steps = [network.steps[block - 1] for block in blocks]
    names = [name for step in steps for name in step.names]
    activations = list(dict.fromkeys(step.activation.name for step in steps))
    units = sum(network.width(block) for block in blocks)
    title = clip(names[0], 18) if len(names) == 1 else f"{len(names):,} neurons"
    return [title, f"{units:,} unit{'s' * (units != 1)}", clip(", ".join(activations), 20)]
