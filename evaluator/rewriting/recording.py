"""File → the edits that record it, tried out on the text before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from evaluator.collect import CaseId
from evaluator.diagnostics import Diagnostic, SpecError
from evaluator.document import Document, Path
from evaluator.evaluate import evaluate
from evaluator.rewriting.record import Change, Left, Terms, record
from evaluator.rewriting.splice import Edit, splice
from evaluator.rewriting.verify import differ_only
from evaluator.runner import no_such_case
from evaluator.source import read, read_bytes
from evaluator.spec import build


class FileRecording(NamedTuple):
    """What recording a file comes to."""

    #: What was read, without a byte order mark.
    text: str
    edits: list[Edit]
    #: How many values the edits write.
    values: int
    left: list[Left]
    #: What is wrong with the documents that cannot be recorded.
    diagnostics: list[Diagnostic]
    #: How many cases were selected.
    cases: int
    #: A warning for each case that was named and is not in the file.
    missing: list[Diagnostic]


def record_file(content: bytes, file: str, ids: Sequence[CaseId], terms: Terms) -> FileRecording:
    """Find the edits that record the documents of a file; raises SpecError if it has none at all.

    Invalid documents are reported, and do not keep the others from being recorded.
    """
    documents = read_bytes(content, file)
    if ids:
        terms = terms._replace(selection=terms.selection._replace(ids=frozenset(ids)))
    result = FileRecording(documents[0].text.text, [], 0, [], [], 0, [])
    known: dict[int, list[str]] = {}
    changes: dict[int, list[Change]] = {}
    for document in documents:
        if ids and not {None, document.number} & {named.document for named in ids}:
            continue
        try:
            spec = build(document)
            found = record(spec, terms)
        except SpecError as error:
            result.diagnostics.extend(error.diagnostics)
            continue
        known[document.number] = [case.id for case in spec.cases]
        changes[document.number] = found.changes
        result.left.extend(found.left)
        result = result._replace(cases=result.cases + found.cases)
    everything = [change for found in changes.values() for change in found]
    result.edits.extend(edit for change in everything for edit in change.edits)
    if not result.diagnostics:
        result.missing.extend(_not_there(file, ids, known))
    if result.edits:
        _try_out(documents, result, changes, terms)
    return result._replace(values=sum(change.values for change in everything))


def _not_there(
    file: str, ids: Sequence[CaseId], known: Mapping[int, Sequence[str]]
) -> Iterator[Diagnostic]:
    for named in ids:
        numbers = known if named.document is None else known.keys() & {named.document}
        cases = [case for number in numbers for case in known[number]]
        if not numbers or (named.case and named.case not in cases):
            yield no_such_case(file, named, cases)


def _try_out(
    documents: Sequence[Document], result: FileRecording, changes: Mapping[int, Sequence[Change]],
    terms: Terms,
) -> None:  # fmt: skip
    """See that the new text says the same but for the values written, and that these pass."""
    file = documents[0].file
    after = read(splice(result.text, result.edits), file)
    paths = {number: {change.path for change in found} for number, found in changes.items()}
    if not differ_only(documents, after, paths) or not all(
        _passes(after[number - 1], written, terms) for number, written in paths.items() if written
    ):
        raise RuntimeError(
            f"recording {file} would change more than was meant; it is left as it is"
        )


def _passes(document: Document, written: Set[Path], terms: Terms) -> bool:
    """Tell whether the values that were written are there, and a run finds nothing wrong with them."""
    try:
        spec = build(document)
        with np.errstate(all="ignore"):
            result = evaluate(spec, terms.selection, 0)
    except SpecError:
        return False
    wrong = {mismatch.location for case in result.cases for mismatch in case.mismatches}
    # An `expected` that was added stands above the values that it holds.
    checked = [c.path for case in spec.cases for c in case.checks if {c.path, c.path[:3]} & written]
    checked += [path for path in written if path[-1] == "expected_class"]
    if {path if path in written else path[:3] for path in checked} != written:
        return False
    return not wrong or all(document.locate(path, used=True) not in wrong for path in checked)
