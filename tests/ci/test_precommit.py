"""The pre-commit hooks, installed and run by pre-commit itself in a repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
#: What a checkout needs to be installed and to offer hooks.
SOURCES = (
    "evaluator",
    "schemas",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)
GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"

Commit = Callable[[dict[str, str]], subprocess.CompletedProcess[str]]


def git(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", *who, *words], cwd=folder, env=kept | more, text=True, timeout=500,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Make a repository of the evaluator, and an environment in which pip finds what is pinned."""
    folder = tmp_path_factory.mktemp("hooks")
    repository, wheels = folder / "evaluator", folder / "wheels"
    repository.mkdir()
    for name in SOURCES:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, repository / name)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "evaluator"]):
        done = git(repository, *words)
        assert done.returncode == 0, done.stdout
    pinned = ["--require-hashes", "-r", str(ROOT / "constraints/run.txt"), "-d", str(wheels)]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", *pinned], check=True)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    env = {"PRE_COMMIT_HOME": str(folder / "home"), "PATH": path,
           "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}  # fmt: skip
    return repository, env


@pytest.fixture
def commit(hooks: tuple[Path, dict[str, str]], tmp_path: Path) -> Commit:
    """Commit files in a repository that has the hooks."""
    repository, env = hooks
    revision = git(repository, "rev-parse", "HEAD").stdout.strip()
    named = [{"id": hook["id"]} for hook in offered()]
    config = {"repos": [{"repo": str(repository), "rev": revision, "hooks": named}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(tmp_path, "init", "-q")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=tmp_path, env=os.environ | env,
        capture_output=True, check=True,
    )  # fmt: skip
    assert b"installed" in done.stdout

    def commit(files: dict[str, str]) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        git(tmp_path, "add", ".")
        return git(tmp_path, "commit", "-m", "change", **env)

    return commit


def offered() -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return found


def test_a_commit_of_good_specs_passes(commit: Commit, tmp_path: Path) -> None:
    done = commit(
        {
            "specs/good.yaml": GOOD,
            "specs/skipped.yaml": GOOD.replace("{inputs", "{skip: later, inputs"),
        }
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 2
    assert not (tmp_path / ".evaluator_cache").exists()


@pytest.mark.parametrize(
    ("before", "after", "failed", "said"),
    [
        ("expected: 1", "expected: 2", 1, "specs/nets/bad.yaml:2:31 case 1"),
        ("weights", "wieghts", 2, "did you mean `weights`?"),
        ("neuron:", "neuron: [", 2, "error[yaml-syntax]"),
    ],
)
def test_a_commit_of_a_bad_spec_is_refused(
    commit: Commit, before: str, after: str, failed: int, said: str
) -> None:
    done = commit({"specs/nets/bad.yaml": GOOD.replace(before, after), "specs/good.yaml": GOOD})
    assert done.returncode == 1
    assert done.stdout.count("Failed\n") == failed
    assert said in done.stdout
    assert "2 files" not in done.stdout


def test_other_files_are_none_of_the_hooks_business(commit: Commit) -> None:
    done = commit({"compose.yaml": "services: {}\n", "specs/README.md": "text\n"})
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("(no files to check)Skipped") == 2


def test_many_files_are_checked_at_once(commit: Commit) -> None:
    done = commit({f"specs/{number}.yaml": GOOD for number in range(300)})
    assert done.returncode == 0, done.stdout
