"""Evaluate neural networks that are declared in YAML against the answers they must give."""

from __future__ import annotations

# Nothing is imported here: an interrupt while a command starts is caught only once it is.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from evaluator.diagnostics import Diagnostic as Diagnostic
    from evaluator.diagnostics import EvaluatorError as EvaluatorError
    from evaluator.diagnostics import Location as Location
    from evaluator.diagnostics import SpecError as SpecError
    from evaluator.diagnostics import SubjectError as SubjectError
    from evaluator.diagnostics import UsageError as UsageError
    from evaluator.network import Network as Network
    from evaluator.network import Neuron as Neuron
    from evaluator.results import Report as Report
    from evaluator.runner import Options as Options
    from evaluator.runner import run as run
    from evaluator.spec import Spec as Spec
    from evaluator.spec import load as load
    from evaluator.subjects.limits import Limits as Limits

__version__ = "0.1.0"

_HOMES = {
    "Diagnostic": "diagnostics", "EvaluatorError": "diagnostics", "Location": "diagnostics",
    "SpecError": "diagnostics", "SubjectError": "diagnostics", "UsageError": "diagnostics",
    "Network": "network", "Neuron": "network", "Report": "results", "Options": "runner",
    "run": "runner", "Spec": "spec", "load": "spec", "Limits": "subjects.limits",
}  # fmt: skip

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    # Lazy, so that `evaluator --version` and plugins load neither NumPy nor YAML.
    from importlib import import_module

    if name == "convert":
        return import_module("evaluator.convert")
    if name not in _HOMES:
        raise AttributeError(f"module `evaluator` has no attribute `{name}`")
    value = getattr(import_module(f"evaluator.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
