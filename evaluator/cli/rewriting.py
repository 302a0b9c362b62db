"""What `record` and `fix` share: files are gone through one by one, shown as diffs, and written."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from evaluator.cli import console
from evaluator.diagnostics import (
    Diagnostic,
    Location,
    SpecError,
    UsageError,
    are_faults,
    harmless,
)

if TYPE_CHECKING:
    from evaluator.collect import Target
    from evaluator.rewriting.splice import Edit


class Outcome(NamedTuple):
    """What is to become of a file."""

    #: Its text as it was read, without a byte order mark.
    text: str
    edits: Sequence[Edit]
    #: How many values or spellings the edits write.
    changes: int
    #: What is left as it is: where, why, and what to do.
    left: Sequence[tuple[Location, str, str]]
    #: What is wrong with the file.
    diagnostics: Sequence[Diagnostic] = ()


class Words(NamedTuple):
    """How a command tells what it does."""

    verb: str
    done: str
    noun: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--diff` and `--color`."""
    parser.add_argument("--diff", action="store_true",
                        help="show what would be written, and write nothing")  # fmt: skip
    console.add_color(parser)


def add_force(parser: argparse.ArgumentParser) -> None:
    """Add `--force`."""
    parser.add_argument("--force", action="store_true", help="write although CI is set")


def refuse_in_ci(arguments: argparse.Namespace) -> None:
    """Raise UsageError where answers would be written into specs that nobody looks at."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    if in_ci and not arguments.diff and not arguments.force:
        raise UsageError("CI is set, and answers that are written there pass whatever they are",
                         "write them where you can look at them, or add --force")  # fmt: skip


class Rewriting:
    """The rewriting of some files, and what it came to."""

    def __init__(
        self, arguments: argparse.Namespace, files: Sequence[Target], words: Words
    ) -> None:
        self.files, self.words = files, words
        self.diff_only: bool = arguments.diff
        # A diff, or the spec of standard input, has standard output for itself.
        piped = self.diff_only or any(target.file == "-" for target in files)
        self.told: TextIO = sys.stderr if piped else sys.stdout
        self.colors = {stream: console.wants_color(arguments.color, stream)
                       for stream in (sys.stdout, sys.stderr)}  # fmt: skip
        #: How many values or spellings, and files, were written, or would be.
        self.count = self.written = 0
        self.left = 0
        #: How many files have a spec that is invalid, and how many cannot be written.
        self.invalid = self.refused = 0

    def run(self, work: Callable[[Target, bytes], Outcome], shown: bool = False) -> int:
        """Work on every file, tell what became of it, and give the exit code.

        Each file is written on its own: what is wrong with one keeps no other from it. `shown`
        shows what is written.
        """
        interrupted = False
        try:
            for target in self.files:
                self._rewrite(target, work, shown)
        except KeyboardInterrupt:
            interrupted = True
        self._summarise(interrupted)
        if interrupted:
            return 130
        if self.invalid or self.refused:
            return 3 if self.invalid else 2
        return int(self.left > 0 or (self.diff_only and self.count > 0))

    def _rewrite(
        self, target: Target, work: Callable[[Target, bytes], Outcome], shown: bool
    ) -> None:
        from evaluator.content import read_content

        try:
            if "://" in target.file:
                raise UsageError(f"{target.file} is not on this machine",
                                 "copy it, and name the copy")  # fmt: skip
            piped = target.file == "-"
            before = sys.stdin.buffer.read() if piped else read_content(target.file)
            outcome = work(target, before)
            self._finish(target.file, before, outcome, shown)
        except SpecError as error:
            self._diagnose(error.diagnostics)
        except UsageError as error:
            self.refused += 1
            self._say(f"error: {error}", sys.stderr)
            self._say(f"help: {error.hint}", sys.stderr)

    def _finish(self, file: str, before: bytes, outcome: Outcome, shown: bool) -> None:
        from evaluator.rewriting.splice import encode, splice
        from evaluator.writing import replace

        if self.diff_only or (shown and file != "-"):
            self._show(file, outcome)
        if not self.diff_only:
            after = encode(splice(outcome.text, outcome.edits), before)
            if file == "-":
                sys.stdout.flush()
                sys.stdout.buffer.write(after)
                sys.stdout.buffer.flush()
            elif outcome.edits:
                replace(file, before, after)
                self._say(f"{self.words.done} {file}: {_plural(outcome.changes, self.words.noun)}")
        self.count += outcome.changes
        self.written += bool(outcome.edits)
        for location, message, hint in outcome.left:
            self.left += 1
            self._say(f"left {location}: {message} ({hint})")
        self._diagnose(outcome.diagnostics)

    def _show(self, file: str, outcome: Outcome) -> None:
        from evaluator.reporters.text import paint
        from evaluator.rewriting.diff import diff

        styles = {"+": "green", "-": "red"}
        for line in diff(outcome.text, outcome.edits, file):
            body = line.rstrip("\r\n")
            colored = line[0] in styles and self.colors[sys.stdout]
            shown = paint(harmless(body), styles.get(line[0], ""), colored)
            sys.stdout.write(shown + line[len(body) :])

    def _diagnose(self, found: Sequence[Diagnostic]) -> None:
        from evaluator.reporters.full import diagnostic

        self.invalid += are_faults(found)
        for each in found:
            print("\n".join([*diagnostic(each, self.colors[self.told]), ""]), file=self.told)

    def _summarise(self, interrupted: bool) -> None:
        words = self.words
        said = f"nothing to {words.verb} in {_plural(len(self.files), 'file')}"
        if interrupted:
            said = f"nothing {words.done}"
        if self.count:
            done = f"would be {words.done}" if self.diff_only else words.done
            count, files = _plural(self.count, words.noun), _plural(self.written, "file")
            said = f"{count} {done} in {files}"
        rest = {"left": self.left, "not written": self.refused, "invalid": self.invalid}
        said += "".join(f", {number:,} {what}" for what, number in rest.items() if number)
        self._say(said + "; interrupted" * interrupted)

    def _say(self, text: str, stream: TextIO | None = None) -> None:
        # At once: whoever interrupts a long run knows what has been written.
        print(harmless(text), file=stream or self.told, flush=True)


def _plural(count: int, noun: str) -> str:
    from evaluator.reporters.text import plural

    return plural(count, noun)
