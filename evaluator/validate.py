"""Document → diagnostics: is its structure the one of the format, and if not, why not?"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evaluator.diagnostics import Diagnostic, clip, did_you_mean

if TYPE_CHECKING:
    from evaluator.source import Document

#: How many diagnostics a document gets, and how many errors are looked at to find them.
MAX_DIAGNOSTICS: Final = 100
MAX_ERRORS: Final = 1000
#: From this length on, the fast validator sorts out the elements that need no explanation.
LONG: Final = 32

NETWORKS: Final = ("neuron", "neurons", "layers", "model")

Path = tuple[str | int, ...]
Accepts = Callable[[Any], bool]
#: A ValidationError of jsonschema, whose attributes are declared as "perhaps not set".
Error = Any


class Fault(NamedTuple):
    """What will be a diagnostic, once its place in the text is looked up."""

    path: Path
    code: str
    message: str
    hint: str = ""
    key: bool = False
    #: The key that is missing, if its absence is the fault of another key.
    needs: str = ""


@cache
def schema(name: str) -> dict[str, Any]:
    """Give the JSON Schema of "spec" or "report": shared, so not to be changed."""
    # A wheel holds the schemas inside the package, a checkout beside it. importlib.resources
    # would find both too, but takes longer to import than everything else here.
    package = os.path.dirname(os.path.abspath(__file__))
    for folder in (package, os.path.dirname(package)):
        path = os.path.join(folder, "schemas", f"{name}.schema.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                found: dict[str, Any] = json.load(file)
            return found
    raise FileNotFoundError(f"there is no schema named {name!r}")


def check(document: Document) -> list[Diagnostic]:
    """Report whatever in a document the schema does not allow, in the order of the text."""
    accepts = _gate()
    if accepts is not None and accepts(document.data):
        return []
    errors = list(islice(_explainer().iter_errors(document.data), MAX_ERRORS))
    return _diagnostics(document, _faults(document, errors), len(errors) == MAX_ERRORS)


def _diagnostics(document: Document, faults: list[Fault], truncated: bool) -> list[Diagnostic]:
    # What is wrong high up is the cause of what is wrong further down.
    shown = sorted(faults, key=lambda fault: len(fault.path))[:MAX_DIAGNOSTICS]
    found = {
        document.diagnostic(fault.path, fault.code, fault.message, fault.hint, key=fault.key): None
        for fault in shown
    }
    diagnostics = sorted(found, key=lambda d: (d.location.line, d.location.column))
    if more := len(faults) - len(shown):
        last = diagnostics[-1]
        many = f"more than {more}" if truncated else f"{more}"
        hint = "correct the first ones and run again"
        diagnostics.append(Diagnostic(last.location, last.code, f"and {many} more problems", hint))
    return diagnostics


# ---- the two validators


@cache
def _gate(part: str = "#") -> Accepts | None:
    """Give the fast test for a part of the schema (a `$ref`), or None if it is not installed."""
    try:
        from jsonschema_rs import Draft7Validator
    except ImportError:
        return None
    whole = schema("spec")
    if part != "#":
        whole = {"allOf": [{"$ref": part}], "definitions": whole["definitions"]}
    is_valid = Draft7Validator(whole).is_valid

    def accepts(data: Any) -> bool:
        # NaN and the infinities are rejected, and lone surrogates raise: neither is the last word.
        try:
            return is_valid(data)
        except ValueError:
            return False

    return accepts


@cache
def _explainer() -> Any:
    """Give the validator that finds every error, made linear in the size of the data."""
    from jsonschema import Draft7Validator, validators
    from referencing import Registry

    keywords = {
        "items": _items,
        "additionalProperties": _additional_properties,
        "propertyNames": _property_names,
        "uniqueItems": _unique_items,
    }
    extend: Any = validators.extend
    extended = extend(Draft7Validator, keywords)
    # With an explicit registry a reference can only be found in the schema, never fetched.
    return extended(schema("spec"), registry=Registry())


Errors = Iterator[Any]


def _error(path: Iterable[str | int], **details: Any) -> Error:
    from jsonschema.exceptions import ValidationError

    return ValidationError("", path=path, **details)


def _items(validator: Any, items: Any, data: Any, _: Any) -> Errors:
    if not isinstance(data, list):
        return
    wanted = _types(items)
    kinds = {_kind(example) for example in {type(value): value for value in data}.values()}
    if len(kinds) == 1 and not kinds & wanted and _is_one_mistake(kinds, wanted):
        yield _error((), validator="items", validator_value=wanted, instance=data)
    else:
        yield from _each(validator, items, enumerate(data), len(data))


def _is_one_mistake(kinds: set[str], wanted: set[str]) -> bool:
    """Tell whether a list of the wrong depth is better reported once than for each element."""
    nested = {"array", "object"}
    return kinds <= nested or (kinds == {"number"} and wanted <= nested)


def _additional_properties(validator: Any, allowed: Any, data: Any, parent: Any) -> Errors:
    if not isinstance(data, dict):
        return
    known = parent.get("properties", {})
    extra = ((key, value) for key, value in data.items() if key not in known)
    if allowed is not False:
        yield from _each(validator, allowed, extra, len(data))
        return
    for key, value in extra:
        details = {"validator": "additionalProperties", "validator_value": False}
        yield _error((key,), instance=value, schema=parent, **details)


def _each(validator: Any, part: Any, values: Iterable[tuple[str | int, Any]], count: int) -> Errors:
    if part == {"type": "number"}:
        for step, value in values:
            if type(value) is not float and type(value) is not int:
                details = {"validator": "type", "validator_value": "number"}
                yield _error((step,), instance=value, schema=part, **details)
        return
    accepts = _gate(part["$ref"]) if count >= LONG and "$ref" in part else None
    for step, value in values:
        if accepts is None or not accepts(value):
            yield from validator.descend(value, part, path=step)


def _property_names(validator: Any, names: Any, data: Any, _: Any) -> Errors:
    for name in data if isinstance(data, dict) else ():
        yield from validator.descend(name, names, path=name)


def _unique_items(_: Any, unique: Any, data: Any, __: Any) -> Errors:
    seen: set[str] = set()
    for index, value in enumerate(data if unique and isinstance(data, list) else ()):
        # Only texts can be valid in the lists that are to be unique.
        if isinstance(value, str):
            if value in seen:
                yield _error((index,), validator="uniqueItems", instance=value)
            seen.add(value)


def _types(part: Any) -> set[str]:
    if "$ref" in part:
        part = schema("spec")["definitions"][part["$ref"].rpartition("/")[2]]
    return _type_set(part.get("type", []))


def _type_set(types: str | list[str]) -> set[str]:
    return {types} if isinstance(types, str) else set(types)


# ---- from errors to faults


def _faults(document: Document, errors: list[Error]) -> list[Fault]:
    missing: dict[Path, dict[str, None]] = {}
    unknown: dict[Path, list[Error]] = {}
    found: dict[Path, tuple[int, Fault]] = {}
    for error in errors:
        path, keyword = tuple(error.absolute_path), str(error.validator)
        if keyword == "required":
            missing.setdefault(path, {}).update(
                dict.fromkeys(key for key in error.validator_value if key not in error.instance)
            )
        elif keyword == "additionalProperties":
            unknown.setdefault(path[:-1], []).append(error)
        else:
            # Several keywords may fail on one value; the first of the table is the cause.
            rank, fault = RANKS[keyword], EXPLAIN[keyword](document, path, error)
            if fault.path not in found or rank < found[fault.path][0]:
                found[fault.path] = rank, fault
    faults: list[Fault] = []
    for path, misfits in unknown.items():
        keys = [str(error.path[-1]) for error in misfits]
        known = list(misfits[0].schema["properties"])
        hints = {key: _similar(key, known) for key in keys}
        absent = missing.setdefault(path, {})
        for key in _misspelt(hints.values(), known):
            absent.pop("neuron" if key in NETWORKS else key, None)
            if not path:
                found = {at: why for at, why in found.items() if why[1].needs != key}
        if "neuron" in absent and not path:
            keys = [key for key in keys if hints[key] or key not in LOOSE]
        # Where nothing is known and something is missing, it was meant to be another mapping.
        foreign = bool(absent) and not any(key in known for key in _at(document, path))
        keys = [key for key in keys if hints[key] or not foreign]
        faults += [_unknown_key(document, path, key, known, hints[key]) for key in keys]
    for path, absent in missing.items():
        faults += _missing_keys(document, path, list(absent))
    return faults + [fault for _, fault in found.values()]


def _misspelt(hints: Iterable[str], known: list[str]) -> list[str]:
    """List the known keys that some unknown key was meant to be: they are not missing too."""
    text = " ".join(hints)
    return [key for key in known if f"`{key}`" in text]


def _at(document: Document, path: Path) -> Any:
    data = document.data
    for step in path:
        data = data[step]
    return data


#: Keys of a neuron, and what one is told who wrote them outside of one.
LOOSE: Final = ("weights", "bias", "activation")


def _missing_keys(document: Document, path: Path, keys: list[str]) -> list[Fault]:
    needs: list[tuple[str, str]] = []
    if not path and "neuron" in keys:
        keys.remove("neuron")
        loose = [key for key in LOOSE if key in document.data]
        hint = f"add one of {_names(NETWORKS)}"
        hint = f"put {_names(loose, 'and')} under `neuron`" if loose else hint
        needs.append(("the spec has no network", hint))
    if keys == ["file"] and path[-1] != "model":
        hint = "write a list of numbers, or `{file: weights.npz}`"
        needs.append((f"{_subject(path)} is a mapping without `file`", hint))
    elif keys == ["slope"]:
        needs.append(("`prelu` needs its `slope`", "for example `{name: prelu, slope: 0.25}`"))
    elif keys:
        hints = {
            "cases": "add a list of `inputs` and `expected` values",
            "name": "for example `{name: leaky_relu, alpha: 0.1}`",
        }
        subject = _subject(path) if path else "the spec"
        needs.append((f"{subject} needs {_names(keys, 'and')}", hints.get(keys[0], "")))
    return [Fault(path, "missing-key", message, hint, key=True) for message, hint in needs]


def _similar(word: str, known: Iterable[str]) -> str:
    """Find the known word that differs in letter case and punctuation only, or the nearest."""
    squeezed = {re.sub(r"\W|_", "", name.lower()): name for name in known}
    same = squeezed.get(re.sub(r"\W|_", "", word.lower()))
    return f"did you mean `{same}`?" if same else did_you_mean(word[:80], known)


#: Where a key belongs that stands in the wrong place.
HOMES: Final = {
    **dict.fromkeys(LOOSE, "a neuron or a layer"),
    **dict.fromkeys(("expected", "expected_class", "skip", "xfail"), "a case"),
    **dict.fromkeys(("atol", "rtol"), "`tolerance`"),
    **dict.fromkeys((*NETWORKS, "version", "inputs", "outputs", "dtype", "cases"), "the top level"),
}


def _unknown_key(document: Document, path: Path, key: str, known: list[str], hint: str) -> Fault:
    message = f"unknown key `{clip(key)}`" + (f" in {_subject(path)}" if path else "")
    if path and path[-1] == "activation":
        message = f"`{_at(document, path)['name']}` has no parameter `{clip(key)}`"
        parameters = [name for name in known if name != "name"]
        hint = hint or (f"it takes {_names(parameters, 'and')}" if parameters else "it takes none")
    elif ":" in key and _at(document, (*path, key)) is None:
        hint = _colon_hint(key)
    elif key in HOMES:
        hint = f"`{key}` belongs in {HOMES[key]}"
    hint = hint or f"the keys here are {_names(known, 'and')}"
    return Fault((*path, key), "unknown-key", message, hint, key=True)


def _wrong_type(document: Document, path: Path, error: Error) -> Fault:
    value, wanted = error.instance, _type_set(error.validator_value)
    what = f"`{str(value).lower()}`" if isinstance(value, bool) else WORDS[_kind(value)]
    is_so = "has no value" if value is None else f"is {what}"
    words = [word for name, word in WORDS.items() if name in wanted]
    if path[-1:] == ("tolerance",):
        words = ["`exact`" if word == "text" else word for word in words]
    message = f"{_subject(path)} {is_so}; {_or(words)} is wanted"
    return Fault(path, "wrong-type", message, _type_hint(document, path, value, wanted))


def _wrong_depth(_: Document, path: Path, error: Error) -> Fault:
    kind, wanted = _kind(error.instance[0]), error.validator_value
    subject = _subject(path)
    words = _or([PLURALS[name] for name in PLURALS if name in wanted])
    message = f"{subject} is a list of {PLURALS[kind]}; a list of {words} is wanted"
    hint = ""
    if kind == "array":
        hint = "remove the inner brackets" if len(error.instance) == 1 else ""
        if "weights" in path[-1:]:
            hint = hint or "a neuron has one list of weights; `layers` take one per unit"
    elif kind == "object":
        hint = "write one mapping, without a list around it" if "number" in wanted else ""
    elif "weights" in path:
        hint = "write one row per unit, `[[0, 1], [2, 3]]`"
    return Fault(path, "wrong-type", message, hint)


def _unknown_value(_: Document, path: Path, error: Error) -> Fault:
    value, known = error.instance, list(error.validator_value)
    shown = clip(value) if isinstance(value, str) else clip(repr(value))
    hint = _similar(str(value), known)
    if "activation" in path[-2:]:
        if path[-1] != "approximate":
            name, bracket, _rest = str(value).partition("(")
            other = OTHER_NAMES.get(name.strip().lower())
            hint = f"did you mean `{other}`?" if other else _similar(name, known)
            hint = "parameters are written `{name: leaky_relu, alpha: 0.1}`" if bracket else hint
            hint = hint or "`evaluator activations` lists them all"
            return Fault(path, "unknown-value", f"unknown activation `{shown}`", hint)
    elif path[-1] == "tolerance":
        message = f"`tolerance` is `{shown}`; a number, a mapping or `exact` is wanted"
        return Fault(path, "unknown-value", message, hint or _number_hint(str(value)))
    message = f"{_subject(path)} is `{shown}`; {_names(known)} is wanted"
    return Fault(path, "unknown-value", message, hint)


#: What other libraries call some activations.
OTHER_NAMES: Final = {
    **dict.fromkeys(("heaviside", "sign", "threshold", "unit_step", "hardlim"), "step"),
    "none": "identity",
    "arctan": "atan",
    "exponential": "exp",
}


def _conflict(document: Document, path: Path, _: Error) -> Fault:
    """Explain a schema that is `false`: a key that another key excludes."""
    if len(path) > 1:
        # jsonschema leaves the key out of the path of this error alone.
        case = path[:2]
        message = f"{_subject(case)} has both `skip` and `xfail`"
        return Fault((*case, "xfail"), "unknown-key", message, "keep one of the two", key=True)
    present = [key for key in document.data if key in NETWORKS]
    count = {2: "two", 3: "three", 4: "four"}[len(present)]
    message = f"the spec has {count} networks: {_names(present, 'and')}"
    # However many there are, it is said once, where the second one begins.
    return Fault((present[1],), "unknown-key", message, "keep one", key=True)


def _needs_other_key(_: Document, path: Path, error: Error) -> Fault:
    for key, needed in error.validator_value.items():
        absent = [name for name in needed if name not in error.instance]
        if key in error.instance and absent:
            message = f"`{key}` needs {_names(absent, 'and')}"
            hint = f"name the network's inputs, `{absent[0]}: [x1, x2]`"
            return Fault((*path, key), "missing-key", message, hint, key=True, needs=absent[0])
    raise AssertionError("a dependency failed, and nothing is missing")


def _too_small(_: Document, path: Path, error: Error) -> Fault:
    message = f"{_subject(path)} is {clip(repr(error.instance))}; it cannot be negative"
    return Fault(path, "out-of-range", message)


def _empty(_: Document, path: Path, error: Error) -> Fault:
    if error.instance:  # Only `clip` wants more than one key: its name and a bound.
        message = f"`{clip(error.instance['name'])}` needs `min`, `max` or both"
        return Fault(path, "missing-key", message, "for example `{name: clip, min: 0}`", key=True)
    if "propertyNames" in error.schema_path:
        return Fault(path, "bad-name", f"{_subject(path[:-1])} has an empty name", key=True)
    what, more = {
        "string": ("empty text", "write some text, or remove it"),
        "array": ("empty", "write at least one item"),
        "object": ("empty", "write at least one key"),
    }[_kind(error.instance)]
    return Fault(path, "out-of-range", f"{_subject(path)} is {what}", more)


def _control_character(_: Document, path: Path, error: Error) -> Fault:
    name = "propertyNames" in error.schema_path
    found = re.search(error.validator_value["pattern"], error.instance)
    point = ord(found[0]) if found else 0
    subject = f"a name in {_subject(path[:-1])}" if name else _subject(path)
    message = f"{subject} holds a {'line break' if point == 10 else 'control character'}"
    hint = "write it on one line; folded text ends in no line break with `>-`"
    hint = hint if point == 10 else "remove it"
    return Fault(path, "out-of-range", f"{message} (U+{point:04X})", hint, key=name)


def _twice(_: Document, path: Path, error: Error) -> Fault:
    message = f"`{clip(error.instance)}` stands twice in {_subject(path[:-1])}"
    return Fault(path, "duplicate-name", message, "keep one of the two")


def _other_version(_: Document, path: Path, error: Error) -> Fault:
    message = f"{_subject(path)} is {clip(repr(error.instance))}; this evaluator reads version 1"
    return Fault(path, "unknown-value", message, "write `version: 1`, or leave it out")


#: Keyword → who explains it; of several on one value the first does. `None` is a `false` schema.
EXPLAIN: Final[dict[str, Callable[[Document, Path, Error], Fault]]] = {
    "type": _wrong_type,
    "items": _wrong_depth,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "minimum": _too_small,
    "enum": _unknown_value,
    "const": _other_version,
    "not": _control_character,
    "uniqueItems": _twice,
    "dependencies": _needs_other_key,
    "None": _conflict,
}
RANKS: Final = {keyword: rank for rank, keyword in enumerate(EXPLAIN)}


# ---- words

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


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "null" if value is None else "boolean"
    kinds = {int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]


def _or(words: list[str], last: str = "or") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _names(names: Iterable[str], last: str = "or") -> str:
    return _or([f"`{name}`" for name in names], last)


def _subject(path: Path) -> str:
    """Name what stands at a path: `bias`, item 2 of `inputs`, case 3."""
    texts = [step for step in path if isinstance(step, str)]
    if not path or not texts:
        return "the document"
    if isinstance(path[-1], str):
        return f"`{clip(path[-1])}`"
    name, row = clip(texts[-1]), path[-2]
    if name in ("cases", "layers"):
        return f"{name[:-1]} {path[-1] + 1}"
    of_row = f"row {row + 1} of " if isinstance(row, int) else ""
    return f"item {path[-1] + 1} of {of_row}`{name}`"


# ---- hints for what YAML made of a number, a list or a mapping

NUMBER: Final = re.compile(
    r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?\.inf|\.nan", re.ASCII | re.IGNORECASE
)


#: Keys that cannot simply be removed.
NEEDED: Final = ("weights", "activation", "inputs", "cases", "file", *NETWORKS)


def _type_hint(document: Document, path: Path, value: Any, wanted: set[str]) -> str:
    last = path[-1] if path else 0
    if value is None:
        if isinstance(last, str) and ":" in last:
            return _colon_hint(last)
        removable = isinstance(last, str) and last not in NEEDED
        return "write a value" + (", or remove the key" if removable else "")
    if isinstance(value, str):
        return _text_hint(value, path, wanted)
    if isinstance(value, dict):
        return "begin each item with a dash" if wanted == {"array"} else ""
    if isinstance(value, list):
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
    if re.search(r"\.(npy|npz|safetensors|csv)$", text):
        return f"an array file is written `{{file: {clip(text)}}}`"
    if "object" in wanted and re.match(r"[^\s:\d]\w*:[\S\u00a0]", text):
        return _colon_hint(text)
    if "boolean" in wanted:
        said = text.lower()
        yes = "write true" if said in ("yes", "on", "y", "true") else ""
        return yes or ("write false" if said in ("no", "off", "n", "false") else "")
    if "array" in wanted and not NUMBER.fullmatch(text):
        if re.match(r"-\S+(\s+-\S+)+$", text):
            return "put a blank after each dash to make a list"
        parts = re.split(r"[\s,;]+", text.strip(" ,;"))
        if len(parts) > 1 and ("number" not in wanted or all(map(NUMBER.fullmatch, parts))):
            return f"write a list: `[{clip(', '.join(parts))}]`"
    hint = _number_hint(text, finite="inputs" not in path) if wanted - {"array", "object"} else ""
    return hint or (f"write a list: `[{clip(text)}]`" if wanted == {"array"} else "")


def _colon_hint(text: str) -> str:
    name, _, rest = text.partition(":")
    blank = "a plain blank (this is U+00A0)" if rest.startswith("\u00a0") else "a blank"
    return f"put {blank} after the colon: `{clip(name)}: {clip(rest.strip())}`"


def _number_hint(text: str, finite: bool = True) -> str:
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
    if plain.endswith("%") and NUMBER.fullmatch(plain[:-1].strip()):
        return f"write {float(plain[:-1]) / 100:.12g}"
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
