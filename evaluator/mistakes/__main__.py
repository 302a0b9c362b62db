"""`python -m evaluator.mistakes`: print the table of docs/mistakes.md."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.mistakes import MISTAKES


def table() -> Iterator[str]:
    """Write a line of Markdown for each mistake."""
    yield "| code | a hint says “if …” | what is wrong |"
    yield "|---|---|---|"
    for mistake in MISTAKES.values():
        yield f"| `{mistake.code}` | {mistake.name} | {mistake.sentence} |"


if __name__ == "__main__":
    print("\n".join(table()))
