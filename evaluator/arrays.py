"""Read the arrays that stand in files beside a spec: `.npy`, `.npz`, `.safetensors` and `.csv`.

A file is believed in nothing: what it declares is compared with the bytes that are there before any
memory is taken, no pickle is ever loaded, and every fault is one `ArrayFileError`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import stat
import struct
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any, BinaryIO, Final, TypeAlias

import numpy as np

from evaluator.diagnostics import clip, did_you_mean

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

#: What one array may take in memory, its elements counted as 64-bit floats.
MAX_ARRAY_BYTES: Final = 4 * 2**30
#: Axes of an array; a network needs two.
MAX_AXES: Final = 32
#: Characters in the header of an .npy array, as in NumPy.
MAX_NPY_HEADER: Final = 10_000
#: Bytes in the list of contents of an .npz: some 40,000 arrays.
MAX_NPZ_DIRECTORY: Final = 4 * 2**20
#: Bytes in the header of a .safetensors file: some 100,000 arrays.
MAX_SAFETENSORS_HEADER: Final = 10_000_000
#: Bytes in a CSV file.
MAX_CSV_BYTES: Final = 2**30
#: Characters in one row of a CSV file; the csv module allows 131,072 in one quoted cell.
MAX_CSV_ROW: Final = 4 * 2**20

#: Integers up to here are all exact in a 64-bit float.
_EXACT = 2**53
_GULP = 2**20
_DAMAGED = "the file is damaged or cut short; write it again"


class ArrayFileError(Exception):
    """A file of numbers cannot be used.

    `code` is `array-file` for the file itself, `case-table` for columns, rows and cells of a table,
    and `shape-mismatch` for numbers of values that do not fit.
    """

    def __init__(self, message: str, hint: str, code: str = "array-file") -> None:
        self.message, self.hint, self.code = message, hint, code
        super().__init__(message, hint, code)

    def __str__(self) -> str:
        return self.message


def load_array(reference: Mapping[str, Any], spec_file: str) -> Array:
    """Read the array that `{file, key?, transpose?}` names, of any shape, finite or not.

    float32 stays float32, all else becomes float64. A CSV is always (rows × columns): whoever wants a
    vector takes the only row or the only column.
    """
    name, key = str(reference["file"]), reference.get("key")
    shown = f"`{clip(name, 80)}`"
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".npy", ".npz", ".safetensors", ".csv"):
        raise ArrayFileError(
            f"{shown} is not an array file that the evaluator reads",
            "use .npy, .npz, .safetensors or .csv",
        )
    if key is not None and suffix in (".npy", ".csv"):
        raise ArrayFileError(f"{shown} holds a single array without a name", "leave out `key`")
    path = resolve(name, spec_file)
    with reading(shown):
        if suffix == ".csv":
            values = _read_csv(path, shown)
        elif suffix == ".npy":
            with path.open("rb") as stream:
                values = _read_npy(stream, _size(stream), shown)
        elif suffix == ".npz":
            with Npz(path, shown) as archive:
                values = archive.read(_pick(key, archive.names, shown))
        else:
            values = _read_safetensors(path, key, shown)
        values = as_floats(values, shown)
    if not reference.get("transpose", False):
        return values
    if values.ndim != 2:
        raise ArrayFileError(
            f"{shown} has {values.ndim} axes; only an array of 2 can be transposed",
            "leave out `transpose`",
            "shape-mismatch",
        )
    return values.T


def project_root(spec_file: Path) -> Path:
    """Give the nearest folder at or above the spec that marks a project, else the spec's folder.

    A spec from standard input, `-`, stands in the current folder.
    """
    folder = Path(os.path.abspath(spec_file)).parent
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in ("pyproject.toml", "evaluator.toml", ".git")):
            return candidate
    return folder


def resolve(name: str, spec_file: str) -> Path:
    """Find the regular file that a spec names; its real path lies inside the project root."""
    shown = f"`{clip(name, 80)}`"
    if os.path.isabs(name) or "\\" in name or PureWindowsPath(name).anchor or "\0" in name:
        raise ArrayFileError(
            f"{shown} is not a relative path with forward slashes",
            "write the path from the spec's folder, such as `data/weights.npz`",
        )
    root = os.path.realpath(project_root(Path(spec_file)))
    path = os.path.realpath(os.path.join(os.path.dirname(spec_file), name))
    if not Path(path).is_relative_to(root):
        raise ArrayFileError(
            f"{shown} leads out of the project, `{clip(root, 200)}`",
            "keep the file in the project; its root is the nearest folder with `pyproject.toml`, "
            "`evaluator.toml` or `.git`",
        )
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise ArrayFileError(f"{shown} does not exist", _neighbour(Path(path))) from None
    except (OSError, ValueError) as fault:
        raise _unreadable(shown, fault) from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
        raise ArrayFileError(f"{shown} is {kind}", "name a regular file")
    return Path(path)


def _neighbour(missing: Path) -> str:
    """Name the file of the same folder that may have been meant."""
    names: list[str] = []
    with suppress(OSError), os.scandir(missing.parent) as entries:
        names = sorted(e.name for e in islice(entries, 1000) if e.is_file() and e.name.isprintable())
    return did_you_mean(missing.name, names) or "paths are relative to the spec's folder"


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turn what the operating system refuses, while a file is read, into an `ArrayFileError`."""
    try:
        yield
    except OSError as fault:
        raise _unreadable(shown, fault) from None
    except MemoryError:
        raise ArrayFileError(
            f"{shown} does not fit in memory", "use a smaller array, or a larger machine"
        ) from None


def _unreadable(shown: str, fault: Exception) -> ArrayFileError:
    reason = getattr(fault, "strerror", None) or str(fault)
    return ArrayFileError(f"{shown} cannot be read: {clip(reason, 80)}", "check the file and its permissions")


def listed(names: Iterable[str], limit: int = 8) -> str:
    """Write names for a hint: the first few, and how many more there are."""
    known = list(names)
    rest = f" and {len(known) - limit} more" if len(known) > limit else ""
    return ", ".join(f"`{clip(name)}`" for name in known[:limit]) + rest


def nearest(word: str, names: Sequence[str]) -> str:
    """Give the hint for a name that is none of those that there are."""
    guess = did_you_mean(clip(word), [clip(name) for name in names[:1000]])
    return "; ".join(filter(None, (guess, f"there are {listed(names)}")))


def _pick(key: str | None, names: Sequence[str], shown: str) -> str:
    """Choose the array of a file that `key` names; without `key`, the only one."""
    if not names:
        raise ArrayFileError(f"{shown} holds no arrays", "save at least one array in it")
    if key is None and len(names) > 1:
        raise ArrayFileError(
            f"{shown} holds {len(names)} arrays, and no `key` says which", f"choose one of {listed(names)}"
        )
    if key is not None and key not in names:
        raise ArrayFileError(f"{shown} holds no array `{clip(key)}`", nearest(key, names))
    return names[0] if key is None else key


# --- bytes to numbers


def _fill(stream: io.BufferedIOBase, shape: Sequence[int], dtype: str, available: int, shown: str) -> Array:
    """Read a flat array whose declared size is exactly the bytes that are there."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    text = f"({', '.join(map(str, shape[:MAX_AXES]))})"
    if min(shape, default=0) < 0 or len(shape) > MAX_AXES:
        raise ArrayFileError(
            f"{shown} declares the shape {clip(text, 80)}", f"lengths are 0 or more, axes at most {MAX_AXES}"
        )
    # Axes of length 0 must not hide lengths that NumPy cannot hold.
    if math.prod(max(length, 1) for length in shape) * 8 > MAX_ARRAY_BYTES:
        raise ArrayFileError(
            f"{shown} declares the shape {clip(text, 80)}, more than {MAX_ARRAY_BYTES // 8} numbers",
            "split the array, or use a smaller network",
        )
    if size != available:
        raise ArrayFileError(
            f"{shown} declares the shape {clip(text, 80)} of `{dtype}`, {size} bytes, and holds {available}",
            _DAMAGED,
        )
    # Read, not memory-mapped: a mapped file that shrinks meanwhile ends the process.
    values = np.empty(math.prod(shape), dtype)
    room = memoryview(values.view(np.uint8))
    done = 0
    while done < size:
        count = stream.readinto(room[done : done + _GULP])
        if not count:
            raise ArrayFileError(f"{shown} ends after {done} of {size} bytes", _DAMAGED)
        done += count
    return values


def as_floats(values: Array, shown: str) -> Array:
    """Give numbers as native float32 (if they are that) or float64, refusing to lose digits."""
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8:
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
        large = values[(values > _EXACT) | (values < -_EXACT)]
        magnitude = large.view(np.uint64)
        magnitude = np.where(large < 0, ~magnitude + np.uint64(1), magnitude)
        # What is left when the zeros at the end are cut off must fit the 53 bits of a float.
        lost = magnitude // (magnitude & (~magnitude + np.uint64(1))) > _EXACT
        if lost.any():
            raise ArrayFileError(
                f"{shown} holds the integer {large[lost][0]}, which is not exact in a 64-bit float",
                "save floats, or integers up to 2^53",
            )
    with np.errstate(all="ignore"):
        single = values.dtype.kind == "f" and values.dtype.itemsize == 4
        return values.astype(np.float32 if single else np.float64, copy=False)


# --- .npy and .npz

_NPY_HEADER = re.compile(
    r"\{\s*+(?:['\"](?:descr|fortran_order|shape)['\"]\s*+:\s*+"
    r"(?:'[^']*+'|\"[^\"]*+\"|True|False|\([-0-9L,\s]*+\))\s*+(?:,\s*+|(?=\})))*+\}\s*+"
)
_NPY_ENTRY = re.compile(
    r"['\"](descr|fortran_order|shape)['\"]\s*+:\s*+(?:'([^']*+)'|\"([^\"]*+)\"|(True|False)|\(([-0-9L,\s]*+)\))"
)
_NPY_DTYPE = re.compile(r"[<>=|]?(?:f[248]|[iu][1248])")
_NPY_LENGTH = re.compile(r"-?[0-9]{1,18}L?")
_KINDS = {
    "O": "pickled Python objects", "b": "booleans", "c": "complex numbers", "S": "text", "a": "text",
    "U": "text", "M": "dates", "m": "durations", "V": "records",
}  # fmt: skip


def _read_npy(stream: io.BufferedIOBase, size: int, shown: str) -> Array:
    """Read one .npy array from a stream of `size` bytes."""
    start = stream.read(8)
    field = {b"\1\0": "<H", b"\2\0": "<I", b"\3\0": "<I"}.get(start[6:])
    if start[:6] != b"\x93NUMPY" or field is None:
        raise ArrayFileError(f"{shown} is not an .npy array", "write it with `numpy.save` or `numpy.savez`")
    length = int.from_bytes(stream.read(struct.calcsize(field)), "little")
    before = 8 + struct.calcsize(field) + length
    if length > MAX_NPY_HEADER or before > size:
        raise ArrayFileError(
            f"{shown} declares a header of {length} bytes; it has {size} in all, and at most "
            f"{MAX_NPY_HEADER} are read",
            _DAMAGED,
        )
    shape, fortran, dtype = _npy_header(stream.read(length).decode("latin-1"), shown)
    return _fill(stream, shape, dtype, size - before, shown).reshape(shape, order="F" if fortran else "C")


def _npy_header(header: str, shown: str) -> tuple[tuple[int, ...], bool, str]:
    """Take shape, order and dtype from a header.

    Not by way of a literal parser: on hostile text that one warns, recurses and eats memory.
    """
    found = _NPY_ENTRY.findall(header)
    entries = {key: "".join(values) for key, *values in found}
    if re.search(r"['\"]descr['\"]\s*+:\s*+[\[(]", header):
        entries["descr"] = "V"
    descr = entries.get("descr", "")
    kind = descr.lstrip("<>=|")[:1]
    if kind in _KINDS:
        raise ArrayFileError(
            f"{shown} holds {_KINDS[kind]} (`{clip(descr)}`), not numbers",
            "pickles run code when they are read: save plain numbers" if kind == "O" else "save it as float64",
        )
    if not _NPY_HEADER.fullmatch(header) or len(found) != 3 or len(entries) != 3:
        raise ArrayFileError(f"{shown} has a header that is not one of an .npy array", _DAMAGED)
    if not _NPY_DTYPE.fullmatch(descr):
        raise ArrayFileError(f"{shown} holds numbers of the type `{clip(descr)}`", "save it as float64")
    lengths = [text.strip() for text in entries["shape"].split(",") if text.strip()]
    if entries["fortran_order"] not in ("True", "False") or not all(map(_NPY_LENGTH.fullmatch, lengths)):
        raise ArrayFileError(f"{shown} has a header that is not one of an .npy array", _DAMAGED)
    shape = tuple(int(text.rstrip("L")) for text in lengths)
    return shape, entries["fortran_order"] == "True", descr


class _NpzFile(io.FileIO):
    """A file that is not read in one gulp: zipfile would read a list of contents of any size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_NPZ_DIRECTORY:
            raise zipfile.BadZipFile(f"its list of contents takes more than {MAX_NPZ_DIRECTORY} bytes")
        return super().read(-1 if size is None else size)


class Npz:
    """The arrays of an .npz file, by name."""

    def __init__(self, path: Path, shown: str) -> None:
        self._shown = shown
        self._file = _NpzFile(path)
        try:
            self._zip = zipfile.ZipFile(self._file)
        # All that zipfile has been seen to raise on bytes that are no archive.
        except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, OverflowError, struct.error) as fault:
            self._file.close()
            raise self._broken(shown, fault) from None
        except BaseException:
            self._file.close()
            raise
        self._members = [m for m in self._zip.infolist() if m.filename.endswith(".npy")]
        self.names = [member.filename.removesuffix(".npy") for member in self._members]

    def __enter__(self) -> Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def read(self, name: str) -> Array:
        """Read one array, of the dtype that it is saved in."""
        shown = f"array `{clip(name)}` of {self._shown}"
        if self.names.count(name) > 1:
            raise ArrayFileError(f"{self._shown} holds {self.names.count(name)} arrays `{clip(name)}`", _DAMAGED)
        member = self._members[self.names.index(name)]
        if member.flag_bits & 1:
            raise ArrayFileError(f"{shown} is encrypted", "save it without a password")
        # Other methods may ask for any amount of memory, and `numpy` writes none of them.
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArrayFileError(
                f"{shown} is packed with method {member.compress_type}",
                "write it with `numpy.savez` or `numpy.savez_compressed`",
            )
        try:
            stream = self._zip.open(member)
        except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, OverflowError, struct.error) as fault:
            raise self._broken(shown, fault) from None
        try:
            with stream:
                return _read_npy(stream, member.file_size, shown)
        except (zipfile.BadZipFile, zlib.error, EOFError) as fault:
            raise self._broken(shown, fault) from None

    @staticmethod
    def _broken(shown: str, fault: Exception) -> ArrayFileError:
        reason = f": {clip(str(fault), 80)}" if str(fault) else ""
        return ArrayFileError(f"{shown} cannot be unpacked{reason}", _DAMAGED)


# --- .safetensors

_SAFETENSORS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I8": "|i1", "I16": "<i2", "I32": "<i4",
    "I64": "<i8", "U8": "|u1", "U16": "<u2", "U32": "<u4", "U64": "<u8",
}  # fmt: skip


def _size(stream: BinaryIO | io.BufferedIOBase) -> int:
    return os.fstat(stream.fileno()).st_size


def _read_safetensors(path: Path, key: str | None, shown: str) -> Array:
    """Read one array: 8 bytes of header length, a JSON header, then the bytes of all arrays."""
    with path.open("rb") as stream:
        size = _size(stream)
        length = int.from_bytes(stream.read(8), "little")
        if length > size - 8 or length > MAX_SAFETENSORS_HEADER:
            raise ArrayFileError(
                f"{shown} declares a header of {length} bytes; it has {size} in all, and at most "
                f"{MAX_SAFETENSORS_HEADER} are read",
                _DAMAGED,
            )
        entries = _safetensors_header(stream.read(length), size - 8 - length, shown)
        name = _pick(key, list(entries), shown)
        dtype, shape, begin, end = entries[name]
        what = f"array `{clip(name)}` of {shown}"
        if dtype not in _SAFETENSORS:
            raise ArrayFileError(
                f"{what} has the dtype `{clip(dtype)}`", f"save it as one of {', '.join(_SAFETENSORS)}"
            )
        stream.seek(8 + length + begin)
        values = _fill(stream, shape, _SAFETENSORS[dtype], end - begin, what)
    if dtype == "BF16":
        # The upper half of a 32-bit float; widened at once, for a 16-bit float is no float32.
        values = (values.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return values.reshape(shape)


def _safetensors_header(
    data: bytes, room: int, shown: str
) -> dict[str, tuple[str, tuple[int, ...], int, int]]:
    """Give dtype, shape, first byte and end of every array; together they fill `room` bytes."""
    damaged = ArrayFileError(f"{shown} has a header that is not one of a .safetensors file", _DAMAGED)
    try:
        header = json.loads(data.decode(), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise damaged from None
    if not isinstance(header, dict) or not data.startswith(b"{"):
        raise damaged
    header.pop("__metadata__", None)
    entries = {}
    for name, entry in header.items():
        match entry:
            case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [begin, end]} if (
                len(entry) == 3 and all(type(n) is int and 0 <= n < 2**63 for n in (*shape, begin, end))
            ):
                entries[name] = dtype, tuple(shape), begin, end
            case _:
                raise ArrayFileError(f"{shown} describes its array `{clip(name)}` wrongly", _DAMAGED)
    at = 0
    for _, _, begin, end in sorted(entries.values(), key=lambda entry: entry[2:]):
        if begin != at or end < begin:
            raise ArrayFileError(
                f"{shown} has arrays that overlap or leave gaps, at byte {min(at, begin)} of {room}", _DAMAGED
            )
        at = end
    if at != room:
        raise ArrayFileError(f"{shown} describes {at} bytes of arrays, and holds {room}", _DAMAGED)
    return entries


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(mapping := dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return mapping


# --- .csv

_PLAIN = b"0123456789+-.eE \t,"
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([-+]?)\.?(inf|nan)", re.IGNORECASE)


def csv_rows(path: Path, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of every row; blank lines are allowed at the end alone."""
    if (size := path.stat().st_size) > MAX_CSV_BYTES:
        raise ArrayFileError(
            f"{shown} has {size} bytes; at most {MAX_CSV_BYTES} are read", "keep large arrays in .npz files"
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from _split(file, shown)
        except UnicodeDecodeError as fault:
            raise ArrayFileError(
                f"{shown} is not UTF-8 text: byte 0x{fault.object[fault.start]:02x}", "save it as UTF-8"
            ) from None


def _split(file: io.TextIOWrapper, shown: str) -> Iterator[tuple[int, list[str]]]:
    line = blank = 0
    while text := _line(file, MAX_CSV_ROW, line + 1, shown):
        first = line = line + 1
        if not text.strip():
            blank = blank or line
            continue
        if blank:
            raise ArrayFileError(f"line {blank} of {shown} is blank", "delete it", "case-table")
        if '"' not in text:
            yield first, text.rstrip("\r\n").split(",")
            continue
        reader = csv.reader(_continued(text, file, first, shown), strict=True)
        try:
            cells = next(reader)
        except csv.Error as fault:
            raise ArrayFileError(
                f"line {first} of {shown} is not CSV: {clip(str(fault), 80)}",
                'write cells with quotes as "so ""quoted"" here"',
            ) from None
        line += reader.line_num - 1
        yield first, cells


def _continued(text: str, file: io.TextIOWrapper, first: int, shown: str) -> Iterator[str]:
    """Yield the lines of a row whose quoted cells may hold line breaks."""
    room = MAX_CSV_ROW
    while text:
        yield text
        room -= len(text)
        text = _line(file, room, first, shown)


def _line(file: io.TextIOWrapper, limit: int, row: int, shown: str) -> str:
    text = file.readline(limit + 1)
    if len(text) > limit:
        raise ArrayFileError(
            f"the row on line {row} of {shown} has more than {MAX_CSV_ROW} characters",
            "keep large arrays in .npz files",
        )
    return text


def numbers(cells: Sequence[str]) -> list[float] | None:
    """Convert cells to numbers; None if one of them is not a number."""
    # `float` alone takes 1_0, infinity and the digits of every script.
    if not ",".join(cells).encode().translate(None, _PLAIN):
        with suppress(ValueError):
            values = list(map(float, cells))
            # Infinite only if a number overflows, here or in the sum: then each is looked at.
            if math.isfinite(sum(values)):
                return values
    found = [number(cell) for cell in cells]
    return None if None in found else [value for value in found if value is not None]


def number(cell: str) -> float | None:
    """Convert one cell: YAML's spelling of a number, or `nan`, `inf`, `-inf`; None for all else."""
    text = cell.strip(" \t")
    if _NUMBER.fullmatch(text):
        return None if math.isinf(value := float(text)) else value
    found = _NOT_FINITE.fullmatch(text)
    return float(found[1] + found[2]) if found else None


def complaint(cell: str) -> str:
    """Say why a cell is not a number."""
    if not (text := cell.strip()):
        return "is blank"
    if _NUMBER.fullmatch(text):
        return f"is `{clip(text)}`, too large for a 64-bit float"
    return f"is `{clip(text)}`, not a number"


def _read_csv(path: Path, shown: str) -> Array:
    """Read a CSV of numbers without a header: (rows × columns)."""
    buffer, width = array("d"), 0
    for row, (line, cells) in enumerate(csv_rows(path, shown), 1):
        width = width or len(cells)
        if len(cells) != width:
            raise ArrayFileError(
                f"row {row} (line {line}) of {shown} ends with column {len(cells)}, row 1 with column {width}",
                "give every row the same number of cells",
                "shape-mismatch",
            )
        if (values := numbers(cells)) is None:
            raise _not_numbers(cells, row, line, shown)
        buffer.fromlist(values)
    if not width:
        raise ArrayFileError(f"{shown} is empty", "write one row of numbers per unit")
    return np.frombuffer(buffer, np.float64).reshape(-1, width)


def _not_numbers(cells: list[str], row: int, line: int, shown: str) -> ArrayFileError:
    """Explain a row of weights that are not all numbers."""
    read = [number(cell) for cell in cells]
    if row == 1 and len(cells) > 1 and all(n is None and cell.strip() for n, cell in zip(read, cells, strict=True)):
        return ArrayFileError(
            f"the first row of {shown} is not numbers: `{clip(','.join(cells))}`",
            "a weights CSV has no header; delete the row",
        )
    column = read.index(None)
    return ArrayFileError(
        f"row {row} (line {line}), column {column + 1} of {shown} {complaint(cells[column])}",
        "separate cells by commas" if re.search(r"[;\t]", cells[column].strip()) else "write a number, such as 0.5 or 1e-3",
    )
