"""The matrix of docs/matrix.md: how far each subject's activations are from the reference.

`python -m benchmarks.matrix` prints it, `--write` puts it into the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import evaluator
from benchmarks.pages import write
from evaluator import subjects
from evaluator.activations import ACTIVATIONS
from evaluator.diagnostics import Unsupported
from evaluator.network import Network, Place, Step
from evaluator.subjects.subject import ask

ROOT: Final = Path(__file__).parent.parent
SUBJECTS: Final = ("onnxruntime", "torch", "jax")
DTYPES: Final = ("float64", "float32")
#: Parameters of the activations that need some.
NEEDED: Final = {"prelu": {"slope": 0.25}, "clip": {"min": -1.0, "max": 1.0}}
#: z goes from −LARGEST to LARGEST.
LARGEST: Final = 50.0

Array = NDArray[Any]


def main() -> None:
    """Measure, print, and write if asked to."""
    parts = {"library": "\n".join(library()), "activations": "\n".join(activations())}
    for text in parts.values():
        print(text, end="\n\n")
    if "--write" in sys.argv:
        write("matrix.md", parts)


def library() -> Iterator[str]:
    """Give the table of what becomes of the cases of `specs/`."""
    yield "| subject | version | passed | failed | errors | skipped |\n|---|---|---|---|---|---|"
    for subject in ("reference", *SUBJECTS):
        options = evaluator.Options(subjects=(subject,), jobs=1)
        counts = evaluator.run(ROOT / "specs", options).summary
        package = evaluator.__version__ if subject == "reference" else version(subject)
        yield (f"| `{subject}` | {package} | {counts.passed:,} | {counts.failed} |"
               f" {counts.errors} | {counts.skipped} |")  # fmt: skip


def activations() -> Iterator[str]:
    """Give the table of the largest difference of each activation."""
    heads = [f"`{subject}` {dtype}" for subject in SUBJECTS for dtype in DTYPES]
    yield f"| activation | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}"
    for name in ACTIVATIONS:
        cells = [largest(name, subject, dtype) for subject in SUBJECTS for dtype in DTYPES]
        yield f"| `{name}` | {' | '.join(cells)} |"


def largest(name: str, subject: str, dtype: str) -> str:
    """Write the largest difference from the reference in float64, relative where values exceed 1."""
    network, z = layer(name, dtype), points(dtype)
    with np.errstate(all="ignore"):
        exact = layer(name, "float64").forward(z.astype(np.float64)).outputs
        try:
            with subjects.load(subject).prepare(network) as run:
                found = ask(run, z, network).outputs
        except Unsupported:
            return "–"
        same = exact.astype(dtype) == found  # infinities among them
        difference = np.abs(found - exact) / np.maximum(np.abs(exact), 1.0)
    worst = float(np.max(difference, where=~same, initial=0.0))
    return "0" if worst == 0 else f"{worst:.0e}".replace("e-0", "e-")


def layer(name: str, dtype: str) -> Network:
    """Make a network that does nothing but apply an activation to four values."""
    step = Step(("y",), 0, None, None, ACTIVATIONS[name], NEEDED.get(name, {}))
    return Network(("a", "b", "c", "d"), ("y",), (step,), {"y": Place(1, None)}, dtype)


def points(dtype: str) -> Array:
    """Give rows of z: evenly spread, and of every size close to 0."""
    draw = np.random.default_rng(0)
    even = draw.uniform(-LARGEST, LARGEST, size=(10_000, 4))
    near = draw.choice([-1.0, 1.0], size=(10_000, 4)) * 10 ** draw.uniform(-12, 1, (10_000, 4))
    return np.concatenate([even, near]).astype(dtype)


if __name__ == "__main__":
    main()
