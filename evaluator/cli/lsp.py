"""`evaluator lsp`: tell an editor how the cases end, as its author types."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from contextlib import suppress

from evaluator.diagnostics import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lsp` understands."""
    parser.add_argument("--stdio", action="store_true",
                        help="speak over standard input and output, as it always does; some editors"
                        " add this")  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Serve until the editor goes."""
    try:
        import lsprotocol.types  # noqa: F401
        import pygls.lsp.server  # noqa: F401
    except ImportError:
        raise UsageError("`evaluator lsp` needs the package `pygls`",
                         'run `pip install "neuron-evaluator[lsp]"`') from None  # fmt: skip
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("`evaluator lsp` speaks with an editor over standard input",
                         "let an editor start it")  # fmt: skip
    from evaluator.lsp.server import Server

    level = logging.DEBUG if arguments.debug else logging.CRITICAL
    logging.basicConfig(stream=sys.stderr, level=level)
    # What is printed by mistake is no message: it goes where editors keep their logs.
    to_editor = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    gc.enable()
    with suppress(BrokenPipeError), os.fdopen(to_editor, "wb") as sent:
        return Server().serve(sys.stdin.buffer, sent)
    return 1
