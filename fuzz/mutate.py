"""Seeds → changed texts: what people, editors and attackers do to a spec."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import yaml

#: The pieces that a text is taken apart into: blanks, line ends, words and numbers, single marks.
_PIECES: Final = re.compile(r"[ \t]+|\r\n|[\r\n]|[\w.+\-~%]+|.", re.DOTALL)
_NUMBER: Final = re.compile(r"[-+~]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WORD: Final = re.compile(r"[^\W\d]\w*")

NUMBERS: Final = (
    "0", "-0", "1", "-1", "2", "+3", "0.5", "-.5", "5.", "1e-3", "1E5", "1.0e+3", "1e308", "1e309", "-1e-400",
    "5e-324", "9007199254740993", "012", "0x1F", "0o17", "0b11", "1_000", "1:30", "00", "08", "1e", "1.2.3",
    ".inf", "-.INF", "+.inf", ".nan", ".NaN", "inf", "nan", "Infinity", "~1", "~0.9990", "1 ± 0.1", "1 +- 0",
    "50%", "1/3", "1,5", "−1", "１", "true", "null", "~", "yes", "'1'", '"(0, 1)"', '"> 0"', '"[1, 0]"',
    "1" * 40, "0." + "3" * 40, "1" * 310, "1" * 1001, "",
)  # fmt: skip
WORDS: Final = (
    "version", "name", "description", "source", "tags", "neuron", "neurons", "layers", "model", "inputs",
    "outputs", "dtype", "tolerance", "equivalent", "cases", "weights", "bias", "activation", "file", "key",
    "transpose", "expected", "expected_class", "skip", "xfail", "atol", "rtol", "alpha", "beta", "slope", "min",
    "max", "threshold", "relu", "sigmoid", "softmax", "prelu", "clip", "gelu", "normalize", "hardmax", "exact",
    "float32", "float64", "x1", "x2", "y", "y.z", "z", "layer1", "layer1.z", "h1", "a", "cases.csv", "weights.npz",
    "weights.npy", "../w.npy", "/etc/passwd", "w.onnx", "x" * 2000, "é", "名", "\U0001f600", "a\u202eb", "null",
    "<<", "=", "---", "...", "%YAML 1.2",
)  # fmt: skip
MARKS: Final = (
    ":", ": ", "- ", "-", "[", "]", "{", "}", ",", ", ", "?", "? ", "#", " #", "&a ", "*a", "&a", "!", "!!str ",
    "!t ", "'", '"', "''", '""', "|", ">", "|-\n", ">2\n", "%", "@", "`", "\\", '"\\x41"', '"\\u00e9"',
    '"\\ud800"', '"\\UFFFFFFFF"', '"\\q"', "\t", "\n", "\r", "\r\n", "\n\n", "\n---\n", "\n...\n", "--- ", 
    "\xa0", "\u2028", "\U0010ffff", "<<: ", "~", "\n# c\n", " ", "  ", "%YAML 1.1\n---\n",
    "%TAG ! a:\n---\n", "[]", "{}", "[[]]", "{a: {b: [c]}}",
)  # fmt: skip

Change = Callable[[str, Random, Sequence[str]], str]


def mutate(text: str, chance: Random, seeds: Sequence[str]) -> str:
    """Change a text in one to a few ways; the seeds are what may be mixed in."""
    for _ in range(chance.choice((1, 1, 1, 1, 2, 2, 3, 8))):
        text = chance.choice(CHANGES)(text, chance, seeds)
    return text


def _pieces(text: str) -> list[str]:
    return _PIECES.findall(text)


def _replace(
    text: str, chance: Random, wanted: re.Pattern[str], change: Callable[[str], str]
) -> str:
    """Change one of the pieces of a kind."""
    pieces = _pieces(text)
    at = [n for n, piece in enumerate(pieces) if wanted.fullmatch(piece)]
    if at:
        n = chance.choice(at)
        pieces[n] = change(pieces[n])
    return "".join(pieces)


def number(text: str, chance: Random, _: Sequence[str]) -> str:
    """Write a number in another way, or another number."""
    return _replace(text, chance, _NUMBER, lambda _: chance.choice(NUMBERS))


def word(text: str, chance: Random, _: Sequence[str]) -> str:
    """Put another word in the place of a key, a name or a value."""
    return _replace(text, chance, _WORD, lambda _: chance.choice(WORDS))


def misspell(text: str, chance: Random, _: Sequence[str]) -> str:
    """Change, drop or double a letter of a word."""

    def slip(old: str) -> str:
        n = chance.randrange(len(old))
        return (
            old[:n] + chance.choice(("", old[n] * 2, "s", "_", " ", old[n].upper())) + old[n + 1 :]
        )

    return _replace(text, chance, _WORD, slip)


def wrap(text: str, chance: Random, _: Sequence[str]) -> str:
    """Nest, quote, anchor, tag or alias one piece."""
    ways = ("[{}]", "[[{}]]", "{{a: {}}}", "{{{}: 1}}", "'{}'", '"{}"', "&a {}", "&b [{}]", "*a", "!!int {}", "! {}",
            "? {}\n: ", "|\n {}\n", ">-\n  {}\n", "{} # c", "[{}, *a, *a]", "{{file: {}}}", "{}: ", "- {}")  # fmt: skip
    anything = re.compile(r"[\w.+\-~%]+")
    return _replace(text, chance, anything, lambda old: chance.choice(ways).format(old))


def mark(text: str, chance: Random, _: Sequence[str]) -> str:
    """Put a mark somewhere, in the place of up to some characters."""
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(MARKS) + text[at + chance.choice((0, 0, 0, 1, 1, 2, 10)) :]


def piece(text: str, chance: Random, _: Sequence[str]) -> str:
    """Drop, double or exchange pieces."""
    pieces = _pieces(text) or [""]
    n, m = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    action = chance.randrange(3)
    if action == 0:
        del pieces[n]
    elif action == 1:
        pieces.insert(m, pieces[n])
    else:
        pieces[n], pieces[m] = pieces[m], pieces[n]
    return "".join(pieces)


def lines(text: str, chance: Random, seeds: Sequence[str]) -> str:
    """Drop, double, move, indent or take over some lines."""
    found = text.splitlines(keepends=True) or [""]
    n = chance.randrange(len(found))
    part = found[n : n + chance.choice((1, 1, 2, 4))]
    other = chance.choice(seeds).splitlines(keepends=True) if seeds else part
    start = chance.randrange(len(other) or 1)
    n_after = n + len(part)
    action = chance.randrange(6)
    if action == 0:
        found[n:n_after] = []
    elif action == 1:
        found[n:n] = part * chance.choice((1, 1, 3))
    elif action == 2:
        found[n:n_after] = []
        m = chance.randrange(len(found) + 1)
        found[m:m] = part
    elif action == 3:
        by = chance.choice((" ", "  ", "\t", "- ", "# "))
        found[n:n_after] = [by + line for line in part]
    elif action == 4:
        found[n:n_after] = [re.sub("^ {1,2}", "", line) for line in part]
    else:
        found[n:n_after] = other[start : start + chance.choice((1, 2, 5))]
    return "".join(found)


def endings(text: str, chance: Random, _: Sequence[str]) -> str:
    """End all lines, or one, in another way."""
    end = chance.choice(("\r\n", "\r", "\n", "\n\n", " \n", "\t\n", "\n\r", ""))
    parts = text.split("\n")
    if chance.randrange(2):
        return end.join(parts)
    n = chance.randrange(len(parts))
    return "\n".join(parts[:n]) + end + "\n".join(parts[n:])


def documents(text: str, chance: Random, seeds: Sequence[str]) -> str:
    """Put another document before or behind, or a mark of documents between lines."""
    between = chance.choice(
        ("---\n", "...\n", "...\n---\n", "--- # c\n", "---\n---\n", "%YAML 1.2\n---\n")
    )
    other = chance.choice(seeds) if seeds else text
    if len(other) > 1000:
        other = other[: chance.randrange(1000)]
    return chance.choice((text + between + other, other + between + text, between + text))


def structure(text: str, chance: Random, _: Sequence[str]) -> str:
    """Change the data of a spec, and write it in a style of its own."""
    try:
        data = yaml.load(text, _Plain)
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    for _ in range(chance.choice((1, 1, 2))):
        data = _changed(data, chance)
    style = chance.randrange(4)
    try:
        if style == 0:
            return json.dumps(data, ensure_ascii=False).replace('"', chance.choice(('"', "'", "")))
        written = yaml.dump(
            data, Dumper=_Dumper, sort_keys=False, default_flow_style=(None, True, False)[style - 1],
            width=chance.choice((20, 80, 1000)), indent=chance.choice((2, 4)),
            allow_unicode=chance.random() < 0.5,
        )  # fmt: skip
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return text
    return re.sub("!!float '([^']*)'", r"\1", written)


class _Plain(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Reads every scalar as the text that is written."""


class _Dumper(getattr(yaml, "CDumper", yaml.Dumper)):  # type: ignore[misc]
    """Writes numbers without quotes."""


def _represent(dumper: Any, text: str) -> Any:
    plain = _NUMBER.fullmatch(text) or _WORD.fullmatch(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


class _Bare(str):
    """A text that is written as it is."""

    __slots__ = ()


_Dumper.add_representer(
    _Bare, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:float", str(text))
)


def _changed(data: Any, chance: Random) -> Any:
    """Change one value or key of nested data."""
    holders = list(_holders(data))
    if not holders:
        return [data]
    holder = chance.choice(holders)
    steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    if not steps:
        return data
    step = chance.choice(steps)
    action = chance.randrange(6)
    if action == 0:
        del holder[step]
    elif action == 1:
        holder[step] = _Bare(chance.choice(NUMBERS))
    elif action == 2:
        holder[step] = chance.choice(WORDS)
    elif action == 3:
        holder[step] = chance.choice(
            ([holder[step]], {"a": holder[step]}, [], {}, chance.choice(holders))
        )
    elif isinstance(holder, dict):
        holder[chance.choice(WORDS)] = holder.pop(step) if action == 4 else holder[step]
    else:
        holder.insert(chance.randrange(len(holder) + 1), holder[step])
    return data


def _holders(data: Any, depth: int = 0) -> Any:
    if isinstance(data, (dict, list)) and depth < 20:
        yield data
        for value in data.values() if isinstance(data, dict) else data:
            yield from _holders(value, depth + 1)


CHANGES: Final[tuple[Change, ...]] = (
    number, number, number, word, word, misspell, misspell, wrap, wrap, mark, piece, lines, lines, endings,
    documents, structure, structure,
)  # fmt: skip
