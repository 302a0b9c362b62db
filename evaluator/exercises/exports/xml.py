"""XML that any parser reads: built as a tree, so that all text is escaped."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

#: What XML 1.0 has no way to write.
_UNSPEAKABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Add an element with a text."""
    element = SubElement(parent, tag, attributes)
    if text:
        element.text = legal(text)
    return element


def legal(text: str) -> str:
    """Replace what XML cannot hold."""
    return _UNSPEAKABLE.sub("\ufffd", text)


def written(root: Element) -> bytes:
    """Write a document."""
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
