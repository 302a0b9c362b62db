"""Every spec of the library as a page: its values, its verdicts, and the YAML that it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from test_arithmetic import close

from evaluator.evaluate import evaluate
from evaluator.pages import page
from evaluator.pages.data import blocks_of
from evaluator.source import read, read_file
from evaluator.spec import build

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "specs").rglob("*.yaml"))

#: Asks an open page for all that it calculated; numbers are texts, so that NaN gets through.
ASK = """() => JSON.stringify({
  yaml: page.yaml(),
  summary: document.getElementById("verdict").textContent,
  outcomes: page.verdicts.map(({outcome}) => outcome),
  overflow: document.documentElement.scrollWidth - innerWidth,
  judged: page.cases.map((example) => judge(page.network, example, false).outcome),
  traces: page.cases.map((example) => {
    const {sums, values} = feedForward(page.network, example.inputs);
    return [example.inputs.map(String), sums.map((b) => b.map(String)), values.map((b) => b.map(String))];
  }),
})"""


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    """Keep one small window open."""
    opened = browser.new_page(viewport={"width": 360, "height": 800})
    yield opened
    opened.close()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_page_gives_what_the_evaluator_gives(
    file: Path, narrow: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    made = tmp_path / "page.html"
    for document in read_file(file.name):
        spec = build(document)
        made.write_text(page(spec), encoding="utf-8")
        narrow.goto(made.as_uri())
        told: dict[str, Any] = json.loads(narrow.evaluate(ASK))
        places, network = blocks_of(spec), spec.network
        # In float32 the order of a sum counts: the bound is that of large terms that cancel.
        terms = (1e-12, 1.0) if network.dtype == "float64" else (1e-6, 10.0)
        for inputs, *blocks in told["traces"]:
            trace = network.trace(np.array(inputs).astype(float))
            for (block, column), (shown, unit) in places.items():
                for ours, theirs in zip((trace.sums, trace.blocks), blocks, strict=True):
                    actual = np.array(float(theirs[shown][unit]))
                    assert close(actual, ours[block][0, column].astype(float), *terms)
        with np.errstate(all="ignore"):
            results = evaluate(spec).cases
        if all(result.rows is None for result in results):
            outcomes = ["unrecorded" if r.unrecorded else r.outcome for r in results]
            assert told["outcomes"] == outcomes[: len(told["outcomes"])]
        assert told["judged"] == told["outcomes"], "browsers may differ in a last digit"
        passes = {"passed", "xfailed", "skipped"} >= set(told["outcomes"])
        assert told["summary"][0] == ("✓" if passes else "✗")
        assert told["overflow"] <= 0
        if told["yaml"]:
            again = build(read(told["yaml"], file.name)[0])
            kept = {
                k: v for k, v in document.data.items() if k not in ("neuron", "neurons", "layers")
            }
            assert again.document.data | kept == again.document.data
            with np.errstate(all="ignore"):
                assert [c.outcome for c in evaluate(again).cases] == [c.outcome for c in results]
            for inputs, *_ in told["traces"]:
                row = np.array(inputs).astype(float)
                assert np.array_equal(again.network(row), network(row), equal_nan=True)
