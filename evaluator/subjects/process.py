"""The subject `process:COMMAND`: any program, which reads and writes JSON lines."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from evaluator.diagnostics import UsageError, clip
from evaluator.subjects.conversation import talk
from evaluator.subjects.limits import DEFAULTS, Limits
from evaluator.subjects.program import Command
from evaluator.subjects.subject import check_steps

if TYPE_CHECKING:
    from evaluator.network import Network
    from evaluator.subjects.subject import Run


@dataclass(frozen=True)
class Process:
    """A program that answers the messages of `schemas/process.schema.json`."""

    #: Gives the words of its command; raises UsageError where there is no such program.
    words: Callable[[], tuple[str, ...]]
    limits: Limits = DEFAULTS
    hidden: tuple[str, ...] = ()

    def confined(self, limits: Limits | None, hidden: tuple[str, ...]) -> Process:
        """Give the same program under other limits, and kept from some files."""
        return replace(self, limits=limits or self.limits, hidden=hidden)

    def prepare(self, network: Network) -> AbstractContextManager[Run]:
        """Start the program and tell it the network."""
        check_steps(network)
        return talk(Command(self.words(), self.limits, self.hidden), network)


def subject(argument: str) -> Process:
    """Make the subject of a command; raises UsageError where there is no such program."""
    return process(partial(_words, argument))


def process(words: Callable[[], tuple[str, ...]]) -> Process:
    """Make the subject of what gives the words of its command; what is wrong is told at once."""
    if os.name != "posix":
        raise UsageError("programs under test need Linux, macOS or another Unix",
                         "on Windows, run the evaluator in WSL")  # fmt: skip
    words()
    return Process(words)


def _words(argument: str) -> tuple[str, ...]:
    """Take a command apart.

    The program runs in a folder of its own: words that name files here become absolute paths.
    """
    try:
        words = shlex.split(argument)
    except ValueError as fault:
        raise UsageError(f"the command `{clip(argument, 80)}` cannot be taken apart: {fault}",
                         "quotes come in pairs, as in a shell") from None  # fmt: skip
    if not words:
        raise UsageError("`process:` names no command",
                         "write it after the colon, as in process:./neuron")  # fmt: skip
    program = shutil.which(words[0])
    if program is None:
        raise UsageError(f"there is no program `{clip(words[0], 80)}`", _hint(words[0]))
    rest = [os.path.abspath(word) if os.path.isfile(word) else word for word in words[1:]]
    return os.path.abspath(program), *rest


def _hint(word: str) -> str:
    if os.path.isfile(word):
        spelt = word if "/" in word else f"./{word}"
        return f"{word} is a file: `chmod +x {word}` and `process:{spelt}`, or name what runs it"
    return "it is looked for on PATH; a program in this folder is written ./NAME"
