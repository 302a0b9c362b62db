"""What every source starts with: a file of limited size, and what is asked of it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from evaluator.convert.conversion import ConversionError
from evaluator.diagnostics import UsageError, clip


@dataclass(frozen=True, slots=True)
class Source:
    """A file to convert, and what the command line says about it."""

    path: Path
    #: The layer list of a file that holds arrays alone.
    layers: str = ""
    #: The file of the weights that belong to an architecture.
    weights: str = ""
    #: The outputs that are wanted, of several.
    outputs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the file, harmless to print."""
        return clip(self.path.name, 80)

    @property
    def shown(self) -> str:
        """The path for a message."""
        return f"`{clip(str(self.path), 200)}`"


def read_bytes(path: Path, shown: str, most: int) -> bytes:
    """Read a regular file of at most so many bytes; raises UsageError, ConversionError."""
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ConversionError(f"{shown} is not a regular file", "name a file")
            if found.st_size > most:
                raise ConversionError(f"{shown} has {found.st_size} bytes; at most {most} are read")
            return stream.read(most)
    except FileNotFoundError:
        raise UsageError(f"{shown} is not there", "check the name") from None
    except IsADirectoryError:
        raise UsageError(f"{shown} is a directory", "name a file") from None
    except OSError as error:
        raise UsageError(
            f"{shown} cannot be read: {error.strerror}", "check the permissions"
        ) from None


def _without_waiting(path: str, flags: int) -> int:
    # Opening a pipe would wait for its writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_text(path: Path, shown: str, most: int) -> str:
    """Read a text in UTF-8."""
    try:
        return read_bytes(path, shown, most).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ConversionError(f"{shown} is not UTF-8 text: byte {fault.start} is wrong") from None


def refused(kind: str, name: str, what: str) -> ConversionError:
    """Refuse a layer or operator by its name."""
    return ConversionError(
        f"`{clip(name, 80)}` is {what} `{clip(kind, 80)}`, which the format cannot express",
        "it holds dense layers and activations; see `evaluator activations`",
    )
