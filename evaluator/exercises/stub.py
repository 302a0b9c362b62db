"""What a program that is asked for looks like: its parameters, as a sentence and as a file to begin with."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from evaluator.subjects.messages import describe

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Exercise, Part

#: The names by which programs are told things, as docs/programs.md has them; others say nothing here.
_PARAMETERS: Final = frozenset({
    "weights", "bias", "activation", "inputs", "layers", "biases", "activations", "w", "b", "x", "input",
    "activation_function",
})  # fmt: skip
_METHODS: Final = ("feedforward", "forward", "predict", "__call__")


class Stub(NamedTuple):
    """A class or a function, less what it does."""

    name: str
    #: What a class is made with, or what a function takes.
    parameters: tuple[str, ...]
    #: What a class is asked by, and what that takes; empty for a function.
    method: str = ""
    takes: str = "inputs"

    def code(self) -> str:
        """Write it in Python."""
        given = ", ".join(self.parameters)
        if not self.method:
            return f"def {self.name}({given}):\n    raise NotImplementedError"
        kept = "".join(f"        self.{each} = {each}\n" for each in self.parameters)
        made = f"    def __init__(self, {given}):\n{kept}\n" if given else ""
        asked = f"    def {self.method}(self, {self.takes}):\n        raise NotImplementedError"
        return f"class {self.name}:\n{made}{asked}"

    def sentence(self, count: int) -> str:
        """Say what is called, and what it gives: so many outputs."""
        gives = "the output" if count == 1 else f"the list of the {count} outputs"
        called = f"`{self.name}({', '.join(self.parameters)})`"
        if not self.method:
            return f"In Python: a function {called} that gives {gives}."
        method = f"`{self.method}({self.takes})`"
        return f"In Python: a class that is made by {called}, with a method {method} that gives {gives}."


def stub(exercise: Exercise, part: Part) -> Stub | None:
    """Give the form of a program: that of the author's own, else what suits the network.

    Of the author's there is nothing but the names that every exercise uses. None where the name is
    none of Python's.
    """
    if not part.implement.isidentifier():
        return None
    samples = (each for each in exercise.samples if each.code and each.score == exercise.points)
    code = next(samples, None)
    found = None if code is None else _of_code(part.implement, code.code)
    return found or _of_network(exercise, part.implement)


def _of_code(name: str, code: str) -> Stub | None:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _known(Stub(name, _names(node)))
        if isinstance(node, ast.ClassDef) and node.name == name:
            methods = {
                each.name: _names(each) for each in node.body if isinstance(each, ast.FunctionDef)
            }
            method = next((each for each in _METHODS if len(methods.get(each, ())) == 2), "")
            return _known(Stub(name, methods.get("__init__", ("self",))[1:], method, methods[method][1])
                          if method else None)  # fmt: skip
    return None


def _names(node: ast.FunctionDef) -> tuple[str, ...]:
    return tuple(each.arg for each in (*node.args.posonlyargs, *node.args.args))


def _known(found: Stub | None) -> Stub | None:
    """Leave out what has other names: they are the author's own."""
    is_known = found and {*found.parameters, found.takes} <= _PARAMETERS
    return found if is_known else None


def _of_network(exercise: Exercise, name: str) -> Stub:
    network = describe(exercise.spec.network)
    given: tuple[str, ...] = ("layers",)
    if not network["sequential"] or "neuron" in network:
        several = len({step.activation.name for step in exercise.spec.network.steps}) > 1
        given = ("weights", "bias", "activation") if several else ("weights", "bias")
    return Stub(name, given, _METHODS[0]) if name[0].isupper() else Stub(name, (*given, "inputs"))
