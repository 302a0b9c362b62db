"""Edits against a naive oracle, their diffs applied, and files that are written whole or not at all."""

from __future__ import annotations

import difflib
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.diagnostics import UsageError
from evaluator.rewriting.diff import diff
from evaluator.rewriting.splice import Edit, encode, splice
from evaluator.writing import replace

TEXTS = st.text(st.sampled_from("ab \n\r"), min_size=1, max_size=60) | st.lists(
    st.sampled_from(["a\n", "b\n", "\n", "c\r\n"]), min_size=1, max_size=40
).map("".join)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(TEXTS)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = zip(places[::2], places[1::2], strict=False)
    new = st.text(st.sampled_from("xy\n"), max_size=4)
    return text, [Edit(start, end, draw(new)) for start, end in spans]


def one_by_one(text: str, edits: list[Edit]) -> str:
    """Make the edits from the last to the first, so that no place moves."""
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text


@given(edited())
def test_edits_are_made_in_their_places(example: tuple[str, list[Edit]]) -> None:
    text, edits = example
    assert splice(text, edits) == one_by_one(text, edits)


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        splice("abc", [Edit(0, 2, "x"), Edit(1, 3, "y")])
    with pytest.raises(ValueError, match="overlaps"):
        splice("abc", [Edit(2, 4, "x")])


# --- diffs

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def patched(text: str, lines: list[str]) -> str:
    """Apply a unified diff, whose every context line and count has to be right."""
    old, new, at = LINE.findall(text), [], 0
    wanted = (0, 0)
    for number, line in enumerate(lines[2:], 2):
        if found := re.fullmatch(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@\n", line):
            assert wanted == (0, 0)
            first, removed, begins, added = map(int, found.groups())
            start = first - 1 if removed else first
            new += old[at:start]
            at, wanted = start, (removed, added)
            assert begins == (len(new) + 1 if added else len(new))
            continue
        if line.startswith("\\"):
            continue
        body = line[1:]
        if lines[number + 1 : number + 2] == ["\\ No newline at end of file\n"]:
            body = body.removesuffix("\n")
        if line[0] in " -":
            assert old[at] == body
            at += 1
        if line[0] in " +":
            new.append(body)
        wanted = wanted[0] - (line[0] in " -"), wanted[1] - (line[0] in " +")
    assert wanted == (0, 0)
    return "".join(new + old[at:])


@given(edited())
def test_a_diff_that_is_applied_gives_the_new_text(example: tuple[str, list[Edit]]) -> None:
    text, edits = example
    lines, new = diff(text, edits, "f.yaml"), splice(text, edits)
    assert (lines == []) == (text == new)
    if lines:
        assert lines[:2] == ["--- f.yaml\n", "+++ f.yaml\n"]
        assert patched(text, lines) == new


def test_a_diff_shows_three_lines_around_a_change_and_joins_what_is_near() -> None:
    text = "".join(f"{n}\n" for n in range(30))
    edits = [
        Edit(text.index(f"\n{n}\n") + 1, text.index(f"\n{n}\n") + 3, "x") for n in (11, 17, 25)
    ]
    old, new = (each.splitlines(keepends=True) for each in (text, splice(text, edits)))
    assert diff(text, edits, "f") == list(difflib.unified_diff(old, new, "f", "f"))


def test_a_large_text_whose_lines_are_all_the_same_is_diffed_line_by_line() -> None:
    text = "    expected: 1\n" * 200_000
    lines = diff(text, [Edit(n * 16 + 14, n * 16 + 15, "2") for n in range(0, 200_000, 50)], "f")
    assert len(lines) == 2 + 4000 * 9 - 3


# --- files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"old")
    return path


def test_a_file_is_replaced_and_keeps_its_mode(file: Path) -> None:
    file.chmod(0o640)
    replace(str(file), b"old", b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(file.parent) == ["spec.yaml"]


@pytest.mark.skipif(os.getuid() != 0, reason="only the superuser gives files away")
def test_a_file_keeps_its_owner(file: Path) -> None:
    os.chown(file, 1234, 1235)
    replace(str(file), b"old", b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 1235)


def test_a_file_in_a_read_only_folder_is_left_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: path != str(file.parent))
    with pytest.raises(UsageError, match="folder is read-only"):
        replace(str(file), b"old", b"new")
    assert file.read_bytes() == b"old"


def test_a_link_stays_a_link(file: Path) -> None:
    link = file.with_name("link.yaml")
    link.symlink_to(file.name)
    replace(str(link), b"old", b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_file_that_has_changed_is_left_alone(file: Path) -> None:
    file.write_bytes(b"saved by an editor")
    with pytest.raises(UsageError, match="changed on disk"):
        replace(str(file), b"old", b"new")
    assert file.read_bytes() == b"saved by an editor"
    assert os.listdir(file.parent) == ["spec.yaml"]


def test_a_file_that_is_gone_is_not_made_anew(file: Path) -> None:
    file.unlink()
    with pytest.raises(UsageError, match="cannot be written"):
        replace(str(file), b"old", b"new")
    assert os.listdir(file.parent) == []


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(UsageError, match="read-only"):
        replace(str(file), b"old", b"new")
    assert file.read_bytes() == b"old"


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(
    call: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(UsageError, match="No space left"):
        replace(str(file), b"old", b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(file.parent) == ["spec.yaml"]


def test_a_byte_order_mark_stays() -> None:
    assert encode("é", b"\xef\xbb\xbfx") == b"\xef\xbb\xbf\xc3\xa9"
    assert encode("é", b"x") == b"\xc3\xa9"


KILLED = """
import os, signal, sys
from evaluator.cli import main

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

call, after = sys.argv[1], sys.argv[2] == "after"
true = getattr(os, call)
def patched(*words, **named):
    if after:
        true(*words, **named)
    die()
setattr(os, call, patched)
main(["record", "spec.yaml"])
"""
SPEC = "neuron: {weights: [1], activation: relu}\ncases:\n" + "  - {inputs: 7}\n" * 50
DONE = SPEC.replace("7}", "7, expected: 7}")


@pytest.mark.parametrize(
    ("call", "when", "left"),
    [
        ("fsync", "before", SPEC), ("fsync", "after", SPEC), ("chmod", "before", SPEC),
        ("chmod", "after", SPEC), ("replace", "before", SPEC), ("replace", "after", DONE),
    ],
)  # fmt: skip
def test_a_process_killed_at_any_step_leaves_the_old_file_or_the_new_one(
    call: str, when: str, left: str, tmp_path: Path
) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC)
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, call, when], cwd=tmp_path, env=environment, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert file.read_text() == left


def test_a_process_killed_at_any_time_leaves_old_files_or_new_ones(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    files = [tmp_path / f"{number}.yaml" for number in range(60)]
    seen = set()
    for _ in range(6):
        for file in files:
            file.write_text(SPEC)
        command = [sys.executable, "-m", "evaluator", "record", "."]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        # Killed in the midst: after the first files were told, at another file each time.
        for _ in range(1 + 7 * len(seen)):
            process.stdout.readline()
        process.kill()
        process.wait(60)
        process.stdout.close()
        texts = [file.read_text() for file in files]
        assert set(texts) <= {SPEC, DONE}
        seen.add(texts.count(DONE))
        for part in tmp_path.glob(".evaluator-*"):
            part.unlink()
    assert len(seen) > 1
