"""How a page is opened, and the specs whose pages are."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from evaluator.pages import page
from evaluator.source import read
from evaluator.spec import Spec, build

#: Opens a page: its HTML, and what is special about the browser, such as its colour scheme.
Open = Callable[..., Page]

NEURON = """\
name: two inputs
neuron: {weights: [0, 1], bias: 4, activation: sigmoid}
cases:
  - {name: worked, inputs: [2, 3], expected: {y: ~0.999, z: 7}}
  - {name: low, inputs: [1, -6], expected: "< 0.2"}
  - {name: later, inputs: [0, 0], expected: 1, skip: nobody knows}
"""
WIRED = """\
# A comment that is lost.
name: skip links
inputs: [a, b]
neurons:
  "h: 1": {weights: {a: 1, b: -1}, bias: 0.5, activation: relu}
  h2: {weights: [2, 0.25], activation: {name: leaky_relu, alpha: 0.1}}
  out: {weights: {"h: 1": 1.5, h2: -1, a: 0.5}, activation: tanh}
cases:
  - {name: first, inputs: {a: 1, b: 2}, expected: {out: ~-0.96, h2: "> 0"}}
  - {name: second, inputs: [-1, 1], expected: "(-1, 1)", tolerance: 0.5}
"""
LAYERS = """\
layers:
  - {name: hidden, weights: [[1, -2], [0.5, 1], [2, 2]], activation: {name: prelu, slope: [0.1, 0.2, 0.3]}}
  - {weights: [[1, 0, 1], [0, 1, -1]], bias: [0.1, -0.1], activation: softmax}
outputs: [yes, no]
cases:
  - {inputs: [1, 2], expected: {hidden.z: [-3, 2.5, 6], yes: "[0, 1]"}, expected_class: yes}
  - {inputs: [-3, 1], expected_class: no}
"""
LARGE = (
    "layers: [{weights: ["
    + ", ".join(str([round(0.01 * (row - column), 2) for column in range(30)]) for row in range(10))
    + "], activation: softmax}]\ncases: [{inputs: ["
    + ", ".join(map(str, range(30)))
    + "], expected_class: 9}]\n"
)
WIDE = (
    "layers:\n  - {weights: ["
    + ", ".join(str([round(0.1 * (row - column), 1) for column in range(8)]) for row in range(8))
    + "], activation: relu}\n  - {weights: [[1, 1, 1, 1, -1, -1, -1, -1]], activation: sigmoid}\n"
    "cases: [{inputs: [1, 2, 3, 4, 5, 6, 7, 8], expected: ~0.5}]\n"
)
SPECS = {"wide": WIDE, "neuron": NEURON, "neurons": WIRED, "layers": LAYERS, "large": LARGE}


def spec_of(text: str) -> Spec:
    """Build the first spec of a text."""
    return build(read(text, "f.yaml")[0])


def html_of(text: str) -> str:
    """Make its page."""
    return page(spec_of(text))
