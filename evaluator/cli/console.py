"""What commands share about the terminal: colour, what is said there, and the bar."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TextIO

from evaluator.diagnostics import harmless


def add_color(parser: argparse.ArgumentParser) -> None:
    """Add `--color`."""
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto",
        help="colour the output; auto asks the terminal, NO_COLOR and FORCE_COLOR",
    )  # fmt: skip


def wants_color(choice: str, stream: TextIO) -> bool:
    """Decide on colour; the flag beats the environment, NO_COLOR beats FORCE_COLOR."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def on_github() -> bool:
    """Tell whether this is a step of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def default_format() -> str:
    """Give the format of what is shown where nothing else is asked for."""
    return "github" if on_github() else "full"


def say(text: str) -> None:
    """Write a line to stderr at once, one that commands no terminal."""
    print(harmless(text), file=sys.stderr, flush=True)


def places() -> tuple[str, str]:
    """Give the current folder, and the repository that it is in, else the folder again."""
    try:
        folder = here = os.getcwd()
    except OSError:  # it is gone
        return "", ""
    while not os.path.exists(os.path.join(here, ".git")):
        if here == os.path.dirname(here):
            return folder, folder
        here = os.path.dirname(here)
    return folder, here


class Progress:
    """A bar on stderr, once a run takes longer than a second and a terminal is there to show it."""

    def __init__(self, total: int, quiet: bool) -> None:
        self.total, self.done = total, 0
        self.enabled = not quiet and total > 1 and sys.stderr.isatty()
        self.bar: object = None

    def step(self, elapsed: float) -> None:
        """Count one more file."""
        self.done += 1
        if self.enabled and elapsed > 1:
            self._show()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar

        if self.bar is None:
            self.bar = Bar(console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task("evaluating", total=self.total)
        assert isinstance(self.bar, Bar)
        self.bar.update(self.task, completed=self.done)

    def stop(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()  # type: ignore[attr-defined]
