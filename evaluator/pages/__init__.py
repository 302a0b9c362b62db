"""Spec → one interactive HTML page that loads nothing and calculates in the browser.

`data.py` says what the page knows of a spec, `cases.py` what it knows of the cases, `yaml.py` how the
spec is written with other numbers, `html.py` puts all that and the scripts beside it into one file.
"""

from __future__ import annotations

from evaluator.pages.html import page as page

__all__ = ["page"]
