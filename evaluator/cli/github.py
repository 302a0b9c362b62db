"""What differs on GitHub: a summary on the page of the step."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluator.results import Report


def add_step_summary(report: Report) -> None:
    """Add the report to the step's summary, in the room that others have left there."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from evaluator.reporters.markdown import MAX_BYTES, render

    try:
        taken = os.path.getsize(path) if os.path.exists(path) else 0
        text = render(report, limit=MAX_BYTES - taken)
        if taken + len(text.encode()) > MAX_BYTES:
            print("the step summary is full: nothing was added to it", file=sys.stderr)
            return
        with open(path, "a", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        # Nobody asked for it, so the run keeps its own exit code.
        print(f"the step summary cannot be written: {error.strerror}", file=sys.stderr)
