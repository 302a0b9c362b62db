"""The diagram of a network: what is drawn is what the network is."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator.pictures.diagram import MAX_EDGES, MAX_LAYERS, MAX_UNITS, svg

SVG = "{http://www.w3.org/2000/svg}"
XOR = """\
inputs: [a, b]
neurons:
  either: {weights: {a: 1, b: 1}, bias: -0.5, activation: step}
  both: {weights: {a: 1, b: 1}, bias: -1.5, activation: step}
  xor: {weights: {either: 1, both: -2.25, a: 0}, bias: -0.5, activation: step}
cases: [{inputs: [0, 1], expected: 1}]
"""


def drawn(tmp_path: Path, text: str) -> ET.Element:
    """Draw the network of a spec, and read the picture."""
    (tmp_path / "f.yaml").write_text(text)
    return ET.fromstring(svg(evaluator.load(tmp_path / "f.yaml").network))


def texts(picture: ET.Element) -> list[str]:
    """Give what is written in a picture."""
    return [str(element.text) for element in picture.iter(f"{SVG}text")]


def layers(*widths: int) -> str:
    """Write a spec of layers, each with so many units."""
    text = "layers:\n"
    for reads, units in itertools.pairwise(widths):
        text += f"  - {{weights: {[[0.5] * reads] * units}, activation: relu}}\n"
    return f"{text}cases: [{{inputs: {[1] * widths[0]}, expected: {[1] * widths[-1]}}}]\n"


def test_a_small_network_is_drawn_with_every_neuron_and_weight(tmp_path: Path) -> None:
    picture = drawn(tmp_path, XOR)
    written = texts(picture)
    assert {"a", "b", "either", "both", "xor", "step, bias −0.5", "step, bias −1.5"} <= set(written)
    assert [written.count(weight) for weight in ("1", "−2.25", "0")] == [5, 1, 1]
    assert len(list(picture.iter(f"{SVG}rect"))) == 5
    lines = list(picture.iter(f"{SVG}path"))
    # Signs are told by the kind of line, sizes by its width.
    dashes = [line.get("stroke-dasharray") for line in lines]
    assert (dashes.count(None), dashes.count("6 3"), dashes.count("1 4")) == (5, 1, 1)
    widest = max(lines, key=lambda line: float(line.get("stroke-width", "0")))
    assert widest.get("stroke-dasharray") == "6 3"


def test_the_description_says_what_is_drawn(tmp_path: Path) -> None:
    picture = drawn(tmp_path, XOR)
    assert picture[0].tag == f"{SVG}title"
    assert picture[0].text == "Network from a, b to xor"
    assert picture[1].tag == f"{SVG}desc"
    assert picture[1].text == (
        "either = step(1·a + 1·b + -0.5); both = step(1·a + 1·b + -1.5);"
        " xor = step(1·either + -2.25·both + 0·a + -0.5)."
    )


def test_values_stand_in_columns_from_left_to_right(tmp_path: Path) -> None:
    boxes = [float(box.get("x", "0")) for box in drawn(tmp_path, XOR).iter(f"{SVG}rect")]
    assert boxes[0] == boxes[1] < boxes[2] == boxes[3] < boxes[4]


@pytest.mark.parametrize("spec", [XOR, layers(3, 3, 2), layers(2, 3), layers(2, 1, 1, 1)])
def test_nothing_is_drawn_outside_the_picture(tmp_path: Path, spec: str) -> None:
    picture = drawn(tmp_path, spec)
    left, top, width, height = map(float, picture.get("viewBox", "").split())
    for element in picture.iter():
        if "x" in element.attrib:
            assert left <= float(element.get("x", "0")) <= left + width
            assert top <= float(element.get("y", "0")) <= top + height
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", element.get("d", ""))]
        points = np.array(numbers).reshape(-1, 2)
        if len(points) == 3:  # a curve reaches half as far as the point that bends it
            points[1] = (points[0] + 2 * points[1] + points[2]) / 4
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in points)


def test_a_link_that_skips_a_neuron_does_not_run_through_it(tmp_path: Path) -> None:
    picture = drawn(
        tmp_path,
        "inputs: [a]\nneurons:\n  m: {weights: {a: 1}, activation: relu}\n"
        "  o: {weights: {m: 1, a: 3}, activation: relu}\ncases: [{inputs: [1], expected: 4}]\n",
    )
    middle = list(picture.iter(f"{SVG}rect"))[1]
    x, y = (float(middle.get(name, "0")) for name in "xy")
    (curve,) = [p.get("d", "") for p in picture.iter(f"{SVG}path") if "Q" in p.get("d", "")]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", curve)]
    start, control, end = np.array(numbers).reshape(3, 2)
    for t in np.linspace(0, 1, 101):
        at = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
        assert not (x <= at[0] <= x + 92 and y <= at[1] <= y + 28)


SKIP = """\
inputs: [a, b]
neurons:
  h1: {weights: {a: 0.3, b: -0.7}, bias: 0.1, activation: tanh}
  h2: {weights: {a: 1e-5, h1: 2}, bias: -1, activation: gelu}
  y: {weights: {h1: 0.5, h2: -1, a: 3}, activation: sigmoid}
cases: [{inputs: [1, 2], expected: 1}]
"""
#: Each neuron reads all before it.
DENSE = "inputs: [x]\nneurons:\n" + "".join(
    f"  n{n}: {{weights: {{x: 1{''.join(f', n{m}: 0.{m + 1}' for m in range(n))}}}, activation: sigmoid}}\n"
    for n in range(7)
) + "cases: [{inputs: [1], expected: 1}]\n"  # fmt: skip
LONG = """\
inputs: [temperature_in_degrees_celsius, wind]
neurons:
  h: {weights: {temperature_in_degrees_celsius: 123456.789, wind: -1e-4}, bias: 1234567.891, activation: hard_sigmoid}
  out: {weights: {h: 0.333333333333}, bias: -98765.4321, activation: log_sigmoid}
cases: [{inputs: [-1.23456789e-100, 2], expected: 1}]
"""


@pytest.mark.parametrize("spec", [SKIP, DENSE, LONG, XOR])
def test_no_line_and_no_weight_strikes_what_stands_at_a_neuron(tmp_path: Path, spec: str) -> None:
    (tmp_path / "f.yaml").write_text(spec)
    loaded = evaluator.load(tmp_path / "f.yaml")
    picture = ET.fromstring(svg(loaded.network, loaded.network.trace(loaded.inputs)))
    left, top, width, height = map(float, picture.get("viewBox", "").split())
    boxes, weights = [], []
    for each in picture.iter(f"{SVG}text"):
        size, x, y = (float(each.get(name, "0")) for name in ("font-size", "x", "y"))
        half = 0.25 * size * len(str(each.text))
        if each.get("text-anchor") == "middle":
            assert left <= x - half <= x + half <= left + width
            found = (x - half, y - 0.7 * size, x + half, y)
            (weights if size == 11 else boxes).append(found)
        assert top <= y <= top + height
    for x, y, right, bottom in weights:
        assert not any(a < right and x < c and b < bottom and y < d for a, b, c, d in boxes)
    for path in picture.iter(f"{SVG}path"):
        points = np.array(re.findall(r"-?[\d.]+", path.get("d", "")), float).reshape(-1, 2)
        if len(points) > 1 and points[-1][0] - points[0][0] > 200:  # it passes a neuron
            start, control, end = points[0], points[1:-1].sum(axis=0), points[-1]
            control = control if len(points) == 3 else (start + end) / 2
            for t in np.linspace(0.05, 0.95, 50):
                x, y = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
                hit = [box for box in boxes if box[0] < x < box[2] and box[1] < y < box[3]]
                assert not hit, (path.get("d"), hit)


def test_weights_that_are_not_written_are_told(tmp_path: Path) -> None:
    told = "the 28 weights are too many to be written here"
    assert told in texts(drawn(tmp_path, DENSE))
    assert not any("too many" in each for each in texts(drawn(tmp_path, SKIP)))


@pytest.mark.parametrize(
    ("widths", "small"),
    [((2, 2), True), ((12, 5), True), ((16, 6), False), ((25, 1), False), ((9, 8, 1), True)],
)
def test_large_networks_are_boxes_of_layers(
    tmp_path: Path, widths: tuple[int, ...], small: bool
) -> None:
    edges = sum(a * b for a, b in itertools.pairwise(widths))
    assert small is (sum(widths) <= MAX_UNITS and edges <= MAX_EDGES)
    picture = drawn(tmp_path, layers(*widths))
    assert len(list(picture.iter(f"{SVG}rect"))) == (sum(widths) if small else len(widths))


def test_a_box_says_name_units_and_activation(tmp_path: Path) -> None:
    picture = drawn(tmp_path, layers(30, 20, 1))
    assert texts(picture) == [
        "inputs", "30 values", "layer1", "20 units", "relu", "layer2", "1 unit", "relu",
    ]  # fmt: skip
    assert picture[1].text == "30 inputs; layer1: 20 units, relu; layer2: 1 units, relu."


def test_many_layers_are_counted(tmp_path: Path) -> None:
    picture = drawn(tmp_path, layers(*[5] * 41))
    assert len(list(picture.iter(f"{SVG}rect"))) == MAX_LAYERS
    # 40 layers and the inputs: 7 boxes show one each.
    assert "34 layers more" in texts(picture)
    assert "layer40" in texts(picture)


def test_names_are_clipped_and_escaped(tmp_path: Path) -> None:
    name = "<b>&" + "n" * 50
    picture = drawn(tmp_path, XOR.replace("either", f'"{name}"'))
    assert any(text.startswith("<b>&nnn") and text.endswith("…") for text in texts(picture))


def test_a_layer_without_weights_is_joined_unit_by_unit(tmp_path: Path) -> None:
    picture = drawn(
        tmp_path,
        "inputs: [a, b]\nlayers: [{activation: softmax}]\noutputs: [p, q]\n"
        "cases: [{inputs: [1, 1], expected: [0.5, 0.5]}]\n",
    )
    assert len(list(picture.iter(f"{SVG}path"))) == 2
    assert picture[1].text == "p = softmax(a); q = softmax(b)."


def test_the_size_of_a_picture_is_bounded(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.zeros((2000, 3000)))
    text = "layers: [{weights: {file: w.npy}, activation: relu}]\ncases: [{file: x.npz, inputs: x, expected: y}]\n"
    np.savez(tmp_path / "x.npz", x=np.zeros((1, 3000)), y=np.zeros((1, 2000)))
    (tmp_path / "f.yaml").write_text(text)
    assert len(svg(evaluator.load(tmp_path / "f.yaml").network)) < 3000
    (tmp_path / "g.yaml").write_text(layers(8, 8, 1))
    assert len(svg(evaluator.load(tmp_path / "g.yaml").network)) < 25_000
