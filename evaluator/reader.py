"""The events of YAML → documents: plain data, and where the elements of lists begin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from evaluator import scalars, syntax
from evaluator.diagnostics import (
    MAX_DIAGNOSTICS,
    Diagnostic,
    clip,
    did_you_mean,
    too_many,
)
from evaluator.document import Document, Text
from evaluator.layout import Event, Layouts
from evaluator.numberlists import NumberLists
from evaluator.scalars import KNOWN, simple_float
from evaluator.topkeys import KEYS

#: Limits that keep time and memory bounded whatever a file holds.
MAX_DEPTH: Final = 64
MAX_EXPANSION: Final = 1_000_000
#: Each takes a hundred times the two characters that it may be written with.
MAX_NESTED: Final = 180_000
MAX_DOCUMENTS: Final = 10_000


#: What one is told where the network or the cases stand twice.
_TWO_SPECS: Final = "keep one of the two, or put a line `---` between two specs"


class _Anchored(NamedTuple):
    """What an anchor names: the value, and to how many values it expands (0: open)."""

    value: Any
    size: int


def _weight(text: str) -> int:
    """Tell how many values a text counts for beyond one: each alias of it may be written out."""
    return len(text) // 100


def _without_plain_tag(event: Event) -> Event:
    """Let the tag `!` be seen: YAML reads on as if it were not there, and quotes count for nothing."""
    if type(event) is ScalarEvent and event.tag == "!":
        event.implicit = False, True
    return event


class _Stop(Exception):
    """A document that cannot be read any further."""


class Reader:
    """Builds documents from parser events."""

    def __init__(
        self, source: Text, parse: Callable[[], Iterator[Event]], before: int = 0, nested: int = 0,
        lists: NumberLists | None = None,
    ) -> None:  # fmt: skip
        self.source, self.before, self._lists = source, before, lists
        #: How many lists and mappings the file has so far.
        self.nested = nested
        #: Whether the file has more than is read, so that nothing of the rest is.
        self._is_full = False
        self.events = parse() if lists is None else syntax.parser(lists.rest)
        if "!" in source.text:
            self.events = map(_without_plain_tag, self.events)
        self._layouts = Layouts(parse)
        #: Every document so far; those of the same text read before are not among them.
        self.found: list[Document] = []

    def _begin(self) -> Document:
        place = len(self.found)
        self.document = Document(self.source, self.before + place + 1, self._layouts, place)
        self.found.append(self.document)
        self._anchors: dict[str, _Anchored] = {}
        #: Where the elements begin of the list read last that stands under a key of the document.
        self._starts: list[int] = []
        #: How many values there are in what has ended, and how many more aliases stand for.
        self._count = self._extra = 0
        return self.document

    def documents(self) -> list[Document]:
        """Read every document; raises YAMLError where the text is none."""
        for event in self.events:
            if type(event) is DocumentStartEvent:
                document = self._begin()
                try:
                    if document.number > MAX_DOCUMENTS:
                        raise self._too_large(
                            event, f"{MAX_DOCUMENTS:,} documents", "split the file"
                        )
                    document.data = self._value(next(self.events), 0)
                except _Stop:
                    if self._is_full or not self._skip():
                        break
        return self.found

    def _skip(self) -> bool:
        """Go on to the next document; False where the parser would take too long."""
        depth = 0
        for event in self.events:
            kind = type(event)
            depth += kind is SequenceStartEvent or kind is MappingStartEvent
            depth -= kind is SequenceEndEvent or kind is MappingEndEvent
            if kind is DocumentEndEvent:
                return True
            if depth > MAX_DEPTH:
                return False
        return False

    def _complain(
        self, event: Event, code: str, message: str, hint: str = "", severity: str = "error"
    ) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        location = self.source.location(start, max(end, start + 1))
        self.document.diagnostics.append(Diagnostic(location, code, message, hint, severity))
        if len(self.document.diagnostics) == MAX_DIAGNOSTICS:
            self.document.diagnostics.append(too_many(self.document.diagnostics[-1]))
            raise _Stop

    def _stop(self, event: Event, code: str, message: str, hint: str = "") -> _Stop:
        self._complain(event, code, message, hint)
        return _Stop()

    def _too_large(self, event: Event, limit: str, hint: str) -> _Stop:
        self._is_full = True
        return self._stop(event, "too-large", f"the file holds more than {limit}", hint)

    def _value(self, event: Event, depth: int) -> Any:
        return self._scalar(event) if type(event) is ScalarEvent else self._nested(event, depth)

    def _scalar(self, event: Event) -> Any:
        value: Any = event.value
        if event.implicit[0]:
            if value in KNOWN:
                value = KNOWN[value]
            elif (number := simple_float(value)) is not None:
                value = number
            else:
                value = self._plain(event)
        else:
            self._quoted(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, 1 + _weight(event.value))
        return value

    def _nested(self, event: Event, depth: int) -> Any:
        """Build a list or a mapping, or find what an alias stands for."""
        kind, anchor = type(event), event.anchor
        if kind is AliasEvent:
            return self._alias(event)
        if event.tag is not None:
            self._refuse_tag(event)
        if depth == MAX_DEPTH:
            raise self._stop(
                event, "too-deep", f"nested deeper than {MAX_DEPTH} levels",
                "look for brackets that are not closed",
            )  # fmt: skip
        self.nested += 1
        if self.nested > MAX_NESTED:
            raise self._too_large(
                event, f"{MAX_NESTED:,} lists and mappings", "keep many numbers in array files, and many cases in tables"
            )  # fmt: skip
        fill = self._list if kind is SequenceStartEvent else self._mapping
        if anchor is None:
            return fill(event, depth + 1)
        before = self._count + self._extra
        self._anchors[anchor] = _Anchored(None, 0)
        value = fill(event, depth + 1)
        self._anchors[anchor] = _Anchored(value, 1 + self._count + self._extra - before)
        return value

    def _list(self, begin: Event, depth: int) -> list[Any]:
        if self._lists and begin.start_mark.index in self._lists:
            next(self.events)  # its end
            numbers = self._lists.pop(begin.start_mark.index)
            self._count += len(numbers)
            return numbers
        values: list[Any] = []
        if depth == 2:
            self._starts = []
        for event in self.events:
            kind = type(event)
            if kind is ScalarEvent:
                text = event.value
                # Most lists hold plain decimals: what `_scalar` does with them, without the call.
                if "." in text and event.implicit[0] and event.anchor is None:
                    number = simple_float(text)
                    if number is not None:
                        values.append(number)
                        continue
                values.append(self._scalar(event))
            elif kind is SequenceEndEvent:
                break
            else:
                if depth == 2:
                    self._starts.append(event.start_mark.index)
                values.append(self._nested(event, depth))
        self._count += len(values)
        return values

    def _mapping(self, begin: Event, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self.events:
            kind = type(event)
            if kind is MappingEndEvent:
                break
            if kind is not ScalarEvent:
                raise self._stop(
                    event, "bad-key", "a key is a list, a mapping or an alias",
                    "keys are plain text",
                )  # fmt: skip
            # Most keys are the words of the format, met before and written plain.
            key = KNOWN.get(event.value) if event.implicit[0] and event.anchor is None else None
            if type(key) is not str or key in values:
                key = self._key(event, self._scalar(event), values, begin)
            event = next(self.events)
            if type(event) is ScalarEvent:
                values[key] = self._scalar(event)
            else:
                values[key] = value = self._nested(event, depth)
                if depth == 1 and type(value) is list:
                    self.document.elements[key] = self._starts
        self._count += 2 * len(values)
        return values

    def _plain(self, event: Event) -> Any:
        self._extra += _weight(event.value)
        value, complaint = scalars.resolve(event.value)
        if complaint is not None:
            self._complain(event, *complaint)
        elif len(KNOWN) < scalars.MAX_KNOWN and len(event.value) < 40 and value != "<<":
            KNOWN[event.value] = value
        return value

    def _quoted(self, event: Event) -> None:
        self._extra += _weight(event.value)
        if event.tag is not None:
            self._refuse_tag(event)
        if not event.value.isascii() and re.search("[\ud800-\udfff]", event.value):
            self._complain(
                event, "encoding", "the text holds half of a surrogate pair",
                "write the character itself",
            )  # fmt: skip

    def _key(self, event: Event, value: Any, holder: dict[str, Any], begin: Event) -> str:
        """Check a key, and give the text under which its value is kept."""
        text: str = event.value
        if not isinstance(value, str):
            self._complain(
                event, "bad-key", f"the key `{clip(text)}` is not text", f'write "{clip(text)}"'
            )
        elif text == "<<" and not event.style:
            self._complain(
                event, "merge-key", "merge keys (`<<`) are not part of the format",
                "write the keys out, or use an alias for a whole value",
            )  # fmt: skip
        elif text in holder:
            layout = self.document.layout
            keys = layout.children(layout.container(begin.start_mark.index))[::2]
            start, _ = layout.span(keys[list(holder).index(text)])
            line, column = self.source.position(start)
            self._complain(
                event, "duplicate-key",
                f"duplicate key `{clip(text)}`; it stands first at {line}:{column}",
                _TWO_SPECS if text in KEYS and begin.start_mark.column == 0 else "keep one of the two",
            )  # fmt: skip
        else:
            return text
        # The document is refused; a key that cannot be written keeps its positions in order.
        return f"{text}\0{len(holder)}"

    def _alias(self, event: Event) -> Any:
        name = clip(event.anchor)
        if event.anchor not in self._anchors:
            raise self._stop(
                event, "alias", f"no anchor named `{name}` above this line",
                did_you_mean(event.anchor, self._anchors) or f"define it with `&{name}` first",
            )  # fmt: skip
        found = self._anchors[event.anchor]
        if found.size == 0:
            raise self._stop(event, "alias", f"`*{name}` refers to itself", "write the value out")
        if self._count + self._extra + found.size > MAX_EXPANSION:
            raise self._stop(
                event, "alias", f"aliases expand to more than {MAX_EXPANSION:,} values",
                "write the values out, or keep them in an array file",
            )  # fmt: skip
        self._extra += found.size
        return found.value

    def _refuse_tag(self, event: Event) -> None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._complain(
            event, "tag", f"the tag `{clip(tag)}` is not part of the format", "remove the tag"
        )
