"""Where nothing can be written or read, a command says so, and leaves what was there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import FRESH, Ended, forked, seconds_of

NEURON = "neuron: {weights: [1], activation: relu}\n"
UNRECORDED = NEURON + "cases:\n" + "  - {inputs: 7}\n" * 500
COMMANDS = {
    "run": ["run", "spec.yaml"],
    "run --report": ["run", "spec.yaml", "--report", "json=out.json"],
    "run --co": ["run", "--co", "spec.yaml"],
    "validate": ["validate", "spec.yaml"],
    "record --diff": ["record", "--diff", "spec.yaml"],
    "record": ["record", "copy.yaml"],
    "fix": ["fix", "spec.yaml"],
    "audit": ["audit", "spec.yaml"],
    "convert": ["convert", "spec.yaml", "model.onnx"],
    "activations": ["activations"],
    "schema": ["schema"],
    "completion": ["completion", "bash"],
    "--version": ["--version"],
    "--help": ["--help"],
    "run --help": ["run", "--help"],
    "a wrong option": ["run", "--wrong"],
}


@pytest.fixture
def here(folder: Path) -> Path:
    (folder / "spec.yaml").write_text(UNRECORDED)
    (folder / "copy.yaml").write_text(UNRECORDED)
    return folder


#: What is closed or full, and the exit codes that may be.
STREAMS = {
    ">/dev/full": {2}, ">&-": {2}, ">/dev/full 2>/dev/full": {2}, ">&- 2>&- <&-": {2},
    "2>/dev/full": {0, 1, 2}, "2>&-": {0, 1, 2}, "<&-": {0, 1, 2},
}  # fmt: skip
FEW = ("run", "record", "fix", "audit", "--version", "--help")


@pytest.mark.parametrize(
    ("name", "streams"),
    [(name, streams) for name in COMMANDS for streams in (STREAMS if name in FEW else [">/dev/full"])],
)  # fmt: skip
def test_a_stream_that_is_full_or_closed_ends_a_command_in_order(
    name: str, streams: str, here: Path
) -> None:
    words = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "evaluator"]
    done = subprocess.run([*words, *COMMANDS[name]], cwd=here, capture_output=True, text=True, check=False)  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode in STREAMS[streams], done
    assert (here / "spec.yaml").read_text() == UNRECORDED
    assert not list(here.glob(".evaluator-*"))


def limited(words: list[str], folder: Path, size: int) -> Ended:
    """Run a command whose files may not grow beyond a size."""
    program = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
    done = subprocess.run(
        [sys.executable, "-c", program + FRESH, *words], cwd=folder, capture_output=True, text=True, check=False
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr, True)


@pytest.mark.parametrize("size", [0, 1, 4096])
@pytest.mark.parametrize("words", [["record", "spec.yaml"], ["run", "spec.yaml", "-q", "--report", "json=old.json"]])  # fmt: skip
def test_a_file_that_finds_no_room_leaves_the_old_one(
    words: list[str], size: int, here: Path
) -> None:
    (here / "old.json").write_text("old")
    ended = limited(words, here, size)
    assert ended.code == 2
    assert "cannot be written: File too large" in ended.errors
    assert "Traceback" not in ended.errors
    assert (here / "spec.yaml").read_text() == UNRECORDED
    assert (here / "old.json").read_text() == "old"
    assert not list(here.glob(".evaluator-*"))


@pytest.fixture
def small_disk(here: Path) -> Iterator[Path]:
    """Mount a disk of 64 KiB, where that is allowed."""
    disk = here / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk can only be mounted by root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_leaves_the_old_files(small_disk: Path) -> None:
    (small_disk / "spec.yaml").write_text(UNRECORDED)
    (small_disk / "old.json").write_text("old")
    with open(small_disk / "filler", "wb") as filler:
        filler.write(bytes(64 * 1024 - 8192 - 4096 * -(-len(UNRECORDED) // 4096)))
    for words in (["record", "spec.yaml"], ["run", "spec.yaml", "-q", "--report=json=old.json"]):
        ended = forked(words, small_disk)
        assert ended.code in (2, 99), ended
        assert "No space left on device" in ended.errors
        assert "Traceback" not in ended.errors
        assert (small_disk / "spec.yaml").read_text() == UNRECORDED
        assert (small_disk / "old.json").read_text() == "old"
        assert not list(small_disk.glob(".evaluator-*"))


@pytest.mark.skipif(os.getuid() != 0, reason="root alone can become another user")
@pytest.mark.parametrize("mode", [0o555, 0o500])
def test_a_folder_that_may_not_be_written_is_told(mode: int, here: Path) -> None:
    """As another user: root may write everywhere."""
    commands = {
        "record": (["record", "spec.yaml"], 2, "cannot be written"),
        "fix": (["fix", "spec.yaml"], 0, ""),
        "run": (["run", "spec.yaml", "-q"], 1, "the cache"),
        "run --report": (["run", "spec.yaml", "-q", "--report", "json=old.json"], 2, "old.json cannot be written"),
    }  # fmt: skip
    (here / "old.json").write_text("old")
    for words, *_ in commands.values():
        seconds_of(words, here)
    (here / "spec.yaml").write_text(UNRECORDED)
    (here / "old.json").write_text("old")
    here.parent.chmod(0o755)
    here.chmod(mode)
    for name, (words, code, said) in commands.items():
        ended = forked(words, here, user=65534)
        assert "Traceback" not in ended.errors + ended.output, name
        if mode == 0o500:
            assert ended.code in (1, 2, 3), ended
        else:
            assert ended.code == code, ended
            assert said in ended.errors + ended.output, ended
        assert (here / "spec.yaml").read_text() == UNRECORDED
        assert (here / "old.json").read_text() == "old"
        assert not list(here.glob(".evaluator-*.part"))
