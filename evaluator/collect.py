"""Paths → files: directories, node ids, and which cases a run selects."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.diagnostics import UsageError, did_you_mean

if TYPE_CHECKING:
    from evaluator.cases import Case
    from evaluator.spec import Spec

#: Files with these endings are specs when they stand in a directory.
SUFFIXES: Final = (".yaml", ".yml")


class Target(NamedTuple):
    """One file to evaluate, and the cases of it that were named (none: all)."""

    file: str
    cases: tuple[str, ...] = ()


def targets(paths: Sequence[str]) -> list[Target]:
    """Find the files that paths name, in order, each once.

    A path is a file, a directory, `file::case name`, or `-`. Raises UsageError for a path that
    does not exist.
    """
    found: dict[str, set[str] | None] = {}
    for path in paths:
        file, sign, case = path.partition("::") if not os.path.exists(path) else (path, "", "")
        if sign and not case:
            raise UsageError(f"{path} names no case", "write the name of a case after `::`")
        if file != "-" and not os.path.exists(file):
            raise UsageError(f"{file} does not exist", _nearby(file))
        for each in _specs_under(file) if os.path.isdir(file) else [file]:
            if not case:
                found[each] = None
            else:
                named = found.setdefault(each, set())
                if named is not None:
                    named.add(case)
    return [Target(file, tuple(sorted(cases or ()))) for file, cases in found.items()]


def _nearby(path: str) -> str:
    folder = os.path.dirname(path) or "."
    try:
        return did_you_mean(os.path.basename(path), os.listdir(folder))
    except OSError:
        return ""


def _specs_under(folder: str) -> Iterator[str]:
    """Give every spec file under a folder, sorted, hidden files and folders aside."""
    # A stack, not recursion: folders nest deeper than Python calls do.
    waiting = _entries(folder)
    while waiting:
        entry = waiting.pop()
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            waiting += _entries(entry.path)
        elif entry.name.endswith(SUFFIXES) and not entry.is_dir():
            yield os.path.normpath(entry.path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """List what is in a folder, the first name last."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None


@dataclass(frozen=True)
class Selection:
    """Which cases a run evaluates: by `-k` expression, by tag, by node id."""

    expression: str = ""
    tags: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    _matches: Callable[[str], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        matches = compile_expression(self.expression) if self.expression else _always
        object.__setattr__(self, "_matches", matches)

    def __bool__(self) -> bool:
        return bool(self.expression or self.tags or self.cases)

    def __call__(self, spec: Spec, case: Case) -> bool:
        """Tell whether a case is selected."""
        if self.cases and case.name not in self.cases:
            return False
        if self.tags and not set(self.tags) & {*spec.tags, *case.tags}:
            return False
        return self._matches("\n".join((spec.file, spec.name, case.name, *spec.tags, *case.tags)))


def _always(_: str) -> bool:
    return True


#: How many brackets and `not` a `-k` expression may hold.
MAX_NESTING: Final = 100

_TOKEN = re.compile(r"\s*([()]|\"[^\"]*\"|[^\s()]+)")


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
        raise UsageError(f"`{peek()}` is out of place in `{text}`", "join words with `and` or `or`")
    return expression
