"""Files that change under the author's hands: each is judged when it rests, its latest text alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar

from evaluator.lsp.reading import Reading, read_text
from evaluator.lsp.scope import is_spec

#: Seconds without a change after which a text is judged.
QUIET: Final = 0.2

Result = TypeVar("Result")


class Version(NamedTuple):
    """A text of a file, and the number that the editor gave it; each is an object of its own."""

    number: int | None
    text: str
    encoding: str = "utf-16"


class Followed:
    """A file that is open in an editor."""

    def __init__(
        self, file: str, tell: Callable[[Version, Reading | None], None],
        warn: Callable[[str], object] = lambda _: None,
    ) -> None:  # fmt: skip
        self.file = file
        #: Told of settings that cannot be read, so that nobody knows which files are specs.
        self._warn = warn
        #: Told what became of a version that is still the latest; None: it is no spec.
        self._tell = tell
        self.version = Version(None, "")
        #: When it is to be judged, by the clock of the event loop.
        self._due = 0.0
        # Once it is a spec it stays one, whatever is half typed.
        self._is_spec = False
        self._task: asyncio.Task[None] | None = None
        self._reading: asyncio.Future[Reading | None] = _future()

    def change(self, version: Version, quiet: float = QUIET) -> None:
        """Have a new text judged, unless another one comes within so many seconds."""
        loop = asyncio.get_running_loop()
        self.version, self._due = version, loop.time() + quiet
        if self._reading.done():
            self._reading = _future()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._follow())

    def close(self) -> None:
        """Judge no more; who waits for a reading gets none."""
        self.version = Version(None, "")
        if not self._reading.done():
            self._reading.set_result(None)

    async def reading(self) -> Reading | None:
        """Wait for what is known of the text as it is now; None if it changes meanwhile."""
        asked = self.version
        found = await asyncio.shield(self._reading)
        return found if self.version is asked else None

    async def _follow(self) -> None:
        """Judge until nothing has changed meanwhile."""
        loop = asyncio.get_running_loop()
        while not self._reading.done():
            if (wait := self._due - loop.time()) > 0:
                await asyncio.sleep(wait)
                continue
            version = self.version
            warnings: list[str] = []
            found = await in_background(self._read, version, self._is_spec, warnings.append)
            for said in warnings:
                self._warn(said)
            if version is self.version:
                self._is_spec = found is not None
                self._reading.set_result(found)
                self._tell(version, found)

    def _read(
        self, version: Version, was_spec: bool, warn: Callable[[str], object]
    ) -> Reading | None:
        if is_spec(version.text, self.file, was_spec, warn):
            return read_text(version.text, self.file, version.encoding)
        return None


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


async def in_background(work: Callable[..., Result], *arguments: Any) -> Result:
    """Do some work in a thread of its own, which keeps neither the editor nor the end waiting."""
    loop, done = asyncio.get_running_loop(), _future()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def run() -> None:
        result, fault = None, None
        try:
            result = work(*arguments)
        except BaseException as error:
            fault = error
        # The loop is gone where the editor is.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, fault)

    threading.Thread(target=run, daemon=True).start()
    found: Result = await done
    return found
