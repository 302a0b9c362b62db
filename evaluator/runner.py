"""Specs → report: evaluate every file, in order, and count."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator import __version__
from evaluator.collect import CaseId, Selection, Target, targets
from evaluator.diagnostics import Diagnostic, Location, SpecError, clip, did_you_mean
from evaluator.document import Document
from evaluator.evaluate import evaluate, read_tables
from evaluator.results import FAILING, MAX_MISMATCHES, Report, SpecResult, exit_code
from evaluator.source import read_bytes, read_file
from evaluator.spec import Spec, build, name_of
from evaluator.subjects import REFERENCE

if TYPE_CHECKING:
    from evaluator.subjects.limits import Limits

#: The exit code of a run that was interrupted.
INTERRUPTED: Final = 130
#: Seconds of work that worker processes are worth starting for; they start slower where they cannot
#: be forked.
WORTH: Final = 0.25 if sys.platform == "linux" else 1.5


class Options(NamedTuple):
    """How specs are evaluated."""

    selection: Selection = Selection()
    #: Tolerances that replace those of every spec; None keeps the spec's own.
    atol: float | None = None
    rtol: float | None = None
    #: Stop after so many failing cases; 0 never stops.
    maxfail: int = 0
    #: Of more mismatches of a spec the first of each case is kept, the rest counted; 0 keeps them all.
    max_mismatches: int = MAX_MISMATCHES
    allow_empty: bool = False
    fail_on_warning: bool = False
    #: What is under test: each spec is evaluated with every one.
    subjects: tuple[str, ...] = (REFERENCE,)
    #: What a program under test may use; None: the defaults.
    limits: Limits | None = None
    #: Read, validate and build only.
    validate_only: bool = False
    #: Find the mistakes that the cases would let pass.
    audit: bool = False
    #: Draw every network, for a report that shows it.
    diagrams: bool = False
    #: How many workers evaluate files; None: as many as pay.
    jobs: int | None = 1
    #: Where they are: `processes` of this machine, `dask`, or the name of an entry point.
    executor: str = "processes"
    #: The address that an executor elsewhere is reached at.
    scheduler: str = ""


def run(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = "specs",
    options: Options | None = None,
) -> Report:
    """Evaluate the specs that paths name, and report what was found.

    Raises UsageError for a path that does not exist; everything else is in the report.
    """
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    return collect_report(targets([os.fspath(path) for path in listed]), options or Options())


def collect_report(
    files: Sequence[Target], options: Options, seen: Callable[[SpecResult], None] | None = None
) -> Report:
    """Evaluate files one after another; `seen` is called with every result as it comes."""
    start = perf_counter()
    report = Report(__version__, ", ".join(options.subjects), override=_override(options))
    interrupted = False
    try:
        with np.errstate(all="ignore"), closing(results(files, options)) as found:
            _fill(report, found, options.maxfail, seen)
    except KeyboardInterrupt:
        # What was found so far is worth reporting.
        interrupted = True
    report.summary.seconds = perf_counter() - start
    report.summary.exit_code = INTERRUPTED if interrupted else exit_code(
        report.summary, options.allow_empty, options.fail_on_warning, options.validate_only
    )  # fmt: skip
    return report


def _fill(
    report: Report, found: Iterator[SpecResult], maxfail: int,
    seen: Callable[[SpecResult], None] | None,
) -> None:  # fmt: skip
    failing = 0
    for result in found:
        if maxfail:
            _cut(result, maxfail - failing)
            failing += result.invalid + sum(case.outcome in FAILING for case in result.cases)
        report.specs.append(result)
        report.summary.add(result)
        if seen is not None:
            seen(result)
        if maxfail and failing >= maxfail:
            break


def results(files: Sequence[Target], options: Options) -> Generator[SpecResult, None, None]:
    """Give the result of every spec of every file, in order."""
    start = perf_counter()
    for done, target in enumerate(files):
        jobs = _jobs(options, perf_counter() - start, done, len(files) - done)
        if jobs > 1 or options.executor != "processes":
            from evaluator.workers import spread

            yield from spread(files[done:], options._replace(jobs=jobs))
            return
        yield from evaluate_file(target, options)


def _jobs(options: Options, seconds: float, done: int, left: int) -> int:
    """Say how many workers evaluate what is left, after so many files in so many seconds."""
    if options.executor != "processes":
        return options.jobs or 0
    if options.jobs is not None:
        return min(options.jobs, left)
    if not done or seconds < WORTH or (remaining := seconds / done * left) < WORTH:
        return 1
    return min(processors(), int(remaining / WORTH) + 1, left)


def processors() -> int:
    """Count the processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def evaluate_file(target: Target, options: Options) -> list[SpecResult]:
    """Evaluate every document of one file, or of a URL."""
    try:
        if "://" not in target.file:
            return _evaluate_file(target, options)
        from evaluator.remote import copies

        with copies():
            return _evaluate_file(target, options)
    except MemoryError:
        pass
    # Only here, where the exception is gone, can what the file took be free again.
    gc.collect()
    return [_invalid(target.file, 1, os.path.basename(target.file), [_too_much(target.file)])]


def _too_much(file: str) -> Diagnostic:
    return Diagnostic(
        Location(file), "out-of-memory", "memory does not suffice to read and evaluate the file",
        "keep many cases in an .npz table, which is read in parts; split a file of many specs",
    )  # fmt: skip


def _evaluate_file(target: Target, options: Options) -> list[SpecResult]:
    start = perf_counter()
    try:
        documents = _documents(target.file)
    except SpecError as error:
        return [_invalid(target.file, 1, os.path.basename(target.file), error.diagnostics)]
    reading = perf_counter() - start
    target = _narrowed(target, documents)
    selection = _selection(target, options)
    found = [
        result
        for document in _meant(target, documents)
        for result in _evaluate(document, options, selection)
    ]
    results = found + _not_there(target, documents)
    if results:
        results[0].seconds += reading
    return results


def _narrowed(target: Target, documents: Sequence[Document]) -> Target:
    """Name the cases that failed last time, if all of them are still there."""
    if not target.failed:
        return target
    narrowed = Target(target.file, target.failed)
    return target if _not_there(narrowed, documents) else narrowed


def _meant(target: Target, documents: Sequence[Document]) -> list[Document]:
    """Give the documents that hold what was named of a file."""
    numbers = {named.document for named in target.ids}
    return [d for d in documents if not numbers or numbers & {None, d.number}]


def _not_there(target: Target, documents: Sequence[Document]) -> list[SpecResult]:
    """Report each case that was named and is in no document of the file."""
    if not target.ids:
        return []
    missing = []
    cases = {document.number: _case_ids(document) for document in _meant(target, documents)}
    for named in target.ids:
        numbers = cases if named.document is None else {named.document} & cases.keys()
        known = [cases[number] for number in numbers]
        if None in known:
            continue  # an invalid document is reported already
        if not any(not named.case or named.case in (ids or ()) for ids in known):
            found = no_such_case(target.file, named, [case for ids in known for case in ids or ()])
            missing.append(_invalid(target.file, named.document or 1, named.case, [found]))
    return missing


def _case_ids(document: Document) -> dict[str, None] | None:
    """Give the ids of the cases of a document, in order; None if it is invalid."""
    try:
        return dict.fromkeys(case.id for case in build(document).cases)
    except SpecError:
        return None


def no_such_case(file: str, named: CaseId, known: Sequence[str]) -> Diagnostic:
    message = f"there is no document {named.document}"
    hint = f"`evaluator run --co {file}` lists what there is"
    if known:
        message = f"there is no case `{clip(named.case)}`"
        few = f"there is {', '.join(map(clip, known))}" if len(known) < 9 else hint
        hint = did_you_mean(named.case, known) or few
    return Diagnostic(Location(file), "no-such-case", message, hint)


def collect(files: Iterable[Target], options: Options) -> Iterator[tuple[str, str | None]]:
    """Give the spec, `FILE` or `FILE#2`, and the id of every selected case; None: it is invalid."""
    for target in files:
        try:
            documents = _documents(target.file)
        except SpecError:
            yield target.file, None
            continue
        target = _narrowed(target, documents)
        selection = _selection(target, options)
        for document in _meant(target, documents):
            number = f"#{document.number}" if len(documents) > 1 else ""
            try:
                spec = build(document)
            except SpecError:
                yield target.file + number, None
                continue
            for case in spec.cases:
                if not selection or selection(spec, case):
                    yield target.file + number, case.id


def _selection(target: Target, options: Options) -> Selection:
    if not target.ids:
        return options.selection
    return options.selection._replace(ids=frozenset(target.ids))


def _documents(file: str) -> list[Document]:
    return read_bytes(sys.stdin.buffer.read(), "-") if file == "-" else read_file(file)


def _evaluate(document: Document, options: Options, selection: Selection) -> list[SpecResult]:
    """Evaluate one document with every subject."""
    # Short: where no memory is left, CPython never gets out of a long function that has a handler.
    try:
        return _judge(document, options, selection)
    except SpecError as error:
        return [_invalid(document.file, document.number, name_of(document), error.diagnostics)]


def _judge(document: Document, options: Options, selection: Selection) -> list[SpecResult]:
    start = perf_counter()
    spec = build(document, options.atol, options.rtol)
    if selection and not any(selection(spec, case) for case in spec.cases):
        return []
    if options.validate_only:
        read_tables(spec)
        return [SpecResult(spec.file, document.number, spec.name, diagnostics=spec.warnings)]
    if options.audit:
        from evaluator.audit import audited

        return [audited(spec, selection)]
    reading = perf_counter() - start
    found = [
        evaluate(spec, selection, options.max_mismatches, subject, options.limits)
        for subject in _subjects(spec, options)
    ]
    found[0].seconds += reading
    for other in found[1:]:
        other.diagnostics = []  # they are of the spec, and told already
    for each in found if len(found) > 1 else ():
        each.is_compared = True
    if options.diagrams and spec.network.steps:
        from evaluator.pictures.diagram import svg

        found[0].diagram = svg(spec.network)
    return found


def _subjects(spec: Spec, options: Options) -> tuple[str, ...]:
    """Give what is under test; the reference alone leaves to others what it does not evaluate."""
    if options.subjects == (REFERENCE,):
        return (spec.network.evaluated_by,)
    return options.subjects


def _invalid(file: str, number: int, name: str, found: Sequence[Diagnostic]) -> SpecResult:
    return SpecResult(file, number, name, diagnostics=list(found))


def _cut(result: SpecResult, limit: int) -> None:
    """Drop the cases after the last failure that `--maxfail` lets through."""
    for number, case in enumerate(result.cases):
        limit -= case.outcome in FAILING
        if limit <= 0:
            result.cases = result.cases[: number + 1]
            result.values = sum(case.values for case in result.cases)
            break


def _override(options: Options) -> str:
    given = [(name, getattr(options, name)) for name in ("atol", "rtol")]
    return ", ".join(f"{name} {value:g}" for name, value in given if value is not None)
