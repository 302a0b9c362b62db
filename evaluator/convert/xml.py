"""Read XML that may be hostile: no document type, so no entities; limited size and depth."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from evaluator.convert.conversion import ConversionError
from evaluator.convert.reading import read_bytes
from evaluator.diagnostics import clip

#: Bytes of a file, elements in it, and how deep they may stand in each other.
MAX_BYTES: Final = 1 << 27
MAX_ELEMENTS: Final = 1 << 20
MAX_DEPTH: Final = 100


class Xml:
    """A parsed file: its root, and the line on which each element begins. Namespaces are left out."""

    def __init__(self, path: Path, shown: str) -> None:
        self._shown = shown
        self._tree = TreeBuilder()
        self._lines: dict[Element, int] = {}
        self._depth = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._tree.data
        self._parser.StartDoctypeDeclHandler = self._doctype
        try:
            self._parser.Parse(read_bytes(path, shown, MAX_BYTES), True)
        except expat.ExpatError as fault:
            said = expat.ErrorString(fault.code)
            raise ConversionError(
                f"{shown} is not XML: {said}, line {fault.lineno}, column {fault.offset + 1}"
            ) from None
        except (ValueError, LookupError) as fault:  # an encoding that Python does not have
            raise ConversionError(f"{shown} is not XML: {clip(str(fault), 80)}") from None
        self.root = self._tree.close()

    def place(self, element: Element) -> str:
        """Say where an element stands."""
        return f"line {self._lines[element]} of {self._shown}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH or len(self._lines) >= MAX_ELEMENTS:
            limit = f"{MAX_ELEMENTS} elements, or elements deeper than {MAX_DEPTH}"
            raise ConversionError(f"{self._shown} has more than {limit}")
        plain = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        element = self._tree.start(tag.rpartition(" ")[2], plain)
        self._lines[element] = self._parser.CurrentLineNumber

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(tag.rpartition(" ")[2])

    def _doctype(self, *_: object) -> None:
        raise ConversionError(
            f"{self._shown} has a document type declaration, whose entities could be anything",
            "remove `<!DOCTYPE …>`",
        )


def number(text: str, where: str) -> float:
    """Read a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConversionError(f"{where} is `{clip(text)}`, not a finite number")
    return value
