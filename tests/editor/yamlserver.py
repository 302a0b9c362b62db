"""A client of the YAML language server: JSON-RPC over its standard input and output."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

ROOT: Final = Path(__file__).parent.parent.parent
SERVER: Final = ROOT / ".venv/editor/node_modules/yaml-language-server/bin/yaml-language-server"
#: How long an answer may take; the first one waits until Node has loaded the server.
SECONDS: Final = 60


class Shown(NamedTuple):
    """An error that the editor shows."""

    #: From 1, as editors count.
    line: int
    column: int
    message: str


class YamlServer:
    """A running language server, asked as an editor asks it that has a folder open."""

    def __init__(self, folder: Path, schemas: dict[str, Any]) -> None:
        self._folder = folder
        # What is looked up on the network stays off.
        self._settings = {"yaml": {"schemas": schemas, "schemaStore": {"enable": False}}}
        self._messages: Queue[dict[str, Any]] = Queue()
        self._last = self._version = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        uri = self._folder.as_uri()
        snippets = {"completionItem": {"snippetSupport": True}}
        able = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {"completion": snippets, "hover": {"contentFormat": ["markdown"]}},
        }
        folders = [{"uri": uri, "name": self._folder.name}]
        self._request(
            "initialize",
            {"processId": None, "rootUri": uri, "workspaceFolders": folders, "capabilities": able},
        )
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": self._settings})
        while self._next().get("method") != "workspace/configuration":
            pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self._request("shutdown", None)
            self._notify("exit", None)
        else:
            self._process.kill()
        self._process.wait(SECONDS)
        self._reader.join(SECONDS)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            stream.close()

    def errors(self, file: Path, text: str) -> list[Shown]:
        """Open a file with this text; give the errors that are then shown."""
        self._open(file, text)
        shown = self._shown(file)
        self._close(file)
        starts = [(error["range"]["start"], error["message"]) for error in shown]
        return sorted(Shown(at["line"] + 1, at["character"] + 1, text) for at, text in starts)

    def completions(self, file: Path, marked: str) -> dict[str, dict[str, Any]]:
        """Give by their labels what is offered where the text has a `|`."""
        items = self._ask("completion", file, marked)["items"]
        return {item["label"]: item for item in items}

    def hover(self, file: Path, marked: str) -> str:
        """Give what is told about the place where the text has a `|`."""
        answer = self._ask("hover", file, marked)
        return str(answer["contents"]["value"]) if answer else ""

    def _ask(self, what: str, file: Path, marked: str) -> Any:
        before, _, after = marked.partition("|")
        # A name of its own: nobody waits for the errors that are shown meanwhile.
        file = file.with_name(f"{self._version}-{file.name}")
        self._open(file, before + after)
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        params = {"textDocument": {"uri": file.as_uri()}, "position": place}
        return self._request(f"textDocument/{what}", params)

    def _open(self, file: Path, text: str) -> None:
        # The server keeps what it read of a version, also when the file is closed.
        self._version += 1
        item = {"uri": file.as_uri(), "languageId": "yaml", "version": self._version, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})

    def _close(self, file: Path) -> None:
        self._notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
        assert self._shown(file) == []

    def _shown(self, file: Path) -> list[dict[str, Any]]:
        """Wait for the errors of a file: they come when it is opened, and when it is closed."""
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                if params["uri"] == file.as_uri():
                    found: list[dict[str, Any]] = params["diagnostics"]
                    return found

    def _request(self, method: str, params: Any) -> Any:
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._last and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _next(self) -> dict[str, Any]:
        """Wait for a message; answer it if it is a question."""
        message = self._messages.get(timeout=SECONDS)
        if "method" in message and "id" in message:
            result = None
            if message["method"] == "workspace/configuration":
                sections = [item["section"] for item in message["params"]["items"]]
                result = [self._settings.get(section) for section in sections]
            self._send({"id": message["id"], "result": result})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        for body in self._bodies():
            self._messages.put(json.loads(body))

    def _bodies(self) -> Iterator[bytes]:
        stream = self._process.stdout
        assert stream
        length = 0
        while header := stream.readline():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif header == b"\r\n":
                yield stream.read(length)
