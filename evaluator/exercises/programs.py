"""Code that was handed in, run as any program under test is: in a process and a folder of its own."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import UsageError
from evaluator.exercises.answers import Malformed, Unanswered
from evaluator.exercises.hiding import beside
from evaluator.exercises.submission import CODE, Unreadable, content
from evaluator.subjects import confined

if TYPE_CHECKING:
    from evaluator.exercises.exercise import Exercise, Part
    from evaluator.subjects.limits import Limits
    from evaluator.subjects.subject import Run

#: How code may be run: a class or function in a Python file, or an executable program.
WAYS: Final = ("python", "process")


@contextmanager
def prepared(
    exercise: Exercise, part: Part, way: str, files: Sequence[str],
    limits: Limits | None, hidden: Sequence[str],
) -> Iterator[Run]:  # fmt: skip
    """Start the code for a part; what it must not read is hidden: other submissions, and all that
    lies beside the exercise.

    It runs from a copy, so that nothing else that was handed in lies beside it. Raises SubjectError
    where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="evaluator-code-") as folder:
        path = _copied(chosen(way, files, part)[0], folder, way)
        name = f"process:{shlex.quote(path)}"
        if way == "python":
            name = f"python:{path}:{part.implement}"
        tables = [str(case.table.path) for case in exercise.spec.cases if case.table is not None]
        around = [path for path in beside([exercise.spec.file]) if path != os.path.realpath(folder)]
        kept_from = (exercise.spec.file, *tables, *hidden, *files, *around)
        with confined(name, limits, kept_from).prepare(exercise.spec.network) as run:
            yield run


def check(way: str, files: Sequence[str], part: Part) -> None:
    """See that there is code to run; raises Malformed or Unanswered."""
    wanted = chosen(way, files, part)
    if not wanted:
        raise Unanswered
    if len(wanted) > 1:
        names = ", ".join(os.path.basename(file) for file in wanted[:3])
        raise Malformed(
            f"there are {len(wanted)} files of code ({names}); hand in one, or name it {part.implement}.py"
        )
    try:
        content(wanted[0])
    except Unreadable as error:
        raise Malformed(str(error)) from None
    if way == "process" and not os.access(wanted[0], os.X_OK):
        raise Malformed("the program is not executable; `chmod +x` makes it so")


def chosen(way: str, files: Sequence[str], part: Part) -> list[str]:
    """Give the files that are code of this kind; of several Python files the one named as is asked."""
    found = [file for file in files if way == "process" or file.endswith(CODE)]
    named = [file for file in found if os.path.basename(file) == f"{part.implement}{CODE}"]
    return named if way == "python" and len(named) == 1 else found


def _copied(source: str, folder: str, way: str) -> str:
    path = os.path.join(folder, "submission.py" if way == "python" else "submission")
    try:
        with open(path, "wb") as stream:
            stream.write(content(source))
    except Unreadable as error:
        raise UsageError(str(error)) from None
    os.chmod(path, 0o755)
    os.chmod(folder, 0o755)
    return path
