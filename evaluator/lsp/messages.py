"""What is known of a text → the values of the protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lsprotocol import types

from evaluator.lsp.actions import Action
from evaluator.lsp.findings import Finding
from evaluator.lsp.hover import Hover
from evaluator.lsp.positions import Positions

SEVERITIES: Final = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
}


def diagnostic(found: Finding, positions: Positions) -> types.Diagnostic:
    """Make the diagnostic of a finding."""
    return types.Diagnostic(
        range_of(found.start, found.end, positions), found.message, SEVERITIES[found.severity],
        found.code, source="evaluator",
    )  # fmt: skip


def hover(found: Hover, positions: Positions, markdown: bool) -> types.Hover:
    """Make the text that is shown beside a place; names in it are no Markdown."""
    text = "\n".join(found.lines)
    kind = types.MarkupKind.PlainText
    if markdown:
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
        text, kind = f"{fence}text\n{text}\n{fence}", types.MarkupKind.Markdown
    return types.Hover(types.MarkupContent(kind, text), range_of(found.start, found.end, positions))


def code_action(
    action: Action, positions: Positions, told: Sequence[types.Diagnostic], uri: str,
    version: int | None, versioned: bool,
) -> types.CodeAction:  # fmt: skip
    """Make the code action of some edits, for a version of a text if the editor knows versions."""
    edits = [
        types.TextEdit(range_of(edit.start, edit.end, positions), edit.text)
        for edit in action.edits
    ]
    if versioned:
        named = types.OptionalVersionedTextDocumentIdentifier(uri, version)
        change = types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(named, edits)])
    else:
        change = types.WorkspaceEdit(changes={uri: edits})
    mended = {(found.code, str(range_of(*found[:2], positions))) for found in action.findings}
    return types.CodeAction(
        action.title, types.CodeActionKind.QuickFix,
        diagnostics=[each for each in told if (each.code, str(each.range)) in mended],
        is_preferred=action.is_preferred or None, edit=change,
    )  # fmt: skip


def range_of(start: int, end: int, positions: Positions) -> types.Range:
    """Make the range of some characters."""
    first, last = positions.position(start), positions.position(end)
    return types.Range(start=types.Position(*first), end=types.Position(*last))
