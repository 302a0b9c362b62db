"""How the fields of a PMML model become inputs, and its neurons outputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree.ElementTree import Element

import numpy as np

from evaluator.convert.builder import Builder, Columns
from evaluator.convert.conversion import ConversionError
from evaluator.convert.reading import refused
from evaluator.convert.xml import Xml, number
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.network import Place

#: How often a field may be derived from another one that is derived.
MAX_DERIVED: Final = 20


class Input(NamedTuple):
    """An input of the network: a field, or whether a field has a certain value."""

    field: str
    value: str | None = None

    @property
    def text(self) -> str:
        """Its name."""
        return self.field if self.value is None else f"{self.field}={self.value}"


class Scale(NamedTuple):
    """A straight line, `factor · x + shift`, kept between two bounds."""

    factor: float = 1.0
    shift: float = 0.0
    low: float = -math.inf
    high: float = math.inf


class Fields:
    """The fields of a model."""

    def __init__(self, xml: Xml, model: Element) -> None:
        self.xml, self.model = xml, model
        self.notes: list[str] = []
        self._types = {
            field.get("name", ""): field.get("dataType", "") for field in xml.root.iter("DataField")
        }
        shared = [xml.root.find("TransformationDictionary"), model.find("LocalTransformations")]
        self.derived = {
            field.get("name", ""): field
            for part in shared if part is not None for field in part.findall("DerivedField")
        }  # fmt: skip
        self.targets = self._targets()
        self._inputs = self._neural("NeuralInputs", "NeuralInput")
        self._read = [self._expression(element) for element in self._inputs]

    def _targets(self) -> list[str]:
        """Name what the model predicts; its other fields must be taken as they are."""
        found = []
        for field in self.model.iterfind("MiningSchema/MiningField"):
            if field.get("usageType") in ("target", "predicted"):
                found.append(field.get("name", ""))
            outliers = field.get("outliers", "asIs")
            if outliers != "asIs":
                raise refused(f"outliers={outliers}", field.get("name", ""), "a field with")
        return found

    def _neural(self, group: str, kind: str) -> list[Element]:
        listed = self.model.findall(f"{group}/{kind}")
        if not listed:
            raise ConversionError(f"{self.xml.place(self.model)}: the NeuralNetwork has no {group}")
        return listed

    def inputs(self) -> list[Input]:
        """List the inputs, in the order in which the network first reads them."""
        found = list(dict.fromkeys(read for read, _ in self._read))
        for read in found:
            name, kind = clip(read.field), self._types.get(read.field)
            if read.value is not None:
                self.notes.append(
                    f"the input `{clip(read.text)}` is 1 where `{name}` is that, else 0"
                )
            elif kind in ("string", "boolean"):
                raise ConversionError(
                    f"the field `{name}` is {kind}, not a number",
                    "only NormDiscrete makes numbers of it",
                )
        return found

    def scaled(self, builder: Builder, inputs: list[Input]) -> dict[str, Place]:
        """Give what each NeuralInput stands for, by its id; scaled, if any of them is."""
        place = dict(zip(inputs, builder.inputs, strict=True))
        x: Columns = tuple(place[read] for read, _ in self._read)
        ids = [element.get("id", "") for element in self._inputs]
        if len(set(ids)) < len(ids) or "" in ids:
            where = self.xml.place(self._inputs[0])
            raise ConversionError(f"{where}: an id is missing, or taken twice")
        factor, shift, low, high = np.array([scale for _, scale in self._read]).T
        if (factor != 1).any() or (shift != 0).any():
            x = builder.affine(x, factor, shift, "scaled", ids)
        bounded = np.isfinite(low)
        if bounded.all():
            x = builder.clip(x, low, high, "bounded")
        elif bounded.any():
            raise ConversionError(
                "some NeuralInputs are bounded, asExtremeValues, and others are not"
            )
        return dict(zip(ids, x, strict=True))

    def outputs(self, builder: Builder, known: dict[str, Place]) -> tuple[Columns, list[str]]:
        """Give the outputs, scaled back, in the order of the neurons; and their names."""
        found: dict[Place, tuple[str, Scale]] = {}
        for element in self._neural("NeuralOutputs", "NeuralOutput"):
            neuron, where = element.get("outputNeuron", ""), self.xml.place(element)
            if neuron not in known:
                raise ConversionError(f"{where}: there is no neuron `{clip(neuron)}`")
            if known[neuron] in found:
                raise ConversionError(f"{where}: the neuron `{clip(neuron)}` is two outputs")
            read, scale = self._expression(element, back=True)
            found[known[neuron]] = read.field if read.value is None else read.value, scale
        x: Columns = tuple(sorted(found))
        names = [found[place][0] for place in x]
        usable = all(name and name.isprintable() and not name.endswith(".z") for name in names)
        if not usable or len(set(names)) < len(names) or not set(names).isdisjoint(builder.names):
            names = []
        factor, shift, _, _ = np.array([found[place][1] for place in x]).T
        if (factor != 1).any() or (shift != 0).any():
            x = builder.affine(x, factor, shift, "rescaled")
        return x, names

    def _expression(self, element: Element, back: bool = False) -> tuple[Input, Scale]:
        """Read what a NeuralInput or NeuralOutput says of its field; `back` scales the other way."""
        field = element.find("DerivedField")
        if field is None:
            raise ConversionError(f"{self.xml.place(element)}: there is no DerivedField")
        return self._derivation(field, back, 0)

    def _derivation(self, field: Element, back: bool, depth: int) -> tuple[Input, Scale]:
        where = self.xml.place(field)
        expressions = [e for e in field if e.tag not in ("Extension", "Value", "Interval")]
        if len(expressions) != 1 or depth > MAX_DERIVED:
            raise ConversionError(f"{where}: a DerivedField has one expression, and no circles")
        (expression,) = expressions
        name, kind = expression.get("field", ""), expression.tag
        if kind == "NormDiscrete":
            method = expression.get("method", "indicator")
            if method != "indicator":
                raise refused(method, where, "a NormDiscrete of the method")
            return Input(name, expression.get("value", "")), Scale()
        if kind not in ("FieldRef", "NormContinuous"):
            raise refused(kind, where, "a field that is made by")
        scale = Scale() if kind == "FieldRef" else self._scale(expression, back)
        if name not in self.derived or back:
            return Input(name), scale
        read, inner = self._derivation(self.derived[name], back, depth + 1)
        if math.isfinite(inner.low):
            raise ConversionError(f"{where}: `{clip(name)}` is bounded before it is scaled again")
        shift = scale.factor * inner.shift + scale.shift
        return read, Scale(scale.factor * inner.factor, shift, scale.low, scale.high)

    def _scale(self, element: Element, back: bool) -> Scale:
        """Read a NormContinuous of two points."""
        where = self.xml.place(element)
        points = element.findall("LinearNorm")
        outliers = element.get("outliers", "asIs")
        if len(points) != 2:
            raise refused("NormContinuous", where, f"a field with {len(points)} points, a")
        if outliers not in ("asIs", "asExtremeValues"):
            raise refused(f"outliers={outliers}", where, "a NormContinuous with")
        (x1, y1), (x2, y2) = (
            [number(point.get(key, ""), f"{where}: {key}") for key in ("orig", "norm")]
            for point in points
        )
        if back:
            x1, x2, y1, y2 = y1, y2, x1, x2
        if x1 == x2:
            raise ConversionError(f"{where}: both points stand at {x1}")
        factor = (y2 - y1) / (x2 - x1)
        shift = y1 - factor * x1
        if outliers == "asIs" or back:
            return Scale(factor, shift)
        return Scale(factor, shift, min(y1, y2), max(y1, y2))
