"""`make accuracy`: how far every activation and the dot product are from the truth, in one run.

`python -m benchmarks.accuracy` prints the tables, `--write` puts them into docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import dotproduct, kernels, libraries
from benchmarks.pages import write
from benchmarks.truth import ELEMENTWISE, LAYERS, Elementwise, Layer, points, rows, truth_of, truth_of_row
from evaluator.activations import ACTIVATIONS

POINTS: Final = 100_000
#: What `rows` gives for each row that is asked for, on average.
PER_ROW: Final = 14
PROCESSES: Final = 2

Array = NDArray[np.float64]


class Row(NamedTuple):
    """A line of the table: an activation, its parameters, errors in ulp."""

    name: str
    parameters: dict[str, Any]
    ours: float
    where: str
    #: By library; None where it has no such function.
    theirs: dict[str, float | None]


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=POINTS, help="about how many z for each row")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/accuracy.md")
    options = parser.parse_args()
    parts = {
        "activations": "\n".join(activations(options.points)),
        "dot product": "\n".join(dotproduct.table(30 * options.points)),
        "kernels": "\n".join(kernels.table()),
    }
    for text in parts.values():
        print(text, end="\n\n")
    if options.write:
        write("accuracy.md", parts)


def activations(count: int) -> Iterator[str]:
    """Give the table of the activations."""
    cases = [*ELEMENTWISE, *LAYERS]
    yield f"| activation | parameters | ours | at | {' | '.join(libraries.TITLES.values())} |"
    yield f"|---|---|---|---|{'---|' * len(libraries.TITLES)}"
    # Spawned, for JAX has threads; in the background of whatever else the machine does.
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES, os.nice, (10,)) as pool:
        for row in pool.imap(partial(measure, count=count), range(len(cases)), chunksize=1):
            yield line(row)


def measure(number: int, count: int) -> Row:
    """Measure the errors of one activation: ours and those of the libraries."""
    case = [*ELEMENTWISE, *LAYERS][number]
    return of_layer(case, count) if isinstance(case, Layer) else of_one_number(case, count)


def of_one_number(case: Elementwise, count: int) -> Row:
    """Measure an activation of one number."""
    z = points(case.near, count)
    truths = truth_of(case, z.tolist())
    with np.errstate(all="ignore"):
        ours = truths.errors(ACTIVATIONS[case.name](z[:, None], **case.parameters)[:, 0])
        theirs = {
            library: float(truths.errors(function(z, **case.parameters)).max()) if function else None
            for library in libraries.TITLES
            for function in [libraries.find(library, case.name, case.parameters)]
        }
    return Row(case.name, case.parameters, float(ours.max()), f"{z[ours.argmax()]:.6g}", theirs)


def of_layer(case: Layer, count: int) -> Row:
    """Measure an activation of a whole layer."""
    functions = {library: libraries.find(library, case.name, {}) for library in libraries.TITLES}
    ours, where = 0.0, ""
    theirs: dict[str, float | None] = {lib: 0.0 if f else None for lib, f in functions.items()}
    for z in rows(count // PER_ROW):
        truths = truth_of_row(case, z[0].tolist())
        with np.errstate(all="ignore"):
            found = float(truths.errors(ACTIVATIONS[case.name](z)[0]).max())
            for library, function in functions.items():
                if function:
                    worst = float(truths.errors(function(z)[0]).max())
                    theirs[library] = max(theirs[library] or 0.0, worst)
        if found > ours:
            ours, where = found, f"{z.size} units, {z.min():.4g} to {z.max():.4g}"
    return Row(case.name, {}, ours, where, theirs)


def line(row: Row) -> str:
    """Write a line of the table."""
    parameters = ", ".join(f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
                           for name, value in row.parameters.items())  # fmt: skip
    cells = [f"`{row.name}`", parameters, written(row.ours), row.where,
             *map(written, row.theirs.values())]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def written(ulp: float | None) -> str:
    """Write an error with two decimals, a large one as a power of ten."""
    if ulp is None:
        return "–"
    if np.isinf(ulp):
        return "∞"
    return f"{ulp:.2f}" if ulp < 1000 else f"{ulp:.0e}".replace("e+0", "e").replace("e+", "e")


if __name__ == "__main__":
    main()
