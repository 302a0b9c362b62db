"""The arrays of `.npy` and `.npz` files, and how any flat array is read.

A file is believed in nothing: what it declares is compared with the bytes that are there before any
memory is taken, no pickle is ever loaded, and every fault is one `ArrayFileError`.
"""

from __future__ import annotations

import io
import math
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import numpy as np

from evaluator.arrays.files import ArrayFileError
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array

#: What one array may take in memory, its elements counted as 64-bit floats.
MAX_ARRAY_BYTES: Final = 4 * 2**30
#: What a table's array may take, which is read some rows at a time.
MAX_TABLE_BYTES: Final = 256 * 2**30
#: Axes of an array; a network needs two.
MAX_AXES: Final = 32
#: Characters in the header of an .npy array, as in NumPy.
MAX_NPY_HEADER: Final = 10_000
#: Bytes in the list of contents of an .npz: some 40,000 arrays.
MAX_NPZ_DIRECTORY: Final = 4 * 2**20
_GULP = 2**20


def damaged(message: str) -> ArrayFileError:
    """Make the error of a file that is not what it declares to be."""
    return ArrayFileError(message, "the file is damaged or cut short; write it again")


def read_header(stream: io.BufferedIOBase, field: int, limit: int, size: int, shown: str) -> bytes:
    """Read the header whose length stands in the next `field` bytes, of `size` that are left."""
    length = int.from_bytes(stream.read(field), "little")
    if length > min(limit, size - field):
        room = f"{max(size - field, 0)} bytes follow, and at most {limit} are read"
        raise damaged(f"{shown} declares a header of {length} bytes; {room}")
    return stream.read(length)


def check_shape(shape: Sequence[int], dtype: str, available: int, shown: str) -> None:
    """Refuse a flat array whose declared size is not exactly the bytes that are there."""
    declared = f"{shown} declares the shape ({clip(', '.join(map(str, shape[:40])), 80)})"
    if min(shape, default=0) < 0 or len(shape) > MAX_AXES:
        raise damaged(f"{declared}; lengths are 0 or more, axes at most {MAX_AXES}")
    # Axes of length 0 must not hide lengths that NumPy cannot hold.
    if math.prod(max(length, 1) for length in shape) > MAX_TABLE_BYTES // 8:
        raise too_many(declared, MAX_TABLE_BYTES)
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size != available:
        raise damaged(f"{declared} of `{dtype}`, {size} bytes, and holds {available}")


#: What zipfile raises while it unpacks.
_UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError)


def _not_unpacked(shown: str, fault: Exception) -> ArrayFileError:
    return damaged(f"{shown} cannot be unpacked: {clip(str(fault), 80) or 'it ends too soon'}")


def too_many(declared: str, most: int) -> ArrayFileError:
    """Make the error of an array that is larger than is read."""
    return ArrayFileError(f"{declared}, more than {most // 8} numbers", "save the array in parts")


def take(stream: io.BufferedIOBase, shape: Sequence[int], dtype: str, shown: str) -> Array:
    """Read the next numbers of a stream, in C order."""
    if math.prod(max(length, 1) for length in shape) > MAX_ARRAY_BYTES // 8:
        raise too_many(f"{shown} has the shape ({', '.join(map(str, shape))})", MAX_ARRAY_BYTES)
    # Read, not memory-mapped: a mapped file that shrinks meanwhile ends the process.
    values = np.empty(shape, dtype)
    room, done = values.reshape(-1).view(np.uint8).data, 0
    while done < values.nbytes:
        try:
            count = stream.readinto(room[done : done + _GULP])
        except _UNPACKING as fault:
            raise _not_unpacked(shown, fault) from None
        if not count:
            raise damaged(f"{shown} ends after {done} of {values.nbytes} bytes")
        done += count
    return values


_NPY_ENTRY = re.compile(
    r"(['\"])(descr|fortran_order|shape)\1[ \t\r\n]*:[ \t\r\n]*"
    r"(?:'([^']*)'|\"([^\"]*)\"|(True|False)|\(([-0-9L, ]*)\))"
)
_NPY_OUTLINES = ("{entry,entry,entry}", "{entry,entry,entry,}")
_NPY_VALUES = {
    "descr": re.compile(r"[<>=|]?[a-zA-Z][0-9]*"),
    "fortran_order": re.compile("True|False"),
    "shape": re.compile(r" *|(?: *-?[0-9]{1,18}L? *,)+(?: *-?[0-9]{1,18}L? *)?"),
}
_NPY_DTYPE = re.compile(r"[<>=|]?(?:f[248]|[iu][1248])")
_NO_NUMBERS = {
    "O": "pickled Python objects", "b": "booleans", "c": "complex numbers", "S": "text", "a": "text",
    "U": "text", "M": "dates", "m": "durations", "V": "records",
}  # fmt: skip


class Npy:
    """One .npy array in a stream of `size` bytes: its shape at once, its numbers when asked."""

    def __init__(self, stream: io.BufferedIOBase, size: int, shown: str) -> None:
        magic = stream.read(8)
        field = {b"\1\0": 2, b"\2\0": 4, b"\3\0": 4}.get(magic[6:])
        if magic[:6] != b"\x93NUMPY" or field is None:
            hint = "write it with `numpy.save` or `numpy.savez`"
            raise ArrayFileError(f"{shown} is not an .npy array", hint)
        header = read_header(stream, field, MAX_NPY_HEADER, size - 8, shown)
        self.shape, self._fortran, self.dtype = _npy_header(header.decode("latin-1"), shown)
        check_shape(self.shape, self.dtype, size - 8 - field - len(header), shown)
        self._stream, self._shown = stream, shown
        self._copy: IO[bytes] | None = None
        self._row = 0

    def close(self) -> None:
        """Give back what reading rows took."""
        if self._copy is not None:
            self._copy.close()

    def read(self) -> Array:
        """Read all of it."""
        if not self._fortran:
            return take(self._stream, self.shape, self.dtype, self._shown)
        return take(self._stream, self.shape[::-1], self.dtype, self._shown).T

    def rows(self, count: int) -> Array:
        """Read the next rows of an array of one axis or more, at most so many."""
        begin, self._row = self._row, min(self._row + count, self.shape[0])
        if self._fortran and len(self.shape) > 1:  # its rows are scattered over the file
            return self.read() if count >= self.shape[0] else self._gathered(begin)
        shape = (self._row - begin, *self.shape[1:])
        return take(self._stream, shape, self.dtype, self._shown)

    def _gathered(self, begin: int) -> Array:
        """Read the rows from one on, a piece of every column."""
        # From a copy: in an archive every way back leads over its begin.
        self._copy = self._copy or self._copied()
        values = np.empty((*self.shape[:0:-1], self._row - begin), self.dtype)
        for number, column in enumerate(values.reshape(-1, self._row - begin)):
            self._copy.seek((number * self.shape[0] + begin) * values.itemsize)
            column[:] = np.frombuffer(self._copy.read(column.nbytes), self.dtype)
        return values.T

    def _copied(self) -> IO[bytes]:
        """Copy all numbers to a file that is gone with this process at the latest."""
        copy = tempfile.TemporaryFile(prefix="evaluator-")  # noqa: SIM115
        left = math.prod(self.shape) * np.dtype(self.dtype).itemsize
        while left:
            numbers = take(self._stream, (min(left, _GULP),), "|u1", self._shown)
            copy.write(numbers.data)
            left -= numbers.nbytes
        return copy


def _npy_header(header: str, shown: str) -> tuple[tuple[int, ...], bool, str]:
    """Take shape, order and dtype from a header."""
    # Not by way of a literal parser: on hostile text that one warns, recurses and eats memory.
    entries = {key: "".join(values) for _, key, *values in _NPY_ENTRY.findall(header)}
    structured = re.search(r"['\"]descr['\"]\s*:\s*[\[(]", header)
    descr = "V" if structured else entries.get("descr", "")
    kind = descr.lstrip("<>=|")[:1]
    if kind in _NO_NUMBERS:
        hint = "save plain numbers"
        if kind == "O":
            hint += "; a pickle runs code when it is read"
        raise ArrayFileError(f"{shown} holds {_NO_NUMBERS[kind]} (`{clip(descr)}`)", hint)
    outline = re.sub("[ \t\r\n]", "", _NPY_ENTRY.sub("entry", header))
    complete = outline in _NPY_OUTLINES and len(entries) == 3
    if not complete or not all(_NPY_VALUES[key].fullmatch(entries[key]) for key in entries):
        raise damaged(f"{shown} has a header that is not one of an .npy array")
    if not _NPY_DTYPE.fullmatch(descr):
        raise ArrayFileError(f"{shown} holds the type `{clip(descr)}`", "save it as float64")
    shape = tuple(int(length) for length in re.findall("-?[0-9]+", entries["shape"]))
    return shape, entries["fortran_order"] == "True", descr


class _NpzFile(io.FileIO):
    """A file that is not read in one gulp, as zipfile would a list of contents of any size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_NPZ_DIRECTORY:
            raise zipfile.BadZipFile(f"it lists more than {MAX_NPZ_DIRECTORY} bytes of contents")
        return super().read(-1 if size is None else size)


#: What zipfile raises on bytes that are no archive, or one of a kind that it does not read.
_NO_ARCHIVE = (zipfile.BadZipFile, OSError, RuntimeError, ValueError, OverflowError, struct.error)


class Npz:
    """The arrays of an .npz file, by name."""

    def __init__(self, path: Path, shown: str) -> None:
        self._shown = shown
        self._file = _NpzFile(path)
        try:
            self._zip = zipfile.ZipFile(self._file)
        except _NO_ARCHIVE as fault:
            self._file.close()
            raise _not_unpacked(shown, fault) from None
        members = [m for m in self._zip.infolist() if m.filename.endswith(".npy")]
        self.names = [member.filename.removesuffix(".npy") for member in members]
        self._members = dict(zip(self.names, members, strict=True))

    def __enter__(self) -> Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def open(self, name: str) -> Iterator[Npy]:
        """Open one array, of the dtype that it is saved in."""
        shown = f"array `{clip(name)}` of {self._shown}"
        if len(self._members) < len(self.names) and (times := self.names.count(name)) > 1:
            raise damaged(f"{shown} is there {times} times")
        member = self._members[name]
        if member.flag_bits & 1:
            raise ArrayFileError(f"{shown} is encrypted", "save it without a password")
        # Other methods may ask for any amount of memory, and NumPy writes none of them.
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            hint = "write it with `numpy.savez` or `numpy.savez_compressed`"
            raise ArrayFileError(f"{shown} is packed by method {member.compress_type}", hint)
        try:
            stream = cast(io.BufferedIOBase, self._zip.open(member))
        except _NO_ARCHIVE as fault:
            raise _not_unpacked(shown, fault) from None
        try:
            with stream, closing(Npy(stream, member.file_size, shown)) as array:
                yield array
        except _UNPACKING as fault:  # in the header
            raise _not_unpacked(shown, fault) from None
