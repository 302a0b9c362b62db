"""The figures of docs/limits.md: time and memory for files of every hostile shape, by size.

`python -m benchmarks.budgets` prints them, `--write` puts them into the page; shapes may be named.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.shapes import SHAPES
from benchmarks.timing import Used, used

ROOT: Final = Path(__file__).parent.parent
PROGRAM: Final = "import sys; from evaluator.__main__ import main; sys.exit(main())"
MB: Final = 1_000_000
SIZES: Final = (1.0, 2.5, 5.0, 10.0)
#: What is promised: so many times the file, and so many megabytes; time grows with the size alone.
TIMES, BASE = 20, 100
#: How much longer than a tenth per megabyte the largest file may take, for what machines vary.
SLACK: Final = 1.5


class Row(NamedTuple):
    """What one shape takes, by size."""

    shape: str
    used: tuple[Used, ...]

    def __str__(self) -> str:
        times = " | ".join(f"{each.seconds:.2f}" for each in self.used)
        memory = " | ".join(f"{each.bytes / MB:.0f}" for each in self.used)
        return f"| {self.shape} | {times} | {memory} | {self.worst:.2f} | {self.growth:.2f} |"

    @property
    def worst(self) -> float:
        """The largest part of the memory promised."""
        return max(
            each.bytes / MB / (BASE + TIMES * size)
            for size, each in zip(SIZES, self.used, strict=True)
        )

    @property
    def growth(self) -> float:
        """The time of the largest file, in times of what its size makes of a smaller one's."""
        *rest, last = self.used
        return last.seconds / max(
            each.seconds * SIZES[-1] / size for size, each in zip(SIZES, rest, strict=False)
        )


def head() -> str:
    """Give the head of the table."""
    names = [f"{size:g} MB" for size in SIZES]
    heads = [f"seconds, {names[0]}", *names[1:], f"memory in MB, {names[0]}", *names[1:]]
    columns = ["shape", *heads, "of the memory", "growth"]
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def rows(folder: Path, names: list[str]) -> Iterator[Row]:
    """Measure each shape, one process a file."""
    for name, (make, code) in SHAPES.items():
        if names and name not in names:
            continue
        found = []
        for size in SIZES:
            file = folder / "f.yaml"
            file.write_bytes(make(int(size * MB)).encode())
            found.append(used([sys.executable, "-c", PROGRAM, "run", "-q", str(file)], code))
        yield Row(name, tuple(found))


def main() -> int:
    """Measure, print, and write if asked to; 1 if a promise is broken."""
    names = [word for word in sys.argv[1:] if word != "--write"]
    print(head())
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder), names):
            print(row, flush=True)
            found.append(row)
    if "--write" in sys.argv:
        page = ROOT / "docs/limits.md"
        table = "\n".join([head(), *map(str, found)])
        mark = re.compile(r"(?<=<!-- budgets -->\n\n).*?(?=\n\n|\Z)", re.DOTALL)
        text = mark.sub(lambda _: table, page.read_text(encoding="utf-8"))
        page.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    broken = [row.shape for row in found if row.worst > 1 or row.growth > SLACK]
    print(f"beyond the budget: {', '.join(broken)}" if broken else "all within the budget")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
