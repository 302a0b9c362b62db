"""Many submissions → grades, in order, here or on worker processes: one costs no other its grade."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from functools import lru_cache
from typing import Any, Final, NamedTuple

from evaluator.diagnostics import SpecError, UsageError, clip
from evaluator.executors.processes import Processes
from evaluator.exercises import submission as submissions
from evaluator.exercises.exercise import Exercise
from evaluator.exercises.grading import Grader, Terms
from evaluator.exercises.outcomes import Grade, failed
from evaluator.exercises.reading import read
from evaluator.exercises.variants import VariantError, variant_of
from evaluator.source import read_file
from evaluator.spec import build

#: Submissions that are graded at a time by one worker.
BATCH: Final = 8


class Order(NamedTuple):
    """Which exercise submissions are graded by, and how."""

    file: str
    #: The document in its file, from 1.
    document: int = 1
    #: The key of the variant; empty: the one that a submission names, if it names one.
    variant: str = ""
    terms: Terms = Terms()
    #: Whether a folder is one submission.
    together: bool = False


def exercise_of(file: str, document: int = 1) -> Exercise:
    """Read the exercise of a spec; raises SpecError, and UsageError for a document that is not there."""
    documents = read_file(file)
    if not 1 <= document <= len(documents):
        raise UsageError(f"{file} has no document {document}", f"it has {len(documents)}")
    return read(build(documents[document - 1]))


@lru_cache(maxsize=256)
def _grader(order: Order, key: str) -> Grader:
    exercise = exercise_of(order.file, order.document)
    return Grader(variant_of(exercise, key) if key else exercise, order.terms)


def grade_file(order: Order, path: str) -> Grade:
    """Grade one submission; whatever it is, this gives a grade."""
    name, points = submissions.name_of(path), 1.0
    try:
        base = _grader(order, order.variant)
        points = base.exercise.points
        found = submissions.read(path, base.exercise)
        if base.exercise.variants is not None and not order.variant and found.variant:
            base = _grader(order, found.variant)
        return base.grade(found)
    except SpecError:
        raise
    except (submissions.Unreadable, VariantError) as error:
        return failed(name, points, str(error))
    except MemoryError:
        pass
    except Exception as error:  # of one submission, which is told; the others are graded
        said = f"a fault of the evaluator: {type(error).__name__}: {clip(str(error), 200)}"
        return failed(name, points, said)
    gc.collect()
    return failed(name, points, "memory does not suffice to grade it")


def _grade_files(order: Order, paths: Sequence[str]) -> list[Grade]:
    return [grade_file(order, path) for path in paths]


def grades(order: Order, paths: Sequence[str], jobs: int = 1) -> Iterator[Grade]:
    """Give the grade of every submission, in order."""
    if jobs < 2 or len(paths) < 2:
        yield from (grade_file(order, path) for path in paths)
        return
    chunks = [list(paths[n : n + BATCH]) for n in range(0, len(paths), BATCH)]
    done: dict[int, list[Grade]] = {}
    with Processes(min(jobs, len(chunks))) as executor:
        futures = [executor.submit(_grade_files, order, chunk) for chunk in chunks]
        for number, future in enumerate(futures):
            found = _answer(future)
            if found is None:
                break
            yield from found
            done[number] = found
    for number, chunk in enumerate(chunks):
        if number not in done:
            yield from _after_death(order, chunk, futures[number])


def _answer(future: Future[Any]) -> list[Grade] | None:
    """Wait for the grades of a chunk; None where its worker died."""
    try:
        found: list[Grade] = future.result()
        return found
    except BrokenExecutor:
        return None


def _after_death(order: Order, chunk: Sequence[str], future: Future[Any]) -> Iterator[Grade]:
    """Give what was answered before a worker died; else grade each submission in a process alone."""
    if future.done() and not future.cancelled() and future.exception() is None:
        yield from future.result()
        return
    for path in chunk:
        with Processes(1) as executor:
            found = _answer(executor.submit(_grade_files, order, [path]))
        if found is None:
            points = _grader(order, order.variant).exercise.points
            said = "the process that graded it was killed, or ran out of memory"
            found = [failed(submissions.name_of(path), points, said)]
        yield from found
