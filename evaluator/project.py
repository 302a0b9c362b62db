"""Where a project begins."""

from __future__ import annotations

import os
from typing import Final

#: What marks the top folder of a project.
MARKS: Final = ("pyproject.toml", "evaluator.toml", ".git")


def root_of(folder: str) -> str:
    """Give the nearest folder at or above one that marks a project, else the folder itself."""
    above = top = os.path.abspath(folder)
    while not any(os.path.exists(os.path.join(above, mark)) for mark in MARKS):
        above, below = os.path.dirname(above), above
        if above == below:
            return top
    return above
