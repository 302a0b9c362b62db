"""A real browser, which is offline, and the pages that it opens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from opening import Open
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    found = shutil.which("chromium")
    assert found, "chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open pages; whatever one requests, prints or breaks is an error at the end."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith(tmp_path.as_uri()):
            wrong.append(f"requested {request.url}")

    def visit(html: str, width: int = 1200, color_scheme: str = "light", **options: object) -> Page:
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=color_scheme, **options
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        opened = context.new_page()
        opened.on("request", requested)
        opened.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.goto(file.as_uri())
        # A page is drawn with its first frame, which may come later than it.
        opened.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )
        return opened

    yield visit
    for context in contexts:
        context.close()
    assert not wrong
