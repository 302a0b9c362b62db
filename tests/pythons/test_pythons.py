"""Other Pythons, and the oldest versions that pyproject.toml allows: `make test-matrix`.

An interpreter that this machine does not have is skipped, which `-rs` shows; one at least must be there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
#: A Python and the constraints on top of those of the tests.
CHOICES = [("3.11", "oldest.txt"), ("3.11", "run.txt"), ("3.12", "run.txt"), ("3.13", "run.txt"),
           ("3.14", "run.txt")]  # fmt: skip
#: The tests of the core; the whole suite is for `make test`.
TESTS = ("activations", "arrays", "evaluate", "expectation", "invalid", "network", "reporters",
         "schema", "source", "validate")  # fmt: skip


@cache
def interpreter(version: str) -> str | None:
    """Find a Python of this version: on the path, or where pyenv keeps them."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [shutil.which(f"python{version}"), *kept.glob(f"{version}.*/bin/python3")]
    for place in filter(None, [sys.executable, *places]):
        code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([place, "-c", code], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return str(place)
    return None


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """Run a command that must succeed; gives what it printed."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, text=True, check=False, timeout=1500,
        env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    return next(folder.glob("*.whl"))


@pytest.mark.parametrize(("version", "constraints"), CHOICES)
def test_the_wheel_and_the_core_work_with(
    version: str, constraints: str, wheel: Path, tmp_path: Path
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    run(python, "-m", "venv", tmp_path / "venv")
    mine = tmp_path / "venv/bin/python"
    for file in dict.fromkeys(["dev.txt", constraints]):
        run(mine, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps",
            "-r", ROOT / "constraints" / file)  # fmt: skip
    run(mine, "-m", "pip", "install", "--quiet", "--no-deps", wheel)
    said = run(tmp_path / "venv/bin/evaluator", "run", ROOT / "specs", "--output-format", "json",
               folder=tmp_path)  # fmt: skip
    summary = json.loads(said)["summary"]
    assert summary["passed"] > 1000
    assert summary["failed"] == summary["errors"] == 0
    run(mine, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        *(f"tests/test_{name}.py" for name in TESTS))  # fmt: skip


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = dict(
        re.findall(r"^([\w-]+)==([\d.]+)", (ROOT / "constraints/oldest.txt").read_text(), re.M)
    )
    for requirement in project["dependencies"]:
        name, bound = requirement.split(">=")
        assert re.fullmatch(rf"{re.escape(bound)}(\.0)*", pinned[name]), requirement
    assert project["requires-python"] == ">=" + CHOICES[0][0]


def test_some_python_was_there() -> None:
    assert any(interpreter(version) for version, _ in CHOICES)
