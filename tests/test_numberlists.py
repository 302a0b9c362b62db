"""Lists of numbers are read ahead of the parser, and nothing is different for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator import numberlists, source
from evaluator.source import read

TEN = "[1, -2, 0, 0.5, -0.0, 1.25e-3, 10, 12345.678]"
NUMBERS = [1, -2, 0, 0.5, -0.0, 1.25e-3, 10, 12345.678]


@pytest.fixture(autouse=True)
def every_text_is_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numberlists, "WORTH", 0)


@pytest.mark.parametrize(
    ("text", "data", "ahead"),
    [
        (f"a: {TEN}", {"a": NUMBERS}, 1),
        (f"a: [{TEN}, {TEN}]", {"a": [NUMBERS, NUMBERS]}, 2),
        (f"a:\n  - {TEN}\n  - {TEN}  # two\n", {"a": [NUMBERS, NUMBERS]}, 2),
        (f"a: &x {TEN}\nb: *x\n", {"a": NUMBERS, "b": NUMBERS}, 1),
        (f"# {TEN}\na: {TEN}\n", {"a": NUMBERS}, 2),
        (f'a: "at {TEN}"\n', {"a": f"at {TEN}"}, 1),
        (f"a: |\n  of {TEN}\n", {"a": f"of {TEN}\n"}, 1),
        (f"a: of {TEN}\n", {"a": f"of {TEN}"}, 1),
        ("a: [1, 2, 3]\n", {"a": [1, 2, 3]}, 0),
        (f"a: {TEN.replace('10', '.5')}\n", {"a": [*NUMBERS[:6], 0.5, NUMBERS[7]]}, 0),
        (f"a: {TEN.replace('10', '-0')}\n", {"a": [*NUMBERS[:6], -0.0, NUMBERS[7]]}, 0),
    ],
)  # fmt: skip
def test_a_list_means_the_same_wherever_it_stands(text: str, data: object, ahead: int) -> None:
    assert len(numberlists.NumberLists(text)) == ahead
    (document,) = read(text, "f.yaml")
    assert document.diagnostics == []
    assert repr(document.data) == repr(data)


@pytest.mark.parametrize(
    ("number", "code"),
    [("010", "ambiguous-scalar"), ("1_000", "ambiguous-scalar"), ("9" * 20, "inexact-integer"),
     ("1.0e-400", "underflow"), ("1e999", "bad-number")],
)  # fmt: skip
def test_what_is_told_of_a_number_is_told_in_a_list_too(number: str, code: str) -> None:
    (document,) = read(f"a: {TEN.replace('10', number)}\n", "f.yaml")
    assert [d.code for d in document.diagnostics] == [code]


def test_what_is_wrong_beside_a_list_stands_where_it_is() -> None:
    (document,) = read(f"é: {TEN}\nb: {{{TEN}: 1}}\n", "f.yaml")
    assert [(d.code, d.location.line, d.location.column) for d in document.diagnostics] == [
        ("bad-key", 2, 5)
    ]


def test_every_number_of_a_list_knows_its_place() -> None:
    (document,) = read(f"é: {TEN}\n", "f.yaml")
    assert [document.locate(("é", n)).column for n in (0, 1, 7)] == [5, 8, 39]


@given(
    st.recursive(
        st.lists(st.one_of(st.floats(), st.integers(), st.just("[1, 2]")), max_size=12),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab [", max_size=3), inner),
        max_leaves=8,
    )
)  # fmt: skip
def test_a_text_reads_as_it_does_without(value: object) -> None:
    text = json.dumps(value).replace("Infinity", ".inf").replace("NaN", ".nan") + "\n"
    (document,) = read(text, "f.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_read_ahead", lambda _: None)
        (plain,) = read(text, "f.yaml")
    assert repr(document.data) == repr(plain.data)
    assert document.diagnostics == plain.diagnostics
