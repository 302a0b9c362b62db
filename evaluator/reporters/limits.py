"""What a consumer takes is limited: what is kept, and how the rest is told."""

from __future__ import annotations

from collections.abc import Iterable


def keep(items: Iterable[tuple[int, float]], limit: float) -> set[int]:
    """Choose among items (rank, cost): the lowest ranks first, while the costs add up to the limit.

    Gives the numbers of the chosen ones; those of equal rank are taken in order.
    """
    listed = list(items)
    chosen, total = set(), 0.0
    for number in sorted(range(len(listed)), key=lambda number: listed[number][0]):
        total += listed[number][1]
        if total > limit:
            break
        chosen.add(number)
    return chosen


def cut(text: str, limit: int, more: str = "…") -> str:
    """Shorten a text to a number of characters; `more` then ends it."""
    return text if len(text) <= limit else text[: limit - len(more)] + more
