"""Document → cases: the half of the build that reads inputs and what they must give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.case import Case, Check, CheckList, Probe
from evaluator.diagnostics import clip, count, did_you_mean
from evaluator.expectation import DEFAULT_TOLERANCE, ExpectationError, bounds, parse, vanishing
from evaluator.misreadings import INTERVAL_HINT
from evaluator.network import Network, Place
from evaluator.wiring import spell

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.expectation import Interval
    from evaluator.network import Array
    from evaluator.wiring import Wiring


class CaseReader:
    """Reads the cases of one document against its network."""

    def __init__(
        self, wiring: Wiring, network: Network, override: tuple[float, float] | None = None
    ) -> None:
        self.wiring, self.network, self.override = wiring, network, override
        self.complain = wiring.complain
        self.is_single = wiring.dtype == "float32"
        self.cases: list[Case] = []
        self.inputs: list[Any] = []
        self.probes: list[Probe] = []
        self._known: dict[str, list[int]] = {}
        # The outputs come first, so that probe n is output n.
        self.outputs = [p for name in network.outputs for p in self._probes(name) or ()]

    @cached_property
    def _input_names(self) -> frozenset[str]:
        return frozenset(self.network.inputs)

    def read(self) -> None:
        """Read every case; what is wrong goes to the wiring's list."""
        data = self.wiring.data
        default = DEFAULT_TOLERANCE[self.wiring.dtype]
        tolerance = (
            self.tolerance(("tolerance",), data["tolerance"]) if "tolerance" in data else default
        )
        named: dict[str, int] = {}
        positions = self.wiring.document.positions("cases")
        for number, written in enumerate(data["cases"]):
            atol, rtol = tolerance
            if "tolerance" in written:
                atol, rtol = self.tolerance(("cases", number, "tolerance"), written["tolerance"])
            name = written.get("name", f"case {number + 1}")
            case = Case(
                name, _unique(name, named), number, *positions[number],
                len(self.inputs), atol, rtol, [],
            )  # fmt: skip
            if self.override is not None:
                case.atol, case.rtol = self.override
            if "skip" in written or "xfail" in written or "tags" in written:
                case.skip, case.xfail = written.get("skip", ""), written.get("xfail", "")
                case.tags = tuple(written.get("tags", ()))
            self.cases.append(case)
            if "file" in written:
                self._table(case, written)
            else:
                self._inline(case, written)

    def _inline(self, case: Case, written: Mapping[str, Any]) -> None:
        path = ("cases", case.number)
        values = self._inputs((*path, "inputs"), written["inputs"])
        self.inputs.append(values)
        if self.is_single:
            by_name = isinstance(written["inputs"], dict)
            for number, value in enumerate(values):
                step = self.network.inputs[number] if by_name else number
                self._narrow((*path, "inputs", step), value)
        if "expected" in written:
            self._expected(case, (*path, "expected"), written["expected"])
        if "expected_class" in written and self.outputs:
            target = self._class((*path, "expected_class"), written["expected_class"])
            case.expected_class = target

    def _inputs(self, path: Path, written: Any) -> list[float]:
        names = self.network.inputs
        if not names:  # how many there are is not known, and that is told
            return []
        if isinstance(written, dict):
            written = self._spread(path, written)
            unknown = [name for name in written if name not in self._input_names]
            # A name that is given twice was meant to be another one.
            for name in unknown if len(self._input_names) == len(names) else ():
                self.wiring.unknown_name(name, names, (*path, name))
            missing = [name for name in names if name not in written]
            if missing and not unknown:
                self.complain(path, "missing-key", f"no value for the input `{clip(missing[0])}`",
                              f"give all {len(names)}: {', '.join(map(clip, names[:8]))}", key=True)  # fmt: skip
            return [written.get(name, 0) for name in names]
        values = written if isinstance(written, list) else [written]
        if len(values) != len(names):
            self.complain(path, "shape-mismatch",
                          f"{count(len(values), 'value')} for {count(len(names), 'input')}{_listed(names)}",
                          f"give one number per input{_decimal_commas(values, len(names))}")  # fmt: skip
            return [0.0] * len(names)
        return values

    def _spread(self, path: Path, written: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put single inputs in the place of each list, which gives several by one name."""
        if not any(isinstance(value, list) for value in written.values()):
            return written
        found: dict[str, Any] = {}
        for name, value in written.items():
            inputs = self.network.groups.get(name, ())
            if isinstance(value, list) and len(value) == len(inputs):
                found |= zip(inputs, value, strict=True)
            elif isinstance(value, list) and inputs:
                found |= dict.fromkeys(inputs, 0)
                self.complain((*path, name), "shape-mismatch",
                              f"{count(len(value), 'value')} for {count(len(inputs), 'number')}"
                              f" of the input `{clip(name)}`", "give one for each")  # fmt: skip
            elif isinstance(value, list) and name in self._input_names:
                found[name] = 0
                self.complain((*path, name), "wrong-type",
                              f"`{clip(name)}` is a list; a number is wanted", "write one number")  # fmt: skip
            else:
                found[name] = value
        return found

    def batch(self) -> Array:
        """Give the inputs of every inline case: (rows, inputs), in the network's dtype."""
        if self.wiring.dtype == "float64" and self.inputs:
            return np.array(self.inputs, np.float64)
        with np.errstate(over="ignore"):
            inline = np.array(self.inputs, self.wiring.dtype)
        return inline.reshape(len(self.inputs), len(self.network.inputs))

    def _expected(self, case: Case, path: Path, written: Any) -> None:
        if len(self.outputs) == 1 and not isinstance(written, (dict, list)):
            self._value(case, path, written, self.outputs[0])
        elif isinstance(written, dict):
            self._by_name(case, path, written)
        elif self.outputs:  # else they are wrong themselves, and that is told
            self._values(case, path, written, self.outputs, "")

    def _by_name(self, case: Case, path: Path, written: Mapping[str, Any]) -> None:
        named: dict[tuple[Place, ...], str] = {}
        for name, value in written.items():
            probes = self._probes(name)
            at = (*path, name)
            if probes is None:
                known = [n for n in self.network.names() if n not in self.network.inputs]
                self.wiring.unknown_name(name, known, at, hint=self._of_unit(name))
                continue
            other = named.setdefault(tuple([self.probes[p].place for p in probes]), name)
            if other != name and self.outputs:  # else they stand for something
                self.complain(at, "duplicate-name",
                              f"`{clip(name)}` is the same value as `{clip(other)}`",
                              "keep one of the two", key=True)  # fmt: skip
            self._values(case, at, value, probes, f"of `{clip(name)}`")

    def _of_unit(self, name: str) -> str:
        """Give the hint for `LAYER[0]`, as reports call a unit; an empty text for other names."""
        layer = name.rpartition("[")[0]
        units = len(self._probes(layer) or ())
        if units < 2:
            return ""
        last = self.network.outputs == (layer.removesuffix(".z"),)
        otherwise = ", or name them in `outputs`" if last else ""
        return f"`{clip(layer)}` takes a list with a value for each of its {units} units{otherwise}"

    def _values(self, case: Case, path: Path, written: Any, probes: Sequence[int], of: str) -> None:
        outputs = self.network.outputs
        names = _listed(outputs) if not of and len(outputs) == len(probes) else ""
        wanted = f"{count(len(probes), 'value' if of else 'output')}{' ' + of if of else names}"
        if not isinstance(written, list):
            if len(probes) != 1:
                is_class = written in [self.probes[probe].name for probe in self.outputs]
                self.complain(path, "shape-mismatch", f"1 expected value for {wanted}",
                              f"write `expected_class: {clip(str(written))}`" if is_class
                              else "write a list, one value for each")  # fmt: skip
                return
            self._value(case, path, written, probes[0])
            return
        if any(isinstance(v, str) and v.startswith("(") and v[-1] not in ")]" for v in written):
            self.complain(path, "expectation", "YAML takes an interval in a list apart at its comma",
                          INTERVAL_HINT)  # fmt: skip
            return
        if len(written) != len(probes):
            hint = f"write one value for each{_decimal_commas(written, len(probes))}"
            if len(probes) == 1 and _is_interval(written):
                hint = f'an interval goes in quotes: "[{written[0]}, {written[1]}]"'
            self.complain(path, "shape-mismatch",
                          f"{count(len(written), 'expected value')} for {wanted}", hint)  # fmt: skip
            return
        for number, value in enumerate(written):
            if isinstance(value, str):
                self._text((*path, number), value)
        if self.is_single:
            written = [
                value if isinstance(value, str) else self._narrow((*path, number), float(value))
                for number, value in enumerate(written)
            ]
        case.expected.append(CheckList(probes, written, case.atol, case.rtol, path))

    def _value(self, case: Case, path: Path, written: Any, probe: int) -> None:
        if isinstance(written, str):
            if (interval := self._text(path, written)) is None:
                return
            (low, high), value = interval, math.nan
        else:
            value = float(written)
            if self.is_single:
                value = self._narrow(path, value)
            low, high = bounds(value, case.atol, case.rtol)
        case.expected.append(Check(probe, low, high, value, path))

    def _text(self, path: Path, written: str) -> Interval | None:
        """Read an expected value that is written as a text; None for one that says nothing."""
        try:
            interval = parse(written)
        except ExpectationError as error:
            self.complain(path, "expectation", error.message, error.hint)
            return None
        if lost := vanishing(written):
            self.complain(path, "underflow",
                          f"`{clip(lost)}` is too small for a 64-bit float and becomes 0",
                          "the smallest is about 4.9e-324", severity="warning")  # fmt: skip
        return interval

    def _narrow(self, path: Path, value: float) -> float:
        """Round a number to float32."""
        with np.errstate(over="ignore"):
            rounded = float(np.float32(value))
        if rounded == 0 != value:
            self.complain(path, "underflow", f"{spell(value)} becomes 0 in float32",
                          "the smallest is about 1.4e-45", severity="warning")  # fmt: skip
        if math.isinf(rounded) and not math.isinf(value):
            self.complain(path, "out-of-range", f"{spell(value)} is beyond float32",
                          "the largest is about 3.4e38; use dtype float64, or write .inf")  # fmt: skip
        return rounded

    def _class(self, path: Path, written: int | str) -> int:
        outputs, names = len(self.outputs), [self.probes[p].name for p in self.outputs]
        if outputs < 2:
            self._no_classes(path)
        elif isinstance(written, str):
            if written in names and names.count(written) == 1:
                return names.index(written)
            known = [name for name in names if names.count(name) == 1]
            self.complain(path, "unknown-name", f"no output is named `{clip(written)}`",
                          did_you_mean(written, known)
                          or (f"there are {', '.join(map(clip, known[:8]))}" if known
                              else "write the index, or name the outputs with `outputs`"))  # fmt: skip
        elif not 0 <= written < outputs:
            self.complain(path, "out-of-range",
                          f"class {written} of {outputs} outputs", f"write 0 to {outputs - 1}")  # fmt: skip
        else:
            return int(written)
        return 0

    def _no_classes(self, path: Path) -> None:
        self.complain(path, "shape-mismatch",
                      f"a class is the largest of two outputs or more; there is {len(self.outputs)}",
                      "use `expected`", key=True)  # fmt: skip

    def _probes(self, name: str) -> list[int] | None:
        """Find the values that a name stands for; None for a name that is none."""
        if name in self._known:
            return self._known[name]
        network = self.network
        spelt = name
        if name == "z" and "neuron" in self.wiring.data and name not in network.places:
            spelt = f"{next(iter(network.places))}.z"
        try:
            place = network.place(spelt)
        except KeyError:
            return None
        width = network.width(place.block)
        if place.column is not None or width == 1:
            found = [Probe(spelt, None, Place(place.block, place.column or 0, place.z))]
        else:
            found = [Probe(spelt, u, Place(place.block, u, place.z)) for u in range(width)]
        numbers = list(range(len(self.probes), len(self.probes) + len(found)))
        self.probes += found
        self._known[name] = numbers
        return numbers

    def tolerance(self, path: Path, written: Any) -> tuple[float, float]:
        """Read a tolerance: atol alone, {atol, rtol}, or `exact`."""
        if written == "exact":
            return 0.0, 0.0
        parts = written if isinstance(written, dict) else {"atol": written}
        for name, value in parts.items():
            if not 0 <= value < math.inf:
                key = name if isinstance(written, dict) else "tolerance"
                why = "it cannot be negative" if value < 0 else "it has to be finite"
                self.complain((*path, name), "out-of-range",
                              f"`{key}` is {spell(value)}; {why}", "write 0 or more")  # fmt: skip
        return float(parts.get("atol", 0.0)), float(parts.get("rtol", 0.0))

    def _table(self, case: Case, written: Mapping[str, Any]) -> None:
        from evaluator.arrays.files import ArrayFileError
        from evaluator.arrays.tables import open_table

        path = ("cases", case.number)
        names = [self.probes[p].name for p in self.outputs]
        if not names or not self.network.inputs:  # they are wrong themselves, and that is told
            return
        if "expected_class" in written and len(names) == 1:
            self._no_classes((*path, "expected_class"))
            return
        try:
            case.table = open_table(
                written, self.wiring.document.file, self.network.inputs, names, self.wiring.dtype
            )
        except ArrayFileError as error:
            self.complain((*path, "file"), error.code, error.message, error.hint)
            return
        if case.table.names_rows:  # then `name` names a column
            case.name = case.id = f"case {case.number + 1}"


def _unique(name: str, named: dict[str, int]) -> str:
    """Give a case its id: its name, with the first `#2`, `#3`, … that is free where it is taken."""
    if name not in named:
        named[name] = 1
        return name
    times = named[name] = named[name] + 1
    while (tried := f"{name}#{times}") in named:
        times += 1
    named[name], named[tried] = times, 1
    return tried


def _listed(names: Sequence[str]) -> str:
    """Write the first of some names behind their number."""
    return f" ({', '.join(map(clip, names[:8]))}{', …' * (len(names) > 8)})"


def _decimal_commas(written: Sequence[Any], wanted: int) -> str:
    """Tell how decimal points are written where each number came apart at its comma."""
    whole = all(type(value) is int for value in written) and len(written) == 2 * wanted <= 16
    if not whole or min(written[1::2]) < 0:
        return ""
    pairs = zip(written[::2], written[1::2], strict=True)
    points = ", ".join(f"{before}.{after}" for before, after in pairs)
    return f"; if these are decimal commas, write `[{points}]`"


def _is_interval(written: Sequence[Any]) -> bool:
    return (
        len(written) == 2
        and not any(isinstance(bound, str) for bound in written)
        and written[0] < written[1]
    )
