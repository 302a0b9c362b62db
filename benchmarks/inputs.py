"""The files that the benchmarks read: the same ones every time."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import numpy as np

CASES = 5


def small_specs(folder: Path, count: int) -> Path:
    """Write specs of five cases each: neurons, layers and named neurons in turn."""
    folder.mkdir()
    for number in range(count):
        draw = random.Random(number)
        text = (_neuron, _layers, _neurons)[number % 3](draw)
        (folder / f"spec{number:05}.yaml").write_text(text)
    return folder


def _numbers(draw: random.Random, count: int) -> list[float]:
    return [round(draw.uniform(-2, 2), 3) for _ in range(count)]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _cases(draw: random.Random, answer: object) -> str:
    lines = ["", "cases:"]
    for _ in range(CASES):
        x = _numbers(draw, 2)
        y = float(answer(np.array(x)))  # type: ignore[operator]
        lines += [f"  - inputs: {x}", f"    expected: {y!r}"]
    return "\n".join(lines) + "\n"


def _neuron(draw: random.Random) -> str:
    w, (b,) = _numbers(draw, 2), _numbers(draw, 1)
    text = f"neuron:\n  weights: {w}\n  bias: {b}\n  activation: sigmoid\n"
    return text + _cases(draw, lambda x: _sigmoid(np.dot(w, x) + b))


def _layers(draw: random.Random) -> str:
    w, b = [_numbers(draw, 2), _numbers(draw, 2)], _numbers(draw, 2)
    v, c = [_numbers(draw, 2)], _numbers(draw, 1)
    text = (
        f"layers:\n  - weights: {w}\n    bias: {b}\n    activation: tanh\n"
        f"  - weights: {v}\n    bias: {c}\n    activation: sigmoid\n"
    )
    return text + _cases(
        draw, lambda x: _sigmoid(np.array(v) @ np.tanh(np.array(w) @ x + b) + c)[0]
    )


def _neurons(draw: random.Random) -> str:
    w, b = [_numbers(draw, 2), _numbers(draw, 2)], _numbers(draw, 2)
    v, (c,) = _numbers(draw, 2), _numbers(draw, 1)
    text = "inputs: [x1, x2]\nneurons:\n"
    for n in (0, 1):
        text += f"  h{n + 1}: {{weights: {w[n]}, bias: {b[n]}, activation: sigmoid}}\n"
    text += (
        f"  o:\n    weights: {{h1: {v[0]}, h2: {v[1]}}}\n    bias: {c}\n    activation: sigmoid\n"
    )
    return text + _cases(draw, lambda x: _sigmoid(np.dot(v, _sigmoid(np.array(w) @ x + b)) + c))


def audited(file: Path, cases: int = 100) -> Path:
    """Write a network of ten layers of eight units, in which an audit makes 1,052 mistakes."""
    draw, count = random.Random(0), 8
    w = [[_numbers(draw, count) for _ in range(count)] for _ in range(10)]
    b = [_numbers(draw, count) for _ in range(10)]
    text = "layers:\n" + "".join(
        f"  - {{weights: {rows}, bias: {bias}, activation: sigmoid}}\n"
        for rows, bias in zip(w, b, strict=True)
    )
    text += "\ncases:\n"
    for _ in range(cases):
        x = y = _numbers(draw, count)
        for rows, bias in zip(w, b, strict=True):
            y = _sigmoid(np.array(rows) @ y + bias)
        text += f"  - inputs: {x}\n    expected: {[float(value) for value in y]}\n"
    file.write_text(text)
    return file


def inline_weights(file: Path) -> Path:
    """Write a spec with 100,000 weights in its text: 100 inputs, 1,000 units."""
    draw = random.Random(0)
    rows = "\n".join(f"      - {_numbers(draw, 100)}" for _ in range(1000))
    file.write_text(
        f"layers:\n  - weights:\n{rows}\n    activation: tanh\n"
        f"  - weights: [{[0] * 1000}]\n    activation: identity\n\n"
        f"cases:\n  - inputs: {[0] * 100}\n    expected: 0\n"
    )
    return file


def table(folder: Path, rows: int = 10_000) -> Path:
    """Write a network of 784-128-10 units and a table of cases for it, both in .npz files."""
    folder.mkdir()
    draw = np.random.default_rng(0)
    w1, b1 = draw.normal(0, 0.05, (128, 784)), draw.normal(0, 0.1, 128)
    w2, b2 = draw.normal(0, 0.2, (10, 128)), draw.normal(0, 0.1, 10)
    x = draw.random((rows, 784))
    z = np.maximum(x @ w1.T + b1, 0) @ w2.T + b2
    power = np.exp(z - z.max(axis=1, keepdims=True))
    np.savez(folder / "weights.npz", w1=w1, b1=b1, w2=w2, b2=b2)
    np.savez(folder / "cases.npz", inputs=x, expected=power / power.sum(axis=1, keepdims=True))
    file = folder / "table.yaml"
    file.write_text(
        "layers:\n"
        "  - weights: {file: weights.npz, key: w1}\n    bias: {file: weights.npz, key: b1}\n"
        "    activation: relu\n"
        "  - weights: {file: weights.npz, key: w2}\n    bias: {file: weights.npz, key: b2}\n"
        "    activation: softmax\n\ncases:\n  - file: cases.npz\n"
    )
    return file


def large_table(folder: Path, rows: int = 200_000) -> Path:
    """Write the same network and a table of 1.2 GB, some rows at a time."""
    file = table(folder, 1)
    weights = np.load(folder / "weights.npz")
    draw = np.random.default_rng(1)
    (folder / "cases.npz").unlink()
    x, y = (
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float64, (rows, width))
        for name, width in (("inputs", 784), ("expected", 10))
    )
    for first in range(0, rows, 10_000):
        part = slice(first, first + 10_000)
        x[part] = draw.random(x[part].shape)
        z = np.maximum(x[part] @ weights["w1"].T + weights["b1"], 0) @ weights["w2"].T
        power = np.exp((z := z + weights["b2"]) - z.max(axis=1, keepdims=True))
        y[part] = power / power.sum(axis=1, keepdims=True)
    with zipfile.ZipFile(folder / "cases.npz", "w") as archive:
        for name in ("inputs", "expected"):
            archive.write(folder / f"{name}.npy", f"{name}.npy")
            (folder / f"{name}.npy").unlink()
    return file
