"""What the forms of a network share: reading names, numbers and activations from a document."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.activations import ACTIVATIONS, NAMES, Activation
from evaluator.diagnostics import MAX_DIAGNOSTICS, Diagnostic, clip, count, did_you_mean, too_many
from evaluator.expectation import ABOUT, PLUS_MINUS

if TYPE_CHECKING:
    from evaluator.arrays import Archives
    from evaluator.document import Document, Path
    from evaluator.network import Array


#: The least magnitude that a dtype can only hold as infinity.
BEYOND: Final = {"float64": math.inf, "float32": 2.0**128 - 2.0**103}


#: What is wrong with the place of a value, not with itself: where an alias uses it, it is told there.
OF_USE: Final = frozenset({"shape-mismatch", "duplicate-name", "unknown-name", "missing-key"})

#: How many of each one spec may have, in its text and in arrays, and where more are kept.
MAX_WRITTEN: Final = {
    "cases": (50_000, "keep many cases in a table, `- {file: cases.csv}`"),
    "inputs": (500_000, "split the network"),
    "units": (200_000, "split the layer"),
    "layers": (25_000, "split the network"),
    "neurons": (25_000, "write `layers`, with their weights in array files"),
}


#: What is no name: an expected value that stands where outputs are named.
_EXPECTED: Final = re.compile(f"{ABOUT}|{PLUS_MINUS}", re.ASCII)

_SMALLEST: Final = "the smallest is about 1.4e-45"


class TooMany(Exception):
    """A document with so many problems that no more are looked for."""


class Wiring:
    """Reads the network of one document, and collects what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data: dict[str, Any] = document.data
        self.dtype: str = self.data.get("dtype", "float64")
        self.found: list[Diagnostic] = []
        self._archives: Archives | None = None

    def close(self) -> None:
        """Close the files of arrays."""
        if self._archives:
            self._archives.close()

    def complain(
        self, path: Path, code: str, message: str, hint: str = "",
        *, key: bool = False, severity: str = "error",
    ) -> None:  # fmt: skip
        """Collect one diagnostic; raises TooMany where there are enough."""
        found = self.document.diagnostic(
            path, code, message, hint, key=key, used=code in OF_USE, severity=severity
        )
        if found in self.found:  # of a value that aliases use again
            return
        self.found.append(found)
        if len(self.found) == MAX_DIAGNOSTICS:
            self.found.append(too_many(self.found[-1]))
            raise TooMany

    def names(self, path: tuple[str]) -> tuple[str, ...]:
        """Read a list of names that are to differ."""
        names = self.data[path[0]]
        for number, name in enumerate(names):
            self.check_name(name, (*path, number))
        if len(set(names)) < len(names):
            self.distinct([(name, (*path, number)) for number, name in enumerate(names)])
        return tuple(names)

    def distinct(self, named: Sequence[tuple[str, Path]]) -> None:
        """Report every name that is given twice, where it is written the second time.

        A path that is not in the document stands for a name by default.
        """
        first: dict[str, Path] = {}
        for name, path in named:
            other = first.setdefault(name, path)
            if other == path:
                continue
            if not self._is_written(path):
                other, path = path, other
            known = {str(d.location) for d in self.found if d.code == "duplicate-name"}
            if str(self.document.locate(path, used=True)) in known:
                continue
            if self._is_written(other):
                line, column = self._line_column(other)
                said = f"the name `{clip(name)}` stands already at {line}:{column}"
                hint = "give every input, neuron, layer and output a name of its own"
            else:
                what = "input" if other[0] == "inputs" else "layer"
                said = f"`{clip(name)}` is the name of {what} {int(other[1]) + 1} by default"
                hint = f"choose another name, or give the {what} one of its own"
            self.complain(path, "duplicate-name", said, hint)

    def _is_written(self, path: Path) -> bool:
        data: Any = self.data
        for step in path[:-1]:
            data = data.get(step, ()) if isinstance(data, dict) else data[int(step)]
        return path[-1] in data if isinstance(data, dict) else int(path[-1]) < len(data)

    def _line_column(self, path: Path) -> tuple[int, int]:
        location = self.document.locate(path, used=True)
        return location.line, location.column

    def check_name(self, name: str, path: Path, key: bool = False) -> None:
        """Refuse a name that the format keeps for itself."""
        if name.endswith(".z"):
            self.complain(path, "bad-name", f"the name `{clip(name)}` ends in `.z`",
                          "`NAME.z` is the weighted sum of NAME; choose another ending", key=key)  # fmt: skip
        elif _EXPECTED.fullmatch(name):
            self.complain(path, "bad-name", f"the name `{clip(name)}` is an expected value",
                          "write a name here, and the value under `expected` in a case", key=key)  # fmt: skip
        elif not name.isprintable():
            self.complain(path, "bad-name",
                          f"the name `{clip(name)}` holds characters that do not print",
                          "use letters, digits and signs", key=key)  # fmt: skip

    def vector(self, path: Path, written: Any) -> Array | None:
        """Read a list of finite numbers, or an array file of one dimension."""
        if not is_file(written):
            return self.numbers(path, written)
        values = self._from_file(path, written)
        if values is not None and values.ndim == 2 and 1 in values.shape:
            values = values.ravel()
        if values is not None and values.ndim != 1:
            self.complain((*path, "file"), "shape-mismatch",
                          f"the array has the shape {shape(values)}; a list of numbers is wanted",
                          "choose another `key`, or reshape the array")  # fmt: skip
            return None
        return values

    def scalar(self, path: Path, written: float) -> float:
        """Read one finite number."""
        if not abs(written) < BEYOND[self.dtype]:
            self._not_finite(path, written)
        elif self.dtype == "float32" and written != 0 == np.float32(written):
            self._vanishes(path, written)
        return written

    def matrix(self, path: Path, written: Any) -> Array | None:
        """Read the weights of a layer: finite numbers (units, inputs)."""
        if is_file(written):
            values = self._from_file(path, written)
            if values is not None and values.ndim != 2:
                self.complain((*path, "file"), "shape-mismatch",
                              f"the array has the shape {shape(values)}; (units × inputs) is wanted",
                              "choose another `key`, or reshape the array")  # fmt: skip
                return None
            return values
        widths = [len(row) for row in written]
        for number, width in enumerate(widths):
            if width != widths[0]:
                self.complain((*path, number), "shape-mismatch",
                              f"row {number + 1} has {count(width, 'weight')}, row 1 has {widths[0]}",
                              "give every unit one weight per input")  # fmt: skip
        if len(set(widths)) > 1:
            return np.zeros((len(widths), Counter(widths).most_common(1)[0][0]))
        return self.numbers(path, written)

    def _from_file(self, path: Path, reference: Mapping[str, Any]) -> Array | None:
        from evaluator.arrays import Archives, load_array
        from evaluator.arrays.files import ArrayFileError

        try:
            self._archives = self._archives or Archives()
            values = load_array(reference, self.document.file, self._archives)
        except ArrayFileError as error:
            self.complain((*path, "file"), error.code, error.message, error.hint)
            return None
        if values.size == 0:
            self.complain((*path, "file"), "shape-mismatch",
                          f"the array is empty: its shape is {shape(values)}",
                          "choose another `key`, or save the array with its numbers")  # fmt: skip
            return None
        with np.errstate(over="ignore"):
            cast = values.astype(self.dtype, copy=False)
        if (wrong := ~np.isfinite(cast)).any():
            self.complain((*path, "file"), "not-finite", f"the array holds {_listed(values, wrong)}",
                          f"weights, biases and parameters are finite numbers of {self.dtype}")  # fmt: skip
            return None
        if cast is not values and (lost := (cast == 0) & (values != 0)).any():
            self.complain((*path, "file"), "underflow",
                          f"the array holds {_listed(values, lost)}, which becomes 0 in float32",
                          _SMALLEST, severity="warning")  # fmt: skip
        return cast

    def numbers(self, path: Path, written: Sequence[Any] | Mapping[str, float]) -> Array:
        """Read finite numbers: a list, a list of lists of one length, or a mapping in its order."""
        names = list(written) if isinstance(written, dict) else None
        listed: Any = list(written.values()) if isinstance(written, dict) else written
        flat = chain.from_iterable(listed) if type(listed[0]) is list else listed
        is_finite = all(map(BEYOND[self.dtype].__gt__, map(abs, flat)))
        with np.errstate(over="ignore"):
            values = np.array(listed, self.dtype)
        if not is_finite:
            self._each(self._not_finite, ~np.isfinite(values), path, listed, names)
        elif self.dtype == "float32" and not values.all():
            lost = (values == 0) & (np.array(listed) != 0)
            self._each(self._vanishes, lost, path, listed, names)
        return values

    def _each(
        self, tell: Callable[[Path, float], None], where: Array, path: Path, listed: Any,
        names: Sequence[str] | None,
    ) -> None:  # fmt: skip
        """Tell of some numbers of a list, a list of lists or a mapping, where each stands."""
        for index in np.argwhere(where).tolist():
            at = listed
            for step in index:
                at = at[step]
            tell((*path, *((names[index[0]],) if names else index)), at)

    def _vanishes(self, path: Path, value: float) -> None:
        self.complain(path, "underflow", f"{spell(value)} becomes 0 in float32", _SMALLEST,
                      severity="warning")  # fmt: skip

    def _not_finite(self, path: Path, value: float) -> None:
        if math.isfinite(value):
            self.complain(path, "not-finite", f"{spell(value)} is beyond {self.dtype}",
                          "the largest is about 3.4e38; use dtype float64")  # fmt: skip
        else:
            self.complain(path, "not-finite", f"{spell(value)} is not a finite number",
                          "weights, biases and parameters are finite")  # fmt: skip

    def unknown_name(
        self, name: str, known: Sequence[str], path: Path, key: bool = True, hint: str = ""
    ) -> None:
        """Say that a name names nothing, and which name may be meant."""
        listed = ", ".join(f"`{clip(k)}`" for k in known[:8]) + (", …" if len(known) > 8 else "")
        there_are = f"there are {listed or 'none'}"
        # Many count from 0, so that the name is not misspelt: another one is meant by it.
        from_one = re.sub(r"(?<![0-9])0(?![0-9])", "1", name)
        if from_one != name and from_one in known:
            hint = f"the first is `{clip(from_one)}`; {there_are}"
        else:
            hint = hint or did_you_mean(name, known) or there_are
        self.complain(path, "unknown-name", f"nothing is named `{clip(name)}` here", hint, key=key)

    def activation(
        self, path: Path, written: str | Mapping[str, Any], units: int | None
    ) -> tuple[Activation, dict[str, Any]]:
        """Read an activation and its parameters, for a layer of so many units."""
        name = written if isinstance(written, str) else written["name"]
        function = ACTIVATIONS[NAMES[name]]
        parameters = (
            {} if isinstance(written, str) else {k: v for k, v in written.items() if k != "name"}
        )
        before = len(self.found)
        for parameter, value in parameters.items():
            if isinstance(value, list) or is_file(value):
                parameters[parameter] = self.vector((*path, parameter), value)
            elif not isinstance(value, str):
                self.scalar((*path, parameter), value)
        if len(self.found) > before:
            return function, {}
        if function.parameters:
            for parameter, message, hint in function.problems(parameters, units):
                at = (*path, parameter) if parameter in parameters else path
                self.complain(at, "out-of-range", message, hint)
        if function.whole_layer and units == 1:
            self.complain(path, "out-of-range",
                          f"`{name}` works on a layer of two units or more; this is one unit",
                          "give it two, or use another activation, such as `sigmoid`"
                          if path[0] == "layers" else "use `layers`, or another activation")  # fmt: skip
        return function, parameters


def is_file(written: Any) -> bool:
    """Tell a reference to an array file from a mapping name → number."""
    return isinstance(written, dict) and isinstance(written.get("file"), str)


def _listed(values: Array, where: Array) -> str:
    """Write the first of some numbers and its place, and how many there are."""
    at = ", ".join(str(i + 1) for i in np.argwhere(where)[0])
    more = int(where.sum()) - 1
    return f"{values[where][0]} at ({at})" + (f" and {more:,} more like it" if more else "")


def shape(values: Array) -> str:
    """Write a shape as `(3 × 2)`."""
    return "(" + " × ".join(map(str, values.shape)) + ")"


def spell(value: float) -> str:
    """Write a number as YAML does."""
    return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}.get(str(value), clip(str(value)))
