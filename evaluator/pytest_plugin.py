"""pytest: each case of a spec is a test, `specs/network.yaml::name of the case`.

Every pytest run of an environment loads this module, so what takes time to import is imported
where a spec is collected.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.diagnostics import Diagnostic
    from evaluator.document import Document
    from evaluator.evaluate import Judgement
    from evaluator.results import CaseResult
    from evaluator.spec import Spec

#: The name of the test that fails where a spec is invalid.
VALIDITY: Final = "the spec is valid"


class SpecWarning(UserWarning):
    """A spec holds what is worth a warning."""


class SpecFailed(AssertionError):
    """A spec is invalid; the text is what `evaluator run` shows."""


class CaseFailed(SpecFailed):
    """A value of a case is not what is expected; the text is what `evaluator run` shows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option."""
    parser.addini(
        "evaluator_specs", type="paths", default=[],
        help="files and folders with specs of neural networks"
        " (default: specs of [tool.evaluator], else specs)",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an ini option that names nothing; raises pytest.UsageError."""
    for path in config.getini("evaluator_specs"):
        if not path.exists():
            raise pytest.UsageError(f"there is no {path}, which `evaluator_specs` names")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecFile | None:
    """Collect a YAML file if it is a spec."""
    if file_path.suffix in (".yaml", ".yml") and _is_spec(file_path, parent):
        return SpecFile.from_parent(parent, path=file_path)
    return None


_FOLDERS: Final = pytest.StashKey[tuple[list[Path], bool]]()


def _is_spec(file: Path, parent: pytest.Collector) -> bool:
    folders, said = _folders(parent)
    inside = any(_is_in(file, folder) for folder in folders)
    if inside and said:
        return True
    # Nobody says that it is a spec, and a project may have YAML of all kinds.
    return (inside or parent.session.isinitpath(file)) and _looks_like_one(file)


def _is_in(file: Path, folder: Path) -> bool:
    """Tell whether a file is one of a folder's, hidden ones aside."""
    if not file.is_relative_to(folder):
        return False
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)


def _folders(parent: pytest.Collector) -> tuple[list[Path], bool]:
    """Give the files and folders of specs, and whether the project says that they are."""
    config = parent.config
    if _FOLDERS not in config.stash:
        if ini := config.getini("evaluator_specs"):
            config.stash[_FOLDERS] = ini, True
        else:
            from evaluator.config import find
            from evaluator.diagnostics import UsageError

            try:
                found = find(str(config.rootpath))
            except UsageError as error:
                said = f"{error}\nhelp: {error.hint}" if error.hint else str(error)
                raise parent.CollectError(said) from None
            given = "specs" in found.given
            folders = [config.rootpath / path for path in found.specs if "://" not in path]
            for folder in folders if given else ():
                if not folder.exists():
                    raise parent.CollectError(f"there is no {folder}, of `specs` in {found.file}")
            config.stash[_FOLDERS] = folders, given
    return config.stash[_FOLDERS]


def _looks_like_one(file: Path) -> bool:
    from evaluator.topkeys import KEYS, pattern

    try:
        content = file.read_bytes()
    except OSError:
        return True  # told as what cannot be read
    if not re.search(rf"\b(?:{'|'.join(KEYS)})\b".encode(), content):
        return False
    from evaluator.diagnostics import SpecError
    from evaluator.source import read_bytes

    try:
        documents = read_bytes(content, os.fspath(file))
    except SpecError:
        return bool(re.search(pattern(*KEYS).encode(), content, re.MULTILINE))
    tops = [document.data for document in documents]
    return any(isinstance(top, dict) and not top.keys().isdisjoint(KEYS) for top in tops)


class SpecFile(pytest.File):
    """A file of specs: the cases of its first document, and a node for each further one."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Read the file."""
        from evaluator.diagnostics import SpecError
        from evaluator.source import read_file

        here = Path.cwd()
        named = self.path.relative_to(here) if self.path.is_relative_to(here) else self.path
        try:
            first, *others = read_file(os.fspath(named))
        except SpecError as error:
            yield ValidityItem.from_parent(self, diagnostics=error.diagnostics)
            return
        yield from _items(self, first)
        for document in others:
            yield SpecDocument.from_parent(self, name=f"#{document.number}", document=document)


class SpecDocument(pytest.Collector):
    """A second or later document of a file."""

    def __init__(self, *, document: Document, **more: Any) -> None:
        super().__init__(**more)
        self.document = document

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Give the cases."""
        return _items(self, self.document)


def _items(
    parent: pytest.Collector, document: Document
) -> Iterator[pytest.Item | pytest.Collector]:
    """Give an item for each case, or the one that fails because the spec is invalid."""
    from evaluator.diagnostics import SpecError
    from evaluator.spec import build

    try:
        spec = build(document)
        _warn(spec.warnings)
    except SpecError as error:
        yield ValidityItem.from_parent(parent, diagnostics=error.diagnostics)
    except SpecWarning:  # warnings are errors here
        yield ValidityItem.from_parent(parent, diagnostics=spec.warnings)
    else:
        for case in spec.cases:
            yield _item(parent, _parts(case.id), spec, case)


def _parts(id: str) -> list[str]:
    """Take an id apart where pytest does: at each `::` before the first bracket."""
    from evaluator.diagnostics import harmless

    head, bracket, rest = harmless(id).partition("[")
    *groups, last = head.split("::")
    return [*groups, last + bracket + rest]


def _item(
    parent: pytest.Collector, parts: list[str], spec: Spec, case: Case
) -> pytest.Item | pytest.Collector:
    """Give the test of a case, in a group for each part of its id but the last."""
    if len(parts) == 1:
        return CaseItem.from_parent(parent, name=parts[0], spec=spec, case=case)
    return CaseGroup.from_parent(parent, name=parts[0], parts=parts[1:], spec=spec, case=case)


class CaseGroup(pytest.Collector):
    """What stands before `::` in the name of a case, so that pytest finds the case by its id."""

    def __init__(self, *, parts: list[str], spec: Spec, case: Case, **more: Any) -> None:
        super().__init__(**more)
        self.parts, self.spec, self.case = parts, spec, case

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Give the case, or the next group."""
        yield _item(self, self.parts, self.spec, self.case)


def _warn(found: Sequence[Diagnostic]) -> None:
    from evaluator.diagnostics import harmless

    for each in found:
        said = f"{each.message} ({each.hint})" if each.hint else each.message
        place = each.location
        warnings.warn_explicit(harmless(said), SpecWarning, place.file, place.line)


class _Item(pytest.Item):
    """A test that fails with the text of `evaluator run`."""

    line = 1
    #: What it is called in the report of a failure.
    title = ""

    def reportinfo(self) -> tuple[Path, int, str]:
        """Give the place of the test; pytest counts lines from 0."""
        return self.path, self.line - 1, f"{self.title or self.name} in {self.path.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what is wrong with the spec, and a traceback only for other errors."""
        if isinstance(excinfo.value, SpecFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class ValidityItem(_Item):
    """The one test of an invalid spec: it fails with the diagnostics."""

    def __init__(self, *, diagnostics: Sequence[Diagnostic], **more: Any) -> None:
        super().__init__(name=VALIDITY, **more)
        self.diagnostics = diagnostics
        self.line = diagnostics[0].location.line

    def runtest(self) -> None:
        """Fail."""
        raise SpecFailed(_diagnostics(self.diagnostics))


class CaseItem(_Item):
    """One case, or a table of cases."""

    def __init__(self, *, spec: Spec, case: Case, **more: Any) -> None:
        from evaluator.diagnostics import harmless
        from evaluator.reporters.text import named

        super().__init__(**more)
        self.spec, self.case, self.line = spec, case, case.line
        self.title = harmless(case.id)
        tags = dict.fromkeys((*spec.tags, *case.tags))
        self.extra_keyword_matches.update((spec.name, case.id, *tags))  # what `-k` looks in
        for tag in tags:
            if mark := _mark(tag, self.config):
                self.add_marker(mark)
        if case.skip:
            self.add_marker(pytest.mark.skip(reason=named(case.skip)))
        elif case.xfail and not case.unrecorded:  # which fails: it checks nothing
            reason = named(case.xfail)
            self.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=CaseFailed))

    def runtest(self) -> None:
        """Judge the case."""
        import numpy as np

        from evaluator.diagnostics import SpecError
        from evaluator.results import MAX_MISMATCHES

        spec = self.spec
        try:
            with np.errstate(all="ignore"):
                judgement = _judgement(spec)
                judgement.room = MAX_MISMATCHES  # of each case, since each is a test
                result = judgement.case(self.case)
                judgement.explain([])
        except SpecError as error:  # a table too large to be read before
            raise SpecFailed(_diagnostics(error.diagnostics)) from None
        if result.outcome in ("failed", "error", "xfailed"):
            raise CaseFailed(_text(spec, result))


@lru_cache(maxsize=1)
def _judgement(spec: Spec) -> Judgement:
    """Make a spec ready: its rows are fed forward once for all its cases that are run in turn."""
    from evaluator.evaluate import Judgement
    from evaluator.results import MAX_MISMATCHES
    from evaluator.subjects import load

    with load(spec.network.evaluated_by).prepare(spec.network) as run:  # nothing to close
        return Judgement(spec, run, MAX_MISMATCHES, spec.cases)


def _text(spec: Spec, result: CaseResult) -> str:
    """Write what `evaluator run` shows, headed by a line that says it all in pytest's summary."""
    from evaluator.reporters import concise, full
    from evaluator.results import SpecResult

    found = SpecResult(spec.file, spec.document.number, spec.name)
    result.outcome = "failed"  # an expected failure is one
    heading, *lines = full.case_lines(found, result, color=False)
    line = concise.case_lines(found, result, color=False)[:1] or [heading]
    return "\n".join([*line, *lines])


def _diagnostics(found: Sequence[Diagnostic]) -> str:
    from evaluator.reporters.full import diagnostic

    return "\n\n".join("\n".join(diagnostic(each, color=False)) for each in found)


_MARKS: Final = pytest.StashKey[dict[str, str]]()


def _mark(tag: str, config: pytest.Config) -> str:
    """Give the mark of a tag; empty where none can stand for it."""
    marks = config.stash.setdefault(_MARKS, {})
    if tag not in marks:
        marks[tag] = _registered(tag, config)
    return marks[tag]


def _registered(tag: str, config: pytest.Config) -> str:
    """Make a mark of a tag and register it, so that `--strict-markers` lets it pass."""
    name = re.sub(r"[^\w+./-]", "_", tag).lstrip("_")
    known = {}
    for line in config.getini("markers"):
        head = line.partition(":")[0]
        known[head.partition("(")[0].strip()] = "(" in head
    # `skip(reason)` and the like mean something of their own; `and` is a word of `-m`.
    if not name or iskeyword(name) or known.get(name):
        return ""
    if name not in known:
        config.addinivalue_line("markers", f"{name}: a tag of specs")
    return name
