"""What a run takes from earlier ones, `--lf`, `--ff` and `--shard`, and what it leaves to later ones."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluator.cache import Cache
from evaluator.cli.console import say
from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.collect import Target
    from evaluator.results import Report
    from evaluator.runner import Options
    from evaluator.shards import Shard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that have to do with other runs."""
    parser.add_argument("--lf", "--last-failed", action="store_true", dest="last_failed",
                        help="only what failed last time; all if nothing did")  # fmt: skip
    parser.add_argument("--ff", "--failed-first", action="store_true", dest="failed_first",
                        help="the files in which something failed last time first")  # fmt: skip
    parser.add_argument("--shard", type=_shard, metavar="I/N",
                        help="only part I of N, for N machines")  # fmt: skip
    parser.add_argument("--no-cache", action="store_true",
                        help="neither read nor write .evaluator_cache")  # fmt: skip


def open_cache(arguments: argparse.Namespace) -> Cache | None:
    """Open the cache of the current folder's project; None if there is no current folder."""
    asked = {"--lf": arguments.last_failed, "--ff": arguments.failed_first}
    needs = next((option for option, given in asked.items() if given), "")
    if needs and arguments.no_cache:
        raise UsageError(f"{needs} needs the cache", f"leave out --no-cache or {needs}")
    try:
        return Cache(os.getcwd(), _warn, off=arguments.no_cache)
    except OSError:
        if needs or arguments.shard:
            raise UsageError("the current folder is gone", "change to one that is there") from None
        return None


def share(
    files: list[Target], part: tuple[int, int] | None, cache: Cache | None
) -> tuple[list[Target], Shard | None]:
    """Keep the files of one shard."""
    if part is None or cache is None:
        return files, None
    from evaluator.shards import Shard, deal, fingerprint

    number, of = part
    keys = [cache.key(target.file) for target in files]
    plan = deal(set(keys), of, cache.seconds())
    mine = [target for target, key in zip(files, keys, strict=True) if plan[key] == number]
    return mine, Shard(number, of, len(mine), len(files), fingerprint(plan, of))


def choose(files: list[Target], arguments: argparse.Namespace, cache: Cache | None) -> list[Target]:
    """Keep what failed last time, or put it first, if that is asked for."""
    if cache is None or not (arguments.last_failed or arguments.failed_first):
        return files
    from evaluator.reporters.text import plural

    failed = cache.last_failed(files)
    if not failed:
        say("nothing of this failed last time, so all of it runs")
        return files
    if arguments.last_failed:
        say(f"only what failed last time runs, in {plural(len(failed), 'file')}")
        return failed
    say(f"what failed last time runs first, in {plural(len(failed), 'file')}")
    first = {target.file for target in failed}
    return sorted(files, key=lambda target: target.file not in first)


def record(cache: Cache, files: Sequence[Target], options: Options, report: Report) -> None:
    """Leave to later runs what this one found; a cache that cannot be written stops nothing."""
    from evaluator.runner import INTERRUPTED

    ended = report.summary.exit_code != INTERRUPTED and (report.ok or not options.maxfail)
    whole = ended and not options.selection
    try:
        cache.record_failures(files, report, whole)
        # All shards go by the same times: none of them may change these. A lone file needs none.
        if whole and report.shard is None and len(files) > 1:
            cache.record_seconds(files, report)
    except OSError as error:
        _warn(f"the cache {cache.folder} cannot be written: {error.strerror}",
              "check the disk and the permissions, or add --no-cache")  # fmt: skip


def _warn(message: str, hint: str = "") -> None:
    say(f"warning: {message}")
    if hint:
        say(f"help: {hint}")


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (re.fullmatch("[0-9]+/0*[1-9][0-9]*", text) and len(text) < 20):
        raise argparse.ArgumentTypeError(f"{text} is no shard; write one such as 1/4")
    if not 1 <= int(number) <= int(of):
        raise argparse.ArgumentTypeError(f"{text} is no shard; there are 1/{of} to {of}/{of}")
    return int(number), int(of)
