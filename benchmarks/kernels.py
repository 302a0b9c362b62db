"""What the processor changes: the same specs with other kernels of OpenBLAS and of NumPy.

Each choice is a process of its own that answers the inputs of every spec in specs/ and those of one
wide network, and saves the outputs: `python -m benchmarks.kernels FILE` is that process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evaluator.activations import ACTIVATIONS
from evaluator.collect import targets
from evaluator.evaluate import batches
from evaluator.network import Network, Place, Step
from evaluator.source import read_file
from evaluator.spec import build

Array = NDArray[np.float64]

ROOT: Final = Path(__file__).parent.parent
#: Kernels of OpenBLAS, oldest first; the processor may lack what one of them needs.
CORES: Final = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX", "Cooperlake")
#: What NumPy itself is to do without: the instructions that its loops choose from.
LOOPS: Final = ("X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "AVX2 FMA3 AVX512F AVX512_SKX")
#: The default tolerance of a spec, absolute and relative.
TOLERANCE: Final = 1e-7


def table() -> Iterator[str]:
    """Give the table: how far every choice is from the first, and the share of the tolerance."""
    yield "| kernels | specs | wide network | of the tolerance |\n|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        usual = answers({}, Path(folder) / "usual.npz")
        if usual is None:
            raise SystemExit("the specs cannot be evaluated: run `evaluator run specs`")
        worst, ran = 0.0, 0
        for name, environment in choices():
            found = answers(environment, Path(folder) / "other.npz")
            if found is None:
                yield f"| {name} | not on this processor | | |"
                continue
            specs, wide = (difference(usual[part], found[part]) for part in ("specs", "wide"))
            worst, ran = max(worst, specs, wide), ran + 1
            yield line(name, specs, wide)
        if not ran:
            raise SystemExit("no choice could be made on this processor: is NumPy's BLAS OpenBLAS?")
        yield line(f"the largest of {ran}", worst, worst)


def line(name: str, specs: float, wide: float) -> str:
    """Write a line of the table."""
    numbers = (specs, wide, max(specs, wide) / TOLERANCE)
    cells = ["0" if number == 0 else f"{number:.0e}".replace("e-0", "e-") for number in numbers]
    return f"| {name} | {' | '.join(cells)} |"


def choices() -> Iterator[tuple[str, dict[str, str]]]:
    """Give every choice with its environment variables."""
    for core in CORES:
        for threads in ("1", "2"):
            yield (f"OpenBLAS `{core}`, {threads} thread{'s' * (threads > '1')}",
                   {"OPENBLAS_CORETYPE": core, "OPENBLAS_NUM_THREADS": threads})  # fmt: skip
    yield "NumPy's loops without AVX", {"NPY_DISABLE_CPU_FEATURES": _known(LOOPS)}


def _known(sets: tuple[str, ...]) -> str:
    """Choose the set whose names this NumPy knows."""
    from numpy._core._multiarray_umath import __cpu_dispatch__ as dispatched

    return next((names for names in sets if names.split()[0] in dispatched), "")


def answers(environment: dict[str, str], file: Path) -> dict[str, Array] | None:
    """Answer everything in a process with these variables; None where the processor cannot."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "NPY_"))}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.kernels", str(file)]
    done = subprocess.run(
        command, cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False
    )
    if done.returncode < 0:  # a signal: an instruction that the processor does not have
        return None
    if done.returncode:
        raise SystemExit(f"{environment}: {done.stderr[-2000:]}")
    with np.load(file) as saved:
        return {name: saved[name] for name in saved}


def difference(one: Array, other: Array) -> float:
    """Return the largest difference, relative where values exceed 1; what is not finite must agree."""
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    away = np.abs(one[~same] - other[~same]) / np.maximum(np.abs(one[~same]), 1.0)
    return float(np.nan_to_num(away, nan=np.inf).max(initial=0.0))


def of_specs() -> Array:
    """Return every output of every case in specs/, in order."""
    found = []
    for target in targets([str(ROOT / "specs")]):
        for document in read_file(target.file):
            spec = build(document)
            rows = [spec.inputs] if len(spec.inputs) else []
            rows += [b.inputs for case in spec.cases if case.table for b in batches(spec, case)]
            for x in rows:
                if spec.network.dtype == "float64" and x.size:
                    found.append(np.ravel(spec.network.forward(x).outputs))
    return np.concatenate(found)


def wide_network() -> Array:
    """Return the outputs of a network with layers of 1,000 units for 200 rows."""
    random = np.random.default_rng(0)
    widths = (784, 1000, 1000, 10)
    steps = tuple(
        Step(
            (f"layer{number}",),
            number,
            random.normal(0.0, before**-0.5, (width, before)),
            random.normal(0.0, 0.1, width),
            ACTIVATIONS["tanh" if width > 10 else "softmax"],
            {},
        )
        for number, (before, width) in enumerate(pairwise(widths))
    )
    places: dict[str, Any] = {"layer2": Place(3, None)}
    inputs = tuple(f"x{number}" for number in range(widths[0]))
    network = Network(inputs, ("layer2",), steps, places, "float64")
    return np.ravel(network.forward(random.normal(size=(200, widths[0]))).outputs)


def main() -> None:
    """Answer everything and save it."""
    with np.errstate(all="ignore"):
        np.savez(sys.argv[1], specs=of_specs(), wide=wide_network())


if __name__ == "__main__":
    main()
