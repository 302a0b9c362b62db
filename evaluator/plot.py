"""The curve of an activation, as text for a terminal or as SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from evaluator.activations import Activation
    from evaluator.network import Array

#: The stretch of z that is drawn.
RANGE: Final = (-6.0, 6.0)


def _curve(activation: Activation, points: int) -> tuple[Array, Array]:
    z = np.linspace(*RANGE, points)
    with np.errstate(all="ignore"):
        y = activation.function(z[:, None])[:, 0]
    return z, np.where(np.isfinite(y) & (np.abs(y) < 50), y, np.nan)


def text(activation: Activation, width: int = 61, height: int = 17) -> str:
    """Draw the curve with characters: axes, extremes, and a mark per column."""
    z, y = _curve(activation, width)
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


def svg(activation: Activation, width: int = 480, height: int = 320) -> str:
    """Draw the curve as SVG, with a title and a description for those who do not see it."""
    z, y = _curve(activation, 481)
    low, high = min(0.0, float(np.nanmin(y))), max(0.0, float(np.nanmax(y)))
    low, high = (low, high) if high > low else (low - 1, high + 1)
    x_at = 40 + (z - z[0]) / (z[-1] - z[0]) * (width - 60)
    y_at = 40 + (high - y) / (high - low) * (height - 80)
    drawn = np.isfinite(y_at)
    path = "".join(
        f"{'L' if n and drawn[n - 1] else 'M'}{a:.2f} {b:.2f}"
        for n, (a, b) in enumerate(zip(x_at, y_at, strict=True))
        if drawn[n]
    )
    zero_y = 40 + high / (high - low) * (height - 80)
    zero_x = 40 + (width - 60) / 2
    name, formula = escape(activation.name), escape(activation.formula)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
     aria-labelledby="title desc" font-family="sans-serif" font-size="13">
  <title id="title">{name}</title>
  <desc id="desc">The curve of {name}(z) = {formula} for z from {z[0]:g} to {z[-1]:g}; it runs
    from {y[drawn][0]:.4g} to {y[drawn][-1]:.4g}, between {low:.4g} and {high:.4g}.</desc>
  <rect width="{width}" height="{height}" fill="white"/>
  <path d="M40 {zero_y:.2f}H{width - 20}M{zero_x:.2f} 40V{height - 40}" stroke="#767676" fill="none"/>
  <path d="{path}" stroke="#0b5cad" stroke-width="2.5" fill="none" stroke-linejoin="round"/>
  <g fill="#1b1b1b">
    <text x="40" y="24">{name}(z) = {formula}</text>
    <text x="36" y="44" text-anchor="end">{high:.3g}</text>
    <text x="36" y="{height - 36}" text-anchor="end">{low:.3g}</text>
    <text x="40" y="{height - 12}">{z[0]:g}</text>
    <text x="{width - 20}" y="{height - 12}" text-anchor="end">{z[-1]:g}</text>
  </g>
</svg>
"""
