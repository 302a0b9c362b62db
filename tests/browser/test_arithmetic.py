"""The page calculates in JavaScript: what it gives is what NumPy gives."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from opening import NEURON, html_of
from playwright.sync_api import Page

from evaluator.activations import ACTIVATIONS
from evaluator.pages.data import safe

_SIZES = [*np.geomspace(1e-8, 1e4, 400), *np.linspace(0.05, 50, 500), 1e-300, 5e-324, 1e10, 1e100,
          709.5, 710.0, 745.0, 746.0, 1e290, 1.7e308, 0.0, math.inf]  # fmt: skip
GRID = np.array([*_SIZES, *(-size for size in _SIZES), math.nan])

#: Parameters besides the defaults, as they would stand in a spec.
OTHERS: dict[str, list[dict[str, Any]]] = {
    "step": [{"threshold": t} for t in (-2.5, 0.05, 1e6)],
    "leaky_relu": [{"alpha": a} for a in (0.0, 0.3, -2.0, 1e-300)],
    "prelu": [{"slope": s} for s in (0.25, 0.0, -1.5, 1e200)],
    "thresholded_relu": [{"alpha": a} for a in (-1.0, 0.05, 1e3)],
    "elu": [{"alpha": a} for a in (0.0, 0.5, -3.0, 1e10)],
    "selu": [{"alpha": 0.5, "gamma": 2.0}, {"alpha": -1e200, "gamma": 1e200}, {"gamma": 0.0}],
    "celu": [{"alpha": a} for a in (0.5, -1.0, 2.0, -3.5, 1e-10, -1e5)],
    "gelu": [{"approximate": "tanh"}, {"approximate": "none"}],
    "silu": [{"beta": b} for b in (0.0, 1.702, -1.0, 1e-6, 1e6)],
    "softplus": [{"beta": b} for b in (0.1, 3.0, 1e-6, 1e6)],
    "hard_sigmoid": [{"alpha": 1 / 6}, {"alpha": -0.3, "beta": 1e6}, {"alpha": 0.0}, {"beta": -7.5},
                     {"alpha": 1e6, "beta": 1e-6}, {"alpha": 1.0, "beta": 1e301}],
    "hard_tanh": [{"min": -0.5, "max": 2.0}, {"min": 0.05}, {"max": -0.5}],
    "clip": [{"min": 0.0}, {"max": 6.0}, {"min": -2.0, "max": 2.0}],
    "hard_shrink": [{"lambd": v} for v in (0.0, 0.05, -1.0)],
    "soft_shrink": [{"lambd": v} for v in (0.0, 0.05, -1.0)],
    "squareplus": [{"b": b} for b in (0.0, 1e-12, 2.0, 1e300)],
}  # fmt: skip


def close(page: np.ndarray, numpy: np.ndarray, tolerance: float, least: float = 1.0) -> np.ndarray:
    """Tell where two arrays agree: |a − b| ≤ tolerance·max(least, |b|), NaN with NaN, ∞ with ∞."""
    with np.errstate(all="ignore"):
        near = np.abs(page - numpy) <= tolerance * np.maximum(least, np.abs(numpy))
    return near | (page == numpy) | (np.isnan(page) & np.isnan(numpy))


@pytest.fixture(scope="module")
def calculator(browser: Any) -> Any:
    """Keep one page open whose functions are called."""
    opened = browser.new_page()
    opened.set_content(html_of(NEURON))
    yield opened
    opened.close()


def in_the_page(opened: Page, name: str, rows: np.ndarray, parameters: Any, single: bool) -> Any:
    """Apply an activation of the page to rows of z."""
    code = """(text) => {
      const [name, rows, parameters, single] = JSON.parse(text);
      return JSON.stringify(rows.map((zs) => activate(name, zs.map(Number), parameters, single).map(String)));
    }"""
    asked = json.dumps(safe([name, rows.tolist(), parameters, single]))
    return np.array(json.loads(opened.evaluate(code, asked))).astype(float)


def alone() -> list[tuple[str, dict[str, Any]]]:
    listed = [
        (name, parameters)
        for name, activation in ACTIVATIONS.items()
        for parameters in [{}, *OTHERS.get(name, [])]
        if not activation.whole_layer and not activation.problems(parameters, None)
    ]
    assert {name for name, _ in listed} == {n for n, a in ACTIVATIONS.items() if not a.whole_layer}
    return listed


@pytest.mark.parametrize(("name", "parameters"), alone(), ids=str)
def test_an_activation_of_one_unit_is_numpys(
    name: str, parameters: dict[str, Any], calculator: Page
) -> None:
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-6)):
        with np.errstate(all="ignore"):
            z = GRID.astype(dtype)
            if dtype is np.float32 and any(
                isinstance(v, float) and not 1e-30 < abs(v) < 1e30 and v
                for v in parameters.values()
            ):
                continue  # no number of float32
            expected = ACTIVATIONS[name](z[None, :], **parameters)[0].astype(float)
        found = in_the_page(
            calculator, name, z[None, :].astype(float), parameters, dtype is np.float32
        )[0]
        right = close(found, expected, tolerance)
        assert right.all(), [
            (z[n], found[n], expected[n]) for n in np.flatnonzero(~right)[:5]
        ]  # fmt: skip


def rows() -> np.ndarray:
    """Give rows of four units: random ones of every size, and all with what is special."""
    random = np.random.default_rng(1)
    sizes = [random.normal(0, size, (60, 4)) for size in (1e-3, 1, 30, 1e3, 1e12, 1e300)]
    special = itertools.product((math.inf, -math.inf, math.nan, 0.0, 2.0), repeat=4)
    cancelling = [[1e16, 1.0, -1e16, 1.0], [1.0, -1.0, 1e-20, 0.0], [0.0, 0.0, 0.0, 0.0],
                  [1e308, 1e308, -1e308, 1.0], [1.0, -1.0, 2.0, -2.0], [3.0, 3.0, 3.0, 1.0]]  # fmt: skip
    return np.array([*itertools.chain(*sizes), *special, *cancelling])


WHOLE = [name for name, activation in ACTIVATIONS.items() if activation.whole_layer]


@pytest.mark.parametrize("name", WHOLE)
def test_an_activation_of_a_whole_layer_is_numpys(name: str, calculator: Page) -> None:
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-6)):
        with np.errstate(all="ignore"):
            z = rows().astype(dtype)
            expected = ACTIVATIONS[name](z).astype(float)
        found = in_the_page(calculator, name, z.astype(float), {}, dtype is np.float32)
        right = close(found, expected, tolerance).all(axis=1)
        assert right.all(), [(z[n], found[n], expected[n]) for n in np.flatnonzero(~right)[:5]]


def test_the_page_knows_every_activation(calculator: Page) -> None:
    known = calculator.evaluate("[...Object.keys(ACTIVATIONS), ...Object.keys(WHOLE_LAYER)]")
    assert sorted(known) == sorted(ACTIVATIONS)
