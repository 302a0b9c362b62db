"""What holds in a run: the command line, then the configuration, then the defaults."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from typing import Final, NamedTuple

from evaluator.cli import console
from evaluator.cli.reporting import split
from evaluator.config import SETTINGS, Config, find, read
from evaluator.diagnostics import UsageError, harmless

#: Where a setting is from that was given with the command.
COMMAND_LINE: Final = "command line"


class InForce(NamedTuple):
    """A setting as it holds in this run."""

    key: str
    value: object
    #: `command line`, the file that sets it, or `default`.
    source: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options about settings."""
    parser.add_argument("--config", metavar="FILE",
                        help="take settings from this file, as evaluator.toml or pyproject.toml")  # fmt: skip
    parser.add_argument("--show-settings", action="store_true",
                        help="print the settings that would hold, and evaluate nothing")  # fmt: skip


def settle(arguments: argparse.Namespace) -> list[InForce]:
    """Fill in what the command line does not say; the options about settings have no defaults.

    `arguments.said` then holds the keys whose values are those of the command line, and
    `arguments.configured` those of the configuration.
    """
    config, settled = _config(arguments.config), []
    for key in SETTINGS:
        name = key.replace("-", "_")
        value, source = getattr(arguments, name, None), COMMAND_LINE
        if value is None:
            value = getattr(config, name)
            source = config.file if key in config.given else "default"
        if name == "output_format" and not value:
            value = console.default_format()
        setattr(arguments, name, value)
        settled.append(InForce(key, value, source))
    arguments.said = {each.key for each in settled if each.source == COMMAND_LINE}
    arguments.configured = {each.key for each in settled if each.source == config.file}
    return settled


def _config(file: str | None) -> Config:
    if file is None:
        try:
            return find(os.getcwd())
        except FileNotFoundError:  # the current folder is gone
            return Config()
    config = read(os.path.abspath(file))
    if config is None:
        raise UsageError(f"{file} holds no settings", "write them under [tool.evaluator]")
    return config


def subjects(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Give what is under test; raises UsageError for what is not there."""
    from evaluator.subjects import load

    found = tuple(dict.fromkeys(arguments.subject))
    for subject in found:
        load(subject)
    return found


def show(arguments: argparse.Namespace, settled: list[InForce]) -> int:
    """Print settings as TOML, each with where it is from; raises UsageError as a run with them would."""
    from evaluator.reporters import load

    subjects(arguments)
    for name in (arguments.output_format, *(split(text)[0] for text in arguments.report)):
        load(name)
    return tell(settled)


def tell(settled: Iterable[InForce]) -> int:
    """Print settings as TOML, each with where it is from."""
    import json

    for key, value, source in settled:
        named = os.path.relpath(source) if os.path.isabs(source) else source
        print(harmless(f"{key} = {json.dumps(value, ensure_ascii=False)}  # {named}"))
    return 0
