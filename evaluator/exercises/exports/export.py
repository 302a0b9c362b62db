"""What an exporter gives: files, and what they cannot say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evaluator.diagnostics import EvaluatorError

#: All files of an archive are as old as archives can say: the same export is the same bytes.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Export:
    """The files of an exercise for one target, by their paths."""

    files: Mapping[str, bytes]
    #: What the target cannot express, a sentence each.
    losses: tuple[str, ...] = ()
    #: Those of the files that are programs.
    programs: tuple[str, ...] = ()


class ExportError(EvaluatorError):
    """An exercise that a target would ask or grade otherwise than it is meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


def archive(export: Export) -> bytes:
    """Pack the files into a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in export.files.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if path in export.programs else 0o644) << 16
            target.writestr(entry, content)
    return packed.getvalue()
