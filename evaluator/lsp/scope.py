"""Which of the YAML files in an editor are specs; all others are left alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from evaluator.config import find
from evaluator.diagnostics import UsageError
from evaluator.topkeys import pattern

#: The line by which editors know a file's schema; JetBrains IDEs have one of their own.
_SCHEMA: Final = re.compile(
    r"^#\s*(?:yaml-language-server\s*:.*?\$schema\s*=|\$schema\s*:)\s*(\S+)", re.MULTILINE
)
#: How much of a file is looked through for its schema.
_HEAD: Final = 4096
#: Words that nothing but a spec has at its top.
_OURS: Final = re.compile(pattern("neuron", "neurons"), re.MULTILINE)
#: Words that other files about models have there too, so that both must be there.
_NETWORK: Final = re.compile(pattern("layers", "model"), re.MULTILINE)
_CASES: Final = re.compile(pattern("cases"), re.MULTILINE)


def is_spec(
    text: str, file: str, was_one: bool = False, warn: Callable[[str], object] = lambda _: None
) -> bool:
    """Tell whether a file is a spec; `warn` is told of settings that cannot be read.

    Its schema says so where it names one, then the `specs` of the configuration if they are set;
    else it has to look like one, or to have been one before something was half typed.
    """
    if named := _SCHEMA.search(text[:_HEAD]):
        return named[1].rpartition("/")[2].startswith("spec.schema.json")
    return was_one or _is_configured(file, warn) or looks_like_one(text)


def looks_like_one(text: str) -> bool:
    """Tell whether a text has the top keys of a spec, valid YAML or not."""
    return bool(_OURS.search(text) or (_NETWORK.search(text) and _CASES.search(text)))


def _is_configured(file: str, warn: Callable[[str], object]) -> bool:
    """Tell whether a file is among the specs that its project names."""
    if file == "-" or not file.endswith((".yaml", ".yml")):
        return False
    try:
        found = find(os.path.dirname(os.path.abspath(file)))
    except UsageError as error:
        warn(f"{error}; {error.hint}" if error.hint else str(error))
        return False
    except OSError:  # the folder is gone
        return False
    return "specs" in found.given and any(Path(file).is_relative_to(path) for path in found.specs)
