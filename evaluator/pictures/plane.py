"""The map of one output over the plane of two inputs, with the cases on it, as SVG."""

from __future__ import annotations

import itertools
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
#: Cases farther out than this are told, and not drawn.
FARTHEST: Final = 1e300

_SIDE: Final = 384
_LEFT, _TOP = 64, 36


class Mark(NamedTuple):
    """A case on the plane."""

    name: str
    x: float
    y: float
    #: Whether its expectations hold; None where that is no verdict.
    holds: bool | None
    #: Why there is none: `is skipped`.
    why: str = ""

    @property
    def verdict(self) -> str:
        """Say what became of the case."""
        return self.why if self.holds is None else "holds" if self.holds else "fails"


def svg(network: Network, marks: Sequence[Mark], output: int = 0) -> str:
    """Draw an output of a network of two inputs over the plane; the darker, the larger.

    A case that holds is a circle, one that does not a cross, one without a verdict a square.
    """
    inside = [mark for mark in marks if max(abs(mark.x), abs(mark.y)) <= FARTHEST]
    shown, outside = inside[:MAX_MARKS], len(marks) - len(inside)
    x, y = _axis([mark.x for mark in shown]), _axis([mark.y for mark in shown])
    values = _values(network, x, y, output)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (math.nan, math.nan)
    names = (*network.inputs, _output_name(network, output))
    drawn = [*_shades(values, low, high), *_axes(x, y, names)]
    ranges = _ranges(low, high)
    drawn += _legend(ranges, names[2], bool(finite.size < values.size), shown, outside)
    drawn += _marks(shown, x, y)
    legend = 50 + max(80, *(round(7 * len(said)) for said in [*ranges, _OUTSIDE]))
    size = (0.0, 0.0, float(_LEFT + _SIDE + legend), float(_TOP + _SIDE + 60))
    return frame(
        f"Map of {clip(names[2], 20)} over {clip(names[0], 20)} and {clip(names[1], 20)}",
        _description(values, shown, x, y, names, outside), size, drawn,
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
    with np.errstate(all="ignore"):
        values: Array = network.trace(grid).outputs[:, output]
    return values.reshape(CELLS, CELLS)


def _shades(values: Array, low: float, high: float) -> Iterator[str]:
    """Draw one path for each shade: the stretches of cells of that shade."""
    levels = np.zeros(values.shape, int)
    if high > low:
        with np.errstate(all="ignore"):
            # In halves: the difference of two floats may be infinite.
            scaled = (values / 2.0 - low / 2) / (high / 2 - low / 2) * SHADES
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


_OUTSIDE: Final = "100 cases outside"


def _ranges(low: float, high: float) -> list[str]:
    """Say which numbers each shade stands for, or the one that is everywhere."""
    if math.isnan(low):
        return ["finite nowhere"]
    if high <= low:
        return [f"{short(low)} everywhere"]
    # Not by their difference, which may be infinite.
    bounds = [low * (1 - n / SHADES) + high * (n / SHADES) for n in range(SHADES + 1)]
    return [f"{short(one)} to {short(other)}" for one, other in itertools.pairwise(bounds)]


def _legend(
    ranges: Sequence[str], name: str, gaps: bool, marks: Sequence[Mark], outside: int
) -> Iterator[str]:
    """Say which numbers each shade stands for, and what the signs of the cases mean."""
    left, height = _LEFT + _SIDE + 20, 22
    yield text(left, _TOP + 10, clip(name, 14), 13, "start")
    top = _TOP + 34
    if len(ranges) == 1:
        yield text(left, top, ranges[0], anchor="start")
    else:
        for level, said in enumerate(reversed(ranges)):
            yield from _shade(left, top - 14 + level * height, height, SHADES - 1 - level, said)
        top += SHADES * height
    lines = ["empty: not finite"] * (gaps and len(ranges) > 1)
    lines += [f"{outside} case{'s' * (outside != 1)} outside"] * bool(outside)
    for line in lines:
        top += 16
        yield text(left, top, line, 11, "start")
    verdicts = {mark.holds for mark in marks}
    for holds, said in ((True, "it holds"), (False, "it fails"), (None, "no verdict")):
        # Circle and cross stand for each other's opposite: who sees one looks for the other.
        if holds is not None or None in verdicts:
            top += 22
            yield _sign(left + 12, top - 4, holds) + text(left + 30, top, said, anchor="start")


def _shade(left: float, top: float, height: float, level: int, said: str) -> Iterator[str]:
    box = f'x="{left}" y="{top}" width="24" height="{height}"'
    yield f"<rect {box} {_fill(level)}/>"
    yield f'<rect {box} fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
    yield text(left + 30, top + 15, said, 11, "start")


def _marks(marks: Sequence[Mark], x: tuple[float, float], y: tuple[float, float]) -> Iterator[str]:
    taken: list[tuple[float, float]] = []
    for mark in marks:
        across = _LEFT + (mark.x - x[0]) / (x[1] - x[0]) * _SIDE
        down = _TOP + (y[1] - mark.y) / (y[1] - y[0]) * _SIDE
        yield _sign(across, down, mark.holds)
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


def _sign(x: float, y: float, holds: bool | None) -> str:
    """Draw what marks a case: a circle where it holds, a cross where it fails, else a square."""
    if holds is None:
        return (
            f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"'
            ' fill="var(--paper, #fff)" stroke="currentColor" stroke-width="2"/>'
        )
    return _circle(x, y) if holds else _cross(x, y)


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
    names: Sequence[str], outside: int,
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
            f"{clip(mark.name, 20)} at ({short(mark.x)}, {short(mark.y)}) {mark.verdict}"
            for mark in marks[:MAX_NAMES]
        ]
        more = len(marks) - MAX_NAMES
        said += f" Cases: {'; '.join(cases)}{f'; and {more} more' if more > 0 else ''}."
    if outside:
        said += f" Not drawn, as not finite or beyond {FARTHEST:g}: {outside} of the cases."
    return said
