"""The pytest plugin as its user sees it: `pytest specs` in a project of its own."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

import evaluator
from evaluator import hints
from evaluator.cli import main
from evaluator.evaluate import Judgement
from evaluator.network import Network

# Modules written in C cannot be imported twice: those loaded before an inner run outlive it.
assert evaluator.run(Path(__file__).parent.parent / "specs").ok

MANY = """\
name: gates of all kinds
tags: [all]
neuron: {weights: [1], activation: relu}
cases:
  - {name: first, inputs: 1, expected: 1, tags: [quick]}
  - {name: second, inputs: 2, expected: 3}
  - {name: third, inputs: 3, expected: 3, skip: not yet}
  - {name: fourth, inputs: 4, expected: 5, xfail: known}
  - {name: fifth, inputs: 5, expected: 5, xfail: known}
  - {inputs: 6}
  - {inputs: 7, xfail: known}
"""
GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace("expected: 1", "expected: 2")
INVALID = GOOD.replace("weights", "wieghts")
WARNED = (
    "inputs: [a, b]\nneurons: {y: {weights: {a: 1}, activation: relu}}\n"
    "cases: [{inputs: [1, 2], expected: 1}]\n"
)
OTHER = "stages: [build, test]\n"


@pytest.fixture(autouse=True)
def plain(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of the outer run decide how an inner one looks."""
    for name in ("FORCE_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    # Hypothesis takes two seconds to import, and has nothing to do with specs.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    monkeypatch.setenv("COLUMNS", "200")


def write(pytester: pytest.Pytester, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def collected(pytester: pytest.Pytester, *words: str) -> list[str]:
    """Give the ids that pytest would run."""
    output = pytester.runpytest("--collect-only", "-q", *words).outlines
    return [line for line in output if "::" in line]


# --- outcomes

OUTCOMES = {
    "specs/many.yaml::first": "PASSED",
    "specs/many.yaml::second": "FAILED",
    "specs/many.yaml::third": "SKIPPED (not yet)",
    "specs/many.yaml::fourth": "XFAIL (known)",
    "specs/many.yaml::fifth": "FAILED",  # strict: it passes, against expectation
    "specs/many.yaml::case 6": "FAILED",
    "specs/many.yaml::case 7": "FAILED",  # it checks nothing, whatever is expected of it
}


def test_every_case_is_a_test_with_its_outcome(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/many.yaml": MANY})
    result = pytester.runpytest("specs", "-v")
    for name, outcome in OUTCOMES.items():
        assert any(line.startswith(f"{name} {outcome} ") for line in result.outlines), name
    result.assert_outcomes(passed=1, failed=4, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)* known"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_no_option_makes_a_difference_to_outcomes(
    pytester: pytest.Pytester, workers: list[str]
) -> None:
    write(pytester, {"specs/many.yaml": MANY, "specs/more/good.yml": GOOD})
    options = ["--strict-markers", "--strict-config", "-W", "error", "-p", "no:randomly", *workers]
    result = pytester.runpytest("specs", *options)
    result.assert_outcomes(passed=2, failed=4, skipped=1, xfailed=1)


def test_pytest_finds_a_case_by_its_id_whatever_its_name_holds(pytester: pytest.Pytester) -> None:
    names = ["a::b", "a::b", "a", "both", "both", "both#2", "c::", "x [p::q]", "x::y [p::q]"]
    cases = "".join(f'  - {{name: "{name}", inputs: 1, expected: 1}}\n' for name in names)
    text = GOOD.partition("cases")[0] + f"cases:\n{cases}"
    write(pytester, {"specs/names.yaml": f"{text}---\n{text}"})
    ids = ["a::b", "a::b#2", "a", "both", "both#2", "both#2#2", *names[6:]]
    wanted = [f"specs/names.yaml::{document}{id}" for document in ("", "#2::") for id in ids]
    assert collected(pytester, "specs") == wanted
    for id in wanted:
        found = collected(pytester, id)
        assert id in found
        assert all(each.startswith(id) for each in found)  # `a` is also the group of `a::b`


def test_a_failure_shows_what_evaluator_run_shows(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    write(pytester, {"specs/wrong.yaml": WRONG})
    assert main(["run", "specs"]) == 1
    heading, *rest = capsys.readouterr().out.splitlines()[:-2]  # but for the counts
    assert heading == "FAILED specs/wrong.yaml:2:31 case 1"
    said = "specs/wrong.yaml:2:31: value-mismatch y is 1, expected 2 (1.9999997 to 2.0000003)"
    output = pytester.runpytest("specs").stdout.str()
    assert "\n".join([said, *rest]) in output
    assert "  y = relu(1) = 1" in rest
    assert f"FAILED specs/wrong.yaml::case 1 - {said}" in output
    assert "Traceback" not in output
    assert "pytest_plugin" not in output


def test_an_unrecorded_case_says_how_to_record_it(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/many.yaml": MANY})
    result = pytester.runpytest("specs", "-k", "case and 6")
    result.stdout.fnmatch_lines(
        ["*10:5: unrecorded the case expects nothing", "*help: add `expected`, or run*record*"]
    )


def test_every_failing_case_shows_its_own_mismatches(pytester: pytest.Pytester) -> None:
    cases = "".join(f"  - {{inputs: {n}, expected: {n + 1}}}\n" for n in range(150))
    write(pytester, {"specs/all.yaml": GOOD.partition("cases")[0] + "cases:\n" + cases})
    result = pytester.runpytest("specs")
    result.assert_outcomes(failed=150)
    assert result.stdout.str().count("  actual      ") == 150


def test_a_table_is_one_test(pytester: pytest.Pytester) -> None:
    text = GOOD.partition("cases")[0] + "cases: [{file: t.csv, expected: [y]}]\n"
    write(pytester, {"specs/t.csv": "x1,y\n1,1\n2,3\n3,4\n", "specs/table.yaml": text})
    result = pytester.runpytest("specs", "-v")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["specs/table.yaml::case 1 FAILED*", "*2 of 3 rows failed"])
    assert evaluator.run("specs").summary.failed == 2


# --- invalid specs, warnings


def test_an_invalid_spec_is_one_failing_test_with_its_diagnostics(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    write(pytester, {"specs/bad.yaml": INVALID, "specs/good.yaml": GOOD})
    assert main(["validate", "specs/bad.yaml"]) == 3
    text = capsys.readouterr().out.rpartition("\n\n")[0]
    assert "did you mean `weights`?" in text
    result = pytester.runpytest("specs", "-v")
    result.assert_outcomes(passed=1, failed=1)
    assert text in result.stdout.str()
    result.stdout.fnmatch_lines(["specs/bad.yaml::the spec is valid FAILED*"])


@pytest.mark.parametrize(
    "content", [b"", b"a: [1\ncases:", b"\xff\xfe\x00cases: 3", b"cases: \x07"]
)
def test_a_file_that_cannot_be_read_is_one_failing_test(
    pytester: pytest.Pytester, content: bytes
) -> None:
    write(pytester, {"pytest.ini": "[pytest]\nevaluator_specs = specs\n", "specs/good.yaml": GOOD})
    (pytester.path / "specs/bad.yaml").write_bytes(content)
    result = pytester.runpytest("specs")
    result.assert_outcomes(passed=1, failed=1)
    assert "Traceback" not in result.stdout.str()


def test_a_spec_that_warns_gives_a_warning_of_pytest(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/warned.yaml": WARNED})
    result = pytester.runpytest("specs", "-W", "default")  # not those of the outer run
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*warned.yaml:1: SpecWarning: nothing reads the input `b`*"])
    ignored = pytester.runpytest("specs", "-W", "ignore::evaluator.pytest_plugin.SpecWarning")
    ignored.assert_outcomes(passed=1, warnings=0)


def test_where_warnings_are_errors_a_spec_that_warns_fails(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/warned.yaml": WARNED, "specs/good.yaml": GOOD})
    result = pytester.runpytest("specs", "-W", "error")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["warning?unread-input?: nothing reads the input `b`"])


def test_a_fault_in_a_large_table_is_no_expected_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GOOD.partition("cases")[0] + "cases: [{file: t.csv, expected: [y], xfail: known}]\n"
    write(pytester, {"specs/t.csv": "x1,y\n1,1\n2,3\n", "specs/table.yaml": text})
    broken = evaluator.Diagnostic(evaluator.Location("t"), "case-table", "row 2 is short")

    def fail(*_: object) -> None:
        raise evaluator.SpecError([broken])

    monkeypatch.setattr(Judgement, "case", fail)
    result = pytester.runpytest("specs")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["error?case-table?: row 2 is short"])


# --- selection

SELECTIONS: list[tuple[list[str], set[str]]] = [
    (["specs/many.yaml::second"], {"second"}),
    (["specs/many.yaml::case 6"], {"case 6"}),
    (["specs/many.yaml::#2::first"], {"#2::first"}),
    (["specs/many.yaml::#2"], {"#2::first", "#2::last"}),
    (["specs", "-k", "second or fifth"], {"second", "fifth"}),
    (["specs", "-k", "many and first"], {"first", "#2::first"}),
    (["specs", "-k", "kinds and first"], {"first"}),  # the name of the spec
    (["specs", "-k", "quick"], {"first"}),
    (["specs", "-m", "quick"], {"first"}),
    (["specs", "-m", "all and not quick", "--deselect", "specs/many.yaml::second"],
     {"third", "fourth", "fifth", "case 6", "case 7"}),
]  # fmt: skip

TWO = MANY + "---\n" + GOOD.replace("{inputs", "{name: first, inputs").replace(
    "}]", "}, {name: last, inputs: 2, expected: 2}]"
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "wanted"),
    SELECTIONS,
    ids=lambda value: " ".join(sorted(value) if isinstance(value, set) else value),
)
def test_cases_are_selected_as_tests_are(
    pytester: pytest.Pytester, words: list[str], wanted: set[str]
) -> None:
    write(pytester, {"specs/many.yaml": TWO})
    assert set(collected(pytester, *words)) == {f"specs/many.yaml::{name}" for name in wanted}


def test_what_failed_last_time_is_run_alone(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/many.yaml": TWO, "specs/wrong.yaml": WRONG, "specs/good.yaml": GOOD})
    first = pytester.runpytest("specs")
    first.assert_outcomes(passed=4, failed=5, skipped=1, xfailed=1)
    pytester.runpytest("specs", "--lf").assert_outcomes(failed=5)
    write(pytester, {"specs/wrong.yaml": GOOD})
    pytester.runpytest("specs", "--lf").assert_outcomes(passed=1, failed=4)
    pytester.runpytest("specs", "--lf").assert_outcomes(failed=4)


def test_the_first_failure_stops_a_run_that_asks_for_it(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/many.yaml": MANY, "specs/wrong.yaml": WRONG})
    pytester.runpytest("specs", "-x").assert_outcomes(passed=1, failed=1)


TAGS = [
    ("quick", "quick", True),
    ("two words", "two_words", True),
    ("a-b.c/d+e", "a-b.c/d+e", True),
    ("Grüße", "Grüße", True),
    ("_hidden", "hidden", True),
    ("a:b(c)", "a_b_c_", True),
    ("skip", "skip", False),  # would skip the case
    ("xfail", "xfail", False),
    ("parametrize", "parametrize", False),
    ("usefixtures", "usefixtures", False),
    ("parametrise", "parametrise", True),  # which pytest takes for a slip if it is no mark
    ("tryfirst", "tryfirst", True),
]


@pytest.mark.parametrize(("tag", "mark", "is_mark"), TAGS)
def test_tags_are_marks_unless_the_mark_means_something_else(
    pytester: pytest.Pytester, tag: str, mark: str, is_mark: bool
) -> None:
    text = GOOD.replace("{inputs", f'{{tags: ["{tag}"], inputs')
    write(pytester, {"specs/good.yaml": text, "specs/other.yaml": GOOD})
    strict = ["specs", "--strict-markers", "-W", "error"]
    pytester.runpytest(*strict).assert_outcomes(passed=2)
    result = pytester.runpytest(*strict, "-m", mark)
    result.assert_outcomes(passed=int(is_mark), deselected=2 - is_mark)


def test_a_tag_may_be_a_word_of_mark_expressions(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/good.yaml": GOOD.replace("{inputs", '{tags: ["not", "é €"], inputs')})
    pytester.runpytest("specs", "-m", "not é__", "--strict-markers").assert_outcomes(deselected=1)


def test_a_mark_of_the_project_keeps_its_meaning(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/good.yaml": GOOD.replace("{inputs", "{tags: [slow], inputs")})
    pytester.makeini("[pytest]\nmarkers =\n    slow: takes long\n")
    pytester.makeconftest(
        "import pytest\n"
        "def pytest_collection_modifyitems(items):\n"
        "    for item in items:\n"
        "        if item.get_closest_marker('slow'):\n"
        "            item.add_marker(pytest.mark.skip(reason='slow'))\n"
    )
    pytester.runpytest("specs").assert_outcomes(skipped=1)


NAMES = [
    "a [b] c",
    "0.5 of it",
    "größer als π",
    "tests/x.py",
    "-k",
    "ends with #",
    "(x)",
    "'\"",
    ".",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_case_of_any_name_can_be_run_again_by_its_id(
    pytester: pytest.Pytester, name: str
) -> None:
    quoted = name.replace("'", "''")
    text = WRONG.replace("[{inputs", f"[{{name: '{quoted}', inputs").replace(
        "}]", "}, {inputs: 2, expected: 3}]"
    )
    write(pytester, {"specs/a.yaml": text})
    first = pytester.runpytest("specs")
    first.assert_outcomes(failed=2)
    first.stdout.fnmatch_lines_random([f"FAILED specs/a.yaml::{name.replace('[', '[[]')} - *"])
    pytester.runpytest(f"specs/a.yaml::{name}").assert_outcomes(failed=1)


def test_cases_of_one_name_have_ids_of_their_own(pytester: pytest.Pytester) -> None:
    case = "{name: same, inputs: 1, expected: 1}"
    write(pytester, {"specs/a.yaml": GOOD.partition("[{")[0] + f"[{case}, {case}]\n"})
    assert collected(pytester, "specs") == ["specs/a.yaml::same", "specs/a.yaml::same#2"]


def test_texts_of_a_spec_command_no_terminal(pytester: pytest.Pytester) -> None:
    text = GOOD.replace("{inputs", '{name: "\u202eevil", skip: "\\e[2Jgone", inputs')
    write(pytester, {"specs/a.yaml": text})
    output = pytester.runpytest("specs", "-rs", "-v").stdout.str()
    assert "gone" in output
    assert "\x1b" not in output
    assert "\u202e" not in output


# --- which files are specs

PYPROJECT = '[tool.evaluator]\nspecs = ["nets", "one.yaml"]\n'
TREE = {
    "specs/good.yaml": GOOD, "specs/other.yaml": OTHER, "specs/flow.yml": "{" + GOOD.replace(
        "\n", ", ", 1).replace("\n", "}\n"),
    "nets/bad.yaml": OTHER, "nets/good.yaml": GOOD, "one.yaml": GOOD, "two.yaml": GOOD,
    "docker-compose.yaml": "services: {web: {image: nginx}}\n", "tests/data.yaml": GOOD,
    "tests/test_a.py": "def test_a(): pass\n",
}  # fmt: skip
FILES: list[tuple[dict[str, str], list[str], list[str]]] = [
    ({}, [], ["specs/flow.yml", "specs/good.yaml", "tests/test_a.py"]),
    ({}, ["specs"], ["specs/flow.yml", "specs/good.yaml"]),
    ({}, ["two.yaml"], ["two.yaml"]),
    ({}, ["tests/data.yaml", "tests/test_a.py"], ["tests/test_a.py", "tests/data.yaml"]),
    ({"pyproject.toml": PYPROJECT}, [],
     ["nets/bad.yaml", "nets/good.yaml", "one.yaml", "tests/test_a.py"]),
    ({"evaluator.toml": 'specs = "nets"\n', "pytest.ini": "[pytest]\n"}, ["nets"],
     ["nets/bad.yaml", "nets/good.yaml"]),
    ({"pytest.ini": "[pytest]\nevaluator_specs = two.yaml specs\n", "pyproject.toml": PYPROJECT},
     [], ["specs/flow.yml", "specs/good.yaml", "specs/other.yaml", "tests/test_a.py", "two.yaml"]),
    ({"pytest.ini": "[pytest]\ntestpaths = tests\n"}, [], ["tests/test_a.py"]),
    ({"pytest.ini": "[pytest]\naddopts = -p no:evaluator\n"}, [], ["tests/test_a.py"]),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "words", "wanted"), FILES)
def test_only_files_that_are_specs_are_collected(
    pytester: pytest.Pytester, settings: dict[str, str], words: list[str], wanted: list[str]
) -> None:
    write(pytester, TREE | settings)
    found = [line.partition("::")[0] for line in collected(pytester, *words)]
    assert sorted(found) == sorted(wanted)


def test_a_file_that_is_named_and_no_spec_is_left_to_other_plugins(
    pytester: pytest.Pytester,
) -> None:
    write(pytester, TREE)
    pytester.makeconftest(
        "import pytest\n"
        "class File(pytest.File):\n"
        "    def collect(self): return [Item.from_parent(self, name='web')]\n"
        "class Item(pytest.Item):\n"
        "    def runtest(self): pass\n"
        "def pytest_collect_file(file_path, parent):\n"
        "    if 'compose' in file_path.name: return File.from_parent(parent, path=file_path)\n"
    )
    pytester.runpytest("docker-compose.yaml").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('spec = ["a"]\n', "unknown setting `spec`\nhelp: did you mean `specs`?"),
        ("specs = 3\n", '`specs` takes a list of paths\nhelp: write specs = ["specs"]'),
        ("specs = [\n", "evaluator.toml cannot be read"),
    ],
)
def test_a_broken_configuration_is_told_without_a_traceback(
    pytester: pytest.Pytester, text: str, said: str
) -> None:
    write(pytester, {"evaluator.toml": text, "specs/good.yaml": GOOD})
    result = pytester.runpytest("specs")
    assert said in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    assert "config.py" not in result.stdout.str()
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_project_without_yaml_does_not_mind_a_broken_configuration(
    pytester: pytest.Pytester,
) -> None:
    write(pytester, {"evaluator.toml": "specs = 3\n", "tests/test_a.py": "def test_a(): pass\n"})
    pytester.runpytest().assert_outcomes(passed=1)


# --- what it costs


IMPORTED = """
import sys
def test_a():
    found = {name for name in sys.modules if name.partition('.')[0] in ('evaluator', 'numpy', 'yaml')}
    assert found - set([%s]) == {'evaluator', 'evaluator.pytest_plugin'}
"""


@pytest.mark.parametrize(
    ("files", "more"),
    [
        ({}, ""),
        # Which folders hold specs is known from the configuration.
        (
            {"compose.yaml": OTHER},
            "'evaluator.config', 'evaluator.diagnostics', 'evaluator.results'",
        ),
    ],
)
def test_a_project_without_specs_imports_next_to_nothing_of_the_evaluator(
    pytester: pytest.Pytester, files: dict[str, str], more: str
) -> None:
    write(pytester, {"test_a.py": IMPORTED % more} | files)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_spec_is_fed_forward_once_and_only_what_is_selected_is_judged(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    forward, case = Network.forward, Judgement.case
    monkeypatch.setattr(Network, "forward", lambda *a: (called.append("forward"), forward(*a))[1])
    monkeypatch.setattr(Judgement, "case", lambda *a: (called.append(a[1].id), case(*a))[1])
    monkeypatch.setattr(hints, "explain", lambda *_: None)  # it feeds wrong networks forward
    write(pytester, {"specs/many.yaml": MANY})
    pytester.runpytest("specs", "-k", "first or second or fourth")
    assert called == ["first", "forward", "second", "fourth"]


# --- reports, other plugins


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_junit_reports_hold_the_cases(pytester: pytest.Pytester, workers: list[str]) -> None:
    write(pytester, {"specs/many.yaml": TWO, "specs/bad.yaml": INVALID})
    pytester.runpytest("specs", "--junitxml=out.xml", "-W", "error", *workers)
    cases = {
        (case.get("classname"), case.get("name")): [(c.tag, c.get("message")) for c in case]
        for case in ET.parse(pytester.path / "out.xml").iter("testcase")
    }
    assert len(cases) == 10
    assert cases["specs.many.yaml", "first"] == []
    assert cases["specs.many.yaml.#2", "first"] == []
    assert cases["specs.many.yaml", "third"] == [("skipped", "not yet")]
    ((tag, message),) = cases["specs.many.yaml", "second"]
    assert tag == "failure"
    assert message is not None
    assert message.startswith("specs/many.yaml:6:41: value-mismatch y is 2, expected 3")
    assert cases["specs.bad.yaml", "the spec is valid"][0][0] == "failure"


def test_a_fault_of_the_evaluator_shows_its_traceback(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Judgement, "case", lambda *_: 1 / 0)
    write(pytester, {"specs/good.yaml": GOOD})
    result = pytester.runpytest("specs")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])


def test_arithmetic_of_floats_warns_of_nothing(pytester: pytest.Pytester) -> None:
    text = (
        "neuron: {weights: [1e308], activation: exp}\n"
        "cases: [{inputs: 1e308, expected: .inf}, {inputs: .nan, expected: .nan}]\n"
    )
    write(pytester, {"specs/large.yaml": text})
    pytester.runpytest("specs", "-W", "error").assert_outcomes(passed=2)


def test_array_files_are_found_from_another_folder(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GOOD.replace("[1]", "{file: w.csv}")
    write(pytester, {"specs/w.csv": "1\n", "specs/good.yaml": text, "below/test_a.py": ""})
    monkeypatch.chdir(pytester.path / "below")
    pytester.runpytest(os.path.join("..", "specs")).assert_outcomes(passed=1)


def test_the_library_of_specs_passes(pytester: pytest.Pytester) -> None:
    root = Path(__file__).parent.parent
    report = evaluator.run(root / "specs/networks")
    result = pytester.runpytest(
        str(root / "specs/networks"), "--rootdir", str(root), "-p", "no:cacheprovider"
    )
    found = Counter(case.outcome for case in report.results)
    assert found.keys() <= {"passed", "skipped", "xfailed"}
    result.assert_outcomes(**found)
    assert sys.modules["evaluator"] is evaluator


SPELLINGS = {
    "pretty json": '{\n  "neuron": {"weights": [1], "activation": "relu"},\n  "cases": [\n'
    '    {"inputs": 1, "expected": 99}\n  ]\n}\n',
    "after the dashes": "--- {neuron: {weights: [1], activation: relu}, cases: [{inputs: 1, expected: 9}]}\n",
    "indented": "  neuron: {weights: [1], activation: relu}\n  cases: [{inputs: 1, expected: 9}]\n",
    "with a mark for each key": "? neuron\n: {weights: [1], activation: relu}\n? cases\n: [{inputs: 1, expected: 9}]\n",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_what_the_evaluator_takes_for_a_spec_is_collected(
    pytester: pytest.Pytester, name: str
) -> None:
    write(pytester, {"specs/a.yaml": SPELLINGS[name], "specs/b.yaml": OTHER})
    pytester.runpytest().assert_outcomes(failed=1)


def test_hidden_files_are_left_aside_as_by_the_evaluator(pytester: pytest.Pytester) -> None:
    write(pytester, {"deploy/a.yaml": GOOD, "deploy/.ci.yml": "a: !reference [x, y]\n"})
    pytester.makeini("[pytest]\nevaluator_specs = deploy\n")
    pytester.runpytest("deploy").assert_outcomes(passed=1)


def test_a_folder_of_specs_that_is_not_there_is_an_error(pytester: pytest.Pytester) -> None:
    write(pytester, {"specs/a.yaml": GOOD, "evaluator.toml": 'specs = ["spesc"]\n'})
    result = pytester.runpytest()
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*there is no *spesc*"])
    pytester.makeini("[pytest]\nevaluator_specs = spesc\n")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no *spesc*"])
