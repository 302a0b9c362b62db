"""Files and texts → documents, in one pass over the events of YAML."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from yaml.error import YAMLError

from evaluator import syntax
from evaluator.content import read_content
from evaluator.diagnostics import (
    Diagnostic,
    Location,
    SpecError,
)
from evaluator.document import Document, Text
from evaluator.kinds import advice
from evaluator.numberlists import NumberLists
from evaluator.reader import Reader

#: After so many documents that are not YAML, the others are not read.
MAX_RESTARTS: Final = 20


def read_file(path: str) -> list[Document]:
    """Read every document of a file or a URL; raises SpecError where it cannot be read at all."""
    return read_bytes(read_content(path), path)


def read_bytes(content: bytes, file: str) -> list[Document]:
    """Read every document of the bytes of a file; raises SpecError if they are not UTF-8."""
    try:
        found = read(content.decode("utf-8"), file)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        location = Location(file, len(lines), len(lines[-1]) + 1)
        byte = content[error.start]
        raise SpecError([
            Diagnostic(
                location, "encoding",
                f"the file is not UTF-8: byte 0x{byte:02X} at offset {error.start}",
                advice(file) or "save it as UTF-8",
            )
        ]) from None  # fmt: skip
    if not isinstance(found[0].data, dict) and (hint := advice(file)):
        # How YAML reads what was never meant as YAML helps nobody.
        return [
            _failed(found[0].text, 1, syntax.Problem(0, "yaml-syntax", "the file is no spec", hint))
        ]
    return found


def read(text: str, file: str) -> list[Document]:
    """Read every document of a YAML text; what is wrong stands in each one's `diagnostics`."""
    text = text.removeprefix("\ufeff")
    source = Text(text, file)
    if refused := syntax.refuse(text):
        return [_failed(source, 1, refused)]
    try:
        found = _read_ahead(source) or Reader(source, partial(syntax.parser, text)).documents()
    except YAMLError:
        found = _read_around_errors(source)
    return _without_empty(source, found)


def _read_ahead(source: Text) -> list[Document] | None:
    """Read a text without the events of its lists of numbers; None where that is not the same."""
    lists = NumberLists(source.text)
    if not lists:
        return None
    reader = Reader(source, partial(syntax.parser, source.text), lists=lists)
    found = reader.documents()
    # Those that are left stand in a comment or within a text, which has lost them.
    return None if lists or any(document.diagnostics for document in found) else found


def _read_around_errors(source: Text) -> list[Document]:
    """Read a text that is not all YAML, and go on with the document after each error."""
    found: list[Document] = []
    text, start, nested = source.text, 0, 0
    for _ in range(MAX_RESTARTS):
        # What was read is blanked, so that all positions stay. libyaml words its errors in
        # another way: the pure parser gives the stable text.
        rest = re.sub(r"[^\r\n]", " ", text[:start]) + text[start:]
        reader = Reader(source, partial(syntax.pure_parser, rest), len(found), nested)
        try:
            found += reader.documents()
            break
        except YAMLError as error:
            problem = syntax.explain(error, text)
            found += reader.found[:-1]
            nested = reader.nested
            found.append(_failed(source, len(found) + 1, problem))
        following = re.compile(r"^---(?=\s|$)", re.MULTILINE).search(
            text, max(problem.at, start + 1)
        )
        if following is None:
            break
        start = following.start()
    return found


def _without_empty(source: Text, found: list[Document]) -> list[Document]:
    """Leave out a last empty document; report any other."""
    if len(found) > 1 and found[-1].data is None and not found[-1].broken:
        found.pop()
    found = found or [Document(source, 1)]
    for document in found:
        if document.data is None and not document.broken:
            what = "the file" if len(found) == 1 else f"document {document.number}"
            document.diagnostics.append(
                document.diagnostic(
                    (), "empty-document", f"{what} has no content",
                    "write a network and its cases; `evaluator new FILE` makes a first spec",
                )
            )  # fmt: skip
    return found


def _failed(source: Text, number: int, problem: syntax.Problem) -> Document:
    document = Document(source, number)
    location = source.location(problem.at, problem.at + 1)
    document.diagnostics.append(Diagnostic(location, problem.code, problem.message, problem.hint))
    return document
