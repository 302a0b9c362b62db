"""Tables that a command writes into a page of docs/, below a comment with the table's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parent.parent / "docs"


def write(page: str, parts: Mapping[str, str]) -> None:
    """Replace the paragraph below `<!-- NAME -->` by each part."""
    path = DOCS / page
    text = path.read_text(encoding="utf-8")
    for name, table in parts.items():
        mark = re.compile(rf"(?<=<!-- {name} -->\n\n).*?(?=\n\n|\Z)", re.DOTALL)
        text, found = mark.subn(lambda _, table=table: table, text)
        if not found:
            raise SystemExit(f"{path}: no place for the table `{name}`")
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
