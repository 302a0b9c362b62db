"""The spec: a network and its cases, built from one document."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluator.case import Case, Probe
from evaluator.cases import CaseReader
from evaluator.diagnostics import Diagnostic, SpecError
from evaluator.document import Document
from evaluator.layers import connect_layers, connect_neuron
from evaluator.neurons import connect_neurons
from evaluator.source import read_file
from evaluator.validate import check
from evaluator.wiring import TooMany, Wiring

if TYPE_CHECKING:
    from evaluator.network import Array, Network


@dataclass(slots=True, eq=False)
class Spec:
    """A network and what it must answer."""

    name: str
    tags: tuple[str, ...]
    network: Network
    cases: list[Case]
    #: Every row that the cases give: (rows, inputs).
    inputs: Array
    #: The values of a trace that the cases expect.
    probes: list[Probe]
    document: Document
    #: What is worth a warning; errors never get this far.
    warnings: list[Diagnostic]

    @property
    def file(self) -> str:
        """The file as it was named."""
        return self.document.file

    @property
    def description(self) -> str:
        """What the author says about the network, in Markdown."""
        return str(self.document.data.get("description", ""))

    def explain(
        self, case: str | None = None, format: str = "text", digits: int | None = None
    ) -> str:
        """Write the steps of a case by its id, or of all; see `evaluator.explanations.explain`."""
        from evaluator.explanations import explain

        return explain(self, case, format, digits)

    def _repr_html_(self) -> str:
        """Show a notebook the network and the cases."""
        from evaluator.notebook import spec_table

        return spec_table(self)


def build(document: Document, atol: float | None = None, rtol: float | None = None) -> Spec:
    """Make a spec of a document; raises SpecError with every diagnostic, in file order.

    A tolerance given here replaces those that the spec sets; the part left out is 0.
    """
    found = list(document.diagnostics)
    if not _errors(found):
        found += check(document)
    if _errors(found):
        raise SpecError(in_file_order(found))
    wiring, parts = Wiring(document), None
    with closing(wiring), suppress(TooMany):
        parts = _parts(wiring, _override(atol, rtol))
    found += wiring.found
    if parts is None or _errors(found):
        raise SpecError(in_file_order(found))
    tags = tuple(document.data.get("tags", ()))
    spec = Spec(name_of(document), tags, *parts, document, found)
    # With other tolerances than the author's, right and wrong answers may overlap.
    if "exercise" in document.data and atol is None and rtol is None:
        from evaluator.exercises.reading import faults

        if wrong := faults(spec):
            raise SpecError(in_file_order([*found, *wrong]))
    return spec


def _parts(
    wiring: Wiring, override: tuple[float, float] | None
) -> tuple[Network, list[Case], Array, list[Probe]] | None:
    """Build the network, the cases, their inputs and what they expect; None if one is wrong."""
    network = connect(wiring)
    if network is None:
        return None
    reader = CaseReader(wiring, network, override)
    reader.read()
    if _errors(wiring.found):
        return None
    return network, reader.cases, reader.batch(), reader.probes


def connect(wiring: Wiring) -> Network | None:
    """Build the network; what is wrong goes to the wiring, and None means that no shape is known.

    A network with errors is good for one thing: to check the cases against its shape.
    """
    data = wiring.data
    inputs = wiring.names(("inputs",)) if "inputs" in data else None
    if "neuron" in data:
        return connect_neuron(wiring, inputs)
    if "layers" in data:
        return connect_layers(wiring, inputs)
    if "neurons" in data:
        return connect_neurons(wiring, inputs or ())
    from evaluator.model import connect_model

    return connect_model(wiring, inputs)


def _override(atol: float | None, rtol: float | None) -> tuple[float, float] | None:
    return None if atol is None and rtol is None else (atol or 0.0, rtol or 0.0)


def _errors(found: Sequence[Diagnostic]) -> bool:
    return bool(found) and any(d.severity == "error" for d in found)


def name_of(document: Document) -> str:
    """Give the name of a spec: its own, or its file's stem, with `#2` from the second on."""
    if isinstance(document.data, dict) and isinstance(document.data.get("name"), str):
        return str(document.data["name"])
    stem = "stdin"
    if document.file != "-":
        stem = os.path.splitext(os.path.basename(document.file))[0]
    return stem if document.number == 1 else f"{stem}#{document.number}"


def in_file_order(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Sort diagnostics by where they stand."""
    return sorted(found, key=lambda d: (d.location.file, d.location.line, d.location.column))


def load(path: str | os.PathLike[str], document: int = 1) -> Spec:
    """Read one spec from a file; raises SpecError with every diagnostic.

    `document` counts the documents of the file from 1.
    """
    documents = read_file(os.fspath(path))
    if not 1 <= document <= len(documents):
        raise IndexError(f"{path} has {len(documents)} documents, not {document}")
    return build(documents[document - 1])
