"""Report → text: each reporter is a module with one pure function, `render(report, **style)`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from evaluator.diagnostics import UsageError, did_you_mean

#: The built-in reporters, name → module. Others come from the entry-point group.
REPORTERS: Final = {
    "full": "evaluator.reporters.full",
    "concise": "evaluator.reporters.concise",
    "json": "evaluator.reporters.json",
    "jsonl": "evaluator.reporters.jsonl",
    "junit": "evaluator.reporters.junit",
    "sarif": "evaluator.reporters.sarif",
    "github": "evaluator.reporters.github",
    "gitlab": "evaluator.reporters.gitlab",
    "tap": "evaluator.reporters.tap",
    "markdown": "evaluator.reporters.markdown",
    "html": "evaluator.reporters.html",
}
#: Those that show the diagram of each network, which is drawn only for them.
WITH_DIAGRAMS: Final = frozenset({"html"})
GROUP: Final = "evaluator.reporters"

Render = Callable[..., str]


def load(name: str) -> Render:
    """Find a reporter by name; raises UsageError for one that is not there."""
    if name in REPORTERS:
        render: Render = import_module(REPORTERS[name]).render
        return render
    from importlib.metadata import entry_points

    added = {point.name: point for point in entry_points(group=GROUP)}
    if name in added:
        found: Any = added[name].load()
        return found  # type: ignore[no-any-return]
    known = [*REPORTERS, *added]
    raise UsageError(f"there is no report format `{name}`",
                     did_you_mean(name, known) or f"there is {', '.join(known)}")  # fmt: skip
