"""Text → all that an editor is told of it; whatever the text is, this raises nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from evaluator.diagnostics import harmless
from evaluator.lsp.actions import Action, actions
from evaluator.lsp.findings import Finding, findings
from evaluator.lsp.hover import Hover, hover
from evaluator.lsp.judging import Judged, judge
from evaluator.lsp.positions import Position, Positions


class Reading(NamedTuple):
    """What is known of a text."""

    positions: Positions
    judged: Sequence[Judged]
    findings: Sequence[Finding]

    def hover(self, at: Position) -> Hover | None:
        """Tell what the network answers at a place."""
        return hover(self.judged, self.positions.offset(at))

    def actions(self, start: Position, end: Position) -> list[Action]:
        """Give what can be done about the findings between two places."""
        offsets = self.positions.offset(start), self.positions.offset(end)
        return actions(self.judged, self.findings, self.positions, *offsets)


def read_text(text: str, file: str, encoding: str = "utf-16") -> Reading:
    """Judge a text as if it stood in a file; a fault of the evaluator is told as a finding."""
    positions = Positions(text, encoding)
    try:
        judged = judge(text, file)
        return Reading(positions, judged, findings(judged, positions))
    except Exception as error:
        logging.getLogger(__name__).debug("judging failed", exc_info=error)
        said = f"internal error: {type(error).__name__}: {error}"
        hint = "this is a fault of the evaluator; please report it with the spec"
        found = Finding(0, 0, "error", "internal", f"{harmless(said)}\nhelp: {hint}")
        return Reading(positions, [], [found])
