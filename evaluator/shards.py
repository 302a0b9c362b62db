"""Files → shards: the parts of one run that several machines share, each file in exactly one."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

#: What a file costs at least, in seconds: what cannot be read takes no time, and comes too.
LEAST: Final = 1e-4


class Shard(NamedTuple):
    """One of the parts of a run."""

    #: Its number, from 1.
    number: int
    of: int
    #: How many files it has, and how many all shards have together.
    files: int
    total: int
    #: Which file is in which shard, in eight hexadecimal digits: parts of one run have the same.
    plan: str


def deal(files: Collection[str], count: int, seconds: Mapping[str, float]) -> dict[str, int]:
    """Give every file the number of its shard, from 1.

    Without any recorded time a file's shard depends on nothing but its name and `count`. With times
    the longest goes first, each to the shard that has the least so far; a file whose time is not
    known counts as the median. Either way the order of the files does not matter.
    """
    known = sorted(seconds[file] for file in files if file in seconds)
    if not known:
        return {file: _digest(file) % count + 1 for file in files}
    costs = {file: max(LEAST, seconds.get(file, known[len(known) // 2])) for file in files}
    # Shards beyond the number of files stay empty.
    loads = [(0.0, shard) for shard in range(1, min(count, len(costs)) + 1)]
    plan = {}
    for file in sorted(costs, key=lambda file: (-costs[file], file)):
        load, shard = loads[0]
        heapq.heapreplace(loads, (load + costs[file], shard))
        plan[file] = shard
    return plan


def fingerprint(plan: Mapping[str, int], count: int) -> str:
    """Give the digits that only the same plan has."""
    text = "\0".join([f"{count}", *(f"{shard} {file}" for file, shard in sorted(plan.items()))])
    return f"{_digest(text):064x}"[:8]


def _digest(text: str) -> int:
    # `hash` differs from process to process.
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")
