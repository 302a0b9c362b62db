"""A program under test while it runs: lines to it, lines from it, and what it printed besides."""

from __future__ import annotations

import contextlib
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from time import monotonic
from typing import Final, NamedTuple

from evaluator.diagnostics import SubjectError, clip
from evaluator.subjects.leftovers import delete
from evaluator.subjects.limits import Limits, exceeded

MIB: Final = 2**20
#: How much of what a program printed is kept, in bytes: the end of it.
MAX_PRINTED: Final = 4000
#: What starts the warden, with the folder of the package and the number of its socket; nothing that is
#: installed takes the place of what Python brings.
WARDEN: Final = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from evaluator.subjects.warden import main; main(int(sys.argv[2]))"
)
PACKAGES: Final = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
#: Seconds for the warden to say how a program ended, and to end everything.
GRACE: Final = 0.5
PATIENCE: Final = 10
#: How many bytes are read at a time.
CHUNK: Final = 1 << 16
#: Variables that a program finds as they are; no other is left.
KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
#: Variables that are set for it: one thread does for small networks, and windows have no screen.
ADDED: Final = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg", "PYTHONUTF8": "1", "PYTHONHASHSEED": "0",
}  # fmt: skip


class Command(NamedTuple):
    """How a program is started."""

    words: tuple[str, ...]
    limits: Limits
    #: Files that it must not read.
    hidden: tuple[str, ...] = ()


class Program:
    """A running program; nothing of it is left once it is closed."""

    def __init__(self, command: Command) -> None:
        self.limits = command.limits
        # The warden makes it, and deletes it too where the evaluator is killed.
        self.folder = os.path.join(tempfile.gettempdir(), f"evaluator-{os.urandom(8).hex()}")
        self._lines: deque[bytes] = deque()
        self._partial = bytearray()
        self._unsent = bytearray()
        self._printed = b""
        self._printed_bytes = 0
        self._ended = ""
        self._control, theirs = socket.socketpair()
        self._control.settimeout(PATIENCE)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        terms = command.limits._asdict() | {
            "command": command.words, "folder": self.folder,
            "environment": kept | ADDED | {"TMPDIR": self.folder},
            "hidden": [os.path.realpath(path) for path in command.hidden],
        }  # fmt: skip
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", WARDEN, PACKAGES, str(theirs.fileno())],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()], start_new_session=True, bufsize=0,
            )  # fmt: skip
        with contextlib.suppress(OSError):  # it is told at the first line that is missing
            self._control.sendall(json.dumps(terms).encode() + b"\n")
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._stderr = self._process.stderr
        self._selector = selectors.DefaultSelector()
        for stream in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(stream.fileno(), False)
        for stream in (self._stdout, self._stderr):
            self._selector.register(stream, selectors.EVENT_READ)

    def send(self, lines: bytes) -> None:
        """Write lines to the program, as soon as it reads them."""
        if not self._unsent:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.register(self._stdin, selectors.EVENT_WRITE)
        self._unsent += lines

    @property
    def backlog(self) -> int:
        """How many bytes the program has not taken yet."""
        return len(self._unsent)

    def line(self, seconds: float, limit: str) -> bytes:
        """Wait for the next line of the program, for so many seconds.

        Raises SubjectError where none comes; `limit` is the name of the limit on the time.
        """
        deadline = monotonic() + seconds
        while not self._lines:
            if self._ended:
                raise SubjectError(*self._why(), self.printed)
            left = deadline - monotonic()
            if left <= 0:
                self.close()
                raise SubjectError(
                    f"it gave no answer within {seconds:g} s",
                    f"it may be in an endless loop, or not flush its output; allow more time with"
                    f" `--limit {limit}={seconds * 2:g}`", self.printed,
                )  # fmt: skip
            for key, _ in self._selector.select(left):
                if self._ended:  # what came before has closed all
                    break
                if key.fileobj is self._stdin:
                    self._write()
                elif key.fileobj is self._stdout:
                    self._take_lines()
                else:
                    self._take_printed()
        return self._lines.popleft()

    @property
    def spoke_too_much(self) -> bytes:
        """Give the line that it wrote already, though none was asked for."""
        return self._lines[0] if self._lines else bytes(self._partial)

    @property
    def printed(self) -> str:
        """What it printed lately, for people."""
        text = self._printed.decode(errors="replace").strip("\n")
        more = self._printed_bytes - len(self._printed)
        return f"… {more:,} bytes before\n{text}" if more else text

    def close(self) -> None:
        """End the program, and everything that it started."""
        if self._process.returncode is not None:
            return
        with self._process, self._control, self._selector:
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_WR)
            try:
                said = self._control.recv(1000).decode(errors="replace")
            except OSError:  # the warden is not what it was
                self._process.kill()
                said = ""
            self._ended = self._ended or said or "killed"
            self._drain()
            self._process.wait()
        delete(self.folder)  # unless the warden has done so

    def _write(self) -> None:
        try:
            sent = os.write(self._stdin.fileno(), self._unsent[:CHUNK])
        except BlockingIOError:
            return
        except OSError:  # it closed its end; why is told when its answer is missing
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent:
            self._selector.unregister(self._stdin)

    def _take_lines(self) -> None:
        data = os.read(self._stdout.fileno(), CHUNK)
        if not data:
            # Its end is near: the warden says which it was.
            select.select([self._control], [], [], GRACE)
            self.close()
            return
        self._partial += data
        if b"\n" in data:
            *whole, self._partial = self._partial.split(b"\n")
            self._lines += map(bytes, whole)
        if len(self._partial) > self.limits.output * MIB:
            self._stop("limit output")

    def _take_printed(self) -> None:
        self._drain()
        if self._printed_bytes > self.limits.output * MIB:
            self._stop("limit output")

    def _drain(self) -> None:
        """Read what there is of the standard error, up to the limit, and keep the end of it."""
        while self._printed_bytes <= self.limits.output * MIB:
            try:
                data = os.read(self._stderr.fileno(), CHUNK)
            except BlockingIOError:
                return
            if not data:
                with contextlib.suppress(KeyError):
                    self._selector.unregister(self._stderr)
                return
            self._printed = (self._printed + data)[-MAX_PRINTED:]
            self._printed_bytes += len(data)

    def _stop(self, reason: str) -> None:
        self._ended = reason
        self.close()

    def _why(self) -> tuple[str, str]:
        """Say how the program ended: the message and the hint."""
        word, _, rest = self._ended.partition(" ")
        if word == "limit":
            return exceeded(rest, self.limits)
        if word == "start":
            return (
                f"it cannot be started: {clip(rest, 200)}",
                "is the program installed, and executable?",
            )
        if word == "exit":
            return f"it ended (exit code {rest}) instead of answering", ""
        if word == "signal":
            name = signal.Signals(int(rest)).name if rest.isdecimal() else rest
            if name == "SIGXCPU":
                return exceeded("cpu", self.limits)
            if name == "SIGXFSZ":
                return exceeded("file-size", self.limits)
            return f"it was ended by the signal {name} instead of answering", ""
        if word == "closed":
            return "it closed its standard output instead of answering", ""
        return "it was ended from outside", ""
