"""What has to hold of every text that is read, validated, built, evaluated and reported."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any, Final, TypeVar

import jsonschema_rs
import yaml
from jsonschema import Draft7Validator

import evaluator
from evaluator import numberlists, source, spec, syntax, validate
from evaluator.diagnostics import CODES, MAX_DIAGNOSTICS, Diagnostic, SpecError
from evaluator.document import Document
from evaluator.reporters import full, json
from evaluator.results import SpecResult

#: What an input may take: so many seconds, and so many for each character and value.
SECONDS: Final = 0.05
SECONDS_EACH: Final = 2e-5
#: Beyond so many values, which aliases make, jsonschema alone takes longer than that.
MAX_PLAIN: Final = 5_000

Result = TypeVar("Result")


class Broken(AssertionError):
    """A promise that a text breaks."""


def keep(content: bytes, folder: Path, stage: str = "run", slower: float = 1) -> str:
    """Hold the evaluator to its promises for the bytes of a file; give how far the file got.

    The folder is the current one. Raises Broken, or whatever escapes from the evaluator. The stage is
    the last one that is looked at: `read`, `validate` or `run`.
    """
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    start = process_time()
    try:
        documents = source.read_bytes(content, "f.yaml")
    except SpecError as error:
        _places(error.diagnostics, text)
        return "unreadable"
    allowed = (SECONDS + SECONDS_EACH * len(text)) * slower
    if process_time() - start > allowed:
        _in_time(lambda: source.read_bytes(content, "f.yaml"), allowed)
    _same_from_every_parser(text, documents)
    for document in documents:
        _places(document.diagnostics, text)
    if stage == "read":
        return "unreadable" if all(document.broken for document in documents) else "read"
    checked = [_checked(document) for document in documents]
    if stage == "run" and (not all(checked) or len(content) % 8 == 0):
        size = len(text) + sum(_size(document.data, {}) for document in documents)
        (folder / "f.yaml").write_bytes(content)
        allowed = (SECONDS + SECONDS_EACH * size) * slower
        start = process_time()
        _report(text, documents, checked)
        if process_time() - start > allowed:
            _in_time(lambda: evaluator.run("f.yaml"), allowed)
    if all(document.broken for document in documents):
        return "unreadable"
    return "refused" if all(checked) else "accepted"


def _promise(holds: object, what: str, *seen: object) -> None:
    if not holds:
        codes = [
            d.code
            for found in seen
            if isinstance(found, list)
            for d in found[:3]
            if isinstance(d, Diagnostic)
        ]
        raise Broken(f"{what} {' '.join(codes)}: {' | '.join(map(_shown, seen))}")


def _shown(seen: object) -> str:
    return repr(seen)[:300]


def _in_time(work: Callable[[], object], seconds: float) -> None:
    """See that something takes no longer, the best of three times."""
    taken = []
    for _ in range(3):
        start = process_time()
        work()
        taken.append(process_time() - start)
        if taken[-1] <= seconds:
            return
    raise Broken(f"slow: it takes {min(taken):.3f} s, {seconds:.3f} are allowed")


def _places(found: Any, text: str) -> None:
    """See that every diagnostic has its code, its words, and a place in the text."""
    lines = re.split(r"\r\n|\r|\n", text)
    _promise(len(found) <= 2 * MAX_DIAGNOSTICS + 2, "too many diagnostics", len(found))
    for each in found:
        place = each.location
        _promise(place.file == "f.yaml" and each.code in CODES, "a diagnostic of no kind", each)
        _promise(0 < len(each.message) < 1000 and len(each.hint) < 1000, "no words", each)
        _promise((each.message + each.hint).isprintable(), "words that do not print", each)
        _promise(1 <= place.line <= len(lines), "a line that is not there", each)
        line = lines[place.line - 1]
        _promise(1 <= place.column <= len(line) + 1, "a column that is not there", each)
        shown = place.lines[-1] if place.lines else line[:200]
        _promise(line[place.offset :][:200] == shown, "another line is shown", each, line)


@contextmanager
def _reading(pure: bool, ahead: bool) -> Iterator[None]:
    """Read without libyaml; or read every list of numbers ahead, however short the text."""
    kept = syntax.parser, yaml.__with_libyaml__, numberlists.WORTH
    if pure:
        syntax.parser, yaml.__with_libyaml__ = syntax.pure_parser, False
    if ahead:
        numberlists.WORTH = 0
    try:
        yield
    finally:
        syntax.parser, yaml.__with_libyaml__, numberlists.WORTH = kept


def _same_from_every_parser(text: str, documents: list[Document]) -> None:
    """See that the pure parser, and reading lists ahead, give the same as libyaml does."""
    refused = any(d.code == "yaml-syntax" for d in documents[-1].diagnostics)
    if refused and len(text) % 4:  # then the pure parser had the last word already
        return
    for pure, ahead in ((True, False), (False, True)):
        if ahead and not numberlists._LIST.search(text):
            continue
        with _reading(pure, ahead):
            others = source.read(text, "f.yaml")
            # Positions are read a second time, by the same parser.
            spans = [[] if other.broken else other.layout.spans for other in others]
        _promise(len(documents) == len(others), "other documents", documents, others, pure)
        for document, other, places in zip(documents, others, spans, strict=True):
            _promise(document.diagnostics == other.diagnostics, "other diagnostics",
                     document.diagnostics, other.diagnostics, pure)  # fmt: skip
            _promise(_same(document.data, other.data, set()), "other data",
                     document.data, other.data, pure)  # fmt: skip
            _promise(document.elements == other.elements, "other elements", pure)
            _promise(document.broken or document.layout.spans == places, "other places", pure)


def _same(one: Any, other: Any, met: set[tuple[int, int]]) -> bool:
    """Compare nested data with types, signs and the order of keys; aliases only once."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one.hex() == other.hex()
    if not isinstance(one, (dict, list)) or (id(one), id(other)) in met:
        return isinstance(one, (dict, list)) or bool(one == other)
    met.add((id(one), id(other)))
    if isinstance(one, dict):
        if list(one) != list(other):
            return False
        one, other = list(one.values()), list(other.values())
    return len(one) == len(other) and all(map(_same, one, other, [met] * len(one)))


def _size(data: Any, known: dict[int, int]) -> int:
    """Count the values of nested data; what aliases repeat counts again."""
    if not isinstance(data, (dict, list)):
        return 1
    if id(data) not in known:
        known[id(data)] = 1 + sum(
            _size(value, known) for value in (data.values() if isinstance(data, dict) else data)
        )
    return known[id(data)]


@cache
def _plain() -> Any:
    return Draft7Validator(validate.schema("spec"))


@cache
def _fast() -> Any:
    return jsonschema_rs.Draft7Validator(validate.schema("spec"))


def _checked(document: Document) -> list[Diagnostic]:
    """Give what keeps a document from being built: jsonschema, jsonschema-rs and what explains their
    errors have one verdict.
    """
    if document.broken:
        return document.diagnostics
    found = validate.check(document)
    _places(found, document.text.text)
    if _size(document.data, {}) > MAX_PLAIN:
        return found
    valid = _plain().is_valid(document.data)
    finite = _is_finite(document.data)
    _promise(_fast().is_valid(document.data) is (valid and finite), "another verdict", valid)
    _promise(not (found and valid), "a valid document is refused", found)
    # Numbers below their range alone are left to the build.
    if not found and not valid:
        errors = {error.validator for error in validate._explainer().iter_errors(document.data)}
        _promise(errors == {"minimum"}, "an invalid document is accepted", errors)
    return found


def _is_finite(data: Any) -> bool:
    if isinstance(data, (dict, list)):
        return all(map(_is_finite, data.values() if isinstance(data, dict) else data))
    return not isinstance(data, float) or math.isfinite(data)


def _report(text: str, documents: list[Document], checked: list[list[Diagnostic]]) -> None:
    """See that only clean documents are built, and that the report says what it must."""
    built: list[Document] = []

    class Wiring(spec.Wiring):
        def __init__(self, document: Document) -> None:
            built.append(document)
            super().__init__(document)

    kept = spec.Wiring
    spec.Wiring = Wiring  # type: ignore[misc]
    try:
        report = evaluator.run("f.yaml")
    finally:
        spec.Wiring = kept  # type: ignore[misc]
    clean = [d.number for d, found in zip(documents, checked, strict=True) if not found]
    _promise([document.number for document in built] == clean, "built what is not clean", clean)
    _promise(len(report.specs) == len(documents), "other specs than documents", len(documents))
    for result, document, found in zip(report.specs, documents, checked, strict=True):
        _places(result.diagnostics, text)
        if found:
            _refused(result, document, found)
        lines = text.count("\n") + text.count("\r") + 1
        _promise(all(0 < case.line <= lines for case in result.cases), "a case without a place")
    code = report.summary.exit_code
    _promise(code in (0, 1, 3, 5), "exit code", code)
    errors = any(d.severity == "error" for d in report.diagnostics)
    _promise(errors == (code == 3), "exit code", code)
    _promise(code or report.summary.values, "it passes vacuously")
    for verbose in (0, 1):
        shown = full.render(report, verbose=verbose)
        _promise(all(c.isprintable() or c == "\n" for c in shown), "output that does not print")
    json.render(report)


def _refused(result: SpecResult, document: Document, found: list[Diagnostic]) -> None:
    """See that a document that is not clean is told with what the reader and the validator found."""
    told = found if document.broken else [*document.diagnostics, *found]
    _promise(list(result.diagnostics) == spec.in_file_order(told), "other diagnostics",
             result.diagnostics, told)  # fmt: skip
    _promise(not result.cases and not result.values, "a refused document is evaluated")
