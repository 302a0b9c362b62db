"""The optional dependencies: imported where they are used, or told how to get."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from evaluator.diagnostics import UsageError


def need(module: str, extra: str) -> Any:
    """Import a module that comes with an extra; raises UsageError with the install command."""
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise UsageError(
            f"this needs `{name}`, which is not installed",
            f"pip install 'neuron-evaluator[{extra}]'",
        ) from None
