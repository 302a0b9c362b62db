"""Specs at URLs: found, read and evaluated wherever the run's workers are."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import threading
from collections import namedtuple
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

import evaluator
from evaluator import remote
from evaluator.collect import targets
from evaluator.content import MAX_BYTES
from evaluator.diagnostics import UsageError
from evaluator.runner import Options

GOOD = b"neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"
WRONG = GOOD.replace(b"expected: 1", b"expected: 2")
ARRAY = (
    b"layers: [{weights: {file: %s}, activation: relu}]\ncases: [{inputs: [1, 2], expected: 5}]\n"
)


def npy(*rows: list[float]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(rows))
    return stream.getvalue()


FILES = {
    "a.yaml": GOOD,
    "b.yml": WRONG,
    "c.txt": GOOD,
    "two.yaml": GOOD + b"---\n" + WRONG,
    "deep/d.yaml": GOOD,
    "deep/.e.yaml": GOOD,
    ".hidden/f.yaml": GOOD,
    "arrays/w.npy": npy([1, 2]),
    "arrays/more/w.csv": b"1,2\n",
    "arrays/beside.yaml": ARRAY % b"w.npy",
    "arrays/below.yaml": ARRAY % b"more/w.csv",
}
SPECS = ["a.yaml", "arrays/below.yaml", "arrays/beside.yaml", "b.yml", "deep/d.yaml", "two.yaml"]


@pytest.fixture
def memory() -> Iterator[str]:
    """Put the files into fsspec's memory; give the URL of their folder."""
    system = fsspec.filesystem("memory")
    for name, content in FILES.items():
        system.pipe(f"/specs/{name}", content)
    yield "memory://specs"
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def put(name: str, content: bytes) -> str:
    fsspec.filesystem("memory").pipe(f"/specs/{name}", content)
    return f"memory://specs/{name}"


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("url", ["memory://specs", "memory://specs/"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_is_searched_for_specs_hidden_ones_aside(
    memory: str, url: str, jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    report = evaluator.run(url, Options(jobs=jobs))
    assert list(dict.fromkeys(spec.file for spec in report.specs)) == [
        f"memory://specs/{name}" for name in SPECS
    ]
    assert report.diagnostics == []
    assert (report.summary.passed, report.summary.failed) == (5, 2)
    assert list(tmp_path.iterdir()) == []  # no copy is left


PATHS = [
    ("a.yaml", 1, 0),
    ("c.txt", 1, 0),
    ("a.yaml::case 1", 1, 0),
    ("two.yaml#2", 0, 1),
    ("two.yaml#1::case 1", 1, 0),
    ("arrays", 2, 0),
]


@pytest.mark.parametrize(("path", "passed", "failed"), PATHS)
def test_a_url_names_what_a_path_names(memory: str, path: str, passed: int, failed: int) -> None:
    summary = evaluator.run(f"{memory}/{path}").summary
    assert (summary.passed, summary.failed) == (passed, failed)


def test_a_mismatch_is_told_at_its_url(memory: str) -> None:
    report = evaluator.run(f"{memory}/b.yml")
    (mismatch,) = report.results[0].mismatches
    assert str(mismatch.location) == "memory://specs/b.yml:2:31"


def test_a_spec_at_a_url_can_be_loaded(memory: str) -> None:
    spec = evaluator.load(f"{memory}/arrays/beside.yaml")
    assert spec.network([3, 4]) == [11]


@pytest.mark.parametrize(
    "url", ["memory://specs/no.yaml", "memory://specs/none", "memory://no/", "gone://a", "://a"]
)
def test_a_url_that_does_not_exist_is_a_usage_error(memory: str, url: str) -> None:
    with pytest.raises(UsageError) as caught:
        targets([f"{memory}/a.yaml", url])
    assert url in caught.value.message


def test_a_file_that_goes_away_before_it_is_read_is_unreadable(memory: str) -> None:
    files = targets([memory])
    fsspec.filesystem("memory").rm("/specs/a.yaml")
    from evaluator.runner import collect_report

    (found,) = collect_report(files, Options()).diagnostics
    assert (found.code, found.message) == ("unreadable", "the file is not there")
    assert found.location.file == "memory://specs/a.yaml"


def test_a_file_that_is_too_large_is_not_read_whole(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluator.content.MAX_BYTES", 10)
    (found,) = evaluator.run(f"{memory}/a.yaml").diagnostics
    assert found.code == "too-large"
    assert MAX_BYTES > 10


# ---- arrays beside a spec

LEADS_OUT = [
    "../w.npy", "more/../../w.npy", "/w.npy", "//host/w.npy", "memory://specs/w.npy", "./w.npy", "..",
    "file:///etc/passwd", "w.npy::file:///etc/passwd", "more//w.npy", "w.npy?x", "w.npy#x", "more\\\\w.npy",
    "~root/../w.npy", "w.npy/",
]  # fmt: skip


@pytest.mark.parametrize("name", LEADS_OUT)
def test_an_array_lies_in_the_folder_of_its_spec(memory: str, name: str) -> None:
    put("w.npy", npy([1, 2]))
    url = put("arrays/out.yaml", ARRAY % f'"{name}"'.encode())
    (found,) = evaluator.run(url).diagnostics
    assert found.code == "array-file"
    assert "does not lead downwards" in found.message or "not an array file" in found.message


def test_an_array_that_is_not_there_is_told_at_its_place(memory: str) -> None:
    url = put("arrays/out.yaml", ARRAY % b"gone.npy")
    (found,) = evaluator.run(url).diagnostics
    assert (found.code, found.message) == ("array-file", "`gone.npy` does not exist")
    assert str(found.location) == f"{url}:1:27"


@pytest.mark.parametrize("name", ["w.npy/more.npy", f"{'a' * 300}.npy"])
def test_a_name_that_cannot_be_kept_is_told(memory: str, name: str) -> None:
    text = (
        b"layers: [{weights: {file: w.npy}, bias: {file: %s}, activation: relu}]\n" % name.encode()
    )
    url = put("arrays/out.yaml", text + b"cases: [{inputs: [1, 2], expected: 5}]\n")
    assert {found.code for found in evaluator.run(url).diagnostics} == {"array-file"}


def test_an_array_is_fetched_once_for_a_spec_and_anew_for_the_next(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    system = fsspec.filesystem("memory")
    get_file = type(system).get_file

    def counted(self: object, path: str, *arguments: object, **more: object) -> object:
        fetched.append(path)
        return get_file(self, path, *arguments, **more)

    monkeypatch.setattr(type(system), "get_file", counted)
    text = b"layers: [{weights: {file: w.npy}, activation: relu}]\ncases: [{inputs: [1, 2], expected: 5}]\n"
    url = put(
        "arrays/twice.yaml", text.replace(b"activation", b"bias: [0], activation") + b"---\n" + text
    )
    assert evaluator.run(url).ok
    assert fetched.count("/specs/arrays/w.npy") == 1
    put("arrays/w.npy", npy([1, 3]))
    assert not evaluator.run(url).ok


# ---- a real server, and the command as its user runs it


@contextlib.contextmanager
def serving(handler: Any) -> Iterator[str]:
    """Serve on loopback; give the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """Serve the files on loopback; give the URL of their folder."""
    for name, content in FILES.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    (tmp_path / "secret.npy").write_bytes(npy([1, 2]))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with serving(partial(Quiet, directory=str(tmp_path / "site"))) as url:
        yield url


def command(*words: str) -> tuple[int, str, str]:
    found = subprocess.run(
        [sys.executable, "-m", "evaluator", *words], capture_output=True, text=True, timeout=60
    )
    return found.returncode, found.stdout, found.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_server_is_searched_and_read(served: str, jobs: str) -> None:
    code, output, errors = command("run", served, "-q", "-j", jobs)
    assert (code, errors) == (1, "")
    assert f"{served}/b.yml:2:31: value-mismatch" in output
    assert "2 failed, 5 passed in 7 specs" in output


def test_one_spec_of_a_server_is_read_with_its_array(served: str) -> None:
    code, output, errors = command("run", f"{served}/arrays/beside.yaml", "-q")
    assert (code, errors) == (0, "")
    assert output.startswith("1 passed in 1 spec")


@pytest.mark.parametrize("name", ["%2e%2e/a.npy", "..%2fa.npy", "%2e%2e%2fa.npy"])
def test_a_server_is_not_asked_for_dots_in_disguise(served: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "site/a.npy").write_bytes(npy([1, 2]))
    (tmp_path / "site/arrays/out.yaml").write_bytes(ARRAY % f'"{name}"'.encode())
    code, output, _ = command("run", f"{served}/arrays/out.yaml", "-q")
    assert code == 3
    assert "does not exist" in output


def test_what_a_server_does_not_have_is_a_usage_error(served: str) -> None:
    for url in (f"{served}/no.yaml", "http://127.0.0.1:1/a.yaml"):
        code, output, errors = command("run", url)
        assert (code, output) == (2, "")
        assert errors.splitlines()[0] == f"error: {url} does not exist, or cannot be reached"


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UsageError) as caught:
        targets(["memory://a.yaml"])
    assert caught.value.hint == 'run `pip install "neuron-evaluator[remote]"`'


def test_specs_of_the_configuration_may_be_urls(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("evaluator.toml").write_text('specs = ["memory://specs/a.yaml"]\n')
    from evaluator.cli import main

    assert main(["run", "-q"]) == 0
    assert os.listdir(tmp_path) == ["evaluator.toml"]


@pytest.fixture
def endless() -> Iterator[str]:
    """Serve answers that never end; give the URL of a folder."""

    class Endless(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                if self.path.endswith("beside.yaml"):
                    self.wfile.write(FILES["arrays/beside.yaml"])
                    return
                for _ in range(300):  # 300 MB, should nobody stop it
                    self.wfile.write(bytes(10**6))

    with serving(Endless) as url:
        yield url


def test_an_answer_without_an_end_is_cut(endless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    real = remote._copy

    def measured(url: str, target: str, limit: int) -> None:
        try:
            real(url, target, limit)
        finally:
            sizes.append(os.stat(target).st_size)

    monkeypatch.setattr(remote, "_copy", measured)
    monkeypatch.setattr("evaluator.content.MAX_BYTES", 2 * 10**6)
    (found,) = evaluator.run(f"{endless}/a.yaml").diagnostics
    assert found.code == "too-large"
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("evaluator.remote.shutil.disk_usage", lambda _: usage(4 * 10**6))
    (found,) = evaluator.run(f"{endless}/beside.yaml").diagnostics
    assert found.code == "array-file"
    assert found.message == "`w.npy` cannot be read: it has more than 2,000,000 bytes"
    assert max(sizes) < 10**7
