"""What an editor shows of a spec: asked of the language server that editors use for YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_docs import BLOCKS
from test_invalid import FILES, FOLDER, code_of
from test_schema import DEFINITIONS, KEYS, SPEC
from yamlserver import ROOT, Shown, YamlServer

from evaluator.activations import NAMES
from evaluator.cli import main
from evaluator.cli.new import SCHEMA, TEMPLATES
from evaluator.source import read_file
from evaluator.validate import check

SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
GOOD = TEMPLATES["neuron"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with a spec by `evaluator new`."""
    folder = tmp_path_factory.mktemp("with blank") / "project"
    (folder / "specs/deep").mkdir(parents=True)
    (folder / "evaluator.toml").touch()
    with chdir(folder):
        assert main(["new", "first.yaml"]) == 0
        assert main(["new", "specs/deep/neuron.yaml"]) == 0
    return folder


@pytest.fixture(scope="module")
def by_line(project: Path) -> Iterator[YamlServer]:
    """Start a server that knows the schema only from the first line of a spec."""
    with YamlServer(project, {}) as server:
        yield server


@pytest.fixture(scope="module")
def by_setting() -> Iterator[YamlServer]:
    """Start a server that knows the schema of the checkout from `yaml.schemas`, for all files."""
    with YamlServer(ROOT, {"./schemas/spec.schema.json": "*.yaml"}) as server:
        yield server


@pytest.fixture
def file() -> Path:
    """Name a file that the setting covers; it need not exist."""
    return ROOT / "specs/open.yaml"


# ---- which schema


@pytest.mark.parametrize("name", ["first.yaml", "specs/deep/neuron.yaml"])
def test_the_first_line_of_a_new_spec_leads_to_the_schema(
    project: Path, by_line: YamlServer, name: str
) -> None:
    text = (project / name).read_text()
    line = text.splitlines()[0]
    assert line == f"# yaml-language-server: $schema={'../../' * name.count('deep')}{SCHEMA}"
    assert by_line.errors(project / name, text) == []
    wrong = text.replace("weights", "wieghts")
    assert [error.line for error in by_line.errors(project / name, wrong)] == [3, 4]
    assert by_line.errors(project / name, wrong.replace(line, "# no schema")) == []
    assert set(SPEC["properties"]) - {"neuron", "cases"} <= set(
        by_line.completions(project / name, text + "|")
    )
    marked = text.replace("  bias", "  b|ias")
    assert "Added to the weighted sum" in by_line.hover(project / name, marked)


def test_a_schema_that_is_not_there_is_told(project: Path, by_line: YamlServer) -> None:
    text = f"# yaml-language-server: $schema=no.json\n{GOOD}"
    (error,) = by_line.errors(project / "first.yaml", text)
    assert "no.json" in error.message


@pytest.mark.parametrize("name", ["specs/a.yaml", "specs/deep/b.yml"])
def test_the_settings_of_the_documentation_lead_to_the_schema(tmp_path: Path, name: str) -> None:
    page = {block.marks.get("file"): block for block in BLOCKS if block.page.stem == "editors"}
    schemas = json.loads(page["settings.json"].text)["yaml.schemas"]
    # The same in Lua: other brackets, other signs.
    lua = re.search(r"schemas = (\{.*\}),", page["init.lua"].text)
    assert lua
    assert schemas == yaml.safe_load(
        re.sub(r'\["(.*?)"\] = \{(.*?)\}', r'"\1": [\2]', lua[1]).replace("],", "]")
    )
    (path,) = schemas
    (tmp_path / "specs").mkdir()
    (tmp_path / path).write_text((ROOT / "schemas/spec.schema.json").read_text())
    with YamlServer(tmp_path, schemas) as server:
        assert server.errors(tmp_path / name, GOOD) == []
        assert len(server.errors(tmp_path / name, GOOD.replace("bias", "bais"))) == 1
        assert server.errors(tmp_path / "compose.yaml", "services: {}\n") == []


# ---- errors


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec.relative_to(ROOT)))
def test_a_spec_of_the_library_shows_no_error(by_setting: YamlServer, spec: Path) -> None:
    assert by_setting.errors(spec, spec.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("form", TEMPLATES)
def test_a_new_spec_shows_no_error(by_setting: YamlServer, file: Path, form: str) -> None:
    assert by_setting.errors(file, TEMPLATES[form]) == []


EXAMPLES = [
    block
    for block in BLOCKS
    if block.language == "yaml" and not {"answers", "ci", "invalid"} & set(block.marks)
]


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_a_good_example_of_the_documentation_shows_no_error(
    by_setting: YamlServer, file: Path, block: Any
) -> None:
    assert by_setting.errors(file, block.text) == []


#: What is written in place of what, and what is then shown.
WRONG = [
    ("weights", "wieghts", [(2, 1, 'Missing property "weights".'),
                            (3, 3, "Property wieghts is not allowed.")]),
    ("bias: 4", "bias: four", [(4, 9, 'Incorrect type. Expected "number".')]),
    ("[0, 1]", "[0, one]", [(3, 16, 'Incorrect type. Expected "number".')]),
    ("[0, 1]", "3", [(3, 12, "Incorrect type. Expected one of array, object.")]),
    ("sigmoid\n\n", "sigmod\n\n",
     [(5, 15, "Unknown activation; `evaluator activations` lists them all.")]),
    ("sigmoid\n\n", "{name: sigmod}\n\n",
     [(5, 22, "Unknown activation; `evaluator activations` lists them all.")]),
    ("sigmoid\n\n", "3\n\n", [(5, 15, "Incorrect type. Expected one of string, object.")]),
    ("sigmoid\n\n", "{name: elu, beta: 1}\n\n", [(5, 27, "Property beta is not allowed.")]),
    ("sigmoid\n\n", "{name: prelu}\n\n", [(5, 3, 'Missing property "slope".')]),
    ("neuron:\n", "nueron:\n",
     [(2, 1, "Property nueron is not allowed."),
      (2, 1, "The spec has no network: add neuron, neurons, layers or model.")]),
    ("neuron:\n", "layers: [{activation: relu}]\nneuron:\n",
     [(2, 1, "A spec has one network: neuron, neurons, layers or model.")]),
    ("cases:", "case:", [(2, 1, 'Missing property "cases".'),
                         (7, 1, "Property case is not allowed.")]),
    ("inputs:", "input:", [(8, 5, 'Missing property "inputs".'),
                           (8, 5, "Property input is not allowed.")]),
    ("expected: ~0.999", "expected: true",
     [(9, 15, "Incorrect type. Expected one of number, string, array, object.")]),
    ("expected:", "skip: later\n    xfail: known\n    expected:",
     [(10, 5, "A case has skip or xfail, not both.")]),
    ("cases:", "tolerance: exakt\ncases:",
     [(7, 12, "Not a tolerance: write a number, {atol: 1e-6, rtol: 1e-6}, or exact.")]),
    ("cases:", "tolerance: -1\ncases:", [(7, 12, "Value is below the minimum of 0.")]),
    ("cases:", "dtype: float16\ncases:",
     [(7, 8, 'Value is not accepted. Valid values: "float64", "float32".')]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "shown"), WRONG)
def test_an_error_is_shown_in_words_where_it_is(
    by_setting: YamlServer, file: Path, right: str, wrong: str, shown: list[Shown]
) -> None:
    assert right in GOOD
    assert by_setting.errors(file, GOOD.replace(right, wrong, 1)) == shown


def told(stem: str) -> set[int]:
    """Give the lines in which the evaluator finds what a schema can tell."""
    documents = read_file(str(FOLDER / f"{stem}.yaml"))
    return {found.location.line for document in documents for found in check(document)}


STRUCTURE = ("missing-key", "unknown-key", "wrong-type", "unknown-value", "conflicting-keys")
INVALID = [stem for stem in FILES if code_of(stem) in STRUCTURE and told(stem)]


@pytest.mark.parametrize("stem", INVALID)
def test_an_invalid_spec_shows_an_error(by_setting: YamlServer, stem: str) -> None:
    file = FOLDER / f"{stem}.yaml"
    shown = {error.line for error in by_setting.errors(file, file.read_text(encoding="utf-8"))}
    assert shown & told(stem)


# ---- completion


def test_the_keys_of_the_top_level_are_completed(by_setting: YamlServer, file: Path) -> None:
    offered = by_setting.completions(file, "|")
    assert set(SPEC["properties"]) <= set(offered)
    assert offered["dtype"]["documentation"] == SPEC["properties"]["dtype"]["description"]
    neuron = yaml.safe_load(offered["neuron"]["insertText"])["neuron"]
    assert neuron == {"weights": [0, 1], "bias": 4, "activation": "sigmoid"}


@pytest.mark.parametrize(
    ("marked", "definition"),
    [
        ("neuron:\n  |\n", "neuron"),
        ("inputs: [a]\nneurons:\n  y:\n    |\n", "wired_neuron"),
        ("layers:\n  - |\n", "layer"),
        ("model:\n  |\n", "model"),
        ("cases:\n  - |\n", "case"),
        ("tolerance:\n  |\n", "tolerance"),
        ("cases:\n  - inputs: 1\n    tolerance:\n      |\n", "tolerance"),
    ],
)
def test_the_keys_of_a_mapping_are_completed(
    by_setting: YamlServer, file: Path, marked: str, definition: str
) -> None:
    assert set(DEFINITIONS[definition]["properties"]) <= set(by_setting.completions(file, marked))


@pytest.mark.parametrize(
    "marked",
    [
        "neuron:\n  weights: [0]\n  activation: |\n",
        "neuron:\n  weights: [0]\n  activation: s|\n",
        "layers:\n  - activation: |\n",
        "layers:\n  - activation: {name: |}\n",
        "layers:\n  - activation:\n      name: |\n",
    ],
)
def test_the_names_of_activations_are_completed_with_their_formulas(
    by_setting: YamlServer, file: Path, marked: str
) -> None:
    offered = by_setting.completions(file, marked)
    assert set(NAMES) <= set(offered)
    assert offered["sigmoid"]["documentation"] == "1 / (1 + e^(−z))"


def test_the_parameters_of_the_activation_are_completed(by_setting: YamlServer, file: Path) -> None:
    for name, parameter in (("elu", "alpha"), ("gelu", "approximate"), ("step", "threshold")):
        marked = f"layers:\n  - activation:\n      name: {name}\n      |\n"
        assert parameter in by_setting.completions(file, marked)


VALUES = [
    ("dtype: |\n", {"float64", "float32"}),
    ("neuron:\n  weights: |\n", {"[0,1]", "{x1: 0, x2: 1}", "{file: weights.npz, key: fc1.weight}"}),
    ("layers:\n  - weights: |\n", {"[[0, 1], [1, -2]]", "{file: weights.npz, key: fc1.weight}"}),
    ("layers:\n  - bias: |\n", {"[0,0.5]", "{file: bias.npy}"}),
    ("layers:\n  - activation: |\n", {"{name: leaky_relu, alpha: 0.1}"}),
    ("tolerance: |\n", {"exact", "{atol: 1e-6, rtol: 1e-6}"}),
    ("cases:\n  - inputs: |\n", {"[2,3]", "{x1: 2, x2: 3}"}),
    ("cases:\n  - inputs: 1\n    expected: |\n", {"~0.999", '"> 0.5"', "{y: ~0.999, y.z: 7}"}),
    ("neuron: |\n", {"{weights: [0, 1], bias: 4, activation: sigmoid}"}),
    ("layers: |\n", set()),
    ("cases: |\n", {"[{inputs: [2, 3], expected: ~0.999}]"}),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "labels"), VALUES)
def test_ways_to_write_a_value_are_offered_and_are_valid(
    by_setting: YamlServer, file: Path, marked: str, labels: set[str]
) -> None:
    offered = by_setting.completions(file, marked)
    assert labels <= set(offered)
    before, _, after = marked.partition("|")
    indent = " " * (len(line := before.splitlines()[-1]) - len(line.lstrip(" -")))
    for item in offered.values():
        # What the editor does with it: take out the marks, indent what follows like the line.
        inserted = re.sub(r"\$\{\d+:(.*?)\}", r"\1", item["insertText"]).replace(
            "\n", f"\n{indent}"
        )
        wrong = by_setting.errors(file, before + inserted + after)
        told = [error for error in wrong if not error.message.startswith(("Missing", "The spec"))]
        assert told == [], inserted


# ---- hover


#: Every mapping of the format by its path, and what stands in a spec before a key of it.
BEFORE = {
    "": "",
    ".neuron": "neuron:\n  ",
    ".neuron.weights": "neuron:\n  weights:\n    file: a.npz\n    ",
    ".neurons.additionalProperties": "neurons:\n  y:\n    ",
    ".neurons.additionalProperties.weights": "neurons:\n  y:\n    weights:\n      file: a.npz\n      ",
    ".layers.items": "layers:\n  - ",
    ".layers.items.weights": "layers:\n  - weights:\n      file: a.npz\n      ",
    ".layers.items.bias": "layers:\n  - bias:\n      file: a.npz\n      ",
    ".model": "model:\n  ",
    ".tolerance": "tolerance:\n  ",
    ".cases.items": "cases:\n  - ",
    ".cases.items.tolerance": "cases:\n  - tolerance:\n      ",
    ".exercise": "exercise:\n  ",
    ".exercise.parts.items": "exercise:\n  parts:\n    - ",
    ".exercise.parts.items.hints.items": "exercise:\n  parts:\n    - hints:\n        - ",
    ".exercise.parts.items.wrong.items": "exercise:\n  parts:\n    - wrong:\n        - ",
    ".exercise.samples.items": "exercise:\n  samples:\n    - ",
    ".exercise.variants": "exercise:\n  variants:\n    ",
    ".exercise.variants.parameters.additionalProperties": (
        "exercise:\n  variants:\n    parameters:\n      y.bias:\n        "
    ),
}


def pointed_at() -> Iterator[tuple[str, str]]:
    """Yield for every key a spec in which `|` is in the key, and what is to be told of it."""
    for path, keys in KEYS.items():
        above, _, key = path.rpartition(".")
        if ".activation" not in above:
            before = BEFORE[above]
            if key == "file":
                before = re.sub(r"file: a.npz\n +", "", before)
            (told,) = (part["description"] for part in keys if "description" in part)
            yield f"{before}{key[0]}|{key[1:]}: a\n", told
    for rule in DEFINITIONS["parametrised"]["allOf"]:
        name = rule["if"]["properties"]["name"]["enum"][0]
        for key, part in rule["then"]["properties"].items():
            if part:
                before = f"layers:\n  - activation:\n      name: {name}\n      "
                yield f"{before}{key[0]}|{key[1:]}: a\n", part["description"]


@pytest.mark.parametrize(("marked", "told"), list(pointed_at()))
def test_a_key_is_explained(by_setting: YamlServer, file: Path, marked: str, told: str) -> None:
    shown = by_setting.hover(file, marked)
    assert shown.startswith("#### ")
    assert told in plain(shown)


def plain(text: str) -> str:
    """Take out what Markdown escapes."""
    return re.sub(r"\\(.)", r"\1", text)


def test_an_activation_is_explained_by_its_formula(by_setting: YamlServer, file: Path) -> None:
    told = by_setting.hover(file, "neuron:\n  weights: [0]\n  activation: sig|moid\n")
    assert "* `sigmoid`: 1 / (1 + e^(−z))" in plain(told)
