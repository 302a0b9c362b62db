"""What docs/trust.md promises and no other test holds: and that the tests it names are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/trust.md"

#: Told by CPython of everything that reaches out of the process, or brings code into it.
WATCHED = """\
import os
import sys
from pathlib import Path
import evaluator.cli
allowed = tuple(str(Path(p).resolve()) for p in (sys.prefix, sys.base_prefix, sys.argv[1]))
def watch(event, arguments):
    reaches_out = event.startswith(
        ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "pickle.")
    )
    loaded = arguments[0].co_filename if event == "exec" else ""
    foreign = event == "exec" and not loaded.startswith((*allowed, "<"))
    written = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if reaches_out or foreign or written:
        print("found", event, str(arguments)[:200])
sys.addaudithook(watch)
sys.exit(evaluator.cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("command", ["run", "validate", "audit"])
def test_a_spec_runs_no_code_starts_no_program_opens_no_socket_and_writes_no_file(
    command: str,
) -> None:
    specs = ["specs/neurons", "specs/networks/weights-from-files", "tests/specs/invalid"]
    words = [command, *specs, "-q", "-j", "1", *["--no-cache"] * (command == "run")]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(ROOT / "evaluator"), *words],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 3
    assert [line for line in done.stdout.splitlines() if line.startswith("found")] == []


def test_each_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", PAGE.read_text("utf-8"))
    there = "".join(path.read_text("utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in there] == []
