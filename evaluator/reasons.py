"""`equivalent` of a spec → why a survivor need not be killed, and which reasons nothing needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from evaluator.diagnostics import clip, did_you_mean
from evaluator.mistakes import MISTAKES

if TYPE_CHECKING:
    from evaluator.diagnostics import Diagnostic
    from evaluator.spec import Spec

#: What is left out where places are compared.
_MARKS: Final = str.maketrans("", "", "`")

CODES: Final = {
    "no-such-mistake": "A reason is given for a mistake that this network cannot have.",
    "killed-mistake": "A reason is given for a mistake that the cases kill.",
}


class Reasons:
    """The reasons of one spec by what they are for, `CODE` or `CODE at PLACE`, and their use."""

    def __init__(self, spec: Spec, written: Mapping[str, str]) -> None:
        self._document = spec.document
        self._written = {key.translate(_MARKS): (key, reason) for key, reason in written.items()}
        self._named: set[str] = set()
        self._used: set[str] = set()

    def of(self, code: str, place: str, survived: bool) -> str:
        """Give the reason for a mistake that survived; empty where there is none."""
        for key in (f"{code} at {place}".translate(_MARKS), code):
            if key in self._written:
                self._named.add(key)
                if survived:
                    self._used.add(key)
                    return self._written[key][1]
        return ""

    def idle(self) -> Iterator[Diagnostic]:
        """Warn of the reasons that no survivor needs."""
        for name, (key, _) in self._written.items():
            if name in self._used:
                continue
            code = "killed-mistake" if name in self._named else "no-such-mistake"
            yield self._document.diagnostic(
                ("equivalent", key), code, *_said(name, name in self._named), key=True,
                severity="warning",
            )  # fmt: skip


def _said(key: str, killed: bool) -> tuple[str, str]:
    """Say what is wrong with a reason, and what to do."""
    if killed:
        return f"the cases kill `{clip(key)}`", "remove the reason: none is needed"
    code = key.partition(" at ")[0]
    if code not in MISTAKES:
        hint = did_you_mean(code, MISTAKES)
        return f"there is no mistake `{clip(code)}`", hint or "docs/mistakes.md lists what there is"
    return (f"`{clip(key)}` is none of the mistakes that count in this network",
            "remove it, or write what `evaluator audit -v` calls it")  # fmt: skip
