"""Text → the edits that leave no number in a spelling that YAML readers disagree on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import zip_longest
from typing import Any, Final, Literal, NamedTuple

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from evaluator import scalars, syntax
from evaluator.diagnostics import Location, SpecError, clip
from evaluator.layout import Event
from evaluator.rewriting.splice import Edit, splice
from evaluator.source import read_bytes
from evaluator.spelling import plain

#: How to read what has two meanings: `012` is 10 in YAML 1.1 and 12 in 1.2.
Version = Literal["1.1", "1.2"]
_VERSIONS: Final[tuple[Version, ...]] = ("1.1", "1.2")

#: Keys whose values are text, or lists of it.
_TEXT: Final = frozenset(
    ("name", "description", "source", "tags", "outputs", "activation", "approximate",
     "file", "key", "skip", "xfail")
)  # fmt: skip
#: Keys whose values are mappings with names for keys, and numbers under them.
_NAMED_NUMBERS: Final = frozenset(("weights", "inputs", "expected"))
#: Errors after which the events of a text cannot be gone through.
_UNREADABLE: Final = frozenset(("yaml-syntax", "encoding", "too-deep"))
#: Longer texts are left: nobody wrote them for a number.
_MAX_LENGTH: Final = 40

_DECIMAL: Final = re.compile(r"([-+]?)([0-9]*)(\.[0-9]*)?(?:([eE])([-+]?)([0-9]+))?", re.ASCII)
_THOUSANDS: Final = re.compile(r"[0-9],0[0-9]{2}$", re.ASCII)
_OCTAL: Final = re.compile(r"[-+]?0[0-7]+", re.ASCII)


class Doubt(NamedTuple):
    """A spelling that only its author can replace: where, why, and what to write."""

    location: Location
    message: str
    hint: str


class Fixes(NamedTuple):
    """What fixing a text comes to."""

    #: What was read, without a byte order mark.
    text: str
    edits: list[Edit]
    doubts: list[Doubt]


class _Scalar(NamedTuple):
    """A plain scalar that may be a number, and where it stands."""

    text: str
    start: int
    #: Its document, from 0.
    document: int
    path: tuple[str | int, ...]
    is_key: bool


def fix(content: bytes, file: str, version: Version | None = None) -> Fixes:
    """Find the edits; raises SpecError for a file that is not YAML.

    A number gets the spelling that all readers take for that number, a text its quotes. What YAML
    1.1 and 1.2 take for different numbers is left to the author, or read as the version says.
    """
    documents = read_bytes(content, file)
    broken = [d for document in documents for d in document.diagnostics if d.code in _UNREADABLE]
    if broken:
        raise SpecError(broken)
    source = documents[0].text
    fixes = Fixes(source.text, [], [])
    for found in _plain_scalars(source.text):
        text, end = found.text, found.start + len(found.text)
        disputed = scalars.resolve(text)[1]
        if disputed is not None and disputed.code != "ambiguous-scalar":
            continue
        new = _agreed(text) if disputed is None else _number(text, version)
        if new == text:
            continue
        data = documents[found.document].data if found.document < len(documents) else None
        if _THOUSANDS.match(source.text, max(0, found.start - 2), end):
            place = source.location(found.start - 1, end)
            fixes.doubts.append(Doubt(place, f"`,{text}` reads like thousands, and a comma separates values",
                                      "remove the comma, or write a blank behind it"))  # fmt: skip
            continue
        if found.is_key or _is_text(found.path, data):
            new = f'"{text}"'
        if new is not None:
            fixes.edits.append(Edit(found.start, end, new))
        elif disputed is not None:
            hint = _choices(text, version)
            fixes.doubts.append(Doubt(source.location(found.start, end), disputed.message, hint))
    if fixes.edits and not _holds(fixes):
        raise RuntimeError(f"fixing {file} would change more than was meant; it is left as it is")
    return fixes


class _Container:
    """A list or a mapping that is being gone through."""

    def __init__(self, is_list: bool) -> None:
        self.is_list = is_list
        #: How many elements, or keys and values, have been passed.
        self.passed = 0
        self.key = ""

    @property
    def step(self) -> str | int:
        return self.passed if self.is_list else self.key

    @property
    def at_key(self) -> bool:
        return not self.is_list and self.passed % 2 == 0


def _plain_scalars(text: str) -> Iterator[_Scalar]:
    """Give every plain scalar that begins as a number does."""
    document, around = -1, [_Container(True)]
    for event in syntax.parser(text):
        kind = type(event)
        if kind is DocumentStartEvent:
            document, around = document + 1, [_Container(True)]
        elif kind is SequenceStartEvent or kind is MappingStartEvent:
            around.append(_Container(kind is SequenceStartEvent))
        elif kind is SequenceEndEvent or kind is MappingEndEvent:
            around.pop()
            around[-1].passed += 1
        elif kind is AliasEvent:
            around[-1].passed += 1
        elif kind is ScalarEvent:
            value, holder = event.value, around[-1]
            if event.implicit[0] and value[:1] and value[0] in "+-.0123456789":
                # An anchor stands before the characters of the value.
                start = event.end_mark.index - len(value)
                path = tuple(container.step for container in around[1:])
                yield _Scalar(value, start, document, path, holder.at_key)
            if holder.at_key:
                holder.key = value
            holder.passed += 1


def _is_text(path: tuple[str | int, ...], data: Any) -> bool:
    """Tell whether the format takes text at a path, not a number."""
    depth = next((n for n in reversed(range(len(path))) if isinstance(path[n], str)), None)
    if depth is None:
        return False
    above, key = path[:depth], path[depth]
    holder = data
    for step in above:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):  # what is wrong there is told by `validate`
            holder = None
    if isinstance(holder, dict) and "file" in holder:  # a table or an array: names of columns
        return key not in ("tolerance", "transpose")
    if key == "inputs":
        return above[:1] != ("cases",)
    return key in _TEXT and not (above and above[-1] in _NAMED_NUMBERS)


def _agreed(text: str) -> str:
    """Give the spelling of a decimal number that every reader takes for it; else the same text.

    YAML 1.1 asks for a point and a sign: 1e-3 becomes 1.0e-3. Some readers want a digit before
    the point.
    """
    found = _DECIMAL.fullmatch(text)
    if not found or not (found[2] or len(found[3] or "") > 1):
        return text
    sign, whole, fraction, letter, power_sign, power = found.groups(default="")
    if letter:
        return f"{sign}{whole or 0}{fraction or '.0'}{letter}{power_sign or '+'}{power}"
    return f"{sign}{whole or 0}{fraction}"


def _number(text: str, version: Version | None) -> str | None:
    """Give the decimal spelling of a disputed number; None where there are two, or none."""
    bare = text.replace("_", "")
    if len(bare) > _MAX_LENGTH:
        return None
    if re.fullmatch(r"[-+]?0[oxb].*", bare):
        return str(int(bare, 0))
    if ":" in bare:
        return _base_60(bare) if version == "1.1" else None
    if not re.fullmatch(r"[-+]?0[0-9]+", bare):
        return _agreed(bare)
    decimal = int(bare)
    octal = int(bare, 8) if _OCTAL.fullmatch(bare) else decimal
    if octal != decimal and version is None:
        return None
    return str(octal if version == "1.1" else decimal)


def _base_60(text: str) -> str | None:
    """Give the number that YAML 1.1 takes `1:30` for, 90; None where it takes it for text."""
    sign, parts = text[0] if text[0] in "+-" else "", text.lstrip("+-").split(":")
    if parts[0][0] == "0" and "." not in text:
        return None
    whole = sum(int(part) * 60**n for n, part in enumerate(reversed(parts[:-1]), 1))
    last = parts[-1]
    return sign.strip("+") + (
        plain(whole + float(last), "1.0") if "." in last else str(whole + int(last))
    )


def _choices(text: str, version: Version | None) -> str:
    """Say what an author can do about a spelling that has no one meaning."""
    known = {name: _number(text, name) for name in _VERSIONS}
    said = [f"{clip(number)} (--as {name})" for name, number in known.items() if number]
    if len(text) > _MAX_LENGTH:
        said = ["it with 17 significant digits"]
    meant = f'"{clip(text)}" if it is text'
    if ":" in text:
        said.insert(0, f"[{clip(text.replace(':', ', '))}] for a list")
    return f"write {', '.join(said)}, or {meant}"


def _holds(fixes: Fixes) -> bool:
    """Tell whether the new text has the same events but for the scalars that were meant."""
    new = splice(fixes.text, fixes.edits)
    starts = {edit.start for edit in fixes.edits}
    complaints = (scalars.resolve(edit.text)[1] for edit in fixes.edits if edit.text[0] != '"')
    if any(found is not None and found.code == "ambiguous-scalar" for found in complaints):
        return False
    pairs = zip_longest(syntax.parser(fixes.text), syntax.parser(new))
    return all(_is_same(old, now, starts) for old, now in pairs)


def _is_same(old: Event, new: Event, changed: Set[int]) -> bool:
    kind = type(old)
    if kind is not type(new) or getattr(old, "anchor", None) != getattr(new, "anchor", None):
        return False
    if kind is not ScalarEvent or old.value == new.value:
        return True
    return old.end_mark.index - len(old.value) in changed
