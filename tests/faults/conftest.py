"""A folder in memory, where that is to be had: processes are killed there, not machines."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the faults are made as Linux makes them", allow_module_level=True)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("CI", raising=False)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = Path(tempfile.mkdtemp(dir=memory))
    (path / "project").mkdir()
    (path / "project" / "evaluator.toml").touch()
    yield path / "project"
    shutil.rmtree(path)
