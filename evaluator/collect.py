"""Paths → files: directories, node ids, and which cases a run selects."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.case import Case
    from evaluator.spec import Spec

#: Files with these endings are specs when they stand in a directory.
SUFFIXES: Final = (".yaml", ".yml")


class CaseId(NamedTuple):
    """What `FILE#DOCUMENT::CASE` names within its file."""

    #: Counted from 1; None stands for every document.
    document: int | None
    #: Empty for every case.
    case: str


def is_named(document: int, case: str, ids: Set[CaseId]) -> bool:
    """Tell whether one of the ids means a case; no ids mean every case."""
    # As many look-ups however many ids: all cases of a large file may have failed last time.
    return not ids or any(CaseId(d, c) in ids for d in (None, document) for c in ("", case))


class Target(NamedTuple):
    """One file to evaluate, and what was named of it (nothing: all)."""

    file: str
    ids: tuple[CaseId, ...] = ()
    #: The cases of these that failed last time, where no others are to be evaluated.
    failed: tuple[CaseId, ...] = ()


def targets(paths: Sequence[str]) -> list[Target]:
    """Find the files that paths name, in order, each once.

    A path is a file, a directory, a URL of either, `file::case`, `file#2` or `file#2::case` for the
    second document, or `-`. Raises UsageError for a path that does not exist.
    """
    found: dict[str, tuple[str, list[CaseId] | None]] = {}
    for path in paths:
        file, named = _split(path)
        if named is not None and os.path.isdir(file):
            raise UsageError(f"{file} is a folder; `::` and `#` name parts of a file",
                             "name the file; `evaluator run -k` finds cases in a folder by words")  # fmt: skip
        for each in _files(file):
            key = each if "://" in each else os.path.normpath(each)
            if named is None:
                found[key] = each, None
            elif (known := found.setdefault(key, (each, []))[1]) is not None and named not in known:
                known.append(named)
    return [Target(file, tuple(ids or ())) for file, ids in found.values()]


def _files(path: str) -> Iterable[str]:
    """Give the file of a path, or the specs under a folder."""
    if "://" in path:
        from evaluator.remote import specs_at

        return specs_at(path, SUFFIXES)
    if not path.strip() and not os.path.exists(path):
        raise UsageError("a path is empty", "name a file or a directory, or leave it out")
    if path != "-" and not os.path.exists(path):
        from evaluator.nearby import nearby

        raise UsageError(f"{path} does not exist", nearby(path))
    return files_under(path, _is_spec) if os.path.isdir(path) else [path]


def _split(path: str) -> tuple[str, CaseId | None]:
    if os.path.exists(path):
        return path, None
    # Names of files and of cases may hold `::` too: the longest file that is there is meant.
    parts = path.split("::")
    splits = [("::".join(parts[:n]), "::".join(parts[n:])) for n in range(len(parts), 0, -1)]
    found = [split for split in splits if os.path.exists(_numbered(split[0])[0])]
    file, case = found[0] if found else splits[-1]
    colons = len(file) < len(path)
    if colons and not case:
        raise UsageError(f"{path} names no case", "write the name of a case after `::`")
    file, document = _numbered(file)
    return file, CaseId(document, case) if colons or document is not None else None


def _numbered(file: str) -> tuple[str, int | None]:
    """Take `#2` from a path, if it is not part of the file's name."""
    base, sign, number = file.rpartition("#")
    if sign and re.fullmatch("[0-9]{1,8}", number) and not os.path.exists(file):
        return base, int(number)
    return file, None


def _is_spec(name: str) -> bool:
    return name.endswith(SUFFIXES)


def files_under(folder: str, is_meant: Callable[[str], object]) -> Iterator[str]:
    """Give every file under a folder whose name is meant, sorted, hidden files and folders aside."""
    # A stack, not recursion: folders nest deeper than Python calls do.
    waiting = _entries(folder)
    while waiting:
        entry = waiting.pop()
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            try:
                waiting += _entries(entry.path)
            except UsageError:
                yield entry.path  # told as what cannot be read; its neighbours are evaluated
        elif is_meant(entry.name) and not os.path.isdir(entry.path):  # a link may lead in circles
            yield os.path.normpath(entry.path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """List what is in a folder, the first name last."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None


class Selection(NamedTuple):
    """Which cases a run evaluates: by `-k` expression, by tag, by id."""

    expression: str = ""
    tags: tuple[str, ...] = ()
    ids: Set[CaseId] = frozenset()

    def __bool__(self) -> bool:
        return any(self)

    def __call__(self, spec: Spec, case: Case) -> bool:
        """Tell whether a case is selected."""
        if not is_named(spec.document.number, case.id, self.ids):
            return False
        if self.tags and not set(self.tags) & {*spec.tags, *case.tags}:
            return False
        if not self.expression:
            return True
        words = spec.file, spec.name, case.name, *spec.tags, *case.tags
        return compile_expression(self.expression)("\n".join(words))


def _joined(text: str) -> str:
    """Tell how words that follow each other are written."""
    hint = "join words with `and` or `or`"
    if re.search(r'[()"]|\b(and|or|not)\b', text):
        return hint
    from shlex import quote

    words = quote(f'"{text.strip()}"')
    return f"{hint}, or find them as they stand with `-k {words}`"


#: How many brackets and `not` a `-k` expression may hold.
MAX_NESTING: Final = 100

_TOKEN = re.compile(r"\s*([()]|\"[^\"]*\"|[^\s()]+)")


@cache
def compile_expression(text: str) -> Callable[[str], bool]:
    """Read a `-k` expression: words that must occur, with `and`, `or`, `not` and brackets.

    Case does not matter. Raises UsageError for an expression that is not complete.
    """
    tokens = _TOKEN.findall(text)
    if tokens.count("(") + tokens.count("not") > MAX_NESTING:
        raise UsageError(f"the expression has more than {MAX_NESTING} brackets and `not`",
                         "name the files or cases instead")  # fmt: skip
    position = 0

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def take() -> str:
        nonlocal position
        position += 1
        if position > len(tokens):
            raise UsageError(f"the expression `{text}` ends too early", "add a word")
        return str(tokens[position - 1])

    def either() -> Callable[[str], bool]:
        parts = [both()]
        while peek() == "or":
            take()
            parts.append(both())
        return lambda subject: any(part(subject) for part in parts)

    def both() -> Callable[[str], bool]:
        parts = [term()]
        while peek() == "and":
            take()
            parts.append(term())
        return lambda subject: all(part(subject) for part in parts)

    def term() -> Callable[[str], bool]:
        token = take()
        if token == "not":
            negated = term()
            return lambda subject: not negated(subject)
        if token == "(":
            inner = either()
            if take() != ")":
                raise UsageError(f"a bracket is not closed in `{text}`", "add `)`")
            return inner
        if token in (")", "and", "or"):
            raise UsageError(f"`{token}` is out of place in `{text}`",
                             "put a word on each side of `and` and `or`")  # fmt: skip
        word = token.strip('"').lower()
        if not word:
            raise UsageError(f"an empty word matches everything in `{text}`", "write what to find")
        return lambda subject: word in subject.lower()

    expression = either()
    if position < len(tokens):
        raise UsageError(f"`{peek()}` is out of place in `{text}`", _joined(text))
    return expression
