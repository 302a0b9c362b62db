"""`torch:cuda` on a million cases of a 784-512-512-10 network, against what the GPU can do at most.

The limits are measured in the same run: how many bytes a copy on the GPU moves, and how many
operations a product of large matrices makes, in float32. Without a GPU it says so and ends well.

    python -m benchmarks.gpu [--cases N]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import numpy as np

from evaluator.activations import ACTIVATIONS
from evaluator.network import Network, Place, Step

WIDTHS: Final = (784, 512, 512, 10)
REPEATS: Final = 20
FLOAT: Final = 4


def main() -> int:
    """Measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--cases", type=int, default=1_000_000)
    cases = parser.parse_args().cases
    if cases < 1:
        parser.error(f"--cases {cases} leaves nothing to measure: give 1 or more")
    try:
        import torch
    except ImportError:
        print(
            "PyTorch is not installed, so nothing is measured: pip install 'neuron-evaluator[torch]'"
        )
        return 0
    if not torch.cuda.is_available():
        print("there is no GPU that PyTorch can use here, so nothing is measured")
        return 0
    report(torch, cases)
    return 0


def report(torch: Any, cases: int) -> None:
    """Print the time of the network and its share of the two limits."""
    from evaluator.subjects.torch import Prepared

    made = network()
    x = np.random.default_rng(0).random((cases, WIDTHS[0]), np.float32)
    with torch.inference_mode():
        run = Prepared(made, "cuda")
        check(made, x[:1000], run(x[:1000]).outputs)
        whole = seconds(torch, lambda: run(x), 3)
        on_gpu = torch.from_numpy(x).cuda()
        alone = seconds(torch, lambda: run.feed(on_gpu))
    operations = 2 * cases * sum(a * b for a, b in pairwise(WIDTHS))
    # Each layer reads its inputs, and writes z and y; the activation reads z again.
    moved = FLOAT * cases * sum(a + 3 * b for a, b in pairwise(WIDTHS))
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, {cases:,} cases, float32")
    print(f"from NumPy to NumPy   {whole * 1e3:9.1f} ms, {cases / whole:12,.0f} cases/s")
    print(f"on the GPU alone      {alone * 1e3:9.1f} ms, {cases / alone:12,.0f} cases/s")
    flops, bytes_ = matrix_limit(torch), copy_limit(torch)
    print(f"operations {operations / alone / 1e12:7.1f} of {flops / 1e12:7.1f} TFLOP/s,"
          f" {operations / alone / flops:.0%} of a product of large matrices")  # fmt: skip
    print(f"memory     {moved / alone / 1e9:7.0f} of {bytes_ / 1e9:7.0f} GB/s,"
          f" {moved / alone / bytes_:.0%} of a copy")  # fmt: skip


def network() -> Network:
    """Make the network, with seeded weights."""
    draw = np.random.default_rng(1)
    names = ("first", "second", "third")
    steps = tuple(
        Step((name,), number, (draw.normal(size=(b, a)) / np.sqrt(a)).astype(np.float32),
             np.zeros(b, np.float32), ACTIVATIONS["softmax" if b == 10 else "relu"], {})
        for number, (name, a, b) in enumerate(zip(names, WIDTHS, WIDTHS[1:], strict=False))
    )  # fmt: skip
    places = {name: Place(number, None) for number, name in enumerate(names, 1)}
    inputs = tuple(f"x{n + 1}" for n in range(WIDTHS[0]))
    return Network(inputs, ("third",), steps, places, "float32")


def check(made: Network, x: Any, outputs: Any) -> None:
    """See that what is timed is right."""
    np.testing.assert_allclose(outputs, made.forward(x).outputs, atol=1e-5)


def seconds(torch: Any, work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Give the median time of some work on the GPU, after a first time that warms up."""
    times = []
    for _ in range(repeats + 1):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / 1e3)
    return float(np.median(times[1:]))


def matrix_limit(torch: Any, size: int = 8192) -> float:
    """Give the operations a second of a product of two large matrices."""
    a, b = (torch.randn(size, size, device="cuda") for _ in range(2))
    return float(2 * size**3 / seconds(torch, lambda: a @ b))


def copy_limit(torch: Any, numbers: int = 1 << 28) -> float:
    """Give the bytes a second that a copy reads and writes."""
    a = torch.empty(numbers, device="cuda")
    b = torch.empty_like(a)
    return 2 * FLOAT * numbers / seconds(torch, lambda: b.copy_(a))


if __name__ == "__main__":
    sys.exit(main())
