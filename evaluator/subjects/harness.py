"""Answer for a class or function in a Python file: a script of its own, `harness.py FILE NAME DEFAULTS`.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import PathFinder
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


class NoNumber(Exception):
    """What a unit gave, which is no number."""


#: What answers to a list of numbers: a list of numbers, or what else it gave, and the values on the
#: way there that are known, by name.
Answer = Callable[[Sequence[float]], tuple[Any, dict[str, Any]]]


class Subject(NamedTuple):
    """A class or function, and what its parameters are to be given."""

    target: Any
    name: str
    #: For a class those of its constructor, for a function its own, in order: meaning by name.
    parameters: Mapping[str, str]

    def refusal(self, network: Mapping[str, Any]) -> str:
        """Say why it cannot do a network; nothing where it can."""
        wanted, steps = set(self.parameters.values()), network["steps"]
        if self._is_unit(network):
            for step in steps:
                if step["weights"] is None or step["activation"]["name"] in WHOLE_LAYER:
                    activation = step["activation"]["name"]
                    return (f"`{self.name}` is one neuron, and a layer of {activation} is more than"
                            " its neurons")  # fmt: skip
        elif wanted & WHOLE_NETWORK and not network["sequential"]:
            return (
                f"`{self.name}` takes layers, and the neurons of this network are wired otherwise"
            )
        elif (
            wanted & WHOLE_NETWORK
            and wanted & {"weights", "biases"}
            and any(step["weights"] is None for step in steps)
        ):
            return f"`{self.name}` takes weights for every layer, and one has none"
        return ""

    def answer(self, network: Mapping[str, Any], as_array: Callable[[Any], Any]) -> Answer:
        """Make what answers for a network."""
        if self._is_unit(network):
            return self._wired(network, as_array)
        if WHOLE_NETWORK & set(self.parameters.values()):
            return self._called(_layers(network["steps"], as_array), as_array)
        neuron = network.get("neuron")
        return self._called(
            {} if neuron is None else _neuron(**neuron, as_array=as_array), as_array
        )

    def _is_unit(self, network: Mapping[str, Any]) -> bool:
        """Whether it is one neuron, and the network has several."""
        wanted = set(self.parameters.values())
        return "neuron" not in network and "weights" in wanted and not wanted & WHOLE_NETWORK

    def _called(self, given: Mapping[str, Any], as_array: Callable[[Any], Any]) -> Answer:
        """Make what answers from the weights that are known by their meaning."""
        fixed = {n: given[m] for n, m in self.parameters.items() if m in given}
        if inspect.isclass(self.target):
            method = _method(self.target(**fixed), self.name)
            return lambda inputs: (method(as_array(inputs)), {})
        (inputs_name,) = (name for name, m in self.parameters.items() if m == "inputs")
        return lambda inputs: (self.target(**fixed, **{inputs_name: as_array(inputs)}), {})

    def _wired(self, network: Mapping[str, Any], as_array: Callable[[Any], Any]) -> Answer:
        """Make a network of neurons: one object for each unit, or one call."""
        steps = network["steps"]
        units = [
            [self._called(_neuron(weights, bias, activation, as_array), as_array)
             for weights, bias, activation in _units(step)]
            for step in steps
        ]  # fmt: skip

        def answer(inputs: Sequence[float]) -> tuple[Any, dict[str, Any]]:
            values, named = list(inputs), dict[str, Any]()
            for step, layer in zip(steps, units, strict=True):
                x = [values[number] for number in step["reads"]]
                for unit in layer:
                    given, _ = unit(x)
                    y = _plain(given)
                    if not isinstance(y, list) or len(y) != 1:
                        raise NoNumber(f"{given!r} for one neuron")
                    values += y
                y = values[-len(layer) :]
                if "layer" in step:
                    named[step["layer"]] = y
                else:
                    named |= zip(step["neurons"], y, strict=True)
            return [values[number] for number in network["reads"]], named

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
    _check_waits(target, name)
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
    is_class = inspect.isclass(target)
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    needed = [p.name for p in named if p.default is p.empty]
    known = {p.name: MEANINGS[p.name.lower()] for p in named if p.name.lower() in MEANINGS}
    if is_class:
        known = {n: m for n, m in known.items() if m != "inputs"}
    unknown = [n for n in needed if n not in known]
    unknown += [f"*{p.name}" for p in parameters if p.kind is p.VAR_POSITIONAL and not named]
    unknown += [f"{p.name} (before /)" for p in parameters if p.kind is p.POSITIONAL_ONLY]
    if is_class and "__init__" not in vars(target):  # that of a framework may take anything
        unknown = [n for n in unknown if n in needed]
    positions = (BY_POSITION_OF_CLASS if is_class else BY_POSITION).get(len(needed))
    if unknown and positions is not None and needed and len(named) == len(needed):
        return dict(zip(needed, positions, strict=True))
    if unknown or (not is_class and "inputs" not in known.values()):
        taken = ", ".join(needed or unknown)
        raise Refused(
            f"`{name}({taken})` takes what is not known:"
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
            _check_waits(found, f"{name}.{method}")
            return found  # type: ignore[no-any-return]
    raise Refused(f"`{name}` has no method to ask; one of {', '.join(METHODS)} is looked for")


def _check_waits(function: Any, name: str) -> None:
    if inspect.iscoroutinefunction(function):
        raise Refused(
            f"`{name}` is `async def`, and gives no number when it is called: write `def`"
        )


def _units(step: Mapping[str, Any]) -> Iterator[tuple[Any, float, dict[str, Any]]]:
    """Give the weights, the bias and the activation of every unit, with its own parameters."""
    for unit, (weights, bias) in enumerate(zip(step["weights"], step["bias"], strict=True)):
        parameters = step["activation"].items()
        yield weights, bias, {k: v[unit] if isinstance(v, list) else v for k, v in parameters}


def _neuron(
    weights: Any, bias: float, activation: Mapping[str, Any], as_array: Callable[[Any], Any]
) -> dict[str, Any]:
    return {"weights": as_array(weights), "bias": bias, "activation": _spelt(activation)}


def _layers(steps: Sequence[Mapping[str, Any]], as_array: Callable[[Any], Any]) -> dict[str, Any]:
    """Give the weights of a whole network, by meaning."""
    layers = [
        {key: as_array(step[key]) for key in ("weights", "bias") if step[key] is not None}
        | {"activation": _spelt(step["activation"])}
        for step in steps
    ]
    return {
        "layers": layers, "activations": [layer["activation"] for layer in layers],
        "weights": [layer.get("weights") for layer in layers],
        "biases": [layer.get("bias") for layer in layers],
    }  # fmt: skip


def _told(
    activation: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Leave out the parameters that are what they are by default."""
    usual = defaults.get(activation["name"], {})
    return {key: value for key, value in activation.items() if usual.get(key) != value}


def _spelt(activation: Mapping[str, Any]) -> Any:
    return activation["name"] if len(activation) == 1 else dict(activation)


def _arrays(dtype: str) -> Callable[[Any], Any]:
    """Give what makes numbers such as the file takes: arrays if it uses NumPy, else lists."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return list
    return lambda numbers: numpy.array(numbers, dtype)


def _plain(given: Any) -> Any:
    """Turn an answer into a list of numbers; what is none is shown as it is."""
    plain = given.tolist() if hasattr(given, "tolist") else given
    while (
        isinstance(plain, list | tuple) and len(plain) == 1 and isinstance(plain[0], list | tuple)
    ):
        (plain,) = plain  # one row
    # One column is a list too, and so are numbers of NumPy in a list.
    several = isinstance(plain, list | tuple)
    values = [_single(value) for value in plain] if several else [plain]
    if not all(_is_number(value) for value in values):
        return repr(given)
    return [_float(value) for value in values]


def _single(value: Any) -> Any:
    plain = value.tolist() if hasattr(value, "tolist") else value
    return plain[0] if isinstance(plain, list | tuple) and len(plain) == 1 else plain


def _is_number(value: Any) -> bool:
    """Whether it is a number: a fraction and a decimal are too."""
    return hasattr(value, "__float__") and not isinstance(value, bool)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _written(given: Any) -> Any:
    """Write numbers as JSON can."""
    if not isinstance(given, list):
        return given if not isinstance(given, float) or math.isfinite(given) else _name(given)
    return [_written(value) for value in given]


def _name(value: float) -> str:
    return next(name for name, known in NOT_FINITE.items() if str(known) == str(value))


class Judge:
    """Keeps the file from having the evaluator answer in its place, which would always agree."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse a package that has such a harness, and leave all else to others."""
        if name == "evaluator" and (found := PathFinder.find_spec(name)) and found.origin:
            folder = os.path.dirname(found.origin)
            if os.path.exists(os.path.join(folder, "subjects", os.path.basename(__file__))):
                raise ImportError("`evaluator` judges this file, and cannot answer for it")


def main(file: str, name: str, defaults: Mapping[str, Mapping[str, Any]]) -> None:
    """Answer one line for each line; `defaults` are parameters of activations that go without saying."""
    lines, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the file prints goes where people look for reasons, and never between the answers.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.meta_path.insert(0, Judge())
    process = os.getpid()
    answer: Answer | None = None
    for line in lines:
        message = json.loads(line)
        reply: dict[str, Any] = {"id": message["id"]} if "id" in message else {}
        try:
            if answer is None:
                subject, network = find(file, name), message["network"]
                for part in (*network["steps"], network.get("neuron", {})):
                    if "activation" in part:
                        part["activation"] = _told(part["activation"], defaults)
                if reason := subject.refusal(network):
                    reply["unsupported"] = reason
                else:
                    answer = subject.answer(network, _arrays(network["dtype"]))
                    reply["ready"] = True
            else:
                answers, values = answer([NOT_FINITE.get(x, x) for x in message["inputs"]])
                reply["outputs"] = _written(_plain(answers))
                if values:
                    reply["values"] = {name: _written(value) for name, value in values.items()}
        except NoNumber as given:
            reply["outputs"] = str(given)
        except Refused as reason:
            reply["error"] = str(reason)
        except BaseException as error:
            reply["error"] = _said(error, file)
        if os.getpid() != process:  # a copy that the file made of this process
            os._exit(0)
        with contextlib.suppress(Exception):  # the file may have put anything in its place
            sys.stdout.flush()
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


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
    try:
        main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    except BaseException as error:  # of this script: the file has changed what it needs
        os.write(2, f"the file broke what asks it: {type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)
