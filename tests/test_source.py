"""The reader: YAML 1.2 core values, positions to the column, and refusals with their places."""

from __future__ import annotations

import math
import re
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluator import reader, syntax
from evaluator.document import Document
from evaluator.reader import MAX_DEPTH
from evaluator.source import read

VALUES = {
    "1": 1, "-7": -7, "+3": 3, "0": 0, "1e-3": 0.001, "1E5": 1e5, "12e03": 12000.0, "1.0e3": 1000.0,
    "-.5": -0.5, "+.5": 0.5, "5.": 5.0, ".5e-3": 0.0005, "0.1": 0.1, "-0.0": -0.0,
    ".inf": math.inf, "-.INF": -math.inf, "true": True, "False": False, "null": None, "~": None,
    "yes": "yes", "no": "no", "on": "on", "off": "off", "y": "y", "N": "N", "~0.999": "~0.999",
    "2024-01-01": "2024-01-01", "=": "=", "1.2.3": "1.2.3", "--1": "--1", "a:1": "a:1",
    "'12'": "12", '"1e3"': "1e3", "inf": "inf", "NaN": "NaN", "-": None, "1 2": "1 2",
}  # fmt: skip


def the(text: str) -> Document:
    """Read a text that holds one document."""
    (document,) = read(text, "f.yaml")
    return document


def told(text: str) -> list[tuple[int, int, str]]:
    """Give line, column and code of everything that is wrong with a text."""
    return [
        (d.location.line, d.location.column, d.code)
        for document in read(text, "f.yaml")
        for d in document.diagnostics
    ]


@pytest.mark.parametrize(("text", "value"), [(t, v) for t, v in VALUES.items() if t != "-"])
def test_a_scalar_means_what_yaml_1_2_core_says(text: str, value: object) -> None:
    document = the(f"a: {text}")
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)
    assert document.diagnostics == []


DATA = {
    "on: 1\nyes: 2\ny: 3": {"on": 1, "yes": 2, "y": 3},
    "'1': x\n'': y": {"1": "x", "": "y"},
    "a: <<": {"a": "<<"},
    "a: 1\n...\n": {"a": 1},
    "a: 1\n---\n...\n": {"a": 1},
    "{weights:[0, 1]}": {"weights": [0, 1]},
    "a:1": "a:1",
    "{a:1}": {"a:1": None},
    "w:\n  -1\n  -2": {"w": "-1 -2"},
    "w: -1.0 2.0": {"w": "-1.0 2.0"},
    "w: [1,5, 2]": {"w": [1, 5, 2]},
    "? " + "k" * 1100 + "\n: 1": {"k" * 1100: 1},
}


@pytest.mark.parametrize(("text", "data"), DATA.items(), ids=lambda x: repr(x)[:24])
def test_a_text_is_read_as_yaml_1_2_has_it(text: str, data: object) -> None:
    assert (the(text).data, the(text).diagnostics) == (data, [])


def test_minus_zero_keeps_its_sign() -> None:
    assert math.copysign(1, the("a: -0").data["a"]) == -1


def test_nan_is_a_number() -> None:
    assert math.isnan(the("a: .nan").data["a"])


AMBIGUOUS = {
    "012": "12", "-012": "-12", "08": "8", "0o12": "10", "0x1F": "31", "0b101": "5",
    "1:30": "[1, 30]", "190:20:30.15": "[190, 20, 30.15]", "1_000": "1000", "1_000.5": "1000.5",
    "000": "0", "0x1F_F": "511", "0b_1_0": "2", "0_12": "12", ".5_0": ".50",
}  # fmt: skip


@pytest.mark.parametrize(("text", "instead"), AMBIGUOUS.items())
def test_a_spelling_that_readers_disagree_on_is_refused_with_what_to_type(
    text: str, instead: str
) -> None:
    (found,) = the(f"a: {text}").diagnostics
    assert found.code == "ambiguous-scalar"
    assert (found.location.line, found.location.column) == (1, 4)
    if text != "000":
        assert f"write {instead}" in found.hint


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_the_same_spelling_in_quotes_is_text(text: str) -> None:
    assert the(f"a: '{text}'").data == {"a": text}


REFUSED = {
    "a: 1e400": [(1, 4, "bad-number")],
    "a: " + "1" * 1001: [(1, 4, "bad-number")],
    "a: 1\nb: 2\na: 3": [(3, 1, "duplicate-key")],
    "a: {x: 1, x: 2}\nb: 012": [(1, 11, "duplicate-key"), (2, 4, "ambiguous-scalar")],
    "1: x": [(1, 1, "bad-key")],
    "true: x": [(1, 1, "bad-key")],
    "? [1]\n: 2": [(1, 3, "bad-key")],
    "a: 1\n<<: {b: 1}": [(2, 1, "merge-key")],
    "a: !!float 1": [(1, 4, "tag")],
    "a: !foo [1]": [(1, 4, "tag")],
    "a: !!set {b}": [(1, 4, "tag")],
    "a: !!omap [b: 1]": [(1, 4, "tag")],
    "a: !!binary aGk=": [(1, 4, "tag")],
    "a: !!int 1e3": [(1, 4, "tag")],
    "a: !!float abc": [(1, 4, "tag")],
    "a: !<tag:yaml.org,2002:int> 3": [(1, 4, "tag")],
    "1: x\n1.0: y\ntrue: z\n~: w": [(n, 1, "bad-key") for n in (1, 2, 3, 4)],
    "a: &x 1\n*x : 2": [(2, 1, "bad-key")],
    "a: 1.0e+400": [(1, 4, "bad-number")],
    "a: " + "9" * 5000: [(1, 4, "bad-number")],
    'a: "\\ud800"': [(1, 4, "encoding")],
    "a: !!python/object/apply:os.system [ls]": [(1, 4, "tag")],
    "a: &x [*x]": [(1, 8, "alias")],
    "a: *nope": [(1, 4, "alias")],
    "": [(1, 1, "empty-document")],
    "# only a comment\n": [(1, 1, "empty-document")],
    "a: 1\n---\n---\nb: 1": [(3, 1, "empty-document")],
    "a: [1, 2": [(1, 4, "yaml-syntax")],
    "a:\n\t- 1": [(2, 1, "yaml-syntax")],
    "a:\tb: 1": [(1, 3, "yaml-syntax")],
    "a: b: c": [(1, 5, "yaml-syntax")],
    "a: 'x": [(1, 4, "yaml-syntax")],
    "a: \x00": [(1, 4, "encoding")],
    "a: b\u2028c": [(1, 5, "encoding")],
    "a: b\x85c": [(1, 5, "encoding")],
    "a: \ufeff1": [(1, 4, "encoding")],
    "%YAML 3.0\n---\na: 1": [(1, 1, "yaml-syntax")],
    "%TAG ! tag:x,2000:\n---\na: 1": [(1, 1, "yaml-syntax")],
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=lambda x: repr(x)[:24])
def test_what_is_refused_is_told_at_its_place(text: str, expected: list[object]) -> None:
    assert told(text) == expected


SAID = [
    ("a: [1\nb: 2\n", 2, 2, "a list in brackets that is not closed", "`]` at the end"),
    ("a:\n  - {b: 1, c\n", 2, 5, "a mapping in braces that is not closed", "`}` at the end"),
    ('a: "x\nb: 2\n', 1, 4, "a quoted text that is not closed", "add the closing quote"),
    ("a: 'it's'\n", 1, 8, "behind a closing quote", "write '' for"),
    ('a: "an "x""\n', 1, 9, "behind a closing quote", 'write \\" for'),
    ("n:\n  bias:4\n  b: 1\n", 2, 3, "no blank after the `:` of `bias`", "write `bias: 4`"),
    ("n:\n  a: 1\n  bias:4\n  b: 1\n", 3, 3, "after the `:` of `bias`", "write `bias: 4`"),
    ("n:\n  - b:4\n    c: 1\n", 2, 5, "no blank after the `:` of `b`", "write `b: 4`"),
    ("a: http://b\n c: 1\n", 2, 3, "a second `:`", "put quotes around"),
    ('a: "\\U00110000"\n', 1, 7, "an escape that YAML does not know", "single quotes"),
    ('a: "\\UFFFFFFFF"\n', 1, 7, "an escape that YAML does not know", "single quotes"),
    ('a: "\\q"\n', 1, 6, "an escape that YAML does not know", "single quotes"),
    ("k" * 1100 + ": 1\n", 1, 1, "a key of more than 1024 characters", "write a shorter key"),
    ("a: 1\n" + "k" * 1100 + ": 1\n", 2, 1, "a key of more than 1024", "write a shorter key"),
    ("a: b\x85c\n", 1, 5, "the character U+0085 is not allowed", 'an escape, "\\u0085"'),
    ("n:\n  bias = 4\n  b: 1\n", 2, 3, "`=` stands after `bias`", "write `bias: 4`"),
    ("n:\n  a: 1\n  bias = 4\n  b: 1\n", 3, 3, "`=` stands after `bias`", "write `bias: 4`"),
    ("n:\n  a: 1\n  bias=4\n", 3, 3, "`=` stands after `bias`", "write `bias: 4`"),
    ("a: 1\n--\nb: 2\n", 2, 1, "`--` does not begin a document", "write `---`"),
    ("----\nb: 2\n", 1, 1, "`----` does not begin a document", "write `---`"),
    ("a: 1\nbias 4\nb: 1\n", 2, 1, "a key without its `:`", "write `key: value`"),
    ("n: {w: np.array([0, 1])}\n", 1, 8, "`np.array(`, is not YAML", "write the list alone"),
    ("a: [\n", 2, 1, "the text ends where a value is wanted", "close the brackets"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), SAID)
def test_what_is_no_yaml_stands_where_it_is_made_and_says_what_to_do(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    (found,) = the(text).diagnostics
    assert (found.location.line, found.location.column) == (line, column)
    assert message in found.message
    assert hint in found.hint


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%YAML 1.2"])
def test_a_yaml_directive_changes_nothing(directive: str) -> None:
    assert the(f"{directive}\n---\na: yes").data == {"a": "yes"}


def test_a_warning_leaves_the_data_usable() -> None:
    document = the("a: 1e-400\nb: 9007199254740993\nc: 9007199254740994")
    assert [(d.code, d.severity) for d in document.diagnostics] == [
        ("underflow", "warning"),
        ("inexact-integer", "warning"),
    ]
    assert not document.broken


def test_a_duplicate_names_the_place_of_the_first() -> None:
    (found,) = the("x: 0\nneuron:\n  bias: 1\n  bias: 2").diagnostics
    assert "first at 3:3" in found.message


def test_documents_are_counted_and_an_invalid_one_leaves_its_neighbours() -> None:
    first, second, third = read("a: 1\n---\na: 012\n---\na: 3\n---\n", "f")
    assert (first.data, first.number, first.broken) == ({"a": 1}, 1, False)
    assert (second.number, second.broken) == (2, True)
    assert (third.data, third.number) == ({"a": 3}, 3)


def test_documents_after_a_syntax_error_are_read() -> None:
    documents = read("a: 1\n---\na: [1\n---\nb: 2\n---\nc: 'x\n---\n", "f")
    assert [d.number for d in documents] == [1, 2, 3, 4]
    assert [d.data for d in documents if not d.broken] == [{"a": 1}, {"b": 2}]
    assert documents[2].locate(("b",)).line == 5


def test_a_document_before_a_syntax_error_is_kept() -> None:
    first, second = read("a: 1\n---\na: [1\n", "f")
    assert first.data == {"a": 1}
    assert [d.code for d in second.diagnostics] == ["yaml-syntax"]


PLACED = """\
neuron:
  weights: &w [0, 1]
  bias: é😀
cases:
  - inputs: # x
      [2, 3]
    expected: &a  ~0.9
  - inputs: *w
empty:
"""
PLACES = [
    ((), False, (1, 1)),
    (("neuron",), False, (2, 3)),
    (("neuron",), True, (1, 1)),
    (("neuron", "weights"), False, (2, 15)),
    (("neuron", "weights", 1), False, (2, 19)),
    (("neuron", "bias"), False, (3, 9)),
    (("neuron", "bias"), True, (3, 3)),
    (("neuron", "nothing"), False, (2, 3)),
    (("cases", 0, "inputs", 1), False, (6, 11)),
    (("cases", 0, "expected"), False, (7, 19)),
    (("cases", 1), False, (8, 5)),
    (("cases", 1, "inputs"), False, (8, 13)),
    # What stands behind an alias stands where its anchor is.
    (("cases", 1, "inputs", 0), False, (2, 16)),
    (("empty",), False, (9, 1)),
]


@pytest.mark.parametrize(("path", "key", "place"), PLACES)
def test_every_key_and_value_knows_its_line_and_column(
    path: tuple[str | int, ...], key: bool, place: tuple[int, int]
) -> None:
    location = the(PLACED).locate(path, key)
    assert (location.line, location.column) == place


def test_line_ends_are_those_of_editors() -> None:
    for end in ("\n", "\r\n", "\r"):
        location = the(f"a: 1{end}b: [1,{end}  x]{end}").locate(("b", 1))
        assert (location.line, location.column) == (3, 3)


def test_a_byte_order_mark_is_not_a_column() -> None:
    assert the("\ufeffa: x").locate(("a",)).column == 4


def test_depth_is_bounded_and_deep_brackets_are_refused_at_once() -> None:
    assert not the("[" * MAX_DEPTH + "]" * MAX_DEPTH).broken
    start = time.process_time()
    assert told("[" * 50_000) == [(1, MAX_DEPTH + 1, "too-deep")]
    assert time.process_time() - start < 2


def test_the_document_after_the_last_that_is_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_DOCUMENTS", 2)
    documents = read("a: 1\n---\na: 2\n---\na: [\n---\na: 4\n", "f")
    assert [d.data for d in documents] == [{"a": 1}, {"a": 2}, None]
    (found,) = documents[2].diagnostics
    assert (found.location.line, found.code) == (4, "too-large")
    assert (found.message, found.hint) == ("the file holds more than 2 documents", "split the file")


@pytest.mark.parametrize("bad", ["", "---\na: [\n---\nb: [[1], [2]]\n"])
def test_lists_and_mappings_are_counted_over_all_documents(
    monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setattr(reader, "MAX_NESTED", 6)
    documents = read("a: {b: [[1], [2]]}\n---\na: [[1]]\n" + bad, "f")
    assert [d.code for document in documents for d in document.diagnostics] == ["too-large"]
    (found,) = documents[-1].diagnostics
    assert (found.location.line, found.location.column) == (3, 4)
    assert found.message == "the file holds more than 6 lists and mappings"


def test_a_text_that_is_no_yaml_is_read_no_further_than_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "MAX_NESTED", 4)
    found = told("a: [[1]]\n---\na: '\n---\nb: [1]\n---\nc: 1\n")
    assert [code for *_, code in found] == ["yaml-syntax", "too-large"]


def test_aliases_that_explode_are_refused_at_once() -> None:
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    start = time.process_time()
    assert [code for _, _, code in told("\n".join(lines))] == ["alias"]
    assert time.process_time() - start < 2


def test_an_anchor_may_be_named_again() -> None:
    assert the("a: &x 1\nb: &x 2\nc: *x").data == {"a": 1, "b": 2, "c": 2}


def test_very_long_lines_are_shown_around_the_place() -> None:
    document = the("a: [" + "1, " * 500_000 + "x]")
    location = document.locate(("a", 500_000))
    assert location.column == 1_500_005
    assert len(location.lines[-1]) <= 200
    assert location.lines[-1][location.column - 1 - location.offset] == "x"


def values() -> st.SearchStrategy[object]:
    """Make nested data as YAML holds it."""
    scalars = (
        st.none() | st.booleans() | st.integers(-(10**12), 10**12)
        | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
    )  # fmt: skip
    # PyYAML leaves such a text without quotes, and in YAML 1.2 it is a number.
    scalars = scalars.filter(
        lambda value: (
            not (isinstance(value, str) and re.fullmatch("[-+]?[.0-9]+[eE][-+]?[0-9]+", value))
        )
    )
    keys = st.text(st.sampled_from("abcxyz_é"), min_size=1, max_size=5)
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )  # fmt: skip


@given(values(), st.sampled_from([None, True, False]))
def test_what_pyyaml_writes_reads_back_the_same(value: object, flow: bool | None) -> None:
    text = yaml.safe_dump({"v": value}, default_flow_style=flow, allow_unicode=True)
    if "\ufeff" in text:
        return
    document = the(text)
    if not document.diagnostics:
        assert document.data == {"v": value}
    else:
        # What PyYAML leaves unquoted and readers disagree on is refused, never misread.
        assert {d.code for d in document.diagnostics} <= {
            "ambiguous-scalar", "bad-key", "yaml-syntax", "underflow", "tag"
        }  # fmt: skip


@given(values())
def test_both_parsers_give_the_same_data_and_places(value: object) -> None:
    text = yaml.safe_dump({"v": value, "w": [value, {"k": value}]}, allow_unicode=True)
    fast = read(text, "f")
    slow = _read_pure(text)
    assert [(d.data, d.layout.spans, d.diagnostics) for d in fast] == [
        (d.data, d.layout.spans, d.diagnostics) for d in slow
    ]


@pytest.mark.parametrize("text", [*REFUSED, PLACED, *[f"a: {t}" for t in AMBIGUOUS]])
def test_both_parsers_say_the_same_of_bad_texts(text: str) -> None:
    assert [d.diagnostics for d in read(text, "f")] == [d.diagnostics for d in _read_pure(text)]


def _read_pure(text: str) -> list[Document]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(syntax, "parser", syntax.pure_parser)
        return read(text, "f")
