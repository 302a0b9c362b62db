"""What all tests share: the same on every machine, and under whatever CI."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

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
