"""The protocol: what an editor says and asks, over standard input and output."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, BinaryIO, Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from evaluator import __version__
from evaluator.diagnostics import harmless
from evaluator.lsp import messages
from evaluator.lsp.following import Followed, Version, in_background
from evaluator.lsp.positions import Position
from evaluator.lsp.reading import Reading

#: The files that specs name, and those that say which files are specs.
WATCHED: Final = "**/*.{npy,npz,safetensors,csv,onnx,toml}"


class Server:
    """The files that are open, and what is answered about them."""

    def __init__(self) -> None:
        self.files: dict[str, Followed] = {}
        #: The files that something was told of.
        self.told: set[str] = set()
        #: What was told of settings, once until they are saved again.
        self.warned: set[str] = set()
        self.was_shut_down = False
        # Whole texts, not changes of them: pygls ends lines at more characters than editors do.
        self.pygls = LanguageServer(
            "evaluator", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.pygls.report_server_error = lambda error, _: self._log(error)
        kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
        saves = types.SaveOptions(include_text=False)
        self._answer(types.INITIALIZED, self._initialized)
        self._answer(types.SHUTDOWN, self._shutdown)
        self._answer(types.TEXT_DOCUMENT_DID_OPEN, self._did_open)
        self._answer(types.TEXT_DOCUMENT_DID_CHANGE, self._did_change)
        self._answer(types.TEXT_DOCUMENT_DID_SAVE, self._did_save, saves)
        self._answer(types.TEXT_DOCUMENT_DID_CLOSE, self._did_close)
        self._answer(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._did_change_files)
        self._answer(types.TEXT_DOCUMENT_HOVER, self._hover)
        self._answer(types.TEXT_DOCUMENT_CODE_ACTION, self._actions, kinds)

    def serve(self, received: BinaryIO, sent: BinaryIO) -> int:
        """Answer until the editor goes; give the exit code that the protocol asks for."""
        self.pygls.start_io(received, sent)
        return 0 if self.was_shut_down else 1

    def _answer(
        self, method: str, handler: Callable[[Any], Awaitable[Any]], options: Any = None
    ) -> None:
        """Have a message handled; what goes wrong there is logged, and answered with nothing."""

        async def guarded(params: Any) -> Any:
            try:
                return await handler(params)
            except Exception as error:
                self._log(error)
                return None

        self.pygls.feature(method, options)(guarded)

    def _log(self, error: Exception) -> None:
        """Tell of a fault of ours in one line of the editor's log."""
        logging.getLogger(__name__).debug("a message was not handled", exc_info=error)
        said = harmless(f"internal error: {type(error).__name__}: {error}")
        message = types.LogMessageParams(types.MessageType.Error, said)
        self.pygls.window_log_message(message)

    async def _initialized(self, _: types.InitializedParams) -> None:
        """Ask to be told when the files change that specs name."""
        workspace = self.pygls.client_capabilities.workspace
        watching = workspace and workspace.did_change_watched_files
        if watching and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(WATCHED)]
            )
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            wanted = types.Registration("files", method, options)
            self.pygls.client_register_capability(types.RegistrationParams([wanted]))

    async def _shutdown(self, _: None) -> None:
        self.was_shut_down = True

    async def _did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        uri = params.text_document.uri
        # Where there is no file yet, what is named is looked for in the current folder.
        self.files[uri] = Followed(to_fs_path(uri) or "-", partial(self._publish, uri), self._warn)
        self.files[uri].change(self._version(uri), quiet=0)

    async def _did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri in self.files:
            self.files[uri].change(self._version(uri))

    async def _did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri in self.files:
            self.files[uri].change(self._version(uri), quiet=0)

    async def _did_change_files(self, params: types.DidChangeWatchedFilesParams) -> None:
        if any(change.uri.endswith(".toml") for change in params.changes):
            self.warned.clear()
        for uri, file in self.files.items():
            file.change(self._version(uri))

    async def _did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if file := self.files.pop(uri, None):
            file.close()
            self._publish(uri, file.version, None)

    def _version(self, uri: str) -> Version:
        workspace = self.pygls.workspace
        document, encoding = workspace.get_text_document(uri), workspace.position_encoding
        return Version(document.version, document.source, getattr(encoding, "value", encoding))

    def _warn(self, said: str) -> None:
        """Show what is wrong with settings; files are then specs by what they look like."""
        if said not in self.warned:
            self.warned.add(said)
            message = types.ShowMessageParams(types.MessageType.Warning, harmless(said))
            self.pygls.window_show_message(message)

    def _publish(self, uri: str, version: Version, reading: Reading | None) -> None:
        """Send what is found in a file; of one that is no spec nothing is ever sent."""
        if reading is None and uri not in self.told:
            return
        found = []
        self.told.discard(uri)
        if reading is not None:
            self.told.add(uri)
            found = [messages.diagnostic(each, reading.positions) for each in reading.findings]
        self.pygls.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, version.number)
        )

    async def _hover(self, params: types.HoverParams) -> types.Hover | None:
        file = self.files.get(params.text_document.uri)
        reading = await file.reading() if file else None
        if reading is None:
            return None
        at = Position(params.position.line, params.position.character)
        found = await in_background(reading.hover, at)
        return found and messages.hover(found, reading.positions, self._takes_markdown())

    async def _actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        file, only = self.files.get(uri), params.context.only
        wanted = only is None or {"", types.CodeActionKind.QuickFix} & set(only)
        reading = await file.reading() if file and wanted else None
        if reading is None or file is None:
            return []
        ends = (
            Position(each.line, each.character) for each in (params.range.start, params.range.end)
        )
        number = file.version.number
        found = await in_background(reading.actions, *ends)
        return [
            messages.code_action(
                action, reading.positions, params.context.diagnostics, uri, number,
                self._knows_versions(),
            )
            for action in found
        ]  # fmt: skip

    def _takes_markdown(self) -> bool:
        text = self.pygls.client_capabilities.text_document
        formats = text and text.hover and text.hover.content_format
        return types.MarkupKind.Markdown in (formats or ())

    def _knows_versions(self) -> bool:
        workspace = self.pygls.client_capabilities.workspace
        edit = workspace and workspace.workspace_edit
        return bool(edit and edit.document_changes)
