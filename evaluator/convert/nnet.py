"""The `.nnet` text format: layers of relu with bounds and scales of the inputs, and back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.arrays.csvfile import NUMBER
from evaluator.convert.builder import Builder, Columns
from evaluator.convert.conversion import Conversion, ConversionError
from evaluator.convert.reading import Source, read_text
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: Bytes of a file.
MAX_BYTES: Final = 1 << 28
#: Bounds beyond this say that there is no bound.
UNBOUNDED: Final = 1e30


def read(source: Source) -> Conversion:
    """Read a network, which clips its inputs, scales them, and scales its outputs back."""
    lines = _Lines(read_text(source.path, source.shown, MAX_BYTES), source.shown)
    count, inputs, outputs, _ = lines.integers(4)
    sizes = lines.integers(count + 1)
    if (sizes[0], sizes[-1]) != (inputs, outputs) or count < 1 or min(sizes) < 1:
        raise lines.fault(
            f"the sizes of the layers are {sizes}, for {inputs} inputs and {outputs} outputs"
        )
    lines.integers(1)  # a flag that nothing uses
    low, high = lines.numbers(inputs), lines.numbers(inputs)
    means, scales = lines.numbers(inputs + 1), lines.numbers(inputs + 1)
    builder = Builder([f"x{number + 1}" for number in range(inputs)], "float64")
    x = _scaled(builder, lines, low, high, means[:-1], scales[:-1])
    for number, (reads, units) in enumerate(pairwise(sizes), 1):
        weights = np.array([lines.numbers(reads) for _ in range(units)])
        bias = np.array([lines.numbers(1)[0] for _ in range(units)])
        x = builder.dense(x, weights, bias, f"layer{number}")
        if number < count:
            x = builder.activate(x, "relu", {}, f"layer{number}")
    lines.end()
    scaled = np.full(outputs, scales[-1]), np.full(outputs, means[-1])
    if (scales[-1], means[-1]) != (1, 0):
        x = builder.affine(x, *scaled, "outputs")
    ranges = None if (abs(low) >= UNBOUNDED).any() else np.stack([low, high], axis=1)
    return Conversion(builder.network(x), f"the .nnet file {source.name}", tuple(builder.notes),
                      ranges=ranges)  # fmt: skip


def _scaled(
    builder: Builder, lines: _Lines, low: Array, high: Array, means: Array, scales: Array
) -> Columns:
    """Clip the inputs to their bounds and scale them."""
    if not (scales != 0).all() or not (low <= high).all():
        raise lines.fault("a range is 0, or a minimum is above its maximum")
    x, beyond = builder.inputs, np.abs([low, high]) >= UNBOUNDED
    if beyond.all():
        builder.notes.append(f"bounds of inputs beyond {UNBOUNDED:g} are left out")
    elif beyond.any():
        raise lines.fault("some inputs have bounds and others have none")
    else:
        x = builder.clip(x, low, high, "bounded")
    if (scales != 1).any() or (means != 0).any():
        x = builder.affine(x, 1 / scales, -means / scales, "scaled")
    return x


class _Lines:
    """The lines of a file after its comments, each a list of numbers."""

    def __init__(self, text: str, shown: str) -> None:
        self._shown, self._number = shown, 0
        self._lines = iter(text.splitlines())

    def fault(self, message: str) -> ConversionError:
        return ConversionError(f"line {self._number} of {self._shown}: {message}")

    def integers(self, count: int) -> list[int]:
        values = self.numbers(count)
        if not (values == values.astype(int)).all() or (values < 0).any():
            raise self.fault("a count is not a whole number")
        return [int(value) for value in values]

    def numbers(self, count: int) -> Array:
        """Read the next line, which holds so many numbers."""
        cells = [cell.strip() for cell in self._next().rstrip(", \t").split(",")]
        if len(cells) != count:
            raise self.fault(f"{len(cells)} numbers where {count} are wanted")
        for cell in cells:
            if not NUMBER.fullmatch(cell):
                raise self.fault(f"`{clip(cell)}` is not a number")
        values: Array = np.array(cells, np.float64)
        if not np.isfinite(values).all():
            raise self.fault("a number is beyond the largest 64-bit float")
        return values

    def _next(self) -> str:
        for line in self._lines:
            self._number += 1
            if not line.startswith("//"):
                return line
        raise ConversionError(f"{self._shown} ends after line {self._number}", "it is cut short")

    def end(self) -> None:
        """See that nothing follows."""
        for line in self._lines:
            self._number += 1
            if line.strip():
                raise self.fault("more numbers follow the last layer")


def write(network: Network) -> str:
    """Write a network of relu layers, the last one without; raises ConversionError for others."""
    steps = network.steps
    for number, step in enumerate(steps):
        wanted = "identity" if number == len(steps) - 1 else "relu"
        if step.sources != number or step.weights is None or step.activation.name != wanted:
            raise ConversionError(
                f"`{clip(step.names[0])}` is no layer of {wanted}: {_kind(step, number)}",
                ".nnet holds dense layers with relu, the last one with identity",
            )
    sizes = [len(network.inputs), *(len(step.weights) for step in steps)]  # type: ignore[arg-type]
    free, none = [repr(float(np.finfo(np.float32).max))] * sizes[0], ["0.0"] * (sizes[0] + 1)
    rows: list[Any] = [
        [len(steps), sizes[0], sizes[-1], max(sizes)], sizes, [0],
        [f"-{bound}" for bound in free], free, none, ["1.0"] * (sizes[0] + 1),
    ]  # fmt: skip
    return "\n".join(["// written by evaluator convert", *map(_line, [*rows, *_layers(steps)]), ""])


def _layers(steps: Any) -> Iterator[list[Any]]:
    for step in steps:
        yield from step.weights.tolist()
        yield from [[value] for value in step.bias.tolist()]


def _line(values: list[Any]) -> str:
    return "".join(f"{value}," for value in values)


def _kind(step: Any, number: int) -> str:
    if step.sources != number:
        return "it reads other values than the layer before it gives"
    return step.activation.name if step.weights is not None else "it has no weights"
