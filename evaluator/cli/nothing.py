"""What one is told whose folders hold no spec, or whose `--tag` and `-k` select nothing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from evaluator.cli.console import say
from evaluator.collect import SUFFIXES, files_under
from evaluator.diagnostics import SpecError, clip, did_you_mean

if TYPE_CHECKING:
    from evaluator.collect import Selection, Target

#: Names that specs have by mistake, or by another way of writing.
_NEARLY: Final = re.compile(r"\.(ya?ml\b|json$)", re.IGNORECASE)
#: How many files are looked through for the tags there are, and how many tags are named.
MAX_FILES: Final = 1000
MAX_TAGS: Final = 12


def tell(files: Sequence[Target], selection: Selection) -> None:
    """Say which tag no case has, and which tags there are; or that nothing matches."""
    sys.stdout.flush()
    known = sorted(set(_tags(files))) if selection.tags else []
    unknown = [tag for tag in selection.tags if tag not in known]
    for tag in unknown:
        listed = ", ".join(f"`{clip(name)}`" for name in known[:MAX_TAGS])
        there_are = (
            f"there are {listed}{', …' * (len(known) > MAX_TAGS)}" if known else "there are none"
        )
        say(f"no case has the tag `{clip(tag)}`; {did_you_mean(tag, known) or there_are}")
    if selection.expression and not unknown:
        say(
            f"no case matches -k '{clip(selection.expression)}'; `evaluator run --co` lists what there is"
        )


def tell_folders(folders: Sequence[str]) -> None:
    """Say of folders without specs that they are, and which file may be one that is called otherwise."""
    sys.stdout.flush()
    for folder in folders:
        others = files_under(folder, _NEARLY.search) if os.path.isdir(folder) else iter(())
        nearly = next(others, None)
        more = f"; {nearly} is read where it is named itself" if nearly else ""
        say(f"{folder} holds no file that ends in {' or '.join(SUFFIXES)}{more}")


def _tags(files: Sequence[Target]) -> Iterator[str]:
    """Give every tag of the files of this machine, those of standard input aside."""
    from evaluator.source import read_file

    for target in files[:MAX_FILES]:
        if target.file == "-" or "://" in target.file:
            continue
        with suppress(SpecError):
            for document in read_file(target.file):
                yield from _tags_of(document.data)


def _tags_of(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        cases = data.get("cases")
        for holder in (data, *(cases if isinstance(cases, list) else ())):
            tags = holder.get("tags") if isinstance(holder, dict) else None
            yield from (tag for tag in tags or () if isinstance(tag, str))
