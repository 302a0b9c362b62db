"""The curve of an activation, as text for a terminal or as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evaluator.diagnostics import clip
from evaluator.pictures.svg import frame, short, text

if TYPE_CHECKING:
    from evaluator.activations import Activation
    from evaluator.network import Array

#: The stretch of z that is drawn.
RANGE: Final = (-6.0, 6.0)
#: The curve ends at this height, unless a point lies farther out.
HIGHEST: Final = 50.0
#: Points farther out than this are told, and not marked.
FARTHEST: Final = 1e4


def _curve(
    activation: Activation, points: int, parameters: Mapping[str, Any], to: Sequence[float] = ()
) -> tuple[Array, Array]:
    """Calculate the curve, at every z in `to` too: it reaches as far, in both directions."""
    reach = [1.1 * z for z in to if not RANGE[0] <= z <= RANGE[1]]
    z = np.linspace(min([RANGE[0], *reach]), max([RANGE[1], *reach]), points)
    if to:
        z = np.union1d(z, to)
    with np.errstate(all="ignore"):
        y = activation.function(z[:, None], **parameters)[:, 0]
    farthest = max([HIGHEST, *np.abs(y[np.isin(z, to) & np.isfinite(y)])])
    return z, np.where(np.isfinite(y) & (np.abs(y) <= farthest), y, np.nan)


def characters(activation: Activation, width: int = 61, height: int = 17) -> str:
    """Draw the curve with characters: axes, extremes, and a mark per column."""
    z, y = _curve(activation, width, {})
    low, high = min(0.0, float(np.nanmin(y))), max(0.0, float(np.nanmax(y)))
    low, high = (low, high) if high > low else (low - 1, high + 1)
    rows = np.round((high - y) / (high - low) * (height - 1))
    zero = round(high / (high - low) * (height - 1))
    canvas = [[" "] * width for _ in range(height)]
    canvas[zero] = ["─"] * width
    for row in canvas:
        row[width // 2] = "┼" if row[width // 2] == "─" else "│"
    for column, row in enumerate(rows):
        if np.isfinite(row):
            canvas[int(row)][column] = "•"
    labels = {0: f"{high:g}", height - 1: f"{low:g}"}
    labels.setdefault(zero, "0")
    lines = [f"{activation.name}(z) = {activation.formula}", ""]
    lines += [f"{labels.get(n, '')[:8]:>8} {''.join(row)}".rstrip() for n, row in enumerate(canvas)]
    lines.append(f"{'':>8} {z[0]:<{width - 3}g}{z[-1]:>3g}")
    return "\n".join(lines)


class Point(NamedTuple):
    """Where a unit works on the curve of its activation."""

    name: str
    z: float
    y: float


def svg(
    activation: Activation, points: Sequence[Point] = (),
    parameters: Mapping[str, Any] | None = None, width: int = 480, height: int = 320,
) -> str:  # fmt: skip
    """Draw the curve as SVG, with a title and a description for those who do not see it.

    Points are marked and named, and the curve reaches as far as they do; one that is not finite or
    beyond FARTHEST is only named. On a page that sets them, the colours are `--paper`, `--curve` and
    that of its text.
    """
    shown = [point for point in points if max(abs(point.z), abs(point.y)) <= FARTHEST]
    outside = [f"{_told(point)}, outside the picture" for point in points if point not in shown]
    z, y = _curve(activation, 481, parameters or {}, [point.z for point in shown])
    values = [0.0, *y[np.isfinite(y)], *(point.y for point in shown)]
    low, high = float(min(values)), float(max(values))
    low, high = (low, high) if high > low else (low - 1, high + 1)

    def x_at(value: float) -> float:
        return float(48 + (value - z[0]) / (z[-1] - z[0]) * (width - 68))

    def y_at(value: float) -> float:
        return float(40 + (high - value) / (high - low) * (height - 80))

    path, begun = "", False
    for a, b in zip(z, y, strict=True):
        if np.isfinite(b):
            path += f"{'L' if begun else 'M'}{x_at(a):.2f} {y_at(b):.2f}"
        begun = bool(np.isfinite(b))
    drawn, across = y[np.isfinite(y)], z[np.isfinite(y)]
    name, formula = activation.name, activation.formula
    said = (
        f"The curve of {name}(z) = {formula} for z from {across[0]:.4g} to {across[-1]:.4g}; it runs"
        f" from {drawn[0]:.4g} to {drawn[-1]:.4g}, between {low:.4g} and {high:.4g}."
    )
    if shown:
        said += f" Marked: {'; '.join(map(_told, shown))}."
    if outside:
        said += f" Not marked: {'; '.join(outside)}."
    axes = f"M48 {y_at(0):.2f}H{width - 20}M{x_at(0):.2f} 40V{height - 40}"
    return frame(name, said, (0, 0, width, height + 16 * len(points) + 8 * bool(points)), [
        f'<rect width="{width}" height="{height}" fill="var(--paper, #fff)"/>',
        f'<path d="{axes}" stroke="#767676" fill="none"/>',
        f'<path d="{path}" stroke="var(--curve, #0b5cad)" stroke-width="2.5" fill="none"'
        ' stroke-linejoin="round"/>',
        text(48, 24, f"{name}(z) = {formula}", 13, "start"),
        text(44, 44, f"{high:.3g}", 13, "end"),
        text(44, height - 36, f"{low:.3g}", 13, "end"),
        text(48, height - 12, f"{z[0]:g}", 13, "start"),
        text(width - 20, height - 12, f"{z[-1]:g}", 13, "end"),
        *_marks([(point, x_at(point.z), y_at(point.y)) for point in shown], y_at(0)),
        *_key(shown, outside, height),
    ])  # fmt: skip


def _marks(points: Sequence[tuple[Point, float, float]], zero: float) -> Iterator[str]:
    """Mark points, each with a line from the axis and, if there are several, its number."""
    taken: list[tuple[float, float]] = []
    for number, (_, x, y) in enumerate(points, 1):
        yield f'<path d="M{x:.2f} {zero:.2f}V{y:.2f}" stroke="currentColor" stroke-dasharray="3 3"/>'
        yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="5" stroke="var(--paper, #fff)"/>'
        if len(points) > 1:
            at = y - 9
            while any(abs(other - at) < 11 and abs(across - x) < 12 for across, other in taken):
                at -= 11
            taken.append((x, at))
            yield text(round(x - 7, 2), round(at, 2), str(number), 11, "end")


def _key(points: Sequence[Point], outside: Sequence[str], top: float) -> Iterator[str]:
    """Say what is marked and what is not, a line a point."""
    signs = [str(n + 1) for n in range(len(points))] if len(points) > 1 else ["●"]
    lines = [f"{sign}  {_told(point)}" for sign, point in zip(signs, points, strict=False)]
    for number, line in enumerate([*lines, *outside], 1):
        yield text(48, top + 16 * number, line, 12, "start")


def _told(point: Point) -> str:
    return f"{clip(point.name, 16)}: z = {short(point.z, 4)} → {short(point.y, 4)}"
