"""Hints for what YAML made of something that was meant to be a number, a list or a mapping."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.document import Document

Path = tuple[str | int, ...]

NETWORKS: Final = ("neuron", "neurons", "layers", "model")

NUMBER: Final = re.compile(
    r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?\.inf|\.nan", re.ASCII | re.IGNORECASE
)


#: A longer text was not meant as a number or a name; hints are not worth the time it takes.
MAX_TEXT: Final = 1000

#: What one is told who wrote an interval that YAML takes apart at its comma.
INTERVAL_HINT: Final = 'put an interval in quotes, as in "(0, 1)"'

#: Keys that cannot simply be removed.
NEEDED: Final = ("weights", "activation", "inputs", "cases", "file", *NETWORKS)


def type_hint(document: Document, path: Path, value: Any, wanted: set[str]) -> str:
    last = path[-1] if path else 0
    if value is None and isinstance(last, str) and last.rstrip().endswith((")", "]")):
        return INTERVAL_HINT
    if value is None:
        if isinstance(last, str) and ":" in last:
            return colon_hint(last)
        removable = isinstance(last, str) and last not in NEEDED
        return "write a value" + (", or remove the key" if removable else "")
    if path == ("cases",) and not isinstance(value, dict):
        return "begin each case with a dash, as in `- {inputs: [2, 3], expected: ~0.999}`"
    if last in ("skip", "xfail"):
        return f"write why, as in `{last}: takes a minute`"
    if isinstance(value, str):
        return _text_hint(value, path, wanted)
    if isinstance(value, dict):
        return "begin each item with a dash" if wanted == {"array"} else ""
    if isinstance(value, list):
        if last == "activation" and len(value) == 1 and isinstance(value[0], str):
            return f"remove the brackets: {clip(value[0])}"
        dashes = "object" in wanted and all(isinstance(item, dict) for item in value)
        return "remove the dashes" if dashes else ""
    if "activation" in path[-2:] and "string" in wanted:
        return "`evaluator activations` lists them all"
    if "string" in wanted and not wanted & {"number", "integer"}:
        start, end = document.span(path)
        return f'put quotes around it: "{clip(document.text.text[start:end])}"'
    if isinstance(value, bool):
        return f"write {value:d}" if "number" in wanted else ""
    example = f"[[{value!r}]]" if "layers" in path and last == "weights" else f"[{value!r}]"
    return f"put it in a list: `{example}`" if "array" in wanted else ""


def _text_hint(text: str, path: Path, wanted: set[str]) -> str:
    if len(text) > MAX_TEXT:
        return ""
    if re.search(r"\.(npy|npz|safetensors|csv)$", text):
        return f"an array file is written `{{file: {clip(text)}}}`"
    if "object" in wanted and re.match(r"[^\s:\d]\w*:[\S\u00a0]", text):
        return colon_hint(text)
    if "boolean" in wanted:
        said = text.lower()
        yes = "write true" if said in ("yes", "on", "y", "true") else ""
        return yes or ("write false" if said in ("no", "off", "n", "false") else "")
    if "number" in wanted and text.lower() in ("yes", "on", "no", "off"):
        return f"write {text.lower() in ('yes', 'on'):d}"
    if "array" in wanted and not NUMBER.fullmatch(text):
        if re.match(r"-\S+(\s+-\S+)+$", text):
            return "put a blank after each dash to make a list"
        parts = re.split(r"[\s,;]+", text.strip(" ,;"))
        if len(parts) > 1 and ("number" not in wanted or all(map(NUMBER.fullmatch, parts))):
            return f"write a list: `[{clip(', '.join(parts))}]`"
    hint = number_hint(text, finite="inputs" not in path) if wanted - {"array", "object"} else ""
    return hint or (f"write a list: `[{clip(text)}]`" if wanted == {"array"} else "")


def colon_hint(text: str) -> str:
    name, _, rest = text.partition(":")
    blank = "a plain blank (this is U+00A0)" if rest.startswith("\u00a0") else "a blank"
    return f"put {blank} after the colon: `{clip(name)}: {clip(rest.strip())}`"


def number_hint(text: str, finite: bool = True) -> str:
    """Tell what number a text was meant to be, if that can be seen."""
    if NUMBER.fullmatch(text):
        return f"remove the quotes: {clip(text)}"
    plain = "".join(str(unicodedata.decimal(c, c)) for c in text)
    plain = plain.translate({0x2212: "-", 0x2013: "-", 0xFF0D: "-", 0xA0: " ", 0xFF0E: "."}).strip()
    if plain != text.strip() and NUMBER.fullmatch(plain):
        odd = next(c for c in text if not c.isascii())
        name = unicodedata.name(odd, "no ASCII character").lower()
        return f"`{odd}` is U+{ord(odd):04X}, {name}; write {clip(plain)}"
    if len(parts := re.split(r"[\s,;]+", plain)) > 1 and all(map(NUMBER.fullmatch, parts)):
        if re.fullmatch(r"[-+]?\d+,\d+", plain):
            return f"a decimal point is wanted: {clip(plain.replace(',', '.'))}"
        return f"`{clip(text)}` is one text; put a comma between the numbers"
    if found := re.fullmatch(r"([-+]?[\d.]{1,100}) ?%", plain):
        return f"write {float(found[1]) / 100:.12g}" if NUMBER.fullmatch(found[1]) else ""
    if found := re.fullmatch(r"([-+]?\d{1,15}) ?/ ?(\d{1,15})", plain):
        top, bottom = map(int, found.groups())
        return f"write {top / bottom!r}" if bottom else ""
    if found := re.fullmatch(r"([-+]?)(inf|infinity|nan|∞)", plain.lower()):
        sign = "-" if found[1] == "-" else ""
        infinite = sign + (".nan" if found[2] == "nan" else ".inf")
        return "a finite number is wanted" if finite else f"write {infinite}"
    if re.match(r"[~<>≤≥(]|.*(±|\+-|\+/-)", plain):
        return "only `expected` takes such a text"
    return ""
