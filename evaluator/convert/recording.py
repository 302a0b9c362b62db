"""The inputs that cases are recorded for: from a file, or drawn."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator.arrays import as_floats, pick
from evaluator.arrays.csvfile import advice, complaint, csv_rows, number
from evaluator.arrays.files import ArrayFileError, nearest, reading
from evaluator.arrays.npy import Npy, Npz
from evaluator.convert.conversion import Conversion, ConversionError
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array

#: Bytes of a CSV file of inputs.
MAX_CSV: Final = 1 << 28


def drawn(conversion: Conversion, count: int, seed: int) -> Array:
    """Draw inputs (count, inputs): three digits of a normal distribution, or within the ranges."""
    random = np.random.default_rng(seed)
    shape = (count, len(conversion.network.inputs))
    if conversion.ranges is None:
        return random.standard_normal(shape).round(3)
    low, high = conversion.ranges.T
    values = low + (high - low) * random.random(shape)
    return np.array([float(f"{value:.4g}") for value in values.ravel()]).reshape(shape)


def from_file(conversion: Conversion, path: str) -> tuple[Conversion, Array]:
    """Read inputs (rows, inputs) from a file; a CSV file's header may give the inputs their names."""
    shown, suffix = f"`{clip(path, 80)}`", os.path.splitext(path)[1].lower()
    names: list[str] = []
    try:
        with reading(shown):
            if suffix == ".csv":
                names, values = _csv(Path(path), shown)
            elif suffix in (".npy", ".npz"):
                values = as_floats(_array(Path(path), suffix, shown), shown)
            else:
                raise ConversionError(
                    f"{shown} holds no inputs that are read", "use .csv, .npz or .npy"
                )
    except ArrayFileError as fault:
        raise ConversionError(fault.message, fault.hint) from None
    conversion, values = _matched(conversion, names, values, shown)
    width = len(conversion.network.inputs)
    if values.ndim == 1 and width == 1:
        values = values[:, None]
    if values.ndim != 2 or values.shape[1] != width:
        raise ConversionError(
            f"{shown} has the shape {values.shape}; the network takes (rows, {width})",
            "give one row per case, one column per input",
        )
    if not len(values):
        raise ConversionError(f"{shown} has no rows", "give at least one case")
    return conversion, values


def _array(path: Path, suffix: str, shown: str) -> Array:
    if suffix == ".npy":
        with path.open("rb") as stream:
            return Npy(stream, os.fstat(stream.fileno()).st_size, shown).read()
    with Npz(path, shown) as archive:
        chosen = "X" if "X" in archive.names else pick(None, archive.names, shown)
        with archive.open(chosen) as array:
            return array.read()


def _csv(path: Path, shown: str) -> tuple[list[str], Array]:
    """Read a CSV file; gives the header, if the first row is one, and the numbers."""
    names: list[str] = []
    rows: list[list[float]] = []
    for line, cells in csv_rows(path, shown, MAX_CSV):
        plain = [cell.strip() for cell in cells]
        if not rows and not names and all(number(cell) is None for cell in plain):
            names = plain
            continue
        width = len(names) or len(rows[0] if rows else plain)
        if len(plain) != width:
            raise ConversionError(
                f"line {line} of {shown} has {len(plain)} cells, the first {width}"
            )
        rows.append([_number(cell, line, shown) for cell in plain])
    return names, np.array(rows, np.float64).reshape(len(rows), len(rows[0] if rows else names))


def _number(cell: str, line: int, shown: str) -> float:
    if (found := number(cell)) is None:
        raise ConversionError(f"line {line} of {shown}: a cell {complaint(cell)}", advice(cell))
    return found


def _matched(
    conversion: Conversion, names: list[str], values: Array, shown: str
) -> tuple[Conversion, Array]:
    """Put columns in the order of the inputs, or name the inputs after them."""
    network = conversion.network
    if not names:
        return conversion, values
    if set(network.inputs) <= set(names):
        return conversion, values[:, [names.index(name) for name in network.inputs]]
    numbered = network.inputs == tuple(f"x{i + 1}" for i in range(len(network.inputs)))
    taken = set(network.places) | {""}
    if not numbered or len(names) != len(network.inputs) or taken & set(names):
        missing = next(name for name in network.inputs if name not in names)
        raise ConversionError(f"{shown} has no column `{clip(missing)}`", nearest(missing, names))
    if len(set(names)) < len(names) or not all(n.isprintable() and n[-2:] != ".z" for n in names):
        raise ConversionError(f"the header of {shown} does not name the inputs", "give each a name")
    return replace(conversion, network=replace(network, inputs=tuple(names))), values
