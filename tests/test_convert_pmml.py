"""PMML neural networks become specs; the oracle is arithmetic written out here."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluator
from evaluator.convert import ConversionError, read

HEAD = """\
<?xml version="1.0"?>
<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
  <Header/>
  <DataDictionary>
    <DataField name="a" optype="continuous" dataType="double"/>
    <DataField name="b" optype="continuous" dataType="double"/>
    <DataField name="color" optype="categorical" dataType="string"/>
    <DataField name="y" optype="continuous" dataType="double"/>
  </DataDictionary>
"""
FOOT = "</PMML>\n"


def field(element: str, node: str, expression: str) -> str:
    key = {"NeuralInput": "id", "NeuralOutput": "outputNeuron"}[element]
    return f'<{element} {key}="{node}"><DerivedField optype="continuous" dataType="double">{expression}</DerivedField></{element}>'


def ref(name: str) -> str:
    return f'<FieldRef field="{name}"/>'


def neuron(name: str, bias: float | None, **weights: float) -> str:
    connections = "".join(f'<Con from="{k[1:]}" weight="{v}"/>' for k, v in weights.items())
    said = "" if bias is None else f' bias="{bias}"'
    return f'<Neuron id="{name}"{said}>{connections}</Neuron>'


REGRESSION = {
    "attributes": 'modelName="sum" functionName="regression" activationFunction="tanh"',
    "before": '<MiningSchema><MiningField name="y" usageType="target"/></MiningSchema>',
    "inputs": field("NeuralInput", "1", ref("a")) + field("NeuralInput", "2", ref("b")),
    "layers": "<NeuralLayer>"
    + neuron("3", 0.5, _1=1.0, _2=-2.0)
    + neuron("4", None, _1=0.25)
    + "</NeuralLayer>"
    '<NeuralLayer activationFunction="identity">'
    + neuron("5", -1.0, _3=2.0, _4=3.0)
    + "</NeuralLayer>",
    "outputs": field("NeuralOutput", "5", ref("y")),
    "after": "",
}


def pmml(**changes: str) -> str:
    parts = {**REGRESSION, **changes}
    return (
        f"{HEAD}<NeuralNetwork {parts['attributes']}>{parts['before']}"
        f"<NeuralInputs>{parts['inputs']}</NeuralInputs>{parts['layers']}"
        f"<NeuralOutputs>{parts['outputs']}</NeuralOutputs>{parts['after']}</NeuralNetwork>{FOOT}"
    )


@pytest.fixture
def convert(tmp_path: Path) -> Any:
    def convert(text: str) -> Any:
        (tmp_path / "m.pmml").write_text(text, encoding="utf-8")
        return read(tmp_path / "m.pmml")

    return convert


def answers(conversion: Any, rows: list[list[float]]) -> list[list[float]]:
    found: list[list[float]] = conversion.network(np.array(rows)).tolist()
    return found


ROWS = [[0.0, 0.0], [1.0, 2.0], [-0.5, 0.25]]


def test_a_network_gives_what_its_arithmetic_gives(convert: Any) -> None:
    conversion = convert(pmml())
    wanted = [[2 * math.tanh(0.5 + a - 2 * b) + 3 * math.tanh(0.25 * a) - 1] for a, b in ROWS]
    assert conversion.network.inputs == ("a", "b")
    np.testing.assert_allclose(answers(conversion, ROWS), wanted, rtol=1e-15)
    assert "sum" in conversion.origin


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("logistic", lambda z: 1 / (1 + math.exp(-z))),
        ("tanh", math.tanh),
        ("identity", lambda z: z),
        ("exponential", math.exp),
        ("reciprocal", lambda z: 1 / z),
        ("square", lambda z: z * z),
        ("Gauss", lambda z: math.exp(-z * z)),
        ("sine", math.sin),
        ("cosine", math.cos),
        ("Elliott", lambda z: z / (1 + abs(z))),
        ("arctan", lambda z: 2 * math.atan(z) / math.pi),
        ("rectifier", lambda z: max(0.0, z)),
        ("threshold", lambda z: 1.0 if z > 0.25 else 0.0),
    ],
)
def test_every_activation_is_pmmls(convert: Any, name: str, function: Any) -> None:
    conversion = convert(pmml(
        attributes=f'functionName="regression" activationFunction="{name}" threshold="0.25"',
        layers="<NeuralLayer>" + neuron("3", 0.5, _1=1.0, _2=-2.0) + "</NeuralLayer>",
        outputs=field("NeuralOutput", "3", ref("y")),
    ))  # fmt: skip
    wanted = [[function(0.5 + a - 2 * b)] for a, b in ROWS]
    np.testing.assert_allclose(answers(conversion, ROWS), wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("method", "function"),
    [("softmax", math.exp), ("simplemax", lambda y: y)],
)
def test_a_layer_is_normalised_after_its_activation(
    convert: Any, method: str, function: Any
) -> None:
    conversion = convert(pmml(
        attributes=f'functionName="classification" activationFunction="logistic" normalizationMethod="{method}"',
        layers="<NeuralLayer>" + neuron("3", 0.5, _1=1.0) + neuron("4", 0.0, _2=1.0) + "</NeuralLayer>",
        outputs=field("NeuralOutput", "4", '<NormDiscrete field="y" value="no"/>')
        + field("NeuralOutput", "3", '<NormDiscrete field="y" value="yes"/>'),
    ))  # fmt: skip
    wanted = []
    for a, b in ROWS:
        parts = [function(1 / (1 + math.exp(-z))) for z in (0.5 + a, b)]
        wanted.append([part / sum(parts) for part in parts])
    assert conversion.network.outputs == ("yes", "no")
    np.testing.assert_allclose(answers(conversion, ROWS), wanted, rtol=1e-15)


def norm(name: str, *points: tuple[float, float], outliers: str = "asIs") -> str:
    written = "".join(f'<LinearNorm orig="{o}" norm="{n}"/>' for o, n in points)
    return f'<NormContinuous field="{name}" outliers="{outliers}">{written}</NormContinuous>'


@pytest.mark.parametrize("outliers", ["asIs", "asExtremeValues"])
def test_inputs_are_scaled_and_outputs_scaled_back(convert: Any, outliers: str) -> None:
    conversion = convert(pmml(
        inputs=field("NeuralInput", "1", norm("a", (10, 0), (20, 1), outliers=outliers))
        + field("NeuralInput", "2", norm("b", (-4, -1), (4, 3), outliers=outliers)),
        layers='<NeuralLayer activationFunction="identity">' + neuron("3", 0.5, _1=1.0, _2=-2.0) + "</NeuralLayer>",
        outputs=field("NeuralOutput", "3", norm("y", (100, 0), (300, 1))),
    ))  # fmt: skip
    rows = [[10, -4], [15, 0], [30, 8], [0, -8]]

    def scaled(x: float, low: float, high: float, first: float, last: float) -> float:
        part = (x - low) / (high - low)
        if outliers == "asExtremeValues":
            part = min(max(part, 0), 1)
        return first + part * (last - first)

    wanted = [
        [100 + 200 * (0.5 + scaled(a, 10, 20, 0, 1) - 2 * scaled(b, -4, 4, -1, 3))] for a, b in rows
    ]
    np.testing.assert_allclose(answers(conversion, rows), wanted, rtol=1e-13)


def test_a_value_of_a_field_becomes_an_input_of_0_or_1(convert: Any) -> None:
    conversion = convert(pmml(
        inputs=field("NeuralInput", "1", '<NormDiscrete field="color" value="red"/>')
        + field("NeuralInput", "2", ref("b")),
    ))  # fmt: skip
    assert conversion.network.inputs == ("color=red", "b")
    assert any("1 where `color` is that" in note for note in conversion.notes)


SAID_ONLY = {
    '<MiningField name="a" missingValueReplacement="3"/>':
        "the missingValueReplacement of `a`, 3, is left out: a case gives every value",
    '<MiningField name="a" invalidValueTreatment="asMissing"/>':
        "the invalidValueTreatment of `a`, asMissing, is left out: a case gives every value",
    '<MiningField name="color"/>': "the field `color` is read by no neuron and is left out",
}  # fmt: skip


@pytest.mark.parametrize("element", SAID_ONLY)
def test_what_a_spec_has_no_place_for_is_told(element: str, convert: Any) -> None:
    schema = f'<MiningSchema>{element}<MiningField name="y" usageType="target"/></MiningSchema>'
    assert convert(pmml(before=schema)).notes == (SAID_ONLY[element],)


def test_what_else_is_left_out_of_a_model_is_told(convert: Any) -> None:
    bounded = HEAD.replace('"a" optype="continuous" dataType="double"/>',
        '"a" optype="continuous" dataType="double"><Interval closure="openOpen" leftMargin="0"/></DataField>')  # fmt: skip
    rows = verification(f'{AB}<VerificationField field="y"/>', "<a>0</a><bee>0</bee><y>0</y>")
    found = convert(pmml(
        inputs=field("NeuralInput", "1", '<FieldRef field="a" mapMissingTo="7"/>') + field("NeuralInput", "2", ref("b")),
        after='<Output><OutputField name="round" feature="transformedValue"/></Output>'
        + rows.replace("<ModelVerification", '<ModelVerification recordCount="2"'),
    ).replace(HEAD, bounded))  # fmt: skip
    assert found.notes == (
        "the mapMissingTo of `a`, 7, is left out: a case gives every value",
        "the bounds of `a` are left out",
        "the output `round` (transformedValue) is left out",
        "the ModelVerification says that it has 2 rows, and has 1",
    )


def test_a_link_over_a_layer_makes_named_neurons(convert: Any, tmp_path: Path) -> None:
    conversion = convert(pmml(
        layers="<NeuralLayer>" + neuron("h", 0.5, _1=1.0, _2=-2.0) + "</NeuralLayer>"
        '<NeuralLayer activationFunction="identity">' + neuron("o", 0.0, _h=2.0, _2=3.0) + "</NeuralLayer>",
        outputs=field("NeuralOutput", "o", ref("y")),
    ))  # fmt: skip
    wanted = [[2 * math.tanh(0.5 + a - 2 * b) + 3 * b] for a, b in ROWS]
    np.testing.assert_allclose(answers(conversion, ROWS), wanted, rtol=1e-15)
    conversion.recorded(np.array(ROWS)).save(str(tmp_path / "s.yaml"))
    spec = evaluator.load(tmp_path / "s.yaml")
    assert "neurons" in spec.document.data
    assert spec.network.outputs == ("y",)


def test_derived_fields_are_followed(convert: Any) -> None:
    twice = f'<DerivedField name="twice" optype="continuous" dataType="double">{norm("a", (0, 0), (1, 2))}</DerivedField>'
    conversion = convert(pmml(
        before=f"<LocalTransformations>{twice}</LocalTransformations>",
        inputs=field("NeuralInput", "1", norm("twice", (0, 1), (1, 2))) + field("NeuralInput", "2", ref("b")),
        layers='<NeuralLayer activationFunction="identity">' + neuron("3", 0.0, _1=1.0) + "</NeuralLayer>",
        outputs=field("NeuralOutput", "3", ref("y")),
    ))  # fmt: skip
    assert answers(conversion, [[5.0, 0.0]]) == [[11.0]]


# --- verification


def verification(columns: str, *rows: str) -> str:
    listed = "".join(f"<row>{row}</row>" for row in rows)
    return f"<ModelVerification><VerificationFields>{columns}</VerificationFields><InlineTable>{listed}</InlineTable></ModelVerification>"


AB = '<VerificationField field="a"/><VerificationField field="b" column="bee"/>'


def test_the_verification_becomes_cases(convert: Any, tmp_path: Path) -> None:
    exact = 2 * math.tanh(0.5) - 1
    conversion = convert(pmml(after=verification(
        f'{AB}<VerificationField field="y" precision="1e-9" zeroThreshold="1e-12"/>',
        f"<a>0</a><bee>0</bee><y>{exact!r}</y>",
        "<a>-0.5</a><bee>0</bee><y>0</y>",
    )))  # fmt: skip
    saved = conversion.save(str(tmp_path / "s.yaml"))
    assert (saved.cases, saved.failed) == (2, 1)  # the second is wrong on purpose
    written = (tmp_path / "s.yaml").read_text(encoding="utf-8")
    assert f"expected: {exact!r}\n" in written
    assert "expected: 0 ± 1e-12\n" in written
    assert "tolerance: {rtol: 1.0e-9}\n" in written
    assert "The expected values are those of the model's own ModelVerification." in " ".join(
        written.split()
    )


def test_a_precision_for_each_field_is_written_at_each_value(convert: Any, tmp_path: Path) -> None:
    conversion = convert(pmml(
        attributes='functionName="regression" activationFunction="identity"',
        layers="<NeuralLayer>" + neuron("3", 0.0, _1=1.0) + neuron("4", 0.0, _2=1.0) + "</NeuralLayer>",
        outputs=field("NeuralOutput", "3", ref("y")) + field("NeuralOutput", "4", ref("w")),
        after=verification(
            f'{AB}<VerificationField field="y" precision="0.5"/><VerificationField field="w" precision="0.25"/>',
            "<a>4</a><bee>8</bee><y>4</y><w>8</w>",
        ),
    ))  # fmt: skip
    assert conversion.save(str(tmp_path / "s.yaml")).failed == 0
    assert "expected: [4.0 ± 2.0, 8.0 ± 2.0]" in (tmp_path / "s.yaml").read_text("utf-8")


CLASSES = {
    "attributes": 'functionName="classification" activationFunction="identity" normalizationMethod="softmax"',
    "layers": "<NeuralLayer>"
    + neuron("3", 0.0, _1=1.0)
    + neuron("4", 0.0, _2=1.0)
    + "</NeuralLayer>",
    "outputs": field("NeuralOutput", "3", '<NormDiscrete field="y" value="no"/>')
    + field("NeuralOutput", "4", '<NormDiscrete field="y" value="yes"/>'),
}
OUTPUT = (
    '<Output><OutputField name="p_yes" feature="probability" value="yes"/>'
    '<OutputField name="p_no" feature="probability" value="no"/></Output>'
)


@pytest.mark.parametrize(
    ("before", "columns", "row", "wanted"),
    [
        ("", "y", "<y>no</y>", {"expected_class": "no"}),
        (OUTPUT, "p_yes p_no", "<p_yes>0.5</p_yes><p_no>0.5</p_no>", {"expected": [0.5, 0.5]}),
        (OUTPUT, "p_yes", "<p_yes>0.5</p_yes>", {"expected": {"yes": 0.5}}),
        (OUTPUT, "y p_yes", "<y>no</y><p_yes>0.5</p_yes>", {"expected": {"yes": 0.5}, "expected_class": "no"}),
    ],
)  # fmt: skip
def test_probabilities_and_classes_are_told_apart(
    convert: Any, tmp_path: Path, before: str, columns: str, row: str, wanted: dict[str, Any]
) -> None:
    declared = AB + "".join(f'<VerificationField field="{name}"/>' for name in columns.split())
    conversion = convert(pmml(
        **CLASSES, before=REGRESSION["before"] + before,
        after=verification(declared, f"<a>1</a><bee>1</bee>{row}"),
    ))  # fmt: skip
    assert conversion.save(str(tmp_path / "s.yaml")).failed == 0
    (case,) = evaluator.load(tmp_path / "s.yaml").document.data["cases"]
    assert case == {"inputs": [1, 1], **wanted}


# --- refusals

WRONG = [
    (dict(attributes='functionName="regression" activationFunction="radialBasis"'), "`radialBasis`"),
    (dict(attributes='functionName="regression"'), "with the activationFunction ``"),
    (dict(attributes='activationFunction="tanh" normalizationMethod="decimal"'), "`decimal`"),
    (dict(before="<Targets/>"), "`Targets` changes what the model answers"),
    (dict(before='<MiningSchema><MiningField name="a" outliers="asMissingValues"/></MiningSchema>'), "`outliers=asMissingValues`"),
    (dict(inputs=""), "no NeuralInputs"),
    (dict(inputs=field("NeuralInput", "1", ref("a")) * 2), "an id is missing, or taken twice"),
    (dict(inputs=field("NeuralInput", "1", ref("color")) + field("NeuralInput", "2", ref("b"))), "`color` is string"),
    (dict(inputs=field("NeuralInput", "1", '<Apply function="ln"/>')), "made by `Apply`"),
    (dict(inputs=field("NeuralInput", "1", norm("a", (0, 0), (1, 1), (2, 3)))), "3 points"),
    (dict(inputs=field("NeuralInput", "1", norm("a", (1, 0), (1, 1)))), "both points stand at 1.0"),
    (dict(inputs=field("NeuralInput", "1", norm("a", (0, 0), (1, 1), outliers="asMissingValues"))), "asMissingValues"),
    (dict(layers=""), "no NeuralLayer"),
    (dict(layers="<NeuralLayer/>"), "no neurons"),
    (dict(layers="<NeuralLayer>" + neuron("1", 0.0, _1=1.0) + "</NeuralLayer>"), "missing, or taken"),
    (dict(layers="<NeuralLayer>" + neuron("3", 0.0, _9=1.0) + "</NeuralLayer>"), "`9` is no input"),
    (dict(layers="<NeuralLayer>" + neuron("3", 0.0, _3=1.0) + "</NeuralLayer>"), "`3` is no input"),
    (dict(layers="<NeuralLayer>" + neuron("3", 0.0) + "</NeuralLayer>"), "reads nothing"),
    (dict(layers="<NeuralLayer>" + neuron("5", math.nan, _1=1.0) + "</NeuralLayer>"), "bias is `nan`"),
    (dict(layers='<NeuralLayer><Neuron id="5"><Con from="1" weight="1,5"/></Neuron></NeuralLayer>'), "weight is `1,5`"),
    (dict(outputs=field("NeuralOutput", "9", ref("y"))), "no neuron `9`"),
    (dict(outputs=field("NeuralOutput", "5", ref("y")) * 2), "is two outputs"),
    (dict(after="<ModelVerification/>"), "no InlineTable"),
    (dict(after=verification(AB, "<a>1</a><bee>1</bee>")), "says nothing of"),
    (dict(after=verification('<VerificationField field="y"/>', "<y>1</y>")), "no VerificationField of `a`"),
    (dict(after=verification(f'{AB}<VerificationField field="y"/>', "<a>1</a><bee/><y>1</y>")), "no `bee`"),
    (dict(after=verification(f'{AB}<VerificationField field="y" precision="-1"/>', "<a>1</a>")), "below 0"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_expressed_is_refused_by_name_and_line(
    convert: Any, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        convert(pmml(**changes))


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><PMML version="&b;"/>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "document type declaration"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><PMML/>', "document type declaration"),
        ("<PMML>", "is not XML: no element found"),
        ("", "is not XML"),
        ("<a>" * 200 + "</a>" * 200, "deeper than 100"),
        ("<html/>", "not `PMML`"),
        ("<PMML/>", "0 models"),
        ("<PMML><NeuralNetwork/><NeuralNetwork/></PMML>", "2 models"),
        ("<PMML><TreeModel/></PMML>", "`TreeModel`"),
        ('<?xml version="1.0" encoding="klingon"?><PMML/>', "is not XML"),
    ],
)
def test_hostile_xml_is_refused(convert: Any, text: str, message: str) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        convert(text)
