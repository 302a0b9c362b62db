"""What a run leaves to the next: which cases failed, and how long each file took."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from evaluator.collect import CaseId, Target, is_named
from evaluator.project import root_of
from evaluator.results import FAILING

if TYPE_CHECKING:
    from evaluator.results import Report, SpecResult

FOLDER: Final = ".evaluator_cache"
#: File → the cases that failed, as [document, case]; an empty list stands for the whole file.
FAILED: Final = "failed.json"
#: File → seconds.
SECONDS: Final = "seconds.json"

#: Bytes of recorded times for each file of a run, beyond which they stay as they are: keeping those
#: of a whole project up to date would take longer than a run of a small part of it.
MAX_BYTES: Final = 500

#: The cases of a file that failed, each with its document; none stand for the whole file.
Failures = tuple[tuple[int, str], ...]


class Cache:
    """The folder `.evaluator_cache` of the project that a folder belongs to.

    It names files by their paths from the project root, with forward slashes, so that it may be
    carried from one machine to another. A cache that is off is empty, and stays so.
    """

    def __init__(self, folder: str, warn: Callable[[str], None], off: bool = False) -> None:
        self._root, self._warn, self._off = root_of(folder), warn, off
        self.folder = os.path.join(self._root, FOLDER)
        self._here = os.path.relpath(folder, self._root)
        self._damaged: set[str] = set()
        #: The folders met so far, each with what stands before the names of its files.
        self._folders: dict[str, str] = {}

    def key(self, file: str) -> str:
        """Name a file, which is given as seen from the folder; a URL is its own name."""
        if "://" in file:
            return file
        folder, name = os.path.split(file)
        if folder not in self._folders:
            self._folders[folder] = self._from_root(folder)
        return self._folders[folder] + name

    def _from_root(self, folder: str) -> str:
        """Give the way to a folder, as it stands before the names of its files."""
        whole = os.path.normpath(os.path.join(self._root, self._here, folder))
        with suppress(ValueError):  # Windows knows no way from one drive to another
            whole = os.path.relpath(whole, self._root)
        return "" if whole == os.curdir else whole.replace(os.sep, "/").rstrip("/") + "/"

    def failed(self) -> dict[str, Failures]:
        """Give what failed last time, by file."""
        return self._read(FAILED, _failures)

    def seconds(self) -> dict[str, float]:
        """Give the recorded time of every file."""
        return self._read(SECONDS, _seconds)

    def last_failed(self, targets: Iterable[Target]) -> list[Target]:
        """Choose the targets that failed last time, narrowed to the cases that did."""
        found, failed = [], self.failed()
        for target in targets:
            failures, named = failed.get(self.key(target.file)), frozenset(target.ids)
            meant = tuple(CaseId(*case) for case in failures or () if is_named(*case, named))
            if meant or failures == ():
                found.append(target._replace(failed=meant))
        return found

    def record_failures(self, targets: Sequence[Target], report: Report, whole: bool) -> None:
        """Keep which cases failed; `whole` if every case that was meant has been evaluated.

        What did not run is remembered as it was, unless its file is gone. Raises OSError.
        """
        meant = {target.file: target for target in targets if target.file != "-"}
        known = self.failed()  # as it is now: others may have written it during this run
        failed = dict(known)
        for file, results in groupby(report.specs, lambda spec: spec.file):
            if file not in meant:
                continue
            before = failed.pop(self.key(file), None) if known else None
            after = _still_failing(meant[file], list(results), before, whole)
            if after is not None:
                failed[self.key(file)] = after
        failed = {file: cases for file, cases in failed.items() if self._is_there(file)}
        if failed != known or FAILED in self._damaged:
            self._write(FAILED, failed)

    def record_seconds(self, targets: Sequence[Target], report: Report) -> None:
        """Keep how long each file took, for files that were evaluated whole. Raises OSError."""
        part = {target.file for target in targets if target.ids or target.failed} | {"-"}
        times: dict[str, float] = {}
        for spec in report.specs:
            if spec.file not in part:
                key = self.key(spec.file)
                times[key] = times.get(key, 0.0) + spec.seconds
        path = os.path.join(self.folder, SECONDS)
        if os.path.isfile(path) and os.path.getsize(path) > MAX_BYTES * len(times):
            return
        before = {f: s for f, s in self.seconds().items() if f not in times and self._is_there(f)}
        self._write(SECONDS, before | {file: round(time, 6) for file, time in times.items()})

    def _is_there(self, file: str) -> bool:
        return "://" in file or os.path.exists(os.path.join(self._root, file))

    def _read(self, name: str, entry: Callable[[Any], Any]) -> dict[str, Any]:
        """Read a file of the cache; one that is damaged counts as empty."""
        path = os.path.join(self.folder, name)
        if self._off or not os.path.isfile(path):
            return {}
        try:
            with open(path, "rb") as stream:
                return {file: entry(value) for file, value in json.loads(stream.read()).items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            if name not in self._damaged:
                self._warn(f"{path} is damaged, and ignored")
            self._damaged.add(name)
            return {}

    def _write(self, name: str, entries: Mapping[str, Any]) -> None:
        if self._off:
            return
        os.makedirs(self.folder, exist_ok=True)
        if not os.listdir(self.folder):
            self._replace(".gitignore", "*\n")
        # An entry a line; `indent` would do without the fast encoder.
        text = json.dumps(entries, sort_keys=True, separators=(",\n", ": "))
        self._replace(name, text + "\n")

    def _replace(self, name: str, text: str) -> None:
        """Write a file in one step: other runs may be reading it."""
        path = os.path.join(self.folder, name)
        part = f"{path}.{os.getpid()}.part"
        try:
            with open(part, "w", encoding="utf-8") as stream:
                stream.write(text)
            os.replace(part, path)
        finally:
            with suppress(OSError):
                os.unlink(part)


def _still_failing(
    target: Target, results: Sequence[SpecResult], before: Failures | None, whole: bool
) -> Failures | None:
    """Give what counts as failed in a file after a run; None if nothing does."""
    if any(result.invalid for result in results):
        return ()
    if before == () and (target.ids or not whole):
        return ()
    failing = [(r.document, c.id) for r in results for c in r.cases if c.outcome in FAILING]
    if before:
        ran = {(r.document, case.id) for r in results for case in r.cases}
        named = frozenset(target.failed or target.ids)
        # What was meant to run and did not is there no more.
        gone = {case for case in before if whole and is_named(*case, named)}
        failing += [case for case in before if case not in ran and case not in gone]
    return tuple(failing) or None


def _failures(written: Any) -> Failures:
    if not all(type(document) is int and type(case) is str for document, case in written):
        raise ValueError
    return tuple((document, case) for document, case in written)


def _seconds(written: Any) -> float:
    if type(written) not in (int, float) or not 0 <= written < 1e9:
        raise ValueError
    return float(written)
