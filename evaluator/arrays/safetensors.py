"""The arrays of `.safetensors` files: 8 bytes of header length, a JSON header, then their bytes."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.arrays.files import ArrayFileError
from evaluator.arrays.npy import check_shape, damaged, read_header, take
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array

#: The dtype and shape of an array, its first byte and its end.
Entry = tuple[str, tuple[int, ...], int, int]

#: Bytes in the header of a .safetensors file: some 100,000 arrays.
MAX_SAFETENSORS_HEADER: Final = 10_000_000

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I8": "|i1", "I16": "<i2", "I32": "<i4",
    "I64": "<i8", "U8": "|u1", "U16": "<u2", "U32": "<u4", "U64": "<u8",
}  # fmt: skip


def open_safetensors(stream: io.BufferedIOBase, shown: str) -> tuple[int, dict[str, Entry]]:
    """Give where the arrays begin, and their entries."""
    size = os.fstat(stream.fileno()).st_size
    header = read_header(stream, 8, MAX_SAFETENSORS_HEADER, size, shown)
    start = 8 + len(header)
    return start, _entries(header, size - start, shown)


def read_array(
    stream: io.BufferedIOBase, start: int,
    entries: Mapping[str, Entry], name: str, shown: str,
) -> Array:  # fmt: skip
    """Read the array of an entry, in its own dtype; BF16 in float64."""
    dtype, shape, begin, end = entries[name]
    what = f"array `{clip(name)}` of {shown}"
    if dtype not in _DTYPES:
        hint = f"save it as one of {', '.join(_DTYPES)}"
        raise ArrayFileError(f"{what} has the dtype `{clip(dtype)}`", hint)
    stream.seek(start + begin)
    check_shape(shape, _DTYPES[dtype], end - begin, what)
    values = take(stream, shape, _DTYPES[dtype], what)
    if dtype == "BF16":
        # The upper half of a 32-bit float; widened at once, for a 16-bit float is no float32.
        values = (values.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return values


def _entries(header: bytes, room: int, shown: str) -> dict[str, Entry]:
    """Give dtype, shape, first byte and end of every array; together they fill `room` bytes."""
    try:
        described = json.loads(header.decode(), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        described = None
    if not isinstance(described, dict) or not header.startswith(b"{"):
        raise damaged(f"{shown} has a header that is not one of a .safetensors file")
    described.pop("__metadata__", None)
    entries = {}
    for name, entry in described.items():
        match entry:
            case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [begin, end]} if all(
                type(n) is int and 0 <= n < 2**63 for n in (*shape, begin, end)
            ):
                entries[name] = dtype, tuple(shape), begin, end
            case _:
                raise damaged(f"{shown} describes its array `{clip(name)}` wrongly")
    at = 0
    for _, _, begin, end in sorted(entries.values(), key=lambda entry: entry[2:]):
        if begin != at or end < begin:
            raise damaged(f"{shown} has arrays that overlap or leave a gap before byte {end}")
        at = end
    if at != room:
        raise damaged(f"{shown} describes {at} bytes of arrays, and holds {room}")
    return entries


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(mapping := dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return mapping
