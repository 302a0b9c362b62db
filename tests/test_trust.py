"""What docs/trust.md promises and no other test holds: and that the tests it names are there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/trust.md"

#: Told by CPython of everything that reaches out of the process, changes a file, or brings code into it.
WATCHED = """\
import os
import sys
from pathlib import Path
import evaluator.cli
allowed = tuple(str(Path(p).resolve()) for p in (sys.prefix, sys.base_prefix, sys.argv[1]))
REACHES_OUT = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.spawn", "os.posix_spawn",
               "os.startfile", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "pickle.")
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
           "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.", "tempfile.")
def watch(event, arguments):
    loaded = arguments[0].co_filename if event == "exec" else ""
    foreign = event == "exec" and not loaded.startswith((*allowed, "<"))
    written = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR) and arguments[0] != "/dev/stdout"
    if event.startswith(REACHES_OUT + CHANGES) or foreign or written:
        print("found", event, str(arguments)[:200])
sys.addaudithook(watch)
for line in sys.argv[2:]:
    code = evaluator.cli.main(line.split())
    print("ended", code)
"""


class Planted:
    """Writes a file where it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return exec, ("open('planted', 'w')",)


BODY = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
CASES = "cases: [{inputs: 1, expected: 1}]\n"
CALL = "__import__('os').system('touch planted')"
URL = "http://127.0.0.1:9/a"
#: Specs that would have something done; a word of what is told, or nothing where they are plain text.
HOSTILE = {
    "apply": ("name: !!python/object/apply:os.system ['touch planted']\n" + BODY, "[tag]"),
    "new": ("name: !!python/object/new:subprocess.Popen ['id']\n" + BODY, "[tag]"),
    "module": ("name: !!python/module:antigravity\n" + BODY, "[tag]"),
    "own": ("%TAG ! tag:yaml.org,2002:python/\n---\nname: !name:os.system\n" + BODY, "[yaml-syntax]"),
    "code": (f'name: "{CALL}"\n{BODY}'.replace("relu", f'"{CALL}"'), "[unknown-value]"),
    "expected": (BODY.replace("expected: 1", f'expected: "{CALL}"'), "[expectation]"),
    "shell": ('name: "$(touch planted) `touch planted`; touch planted"\n' + BODY, ""),
    "links": (
        f'name: "{URL}"\ndescription: "![a]({URL}.png) <img src={URL}>"\nsource: "{URL}"\n{BODY}', ""),
    "weights": (f'neuron: {{weights: {{file: "{URL}.npy"}}, activation: relu}}\n{CASES}', "[array-file]"),
    "share": (f"neuron: {{weights: {{file: '//127.0.0.1/a.npy'}}, activation: relu}}\n{CASES}",
              "[array-file]"),
    "table": (BODY.split("cases")[0] + f'cases: [{{file: "{URL}.csv"}}]\n', "[array-file]"),
    "model": (f'model: {{file: "{URL}.onnx"}}\n{CASES}', "[model-file]"),
    "pickled": (f"neuron: {{weights: {{file: p.npy}}, activation: relu}}\n{CASES}", "[array-file]"),
    "zipped": (f"neuron: {{weights: {{file: p.npz}}, activation: relu}}\n{CASES}", "[array-file]"),
}  # fmt: skip


@pytest.mark.parametrize(
    "command",
    ["run -j 1 --no-cache", "validate -j 1", "audit -j 1", "record --diff", "record --update all --diff",
     "fix --diff", "fix --as 1.2 --diff", "explain", "explain --format html", "page -o /dev/stdout --force"],
)  # fmt: skip
def test_a_spec_runs_no_code_starts_no_program_opens_no_socket_and_writes_no_file(
    command: str, tmp_path: Path
) -> None:
    for name in ("specs/neurons", "specs/networks/weights-from-files", "tests/specs/invalid"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name, (text, _) in HOSTILE.items():
        (tmp_path / f"hostile-{name}.yaml").write_text(text)
    np.save(tmp_path / "p.npy", np.array([Planted()], object), allow_pickle=True)
    np.savez(tmp_path / "p.npz", np.array([Planted()], object), allow_pickle=True)
    (tmp_path / "evaluator.toml").touch()
    before = sorted(tmp_path.rglob("*"))
    lines = [f"{command} ."]
    if command.startswith(("explain", "page")):
        lines = [f"{command} {path.relative_to(tmp_path)}" for path in tmp_path.rglob("*.yaml")]
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, str(ROOT / "evaluator"), *lines],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    told = done.stdout.splitlines()
    assert [line for line in told if line.startswith("found")] == []
    ended = [line for line in told if line.startswith("ended")]
    assert len(ended) == len(lines)
    assert "ended 4" not in ended
    assert sorted(tmp_path.rglob("*")) == before
    if command.startswith(("run", "validate")):
        for name, (_, word) in HOSTILE.items():
            assert (f"error{word}" in done.stdout) or not word, name


def test_each_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", PAGE.read_text("utf-8"))
    there = "".join(path.read_text("utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in there] == []
