"""Settings: `[tool.evaluator]` of the nearest pyproject.toml, or an evaluator.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from evaluator.diagnostics import UsageError, did_you_mean


@dataclass(frozen=True)
class Config:
    """What a project sets once for every run."""

    #: Where the specs are, when the command line names no path.
    specs: tuple[str, ...] = ("specs",)
    #: Where several files are evaluated, when the command line does not say it.
    executor: str = "processes"
    scheduler: str = ""


def find(folder: str) -> Config:
    """Read the settings that hold in a folder; raises UsageError for one that is not known."""
    for parent in (Path(folder), *Path(folder).parents):
        for name in ("evaluator.toml", "pyproject.toml"):
            file = parent / name
            if not file.is_file():
                continue
            import tomllib

            try:
                table: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise UsageError(f"{file} cannot be read: {error}") from None
            except RecursionError:
                raise UsageError(f"{file} cannot be read: it is nested too deep") from None
            for part in ("tool", "evaluator") if name == "pyproject.toml" else ():
                table = table.get(part, {})
                if not isinstance(table, dict):
                    raise UsageError(f"{file}: `{part}` is no table", "write [tool.evaluator]")
            if table or name == "evaluator.toml":
                return _config(table, file)
    return Config()


def _config(table: Mapping[str, Any], file: Path) -> Config:
    known = [field.name for field in fields(Config)]
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"there is {', '.join(known)}"
            raise UsageError(f"{file}: unknown setting `{key}`", hint)
    specs = table.get("specs", ["specs"])
    specs = [specs] if isinstance(specs, str) else specs
    are_paths = isinstance(specs, list) and all(isinstance(p, str) and p for p in specs)
    if not are_paths or not specs:
        raise UsageError(f"{file}: `specs` is a list of paths", 'write specs = ["specs"]')
    for key in ("executor", "scheduler"):
        if not isinstance(table.get(key, "-"), str) or not table.get(key, "-"):
            raise UsageError(f"{file}: `{key}` is no text", f'write {key} = "..."')
    return Config(
        tuple(p if "://" in p else str(Path(file.parent, p)) for p in specs),
        table.get("executor", Config.executor), table.get("scheduler", Config.scheduler),
    )  # fmt: skip
