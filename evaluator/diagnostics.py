"""What a file gets wrong, as values: where it stands, what is the matter, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple


class Location(NamedTuple):
    """A place in a file, with the source lines that show it."""

    file: str
    #: Counted from 1; columns count characters, as editors do.
    line: int = 1
    column: int = 1
    #: How many characters a caret underlines.
    width: int = 1
    #: Up to three source lines; the last one is `line`.
    lines: tuple[str, ...] = ()
    #: How many characters were cut off at the left of every line.
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(NamedTuple):
    """One thing that is wrong with a file: matter of fact in `message`, what to do in `hint`."""

    location: Location
    code: str
    message: str
    hint: str = ""
    severity: str = "error"


#: Every code a diagnostic may carry, with the sentence that explains it.
CODES: dict[str, str] = {
    "unreadable": "The file cannot be read: it is missing, forbidden, or not a regular file.",
    "encoding": "The file is not UTF-8 text, or holds characters that YAML does not allow.",
    "too-large": "The file is larger than the evaluator reads.",
    "yaml-syntax": "The text is not YAML.",
    "too-deep": "Lists and mappings are nested deeper than the evaluator reads.",
    "alias": "An alias is unknown, refers to itself, or expands to too many values.",
    "tag": "YAML tags are not part of the format.",
    "merge-key": "The YAML merge key `<<` is not part of the format.",
    "duplicate-key": "A mapping holds the same key twice.",
    "bad-key": "A key is not plain text.",
    "ambiguous-scalar": "YAML readers disagree on what this spelling means.",
    "bad-number": "A number is too long or too large for a 64-bit float.",
    "empty-document": "A document has no content.",
    "missing-key": "A key that is needed is not there.",
    "unknown-key": "A key is not part of the format.",
    "conflicting-keys": "Two keys exclude each other.",
    "wrong-type": "A value is of another kind than the key takes.",
    "unknown-value": "A word is none of those that the key takes.",
    "unknown-name": "A name is not an input, neuron, layer or output of the network.",
    "bad-name": "A name is one that the format keeps for itself.",
    "duplicate-name": "A name, of an input, neuron, layer, output or tag, is given twice.",
    "out-of-range": "A value is outside the range that the key takes.",
    "shape-mismatch": "The numbers of rows, columns or values do not fit together.",
    "not-finite": "A weight, bias or parameter is infinite or not a number.",
    "expectation": "An expected value is written in a way that says no interval.",
    "cycle": "Neurons feed each other in a circle.",
    "unused-neuron": "Nothing reads a neuron, and it is not an output.",
    "array-file": "A file of numbers cannot be used.",
    "case-table": "A table of cases cannot be used.",
    "model-file": "An ONNX file cannot be used.",
    "unsupported": "The spec is valid, but what it asks for cannot be evaluated here.",
    "out-of-memory": "Memory does not suffice to read and evaluate the file.",
    "worker-died": "The worker that evaluated the file died: it was killed, or ran out of memory.",
    "no-such-case": "A case or document that was named is not in its file.",
    "unread-input": "Nothing reads an input of the network.",
    "underflow": "A number is too small for the float that holds it and becomes 0.",
    "inexact-integer": "An integer beyond 2^53 cannot be held exactly in a 64-bit float.",
}


def are_faults(found: Iterable[Diagnostic]) -> bool:
    """Tell whether diagnostics keep a spec from being used: a case that is not there does not."""
    return any(each.severity == "error" and each.code != "no-such-case" for each in found)


#: How many diagnostics a document gets.
MAX_DIAGNOSTICS: Final = 100


def too_many(last: Diagnostic, more: str = "more") -> Diagnostic:
    """Say, where the last diagnostic stands, that there are further ones."""
    message, hint = f"and {more} problems", "correct the first ones and run again"
    return last._replace(message=message, hint=hint, severity="error")


class EvaluatorError(Exception):
    """Anything that stops the evaluator and is not a fault of its own."""


class SpecError(EvaluatorError):
    """A spec cannot be used; `diagnostics` holds every reason."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(*self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(
            f"{d.location}: {d.message}" + (f" ({d.hint})" if d.hint else "")
            for d in self.diagnostics
        )


class SubjectError(EvaluatorError):
    """A subject broke: it cannot be started, or gave no answer."""

    #: What becomes of a case that ends so.
    outcome = "error"

    def __init__(self, message: str, hint: str = "", printed: str = "") -> None:
        self.message, self.hint = message, hint
        #: What the subject wrote where people look for reasons.
        self.printed = printed
        super().__init__(message, hint, printed)

    def __str__(self) -> str:
        return self.message


class WrongAnswer(SubjectError):
    """A subject answered, and not with the numbers that were asked for."""

    outcome = "failed"


class Unsupported(SubjectError):
    """A subject cannot do this network."""

    outcome = "skipped"


class UsageError(EvaluatorError):
    """The command line or the configuration asks for what cannot be done (exit code 2)."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


#: The longest word, in characters, that a known one is looked for, and among how many.
MAX_WORD: Final = 80
MAX_KNOWN: Final = 1000


def closest(word: str, known: Iterable[str]) -> str:
    """Give the known word nearest to a misspelt one, or an empty text."""
    if len(word) > MAX_WORD:  # nobody misspelt that, and comparing takes the product of lengths
        return ""
    import difflib

    by_lower = {name.lower(): name for name in islice(known, MAX_KNOWN)}
    close = difflib.get_close_matches(word.lower(), by_lower, n=MAX_KNOWN, cutoff=0.6)

    def likeness(name: str) -> float:
        return difflib.SequenceMatcher(None, name, word.lower()).ratio()

    # Of names that are equally near the first counts: `x1` for `x`, not `x2`.
    best = max(filter(set(close).__contains__, by_lower), key=likeness, default="")
    return by_lower[best] if best else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give the hint that names the known word nearest to a misspelt one, or an empty text."""
    found = closest(word, known)
    return f"did you mean `{found}`?" if found else ""


def clip(text: str, limit: int = 40) -> str:
    """Shorten a text for a message, and make its control characters visible."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def harmless(text: str) -> str:
    """Make visible what a terminal would act on: control, escape and direction characters."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text
    )


def count(number: int, noun: str) -> str:
    """Write a count with its noun: `1 unit`, `2 units`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
