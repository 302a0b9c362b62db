"""Worker processes on this machine, each at the end of a pipe of its own.

A process that dies takes one call along, however it dies: nothing is shared that it could leave
locked or half written, as the queues of `ProcessPoolExecutor` are.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import Connection, wait
from queue import Empty, SimpleQueue
from threading import Thread, active_count
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from evaluator.runner import Options

#: A function and its arguments, and what is to hold the answer.
_Task = tuple["Future[Any]", tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]
#: How the builds of OpenBLAS that NumPy comes with call it.
_SET_THREADS: Final = (
    "scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_", "openblas_set_num_threads",
)  # fmt: skip
#: Modules whose threads do not survive a fork, and may leave it hanging.
_THREADED: Final = frozenset({"jax", "onnxruntime", "tensorflow", "torch"})
_HOLDS_SIGNALS: Final = hasattr(signal, "pthread_sigmask")


def start(options: Options) -> Processes:
    """Open as many processes as `options.jobs` says."""
    return Processes(options.jobs or 1)


class Processes(Executor):
    """An executor on processes of this machine; to leave it is to end them at once."""

    def __init__(self, count: int) -> None:
        # None: there is no more to do.
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._workers: list[tuple[BaseProcess, Connection]] = []
        try:
            with _interrupts_held():
                for _ in range(count):
                    self._workers.append(_worker([pipe for _, pipe in self._workers]))
        except OSError as error:
            self._end()
            raise UsageError(f"{count} worker processes cannot be started: {error.strerror}",
                             f"ask for fewer: {len(self._workers)} could be") from None  # fmt: skip
        # Only now: a process with threads must not be forked.
        self._threads = [
            Thread(target=self._serve, args=(pipe,), daemon=True) for _, pipe in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by the first process that is free."""
        future: Future[Any] = Future()
        self._tasks.put((future, (fn, args, kwargs)))
        return future

    def _serve(self, pipe: Connection) -> None:
        """Hand calls to one process and take its answers, until there are no more or it dies."""
        future = self._hand_over(pipe)
        while future is not None:
            try:
                answer = pipe.recv_bytes()
            except (EOFError, OSError):
                future.set_exception(BrokenExecutor("its process ended"))
                return
            # First of all the process gets work again: whom the answer wakes takes its time.
            following = self._hand_over(pipe, wait=False)
            try:
                done, value = pickle.loads(answer)
            except Exception as error:
                done, value = False, error
            (future.set_result if done else future.set_exception)(value)
            future = following or self._hand_over(pipe)

    def _hand_over(self, pipe: Connection, wait: bool = True) -> Future[Any] | None:
        """Send the next call; None where there is none, or no more ever."""
        while True:
            try:
                task = self._tasks.get(wait)
            except Empty:
                return None
            if task is None:
                self._tasks.put(None)  # the other threads end too
                return None
            future, call = task
            if future.set_running_or_notify_cancel():
                try:
                    with suppress(OSError):  # it died, as will be seen when there is no answer
                        pipe.send(call)
                except Exception as error:  # it cannot be pickled
                    future.set_exception(error)
                else:
                    return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End every process at once; a call that was begun is answered with BrokenExecutor."""
        with suppress(Empty):
            while (task := self._tasks.get_nowait()) is not None:
                task[0].cancel()
        self._tasks.put(None)
        self._end()
        for thread in self._threads:
            thread.join()
        for _, pipe in self._workers:
            pipe.close()

    def _end(self) -> None:
        for process, _ in self._workers:
            process.kill()  # it holds nothing that is worth a farewell
        for process, _ in self._workers:
            process.join()


def may_fork() -> bool:
    """Whether a process may be forked: it is there at once, with everything imported.

    That is safe where no other thread holds a lock. BLAS has threads too, and ends them itself
    before a fork; the frameworks do not.
    """
    return sys.platform == "linux" and active_count() == 1 and _THREADED.isdisjoint(sys.modules)


def _worker(others: list[Connection]) -> tuple[BaseProcess, Connection]:
    """Start a process, which inherits the pipes of the others where it is forked."""
    forks = may_fork()
    make = get_context("fork").Process if forks else get_context("spawn").Process
    ours, theirs = Pipe()
    with theirs:
        arguments = (theirs, [*others, ours] if forks else [])
        process = make(target=_work, args=arguments, daemon=True)
        process.start()
    return process, ours


def _work(pipe: Connection, inherited: list[Connection]) -> None:
    """Answer calls until the other end of the pipe is closed."""
    # An interrupt from the keyboard reaches every process: the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if _HOLDS_SIGNALS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for other in inherited:
        other.close()
    Thread(target=_end_with_parent, daemon=True).start()
    _use_one_thread()
    while True:
        try:
            function, arguments, named = pipe.recv()
        except EOFError:
            return
        try:
            answer = pickle.dumps((True, function(*arguments, **named)), pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            answer = _refusal(error)
        with suppress(BrokenPipeError):  # nobody waits for it any more
            pipe.send_bytes(answer)


def _end_with_parent() -> None:
    """End at once when the process that asked has ended: what is answered then may take long."""
    parent = parent_process()
    assert parent
    wait([parent.sentinel])
    os._exit(1)


def _refusal(error: Exception) -> bytes:
    """Pickle an exception, or what it says where it cannot be pickled."""
    try:
        return pickle.dumps((False, error))
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))


def _use_one_thread() -> None:
    """Have NumPy's OpenBLAS multiply in one thread; with more, workers are in each other's way."""
    import ctypes

    import numpy as np

    # NumPy has no function for it. What its module is linked with is found through the module.
    module = getattr(np, "_core", None) or np.core
    library = ctypes.CDLL(module._multiarray_umath.__file__)
    for name in _SET_THREADS:
        with suppress(AttributeError):
            getattr(library, name)(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep an interrupt waiting while processes are made that could not deal with it yet."""
    if not _HOLDS_SIGNALS:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
