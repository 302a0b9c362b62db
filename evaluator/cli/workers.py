"""`-j`, `--executor`, `--scheduler`: who evaluates."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.runner import Options

#: Workers that `-j` may ask for.
MAX_JOBS: Final = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where specs are evaluated."""
    parser.add_argument("-j", "--jobs", type=_jobs, metavar="N",
                        help="worker processes; auto, the default, starts them where they pay")  # fmt: skip
    parser.add_argument("--executor", metavar="NAME",
                        help="where specs are evaluated: processes (the default), dask, or an entry point")  # fmt: skip
    parser.add_argument("--scheduler", metavar="ADDRESS",
                        help="the address of the executor, such as tcp://host:8786")  # fmt: skip


def choose(options: Options, arguments: argparse.Namespace, files: int) -> Options:
    """Add the executor that the command line asks for, else the one of the configuration."""
    name, scheduler = arguments.executor, arguments.scheduler
    if files > 1 and name is None:
        from evaluator.config import find

        with suppress(FileNotFoundError):  # the current folder is gone
            configured = find(os.getcwd())
            name, scheduler = configured.executor, scheduler or configured.scheduler
    if scheduler and name in (None, "processes"):
        raise UsageError(f"--scheduler {scheduler} needs an executor", "add --executor dask")
    if name in (None, "processes"):
        return options
    from evaluator.executors import load

    load(name)  # what is wrong with it is told before anything is evaluated
    return options._replace(executor=name, scheduler=scheduler or "")


def _jobs(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= MAX_JOBS:
        raise argparse.ArgumentTypeError(
            f"{text[:40]} is neither auto nor a number from 1 to {MAX_JOBS:,}"
        )
    return int(text)
