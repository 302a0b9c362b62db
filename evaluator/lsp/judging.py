"""Text → what a run would find in it: the documents of a file in an editor, judged."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from evaluator.diagnostics import Diagnostic, SpecError
from evaluator.document import Document
from evaluator.evaluate import evaluate
from evaluator.results import FAILING, SpecResult
from evaluator.source import read
from evaluator.spec import Spec, build, name_of
from evaluator.subjects import REFERENCE

#: How much is told of one file; editors grow slow with more.
MAX_FINDINGS: Final = 500


class Judged(NamedTuple):
    """One document, and what became of it."""

    document: Document
    #: None where the document is no valid spec.
    spec: Spec | None
    result: SpecResult


def judge(text: str, file: str) -> list[Judged]:
    """Judge every document of a text as if it stood in the file.

    The reference alone is under test: what an author types starts no program. Once there is more
    to tell than an editor is told, the documents that follow are left.
    """
    judged, count = [], 0
    with np.errstate(all="ignore"):
        for document in read(text, file):
            judged.append(_judge(document))
            result = judged[-1].result
            count += len(result.diagnostics) + sum(c.outcome in FAILING for c in result.cases)
            if count > MAX_FINDINGS:
                break
    return judged


def _judge(document: Document) -> Judged:
    try:
        spec = build(document)
        return Judged(document, spec, evaluate(spec, subject=REFERENCE, firsts=MAX_FINDINGS))
    except SpecError as error:
        return Judged(document, None, _invalid(document, error.diagnostics))


def _invalid(document: Document, found: tuple[Diagnostic, ...]) -> SpecResult:
    return SpecResult(document.file, document.number, name_of(document), diagnostics=list(found))
