"""Spec → warnings: expected values that a wrong network would give as well.

They are for specs whose cases pass, and look at the cases that are written out, not into tables.
"""

from __future__ import annotations

import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.audit.expected import protecting, survivors
from evaluator.audit.telling import candidates
from evaluator.audit.tolerances import default_does, distances, in_force
from evaluator.diagnostics import Diagnostic, clip
from evaluator.expectation import ABOUT, DEFAULT_TOLERANCE, PLUS_MINUS
from evaluator.explain import number
from evaluator.spec import in_file_order

if TYPE_CHECKING:
    from evaluator.case import Case, Check
    from evaluator.network import Network, Place, Trace
    from evaluator.spec import Spec

#: Every code, with the sentence that explains it.
LINTS: Final = {
    "accepts-everything": "Every finite number is accepted.",
    "zero-passes": "An answer of 0 would be accepted, and another number is expected.",
    "constant-passes": "One constant answer is accepted by every case, and the network gives others.",
    "saturated": "An activation is so flat where it is checked that its sum may be nearly anything.",
    "wide-tolerance": "A tolerance that is written is a hundred times what any value needs.",
    "repeated-case": "A case has the inputs of an earlier one, and expects the same.",
    "constant-unit": "A hidden unit may be replaced by a constant, and every case passes.",
}

#: A range of z, where a written number accepts it all, that is worth a warning.
MAX_Z_RANGE: Final = 1.0
#: The part of an activation's range, at either end, where it counts as flat.
_FLAT: Final = 0.01
#: How many times what is needed, and no less than the default, makes a tolerance too wide.
_TOO_WIDE: Final = 100
#: How many hidden units are looked at, and the constants that are tried for each.
MAX_UNITS: Final = 500
_CONSTANTS: Final = (0.0, 0.5, 1.0)


def lints(spec: Spec) -> list[Diagnostic]:
    """Say what makes the passing cases of a spec weak, in file order."""
    cases = [case for case in protecting(spec.cases) if case.table is None]
    if not cases or not spec.network.steps:
        return []
    with np.errstate(all="ignore"):
        trace = spec.network.forward(spec.inputs)
        found = [one for lint in _LINTS for one in lint(spec, cases, trace)]
    return in_file_order(found)


def _warn(spec: Spec, path: Sequence[str | int], code: str, message: str, hint: str) -> Diagnostic:
    key = path[0] == "cases" and len(path) == 1
    return spec.document.diagnostic(path, code, message, hint, key=key, severity="warning")


def _name(spec: Spec, probe: int) -> str:
    name, unit, _ = spec.probes[probe]
    return clip(name) if unit is None else f"{clip(name)}[{unit}]"


def _centre(spec: Spec, check: Check) -> float:
    """Give the number that is written; NaN for an interval or a half line."""
    written = spec.document.value(check.path)
    if not isinstance(written, str):
        return check.value
    found = re.fullmatch(rf"(?:{ABOUT}|{PLUS_MINUS})", written.strip(), re.ASCII)
    return float(found[1] or found[2]) if found else math.nan


def _accepts_everything(spec: Spec, cases: Sequence[Case], _: Trace) -> Iterator[Diagnostic]:
    for case in cases:
        for check in case.checks:
            if _is_everything(check):
                yield _warn(spec, check.path, "accepts-everything",
                            "every finite number is accepted here",
                            "narrow the interval or the tolerance, or leave the value out")  # fmt: skip


def _is_everything(check: Check) -> bool:
    return check.low <= -sys.float_info.max and check.high >= sys.float_info.max


def _zero_passes(spec: Spec, cases: Sequence[Case], _: Trace) -> Iterator[Diagnostic]:
    for case in cases:
        for check in case.checks:
            centre = _centre(spec, check)
            if _is_everything(check):
                continue
            if check.low <= 0 <= check.high and math.isfinite(centre) and centre != 0:
                yield _warn(spec, check.path, "zero-passes",
                            f"0 would pass as well: what is accepted reaches from"
                            f" {check.low:.6g} to {check.high:.6g}",
                            "tighten the tolerance, or write 0 where 0 is meant")  # fmt: skip


def _constant_passes(spec: Spec, cases: Sequence[Case], _: Trace) -> Iterator[Diagnostic]:
    if any(case.table is not None for case in spec.cases):
        return
    of_probe = defaultdict(list)
    for case in cases:
        for check in case.checks:
            of_probe[check.probe].append((case, check))
    for output in range(spec.network.output_count()):
        checks = of_probe[output]
        # NaN, where one is expected, or where nothing is.
        low = float(np.max([check.low for _, check in checks] or math.nan))
        high = float(np.min([check.high for _, check in checks] or math.nan))
        rows = {tuple(spec.inputs[case.row].tolist()) for case, _ in checks}
        if not low <= high or (len(rows) < 2 and not _is_wide(low, high)):
            continue
        if _is_constant(spec, spec.probes[output].place):
            continue  # no case has another answer
        value = low if math.isfinite(low) else high
        if math.isfinite(high) and math.isfinite(low):
            value = low + (high - low) / 2
        said = f"a network that always answers {value:.6g} for `{_name(spec, output)}`"
        yield _warn(spec, ("cases",), "constant-passes", f"{said} passes every case",
                    "add a case with another answer")  # fmt: skip


def _is_constant(spec: Spec, place: Place) -> bool:
    values = spec.network.forward(candidates(spec)).block(place)[:, place.column]
    return bool((values == values[:1]).all())


def _is_wide(low: float, high: float) -> bool:
    return high - low > 0.5 * max(abs(low), abs(high))


def _sigmoid_z(y: float) -> float:
    return -math.inf if y <= 0 else math.inf if y >= 1 else math.log(y / (1 - y))


def _tanh_z(y: float) -> float:
    return -math.inf if y <= -1 else math.inf if y >= 1 else math.atanh(y)


#: Activations that saturate: the inverse, and the limits on both sides.
_SATURATING: Final[dict[str, tuple[Callable[[float], float], float, float]]] = {
    "sigmoid": (_sigmoid_z, 0.0, 1.0),
    "tanh": (_tanh_z, -1.0, 1.0),
}


def _saturated(spec: Spec, cases: Sequence[Case], trace: Trace) -> Iterator[Diagnostic]:
    names = [_saturating(spec, probe) for probe in range(len(spec.probes))]
    warned: set[Place] = set()
    for case in cases if any(names) else ():
        told = {spec.probes[c.probe].place for c in case.checks if spec.probes[c.probe].place.z}
        for check in case.checks:
            name = names[check.probe]
            if not name or not _is_flat(name, check):
                continue
            inverse = _SATURATING[name][0]
            sum_place = spec.probes[check.probe].place._replace(z=True)
            z = float(trace.block(sum_place)[case.row, sum_place.column])
            low, high = inverse(check.low), inverse(check.high)
            # Once for each value: the other cases that saturate it add nothing.
            if sum_place in told | warned or math.isinf(z) or high - low <= MAX_Z_RANGE:
                continue
            if math.isnan(_centre(spec, check)):
                continue
            warned.add(sum_place)
            yield _warn(spec, check.path, "saturated",
                        f"{name} is nearly flat here: every `z` {_range(low, high)} is accepted",
                        f"expect the sum too: `{_name(spec, check.probe)}.z` is {number(z)}")  # fmt: skip


def _saturating(spec: Spec, probe: int) -> str:
    """Name the activation that gives a value, if it saturates."""
    place = spec.probes[probe].place
    if place.z or not place.block:
        return ""
    name = spec.network.steps[place.block - 1].activation.name
    return name if name in _SATURATING else ""


def _is_flat(name: str, check: Check) -> bool:
    _, floor, ceiling = _SATURATING[name]
    margin = _FLAT * (ceiling - floor)
    return check.low <= floor + margin or check.high >= ceiling - margin


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"from {low:.3g} on"
    return f"up to {high:.3g}" if math.isinf(low) else f"from {low:.3g} to {high:.3g}"


def _wide_tolerance(spec: Spec, cases: Sequence[Case], trace: Trace) -> Iterator[Diagnostic]:
    atol, rtol = DEFAULT_TOLERANCE[spec.network.dtype]
    for path, group in in_force(spec, cases).items():
        uses = list(distances(spec, group, trace))
        times = [
            (case.atol + case.rtol * abs(value)) / max(off, atol + rtol * abs(value))
            for case, value, off in uses
        ]
        if uses and min(times) > _TOO_WIDE:
            largest = max(off for *_, off in uses)
            no_wider = "write no wider one than the default, which will do"
            if not default_does(spec, uses):
                no_wider = "tighten it, as --suggest-tolerance says"
            elif len(path) == 1 or "tolerance" not in spec.document.data:
                no_wider = "leave it out: the default will do"
            yield _warn(spec, path, "wide-tolerance",
                        f"no value needs a hundredth of this tolerance: the largest is off by {largest:.2g}",
                        no_wider)  # fmt: skip


def _repeated(spec: Spec, cases: Sequence[Case], _: Trace) -> Iterator[Diagnostic]:
    first: dict[str, Case] = {}
    for case in cases:
        # Another spelling of what is expected may be there to be shown.
        written = spec.document.data["cases"][case.number]
        said = [written.get(key) for key in ("expected", "expected_class", "tolerance")]
        key = repr([(spec.inputs[case.row] + 0.0).tolist(), said])  # -0 is 0
        if first.setdefault(key, case) is not case:
            yield _warn(spec, ("cases", case.number, "inputs"), "repeated-case",
                        f"`{clip(first[key].id)}` has the same inputs, and expects the same",
                        "remove one, or give it other inputs")  # fmt: skip


def _constant_units(spec: Spec, cases: Sequence[Case], trace: Trace) -> Iterator[Diagnostic]:
    rows = [case.row for case in cases]
    if len(np.unique(spec.inputs[rows], axis=0)) < 2:
        return
    units = list(_hidden(spec.network))[:MAX_UNITS]
    constants = {
        block: np.quantile(trace.sums[block][rows], _CONSTANTS, axis=0)
        for block in {block for block, _ in units}
    }
    tried, networks = [], []
    for block, unit in units:
        for constant in set(constants[block][:, unit].tolist()):
            tried.append((block, unit))
            networks.append(_with_constant(spec.network, block, unit, constant))
    passing = survivors(spec, networks, protecting(spec.cases))
    for block, unit in dict.fromkeys(tried[place] for place in passing):
        names = spec.network.steps[block - 1].names
        layered = "layers" in spec.document.data
        name = f"{clip(names[0])}[{unit}]" if layered else clip(names[unit])
        path: tuple[Any, ...] = ("layers", block - 1) if layered else ("neurons", names[unit])
        yield _warn(spec, path, "constant-unit",
                    f"every case passes if `{name}` always gives the same",
                    "add a case that needs it, or expect its value")  # fmt: skip


def _hidden(network: Network) -> Iterator[tuple[int, int]]:
    """Give the units, by block and column, that are no outputs and have weights of their own."""
    shown = {network.places[name] for name in network.outputs}
    last = {place.block for place in shown if place.column is None}
    for block, step in enumerate(network.steps, 1):
        if step.weights is None or step.activation.whole_layer or block in last:
            continue
        for unit in range(len(step.weights)):
            if all((p.block, p.column) != (block, unit) for p in shown):
                yield block, unit


def _with_constant(network: Network, block: int, unit: int, z: float) -> Network:
    step = network.steps[block - 1]
    assert step.weights is not None
    weights = step.weights.copy()
    bias = np.zeros(len(weights), weights.dtype) if step.bias is None else step.bias.copy()
    weights[unit], bias[unit] = 0.0, z
    steps = list(network.steps)
    steps[block - 1] = step._replace(weights=weights, bias=bias)
    return network.with_steps(steps)


_LINTS: Final = (
    _accepts_everything, _zero_passes, _constant_passes, _saturated, _wide_tolerance, _repeated, _constant_units,
)  # fmt: skip
