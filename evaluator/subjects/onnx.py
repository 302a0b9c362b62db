"""An ONNX file: the one that a spec names as its model, or one that must answer a spec's cases."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.arrays.files import ArrayFileError
from evaluator.diagnostics import SubjectError, UsageError, WrongAnswer, clip, count
from evaluator.interrupts import beside
from evaluator.onnxfile import ModelFileError, OnnxFile, Tensor, names_of, read_model, total
from evaluator.subjects.onnxruntime import onnxruntime, said, session
from evaluator.subjects.subject import Answers

if TYPE_CHECKING:
    from evaluator.network import Array, Network
    from evaluator.subjects.subject import Run


class OnnxFileSubject:
    """Answers with an ONNX file, whatever the spec's network is."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._stamp, self._file = _stamp(path), _read(path)

    @contextmanager
    def prepare(self, network: Network) -> Iterator[Run]:
        """Load the file; raises WrongAnswer where it takes another number of inputs."""
        file = self._current()
        wanted, inputs = len(network.inputs), total(file.inputs)
        if inputs != wanted:
            raise WrongAnswer(f"it takes {count(inputs, 'number')}, and the spec has {count(wanted, 'input')}",
                              f"its inputs are {names_of(file.inputs)}")  # fmt: skip
        yield LoadedFile(file, network, _order(file.inputs, network.inputs))

    def _current(self) -> OnnxFile:
        """Give the file as it is now: `--watch` waits for it to change."""
        try:
            if (stamp := _stamp(self._path)) != self._stamp:
                self._stamp, self._file = stamp, _read(self._path)
        except UsageError as fault:
            raise SubjectError(str(fault), fault.hint) from None
        return self._file


class LoadedFile:
    """An ONNX file as ONNX Runtime has it."""

    def __init__(self, file: OnnxFile, network: Network, order: list[int] | None = None) -> None:
        self.file, self._network, self._order = file, network, order
        self._session = session(file.model)
        self._proven = not file.batched

    def __call__(self, inputs: Array) -> Answers:
        """Answer rows of inputs (rows, inputs)."""
        if self._order is not None:
            inputs = inputs[:, self._order]
        faults = _unfit(self.file, inputs)
        good = np.array([row for row in range(len(inputs)) if row not in faults], np.intp)
        outputs = np.full((len(inputs), total(self.file.outputs)), np.nan)
        if len(good):
            if not self._proven and self._mixes(inputs[good[:1]]):
                self.file = self.file._replace(batched=False)
            self._proven = True
            found = _run(self._session, self.file, self.file.outputs, inputs[good])
            outputs[good] = np.concatenate(found, axis=1)
        return Answers(outputs, _Values(self.file, self._network, inputs, good), faults)

    def _mixes(self, row: Array) -> bool:
        """Whether the answer to a row (1, inputs) depends on those beside it.

        Softmax over the first axis does that. A case is a question of its own, and its answer must
        not depend on which others are asked.
        """
        among = np.concatenate([row, np.zeros_like(row), row])
        try:
            alone, found = (
                _run(self._session, self.file, self.file.outputs, x) for x in (row, among)
            )
        except SubjectError:  # as the rows that are asked will show
            return False
        most = 1e-9 if self.file.dtype == "float64" else 1e-5
        return not all(
            np.allclose(b[[0, 2]], a, most, most, equal_nan=True)
            for a, b in zip(alone, found, strict=True)
        )


class _Values(Mapping[str, Any]):
    """The tensors of a file that are what the network has by that name, got when asked for."""

    def __init__(self, file: OnnxFile, network: Network, inputs: Array, good: Array) -> None:
        self._file, self._network, self._inputs, self._good = file, network, inputs, good
        self._found: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        """Give a tensor, (rows, width); raises KeyError for one that is not there, or of another width."""
        if name not in self._found:
            tensor, place = self._file.tensors[name], self._network.place(name)
            width = self._network.width(place.block) if place.column is None else 1
            if tensor.width != width:
                raise KeyError(name)
            values = np.full((len(self._inputs), width), np.nan)
            if len(self._good):
                run = session(self._file.model, [name])
                (values[self._good],) = _run(run, self._file, [tensor], self._inputs[self._good])
            self._found[name] = values
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._file.tensors)

    def __len__(self) -> int:
        return len(self._file.tensors)


def _order(tensors: tuple[Tensor, ...], names: tuple[str, ...]) -> list[int] | None:
    """Say which inputs go where, if file and spec name the same numbers; else they go in order."""
    wanted = [tensor.name for tensor in tensors]
    if sorted(wanted) != sorted(names) or wanted == list(names):
        return None
    return [names.index(name) for name in wanted]


def _unfit(file: OnnxFile, inputs: Array) -> dict[int, SubjectError]:
    """Find the rows with numbers that an input's type cannot hold."""
    found: dict[int, SubjectError] = {}
    for tensor, values in zip(file.inputs, _split(file, inputs), strict=True):
        if np.dtype(tensor.dtype).kind == "f":
            continue
        low, high = (0, 1) if tensor.dtype == "bool" else _range(tensor.dtype)
        # The bound above is a power of two, which any float holds; the highest integer may be none.
        bad = ~((values == np.floor(values)) & (values >= low) & (values < float(high + 1)))
        for row, column in np.argwhere(bad).tolist():
            value = values[row, column]
            found.setdefault(row, SubjectError(
                f"the input `{clip(tensor.name)}` is {tensor.dtype}, and {value:g} is given",
                f"give whole numbers from {low} to {high}",
            ))  # fmt: skip
    return found


def _range(dtype: str) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def _split(file: OnnxFile, inputs: Array) -> list[Array]:
    """Give each input its columns."""
    ends = np.cumsum([tensor.width for tensor in file.inputs])
    return np.split(inputs, ends[:-1], axis=1)


def _run(run: Any, file: OnnxFile, wanted: Any, inputs: Array) -> list[Array]:
    """Get tensors, (rows, width) each, for all rows at once or for one after another."""
    parts = [inputs] if file.batched else [inputs[row : row + 1] for row in range(len(inputs))]
    options = onnxruntime.RunOptions()
    options.log_severity_level = 4  # what is wrong is raised as well
    # A model may loop for ever, and ONNX Runtime itself hears no interrupt.
    answers = beside(lambda: [_ask(run, file, wanted, part, options) for part in parts],
                     lambda: setattr(options, "terminate", True))  # fmt: skip
    return [np.concatenate([answer[n] for answer in answers]) for n in range(len(wanted))]


def _ask(run: Any, file: OnnxFile, wanted: Any, inputs: Array, options: Any) -> list[Array]:
    feed = {}
    for tensor, values in zip(file.inputs, _split(file, inputs), strict=True):
        shape = [len(inputs) if axis is None else axis for axis in tensor.shape]
        with np.errstate(all="ignore"):
            feed[tensor.name] = values.astype(tensor.dtype).reshape(shape)
    try:
        found = run.run([tensor.name for tensor in wanted], feed, options)
    except Exception as fault:
        raise SubjectError(f"ONNX Runtime failed: {said(fault)}") from None
    return [
        _rows(tensor, np.asarray(values), len(inputs))
        for tensor, values in zip(wanted, found, strict=True)
    ]


def _rows(tensor: Tensor, values: Array, rows: int) -> Array:
    """Give what came out as (rows, width); raises WrongAnswer where it is no such thing."""
    if values.size != rows * (tensor.width or 0) or (tensor.grows and len(values) != rows):
        raise WrongAnswer(
            f"`{clip(tensor.name)}` has the shape {values.shape} for {rows} rows"
            f" of {tensor.width} values"
        )
    return values.reshape(rows, -1).astype(np.float64, copy=False)


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _read(path: str) -> OnnxFile:
    shown = f"`{clip(path, 80)}`"
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise UsageError(f"{shown} {what}", "name an ONNX file, as seen from the current folder")
    try:
        return read_model(Path(path), shown)
    except (ModelFileError, ArrayFileError) as fault:
        raise UsageError(fault.message, fault.hint) from None


def subject(argument: str) -> OnnxFileSubject:
    """Make the subject of a file; raises UsageError for one that cannot be used."""
    if not argument:
        raise UsageError("`onnx` needs a file", "write `--subject onnx:model.onnx`")
    return OnnxFileSubject(argument)
