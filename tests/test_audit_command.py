"""`evaluator audit` as its user sees it: what it prints, what it writes, and the exit code."""

from __future__ import annotations

import argparse
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft7Validator

import evaluator
from evaluator import load
from evaluator.audit import Audit, Suggestion, Survivor
from evaluator.audit.lints import LINTS
from evaluator.audit.reasons import CODES
from evaluator.audit.suggestion import add
from evaluator.cli import main
from evaluator.cli.audit import _exit_code, _score
from evaluator.network import Network
from evaluator.reporters.audit import percent
from evaluator.results import Report, SpecResult
from evaluator.runner import Options
from evaluator.source import read_file
from evaluator.validate import schema

#: A neuron whose mistakes the cases all kill: each answer is worked out by hand, 2·x + 1.
STRONG = (
    "neuron: {weights: [2], bias: 1, activation: identity}\n"
    "cases:\n  - {inputs: 3, expected: 7}\n  - {inputs: -1, expected: -1}\n"
)
#: At 0 every weight gives the same.
WEAK = STRONG.replace("  - {inputs: 3, expected: 7}\n  - {inputs: -1, expected: -1}\n",
                      "  - {inputs: 0, expected: 1}\n")  # fmt: skip
#: 0 would be accepted.
WARNED = WEAK.replace("expected: 1", "expected: 1 ± 2")
FAILING = STRONG.replace("expected: 7", "expected: 8")
INVALID = STRONG.replace("weights", "wieghts")
SKIPPED = STRONG.replace("7}", "7, skip: slow}").replace("-1}", "-1, skip: slow}")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with one spec of every kind."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    texts = {"strong": STRONG, "weak": WEAK, "failing": FAILING, "invalid": INVALID}
    for name, text in {**texts, "skipped": SKIPPED, "warned": WARNED}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    """Give the exit code, standard output and standard error of an audit."""
    code = main(["audit", *words])
    output = capsys.readouterr()
    return code, output.out, output.err


EXITS: list[tuple[list[str], int]] = [
    (["strong.yaml"], 0),
    (["weak.yaml"], 0),
    (["strong.yaml", "--min-score", "1"], 0),
    (["weak.yaml", "--min-score", "0.99"], 1),
    (["weak.yaml", "--min-score", "0"], 0),
    (["warned.yaml"], 0),
    (["warned.yaml", "--fail-on", "warning"], 1),
    (["failing.yaml"], 1),
    (["invalid.yaml"], 3),
    (["invalid.yaml", "weak.yaml", "--min-score", "1"], 3),
    (["skipped.yaml"], 5),
    (["skipped.yaml", "--allow-empty"], 0),
    (["strong.yaml", "-k", "nothing"], 5),
    (["strong.yaml::nothing"], 5),
    (["missing.yaml"], 2),
    (["strong.yaml", "--min-score", "90"], 2),
    (["strong.yaml", "--min-score", "nan"], 2),
    (["strong.yaml", "--write", "--output-format", "json"], 2),
]


@pytest.mark.parametrize(("words", "code"), EXITS, ids=lambda value: str(value))
def test_an_audit_ends_with_the_exit_code_of_its_page(
    capsys: Capture, words: list[str], code: int
) -> None:
    assert run(capsys, *words)[0] == code


def test_survivors_are_told_by_name_and_place(capsys: Capture) -> None:
    _, out, _ = run(capsys, "weak.yaml")
    assert "weak.yaml weak: " in out
    assert "\n    a weight is another number\n      weight-changed at `y`, weight 1\n" in out
    assert "warning[constant-passes]" not in out  # one case alone shows no constant
    assert "--suggest shows cases" in out


def test_a_spec_without_survivors_is_told_only_on_request(capsys: Capture) -> None:
    assert "strong.yaml" not in run(capsys, "strong.yaml")[1]
    assert "KILLED strong.yaml strong: " in run(capsys, "strong.yaml", "-v")[1]
    assert run(capsys, "strong.yaml", "weak.yaml", "warned.yaml", "-q")[1].count("\n") == 1


def test_a_score_that_is_too_low_is_told(capsys: Capture) -> None:
    assert " in 1 spec, less than --min-score 0.95; " in run(
        capsys, "weak.yaml", "-q", "--min-score", "0.95"
    )[1]  # fmt: skip
    assert "less than" not in run(capsys, "strong.yaml", "-q", "--min-score", "1")[1]


def test_where_nothing_survives_there_is_nothing_to_add(capsys: Capture) -> None:
    assert run(capsys, "strong.yaml", "--write")[1].endswith("\nnothing to add\n")


@pytest.mark.parametrize(
    ("name", "why", "count"),
    [
        ("failing", "its cases fail as it is, so it is not scored; see `evaluator run`", "1 failing"),
        ("unrecorded", "a case expects nothing, so it is not scored; `evaluator record` writes",
         "1 unrecorded"),
        ("skipped", "its cases are skipped or expected to fail, which kills nothing, so it is not scored", "1 not scored"),
    ],
)  # fmt: skip
def test_a_spec_without_a_score_is_told_why(
    capsys: Capture, folder: Path, name: str, why: str, count: str
) -> None:
    (folder / "unrecorded.yaml").write_text(WEAK.replace(", expected: 1", ""))
    _, out, _ = run(capsys, f"{name}.yaml", "strong.yaml")
    assert f"UNSCORED {name}.yaml {name}: {why}" in out
    assert f"in 1 spec, {count} in " in out


def test_a_case_that_is_not_there_is_told_in_the_last_line_too(capsys: Capture) -> None:
    out = run(capsys, "strong.yaml::zzz", "-q")[1].splitlines()
    assert out[0].startswith("strong.yaml:1:1: no-such-case there is no case `zzz`")
    assert out[1].startswith("nothing was scored, 1 not found in ")


def test_what_is_broken_is_told_in_a_line_each_however_little_is_shown(
    capsys: Capture, folder: Path
) -> None:
    (folder / "unrecorded.yaml").write_text(WEAK.replace(", expected: 1", ""))
    (folder / "passing.yaml").write_text(STRONG.replace("7}", "7, xfail: not yet}"))
    names = ["strong", "failing", "invalid", "unrecorded", "passing", "skipped", "strong"]
    files = [f"{name}.yaml" for name in names]
    *told, _ = run(capsys, *files, "-q")[1].splitlines()
    assert [" ".join(line.split()[:2]) for line in told] == [
        "failing.yaml:3:27: value-mismatch",
        "invalid.yaml:1:10: unknown-key",
        "unrecorded.yaml:3:5: unrecorded",
        "passing.yaml:3:5: unexpected-pass",
    ]
    # Word for word what a run says.
    main(["run", *files, "-q"])
    assert [line for line in capsys.readouterr().out.splitlines() if line in told] == told


def test_of_many_places_the_first_are_told(capsys: Capture, folder: Path) -> None:
    text = f"neuron: {{weights: {[1] * 9}, activation: identity}}\n"
    (folder / "wide.yaml").write_text(f"{text}cases:\n  - {{inputs: {[0] * 9}, expected: 0}}\n")
    _, out, _ = run(capsys, "wide.yaml")
    assert out.count("weight-changed at") == 5
    assert "and in 4 more places (-v lists them)" in out
    assert run(capsys, "wide.yaml", "-v")[1].count("weight-changed at") == 9


@pytest.mark.parametrize(
    ("killed", "counted", "said"),
    [(9_999, 10_000, ", 99.9 %"), (10, 10, ", 100 %"), (2, 3, ", 66.6 %"), (0, 0, "")],
)
def test_a_score_is_whole_only_where_nothing_survived(killed: int, counted: int, said: str) -> None:
    assert percent(killed, counted) == said


def test_the_json_is_that_of_its_schema(capsys: Capture) -> None:
    names = ("strong", "weak", "failing", "invalid", "skipped")
    code, out, _ = run(capsys, *(f"{name}.yaml" for name in names), "--output-format", "json")
    found = json.loads(out)
    assert list(Draft7Validator(schema("audit")).iter_errors(found)) == []
    assert found["summary"]["exit_code"] == code == 3
    states = [spec["state"] for spec in found["specs"]]
    assert states == ["scored", "scored", "failing", "invalid", "nothing checked"]
    weak = found["specs"][1]
    assert weak["killed"] + len(weak["survived"]) == weak["mistakes"]
    assert weak["score"] == weak["killed"] / weak["mistakes"]
    assert found["summary"]["survived"] == len(weak["survived"])


def test_workers_find_the_same(capsys: Capture) -> None:
    alone, spread = (
        run(capsys, "strong.yaml", "weak.yaml", "-v", "-j", jobs)[1] for jobs in ("1", "2")
    )
    assert alone.rpartition(" in ")[0] == spread.rpartition(" in ")[0]


# --- reasons

REASONS = [
    ("weight-changed: no matter", None),
    ("weight-changed at y, weight 1: no matter", None),
    ("weight-changd: no matter", "no-such-mistake"),
    ("float32: no matter", "no-such-mistake"),
    ("weight-changed at y, weight 2: no matter", "no-such-mistake"),
    ("bias-dropped: no matter", "killed-mistake"),
]


@pytest.mark.parametrize(("reason", "code"), REASONS)
def test_a_reason_that_nothing_needs_is_a_warning_at_its_key(
    capsys: Capture, folder: Path, reason: str, code: str | None
) -> None:
    (folder / "f.yaml").write_text(f"equivalent:\n  {reason}\n{WEAK}")
    _, out, _ = run(capsys, "f.yaml", "-v")
    assert (f"warning[{code}]" in out) is (code is not None)
    assert ("--> f.yaml:2:3" in out) is (code is not None)
    assert ("equivalent: weight-changed at `y`, weight 1: no matter" in out) is (code is None)


#: Written under `equivalent` of a neuron whose only case has inputs of 0: any weights survive.
REASONS: list[tuple[str, list[str]]] = [
    ("{weight-changed: any}", []),
    ('{weight-changed: any, "weight-changed at y, weight 1": this}', []),
    ('{"weight-changed at y, weight 1": this, weight-changed: any}', []),
    ('{weight-changed: any, "weight-changed at y, weight 9": no}',
     ["no-such-mistake: `weight-changed at y, weight 9` is none of the mistakes that count in this network"]),
    ('{"weight-changed at y, weight 1": this, "weight-changed at `y`, weight 1": again}',
     ["repeated-reason: `weight-changed at y, weight 1` means the same"]),
    # Of one neuron with two weights.
    ("{inputs-reversed: both are 0}", []),
    ("{inputs-swapped at x1 and x2: both are 0}", []),
    ("{inputs-swapped: both are 0}", []),
    ("{weights-reversed: both are 0, inputs-swapped: both are 0}", []),
    ("{bias-dropped: no}", ["killed-mistake: the cases kill `bias-dropped`"]),
    ("{float32: no}",
     ["no-such-mistake: `float32` is a mistake of precision, which an audit does not count"]),
    ("{rounded-4-throughout: no}",
     ["no-such-mistake: `rounded-4-throughout` is a mistake of precision, which an audit does not count"]),
    ("{bias-droped: no}", ["no-such-mistake: there is no mistake `bias-droped`"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "warnings"), REASONS)
def test_a_reason_is_warned_of_only_where_nothing_needs_it(
    folder: Path, written: str, warnings: list[str]
) -> None:
    text = "neuron: {weights: [2, 3], bias: 1, activation: identity}\n"
    cases = "cases:\n  - {inputs: [0, 0], expected: 1}\n"
    (folder / "f.yaml").write_text(f"{text}equivalent: {written}\n{cases}")
    (spec,) = evaluator.run("f.yaml", Options(audit=True)).specs
    assert [f"{d.code}: {d.message}" for d in spec.diagnostics if d.code in CODES] == warnings
    survived = sum(bool(one.reason) for one in spec.audit.equivalent) if spec.audit else 0
    assert bool(survived) is not ("no" in written.split(": ")[1])


def test_a_key_that_braces_split_is_told_to_be_quoted(capsys: Capture, folder: Path) -> None:
    (folder / "f.yaml").write_text(f"equivalent: {{weight-changed at y, weight 1: so}}\n{WEAK}")
    assert 'needs quotes: `"weight-changed at y, weight 1": …`' in run(capsys, "f.yaml")[1]


@pytest.mark.parametrize("written", ["{}", "[a]", "{bias-dropped: 5}", '{bias-dropped: ""}'])
def test_what_is_no_reason_is_invalid(capsys: Capture, folder: Path, written: str) -> None:
    (folder / "f.yaml").write_text(f"equivalent: {written}\n{STRONG}")
    assert run(capsys, "f.yaml")[0] == main(["validate", "f.yaml"]) == 3


def test_a_warning_stands_on_the_page() -> None:
    page = (Path(__file__).parent.parent / "docs/audit.md").read_text(encoding="utf-8")
    for code, sentence in {**LINTS, **CODES}.items():
        assert f"| `{code}` | {sentence} |" in page


# --- cases that are added

LAYOUTS = {
    "block": WEAK,
    "block, as deep as its key": WEAK.replace("  - {", "- {"),
    "a mapping on lines of its own": WEAK.replace(
        "  - {inputs: 0, expected: 1}\n", "    -   inputs: 0\n        expected: 1 # one\n"
    ),
    "no line break at the end": WEAK.rstrip("\n"),
    "a comment of the case below it": f"{WEAK}    # by hand\n# that was it\n",
    "other keys behind": f"{WEAK}# that was it\nname: weak\n",
    "a text on several lines": WEAK.replace(
        "{inputs: 0, expected: 1}", "inputs: 0\n    expected: 1\n    tags:\n      - |-\n        a"
    ),
    "flow": WEAK.replace("\n  - {inputs: 0, expected: 1}", " [{inputs: 0, expected: 1}]"),
    "flow with a comma behind": WEAK.replace(
        "\n  - {inputs: 0, expected: 1}", " [\n  {inputs: 0, expected: 1}, # one\n]"
    ),
    "flow with a comment": WEAK.replace(
        "\n  - {inputs: 0, expected: 1}", " [\n  {inputs: 0, expected: 1} # one\n    # by hand\n]"
    ),
    "flow with a comment behind what stands beside its key": WEAK.replace(
        "\n  - {inputs: 0, expected: 1}", " [{inputs: 0, expected: 1} # one\n]"
    ),
    "flow with a comma before the bracket": WEAK.replace(
        "\n  - {inputs: 0, expected: 1}", " [{inputs: 0, expected: 1},]"
    ),
    "flow with the bracket on the last line": WEAK.replace(
        "\n  - {inputs: 0, expected: 1}", " [\n  {inputs: 0, expected: 1}]"
    ),
    "flow without braces": WEAK.replace(
        "\n  - {inputs: 0, expected: 1}", " [{inputs: 0, expected: 1, name: a}]"
    ),
    "json": '{"neuron": {"weights": [2], "bias": 1, "activation": "identity"},'
    ' "cases": [{"inputs": 0, "expected": 1}]}\n',
    "an anchor": WEAK.replace("cases:\n", "cases: &all\n"),
    "documents": f"{WEAK}---\n{WEAK}...\n---\n{STRONG}",
    "carriage returns": WEAK.replace("\n", "\r\n"),
    "float32": f"dtype: float32\n{WEAK}",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_cases_are_added_to_a_list_in_its_layout(capsys: Capture, folder: Path, text: str) -> None:
    file = folder / "f.yaml"
    file.write_bytes(text.encode())
    before = len(load(file).cases)
    code, out, err = run(capsys, "f.yaml", "--write")
    assert (code, err) == (0, "")
    assert "added f.yaml: " in out
    after = file.read_bytes().decode()
    assert len(load(file).cases) > before
    # A comment stays with the case above it.
    assert "# one" not in text or after.index("# one") < after.rindex("inputs:")
    # Nothing that was there is gone, and nothing of it has moved.
    rest = iter(after)
    assert all(character in rest for character in text)
    assert after.count("\n") == after.count("\r\n") or "\r" not in text
    assert main(["run", "f.yaml", "--no-cache"]) == 0
    assert main(["audit", "f.yaml", "--min-score", "1"]) == 0


def test_what_is_suggested_can_be_pasted(capsys: Capture, folder: Path) -> None:
    _, out, _ = run(capsys, "weak.yaml", "--suggest")
    pasted = out[out.index("  # kills") : out.rindex("\n\n")]
    (folder / "f.yaml").write_text(f"{WEAK}{pasted}\n")
    assert run(capsys, "f.yaml", "--min-score", "1")[0] == 0


def test_a_diff_writes_nothing(capsys: Capture, folder: Path) -> None:
    code, out, _ = run(capsys, "weak.yaml", "--diff")
    assert code == 1
    assert "\n+  - inputs: [" in out
    assert (folder / "weak.yaml").read_text() == WEAK


def test_nothing_is_written_under_ci_unless_forced(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    code, _, err = run(capsys, "weak.yaml", "--write")
    assert code == 2
    assert "record" not in err
    assert (folder / "weak.yaml").read_text() == WEAK
    assert run(capsys, "weak.yaml", "--write", "--force")[0] == 0
    assert (folder / "weak.yaml").read_text() != WEAK


def test_a_case_that_would_not_pass_is_not_added(folder: Path) -> None:
    documents = read_file(str(folder / "weak.yaml"))
    wrong = Suggestion(np.array([1.0]), np.array([4.0]), (0,))
    edits, left = add(documents, {1: [wrong]})
    assert edits == []
    assert [(each.location.line, each.location.column) for each in left] == [(2, 1)]


EXACT = "tolerance: exact\nneuron: {{weights: {}, bias: {}, activation: {}}}\ncases:\n"


@pytest.mark.parametrize(
    ("dtype", "weights", "bias", "activation", "inputs"),
    [
        ("float64", [0.38, 0.83], -1.74, "sigmoid", [[1, 1]]),
        ("float64", [0.1, -0.7, 1.3, 0.9], 0.31, "tanh", [[1, 1, 1, 1]]),
        ("float32", [1.24, 1.61, -0.74], -0.74, "{name: prelu, slope: 0.3}", [[1, 1, 1]]),
        ("float32", [0.41, -1.27, 0.93], 0.2, "sigmoid", [[1, 1, 1], [2, 2, 2]]),
    ],
)  # fmt: skip
def test_what_is_added_under_an_exact_tolerance_passes_and_so_does_what_was_there(
    capsys: Capture, folder: Path, dtype: str, weights: list[float], bias: float, activation: str,
    inputs: list[list[float]],
) -> None:  # fmt: skip
    file = folder / "f.yaml"
    head = f"dtype: {dtype}\n{EXACT.format(weights, bias, activation)}"
    file.write_text(head + "".join(f"  - {{inputs: {x}}}\n" for x in inputs))
    network, batch = load(file).network, np.array(inputs, dtype)
    answers = network(batch)[:, 0].tolist()
    cases = zip(inputs, answers, strict=True)
    file.write_text(head + "".join(f"  - {{inputs: {x}, expected: {y!r}}}\n" for x, y in cases))
    before = file.read_text()
    assert "suggest" in run(capsys, "f.yaml")[1]
    code, out, _ = run(capsys, "f.yaml", "--write", "-q")
    assert main(["run", "f.yaml", "--no-cache"]) == 0
    # Of some the batch with the new cases rounds otherwise than that without; they are left.
    assert (file.read_text() == before) is (code == 1)
    assert ("would fail: the last digits" in out) is (code == 1)


def test_a_case_that_passed_before_keeps_others_from_being_added(folder: Path) -> None:
    # Whatever the processor: the second case passes among two and fails among more.
    documents = read_file(str(folder / "strong.yaml"))
    new = Suggestion(np.array([1.0]), np.array([3.0]), (0,))
    right = Network.forward

    def forward(self: Network, x: Any) -> Any:
        trace = right(self, x)
        trace.blocks[1][1:2] += len(x) > 2
        return trace

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "forward", forward)
        edits, (left,) = add(documents, {1: [new]})
    assert edits == []
    assert left.message.startswith("with the new cases `case 2` would fail: ")
    assert len(add(documents, {1: [new]})[0]) == 1


def test_a_tolerance_that_would_do_is_suggested(capsys: Capture, folder: Path) -> None:
    (folder / "f.yaml").write_text(
        f"tolerance: 0.5\n{STRONG.replace('7}', '7.03}')}"
        "  - {inputs: 1, expected: 3.2, tolerance: {atol: 0.5}}\n"
        "  - {inputs: 2, expected: 5, tolerance: 0.25}\n"
        "  - {inputs: 4, expected: 9, tolerance: exact}\n"
        "  - {inputs: 8, expected: 17.000001, tolerance: 1e-2}\n"
    )
    (folder / "g.yaml").write_text(f"tolerance: 0.5\n{STRONG.replace('7}', '7.0000001}')}")
    _, out, _ = run(capsys, "f.yaml", "g.yaml", "--suggest-tolerance")
    suggested = [line for line in out.splitlines() if re.match(r"\w\.yaml:", line)]
    smallest = "the smallest tolerance that passes is"
    assert suggested == [
        f"f.yaml:1:12: {smallest} 0.031",
        f"f.yaml:6:43: {smallest} 0.21",
        # Without it 0.5 would be in force.
        "f.yaml:7:41: the default tolerance will do",
        "f.yaml:8:41: the default tolerance will do",
        "f.yaml:9:49: the default tolerance will do",
        "g.yaml:1:12: the default tolerance will do: none is needed",
    ]
    found = json.loads(run(capsys, "f.yaml", "--output-format", "json")[1])
    assert list(Draft7Validator(schema("audit")).iter_errors(found)) == []
    smallest_ones = [each["smallest"] for each in found["specs"][0]["tolerances"]]
    assert smallest_ones == [0.031, 0.21, None, None, None]


# --- the library


def test_places_that_were_not_tried_are_counted(capsys: Capture) -> None:
    weights = ", ".join(["1"] * 300)
    Path("wide.yaml").write_text(
        f"neuron: {{weights: [{weights}], activation: identity}}\n"
        f"cases: [{{inputs: [{weights}], expected: 300}}]\n",
        encoding="utf-8",
    )
    (spec,) = json.loads(run(capsys, "wide.yaml", "--output-format", "json")[1])["specs"]
    # Of each weight: left out, changed, of the other sign. Of inputs: two that are swapped.
    assert spec["untried"] >= 3 * 200
    assert (
        f"{spec['untried']:,} places of large networks not tried"
        in run(capsys, "wide.yaml", "-q")[1]
    )


def test_the_library_lets_no_mistake_pass() -> None:
    library = str(Path(__file__).parent.parent / "specs")
    report = evaluator.run(library, Options(audit=True))
    scores = {(spec.file, spec.document): spec.audit for spec in report.specs if spec.audit}
    assert len(scores) > 140
    assert not {spec: [*found.survived] for spec, found in scores.items() if found.survived}
    assert not set(CODES) & {found.code for found in report.diagnostics}


@pytest.mark.parametrize(
    ("text", "score"),
    [("1e-1", "1/10"), ("+.5", "1/2"), (" 1. ", "1"), ("0.1e1", "1"), ("10E-1", "1"), ("-0", "0"),
     ("1e-999999999", "0"), ("0.0000000000000000000001", None), ("1e-999999999x", ""), ("nan", ""),
     ("inf", ""), ("2", ""), ("-0.1", ""), ("\u0660", ""), ("0_1", ""), ("1/2", ""), ("", "")],
)  # fmt: skip
def test_a_score_is_any_number_from_0_to_1(text: str, score: str | None) -> None:
    if score == "":
        with pytest.raises(argparse.ArgumentTypeError, match="is not a number from 0 to 1"):
            _score(text)
    else:
        assert _score(text) == (float(text) if score is None else Fraction(score))


@pytest.mark.parametrize(("text", "killed", "counted"), [("0.56", 14, 25), ("0.07", 7, 100)])
def test_a_score_that_is_reached_exactly_is_enough(text: str, killed: int, counted: int) -> None:
    report = Report("0", specs=[SpecResult("f", 1, "f")])
    report.specs[0].audit = Audit("scored", killed, [Survivor("c", "n", "")] * (counted - killed))
    arguments = argparse.Namespace(min_score=_score(text), allow_empty=False)
    assert _exit_code(report, arguments) == 0
    report.specs[0].audit.killed -= 1
    assert _exit_code(report, arguments) == 1
