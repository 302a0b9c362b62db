"""A file or a folder → the answers in it: read as data, bounded in size, and never followed elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from evaluator.content import FOLDER
from evaluator.diagnostics import SpecError, UsageError, clip, did_you_mean
from evaluator.topkeys import NETWORKS

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.document import Document
    from evaluator.exercises.exercise import Exercise

#: A file of answers, or of code, is no longer than this.
MAX_BYTES: Final = 2**20
#: How many files one submission may have.
MAX_FILES: Final = 100
DATA: Final = (".yaml", ".yml", ".json")
CODE: Final = ".py"
#: What is handed out besides, and what becomes of it.
SHEETS: Final = {
    ".ipynb": "it is a notebook, which nbgrader and Otter grade",
    ".md": "it is a sheet to read",
    ".html": "it is a sheet to read",
}
#: What is wrong with a single number is told with the answer that it is in.
OF_NUMBERS: Final = frozenset({"ambiguous-scalar", "bad-number"})


class Unreadable(Exception):
    """A submission that cannot be read: what is said is the whole message."""


@dataclass(slots=True)
class Submission:
    """What was handed in."""

    name: str
    #: The answers by part, each as it is written, with the document and the path that it stands at.
    answers: dict[str, Any] = field(default_factory=dict)
    #: The document with the answers, and that of a filled spec; they may be the same.
    document: Document | None = None
    filled: Document | None = None
    #: Files of code, by their paths.
    code: list[str] = field(default_factory=list)
    variant: str = ""
    notes: list[str] = field(default_factory=list)
    #: What is wrong with single numbers.
    faults: list[Diagnostic] = field(default_factory=list)


def found_in(paths: Sequence[str], together: bool) -> list[str]:
    """List the submissions that paths name; raises UsageError for a path that is not there.

    A folder holds one submission in each file and each folder in it; `together` makes the folder
    itself one.
    """
    listed: list[str] = []
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path} does not exist", "name a file, or a folder of submissions")
        if not os.path.isdir(path) or together:
            listed.append(path)
            continue
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        listed += [os.path.join(path, name) for name in names if not name.startswith(".")]
    return list(dict.fromkeys(listed))


def name_of(path: str) -> str:
    """Give the name of a submission: that of its file or folder."""
    return os.path.basename(os.path.normpath(path)) or path


def read(path: str, exercise: Exercise) -> Submission:
    """Read a submission; raises Unreadable."""
    found = Submission(name_of(path))
    for file in _files(os.path.join(FOLDER.get(), path)):
        if os.path.islink(file):
            raise Unreadable(_LINK)
        # A program of another kind is known by being executable; all else is read as answers.
        if file.endswith(CODE) or (not file.endswith(DATA) and _is_program(file)):
            found.code.append(file)
        elif sheet := SHEETS.get(os.path.splitext(file)[1].lower()):
            raise Unreadable(f"{sheet}; {_hand_in(exercise)}")
        else:
            _take(found, content(file, exercise.spec.file), os.path.basename(file), exercise)
    return found


def _hand_in(exercise: Exercise) -> str:
    has_code = any(part.implement for part in exercise.parts)
    return "hand in the file of answers" + (", or the program" if has_code else "")


def _is_program(file: str) -> bool:
    return os.path.isfile(file) and os.access(file, os.X_OK)


_LINK: Final = "it is a link, and links are not followed; hand in the file itself"


def _files(path: str) -> Iterator[str]:
    if os.path.islink(path):
        raise Unreadable(_LINK)
    if not os.path.isdir(path):
        yield path
        return
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        raise Unreadable(f"the folder cannot be read: {error.strerror}") from None
    files = [
        e for e in entries if not e.name.startswith(".") and not e.is_dir(follow_symlinks=False)
    ]
    told = [e for e in files if e.name.endswith((*DATA, CODE)) or _is_program(e.path)]
    files = told or files
    if not files:
        raise Unreadable("the folder holds no file")
    if len(files) > MAX_FILES:
        raise Unreadable(f"the folder holds {len(files)} files; at most {MAX_FILES} are read")
    yield from (entry.path for entry in files)


def content(path: str, exercise_file: str = "") -> bytes:
    """Read a whole file; raises Unreadable for what is no plain file, or too long."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        if os.path.islink(path):
            raise Unreadable(_LINK)
        stream = os.open(path, flags)
        try:
            about = os.fstat(stream)
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("it is not a regular file; hand in a file of text")
            if about.st_size > MAX_BYTES:
                raise Unreadable(f"it has {about.st_size:,} bytes; at most {MAX_BYTES:,} are read")
            if exercise_file and _is(about, exercise_file):
                raise Unreadable("it is the file of the exercise itself")
            read = b""
            while len(read) <= MAX_BYTES and (more := os.read(stream, MAX_BYTES + 1)):
                read += more
        finally:
            os.close(stream)
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}") from None
    if len(read) > MAX_BYTES:
        raise Unreadable(f"it has more than {MAX_BYTES:,} bytes, which is the most that is read")
    return read


def _is(about: os.stat_result, path: str) -> bool:
    try:
        return os.path.samestat(about, os.stat(os.path.join(FOLDER.get(), path)))
    except OSError:
        return False


def _take(found: Submission, written: bytes, file: str, exercise: Exercise) -> None:
    """Add what a file of answers, or a filled spec, says."""
    from evaluator.source import read_bytes

    try:
        documents = read_bytes(written, file)
    except SpecError as error:
        raise Unreadable(_said(error.diagnostics[0])) from None
    document = documents[0]
    errors = [each for one in documents for each in one.diagnostics if each.severity == "error"]
    if grave := [each for each in errors if each.code not in OF_NUMBERS]:
        if grave[0].code == "empty-document":
            raise Unreadable(f"{clip(file)} has no content; {_example(exercise)}")
        raise Unreadable(_said(grave[0]))
    if len(documents) > 1:
        raise Unreadable(
            f"{clip(file)} holds {len(documents)} documents; hand in one, without `---`"
        )
    take(found, document, exercise)
    found.faults += errors


def take(found: Submission, document: Document, exercise: Exercise) -> None:
    """Add what a document says; raises Unreadable where it is no submission."""
    data = document.data
    if not isinstance(data, dict):
        raise Unreadable(f"{clip(document.file)} holds no `answers`; {_example(exercise)}")
    answers = data.get("answers")
    is_spec = any(key in data for key in NETWORKS)
    if "answers" in data and not isinstance(answers, dict):
        raise Unreadable(f"`answers` in {clip(document.file)} is no mapping; {_example(exercise)}")
    if answers is None and not is_spec:
        raise Unreadable(f"{clip(document.file)} holds no `answers`; {_example(exercise)}")
    if "variant" in data:
        _variant(found, data["variant"])
    if is_spec:
        if found.filled is not None:
            raise Unreadable("there are two files with a network; hand in one")
        found.filled = document
    if answers is not None:
        if found.document is not None:
            raise Unreadable("there are two files with `answers`; hand in one")
        found.document, found.answers = document, answers
        found.notes += _strangers(answers, exercise)


def _variant(found: Submission, written: Any) -> None:
    """Take the variant that a file names; raises Unreadable where two files name two."""
    if written is None or (isinstance(written, str) and not written.strip(" _")):
        return
    if isinstance(written, bool) or not isinstance(written, str | int):
        found.notes.append("`variant` is neither a whole number nor a text, and names none")
        return
    named = clip(str(written))
    if found.variant not in ("", named):
        raise Unreadable(
            f"one file names the variant {found.variant}, and another {named}; hand in those of one"
        )
    found.variant = named


def _strangers(answers: Mapping[str, Any], exercise: Exercise) -> list[str]:
    """Tell of answers to parts that there are not; of many, the first."""
    known = [part.name for part in exercise.visible()]
    strange = [name for name in answers if name not in [part.name for part in exercise.parts]]
    homes = {blank.name: part.name for part in exercise.visible() for blank in part.blanks}
    notes = []
    for name in strange[:5]:
        under = f"it belongs under `{clip(homes[name])}`" if name in homes else ""
        hint = under or did_you_mean(name, known)
        notes.append(f"no part is called `{clip(name)}`" + (f"; {hint}" if hint else ""))
    if len(strange) > 5:
        notes.append(f"{len(strange) - 5} more answers belong to no part")
    return notes


def _example(exercise: Exercise) -> str:
    name = next((part.name for part in exercise.visible() if part.value), "NAME")
    return f"write `answers:`, and below it a line for each part, as in `  {clip(name)}: 0.5`"


def _said(found: Diagnostic) -> str:
    where = f"line {found.location.line}, column {found.location.column}: "
    return where + found.message + (f" ({found.hint})" if found.hint else "")
