"""Suggested cases → their text, and the edits that add them to a file, tried out beforehand."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.diagnostics import SpecError, clip
from evaluator.evaluate import evaluate
from evaluator.results import FAILING
from evaluator.rewriting.insertion import (
    entry_end,
    indent_of,
    insert_in_flow,
    line_end,
    line_start,
    newline,
)
from evaluator.rewriting.splice import Edit, splice
from evaluator.rewriting.verify import differ_only
from evaluator.source import read
from evaluator.spec import build
from evaluator.spelling import plain

if TYPE_CHECKING:
    from evaluator.audit import Suggestion
    from evaluator.diagnostics import Location
    from evaluator.document import Document
    from evaluator.results import CaseResult

#: Long lists of numbers are wrapped here.
_WIDTH: Final = 100
#: Why the cases cannot be added to a list, and what to do.
_AS_WRITTEN: Final = (
    "the cases cannot be added to this list as it is written",
    "paste them in by hand: --suggest shows them",
)
#: Where the cases of a document are.
_LIST: Final = ("cases",)


class NotAdded(NamedTuple):
    """A document that gets no cases: its number, where its list is, why, and what to do."""

    number: int
    location: Location
    message: str
    hint: str


def case_text(suggestion: Suggestion, indent: str) -> list[str]:
    """Write a case as an element of a list that is indented so far."""
    lines = []
    for start, entry in zip(("- ", "  "), _entries(suggestion), strict=True):
        lines += textwrap.wrap(
            entry, max(_WIDTH, len(indent) + 40), initial_indent=indent + start,
            subsequent_indent=indent + "    ", break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return lines


def _entries(suggestion: Suggestion, quote: str = "") -> list[str]:
    inputs = f"[{', '.join(map(plain, suggestion.inputs))}]"
    values = [plain(value) for value in suggestion.expected]
    expected = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
    return [f"{quote}inputs{quote}: {inputs}", f"{quote}expected{quote}: {expected}"]


def add(
    documents: Sequence[Document], suggested: Mapping[int, Sequence[Suggestion]]
) -> tuple[list[Edit], list[NotAdded]]:
    """Find the edits that add cases to documents, by their numbers; what cannot be added is left."""
    edits, left = [], []
    for number, suggestions in suggested.items():
        document = documents[number - 1]
        new = [] if document.twins(_LIST) else _added(document, suggestions)
        if why_not := _trial(documents, new, number):
            left.append(NotAdded(number, document.locate(_LIST, key=True), *why_not))
        else:
            edits += new
    return edits, left


def _trial(
    documents: Sequence[Document], edits: Sequence[Edit], number: int
) -> tuple[str, str] | None:
    """Say what is wrong with a new text, and what to do.

    It must say what the old one said and more cases; these pass, and so does what passed before.
    """
    source = documents[0].text
    after = read(splice(source.text, edits), source.file) if edits else []
    if len(after) != len(documents) or any(document.broken for document in after):
        return _AS_WRITTEN
    old, new = documents[number - 1], after[number - 1]
    count = len(old.data["cases"])
    try:
        cases = _outcomes(new)
        failing = [case.id for case in cases[count:] if case.outcome != "passed"]
        if any(case.outcome in FAILING for case in cases[:count]):
            failing += [
                one.id for one, other in zip(cases, _outcomes(old), strict=False)
                if one.outcome in FAILING and other.outcome not in FAILING
            ]  # fmt: skip
    except SpecError:
        return _AS_WRITTEN
    if failing:
        return (f"with the new cases `{clip(failing[0])}` would fail: the last digits of an answer may"
                " depend on how many cases there are",
                "write a tolerance that allows for rounding")  # fmt: skip
    new.data["cases"] = new.data["cases"][:count]
    return None if cases[count:] and differ_only(documents, after, {}) else _AS_WRITTEN


def _outcomes(document: Document) -> list[CaseResult]:
    with np.errstate(all="ignore"):
        return evaluate(build(document), None, 1).cases


def _added(document: Document, suggestions: Sequence[Suggestion]) -> list[Edit]:
    """Put cases at the end of the list."""
    path, count = _LIST, len(document.data["cases"])
    source, text = document.text, document.text.text
    start, _ = document.span(path)
    first, end = document.span((*path, count - 1))
    if text[start] == "[":
        return _in_brackets(document, suggestions, first, end)
    indent = " " * (start - line_start(source, start))
    lines = [line for each in suggestions for line in case_text(each, indent)]
    line_break = newline(source, end)
    if text[end - 1] in "\r\n":  # a text of several lines ends after its last line break
        return [Edit(end, end, "".join(line + line_break for line in lines))]
    at = entry_end(text, end, len(indent))
    return [Edit(at, at, "".join(line_break + line for line in lines))]


def _in_brackets(
    document: Document, suggestions: Sequence[Suggestion], first: int, end: int
) -> list[Edit]:
    """Put cases behind the last one, which has this first character and this end."""
    source, text = document.text, document.text.text
    quote = '"' if text[first : first + 1] == "{" and text[first + 1 :].lstrip()[:1] == '"' else ""
    indent = indent_of(source, first)
    if text[end : line_end(text, end)].lstrip(" \t,").startswith("#"):
        indent = indent or "  "  # the comment is the last case's: what is new goes below it
    cases = ["{" + ", ".join(_entries(each, quote)) + "}" for each in suggestions]
    return insert_in_flow(source, end, indent, cases)
