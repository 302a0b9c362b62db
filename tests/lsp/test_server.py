"""The language server over standard input and output, spoken to by a client as editors are."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from evaluator.cli import main

COMMAND = [sys.executable, "-W", "error", "-m", "evaluator", "lsp"]
DOUBLE = "neuron: {weights: [2], activation: identity}\n"
FAILING = DOUBLE + "cases:\n  - {name: 🧠🧠, inputs: 1, expected: ~2.5}  # 🧠\n"
PASSING = FAILING.replace("~2.5", "~2.0")
#: How long anything may take on a machine that is busy.
SECONDS = 60

ABLE = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        ),
    ),
    text_document=types.TextDocumentClientCapabilities(
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown])
    ),
)


class Editor:
    """A client, what it is told, and the short ways to say things."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.versions = folder, dict[str, int]()
        self.told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.logged: list[str] = []
        self.shown: asyncio.Queue[types.ShowMessageParams] = asyncio.Queue()
        self.watched: asyncio.Queue[types.RegistrationParams] = asyncio.Queue()
        self.client = LanguageClient("editor", "1")
        self.capabilities = types.ServerCapabilities()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _publish(params: types.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def _log(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def _show(params: types.ShowMessageParams) -> None:
            self.shown.put_nowait(params)

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def _register(params: types.RegistrationParams) -> None:
            self.watched.put_nowait(params)

    def uri(self, name: str) -> str:
        return name if ":" in name else (self.folder / name).as_uri()

    def named(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, text: str, name: str = "net.yaml") -> None:
        self.versions[name] = 1
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(
            types.TextDocumentItem(self.uri(name), "yaml", 1, text)
        ))  # fmt: skip

    def change(self, text: str, name: str = "net.yaml") -> None:
        self.versions[name] += 1
        named = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(named, [change]))

    async def hears(self) -> types.PublishDiagnosticsParams:
        return await asyncio.wait_for(self.told.get(), SECONDS)

    async def hover(self, line: int, character: int) -> types.Hover | None:
        at = types.Position(line, character)
        return await self.client.text_document_hover_async(
            types.HoverParams(self.named("net.yaml"), at)
        )

    async def actions(
        self, found: types.Diagnostic, only: list[str] | None = None
    ) -> list[types.CodeAction]:
        asked = types.CodeActionContext([found], only)
        params = types.CodeActionParams(self.named("net.yaml"), found.range, asked)
        return list(await self.client.text_document_code_action_async(params) or [])


@asynccontextmanager
async def editor(
    folder: Path, able: types.ClientCapabilities = ABLE, *options: str
) -> AsyncIterator[Editor]:
    """Start the server in another folder, and end it as the protocol says; it says nothing else."""
    started = Editor(folder)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    await started.client.start_io(*COMMAND, *options, cwd=elsewhere)
    said = await started.client.initialize_async(types.InitializeParams(able))
    started.capabilities = said.capabilities
    started.client.initialized(types.InitializedParams())
    yield started
    await started.client.shutdown_async(None)
    started.client.exit(None)
    server = started.client._server
    assert server is not None
    assert server.stderr is not None
    errors = await asyncio.wait_for(server.stderr.read(), SECONDS)
    assert await asyncio.wait_for(server.wait(), SECONDS) == 0
    assert errors == b""
    assert started.logged == []
    await started.client.stop()


def at(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


def spoken(
    scene: Callable[[Editor], Awaitable[None]], folder: Path,
    able: types.ClientCapabilities = ABLE, *options: str,
) -> None:  # fmt: skip
    """Play a scene between an editor and the server."""

    async def play() -> None:
        async with editor(folder, able, *options) as started:
            await scene(started)

    asyncio.run(asyncio.wait_for(play(), 3 * SECONDS))


def test_a_failing_value_is_underlined_and_gone_when_it_is_corrected(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(FAILING)
        told = await editor.hears()
        assert (told.uri, told.version) == (editor.uri("net.yaml"), 1)
        (found,) = told.diagnostics
        assert found.range == at(2, 38, 42)  # each 🧠 is two units of UTF-16
        assert found.severity == types.DiagnosticSeverity.Error
        assert (found.source, found.code) == ("evaluator", "value-mismatch")
        assert found.message == (
            "y is 2, expected ~2.5 (2.45 to 2.55), off by 0.5, 10 times what is allowed"
        )
        editor.change(PASSING)
        told = await editor.hears()
        assert (told.version, *told.diagnostics) == (2,)

    spoken(scene, tmp_path)


@pytest.mark.parametrize(
    ("encoding", "start"),
    [(None, 38), ("utf-8", 42), ("utf-16", 38), ("utf-32", 36)],
)
def test_positions_are_counted_as_the_editor_asks(
    encoding: str | None, start: int, tmp_path: Path
) -> None:
    general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind(encoding)] if encoding else None
    )

    async def scene(editor: Editor) -> None:
        editor.open(FAILING.replace("\n", "\r\n"))
        (found,) = (await editor.hears()).diagnostics
        assert found.range == at(2, start, start + 4)

    spoken(scene, tmp_path, types.ClientCapabilities(general=general))


def test_a_recording_is_the_one_that_the_command_makes(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(DOUBLE)
        await editor.hears()
        editor.change(FAILING)
        (found,) = (await editor.hears()).diagnostics
        (action,) = await editor.actions(found)
        assert action.title == "Record this value: ~2.0"
        assert action.kind == types.CodeActionKind.QuickFix
        assert action.diagnostics == (found,)
        assert not action.is_preferred
        assert action.edit is not None
        assert action.edit.document_changes == (
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(editor.uri("net.yaml"), 2),
                (types.TextEdit(at(2, 38, 42), "~2.0"),),
            ),
        )
        assert await editor.actions(found, ["quickfix"]) == [action]
        assert await editor.actions(found, ["source.fixAll"]) == []

    spoken(scene, tmp_path)
    (tmp_path / "net.yaml").write_text(FAILING, encoding="utf-8")
    assert main(["record", "--update", "failing", str(tmp_path / "net.yaml")]) == 0
    assert (tmp_path / "net.yaml").read_text("utf-8") == PASSING


def test_an_editor_that_knows_no_versions_gets_edits_by_file(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(DOUBLE + "cases:\n  - inputs: 1\n")
        (found,) = (await editor.hears()).diagnostics
        (action,) = await editor.actions(found)
        assert action.edit == types.WorkspaceEdit(
            changes={editor.uri("net.yaml"): (types.TextEdit(at(2, 13, 13), "\n    expected: 2"),)}
        )
        hover = await editor.hover(2, 13)
        assert hover is not None
        assert hover.contents == types.MarkupContent(
            types.MarkupKind.PlainText, "y is 2\n\nz = 2·1 + 0 = 2\ny = identity(2) = 2"
        )

    spoken(scene, tmp_path, types.ClientCapabilities())


def test_a_hover_shows_the_arithmetic_and_no_markdown_of_names(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(DOUBLE + "outputs: ['```**a**']\ncases: [{inputs: 1, expected: 2}]\n")
        hover = await editor.hover(2, 31)
        assert hover is not None
        assert hover.range == at(2, 30, 31)
        assert isinstance(hover.contents, types.MarkupContent)
        first, value, *lines, last = hover.contents.value.splitlines()
        assert (first, last) == ("````text", "````")
        assert value.startswith("```**a** is 2, expected 2 (")
        assert lines == ["", "z = 2·1 + 0 = 2", "```**a** = identity(2) = 2"]
        assert await editor.hover(0, 3) is None

    spoken(scene, tmp_path)


def test_other_yaml_is_left_alone(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open("services: {web: {image: nginx}}\n", "docker-compose.yml")
        editor.change("services: [", "docker-compose.yml")
        editor.open(FAILING)
        assert (await editor.hears()).uri == editor.uri("net.yaml")
        await asyncio.sleep(1)
        assert editor.told.empty()

    spoken(scene, tmp_path)


def test_half_typed_text_is_told_of_and_nothing_breaks(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(FAILING)
        await editor.hears()
        for text in ("neuron: {weights: [", "neu", '"\ud800', "\0", "- [" * 100, ""):
            editor.change(text)
            told = await editor.hears()
            assert told.version == editor.versions["net.yaml"]
            assert [found.code for found in told.diagnostics] != []
            assert "internal" not in {found.code for found in told.diagnostics}
            assert await editor.hover(0, 2) is None
            assert await editor.actions(told.diagnostics[0]) == []

    spoken(scene, tmp_path)


def test_only_the_latest_of_many_changes_is_told(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(PASSING)
        assert (await editor.hears()).version == 1
        for digit in range(30):
            editor.change(FAILING.replace("2.5", f"2.{digit % 9 + 1}"))
            await asyncio.sleep(0.005)
        editor.change(PASSING)
        versions = [told.version async for told in until(editor, 32)]
        assert len(versions) < 10

    spoken(scene, tmp_path)


async def until(editor: Editor, version: int) -> AsyncIterator[types.PublishDiagnosticsParams]:
    """Give all that is told, up to what is told of a version."""
    while True:
        told = await editor.hears()
        yield told
        if told.version == version:
            return


def test_what_is_saved_beside_a_spec_is_seen(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        (registered,) = (await asyncio.wait_for(editor.watched.get(), SECONDS)).registrations
        assert registered.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        np.save(tmp_path / "w.npy", np.array([1.0]))
        editor.open("neuron: {weights: {file: w.npy}, activation: identity}\n"
                    "cases: [{inputs: 1, expected: 2}]\n")  # fmt: skip
        (found,) = (await editor.hears()).diagnostics
        assert found.message.startswith("y is 1, expected 2")
        np.save(tmp_path / "w.npy", np.array([2.0]))
        event = types.FileEvent((tmp_path / "w.npy").as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        assert not (await editor.hears()).diagnostics
        np.save(tmp_path / "w.npy", np.array([3.0]))
        editor.client.text_document_did_save(
            types.DidSaveTextDocumentParams(editor.named("net.yaml"))
        )
        assert len((await editor.hears()).diagnostics) == 1

    spoken(scene, tmp_path)


def test_settings_that_cannot_be_read_are_shown_once(tmp_path: Path) -> None:
    settings = tmp_path / "evaluator.toml"

    async def scene(editor: Editor) -> None:
        settings.write_text("specs = 3\n")
        editor.open(FAILING)
        assert len((await editor.hears()).diagnostics) == 1  # it looks like a spec
        shown = await asyncio.wait_for(editor.shown.get(), SECONDS)
        assert shown.type == types.MessageType.Warning
        said = f'{settings}: `specs` takes a list of paths; write specs = ["specs"]'
        assert shown.message == said
        editor.open(FAILING, "other.yaml")
        await editor.hears()
        assert editor.shown.empty()
        event = types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)
        saved = types.DidChangeWatchedFilesParams([event])
        settings.write_text("specs = 4\n")
        editor.client.workspace_did_change_watched_files(saved)
        editor.open(FAILING, "third.yaml")
        assert (await asyncio.wait_for(editor.shown.get(), SECONDS)).message == said
        assert editor.shown.empty()

    spoken(scene, tmp_path)


def test_no_program_is_run(tmp_path: Path) -> None:
    (tmp_path / "evaluator.toml").write_text('subject = ["python:student.py"]\nspecs = ["."]\n')
    (tmp_path / "student.py").write_text("open('was-run', 'w')\ndef feedforward(x): return 9\n")

    async def scene(editor: Editor) -> None:
        editor.open(PASSING)
        assert not (await editor.hears()).diagnostics

    spoken(scene, tmp_path)
    assert not list(tmp_path.rglob("was-run"))


def test_a_file_that_is_closed_has_nothing_underlined(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(FAILING, "untitled:Untitled-1")
        assert len((await editor.hears()).diagnostics) == 1
        editor.client.text_document_did_close(
            types.DidCloseTextDocumentParams(editor.named("untitled:Untitled-1"))
        )
        told = await editor.hears()
        assert (told.uri, *told.diagnostics) == ("untitled:Untitled-1",)

    spoken(scene, tmp_path, ABLE, "--stdio")


# --- beyond the protocol


def framed(*messages: object) -> bytes:
    bodies = [m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def test_a_message_that_is_none_prints_no_traceback(tmp_path: Path) -> None:
    start = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    unopened = {"uri": "file:///not-open.yaml", "version": 2}
    change = {"textDocument": unopened, "contentChanges": [{"text": "a"}]}
    sent = framed(
        start, b"{", {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": change}
    )
    done = subprocess.run(
        COMMAND, input=sent, capture_output=True, timeout=SECONDS, cwd=tmp_path, check=False
    )
    assert done.returncode == 1  # the editor went away without a word
    assert done.stderr == b""
    assert b"Traceback" not in done.stdout
    assert b"window/showMessage" not in done.stdout
    assert done.stdout.count(b"window/logMessage") == 2


def test_an_editor_is_asked_for_whole_texts(tmp_path: Path) -> None:
    async def scene(editor: Editor) -> None:
        sync = editor.capabilities.text_document_sync
        assert isinstance(sync, types.TextDocumentSyncOptions)
        assert sync.change == types.TextDocumentSyncKind.Full
        assert sync.save
        # A change of characters would be misplaced behind the first of these, which end no line.
        editor.open(FAILING.replace("🧠🧠", "\x0c"))
        assert [found.code for found in (await editor.hears()).diagnostics] == ["encoding"]

    spoken(scene, tmp_path)


def test_a_terminal_is_no_editor() -> None:
    controller, terminal = pty.openpty()
    done = subprocess.run(
        COMMAND, stdin=terminal, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    os.close(controller)
    os.close(terminal)
    assert done.returncode == 2
    assert done.stderr == (
        "error: `evaluator lsp` speaks with an editor over standard input\n"
        "help: let an editor start it\n"
    )
