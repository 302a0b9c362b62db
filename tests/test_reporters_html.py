"""The HTML page: everything is on it, nothing is loaded, and everyone can read it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import evaluator
from evaluator.diagnostics import Diagnostic, Location
from evaluator.reporters import html, load
from evaluator.reporters.style import STYLE
from evaluator.results import CaseResult, Mismatch, Report, SpecResult

SPECS = """\
name: every outcome
inputs: [a, b]
neurons:
  h: {weights: {a: 1, b: 1}, activation: relu}
  o: {weights: {h: 2}, bias: -1, activation: identity}
cases:
  - {name: right, inputs: [1, 1], expected: 3}
  - {name: wrong, inputs: [1, 1], expected: {o: 4, h.z: "> 5", h: 2}}
  - {name: empty, inputs: [1, 1]}
  - {name: known, inputs: [1, 1], expected: 5, xfail: a bug}
  - {name: surprise, inputs: [1, 1], expected: 3, xfail: a bug}
  - {name: later, inputs: [1, 1], expected: 3, skip: not yet}
  - {file: t.csv}
---
name: warned
inputs: [a, b]
neurons: {o: {weights: {a: 1}, activation: relu}}
cases: [{inputs: [1, 2], expected: 1}]
---
neuron: {weights: [1], bais: 1, activation: relu}
cases: []
"""
VOID = {"meta", "input", "br", "hr", "img", "link"}


class Page(HTMLParser):
    """A page that was read: its elements with what is around them, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.inside, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.inside[-1] if self.inside else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        """Give the attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag: str) -> list[str]:
        """Give the texts that stand directly in elements of a name."""
        return [text for name, text in self.texts if name == tag]


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Run specs of every outcome, with their diagrams."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{n},0,{2 * n - 1 + (n % 10 == 0)}\n" for n in range(1, 1001))
    Path("t.csv").write_text("a,b,o\n" + rows)
    Path("f.yaml").write_text(SPECS)
    return evaluator.run("f.yaml", evaluator.Options(diagrams=True))


def test_every_spec_and_every_case_is_on_the_page(report: Report) -> None:
    page = Page(load("html")(report))
    assert (
        page.text("h2") == ["every outcome", "warned", "f#3"] or page.text("h2")[0] == "What fails"
    )
    cases = [a["class"].split()[1] for a in page.all("li") if "case" in a.get("class", "")]
    assert cases == ["passed", "failed", "failed", "xfailed", "xpassed", "skipped", "failed", "passed"]  # fmt: skip
    kinds = [a["class"] for a in page.all("div") if "case" in a["class"]]
    assert kinds == ["case warning", "case invalid", "case invalid"]
    assert len(page.all("svg")) == 2
    cells = page.text("td")
    assert cells[:4] == ["o", "4", "3.9999995 to 4.0000005", "3"]
    # Of the table, the row, and what it is off by.
    assert cells[cells.index("10") : cells.index("10") + 5] == [
        "10", "o", "20", "19.9999979 to 20.0000021", "19",
    ]  # fmt: skip
    assert "line 13, 100 of 1,000 rows failed, 1,000 values" in page.text("small")
    assert any("… and 50 mismatches more" in text for text in page.text("p"))
    assert any("h.z = 1·1 + 1·1 + 0 = 2" in text for text in page.text("pre"))
    assert any("did you mean `bias`?" in text for text in page.text("pre"))


def test_the_page_loads_and_runs_nothing(report: Report) -> None:
    text = load("html")(report)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "base"} & {t for t, _ in page.elements}
    for _, attributes in page.elements:
        assert not {"src", "style", "srcset", "data"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in text
    assert "@import" not in text
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def test_the_page_is_accessible(report: Report) -> None:
    page = Page(load("html")(report))
    assert page.all("html") == [{"lang": "en"}]
    assert page.text("title") == [
        "✗ Failed: 3 specs", "Network from a, b to o", "Network from a, b to o",
    ]  # fmt: skip
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == 1
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(set(ids)) == len(ids)
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    assert all(a.get("scope") == "col" for a in page.all("th"))
    assert len(page.all("label")) == len(page.all("input"))
    assert len(page.all("fieldset")) == len(page.all("legend")) == 1
    assert all(a["role"] == "img" for a in page.all("svg"))
    assert len(page.text("desc")) == 2
    # A word and a sign tell each outcome, beside its colour.
    signs = [text for text in page.text("b") if text.strip()]
    assert len(signs) == 11
    assert all(re.match(r"[✓✗○⚠] \w", sign) for sign in signs)


def test_each_outcome_that_there_is_can_be_shown_alone(report: Report) -> None:
    page = Page(load("html")(report))
    choices = [a["id"].removeprefix("show-") for a in page.all("input")]
    assert choices == [
        "all", "failed", "invalid", "xpassed", "warning", "passed", "skipped", "xfailed",
    ]  # fmt: skip
    for choice in choices[1:]:
        rule = (
            f"body:has(#show-{choice}:checked) :is(.spec:not(.has-{choice}), .case:not(.{choice}))"
        )
        assert rule in STYLE
        assert any(f"has-{choice}" in a["class"].split() for a in page.all("section"))


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours as WCAG 2 defines it."""

    def luminance(color: str) -> float:
        digits = color * 2 if len(color) == 3 else color
        if len(color) == 3:
            digits = "".join(c * 2 for c in color)
        parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_can_be_read_on_its_ground(scheme: int) -> None:
    palettes = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    colors = dict(re.findall(r"--(\w+): #([0-9a-f]+)", palettes[scheme]))
    for ground in ("paper", "panel"):
        for ink in ("ink", "soft", "bad", "good", "odd", "link"):
            assert contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", "</pre></li><h1>owned", '"><img src=x onerror=alert(1)>',
        "</title><b>", "&lt;", "a\x1b[31m\x07", "right\u202eleft", "]]>", "</style>",
    ],
)  # fmt: skip
def test_names_are_text_and_nothing_else(name: str) -> None:
    at = Location(name, 1, 1, 2, (name,))
    wrong = [Mismatch(name, None, 1, at, name, 0.0, 1.0, 2.0, "2", name, (name,), name)]
    cases = [
        CaseResult(name, 1, 1, "failed", 1, wrong, rows=1, failed_rows=1, location=at),
        CaseResult(name, 1, 1, "error", reason=name),
    ]
    specs = [
        SpecResult(name, 1, name, cases, [Diagnostic(at, "alias", name, name)]),
        SpecResult(name, 2, name, cases),
    ]
    page, plain = (
        Page(load("html")(Report("1", subject=n, specs=s)))
        for n, s in ((name, specs), ("x", [s for s in specs]))
    )
    elements = [tag for tag, _ in page.elements]
    assert elements == [tag for tag, _ in plain.elements]
    assert not {"script", "img"} & set(elements)
    assert all(c.isprintable() or c == "\n" for _, text in page.texts for c in text)


def test_specs_that_fail_are_listed_first_and_open(report: Report) -> None:
    page = Page(load("html")(report))
    assert [a["href"] for a in page.all("a")] == ["#spec-0", "#spec-2"]
    assert ["open" in a for a in page.all("details")] == [True, False, True]


def test_diagrams_that_would_make_the_page_too_large_are_left_out_and_missed(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = report.specs
    monkeypatch.setattr(html, "MAX_DIAGRAMS", max(len(first.diagram), len(second.diagram)))
    page = Page(load("html")(report))
    assert len(page.all("svg")) == 1
    assert "The diagram is left out: the page would grow too large." in page.text("p")
    # The failing spec keeps its own.
    assert first.diagram in load("html")(report)


def test_a_run_without_diagrams_draws_none(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(SPECS)
    (tmp_path / "t.csv").write_text("a,b,o\n1,1,3\n")
    assert not any(spec.diagram for spec in evaluator.run(tmp_path / "f.yaml").specs)


CLASSES = """\
layers: [{weights: [[1], [2]], activation: softmax}]
outputs: [p, q]
cases:
  - {name: same, inputs: 1, expected_class: p}
  - {name: same, inputs: 1, expected_class: q}
  - {name: same, inputs: 1}
  - {name: odd, inputs: 1, expected_class: q, xfail: known}
"""


def test_cases_are_told_apart_and_shown_in_their_source(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(CLASSES)
    text = load("html")(evaluator.run(tmp_path / "f.yaml"))
    cases = re.findall(r"<li class=.*?</li>", text, re.DOTALL)
    assert [re.search("</b> (.*?)(:| <small>)", case)[1] for case in cases] == [  # type: ignore[index]
        "same", "same#2", "same#3", "odd"
    ]  # fmt: skip
    assert "<td>class</td><td>p</td><td></td><td>q</td>" in cases[0]  # both by name
    assert "<pre" not in cases[1]
    assert "6 |   - {name: same, inputs: 1}\n    |     ^^^^" in cases[2]
    assert "7 |   - {name: odd," in cases[3]
