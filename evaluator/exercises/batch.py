"""Many submissions → grades, in order, here or on worker processes: one costs no other its grade."""

from __future__ import annotations

import gc
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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

if TYPE_CHECKING:
    from evaluator.exercises.submission import Submission

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


class Graders:
    """What grades by one order: a grader for each variant, made when it is asked for."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._base: Exercise | None = None
        self._known: dict[str, Grader] = {}

    def of(self, said: str) -> Grader:
        """Give the grader of a variant, or of the exercise as it is written; raises VariantError."""
        if self._base is None:
            self._base = exercise_of(self.order.file, self.order.document)
        variants = self._base.variants
        key = variants.key(said) if variants is not None and said else said
        if key not in self._known:
            made = variant_of(self._base, key) if key else self._base
            self._known[key] = Grader(made, self.order.terms)
        return self._known[key]


def grade_file(order: Order, path: str, graders: Graders | None = None) -> Grade:
    """Grade one submission; whatever it is, this gives a grade."""
    graders = graders or Graders(order)
    name, points = submissions.name_of(path), 1.0
    try:
        grader = graders.of(order.variant)
        points = grader.exercise.points
        found = submissions.read(path, grader.exercise)
        if not order.variant:
            grader = _by_variant(found, grader, graders)
        return grader.grade(found)
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


def _by_variant(found: Submission, grader: Grader, graders: Graders) -> Grader:
    """Give the grader of the variant that a submission names; where it names none, that is noted."""
    if grader.exercise.variants is None:
        if found.variant:
            found.notes.append(
                f"the exercise has no variants: `variant: {found.variant}` says nothing"
            )
    elif found.variant:
        return graders.of(found.variant)
    else:
        found.notes.append(
            "no variant is named: it was graded by the numbers of the exercise as it is written;"
            " write `variant:` and the number of yours"
        )
    return grader


@lru_cache(maxsize=1)
def _held(order: Order, call: int) -> Graders:
    """Keep what grades by an order, on a worker, for one call of `grades`."""
    return Graders(order)


_CALLS: Final = itertools.count()


def _grade_files(order: Order, call: int, paths: Sequence[str]) -> list[Grade]:
    graders = _held(order, call)
    return [grade_file(order, path, graders) for path in paths]


def grades(order: Order, paths: Sequence[str], jobs: int = 1) -> Iterator[Grade]:
    """Give the grade of every submission, in order."""
    if jobs < 2 or len(paths) < 2:
        graders = Graders(order)
        yield from (grade_file(order, path, graders) for path in paths)
        return
    waiting = deque(list(paths[n : n + BATCH]) for n in range(0, len(paths), BATCH))
    while waiting:
        yield from _until_death(order, waiting, min(jobs, len(waiting)))
        if waiting:
            yield from _alone(order, waiting.popleft())


def _until_death(order: Order, waiting: deque[list[str]], jobs: int) -> Iterator[Grade]:
    """Give the grades of what waits, until a worker dies: the first that then waits was with it."""
    call = next(_CALLS)
    with Processes(jobs) as executor:
        futures = [executor.submit(_grade_files, order, call, chunk) for chunk in waiting]
        for future in futures:  # they are begun in this order, so that none is waited for in vain
            found = _answer(future)
            if found is None:
                return
            waiting.popleft()
            yield from found


def _answer(future: Future[Any]) -> list[Grade] | None:
    """Wait for the grades of a chunk; None where its worker died."""
    try:
        found: list[Grade] = future.result()
        return found
    except BrokenExecutor:
        return None


def _alone(order: Order, chunk: Sequence[str]) -> Iterator[Grade]:
    """Grade each submission in a process of its own; one that kills it gets its message."""
    for path in chunk:
        with Processes(1) as executor:
            found = _answer(executor.submit(_grade_files, order, next(_CALLS), [path]))
        if found is None:
            points = Graders(order).of(order.variant).exercise.points
            said = "the process that graded it was killed, or ran out of memory"
            found = [failed(submissions.name_of(path), points, said)]
        yield from found
