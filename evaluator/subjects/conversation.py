"""A network put to a program, row by row: what it answers, and which rows it has no answer to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.diagnostics import SubjectError, Unsupported, WrongAnswer, clip
from evaluator.subjects import messages
from evaluator.subjects.limits import hint_to
from evaluator.subjects.program import Command, Program
from evaluator.subjects.subject import Answers, Run

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: How many bytes of requests are on their way at a time: the program need not wait for the next.
AHEAD: Final = 1 << 16
#: It is not started again after it broke so many times without an answer in between.
MAX_BREAKS: Final = 10


@contextmanager
def talk(command: Command, network: Network) -> Iterator[Run]:
    """Start a program, tell it the network, and give what has rows answered."""
    conversation = Conversation(command, network)
    try:
        conversation.open()
        yield conversation.run
    finally:
        conversation.close()


class Conversation:
    """The program, restarted after it broke, and what it said so far."""

    def __init__(self, command: Command, network: Network) -> None:
        self._command, self._network = command, network
        self._opening = messages.opening(network)
        self._widths = messages.widths(network)
        self._width = network.output_count()
        self._program: Program | None = None
        self._breaks = 0
        #: Why it is asked no more.
        self._given_up: SubjectError | None = None

    def open(self) -> None:
        """Start the program and tell it the network; raises SubjectError where it is not ready."""
        try:
            self._program = program = Program(self._command)
        except OSError as fault:
            raise SubjectError(f"it cannot be started: {fault.strerror}") from None
        self._number = 0
        program.send(self._opening)
        try:
            messages.check_ready(messages.read(program.line(self._command.limits.start, "start")))
        except SubjectError as fault:
            raise self._with_printed(fault) from None

    def close(self) -> None:
        """End the program."""
        if self._program is not None:
            self._program.close()
            self._program = None

    def run(self, inputs: Array) -> Answers:
        """Get the answers to rows of inputs, in order."""
        rows = inputs.tolist()
        outputs = np.full((len(rows), self._width), np.nan)
        values: list[dict[str, list[float]]] = [{}] * len(rows)
        faults: dict[int, SubjectError] = {}
        due = 0
        while due < len(rows):
            for row, answer in self._ask(rows, due):
                due = row + 1
                if isinstance(answer, SubjectError):
                    faults[row] = answer
                else:
                    outputs[row], values[row] = answer
        return Answers(outputs, _columns(values, faults), faults)

    def _ask(self, rows: list[list[float]], first: int) -> Iterator[tuple[int, Any]]:
        """Give what comes of each row, until all are answered or the program broke."""
        try:
            if self._given_up is not None:
                raise self._given_up
            if self._program is None:
                self.open()
        except SubjectError as fault:
            self._given_up = fault
            yield from ((row, fault) for row in range(first, len(rows)))
            return
        assert self._program is not None
        before, sent = self._number - first, first
        for row in range(first, len(rows)):
            while sent < len(rows) and self._program.backlog < AHEAD:
                self._number += 1
                self._program.send(messages.request(self._number, rows[sent]))
                sent += 1
            try:
                message = self._answer(before + row + 1, row + 1 == len(rows))
            except SubjectError as fault:
                yield row, self._broken(fault)
                return
            self._breaks = 0
            yield row, self._judged(message)

    def _answer(self, number: int, is_last: bool) -> dict[str, Any]:
        """Wait for the answer to a request; raises SubjectError where the program breaks."""
        assert self._program is not None
        message = messages.read(self._program.line(self._command.limits.time, "time"))
        messages.check_id(message, number)
        if is_last and (more := self._program.spoke_too_much):
            shown = clip(more.decode(errors="replace"), messages.MAX_SHOWN)
            raise SubjectError(f"it wrote `{shown}` after its answer, unasked",
                               "write one line for each request")  # fmt: skip
        return message

    def _judged(self, message: dict[str, Any]) -> Any:
        """Give the outputs and values of an answer, or the fault that it is or tells."""
        try:
            outputs = messages.outputs(message, self._width)
            return outputs, messages.values(message, self._widths)
        except SubjectError as fault:
            return self._with_printed(fault)

    def _broken(self, fault: SubjectError) -> SubjectError:
        """End a program that broke; it is started anew for the next row, unless it always breaks."""
        fault = self._with_printed(fault)
        self.close()
        self._breaks += 1
        if self._breaks == MAX_BREAKS:
            self._given_up = SubjectError(
                f"it was not asked: the {MAX_BREAKS} rows before it broke the program one after another",
                "correct what is said of the first of them",
            )
        return fault

    def _with_printed(self, fault: SubjectError) -> SubjectError:
        """Add what the program printed, and the limit that it met."""
        if isinstance(fault, Unsupported):
            return fault
        hint = fault.hint or hint_to(fault.message, self._command.limits)
        printed = fault.printed or (self._program.printed if self._program else "")
        return type(fault)(fault.message, hint, printed)


def _columns(
    values: list[dict[str, list[float]]], faults: dict[int, SubjectError]
) -> dict[str, Array]:
    """Put the values of all rows together, by name: (rows,), or (rows, units) of a layer."""
    columns: dict[str, Array] = {}
    for row, given in enumerate(values):
        for name, numbers in given.items():
            if name not in columns:
                columns[name] = np.full((len(values), len(numbers)), np.nan)
            columns[name][row] = numbers
    for row, given in enumerate(values):
        if row not in faults and len(given) < len(columns):
            missing = next(name for name in columns if name not in given)
            faults[row] = WrongAnswer(f"it gave no `{clip(missing)}`, which it gave for other rows")
    return columns
