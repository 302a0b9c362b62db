"""What a run is compared with: `python benchmarks/rivals.py NAME PATH`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def events(path: Path) -> None:
    """Parse every file with libyaml, and do nothing with its events."""
    import yaml

    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        with file.open(encoding="utf-8") as stream:
            for _ in yaml.parse(stream, Loader=yaml.CLoader):
                pass


def script(path: Path) -> None:
    """Do what one writes by hand: CSafeLoader, a validator used again, NumPy case by case."""
    import json

    import jsonschema
    import numpy as np
    import yaml

    schema = Path(__file__).parent.parent / "schemas/spec.schema.json"
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    checked = 0
    for file in sorted(path.glob("*.yaml")):
        with file.open(encoding="utf-8") as stream:
            spec = yaml.load(stream, Loader=yaml.CSafeLoader)
        validator.validate(spec)
        for case in spec["cases"]:
            actual = answer(spec, np.array(case["inputs"], dtype=float))
            np.testing.assert_allclose(actual, case["expected"], rtol=1e-7, atol=1e-7)
            checked += 1
    print(checked)


def answer(spec: dict[str, Any], x: Any) -> float:
    """Feed one case forward, as a script for these specs would."""
    import numpy as np

    functions = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh}
    if "neuron" in spec:
        neuron = spec["neuron"]
        return float(functions[neuron["activation"]](np.dot(neuron["weights"], x) + neuron["bias"]))
    if "layers" in spec:
        for layer in spec["layers"]:
            z = np.array(layer["weights"]) @ x + layer["bias"]
            x = functions[layer["activation"]](z)
        return float(x[0])
    values = dict(zip(spec["inputs"], x, strict=True))
    for name, neuron in spec["neurons"].items():
        weights = neuron["weights"]
        if isinstance(weights, list):
            weights = dict(zip(spec["inputs"], weights, strict=True))
        z = sum(w * values[source] for source, w in weights.items()) + neuron["bias"]
        values[name] = functions[neuron["activation"]](z)
    return float(values["o"])


#: The same cases as parametrised tests, to be written beside the specs.
PYTEST = """
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

sys.path.insert(0, {here!r})
from rivals import answer

SPECS = [yaml.load(f.read_text(), yaml.CSafeLoader) for f in sorted(Path({specs!r}).glob("*.yaml"))]


@pytest.mark.parametrize(("spec", "case"), [(s, c) for s in SPECS for c in s["cases"]])
def test_case(spec, case):
    assert answer(spec, np.array(case["inputs"])) == pytest.approx(case["expected"], rel=1e-7)
"""


def table(path: Path) -> None:
    """Evaluate the table of the benchmarks with bare NumPy, and compare."""
    import numpy as np

    with np.load(path.parent / "weights.npz") as w, np.load(path.parent / "cases.npz") as cases:
        x, expected = cases["inputs"], cases["expected"]
        z = np.maximum(x @ w["w1"].T + w["b1"], 0) @ w["w2"].T + w["b2"]
    power = np.exp(z - z.max(axis=1, keepdims=True))
    actual = power / power.sum(axis=1, keepdims=True)
    assert actual.shape == expected.shape
    assert (np.abs(actual - expected) <= 1e-7 + 1e-7 * np.abs(expected)).all()


def stream(path: Path) -> None:
    """Do the same with chunks of a table that is larger than memory should hold."""
    import zipfile

    import numpy as np

    rows = 4000
    with np.load(path.parent / "weights.npz") as w:
        w1, b1, w2, b2 = (w[name] for name in ("w1", "b1", "w2", "b2"))
    with zipfile.ZipFile(path.parent / "cases.npz") as archive:
        streams = [archive.open(f"{name}.npy") for name in ("inputs", "expected")]
        for member in streams:
            np.lib.format.read_magic(member)
            np.lib.format.read_array_header_1_0(member)
        while chunk := streams[0].read(rows * 784 * 8):
            x = np.frombuffer(chunk).reshape(-1, 784)
            expected = np.frombuffer(streams[1].read(len(x) * 80)).reshape(-1, 10)
            z = np.maximum(x @ w1.T + b1, 0) @ w2.T + b2
            power = np.exp(z - z.max(axis=1, keepdims=True))
            actual = power / power.sum(axis=1, keepdims=True)
            assert (np.abs(actual - expected) <= 1e-7 + 1e-7 * np.abs(expected)).all()


if __name__ == "__main__":
    {"events": events, "script": script, "table": table, "stream": stream}[sys.argv[1]](
        Path(sys.argv[2])
    )
