"""Answer for a class or function in a Python file: a script of its own, `harness.py FILE NAME`.

It speaks the messages of `schemas/process.schema.json`, and imports nothing of the package: what
runs here shares its process with code that nobody has read.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import inspect
import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

#: What a parameter of that name is given.
MEANINGS = {
    "weights": "weights", "weight": "weights", "w": "weights",
    "bias": "bias", "b": "bias",
    "activation": "activation", "activation_function": "activation",
    "layers": "layers",
    "biases": "biases",
    "activations": "activations",
    "inputs": "inputs", "input": "inputs", "x": "inputs", "xs": "inputs",
}  # fmt: skip
#: What parameters of unknown names are given, by how many there are.
BY_POSITION = {1: ("inputs",), 3: ("weights", "bias", "inputs")}
BY_POSITION_OF_CLASS = {0: (), 2: ("weights", "bias"), 3: ("weights", "bias", "activation")}
#: The methods that answer, the first that is there.
METHODS = ("feedforward", "forward", "predict", "__call__")
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
#: What only a whole network takes.
WHOLE_NETWORK = {"layers", "biases", "activations"}
#: The activations that a unit cannot have alone.
WHOLE_LAYER = {"softmax", "log_softmax", "softmin", "hardmax", "normalize"}


class Refused(Exception):
    """The file or the name cannot be used: what is said of it is the whole message."""


class Unsupported(Exception):
    """The class or function cannot do this network."""


#: What answers to a list of numbers: a list of numbers, or what else it gave.
Answer = Callable[[Sequence[float]], Any]


class Subject(NamedTuple):
    """A class or function, and what its parameters are to be given."""

    target: Any
    name: str
    #: For a class those of its constructor, for a function its own, in order: meaning by name.
    parameters: Mapping[str, str]

    def answer(self, network: Mapping[str, Any], as_array: Callable[[Any], Any]) -> Answer:
        """Make what answers for a network."""
        wanted = set(self.parameters.values())
        if "neuron" not in network and "weights" in wanted and not wanted & WHOLE_NETWORK:
            return self._wired(network, as_array)
        if wanted & WHOLE_NETWORK:
            given = _layers(network, self.name, as_array)
            if not wanted <= {*given, "inputs", "weights", "bias", "activation"} or (
                "weights" in wanted and "weights" not in given
            ):
                raise Unsupported(f"`{self.name}` takes weights for every layer, and one has none")
            return self._called(given, as_array)
        neuron = network.get("neuron")
        given = {} if neuron is None else _neuron(**neuron, as_array=as_array)
        return self._called(given, as_array)

    def _called(self, given: Mapping[str, Any], as_array: Callable[[Any], Any]) -> Answer:
        """Make what answers from the weights that are known by their meaning."""
        fixed = {n: given[m] for n, m in self.parameters.items() if m in given}
        if inspect.isclass(self.target):
            method = _method(self.target(**fixed), self.name)
            return lambda inputs: method(as_array(inputs))
        (inputs_name,) = (name for name, m in self.parameters.items() if m == "inputs")
        return lambda inputs: self.target(**fixed, **{inputs_name: as_array(inputs)})

    def _wired(self, network: Mapping[str, Any], as_array: Callable[[Any], Any]) -> Answer:
        """Make a network of neurons: one object for each unit, or one call."""
        steps = []
        for step in network["steps"]:
            activation = step["activation"]
            if step["weights"] is None or activation["name"] in WHOLE_LAYER:
                raise Unsupported(
                    f"`{self.name}` is one neuron, and a layer of {activation['name']} is more than"
                    " its neurons"
                )
            units = [
                self._called(_neuron(weights, bias, activation, as_array), as_array)
                for weights, bias in zip(step["weights"], step["bias"], strict=True)
            ]
            steps.append((step["reads"], units))

        def answer(inputs: Sequence[float]) -> list[float]:
            values = list(inputs)
            for reads, units in steps:
                x = [values[number] for number in reads]
                values += [_number(unit(x)) for unit in units]
            return [values[number] for number in network["reads"]]

        return answer


def find(file: str, name: str) -> Subject:
    """Import the file and find the class or function; raises Refused."""
    shown = os.path.basename(file)
    module = _imported(file)
    target = getattr(module, name, None)
    if target is None:
        public = [n for n, value in vars(module).items() if callable(value) and n[0] != "_"]
        close = difflib.get_close_matches(name, public, 1)
        known = f"it has {', '.join(public[:20]) or 'no class and no function'}"
        raise Refused(
            f"{shown} has no `{name}`; {f'did you mean `{close[0]}`?' if close else known}"
        )
    if not callable(target):
        raise Refused(f"`{name}` in {shown} is {type(target).__name__}, no class and no function")
    return Subject(target, name, _parameters(target, name))


def _imported(file: str) -> Any:
    sys.path.insert(0, os.path.dirname(file))
    name = os.path.splitext(os.path.basename(file))[0]
    if name in sys.modules or name in sys.stdlib_module_names:
        name = f"subject_{name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise Refused(f"{os.path.basename(file)} is no Python file: its name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _parameters(target: Any, name: str) -> dict[str, str]:
    """Say what each parameter is to be given, by its name, else by its position."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        raise Refused(f"`{name}` does not tell which parameters it takes") from None
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    needed = [p.name for p in named if p.default is p.empty]
    known = {p.name: MEANINGS[p.name.lower()] for p in named if p.name.lower() in MEANINGS}
    is_class = inspect.isclass(target)
    if is_class:
        known = {n: m for n, m in known.items() if m != "inputs"}
    unknown = [n for n in needed if n not in known]
    positions = (BY_POSITION_OF_CLASS if is_class else BY_POSITION).get(len(needed))
    if unknown and positions is not None and len(named) == len(needed):
        return dict(zip(needed, positions, strict=True))
    if unknown or (not is_class and "inputs" not in known.values()):
        raise Refused(
            f"`{name}({', '.join(needed)})` takes what is not known:"
            f" {', '.join(unknown) or 'no inputs'}; {_TRIED[is_class]}"
        )
    return known


_TRIED = {
    True: "a class is built from (weights, bias), (weights, bias, activation), (layers), (weights, biases)"
    " or nothing",
    False: "a function takes (inputs), (weights, bias, inputs), (layers, inputs) or (weights, biases, inputs)",
}


def _method(instance: Any, name: str) -> Callable[..., Any]:
    for method in METHODS:
        found = getattr(instance, method, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    raise Refused(f"`{name}` has no method to ask; one of {', '.join(METHODS)} is looked for")


# --- what the weights look like to it


def _neuron(
    weights: Any, bias: float, activation: Mapping[str, Any], as_array: Callable[[Any], Any]
) -> dict[str, Any]:
    return {"weights": as_array(weights), "bias": bias, "activation": _spelt(activation)}


def _layers(
    network: Mapping[str, Any], name: str, as_array: Callable[[Any], Any]
) -> dict[str, Any]:
    """Give the weights of a whole network, by meaning."""
    if not network["sequential"]:
        raise Unsupported(
            f"`{name}` takes layers, and the neurons of this network are wired otherwise"
        )
    steps = network["steps"]
    layers = [
        {key: as_array(step[key]) for key in ("weights", "bias") if step[key] is not None}
        | {"activation": _spelt(step["activation"])}
        for step in steps
    ]
    given: dict[str, Any] = {"layers": layers, "activations": [x["activation"] for x in layers]}
    if all("weights" in layer for layer in layers):
        given["weights"] = [layer["weights"] for layer in layers]
        given["biases"] = [layer["bias"] for layer in layers]
    return given


def _spelt(activation: Mapping[str, Any]) -> Any:
    return activation["name"] if len(activation) == 1 else dict(activation)


def _arrays(dtype: str) -> Callable[[Any], Any]:
    """Give what makes numbers such as the file takes: arrays if it uses NumPy, else lists."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return list
    return lambda numbers: numpy.array(numbers, dtype)


# --- what it gives


def _plain(given: Any) -> Any:
    """Turn an answer into a list of numbers; what is none is shown as it is."""
    plain = given.tolist() if hasattr(given, "tolist") else given
    while (
        isinstance(plain, list | tuple) and len(plain) == 1 and isinstance(plain[0], list | tuple)
    ):
        (plain,) = plain  # one row
    if isinstance(plain, list | tuple):
        # One column is a list too, and so are numbers of NumPy in a list.
        plain = [_single(value) for value in plain]
    values = plain if isinstance(plain, list) else [plain]
    if any(type(value) not in (int, float) for value in values):
        return repr(given)
    spelt = [value if math.isfinite(value) else _name(value) for value in values]
    return spelt


def _single(value: Any) -> Any:
    plain = value.tolist() if hasattr(value, "tolist") else value
    return plain[0] if isinstance(plain, list | tuple) and len(plain) == 1 else plain


def _name(value: float) -> str:
    return next(name for name, known in NOT_FINITE.items() if str(known) == str(value))


def _number(given: Any) -> float:
    plain = _plain(given)
    if not isinstance(plain, list) or len(plain) != 1:
        raise ValueError(f"one neuron of the network gave {given!r}, not a number")
    (value,) = plain
    return NOT_FINITE[value] if isinstance(value, str) else float(value)


# --- the conversation


def main(file: str, name: str) -> None:
    """Answer one line for each line."""
    lines, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the file prints goes where people look for reasons, and never between the answers.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    process = os.getpid()
    answer: Answer | None = None
    for line in lines:
        message = json.loads(line)
        reply: dict[str, Any] = {"id": message["id"]} if "id" in message else {}
        try:
            if answer is None:
                subject = find(file, name)
                network = message["network"]
                answer = subject.answer(network, _arrays(network["dtype"]))
                reply["ready"] = True
            else:
                inputs = [NOT_FINITE.get(x, x) for x in message["inputs"]]
                reply["outputs"] = _plain(answer(inputs))
        except Unsupported as reason:
            reply["unsupported"] = str(reason)
        except Refused as reason:
            reply["error"] = str(reason)
        except BaseException as error:
            reply["error"] = _said(error, file)
        if os.getpid() != process:  # a copy that the file made of this process
            os._exit(0)
        sys.stdout.flush()
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()
    os._exit(0)


def _said(error: BaseException, file: str) -> str:
    """Tell an exception in one line, with the line of the file that raised it."""
    if isinstance(error, SystemExit):
        said = f"it called exit({'' if error.code is None else repr(error.code)})"
    else:
        said = f"it raised {type(error).__name__}"
        with contextlib.suppress(BaseException):  # its own text may be wrong too
            said += f": {error}" if str(error) else ""
    place, at = "", error.__traceback__
    while at is not None:
        if os.path.dirname(at.tb_frame.f_code.co_filename) == os.path.dirname(file):
            name = os.path.basename(at.tb_frame.f_code.co_filename)
            place = f", at line {at.tb_lineno} of {name}"
        at = at.tb_next
    return said + place


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
