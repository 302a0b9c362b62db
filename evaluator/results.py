"""What a run found, as light values: they name no document, so they travel and keep well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import Diagnostic, Location, are_faults

if TYPE_CHECKING:
    from evaluator.audit import Audit
    from evaluator.shards import Shard

#: The outcomes that make a run fail.
FAILING: Final = frozenset({"failed", "error", "xpassed"})
#: How many mismatches of a spec are kept; the others are counted.
MAX_MISMATCHES: Final = 100
#: In how many more cases of a spec the first mismatch is kept all the same.
MAX_FIRSTS: Final = 1_000


@dataclass(slots=True, eq=False)
class Mismatch:
    """One value that its expectation does not accept."""

    #: The output, neuron or layer by name, `NAME.z` for a weighted sum, or `class`.
    output: str
    #: The position among several values of one name, from 0.
    index: int | None
    #: The row of a table of cases, from 1.
    row: int | None
    #: Where the expected value stands.
    location: Location
    #: The expected value as it is written.
    expected: str
    #: The accepted interval, both ends included; NaN where only NaN is accepted.
    low: float
    high: float
    actual: float
    #: The actual value in the fewest digits that tell it from its neighbours.
    shown: str
    #: What the numbers alone do not say.
    note: str = ""
    #: How the actual value came about, a line a step; empty for networks too large to read.
    arithmetic: tuple[str, ...] = ()
    #: What the row is called, where a column of the table says so.
    row_name: str = ""


@dataclass(slots=True, eq=False)
class CaseResult:
    """How one case ended; a table of cases is one result with counts of its rows."""

    name: str
    line: int
    column: int
    #: passed, failed, error, skipped, xfailed or xpassed
    outcome: str
    #: How many values were checked.
    values: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    rows: int | None = None
    failed_rows: int | None = None
    #: How many mismatches were counted and not kept.
    withheld: int = 0
    #: How many values are expected that the subject tells nothing of.
    unchecked: int = 0
    #: How many rows of a table the subject gave no answer to.
    broken_rows: int = 0
    #: Why a case is skipped or expected to fail, and what became of the subject.
    reason: str = ""
    #: What a subject that broke wrote where people look for reasons.
    printed: str = ""
    #: True for a case that expects nothing; it fails.
    unrecorded: bool = False
    #: Which known mistakes give the values that are off, in words.
    hints: tuple[str, ...] = ()
    #: Where the case stands, for outcomes that need to be shown.
    location: Location | None = None
    #: Its name, with `#2` when an earlier case of the spec has it too.
    id: str = ""

    @property
    def count(self) -> int:
        """How many cases this is: the rows of a table, or 1."""
        return 1 if self.rows is None else self.rows


@dataclass(slots=True, eq=False)
class SpecResult:
    """What became of one spec, or of a case that was named and is not there."""

    file: str
    #: The document in its file, from 1.
    document: int
    name: str
    cases: list[CaseResult] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    seconds: float = 0.0
    values: int = 0
    #: What was under test; empty where nothing was.
    subject: str = ""
    #: Whether others than this subject were under test too.
    is_compared: bool = False
    #: The network as SVG, where a report shows it; see `Options.diagrams`.
    diagram: str = ""
    #: What an audit found; see `Options.audit`.
    audit: Audit | None = None

    @property
    def invalid(self) -> bool:
        """Whether the spec could not be evaluated."""
        return are_faults(self.diagnostics)


@dataclass(slots=True, eq=False)
class Summary:
    """The counts of a run; `failed` and the like count cases, the rows of tables among them."""

    specs: int = 0
    invalid: int = 0
    cases: int = 0
    values: int = 0
    #: Expected values that no subject told.
    unchecked: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    warnings: int = 0
    #: Cases that were named and are not there.
    missing: int = 0
    seconds: float = 0.0
    exit_code: int = 0

    def add(self, spec: SpecResult) -> None:
        """Count one more spec."""
        self.specs += 1
        self.values += spec.values
        if spec.diagnostics:
            self.invalid += spec.invalid
            self.warnings += sum(d.severity == "warning" for d in spec.diagnostics)
            self.missing += sum(d.code == "no-such-case" for d in spec.diagnostics)
        for case in spec.cases:
            self.cases += case.count
            self.unchecked += case.unchecked
            if case.outcome == "passed":
                self.passed += case.count
            elif case.outcome == "failed":
                failed = case.count if case.failed_rows is None else case.failed_rows
                self.failed += failed
                self.skipped += case.broken_rows  # that were not answered
                self.passed += case.count - failed - case.broken_rows
            elif case.outcome == "skipped":
                skipped = case.broken_rows or case.count
                self.skipped += skipped
                self.passed += case.count - skipped
            elif case.outcome == "error":
                broken, failed = case.broken_rows or case.count, case.failed_rows or 0
                self.errors += broken
                self.failed += failed
                self.passed += case.count - broken - failed
            else:
                setattr(self, case.outcome, getattr(self, case.outcome) + case.count)


@dataclass(slots=True, eq=False)
class Report:
    """Everything a run found, in file order."""

    version: str
    subject: str = "reference"
    specs: list[SpecResult] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)
    #: Tolerances set on the command line, in words; empty when each spec's own were in force.
    override: str = ""
    #: Which part of a run this is, where several machines share it.
    shard: Shard | None = None
    #: The folder that relative file names start from, and the one that reports name files from.
    folder: str = ""
    root: str = ""

    @property
    def ok(self) -> bool:
        """Whether the run passed (exit code 0)."""
        return self.summary.exit_code == 0

    @property
    def results(self) -> list[CaseResult]:
        """Every case of every spec."""
        return [case for spec in self.specs for case in spec.cases]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Every diagnostic of every spec."""
        return [found for spec in self.specs for found in spec.diagnostics]

    def _repr_html_(self) -> str:
        """Show a notebook how every case ended."""
        from evaluator.notebook import report_table

        return report_table(self)

    def failing(self) -> Iterator[tuple[SpecResult, CaseResult]]:
        """Give the cases that make the run fail."""
        return (
            (spec, case) for spec in self.specs for case in spec.cases if case.outcome in FAILING
        )


def exit_code(
    summary: Summary, allow_empty: bool = False, fail_on_warning: bool = False,
    validate_only: bool = False,
) -> int:  # fmt: skip
    """Give the exit code that a run earns: 3 outranks 1, and checking nothing is 5."""
    if summary.invalid or summary.errors:
        return 3
    if summary.failed or summary.xpassed or (fail_on_warning and summary.warnings):
        return 1
    checked = summary.specs if validate_only else summary.values
    if summary.missing or (checked == 0 and not allow_empty):
        return 5
    return 0
