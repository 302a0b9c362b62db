"""Document → diagnostics: is its structure the one of the format, and if not, why not?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import MAX_DIAGNOSTICS, Diagnostic, too_many

if TYPE_CHECKING:
    from evaluator.document import Document
    from evaluator.faults import Error, Fault

#: How many errors are looked at to find the diagnostics.
MAX_ERRORS: Final = 1000
#: How many bytes the fast validator takes, beside ten for each character, and the texts for which
#: that is looked at.
GATE_MEMORY: Final = 1 << 24
LARGE: Final = 1 << 16
#: From this length on, the fast validator sorts out the elements that need no explanation.
LONG: Final = 32

Accepts = Callable[[Any], bool]


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
    """Report whatever in a document the schema does not allow, in the order of the text.

    Numbers below their range alone are left to the build, which tells them with what else is out
    of range; it refuses every one of them.
    """
    if document.number == 1 and (size := len(document.text.text)) > LARGE:
        # Rust ends the process that has no memory for it; Python can say so.
        bytes(GATE_MEMORY + 10 * size)  # zeros that nobody reads take no memory
    accepts = _gate()
    if accepts is not None and accepts(document.data):
        return []
    from evaluator.faults import faults

    errors = list(islice(_explainer().iter_errors(document.data), MAX_ERRORS))
    if all(error.validator == "minimum" for error in errors):
        return []
    return _diagnostics(document, faults(document, errors), len(errors) == MAX_ERRORS)


def _diagnostics(document: Document, faults: list[Fault], truncated: bool) -> list[Diagnostic]:
    # What is wrong high up is the cause of what is wrong further down.
    shown = sorted(faults, key=lambda fault: len(fault.path))[:MAX_DIAGNOSTICS]
    found = {
        document.diagnostic(fault.path, fault.code, fault.message, fault.hint, key=fault.key): None
        for fault in shown
    }
    diagnostics = sorted(found, key=lambda d: (d.location.line, d.location.column))
    if more := len(faults) - len(shown):
        many = f"more than {more}" if truncated else f"{more}"
        diagnostics.append(too_many(diagnostics[-1], f"{many} more"))
    return diagnostics


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
        # NaN and the infinities are rejected, and to older versions some integers are too large:
        # neither is the last word.
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
    from evaluator.wording import kind_of

    wanted = _types(items)
    kinds = {kind_of(example) for example in {type(value): value for value in data}.values()}
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
    from evaluator.wording import type_set

    if "$ref" in part:
        part = schema("spec")["definitions"][part["$ref"].rpartition("/")[2]]
    return type_set(part.get("type", []))
