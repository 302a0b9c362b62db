"""File names as the consumers of reports want them: from the repository, with forward slashes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluator.results import Report


def relative(file: str, report: Report) -> str:
    """Name a file from the report's root; one outside of it by its whole path."""
    if file == "-":
        return "stdin"
    path = os.path.normpath(os.path.join(report.folder, file))
    inside = os.path.join(report.root, "")
    if report.root and path.startswith(inside):
        path = path[len(inside) :]
    return path.replace(os.sep, "/")
