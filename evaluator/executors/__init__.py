"""Where files are evaluated: each executor is a function that opens a `concurrent.futures.Executor`.

It takes the options of the run and gives a context manager, whose value is the executor.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import UsageError, did_you_mean

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from evaluator.runner import Options

#: The built-in executors, name → module with a function `start`. Others come from the
#: entry-point group.
EXECUTORS: Final = {
    "processes": "evaluator.executors.processes",
    "dask": "evaluator.executors.dask",
}
GROUP: Final = "evaluator.executors"

Start = Callable[["Options"], AbstractContextManager["Executor"]]


def load(name: str) -> Start:
    """Find what opens an executor, by name; raises UsageError for one that is not there."""
    if name in EXECUTORS:
        start: Start = import_module(EXECUTORS[name]).start
        return start
    from importlib.metadata import entry_points

    added = {point.name: point for point in entry_points(group=GROUP)}
    if name not in added:
        known = [*EXECUTORS, *added]
        raise UsageError(f"there is no executor `{name}`",
                         did_you_mean(name, known) or f"there is {', '.join(known)}")  # fmt: skip
    try:
        found: Any = added[name].load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the executor `{name}` cannot be loaded: {error}",
                         "install what it needs, or correct its entry point") from None  # fmt: skip
    return found  # type: ignore[no-any-return]
