"""Interrupted at any time, a command ends at once, with 130 or as it would have, and leaves nothing."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import adopt, after, forked, fresh, orphans, rounds, seconds_of

SPECS = str(Path(__file__).parent.parent.parent / "specs")
HOSTILE = Path(__file__).parent.parent / "hostile_programs" / "never_answers.sh"
COMMANDS = {
    "run -j 2": ["run", SPECS, "-j", "2", "--no-cache", "-q"],
    "run": ["run", SPECS, "-j", "1", "--no-cache", "-q"],
    "validate": ["validate", SPECS],
    "record --diff": ["record", "--diff", SPECS],
    "audit": ["audit", f"{SPECS}/networks/gates", "-q"],
    "run --subject": ["run", f"{SPECS}/neurons", "--no-cache", "-q",
                      "--subject", f"process:sh {HOSTILE}", "--limit", "start=1"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _adopting() -> Iterator[None]:
    adopt(True)
    yield
    adopt(False)


@pytest.mark.parametrize("start", [forked, fresh])
@pytest.mark.parametrize("name", COMMANDS)
def test_an_interrupt_at_any_time_ends_a_command(name: str, start: object, folder: Path) -> None:
    words = COMMANDS[name]
    seconds_of(words, folder)
    begun = time.monotonic()
    undisturbed = forked(words, folder) if start is forked else fresh(words)
    seconds = time.monotonic() - begun
    count: Counter[str] = Counter()
    kind = "forked" if start is forked else "fresh"
    for chance in rounds(f"interrupt {name} ({kind})", count):
        disturb = after(chance.uniform(0, 1.1 * seconds), signal.SIGINT)
        ended = forked(words, folder, disturb) if start is forked else fresh(words, disturb)
        count["at work"] += ended.hit
        count[f"exited {ended.code}"] += 1
        assert "Traceback" not in ended.errors + ended.output, ended.errors
        assert "internal error" not in ended.errors
        if ended.hit:
            assert ended.code in (130, undisturbed.code), ended
        assert not orphans()
    assert count["at work"]


def test_a_worker_that_is_killed_at_any_time_changes_no_result(folder: Path) -> None:
    words = COMMANDS["run -j 2"]
    seconds = seconds_of(words, folder)
    undisturbed = without_time(forked(words, folder).output)
    count: Counter[str] = Counter()

    def disturb(process: int) -> bool:
        time.sleep(delay)
        try:
            workers = Path(f"/proc/{process}/task/{process}/children").read_text().split()
            os.kill(int(workers[which % len(workers)]), signal.SIGKILL)
        except (OSError, ZeroDivisionError):
            return False
        return True

    for chance in rounds("kill -9 of a worker", count):
        delay, which = chance.uniform(0, seconds), chance.randrange(2)
        ended = forked(words, folder, disturb)
        count["at work"] += ended.hit
        assert (ended.code, ended.errors) == (0, "")
        assert without_time(ended.output) == undisturbed
        assert not orphans()
    assert count["at work"]


def without_time(output: str) -> str:
    return re.sub(r"[\d.]+ s\b", "", output)
