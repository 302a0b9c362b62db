"""Where every node of a text stands: worked out by a second pass, when there is something to say.

Most specs are read, evaluated and never pointed into; for them positions would only cost time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
)

#: PyYAML's events share no type that knows their marks and values.
Event = Any

#: The node that follows a container whose end is not read.
UNFINISHED: Final = 2**32 - 1
#: Deeper than any document whose end the reader waits for.
MAX_NESTING: Final = 200


class Layout:
    """Where the nodes of one document stand, numbered in the order of the text."""

    def __init__(self) -> None:
        # The start and the end of node n are spans[2n] and spans[2n + 1], counted in characters.
        self.spans = array("I")
        #: Of a container the number of the node that follows its last descendant; of others 0.
        self._next = array("I")
        #: Of each node up to the last alias the node that it stands for.
        self._targets = array("I")
        #: The last alias of each node that has one, once asked for.
        self._aliases: dict[int, int] | None = None
        self._listed: dict[int, Sequence[int]] = {}

    def target(self, node: int) -> int:
        """Give the node that an alias stands for; any other node stands for itself."""
        return self._targets[node] if node < len(self._targets) else node

    def twin(self, node: int) -> int | None:
        """Give another node that stands for the same: of an alias what it names, of that an alias."""
        if self._aliases is None:
            self._aliases = {target: n for n, target in enumerate(self._targets) if target != n}
        target = self.target(node)
        return target if target != node else self._aliases.get(node)

    def children(self, node: int) -> Sequence[int]:
        """List the elements of a list, or keys and values in turn of a mapping."""
        if node in self._listed:
            return self._listed[node]
        children, child, end = array("I"), node + 1, self._next[node]
        while child < min(end, len(self._next)):
            children.append(child)
            child = self._next[child] or child + 1
        if end > node + 100:  # a long list is asked for again for every element that is wrong
            self._listed[node] = children
        return children

    def span(self, node: int) -> tuple[int, int]:
        """Give the first character of a node, and the one after its last."""
        return self.spans[2 * node], self.spans[2 * node + 1]

    def is_void(self, node: int) -> bool:
        """Tell whether a node has no characters, as a value that is left out."""
        start, end = self.span(node)
        return start == end and not self._next[node]

    def container(self, start: int) -> int:
        """Find the list or mapping that begins at a character."""
        nodes = range(len(self._next))
        first = bisect_left(nodes, start, key=lambda node: self.spans[2 * node])
        return next(node for node in nodes[first:] if self._next[node])

    def fill(self, events: Iterator[Event]) -> bool:
        """Note where every node of a document stands; False where the reader has stopped too."""
        spans, following, anchors = self.spans, self._next, dict[str, int]()
        unfinished: list[int] = []
        closed = 0
        for event in events:
            kind = type(event)
            node = len(following)
            if kind is SequenceEndEvent or kind is MappingEndEvent:
                ended = unfinished.pop()
                following[ended] = node
                end = event.end_mark.index
                if end == event.start_mark.index:  # a block ends with its last value
                    end = max(spans[-1], closed)
                closed = spans[2 * ended + 1] = end
                continue
            if kind is DocumentEndEvent:
                return True
            if len(unfinished) > MAX_NESTING:
                break
            start, end = event.start_mark.index, event.end_mark.index
            if start == end and kind is ScalarEvent and spans:
                # The two parsers put a value that is left out before and after the blanks.
                start = end = max(spans[-1], closed)
            spans.append(start)
            spans.append(end)
            following.append(0)
            if kind is AliasEvent:
                self._targets.extend(range(len(self._targets), node))
                self._targets.append(anchors.get(event.anchor, node))
                continue
            if event.anchor is not None:
                anchors[event.anchor] = node
            if kind is not ScalarEvent:
                unfinished.append(node)
                following[node] = UNFINISHED
        return False


class Layouts:
    """The layouts of all documents that one parse gives, made up to the one that is asked for."""

    def __init__(self, parse: Callable[[], Iterator[Event]]) -> None:
        self._rest = self._read(parse)
        self._found: list[Layout] = []

    def __getitem__(self, number: int) -> Layout:
        while len(self._found) <= number:
            self._found.append(next(self._rest))
        return self._found[number]

    @staticmethod
    def _read(parse: Callable[[], Iterator[Event]]) -> Iterator[Layout]:
        events = parse()
        # The text was read once already: what is wrong with it has been told.
        with suppress(YAMLError):
            for event in events:
                if type(event) is DocumentStartEvent:
                    layout, goes_on = Layout(), False
                    with suppress(YAMLError):
                        goes_on = layout.fill(events)
                    yield layout
                    if not goes_on:
                        break
