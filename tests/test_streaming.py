"""Tables larger than memory: fed forward some rows at a time, with the same verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluator
from evaluator import evaluate
from evaluator.arrays import tables
from evaluator.cli import main
from evaluator.results import Report

RNG = np.random.default_rng(7)
X = RNG.normal(size=(50, 3)).round(3)
W = np.array([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]])
#: The answers, worked out here and not by the evaluator; every seventh is off.
Y = X @ W.T
OFF = Y + np.where(np.arange(50) % 7 == 3, 0.5, 0.0)[:, None] * [1, 0]
LARGEST = np.argmax(Y, axis=1)

SPEC = (
    f"outputs: [p, q]\nlayers: [{{weights: {W.tolist()}, activation: identity}}]\ncases:\n"
    "  - {inputs: [1, 1, 1], expected: [-0.5, 0.25]}\n"
)


def save_npz(folder: Path, x: Any = X, y: Any = OFF, classes: Any = LARGEST, **how: Any) -> str:
    save = np.savez_compressed if how.get("packed") else np.savez
    save(folder / "t.npz", inputs=x, expected=y, c=classes)
    return "file: t.npz, expected: expected, expected_class: c"


def save_csv(folder: Path, x: Any = X, y: Any = OFF, classes: Any = LARGEST) -> str:
    lines = ["id,x1,x2,x3,p,q,c"]
    for n, (a, b, c) in enumerate(zip(x, y, classes, strict=True)):
        # Texts stand among the numbers, and say the same.
        wanted = [f"{v!r} ± 1e-7" if n % 5 == 0 else repr(v) for v in b.tolist()]
        lines.append(",".join([f"row{n}", *map(repr, a.tolist()), *wanted, "pq"[c]]))
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    return "file: t.csv, expected: [p, q], expected_class: c, name: id"


@pytest.fixture(params=[0, 10**9], ids=["read row by row", "read at once"])
def _size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SMALL", request.param)


@pytest.fixture(params=[1, 30, 100, 1 << 22], ids="{} values at a time".format)
def _stretch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "MAX_VALUES", request.param)


def report(folder: Path, case: str, **options: Any) -> Report:
    (folder / "s.yaml").write_text(f"{SPEC}  - {{{case}}}\n")
    return evaluator.run(folder / "s.yaml", evaluator.Options(**options))


SAVES = {
    "npz": save_npz,
    "packed npz": lambda folder: save_npz(folder, packed=True),
    "npz in Fortran's order": lambda folder: save_npz(folder, *map(np.asfortranarray, (X, OFF))),
    "packed npz in Fortran's order": lambda folder: save_npz(
        folder, *map(np.asfortranarray, (X, OFF)), packed=True
    ),
    "csv": save_csv,
}


@pytest.mark.usefixtures("_size", "_stretch")
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_a_table_gets_the_same_verdict_however_it_is_read(save: Any, tmp_path: Path) -> None:
    found = report(tmp_path, save(tmp_path))
    assert not found.diagnostics
    inline, table = found.results
    assert inline.outcome == "passed"
    wrong = [n + 1 for n in range(50) if n % 7 == 3]
    assert (table.rows, table.failed_rows, table.values) == (50, len(wrong), 150)
    assert [m.row for m in table.mismatches] == wrong
    assert [m.output for m in table.mismatches] == ["p"] * len(wrong)
    for mismatch in table.mismatches:
        assert mismatch.row is not None
        row = mismatch.row - 1
        assert mismatch.actual == pytest.approx(Y[row, 0], abs=1e-12)
        assert mismatch.low <= OFF[row, 0] <= mismatch.high
        assert mismatch.row_name in ("", f"row{row}")
    counts = found.summary
    assert (counts.cases, counts.passed, counts.failed) == (51, 51 - len(wrong), len(wrong))


@pytest.mark.usefixtures("_size", "_stretch")
@pytest.mark.parametrize("most", [1, 5, 12, 0])
def test_of_many_mismatches_the_first_are_kept_and_the_others_counted(
    most: int, tmp_path: Path
) -> None:
    classes = 1 - LARGEST
    case = save_npz(tmp_path, y=Y + 1, classes=classes)
    (table,) = report(tmp_path, case, max_mismatches=most).results[1:]
    assert (table.outcome, table.failed_rows) == ("failed", 50)
    kept = most or 150
    assert (len(table.mismatches), table.withheld) == (kept, 150 - kept)
    wanted = [(row + 1, output) for row in range(50) for output in ("p", "q", "class")]
    assert [(m.row, m.output) for m in table.mismatches] == wanted[:kept]


def test_mismatches_of_all_cases_of_a_spec_count_together_and_each_case_keeps_its_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "MAX_FIRSTS", 4)
    cases = "".join(f"  - {{inputs: {n}, expected: {{y: 0, y.z: 0}}}}\n" for n in range(1, 9))
    (tmp_path / "t.csv").write_text("x1,y\n" + "1,2\n" * 5)
    file = tmp_path / "s.yaml"
    file.write_text(
        f"neuron: {{weights: [1], activation: identity}}\ncases:\n{cases}  - file: t.csv\n"
    )
    command = ["run", str(file), "--max-mismatches", "3"]
    for most, kept in (
        ("3", [2, 1, 1, 1, 1, 1, 0, 0, 0]),
        ("1", [1] * 5 + [0] * 4),
        ("17", [2] * 8 + [1]),
        ("0", [2] * 8 + [5]),
    ):
        assert main([*command[:3], most, "--output-format", "json"]) == 1
        found = json.loads(capsys.readouterr().out)["specs"][0]["cases"]
        assert [len(case["mismatches"]) for case in found] == kept
        there = [*[2] * 8, 5]
        assert [
            case.get("withheld", 0) + count for case, count in zip(found, kept, strict=True)
        ] == there
        assert {case["outcome"] for case in found} == {"failed"}
    assert main(command) == 1
    text = capsys.readouterr().out
    assert text.count("off by") == 7
    for count, times in (("1 mismatch", 5), ("2 mismatches", 2), ("5 mismatches", 1)):
        said = f"… and {count} more; `--max-mismatches 0 --output-format json` has"
        assert text.count(said) == times
    assert main([*command, "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.count("more; `--max-mismatches 0` lists them all") == 8


@pytest.mark.parametrize(("most", "explained"), [(3, 3), (1, 1), (16, 16), (0, 16)])
def test_beyond_so_many_mismatches_no_arithmetic_is_kept(
    most: int, explained: int, tmp_path: Path
) -> None:
    cases = "".join(f"  - {{inputs: {n}, expected: {{y: 0, y.z: 0}}}}\n" for n in range(1, 9))
    (tmp_path / "s.yaml").write_text(
        f"neuron: {{weights: [1], activation: identity}}\ncases:\n{cases}"
    )
    options = evaluator.Options(max_mismatches=most)
    found = [
        mismatch.arithmetic
        for case in evaluator.run(tmp_path / "s.yaml", options).results
        for mismatch in case.mismatches
    ]
    assert [bool(each) for each in found] == [n < explained for n in range(len(found))]
    assert len(found) >= 8


@pytest.mark.usefixtures("_size")
@pytest.mark.parametrize("command", ["run", "validate"])
@pytest.mark.parametrize(
    ("save", "words"),
    [
        (lambda f: save_csv(f, x=np.where(X[40, 1] == X, np.inf, X)), None),
        (lambda f: spoil(f, "t.csv", b"row40,", b"row40,9,"), "row 41 (line 42) of `t.csv` has 8"),
        (lambda f: spoil(f, "t.csv", b",q\n", b",r\n", last=True), "no output"),
        (lambda f: spoil(f, "t.npz", bytes(8), bytes(8), cut=True), "cannot be unpacked"),
        (lambda f: save_npz(f, classes=np.where(np.arange(50) == 48, 2, LARGEST)),
         "row 49 of `t.npz` expects class 2"),
    ],
    ids=["a sound one", "a row too long", "an unknown class", "a file cut short", "a class beyond"],
)  # fmt: skip
def test_what_is_wrong_with_a_late_row_makes_the_spec_invalid(
    save: Any, words: str | None, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = save(tmp_path)
    (tmp_path / "s.yaml").write_text(f"{SPEC}  - {{{case}}}\n")
    code = main([command, str(tmp_path / "s.yaml"), "--output-format", "json"])
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [d["line"] for d in found] == [5] * bool(words)
    if words is None:
        assert code == (1 if command == "run" else 0)
    else:
        assert code == 3
        assert words in found[0]["message"]


def spoil(
    folder: Path, name: str, old: bytes, new: bytes, last: bool = False, cut: bool = False
) -> str:
    case = (save_csv if name == "t.csv" else save_npz)(folder)
    file = folder / name
    content = file.read_bytes()
    if cut:  # what the archive says of itself stays as it is
        content = content.replace(X.tobytes()[-64:], bytes(64))
    elif last:
        at = content.rindex(old)
        content = content[:at] + new + content[at + len(old) :]
    else:
        content = content.replace(old, new, 1)
    assert content != file.read_bytes()
    file.write_bytes(content)
    return case


@pytest.mark.parametrize("save", [save_npz, save_csv])
def test_a_table_that_changes_while_it_is_read_is_told(
    save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SMALL", 0)
    monkeypatch.setattr(evaluate, "MAX_VALUES", 100)
    case = save(tmp_path)
    file = next(tmp_path.glob("t.*"))
    batches = evaluate.batches

    def growing(*arguments: Any) -> Iterator[Any]:
        for number, batch in enumerate(batches(*arguments)):
            if number == 1:
                with file.open("ab") as stream:
                    stream.write(b"\n" if file.suffix == ".csv" else bytes(9))
            yield batch

    monkeypatch.setattr(evaluate, "batches", growing)
    (found,) = report(tmp_path, case).diagnostics
    assert found.code == "array-file"
    assert found.message == f"`{file.name}` changed while it was read"


def test_a_skipped_table_is_counted_and_not_fed_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SMALL", 0)
    case = save_csv(tmp_path) + ", skip: not today"
    found = report(tmp_path, case)
    assert (found.summary.skipped, found.summary.passed, found.summary.values) == (50, 1, 2)


PEAK = """
import re, resource, sys
from evaluator.cli import main
code = main(["run", sys.argv[1], "-q"])
if sys.platform == "linux":  # where the other number begins with what the parent had
    print(code, int(re.findall(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[0]) * 1024)
else:
    print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("answer", ["right", "wrong", "not a number", "in Fortran's order"])
def test_memory_does_not_grow_with_the_table(answer: str, tmp_path: Path) -> None:
    rows = 80_000
    x = np.random.default_rng(0).random((rows, 200))
    y = x.sum(axis=1) + (answer == "wrong")
    if answer == "not a number":
        x[:, 0] = np.nan
    if answer == "in Fortran's order":
        x = np.asfortranarray(x)
    np.savez(tmp_path / "t.npz", inputs=x, expected=y)
    (tmp_path / "s.yaml").write_text(
        f"neuron: {{weights: {[1] * 200}, activation: identity}}\ncases: [{{file: t.npz}}]\n"
    )
    assert x.nbytes == 128e6
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tmp_path / "s.yaml")],
        capture_output=True, text=True, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    code, peak = map(int, done.stdout.splitlines()[-1].split())
    assert code == (answer in ("wrong", "not a number"))
    small = _peak_of_a_small_run(tmp_path)
    assert peak - small < 0.6 * x.nbytes, (peak, small)


def _peak_of_a_small_run(folder: Path) -> int:
    (folder / "small.yaml").write_text(
        "neuron: {weights: [1], activation: identity}\ncases: [{inputs: 1, expected: 1}]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(folder / "small.yaml")],
        capture_output=True, text=True, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    return int(done.stdout.splitlines()[-1].split()[1])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_cell_that_says_no_interval_costs_its_file_alone(
    tmp_path: Path, jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    neuron = "neuron: {weights: [1], activation: relu}\ncases: "
    (tmp_path / "bad.csv").write_text("x1,y\n1,1\n2,n/a\n")
    (tmp_path / "bad.yaml").write_text(f"{neuron}[{{file: bad.csv}}]\n")
    (tmp_path / "good.yaml").write_text(f"{neuron}[{{inputs: 1, expected: 1}}]\n")
    assert main(["run", str(tmp_path), "-q", "-j", jobs]) == 3
    said = capsys.readouterr().out
    assert "row 2 (line 3) of `bad.csv`, column `y`: `n/a` is not an expected value" in said
    assert "1 invalid, 1 passed" in said
    assert main(["validate", str(tmp_path)]) == 3


def test_a_damaged_array_is_the_one_that_is_named(tmp_path: Path) -> None:
    # More than zipfile reads ahead: the others are open when the fault is found.
    case = save_npz(tmp_path, *(np.tile(a, (40, 1)) for a in (X, OFF)), np.tile(LARGEST, 40))
    file = tmp_path / "t.npz"
    content = bytearray(file.read_bytes())
    content[content.index(X.tobytes()[-16:])] ^= 1
    file.write_bytes(content)
    (found,) = report(tmp_path, case).diagnostics
    assert found.message == (
        "array `inputs` of `t.npz` cannot be unpacked: Bad CRC-32 for file 'inputs.npy'"
    )


@pytest.mark.usefixtures("_size", "_stretch")
@pytest.mark.parametrize(
    ("name", "place"), [("inputs", "row 41, column 3"), ("expected", "row 41, column 2")]
)
def test_an_integer_that_is_not_exact_is_told_with_its_array_row_and_column(
    name: str, place: str, tmp_path: Path
) -> None:
    arrays = {"x": X.astype(np.int64), "y": Y.astype(np.int64)}
    arrays["x" if name == "inputs" else "y"][40, -1] = 2**53 + 1
    case = save_npz(tmp_path, **arrays)
    (found,) = report(tmp_path, case).diagnostics
    assert found.message == (
        f"{place} of the array `{name}` of `t.npz` holds the integer 9007199254740993, which is not"
        " exact in a 64-bit float"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("row", [1, 2, 70_000])
def test_bytes_that_are_not_utf8_are_told_with_their_line(
    row: int, end: str, tmp_path: Path
) -> None:
    lines = ["n,x1,x2,x3,p,q", *["é,1,1,1,-0.5,0.25"] * (row - 1), "caf\udce9,1,1,1,-0.5,0.25"]
    text = end.join(lines) + end
    (tmp_path / "t.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    (found,) = report(tmp_path, "file: t.csv, expected: [p, q]").diagnostics
    assert found.message == f"line {row + 1} of `t.csv` is not UTF-8 text: byte 0xe9"


SHORT_OF_MEMORY = """
import resource, sys
import numpy as np
from evaluator.cli import main
np.ones((64, 64)) @ np.ones((64, 64))  # OpenBLAS ends the process that has no memory for its first
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 50 * 2**20,) * 2)
sys.exit(main(["run", *sys.argv[1:]]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this limit is none")
@pytest.mark.parametrize("words", [["-q", "-j", "1"], ["-j", "2"]], ids=" ".join)
def test_a_file_that_does_not_fit_in_memory_is_one_error_and_the_next_is_evaluated(
    words: list[str], tmp_path: Path
) -> None:
    head = "neuron: {weights: [0, 1], bias: 4, activation: sigmoid}\ncases:\n"
    case = "  - {inputs: [2, 3], expected: ~0.999}\n"
    (tmp_path / "a.yaml").write_text(head + case * 50_000)
    (tmp_path / "b.yaml").write_text(head + case)
    done = subprocess.run(
        [sys.executable, "-c", SHORT_OF_MEMORY, ".", "--output-format", "concise", *words],
        capture_output=True, text=True, timeout=100, cwd=tmp_path,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "")
    first, *others = done.stdout.splitlines()
    assert first.startswith("a.yaml:1:1: out-of-memory memory does not suffice")
    assert not any("out-of-memory" in line for line in others)
    assert "1 passed" in done.stdout


def test_memory_that_does_not_suffice_for_the_reference_is_one_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("evaluator.network.Network.forward", full)
    found = report(tmp_path, save_npz(tmp_path))
    assert [d.code for d in found.diagnostics] == ["out-of-memory"]
    assert found.summary.exit_code == 3
