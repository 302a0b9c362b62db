"""What all tests share: an environment without the marks of the CI that may run them."""

from __future__ import annotations

import os

import pytest

# Before any fixture: on GitHub the default output is another one.
for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(name, None)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers forked, so that they have what a test patches, whatever others imported."""
    monkeypatch.setattr("evaluator.executors.processes.may_fork", lambda: True)
