"""PMML: a NeuralNetwork, and its ModelVerification as cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

import numpy as np

from evaluator.convert.builder import Builder, Columns
from evaluator.convert.conversion import Conversion, ConversionError
from evaluator.convert.pmml_fields import Fields
from evaluator.convert.pmml_left_out import left_out
from evaluator.convert.pmml_verification import verification
from evaluator.convert.reading import Source, refused
from evaluator.convert.xml import Xml, number
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Place

#: What PMML calls activations; `threshold` and `arctan` take more than a name.
ACTIVATIONS: Final = {
    "logistic": "sigmoid", "tanh": "tanh", "identity": "identity", "exponential": "exp",
    "reciprocal": "reciprocal", "square": "square", "Gauss": "gaussian", "sine": "sin",
    "cosine": "cos", "Elliott": "softsign", "arctan": "atan", "rectifier": "relu",
    "threshold": "step",
}  # fmt: skip
NORMALIZATIONS: Final = {"softmax": "softmax", "simplemax": "normalize", "none": ""}
#: Parts of a model that change nothing of what it answers, or are read.
_KNOWN: Final = {
    "MiningSchema", "Output", "ModelStats", "ModelExplanation", "LocalTransformations",
    "NeuralInputs", "NeuralLayer", "NeuralOutputs", "ModelVerification", "Extension",
}  # fmt: skip
_NO_MODEL: Final = {
    "Header", "MiningBuildTask", "DataDictionary", "TransformationDictionary", "Extension",
}  # fmt: skip


def read(source: Source) -> Conversion:
    """Read the neural network of a file."""
    xml = Xml(source.path, source.shown)
    model = _model(xml)
    fields = Fields(xml, model)
    dtype = "float32" if model.get("x-mathContext") == "float" else "float64"
    inputs = fields.inputs()
    builder = Builder([name.text for name in inputs], dtype)
    known = fields.scaled(builder, inputs)
    layers = model.findall("NeuralLayer")
    if not layers:
        raise ConversionError(f"{xml.place(model)}: the NeuralNetwork has no NeuralLayer")
    before = dict(known)
    for count, layer in enumerate(layers, 1):
        before = _Layer(xml, model, layer, f"layer{count}").build(builder, known, before)
        known |= before
    network = builder.network(*fields.outputs(builder, known))
    cases = verification(xml, model, fields, inputs, network)
    version, name = clip(xml.root.get("version", "?"), 10), clip(model.get("modelName", ""), 80)
    origin = " ".join(f"the PMML {version} model {name} of {source.name}".split())
    left = left_out(xml.root, model, {name.field for name in inputs} | {*fields.derived})
    notes = tuple(dict.fromkeys([*fields.notes, *builder.notes, *left]))
    return Conversion(network, origin, notes, cases)


def _model(xml: Xml) -> Element:
    """Find the only model of the file."""
    if xml.root.tag != "PMML":
        raise ConversionError(
            f"{xml.place(xml.root)}: the root is `{clip(xml.root.tag)}`, not `PMML`"
        )
    models = [element for element in xml.root if element.tag not in _NO_MODEL]
    if len(models) != 1:
        raise ConversionError(f"{xml.place(xml.root)}: there are {len(models)} models, not one")
    (model,) = models
    if model.tag != "NeuralNetwork":
        raise refused(model.tag, model.get("modelName", "the model"), "a")
    for element in model:
        if element.tag not in _KNOWN:
            raise ConversionError(
                f"{xml.place(element)}: `{clip(element.tag)}` changes what the model answers, and"
                " cannot be expressed",
                "remove it, if it does not count",
            )
    return model


class _Layer:
    """One NeuralLayer; what it does not set is set for the whole network."""

    def __init__(self, xml: Xml, model: Element, element: Element, name: str) -> None:
        self.xml, self.model, self.element, self.name = xml, model, element, name
        self.neurons = element.findall("Neuron")
        self.where = xml.place(element)
        if not self.neurons:
            raise ConversionError(f"{self.where}: the layer has no neurons")

    def _setting(self, key: str, default: str) -> str:
        return self.element.get(key, self.model.get(key, default))

    def _choice(self, key: str, default: str, known: dict[str, str]) -> str:
        chosen = self._setting(key, default)
        if chosen not in known:
            raise refused(chosen, self.where, f"a layer with the {key}")
        return chosen

    def build(
        self, builder: Builder, known: dict[str, Place], before: dict[str, Place]
    ) -> dict[str, Place]:
        """Add the layer; gives where each of its neurons stands, by its id."""
        ids = [self._id(neuron, known) for neuron in self.neurons]
        if len(set(ids)) < len(ids):
            raise ConversionError(f"{self.where}: two neurons have one id")
        function = self._choice("activationFunction", "", ACTIVATIONS)
        method = self._choice("normalizationMethod", "none", NORMALIZATIONS)
        inner = [f"{unit}.atan" for unit in ids] if function == "arctan" else ids
        x = self._dense(builder, known, before, inner)
        if function == "threshold":
            threshold = number(self._setting("threshold", "0"), f"{self.where}: threshold")
            x = builder.activate(x, "step", {"threshold": threshold}, self.name)
        elif function != "identity":
            x = builder.activate(x, ACTIVATIONS[function], {}, self.name)
        if function == "arctan":  # PMML's is scaled to -1 … 1
            scale = np.full(len(x), 2 / math.pi), np.zeros(len(x))
            x = builder.affine(x, *scale, f"{self.name}_scaled", ids)
        if NORMALIZATIONS[method]:
            x = builder.activate(x, NORMALIZATIONS[method], {}, f"{self.name}_{method}")
        return dict(zip(ids, x, strict=True))

    def _id(self, neuron: Element, known: dict[str, Place]) -> str:
        unit = neuron.get("id", "")
        if not unit or unit in known:
            where = self.xml.place(neuron)
            raise ConversionError(
                f"{where}: the id `{clip(unit)}` of a neuron is missing, or taken"
            )
        return unit

    def _dense(
        self, builder: Builder, known: dict[str, Place], before: dict[str, Place], ids: list[str]
    ) -> Columns:
        """Add weights and biases; a connection that is not there has the weight 0."""
        rows = [self._connections(neuron, known) for neuron in self.neurons]
        used = {source for row in rows for source in row}
        reads = [*before] if used <= before.keys() else [unit for unit in known if unit in used]
        column = {unit: place for place, unit in enumerate(reads)}
        weights, bias = np.zeros((len(rows), len(reads))), np.zeros(len(rows))
        for unit, (neuron, row) in enumerate(zip(self.neurons, rows, strict=True)):
            for source, weight in row.items():
                weights[unit, column[source]] = weight
            bias[unit] = number(neuron.get("bias", "0"), f"{self.xml.place(neuron)}: bias")
        x = tuple(known[unit] for unit in reads)
        return builder.dense(x, weights, bias, self.name, ids)

    def _connections(self, neuron: Element, known: dict[str, Place]) -> dict[str, float]:
        """Give the weights of a neuron, by what it reads."""
        found: dict[str, float] = {}
        for connection in neuron.findall("Con"):
            where, source = self.xml.place(connection), connection.get("from", "")
            if source not in known:
                raise ConversionError(
                    f"{where}: `{clip(source)}` is no input and no neuron of an earlier layer",
                    "only feedforward networks can be expressed",
                )
            if source in found:
                raise ConversionError(f"{where}: the neuron reads `{clip(source)}` twice")
            found[source] = number(connection.get("weight", ""), f"{where}: weight")
        if not found:
            raise ConversionError(f"{self.xml.place(neuron)}: the neuron reads nothing")
        return found
