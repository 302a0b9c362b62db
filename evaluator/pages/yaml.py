"""Spec → its YAML with places for numbers, so that a page can write it with others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import yaml

from evaluator.convert.yaml_text import text
from evaluator.expectation import ABOUT

if TYPE_CHECKING:
    from evaluator.network import Network
    from evaluator.pages.data import Unit
    from evaluator.spec import Spec

#: A piece of text, or a place: ("weight", block, unit, n), ("bias", block, unit), ("activation", block).
Piece = str | tuple[str, int] | tuple[str, int, int] | tuple[str, int, int, int]


def template(spec: Spec, places: dict[Unit, Unit]) -> list[Piece]:
    """Write the spec with a place for every weight, bias and activation; texts in between are joined.

    Comments are lost, and arrays from files get places like those that are written out.
    """
    pieces: list[Piece] = []
    for key, value in spec.document.data.items():
        found: Iterable[Piece] = (yaml.dump(_Top({key: value}), Dumper=_Dumper, **_STYLE),)
        if key in _FORMS:
            found = _FORMS[key](spec, places)
        for piece in found:
            if pieces and isinstance(piece, str) and isinstance(pieces[-1], str):
                pieces[-1] += piece
            else:
                pieces.append(piece)
    return pieces


_STYLE: Final[dict[str, Any]] = {
    "allow_unicode": True, "default_flow_style": None, "sort_keys": False, "width": 100,
}  # fmt: skip


class _Top(dict[str, Any]):
    """A key of the top level with its value, on lines of their own."""


class _Dumper(yaml.SafeDumper):
    """Writes what our own reader reads as the same: no aliases, and quotes wherever in doubt."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = '"'
    if text(value) == value or re.fullmatch(ABOUT, value, re.ASCII):
        style = ""
    elif "\n" in value:
        style = "|"
    elif len(value) > 80:
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style or None)


def _top(dumper: _Dumper, value: _Top) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=False)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Top, _top)


def _neuron(spec: Spec, places: dict[Unit, Unit]) -> Iterator[Piece]:
    yield "neuron:\n  weights: "
    yield from _list(("weight", 1, 0, n) for n in range(len(spec.network.inputs)))
    yield "\n  bias: "
    yield ("bias", 1, 0)
    yield "\n  activation: "
    yield ("activation", 1)
    yield "\n"


def _neurons(spec: Spec, places: dict[Unit, Unit]) -> Iterator[Piece]:
    network = spec.network
    names = {(place.block, place.column or 0): name for name, place in network.places.items()}
    names |= {(0, column): name for column, name in enumerate(network.inputs)}
    yield "neurons:\n"
    for name in spec.document.data["neurons"]:
        place = network.places[name]
        block, _ = places[place.block, place.column or 0]
        reads = [text(names[read]) for read in _reads(network, place.block)]
        yield f"  {text(name)}:\n    weights: "
        yield from _list((("weight", block, 0, n) for n in range(len(reads))), reads, "{}")
        yield "\n    bias: "
        yield ("bias", block, 0)
        yield "\n    activation: "
        yield ("activation", block)
        yield "\n"


def _reads(network: Network, block: int) -> list[Unit]:
    sources = network.steps[block - 1].sources
    if isinstance(sources, int):
        return [(sources, column) for column in range(network.width(sources))]
    return [(place.block, place.column or 0) for place in sources]


def _layers(spec: Spec, places: dict[Unit, Unit]) -> Iterator[Piece]:
    yield "layers:\n"
    written = spec.document.data["layers"]
    for block, (step, layer) in enumerate(zip(spec.network.steps, written, strict=True), 1):
        start = "  - "
        if "name" in layer:
            yield f"  - name: {text(layer['name'])}\n"
            start = "    "
        if step.weights is not None:
            yield f"{start}weights:\n"
            start = "    "
            for unit, row in enumerate(step.weights):
                yield "      - "
                yield from _list(("weight", block, unit, n) for n in range(len(row)))
                yield "\n"
        if step.bias is not None:
            yield f"{start}bias: "
            start = "    "
            yield from _list(("bias", block, unit) for unit in range(len(step.bias)))
            yield "\n"
        yield f"{start}activation: "
        yield ("activation", block)
        yield "\n"


def _list(
    items: Iterable[Piece], names: list[str] | None = None, brackets: str = "[]"
) -> Iterator[Piece]:
    yield brackets[0]
    for n, item in enumerate(items):
        yield ", " * (n > 0) + (f"{names[n]}: " if names else "")
        yield item
    yield brackets[1]


_FORMS: Final = {"neuron": _neuron, "neurons": _neurons, "layers": _layers}
