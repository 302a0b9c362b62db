"""Files → results through an executor: in batches, in file order, whichever worker dies."""

from __future__ import annotations

import copyreg
import os
import pickle
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack, suppress
from dataclasses import fields
from operator import attrgetter
from time import perf_counter
from typing import Any, Final, NamedTuple

import numpy as np

from evaluator.collect import Target
from evaluator.content import FOLDER
from evaluator.diagnostics import Diagnostic, Location, UsageError, clip
from evaluator.executors import load
from evaluator.results import CaseResult, Mismatch, SpecResult
from evaluator.runner import Options, evaluate_file

#: Files in one batch, at most.
MAX_BATCH: Final = 50
#: What a batch is meant to take: much longer than its way to a worker and back takes, and so
#: short that an interrupt loses little.
BATCH_SECONDS: Final = 0.1
#: Batches that are with the executor at a time, at least: as many as there are for other workers to
#: do while one is busy with a long file.
MIN_WINDOW: Final = 64


def _travel_light(kind: type) -> None:
    """Have the values of a class pickled as a plain tuple: half the size, half the time."""
    values = attrgetter(*(field.name for field in fields(kind)))
    copyreg.pickle(kind, lambda value: (kind, values(value)))


for _kind in (SpecResult, CaseResult, Mismatch):
    _travel_light(_kind)


def spread(files: Sequence[Target], options: Options) -> Iterator[SpecResult]:
    """Give the result of every spec of every file, in order, evaluated by an executor."""
    return _Spread(files, options).results()


def evaluate_batch(files: Sequence[Target], options: Options, folder: str) -> bytes:
    """Evaluate files on a worker; give the seconds that took and the results, or a Fault, pickled.

    Relative paths lead from `folder`. What an executor raises is its own fault, never one of ours.
    """
    start = perf_counter()
    token = FOLDER.set(folder)
    try:
        with np.errstate(all="ignore"):
            found = [result for target in files for result in evaluate_file(target, options)]
        return pickle.dumps((perf_counter() - start, found), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps(Fault.of(error))
    finally:
        FOLDER.reset(token)


class Fault(NamedTuple):
    """What the evaluator did wrong on a worker, in texts and bytes, which arrive whatever it is."""

    kind: str
    said: str
    trace: str
    #: The exception itself; empty where that cannot be pickled and read again.
    pickled: bytes

    @classmethod
    def of(cls, error: Exception) -> Fault:
        """Take down the exception that is being handled."""
        pickled = b""
        with suppress(Exception):
            pickled = pickle.dumps(error)
            pickle.loads(pickled)
        return cls(type(error).__name__, str(error), traceback.format_exc(), pickled)

    def error(self) -> Exception:
        """Give the exception, or one of the same name that says the same."""
        error: Exception = type(self.kind, (Exception,), {})(self.said)
        with suppress(Exception):
            error = pickle.loads(self.pickled)
        error.add_note(self.trace)
        return error


class _DiedError(Exception):
    """A batch has no answer: its worker died, or the whole executor did."""


class _Spread:
    """One run: the files that wait, and the batches that are with the executor."""

    def __init__(self, files: Sequence[Target], options: Options) -> None:
        self.options = options
        self.waiting = deque(files)
        self.batches: deque[tuple[list[Target], Future[Any]]] = deque()
        jobs = options.jobs or 1
        self.window = max(MIN_WINDOW, 4 * jobs)
        # A guess, until the first answers say how long a file takes.
        self.size = max(1, min(MAX_BATCH, len(files) // (64 * jobs)))
        self.start = load(options.executor)
        self.opened = ExitStack()
        self.folder = "" if options.executor == "processes" else os.getcwd()

    def results(self) -> Iterator[SpecResult]:
        """Give the results in file order."""
        try:
            self._open()
            while self.waiting or self.batches:
                self._send()
                batch, future = self.batches.popleft()
                try:
                    found = self._answer(batch, future)
                except _DiedError:
                    yield from self._examine(batch)
                else:
                    yield from found
        except KeyboardInterrupt:
            # What is finished is worth reporting, also where an earlier batch is not.
            yield from [found for _, future in self.batches for found in _finished(future)]
            raise
        finally:
            self.opened.close()

    def _open(self) -> None:
        self.opened.close()
        executor = self.opened.enter_context(self.start(self.options))
        if not isinstance(executor, Executor):
            raise UsageError(f"the executor `{self.options.executor}` is a {type(executor).__name__}",
                             "it must give a concurrent.futures.Executor")  # fmt: skip
        self.executor = executor

    def _send(self) -> None:
        """Keep the executor supplied with batches."""
        while self.waiting and len(self.batches) < self.window:
            batch = [self.waiting.popleft()]
            if batch[0].file == "-":  # standard input is here and nowhere else
                future: Future[Any] = Future()
                future.set_result(evaluate_batch(batch, self.options, ""))
            else:
                while self.waiting and len(batch) < self.size and self.waiting[0].file != "-":
                    batch.append(self.waiting.popleft())
                future = self._submit(batch)
            self.batches.append((batch, future))

    def _submit(self, batch: list[Target]) -> Future[Any]:
        try:
            return self.executor.submit(evaluate_batch, batch, self.options, self.folder)
        except BrokenExecutor as error:
            future: Future[Any] = Future()
            future.set_exception(error)
            return future

    def _answer(
        self, batch: list[Target], future: Future[Any], timeout: float | None = None
    ) -> list[SpecResult]:
        """Wait for the results of a batch; raises _DiedError where there will be none."""
        try:
            answer = future.result(timeout)
        except ImportError as error:
            raise UsageError(f"a worker of the executor `{self.options.executor}` lacks a module: {error}",
                             "install the same evaluator there")  from None  # fmt: skip
        except Exception as error:
            raise _DiedError(str(error) or type(error).__name__) from None
        seconds, found = self._read(answer)
        fit = int(BATCH_SECONDS * len(batch) / max(seconds, 1e-6))
        self.size = max(1, min(fit, 2 * self.size, MAX_BATCH))
        return found

    def _read(self, answer: bytes) -> tuple[float, list[SpecResult]]:
        """Read an answer; raises the fault that it tells of."""
        try:
            found = pickle.loads(answer)
        except Exception as error:
            if self.options.executor == "processes":  # of this very evaluator
                raise
            said = f"{type(error).__name__}: {error}"
            raise UsageError(f"an answer of the executor `{self.options.executor}` cannot be read: {said}",
                             "install the same evaluator there") from None  # fmt: skip
        if isinstance(found, Fault):
            raise found.error()
        seconds, results = found
        return seconds, results

    def _examine(self, batch: list[Target]) -> Iterator[SpecResult]:
        """Give what was with the executor when a worker died: each batch is evaluated alone."""
        self._open()
        # What was not begun is not to be feared.
        while self.batches and self.batches[-1][1].cancelled():
            self.waiting.extendleft(reversed(self.batches.pop()[0]))
        yield from self._alone(batch)
        while self.batches:
            batch, future = self.batches.popleft()
            try:
                found = self._answer(batch, future, timeout=0)
            except _DiedError:
                yield from self._alone(batch)
            else:
                yield from found

    def _alone(self, batch: list[Target], last: bool = False) -> Iterator[SpecResult]:
        """Evaluate a batch with nothing beside it; where that fails, each half of it.

        A file alone gets a second chance: the first time its worker may have died of something else.
        """
        try:
            found = self._answer(batch, self._submit(batch))
        except _DiedError as died:
            self._open()
            middle = len(batch) // 2
            if middle:
                yield from self._alone(batch[:middle])
                yield from self._alone(batch[middle:])
            elif last:
                yield _without_result(batch[0].file, str(died))
            else:
                yield from self._alone(batch, last=True)
        else:
            yield from found


def _finished(future: Future[Any]) -> list[SpecResult]:
    """Give the results of a batch, if there are any yet."""
    if not future.done() or future.cancelled() or future.exception() is not None:
        return []
    found = pickle.loads(future.result())
    return [] if isinstance(found, Fault) else list(found[1])


def _without_result(file: str, reason: str) -> SpecResult:
    found = Diagnostic(
        Location(file), "worker-died",
        f"the worker died that evaluated this file, twice: {clip(reason, 200)}",
        "`-j 1` evaluates it here; large tables are better kept in .npz files, which take less memory",
    )  # fmt: skip
    return SpecResult(file, 1, os.path.basename(file), diagnostics=[found])
