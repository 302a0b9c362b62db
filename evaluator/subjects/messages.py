"""The messages of `schemas/process.schema.json`: what a program is told, what its answers say."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.arrays.csvfile import NUMBER
from evaluator.diagnostics import SubjectError, Unsupported, WrongAnswer, clip

if TYPE_CHECKING:
    from evaluator.network import Network, Place, Step

PROTOCOL: Final = 1
#: How JSON writes what is no JSON number.
NOT_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SPELLING: Final = 'NaN is written "NaN", the infinities "Infinity" and "-Infinity"'
#: How C, Perl and others write them, where a number may stand.
_BARE: Final = re.compile(rb"[\[:,] *[-+]?(nan|inf)", re.IGNORECASE)
#: The longest part of an answer that a message shows, in characters.
MAX_SHOWN: Final = 80
#: What has so many digits is no float but infinity.
MAX_DIGITS: Final = 400


def opening(network: Network) -> bytes:
    """Write the line that says what the network is; raises Unsupported for an ONNX file."""
    if not network.steps:  # a model
        raise Unsupported("it is told networks that are written out, and this is an ONNX file",
                          "evaluate it with `--subject onnxruntime`")  # fmt: skip
    return _line({"protocol": PROTOCOL, "network": describe(network)})


def request(number: int, row: Sequence[float]) -> bytes:
    """Write the line that asks for the answer to one row of inputs."""
    inputs = [x if math.isfinite(x) else _name(x) for x in row]
    return _line({"id": number, "inputs": inputs})


def describe(network: Network) -> dict[str, Any]:
    """Write a network as plain data: numbered values, and the steps that give them.

    The inputs are values 0, 1, …; the units follow in the order of the steps.
    """
    first = [0]  # the number of the first value of every block
    for block in range(len(network.steps)):
        first.append(first[block] + network.width(block))
    width = network.width(len(network.steps))

    def numbers(sources: int | Iterable[Place]) -> list[int]:
        if isinstance(sources, int):
            return list(range(first[sources], first[sources] + network.width(sources)))
        return [
            first[block] + column
            for block, one, _ in sources
            for column in (range(network.width(block)) if one is None else (one,))
        ]

    layers = {place.block: name for name, place in network.places.items() if place.column is None}
    steps = [
        _step(step, numbers(step.sources), layers.get(number, ""))
        for number, step in enumerate(network.steps, 1)
    ]
    reads = numbers(network.places[name] for name in network.outputs)
    described: dict[str, Any] = {
        "dtype": network.dtype, "inputs": list(network.inputs), "outputs": list(network.outputs),
        "reads": reads, "sequential": False, "steps": steps,
    }  # fmt: skip
    described["sequential"] = reads == list(range(first[-1], first[-1] + width)) and all(
        step["reads"] == numbers(block) for block, step in enumerate(steps)
    )
    if described["sequential"] and len(steps) == 1 and width == 1 and steps[0]["weights"]:
        (weights,), (bias,) = steps[0]["weights"], steps[0]["bias"]
        activation = {
            key: value[0] if isinstance(value, list) else value
            for key, value in steps[0]["activation"].items()
        }
        described["neuron"] = {"weights": weights, "bias": bias, "activation": activation}
    return described


def _step(step: Step, reads: list[int], layer: str) -> dict[str, Any]:
    name: dict[str, Any] = {"layer": layer} if layer else {"neurons": list(step.names)}
    parameters = {
        parameter.name: value
        for parameter in step.activation.parameters
        if (value := step.parameters.get(parameter.name, parameter.default)) is not None
    }
    return name | {
        "reads": reads,
        "weights": None if step.weights is None else step.weights.tolist(),
        "bias": None if step.bias is None else step.bias.tolist(),
        "activation": {"name": step.activation.name}
        | {key: value.tolist() if isinstance(value, np.ndarray) else value
           for key, value in parameters.items()},
    }  # fmt: skip


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, allow_nan=False).encode() + b"\n"


def _name(value: float) -> str:
    return next(name for name, known in NOT_FINITE.items() if str(known) == str(value))


def read(line: bytes) -> dict[str, Any]:
    """Read one line of a program; raises SubjectError for what is no JSON object."""
    try:
        message = json.loads(line, parse_int=_integer)
    except (ValueError, RecursionError):
        shown = clip(line.decode(errors="replace").strip(), MAX_SHOWN)
        hint = "standard output is for answers alone; print anything else to standard error"
        raise SubjectError(f"it wrote `{shown}` to standard output, which is not JSON",
                           _SPELLING if _BARE.search(line) else hint) from None  # fmt: skip
    if not isinstance(message, dict):
        raise SubjectError(f"it answered {shown_as_json(message)}, not a JSON object")
    return message


def _integer(digits: str) -> float:
    """Read an integer; Python reads none of thousands of digits, and no float is so large."""
    return int(digits) if len(digits) < MAX_DIGITS else float(digits)


def shown_as_json(value: Any) -> str:
    """Write a value of a message for people."""
    return f"`{clip(value if isinstance(value, str) else json.dumps(value), MAX_SHOWN)}`"


def check_ready(message: dict[str, Any]) -> None:
    """See that an answer to the opening is one; raises what it says instead."""
    _refusal(message)
    if message.get("ready") is not True:
        raise SubjectError(f"it answered {shown_as_json(message)} to the network",
                           'the answer to the first line is {"ready": true}')  # fmt: skip


def check_id(message: dict[str, Any], number: int) -> None:
    """See that an answer is to the request it is due for."""
    given = message.get("id")
    if given == number and type(given) in (int, float):
        return
    if "id" not in message:
        raise SubjectError(f"it answered {shown_as_json(message)}, which has no `id`",
                           "give back the `id` of the request")  # fmt: skip
    if type(given) is int and 0 < given < number:
        raise SubjectError(f"it answered request {given} again, where request {number} was due",
                           "write one line for each request")  # fmt: skip
    if isinstance(given, str) and given.strip() == str(number):
        raise SubjectError(f"it gave back the `id` {number} as text: {json.dumps(given)}",
                           "write it as a number, without quotes")  # fmt: skip
    raise SubjectError(
        f"it answered request {shown_as_json(given)}, where request {number} was due",
        "answer the requests in the order they come, each with its own `id`",
    )


def outputs(message: dict[str, Any], width: int) -> list[float]:
    """Give the outputs of an answer; raises WrongAnswer for what is not so many numbers."""
    _refusal(message)
    if "outputs" not in message:
        raise SubjectError(f"it answered {shown_as_json(message)}, which has no `outputs`",
                           "an answer has `id` and `outputs`")  # fmt: skip
    found = numbers(message["outputs"])
    if found is None:
        raise WrongAnswer(f"it answered {shown_as_json(message['outputs'])}, not numbers",
                          _hint_to(message["outputs"]))  # fmt: skip
    if len(found) != width:
        said = "1 value" if len(found) == 1 else f"{len(found)} values"
        raise WrongAnswer(f"it gave {said} for {width} output{'' if width == 1 else 's'}")
    return found


def _hint_to(answer: Any) -> str:
    """Say how numbers are written, to a program that writes them otherwise."""
    written = answer if isinstance(answer, list) else [answer]
    if None in written:
        return _SPELLING
    as_text = all(isinstance(value, str) and NUMBER.fullmatch(value) for value in written)
    return "a number is written without quotes" if as_text and written else ""


def values(message: dict[str, Any], widths: dict[str, int]) -> dict[str, list[float]]:
    """Give what an answer says of the way there, as far as it has a name of the network.

    `widths` says how many numbers each name stands for.
    """
    given = message.get("values", {})
    if not isinstance(given, dict):
        raise WrongAnswer(f"`values` is {shown_as_json(given)}, not names with their numbers")
    found = {}
    for name, written in given.items():
        if name in widths:
            listed = numbers(written)
            if listed is None or len(listed) != widths[name]:
                wanted = f"{widths[name]} number{'' if widths[name] == 1 else 's'}"
                raise WrongAnswer(
                    f"it gave {shown_as_json(written)} for `{clip(name)}`, not {wanted}"
                )
            found[name] = listed
    return found


def numbers(written: Any) -> list[float] | None:
    """Read a number, or a list of them; None for anything else."""
    found = []
    for value in written if isinstance(written, list) else [written]:
        if type(value) is float or type(value) is int:
            try:
                found.append(float(value))
            except OverflowError:
                found.append(math.inf if value > 0 else -math.inf)
        elif isinstance(value, str) and value in NOT_FINITE:
            found.append(NOT_FINITE[value])
        else:
            return None
    return found


def _refusal(message: dict[str, Any]) -> None:
    if isinstance(message.get("unsupported"), str):
        raise Unsupported(clip(message["unsupported"], 300) or "it cannot, and does not say why")
    if isinstance(message.get("error"), str):
        raise SubjectError(clip(message["error"], 500) or "it told an error, and not which")


def widths(network: Network) -> dict[str, int]:
    """Say of every name that a program may give values of how many numbers it stands for."""
    return {
        spelt: network.width(place.block) if place.column is None else 1
        for name, place in network.places.items()
        for spelt in (name, f"{name}.z")
    }
