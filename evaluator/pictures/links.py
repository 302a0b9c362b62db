"""The links of a diagram: how they pass neurons and what stands below them, and where weights stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from evaluator.pictures.graph import Edge, Value
from evaluator.pictures.svg import HALO, short, text

#: How large a neuron is.
WIDTH: Final = 92
HEIGHT: Final = 28
#: How wide a character of what stands below a neuron is, at most on average.
CHARACTER: Final = 5.8
#: How far apart the bends are that are tried, and how many, in each direction.
_STEP: Final = 12
_BENDS: Final = 24

Point: TypeAlias = tuple[float, float]


def width(lines: Sequence[str]) -> float:
    """Say how wide lines below a neuron are."""
    return max((CHARACTER * len(line) for line in lines), default=0.0)


class Links:
    """The links between neurons at their places, with so many lines below each."""

    def __init__(
        self, places: Mapping[Value, Point], widths: Mapping[Value, float], lines: int
    ) -> None:
        self._places = places
        #: What nothing is to be drawn over: left, top, right, bottom of each neuron and its lines.
        self._boxes: dict[Value, tuple[float, float, float, float]] = {}
        for value, (x, y) in places.items():
            over = max(0.0, widths[value] - WIDTH) / 2
            self._boxes[value] = (x - over, y - 4, x + WIDTH + over, y + HEIGHT + 5 + 13 * lines)
        self._taken: list[Point] = []
        self._bends: dict[tuple[Value, Value], float] = {}
        self._tops = [0.0]
        self._bottoms = [0.0]

    def _ends(self, edge: Edge) -> tuple[Point, Point]:
        """Give where an edge leaves and arrives: the middle of a neuron's right and left side."""
        (x1, y1), (x2, y2) = self._places[edge.source], self._places[edge.target]
        return (x1 + WIDTH, y1 + HEIGHT / 2), (x2, y2 + HEIGHT / 2)

    def _bend(self, edge: Edge) -> float:
        """Say how far a link bends, at its middle, to pass what stands between its ends."""
        key = edge.source, edge.target
        if key not in self._bends:
            tried = [0, *(sign * n * _STEP for n in range(2, _BENDS) for sign in (1, -1))]
            self._bends[key] = min(tried, key=lambda bend: (self._struck(edge, bend), abs(bend)))
        return self._bends[key]

    def _struck(self, edge: Edge, bend: float) -> int:
        """Count the neurons between its ends that a link would be drawn over."""
        (x1, y1), (x2, y2) = self._ends(edge)
        return sum(
            any(top < y1 + t * (y2 - y1) + 4 * t * (1 - t) * bend < bottom
                for t in _parts((left - x1) / (x2 - x1), (right - x1) / (x2 - x1)))
            for left, top, right, bottom in self._boxes.values()
            if left > x1 and right < x2
        )  # fmt: skip

    def line(self, edge: Edge, largest: float) -> str:
        """Draw a link: its kind tells the sign of the weight, its width the size."""
        (x1, y1), (x2, y2) = self._ends(edge)
        weight = 1.0 if edge.weight is None else edge.weight
        path = f"M{x1:g} {y1:g}L{x2:g} {y2:g}"
        if bend := self._bend(edge):
            path = f"M{x1:g} {y1:g}Q{(x1 + x2) / 2:g} {(y1 + y2) / 2 + 2 * bend:g} {x2:g} {y2:g}"
            self._tops.append(min(y1, y2, (y1 + y2) / 2 + bend) - 20)
            self._bottoms.append(max(y1, y2, (y1 + y2) / 2 + bend) + 20)
        dash = (
            ' stroke-dasharray="6 3"' if weight < 0 else ' stroke-dasharray="1 4"' * (weight == 0)
        )
        thick = 1 + 2 * abs(weight) / largest
        return (
            f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{thick:.2f}"{dash}/>'
        )

    def label(self, edge: Edge) -> str:
        """Write the weight of a link along it, where nothing else stands if there is such a place."""
        (x1, y1), (x2, y2) = self._ends(edge)
        bend = self._bend(edge)
        said = short(edge.weight)
        # Near the source, where the lines to one target are apart.
        parts = (0.5, 0.4, 0.6, 0.3, 0.7) if bend else (0.27, 0.2, 0.35, 0.45, 0.55, 0.65, 0.8)
        spots = [
            (x1 + t * (x2 - x1), y1 + t * (y2 - y1) + 4 * t * (1 - t) * bend - 4) for t in parts
        ]
        x, y = next((spot for spot in spots if self._is_free(spot, said)), spots[0])
        self._taken.append((x, y))
        angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
        turn = f' transform="rotate({angle:.1f} {x:.1f} {y:.1f})"' if angle and not bend else ""
        return text(round(x, 1), round(y, 1), said, 11, more=turn + HALO)

    def _is_free(self, spot: Point, said: str) -> bool:
        x, y = spot
        half = 0.5 * 6.4 * len(said)
        return not any(
            left < x + half and x - half < right and top < y + 2 and y - 9 < bottom
            for left, top, right, bottom in self._boxes.values()
        ) and all(abs(x - a) > 2 * half + 4 or abs(y - b) > 12 for a, b in self._taken)

    def reach(self) -> tuple[float, float]:
        """Give between which heights links that bend are."""
        return min(self._tops), max(self._bottoms)


def _parts(begin: float, end: float) -> Iterator[float]:
    """Give some places along a stretch, its ends among them."""
    yield from (begin + (end - begin) * n / 4 for n in range(5))
