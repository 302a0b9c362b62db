"""A Dask cluster, by the address of its scheduler."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.runner import Options

#: How long a scheduler may take to answer, and its first worker to be there.
SECONDS: Final = 10


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
        client = distributed.Client(resolve_address(address), timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise UsageError(f"no Dask scheduler answers at {address} within {SECONDS} s: {said}",
                         "check the address, and that `dask scheduler` runs there") from None  # fmt: skip
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError:
            raise UsageError(f"the Dask scheduler at {address} has no worker after {SECONDS} s",
                             f"start some: `dask worker {address}`") from None  # fmt: skip
        # Not pure: the same call twice is evaluated twice, also after it ended with a dead worker.
        executor: Executor = client.get_executor(pure=False)
        yield executor
