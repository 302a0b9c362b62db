"""Document → network: the half of the build that reads weights, biases, names and activations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.activations import ACTIVATIONS, NAMES, Activation
from evaluator.diagnostics import Diagnostic, clip, did_you_mean
from evaluator.network import Network, Place, Step

if TYPE_CHECKING:
    from evaluator.network import Array
    from evaluator.source import Document, Path


class Wiring:
    """Reads the network of one document, and collects what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data: dict[str, Any] = document.data
        self.dtype: str = self.data.get("dtype", "float64")
        self.found: list[Diagnostic] = []

    def network(self) -> Network | None:
        """Build the network; what is wrong goes to `found`, and None means that no shape is known.

        A network with errors is good for one thing: to check the cases against its shape.
        """
        data = self.data
        inputs = self.names(("inputs",)) if "inputs" in data else None
        if "neuron" in data:
            network = self._lone_neuron(inputs)
        elif "layers" in data:
            network = self._layers(inputs)
        elif "neurons" in data:
            from evaluator.neurons import connect

            network = connect(self, inputs or ())
        else:
            self.complain(
                ("model",), "unsupported", "a `model` needs a subject that runs ONNX files",
                "describe the network with `neuron`, `neurons` or `layers`", key=True,
            )  # fmt: skip
            return None
        return network

    def complain(
        self, path: Path, code: str, message: str, hint: str = "",
        *, key: bool = False, severity: str = "error",
    ) -> None:  # fmt: skip
        """Collect one diagnostic."""
        self.found.append(
            self.document.diagnostic(path, code, message, hint, key=key, severity=severity)
        )

    # --- the forms of a network

    def _lone_neuron(self, inputs: tuple[str, ...] | None) -> Network | None:
        neuron, path = self.data["neuron"], ("neuron",)
        written = neuron["weights"]
        if isinstance(written, dict) and not is_file(written):
            if inputs is None:
                self.complain(("neuron", "weights"), "missing-key",
                              "weights by name need `inputs`, which gives the names their order",
                              f"add `inputs: [{', '.join(map(clip, written))}]`")  # fmt: skip
                return None
            weights: Array | None = self._by_name(("neuron", "weights"), written, inputs)
        else:
            weights = self.vector(("neuron", "weights"), written)
        bias = self.scalar(("neuron", "bias"), neuron.get("bias", 0))
        chosen = self.activation((*path, "activation"), neuron["activation"], 1)
        if weights is None:
            return None
        inputs = self._input_names(inputs, len(weights), ("neuron", "weights"))
        outputs = self.names(("outputs",)) if "outputs" in self.data else ("y",)
        if len(outputs) != 1:
            self.complain(("outputs",), "shape-mismatch",
                          f"{len(outputs)} names for the one output of a neuron", "give one name")  # fmt: skip
        elif outputs[0] in inputs:
            at = ("inputs", inputs.index(outputs[0]))
            self.complain(at if "inputs" in self.data else ("outputs", 0), "duplicate-name",
                          f"`{clip(outputs[0])}` names an input and the neuron's output",
                          "rename one; `outputs: [NAME]` renames the output")  # fmt: skip
        step = Step(outputs[:1], 0, weights[None, :], bias, *chosen)
        return Network(inputs, outputs[:1], (step,), {outputs[0]: Place(1, 0)}, self.dtype)

    def _layers(self, inputs: tuple[str, ...] | None) -> Network | None:
        width = len(inputs) if inputs is not None else None
        if width is None and "weights" not in self.data["layers"][0]:
            width = self._width_of_cases()
        steps: list[Step] = []
        first_width = None
        for number, layer in enumerate(self.data["layers"]):
            step, reads, width = self._layer(number, layer, width)
            if number == 0:
                first_width = reads
            if step is not None:
                steps.append(step)
        names = self._layer_names()
        if len(steps) < len(names) or first_width is None or width is None:
            return None
        inputs = self._input_names(inputs, first_width, ("layers", 0, "weights"))
        places = {name: Place(number + 1, None) for number, name in enumerate(names)}
        outputs: tuple[str, ...] = (names[-1],)
        if "outputs" in self.data:
            outputs = self.names(("outputs",))
            if len(outputs) != width:
                self.complain(("outputs",), "shape-mismatch",
                              f"{len(outputs)} names for the {width} units of the last layer",
                              "give one name per unit")  # fmt: skip
            places |= {name: Place(len(steps), unit) for unit, name in enumerate(outputs)}
        self._distinct([*self._named_inputs(inputs), *self._named_layers(names),
                        *((name, ("outputs", i)) for i, name in enumerate(outputs)
                          if "outputs" in self.data)])  # fmt: skip
        return Network(inputs, outputs, tuple(steps), places, self.dtype)

    def _layer(
        self, number: int, layer: Mapping[str, Any], width: int | None
    ) -> tuple[Step | None, int | None, int | None]:
        """Build one layer; gives the step, how many values it reads, how many units it has."""
        path = ("layers", number)
        name = self._layer_name(number)
        weights = bias = None
        reads = units = width
        if "weights" in layer:
            weights = self.matrix((*path, "weights"), layer["weights"])
            if weights is None:
                reads = units = None
            else:
                units, reads = weights.shape
                if width is not None and reads != width:
                    before = (
                        "inputs" if number == 0 else f"values from {self._layer_name(number - 1)}"
                    )
                    self.complain((*path, "weights"), "shape-mismatch",
                                  f"`{name}` has {reads} weights per unit, but reads {width} {before}",
                                  "weights are (units × inputs): one row per unit, one column per input")  # fmt: skip
        if "bias" in layer:
            bias = self.vector((*path, "bias"), layer["bias"])
            if bias is not None and units is not None and len(bias) != units:
                self.complain((*path, "bias"), "shape-mismatch",
                              f"`bias` has {count(len(bias), 'value')} for {count(units, 'unit')}",
                              "write one number per unit")  # fmt: skip
        elif units is not None and weights is not None:
            bias = np.zeros(units, self.dtype)
        chosen = self.activation((*path, "activation"), layer["activation"], units)
        if units is None or (weights is None and "weights" in layer):
            return None, reads, units
        return Step((name,), number, weights, bias, *chosen), reads, units

    # --- names

    def _layer_name(self, number: int) -> str:
        return str(self.data["layers"][number].get("name", f"layer{number + 1}"))

    def _layer_names(self) -> list[str]:
        for number, layer in enumerate(self.data["layers"]):
            if "name" in layer:
                self.check_name(layer["name"], ("layers", number, "name"))
        return [self._layer_name(number) for number in range(len(self.data["layers"]))]

    def _named_layers(self, names: Sequence[str]) -> list[tuple[str, Path]]:
        return [(name, ("layers", number, "name")) for number, name in enumerate(names)]

    def _named_inputs(self, inputs: Sequence[str]) -> list[tuple[str, Path]]:
        return [(name, ("inputs", number)) for number, name in enumerate(inputs)]

    def names(self, path: tuple[str]) -> tuple[str, ...]:
        """Read a list of names that are to differ."""
        names = self.data[path[0]]
        for number, name in enumerate(names):
            self.check_name(name, (*path, number))
        if len(set(names)) < len(names):
            self._distinct([(name, (*path, number)) for number, name in enumerate(names)])
        return tuple(names)

    def _distinct(self, named: Sequence[tuple[str, Path]]) -> None:
        first: dict[str, Path] = {}
        for name, path in named:
            if name in first and first[name] != path:
                known = {str(d.location) for d in self.found if d.code == "duplicate-name"}
                if str(self.document.locate(path)) not in known:
                    line, column = self._line_column(first[name])
                    self.complain(path, "duplicate-name",
                                  f"the name `{clip(name)}` stands already at {line}:{column}",
                                  "give every input, neuron, layer and output a name of its own")  # fmt: skip
            first.setdefault(name, path)

    def _line_column(self, path: Path) -> tuple[int, int]:
        location = self.document.locate(path)
        return location.line, location.column

    def check_name(self, name: str, path: Path, key: bool = False) -> None:
        """Refuse a name that the format keeps for itself."""
        if name.endswith(".z"):
            self.complain(path, "bad-name", f"the name `{clip(name)}` ends in `.z`",
                          "`NAME.z` is the weighted sum of NAME; choose another ending", key=key)  # fmt: skip
        elif not name.isprintable():
            self.complain(path, "bad-name",
                          f"the name `{clip(name)}` holds characters that do not print",
                          "use letters, digits and signs", key=key)  # fmt: skip

    def _input_names(
        self, inputs: tuple[str, ...] | None, width: int, path: Path
    ) -> tuple[str, ...]:
        if inputs is None:
            return tuple(f"x{number + 1}" for number in range(width))
        if len(inputs) != width and path[0] == "neuron":
            self.complain(path, "shape-mismatch",
                          f"{count(width, 'weight')} for {count(len(inputs), 'input')}",
                          "write one weight per input")  # fmt: skip
        return inputs

    def _width_of_cases(self) -> int | None:
        for number, case in enumerate(self.data["cases"]):
            given = case.get("inputs")
            if "file" not in case and isinstance(given, list):
                return len(given)
            if "file" not in case and not isinstance(given, dict):
                return 1
            if isinstance(given, list):
                return len(given)
            self.complain(("cases", number), "missing-key",
                          "the network does not say how many inputs it has",
                          "add `inputs` with their names, above `layers`")  # fmt: skip
            break
        return None

    # --- numbers

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

    def scalar(self, path: Path, written: float) -> Array:
        """Read one finite number, as an array of length 1."""
        return self.numbers(path, [written])

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
            return np.zeros((len(widths), max(set(widths), key=widths.count)))
        return self.numbers(path, written)

    def _from_file(self, path: Path, reference: Mapping[str, Any]) -> Array | None:
        from evaluator.arrays import ArrayFileError, load_array

        try:
            values = load_array(reference, self.document.file)
        except ArrayFileError as error:
            self.complain((*path, "file"), error.code, error.message, error.hint)
            return None
        if values.size == 0:
            self.complain((*path, "file"), "shape-mismatch",
                          f"the array is empty: its shape is {shape(values)}", "")  # fmt: skip
            return None
        with np.errstate(over="ignore"):
            cast = values.astype(self.dtype, copy=False)
        if not np.isfinite(cast).all():
            at = ", ".join(str(i + 1) for i in np.argwhere(~np.isfinite(cast))[0])
            self.complain((*path, "file"), "not-finite",
                          f"the array holds {values[~np.isfinite(cast)][0]} at ({at})",
                          f"weights, biases and parameters are finite numbers of {self.dtype}")  # fmt: skip
            return None
        return cast

    def numbers(self, path: Path, written: Sequence[Any] | Mapping[str, float]) -> Array:
        """Read finite numbers: a list, a list of lists of one length, or a mapping in its order."""
        names = list(written) if isinstance(written, dict) else None
        listed: Any = list(written.values()) if isinstance(written, dict) else written
        flat = chain.from_iterable(listed) if type(listed[0]) is list else listed
        if self.dtype == "float64" and all(map(math.isfinite, flat)):
            return np.array(listed, np.float64)
        with np.errstate(over="ignore"):
            values = np.array(listed, self.dtype)
        for index in np.argwhere(~np.isfinite(values)).tolist():
            at = listed
            for step in index:
                at = at[step]
            self._not_finite((*path, *((names[index[0]],) if names else index)), at)
        return values

    def _not_finite(self, path: Path, value: float) -> None:
        self.complain(path, "not-finite", f"{spell(value)} is not a finite number of {self.dtype}",
                      "weights, biases and parameters are finite")  # fmt: skip

    def _by_name(self, path: Path, written: Mapping[str, float], names: Sequence[str]) -> Array:
        """Put weights by name in the order of the names."""
        for name in written:
            if name not in names:
                self.unknown_name(name, names, (*path, name))
        missing = [name for name in names if name not in written]
        if missing:
            self.complain(path, "missing-key",
                          f"no weight for the input `{clip(missing[0])}`",
                          "write 0 for an input that does not count", key=True)  # fmt: skip
        values = self.numbers(path, written)
        if missing or len(written) > len(names):
            return np.zeros(len(names))
        place = {name: number for number, name in enumerate(written)}
        return values[[place[name] for name in names]]

    def unknown_name(self, name: str, known: Sequence[str], path: Path, key: bool = True) -> None:
        """Say that a name names nothing, and which name may be meant."""
        listed = ", ".join(f"`{clip(k)}`" for k in known[:8]) + (", …" if len(known) > 8 else "")
        self.complain(path, "unknown-name", f"nothing is named `{clip(name)}` here",
                      did_you_mean(name, known) or f"there are {listed}", key=key)  # fmt: skip

    # --- activations

    def activation(
        self, path: Path, written: str | Mapping[str, Any], units: int | None
    ) -> tuple[Activation, dict[str, Any]]:
        """Read an activation and its parameters, for a layer of so many units."""
        name = written if isinstance(written, str) else written["name"]
        function = ACTIVATIONS[NAMES[name]]
        parameters = (
            {} if isinstance(written, str) else {k: v for k, v in written.items() if k != "name"}
        )
        for parameter, value in parameters.items():
            if isinstance(value, list) or is_file(value):
                parameters[parameter] = values = self.vector((*path, parameter), value)
                if values is None:
                    return function, {}
        if function.parameters:
            for parameter, message, hint in function.problems(parameters, units):
                at = (*path, parameter) if parameter in parameters else path
                self.complain(at, "out-of-range", message, hint)
        if function.whole_layer and units == 1:
            self.complain(path, "out-of-range",
                          f"`{name}` works on a layer of two units or more; this is one unit",
                          "use `layers`, or another activation")  # fmt: skip
        return function, parameters


def is_file(written: Any) -> bool:
    """Tell a reference to an array file from a mapping name → number."""
    return isinstance(written, dict) and isinstance(written.get("file"), str)


def count(number: int, noun: str) -> str:
    """Write a count with its noun: `1 unit`, `2 units`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shape(values: Array) -> str:
    """Write a shape as `(3 × 2)`."""
    return "(" + " × ".join(map(str, values.shape)) + ")"


def spell(value: float) -> str:
    """Write a number as YAML does."""
    return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}.get(str(value), str(value))
