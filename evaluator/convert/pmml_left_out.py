"""What a PMML file says that a spec has no place for: each is told in a note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from evaluator.diagnostics import clip

#: Attributes that say what becomes of values that are missing, or not among those allowed.
_SUBSTITUTES: Final = (
    "missingValueReplacement", "missingValueTreatment", "invalidValueReplacement",
    "invalidValueTreatment", "mapMissingTo", "defaultValue",
)  # fmt: skip
#: The outputs that a verification is read for, and nothing else.
_READ: Final = {"predictedValue", "probability"}


def left_out(root: Element, model: Element, inputs: set[str]) -> Iterator[str]:
    """Say what is left out; `inputs` are the fields that the network reads."""
    for field in model.iterfind("MiningSchema/MiningField"):
        name = clip(field.get("name", ""))
        if field.get("usageType", "active") == "active" and field.get("name") not in inputs:
            yield f"the field `{name}` is read by no neuron and is left out"
    for element in [*root.iterfind("TransformationDictionary//*"), *model.iter()]:
        for key in _SUBSTITUTES:
            if key in element.attrib:
                name = clip(element.get("name", element.get("field", element.tag)))
                value = clip(element.attrib[key])
                yield f"the {key} of `{name}`, {value}, is left out: a case gives every value"
    for field in root.iterfind("DataDictionary/DataField"):
        if field.get("name") in inputs and field.find("Interval") is not None:
            yield f"the bounds of `{clip(field.get('name', ''))}` are left out"
    for field in model.iterfind("Output/OutputField"):
        if (feature := field.get("feature", "predictedValue")) not in _READ:
            yield f"the output `{clip(field.get('name', ''))}` ({clip(feature)}) is left out"
    for element in model.iterfind("ModelVerification"):
        rows = len(element.findall("InlineTable/row"))
        if (said := element.get("recordCount", str(rows))) != str(rows):
            yield f"the ModelVerification says that it has {clip(said)} rows, and has {rows}"
