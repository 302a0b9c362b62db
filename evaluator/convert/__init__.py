"""Networks in other formats, and back."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluator.convert.conversion import Cases as Cases
    from evaluator.convert.conversion import Conversion as Conversion
    from evaluator.convert.conversion import ConversionError as ConversionError
    from evaluator.convert.formats import export as export
    from evaluator.convert.formats import read as read
    from evaluator.convert.sklearn import from_sklearn as from_sklearn

_HOMES = {
    "Cases": "conversion", "Conversion": "conversion", "ConversionError": "conversion",
    "export": "formats", "read": "formats", "from_sklearn": "sklearn",
}  # fmt: skip

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    # Lazy: each format brings its own packages.
    if name not in _HOMES:
        raise AttributeError(f"module `evaluator.convert` has no attribute `{name}`")
    return getattr(import_module(f"evaluator.convert.{_HOMES[name]}"), name)
