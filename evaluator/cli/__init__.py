"""The command line: the only part that prints and exits."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn, TextIO

from evaluator import __version__, interrupts
from evaluator.diagnostics import EvaluatorError, SpecError, UsageError, did_you_mean, harmless

#: Commands, in the order of the help.
COMMANDS: Final = {
    "run": "evaluate specs and report every mismatch",
    "validate": "read and check specs, evaluating nothing",
    "record": "write what the networks answer into the specs",
    "explain": "show how the values come about, step by step",
    "audit": "find the mistakes that the cases would not notice",
    "fix": "write numbers so that all YAML readers agree on them",
    "exercise": "build, check, grade and export exercises",
    "convert": "make specs of networks in other formats, and back",
    "page": "make an interactive page of a spec",
    "new": "write a first spec to start from",
    "schema": "print the JSON Schema of the format or of the report",
    "activations": "list the activations, or plot one",
    "lsp": "tell an editor how the cases end, as you type",
    "completion": "print the script that completes the command line in a shell",
}

_EPILOG = """\
exit codes: 0 all passed, 1 a mismatch, 2 usage, 3 an invalid spec, 4 internal error,
5 nothing checked, 130 interrupted"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        # Told its width, argparse does not import shutil, and with it every kind of archive.
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    if re.fullmatch("[0-9]{1,4}", columns := os.environ.get("COLUMNS", "")):
        return max(40, int(columns))
    try:
        return max(40, os.get_terminal_size().columns)
    except OSError:
        return 80


class _Parser(argparse.ArgumentParser):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # What begins like a negative number is a value, as in `--shard -1/3`, and a wrong one.
        self._negative_number_matcher = re.compile("-[0-9]")

    def _print_message(self, message: str, file: Any = None) -> None:
        file.write(message)  # argparse would be silent where this fails

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # What a command does not know would else be told by the parser above it.
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = [word for each in self._actions if each.help != argparse.SUPPRESS
                       for word in each.option_strings]  # fmt: skip
            word = unknown[0].partition("=")[0]
            self._refuse(f"unrecognized arguments: {' '.join(unknown)}",
                         did_you_mean(word, options if word[:1] == "-" else ()))  # fmt: skip
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            self._refuse(str(error), did_you_mean(str(value), map(str, action.choices or ())))

    def error(self, message: str) -> NoReturn:
        self._refuse(message)

    def _refuse(self, message: str, guess: str = "") -> NoReturn:
        raise UsageError(message, f"{guess} see `{self.prog} --help`".lstrip())


def _parser(command: str | None) -> argparse.ArgumentParser:
    """Build the parser; only the command that is called brings its arguments."""
    parser = _Parser(
        prog="evaluator", epilog=_EPILOG, allow_abbrev=False,
        description="Evaluate neural networks declared in YAML against what they must answer.",
        formatter_class=_Formatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"evaluator {__version__}")
    commands = parser.add_subparsers(
        # Without `prog` argparse formats a help text to find it, and imports much to do so.
        prog=parser.prog, dest="command", metavar="COMMAND", required=True,
    )  # fmt: skip
    for name in [command] if command else COMMANDS:
        text = COMMANDS[name]
        added = commands.add_parser(
            name, help=text, description=text, allow_abbrev=False, formatter_class=_Formatter
        )
        if name == command:
            import_module(f"evaluator.cli.{name}").add_arguments(added)
            added.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; no exception gets out."""
    with interrupts.watched():
        return _run_guarded(list(sys.argv[1:] if argv is None else argv))


def _run_guarded(words: list[str]) -> int:
    _open_streams()
    # What start-up makes stays: looking through it for garbage takes a tenth of a short run.
    gc.disable()
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; nobody is left to tell.
        _write_no_more(sys.stdout, sys.stderr)
        return 2
    except SpecError as error:
        for line in str(error).splitlines():
            _say(f"error: {line}")
        return 3
    except EvaluatorError as error:
        _say(f"error: {error}", getattr(error, "hint", ""))
        return 2
    except Exception as error:
        if interrupts.came():
            return 130
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _write_no_more(sys.stdout)
            _say(f"error: the output cannot be written: {error.strerror}")
            return 2
        if "--debug" in words:
            raise
        _say(
            f"internal error: {type(error).__name__}: {error}",
            "this is a fault of the evaluator; please report it with the spec"
            " and what --debug adds",
        )
        return 4
    finally:
        gc.enable()


#: What a system says of an output that takes no more.
_NO_ROOM: Final = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG)


def _open_streams() -> None:
    """Make the standard streams ready, whatever whoever calls has made of them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed: the next file to be opened would get what is printed
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _run(words: list[str]) -> int:
    if sys.stdout is None:
        raise UsageError("standard output is closed", "send it to a file, or to /dev/null")
    if words == ["--version"]:
        print(f"evaluator {__version__}")
        return 0
    command = words[0] if words and words[0] in COMMANDS else None
    if words and not command and os.path.exists(words[0]):
        from shlex import quote

        raise UsageError(f"{words[0]} is no command", f"write `evaluator run {quote(words[0])}`")
    try:
        arguments = _parser(command).parse_args(words)
        code: int = import_module(f"evaluator.cli.{arguments.command}").main(arguments)
        return code
    except SystemExit as stop:  # argparse, after --help
        return int(stop.code or 0)


def _say(message: str, hint: str = "") -> None:
    """Write to stderr what stopped us, on a line that commands no terminal."""
    try:
        print(harmless(message), file=sys.stderr)
        if hint:
            print(f"help: {harmless(hint)}", file=sys.stderr)
    except OSError:
        _write_no_more(sys.stderr)


def _write_no_more(*streams: TextIO) -> None:
    """Send what is still to be written nowhere, so that Python does not fail on it at its end."""
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
