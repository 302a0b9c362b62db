"""`make fuzz`: change seeds for some time, guided by coverage, and collect what breaks a promise.

`python -m fuzz --seconds 60 [--stage read] [--seed N] [--finds FOLDER]`. What is found becomes a file of
`tests/corpus/`, once it is mended.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Final

try:
    import atheris
except ImportError:  # no wheel for this interpreter: as many changes, not led by coverage
    atheris = None

#: The longest text of each stage; longer ones take the pure parser too long.
LENGTHS: Final = {"read": 150, "validate": 600, "run": 1000}
#: How many times slower the instrumented code, on a machine that does other things too, may be.
SLOWER: Final = 6


class Collector:
    """Counts inputs, and keeps the shortest one for each way in which promises are broken."""

    def __init__(self, folder: Path, options: Any) -> None:
        self.folder, self.finds, self.stage = folder, options.finds, options.stage
        self.length = options.length or LENGTHS[options.stage]
        self.end = time.monotonic() + options.seconds
        self.counts: Counter[str] = Counter()
        self.found: dict[str, bytes] = {}

    def __call__(self, content: bytes) -> None:
        """Try one input; when the time is up, end the process, which libFuzzer would never leave."""
        from fuzz.promises import keep

        if time.monotonic() > self.end:
            print(self.summary(), flush=True)
            os._exit(1 if self.found else 0)
        try:
            self.counts[keep(content, self.folder, self.stage, SLOWER)] += 1
        except Exception as error:
            self.counts["broken"] += 1
            self._note(content, error)

    def _note(self, content: bytes, error: Exception) -> None:
        trace = traceback.extract_tb(error.__traceback__)
        at = next((f for f in reversed(trace) if "/evaluator/" in f.filename), trace[-1])
        words = re.sub(r"\d+", "0", f"{type(error).__name__} {error}".partition(": ")[0])
        key = f"{words} in {Path(at.filename).name}:{at.name}"
        if key in self.found and len(self.found[key]) <= len(content):
            return
        self.found[key] = content
        name = hashlib.sha256(key.encode()).hexdigest()[:12]
        self.finds.mkdir(parents=True, exist_ok=True)
        (self.finds / f"{name}.yaml").write_bytes(content)
        (self.finds / f"{name}.txt").write_text(f"{key}\n{traceback.format_exc()}", "utf-8")

    def summary(self) -> str:
        counts = ", ".join(f"{count:,} {what}" for what, count in self.counts.most_common())
        said = f"{self.stage}: {self.counts.total():,} inputs ({counts}); {len(self.found)} ways to break a promise"
        return "\n".join([said, *(f"  {key}" for key in sorted(self.found))])


def main() -> int:
    """Fuzz for some seconds; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stage", choices=LENGTHS, default="run")
    parser.add_argument("--finds", type=Path, default=Path(".fuzz/finds"))
    parser.add_argument("--corpus", type=Path, default=Path(".fuzz/corpus"))
    parser.add_argument("--unguided", action="store_true")
    parser.add_argument("--length", type=int, help="the longest text")
    options = parser.parse_args()
    options.finds, options.corpus = options.finds.resolve(), options.corpus.resolve()
    guided = atheris is not None and not options.unguided
    _import(guided)
    from fuzz.seeds import seeds, surround

    warnings.simplefilter("error")
    texts = seeds()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = Path(name)
        surround(folder)
        os.chdir(folder)
        collector = Collector(folder, options)
        for text in texts:
            collector(text)
        if guided:
            _guided(collector, texts, options)
        _unguided(collector, texts, options.seed)
    return 1


def _import(instrumented: bool) -> None:
    """Import what is fuzzed, with its branches counted if that is possible."""
    if not instrumented:
        return
    with atheris.instrument_imports(include=["evaluator"], enable_loader_override=False):
        for module in ("cases", "layers", "neurons", "faults", "explain", "hints", "model"):
            import_module(f"evaluator.{module}")
        import_module("fuzz.promises")


def _change(content: bytes, chance: Random, texts: list[str], limit: int) -> bytes:
    from fuzz.mutate import mutate

    text = content.decode("utf-8", "replace")
    if len(text) > limit:  # some lines of it
        start = chance.randrange(len(text) - limit)
        text = text[text.rfind("\n", 0, start) + 1 :]
        text = text[: max(1, text.rfind("\n", 0, limit) + 1)]
    return mutate(text, chance, texts).encode("utf-8", "surrogatepass")[:limit]


def _unguided(collector: Collector, seeds: list[bytes], number: int) -> None:
    chance, texts = Random(number), [seed.decode("utf-8", "replace") for seed in seeds]
    while True:
        collector(_change(chance.choice(seeds), chance, texts, collector.length))


def _guided(collector: Collector, seeds: list[bytes], options: Any) -> None:
    texts = [seed.decode("utf-8", "replace") for seed in seeds]
    corpus, limit = options.corpus / options.stage, collector.length
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if len(seed) <= limit:
            (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)

    def change(content: bytes, max_size: int, number: int) -> bytes:
        chance = Random(number)
        if chance.random() < 0.05:
            return bytes(atheris.Mutate(content, max_size))
        return _change(content, chance, texts, max_size)

    words = [sys.argv[0], str(corpus), f"-max_len={limit}", f"-seed={options.seed}", "-timeout=60",
             "-rss_limit_mb=4096", "-verbosity=0"]  # fmt: skip
    atheris.Setup(words, collector, custom_mutator=change, enable_python_coverage=True)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
