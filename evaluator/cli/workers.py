"""`-j`, `--executor`, `--scheduler`: who evaluates."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from evaluator.cli import numbers
from evaluator.config import MAX_JOBS
from evaluator.diagnostics import UsageError

if TYPE_CHECKING:
    from evaluator.runner import Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where specs are evaluated."""
    parser.add_argument("-j", "--jobs", type=_jobs, metavar="N",
                        help="worker processes; auto, the default, starts them where they pay")  # fmt: skip
    parser.add_argument("--executor", metavar="NAME",
                        help="where specs are evaluated: processes (the default), dask, or an entry point")  # fmt: skip
    parser.add_argument("--scheduler", metavar="ADDRESS",
                        help="the address of the executor, such as tcp://host:8786")  # fmt: skip


def count(arguments: argparse.Namespace) -> int | None:
    """Give how many workers are asked for; None: as many as pay."""
    return None if arguments.jobs == "auto" else int(arguments.jobs)


def choose(options: Options, arguments: argparse.Namespace, files: int) -> Options:
    """Add the executor that is asked for; that of the configuration is for several files."""
    name, scheduler = arguments.executor, arguments.scheduler
    if files < 2 and "executor" in arguments.configured:
        return options
    if scheduler and name == "processes":
        raise UsageError(f"--scheduler {scheduler} needs an executor", "add --executor dask")
    if name == "processes":
        return options
    from evaluator.executors import load

    load(name)  # what is wrong with it is told before anything is evaluated
    return options._replace(executor=name, scheduler=scheduler)


def _jobs(text: str) -> int | str:
    if text == "auto":
        return text
    if not (number := numbers.whole(text, MAX_JOBS)):
        raise argparse.ArgumentTypeError(
            f"{text[:40]} is neither auto nor a number from 1 to {MAX_JOBS:,}"
        )
    return number
