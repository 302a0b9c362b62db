"""What all tests share: the same on every machine, and under whatever CI."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import evaluator

if TYPE_CHECKING:
    from evaluator.spec import Spec

# The same examples every time, however slow the machine.
settings.register_profile("tests", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("tests")

# Before any fixture: on GitHub the default output is another one.
for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(name, None)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers forked, so that they have what a test patches, whatever others imported."""
    monkeypatch.setattr("evaluator.executors.processes.may_fork", lambda: True)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Spec]:
    """Write a text to a file, and load it."""

    def write(text: str) -> Spec:
        (tmp_path / "f.yaml").write_text(text)
        return evaluator.load(tmp_path / "f.yaml")

    return write
