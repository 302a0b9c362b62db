"""Hints for what YAML made of something that was meant to be a number, a list or a mapping."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip
from evaluator.topkeys import NETWORKS

if TYPE_CHECKING:
    from evaluator.document import Document

Path = tuple[str | int, ...]

NUMBER: Final = re.compile(
    r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?\.inf|\.nan", re.ASCII | re.IGNORECASE
)


#: A number as NumPy and others print it, `np.float64(0.5)`.
_CALL: Final = re.compile(r"(?:\w+\.)?(?:float|int|tensor|array)\d*\(([^()]*)\)", re.ASCII)

#: A longer text was not meant as a number or a name; hints are not worth the time it takes.
MAX_TEXT: Final = 1000

#: What one is told who wrote an interval that YAML takes apart at its comma.
INTERVAL_HINT: Final = 'put an interval in quotes, as in "(0, 1)"'

#: Keys that cannot simply be removed.
NEEDED: Final = ("weights", "activation", "inputs", "cases", "file", *NETWORKS)


#: What is written where mappings are wanted.
EXAMPLES: Final = {
    "cases": "{inputs: [2, 3], expected: ~0.999}",
    "layers": "{weights: [[0, 1], [1, 0]], activation: relu}",
    "neuron": "{weights: [0, 1], activation: sigmoid}",
    "neurons": "{y: {weights: [0, 1], activation: sigmoid}}",
    "model": "{file: model.onnx}",
}
_LISTS: Final = (("cases",), ("layers",))

#: What reasons are like, and what happens where there is none.
REASONS: Final = {
    "skip": ("takes a minute", "evaluate the case"),
    "xfail": ("the rounding of the old weights", "let the case pass"),
}
#: What says that there is no reason, in lower case; the schema refuses these texts.
NO: Final = ("no", "n", "off", "false", "none", "0")

#: What names at the top of a spec are like.
_NAMES: Final[dict[Path, str]] = {("inputs",): "[x1, x2]", ("outputs",): "[y1, y2]"}


def type_hint(document: Document, path: Path, value: Any, wanted: set[str]) -> str:
    """Tell what to write instead of a value of the wrong kind; empty where nothing is known."""
    last = path[-1] if path else 0
    if value is None and path[:1] == ("equivalent",) and " at " in str(last):
        return _comma_hint(str(last), list(document.value(path[:-1])))
    if value is None:
        return _nothing_hint(last)
    if last in REASONS:
        return reason_hint(str(last), str(value))
    if path[:1] in _NAMES and not (isinstance(value, str) and re.match(r"[^\W\d]", value)):
        return _names_hint(path, value)
    if path in _LISTS:
        return _dash_hint(path, value)
    if isinstance(value, dict):
        return "begin each item with a dash" if wanted == {"array"} else ""
    if isinstance(value, str):
        hint = _text_hint(value, path, wanted)
    elif isinstance(value, list):
        hint = _list_hint(path, value, wanted)
    else:
        hint = _scalar_hint(document, path, value, wanted)
    return hint or (_example_hint(path) if wanted == {"object"} else "")


def depth_hint(path: Path, value: list[Any], wanted: set[str]) -> str:
    """Tell what to write instead of a list whose elements are all of the wrong kind."""
    if path in _LISTS:
        return _dash_hint(path, value)
    if isinstance(value[0], list):
        if len(value) == 1:
            return "remove the inner brackets"
        neuron = path[-1:] == ("weights",)
        return "a neuron has one list of weights; `layers` take one per unit" if neuron else ""
    if isinstance(value[0], dict):
        return "write one mapping, without a list around it" if "number" in wanted else ""
    return "write one row per unit, `[[0, 1], [2, 3]]`" if "weights" in path else ""


def _comma_hint(key: str, keys: list[str]) -> str:
    """Tell how a key that holds a comma is written within braces, where that splits it."""
    following = keys[keys.index(key) + 1 :][:1]
    whole = ", ".join([key, *following])
    return f'in braces a key with a comma needs quotes: `"{clip(whole)}": …`'


def reason_hint(key: str, written: str) -> str:
    """Tell what to write instead of a reason that says nothing, or says that there is none."""
    example, purpose = REASONS[key]
    if written.strip().lower() in NO:
        return f"remove the key to {purpose}; a reason is text that says why"
    return f"write why, as in `{key}: {example}`"


def _names_hint(path: Path, value: Any) -> str:
    """Tell what to write instead of values where inputs or outputs are named."""
    hint = f"`{path[0]}` here are names, as in `{_NAMES[path[:1]]}`; the numbers go into `cases`"
    return hint + (f'; a name in digits is "{value}"' if type(value) is int and path[1:] else "")


def _dash_hint(path: Path, value: Any) -> str:
    """Tell how a list is written whose items are not mappings, or are named by keys."""
    first = next(iter(value), "") if isinstance(value, dict) else ""
    named = f"name: {clip(first)}" if first and isinstance(value[first], dict) else ""
    example = named or EXAMPLES[str(path[0])]
    return f"begin each {str(path[0])[:-1]} with a dash, as in `- {example}`"


def _example_hint(path: Path) -> str:
    """Show what is written at a place that takes a mapping."""
    if not path:
        return "write a network and its cases; `evaluator new FILE` makes a first spec"
    place = "neuron" if len(path) == 2 and path[0] == "neurons" else str(path[0])
    return f"write `{EXAMPLES[place]}`" if len(path) < 3 and place in EXAMPLES else ""


def _nothing_hint(key: str | int) -> str:
    if not isinstance(key, str):
        return "write a value"
    if key.rstrip().endswith((")", "]")):
        return INTERVAL_HINT
    if ":" in key:
        return colon_hint(key)
    return "write a value" + ("" if key in NEEDED else ", or remove the key")


def _list_hint(path: Path, value: list[Any], wanted: set[str]) -> str:
    kinds = {str: "string", int: "number", float: "number"}
    if len(value) == 1 and kinds.get(type(value[0])) in wanted:
        return f"remove the brackets: {clip(str(value[0]))}"
    if "object" not in wanted or not all(isinstance(item, dict) for item in value):
        return ""
    if path == ("neurons",) and value and "name" in value[0]:
        return f"the name becomes the key, without a dash: `{clip(str(value[0]['name']))}: {{…}}`"
    several = not path and len(value) > 1 and all("cases" in item for item in value)
    return "remove the dashes" + (", and put a line `---` between two specs" if several else "")


def _scalar_hint(document: Document, path: Path, value: float, wanted: set[str]) -> str:
    """Tell what to write instead of a number, true or false."""
    last = path[-1] if path else 0
    if "activation" in path[-2:] and "string" in wanted:
        return "`evaluator activations` lists them all"
    if last == "expected_class" and "integer" in wanted:
        return "write the name of the class, or its index, from 0"
    if "string" in wanted and not wanted & {"number", "integer"}:
        start, end = document.span(path)
        return f'put quotes around it: "{clip(document.text.text[start:end])}"'
    if isinstance(value, bool):
        return f"write {value:d}" if "number" in wanted else ""
    if "array" not in wanted:
        return ""
    if "layers" in path and last == "bias":
        return f"write one number per unit: `{_for_each_unit(document, path, value)}`"
    example = f"[[{value!r}]]" if "layers" in path and last == "weights" else f"[{value!r}]"
    return f"put it in a list: `{example}`"


def _for_each_unit(document: Document, path: Path, value: float) -> str:
    """Write a number as often as its layer has rows of weights, up to eight."""
    weights = document.value(path[:-1]).get("weights")
    units = len(weights) if isinstance(weights, list) else 1
    return f"[{', '.join([repr(value)] * min(units, 8))}{', …' * (units > 8)}]"


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
        return yes or ("write false" if said in NO else "")
    if "number" in wanted and text.lower() in ("yes", "on", "no", "off"):
        return f"write {text.lower() in ('yes', 'on'):d}"
    if "array" in wanted and (numbers := _list_within(text)):
        return f"write the list itself: `{clip(numbers)}`"
    if "array" in wanted and not NUMBER.fullmatch(text):
        if re.match(r"-\S+(\s+-\S+)+$", text):
            return "put a blank after each dash to make a list"
        parts = re.split(r"[\s,;]+", text.strip(" ,;"))
        if len(parts) > 1 and ("number" not in wanted or all(map(NUMBER.fullmatch, parts))):
            return f"write a list: `[{clip(', '.join(parts))}]`"
    hint = number_hint(text, finite="inputs" not in path) if wanted - {"array", "object"} else ""
    return hint or (f"write a list: `[{clip(text)}]`" if wanted == {"array"} else "")


def _list_within(text: str) -> str:
    """Take the list of numbers out of quotes, a tuple or a call; empty where there is none."""
    inner = re.sub(r"^[^\W\d][\w.]*\((.*?)(,\s*\w+\s*=[^\[\]]*)?\)$", r"\1", text.strip())
    inner = inner.translate({ord("("): "[", ord(")"): "]"})
    numbers = re.split(r"\s*,\s*", re.sub(r"[\[\]]", "", inner).strip(" ,"))
    closed = inner[:1] == "[" and inner[-1:] == "]" and inner.count("[") == inner.count("]")
    return inner if closed and all(map(NUMBER.fullmatch, numbers)) else ""


def colon_hint(text: str) -> str:
    name, _, rest = text.partition(":")
    blank = "a plain blank (this is U+00A0)" if rest.startswith("\u00a0") else "a blank"
    return f"put {blank} after the colon: `{clip(name)}: {clip(rest.strip())}`"


def number_hint(text: str, finite: bool = True) -> str:
    """Tell what number a text was meant to be, if that can be seen."""
    if NUMBER.fullmatch(text) and text[-1:].lower() not in ("f", "n"):
        return f"remove the quotes: {clip(text)}"
    shown = (c for c in text if unicodedata.category(c) != "Cf")
    plain = "".join(str(unicodedata.decimal(c, c)) for c in shown)
    plain = plain.translate({0x2212: "-", 0x2013: "-", 0xFF0D: "-", 0xA0: " ", 0xFF0E: "."}).strip()
    if plain != text.strip(" \t\n") and not text.isascii() and NUMBER.fullmatch(plain):
        odd = next(c for c in text if not c.isascii())
        name = unicodedata.name(odd, "no ASCII character").lower()
        return f"`{clip(odd)}` is U+{ord(odd):04X}, {name}; write {clip(plain)}"
    if (found := _CALL.fullmatch(plain)) and NUMBER.fullmatch(found[1]):
        return f"write {clip(found[1])}"
    if plain[-1:] in (",", ";") and NUMBER.fullmatch(alone := plain.rstrip(",; ")):
        return f"remove the `{plain[-1]}`: {clip(alone)}"
    if len(parts := re.split(r"[\s,;]+", plain)) > 1 and all(map(NUMBER.fullmatch, parts)):
        if re.fullmatch(r"[-+]?\d+,\d+", plain):
            return f"a decimal point is wanted: {clip(plain.replace(',', '.'))}"
        return f"`{clip(text)}` is one text; put a comma between the numbers"
    if found := re.fullmatch(r"([-+]?[\d.]{1,100}) ?%", plain):
        return f"write {float(found[1]) / 100:.12g}" if NUMBER.fullmatch(found[1]) else ""
    if found := re.fullmatch(r"([-+]?\d{1,15}) ?/ ?(\d{1,15})", plain):
        top, bottom = map(int, found.groups())
        return f"write {top / bottom!r}" if bottom else ""
    if re.match(r"\d{4}-\d\d-\d\d", plain):
        return "this is a date; write a number"
    if found := re.fullmatch(r"([-+]?)\.?(inf|infinity|nan|∞)", plain.lower()):
        sign = "-" if found[1] == "-" else ""
        infinite = sign + (".nan" if found[2] == "nan" else ".inf")
        return "a finite number is wanted" if finite else f"write {infinite}"
    if re.match(r"[~<>≤≥(]|.*(±|\+-|\+/-)", plain):
        return "only `expected` takes such a text"
    return ""
