"""What diagnostics call things: kinds of values, lists of names, places in a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.document import Path

WORDS: Final = {
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
PLURALS: Final = {"number": "numbers", "string": "texts", "array": "lists", "object": "mappings"}


def kind_of(value: Any) -> str:
    """Give the schema's name for what a value is."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else "boolean"
    kinds = {int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]


def any_of(words: list[str], last: str = "or") -> str:
    """Write words as a list in a sentence."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def quoted(names: Iterable[str], last: str = "or") -> str:
    """Write names as a list in a sentence."""
    return any_of([f"`{name}`" for name in names], last)


def called(path: Path) -> str:
    """Name what stands at a path: `bias`, item 2 of `inputs`, case 3."""
    texts = [step for step in path if isinstance(step, str)]
    if not path or not texts:
        return "the document"
    if isinstance(path[-1], str):
        return f"`{clip(path[-1])}`"
    name, row = clip(texts[-1]), path[-2]
    if name in ("cases", "layers", "parts"):
        return f"{name[:-1]} {path[-1] + 1}"
    of_row = f"row {row + 1} of " if isinstance(row, int) else ""
    return f"item {path[-1] + 1} of {of_row}`{name}`"


def type_set(types: str | list[str]) -> set[str]:
    """Give the types that a schema allows, which may be written as one."""
    return {types} if isinstance(types, str) else set(types)
