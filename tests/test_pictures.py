"""Pictures of what a network does: values on its diagram, points on curves, the plane of two inputs."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator.activations import ACTIVATIONS
from evaluator.pictures import diagram, plane, plot

SPECS = Path(__file__).parent.parent / "specs"
SVG = "{http://www.w3.org/2000/svg}"
NEURON = evaluator.Neuron([0, 1], 4, "sigmoid").network


def texts(picture: ET.Element) -> list[str]:
    return [str(element.text) for element in picture.iter(f"{SVG}text")]


def described(picture: ET.Element) -> str:
    assert picture.get("role") == "img"
    assert [picture[0].tag, picture[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    return str(picture[1].text)


def test_the_values_of_a_case_stand_at_the_neurons() -> None:
    picture = ET.fromstring(diagram.svg(NEURON, NEURON.trace([[9, 9], [2, 3]]), 1))
    assert {"x1", "x2", "= 2", "= 3", "y", "sigmoid, bias 4", "z = 7 → 0.9991"} <= set(
        texts(picture)
    )
    assert described(picture) == (
        "y = sigmoid(0·x1 + 1·x2 + 4). With these values: x1 = 2, x2 = 3, y = 0.9991."
    )


def test_a_large_network_shows_the_range_of_each_layer() -> None:
    network = evaluator.load(SPECS / "networks/digits/digits.yaml").network
    picture = ET.fromstring(diagram.svg(network, network.trace(np.arange(64.0))))
    assert "0 to 63" in texts(picture)
    assert "With these values: inputs 0 to 63, hidden " in described(picture)
    assert len(ET.tostring(picture)) < 10_000


def test_a_diagram_without_values_says_nothing_of_them() -> None:
    assert "→" not in diagram.svg(NEURON)
    assert "With these values" not in diagram.svg(NEURON)


# --- curves


def test_a_point_is_marked_on_the_curve_and_named() -> None:
    point = plot.Point("h1", 2.0, 0.8807970779778824)
    picture = ET.fromstring(plot.svg(ACTIVATIONS["sigmoid"], [point]))
    (circle,) = picture.iter(f"{SVG}circle")
    curve = max((path.get("d", "") for path in picture.iter(f"{SVG}path")), key=len)
    points = np.array(re.findall(r"[ML](\S+) ([\d.]+)", curve), float)
    x, y = float(circle.get("cx", "")), float(circle.get("cy", ""))
    nearest = points[np.abs(points[:, 0] - x).argmin()]
    assert nearest == pytest.approx([x, y], abs=1.0)
    assert "●  h1: z = 2 → 0.8808" in texts(picture)
    assert described(picture).endswith("Marked: h1: z = 2 → 0.8808.")


def test_the_curve_reaches_as_far_as_its_points_and_several_are_numbered() -> None:
    points = [plot.Point("a", -30.0, 0.0), plot.Point("b", 1.0, 1.0), plot.Point("c", np.nan, np.nan),
              plot.Point("d", 1e9, 1e9)]  # fmt: skip
    picture = ET.fromstring(plot.svg(ACTIVATIONS["relu"], points))
    assert {"-33", "6", "1", "2"} <= set(texts(picture))
    assert len(list(picture.iter(f"{SVG}circle"))) == 2
    left, top, width, height = map(float, picture.get("viewBox", "").split())
    for element in picture.iter(f"{SVG}circle"):
        assert left <= float(element.get("cx", "")) <= left + width
        assert top <= float(element.get("cy", "")) <= top + height


@pytest.mark.parametrize(
    ("name", "parameters", "z", "y"),
    [("relu", {}, 60.0, 60.0), ("prelu", {"slope": 0.1}, 1001.0, 1001.0), ("relu", {}, 9e3, 9e3),
     ("exp", {}, 8.0, 2980.9579870417283), ("identity", {}, -700.0, -700.0)],
)  # fmt: skip
def test_the_curve_runs_through_its_point_wherever_that_is(
    name: str, parameters: dict[str, float], z: float, y: float
) -> None:
    picture = ET.fromstring(plot.svg(ACTIVATIONS[name], [plot.Point("h", z, y)], parameters))
    (circle,) = picture.iter(f"{SVG}circle")
    at = f"{circle.get('cx')} {circle.get('cy')}"
    curve = max((path.get("d", "") for path in picture.iter(f"{SVG}path")), key=len)
    assert at in re.findall(r"[ML]([\d.]+ [\d.]+)", curve)


def test_a_point_outside_the_picture_is_told() -> None:
    points = [plot.Point("😀", 1e300, 1.0), plot.Point("n", np.nan, np.nan),
              plot.Point("i", -np.inf, 0.0)]  # fmt: skip
    picture = ET.fromstring(plot.svg(ACTIVATIONS["sigmoid"], points))
    assert not list(picture.iter(f"{SVG}circle"))
    told = ["😀: z = 1e+300 → 1, outside the picture", "n: z = nan → nan, outside the picture",
            "i: z = −inf → 0, outside the picture"]  # fmt: skip
    assert texts(picture)[-3:] == told
    assert described(picture).endswith(f"Not marked: {'; '.join(told)}.")
    assert float(picture.get("height", "")) > max(
        float(each.get("y", "")) for each in picture.iter(f"{SVG}text")
    )


def test_parameters_change_the_curve() -> None:
    relu = ACTIVATIONS["leaky_relu"]
    assert plot.svg(relu) != plot.svg(relu, parameters={"alpha": 1.0})
    assert ET.fromstring(plot.svg(ACTIVATIONS["prelu"], parameters={"slope": 2.0}))[1].text


# --- the plane


def cells(picture: ET.Element) -> dict[str, float]:
    """Give how large the part of the plane is that each shade takes."""
    found: Counter[str] = Counter()
    for path in picture.iter(f"{SVG}path"):
        if path.get("shape-rendering"):
            for width, height in re.findall(r"h([\d.]+)v([\d.]+)", path.get("d", "")):
                found[path.get("fill-opacity", "")] += float(width) * float(height)
    return {shade: area / plane._SIDE**2 for shade, area in found.items()}


def test_the_map_shades_the_plane_by_the_output() -> None:
    step = evaluator.Neuron([1, 0], 0, "step").network
    marks = [plane.Mark("no", -1.0, 0.0, True), plane.Mark("yes", 1.0, 0.0, False)]
    picture = ET.fromstring(plane.svg(step, marks))
    # The plane is as far left of 0 as right of it: half of it is 0, half is 1.
    assert cells(picture) == {"0.04": 0.5, "0.76": 0.5}
    assert {"0 to 0.125", "0.875 to 1", "it holds", "it fails", "no", "yes", "x1", "x2"} <= set(
        texts(picture)
    )
    said = described(picture)
    assert "y is 0 top left, 1 top right, 1 middle, 0 bottom left, 1 bottom right." in said
    assert said.endswith("Cases: no at (−1, 0) holds; yes at (1, 0) fails.")


def test_the_second_input_grows_upwards() -> None:
    step = evaluator.Neuron([0, 1], 0, "step").network
    picture = ET.fromstring(plane.svg(step, [plane.Mark("no", 0.0, -1.0, True),
                                             plane.Mark("yes", 0.0, 1.0, True)]))  # fmt: skip
    assert "y is 1 top left, 1 top right, 0 middle, 0 bottom left, 0 bottom right." in described(
        picture
    )
    down = {element.text: float(element.get("y", "")) for element in picture.iter(f"{SVG}text")}
    assert down["yes"] < down["no"]
    dark = next(path for path in picture.iter(f"{SVG}path") if path.get("fill-opacity") == "0.76")
    tops = [float(top) for top in re.findall(r"M\S+ ([\d.]+)", dark.get("d", ""))]
    assert max(tops) < plane._TOP + plane._SIDE / 2


def test_outcomes_differ_in_shape_and_stand_where_their_inputs_are() -> None:
    marks = [plane.Mark("a", 0.0, 0.0, True), plane.Mark("b", 1.0, 1.0, True),
             plane.Mark("c", 0.5, 0.5, False)]  # fmt: skip
    picture = ET.fromstring(plane.svg(NEURON, marks))
    circles = [
        (float(c.get("cx", "")), float(c.get("cy", ""))) for c in picture.iter(f"{SVG}circle")
    ]
    assert len(circles) == 2 + 1  # and one that the legend explains
    (ax, ay), (bx, by) = circles[1:] if circles[0][0] > plane._LEFT + plane._SIDE else circles[:2]
    assert ax < bx
    assert ay > by


def test_a_map_needs_few_paths_and_survives_what_is_not_finite() -> None:
    odd = evaluator.Neuron([1e308, 1e308], 0, "reciprocal").network
    marks = [plane.Mark("n", float("nan"), 0.0, True), plane.Mark("o", 10.0, 10.0, True)]
    picture = ET.fromstring(plane.svg(odd, marks))
    assert len(list(picture.iter(f"{SVG}path"))) <= plane.SHADES + 6
    constant = evaluator.Neuron([0, 0], 3, "identity").network
    assert "3 everywhere" in texts(ET.fromstring(plane.svg(constant, [])))


@pytest.mark.parametrize(("x", "drawn"), [(1e308, 0), (1e300, 1), (math.inf, 0), (-1e299, 1)])
def test_a_case_far_out_is_drawn_or_told(x: float, drawn: int) -> None:
    # Two opposite inputs span the widest plane.
    for network in (NEURON, evaluator.Neuron([1, 1], 0, "relu").network):
        text = plane.svg(network, [plane.Mark("a", x, 1.0, True), plane.Mark("b", -x, 1.0, True)])
        picture = ET.fromstring(text)
        assert not re.search('"[^"]*(nan|inf)', text[text.index("</desc>") :])
        assert len(list(picture.iter(f"{SVG}circle"))) == 2 * drawn + 1
        assert ("2 cases outside" in texts(picture)) is (not drawn)
        assert ("2 of the cases." in described(picture)) is (not drawn)


def test_a_plane_without_any_finite_value_says_so() -> None:
    nowhere = evaluator.Neuron([0, 0], 0, "reciprocal").network
    assert "finite nowhere" in texts(ET.fromstring(plane.svg(nowhere, [])))
    partly = evaluator.Neuron([1000, 0], 0, "exp").network
    assert "empty: not finite" in texts(ET.fromstring(plane.svg(partly, [])))


def test_the_legend_explains_every_sign_and_fits() -> None:
    marks = [plane.Mark("a", 0.0, 0.0, True), plane.Mark("b", 1.0, 1.0, False),
             plane.Mark("c", 2.0, 1.0, None, "is skipped")]  # fmt: skip
    for weight in (0, -48512.3e-90):
        network = evaluator.Neuron([weight, weight], 3 * weight, "identity").network
        picture = ET.fromstring(plane.svg(network, marks))
        assert {"it holds", "it fails", "no verdict"} <= set(texts(picture))
        assert "c at (2, 1) is skipped" in described(picture)
        for each in picture.iter(f"{SVG}text"):
            if each.get("text-anchor") == "start":
                right = float(each.get("x", "")) + 5.6 * len(str(each.text))
                assert right <= float(picture.get("width", ""))


def test_many_cases_are_drawn_without_names() -> None:
    marks = [plane.Mark(f"case {n}", n, -n, True) for n in range(200)]
    picture = ET.fromstring(plane.svg(NEURON, marks))
    assert "case 1" not in texts(picture)
    assert len(list(picture.iter(f"{SVG}circle"))) == plane.MAX_MARKS + 1
    assert "and 88 more" in described(picture)


@pytest.mark.parametrize("name", ["<script>", "]]>", "\u202e", "&amp;"])
def test_names_in_pictures_are_text(name: str) -> None:
    marks = [plane.Mark(name, 0.0, 1.0, True)]
    point = plot.Point(name, 0.0, 0.5)
    for text in (plane.svg(NEURON, marks), plot.svg(ACTIVATIONS["sigmoid"], [point])):
        picture = ET.fromstring(text)
        assert not list(picture.iter("script"))
        assert "\u202e" not in text
        assert name.encode("unicode_escape").decode() in "".join(picture.itertext())


# --- notebooks


def test_a_notebook_shows_a_network_as_its_diagram() -> None:
    assert NEURON._repr_svg_() == diagram.svg(NEURON)


def test_a_notebook_shows_a_spec_and_a_report_as_tables(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(
        "name: <b>\nneuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases:\n"
        "  - {inputs: [2, 3], expected: ~0.999}\n  - {inputs: [2, 3], expected: {y: ~0.9, z: 7}}\n"
    )
    spec = evaluator.load(tmp_path / "f.yaml")._repr_html_()
    table = ET.fromstring(spec[spec.index("<table>") :])
    assert "".join(table[0].itertext()) == "<b>"
    cells = ["".join(cell.itertext()) for cell in table.iter("td")]
    assert cells == ["case 1", "x1 = 2, x2 = 3", "~0.999",
                     "case 2", "x1 = 2, x2 = 3", "y: ~0.9, z: 7"]  # fmt: skip
    (tmp_path / "g.yaml").write_text("neuron: 1\n")
    table = ET.fromstring(evaluator.run(tmp_path)._repr_html_())
    cells = ["".join(cell.itertext()) for cell in table.iter("td")]
    # What is wrong comes first.
    assert list(dict.fromkeys(cells[2::4])) == ["✗ failed", "✗ invalid", "✓ passed"]
    assert "y is 0.9990889488055994, expected ~0.9 (0.85 to 0.95)" in cells


def test_a_long_report_is_cut_in_a_notebook(tmp_path: Path) -> None:
    case = "  - {inputs: [1], expected: 1}\n"
    (tmp_path / "f.yaml").write_text(
        f"neuron: {{weights: [1], activation: identity}}\ncases:\n{case * 250}"
    )
    assert evaluator.run(tmp_path)._repr_html_().endswith("and 50 more</td></tr></tbody></table>")
