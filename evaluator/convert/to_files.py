"""Network → the bytes of a file: ONNX, .nnet, or the arrays alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import numpy as np

from evaluator.convert import nnet
from evaluator.convert.conversion import ConversionError
from evaluator.diagnostics import clip
from evaluator.subjects.translated import framework

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: The bytes of a file, and what is to be told.
Written = tuple[bytes, list[str]]


def _onnx(network: Network) -> Written:
    """Write a model that ONNX's checker accepts; the names of inputs and outputs are its metadata."""
    onnx = framework("onnx", "onnx")
    from evaluator.convert.onnx_graph import INPUTS, OUTPUTS
    from evaluator.convert.to_onnx import onnx_model

    model = onnx_model(network)
    names = {INPUTS: network.inputs, OUTPUTS: network.outputs}
    if len(network.outputs) < network.output_count():
        del names[OUTPUTS]  # a layer as a whole: its tensor has its name
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in names.items()})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True), []


def _nnet(network: Network) -> Written:
    notes = [] if network.dtype == "float64" else ["a .nnet file is evaluated in float64"]
    return nnet.write(network).encode(), notes


def arrays_of(network: Network) -> tuple[dict[str, Array], str]:
    """Give the arrays of a network of layers, and the layer list that reads them back."""
    arrays: dict[str, Array] = {}
    entries = []
    for number, step in enumerate(network.steps):
        name = step.names[0]
        if step.sources != number:
            raise ConversionError(
                f"`{clip(name)}` reads other values than the layer before it gives",
                "a file of arrays holds networks whose layers follow each other",
            )
        if step.weights is None and step.bias is not None:
            raise ConversionError(f"`{clip(name)}` has a bias and no weights")
        if step.weights is not None:
            arrays[f"{name}.weight"] = step.weights
            entries.append(_quoted(name))
        if step.bias is not None:
            arrays[f"{name}.bias"] = step.bias
        entries.append(_entry(step.activation.name, step.parameters, f"{name}.activation", arrays))
    return arrays, f"[{', '.join(entry for entry in entries if entry != 'identity')}]"


def _entry(
    activation: str, parameters: Mapping[str, object], name: str, arrays: dict[str, Array]
) -> str:
    """Write an activation for a layer list; a list of numbers becomes an array of the file."""
    parts = [f"name: {activation}"]
    for key, value in parameters.items():
        if np.ndim(value):  # type: ignore[arg-type]
            arrays[f"{name}.weight"] = np.asarray(value)
            parts.append(f"{key}: {_quoted(name)}")
        else:
            parts.append(f"{key}: {value}")
    return activation if len(parts) == 1 else "{" + ", ".join(parts) + "}"


def _quoted(name: str) -> str:
    from evaluator.convert.yaml_text import text

    return text(name)


def _npz(network: Network) -> Written:
    from evaluator.convert.save import write_npz

    return _written(network, write_npz)


def _safetensors(network: Network) -> Written:
    from evaluator.convert.save import write_safetensors

    return _written(network, write_safetensors)


def _written(network: Network, write: Callable[[Path, Mapping[str, Array]], None]) -> Written:
    arrays, layers = arrays_of(network)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "arrays"
        write(path, arrays)
        content = path.read_bytes()
    return content, [f"the file holds arrays alone; --layers '{layers}' reads them back"]


WRITERS: Final[Mapping[str, Callable[[Network], Written]]] = {
    ".onnx": _onnx, ".nnet": _nnet, ".npz": _npz, ".safetensors": _safetensors,
}  # fmt: skip
