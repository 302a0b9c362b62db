"""The documentation: every example is run, every link leads somewhere, every table is complete."""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from math import isinf
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

import evaluator
from benchmarks import budgets
from benchmarks.shapes import SHAPES
from evaluator import collect, content, expectation, reader, scalars, source, spec, validate
from evaluator.activations import ACTIVATIONS, Parameter
from evaluator.arrays import csvfile, npy
from evaluator.cli import COMMANDS, _parser, main
from evaluator.config import SETTINGS, Config
from evaluator.diagnostics import CODES
from evaluator.exercises import checking, submission
from evaluator.explain import MAX_WEIGHTS
from evaluator.explanations import solution, working
from evaluator.pictures import diagram
from evaluator.reporters import (
    REPORTERS,
    full,
    github,
    gitlab,
    html,
    junit,
    markdown,
    sarif,
    tap,
)
from evaluator.subjects import limits

ROOT = Path(__file__).parent.parent
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
)

FENCE = re.compile(r"```(.*)")
MARK = re.compile(r"<!-- (.*) -->")
#: Lines of `sh` blocks that a test is not to run.
INSTALLS = {
    "pip install .",
    'pip install "neuron-evaluator[dask]"',
    'pip install "neuron-evaluator[lsp]"',
}
#: Those that need a cluster; tests/cluster runs the like of them.
CLUSTER = {
    "dask scheduler",
    "dask worker tcp://HOST:8786",
    "evaluator run specs --executor dask --scheduler tcp://HOST:8786",
}
#: What begins a command that is shut in: it takes an image, or more than every machine allows.
SANDBOXES = ("docker run ", "bwrap ", "unshare ")
#: What a spec of a `yaml` block ends with, by its mark.
EXITS = {"passes": 0, "fails": 1, "invalid": 3}


class Block(NamedTuple):
    """A fenced block: an example."""

    page: Path
    #: The line of the fence, from 1.
    line: int
    language: str
    #: What the comment above it says, as in `<!-- file: two-input.yaml -->`.
    marks: dict[str, str]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Find the fenced blocks of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    found, at = [], 0
    while at < len(lines):
        if opening := FENCE.fullmatch(lines[at]):
            end = lines.index("```", at + 1)
            mark = MARK.fullmatch(lines[at - 1]) if at else None
            said = mark[1].split(", ") if mark else []
            marks = {name: value for name, _, value in (text.partition(": ") for text in said)}
            text = "".join(f"{line}\n" for line in lines[at + 1 : end])
            found.append(Block(page, at + 1, opening[1], marks, text))
            at = end
        at += 1
    return found


BLOCKS = [block for page in PAGES for block in blocks(page)]

# --- how a block of each kind is run: the answer is what is wrong with it, or nothing


def run_yaml(block: Block, folder: Path) -> str:
    """Evaluate a whole spec; it passes, unless a mark says otherwise."""
    if "ci" in block.marks:
        yaml.safe_load(block.text)
        return run_ci(block, folder)
    if "answers" in block.marks:  # what somebody hands in, which is no spec
        yaml.safe_load(block.text)
        return write_file(block, folder)
    name = block.marks.get("file", f"line-{block.line}.yaml")
    (folder / name).write_text(block.text, encoding="utf-8")
    wanted = next((word for word in EXITS if word in block.marks), "passes")
    report = evaluator.run(name)
    if report.summary.exit_code == EXITS[wanted]:
        return ""
    return f"the spec does not say `{wanted}`:\n{full.render(report)}"


def run_ci(block: Block, folder: Path) -> str:
    """Run the `evaluator` commands of a configuration of CI."""
    for command in re.findall(r"\bevaluator run [^'\"\n]*", block.text):
        code, printed = run_command(command.strip(), folder)
        if code:
            return f"`{command}` ends with {code}:\n{printed}"
    return ""


def run_console(block: Block, folder: Path) -> str:
    """Run the commands after each `$ ` and compare what they print."""
    said, code = "", 0
    for command in re.findall(r"^\$ (.*)$", block.text, re.MULTILINE):
        code, printed = run_command(command, folder, code)
        said += f"$ {command}\n{printed}"
    return difference(block.text, said)


def run_command(command: str, folder: Path, before: int = 0) -> tuple[int, str]:
    """Give exit code and output of a command, run by the shell where it takes one."""
    if command.startswith("evaluator ") and not re.search("[|<>;&$]", command):
        with (
            pytest.MonkeyPatch.context() as patch,
            io.StringIO() as output,
            redirect_stdout(output),
            redirect_stderr(output),
        ):
            for name in ("FORCE_COLOR", "CI"):
                patch.delenv(name, raising=False)
            return main(shlex.split(command)[1:]), output.getvalue()
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = os.pathsep.join((str(folder / ".bin"), os.environ["PATH"]))
    done = subprocess.run(
        ["sh", "-c", f"(exit {before}); {command}"], cwd=folder, encoding="utf-8", timeout=60,
        env=kept | {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1",
                    "PYTEST_ADDOPTS": "-p no:cacheprovider -p no:hypothesispytest"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


def difference(written: str, said: str) -> str:
    """Compare texts; times and last digits may differ, and a line `…` stands for any lines."""
    written, said = settled(written).rstrip("\n"), settled(said).rstrip("\n")
    pattern = ".*".join(map(re.escape, re.split("^…$", written, flags=re.MULTILINE)))
    if re.fullmatch(pattern, said, re.DOTALL):
        return ""
    return "\n".join(
        difflib.unified_diff(written.splitlines(), said.splitlines(), "the page", "the command")
    )


def settled(text: str) -> str:
    """Take out what differs from run to run, and from one processor to another."""
    text = re.sub(r" *\d+\.\d+ s\b", " 0.00 s", text)
    text = re.sub(r"\b\d+\.\d+s\b", "0.00s", text)
    text = re.sub(r'"seconds": [\d.e-]+', '"seconds": 0', text)
    text = re.sub(r'time="\d+\.\d+"', 'time="0"', text)
    return re.sub(r"\d+\.\d{14,}", lambda found: f"{float(found[0]):.13g}", text)


def run_sh(block: Block, folder: Path) -> str:
    """Run the `evaluator` lines; of the others it is known why they are not run."""
    if "program" in block.marks:
        return write_program(block, folder)
    for line in re.sub(r"\\\n *", "", block.text).splitlines():
        command = line.partition("#")[0].strip()
        if command in INSTALLS | CLUSTER or command.startswith(SANDBOXES):
            continue
        if command.startswith("evaluator "):
            code, printed = run_command(command, folder)
            if code:
                return f"`{command}` ends with {code}:\n{printed}"
        elif found := re.fullmatch(r"make (\w+)", command):
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            if not re.search(rf"^{found[1]}:", makefile, re.MULTILINE):
                return f"the Makefile has no `{found[1]}`"
        elif command:
            return f"nothing is known of `{command}`"
    return ""


def run_python(block: Block, folder: Path) -> str:
    """Run the statements; the comment after an expression is its value."""
    if "program" in block.marks:
        return write_program(block, folder)
    names: dict[str, Any] = {}
    lines = block.text.encode().splitlines()
    for statement in ast.parse(block.text).body:
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), str(block), "exec"), names)
            continue
        value = eval(compile(ast.Expression(statement.value), str(block), "eval"), names)
        rest = lines[(statement.end_lineno or 1) - 1][statement.end_col_offset :].decode().strip()
        if rest and settled(rest) != settled(f"# {value!r}"):
            return f"{ast.unparse(statement)} is {value!r}, and the page says {rest}"
    return ""


def write_toml(block: Block, folder: Path) -> str:
    """Put a configuration in the page's folder."""
    tomllib.loads(block.text)
    return write_file(block, folder)


def check_messages(block: Block, folder: Path) -> str:
    """See that every line is a message to or from a program; or write a file."""
    if "file" in block.marks:
        json.loads(block.text)
        return write_file(block, folder)
    accepts = jsonschema.Draft7Validator(validate.schema("process")).is_valid
    return "".join(line for line in block.text.splitlines() if not accepts(json.loads(line)))


def write_file(block: Block, folder: Path) -> str:
    """Put a file in the page's folder for the examples that follow."""
    path = folder / block.marks["file"]
    path.parent.mkdir(exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    return ""


def write_program(block: Block, folder: Path) -> str:
    """Put a program under test in the page's folder; the examples that follow run it."""
    path = folder / block.marks["program"]
    path.parent.mkdir(exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    return ""


KINDS: dict[str, Callable[[Block, Path], str]] = {
    "yaml": run_yaml,
    "console": run_console,
    "sh": run_sh,
    "python": run_python,
    "toml": write_toml,
    "csv": write_file,
    "ini": write_file,
    "lua": write_file,
    "xml": write_file,
    "elisp": write_file,
    "c": write_program,
    "javascript": write_program,
    "json": check_messages,
    "groovy": run_ci,
}


def missing(block: Block) -> str:
    """Name the program that a block needs and that is not here."""
    needed = block.marks.get("needs", "")
    return needed if needed and not shutil.which(needed) else ""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[int, str]]:
    """Run the blocks of a page in one folder, in order, as a reader would."""

    @cache
    def verdicts(page: Path) -> dict[int, str]:
        folder = tmp_path_factory.mktemp(page.stem)
        shutil.copytree(ROOT / "specs", folder / "specs")
        (folder / ".bin").mkdir()
        for name in ("evaluator", "pytest"):
            command = folder / ".bin" / name
            command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n')
            command.chmod(0o755)
        with chdir(folder):
            return {
                b.line: KINDS[b.language](b, folder)
                for b in BLOCKS
                if b.page == page and not missing(b)
            }

    return verdicts


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_an_example_does_what_its_page_says(
    block: Block, verdicts: Callable[[Path], dict[int, str]]
) -> None:
    if needed := missing(block):
        pytest.skip(f"{needed} is not installed")
    wrong = verdicts(block.page)[block.line]
    assert not wrong, f"{block}\n{wrong}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_example_goes_unexecuted(page: Path) -> None:
    for block in blocks(page):
        assert block.language in KINDS, f"{block} is of no known kind"
        assert set(block.marks) <= {"file", "program", "ci", "needs", "answers", *EXITS}, (
            f"{block} has an unknown mark"
        )
        if block.language == "console":
            assert block.text.startswith("$ "), f"{block} begins with no command"
    outside = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not re.findall(r"^(?:\s+```|~~~|    |\t).*", outside, re.MULTILINE)


@pytest.mark.parametrize(
    ("written", "said", "same"),
    [
        ("$ a\n1 passed in 0.00 s\n", "$ a\n1 passed in 12.34 s\n", True),
        ("$ a\n1 passed\n", "$ a\n2 passed\n", False),
        ("$ a\none\n…\nfour\n", "$ a\none\ntwo\nthree\nfour\n", True),
        ("$ a\none\n…\n", "$ a\none\ntwo\nthree\n", True),
        ("$ a\none\n…\nfour\n", "$ a\none\ntwo\nfive\n", False),
        ("$ a\n", "$ a\nmore\n", False),
        ("$ a\n0.9933071490757152\n", "$ a\n0.9933071490757153\n", True),
        ("$ a\n0.9933071490757152\n", "$ a\n0.9933071490767152\n", False),
    ],
)
def test_outputs_are_compared_up_to_times_last_digits_and_elisions(
    written: str, said: str, same: bool
) -> None:
    assert (difference(written, said) == "") is same


# --- links


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


LINKS = [
    (page, link)
    for page in PAGES
    for link in dict.fromkeys(re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(
    ("page", "link"), LINKS, ids=lambda value: str(getattr(value, "name", value))
)
def test_a_link_leads_to_a_file_and_a_heading(page: Path, link: str) -> None:
    if re.match(r"https?://", link):
        return
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    assert target.exists(), f"{link} is not there"
    assert target.is_relative_to(ROOT)
    assert not anchor or anchor in anchors(target), f"{target.name} has no heading for #{anchor}"


def test_every_page_is_reached_from_the_readme() -> None:
    linked = {(page.parent / link.partition("#")[0]).resolve() for page, link in LINKS}
    assert linked >= set(PAGES) - {ROOT / "README.md"}


# --- completeness


def words(page: str) -> set[str]:
    """Give what a page writes as code, taken apart at blanks, equal signs and brackets."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    spans = re.findall(r"`([^`\n]+)`", text)
    return {word for span in spans for word in (span, *re.split(r"[\s=\[\]{}:,]+", span))}


def arguments(command: str) -> list[argparse.Action]:
    (commands,) = [
        a for a in _parser(command)._actions if isinstance(a, argparse._SubParsersAction)
    ]
    return [
        each for each in every_action(commands.choices[command]) if each.help != argparse.SUPPRESS
    ]


def every_action(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Give what a parser understands, and what its own commands do."""
    found = list(parser._actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [each for inner in action.choices.values() for each in every_action(inner)]
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_page_that_names_every_option(command: str) -> None:
    written = words(f"{command}.md")
    for action in arguments(command):
        if action.dest == "help":
            continue
        choices = [str(choice) for choice in action.choices or ()]
        named = action.option_strings or ([] if choices else [str(action.metavar or "NAME")])
        assert {*named, *choices} <= written


def test_every_report_format_is_described() -> None:
    assert set(REPORTERS) <= words("run.md")


def test_every_setting_is_described_with_its_default() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|.*\| (`[^|]+) \|$", page, re.MULTILINE)
    said = {
        key: tomllib.loads(f"value = {value}")["value"]
        for keys, values in rows
        for key, value in zip(
            *(re.findall("`([^`]+)`", cell) for cell in (keys, values)), strict=False
        )
    }
    wanted = {
        key: list(value) if isinstance(value, tuple) else value
        for key in SETTINGS
        for value in [getattr(Config(output_format="full"), key.replace("-", "_"))]
    }
    assert said == wanted


def test_every_input_of_the_action_is_described() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert set(action["inputs"]) <= words("ci.md")


def test_every_hook_is_described() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for hook in hooks} <= words("ci.md")


def test_every_key_of_the_format_is_described() -> None:
    def keys(part: Any) -> set[str]:
        if not isinstance(part, dict):
            return {key for item in part for key in keys(item)} if isinstance(part, list) else set()
        own = set(part["properties"]) if isinstance(part.get("properties"), dict) else set()
        return own.union(*(keys(value) for value in part.values()))

    assert keys(validate.schema("spec")) <= words("format.md") | words("exercise.md")


def test_what_a_self_test_tells_of_exercises_is_described() -> None:
    page = (ROOT / "docs/exercise.md").read_text(encoding="utf-8")
    section = page.partition("## Check")[2].partition("## Variants")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", section, re.MULTILINE)
    said = {code: text.replace(" A warning.", "") for code, text in rows if code in checking.CODES}
    assert said == checking.CODES
    assert f"at most {submission.MAX_BYTES // 2**20} MiB" in page


def test_every_code_stands_in_the_table_with_its_sentence() -> None:
    page = (ROOT / "docs/validate.md").read_text(encoding="utf-8").partition("## Codes")[2]
    rows = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", page, re.MULTILINE)
    assert dict(rows) == CODES
    assert len(rows) == len(CODES)


def activation_table(whole_layer: bool) -> str:
    """Write the table of activations as docs/format.md has it."""
    rows = [
        (
            ", ".join(f"`{name}`" for name in (activation.name, *activation.aliases)),
            activation.formula,
            "<br>".join(map(_parameter, activation.parameters)),
            activation.note,
        )
        for activation in ACTIVATIONS.values()
        if activation.whole_layer is whole_layer
    ]
    return table(("name", "formula", "parameters", "note"), rows)


def _parameter(parameter: Parameter) -> str:
    said = f"`{parameter.name}`"
    if parameter.required:
        said += ", needed"
    elif parameter.choices:
        return f"{said} = {parameter.default}, or {parameter.note}"
    elif parameter.default is not None:
        said += f" = {parameter.default}".removesuffix(".0")
    return f"{said}: {parameter.note}"


def table(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Write a table in Markdown."""
    lines = [" | ".join(cell.replace("|", r"\|") for cell in row) for row in (heading, *rows)]
    lines.insert(1, "|".join("---" for _ in heading))
    text = "".join(f"| {line} |\n" for line in lines).replace("|  |", "| |")
    return text.replace("| ---", "|---").replace("--- |", "---|")


@pytest.mark.parametrize("whole_layer", [False, True])
def test_the_table_of_activations_is_that_of_the_code(whole_layer: bool) -> None:
    page = (ROOT / "docs/format.md").read_text(encoding="utf-8")
    assert activation_table(whole_layer) in page


EXPECTED_ROW = re.compile(r"^\| `([^`]+)` \| .*? \| (\S+) \| (\S+) \|$", re.MULTILINE)


def test_the_table_of_expected_values_says_the_bounds_that_the_code_gives() -> None:
    page = (ROOT / "docs/format.md").read_text(encoding="utf-8")
    rows = EXPECTED_ROW.findall(page)
    assert len(rows) >= 15
    for written, low, high in rows:
        (document,) = source.read(written, "f.yaml")
        value = document.data
        found = (
            expectation.parse(value)
            if isinstance(value, str)
            else expectation.around(float(value), *expectation.DEFAULT_TOLERANCE["float64"])
        )
        wanted = tuple(float(yaml.safe_load(bound)) for bound in (low, high))
        # An open bound is the next float inside.
        assert found == pytest.approx(wanted, rel=1e-15, abs=1e-300, nan_ok=True), written
        assert [isinf(bound) for bound in found] == [isinf(bound) for bound in wanted]


WRITTEN = {
    "cases written out in one document": "cases", "inputs of a network": "inputs",
    "units of a layer, outputs of a model": "units",
    "layers in one document": "layers", "named neurons in one document": "neurons",
}  # fmt: skip


def limit_table() -> str:
    """Write the table of limits as docs/limits.md has it."""
    rows: list[tuple[str, ...]] = [
        ("a file", f"{content.MAX_BYTES // 2**20} MiB"),
        ("nesting", f"{reader.MAX_DEPTH} levels"),
        ("what aliases expand to", f"{reader.MAX_EXPANSION:,} values"),
        ("lists and mappings in a file", f"{reader.MAX_NESTED:,}"),
        ("documents in a file", f"{reader.MAX_DOCUMENTS:,}"),
        *((what, f"{spec.MAX_WRITTEN[key][0]:,}") for what, key in WRITTEN.items()),
        ("a number", f"{scalars.MAX_NUMBER_LENGTH:,} characters"),
        ("an expected value", f"{expectation.MAX_LENGTH:,} characters"),
        ("an array of weights", f"{npy.MAX_ARRAY_BYTES // 8:,} numbers"),
        ("a `.csv` of weights", f"{csvfile.MAX_CSV_BYTES // 2**30} GiB"),
        ("the directory of an `.npz`", f"{npy.MAX_NPZ_DIRECTORY // 2**20} MiB"),
        ("a row of a `.csv`", f"{csvfile.MAX_CSV_ROW:,} characters"),
        ("a `.csv` of cases, an array of cases", f"{npy.MAX_TABLE_BYTES // 2**30} GiB"),
        ("problems listed for one document", f"{validate.MAX_DIAGNOSTICS}"),
    ]
    return table(("what", "at most"), rows)


def test_the_table_of_limits_is_that_of_the_code() -> None:
    assert limit_table() in (ROOT / "docs/limits.md").read_text(encoding="utf-8")


def test_every_hard_shape_has_its_row_and_keeps_to_the_budget() -> None:
    page = (ROOT / "docs/limits.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()]
    measured = {
        row[0]: (float(row[-2]), float(row[-1])) for row in rows if row[0:1] and row[0] in SHAPES
    }
    assert list(measured) == list(SHAPES)
    assert all(memory <= 1 and growth <= budgets.SLACK for memory, growth in measured.values())


def test_the_limits_of_the_full_report_are_those_of_the_code() -> None:
    page = (ROOT / "docs/run.md").read_text(encoding="utf-8")
    assert f"{MAX_WEIGHTS} weights" in page
    assert f"{full.MAX_ROWS} rows" in page


def test_the_limits_of_explanations_are_those_of_the_code() -> None:
    page = (ROOT / "docs/explain.md").read_text(encoding="utf-8")
    assert f"more than {working.MAX_WEIGHTS} weights" in page
    assert f"the first {solution.MAX_ROWS} rows" in page
    assert f"the first {solution.MAX_CASES} cases" in page


def report_limit_table() -> str:
    """Write the table of what reports withhold as docs/reports.md has it."""
    objects = junit.MAX_OBJECTS // junit._CASE_OBJECTS
    rows: list[tuple[str, ...]] = [
        ("`junit`", f"{junit.MAX_BYTES // 10**6} MB, about {round(objects, -4):,} cases",
         "cases that passed are left out first; the suite `evaluator` says how many"),
        ("`junit`", f"{junit.MAX_TEXT:,} characters a failure", "the text ends with a note"),
        ("`sarif`", f"{sarif.MAX_RESULTS:,} results",
         "a notification says how many are left out"),
        ("`github`", f"{github.MAX_ANNOTATIONS} errors and {github.MAX_ANNOTATIONS} warnings",
         "the rest are lines of the log, and in the step summary"),
        ("`github`", f"{github.MAX_MESSAGE:,} characters a message",
         "the message ends with a note"),
        ("`gitlab`", f"{gitlab.MAX_VIOLATIONS:,} problems",
         "the last entry says how many are left out"),
        ("`tap`", f"{tap.MAX_LISTED} mismatches a case", "`mismatches_withheld` counts the rest"),
        ("`markdown`", f"{markdown.MAX_BYTES // 2**20} MiB",
         "the last line says how many problems are left out"),
        ("`html`", f"{html.MAX_ROWS} mismatches a case", "a line counts the rest"),
        ("`html`", f"{html.MAX_DIAGRAMS // 10**6} MB of diagrams",
         "a line stands in place of a diagram"),
    ]  # fmt: skip
    return table(("format", "at most", "and then"), rows)


def test_the_table_of_what_reports_withhold_is_that_of_the_code() -> None:
    page = (ROOT / "docs/reports.md").read_text(encoding="utf-8")
    assert report_limit_table() in page
    assert f"up to {diagram.MAX_UNITS} values" in page
    assert f"and {diagram.MAX_EDGES} weights" in page


def test_the_table_of_what_programs_may_use_is_that_of_the_code() -> None:
    page = (ROOT / "docs/programs.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([\w-]+)` \| (\d+) ([^|]*) \| [^|]* \|$", page.partition("## Limits")[2], re.M
    )
    values = [f"{value:g}" for value in limits.DEFAULTS]
    assert rows == [
        (name, value, unit)
        for (name, unit), value in zip(limits.UNITS.items(), values, strict=True)
    ]


def test_the_suffixes_of_specs_are_named() -> None:
    assert set(collect.SUFFIXES) <= words("run.md")
