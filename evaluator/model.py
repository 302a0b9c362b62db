"""The form `model`: a network that an ONNX file holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluator.diagnostics import Unsupported
from evaluator.network import Network, Place
from evaluator.onnxfile import ModelFileError, OnnxFile, Tensor, read_model, total
from evaluator.wiring import count

if TYPE_CHECKING:
    from evaluator.network import Array, Trace
    from evaluator.wiring import Wiring


@dataclass(frozen=True, slots=True, eq=False)
class Model(Network):
    """A network without steps: each of its places is a tensor of an ONNX file."""

    #: None only while the class is being made: a dataclass wants defaults after defaults.
    file: OnnxFile | None = None
    #: Block → its tensor; block 0 is the inputs, which may be several tensors.
    blocks: tuple[Tensor, ...] = ()

    @property
    def evaluated_by(self) -> str:
        """The subject that evaluates it, unless another is asked for."""
        return "onnxruntime"

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The inputs that a name may give together, as a list."""
        assert self.file is not None
        found, names = {}, list(self.inputs)
        for tensor in self.file.inputs:
            width = tensor.width or 0
            found[tensor.name], names = tuple(names[:width]), names[width:]
        return found

    def forward(self, x: Array) -> Trace:
        """Raise Unsupported: there are no weights here to feed inputs through."""
        raise Unsupported("it evaluates networks that are written out, and this is an ONNX file",
                          f"evaluate it with `--subject {self.evaluated_by}`")  # fmt: skip

    def width(self, block: int) -> int:
        """Count the numbers of a tensor for each row; of block 0, the inputs."""
        return len(self.inputs) if block == 0 else self.blocks[block - 1].width or 0

    def size(self) -> int:
        """Count the values that one row makes."""
        return total(self.blocks) + len(self.inputs)

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
    file = _file(wiring)
    if file is None:
        return None
    if "dtype" not in wiring.data:
        wiring.dtype = file.dtype
    names = tuple(_input_names(file.inputs)) if inputs is None else inputs
    if len(names) != total(file.inputs):
        wiring.complain(("inputs",), "shape-mismatch",
                        f"{count(len(names), 'name')} for the {count(total(file.inputs), 'input')}"
                        f" of {file.shown}", "give one name per number")  # fmt: skip
        names = ()
    blocks = tuple(file.tensors.values())
    places = {tensor.name: Place(number, None) for number, tensor in enumerate(blocks, 1)}
    outputs = tuple(tensor.name for tensor in file.outputs)
    if "outputs" in wiring.data:
        outputs = _rename(wiring, file, places)
    return Model(names, outputs, (), places, wiring.dtype, file, blocks)


def _file(wiring: Wiring) -> OnnxFile | None:
    from evaluator.diagnostics import clip
    from evaluator.files import ArrayFileError, resolve

    name = wiring.data["model"]["file"]
    try:
        return read_model(resolve(name, wiring.document.file), f"`{clip(name, 80)}`")
    except (ArrayFileError, ModelFileError) as fault:
        wiring.complain(("model", "file"), "model-file", fault.message, fault.hint)
        return None


def _input_names(tensors: Sequence[Tensor]) -> Iterator[str]:
    """Name every input: x1, x2, … of one tensor; of several, by tensor and number."""
    for tensor in tensors:
        for number in range(tensor.width or 0):
            if len(tensors) == 1:
                yield f"x{number + 1}"
            else:
                yield tensor.name if tensor.width == 1 else f"{tensor.name}[{number}]"


def _rename(wiring: Wiring, file: OnnxFile, places: dict[str, Place]) -> tuple[str, ...]:
    """Name the numbers of the outputs; gives no names where they are wrong."""
    names = wiring.names(("outputs",))
    if len(names) != total(file.outputs):
        wiring.complain(("outputs",), "shape-mismatch",
                        f"{count(len(names), 'name')} for the {count(total(file.outputs), 'output')}"
                        f" of {file.shown}", "give one name per number")  # fmt: skip
        return ()
    numbered = [
        Place(places[tensor.name].block, column)
        for tensor in file.outputs
        for column in range(tensor.width or 0)
    ]
    places.update(zip(names, numbered, strict=True))
    return names if len(set(names)) == len(names) else ()
