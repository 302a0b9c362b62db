"""Tables of cases in `.npz` files: an array of inputs, one of expected values, one of classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.arrays import as_floats
from evaluator.arrays.batch import Batch
from evaluator.arrays.files import misfit, nearest, table_fault
from evaluator.arrays.npy import Npy, Npz
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array


class NpzTable:
    """The arrays (rows × inputs), (rows × outputs) and (rows,) of class indices."""

    def __init__(
        self, path: Path, shown: str, case: Mapping[str, Any],
        inputs: Sequence[str], outputs: Sequence[str],
    ) -> None:  # fmt: skip
        self.path, self.shown, self.case = path, shown, case
        self.widths = {"inputs": len(inputs), "expected": len(outputs)}
        with self._arrays() as arrays:
            self.recorded, self.names_rows = len(arrays) > 1, False
            #: How many numbers it holds.
            self.size = sum(prod(array.shape) for array in arrays.values())

    def read(self, most: int) -> Iterator[Batch]:
        """Read all rows, at most so many at a time."""
        with self._arrays() as arrays:
            for first in range(0, arrays["inputs"].shape[0], most):
                part = {key: array.rows(most) for key, array in arrays.items()}
                expected, classes = part.get("expected"), part.get("expected_class")
                yield Batch(
                    self._floats(part["inputs"], "inputs", first),
                    None if expected is None else self._floats(expected, "expected", first),
                    None if classes is None else self._indices(classes, first),
                )

    @contextmanager
    def _arrays(self) -> Iterator[dict[str, Npy]]:
        """Open the arrays that the case names, and compare their shapes."""
        case = self.case
        with ExitStack() as stack:
            archive = stack.enter_context(Npz(self.path, self.shown))
            keys = ["inputs"]
            if "expected" in case or ("expected_class" not in case and "expected" in archive.names):
                keys.append("expected")
            if "expected_class" in case:
                keys.append("expected_class")
            arrays = {k: stack.enter_context(archive.open(self._name(k, archive))) for k in keys}
            for key, array in arrays.items():
                self._check(key, array, arrays["inputs"].shape[:1])
            yield arrays

    def _name(self, key: str, archive: Npz) -> str:
        name = self.case.get(key, key)
        if not isinstance(name, str):
            raise table_fault(
                f"`{key}` lists columns, and {self.shown} holds arrays", "name one array"
            )
        if name not in archive.names:
            message = f"{self.shown} holds no array `{clip(name)}`"
            raise table_fault(message, nearest(name, archive.names))
        return name

    def _check(self, key: str, array: Npy, rows: tuple[int, ...]) -> None:
        found = array.shape
        if key == "expected_class":
            if np.dtype(array.dtype).kind not in "iu" or len(found) != 1:
                kind = f"{np.dtype(array.dtype).name} of the shape {found}"
                message = f"the array of `expected_class` in {self.shown} is {kind}"
                raise misfit(message, "save one integer per row, the index of the largest output")
        elif found[1:] != (self.widths[key],) and not (len(found) == self.widths[key] == 1):
            width = self.widths[key]
            message = (
                f"the array of `{key}` in {self.shown} has the shape {found};"
                f" the network has {width}"
            )
            raise misfit(message, f"save it as (rows, {width}), a row per case")
        if found[:1] != rows:
            what = "classes" if key == "expected_class" else "expected values"
            message = f"{self.shown} has {rows[0]} rows of inputs and {found[0]} of {what}"
            raise misfit(message, "save a row of each for every case")
        if not found[0]:
            raise table_fault(f"{self.shown} has no rows", "save at least one case")

    def _floats(self, values: Array, key: str, first: int) -> Array:
        """Give (rows × width) in float64; an array (rows,) stands for one column."""
        values = values.reshape(-1, self.widths[key])
        shown = f"array `{clip(self.case.get(key, key))}` of {self.shown}"
        return as_floats(values, shown, first + 1).astype(np.float64, copy=False)

    def _indices(self, values: Array, first: int) -> Array:
        outputs = self.widths["expected"]
        wrong = np.flatnonzero((values < 0) | (values >= outputs))
        # A network of one output has no largest: the caller says so.
        if wrong.size and outputs > 1:
            row = f"row {first + wrong[0] + 1} of {self.shown}"
            message = f"{row} expects class {values[wrong[0]]}"
            raise table_fault(message, f"write 0 to {outputs - 1}")
        return values.astype(np.int64)
