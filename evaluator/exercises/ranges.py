"""The block `variants` as it is written → what is drawn from what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import clip, did_you_mean
from evaluator.exercises import places
from evaluator.exercises.variants import Parameter, Variants

if TYPE_CHECKING:
    from evaluator.document import Path
    from evaluator.exercises.reading import Reader

#: How many numbers a parameter may be drawn from, and how many variants there may be.
MAX_CHOICES: Final = 10_000
MAX_COUNT: Final = 1000


def read_variants(reader: Reader, written: Mapping[str, Any]) -> Variants:
    """Read the rules; what is wrong goes to the reader."""
    path = ("variants",)
    count = written["count"]
    if not 1 <= count <= MAX_COUNT:
        reader.complain((*path, "count"), "out-of-range", f"`count` is {count}",
                        f"write 1 to {MAX_COUNT}")  # fmt: skip
    known = places.numbers(reader.spec)
    parameters = []
    for name, rule in written["parameters"].items():
        at = (*path, "parameters", name)
        if name not in known:
            few = ", ".join(f"`{clip(each)}`" for each in list(known)[:8])
            reader.complain(at, "unknown-name", f"no number of the spec is called `{clip(name)}`",
                            did_you_mean(name, known) or f"there are {few}", True)  # fmt: skip
            continue
        if reader.spec.document.twins(known[name]):
            reader.complain(
                at, "alias", f"`{clip(name)}` is shared by an alias", "write it out", True
            )
            continue
        parameters.append(Parameter(name, known[name], _choices(reader, rule, at)))
    return Variants(
        count, written.get("seed", reader.spec.name), tuple(parameters),
        written.get("max_z", math.inf), written.get("smallest", 0.0),
    )  # fmt: skip


def _choices(reader: Reader, rule: Mapping[str, Any], path: Path) -> tuple[float, ...]:
    """List what a parameter is drawn from."""
    if "choices" in rule:
        extra = [key for key in ("from", "to", "step") if key in rule]
        if extra:
            reader.complain((*path, extra[0]), "conflicting-keys",
                            f"the rule has both `choices` and `{extra[0]}`", "keep one of the two", True)  # fmt: skip
        return _finite(reader, rule, "choices", rule["choices"], path)
    if missing := [key for key in ("from", "to") if key not in rule]:
        reader.complain(path, "missing-key", f"the rule has no `{missing[0]}`",
                        "write `{from: -2, to: 2, step: 0.5}` or `{choices: [1, 2]}`", True)  # fmt: skip
        return ()
    bounds = [rule["from"], rule["to"], rule.get("step", 1)]
    if not _finite(reader, rule, "from", bounds, path):
        return ()
    low, high, step = (Decimal(repr(value)) for value in bounds)
    if step <= 0 or high < low or (high - low) / step >= MAX_CHOICES:
        reader.complain(path, "out-of-range",
                        f"from {low} to {high} in steps of {step} is no list of 1 to {MAX_CHOICES:,} numbers",
                        "`from` is the smallest, and `step` more than 0", True)  # fmt: skip
        return ()
    return tuple(float(low + n * step) for n in range(int((high - low) / step) + 1))


def _finite(
    reader: Reader, rule: Mapping[str, Any], key: str, values: list[float], path: Path
) -> tuple[float, ...]:
    if not all(map(math.isfinite, values)):
        reader.complain((*path, key), "not-finite", "a number to draw from is not finite",
                        "write finite numbers")  # fmt: skip
        return ()
    return tuple(map(float, values))
