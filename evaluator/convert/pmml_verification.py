"""A PMML model's ModelVerification, as cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element

import numpy as np

from evaluator.convert.conversion import Cases, ConversionError
from evaluator.convert.xml import Xml, number
from evaluator.diagnostics import clip

if TYPE_CHECKING:
    from evaluator.convert.pmml_fields import Fields, Input
    from evaluator.network import Array, Network


class _Field(NamedTuple):
    """A VerificationField: its column, and how near an answer must come."""

    column: str
    #: As a part of the value.
    precision: float
    #: Up to here a value counts as 0.
    zero: float


def verification(
    xml: Xml, model: Element, fields: Fields, inputs: list[Input], network: Network
) -> Cases | None:
    """Read the rows of a model's verification; None where it has none."""
    element = model.find("ModelVerification")
    if element is None:
        return None
    declared = {}
    for field in element.iterfind("VerificationFields/VerificationField"):
        where, name = xml.place(field), field.get("field", "")
        precision = number(field.get("precision", "1e-6"), f"{where}: precision")
        zero = number(field.get("zeroThreshold", "1e-16"), f"{where}: zeroThreshold")
        if precision < 0 or zero < 0:
            raise ConversionError(f"{where}: a precision is below 0")
        declared[name] = _Field(field.get("column", name), precision, zero)
    rows = _Rows(xml, declared, element.findall("InlineTable/row"))
    if not rows.cells:
        raise ConversionError(
            f"{xml.place(element)}: the ModelVerification has no InlineTable with rows"
        )
    return rows.cases(model, fields, inputs, network)


class _Rows:
    """The rows of an InlineTable."""

    def __init__(self, xml: Xml, declared: Mapping[str, _Field], rows: list[Element]) -> None:
        self.declared = declared
        self.cells = [{cell.tag: (cell.text or "").strip() for cell in row} for row in rows]
        self._where = [xml.place(row) for row in rows]

    def cases(self, model: Element, fields: Fields, inputs: list[Input], network: Network) -> Cases:
        """Make cases of them: values of outputs, and the class where it is told."""
        x = np.stack([self._input(read) for read in inputs], axis=1)
        meant, predicted = _meanings(model, fields, network)
        told = [(name, self.declared[f]) for name, f in meant.items() if f and f in self.declared]
        classes = None
        if model.get("functionName") == "classification" and len(network.outputs) > 1:
            classes = self._classes(predicted, network)
        if not told and classes is None:
            raise ConversionError(
                f"the ModelVerification says nothing of {clip(', '.join(network.outputs), 120)}",
                "remove it, and record answers with --record or --inputs",
            )
        origin = "those of the model's own ModelVerification"
        if not told:
            return Cases(x, None, origin, classes)
        columns = [field for _, field in told]
        expected = np.stack([self._numbers(field.column) for field in columns], axis=1)
        names = () if len(told) == network.output_count() else tuple(name for name, _ in told)
        alike = len({field.precision for field in columns}) == 1
        tolerance = {"rtol": columns[0].precision if alike else 0.0}
        return Cases(
            x, expected, origin, classes, names, _texts(expected, columns, alike), tolerance
        )

    def _input(self, read: Input) -> Array:
        if read.field not in self.declared:
            raise ConversionError(
                f"the ModelVerification has no VerificationField of `{clip(read.field)}`"
            )
        column = self.declared[read.field].column
        if read.value is None:
            return self._numbers(column)
        return np.array([float(text == read.value) for text in self._texts(column)])

    def _texts(self, column: str) -> list[str]:
        for row, cells in enumerate(self.cells):
            if not cells.get(column):
                raise ConversionError(
                    f"{self._where[row]}: the row has no `{clip(column)}`",
                    "missing values cannot be expressed",
                )
        return [cells[column] for cells in self.cells]

    def _numbers(self, column: str) -> Array:
        texts = zip(self._texts(column), self._where, strict=True)
        return np.array([number(text, f"{where}: `{clip(column)}`") for text, where in texts])

    def _classes(self, predicted: str, network: Network) -> Array | None:
        """Give the index of the class of each row, if the verification tells it."""
        if predicted not in self.declared:
            return None
        texts = self._texts(self.declared[predicted].column)
        for text, where in zip(texts, self._where, strict=True):
            if text not in network.outputs:
                raise ConversionError(f"{where}: the class `{clip(text)}` is none of the outputs")
        return np.array([network.outputs.index(text) for text in texts])


def _meanings(
    model: Element, fields: Fields, network: Network
) -> tuple[dict[str, str | None], str]:
    """Say which field holds the value of each output, in their order; and which the prediction."""
    predicted = fields.targets[0] if fields.targets else ""
    probabilities: dict[str, str] = {}
    for field in model.iterfind("Output/OutputField"):
        name, feature = field.get("name", ""), field.get("feature", "predictedValue")
        if feature == "probability" and "value" in field.attrib:
            probabilities[field.attrib["value"]] = name
        elif feature == "predictedValue":
            predicted = name
    if model.get("functionName") == "classification":
        return {name: probabilities.get(name) for name in network.outputs}, predicted
    if network.output_count() == 1:
        return {network.outputs[0]: predicted}, predicted
    return {name: name for name in network.outputs}, predicted


def _texts(expected: Array, columns: list[_Field], alike: bool) -> dict[tuple[int, int], str]:
    """Write the expected values that no tolerance for the whole file says."""
    texts = {}
    for (row, column), value in np.ndenumerate(expected):
        field = columns[column]
        if abs(value) <= field.zero:
            texts[row, column] = f"0 ± {field.zero!r}"
        elif not alike:
            texts[row, column] = f"{float(value)!r} ± {abs(float(value)) * field.precision!r}"
    return texts
