"""Completion as a shell does it: each script is loaded by its shell, which is asked what it offers."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from evaluator.cli import COMMANDS
from evaluator.cli.completion import SHELLS as SCRIPTS
from evaluator.reporters import REPORTERS

#: A command line up to the cursor, and words that must and must not be offered.
LINES: list[tuple[str, set[str], set[str]]] = [
    ("evaluator ", set(COMMANDS), {"--color"}),
    ("evaluator val", {"validate"}, {"run"}),
    ("evaluator run --out", {"--output-format"}, {"--color"}),
    ("evaluator run --output-format ", set(REPORTERS), {"--color"}),
    ("evaluator run --output-format=js", {"json", "jsonl"}, {"junit"}),
    ("evaluator run --fail-on w", {"warning"}, {"error"}),
    ("evaluator run -x --color ", {"auto", "always", "never"}, set()),
    ("evaluator run -x --m", {"--maxfail", "--max-mismatches"}, {"--durations"}),
    ("evaluator validate --m", set(), {"--maxfail"}),
    ("evaluator schema ", {"spec", "report"}, set()),
    ("evaluator exercise ", {"check", "grade"}, {"--csv"}),
    ("evaluator exercise grade --pr", {"--prairielearn"}, {"--csv"}),
    ("evaluator exercise check specs/o", {"one.yaml"}, {"two.yaml"}),
    ("evaluator completion f", {"fish"}, {"bash"}),
    ("evaluator run --report ", {"junit=", "json="}, {"--color"}),
    ("evaluator run --report ju", {"junit="}, {"json="}),
    ("evaluator run --report junit=oth", {"other.txt"}, {"specs", "junit="}),
    ("evaluator convert oth", {"other.txt"}, {"specs"}),
    ("evaluator convert other.txt sp", {"specs"}, {"other.txt"}),
    ("evaluator run sp", {"specs"}, {"other"}),
    ("evaluator run specs/o", {"one.yaml"}, {"two.yaml"}),
    ("evaluator validate --config ev", {"evaluator.toml"}, {"specs"}),
]


@cache
def script(shell: str) -> str:
    """Give what `evaluator completion` prints."""
    command = [sys.executable, "-m", "evaluator", "completion", shell]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def bash(line: str, folder: Path) -> str:
    """Ask bash: the words of the line as readline takes it apart, then what files there are."""
    words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
    asked = f"""
        source {folder}/script
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
        _evaluator
        printf '%s\\n' "${{COMPREPLY[@]}}"
        [[ -n "${{COMPREPLY[*]}}" ]] || compgen -f -- '{words[-1]}'
        complete -p evaluator >&2
    """
    done = subprocess.run(
        ["bash", "--norc", "-u", "-c", asked],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "complete -o default -F _evaluator evaluator\n"
    return done.stdout


def fish(line: str, folder: Path) -> str:
    """Ask fish, which has a command for it."""
    asked = f"source {folder}/script; complete -C '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", asked], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return re.sub(r"\t.*", "", done.stdout)  # the descriptions


#: Makes Tab print what would be offered, a line each, instead of offering it.
ZSH = r"""
autoload -Uz compinit; compinit -D -u; source ./script
compadd() {
    if [[ " $* " == *" -"[OAD]" "* ]]; then builtin compadd "$@"; return; fi
    local -a found; builtin compadd -O found "$@"; print -rl -- @${^found}
}
ask() { _main_complete; print -r -- "@@end" }
zle -C ask complete-word ask; bindkey "^I" ask; echo lo""aded
"""


def zsh(line: str, folder: Path) -> str:
    """Ask zsh by pressing Tab in a terminal, as there is no other way to."""
    (folder / "ask").write_text(ZSH)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe("zsh", ["zsh", "-f", "-i"], os.environ | {"TERM": "dumb", "PS1": "> "})
    try:
        os.write(terminal, b"source ./ask\n")
        _read(terminal, "loaded")
        os.write(terminal, f"{line}\t".encode())
        return "\n".join(re.findall(r"@([^@\r\n]+)\r", _read(terminal, "@@end")))
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def _read(terminal: int, end: str) -> str:
    """Read what a terminal shows, up to a text."""
    said, late = "", time.monotonic() + 30
    while end not in said:
        assert select.select([terminal], [], [], late - time.monotonic())[0], said
        said += os.read(terminal, 65536).decode(errors="replace")
    return said


SHELLS: dict[str, Callable[[str, Path], str]] = {"bash": bash, "zsh": zsh, "fish": fish}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "offered", "not_offered"), LINES, ids=[line for line, *_ in LINES]
)
def test_a_shell_offers_what_the_command_takes(
    tmp_path: Path, shell: str, line: str, offered: set[str], not_offered: set[str]
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "specs").mkdir()
    for name in ("specs/one.yaml", "specs/two.yaml", "other.txt", "evaluator.toml"):
        (tmp_path / name).touch()
    (tmp_path / "script").write_text(script(shell))
    found = SHELLS[shell](line, tmp_path)
    for word in offered:
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?!\w)", found), (
            f"{word} is not among\n{found}"
        )
    for word in not_offered:
        assert not re.search(rf"(?<![\w-]){re.escape(word)}(?!\w)", found), (
            f"{word} is among\n{found}"
        )


def test_every_shell_that_gets_a_script_is_tried() -> None:
    assert set(SHELLS) == set(SCRIPTS)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_printed_without_numpy_and_without_yaml(shell: str) -> None:
    asked = (
        "import sys; from evaluator.cli import main; main(sys.argv[1:]);"
        "print(sorted({'numpy', 'yaml', 'jsonschema'} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", asked, "completion", shell]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == "[]\n"
