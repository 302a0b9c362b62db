"""What the schema accepts, and how what it refuses is explained."""

from __future__ import annotations

import copy
import math
import random
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from evaluator import faults, source, validate
from evaluator.diagnostics import CODES, Diagnostic, Location, SpecError
from evaluator.document import Document
from evaluator.spec import build

CASES = "cases:\n  - inputs: [2, 3]\n    expected: ~0.999\n"
NEURON = "neuron:\n  weights: [0, 1]\n  bias: 4\n  activation: sigmoid\n"
SPEC = NEURON + CASES


def explain(text: str) -> list[Diagnostic]:
    (document,) = source.read(text, "spec.yaml")
    assert not document.broken, document.diagnostics
    return validate.check(document)


def weights(written: str) -> str:
    return f"neuron:\n  weights: {written}\n  activation: relu\n{CASES}"


def activation(written: str) -> str:
    return f"neuron:\n  weights: [0, 1]\n  activation: {written}\n{CASES}"


def layer(written: str) -> str:
    return f"layers:\n  - {{{written}}}\n{CASES}"


def case(written: str) -> str:
    return f"{NEURON}cases:\n  - {{{written}}}\n"


ACCEPTED = [
    SPEC,
    "version: 1\nname: a\ndescription: |\n  b\n  c\nsource: d\ntags: [e, f]\n" + SPEC,
    "inputs: [a, b]\noutputs: [c]\ndtype: float32\ntolerance: exact\n" + SPEC,
    weights("{x1: 0, x2: 1}"),
    weights("{file: w.npz, key: fc1.weight, transpose: true}"),
    weights("{file: 5}"),
    "inputs: [x]\nneurons:\n  h: {weights: [1], activation: relu}\n"
    "  y: {inputs: [h], weights: {h: 1, x: 2}, bias: 1, activation: tanh}\n" + CASES,
    layer("name: a, weights: [[0, 1], [1, 2]], bias: [0, 1], activation: softmax"),
    layer("weights: {file: w.npy}, bias: {file: b.npy}, activation: relu"),
    layer("activation: relu"),
    "model: {file: model.onnx}\n" + CASES,
    *map(activation, ("swish", "{name: swish, beta: 2}", "{name: gelu, approximate: none}")),
    *map(activation, ("{name: prelu, slope: 0.1}", "{name: prelu, slope: [0.1, 0.2]}")),
    *map(activation, ("{name: prelu, slope: {file: s.npy}}", "{name: clip, min: 0}", "prelu")),
    *map(
        case,
        (
            "inputs: 2",
            "inputs: {x1: 2, x2: .inf}, expected: {y: [~0.9, 1], y.z: '> 3'}",
            "inputs: [.nan, -.inf], expected: [.nan, '(0, 1)'], tolerance: 0.1, skip: slow",
            "inputs: 1, expected_class: 0, tolerance: {atol: 1}, xfail: rounding, tags: [a]",
            "file: a.csv, inputs: [a, b], expected: [y], expected_class: c, name: id",
            "file: a.npz, inputs: X, expected: Y",
            "file: a.csv",
        ),
    ),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_the_format_allows_is_accepted(text: str) -> None:
    assert explain(text) == []


# The text, then line, column and code of the one diagnostic, and what its message and hint hold.
Refused = tuple[str, int, int, str, str, str]
NO_NETWORK = "the spec has no network"
REFUSED: list[Refused] = [
    # the top level
    ("[1]", 1, 1, "wrong-type", "the document is a list; a mapping is wanted", "evaluator new"),
    ("hello", 1, 1, "wrong-type", "the document is text; a mapping is wanted", "evaluator new"),
    ("neuron:5", 1, 1, "wrong-type", "the document is text", "after the colon: `neuron: 5`"),
    (CASES, 1, 1, "missing-key", NO_NETWORK, "`neuron`, `neurons`, `layers` or `model`"),
    (NEURON, 1, 1, "missing-key", "the spec needs `cases`", ""),
    ("layer: [1]\n" + CASES, 1, 1, "unknown-key", "unknown key `layer`", "`layers`?"),
    ("weights: [1]\nbias: 2\n" + CASES, 1, 1, "missing-key", NO_NETWORK, "under `neuron`"),
    (SPEC + "layers: [{activation: relu}]\n", 8, 1, "conflicting-keys",
     "the spec has two networks: `neuron` and `layers`", "keep one"),
    ("model: {file: m}\n" + SPEC + "layers: [{activation: relu}]\n", 2, 1, "conflicting-keys",
     "three networks: `model`, `neuron` and `layers`", "keep one"),
    ("neurons: {y: {weights: [1], activation: relu}}\n" + CASES, 1, 1, "missing-key",
     "`neurons` needs `inputs`", "`inputs: [x1, x2]`"),
    ("input: [a]\nneurons: {y: {weights: [1], activation: relu}}\n" + CASES, 1, 1, "unknown-key",
     "unknown key `input`", "did you mean `inputs`?"),
    ("inputs: [a]\nneurons: {'': {weights: [1], activation: relu}}\n" + CASES, 2, 11, "bad-name",
     "`neurons` has an empty name", ""),
    ("inputs: [a]\nneurons: [{h: 1}]\n" + CASES, 2, 10, "wrong-type",
     "`neurons` is a list; a mapping is wanted", "remove the dashes"),
    ("version: 2\n" + SPEC, 1, 10, "unknown-value", "`version` is 2", "version: 1"),
    ("version: true\n" + SPEC, 1, 10, "wrong-type", "`version` is `true`", ""),
    ("dtype: float23\n" + SPEC, 1, 8, "unknown-value", "`float64` or `float32`", "`float32`?"),
    ("Name: a\n" + SPEC, 1, 1, "unknown-key", "unknown key `Name`", "did you mean `name`?"),
    ("expected: 1\n" + SPEC, 1, 1, "unknown-key", "`expected`", "belongs in a case"),
    # text and null
    ("name: 1.10\n" + SPEC, 1, 7, "wrong-type", "a number; text is wanted", '"1.10"'),
    ("name: true\n" + SPEC, 1, 7, "wrong-type", "`true`; text is wanted", 'around it: "true"'),
    ("name: ''\n" + SPEC, 1, 7, "out-of-range", "`name` is empty text", ""),
    ("name:\n" + SPEC, 1, 1, "wrong-type", "`name` has no value", "or remove the key"),
    ('name: "a\\tb"\n' + SPEC, 1, 7, "out-of-range", "a control character (U+0009)", "remove it"),
    ("name: |\n  a\n" + SPEC, 1, 7, "out-of-range", "`name` holds a line break", "`>-`"),
    ("tags: [a, b, a]\n" + SPEC, 1, 14, "duplicate-name", "`a` stands twice in `tags`", ""),
    ("tags: fast\n" + SPEC, 1, 7, "wrong-type", "`tags` is text", "`[fast]`"),
    ("tags: ['']\n" + SPEC, 1, 8, "out-of-range", "item 1 of `tags` is empty text", ""),
    ("inputs: a, b\n" + SPEC, 1, 9, "wrong-type", "`inputs` is text", "`[a, b]`"),
    ("inputs: []\n" + SPEC, 1, 9, "out-of-range", "`inputs` is empty", "at least one item"),
    # the network
    ("neuron:\n" + CASES, 1, 1, "wrong-type", "`neuron` has no value", ""),
    ("neuron: {bias: 1}\n" + CASES, 1, 1, "missing-key",
     "`neuron` needs `weights` and `activation`", ""),
    ("neuron: {weigths: [1], activation: relu}\n" + CASES, 1, 10, "unknown-key",
     "unknown key `weigths` in `neuron`", "did you mean `weights`?"),
    (weights("[[0, 1]]"), 2, 12, "wrong-type", "`weights` is a list of lists", "inner brackets"),
    (weights("[[0], [1]]"), 2, 12, "wrong-type", "a list of numbers is wanted", "`layers`"),
    (weights("[{a: 1}]"), 2, 12, "wrong-type", "a list of mappings", "one mapping"),
    (weights("[]"), 2, 12, "out-of-range", "`weights` is empty", ""),
    (weights("{}"), 2, 12, "out-of-range", "`weights` is empty", "at least one key"),
    (weights("5"), 2, 12, "wrong-type", "`weights` is a number", "`[5]`"),
    (weights("w.npz"), 2, 12, "wrong-type", "`weights` is text", "`{file: w.npz}`"),
    (weights("{flie: w.npz}"), 2, 19, "wrong-type", "`flie` is text", "`{file: w.npz}`"),
    (weights("{file: w.npz, kye: a}"), 2, 26, "unknown-key", "`kye` in `weights`", "`key`?"),
    (weights("{file: w.npz, transpose: yes}"), 2, 37, "wrong-type", "true or false", "write true"),
    (weights("[0, true]"), 2, 16, "wrong-type", "item 2 of `weights` is `true`", "write 1"),
    (weights("[0, null]"), 2, 16, "wrong-type", "item 2 of `weights` has no value", "a value"),
    (layer("weights: [0, 1], activation: relu"), 2, 15, "wrong-type",
     "`weights` is a list of numbers; a list of lists is wanted", "`[[0, 1], [2, 3]]`"),
    (layer("weights: [[0, a]], activation: relu"), 2, 20, "wrong-type",
     "item 2 of row 1 of `weights` is text", ""),
    (layer("weights: [[0], 1], activation: relu"), 2, 21, "wrong-type", "item 2 of", "`[1]`"),
    (layer("weights: {x1: 1, x2: 2}, activation: relu"), 2, 6, "missing-key",
     "`weights` is a mapping without `file`", "`{file: weights.npz}`"),
    (layer("weights: {fil: x}, activation: relu"), 2, 16, "unknown-key", "`fil`", "`file`?"),
    (layer("weights: [[1]], bias: 0, activation: relu"), 2, 28, "wrong-type", "`bias`", "`[0]`"),
    (layer("bias: [1]"), 2, 5, "missing-key", "layer 1 needs `activation`", "activation: sigmoid"),
    ("layers: {activation: relu}\n" + CASES, 1, 9, "wrong-type", "`layers` is a mapping", "dash"),
    ("model: m.onnx\n" + CASES, 1, 8, "wrong-type", "`model` is text", "{file: model.onnx}"),
    ("neuron: 5\n" + CASES, 1, 9, "wrong-type", "`neuron` is a number", "{weights: [0, 1], "),
    ("layers: [[1]]\n" + CASES, 1, 9, "wrong-type", "a list of lists", "begin each layer with"),
    (layer("weights: [[1], [2]], bias: 0.5, activation: relu"), 2, 33, "wrong-type", "`bias`",
     "one number per unit: `[0.5, 0.5]`"),
    ("model: {}\n" + CASES, 1, 1, "missing-key", "`model` needs `file`", "{file: model.onnx}"),
    ("neuron: {weights: [1], bias: yes, activation: relu}\n" + CASES, 1, 30, "wrong-type",
     "`bias` is text; a number is wanted", "write 1"),
    ("neuron: {weights: [1], bias: Off, activation: relu}\n" + CASES, 1, 30, "wrong-type",
     "`bias` is text; a number is wanted", "write 0"),
    # activations
    (activation("[sigmoid]"), 3, 15, "wrong-type", "`activation` is a list", "brackets: sigmoid"),
    (activation("sigmiod"), 3, 15, "unknown-value", "unknown activation `sigmiod`", "`sigmoid`?"),
    (activation("LeakyReLU"), 3, 15, "unknown-value", "`LeakyReLU`", "`leaky_relu`?"),
    (activation("heaviside"), 3, 15, "unknown-value", "`heaviside`", "`step`?"),
    (activation("elu(2)"), 3, 15, "unknown-value", "`elu(2)`", "parameters are written"),
    (activation("xyzzy"), 3, 15, "unknown-value", "`xyzzy`", "`evaluator activations`"),
    (activation("5"), 3, 15, "wrong-type", "text or a mapping is wanted", "lists them"),
    (activation("{alpha: 1}"), 3, 3, "missing-key", "`activation` needs `name`", "leaky_relu"),
    (activation("{name: rleu}"), 3, 22, "unknown-value", "activation `rleu`", "`relu`?"),
    (activation("{name: tanh, alpha: 1}"), 3, 28, "unknown-key", "`tanh` has no parameter", "none"),
    (activation("{name: elu, beta: 1}"), 3, 27, "unknown-key", "`elu` has no parameter `beta`", ""),
    (activation("{name: elu, alpha: '1'}"), 3, 34, "wrong-type", "`alpha` is text", "quotes: 1"),
    (activation("{name: prelu}"), 3, 3, "missing-key", "`prelu` needs its `slope`", "slope: 0.25"),
    (activation("{name: clip}"), 3, 3, "missing-key", "`clip` needs `min`, `max` or both", ""),
    (activation("{name: gelu, approximate: tan}"), 3, 41, "unknown-value", "`tan`", "`tanh`?"),
    # cases
    (NEURON + "cases: []\n", 5, 8, "out-of-range", "`cases` is empty", "at least one"),
    (NEURON + "cases: [1, 2]\n", 5, 8, "wrong-type", "a list of numbers", "begin each case with"),
    (NEURON + "cases: [a]\n", 5, 9, "wrong-type", "case 1 is text", "write `{inputs: [2, 3], "),
    (NEURON + "cases: hello\n", 5, 8, "wrong-type", "`cases` is text", "begin each case with"),
    (NEURON + "cases: {inputs: 1}\n", 5, 8, "wrong-type", "`cases` is a mapping", "dash"),
    (case("expected: 1"), 6, 5, "missing-key", "case 1 needs `inputs`", "`inputs: [2, 3]`"),
    (case("inputs: 1, output: 2"), 6, 17, "unknown-key", "`output` in case 1", "`expected`"),
    (case("inputs: 1, atol: 2"), 6, 17, "unknown-key", "`atol`", "belongs in `tolerance`"),
    (case("inputs: [[1, 2]]"), 6, 14, "wrong-type", "a list of lists", "inner brackets"),
    (case("inputs: {a:1}"), 6, 15, "wrong-type", "`a:1` has no value", "`a: 1`"),
    (case("inputs: 1, expected: true"), 6, 27, "wrong-type", "`expected` is `true`", "write 1"),
    (case("inputs: 1, expected: []"), 6, 27, "out-of-range", "`expected` is empty", ""),
    (case("inputs: 1, expected: {y: {a: 1}}"), 6, 31, "wrong-type", "`y` is a mapping", ""),
    (case("inputs: 1, expected_class: 1.5"), 6, 33, "wrong-type", "a whole number or text",
     "its index, from 0"),
    (case("inputs: 1, skip: a, xfail: b"), 6, 26, "conflicting-keys", "both `skip` and `xfail`", "one"),
    (case("inputs: 1, skip: true"), 6, 23, "wrong-type", "`skip` is `true`", "write why, as in `skip: "),
    (case("file: a.csv, inputs: [1, b]"), 6, 28, "wrong-type", "text is wanted", '"1"'),
    (case("file: a.csv, expected_class: 1"), 6, 35, "wrong-type", "text is wanted", '"1"'),
    # tolerances
    ("tolerance: {}\n" + SPEC, 1, 12, "out-of-range", "`tolerance` is empty", ""),
    ("tolerance: exakt\n" + SPEC, 1, 12, "unknown-value", "`exakt`", "`exact`?"),
    ("tolerance: '1e-3'\n" + SPEC, 1, 12, "unknown-value", "`1e-3`", "remove the quotes: 1e-3"),
    ("tolerance: {abs: 1, atol: 1}\n" + SPEC, 1, 13, "unknown-key", "`abs`", "`atol`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "code", "message", "hint"), REFUSED)
def test_one_mistake_gives_one_diagnostic_at_its_place(
    text: str, line: int, column: int, code: str, message: str, hint: str
) -> None:
    (found,) = explain(text)
    assert (found.location.line, found.location.column, found.code) == (line, column, code)
    assert message in found.message
    assert hint in found.hint


OUT_OF_RANGE = """\
tolerance: {atol: -1, rtol: -0.5}
layers: [{weights: [[1], [2]], activation: relu}]
cases:
- {inputs: 1, expected_class: -1}
- {inputs: 1, expected_class: 2, tolerance: .inf}
"""


def test_numbers_out_of_range_are_told_at_once() -> None:
    (document,) = source.read(OUT_OF_RANGE, "spec.yaml")
    with pytest.raises(SpecError) as refused:
        build(document)
    found = refused.value.diagnostics
    places = [(each.location.line, each.location.column) for each in found]
    assert places == [(1, 19), (1, 29), (4, 31), (5, 31), (5, 45)]
    assert {each.code for each in found} == {"out-of-range"}
    assert all(each.hint for each in found)


def test_a_number_out_of_range_is_told_with_what_is_wrong_beside_it() -> None:
    found = explain(OUT_OF_RANGE + "- 5\n")
    assert [each.code for each in found] == ["out-of-range"] * 3 + ["wrong-type"]
    assert found[0].message == "`atol` is -1; it cannot be negative"


TEXTS_FOR_NUMBERS = [
    ("[1 2, 3]", "`1 2` is one text; put a comma between the numbers"),
    ("[1; 2, 3]", "put a comma between the numbers"),
    ("['0.5']", "remove the quotes: 0.5"),
    ("['0,5']", "a decimal point is wanted: 0.5"),
    ("[50%]", "write 0.5"),
    ("[-2.5 %]", "write -0.025"),
    ("[.inf%]", ""),
    ("[1.2.3%]", ""),
    ("[1/4]", "write 0.25"),
    ("[1/0]", ""),
    ("[\u22121]", "U+2212, minus sign; write -1"),
    ("[\uff11\uff12]", "U+FF11, fullwidth digit one; write 12"),
    ("[\u0663]", "U+0663, arabic-indic digit three; write 3"),
    ("[inf]", "a finite number is wanted"),
    ("[.iNf]", "a finite number is wanted"),
    ("['.nan']", "a finite number is wanted"),
    ("[2001-01-01]", "this is a date; write a number"),
    ("[1\u200b]", "U+200B, zero width space; write 1"),
    ("[\u00a01]", "U+00A0, no-break space; write 1"),
    ("[~0.5]", "only `expected` takes such a text"),
    ("[0.9 \u00b1 0.1]", "only `expected` takes such a text"),
    ("[a]", ""),
]


@pytest.mark.parametrize(("written", "hint"), TEXTS_FOR_NUMBERS)
def test_a_text_that_was_meant_as_a_number_gets_the_number_to_type(written: str, hint: str) -> None:
    (found,) = explain(weights(written))
    assert (found.location.line, found.location.column, found.code) == (2, 13, "wrong-type")
    assert hint in found.hint
    assert bool(hint) == bool(found.hint)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("inf", "write .inf"),
        ("-Infinity", "write -.inf"),
        ("NaN", "write .nan"),
        (".iNf", "write .inf"),
        ("'-.inf'", "write -.inf"),
    ],
)
def test_infinities_of_other_languages_are_spelt_out_for_inputs(written: str, hint: str) -> None:
    (found,) = explain(case(f"inputs: [{written}]"))
    assert found.hint == hint


def test_several_numbers_without_a_comma_get_the_list_to_type() -> None:
    (found,) = explain(weights("-1.0 2.0"))
    assert (found.location.line, found.location.column) == (2, 12)
    assert found.hint == "write a list: `[-1.0, 2.0]`"


def test_dashes_without_blanks_are_not_a_list() -> None:
    (found,) = explain("neuron:\n  weights:\n    -1\n    -2\n  activation: relu\n" + CASES)
    assert (found.location.line, found.location.column) == (3, 5)
    assert found.hint == "put a blank after each dash to make a list"


def test_a_no_break_space_after_a_colon_is_named() -> None:
    (found,) = explain("neuron:\u00a05")
    assert "U+00A0" in found.hint


def test_several_mistakes_are_all_reported_in_the_order_of_the_text() -> None:
    found = explain("neuron:\n  foo: 1\n  weights: [a]\n  activation: rel\ncases: [{inputs: b}]\n")
    places = [(d.location.line, d.location.column) for d in found]
    assert places == [(2, 3), (3, 13), (4, 15), (5, 18)]


def test_a_misspelt_key_is_named_where_nothing_else_is_known() -> None:
    messages = [d.message for d in explain("layer: [1]\nservices: 2\n")]
    assert sorted(messages) == ["the spec needs `cases`", "unknown key `layer`"]


def test_a_mapping_of_another_kind_is_not_taken_apart_key_by_key() -> None:
    messages = [d.message for d in explain("services: 1\nvolumes: 2\n")]
    assert messages == ["the spec has no network", "the spec needs `cases`"]


def test_a_neuron_called_activation_has_the_keys_of_a_neuron() -> None:
    (found,) = explain(
        "inputs: [x]\nneurons: {activation: {weights: [1], activation: relu, alpha: 1}}\n" + CASES
    )
    assert found.message == "unknown key `alpha` in `activation`"


def test_messages_do_not_repeat_large_values() -> None:
    long = "x" * 5000
    key = long[:900]
    for text in (
        weights(f"[{long}]"), weights(f"{{{key}: a}}"), activation(long), f"{key}: 1\n" + SPEC,
        f"tolerance: {long}\n" + SPEC, f"name: [{long}]\n" + SPEC, f"inputs: {long} a\n" + SPEC,
        activation(f"{{name: {long}}}"), f"tags: [{long}, {long}]\n" + SPEC,
        f"version: {'9' * 300}\n" + SPEC,
    ):  # fmt: skip
        (found,) = explain(text)
        assert len(found.message) + len(found.hint) < 400


# ---- the schema itself


def subschemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key in ("properties", "definitions", "dependencies"):
                for part in value.values():
                    yield from subschemas(part)
            elif key not in ("examples", "enum", "const", "default", "defaultSnippets"):
                yield from subschemas(value)
    elif isinstance(node, list):
        for part in node:
            yield from subschemas(part)


SCHEMA = validate.schema("spec")
ANNOTATIONS = {
    "$schema", "title", "description", "default", "examples", "enumDescriptions",
    "markdownDescription", "defaultSnippets", "errorMessage",
}  # fmt: skip
STRUCTURE = {"$ref", "definitions", "properties", "allOf", "if", "then", "else", "propertyNames"}


def test_every_keyword_of_the_schema_is_explained() -> None:
    used = {key for part in subschemas(SCHEMA) for key in part} - ANNOTATIONS - STRUCTURE
    # Two are read out of the errors before the table is asked, and `anyOf` stands in an `if`, where
    # it makes no message.
    used -= {"required", "additionalProperties", "anyOf"}
    assert used <= set(faults.EXPLAIN)
    assert set(faults.EXPLAIN) - used <= {"None"}


def test_every_example_and_default_is_valid() -> None:
    count = 0
    for part in subschemas(SCHEMA):
        whole = part if part is SCHEMA else {**part, "definitions": SCHEMA["definitions"]}
        validator = jsonschema.Draft7Validator(whole)
        for value in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]:
            validator.validate(value)
            count += 1
    assert count > 70


def test_additional_keys_are_refused_everywhere() -> None:
    for part in subschemas(SCHEMA):
        if part.get("type") == "object" and len(part) > 1:
            assert "additionalProperties" in part
    for name in (
        "tolerance",
        "array_file",
        "case",
        "neuron",
        "wired_neuron",
        "layer",
        "model",
        "exercise",
        "part",
        "wrong",
        "hint",
        "sample",
        "variants",
        "parameter",
    ):
        assert SCHEMA["definitions"][name]["additionalProperties"] is False
    for rule in SCHEMA["definitions"]["parametrised"]["allOf"]:
        assert rule["then"]["additionalProperties"] is False


def test_a_schema_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nonsense"):
        validate.schema("nonsense")


# ---- the two validators

SEEDS = [source.read(text, "spec.yaml")[0].data for text in ACCEPTED]
STRAY: list[Any] = [
    None, True, False, 0, -1, 1, 1.0, 1.5, 2**70, -0.0, "", "a", "1", "exact", "relu", "prelu",
    "a\nb", "\x07", "no", "Off\n", [], [1], ["a"], ["a", "a"], [[1]], [[]], [None], {}, {"a": 1}, {"file": "a"},
    {"file": 1}, {"name": "elu"}, {"name": "elu", "alpha": 1}, {"name": "clip"}, {"atol": 1},
    {"": 1},
]  # fmt: skip
KEYS = ["file", "skip", "xfail", "inputs", "neuron", "layers", "model", "name", "extra", "weights"]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(data, (dict, list)):
        for step in data if isinstance(data, dict) else range(len(data)):
            yield from places(data[step], (*path, step))


def mutate(data: Any, chance: random.Random) -> Any:
    data = copy.deepcopy(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        path = chance.choice(list(places(data)))
        if not path:
            continue
        *above, last = path
        holder = data
        for step in above:
            holder = holder[step]
        action = chance.randrange(4)
        if action == 0:
            del holder[last]
        elif action == 1 and isinstance(holder, dict):
            holder[chance.choice(KEYS)] = copy.deepcopy(chance.choice(STRAY))
        elif action == 2 and isinstance(holder, dict):
            holder[f"{last}s"] = holder.pop(last)
        else:
            holder[last] = copy.deepcopy(chance.choice(STRAY))
    return data


class Unplaced:
    """A document whose values stand nowhere in particular, one place for each path."""

    text = source.Text("", "spec.yaml")
    number = 1
    value = Document.value

    def __init__(self, data: Any) -> None:
        self.data = data

    def span(self, _: Any) -> tuple[int, int]:
        return 0, 0

    def diagnostic(
        self, path: Any, code: str, message: str, hint: str = "", *, key: bool = False
    ) -> Diagnostic:
        location = Location("spec.yaml", 1, 1 + hash((tuple(path), key)) % 10**9)
        return Diagnostic(location, code, message, hint)


def is_plain(data: Any) -> bool:
    """Tell whether every number is one that every version of the gate takes."""
    if isinstance(data, (dict, list)):
        return all(map(is_plain, data.values() if isinstance(data, dict) else data))
    return (
        math.isfinite(data)
        if isinstance(data, float)
        else not isinstance(data, int) or abs(data) < 2**63
    )


def test_both_validators_and_the_explanations_agree_on_thousands_of_mutated_specs() -> None:
    plain = jsonschema.Draft7Validator(SCHEMA)
    gate = validate._gate()
    assert gate is not None
    chance = random.Random(5)
    verdicts = []
    for _ in range(2000):
        data = mutate(chance.choice(SEEDS), chance)
        valid = plain.is_valid(data)
        explained = validate.check(Unplaced(data))  # type: ignore[arg-type]
        assert bool(explained) is not valid, data
        assert validate._explainer().is_valid(data) is valid, data
        # The gate may refuse NaN, infinities and huge integers, which jsonschema then accepts.
        assert valid if gate(data) else not (valid and is_plain(data)), data
        assert {d.code for d in explained} <= set(CODES)
        assert all(d.message and "None" not in d.message for d in explained)
        verdicts.append(valid)
    assert 200 < sum(verdicts) < 1800


def test_an_accepted_spec_never_asks_the_slow_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "_explainer", lambda: pytest.fail("asked"))
    assert explain(SPEC) == []


def test_what_the_gate_cannot_take_is_left_to_the_slow_validator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Draft7Validator:
        def __init__(self, _: object) -> None: ...

        def is_valid(self, _: object) -> bool:
            raise ValueError("int too big to convert")

    monkeypatch.setitem(
        sys.modules, "jsonschema_rs", SimpleNamespace(Draft7Validator=Draft7Validator)
    )
    validate._gate.cache_clear()
    try:
        assert explain(SPEC) == []
        assert explain(SPEC + "nonesuch: 1\n") != []
    finally:
        validate._gate.cache_clear()


def test_everything_works_without_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    validate._gate.cache_clear()
    try:
        assert validate._gate() is None
        assert explain(SPEC) == []
        assert len(explain(SPEC + "foo: 1\n")) == 1
        many = NEURON + "cases:\n" + "  - {inputs: [1, 2]}\n" * 50 + "  - {input: 1}\n"
        assert [d.location.line for d in explain(many)] == [56]
    finally:
        validate._gate.cache_clear()


# ---- large files


def test_a_long_text_that_aliases_repeat_is_not_searched_again_and_again_for_a_hint() -> None:
    long = "a1 " * 100_000
    text = weights(f'[&long "{long}"' + ", *long" * 150 + "]")
    start = time.process_time()
    assert len(explain(text)) == 101
    assert time.process_time() - start < 5


def test_a_bad_number_among_many_is_found_quickly() -> None:
    (document,) = source.read(weights("[" + "0.25, " * 90_000 + "a]"), "spec.yaml")
    validate.check(document)  # The first call imports jsonschema.
    start = time.process_time()
    (found,) = validate.check(document)
    assert time.process_time() - start < 1
    assert found.message.startswith("item 90001 of `weights`")


def test_the_number_of_diagnostics_is_bounded_and_the_rest_counted() -> None:
    found = explain(weights("[" + "a, " * 300 + "1]"))
    assert len(found) == 101
    assert found[-1].message == "and 200 more problems"
    assert found[-1].location == found[-2].location
    found = explain(weights("[" + "a, " * 3000 + "1]"))
    assert (len(found), found[-1].message) == (101, "and more than 900 more problems")


def test_what_is_wrong_high_up_is_shown_before_the_details_are_cut_off() -> None:
    found = explain("foo: 1\n" + weights("[" + "a, " * 300 + "1]"))
    assert found[0].message == "unknown key `foo`"


@pytest.mark.parametrize("bad", ["{input: [1, 2]}", "{inputs: [1, .nan], foo: 1}"])
def test_one_bad_case_among_many_is_found(bad: str) -> None:
    good = "  - {inputs: [1, 2], expected: 1}\n" * 100
    found = explain(f"{NEURON}cases:\n{good}  - {bad}\n")
    assert [d.location.line for d in found] == [106]


def test_an_input_that_is_not_finite_is_accepted_among_many_cases() -> None:
    text = f"{NEURON}cases:\n" + "  - {inputs: [1, .nan], expected: .inf}\n" * 100
    assert explain(text) == []
