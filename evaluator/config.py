"""Settings: `[tool.evaluator]` of the nearest pyproject.toml, or an evaluator.toml."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from evaluator.diagnostics import UsageError, did_you_mean
from evaluator.results import MAX_MISMATCHES

#: The most that a file of settings may hold.
MAX_BYTES: Final = 2**24
#: Workers that `-j` may ask for.
MAX_JOBS: Final = 10_000


@dataclass(frozen=True)
class Config:
    """What a project sets once for every run.

    What chooses cases and what counts as equal is no setting: none may make a run check less than
    its specs say.
    """

    #: Where the specs are, when the command line names no path: by default beside the file.
    specs: tuple[str, ...] = ("specs",)
    #: What is shown; empty: what suits the place of the run.
    output_format: str = ""
    #: The reports to write, each FORMAT=PATH.
    report: tuple[str, ...] = ()
    subject: tuple[str, ...] = ("reference",)
    #: What programs under test may use, each NAME=NUMBER.
    limit: tuple[str, ...] = ()
    fail_on: str = "error"
    durations: int = 0
    max_mismatches: int = MAX_MISMATCHES
    #: How many worker processes; `auto`: as many as pay.
    jobs: int | str = "auto"
    #: Where several files are evaluated.
    executor: str = "processes"
    scheduler: str = ""
    #: The file that says so, and which of its keys are given there.
    file: str = ""
    given: frozenset[str] = frozenset()


def find(folder: str) -> Config:
    """Read the settings that hold in a folder; raises UsageError for one that is not known."""
    folder, below = os.path.abspath(folder), ""
    while folder != below:
        for name in ("evaluator.toml", "pyproject.toml"):
            file = os.path.join(folder, name)
            if os.path.isfile(file) and (config := read(file)):
                return config
        folder, below = os.path.dirname(folder), folder
    return Config()


def read(file: str) -> Config | None:
    """Read the settings of one file; None for a pyproject.toml without any."""
    part_of_it = os.path.basename(file) == "pyproject.toml"
    try:
        with open(file, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UsageError(f"{file} is larger than {MAX_BYTES // 2**20} MiB, and settings are not",
                             "name an evaluator.toml or a pyproject.toml")  # fmt: skip
        text = content.decode("utf-8-sig")
        if part_of_it and "evaluator" not in text:
            return None  # most have nothing to say, and a parser takes time to import
        import tomllib

        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
        raise UsageError(f"line {line} of {file} is not UTF-8 text: byte 0x{byte:02x}",
                         "save it as UTF-8") from None  # fmt: skip
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
    except RecursionError:
        raise UsageError(f"{file} cannot be read: it is nested too deep") from None
    for part in ("tool", "evaluator") if part_of_it else ():
        table = table.get(part, {})
        if not isinstance(table, dict):
            raise UsageError(f"{file}: `{part}` is no table", "write [tool.evaluator]")
    return _config(table, file) if table or not part_of_it else None


def _config(table: dict[str, Any], file: str) -> Config:
    folder = os.path.dirname(file)
    settings: dict[str, Any] = {}
    if os.path.isfile(file):  # not /dev/null
        settings["specs"] = (os.path.join(folder, "specs"),)
    for key, value in table.items():
        if key not in SETTINGS:
            hint = did_you_mean(key, SETTINGS) or f"there is {', '.join(SETTINGS)}"
            raise UsageError(f"{file}: unknown setting `{key}`", hint)
        if isinstance(value, str | list) and any(
            "\0" in part for part in value if isinstance(part, str)
        ):
            raise UsageError(f"{file}: `{key}` holds the character U+0000", "remove it")
        setting = SETTINGS[key]
        found = setting.read(value, folder)
        if found is None:
            raise UsageError(f"{file}: `{key}` takes {setting.kind}", f"write {setting.example}")
        settings[key.replace("-", "_")] = found
    return Config(**settings, file=file, given=frozenset(table))


class Setting(NamedTuple):
    """What a key takes, in words and as an example."""

    kind: str
    example: str
    #: Makes the value of what stands in a file of this folder; None for what the key does not take.
    read: Callable[[Any, str], Any]


def _paths(value: Any, folder: str) -> tuple[str, ...] | None:
    names = _names(value, folder)
    return names and tuple(path if "://" in path else os.path.join(folder, path) for path in names)


def _names(value: Any, _: str) -> tuple[str, ...] | None:
    listed = [value] if isinstance(value, str) else value
    usable = isinstance(listed, list) and listed and all(map(_name, listed))
    return tuple(listed) if usable else None


def _subjects(value: Any, folder: str) -> tuple[str, ...] | None:
    from evaluator.subjects import beside

    return tuple(beside(text, folder) for text in _names(value, folder) or ()) or None


def _reports(value: Any, folder: str) -> tuple[str, ...] | None:
    split = [text.partition("=") for text in _names(value, folder) or ()]
    if value != [] and not (split and all(name and path for name, _, path in split)):
        return None
    # A lone dash is no file: a run says what to write instead.
    return tuple(
        f"{name}={path if path == '-' else os.path.join(folder, path)}" for name, _, path in split
    )


def _name(value: Any, _: str = "") -> str | None:
    return value if isinstance(value, str) and value else None


def _severity(value: Any, _: str) -> str | None:
    return value if value in ("error", "warning") else None


def _count(value: Any, _: str) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _jobs(value: Any, _: str) -> int | str | None:
    is_count = type(value) is int and 1 <= value <= MAX_JOBS
    return value if value == "auto" or is_count else None


#: Every key that a file may hold.
SETTINGS: Final = {
    "specs": Setting("a list of paths", 'specs = ["specs"]', _paths),
    "output-format": Setting("the name of a format", 'output-format = "concise"', _name),
    "report": Setting("a list of FORMAT=PATH", 'report = ["junit=specs.xml"]', _reports),
    "subject": Setting("a list of subjects", 'subject = ["reference"]', _subjects),
    "limit": Setting("a list of NAME=NUMBER", 'limit = ["memory=512"]', _names),
    "fail-on": Setting("`error` or `warning`", 'fail-on = "warning"', _severity),
    "durations": Setting("a whole number", "durations = 10", _count),
    "max-mismatches": Setting("a whole number", "max-mismatches = 0", _count),
    "jobs": Setting(f"`auto` or a number from 1 to {MAX_JOBS:,}", "jobs = 4", _jobs),
    "executor": Setting("a name", 'executor = "dask"', _name),
    "scheduler": Setting("an address", 'scheduler = "tcp://host:8786"', _name),
}
