"""Before a file is written: does the new text say what the old one said, but for what was meant?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from evaluator.document import Document, Path

#: Where values changed: paths by the number of their document.
Paths = Mapping[int, Collection[Path]]


def differ_only(before: Sequence[Document], after: Sequence[Document], paths: Paths) -> bool:
    """Tell whether documents have the same data but for the values at these paths."""
    return len(before) == len(after) and all(
        # The text of data tells 1 from 1.0 and the order of keys, and finds NaN equal to itself.
        repr(_without(old.data, paths.get(old.number, ())))
        == repr(_without(new.data, paths.get(old.number, ())))
        for old, new in zip(before, after, strict=True)
    )


def _without(data: Any, paths: Collection[Path]) -> Any:
    """Copy data without the values at some paths, whether these are there or not."""
    if not paths:
        return data
    below: dict[str | int, list[Path]] = {}
    for path in paths:
        if not path:
            return None
        below.setdefault(path[0], []).append(path[1:])
    if isinstance(data, dict):
        kept = {key: value for key, value in data.items() if () not in below.get(key, ())}
        return {key: _without(value, below.get(key, ())) for key, value in kept.items()}
    if isinstance(data, list):
        return [_without(value, below.get(number, ())) for number, value in enumerate(data)]
    return data
