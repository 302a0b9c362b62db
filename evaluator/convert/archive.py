"""A `.keras` file: a zip whose members are read up to a size."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from evaluator.convert.conversion import ConversionError
from evaluator.convert.reading import Source, read_bytes
from evaluator.diagnostics import clip

#: Bytes of a file.
MAX_FILE: Final = 1 << 31


class Archive:
    """A zip whose members are read up to a size."""

    def __init__(self, source: Source) -> None:
        self._shown = source.shown
        content = read_bytes(source.path, source.shown, MAX_FILE)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as fault:
            raise ConversionError(
                f"{self._shown} is no .keras archive: {clip(str(fault), 80)}",
                "save it again with `model.save`",
            ) from None

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def read(self, name: str, most: int) -> bytes:
        """Unpack a member of at most so many bytes."""
        try:
            with self._zip.open(name) as stream:
                content = stream.read(most + 1)
        except KeyError:
            raise ConversionError(
                f"{self._shown} holds no {name}", "save it with Keras 3"
            ) from None
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError,
                NotImplementedError, EOFError) as fault:  # fmt: skip
            raise ConversionError(
                f"{name} of {self._shown} cannot be unpacked: {clip(str(fault), 80)}"
            ) from None
        if len(content) > most:
            raise ConversionError(
                f"{name} of {self._shown} is larger than the {most} bytes that this model can need"
            )
        return content
