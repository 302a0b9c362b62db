"""What the schema of a spec tells editors, and that it is a schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml

from evaluator.activations import ACTIVATIONS, NAMES
from evaluator.source import read_file
from evaluator.validate import schema

SPEC = schema("spec")
DEFINITIONS = SPEC["definitions"]
SPECS = Path(__file__).parent.parent / "specs"


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference."""
    return DEFINITIONS[part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def branches(part: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and every other that speaks of the same value."""
    if not isinstance(part, dict):
        return
    part = resolve(part)
    yield part
    for inner in (*part.get("allOf", ()), part.get("then"), part.get("else")):
        yield from branches(inner)


def mappings(part: Any, path: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every mapping that the format has: its path, and the schemas that speak of it."""
    several = list(branches(part))
    if any("properties" in one for one in several):
        yield path, several
    for one in several:
        for name, key in one.get("properties", {}).items():
            if isinstance(key, dict):
                yield from mappings(key, f"{path}.{name}")
        for inside in ("items", "additionalProperties"):
            if isinstance(one.get(inside), dict):
                yield from mappings(one[inside], f"{path}.{inside}")


def documented() -> dict[str, list[dict[str, Any]]]:
    """Give every key of the format by its path, and the schemas that speak of it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, several in mappings(SPEC):
        for one in several:
            for name, key in one.get("properties", {}).items():
                if isinstance(key, dict):
                    found.setdefault(f"{path}.{name}", []).append(key)
    return found


KEYS = documented()


@pytest.mark.parametrize("path", sorted(KEYS))
def test_a_key_has_a_title_a_description_and_examples(path: str) -> None:
    told = {word for key in KEYS[path] for word in key}
    assert {"title", "description"} <= told
    assert {"examples", "defaultSnippets"} & told
    for key in KEYS[path]:
        # A mapping that is an example is offered as `[object Object]`, rows and `> 0.5` unquoted.
        for value in key.get("examples", ()):
            assert not isinstance(value, dict)
            assert not re.search(r"\[\[|\{|^> ", str(value))
        described = key.get("description", "")
        assert key.get("markdownDescription", described).startswith(described)
        assert ("`" in described) <= ("markdownDescription" in key)
        if "description" in key:
            assert key["description"].endswith((".", "…"))
            assert key["title"][0].isupper() or path.rpartition(".")[0].endswith("activation")


def test_the_walk_has_seen_the_whole_format() -> None:
    for path in (
        ".version", ".neuron.bias", ".neuron.weights.file", ".neuron.activation.name",
        ".neuron.activation.alpha", ".neurons.additionalProperties.inputs", ".layers.items.name",
        ".layers.items.weights.transpose", ".model.file", ".tolerance.rtol", ".cases.items.xfail",
        ".cases.items.expected_class",
    ):  # fmt: skip
        assert path in KEYS


@pytest.mark.parametrize("path", sorted(KEYS))
def test_every_example_and_default_of_a_key_is_valid(path: str) -> None:
    for key in KEYS[path]:
        whole = {**key, "definitions": DEFINITIONS}
        for check in (jsonschema.Draft7Validator(whole), jsonschema_rs.Draft7Validator(whole)):
            for value in (
                *key.get("examples", ()),
                *([key["default"]] if "default" in key else ()),
                *(
                    snippet["body"] if "body" in snippet else yaml.safe_load(snippet["bodyText"])
                    for snippet in key.get("defaultSnippets", ())
                ),
            ):
                assert check.is_valid(value), value


def test_what_a_key_is_when_left_out_stands_in_its_description() -> None:
    for path, several in KEYS.items():
        for key in several:
            if "default" in key:
                told = key["description"].lower()
                assert "left out: " + str(key["default"]).lower() in told, path


@pytest.mark.parametrize("name", ["spec", "report", "audit", "grade"])
def test_a_schema_is_draft_7_by_its_metaschema(name: str) -> None:
    assert schema(name)["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator(jsonschema.Draft7Validator.META_SCHEMA).validate(schema(name))
    assert jsonschema_rs.meta.is_valid(schema(name))


def test_names_and_parameters_are_those_of_the_table_of_activations() -> None:
    names = DEFINITIONS["activation_name"]["enum"]
    assert sorted(names) == sorted(NAMES)
    assert len(DEFINITIONS["activation_name"]["enumDescriptions"]) == len(names)
    for rule in DEFINITIONS["parametrised"]["allOf"]:
        for name in rule["if"]["properties"]["name"]["enum"]:
            given = {
                key: value for key, value in rule["then"]["properties"].items() if key != "name"
            }
            parameters = {p.name: p for p in ACTIVATIONS[NAMES[name]].parameters}
            assert list(given) == list(parameters)
            for key, parameter in parameters.items():
                assert given[key].get("default") == parameter.default
                assert set(given[key].get("enum", ())) == set(parameter.choices)
                assert (key in rule["then"].get("required", ())) == parameter.required


def test_a_name_is_described_by_its_formula() -> None:
    described = dict(
        zip(*map(DEFINITIONS["activation_name"].get, ("enum", "enumDescriptions")), strict=True)
    )
    for name, text in described.items():
        activation = ACTIVATIONS[NAMES[name]]
        if name != activation.name:
            assert text.startswith(f"another name of {activation.name}: ")
        if not activation.whole_layer:
            assert activation.formula in text, name
        else:
            assert text.endswith("over the whole layer")


def test_every_spec_of_the_library_is_valid_for_both_validators() -> None:
    plain, gate = jsonschema.Draft7Validator(SPEC), jsonschema_rs.Draft7Validator(SPEC)
    count = 0
    for file in SPECS.rglob("*.yaml"):
        for document in read_file(str(file)):
            assert plain.is_valid(document.data), document.file
            text = str(document.data)
            assert gate.is_valid(document.data) or "nan" in text or "inf" in text
            count += 1
    assert count > 100
