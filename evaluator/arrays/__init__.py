"""Read the arrays that stand in files beside a spec: `.npy`, `.npz`, `.safetensors` and `.csv`."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.arrays.csvfile import read_matrix
from evaluator.arrays.files import ArrayFileError, listed, nearest, reading, resolve
from evaluator.arrays.npy import MAX_ARRAY_BYTES, Npy, Npz, too_many
from evaluator.arrays.safetensors import open_safetensors, read_array
from evaluator.diagnostics import clip
from evaluator.kinds import MODELS, advice

if TYPE_CHECKING:
    from evaluator.network import Array

#: Integers up to here are all exact in a 64-bit float.
_EXACT = 2**53
_ONE = np.uint64(1)


class Archives:
    """The .npz file that arrays are taken from, opened once for all of its that follow each other."""

    def __init__(self) -> None:
        self._of: tuple[Path, str] | None = None
        self._npz: Npz | None = None

    def open(self, path: Path, shown: str) -> Npz:
        """Give the opened file; what was given before is closed if it is another one."""
        if self._npz is None or self._of != (path, shown):
            self.close()
            self._npz, self._of = Npz(path, shown), (path, shown)
        return self._npz

    def close(self) -> None:
        """Close what is open."""
        if self._npz is not None:
            self._npz.close()
            self._npz = None


def load_array(
    reference: Mapping[str, Any], spec_file: str, archives: Archives | None = None
) -> Array:
    """Read the array that `{file, key?, transpose?}` names, of any shape, finite or not.

    Who reads many arrays opens an .npz file once by giving the same `archives`, and closes them.

    float32 stays float32, all else becomes float64. A CSV is always (rows × columns): whoever wants a
    vector takes the only row or the only column.
    """
    name, key = str(reference["file"]), reference.get("key")
    shown = f"`{clip(name, 80)}`"
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".npy", ".npz", ".safetensors", ".csv"):
        found = advice(os.path.join(os.path.dirname(spec_file), name), MODELS, name)
        hint = f"use .npy, .npz, .safetensors or .csv{'; ' * bool(found)}{found}"
        raise ArrayFileError(f"{shown} is not an array file that the evaluator reads", hint)
    if key is not None and suffix in (".npy", ".csv"):
        raise ArrayFileError(f"{shown} holds a single array without a name", "leave out `key`")
    path = resolve(name, spec_file)
    with reading(shown):
        if suffix == ".csv":
            values = read_matrix(path, shown)
        elif suffix == ".npy":
            with path.open("rb") as stream:
                values = Npy(stream, os.fstat(stream.fileno()).st_size, shown).read()
        elif suffix == ".npz":
            with nullcontext(archives) if archives else closing(Archives()) as opened:
                archive = opened.open(path, shown)
                with archive.open(pick(key, archive.names, shown)) as array:
                    values = array.read()
        else:
            values = _from_safetensors(path, key, shown)
        values = as_floats(values, shown)
    if reference.get("transpose", False):
        if values.ndim != 2:
            axes = f"the number of axes is {values.ndim}, and `transpose` swaps 2"
            raise ArrayFileError(f"{shown}: {axes}", "leave out `transpose`", "shape-mismatch")
        return values.T
    return values


def load_arrays(path: Path, shown: str) -> dict[str, Array]:
    """Read every array of an .npz or .safetensors file, together no larger than one may be."""
    found: dict[str, Array] = {}
    with reading(shown):
        if path.suffix.lower() == ".npz":
            with Npz(path, shown) as archive:
                for name in archive.names:
                    with archive.open(name) as array:
                        room = MAX_ARRAY_BYTES - sum(values.nbytes for values in found.values())
                        if math.prod(array.shape) * 8 > room:
                            raise too_many(f"{shown} holds too much", MAX_ARRAY_BYTES)
                        found[name] = as_floats(array.read(), shown)
        else:
            with path.open("rb") as stream:
                start, entries = open_safetensors(stream, shown)
                for name in entries:
                    values = read_array(stream, start, entries, name, shown)
                    found[name] = as_floats(values, shown)
    return found


def pick(key: str | None, names: Sequence[str], shown: str) -> str:
    """Choose the array of a file that `key` names; without `key`, the only one."""
    if not names:
        raise ArrayFileError(f"{shown} holds no arrays", "save at least one array in it")
    if key is None and len(names) > 1:
        message = f"{shown} holds {len(names)} arrays, and no `key` says which"
        raise ArrayFileError(message, f"choose one of {listed(names)}")
    if key is not None and key not in names:
        raise ArrayFileError(f"{shown} holds no array `{clip(key)}`", nearest(key, names))
    return names[0] if key is None else key


def _from_safetensors(path: Path, key: str | None, shown: str) -> Array:
    with path.open("rb") as stream:
        start, entries = open_safetensors(stream, shown)
        return read_array(stream, start, entries, pick(key, list(entries), shown), shown)


def as_floats(values: Array, shown: str, first: int | None = None) -> Array:
    """Give numbers as native float32 (if they are that) or float64, refusing to lose digits.

    Of rows of a table, (rows × columns), the fault of one is told with its number; `first` is that
    of the first.
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8:
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
        large = values[(values > _EXACT) | (values < -_EXACT)]
        magnitude = np.where(large < 0, ~large.view(np.uint64) + _ONE, large.view(np.uint64))
        # What is left when the zeros at the end are cut off must fit the 53 bits of a float.
        lost = magnitude // (magnitude & (~magnitude + _ONE)) > _EXACT
        if lost.any():
            integer = large[lost][0]
            if first is not None:
                row, column = np.argwhere(values == integer)[0].tolist()
                shown = f"row {first + row}, column {column + 1} of the {shown}"
            message = f"{shown} holds the integer {integer}, which is not exact in a 64-bit float"
            raise ArrayFileError(message, "save floats, or integers up to 2^53")
    single = values.dtype.kind == "f" and values.dtype.itemsize == 4
    with np.errstate(all="ignore"):
        return values.astype(np.float32 if single else np.float64, copy=False)
