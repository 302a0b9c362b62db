"""The formats by the suffix of a file: which module reads one, and which writes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.convert.conversion import Conversion, ConversionError
from evaluator.convert.reading import Source
from evaluator.diagnostics import UsageError, clip
from evaluator.kinds import PICKLE_ADVICE, PICKLES

if TYPE_CHECKING:
    from evaluator.network import Network
    from evaluator.spec import Spec

#: Suffix → the module with `read(source)`.
READERS: Final = {
    ".onnx": "onnx", ".pmml": "pmml", ".xml": "pmml", ".keras": "keras", ".h5": "keras",
    ".hdf5": "keras", ".json": "keras", ".safetensors": "state_dict", ".npz": "state_dict",
    ".nnet": "nnet",
}  # fmt: skip
#: Suffix → the module with `write(spec)`, which gives the bytes of a file.
WRITERS: Final = {
    ".onnx": "to_files",
    ".nnet": "to_files",
    ".safetensors": "to_files",
    ".npz": "to_files",
}
SPECS: Final = (".yaml", ".yml")


def read(
    path: str | os.PathLike[str], *, layers: str = "", weights: str = "",
    outputs: tuple[str, ...] = (),
) -> Conversion:  # fmt: skip
    """Read a network from a file of another format.

    `layers` is the layer list of a file of arrays, `weights` the file that belongs to a Keras JSON,
    `outputs` names those of several that are wanted. Raises ConversionError for what cannot be
    read or expressed, UsageError for files that are not there.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix in PICKLES:
        raise ConversionError(
            f"{clip(str(file), 200)} is a pickle, or may be one: reading it could run any code",
            PICKLE_ADVICE,
        )
    if suffix not in READERS:
        raise UsageError(
            f"{clip(str(file), 200)} has no suffix of a format that is read",
            f"there are {', '.join(READERS)}; a model of scikit-learn is converted in Python",
        )
    if layers and READERS[suffix] != "state_dict":
        raise UsageError("--layers is for files of arrays alone", "leave it out")
    if weights and suffix != ".json":
        raise UsageError("--weights is for a Keras JSON", "leave it out")
    if outputs and suffix != ".onnx":
        raise UsageError("--outputs is for ONNX models", "leave it out")
    make: Callable[[Source], Conversion] = _module(READERS[suffix]).read
    with np.errstate(all="ignore"):  # what overflows is refused where it is put in
        return make(Source(file, layers, weights, outputs))


def export(spec: Spec, path: str | os.PathLike[str]) -> tuple[bytes, list[str]]:
    """Give the file that holds the network of a spec in another format, and what is to be told.

    Raises ConversionError for a network that the format cannot express.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        raise UsageError(
            f"{clip(str(path), 200)} has no suffix of a format that is written",
            f"there are {', '.join(WRITERS)}",
        )
    network: Network = spec.network
    if not network.steps:
        raise ConversionError(
            f"the network of {clip(spec.file, 200)} is a file of its own", "copy that file"
        )
    content, notes = _module(WRITERS[suffix]).WRITERS[suffix](network)
    return content, notes


def _module(name: str) -> Any:
    return import_module(f"evaluator.convert.{name}")
