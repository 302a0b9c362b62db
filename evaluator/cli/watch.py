"""`evaluator run --watch`: after every save, run again what it touches."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from evaluator.cli.console import say
from evaluator.cli.run import find_targets, named_paths
from evaluator.collect import targets
from evaluator.diagnostics import UsageError
from evaluator.named import named_files
from evaluator.reporters.text import plural
from evaluator.runner import INTERRUPTED

if TYPE_CHECKING:
    from evaluator.collect import Target

#: What the disk says of a file: when it was written, its size, which one it is; None: it is gone.
Stamp = tuple[int, int, int] | None
#: Those of every spec and of what it names.
Stamps = Mapping["Target", Mapping[str, Stamp]]

#: Milliseconds after which the files are looked at although no change was told. Nobody tells of
#: what is saved into a new folder, or while the folders to watch are exchanged.
PATIENCE: Final = 2000


def watch(arguments: argparse.Namespace, run: Callable[[list[Target]], int]) -> int:
    """Run everything, then what a save touches, until interrupted; give the exit code."""
    changes = _load(arguments)
    files, folders = find_targets(arguments.paths, arguments.specs), frozenset[str]()
    seen: Stamps = {}
    named = _NamedFiles()
    first = True
    while True:
        # Looked at before they are read, so that what is saved during a run is run again.
        stamps = {target: named.stamps(target.file) for target in files}
        touched = [target for target in files if stamps[target] != seen.get(target)]
        gone = [target.file for target in seen if target not in stamps]
        if gone:
            say(f"{_listed(gone)} {'is' if len(gone) == 1 else 'are'} gone")
        changed = _changed(touched, seen, stamps)
        seen = stamps
        if touched or first:
            if not first:
                say(f"{_listed(changed)} changed")
            if run(touched) == INTERRUPTED:
                return INTERRUPTED
            sys.stdout.flush()
            say(f"waiting for changes in {plural(len(files), 'file')}; Ctrl-C ends")
            first = False
        if (now := _folders(arguments.paths, seen.values())) != folders:
            folders, told = now, changes(now)
        next(told)
        files = _find(arguments.paths, arguments.specs)


def _load(arguments: argparse.Namespace) -> Callable[[Iterable[str]], Iterator[object]]:
    """Give what tells of changes in folders; raises UsageError for what cannot be watched."""
    for option, given in (("--co", arguments.collect_only), ("--shard", arguments.shard)):
        if given:
            raise UsageError(f"--watch and {option} exclude each other", "leave out one of them")
    for path in arguments.paths:
        if path.partition("::")[0] == "-" or "://" in path:
            raise UsageError(f"{path} cannot be watched", "name a file or a directory")
    try:
        import watchfiles
    except ImportError:
        raise UsageError("--watch needs the package watchfiles",
                         "pip install 'neuron-evaluator[watch]'") from None  # fmt: skip

    def changes(folders: Iterable[str]) -> Iterator[object]:
        try:
            yield from watchfiles.watch(
                *folders, watch_filter=None, recursive=False, ignore_permission_denied=True,
                rust_timeout=PATIENCE, yield_on_timeout=True,
            )  # fmt: skip
        except (OSError, RuntimeError) as error:
            raise UsageError(f"the folders cannot be watched: {error}",
                             "set WATCHFILES_FORCE_POLLING=1") from None  # fmt: skip

    return changes


def _find(paths: Sequence[str], specs: Sequence[str]) -> list[Target]:
    """Find the files that are there now; editors take one away for a moment when they save it."""
    with suppress(UsageError):
        return targets(named_paths(paths, specs))
    found = []
    for path in paths:
        with suppress(UsageError):
            targets([path])
            found.append(path)
    return targets(found)


class _NamedFiles:
    """The files that specs name, read again only when a spec has changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Stamp, list[str]]] = {}

    def stamps(self, spec: str) -> dict[str, Stamp]:
        """Give the stamps of a spec and of every array, table and model that it names."""
        own = _stamp(spec)
        known, names = self._known.get(spec, (None, []))
        if known != own:
            names = sorted(set(named_files(spec)))
            self._known[spec] = own, names
        return {spec: own} | {name: _stamp(name) for name in names}


def _stamp(file: str) -> Stamp:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _folders(paths: Sequence[str], stamps: Iterable[Mapping[str, Stamp]]) -> frozenset[str]:
    """Give the folders of all files, and those that were named, where new files may come."""
    found = {os.path.dirname(file) or os.curdir for each in stamps for file in each}
    return frozenset(filter(os.path.isdir, found.union(paths))) or frozenset({os.curdir})


def _changed(touched: Iterable[Target], before: Stamps, now: Stamps) -> list[str]:
    """Name the files, specs and what they name, whose stamps are not those of before."""
    found: dict[str, None] = {}
    for target in touched:
        known = before.get(target, {target.file: None})
        both = known.keys() & now[target].keys()  # what a spec names may be other files than before
        found |= dict.fromkeys(file for file in sorted(both) if now[target][file] != known[file])
    return list(found)


def _listed(files: Sequence[str]) -> str:
    return files[0] if len(files) == 1 else f"{len(files):,} files"
