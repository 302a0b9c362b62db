"""A Dask cluster, by the address of its scheduler."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.runner import Options

#: How long a scheduler may take to answer, and its first worker to be there.
SECONDS: Final = 10
#: How often the connection to the scheduler is looked at, in seconds.
_PERIOD: Final = 0.2


@contextmanager
def start(options: Options) -> Iterator[Executor]:
    """Open the executor of the cluster at `options.scheduler`.

    Raises UsageError where no scheduler answers, or it has no worker, within SECONDS.
    """
    address = options.scheduler
    if not address:
        raise UsageError("the executor `dask` needs a scheduler", "add --scheduler tcp://HOST:8786")
    try:
        import distributed
        from distributed.comm import resolve_address
    except ImportError:
        raise UsageError("the executor `dask` needs the package `distributed`",
                         'run `pip install "neuron-evaluator[dask]"`') from None  # fmt: skip
    # What goes wrong is told as an error of ours; its loggers would add tracebacks.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        resolved = resolve_address(address)
        # Else nobody answers there, until the time is up.
        if (port := re.search(r":([0-9]{1,9})/?$", resolved)) and not 0 < int(port[1]) < 2**16:
            raise ValueError(f"ports are 1 to 65535, not {port[1]}")
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{address} is no address of a Dask scheduler: {_first_line(error)}",
                         "write it as tcp://HOST:8786") from None  # fmt: skip
    except OSError as error:
        raise UsageError(f"the host of {address} is not found: {error.strerror}",
                         "check the address, which is written as tcp://HOST:8786") from None  # fmt: skip
    try:
        client = distributed.Client(resolved, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = _first_line(error)
        raise UsageError(f"no Dask scheduler answers at {address} within {SECONDS} s: {said}",
                         "check the address, and that `dask scheduler` runs there") from None  # fmt: skip
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError:
            raise UsageError(f"the Dask scheduler at {address} has no worker after {SECONDS} s",
                             f"start some: `dask worker {address}`") from None  # fmt: skip
        # Not pure: the same call twice is evaluated twice, also after it ended with a dead worker.
        executor = _Watched(client.get_executor(pure=False), lambda: client.status == "running")
        try:
            yield executor
        finally:
            executor.closed.set()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


class _Watched(Executor):
    """Another executor, whose calls fail once it is not alive.

    Dask leaves a call waiting for ever whose scheduler dies while the answer is fetched.
    """

    def __init__(self, executor: Executor, is_alive: Callable[[], bool]) -> None:
        self._executor, self._is_alive = executor, is_alive
        self._pending: set[Future[Any]] = set()
        self.closed = Event()
        Thread(target=self._watch, daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = self._executor.submit(fn, *args, **kwargs)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    def _watch(self) -> None:
        while not self.closed.wait(_PERIOD):
            if not self._is_alive():
                for future in tuple(self._pending):
                    with suppress(InvalidStateError):  # it was answered just now
                        future.set_exception(BrokenExecutor("the scheduler is gone"))
