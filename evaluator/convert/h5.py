"""The arrays of an HDF5 file, none of which is believed before its shape is known to be right."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.convert.conversion import ConversionError
from evaluator.diagnostics import clip
from evaluator.subjects.translated import framework

if TYPE_CHECKING:
    from evaluator.network import Array

#: Numbers in one chunk of a packed array, which is unpacked as a whole.
MAX_CHUNK: Final = 1 << 26
#: What h5py raises for files that are damaged.
_FAULTS: Final = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError)


class H5:
    """An open file; every fault of it is a ConversionError."""

    def __init__(self, content: bytes, shown: str) -> None:
        self._shown = shown
        h5py = framework("h5py", "keras")
        self._hard, self._dataset, self._group = h5py.HardLink, h5py.Dataset, h5py.Group
        try:
            self._file = h5py.File(io.BytesIO(content), "r")
        except _FAULTS as fault:
            raise self._damaged(fault) from None

    def attribute(self, path: str, name: str) -> str:
        """Give what a group says about itself; nothing if it does not."""
        found = self._attribute(path, name, ())
        return found if isinstance(found, str) else ""

    def attributes(self, path: str, name: str, count: int) -> list[str]:
        """Give the list of so many texts that a group says about itself; none if it has another."""
        found = self._attribute(path, name, (count,))
        return found if isinstance(found, list) else []

    def _attribute(self, path: str, name: str, shape: tuple[int, ...]) -> Any:
        try:
            group = self._at(path)
            # The shape first: many texts may stand in one place of the file.
            if group is None or name not in group.attrs or group.attrs.get_id(name).shape != shape:
                return None
            return _text(group.attrs[name])
        except _FAULTS as fault:
            raise self._damaged(fault) from None

    def names(self, path: str) -> list[str]:
        """List what is in a group; nothing where there is none."""
        try:
            group = self._at(path)
            return [] if group is None else [str(name) for name in group]
        except _FAULTS as fault:
            raise self._damaged(fault) from None

    def array(self, path: str, shape: tuple[int, ...]) -> Array:
        """Read an array that has this shape."""
        what = f"{self._shown}: `{clip(path, 120)}`"
        try:
            found = self._at(path)
            if not isinstance(found, self._dataset):
                raise ConversionError(f"{what} is not there", "save the weights with this model")
            if found.shape != shape:
                raise ConversionError(
                    f"{what} has the shape {found.shape}; the layer takes {shape}"
                )
            if found.is_virtual or found.external:
                raise ConversionError(f"{what} stands in another file", "save it in one file")
            if found.dtype.kind != "f" or found.dtype.itemsize not in (2, 4, 8):
                raise ConversionError(f"{what} holds {clip(str(found.dtype))}, not floats")
            if found.chunks is not None and np.prod(found.chunks, dtype=object) > MAX_CHUNK:
                raise ConversionError(f"{what} is packed in parts of the shape {found.chunks}")
            values = np.asarray(found[()])
        except _FAULTS as fault:
            raise self._damaged(fault) from None
        single = values.dtype.itemsize <= 4
        return values.astype(np.float32 if single else np.float64)

    def _at(self, path: str) -> Any:
        """Follow a path without leaving the file."""
        here: Any = self._file
        for part in filter(None, path.split("/")):
            if not isinstance(here, self._group) or part not in here:
                return None
            if not isinstance(here.get(part, getlink=True), self._hard):
                raise ConversionError(
                    f"{self._shown}: `{clip(path, 120)}` is a link", "save it in one file"
                )
            here = here[part]
        return here

    def _damaged(self, fault: Exception) -> ConversionError:
        said = clip(" ".join(str(fault).split()), 120)
        return ConversionError(
            f"{self._shown} cannot be read as HDF5: {said}", "the file is damaged; save it again"
        )


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return [_text(item) for item in value.ravel().tolist()]
    return str(value)
