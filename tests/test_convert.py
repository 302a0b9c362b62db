"""`evaluator convert`: what is written, from every kind of source, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import yaml

import evaluator
from evaluator.cli import main
from evaluator.convert import ConversionError, export, from_sklearn, read
from evaluator.convert.builder import Builder
from evaluator.convert.conversion import Conversion
from evaluator.diagnostics import UsageError

W1 = np.array([[1.0, -2], [0.25, 3], [0.5, 0.1]])
B1 = np.array([0.1, -0.2, 0.3])
W2 = np.array([[1.0, 2, -3]])
B2 = np.array([0.75])
ARRAYS = {"fc1.weight": W1, "fc1.bias": B1, "fc2.weight": W2, "fc2.bias": B2}
X = np.array([[1.0, 2], [-0.5, 0.25], [0, 0]])
WANTED = np.maximum(X @ W1.T + B1, 0) @ W2.T + B2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.savez("fc.npz", **ARRAYS)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["convert", *words])
    out, err = capsys.readouterr()
    return code, out, err


LAYERS = ("--layers", "[fc1, relu, fc2]")

# --- the command


def test_a_file_of_arrays_becomes_a_spec_that_passes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "fc.npz", "net.yaml", *LAYERS)
    assert (code, err) == (0, "")
    assert out == (
        "wrote net.yaml: 3 cases, the evaluator's own, recorded when the spec was written\n"
    )
    assert evaluator.run("net.yaml").ok
    network = evaluator.load("net.yaml").network
    np.testing.assert_allclose(network(X), WANTED, rtol=1e-15)
    assert [step.names for step in network.steps] == [("fc1",), ("fc2",)]


def test_a_spec_is_tidy(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savetxt("X.csv", X, delimiter=",", header="a,b", comments="")
    assert run(capsys, "fc.npz", "net.yaml", *LAYERS, "--inputs", "X.csv")[0] == 0
    assert (
        Path("net.yaml").read_text(encoding="utf-8")
        == """\
description: >-
  Converted from fc.npz, whose arrays are put together as [fc1, relu, fc2]. The expected values are
  the evaluator's own, recorded when the spec was written.

inputs: [a, b]
layers:
  - name: fc1
    weights:
      - [1, -2]
      - [0.25, 3]
      - [0.5, 0.1]
    bias: [0.1, -0.2, 0.3]
    activation: relu
  - name: fc2
    weights: [[1, 2, -3]]
    bias: [0.75]
    activation: identity

cases:
  - inputs: [1, 2]
    expected: 9.85
  - inputs: [-0.5, 0.25]
    expected: 1.375
  - inputs: [0, 0]
    expected: -0.04999999999999993
"""
    )


def test_the_same_source_gives_the_same_bytes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez("big.npz", **{"l.weight": np.arange(900.0).reshape(30, 30)})
    for name in ("one", "two"):
        (folder / name).mkdir()
        run(capsys, "big.npz", f"{name}/s.yaml", "--layers", "[l]", "--record", "50")
    files = sorted(path.name for path in (folder / "one").iterdir())
    assert files == ["s.cases.npz", "s.weights.npz", "s.yaml"]
    for file in files:
        assert (folder / "one" / file).read_bytes() == (folder / "two" / file).read_bytes()


@pytest.mark.parametrize("arrays", ["npz", "safetensors"])
def test_many_weights_go_to_a_file(
    arrays: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = np.random.default_rng(0).standard_normal((20, 30)).astype(np.float32)
    np.savez("big.npz", **{"l.weight": weights})
    code, out, _ = run(capsys, "big.npz", "s.yaml", "--layers", "[l, tanh]", "--arrays", arrays)
    assert (code, out.partition(":")[0]) == (0, f"wrote s.yaml, s.weights.{arrays}")
    spec = evaluator.load("s.yaml")
    assert spec.network.dtype == "float32"
    np.testing.assert_array_equal(spec.network.steps[0].weights, weights)
    if arrays == "safetensors":
        assert (
            safetensors.numpy.load_file("s.weights.safetensors")["l.weight"].tolist()
            == weights.tolist()
        )


def test_seeds_draw_other_inputs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = []
    for seed in ("0", "0", "1"):
        run(capsys, "fc.npz", "s.yaml", *LAYERS, "--seed", seed, "--record", "2", "--force")
        drawn.append(evaluator.load("s.yaml").inputs.tolist())
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 2


@pytest.mark.parametrize("kind", ["csv", "csv without header", "npz", "npy", "csv by name"])
def test_inputs_are_read_from_a_file(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"X.{kind[:3]}"
    if kind == "npz":
        np.savez(name, X=X, Y=X)
    elif kind == "npy":
        np.save(name, X)
    elif kind == "csv by name":
        Path(name).write_text("x2,other,x1\n2,9,1\n0.25,9,-0.5\n0,9,0\n", encoding="utf-8")
    else:
        header = "x1,x2" if kind == "csv" else ""
        np.savetxt(name, X, delimiter=",", header=header, comments="")
    assert run(capsys, "fc.npz", "s.yaml", *LAYERS, "--inputs", name)[0] == 0
    np.testing.assert_array_equal(evaluator.load("s.yaml").inputs, X)


def test_a_first_row_of_numbers_that_are_not_finite_is_no_header(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("X.csv").write_text("1,nan\n-inf,2\n", encoding="utf-8")
    assert run(capsys, "fc.npz", "s.yaml", *LAYERS, "--inputs", "X.csv")[0] == 0
    spec = evaluator.load("s.yaml")
    np.testing.assert_array_equal(spec.inputs, [[1, np.nan], [-np.inf, 2]])
    assert spec.network.inputs == ("x1", "x2")


WRONG_INPUTS = {
    "X.csv": [
        ("a,b,c\n1,2,3\n", "has no column `x1`"), ("1,2\n3\n", "line 2 of `X.csv` has 1 cells, the first 2"),
        ("9007199254740993,1\n", "line 1 of `X.csv`: a cell is `9007199254740993`, an integer that"),
        ("a,b\n1,two\n", "line 2 of `X.csv`: a cell is `two`, not a number"),
        ("1,two\n1,2\n", "line 1 of `X.csv`: a cell is `two`, not a number"), ("1,2,3\n", "the network takes (rows, 2)"),
        ("a,b\n", "has no rows"), ("a,a\n1,2\n", "does not name the inputs"), ("fc1,b\n1,2\n", "has no column `x1`"),
    ],
    "X.txt": [("1,2\n", "holds no inputs that are read")],
    "X.npz": [("not a zip", "cannot be unpacked")],
    "X.npy": [("not an array", "is not an .npy array")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [(name, content, message) for name, rows in WRONG_INPUTS.items() for content, message in rows],
)
def test_wrong_inputs_are_told(
    name: str, content: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(name).write_text(content, encoding="utf-8")
    code, out, err = run(capsys, "fc.npz", "s.yaml", *LAYERS, "--inputs", name)
    assert (code, out) == (3, "")
    assert message in err
    assert not Path("s.yaml").exists()


def test_no_file_is_replaced_without_force(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez("big.npz", **{"l.weight": np.ones((30, 30))})
    words = ("big.npz", "s.yaml", "--layers", "[l]")
    Path("s.weights.npz").write_text("mine", encoding="utf-8")
    code, _, err = run(capsys, *words)
    assert (code, err.splitlines()[0]) == (2, "error: s.weights.npz exists already")
    assert Path("s.weights.npz").read_text(encoding="utf-8") == "mine"
    assert not Path("s.yaml").exists()
    assert run(capsys, *words, "--force")[0] == 0
    before = Path("s.yaml").read_bytes()
    assert run(capsys, *words)[0] == 2
    assert Path("s.yaml").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "big.npz",
        "fc.npz",
        "s.weights.npz",
        "s.yaml",
    ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("gone.onnx", "s.yaml"), 2, "is not there"),
        (("fc.npz", "s.txt", *LAYERS), 2, "is no name of a spec"),
        (("fc.npz", "no/s.yaml", *LAYERS), 2, "the folder no does not exist"),
        (("fc.npz", ".", *LAYERS), 2, "is a directory"),
        (("fc.npz", "s.yaml", *LAYERS, "--record", "0"), 2, "leaves no cases"),
        (("fc.npz", "s.yaml", *LAYERS, "--record", "-1"), 2, "is not a whole number"),
        (("fc.npz", "s.yaml", *LAYERS, "--record", "1", "--inputs", "X.csv"), 2, "exclude each other"),
        (("fc.npz", "s.yaml", *LAYERS, "--inputs", "X.csv"), 3, "does not exist|cannot be read"),
        (("fc.txt", "s.yaml"), 2, "has no suffix of a format that is read"),
        (("fc.npz", "s.yaml"), 3, "nothing says what is done with them"),
        (("fc.npz", "s.yaml", *LAYERS, "--weights", "w"), 2, "is for a Keras JSON"),
        (("fc.npz", "s.yaml", *LAYERS, "--outputs", "w"), 2, "is for ONNX models"),
        (("a.nnet", "s.yaml", *LAYERS), 2, "is for files of arrays alone"),
        (("s.yaml", "m.onnx"), 3, "the file is not there"),
        (("m.pt", "s.yaml"), 3, "is a pickle"),
        (("m.pkl", "s.yaml"), 3, "safetensors.torch.save_file"),
        (("m.joblib", "s.yaml"), 3, "from_sklearn"),
    ],
)  # fmt: skip
def test_wrong_words_are_told(
    words: tuple[str, ...],
    code: int,
    message: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found, out, err = run(capsys, *words)
    assert (found, out) == (code, "")
    assert re.search(message, err), err
    assert "internal error" not in err


@pytest.mark.parametrize(("module", "name"), [("onnx", "m.onnx"), ("h5py", "m.h5")])
def test_a_missing_package_is_named_with_its_extra(
    module: str,
    name: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(name).write_bytes(b"x")
    monkeypatch.setitem(__import__("sys").modules, module, None)
    code, _, err = run(capsys, name, "s.yaml")
    extra = {"onnx": "onnx", "h5py": "keras"}[module]
    assert code == 2
    assert f"neuron-evaluator[{extra}]" in err


def test_a_pickle_is_never_opened(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A pickle that would write a file if it were read.
    Path("m.pt").write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    assert run(capsys, "m.pt", "s.yaml")[0] == 3
    assert not Path("owned").exists()
    np.savez("p.npz", a=np.array([print], object))
    code, _, err = run(capsys, "p.npz", "s.yaml", "--layers", "[a]")
    assert code == 3
    assert "pickled Python objects" in err


# --- files of arrays


def layered(folder: Path, arrays: dict[str, Any], layers: str) -> Any:
    np.savez(folder / "m.npz", **arrays)
    return read(folder / "m.npz", layers=layers)


def test_safetensors_of_pytorch_are_read(tmp_path: Path) -> None:
    arrays = {key: value.astype(np.float32) for key, value in ARRAYS.items()}
    safetensors.numpy.save_file(arrays, tmp_path / "m.safetensors")
    found = read(tmp_path / "m.safetensors", layers="[fc1, relu, fc2]")
    assert found.network.dtype == "float32"
    np.testing.assert_allclose(found.network(X), WANTED, rtol=1e-6, atol=1e-6)


NORM = {
    "bn.weight": B1 + 2, "bn.bias": B1, "bn.running_mean": B1 - 1, "bn.running_var": B1**2 + 1,
    "bn.num_batches_tracked": np.array(7),
}  # fmt: skip


@pytest.mark.parametrize("eps", [None, 0.5])
def test_batch_norm_is_folded_into_the_weights_before_it(eps: float | None, tmp_path: Path) -> None:
    entry = "bn" if eps is None else f"{{name: bn, eps: {eps}}}"
    found = layered(tmp_path, {"fc1.weight": W1, "fc1.bias": B1, **NORM}, f"[fc1, {entry}, tanh]")
    z = X @ W1.T + B1
    wanted = np.tanh((z - (B1 - 1)) / np.sqrt(B1**2 + 1 + (eps or 1e-5)) * (B1 + 2) + B1)
    np.testing.assert_allclose(found.network(X), wanted, rtol=1e-14)
    assert len(found.network.steps) == 1
    assert "`bn` is folded into the weights of `fc1`" in found.notes
    assert any("1e-05" in note for note in found.notes) is (eps is None)


def test_batch_norm_after_an_activation_is_a_layer(tmp_path: Path) -> None:
    found = layered(tmp_path, {"fc1.weight": W1, "fc1.bias": B1, **NORM}, "[fc1, relu, bn]")
    z = np.maximum(X @ W1.T + B1, 0)
    wanted = (z - (B1 - 1)) / np.sqrt(B1**2 + 1 + 1e-5) * (B1 + 2) + B1
    np.testing.assert_allclose(found.network(X), wanted, rtol=1e-14)
    assert [step.names for step in found.network.steps] == [("fc1",), ("bn",)]


def test_a_hint_never_lists_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConversionError) as caught:
        layered(tmp_path, {"alone": W1}, "[fc]")
    assert caught.value.hint == "modules, by NAME.weight: none"


def test_parameters_are_numbers_or_arrays_of_the_file(tmp_path: Path) -> None:
    arrays = {"fc1.weight": W1, "act.weight": np.array([0.1, 0.2, 0.3])}
    found = layered(
        tmp_path, arrays, "[fc1, {name: prelu, slope: act}, dropout, {name: elu, alpha: 2}]"
    )
    z = X @ W1.T
    z = np.where(z > 0, z, z * [0.1, 0.2, 0.3])
    np.testing.assert_allclose(
        found.network(X), np.where(z > 0, z, 2 * (np.exp(z) - 1)), rtol=1e-14
    )
    assert found.notes == ("`dropout` does nothing at inference and is left out",)
    assert found.recorded(X).save(str(tmp_path / "s.yaml")).failed == 0


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("[fc1, relu]", "--layers leaves out `fc2` of"),
        ("[fc1, relu, fc3]", "has no arrays for `fc3`"),
        ("[fc1, rleu, fc2]", "no activation is called so"),
        ("[relu, fc1, fc2]", "begins with no dense layer"),
        ("[fc1, fc1, fc2]", "`fc1`: weights of the shape (3, 2) for 3 values"),
        ("fc1", "is not a list in brackets"),
        ("[", "is not a list in brackets"),
        ("[]", "is not a list in brackets"),
        ("[1]", "an entry of --layers is `1`"),
        ("[fc1, [relu], fc2]", "an entry of --layers is"),
        ("[fc1, {name: relu, alpha: 1}, fc2]", "`relu` has no parameter `alpha`"),
        ("[fc1, {name: elu, alpha: much}, fc2]", "`alpha` of `elu` is `much`"),
        ("[fc1, {name: elu, alpha: .nan}, fc2]", "not a finite number"),
        ("[fc1, prelu, fc2]", "`prelu` needs `slope`"),
        ("[{name: fc1, eps: 1}, fc2]", "takes no parameters"),
        ("[fc1, softmax, fc2, softmax]", "`softmax` over a single value"),
    ],
)
def test_a_wrong_layer_list_is_told(layers: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        layered(tmp_path, ARRAYS, layers)


@pytest.mark.parametrize(
    ("arrays", "layers", "message"),
    [
        ({"conv.weight": np.ones((2, 2, 3))}, "[conv]", "neither a dense layer nor a BatchNorm1d"),
        ({"l.weight_ih": W1}, "[l]", "neither a dense layer"),
        ({"a.weight": B1}, "[a]", "`a.weight` is a list of 3 numbers"),
        ({"a.weight": W1, "a.bias": B2}, "[a]", "a bias of the shape (1,) for 3 units"),
        ({"a.weight": W1 * np.nan}, "[a]", "nan among the weights or biases, at (1, 1)"),
        ({"a.weight": W1, **NORM, "bn.weight": B2}, "[a, bn]", "another number of values than 3"),
        (
            {"a.weight": W1, **NORM, "bn.running_var": -B1},
            "[a, bn]",
            "variance that is not above 0",
        ),
        ({"a.weight": np.ones((0, 2))}, "[a]", "has no units"),
        ({"a.weight": W1.astype("S")}, "[a]", "holds text"),
    ],
)
def test_arrays_that_are_no_layers_are_refused(
    arrays: dict[str, Any], layers: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        layered(tmp_path, arrays, layers)


# --- .nnet


def nnet(
    low: str = "-1,-2,", high: str = "1,2,", means: str = "0.5,0,10,", scales: str = "2,4,3,"
) -> str:
    rows = [f"{','.join(map(str, row))}," for row in W1]
    rows += [f"{value}," for value in B1]
    rows += [f"{','.join(map(str, row))}," for row in W2] + [f"{B2[0]},"]
    return "\n".join(
        [
            "// a comment",
            "// another",
            "2,2,1,3,",
            "2,3,1,",
            "0,",
            low,
            high,
            means,
            scales,
            *rows,
            "",
        ]
    )


@pytest.mark.parametrize("high", ["1,2,", "1,1,"])
def test_a_nnet_file_clips_and_scales(high: str, tmp_path: Path) -> None:
    low = "-1,-2," if high == "1,2," else "-1,-1,"
    (tmp_path / "m.nnet").write_text(nnet(low, high), encoding="utf-8")
    found = read(tmp_path / "m.nnet")
    x = np.array([[0.5, 0.5], [-9, 9], [9, -9], [0.25, 1.5]])
    bounds = [[float(n) for n in line.strip(",").split(",")] for line in (low, high)]
    scaled = (np.clip(x, *bounds) - [0.5, 0]) / [2, 4]
    wanted = (np.maximum(scaled @ W1.T + B1, 0) @ W2.T + B2) * 3 + 10
    np.testing.assert_allclose(found.network(x), wanted, rtol=1e-13)
    assert found.ranges.tolist() == np.transpose(bounds).tolist()


def test_bounds_of_a_nnet_file_that_are_none_are_left_out_and_told(tmp_path: Path) -> None:
    far = "3.4e38,3.4e38,"
    text = nnet(f"-{far.replace(',3', ',-3')}", far, "0,0,0,", "1,1,1,")
    (tmp_path / "m.nnet").write_text(text, encoding="utf-8")
    found = read(tmp_path / "m.nnet")
    np.testing.assert_allclose(found.network(X), WANTED, rtol=1e-15)
    assert found.notes == ("bounds of inputs beyond 1e+30 are left out",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2,3,1,", "2,3,2,", "the sizes of the layers are [2, 3, 2]"),
        ("2,2,1,3,", "2,2,1,", "line 3 of"),
        ("0.25,3.0,", "0.25,three,", "`three` is not a number"),
        ("0.25,3.0,", "0.25,", "1 numbers where 2 are wanted"),
        ("0.25,3.0,", "0.25,1e999,", "beyond the largest"),
        ("2,4,3,", "2,0,3,", "a range is 0"),
        ("1,2,\n", "-3,2,\n", "a minimum is above its maximum"),
        ("1,2,\n", "1,3e38,\n", "some inputs have bounds"),
        ("0.75,\n", "", "ends after line"),
        ("0.75,\n", "0.75,\n5,\n", "more numbers follow"),
        ("2,2,1,3,", "2.5,2,1,3,", "not a whole number"),
        ("2,2,1,3,", "1e9,2,1,3,", "numbers where 1000000001 are wanted"),
    ],
)  # fmt: skip
def test_a_wrong_nnet_file_is_told(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = nnet()
    assert old in text
    (tmp_path / "m.nnet").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConversionError, match=re.escape(message)):
        read(tmp_path / "m.nnet")


# --- the way back


@pytest.mark.parametrize("suffix", ["nnet", "npz", "safetensors", "onnx"])
def test_a_spec_goes_out_and_comes_back(
    suffix: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "fc.npz", "one.yaml", *LAYERS)
    code, out, _ = run(capsys, "one.yaml", f"m.{suffix}")
    assert code == 0
    assert f"wrote m.{suffix}: the network; its cases stay in one.yaml\n" in out
    told = re.search(r"--layers '(.*)'", out)
    layers = ("--layers", told[1]) if told else ()
    assert run(capsys, f"m.{suffix}", "two.yaml", *layers)[0] == 0
    one, two = (evaluator.load(f"{name}.yaml").network for name in ("one", "two"))
    assert one(X).tobytes() == two(X).tobytes()


def test_one_document_of_several_is_chosen(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "fc.npz", "one.yaml", *LAYERS)
    text = Path("one.yaml").read_text(encoding="utf-8")
    Path("two.yaml").write_text(f"{text}---\n{text}", encoding="utf-8")
    code, _, err = run(capsys, "two.yaml", "m.nnet")
    assert (code, err.splitlines()[0]) == (2, "error: two.yaml holds 2 specs")
    assert run(capsys, "two.yaml", "m.nnet", "--document", "2")[0] == 0
    assert run(capsys, "two.yaml", "m.nnet", "--document", "2")[0] == 2  # it is there
    assert run(capsys, "two.yaml", "o.nnet", "--document", "3")[0] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("m.txt",), "no suffix of a format that is written"),
        (("m.nnet", "--record", "3"), "--record is for the way into a spec"),
        (("m.nnet", "--layers", "[a]"), "--layers is for the way into a spec"),
    ],
)
def test_wrong_words_for_the_way_back_are_told(
    words: tuple[str, ...], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "fc.npz", "one.yaml", *LAYERS)
    code, _, err = run(capsys, "one.yaml", *words)
    assert code == 2
    assert message in err


@pytest.mark.parametrize(
    ("spec", "target", "message"),
    [
        ("networks/three-layers.yaml", "m.nnet", "`second` is no layer of relu: tanh"),
        ("networks/skip-link.yaml", "m.nnet", "is no layer of"),
        ("networks/skip-link.yaml", "m.npz", "reads other values than the layer before it"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_by_name(spec: str, target: str, message: str) -> None:
    found = evaluator.load(Path(__file__).parent.parent / "specs" / spec)
    with pytest.raises(ConversionError, match=re.escape(message)):
        export(found, target)


# --- scikit-learn, by hand; `make test-convert` compares with the library


class MLPClassifier(SimpleNamespace):
    """What a trained one has."""

    coefs_ = (W1.T, np.array([[1.0, -1], [2, 0.5], [-3, 1]]))
    intercepts_ = (B1, np.array([0.5, -0.5]))
    activation, out_activation_ = "logistic", "softmax"
    classes_ = np.array(["no", "yes"])

    def predict_proba(self, x: Any) -> Any:
        hidden = 1 / (1 + np.exp(-(x @ self.coefs_[0] + self.intercepts_[0])))
        power = np.exp(hidden @ self.coefs_[1] + self.intercepts_[1])
        return power / power.sum(1, keepdims=True)

    def predict(self, x: Any) -> Any:
        return self.classes_[self.predict_proba(x).argmax(1)]


def test_a_model_of_scikit_learn_expects_its_own_predictions(tmp_path: Path) -> None:
    saved = from_sklearn(MLPClassifier(), X).save(str(tmp_path / "s.yaml"))
    assert (saved.cases, saved.failed) == (3, 0)
    data = yaml.safe_load(
        (tmp_path / "s.yaml").read_text(encoding="utf-8").replace("[no, yes]", '["no", "yes"]')
    )
    assert data["outputs"] == ["no", "yes"]
    np.testing.assert_array_equal(
        [case["expected"] for case in data["cases"]], MLPClassifier().predict_proba(X)
    )
    spec = evaluator.load(tmp_path / "s.yaml")
    assert [case.expected_class for case in spec.cases] == MLPClassifier().predict_proba(X).argmax(
        1
    ).tolist()


def test_names_of_columns_become_names_of_inputs() -> None:
    model = MLPClassifier(feature_names_in_=np.array(["width", "height"], object))
    assert from_sklearn(model, X).network.inputs == ("width", "height")


class Pipeline:
    """Another class."""


class MLPRegressor:
    """One that is not trained."""


@pytest.mark.parametrize(
    ("model", "inputs", "message"),
    [
        (Pipeline(), X, "a Pipeline is not converted"),
        (MLPRegressor(), X, "is not trained"),
        (MLPClassifier(), X[:, :1], "X has the shape (3, 1); the model takes (rows, 2)"),
        (MLPClassifier(), X[:0], "X has the shape (0, 2)"),
        (MLPClassifier(activation="sine"), X, "has the activation `sine`"),
    ],
)
def test_other_models_are_refused(model: Any, inputs: Any, message: str) -> None:
    with pytest.raises(ConversionError, match=re.escape(message)):
        from_sklearn(model, inputs)


# --- writing


@pytest.mark.parametrize(
    "name",
    ["a", "with blank", "yes", "true", "null", "1", "-", "a: b", "a, b]", "#", "ünïcödé", "'", '"', "a\\b",
     "~", "inf", "[x]", "{x}", "& *", "!tag", "%", "@", "`", "0x1", "1e3", "é́", "名", "a" * 300],
)  # fmt: skip
def test_any_name_is_written_so_that_it_is_read_back(name: str, tmp_path: Path) -> None:
    builder = Builder([name, "other"], "float64")
    x = builder.dense(builder.inputs, W1, B1, f"{name}!")
    conversion = Conversion(builder.network(x, [f"{name}{unit}" for unit in "abc"]), "a test")
    conversion.recorded(X).save(str(tmp_path / "s.yaml"))
    network = evaluator.load(tmp_path / "s.yaml").network
    assert network.inputs == (name, "other")
    assert network.outputs == tuple(f"{name}{unit}" for unit in "abc")


@pytest.mark.parametrize(
    "value", [0.0, -0.0, 1e-320, 1e300, -1.5, 1 / 3, 1e22, 123456789.0, 2.0**60]
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_any_number_is_written_so_that_it_is_read_back(
    value: float, dtype: str, tmp_path: Path
) -> None:
    value = value if dtype == "float64" else float(np.float32(min(value, 1e30)))
    builder = Builder(["a", "b"], dtype)
    x = builder.dense(builder.inputs, np.array([[value, -value]]), None, "l")
    Conversion(builder.network(x), "a test").recorded(X).save(str(tmp_path / "s.yaml"))
    (step,) = evaluator.load(tmp_path / "s.yaml").network.steps
    assert step.weights is not None
    assert step.weights.tobytes() == np.array([[value, -value]], dtype).tobytes()


@pytest.mark.parametrize("name", ["y.z", "a\nb", "", "x1", "same"])
def test_a_name_that_cannot_be_is_changed_and_told(name: str, tmp_path: Path) -> None:
    builder = Builder(["x1", "x2"], "float64")
    x = builder.dense(builder.inputs, W1, B1, "same")
    x = builder.dense(x, W2, B2, name)
    conversion = Conversion(builder.network(x), "a test", tuple(builder.notes))
    assert conversion.recorded(X).save(str(tmp_path / "s.yaml")).failed == 0
    assert bool(conversion.notes) is (name != "")


def test_nothing_is_left_behind_where_a_spec_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = Builder(["a", "b"], "float64")
    x = builder.dense(builder.inputs, W1, B1, "l")
    conversion = Conversion(builder.network(x), "a test").recorded(X)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(UsageError, match="No space left"):
        conversion.save(str(tmp_path / "s.yaml"))
    assert list(tmp_path.iterdir()) == []


def test_a_conversion_without_cases_is_not_written(tmp_path: Path) -> None:
    builder = Builder(["a", "b"], "float64")
    conversion = Conversion(builder.network(builder.dense(builder.inputs, W1, B1, "l")), "a test")
    with pytest.raises(ConversionError, match="there are no cases"):
        conversion.save(str(tmp_path / "s.yaml"))
    assert list(tmp_path.iterdir()) == []


def test_a_spec_whose_network_is_a_file_is_not_written_as_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "fc.npz", "one.yaml", *LAYERS)
    run(capsys, "one.yaml", "m.onnx")
    Path("model.yaml").write_text(
        "model: {file: m.onnx}\ncases:\n  - {inputs: [1, 2], expected: 9.85}\n", encoding="utf-8"
    )
    code, _, err = run(capsys, "model.yaml", "other.onnx")
    assert code == 3
    assert "is a file of its own" in err
