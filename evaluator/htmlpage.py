"""The head of an HTML page that needs no script and lets none run, nor anything load."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from evaluator.diagnostics import harmless


def head(title: str, style: str) -> str:
    """Write all from the first line to the end of the head; the policy allows this style alone."""
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hashed}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(harmless(title))}</title>
<style>{style}</style>
</head>"""
