"""The rules of axe-core, on every kind of page, in the light and in the dark."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from opening import SPECS, Open, html_of
from playwright.sync_api import Page

import evaluator
from evaluator.reporters import load

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[dict[str, Any]]:
    """Run axe-core with its rules for WCAG 2.2 A and AA and its best practices."""
    page.evaluate(f"() => {{ {AXE} }}")
    found = page.evaluate(
        "() => axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(JSON.stringify)"
    )
    results = json.loads(found)
    assert len(results["passes"]) > 15
    return [
        {"rule": v["id"], "nodes": [node["html"][:160] for node in v["nodes"]][:4]}
        for v in results["violations"]
    ]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SPECS)
def test_the_page_keeps_the_rules(name: str, color_scheme: str, visit: Open) -> None:
    page = visit(
        html_of(SPECS[name]), color_scheme=color_scheme, width=1200 if name == "layers" else 360
    )
    for details in page.locator("main summary").all():
        if details.is_visible():
            details.click()
    if page.locator("#neurons .entry").count():
        page.locator("#neurons .entry").first.fill("wrong")
        page.locator("#neurons .entry").nth(1).fill("-30")
    assert violations(page) == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_report_keeps_the_rules(color_scheme: str, visit: Open, tmp_path: Any) -> None:
    (tmp_path / "specs").mkdir()
    for name, text in SPECS.items():
        (tmp_path / "specs" / f"{name}.yaml").write_text(text.replace("~0.999", "~0.5"))
    (tmp_path / "specs" / "invalid.yaml").write_text("neuron: {}\n")
    report = evaluator.run(tmp_path / "specs", evaluator.Options(diagrams=True))
    assert violations(visit(load("html")(report), color_scheme=color_scheme)) == []
