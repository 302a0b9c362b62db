"""Pages without a browser: what is embedded, what is left out, and what the command says."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluator.activations import ACTIVATIONS
from evaluator.cli import main
from evaluator.diagnostics import UsageError
from evaluator.evaluate import evaluate
from evaluator.pages import cases, data, page
from evaluator.source import read
from evaluator.spec import Spec, build

PAGES = Path(cases.__file__).parent
TEXTS = {
    "neuron": "neuron: {weights: [0.1, -2], bias: 1.0e-7, activation: sigmoid}\n"
    "cases: [{inputs: [2, .inf], expected: ~0.0}]\n",
    "by name": "inputs: [b, a]\nneuron: {weights: {a: 1, b: 3}, activation: {name: clip, max: 2}}\n"
    "outputs: [price]\ncases: [{inputs: {a: 1, b: 2}, expected: {price: 2, price.z: 7}}]\n",
    "neurons": "inputs: [a, b]\nneurons:\n"
    "  out: {weights: {h: 1, 'k: 1': -2, a: 4}, activation: tanh}\n"
    "  h: {weights: [1, 2], activation: relu}\n"
    "  'k: 1': {weights: [3, 4], bias: -1, activation: relu}\n"
    "cases: [{name: '1e-3', inputs: [1, 2], expected: {h: 5, out: '[-1, 1]'}}]\n",
    "layers": "dtype: float32\ninputs: [a, b]\nlayers:\n"
    "  - {name: 'true', weights: [[0.1, 2], [3, 4], [5, 6]], activation: {name: prelu, slope: [0.1, 0.2, 0.3]}}\n"
    "  - {weights: [[1, 0, 1], [0.5, 1, 0]], bias: [0.3, 0], activation: identity}\n"
    "  - {activation: softmax}\n"
    "cases:\n  - {inputs: [-1, 2], expected_class: 0, xfail: it is not}\n  - {inputs: [1, 2]}\n",
}
PIECES = {"weight", "bias", "activation"}


def spec_of(text: str) -> Spec:
    return build(read(text, "f.yaml")[0])


class Elements(HTMLParser):
    """The elements of a page, and the texts of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)
        if tag in ("script", "style"):
            self.raw.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            tag, before = self.raw[-1]
            self.raw[-1] = tag, before + text


def known(text: str) -> dict[str, Any]:
    """Give the data that the page of a text holds."""
    found = Elements(page(spec_of(text))).raw
    loaded: dict[str, Any] = json.loads(found[1][1])
    return loaded


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_page_is_one_file_that_lets_nothing_else_in(text: str) -> None:
    html = page(spec_of(text))
    elements = Elements(html)
    tags = [tag for tag, _ in elements.all]
    assert not {"link", "img", "iframe", "object", "base", "form"} & set(tags)
    for _, attributes in elements.all:
        assert not {"src", "href", "style", "srcset"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    ids = [attributes["id"] for _, attributes in elements.all if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert [tag for tag, _ in elements.raw] == ["style", "script", "script"]
    hashes = [
        base64.b64encode(hashlib.sha256(raw.encode()).digest()).decode() for _, raw in elements.raw
    ]
    (policy,) = [a["content"] for t, a in elements.all if t == "meta" and "http-equiv" in a]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[2]}'; style-src 'sha256-{hashes[0]}';"
        " base-uri 'none'; form-action 'none'"
    )  # fmt: skip
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|eval|innerHTML|localStorage|import)\b", elements.raw[2][1]
    )
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_yaml_with_its_own_numbers_is_the_same_spec(text: str) -> None:
    spec, told = spec_of(text), known(text)
    written = ""
    for piece in told["yaml"]:
        if isinstance(piece, str):
            written += piece
            continue
        kind, block, *at = piece
        assert kind in PIECES
        found = told["network"]["blocks"][block - 1]
        if kind == "activation":
            written += json.dumps({"name": found["activation"], **found["parameters"]})
        else:
            numbers = found["weights"] if kind == "weight" else found["bias"]
            for place in at:
                numbers = numbers[place]
            written += str(numbers)
    again = spec_of(written)
    assert (again.network.inputs, again.network.outputs) == (
        spec.network.inputs,
        spec.network.outputs,
    )
    assert again.document.data["cases"] == spec.document.data["cases"]
    x = np.random.default_rng(0).normal(size=(9, len(spec.network.inputs)))
    assert np.array_equal(again.network(x), spec.network(x))
    assert list(again.network.places) == list(spec.network.places)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_network_of_a_page_is_that_of_the_spec(text: str) -> None:
    spec, told = spec_of(text), known(text)["network"]
    x = np.array([0.5, -1.25])
    values: list[list[float]] = [x.tolist()]
    for block in told["blocks"]:
        reads = [values[b][column] for b, column in block["sources"]]
        z = np.array(reads if block["weights"] is None else np.array(block["weights"]) @ reads)
        z = z if block["bias"] is None else z + block["bias"]
        values.append(ACTIVATIONS[block["activation"]](z[None], **block["parameters"])[0].tolist())
    found = [values[block][column] for block, column in told["outputs"]]
    assert found == pytest.approx(
        spec.network(x).tolist(), rel=1e-6 if spec.network.dtype == "float32" else 1e-12
    )


def test_cases_bring_their_intervals_and_the_evaluators_verdict() -> None:
    text = (
        TEXTS["neuron"].splitlines()[0]
        + """
tolerance: 0.5
cases:
  - {name: a, inputs: [1, -1], expected: {y: "(0.8, 1)", z: 3}}
  - {name: b, inputs: [.nan, 0], expected: .nan}
  - {name: c, inputs: [1, 1], expected: 1, skip: later}
  - {name: d, inputs: [1, 1], expected: 1, xfail: known}
"""
    )
    a, b, c, d = known(text)["cases"]
    assert [check["name"] for check in a["checks"]] == ["y", "y.z"]
    assert [check["z"] for check in a["checks"]] == [False, True]
    assert [check["low"] for check in a["checks"]] == [np.nextafter(0.8, 1), 2.5]
    assert [check["text"] for check in a["checks"]] == ["(0.8, 1)", "3"]
    assert [check["holds"] for check in a["checks"]] == [True, False]
    assert b["inputs"] == ["NaN", 0]
    assert (b["checks"][0]["low"], b["checks"][0]["holds"]) == ("NaN", True)
    assert (c["skip"], d["xfail"], d["checks"][0]["holds"]) == ("later", "known", False)
    results = evaluate(spec_of(text)).cases
    assert [r.outcome for r in results] == ["failed", "passed", "skipped", "xfailed"]


def test_of_a_table_the_first_rows_are_kept_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{n},{'~' * (n % 2)}{2 * n},row {n}\n" for n in range(1000))
    Path("t.csv").write_text("x,y,n\n" + rows)
    text = "inputs: [x]\nneuron: {weights: [2], activation: identity}\ncases:\n  - {file: t.csv, expected: y, name: n}\n  - {inputs: 1, expected: 2}\n"
    told = known(text)
    assert len(told["cases"]) == cases.MAX_ROWS + 1
    assert told["leftOut"] == 1000 - cases.MAX_ROWS
    assert told["cases"][3]["name"] == "row 3 (row 4)"
    assert told["cases"][3]["checks"][0]["text"] == "~6"
    assert (told["cases"][3]["checks"][0]["low"], told["cases"][3]["checks"][0]["high"]) == (
        5.5,
        6.5,
    )
    assert "950 more cases are not on this page" in page(spec_of(text))


def test_what_is_too_large_is_said_or_refused() -> None:
    def layers(inputs: int, units: int) -> Spec:
        row = [0.5] * inputs
        weights = json.dumps([row] * units)
        return spec_of(
            f"layers: [{{weights: {weights}, activation: relu}}]\ncases: [{{inputs: {row}, expected_class: 0}}]\n"
        )

    assert "cannot be changed here" not in page(layers(19, 10))
    large = page(layers(20, 10))
    assert "The network has 210 weights and biases; more than 200 are not shown one by one" in large
    assert '"yaml":[]' in large
    with pytest.raises(
        UsageError, match="the network has 1,001 inputs, and a page holds at most 1,000"
    ):
        page(layers(1001, 2))
    with pytest.raises(UsageError, match="the network has 50,100 weights and biases"):
        page(layers(500, 100))


def test_a_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from onnx import TensorProto, helper, save

    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 1]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [y])
    save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        tmp_path / "m.onnx",
    )
    (tmp_path / "f.yaml").write_text("model: {file: m.onnx}\ncases: [{inputs: 1, expected: 1}]\n")
    assert main(["page", str(tmp_path / "f.yaml"), "-o", str(tmp_path / "f.html")]) == 2
    assert "the network is a `model`: a page shows neurons" in capsys.readouterr().err
    assert not (tmp_path / "f.html").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["f.yaml"], 0, "wrote f.html; open it in a browser"),
        (["f.yaml", "-o", "there.html"], 2, "there.html exists already"),
        (["f.yaml", "-o", "there.html", "--force"], 0, "wrote there.html"),
        (["f.yaml", "-o", "f.yaml", "--force"], 2, "f.yaml is the spec itself"),
        (["f.yaml", "-o", "no/f.html"], 2, "the folder no does not exist"),
        (["f.yaml", "-o", ""], 2, "the name of a file is empty"),
        (["-"], 2, "the page has no name"),
        (["two.yaml"], 2, "two.yaml holds 2 specs"),
        (["two.yaml", "--document", "2"], 0, "wrote two.html"),
        (["two.yaml", "--document", "3"], 2, "two.yaml has no document 3"),
        (["two.yaml", "--document", "0"], 2, "0 is not the number of a document"),
        (["wrong.yaml"], 3, "unknown key `bais`"),
        (["nowhere.yaml"], 2, "nowhere.yaml does not exist"),
        (["tw.yaml"], 2, "did you mean `two.yaml`?"),
        (["two.yaml#2"], 0, "wrote two.html"),
        (["two.yaml#2", "--document", "1"], 2, "the document is named twice"),
        (["two.yaml#3"], 2, "two.yaml has no document 3"),
        (["f.yaml::case 1"], 0, "wrote f.html"),
        (["f.yaml::case 2"], 5, "there is no case `case 2`"),
        (["two.yaml::case 1"], 2, "choose one with --document N, or as two.yaml#N"),
        (["."], 2, ". is a folder"),
        (["f.yaml", "-o", "-"], 0, "<!DOCTYPE html>"),
    ],
)  # fmt: skip
def test_the_command_writes_one_file_and_says_so(
    arguments: list[str], code: int, said: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    text = TEXTS["neuron"]
    for name, content in {
        "f.yaml": text, "two.yaml": f"{text}---\n{text}", "there.html": "kept",
        "wrong.yaml": text.replace("bias", "bais"),
    }.items():  # fmt: skip
        Path(name).write_text(content)
    assert main(["page", *arguments]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert Path("f.yaml").read_text() == text
    if code:
        assert Path("there.html").read_text() == "kept"


def test_a_spec_is_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXTS["by name"].encode())))
    assert main(["page", "-", "-o", "-"]) == 0
    elements = Elements(capsys.readouterr().out)
    assert json.loads(elements.raw[1][1])["network"]["outputs"] == [[1, 0]]


def test_a_case_that_is_named_is_alone_on_the_page_and_the_spec_stays_whole() -> None:
    spec = spec_of(
        "neuron: {weights: [2], activation: relu}\n"
        "cases: [{inputs: 1, expected: 2}, {name: b, inputs: 2, expected: 4}, {inputs: 3, expected: 6}]\n"
    )
    html = page(spec, "b")
    told = json.loads(Elements(html).raw[1][1])
    assert [case["name"] for case in told["cases"]] == ["b"]
    assert "2 more cases are not on this page" in html
    assert "inputs: 3" in "".join(piece for piece in told["yaml"] if isinstance(piece, str))


def test_all_scripts_and_the_style_are_on_the_page() -> None:
    html = page(spec_of(TEXTS["neuron"]))
    for file in (*PAGES.glob("*.js"), *PAGES.glob("*.css")):
        content = file.read_text(encoding="utf-8")
        assert content in html, f"{file.name} is not on the page"
        # Nothing in them may end the element that holds them, or begin a comment there.
        assert not re.search("</|<!--", content), file.name


def test_the_data_end_no_script_whatever_names_they_hold() -> None:
    name = "</script><!--<script>]]>"
    text = f"name: {json.dumps(name)}\n{TEXTS['neuron']}"
    told = Elements(page(spec_of(text)))
    assert [tag for tag, _ in told.raw] == ["style", "script", "script"]
    assert name in json.loads(told.raw[1][1])["yaml"][0]
    assert data.safe({"a": [float("inf"), -float("inf"), 1.5]}) == {
        "a": ["Infinity", "-Infinity", 1.5]
    }


def test_the_documentation_names_every_limit() -> None:
    table = (
        (PAGES.parents[1] / "docs/page.md").read_text(encoding="utf-8").partition("## How large")[2]
    )
    script = "".join(file.read_text(encoding="utf-8") for file in PAGES.glob("*.js"))
    limits = {key: int(value) for key, value in re.findall(r"\b(MAX_[A-Z]+) = (\d+)", script)}
    assert f"| inputs | {limits['MAX_SLIDERS']} |" in table
    assert f"| {limits['MAX_UNITS']} and {limits['MAX_EDGES']} |" in table
    assert f"| weights and biases | {data.MAX_CONTROLS} |" in table
    assert f"| weights and biases | {data.MAX_NUMBERS:,} |" in table
    assert f"| inputs | {data.MAX_INPUTS:,} |" in table
    assert f"| rows of one table | {cases.MAX_ROWS} |" in table
    assert f"| cases | {cases.MAX_CASES}, with {cases.MAX_VALUES:,} numbers |" in table
