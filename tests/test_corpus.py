"""Texts that once broke a promise, and some hundred changed specs: what holds of every input."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from fuzz.mutate import mutate
from fuzz.promises import keep
from fuzz.seeds import ROOT, seeds, surround

CORPUS = sorted((ROOT / "tests/corpus").glob("*.yaml"))
#: The time of an input is measured where nothing else runs: `make fuzz`, docs/limits.md.
PATIENCE = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    surround(folder)
    return folder


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_what_broke_a_promise_once_keeps_it(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    keep(file.read_bytes(), folder, "run", PATIENCE)


@pytest.mark.parametrize("part", range(4))
def test_every_short_spec_is_the_same_to_every_parser_and_validator(
    part: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for seed in seeds()[part::4]:
        if len(seed) < 1500:
            keep(seed, folder, "validate", PATIENCE)


@pytest.mark.parametrize("number", range(4))
def test_a_changed_spec_keeps_every_promise(
    number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    chance = Random(number)
    texts = [seed.decode("utf-8", "replace") for seed in seeds()]
    short = [text for text in texts if len(text) < 600]
    for _ in range(50):
        text = mutate(chance.choice(short), chance, texts)[:1000]
        keep(text.encode("utf-8", "surrogatepass"), folder, "run", PATIENCE)
