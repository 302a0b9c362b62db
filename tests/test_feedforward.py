"""Feedforward of random specs, written as YAML, against 40-digit arithmetic with an error bound.

The oracle carries with every value how far float arithmetic may be off by then: rounding of each
product and sum, and what an activation makes of it. Near a jump that bound covers both sides.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis.strategies as st
import mpmath
import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from mpmath import mpf
from test_activations import accuracy

import evaluator

EPSILON = {"float64": mpf(2) ** -53, "float32": mpf(2) ** -24}
DIGITS = 40


class Bounded(NamedTuple):
    """A true value, and how far from it an answer may lie."""

    value: Any
    error: Any


#: A value that nothing can be said of, once numbers have become too large.
UNKNOWN = Bounded(mpf(0), mpf("inf"))

Truth = Callable[[Any], Any]
ELEMENTWISE: list[tuple[Any, Truth]] = [
    ({"name": case.name, **case.parameters} if case.parameters else case.name, case.truth)
    for case in accuracy.ELEMENTWISE
]
LAYERS = {case.name: case.truth for case in accuracy.LAYERS}


def weighted_sum(
    weights: Sequence[float], x: Sequence[Bounded], bias: float, epsilon: Any
) -> Bounded:
    """Give W x + b of one unit; every operand may be rounded, in any order of the sum."""
    if any(v is UNKNOWN for v in x):
        return UNKNOWN  # it may be infinite, and 0·∞ is NaN
    terms = [mpf(w) * v.value for w, v in zip(weights, x, strict=True)] + [mpf(bias)]
    carried = sum(abs(mpf(w)) * v.error for w, v in zip(weights, x, strict=True))
    rounding = (len(terms) + 3) * epsilon * sum(map(abs, terms))
    return Bounded(mpmath.fsum(terms), carried + rounding)


def apply(truth: Truth, z: Bounded, epsilon: Any) -> Bounded:
    """Give an activation of one number, whose parameters may be rounded too."""
    if z is UNKNOWN:
        return UNKNOWN
    reach = 2 * z.error + 2 * epsilon * (1 + abs(z.value))
    if reach > 1e-2 or abs(z.value) > 1e4:
        return UNKNOWN
    y = truth(z.value)
    sides = [truth(z.value + reach), truth(z.value - reach)]
    if not all(abs(side) < 1e8 for side in (y, *sides)):
        return UNKNOWN
    return Bounded(y, max(abs(side - y) for side in sides) + 16 * epsilon * abs(y))


def apply_to_layer(
    truth: Callable[[list[Any]], list[Any]], row: Sequence[Bounded], epsilon: Any
) -> list[Bounded]:
    """Give an activation of a whole layer; every z in turn shows what its error does."""
    if any(z is UNKNOWN or z.error > 1e-2 for z in row) or abs(sum(z.value for z in row)) < 0.1:
        return [UNKNOWN] * len(row)
    values = [z.value for z in row]
    answers = truth(values)
    errors = [64 * epsilon * (1 + abs(y)) for y in answers]
    for j, z in enumerate(row):
        for side in (2, -2):
            moved = [*values[:j], z.value + side * (z.error + epsilon), *values[j + 1 :]]
            for i, y in enumerate(truth(moved)):
                errors[i] += abs(y - answers[i])
    return [Bounded(y, error) for y, error in zip(answers, errors, strict=True)]


# Specs

weight = st.floats(-2, 2).map(lambda w: round(w, 4)) | st.integers(-2, 2)
number = st.floats(-3, 3) | st.integers(-3, 3)
activation = st.sampled_from(ELEMENTWISE)
dtype = st.sampled_from(["float64", "float32"])
#: Names that YAML or the format might take for something else.
names = st.lists(
    st.sampled_from(
        ["x", "file", "key", "name", "weights", "~", "null", "1", "0.5", "1e3", "true", "no", "é",
         "a b", "a.b", "a.z.b", "zz", "β₁", "#h", "- a", "a: b", "*", "&a", "!t", "'", '"', "[", "😀"]
    ) | st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=6).filter(
        lambda name: name != "y" and not name.endswith(".z")
    ),
    min_size=9, max_size=9, unique=True,
)  # fmt: skip


class Built(NamedTuple):
    """A spec as data, without cases, and the oracle: inputs → every value by name."""

    data: dict[str, Any]
    width: int
    outputs: int
    oracle: Callable[[Sequence[float], Any], dict[str, Any]]


def given_inputs(x: Sequence[float], epsilon: Any) -> list[Bounded]:
    """Take inputs as they are written; the float may be rounded."""
    return [Bounded(mpf(v), epsilon * abs(mpf(v))) for v in x]


@st.composite
def single(draw: st.DrawFn) -> Built:
    """Make a spec of one neuron."""
    width = draw(st.integers(1, 5))
    written, truth = draw(activation)
    weights = [draw(weight) for _ in range(width)]
    neuron: dict[str, Any] = {"weights": weights, "activation": written}
    if draw(st.booleans()):
        neuron["bias"] = draw(weight)
    data: dict[str, Any] = {"neuron": neuron}
    if draw(st.booleans()):
        data["inputs"] = draw(names)[:width]
        if draw(st.booleans()):
            pairs = draw(st.permutations(list(zip(data["inputs"], weights, strict=True))))
            neuron["weights"] = dict(pairs)

    def oracle(x: Sequence[float], epsilon: Any) -> dict[str, Any]:
        z = weighted_sum(weights, given_inputs(x, epsilon), neuron.get("bias", 0), epsilon)
        # Two names of one value, of which a case takes one.
        return {"y.z" if x[0] > 0 else "z": z, "y": apply(truth, z, epsilon)}

    return Built(data, width, 1, oracle)


@st.composite
def layered(draw: st.DrawFn) -> Built:
    """Make a spec of layers, some with a name, some without weights."""
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    called = draw(names)
    layers: list[dict[str, Any]] = []
    truths: list[Any] = []
    for number_, (reads, units) in enumerate(itertools.pairwise(widths)):
        layer: dict[str, Any] = {}
        if draw(st.booleans()):
            layer["name"] = called[number_]
        layer["weights"] = [[draw(weight) for _ in range(reads)] for _ in range(units)]
        if draw(st.booleans()):
            layer["bias"] = [draw(weight) for _ in range(units)]
        layer["activation"], truth = draw(activation)
        layers.append(layer)
        truths.append(truth)
        if units > 1 and draw(st.booleans()):
            name = draw(st.sampled_from(sorted(LAYERS)))
            layers.append({"activation": name})
            truths.append(LAYERS[name])

    def oracle(x: Sequence[float], epsilon: Any) -> dict[str, Any]:
        values, found = given_inputs(x, epsilon), {}
        for place, (layer, truth) in enumerate(zip(layers, truths, strict=True), 1):
            if "weights" in layer:
                rows = layer["weights"]
                bias = layer.get("bias", [0] * len(rows))
                z = [
                    weighted_sum(row, values, b, epsilon) for row, b in zip(rows, bias, strict=True)
                ]
                values = [apply(truth, v, epsilon) for v in z]
            else:
                z, values = values, apply_to_layer(truth, values, epsilon)
            name = layer.get("name", f"layer{place}")
            found |= {f"{name}.z": z, name: values}
        return found

    return Built({"layers": layers}, widths[0], widths[-1], oracle)


@st.composite
def wired(draw: st.DrawFn) -> Built:
    """Make a spec of named neurons, skip links included, in any order in the file."""
    called = draw(names)
    inputs = called[: draw(st.integers(1, 3))]
    neurons: dict[str, Any] = {}
    wiring: dict[str, tuple[dict[str, float], Truth]] = {}
    for name in called[len(inputs) : len(inputs) + draw(st.integers(1, 6))]:
        reads = draw(
            st.lists(st.sampled_from([*inputs, *neurons]), min_size=1, max_size=4, unique=True)
        )
        form = draw(st.sampled_from(["mapping", "list", "all"]))
        reads = list(inputs) if form == "all" else reads
        weights = {read: draw(weight) for read in reads}
        written, truth = draw(activation)
        neuron: dict[str, Any] = {"activation": written, "bias": draw(weight)}
        neuron["weights"] = weights if form == "mapping" else list(weights.values())
        if form == "list":
            neuron["inputs"] = reads
        neurons[name] = neuron
        wiring[name] = weights, truth
    data = {
        "inputs": inputs,
        "outputs": list(neurons),
        "neurons": {name: neurons[name] for name in draw(st.permutations(list(neurons)))},
    }

    def oracle(x: Sequence[float], epsilon: Any) -> dict[str, Any]:
        values = dict(zip(inputs, given_inputs(x, epsilon), strict=True))
        found: dict[str, Any] = {}
        for name, (weights, truth) in wiring.items():
            reads = [values[read] for read in weights]
            z = weighted_sum(list(weights.values()), reads, neurons[name]["bias"], epsilon)
            values[name] = apply(truth, z, epsilon)
            found |= {f"{name}.z": z, name: values[name]}
        return found

    return Built(data, len(inputs), len(neurons), oracle)


class Dumper(yaml.SafeDumper):
    """Puts quotes around what YAML 1.1 takes for text and YAML 1.2 does not, such as 1e3."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.isidentifier() and text.isascii()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


Dumper.add_representer(str, _text)


def write(data: Mapping[str, Any], style: str) -> str:
    """Write a spec as YAML: in blocks, in brackets, mixed, or as JSON."""
    if style == "json":
        return json.dumps(data, ensure_ascii=False)
    flow = {"blocks": False, "brackets": True, "mixed": None}[style]
    return yaml.dump(
        data, None, Dumper, default_flow_style=flow, allow_unicode=True, sort_keys=False
    )


styles = st.sampled_from(["blocks", "brackets", "mixed", "json"])


def interval(bounded: Bounded, epsilon: Any) -> str | None:
    """Write what may be answered; None for what is unknown."""
    if bounded is UNKNOWN:
        return None
    error = bounded.error + epsilon * epsilon
    return f"[{float(bounded.value - error)!r}, {float(bounded.value + error)!r}]"


def within(actual: Any, bounded: Any, epsilon: Any) -> bool:
    """Tell whether an answer, or each of a layer, is as near to the truth as it must be."""
    if isinstance(bounded, list):
        rows = zip(np.asarray(actual).tolist(), bounded, strict=True)
        return all(within(value, one, epsilon) for value, one in rows)
    return (
        bounded is UNKNOWN or abs(mpf(float(actual)) - bounded.value) <= bounded.error + epsilon**2
    )


@pytest.mark.parametrize("form", [single, layered, wired], ids=lambda form: form.__name__)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_every_value_is_that_of_exact_arithmetic(
    form: Callable[[], st.SearchStrategy[Built]], data: st.DataObject, tmp_path: Path
) -> None:
    built = data.draw(form())
    kind = data.draw(dtype)
    epsilon = EPSILON[kind]
    rows = data.draw(
        st.lists(
            st.lists(number, min_size=built.width, max_size=built.width), min_size=1, max_size=3
        )
    )
    spec = {**built.data, "dtype": kind}
    cases, wrong, values = [], [], 0
    with mpmath.workdps(DIGITS):
        truths = [built.oracle(row, epsilon) for row in rows]
        for row, truth in zip(rows, truths, strict=True):
            expected: dict[str, Any] = {}
            for name, bounded in truth.items():
                several = bounded if isinstance(bounded, list) else [bounded]
                texts = [interval(one, epsilon) for one in several]
                if None not in texts:
                    expected[name] = texts if isinstance(bounded, list) else texts[0]
                    values += len(texts)
            named = "inputs" in spec and data.draw(st.booleans())
            inputs = dict(zip(spec["inputs"], row, strict=True)) if named else row
            cases.append({"inputs": inputs, "expected": expected})
            beyond = max(abs(float(b.value)) + 1 for b in _flat(truth) if b is not UNKNOWN)
            wrong.append(
                {"inputs": inputs, "expected": {name: _like(expected[name], f"> {2 * beyond}")
                                                for name in expected}}
            )  # fmt: skip

        file = tmp_path / "spec.yaml"
        file.write_text(write({**spec, "cases": cases}, data.draw(styles)), encoding="utf-8")
        report = evaluator.run(file)
        assert report.ok, (report.diagnostics, list(report.failing()))
        assert report.summary.values == values

        network = evaluator.load(file).network
        batch = network(rows)
        assert batch.shape == (len(rows), built.outputs)
        assert batch.dtype == np.dtype(kind)
        for row, truth in zip(rows, truths, strict=True):
            trace = network.trace(row)
            for name, bounded in truth.items():
                if name != "z":  # a short form for `expected` alone
                    assert within(trace[name], bounded, epsilon), name

    file.write_text(write({**spec, "cases": wrong}, "blocks"), encoding="utf-8")
    summary = evaluator.run(file).summary
    assert (summary.failed, summary.passed) == (len(rows), 0)


def _flat(truth: Mapping[str, Any]) -> list[Bounded]:
    return [
        one
        for bounded in truth.values()
        for one in (bounded if isinstance(bounded, list) else [bounded])
    ]


def _like(expected: Any, text: str) -> Any:
    return [text] * len(expected) if isinstance(expected, list) else text


def test_the_bound_of_the_oracle_is_small() -> None:
    with mpmath.workdps(DIGITS):
        x = [Bounded(mpf(2), mpf(0)), Bounded(mpf(3), mpf(0))]
        z = weighted_sum([0, 1], x, 4, EPSILON["float64"])
        y = apply(lambda v: 1 / (1 + mpmath.exp(-v)), z, EPSILON["float64"])
        assert z.value == 7
        assert z.error < 1e-14
        assert abs(y.value - mpf("0.99908894880559935")) < 1e-16
        assert y.error < 1e-14
