"""The map of one output over the plane of two inputs, with the cases on it, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.diagnostics import clip
from evaluator.pictures.svg import frame, short, text

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: How many cells the plane has in each direction, and how many shades they take.
CELLS: Final = 48
SHADES: Final = 8
#: How many cases are drawn, and how many of them by name.
MAX_MARKS: Final = 100
MAX_NAMES: Final = 12

_SIDE: Final = 384
_LEFT, _TOP = 64, 36


class Mark(NamedTuple):
    """A case on the plane."""

    name: str
    x: float
    y: float
    holds: bool


def svg(network: Network, marks: Sequence[Mark], output: int = 0) -> str:
    """Draw an output of a network of two inputs over the plane; the darker, the larger.

    A case that holds is a circle, one that does not a cross.
    """
    shown = [mark for mark in marks if math.isfinite(mark.x) and math.isfinite(mark.y)][:MAX_MARKS]
    x, y = _axis([mark.x for mark in shown]), _axis([mark.y for mark in shown])
    values = _values(network, x, y, output)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    names = (*network.inputs, _output_name(network, output))
    drawn = [*_shades(values, low, high), *_axes(x, y, names), *_legend(low, high, names[2])]
    drawn += _marks(shown, x, y)
    size = (0.0, 0.0, float(_LEFT + _SIDE + 150), float(_TOP + _SIDE + 60))
    return frame(
        f"Map of {clip(names[2], 20)} over {clip(names[0], 20)} and {clip(names[1], 20)}",
        _description(values, shown, x, y, names), size, drawn,
    )  # fmt: skip


def _output_name(network: Network, output: int) -> str:
    """Name an output by its number among all outputs."""
    names = []
    for name in network.outputs:
        place = network.places[name]
        if place.column is not None or network.width(place.block) == 1:
            names.append(name)
        else:
            names += [f"{name}[{n}]" for n in range(network.width(place.block))]
    return names[output]


def _axis(values: Sequence[float]) -> tuple[float, float]:
    """Choose what is shown of an input: what the cases take, and some room around it."""
    low, high = min(values, default=-1.0), max(values, default=1.0)
    room = 0.25 * (high - low) or max(1.0, abs(low))
    return low - room, high + room


def _values(network: Network, x: tuple[float, float], y: tuple[float, float], output: int) -> Array:
    """Evaluate the middle of every cell: (rows from the top, columns)."""
    middles = (np.arange(CELLS) + 0.5) / CELLS
    across, up = (low + middles * (high - low) for low, high in (x, y))
    grid = np.stack([np.tile(across, CELLS), np.repeat(up[::-1], CELLS)], axis=1)
    values: Array = network.trace(grid).outputs[:, output]
    return values.reshape(CELLS, CELLS)


def _shades(values: Array, low: float, high: float) -> Iterator[str]:
    """Draw one path for each shade: the stretches of cells of that shade."""
    levels = np.zeros(values.shape, int)
    if high > low:
        with np.errstate(invalid="ignore"):
            scaled = (values.astype(float) - low) / (high - low) * SHADES
            levels = np.clip(np.nan_to_num(scaled), 0, SHADES - 1).astype(int)
    levels[~np.isfinite(values)] = -1
    cell = _SIDE / CELLS
    paths: dict[int, list[str]] = {}
    for row, line in enumerate(levels.tolist()):
        begin = 0
        for column in range(1, CELLS + 1):
            if column == CELLS or line[column] != line[begin]:
                at = f"M{_LEFT + begin * cell:g} {_TOP + row * cell:g}"
                paths.setdefault(line[begin], []).append(
                    f"{at}h{(column - begin) * cell:g}v{cell:g}h{(begin - column) * cell:g}z"
                )
                begin = column
    for level, parts in sorted(paths.items()):
        if level >= 0:  # what is not finite stays empty
            yield f'<path d="{"".join(parts)}" {_fill(level)} shape-rendering="crispEdges"/>'


def _fill(level: int) -> str:
    return f'fill="var(--curve, #0b5cad)" fill-opacity="{0.04 + 0.72 * level / (SHADES - 1):.2f}"'


def _axes(x: tuple[float, float], y: tuple[float, float], names: Sequence[str]) -> Iterator[str]:
    bottom, right = _TOP + _SIDE, _LEFT + _SIDE
    yield (
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none"'
        ' stroke="currentColor"/>'
    )
    yield text(_LEFT, bottom + 18, short(x[0]), anchor="start")
    yield text(right, bottom + 18, short(x[1]), anchor="end")
    yield text(_LEFT + _SIDE / 2, bottom + 34, clip(names[0], 30), 13)
    yield text(_LEFT - 6, bottom, short(y[0]), anchor="end")
    yield text(_LEFT - 6, _TOP + 10, short(y[1]), anchor="end")
    middle = _TOP + _SIDE // 2
    turned = f' transform="rotate(-90 20 {middle})"'
    yield text(20, middle, clip(names[1], 30), 13, more=turned)


def _legend(low: float, high: float, name: str) -> Iterator[str]:
    """Say which numbers each shade stands for."""
    left, height = _LEFT + _SIDE + 20, 22
    yield text(left, _TOP + 10, clip(name, 14), 13, "start")
    if high <= low:
        yield text(left, _TOP + 34, f"{short(low)} everywhere", anchor="start")
        return
    step = (high - low) / SHADES
    for level in range(SHADES):
        top = _TOP + 20 + (SHADES - 1 - level) * height
        yield (
            f'<rect x="{left}" y="{top}" width="24" height="{height}" {_fill(level)}/>'
            f'<rect x="{left}" y="{top}" width="24" height="{height}" fill="none"'
            ' stroke="currentColor" stroke-opacity="0.4"/>'
        )
        said = f"{short(low + level * step)} to {short(low + (level + 1) * step)}"
        yield text(left + 30, top + 15, said, 11, "start")
    top = _TOP + 50 + SHADES * height
    yield _circle(left + 12, top - 4) + text(left + 30, top, "it holds", anchor="start")
    yield _cross(left + 12, top + 18) + text(left + 30, top + 22, "it fails", anchor="start")


def _marks(marks: Sequence[Mark], x: tuple[float, float], y: tuple[float, float]) -> Iterator[str]:
    taken: list[tuple[float, float]] = []
    for mark in marks:
        across = _LEFT + (mark.x - x[0]) / (x[1] - x[0]) * _SIDE
        down = _TOP + (y[1] - mark.y) / (y[1] - y[0]) * _SIDE
        yield _circle(across, down) if mark.holds else _cross(across, down)
        if len(marks) > MAX_NAMES:
            continue
        left = across > _LEFT + _SIDE / 2
        at = down - 8
        while any(abs(other - at) < 13 and abs(beside - across) < 150 for beside, other in taken):
            at += 13
        taken.append((across, at))
        halo = ' stroke="var(--paper, #fff)" stroke-width="4" paint-order="stroke"'
        place = (round(across - 8 if left else across + 8, 1), round(at, 1))
        yield text(*place, clip(mark.name, 22), 12, "end" if left else "start", halo)


def _circle(x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="var(--paper, #fff)" stroke="currentColor"'
        ' stroke-width="2"/>'
    )


def _cross(x: float, y: float) -> str:
    path = f'd="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"'
    return (
        f'<path {path} stroke="var(--paper, #fff)" stroke-width="6"/>'
        f'<path {path} stroke="currentColor" stroke-width="2.5"/>'
    )


def _description(
    values: Array, marks: Sequence[Mark], x: tuple[float, float], y: tuple[float, float],
    names: Sequence[str],
) -> str:  # fmt: skip
    """Say in words what the map shows: its corners, its middle and the cases."""
    middle, last = CELLS // 2, CELLS - 1
    spots = [("top left", 0, 0), ("top right", 0, last), ("middle", middle, middle),
             ("bottom left", last, 0), ("bottom right", last, last)]  # fmt: skip
    corners = ", ".join(f"{short(values[row, column])} {where}" for where, row, column in spots)
    said = (
        f"{clip(names[0], 20)} from {short(x[0])} to {short(x[1])} to the right,"
        f" {clip(names[1], 20)} from {short(y[0])} to {short(y[1])} upwards."
        f" {clip(names[2], 20)} is {corners}."
    )
    if marks:
        cases = [
            f"{clip(mark.name, 20)} at ({short(mark.x)}, {short(mark.y)})"
            f" {'holds' if mark.holds else 'fails'}"
            for mark in marks[:MAX_NAMES]
        ]
        more = len(marks) - MAX_NAMES
        said += f" Cases: {'; '.join(cases)}{f'; and {more} more' if more > 0 else ''}."
    return said
