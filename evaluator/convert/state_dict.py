"""A file of named arrays, as PyTorch saves them: the layer list says what is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.activations import ACTIVATIONS, NAMES
from evaluator.arrays import load_arrays
from evaluator.arrays.files import ArrayFileError, listed
from evaluator.convert.builder import Builder, Columns
from evaluator.convert.conversion import Conversion, ConversionError
from evaluator.convert.reading import Source
from evaluator.diagnostics import clip, did_you_mean

if TYPE_CHECKING:
    from evaluator.network import Array

#: The arrays of one BatchNorm1d; the last one only counts what training has seen.
_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
#: Layers that do nothing at inference.
_NOTHING = ("dropout", "flatten")


def read(source: Source) -> Conversion:
    """Read the arrays, and put them together as the layer list says."""
    try:
        arrays = load_arrays(source.path, source.shown)
    except ArrayFileError as fault:
        raise ConversionError(fault.message, fault.hint) from None
    modules: dict[str, dict[str, Array]] = {}
    for key, values in arrays.items():
        module, _, what = key.rpartition(".")
        modules.setdefault(module, {})[what] = values
    single = all(v.dtype == np.float32 for k, v in arrays.items() if not k.endswith(_NORM[-1]))
    layers = _LayerList(modules, "float32" if single and arrays else "float64", source.shown)
    for entry in _listed(source.layers, modules, source.shown):
        layers.add(entry)
    return layers.conversion(f"{source.name}, whose arrays are put together as {source.layers}")


def _listed(text: str, modules: Mapping[str, Any], shown: str) -> list[Any]:
    """Read the layer list, a list as YAML writes it: `[fc1, relu, fc2, softmax]`."""
    from evaluator.source import read

    example = ", ".join(f"{clip(name)}, ACTIVATION" for name in [*modules][:6])
    hint = f"as in --layers '[{example}]'"
    if not text:
        raise ConversionError(
            f"{shown} holds arrays, and nothing says what is done with them", hint
        )
    (document,) = read(text, "--layers")
    if document.broken or not isinstance(document.data, list) or not document.data:
        raise ConversionError("--layers is not a list in brackets", hint)
    return document.data


class _LayerList:
    """Puts arrays together, entry by entry, and knows which ones are used."""

    def __init__(self, modules: dict[str, dict[str, Array]], dtype: str, shown: str) -> None:
        self.modules, self.dtype, self.shown = modules, dtype, shown
        self.used: set[str] = set()
        self.builder: Builder | None = None
        self.x: Columns = ()

    def add(self, entry: Any) -> None:
        """Do what an entry says: a module of the file, or an activation."""
        parameters = dict(entry) if isinstance(entry, dict) else {}
        name = parameters.pop("name", None) if isinstance(entry, dict) else entry
        if not isinstance(name, str):
            raise ConversionError(
                f"an entry of --layers is `{clip(str(entry))}`",
                "write the name of a module or of an activation, or {name: …, PARAMETER: …}",
            )
        if name in self.modules:
            self._module(name, parameters)
        elif name in NAMES:
            self._activation(NAMES[name], parameters)
        elif name in _NOTHING and not parameters:
            self._values().notes.append(f"`{name}` does nothing at inference and is left out")
        else:
            known = [*self.modules, *NAMES, *_NOTHING]
            raise ConversionError(
                f"{self.shown} has no arrays for `{clip(name)}`, and no activation is called so",
                did_you_mean(name, known)
                or f"modules, by NAME.weight: {listed(filter(None, self.modules))}",
            )

    def conversion(self, origin: str) -> Conversion:
        """Give the network, once every array is used."""
        unused = [name for name in self.modules if name not in self.used]
        if unused:
            raise ConversionError(
                f"--layers leaves out {listed(unused)} of {self.shown}",
                "name every module; save the others elsewhere if they are not part of the network",
            )
        builder = self._values()
        return Conversion(builder.network(self.x), origin, tuple(builder.notes))

    def _module(self, name: str, parameters: dict[str, Any]) -> None:
        arrays = self.modules[name]
        self.used.add(name)
        if arrays.keys() <= {"weight", "bias"} and arrays.get("weight", np.empty(0)).ndim == 2:
            if parameters:
                raise ConversionError(f"`{clip(name)}` is a dense layer and takes no parameters")
            self._dense(name, arrays["weight"], arrays.get("bias"))
        elif {"running_mean", "running_var"} <= arrays.keys() <= set(_NORM):
            self._norm(name, arrays, parameters)
        elif arrays.keys() == {"weight"} and parameters == {} and arrays["weight"].ndim == 1:
            raise ConversionError(
                f"`{clip(name)}.weight` is a list of {len(arrays['weight'])} numbers",
                f"for a PReLU write {{name: prelu, slope: {name}}}; other layers are not expressed",
            )
        else:
            shapes = ", ".join(f"{clip(key)} {value.shape}" for key, value in arrays.items())
            raise ConversionError(
                f"`{clip(name)}` is neither a dense layer nor a BatchNorm1d: it holds {shapes}",
                "only dense layers, BatchNorm1d and activations can be expressed",
            )

    def _dense(self, name: str, weights: Array, bias: Array | None) -> None:
        if self.builder is None:
            inputs = [f"x{number + 1}" for number in range(weights.shape[1])]
            self.builder = Builder(inputs, self.dtype)
            self.x = self.builder.inputs
        self.x = self.builder.dense(self.x, weights, bias, name)

    def _norm(self, name: str, arrays: dict[str, Array], parameters: dict[str, Any]) -> None:
        builder, width = self._values(), len(self.x)
        eps = parameters.pop("eps", None)
        if parameters or not (eps is None or (isinstance(eps, int | float) and eps >= 0)):
            raise ConversionError(f"a BatchNorm1d takes `eps` alone, and `{clip(name)}` has others")
        if eps is None:
            eps = 1e-5
            builder.notes.append(f"`{clip(name)}` is taken to have the eps of PyTorch, 1e-05")
        one, zero = np.ones(width), np.zeros(width)
        values = [
            np.asarray(arrays.get(key, default), np.float64)
            for key, default in zip(_NORM[:4], (one, zero, zero, one), strict=True)
        ]
        if any(value.shape != (width,) for value in values):
            raise ConversionError(
                f"`{clip(name)}` normalises another number of values than {width}"
            )
        self.x = builder.batch_norm(self.x, values, float(eps), name)

    def _activation(self, name: str, parameters: dict[str, Any]) -> None:
        known = {parameter.name: parameter for parameter in ACTIVATIONS[name].parameters}
        for key, value in parameters.items():
            if key not in known:
                hint = did_you_mean(key, known)
                raise ConversionError(f"`{name}` has no parameter `{clip(key)}`", hint)
            if known[key].per_unit and isinstance(value, str) and value in self.modules:
                self.used.add(value)
                slope = self.modules[value].get("weight", np.empty(0)).ravel()
                parameters[key] = slope.item() if len(slope) == 1 else slope
            elif type(value) not in (int, float) and value not in known[key].choices:
                raise ConversionError(f"`{key}` of `{name}` is `{clip(str(value))}`, not a number")
        self.x = self._values().activate(self.x, name, parameters, name)

    def _values(self) -> Builder:
        if self.builder is None:
            raise ConversionError(
                "--layers begins with no dense layer, so that the number of inputs is not known",
                "name the first dense layer first",
            )
        return self.builder
