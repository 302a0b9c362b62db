"""docs/yaml.md, row by row: what each construct of YAML is read as, by both parsers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from evaluator import syntax
from evaluator.diagnostics import CODES
from evaluator.source import read
from fuzz.seeds import ROOT

PAGE = (ROOT / "docs/yaml.md").read_text(encoding="utf-8")


def rows(first: str, last: str = "") -> list[list[str]]:
    """Give the cells of all tables whose head begins and ends with some words."""
    found: list[list[str]] = []
    wanted = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells or set(cells[0]) == {"-"}:
            wanted = wanted and bool(cells)
        elif not wanted:
            wanted = cells[0].endswith(first) and cells[-1].startswith(last)
        else:
            found.append(cells)
    return found


def text(cell: str) -> str:
    """Give what stands in a cell between backticks."""
    written = cell.removeprefix("`").removesuffix("`").replace("\\|", "|")
    return written.replace("↵", "\n").replace("→", "\t")


READ = [
    (text(a), [json.loads(part) for part in re.findall("`([^`]*)`", b)])
    for a, b in rows("", "read as")
]
REFUSED = [(text(cells[0]), text(cells[-2])) for cells in rows("written", "why")]
BROKEN = [(text(cells[0]), text(cells[1])) for cells in rows("written", "what is wrong")]


@pytest.fixture(params=["libyaml", "pure"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(syntax, "parser", syntax.pure_parser)
        monkeypatch.setattr(yaml, "__with_libyaml__", False)


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(("written", "data"), READ)
def test_what_the_page_says_is_read(written: str, data: list[Any]) -> None:
    found = read(written, "f.yaml")
    assert [d for document in found for d in document.diagnostics] == []
    assert repr([document.data for document in found]) == repr(data)


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(("written", "code"), REFUSED + BROKEN)
def test_what_the_page_says_is_refused(written: str, code: str) -> None:
    found = [d for document in read(written, "f.yaml") for d in document.diagnostics]
    assert {d.code for d in found} == {code}
    assert code in CODES
    assert all(d.hint and "is not YAML" not in d.message for d in found)


def test_no_table_is_passed_over() -> None:
    lines = re.findall(r"^\| `", PAGE, re.MULTILINE)
    assert len(lines) == len(READ) + len(REFUSED) + len(BROKEN) > 150
