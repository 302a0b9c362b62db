"""The texts that fuzzing begins with, and the folder that they are read in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
#: Every spec of the library, every invalid file, and what was found before.
FOLDERS: Final = ("specs", "tests/specs/invalid", "tests/corpus")
#: Files beside a spec that it may name; larger ones would only take time.
BESIDE: Final = (".npy", ".npz", ".csv", ".safetensors", ".onnx")
MAX_BESIDE: Final = 200_000


def seeds() -> list[bytes]:
    """Give the bytes of all files, in an order that does not change."""
    found = {
        file.read_bytes(): None
        for folder in FOLDERS
        for file in sorted((ROOT / folder).rglob("*.yaml"))
    }
    return list(found)


def surround(folder: Path) -> None:
    """Put the arrays and tables that seeds name into a folder."""
    for place in FOLDERS:
        for file in sorted((ROOT / place).rglob("*")):
            if file.suffix in BESIDE and file.stat().st_size < MAX_BESIDE:
                shutil.copy(file, folder / file.name)
