"""What is built and what is installed: the same bytes again, and a bill of what is in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import audit, sbom

ROOT = Path(__file__).parent.parent.parent


def build(folder: Path, out: Path, **environment: str) -> dict[str, bytes]:
    """Build the sdist and the wheel of a checkout; gives their contents by name."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(out)],
        cwd=folder, env=os.environ | environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return {path.name: path.read_bytes() for path in out.iterdir()}


def checkout(folder: Path, mode: int, when: int) -> Path:
    """Copy what git tracks, with other permissions and times than here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            target.chmod(mode | (ROOT / name).stat().st_mode & 0o100)
            os.utime(target, (when, when))
    return folder


def test_two_builds_in_other_folders_and_times_give_the_same_bytes(tmp_path: Path) -> None:
    one = checkout(tmp_path / "one", 0o644, 1_000_000_000)
    other = checkout(tmp_path / "deeper/other", 0o600, 1_700_000_000)
    built = build(one, tmp_path / "out", TZ="UTC", LC_ALL="C", SOURCE_DATE_EPOCH="1767225600")
    again = build(other, tmp_path / "again", TZ="Asia/Tokyo", SOURCE_DATE_EPOCH="1767225600")
    assert sorted(name.rpartition(".")[2] for name in built) == ["gz", "whl"]
    assert built.keys() == again.keys()
    assert [name for name in built if built[name] != again[name]] == []


def test_the_bill_leaves_out_what_is_not_depended_on() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{"bom-ref": name} for name in ("a", "b", "c")],
        "dependencies": [
            {"ref": "root", "dependsOn": ["a"]},
            {"ref": "a", "dependsOn": ["b"]},
            {"ref": "b"},
            {"ref": "c", "dependsOn": ["a"]},
        ],
    }
    found = sbom.needed(bill)
    assert [part["bom-ref"] for part in found["components"]] == ["a", "b"]
    assert [link["ref"] for link in found["dependencies"]] == ["root", "a", "b"]


SOUND = {"name": "a", "version": "1", "vulns": []}
WEAK = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1"}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([SOUND], 0, "1 packages looked up, 0 vulnerable"),
        ([SOUND, WEAK], 1, "b 2: CVE-1"),
        ([SOUND, UNKNOWN], 2, "NOT looked up: 1, among them c (not found)"),
        ([WEAK, UNKNOWN], 1, "NOT looked up: 1"),
        ([], 2, "NOT looked up"),
    ],
)
def test_a_package_that_was_not_looked_up_is_not_called_sound(
    packages: list[audit.Package], status: int, said: str
) -> None:
    lines, found = audit.judge(packages)
    assert found == status
    assert any(said in line for line in lines)
