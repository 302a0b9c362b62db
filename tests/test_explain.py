"""Worked solutions: every step with the numbers in it, in every format, whatever names hold."""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator.activations import ACTIVATIONS
from evaluator.cli import main
from evaluator.explanations import FORMATS, explain, solution, working
from evaluator.explanations.byhand import by_hand
from evaluator.explanations.expressions import PLAIN, Number, Total
from evaluator.explanations.formulas import fill, read
from evaluator.explanations.shown import Digits, decimals
from evaluator.explanations.working import MAX_WEIGHTS

SPECS = Path(__file__).parent.parent / "specs"
MATHML = ("math", "mi", "mn", "mo", "mrow", "mfrac", "msup", "msub", "msqrt", "mtext")
#: Names that mean something to HTML, XML, Markdown, TeX or a terminal.
HOSTILE = ["<script>alert(1)</script>", "]]>", r"\input{x}", "$x$", "_a_", "`b`", "[c](http://d)",
           "% & # ~ ^ { } |", "</math></main>", "**e**", "a\\\\b", "https://f.example"]  # fmt: skip

Explain = Callable[..., str]


@pytest.fixture
def explained(tmp_path: Path) -> Explain:
    """Explain a spec that is written here."""

    def explained(text: str, format: str = "text", digits: int | None = None) -> str:
        (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
        return explain(evaluator.load(tmp_path / "f.yaml"), None, format, digits)

    return explained


def founding(expected: str = "~0.999", weights: str = "[0, 1]") -> str:
    return (
        f"neuron: {{weights: {weights}, bias: 4, activation: sigmoid}}\n"
        f"cases: [{{inputs: [2, 3], expected: {expected}}}]\n"
    )


def book(name: str, document: int = 1) -> evaluator.Spec:
    return evaluator.load(SPECS / "textbooks" / f"{name}.yaml", document)


def steps(text: str) -> list[str]:
    """Give the equations of a text, their signs in one line."""
    joined = re.sub(r"\n {16,}(?=[=≈])", " ", text)
    return [" ".join(line.split()) for line in joined.splitlines() if re.search(" [=≈] ", line)]


# --- the steps, with oracles calculated by hand


def test_the_founding_neuron_is_calculated_term_by_term(explained: Explain) -> None:
    assert explained(founding()) == (
        "f: case 1\n"
        "\n"
        "  inputs        x1 = 2, x2 = 3\n"
        "\n"
        "y\n"
        "  weighted sum  0·x1 + 1·x2 = 0·2 + 1·3 = 0 + 3 = 3\n"
        "  bias          z = 3 + 4 = 7\n"
        "  activation    y = sigmoid(7) = 1 / (1 + e^(-7)) ≈ 0.999\n"
        "\n"
        "  expected      ✓ y: ~0.999 accepts 0.9985 to 0.9995; it is 0.9990889488055994\n"
    )


def test_what_fails_says_by_how_much(explained: Explain) -> None:
    text = " ".join(explained(founding(weights="[1, 0]")).split())
    assert "✗ y: ~0.999 accepts 0.9985 to 0.9995; it is 0.9975273768433652" in text
    assert "off by 0.00147, 2.95 times what is allowed" in text


def test_mazur_is_calculated_in_the_digits_that_he_prints() -> None:
    found = steps(book("mazur").explain("as printed"))
    for wanted in (
        "bias h1.z = 0.0275 + 0.35 = 0.3775",
        "activation h1 = sigmoid(0.3775) = 1 / (1 + e^(-0.3775)) ≈ 0.593269992",
        "activation h2 = sigmoid(0.3925) = 1 / (1 + e^(-0.3925)) ≈ 0.596884378",
        "bias o1.z ≈ 0.505905967 + 0.6 ≈ 1.105905967",
    ):
        assert wanted in found
    assert any(line.endswith("≈ 0.751365070") for line in found)
    assert any(line.endswith("≈ 0.772928465") for line in found)


def test_three_digits_by_hand_give_what_rashid_prints() -> None:
    text = book("rashid").explain("as printed", digits=3)
    found = steps(text)
    for unit, sum_, output in (
        ("0", ".975", ".726"),
        ("1", ".888", ".708"),
        ("2", "1.254", ".778"),
    ):
        (line,) = (each for each in found if each.startswith(f"activation output[{unit}]"))
        assert f"sigmoid({float(sum_)})" in line
        assert line.endswith(f"≈ {float(output)}")
    assert "0.6·0.761 + 0.5·0.603 + 0.2·0.65" in text
    assert "output[1] is 0.708 instead of 0.7086" in " ".join(text.split())


def test_by_hand_says_which_of_the_two_ways_is_accepted(explained: Explain) -> None:
    spec = (
        "layers:\n  - {{weights: [[0.6, 0.5, 0.2]], activation: sigmoid}}\n"
        "cases: [{{inputs: [0.761, 0.603, 0.65], expected: {}}}]\n"
    )
    # z is 0.8881: 0.888 to three digits; sigmoid(0.8881) is 0.70849.., sigmoid(0.888) is 0.70847..
    exact, rounded = 1 / (1 + math.exp(-0.8881)), 0.708
    for expected, wanted in (
        ("~0.708", "which is accepted as well"),
        (f"{rounded} ± 1e-9", "accepted only with 3 digits after the point on the way"),
        (f"{exact!r} ± 1e-9", "which is accepted)"),
        ("~0.9", "which is not accepted either"),
    ):
        text = " ".join(explained(spec.format(expected), digits=3).split())
        assert wanted in text, expected


@pytest.mark.parametrize("digits", [0, 1, 3, 6])
def test_rounding_by_hand_is_that_of_decimal_arithmetic(digits: int) -> None:
    network = by_hand(book("mazur").network, digits)

    def round_(value: float) -> float:
        return float(Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))

    def unit(weights: tuple[float, float], bias: float, x: list[float]) -> float:
        z = round_(weights[0] * x[0] + weights[1] * x[1] + bias)
        return round_(1 / (1 + math.exp(-z)))

    hidden = [unit((0.15, 0.2), 0.35, [0.05, 0.1]), unit((0.25, 0.3), 0.35, [0.05, 0.1])]
    outputs = [unit((0.4, 0.45), 0.6, hidden), unit((0.5, 0.55), 0.6, hidden)]
    assert network([0.05, 0.1]).tolist() == outputs


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (1.005, 2, 1.01),
        (-1.005, 2, -1.01),
        (0.25, 1, 0.3),
        (1e300, 3, 1e300),
        (math.inf, 3, math.inf),
    ],
)
def test_halves_are_rounded_away_from_zero(value: float, digits: int, rounded: float) -> None:
    neuron = evaluator.Neuron([1.0], 0, "identity").network
    assert by_hand(neuron, digits)([value]).tolist() == [rounded]


def test_softmax_comes_after_the_sums_of_its_layer(explained: Explain) -> None:
    text = explained(
        "layers: [{weights: [[1], [2]], bias: [0, 1], activation: softmax}]\n"
        "outputs: [no, yes]\ncases: [{inputs: [1], expected: ['~0.119', ~0.881]}]\n"
    )
    assert steps(text)[1:] == [
        "weighted sum 1·x1 = 1·1 = 1",
        "bias no.z = 1 + 0 = 1",
        "weighted sum 2·x1 = 2·1 = 2",
        "bias yes.z = 2 + 1 = 3",
        "activation no = softmax(1, 3)[0] = e^1 / (e^1 + e^3) ≈ 0.119",
        "activation yes = softmax(1, 3)[1] = e^3 / (e^1 + e^3) ≈ 0.881",
    ]


def test_the_branch_of_a_formula_says_why_it_is_taken(explained: Explain) -> None:
    text = explained(
        "neuron: {weights: [1], activation: {name: leaky_relu, alpha: 0.25}}\n"
        "cases: [{inputs: [-2], expected: -0.5}, {inputs: [0], expected: 0}]\n"
    )
    assert "leaky_relu(-2, alpha=0.25) = 0.25·(-2) = -0.5   because -2 < 0" in text
    assert "leaky_relu(0, alpha=0.25) = 0   because 0 ≥ 0" in text
    text = explained(
        "neuron: {weights: [1], activation: step}\ncases: [{inputs: [0], expected: 0}]\n"
    )
    assert "y = step(0) = 0   because 0 ≤ 0" in text


def test_a_large_network_is_summarised_layer_by_layer(explained: Explain) -> None:
    assert MAX_WEIGHTS < 11 * 10
    rows = [[n] * 11 for n in range(10)]
    text = explained(
        f"layers: [{{weights: {rows}, activation: relu}}]\n"
        f"cases: [{{inputs: {[1] * 11}, expected: {[11 * n for n in range(10)]}}}]\n"
    )
    assert "layer1: 11 inputs, 10 units, relu" in text
    assert "outputs       from 0 to 99" in text
    assert "largest       layer1[9] = 99, layer1[8] = 88," in text
    assert "·" not in text


def test_a_table_explains_its_first_rows_and_counts_the_others(
    tmp_path: Path, explained: Explain
) -> None:
    rows = [f"{n},{2 * n}" for n in range(10)]
    (tmp_path / "t.csv").write_text("\n".join(["x1,y", *rows, ""]))
    text = explained("neuron: {weights: [2], activation: identity}\ncases: [{file: t.csv}]\n")
    shown = solution.MAX_ROWS
    assert re.findall(r"row (\d+)$", text, re.MULTILINE) == [str(n + 1) for n in range(shown)]
    assert f"left out: case 1: {10 - shown} rows more of its table" in text
    assert "z = 2·x1 = 2·2 = 4" in text
    assert text.count("✓") == shown


TABLE = "x1,y\n1,2\n2,4\n3,6\n4,8\n5,9\n6,12\n"


def test_rows_that_fail_come_first_and_every_row_has_a_name(
    tmp_path: Path, explained: Explain, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    spec = "neuron: {weights: [2], activation: identity}\ncases: [{file: t.csv}]\n"
    text = explained(spec)
    assert re.findall(r"row (\d+)$", text, re.MULTILINE) == ["5", "1", "2"]
    assert "✗ y: 9 accepts" in text
    assert "3 rows more of its table" in text
    (tmp_path / "t.csv").write_text(TABLE.replace("\n", "\n9,1\n"))
    assert "10 rows more of its table, 5 of which fail" in " ".join(explained(spec).split())
    file = str(tmp_path / "f.yaml")
    for words in ([file, "--case", "case 1, row 4"], [f"{file}::case 1, row 4"]):
        assert main(["explain", *words]) == 0
        out = capsys.readouterr().out
        assert re.findall(r"row (\d+)", out) == ["4"]
        assert "left out" not in out
    for missing in ("case 1, row 99", "case 1, row 0", "case 2, row 1"):
        assert main(["explain", file, "--case", missing]) == 5
        assert f"there is no case `{missing}`" in capsys.readouterr().err


def test_a_class_skips_and_missing_expectations_are_told(explained: Explain) -> None:
    text = " ".join(explained(
        "layers: [{weights: [[1], [2]], activation: identity}]\noutputs: [a, b]\ncases:\n"
        "  - {inputs: [1], expected_class: b}\n  - {inputs: [-1], expected_class: b}\n"
        "  - {inputs: [0], expected_class: b}\n  - {inputs: [3]}\n  - {inputs: [3], expected_class: b, skip: later}\n"
    ).split())  # fmt: skip
    assert "✓ the largest output: b; it is b" in text
    assert "✗ the largest output: b; it is a: `a` is -1, `b` is -2" in text
    assert "✗ the largest output: b; it is a: `a` and `b` are both 0, and the first counts" in text
    assert "The case expects nothing: `evaluator record` writes what the network answers." in text
    assert "The case is skipped: later." in text


def test_a_map_marks_no_failure_where_there_is_no_verdict(explained: Explain) -> None:
    text = explained(
        "neuron: {weights: [1, 1], activation: relu}\ncases:\n"
        "  - {name: a, inputs: [0, 1], expected: 9, skip: later}\n"
        "  - {name: b, inputs: [0, 2], expected: 9, xfail: known}\n"
        "  - {name: c, inputs: [0, 3], expected: 3, xfail: known}\n"
        "  - {name: d, inputs: [0, 4]}\n  - {name: e, inputs: [0, 5], expected: 9}\n", "html",
    )  # fmt: skip
    for told in ("a at (0, 1) is skipped", "b at (0, 2) fails as expected", "c at (0, 3) holds",
                 "d at (0, 4) expects nothing", "e at (0, 5) fails"):  # fmt: skip
        assert told in text


# --- digits


def test_given_numbers_stand_as_they_are(explained: Explain) -> None:
    text = explained(
        "neuron: {weights: [1000], bias: 0.004, activation: {name: leaky_relu, alpha: 0.01239}}\n"
        "cases: [{inputs: [1.2349], expected: ~1235}, {inputs: [-1.2349], expected: ~-15}]\n"
    )
    assert "1000·x1 = 1000·1.2349 ≈ 1235" in text
    assert "z ≈ 1235 + 0.004 ≈ 1235" in text
    assert "y ≈ leaky_relu(-1235, alpha=0.01239) ≈ 0.01239·(-1235) ≈ -15.3" in text


@pytest.mark.parametrize(
    ("weights", "bias", "line", "said"),
    [
        ("1e16, 1, -1e16", 0, "1e+16 + 1 - 1e+16 ≈ 0", "of y: it is 0, the exact sum 1."),
        ("0.1, 0.2, -0.3", 0, "0.1 + 0.2 - 0.3 ≈ 5.55e-17", "the exact sum 0."),
        ("1e16, 0, 0", 1, "z = 1e+16 + 1 ≈ 1e+16", ""),
        ("0.1, 0.2, 0.3", 0, "0.1 + 0.2 + 0.3 = 0.6", ""),
        ("1e16, 1, 0", 0, "1e+16 + 1 + 0 ≈ 1e+16", ""),
    ],
)  # fmt: skip
def test_where_floating_point_rounds_a_sum_that_is_said(
    explained: Explain, weights: str, bias: int, line: str, said: str
) -> None:
    text = explained(
        f"neuron: {{weights: [{weights}], bias: {bias}, activation: identity}}\n"
        "cases: [{inputs: [1, 1, 1], expected: ~1.000}]\n"
    )
    assert line in " ".join(text.split())
    assert ("Floating point rounded" in text) is bool(said)
    assert said in " ".join(text.split())


def test_what_rounding_makes_not_a_number_is_told(explained: Explain) -> None:
    text = " ".join(explained(
        "layers: [{weights: [[0.0001], [0.0002]], activation: {name: normalize}}]\n"
        "cases: [{inputs: [1], expected: [~0.333, ~0.667]}]\n", digits=3
    ).split())  # fmt: skip
    assert "layer1[0] is .nan instead of 0.33333" in text
    assert "No value is off" not in text


def test_more_digits_than_a_float_has_depart_from_nothing(explained: Explain) -> None:
    text = explained(
        "neuron: {weights: [0.1, 3], activation: identity}\n"
        "cases: [{inputs: [-528.99999999999997, 0.1], expected: ~-52.6}]\n", digits=17
    )  # fmt: skip
    for value, other in re.findall(r"is (\S+) instead of (\S+?)[,.]", " ".join(text.split())):
        assert value != other


@pytest.mark.parametrize(
    ("activation", "shown"),
    [("softplus", "softplus(0) = ln(1 + e^0) ≈"), ("silu", "silu(0) = 0·sigmoid(0)"),
     ("{name: softplus, beta: 1}", "= ln(1 + e^(1·0)) / 1"),
     ("{name: softplus, beta: 2}", "= ln(1 + e^(2·0)) / 2")],
)  # fmt: skip
def test_a_default_that_changes_nothing_is_not_written(
    explained: Explain, activation: str, shown: str
) -> None:
    spec = f"neuron: {{weights: [1], activation: {activation}}}\ncases: [{{inputs: [0], expected: ~1}}]\n"
    assert shown in explained(spec)
    assert "0.693·" not in explained(spec)
    assert "e^(-1) - 1" in explained(spec.replace(activation, "elu").replace("[0]", "[-1]"))


@pytest.mark.parametrize(
    ("widths", "wanted"),
    [([0.001], 3), ([0.001, 1e-6], 6), ([0.004], 3), ([1], 0), ([10], 0), ([math.inf], 4),
     ([math.nan, 0.1], 1), ([], 4), ([0.0], None), ([2e-7], 7)],
)  # fmt: skip
def test_the_finest_expectation_says_how_many_digits(
    widths: list[float], wanted: int | None
) -> None:
    assert decimals(widths).decimals == wanted


@pytest.mark.parametrize(
    ("value", "places", "shown", "exact"),
    [(7.0, 3, "7", True), (0.9990889488055994, 3, "0.999", False), (4.5398e-05, 3, "4.54e-05", False),
     (0.00123456, 3, "0.00123", False), (1234.56789, 1, "1234.6", False), (0.5, 3, "0.5", True),
     (0.39249999999999996, None, "0.3925", True), (0.1 + 0.2, None, "0.3", True),
     (1 / 3, None, "0.333333333333333", False), (1e-9, 3, "1e-09", True),
     (math.nan, 3, ".nan", True), (-math.inf, 3, "-.inf", True), (-0.0, 3, "0", True),
     (0.9999, 2, "1.000", False), (np.float32(0.1), None, "0.1", True)],
)  # fmt: skip
def test_a_number_is_shown_in_so_many_digits(
    value: float, places: int | None, shown: str, exact: bool
) -> None:
    assert Digits(places).number(value) == Number(shown, exact)


# --- formulas


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda each: each.name)
def test_every_formula_of_the_table_is_read_and_calculates_what_the_activation_does(
    activation: evaluator.activations.Activation,
) -> None:
    formula = read(activation.formula)
    if formula is None:
        assert activation.name == "hardmax"
        return
    parameters = {"prelu": {"slope": 0.25}, "clip": {"min": -1.0, "max": 2.0}}.get(
        activation.name, {}
    )
    values = {p.name: p.default for p in activation.parameters if not isinstance(p.default, str)}
    layer = [0.75, -1.25, 3.5]
    for z in (0.75, -1.25, 3.5):
        known = {**values, **parameters, "z": z, "zᵢ": z}
        filled = fill(formula, known, layer, lambda value: Number(repr(float(value))))
        mine = calculated(PLAIN.write(filled.expression))
        row = np.array([layer if activation.whole_layer else [z]])
        theirs = activation(row, **parameters)[0][layer.index(z) if activation.whole_layer else 0]
        assert mine == pytest.approx(theirs, rel=1e-12)


def calculated(text: str) -> float:
    """Calculate an expression as it is written, by Python."""
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    for sign, other in (("·", "*"), ("^", "**"), ("²", "**2"), ("√", "sqrt")):
        text = text.replace(sign, other)
    names = {name: getattr(math, name) for name in ("e", "tanh", "sqrt", "sin", "cos", "atan")}
    names |= {"ln": math.log, "min": min, "max": max, "abs": abs, "sign": np.sign,
              "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
              "Φ": lambda z: (1 + math.erf(z / math.sqrt(2))) / 2}  # fmt: skip
    return float(eval(text, {"__builtins__": {}}, names))


def test_both_sides_of_every_sign_are_equal() -> None:
    compared = 0
    for file in (*SPECS.glob("activations/*.yaml"), SPECS / "networks/three-layers.yaml"):
        spec = evaluator.load(file)
        trace = spec.network.trace(spec.inputs)
        for row in range(0, len(spec.inputs), 3):
            for step in working.steps(trace, row, Digits()):
                for equation in step.equations:
                    sides = [equation.first, *(side for _, side in equation.others)]
                    values = [*filter(math.isfinite, map(value_of, sides))]
                    assert values[:-1] == pytest.approx(values[1:], rel=1e-5, abs=1e-12), equation
                    compared += len(values) - 1
    assert compared > 150


def value_of(side: working.Expression) -> float:
    """Calculate an expression; NaN for one that names values or takes the whole layer."""
    text = PLAIN.write(side)
    if re.search(r"\binf|nan|e[+-]\d|\b0 / 0|softmax\(", text):
        return math.nan
    try:
        return calculated(text)
    except (NameError, SyntaxError, OverflowError, ZeroDivisionError, ValueError, TypeError):
        return math.nan


def test_a_formula_is_written_as_the_table_has_it() -> None:
    for name in (
        "sigmoid",
        "leaky_relu",
        "selu",
        "softplus",
        "hard_tanh",
        "squareplus",
        "gaussian",
    ):
        formula = read(ACTIVATIONS[name].formula)
        assert formula is not None
        assert PLAIN.write(formula).replace("-", "−") == ACTIVATIONS[name].formula
    assert isinstance(getattr(read("e^zᵢ / Σ e^zⱼ"), "under", None), Total)


# --- formats


def hostile() -> str:
    """Write a spec whose names mean something elsewhere."""
    names = [f"{n}{name}" for n, name in enumerate(HOSTILE)]
    quoted = [repr(name)[1:-1].replace('"', r"\"") for name in names]
    inputs = ", ".join(f'"{name}"' for name in quoted)
    weights = ", ".join(f'"{name}": 1' for name in quoted)
    return (
        f'name: "{quoted[0]}{quoted[5]}\u202e"\ninputs: [{inputs}]\n'
        f'neurons: {{"o{quoted[0]}": {{weights: {{{weights}}}, activation: relu}}}}\n'
        f'cases: [{{name: "{quoted[8]}", inputs: {[1] * len(names)}, expected: 1, xfail: "{quoted[2]}"}}]\n'
    )


def page(text: str) -> ET.Element:
    """Read the body of a page, which is well-formed XML but for attributes without quotes."""
    body = text[text.index("<body>") : text.index("</html>")]
    return ET.fromstring(re.sub(r" scope=(\w+)", r' scope="\1"', body))


def specs() -> Iterator[evaluator.Spec]:
    for name in ("networks/gates/xor", "networks/iris/iris", "textbooks/softmax", "activations/gelu",
                 "activations/celu", "networks/float32"):  # fmt: skip
        yield evaluator.load(SPECS / f"{name}.yaml")


def test_a_page_is_well_formed_and_nothing_in_it_can_run_or_load(explained: Explain) -> None:
    for text in [explained(hostile(), "html"), *(explain(spec, None, "html") for spec in specs())]:
        tags = {element.tag.rpartition("}")[2] for element in page(text).iter()}
        assert tags <= {*MATHML, "body", "main", "section", "h1", "h2", "h3", "p", "div", "figure",
                        "dl", "dt", "dd", "span", "ul", "li", "b", "table", "thead", "tbody", "tr", "th",
                        "td", "svg", "title", "desc", "path", "rect", "text", "circle"}  # fmt: skip
        style = text[text.index("<style>") + 7 : text.index("</style>")]
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{hashed}'" in text
        assert not re.search(
            r"(?:href|src|style|on\w+)=", re.sub(r"&\w+;.*", "", text[len(style) :])
        )


def test_names_stand_on_a_page_as_they_are(explained: Explain) -> None:
    said = "".join(page(explained(hostile(), "html")).itertext())
    for name in (f"0{HOSTILE[0]}", f"1{HOSTILE[1]}", f"2{HOSTILE[2]}", f"3{HOSTILE[3]}"):
        assert name in said
    assert "\u202e" not in said


def test_a_page_shows_the_steps_the_network_the_curves_and_the_plane(explained: Explain) -> None:
    body = page(explained(founding(), "html"))
    svg = "{http://www.w3.org/2000/svg}"
    titles = [str(picture[0].text) for picture in body.iter(f"{svg}svg")]
    assert titles == ["Network from x1, x2 to y", "sigmoid", "Map of y over x1 and x2"]
    maths = ["".join(each.itertext()) for each in body.iter("math")]
    assert maths[2:13] == ["0·x1", "+1·x2", "=0·2", "+1·3", "=0", "+3", "=3", "z", "=3", "+4", "=7"]
    assert maths[13:] == ["y", "=sigmoid(7)", "=11+e−7", "≈0.999"]
    assert "✓ holds" in ["".join(b.itertext()) for b in body.iter("b")]
    fraction = next(body.iter("mfrac"))
    assert "".join(fraction[1].itertext()) == "1+e−7"


def test_tex_is_balanced_and_names_command_nothing(explained: Explain) -> None:
    text = explained(hostile(), "latex")
    bare = re.sub(r"\\[\\{}$&#%_]", "", text)
    assert bare.count("{") == bare.count("}")
    assert "$" not in bare
    assert "#" not in bare
    assert not re.search(r"(?<! )_", bare)
    known = {"usepackage", "section", "subsection", "paragraph", "noindent", "begin", "end", "item",
             "textbf", "text", "cdot", "quad", "qquad", "left", "right", "max", "textbackslash",
             "textless", "textgreater", "textbar", "ensuremath", "sim", "textasciicircum",
             "textasciigrave", "frac", "approx", "begingroup", "allowdisplaybreaks", "endgroup"}  # fmt: skip
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= known
    assert re.findall(r"\\begin{(.*?)}", text) == re.findall(r"\\end{(.*?)}", text)
    assert not re.search(r"(?<!\\)%", text.partition("\n")[2])


def test_latex_aligns_the_steps(explained: Explain) -> None:
    text = explained(founding(), "latex")
    assert (
        "\\begin{align*}\n  0 \\cdot x _{1} + 1 \\cdot x _{2} & = 0 \\cdot 2 + 1 \\cdot 3" in text
    )
    assert "  & = \\frac{1}{1 + e^{-7}} \\\\\n  & \\approx 0.999\n\\end{align*}" in text


def test_latex_breaks_long_sums_and_keeps_them_whole(explained: Explain) -> None:
    weights = [round(0.123456789 + n / 1000, 9) for n in range(30)]
    text = explained(
        f"neuron: {{weights: {weights}, bias: 0.5, activation: relu}}\n"
        f"cases: [{{inputs: {[1] * 30}, expected: 3}}]\n", "latex",
    )  # fmt: skip
    lines = [line.partition("&&")[0] for line in text.splitlines() if "&" in line]
    for line in lines:
        digits = re.sub(r"\\cdot|[ &\\{}_]", "", line)
        assert len(digits) <= 48, line
    for weight in weights:
        assert text.count(f"{weight} \\cdot 1") == 1
    assert text.count(f"{weights[-1]}") == 2


def test_an_input_and_a_unit_of_the_same_letters_are_told_apart(explained: Explain) -> None:
    spec = (
        "inputs: [h0]\nlayers:\n  - {name: h, weights: [[1], [2]], activation: relu}\n"
        "  - {weights: [[1, 2]], activation: relu}\ncases: [{inputs: [1], expected: 5}]\n"
    )
    for format in ("latex", "markdown"):
        text = explained(spec, format)
        assert "h _{[0]}\\text{.z}" in text
        assert "1 \\cdot h _{0}" in text
    assert "<msub><mi>h</mi><mn>[0]</mn></msub>" in explained(spec, "html")


def test_markdown_has_formulas_that_markdown_leaves_alone(explained: Explain) -> None:
    for text in [
        explained(hostile(), "markdown"),
        *(explain(s, None, "markdown") for s in specs()),
    ]:
        formulas = re.findall(r"^\$\$\n(.*)\n\$\$$", text, re.MULTILINE)
        assert len(formulas) * 2 == len(re.findall(r"^\$\$$", text, re.MULTILINE))
        for formula in formulas:
            # A backslash before a sign would be taken for an escape, `_` after one for emphasis.
            assert not re.search(r"\\[^A-Za-z]|[^ ]_|[`*$]|<\w|\]\(|https?:", formula), formula
            assert formula.count("{") == formula.count("}")
        outside = re.sub(r"^\$\$\n.*\n\$\$$", "", text, flags=re.MULTILINE)
        assert not re.search(r"(?<!\\)<|(?<!\\)`|(?<!\\)\$|(?<!\\)\[", outside)


def test_markdown_shows_the_founding_neuron(explained: Explain) -> None:
    text = explained(founding(), "markdown")
    assert "$$\nz = 3 + 4 = 7\n$$" in text
    assert r"\text{sigmoid}\left(7\right) = \frac{1}{1 + e^{-7}} \approx 0.999" in text
    assert r"| ✓ holds | y | \~0.999 accepts 0.9985 to 0.9995; it is 0.9990889488055994 |" in text


def test_a_terminal_is_commanded_nothing(explained: Explain) -> None:
    assert "\u202e" not in explained(hostile())
    assert r"\u202e" in explained(hostile())


@pytest.mark.parametrize("format", FORMATS)
def test_not_a_number_and_infinity_are_explained_too(explained: Explain, format: str) -> None:
    text = explained(
        "inputs: [a, b]\nneurons:\n  h: {weights: {a: 0, b: 1}, activation: leaky_relu}\n"
        "  o: {weights: {h: 1}, activation: sigmoid}\n"
        "cases: [{inputs: [.inf, 1], expected: .nan}, {inputs: [1, -.inf], expected: 0}]\n",
        format, 2,
    )  # fmt: skip
    assert "nan" in text.lower()


# --- the command


def test_the_command_writes_what_the_name_of_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "f.yaml").write_text(founding())
    spec = str(tmp_path / "f.yaml")
    for name, begin in (("a.html", "<!DOCTYPE"), ("a.tex", "%"), ("a.md", "# f"), ("a.txt", "f: ")):
        assert main(["explain", spec, "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text().startswith(begin)
    assert main(["explain", f"{spec}::case 1", "--format", "latex"]) == 0
    assert "align*" in capsys.readouterr().out


def test_all_documents_are_explained_or_the_one_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "f.yaml").write_text(f"{founding()}---\n{founding('~0.99')}")
    assert main(["explain", str(tmp_path / "f.yaml")]) == 0
    assert re.findall("^(f.*): case 1$", capsys.readouterr().out, re.MULTILINE) == ["f", "f#2"]
    assert main(["explain", f"{tmp_path}/f.yaml#2"]) == 0
    assert "~0.999" not in capsys.readouterr().out


def test_a_dash_is_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(founding())
    assert main(["explain", "f.yaml"]) == 0
    shown = capsys.readouterr().out
    assert main(["explain", "f.yaml", "-o", "-"]) == 0
    assert capsys.readouterr().out == shown
    assert os.listdir() == ["f.yaml"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["f.yaml", "--case", "case 3"], 5, "there is no case `case 3`"),
        (["f.yaml::case 1", "--case", "case 1"], 2, "the case is named twice"),
        (["f.yaml#9"], 5, "there is no document 9"),
        (["no.yaml"], 2, "no.yaml does not exist"),
        (["."], 2, ". is a folder"),
        (["f.yaml", "--digits", "-1"], 2, "-1 is not a whole number from 0 to 20"),
        (["f.yaml", "--format", "pdf"], 2, "invalid choice"),
        (["f.yaml", "-o", "f.yaml"], 2, "f.yaml is the spec itself"),
        (["f.yaml", "-o", "x.pdf"], 2, "no format is written to .pdf files"),
        (["f.yaml", "-o", "no/a.html"], 2, "the folder no does not exist"),
        (["bad.yaml"], 3, "unknown key"),
        ([], 2, "FILE"),
    ],
)
def test_the_exit_code_says_what_is_wrong(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(founding())
    Path("bad.yaml").write_text(founding().replace("bias", "bais"))
    assert main(["explain", *words]) == code
    assert said in capsys.readouterr().err


def test_an_onnx_file_is_not_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onnx = pytest.importorskip("onnx")
    del onnx
    (tmp_path / "f.yaml").write_text(founding())
    assert main(["convert", str(tmp_path / "f.yaml"), str(tmp_path / "m.onnx")]) == 0
    (tmp_path / "g.yaml").write_text(
        "model: {file: m.onnx}\ncases: [{inputs: [2, 3], expected: ~0.999}]\n"
    )
    assert main(["explain", str(tmp_path / "g.yaml")]) == 2
    assert "only networks whose weights are written out are explained" in capsys.readouterr().err


@pytest.mark.parametrize("digits", [-1, 2.5, 21, "3", True])
def test_digits_are_whole_numbers_in_python_too(digits: int) -> None:
    with pytest.raises(evaluator.UsageError, match="whole number from 0 to 20, not"):
        book("mazur").explain(digits=digits)


def test_a_case_or_a_format_that_is_not_there_is_wrong_usage() -> None:
    with pytest.raises(evaluator.UsageError, match=r"there is no case `as print`"):
        book("mazur").explain("as print")
    with pytest.raises(evaluator.UsageError, match="unknown format `htm`"):
        book("mazur").explain(format="htm")
