"""`make bench`: every figure of docs/performance.md, measured in one run.

`python -m benchmarks --write` puts the table into the page.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import inputs, rivals
from benchmarks.timing import compare, peak_memory

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
EVALUATOR = str(Path(PYTHON).with_name("evaluator"))
RIVALS = [PYTHON, str(ROOT / "benchmarks/rivals.py")]
SEED = str(ROOT / "specs/neurons/two-input.yaml")
FILES = 2000

HEAD = "| what | against | ours | other | ratio | goal |\n|---|---|---|---|---|---|"


def main() -> None:
    """Measure, print, and write if asked to."""
    lines = [HEAD]
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for line in figures(Path(folder)):
            print(line, flush=True)
            lines.append(line)
    if "--write" in sys.argv:
        page = ROOT / "docs/performance.md"
        text = page.read_text(encoding="utf-8")
        table = "\n".join(lines)
        text = re.sub(r"\| what .*?(?=\n\n)", lambda _: table, text, count=1, flags=re.DOTALL)
        page.write_text(text, encoding="utf-8")


def figures(folder: Path) -> Iterator[str]:
    """Give a line of the table for each figure."""
    start = [PYTHON, "-c", "import yaml, numpy, jsonschema"]
    yield timed("`evaluator run`, the seed", "`import yaml, numpy, jsonschema`",
                [EVALUATOR, "run", SEED], start, 0.8, 25)  # fmt: skip
    yield timed("`evaluator --version`", "`python -c pass`",
                [EVALUATOR, "--version"], [PYTHON, "-c", "pass"], 4, 25)  # fmt: skip
    yield from small_files(folder)
    weights = inputs.inline_weights(folder / "weights.yaml")
    yield timed("100,000 weights in the text", "libyaml's bare events",
                [EVALUATOR, "run", str(weights)], [*RIVALS, "events", str(weights)], 2)  # fmt: skip
    audited = str(inputs.audited(folder / "audited.yaml"))
    yield timed("`evaluator audit`, 1,052 mistakes", "`evaluator run` of that spec",
                [EVALUATOR, "audit", audited], [EVALUATOR, "run", audited], 20)  # fmt: skip
    table = inputs.table(folder / "table")
    yield timed("10,000 cases through 784-128-10", "bare NumPy",
                [EVALUATOR, "run", str(table)], [*RIVALS, "table", str(table)], 1.25)  # fmt: skip
    large = inputs.large_table(folder / "large")
    ours = [EVALUATOR, "run", str(large)]
    yield timed("200,000 cases, 1.2 GB", "bare NumPy, in chunks",
                ours, [*RIVALS, "stream", str(large)], 1.3, 3)  # fmt: skip
    memory = peak_memory(ours), large.with_name("cases.npz").stat().st_size
    yield row("the same, peak memory", "the table's size",
              *(f"{size / 2**20:.0f} MiB" for size in memory), memory[0] / memory[1], 0.25)  # fmt: skip


def small_files(folder: Path) -> Iterator[str]:
    """Give the lines of thousands of small files, in one process and in several."""
    specs = inputs.small_specs(folder / "specs", FILES)
    auto = [EVALUATOR, "run", str(specs)]
    alone = [*auto, "-j", "1"]
    script = [*RIVALS, "script", str(specs)]
    events = [*RIVALS, "events", str(specs)]
    test = folder / "test_cases.py"
    here = str(ROOT / "benchmarks")
    test.write_text(rivals.PYTEST.format(here=here, specs=str(specs)), encoding="utf-8")
    pytest = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    yield timed("2,000 files of five cases, `-j 1`", "a script by hand", alone, script, 0.45)
    yield timed("the same", "libyaml's bare events", alone, events, 2.6)
    yield timed("the same", "parametrised pytest", alone, pytest, 0.08, 3)
    yield timed("the same, `-j auto`", "a script by hand", auto, script, 0.33)
    yield timed("the same", "parametrised pytest", auto, pytest, 0.06, 3)
    more = [EVALUATOR, "run", str(inputs.small_specs(folder / "more", 2 * FILES))]
    alone_with_more = [*more, "-j", "1"]
    yield timed("4,000 files, `-j 1`", "2,000 files", alone_with_more, alone, 2.1)
    memory = peak_memory(alone_with_more), peak_memory(alone)
    yield row("the same, peak memory", "2,000 files",
              *(f"{size / 2**20:.0f} MiB" for size in memory), memory[0] / memory[1], 1.2)  # fmt: skip
    yield timed("4,000 files, `-j 2`", "`-j 1`", [*more, "-j", "2"], alone_with_more, 0.6)


def timed(
    what: str, against: str, ours: list[str], other: list[str], goal: float, runs: int = 9
) -> str:
    """Time two commands and give their line of the table."""
    pair = compare(ours, other, runs)
    return row(what, against, f"{pair.ours:.3f} s", f"{pair.other:.3f} s", pair.ratio, goal)


def row(what: str, against: str, ours: str, other: str, ratio: float, goal: float) -> str:
    """Write a line of the table."""
    return f"| {what} | {against} | {ours} | {other} | {ratio:.2f} | ≤ {goal:g} |"


if __name__ == "__main__":
    main()
