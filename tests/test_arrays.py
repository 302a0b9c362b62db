"""Arrays and case tables in files: what is read, what is refused, and that nothing else happens."""

from __future__ import annotations

import io
import json
import math
import os
import pickle
import signal
import socket
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from safetensors import SafetensorError
from safetensors.numpy import load as oracle_load
from safetensors.numpy import save as oracle_save

import evaluator
from evaluator.arrays import csvfile, load_array
from evaluator.arrays import npy as npyfile
from evaluator.arrays.batch import Batch
from evaluator.arrays.files import ArrayFileError, project_root, resolve
from evaluator.arrays.npy import Npz
from evaluator.arrays.tables import open_table
from evaluator.diagnostics import CODES

thorough = settings(max_examples=150)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "evaluator.toml").touch()
    return root


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    """Interrupt what waits for ever: a fifo without a writer, a parser in a loop."""

    def interrupt(*_: object) -> None:
        raise TimeoutError("the test hangs")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def read(folder: Path, file: str, data: bytes | None = None, **rest: Any) -> np.ndarray:
    if data is not None:
        (folder / file).write_bytes(data)
    return load_array({"file": file, **rest}, str(folder / "spec.yaml"))


def load_table(case: Any, spec_file: str, inputs: list[str], outputs: list[str]) -> Batch:
    """Give all rows of a table as one batch."""
    (found,) = open_table(case, spec_file, inputs, outputs).batches(10**9)
    return found


def table(folder: Path, file: str, data: bytes | str, n: int = 2, m: int = 1, **case: Any) -> Batch:
    (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)
    inputs, outputs = (
        [f"x{i + 1}" for i in range(n)],
        "y" if m == 1 else [f"y{i}" for i in range(m)],
    )
    return load_table({"file": file, **case}, str(folder / "spec.yaml"), inputs, list(outputs))


def fault(call: Any, *args: Any, **rest: Any) -> str:
    """Give code, message and hint of the fault that a call must raise, having looked at their style."""
    with pytest.raises(ArrayFileError) as caught:
        call(*args, **rest)
    error = caught.value
    assert error.code in CODES
    assert error.hint
    for text in (error.message, error.hint):
        assert text.isprintable()
        assert not text.endswith(".")
        assert not text[0].isupper()
        assert len(text) < 500
    assert str(pickle.loads(pickle.dumps(error))) == error.message
    return f"{error.code}: {error.message} ({error.hint})"


def npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def header(text: str, data: bytes = b"", version: int = 1, length: int | None = None) -> bytes:
    size = len(text) if length is None else length
    field = struct.pack("<H" if version == 1 else "<I", size)
    return b"\x93NUMPY" + bytes([version, 0]) + field + text.encode("latin-1") + data


def shaped(shape: str, data: bytes = b"", descr: str = "'<f8'") -> bytes:
    return header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n", data)


def npz(*, packed: bool = False, **members: Any) -> bytes:
    buffer = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(buffer, **members)
    return buffer.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def tensors(described: Any, data: bytes = b"") -> bytes:
    text = described if isinstance(described, bytes) else json.dumps(described).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype: str, shape: Any, begin: Any, end: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


MATRIX = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]])
DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]


# --- what is read


@st.composite
def numeric(draw: st.DrawFn) -> np.ndarray:
    order = draw(st.sampled_from("<>"))
    dtype = np.dtype(order + draw(st.sampled_from(DTYPES)))
    exact = {"min_value": -(2**53) if dtype.kind == "i" else 0, "max_value": 2**53}
    elements = st.integers(**exact) if dtype.itemsize == 8 and dtype.kind in "iu" else None
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    array = draw(npst.arrays(dtype, shape, elements=elements))
    return np.asfortranarray(array) if draw(st.booleans()) else array


def assert_same(found: np.ndarray, saved: np.ndarray) -> None:
    single = saved.dtype.kind == "f" and saved.dtype.itemsize == 4
    assert found.dtype == (np.float32 if single else np.float64)
    assert found.dtype.isnative
    assert found.shape == saved.shape
    np.testing.assert_array_equal(found, saved.astype(found.dtype))


@thorough
@given(saved=numeric())
def test_npy_of_every_dtype_and_order_is_read_as_numpy_wrote_it(folder: Path, saved: Any) -> None:
    assert_same(read(folder, "w.npy", npy(saved)), saved)


@thorough
@given(saved=numeric(), packed=st.booleans())
def test_npz_is_read_as_numpy_wrote_it(folder: Path, saved: Any, packed: bool) -> None:
    assert_same(read(folder, "w.npz", npz(packed=packed, w=saved)), saved)
    both = npz(packed=packed, other=MATRIX, w=saved)
    assert_same(read(folder, "w.npz", both, key="w"), saved)


@thorough
@given(saved=numeric())
def test_safetensors_is_read_as_its_own_library_wrote_it(folder: Path, saved: np.ndarray) -> None:
    native = np.ascontiguousarray(saved.astype(saved.dtype.newbyteorder("=")))
    native = native.reshape(saved.shape)
    data = oracle_save({"a": MATRIX, "w": native}, metadata={"format": "np"})
    assert_same(read(folder, "w.safetensors", data, key="w"), oracle_load(data)["w"])


def test_bfloat16_is_the_upper_half_of_a_float32(folder: Path) -> None:
    wanted = np.array([1.0, -2.5, 0.0, np.inf, 3.140625], np.float32)
    half = (wanted.view(np.uint32) >> 16).astype("<u2").tobytes()
    found = read(folder, "w.safetensors", tensors({"w": tensor("BF16", [5], 0, 10)}, half))
    assert found.dtype == np.float64
    assert found.tolist() == wanted.tolist()


@thorough
@given(saved=npst.arrays(np.float64, npst.array_shapes(min_dims=2, max_dims=2, max_side=5)))
def test_csv_reads_back_the_very_numbers(folder: Path, saved: np.ndarray) -> None:
    text = "\n".join(",".join(map(repr, row)) for row in saved.tolist())
    found = read(folder, "w.csv", text.encode())
    np.testing.assert_array_equal(found, saved)
    np.testing.assert_array_equal(found, np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (b"1,2\n3,4", [[1, 2], [3, 4]]),
        (b"1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        (b"1,2\r3,4\r", [[1, 2], [3, 4]]),
        (b"\xef\xbb\xbf1,2\n\n  \n", [[1, 2]]),
        (b" 1 ,\t.5\n-1e-3,+2.E+1\n", [[1, 0.5], [-1e-3, 20]]),
        (b'"1","2"\n3,"4"\n', [[1, 2], [3, 4]]),
        (b"inf,-Inf\n+.inf,-.INF\n", [[math.inf, -math.inf]] * 2),
        (b"nan,NaN\n.nan,1\n", [[math.nan, math.nan], [math.nan, 1]]),
        (b"1e308,1e308\n", [[1e308, 1e308]]),
        (b"1\n2\n", [[1], [2]]),
        (b"007\n", [[7]]),
    ],
)
def test_csv_spellings_of_numbers_and_rows(folder: Path, text: bytes, rows: Any) -> None:
    np.testing.assert_array_equal(read(folder, "w.csv", text), np.array(rows, float))


def test_transpose_swaps_the_axes(folder: Path) -> None:
    assert read(folder, "w.npy", npy(MATRIX), transpose=True).tolist() == MATRIX.T.tolist()
    assert read(folder, "w.npy", npy(MATRIX), transpose=False).tolist() == MATRIX.tolist()
    found = fault(read, folder, "w.npy", npy(MATRIX[0]), transpose=True)
    assert found.startswith("shape-mismatch: `w.npy`")


@pytest.mark.parametrize("dtype", ["<i8", ">i8", "<u8", ">u8"])
def test_integers_that_would_lose_digits_are_refused(folder: Path, dtype: str) -> None:
    fine = [0, 2**53, 2**53 + 2, 2**62 + 2**10, 2**62]
    fine += [2**63] if "u" in dtype else [-(2**53), -(2**63), -(2**53) - 2]
    assert [int(n) for n in read(folder, "w.npy", npy(np.array(fine, dtype)))] == fine
    lost = [2**53 + 1, 2**62 + 2**9 - 1] + ([2**64 - 1] if "u" in dtype else [-(2**53) - 1])
    for integer in lost:
        data = npy(np.array([1, integer, 2], dtype))
        assert f"integer {integer}" in fault(read, folder, "w.npy", data)


# --- keys and names


def test_key_is_needed_where_a_file_holds_several_arrays(folder: Path) -> None:
    several: dict[str, Any] = {"fc1.weight": MATRIX, "fc1.bias": MATRIX[0]}
    for file, data in (("w.npz", npz(**several)), ("w.safetensors", oracle_save(several))):
        assert read(folder, file, data, key="fc1.bias").tolist() == MATRIX[0].tolist()
        found = fault(read, folder, file)
        assert "holds 2 arrays" in found
        assert "`fc1.weight`" in found
        assert "did you mean `fc1.weight`?" in fault(read, folder, file, key="fc1.wieght")
        assert "`fc1.bias`" in fault(read, folder, file, key="zzz")
    for file in ("w.npy", "w.csv"):
        assert "leave out `key`" in fault(read, folder, file, npy(MATRIX), key="a")
    assert "holds no arrays" in fault(read, folder, "w.npz", zipped(("readme.txt", b"hello")))
    assert "holds no arrays" in fault(read, folder, "w.safetensors", tensors({}))


def test_suffix_decides_the_format(folder: Path) -> None:
    for file in ("w.pkl", "w.pt", "w", "npy", ".npy", "w.npy.gz"):
        found = fault(read, folder, file, b"")
        assert ".npy, .npz, .safetensors or .csv" in found
    assert read(folder, "W.NPY", npy(MATRIX)).shape == (2, 3)


# --- paths


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project two folders deep, and a file outside that no spec may read."""
    inner = tmp_path / "project" / "specs" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").touch()
    for place in (tmp_path, tmp_path / "project", inner):
        (place / "weights.npy").write_bytes(npy(MATRIX))
    return inner


OUTSIDE = "leads out of the project"
FOREIGN = "not a relative path"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../../weights.npy", OUTSIDE),
        ("../../../../../../../../../etc/passwd", OUTSIDE),
        ("link.npy", OUTSIDE),
        ("folder/weights.npy", OUTSIDE),
        ("folder/../weights.npy", OUTSIDE),
        ("../../../project-2/weights.npy", OUTSIDE),
        ("/etc/hostname", FOREIGN),
        ("..\\..\\weights.npy", FOREIGN),
        ("C:weights.npy", FOREIGN),
        ("C:/weights.npy", FOREIGN),
        ("\\\\server\\share\\weights.npy", FOREIGN),
        ("weights\0.npy", FOREIGN),
        ("\ud800.npy", FOREIGN),
        ("~/weights.npy", "does not exist"),
        ("$HOME/weights.npy", "does not exist"),
        ("weihgts.npy", "did you mean `weights.npy`?"),
        ("nowhere/weights.npy", "does not exist"),
        ("weights.npy/w.npy", "cannot be read"),
        ("loop.npy", "cannot be read"),
        ("broken.npy", "does not exist"),
        ("x" * 300 + ".npy", "cannot be read"),
        ("fifo.npy", "a pipe"),
        ("fifo-link.npy", "a pipe"),
        ("socket.npy", "a socket"),
        ("../deep", "a folder"),
        ("..", "a folder"),
        ("bad\x1b[31m\n.npy", "does not exist"),
    ],
)
def test_paths_that_are_refused(
    project: Path, name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "link.npy").symlink_to(project.parents[2] / "weights.npy")
    (project / "folder").symlink_to(project.parents[2] / "project-2")
    (project.parents[2] / "project-2").mkdir()
    (project.parents[2] / "project-2" / "weights.npy").write_bytes(npy(MATRIX))
    (project / "loop.npy").symlink_to("loop.npy")
    (project / "broken.npy").symlink_to("gone.npy")
    os.mkfifo(project / "fifo.npy")
    (project / "fifo-link.npy").symlink_to("fifo.npy")
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.npy")
        assert words in fault(resolve, name, str(project / "spec.yaml"))


@pytest.mark.parametrize("name", ["weights.npy", "../../weights.npy", "./weights.npy", "in.npy"])
def test_paths_inside_the_project_are_found(project: Path, name: str) -> None:
    (project / "in.npy").symlink_to("../../weights.npy")
    assert load_array({"file": name}, str(project / "spec.yaml")).shape == (2, 3)


def test_tilde_and_dollar_are_plain_characters(project: Path) -> None:
    for name in ("~", "$HOME"):
        (project / name).mkdir()
        (project / name / "w.npy").write_bytes(npy(MATRIX))
        assert resolve(f"{name}/w.npy", str(project / "s.yaml")) == project / name / "w.npy"


def test_spec_from_standard_input_stands_in_the_current_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert load_array({"file": "weights.npy"}, "-").shape == (2, 3)
    assert load_array({"file": "../../weights.npy"}, "spec.yaml").shape == (2, 3)
    assert OUTSIDE in fault(load_array, {"file": "../../../weights.npy"}, "-")


@pytest.mark.parametrize("mark", ["pyproject.toml", "evaluator.toml", ".git"])
def test_project_root_is_the_nearest_marked_folder(tmp_path: Path, mark: str) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert project_root(deep / "spec.yaml") == tmp_path
    (tmp_path / "a" / mark).mkdir()
    assert project_root(deep / "spec.yaml") == tmp_path / "a"


def test_without_a_mark_the_spec_s_own_folder_is_the_root(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluator.project.MARKS", ("no such mark",))
    assert project_root(project / "spec.yaml") == project
    assert OUTSIDE in fault(resolve, "../weights.npy", str(project / "spec.yaml"))


def test_files_that_may_not_be_read_are_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (folder / "w.npy").write_bytes(npy(MATRIX))
    monkeypatch.setattr(Path, "open", forbidden)
    assert "cannot be read: Permission denied" in fault(read, folder, "w.npy")


# --- hostile files

GIB = 2**30
F8 = MATRIX.tobytes()


class Evil:
    def __reduce__(self) -> Any:
        return os.abort, ()


def lying_zip(field: int, value: int) -> bytes:
    """Change one 4-byte field of a stored member, in its own header and in the list of contents."""
    data = bytearray(zipped(("w.npy", npy(MATRIX))))
    for place in (data.index(b"PK\3\4") + field, data.index(b"PK\1\2") + field + 2):
        data[place : place + 4] = struct.pack("<I", value)
    return bytes(data)


def many_members(count: int) -> bytes:
    entry = (
        struct.pack("<4s6H3I5H2I", b"PK\1\2", *([20] * 2), *([0] * 4), 0, 0, 0, 1, *([0] * 6))
        + b"a"
    )
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry) * count, 0, 0)
    return entry * count + end


bomb = shaped(f"({GIB // 8},)") + bytes(64 * 2**20)
HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "empty npy": ("w.npy", b"", "not an .npy array"),
    "text": ("w.npy", b"hello, world", "not an .npy array"),
    "pickle": ("w.npy", pickle.dumps(Evil()), "not an .npy array"),
    "pickled objects": ("w.npy", npy(np.array([Evil()], object)), "pickled Python objects"),
    "pickled member": ("w.npz", npz(w=np.array([Evil()], object)), "pickled Python objects"),
    "booleans": ("w.npy", npy(np.array([True])), "booleans"),
    "complex": ("w.npy", npy(np.array([1j])), "complex"),
    "text array": ("w.npy", npy(np.array(["1.0"])), "text"),
    "bytes array": ("w.npy", npy(np.array([b"1.0"])), "text"),
    "dates": ("w.npy", npy(np.array(["2020-01-01"], "M8[D]")), "dates"),
    "durations": ("w.npy", npy(np.array([1], "m8[s]")), "durations"),
    "records": ("w.npy", npy(np.zeros(2, [("a", "f8"), ("b", "i4")])), "records"),
    "sub-array": ("w.npy", shaped("(2,)", F8, "('<f8', (3,))"), "records"),
    "long double": ("w.npy", shaped("(3,)", F8, "'<f16'"), "`<f16`"),
    "no dtype": ("w.npy", shaped("(3,)", F8, "''"), "header"),
    "odd dtype": ("w.npy", shaped("(6,)", F8, "'<f8,<f8'"), "header"),
    "version 9": ("w.npy", header("{}", version=9), "not an .npy array"),
    "cut magic": ("w.npy", npy(MATRIX)[:7], "not an .npy array"),
    "cut length": ("w.npy", npy(MATRIX)[:9], "header"),
    "cut header": ("w.npy", npy(MATRIX)[:40], "declares a header"),
    "cut data": ("w.npy", npy(MATRIX)[:-1], "48 bytes, and holds 47"),
    "more data": ("w.npy", npy(MATRIX) + b"\0", "48 bytes, and holds 49"),
    "huge header": ("w.npy", header("{}", version=2, length=2**32 - 1), "declares a header of 4294967295"),
    "long header": ("w.npy", header("{" + " " * 20_000 + "}", version=2), "at most 10000"),
    "huge dict": ("w.npy", header("{" + "'a':1," * 1500 + "}"), "header"),
    "deep header": ("w.npy", header("(" * 9000), "header"),
    "signs": ("w.npy", header("-" * 9000 + "1"), "header"),
    "quotes": ("w.npy", header("{'descr':" * 1000), "header"),
    "blanks": ("w.npy", header("{'descr'" + " " * 9900), "header"),
    "garbage": ("w.npy", header("\xff\xfe\0" * 30), "header"),
    "call": ("w.npy", header("__import__('os').abort()"), "header"),
    "no header": ("w.npy", header(""), "header"),
    "twice": ("w.npy", header("{'descr':'<f8','descr':'<f4','fortran_order':True,'shape':()}"), "header"),
    "odd quotes": ("w.npy", header("{'descr\":'<f8','fortran_order':True,'shape':()}", bytes(8)), "header"),
    "no tuple": ("w.npy", shaped("(6)", F8), "header"),
    "missing key": ("w.npy", header("{'descr':'<f8','descr':'<f8','shape':()}", bytes(8)), "header"),
    "extra key": ("w.npy", header("{'descr':'<f8','fortran_order':True,'shape':(),'a':1}"), "header"),
    "mixed up": ("w.npy", header("{'descr':(1,),'fortran_order':'<f8','shape':True}"), "records"),
    "swapped": ("w.npy", header("{'descr':True,'fortran_order':'<f8','shape':(1,)}"), "header"),
    "negative": ("w.npy", shaped("(-2, -3)", F8), "shape (-2, -3)"),
    "no shape": ("w.npy", shaped("(,)", F8), "header"),
    "long digits": ("w.npy", shaped(f"({'9' * 5000},)", F8), "header"),
    "overflow": ("w.npy", shaped("(4294967296, 4294967296)", F8), "more than"),
    "hidden": ("w.npy", shaped(f"(0, {10**17}, {10**17})"), "more than"),
    "axes": ("w.npy", shaped(f"({'1,' * 65})", bytes(8)), "axes at most 32"),
    "declares GiB": ("w.npy", shaped("(268435456,)", F8), "holds 48"),
    "declares more": ("w.npy", shaped("(536870913,)", F8, "'|i1'"), "holds 48"),
    "empty zip": ("w.npz", b"", "cannot be unpacked"),
    "no zip": ("w.npz", npy(MATRIX), "cannot be unpacked"),
    "cut zip": ("w.npz", npz(w=MATRIX)[:-30], "cannot be unpacked"),
    "headless zip": ("w.npz", npz(w=MATRIX)[20:], "cannot be unpacked"),
    "bad crc": ("w.npz", npz(w=MATRIX).replace(F8, F8[::-1]), "CRC"),
    "bad deflate": ("w.npz", lying_zip(6, 0x80000), "cannot be unpacked"),
    "encrypted": ("w.npz", lying_zip(4, 0x10014), "encrypted"),
    "lzma": ("w.npz", zipped(("w.npy", npy(MATRIX)), method=zipfile.ZIP_LZMA), "method 14"),
    "bzip2": ("w.npz", zipped(("w.npy", npy(MATRIX)), method=zipfile.ZIP_BZIP2), "method 12"),
    "declares less": ("w.npz", lying_zip(22, 150), "cannot be unpacked"),
    "declares too much": ("w.npz", lying_zip(22, 2**32 - 2), "holds 4294967166"),
    "not an array": ("w.npz", zipped(("w.npy", b"hello")), "not an .npy array"),
    "many members": ("w.npz", many_members(100_000), "of contents"),
    "bomb": ("w.npz", zipped(("w.npy", bomb), method=zipfile.ZIP_DEFLATED), "bytes, and holds"),
    "cut length st": ("w.safetensors", b"\1", "declares a header"),
    "empty st": ("w.safetensors", b"", "declares a header"),
    "huge header st": ("w.safetensors", b"\xff" * 8 + b"{}", "declares a header"),
    "no json": ("w.safetensors", tensors(b"{nonsense}"), "header"),
    "list": ("w.safetensors", tensors(b"[]"), "header"),
    "blank first": ("w.safetensors", tensors(b" {}"), "header"),
    "utf-16": ("w.safetensors", tensors("{}".encode("utf-16")), "header"),
    "deep json": ("w.safetensors", tensors(b'{"a":' * 100_000), "header"),
    "digits json": ("w.safetensors", tensors(b'{"a":' + b"1" * 5000 + b"}"), "header"),
    "name twice st": ("w.safetensors", tensors(b'{"a":1,"a":2}'), "header"),
    "bad entry": ("w.safetensors", tensors({"a": 5}), "`a` wrongly"),
    "bad name": ("w.safetensors", tensors({"\ud800\n\x1b": 5}), "wrongly"),
    "bad shape": ("w.safetensors", tensors({"a": tensor("F64", [True], 0, 8)}, bytes(8)), "wrongly"),
    "negative st": ("w.safetensors", tensors({"a": tensor("F64", [-1], 0, 8)}, bytes(8)), "wrongly"),
    "float st": ("w.safetensors", tensors({"a": tensor("F64", [1.0], 0, 8)}, bytes(8)), "wrongly"),
    "backwards": ("w.safetensors", tensors({"a": tensor("F64", [1], 8, 0)}, bytes(8)), "overlap"),
    "gap": ("w.safetensors", tensors({"a": tensor("F64", [1], 8, 16)}, bytes(16)), "gap"),
    "beyond": ("w.safetensors", tensors({"a": tensor("F64", [2], 0, 16)}, bytes(8)), "describes 16 bytes"),
    "left over": ("w.safetensors", tensors({"a": tensor("F64", [1], 0, 8)}, bytes(9)), "describes 8 bytes"),
    "small": ("w.safetensors", tensors({"a": tensor("F64", [2], 0, 8)}, bytes(8)), "16 bytes, and holds 8"),
    "overflow st": ("w.safetensors", tensors({"a": tensor("F64", [2**62, 2**62], 0, 8)}, bytes(8)), "more than"),
    "bool st": ("w.safetensors", tensors({"a": tensor("BOOL", [1], 0, 1)}, bytes(1)), "dtype `BOOL`"),
    "empty csv": ("w.csv", b"\xef\xbb\xbf\n \n", "is empty"),
    "wide csv": ("w.csv", b"," * (csvfile.MAX_CSV_ROW + 1), "more than 4194304 characters"),
    "tall cell": ("w.csv", b'"\n",' * (csvfile.MAX_CSV_ROW // 2), "more than 4194304 characters"),
    "long cell": ("w.csv", b'"' + b"1" * 200_000 + b'"', "field limit"),
    "open quote": ("w.csv", b'1,"2\n3,4\n', "line 1 of `w.csv` is not CSV"),
    "text after quote": ("w.csv", b'1,2\n"1"5,2\n', "line 2 of `w.csv` is not CSV"),
    "latin-1": ("w.csv", b"1,2\n3,\xe9\n", "byte 0xe9"),
    "utf-16 csv": ("w.csv", "1,2".encode("utf-16"), "not UTF-8"),
    "nul": ("w.csv", b"1,\0\n", "is `\\x00`, not a number"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_one_message_and_little_memory(folder: Path, name: str) -> None:
    file, data, words = HOSTILE[name]
    (folder / file).write_bytes(data)
    tracemalloc.start()
    try:
        start = time.process_time()
        found = fault(read, folder, file)
        seconds, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert words in found
    assert peak < 100 * 2**20
    assert seconds < 20


def test_member_that_stands_twice_is_refused(folder: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("w.npy", npy(MATRIX)), ("w.npy", npy(MATRIX)), ("a.npy", npy(MATRIX)))
    assert "`w` of `w.npz` is there 2 times" in fault(read, folder, "w.npz", data, key="w")
    assert read(folder, "w.npz", data, key="a").shape == (2, 3)


def test_broken_neighbour_does_not_spoil_an_array(folder: Path) -> None:
    data = npz(w=MATRIX, objects=np.array([None], object))
    assert read(folder, "w.npz", data, key="w").shape == (2, 3)
    flags = {"a": tensor("BOOL", [2], 0, 2), "w": tensor("F64", [1], 2, 10)}
    assert read(folder, "w.safetensors", tensors(flags, bytes(10)), key="w").tolist() == [0]


def test_limits_hold_at_the_very_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npyfile, "MAX_ARRAY_BYTES", 48)
    monkeypatch.setattr(csvfile, "MAX_CSV_BYTES", 8)
    for packed in (False, True):
        assert read(folder, "w.npz", npz(packed=packed, w=np.zeros(6, "i1"))).shape == (6,)
        assert "more than 6 numbers" in fault(
            read, folder, "w.npz", npz(packed=packed, w=np.zeros(7))
        )
    assert read(folder, "w.csv", b"1,2\n3,4\n").shape == (2, 2)
    assert "has 9 bytes; at most 8" in fault(read, folder, "w.csv", b"1,2\n3,4\n\n")


def test_memory_that_is_not_there_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    assert "does not fit in memory" in fault(read, folder, "w.npy", npy(MATRIX))


SEEDS = {
    "w.npy": npy(MATRIX),
    "w.npz": npz(packed=True, w=MATRIX),
    "x.npz": npz(w=MATRIX),
    "w.safetensors": oracle_save({"w": MATRIX}),
    "w.csv": b'1,2.5\r\n"3",-4e1\r\n',
}


@settings(thorough, max_examples=500)
@given(file=st.sampled_from(sorted(SEEDS)), data=st.data())
def test_damage_gives_an_array_or_one_message(folder: Path, file: str, data: st.DataObject) -> None:
    damaged = bytearray(SEEDS[file])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["set", "cut", "drop", "insert"])):
            case "set":
                damaged[at] = data.draw(st.sampled_from(b"\0\1\x7f\xff09,\"'-(){}"))
            case "cut":
                del damaged[max(at, 1) :]
            case "drop":
                del damaged[at : at + 2]
                damaged = damaged or bytearray(b"\0")
            case "insert":
                damaged[at:at] = data.draw(st.binary(max_size=4))
    (folder / file).write_bytes(damaged)
    try:
        found = read(folder, file)
    except ArrayFileError:
        return
    # What is read although it was damaged is what the format's own library reads.
    if file == "w.npy":
        np.testing.assert_array_equal(found, np.load(folder / file, allow_pickle=False))
    elif file == "w.safetensors":
        (wanted,) = oracle_load(bytes(damaged)).values()
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("name", [n for n, (file, *_) in HOSTILE.items() if "safetensors" in file])
def test_safetensors_library_refuses_the_same_files(name: str) -> None:
    # It has more dtypes than numbers, and overlooks that a header begins with `{`.
    if name not in ("bool st", "blank first"):
        with pytest.raises(SafetensorError):
            oracle_load(HOSTILE[name][1])


CSV_FAULTS = [
    (b"1,2\n3\n", "row 2 (line 2) of `w.csv` ends with column 1, row 1 with column 2"),
    (b"1,2\n3,4,5\n", "ends with column 3"),
    (b"x1,x2\n1,2\n", "a weights CSV has no header"),
    (b'"x1"\n1\n', "a weights CSV has no header"),
    (b"1,2\n\n3,4\n", "line 2 of `w.csv` is blank"),
    (b"1,\n", "row 1 (line 1) of `w.csv`, column 2 is blank"),
    (b"1, \n", "column 2 is blank"),
    (b'"1\n2",3\n', "row 1 (line 1)"),
    (b'"1",2\n\n\n3,4\n', "line 2 of `w.csv` is blank"),
    (b"1,2\n3,1_0\n", "row 2 (line 2) of `w.csv`, column 2 is `1_0`, not a number"),
    (b"1;2\n", "separate cells by commas"),
    (b"1\t2\n", "separate cells by commas"),
    (b"1e999,2\n", "`1e999`, too large for a 64-bit float"),
    (
        b"1,9007199254740993\n",
        "column 2 is `9007199254740993`, an integer that is not exact in a 64-",
    ),
    (b"0,9007199254740993,-9007199254740993\n", "write 9007199254740992.0"),
    (b"18014398509481985,1\n", "`18014398509481985`, an integer"),
    (b"1" + b"0" * 22 + b",1" + b"0" * 23 + b"\n", "column 2 is"),
    (b"-1e-999,2\n", "column 1 is `-1e-999`, too small for a 64-bit float"),
    (b"0.5,0,1E-324\n", "column 3 is `1E-324`, too small for a 64-bit float"),
    (b"0x10,2\n", "`0x10`, not a number"),
    (b"1 2,3\n", "`1 2`, not a number"),
    (b"infinity,1\n", "`infinity`, not a number"),
    (b"--1,1\n", "`--1`, not a number"),
    (b"1e,1\n", "`1e`, not a number"),
    (b".,1\n", "`.`, not a number"),
    (b"e5,1\n1,2\n", "column 1 is `e5`"),
    (b"true,1\n", "not a number"),
    ("١,2\n".encode(), "`١`, not a number"),
    ("\u00a01,2\n".encode(), "not a number"),
    ("ınf,2\n".encode(), "not a number"),
    (b"x\x1b[31m,2\n", "`x\\x1b[31m`"),
    (b"1," + b"z" * 9999 + b"\n", "`" + "z" * 39 + "…`"),
]


@pytest.mark.parametrize(("text", "words"), CSV_FAULTS)
def test_csv_fault_names_row_and_column(folder: Path, text: bytes, words: str) -> None:
    assert words in fault(read, folder, "w.csv", text)


def test_large_and_small_cells_that_floats_hold_are_read(folder: Path) -> None:
    cells = [
        "9007199254740992",
        "-9007199254740994",
        "1" + "0" * 22,
        "9007199254740993.0",
        "0" * 5000,
    ]
    cells += [
        "1e-323",
        "0e-999",
        "0.0e-5",
        "1.7976931348623157e308",
        "0" * 5000 + "9007199254740992",
    ]
    (folder / "w.csv").write_text(",".join(cells) + "\n")
    assert read(folder, "w.csv").tolist() == [list(map(float, cells))]


@thorough
@given(cell=st.text("0123456789+-.eE_ xinfatyNF\t", max_size=7))
def test_cells_are_numbers_exactly_where_yaml_floats_are(cell: str) -> None:
    body = cell.strip(" \t").lower()
    sign, rest = (body[:1], body[1:]) if body[:1] in ("+", "-") else ("", body)
    if rest.removeprefix(".") in ("inf", "nan"):
        wanted: float | None = float(sign + rest.removeprefix("."))
    else:
        mantissa, e, exponent = rest.partition("e")
        whole, _, fraction = mantissa.partition(".")
        power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
        digits = all(part.isdigit() or not part for part in (whole, fraction, power))
        sound = digits and bool(whole + fraction) and bool(power) == bool(e)
        wanted = float(body) if sound and math.isfinite(float(body)) else None
        if wanted == 0 and set(mantissa) & set("123456789"):
            wanted = None
    found, fast = csvfile.number(cell), csvfile.numbers([cell])
    assert repr(found) == repr(wanted)
    assert repr(fast) == repr(None if wanted is None else [wanted])


# --- tables of cases


def classes(found: Batch) -> list[int]:
    assert found.classes is not None
    return found.classes.tolist()


def same(found: np.ndarray | None, wanted: Sequence[Sequence[float]]) -> bool:
    assert found is not None
    assert found.dtype == np.float64
    return np.array_equal(found, np.array(wanted, float), equal_nan=True)


def test_csv_columns_are_those_named_as_inputs_and_outputs(folder: Path) -> None:
    found = table(folder, "t.csv", "note,y,x2,x1\na,9,2,1\nb,8,4,3\n")
    assert same(found.inputs, [[1, 2], [3, 4]])
    assert same(found.expected, [[9], [8]])
    assert (found.classes, found.names, found.texts) == (None, [], {})
    assert len(found.inputs) == 2


def test_csv_columns_may_be_listed_in_the_network_s_order(folder: Path) -> None:
    text = "id,a,b,p,q,species\nfirst,1,2,3,4,y1\nsecond,5,6,7,8,0\n"
    found = table(folder, "t.csv", text, 2, 2, inputs=["b", "a"], expected=["q", "p"], name="id")
    assert same(found.inputs, [[2, 1], [6, 5]])
    assert same(found.expected, [[4, 3], [8, 7]])
    assert found.names == ["first", "second"]
    found = table(folder, "t.csv", text, 1, 2, inputs="a", expected_class="species")
    assert same(found.inputs, [[1], [5]])
    assert found.expected is None
    assert classes(found) == [1, 0]


def test_expected_class_leaves_columns_named_as_outputs_alone(folder: Path) -> None:
    text = "x1,y0,y1,c\n1,zzz,0.5,1\n"
    found = table(folder, "t.csv", text, 1, 2, expected_class="c")
    assert found.expected is None
    assert classes(found) == [1]
    both = table(
        folder,
        "t.csv",
        "x1,y0,y1,c\n1,0.1,0.5,1\n",
        1,
        2,
        expected_class="c",
        expected=["y0", "y1"],
    )
    assert same(both.expected, [[0.1, 0.5]])
    assert classes(both) == [1]


def test_table_without_expected_values_is_unrecorded(folder: Path) -> None:
    for found in (
        table(folder, "t.csv", "x1,x2\n1,2\n"),
        table(folder, "t.npz", npz(inputs=MATRIX), 3),
    ):
        assert (found.expected, found.classes) == (None, None)


def test_cells_that_are_expectations_are_kept_as_text(folder: Path) -> None:
    text = 'x1,x2,y0,y1\n1,2,~0.99,3\ninf,nan,nan,"(0, 1)"\n4,5,-inf, > 0.5 \n'
    found = table(folder, "t.csv", text, 2, 2)
    assert found.texts == {(0, 0): "~0.99", (1, 1): "(0, 1)", (2, 1): "> 0.5"}
    assert same(found.inputs, [[1, 2], [math.inf, math.nan], [4, 5]])
    assert same(found.expected, [[math.nan, 3], [math.nan, math.nan], [-math.inf, math.nan]])


def test_quotes_line_breaks_and_byte_order_mark_in_a_table(folder: Path) -> None:
    text = '\ufeff"x1" , x2,y,"the ""name"", quoted"\r\n1,"2",3,"two\r\nlines, one cell"\r\n4,5,6,plain\r\n\r\n'
    found = table(folder, "t.csv", text.replace('" ,', '",'), name='the "name", quoted')
    assert same(found.inputs, [[1, 2], [4, 5]])
    assert found.names == ["two\\r\\nlines, one cell", "plain"]
    assert "row 2 (line 4)" in fault(
        table, folder, "t.csv", text.replace('" ,', '",').replace("5", "z")
    )


def test_class_cell_is_the_name_of_an_output_before_it_is_an_index(folder: Path) -> None:
    (folder / "t.csv").write_text("x,c\n1,1\n1, 2 \n1,0\n")
    case = {"file": "t.csv", "expected_class": "c"}
    spec = str(folder / "spec.yaml")
    assert classes(load_table(case, spec, ["x"], ["a", "b", "c"])) == [1, 2, 0]
    assert classes(load_table(case, spec, ["x"], ["2", "1", "0"])) == [1, 0, 2]
    # Units without names of their own carry their layer's.
    assert classes(load_table(case, spec, ["x"], ["layer1"] * 3)) == [1, 2, 0]


def test_outputs_without_names_of_their_own_need_their_columns_listed(folder: Path) -> None:
    (folder / "t.csv").write_text("x,layer1,b\n1,2,3\n")
    case, spec, outputs = {"file": "t.csv"}, str(folder / "spec.yaml"), ["layer1", "layer1"]
    assert "no names of their own" in fault(load_table, case, spec, ["x"], outputs)
    found = load_table({**case, "expected": ["layer1", "b"]}, spec, ["x"], outputs)
    assert same(found.expected, [[2, 3]])


GOOD = "x1,x2,y\n1,2,3\n"
TABLE_FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("", {}, "case-table", "`t.csv` is empty"),
    ("x1,x2,y\n", {}, "case-table", "a header and no rows"),
    ("x1,x2,y\n\n\n", {}, "case-table", "a header and no rows"),
    (GOOD, {"inputs": ["x1", "x3"]}, "case-table", "no column `x3` (there are `x1`"),
    ("x1,weight,y\n1,2,3\n", {"inputs": ["x1", "wieght"]}, "case-table", "did you mean `weight`?"),
    ("x1,x9,z\n1,2,3\n", {}, "case-table", "there are `x1`, `x9`, `z`"),
    ("x1,x2,Y\n1,2,3\n", {"expected": ["y"]}, "case-table", "did you mean `Y`?"),
    ("1,2,3\n4,5,6\n", {}, "case-table", "the first row of a table names its columns"),
    ("x1;x2;y\n1;2;3\n", {}, "case-table", "separate cells by commas"),
    ("x1,x2,x1,y\n1,2,3,4\n", {}, "case-table", "has 2 columns `x1`"),
    (GOOD, {"name": "id"}, "case-table", "no column `id`"),
    (GOOD, {"expected_class": "c"}, "case-table", "no column `c`"),
    (GOOD, {"inputs": ["x1"]}, "shape-mismatch", "`inputs` lists 1 column; the network has 2"),
    (
        GOOD,
        {"expected": ["y", "x1"]},
        "shape-mismatch",
        "`expected` lists 2 columns; the network has 1",
    ),
    (GOOD, {"expected": 5}, "case-table", "not a list of columns"),
    (GOOD, {"inputs": [1, 2]}, "case-table", "not a list of columns"),
    (GOOD + "4,5\n", {}, "case-table", "row 2 (line 3) of `t.csv` has 2 cells, the header has 3"),
    (GOOD + "4,5,6,7\n", {}, "case-table", "row 2 (line 3) of `t.csv` has 4 cells"),
    (GOOD + "\n4,5,6\n", {}, "case-table", "line 3 of `t.csv` is blank"),
    (GOOD + "4,1_0,6\n", {}, "case-table", "row 2 (line 3) of `t.csv`, column `x2` is `1_0`"),
    (GOOD + "4,,6\n", {}, "case-table", "column `x2` is blank"),
    (GOOD + "4,5,\n", {}, "case-table", "column `y` is blank"),
    (GOOD + "4,5,1e999\n", {}, "case-table", "column `y` is `1e999`, too large"),
    (
        GOOD + "4,9007199254740993,6\n",
        {},
        "case-table",
        "column `x2` is `9007199254740993`, an int",
    ),
    (GOOD + "4,1e-999,6\n", {}, "case-table", "column `x2` is `1e-999`, too small"),
    (GOOD + "4,~5,6\n", {}, "case-table", "column `x2` is `~5`, not a number"),
    (GOOD + "4,np.float64(0.5),6\n", {}, "case-table", "not a number (write 0.5"),
    (GOOD + '4,"5,5",6\n', {}, "case-table", "a decimal point is wanted: 5.5"),
    (GOOD + "4,5,np.float64(0.5)\n", {}, "case-table", "is not an expected value (write 0.5"),
    (GOOD + "4,1e999,6\n", {}, "case-table", "too large for a 64-bit float (write a number"),
    (GOOD + '4,"5,6\n', {}, "array-file", "line 3 of `t.csv` is not CSV"),
]


@pytest.mark.parametrize(("text", "case", "code", "words"), TABLE_FAULTS)
def test_csv_table_fault_names_row_and_column(
    folder: Path, text: str, case: dict[str, Any], code: str, words: str
) -> None:
    found = fault(table, folder, "t.csv", text, **case)
    assert found.startswith(code)
    assert words in found


@pytest.mark.parametrize("cell", ["y2", "2", "-1", "", "1.0", "9" * 30, "1_0"])
def test_class_that_is_no_output_names_its_row(folder: Path, cell: str) -> None:
    text = f"x1,c\n1,y0\n1,{cell}\n"
    found = fault(table, folder, "t.csv", text, 1, 2, expected_class="c")
    assert found.startswith(f"case-table: row 2 (line 3) of `t.csv`, column `c` is `{cell}`")


def test_npz_arrays_are_named_or_called_inputs_and_expected(folder: Path) -> None:
    X, Y = MATRIX.astype(np.float32), np.array([[0.1], [math.nan]], np.float32)
    for found in (
        table(folder, "t.npz", npz(X=X, Y=Y[:, 0]), 3, inputs="X", expected="Y"),
        table(folder, "t.npz", npz(inputs=X, expected=Y, other=X), 3),
    ):
        assert same(found.inputs, X.tolist())
        assert same(found.expected, Y.tolist())
        assert len(found.inputs) == 2
    found = table(
        folder,
        "t.npz",
        npz(inputs=[1, 2], c=np.array([1, 0], "u1"), expected=Y),
        1,
        2,
        expected_class="c",
    )
    assert same(found.inputs, [[1], [2]])
    assert found.expected is None
    assert classes(found) == [1, 0]


NPZ_FAULTS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"X": MATRIX}, {}, "case-table", "holds no array `inputs`"),
    ({"X": MATRIX}, {"inputs": "x"}, "case-table", "did you mean `X`?"),
    ({"inputs": MATRIX}, {"expected": "Y"}, "case-table", "holds no array `Y`"),
    ({"inputs": MATRIX}, {"inputs": ["a", "b"]}, "case-table", "name one array"),
    ({"inputs": MATRIX[:, :2]}, {}, "shape-mismatch", "has the shape (2, 2); the network has 3"),
    ({"inputs": MATRIX[0]}, {}, "shape-mismatch", "has the shape (3,)"),
    ({"inputs": MATRIX[0, 0]}, {}, "shape-mismatch", "has the shape ()"),
    ({"inputs": MATRIX[None]}, {}, "shape-mismatch", "has the shape (1, 2, 3)"),
    ({"inputs": MATRIX[:0]}, {}, "case-table", "has no rows"),
    ({"inputs": MATRIX, "expected": [1, 2]}, {}, "shape-mismatch", "has the shape (2,); the network has 2"),
    ({"inputs": MATRIX, "expected": np.ones((3, 2))}, {}, "shape-mismatch", "2 rows of inputs and 3 of expected"),
    ({"inputs": MATRIX, "c": [1]}, {"expected_class": "c"}, "shape-mismatch", "2 rows of inputs and 1 of classes"),
    ({"inputs": MATRIX, "c": [0.0, 1.0]}, {"expected_class": "c"}, "shape-mismatch", "float64 of the shape (2,)"),
    ({"inputs": MATRIX, "c": [[0, 1]]}, {"expected_class": "c"}, "shape-mismatch", "the shape (1, 2)"),
    ({"inputs": MATRIX, "c": [0, 2]}, {"expected_class": "c"}, "case-table", "row 2 of `t.npz` expects class 2"),
    ({"inputs": MATRIX, "c": [-1, 2]}, {"expected_class": "c"}, "case-table", "row 1 of `t.npz` expects class -1"),
    ({"inputs": np.array([[None] * 3])}, {}, "array-file", "pickled Python objects"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "case", "code", "words"), NPZ_FAULTS)
def test_npz_table_fault_has_the_numbers(
    folder: Path, members: dict[str, Any], case: dict[str, Any], code: str, words: str
) -> None:
    found = fault(table, folder, "t.npz", npz(**members), 3, 2, **case)
    assert found.startswith(code)
    assert words in found


def test_only_csv_and_npz_are_tables(folder: Path) -> None:
    for file in ("t.npy", "t.xlsx", "t"):
        assert "use .csv or .npz" in fault(table, folder, file, b"")
    assert "does not exist" in fault(
        load_table, {"file": "no.csv"}, str(folder / "s.yaml"), ["x"], ["y"]
    )
    assert "leads out" in fault(
        load_table, {"file": "../no.csv"}, str(folder / "s.yaml"), ["x"], ["y"]
    )


def test_large_csv_is_read_about_as_fast_as_numpy_reads_it(folder: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(1000, 784))
    text = "\n".join(",".join(map(repr, row)) for row in rows.tolist())
    (folder / "w.csv").write_text(text)

    def seconds(call: Any) -> float:
        start = time.process_time()
        call()
        return time.process_time() - start

    ours = min(seconds(lambda: read(folder, "w.csv")) for _ in range(3))
    theirs = min(seconds(lambda: np.loadtxt(folder / "w.csv", delimiter=",")) for _ in range(3))
    assert ours < 4 * theirs


def test_an_archive_is_opened_once_for_all_arrays_of_a_network_and_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "w.npz", **{f"w{n}": [n, 1.0] for n in range(5)})
    np.savez(tmp_path / "b.npz", w=[5.0, 1.0])
    opened: list[Npz] = []

    class Counted(Npz):
        def __init__(self, path: Path, shown: str) -> None:
            super().__init__(path, shown)
            opened.append(self)

    monkeypatch.setattr("evaluator.arrays.Npz", Counted)
    units = "".join(
        f"  h{n}: {{weights: {{file: w.npz, key: w{n}}}, activation: relu}}\n" for n in range(5)
    )
    last = "  h5: {weights: {file: b.npz}, activation: relu}\n"
    (tmp_path / "s.yaml").write_text(
        f"inputs: [a, b]\nneurons:\n{units}{last}cases:\n"
        "  - {inputs: [1, 2], expected: [2, 3, 4, 5, 6, 7]}\n"
    )
    spec = evaluator.load(tmp_path / "s.yaml")
    assert spec.network([1, 2]).tolist() == [2, 3, 4, 5, 6, 7]
    assert len(opened) == 2
    assert all(archive._file.closed for archive in opened)
