"""What all pictures share: the frame with its title and its description, and how numbers look."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Final, TypeAlias

from evaluator.diagnostics import harmless

#: Keeps words readable where lines run behind them.
HALO: Final = ' stroke="var(--paper, #fff)" stroke-width="3" paint-order="stroke"'

#: What of the plane is shown: left, top, width, height.
View: TypeAlias = tuple[float, float, float, float]


def frame(title: str, description: str, view: View, drawn: Iterable[str]) -> str:
    """Make an SVG of what is drawn.

    It takes the colour of the text around it; `--paper` is what it is drawn on.
    """
    box = " ".join(f"{number:g}" for number in view)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"'
        f' width="{view[2]:g}" height="{view[3]:g}" role="img" font-family="sans-serif"'
        f' fill="currentColor"><title>{escape(harmless(title))}</title>'
        f"<desc>{escape(harmless(description))}</desc>{''.join(drawn)}</svg>"
    )


def short(value: Any, digits: int = 3) -> str:
    """Write a number in few digits, with a minus that is as wide as a plus."""
    return f"{float(value):.{digits}g}".replace("-", "−")


def text(
    x: float, y: float, said: str, size: int = 12, anchor: str = "middle", more: str = ""
) -> str:
    """Write words into a picture."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}"{more}>'
        f"{escape(harmless(said))}</text>"
    )
