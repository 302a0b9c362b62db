"""`equivalent` of a spec → why a survivor need not be killed, and which reasons nothing needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import clip, did_you_mean
from evaluator.mistakes import MISTAKES, counts

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.spec import Spec

#: What is left out where places are compared.
_MARKS: Final = str.maketrans("", "", "`")

CODES: Final = {
    "no-such-mistake": "A reason is given for a mistake that this network cannot have.",
    "killed-mistake": "A reason is given for a mistake that the cases kill.",
    "repeated-reason": "Two keys of `equivalent` mean one place of a mistake.",
}


class Reasons:
    """The reasons of one spec by what they are for, `CODE` or `CODE at PLACE`, and their use."""

    def __init__(self, spec: Spec, written: Mapping[str, str]) -> None:
        self._document = spec.document
        #: The keys without their marks, each with how it is written.
        self._keys: dict[str, str] = {}
        self._repeated: list[str] = []
        for key in written:
            if self._keys.setdefault(key.translate(_MARKS), key) != key:
                self._repeated.append(key)
        self._written = written
        self._named: set[str] = set()
        self._used: set[str] = set()

    def of(self, names: Iterable[tuple[str, str]], survived: bool) -> str:
        """Give the reason for a mistake that survived; empty where there is none.

        The names are code and place, first its own, then those of what comes to the same.
        """
        if not self._keys:
            return ""
        exact, general = zip(*((_key(*name), name[0]) for name in names), strict=True)
        keys = [key for key in (*exact, *general) if key in self._keys]
        self._named.update(keys)
        if not keys or not survived:
            return ""
        self._used.update(keys)  # none of them is wrong, although one is enough
        return self._written[self._keys[keys[0]]]

    def idle(self) -> Iterator[Diagnostic]:
        """Warn of the reasons that no survivor needs."""
        for name, key in self._keys.items():
            if name in self._named and name not in self._used:
                yield self._warn(key, "killed-mistake", f"the cases kill `{clip(name)}`",
                                 "remove the reason: none is needed")  # fmt: skip
            elif name not in self._used:
                yield self._warn(key, "no-such-mistake", *_unknown(name))
        for key in self._repeated:
            first = self._keys[key.translate(_MARKS)]
            yield self._warn(key, "repeated-reason", f"`{clip(first)}` means the same",
                             "remove one of the two reasons: the first holds")  # fmt: skip

    def _warn(self, key: str, code: str, message: str, hint: str) -> Diagnostic:
        path = "equivalent", key
        return self._document.diagnostic(path, code, message, hint, key=True, severity="warning")


def _key(code: str, place: str) -> str:
    return f"{code} at {place}".translate(_MARKS) if place else code


def _unknown(key: str) -> tuple[str, str]:
    """Say why a key names none of the mistakes, and what to do."""
    code = key.partition(" at ")[0]
    if code not in MISTAKES:
        hint = did_you_mean(code, MISTAKES)
        return f"there is no mistake `{clip(code)}`", hint or "docs/mistakes.md lists what there is"
    if not counts(code):
        return (f"`{code}` is a mistake of precision, which an audit does not count",
                "remove the reason: none is needed")  # fmt: skip
    return (f"`{clip(key)}` is none of the mistakes that count in this network",
            "remove it, or write what `evaluator audit -v` calls it")  # fmt: skip
