"""The reader against other readers, and its positions against the text that stands there."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from evaluator.document import Document
from evaluator.source import read

# What both parsers refuse, and what JSON and YAML escape in different ways.
characters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"),
                           exclude_characters="\ufeff")  # fmt: skip
texts = st.text(characters, max_size=12) | st.sampled_from(
    ["yes", "no", "null", "~", "1e3", "012", "0x1F", "1:30", "- a", "a: b", "#", "<<", "*a", "&a",
     "!t", "%x", "@", "`", "'", '"', "\\", "a\nb\n", "a\n\n  b", " a ", "é😀", "---", "..."]
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False) | texts  # fmt: skip
# JSON's backslash-u escapes of what lies beyond U+FFFF are pairs, which YAML takes one by one.
keys = texts.filter(lambda key: key != "" and len(key) < 100)


def nested(scalar: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalar,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=15,
    )


def the(text: str) -> Document:
    (document,) = read(text, "f.yaml")
    return document


# JSON is YAML


@given(
    nested(scalars),
    st.sampled_from([None, 0, 1, 4]),
    st.sampled_from([(", ", ": "), (",", ": "), (" , ", " : ")]),
)
@settings(max_examples=150)
def test_json_means_what_json_says(
    value: Any, indent: int | None, separators: tuple[str, str]
) -> None:
    text = json.dumps({"v": value}, indent=indent, separators=separators, ensure_ascii=False)
    document = the(text)
    codes = {d.code for d in document.diagnostics}
    assert codes <= {"underflow"}
    assert document.data == json.loads(text)
    assert kinds(document.data) == kinds(json.loads(text))


def kinds(value: Any) -> Any:
    """Give the types of nested data, in its order."""
    if isinstance(value, dict):
        return [(key, kinds(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [kinds(inner) for inner in value]
    return type(value)


# Plain scalars

CORE_INTEGER = re.compile(r"[-+]?[0-9]+")
CORE_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
CORE_WORDS = {
    **dict.fromkeys(["null", "Null", "NULL", "~"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-")
       for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
}  # fmt: skip


def core(text: str) -> Any:
    """Resolve a plain scalar as the tables of YAML 1.2.2, section 10.3.2, say."""
    if text in CORE_WORDS:
        return CORE_WORDS[text]
    if CORE_INTEGER.fullmatch(text):
        return int(text)
    if re.fullmatch("0o[0-7]+", text):
        return int(text[2:], 8)
    if re.fullmatch("0x[0-9a-fA-F]+", text):
        return int(text[2:], 16)
    return float(text) if CORE_FLOAT.fullmatch(text) else text


def yaml_1_1(text: str) -> Any:
    """Resolve a plain scalar as PyYAML does; itself where PyYAML gives no value."""
    try:
        return yaml.safe_load(f"[{text}]")[0]
    except (yaml.YAMLError, ValueError):
        return text


def same(a: Any, b: Any) -> bool:
    both_nan = isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b)
    return type(a) is type(b) and (a == b or both_nan)


@given(
    st.text("0123456789+-.eE_:xob", min_size=1, max_size=8)
    | st.text("0123456789.-+e", min_size=1, max_size=10)
    | st.text("aefilnorstuyNFTI.~+-", min_size=1, max_size=5)
    | st.sampled_from([*CORE_WORDS, "yes", "No", "ON", "y", "2001-01-01", "=", "<<"])
)
@settings(max_examples=500)
@example("0")
@example("-0")
@example("00")
@example("0b1")
@example("1e5")
@example("+1.e-3")
@example("1:2.5")
def test_a_plain_scalar_is_that_of_yaml_1_2_or_refused_where_readers_disagree(text: str) -> None:
    try:
        (event,) = [e for e in yaml.parse(f"[{text}]") if isinstance(e, yaml.ScalarEvent)]
    except (yaml.YAMLError, ValueError):
        assume(False)
    assume(event.value == text and not event.style)
    (document,) = read(f"[{text}]", "f.yaml")
    expected = core(text)
    codes = [d.code for d in document.diagnostics if d.severity == "error"]
    if codes == ["ambiguous-scalar"]:
        # 1.1 says otherwise, or people do: underscores, leading zeros, a base that is not 10.
        doubtful = "_" in text or text.lstrip("+-").startswith("0")
        assert doubtful or not same(yaml_1_1(text), expected)
        assert not isinstance(expected, bool | None)
    elif codes:
        assert codes == ["bad-number"]
        assert math.isinf(float(text))
    elif text == "-0":
        assert same(document.data, [-0.0]) or document.data == [0]
    else:
        assert same(document.data[0], expected)


# Positions


class Styled(yaml.SafeDumper):
    """Writes texts in every style that YAML has."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if len(text) < 3 or "\t" in text else (None, '"', "'", "|", ">")[len(text) % 5]
    plain = re.fullmatch(r"[a-zé]{3,}", text) and text not in (
        "null",
        "yes",
        "off",
        "true",
        "false",
    )
    if style is None and not plain:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Styled.add_representer(str, _represent)


@st.composite
def written(draw: st.DrawFn, *, twice: bool = True) -> str:
    """Write nested data in one of many layouts, some of it twice, as anchor and alias."""
    value = draw(nested(scalars))
    again = value if twice else None
    data: dict[str, Any] = {"first": value, "second": [draw(nested(scalars)), {"again": again}]}
    text = yaml.dump(
        data, None, Styled,
        default_flow_style=draw(st.booleans()),
        width=draw(st.sampled_from([8, 30, 1000])),
        indent=draw(st.sampled_from([2, 4, 7])),
        allow_unicode=draw(st.booleans()),
        explicit_start=draw(st.booleans()),
        sort_keys=False,
    )  # fmt: skip
    if draw(st.booleans()):
        text = "# what is to come\n\n" + text if not text.startswith("%") else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def paths(
    data: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from paths(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from paths(value, (*path, number))


def at(document: Document, span: tuple[int, int]) -> str:
    """Cut out a span; its first line keeps its column, so that blocks stay aligned."""
    text = document.text.text
    start, end = span
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return " " * (start - line) + text[start:end]


@given(written())
@settings(max_examples=150)
def test_what_stands_at_a_span_reads_as_the_value(text: str) -> None:
    document = the(text)
    assume(not document.broken)
    found = 0
    for path, value in paths(document.data):
        piece = at(document, document.span(path))
        if piece.lstrip().startswith("*"):
            assert isinstance(value, list | dict)
        elif "*" not in piece or not isinstance(value, list | dict):
            assert the(piece).data == value, (path, piece)
            found += 1
        if path and isinstance(path[-1], str):
            assert the(at(document, document.span(path, key=True))).data == path[-1]
    assert found


@given(written(twice=False))
def test_spans_of_a_container_enclose_those_of_its_elements(text: str) -> None:
    document = the(text)
    assume(not document.broken)
    for path, _ in paths(document.data):
        start, end = document.span(path)
        assert 0 <= start <= end <= len(text)
        if path:
            outer = document.span(path[:-1])
            assert outer[0] <= start
            assert end <= outer[1] or text[outer[1] : end].strip() == ""


@given(written())
def test_line_and_column_are_those_an_editor_counts(text: str) -> None:
    document = the(text)
    assume(not document.broken)
    lines = text.replace("\r\n", "\n").split("\n")
    for path, _ in paths(document.data):
        start, end = document.span(path)
        location = document.locate(path)
        first = text[start:end].replace("\r\n", "\n").split("\n")[0]
        assert lines[location.line - 1][location.column - 1 :].startswith(first)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: 1\nb: [2, 3]\n", ()),
        ("a:\n  b: {c: 1}\n", ("a",)),
        ("- - [1]\n", (0,)),
        ("- a: [[1], [2]]\n", (0,)),
    ],
)
def test_a_block_ends_where_its_last_brackets_close(text: str, path: tuple[str | int, ...]) -> None:
    document = the(text)
    assert document.span(path)[1] == len(text.rstrip())


@pytest.mark.parametrize(
    "text", ["first: |\n  a\n  b\nsecond: 1\n", "- - 1\n  - 2\n- a: b\n  c: d\n"]
)
def test_a_block_is_cut_out_whole(text: str) -> None:
    document = the(text)
    for path, value in paths(document.data):
        assert the(at(document, document.span(path))).data == value
