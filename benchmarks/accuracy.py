"""`make accuracy`: how far every activation and the dot product are from the truth, in one run.

`python -m benchmarks.accuracy` prints the tables, `--write` puts them into docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import platform
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import dotproduct, kernels, libraries
from benchmarks.pages import write
from benchmarks.truth import (
    ELEMENTWISE,
    LAYERS,
    Elementwise,
    Exact,
    Layer,
    points,
    rows,
    truth_of,
    truth_of_row,
)
from evaluator.activations import ACTIVATIONS

POINTS: Final = 100_000
#: What `rows` gives for each row that is asked for, on average.
PER_ROW: Final = 14
PROCESSES: Final = 2

Array = NDArray[np.float64]


CASES: Final = (*ELEMENTWISE, *LAYERS)
#: Nothing is extreme where |z| is 0 or between these, and the answer 0 or no smaller.
SMALLEST: Final = 1e-300
LARGEST: Final = 1e4
#: A measure is called worse than another from here on: points are drawn, not all tried.
MARGIN: Final = 0.1


class Worst(NamedTuple):
    """The largest errors in ulp: where nothing is extreme, and everywhere."""

    ordinary: float
    all: float

    def __or__(self, other: Worst) -> Worst:  # type: ignore[override]
        return Worst(*map(max, self, other))


class Row(NamedTuple):
    """A line of the tables: an activation, its parameters, errors in ulp."""

    name: str
    parameters: dict[str, Any]
    ours: Worst
    #: The z with the largest error.
    where: str
    #: By library; None where it has no such function.
    theirs: dict[str, Worst | None]

    @property
    def best(self) -> Worst:
        """The best of the libraries, by measure."""
        known = [worst for worst in self.theirs.values() if worst]
        return Worst(*map(min, zip(*known, strict=True))) if known else Worst(math.inf, math.inf)


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=POINTS, help="about how many z for each row")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/accuracy.md")
    options = parser.parse_args()
    found = activations(options.points)
    parts = {
        "summary": summary(found, options.points),
        "ordinary": "\n".join(table(found, 0)),
        "all": "\n".join(table(found, 1)),
        "dot product": "\n".join(dotproduct.table(30 * options.points)),
        "kernels": "\n".join(kernels.table()),
    }
    for text in parts.values():
        print(text, end="\n\n")
    if options.write:
        write("accuracy.md", parts)


def activations(count: int) -> list[Row]:
    """Measure every activation."""
    # Spawned, for JAX has threads; in the background of whatever else the machine does.
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES, os.nice, (10,)) as pool:
        return pool.map(partial(measure, count=count), range(len(CASES)), chunksize=1)


def measure(number: int, count: int) -> Row:
    """Measure the errors of one activation: ours and those of the libraries."""
    case = CASES[number]
    return of_layer(case, count) if isinstance(case, Layer) else of_one_number(case, count)


def of_one_number(case: Elementwise, count: int) -> Row:
    """Measure an activation of one number."""
    z = points(case.near, count)
    truths = truth_of(case, z.tolist())
    functions = _libraries(case.name, case.parameters)
    with np.errstate(all="ignore"):
        errors = truths.errors(ACTIVATIONS[case.name](z[:, None], **case.parameters)[:, 0])
        theirs = {
            library: _worst(truths.errors(function(z, **case.parameters)), z, truths)
            if function
            else None
            for library, function in functions.items()
        }
    where = f"{z[errors.argmax()]:.6g}" if errors.any() else ""
    return Row(case.name, case.parameters, _worst(errors, z, truths), where, theirs)


def of_layer(case: Layer, count: int) -> Row:
    """Measure an activation of a whole layer."""
    functions = _libraries(case.name, {})
    ours, where = Worst(0.0, 0.0), ""
    theirs = {library: Worst(0.0, 0.0) if f else None for library, f in functions.items()}
    for z in rows(count // PER_ROW):
        truths = truth_of_row(case, z[0].tolist())
        size = np.abs(z).max()
        with np.errstate(all="ignore"):
            found = _worst(truths.errors(ACTIVATIONS[case.name](z)[0]), size, truths)
            for library, function in functions.items():
                before = theirs[library]
                if function and before:
                    theirs[library] = before | _worst(truths.errors(function(z)[0]), size, truths)
        if found.all > ours.all:
            where = f"{z.size} units, {z.min():.4g} to {z.max():.4g}"
        ours |= found
    return Row(case.name, {}, ours, where, theirs)


def _libraries(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {library: libraries.find(library, name, parameters) for library in libraries.TITLES}


def _worst(errors: Array, z: Any, truths: Exact) -> Worst:
    value = np.abs(truths.nearest)
    ordinary = (np.abs(z) <= LARGEST) & ((np.abs(z) >= SMALLEST) | (z == 0))
    ordinary &= (value >= SMALLEST) | (value == 0)
    return Worst(float(errors[ordinary].max(initial=0.0)), float(errors.max()))


def summary(found: list[Row], count: int) -> str:
    """Say which are above 2 ulp, and which are above the best of the libraries."""
    above = [f"{title(row)} ({written(row.ours.all)})" for row in found if row.ours.all > 2.0]
    behind = [
        f"{title(row)} ({written(ours)}, {written(best)})"
        for row in found
        for ours, best in [(row.ours.ordinary, row.best.ordinary)]
        if ours > best + MARGIN
    ]
    everywhere = [title(row) for row in found if row.ours.all > row.best.all + MARGIN
                  and row.ours.ordinary <= row.best.ordinary + MARGIN]  # fmt: skip
    return "\n".join([
        f"- Measured at {count:,} numbers for each row, on {platform.machine()}, with NumPy {np.__version__}.",
        f"- Above 2 ulp: {listed(above)}.",
        f"- More than {MARGIN} above the best of the others, where nothing is extreme: {listed(behind)}.",
        f"- More than {MARGIN} above it at the extremes alone: {listed(everywhere)}.",
    ])  # fmt: skip


def listed(names: list[str]) -> str:
    """Write a list, or that it is empty."""
    return ", ".join(names) or "none"


def title(row: Row) -> str:
    """Name an activation with its parameters."""
    return " ".join([f"`{row.name}`", settings(row)]).strip()


def settings(row: Row) -> str:
    """Write the parameters of a row."""
    return ", ".join(f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
                     for name, value in row.parameters.items())  # fmt: skip


def table(found: list[Row], measure: int) -> Iterator[str]:
    """Give the table of one measure, ordinary or all."""
    heads = [
        "activation",
        "parameters",
        "ours",
        *(["at"] if measure else []),
        *libraries.TITLES.values(),
    ]
    yield f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}"
    for row in found:
        others = [written(worst[measure] if worst else None) for worst in row.theirs.values()]
        place = [row.where] if measure else []
        cells = [f"`{row.name}`", settings(row), written(row.ours[measure]), *place, *others]
        yield f"| {' | '.join(cells)} |"


def written(ulp: float | None) -> str:
    """Write an error with two decimals, a large one as a power of ten."""
    if ulp is None:
        return "–"
    if np.isinf(ulp):
        return "∞"
    return f"{ulp:.2f}" if ulp < 1000 else f"{ulp:.0e}".replace("e+0", "e").replace("e+", "e")


if __name__ == "__main__":
    main()
