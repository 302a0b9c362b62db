"""The form `model`: a network that an ONNX file holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from evaluator.arrays.files import ArrayFileError, resolve
from evaluator.diagnostics import clip, count
from evaluator.network import Network, Place, Trace
from evaluator.onnxfile import ModelFileError, OnnxFile, Tensor, read_model, total
from evaluator.wiring import MAX_WRITTEN

if TYPE_CHECKING:
    from evaluator.network import Array
    from evaluator.wiring import Wiring


class Model(Network):
    """A network without steps: block 0 of its places is the inputs, block n a tensor of the file."""

    __slots__ = ("blocks", "file")
    file: OnnxFile
    blocks: tuple[Tensor, ...]

    def __init__(
        self, file: OnnxFile, inputs: tuple[str, ...], outputs: tuple[str, ...],
        places: Mapping[str, Place], dtype: str,
    ) -> None:  # fmt: skip
        super().__init__(inputs, outputs, (), places, dtype)
        object.__setattr__(self, "file", file)
        object.__setattr__(self, "blocks", tuple(file.tensors.values()))

    @property
    def evaluated_by(self) -> str:
        """The subject that evaluates it, unless another is asked for."""
        return "onnxruntime"

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The inputs that a name may give together, as a list."""
        found, names = {}, list(self.inputs)
        for tensor in self.file.inputs:
            width = tensor.width or 0
            found[tensor.name], names = tuple(names[:width]), names[width:]
        return found

    def forward(self, x: Array) -> Trace:
        """Feed a batch through ONNX Runtime; raises SubjectError where that fails."""
        from evaluator.subjects.onnx import LoadedFile
        from evaluator.subjects.translated import Fetched

        answers, names = LoadedFile(self.file, self)(x), list(self.file.tensors)
        for fault in answers.faults.values():
            raise fault
        blocks = Fetched(len(names) + 1, lambda n: answers.values[names[n - 1]] if n else x)
        return Trace(self, blocks, blocks, False)

    def width(self, block: int) -> int:
        """Count the numbers of a tensor for each row; of block 0, the inputs."""
        return len(self.inputs) if block == 0 else self.blocks[block - 1].width or 0

    def size(self) -> int:
        """Count the values that come of one row."""
        return len(self.inputs) + total(self.blocks)

    def place(self, name: str) -> Place:
        """Find a tensor or an output by name."""
        if name in self.places:
            return self.places[name]
        raise KeyError(f"no value named `{name}`")

    def names(self) -> list[str]:
        """List every name that has a value."""
        return list(self.places)


def connect_model(wiring: Wiring, inputs: tuple[str, ...] | None) -> Model | None:
    """Read the ONNX file that a spec names; None where it cannot be used."""
    name = wiring.data["model"]["file"]
    try:
        file = read_model(resolve(name, wiring.document.file), f"`{clip(name, 80)}`")
    except (ArrayFileError, ModelFileError) as fault:
        code = fault.code if isinstance(fault, ModelFileError) else "model-file"
        wiring.complain(("model", "file"), code, fault.message, fault.hint)
        return None
    if "dtype" not in wiring.data:
        wiring.dtype = file.dtype
    for what, tensors in (("inputs", file.inputs), ("units", file.outputs)):
        most, hint = MAX_WRITTEN[what]
        if total(tensors) > most:
            wiring.complain(("model", "file"), "too-large",
                            f"there are {total(tensors):,} {what}; at most {most:,} are read", hint)  # fmt: skip
            return None
    if inputs is None:
        inputs = tuple(_input_names(file.inputs))
    elif len(inputs) != total(file.inputs):
        _miscounted(wiring, "inputs", len(inputs), file.inputs)
        inputs = ()
    places = {name: Place(block, None) for block, name in enumerate(file.tensors, 1)}
    outputs = tuple(tensor.name for tensor in file.outputs)
    if "outputs" in wiring.data:
        outputs = _renamed(wiring, file, places)
    return Model(file, inputs, outputs, places, wiring.dtype)


def _input_names(tensors: Sequence[Tensor]) -> Iterator[str]:
    """Name every input: by its tensor, and a number where that has several; x1, x2, … of a lone one."""
    for tensor in tensors:
        if tensor.width == 1:
            yield tensor.name
            continue
        for number in range(tensor.width or 0):
            yield f"x{number + 1}" if len(tensors) == 1 else f"{tensor.name}[{number}]"


def _renamed(wiring: Wiring, file: OnnxFile, places: dict[str, Place]) -> tuple[str, ...]:
    """Add a place for each name of `outputs`; gives no names where they are wrong."""
    names = wiring.names(("outputs",))
    is_clear = len(set(names)) == len(names)
    if is_clear and len(names) != total(file.outputs):
        _miscounted(wiring, "outputs", len(names), file.outputs)
        is_clear = False
    if not is_clear:  # they stand for something: cases that use them are not wrong too
        places.update(dict.fromkeys(names, Place(0, 0)))
        return ()
    numbers = [
        Place(places[tensor.name].block, column)
        for tensor in file.outputs
        for column in range(tensor.width or 0)
    ]
    places.update(zip(names, numbers, strict=True))
    return names


def _miscounted(wiring: Wiring, key: str, names: int, tensors: Sequence[Tensor]) -> None:
    wiring.complain((key,), "shape-mismatch",
                    f"{count(names, 'name')} for {count(total(tensors), key.removesuffix('s'))}"
                    " of the model", "give one name for each number")  # fmt: skip
