"""Specs whose network is an ONNX file, and ONNX files that must answer the cases of a spec."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import evaluator
from evaluator.cli import main
from evaluator.convert.to_onnx import onnx_model
from evaluator.diagnostics import SubjectError
from evaluator.results import Report

FLOAT, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64


def value(name: str, kind: int = FLOAT, shape: Any = ("rows", 2)) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes: Any, inputs: Any, outputs: Any, numbers: Any = (), version: int = 20) -> Any:
    arrays = [numpy_helper.from_array(np.asarray(array), name) for name, array in numbers]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, arrays)
    imports = [helper.make_opsetid("", version)]
    return helper.make_model(graph, opset_imports=imports, ir_version=9)


WEIGHTS = np.array([[1, 1], [1, -1], [0.5, 0]], np.float32)


def dense() -> Any:
    """h = relu(W x), y = h · 2."""
    return model(
        [helper.make_node("Gemm", ["x", "w"], ["z"], transB=1),
         helper.make_node("Relu", ["z"], ["h"]),
         helper.make_node("Mul", ["h", "two"], ["y"])],
        [value("x")], [value("y", shape=("rows", 3))],
        [("w", WEIGHTS), ("two", np.float32(2))],
    )  # fmt: skip


def run(folder: Path, made: Any, cases: str, head: str = "", subjects: Any = ()) -> Report:
    if made is not None:
        onnx.save(made, str(folder / "m.onnx"))
    (folder / "s.yaml").write_text(f"model: {{file: m.onnx}}\n{head}cases:\n{cases}")
    options = evaluator.Options(subjects=subjects) if subjects else evaluator.Options()
    return evaluator.run(folder / "s.yaml", options)


def outcomes(report: Report) -> list[str]:
    assert report.diagnostics == []
    return [case.outcome for case in report.results]


def test_a_model_is_evaluated_by_onnx_runtime_with_its_tensors_by_name(tmp_path: Path) -> None:
    report = run(tmp_path, dense(), (
        "  - {inputs: [3, 1], expected: [8, 4, 3]}\n"
        "  - {inputs: {x: [1, 3]}, expected: {z: [4, -2, 0.5], h: [4, 0, 0.5], y: [8, 0, 1]}}\n"
        "  - {inputs: {x1: 1, x2: 3}, expected_class: 0}\n"
        "  - {inputs: [1, 3], expected: {h: [4, 0, 0.6]}}\n"
    ))  # fmt: skip
    assert outcomes(report) == ["passed", "passed", "passed", "failed"]
    assert report.summary.values == 3 + 9 + 1 + 3
    assert report.specs[0].subject == "onnxruntime"
    (mismatch,) = report.results[3].mismatches
    assert (mismatch.output, mismatch.index, mismatch.actual) == ("h", 2, 0.5)


def test_a_class_of_a_model_is_an_output_by_its_index(tmp_path: Path) -> None:
    cases = "  - {inputs: [3, 1], expected_class: 2}\n"
    (mismatch,) = run(tmp_path, dense(), cases).results[0].mismatches
    assert mismatch.note == (
        "class 2 is expected, and the largest output is 0: `y[0]` is 8, `y[2]` is 3"
    )
    cases = "  - {inputs: {p: [1, 2], q: [3, 4], scale: 2}, expected_class: 3}\n"
    (mismatch,) = run(tmp_path, several(), cases).results[0].mismatches
    assert mismatch.note == (
        "class 3 is expected, and the largest output is 1: `y[1]` is 12, `above[1]` is 1"
    )


def endless() -> Any:
    """y = x, after 2⁶² turns."""
    turn = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["s"], ["t"])],
        "turn",
        [value("n", INT64, []), value("go", BOOL, []), value("s", FLOAT, None)],
        [value("on", BOOL, []), value("t", FLOAT, None)],
    )
    return model(
        [helper.make_node("Loop", ["turns", "true", "x"], ["y"], body=turn)],
        [value("x")], [value("y")], [("turns", np.int64(2**62)), ("true", np.bool_(True))],
    )  # fmt: skip


@pytest.mark.parametrize("words", [[], ["--subject", "onnx:m.onnx"]])
def test_an_interrupt_ends_a_model_that_does_not_end(words: list[str], tmp_path: Path) -> None:
    onnx.save(endless(), str(tmp_path / "m.onnx"))
    (tmp_path / "s.yaml").write_text(
        "model: {file: m.onnx}\ncases:\n  - {inputs: [1, 2], expected: [1, 2]}\n"
    )
    program = (
        "import os, signal, sys\n"
        "from threading import Timer\n"
        "from evaluator.__main__ import main\n"
        "from evaluator.subjects import onnx\n"
        "session = onnx.session\n"
        "def watched(*arguments):\n"
        "    Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    return session(*arguments)\n"
        "onnx.session = watched\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(main())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, "run", "s.yaml", *words],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (130, "")
    assert found.stdout.endswith("; interrupted\n")


def test_inputs_and_outputs_may_have_names_of_their_own(tmp_path: Path) -> None:
    head = "inputs: [a, b]\noutputs: [p, q, r]\n"
    (tmp_path / "t.csv").write_text("a,b,p,q,r\n3,1,8,4,3\n1,3,8,0,2\n")
    cases = "  - {inputs: {a: 3, b: 1}, expected: {q: 4}, }\n  - {file: t.csv}\n"
    report = run(tmp_path, dense(), cases, head)
    assert outcomes(report) == ["passed", "failed"]
    assert (report.results[1].rows, report.results[1].failed_rows) == (2, 1)


def test_a_float32_model_is_judged_as_float32_unless_the_spec_says_otherwise(
    tmp_path: Path,
) -> None:
    cases = "  - {inputs: [3.000001, 1], expected: [8, 4, 3]}\n"
    assert outcomes(run(tmp_path, dense(), cases)) == ["passed"]
    assert outcomes(run(tmp_path, dense(), cases, "dtype: float64\n")) == ["failed"]


def several() -> Any:
    """y = 2·scale·(p + q), one row at a time: `q` has no axis for rows."""
    return model(
        [helper.make_node("Cast", ["scale"], ["s"], to=DOUBLE),
         helper.make_node("Add", ["p", "q"], ["sum"]),
         helper.make_node("Mul", ["sum", "s"], ["y"]),
         helper.make_node("Greater", ["y", "q"], ["above"])],
        [value("p", DOUBLE, (1, 2)), value("q", DOUBLE, (2,)), value("scale", INT64, ())],
        [value("y", DOUBLE, (1, 2)), value("above", TensorProto.BOOL, (1, 2))],
    )  # fmt: skip


def test_several_inputs_of_any_numeric_type_go_in_one_row_after_another(tmp_path: Path) -> None:
    report = run(tmp_path, several(), (
        "  - {inputs: {p: [1, 2], q: [3, 4], scale: 2}, expected: [8, 12, 1, 1]}\n"
        "  - {inputs: [1, 2, 3, 4, -1], expected: {y: [-4, -6], above: [0, 0], sum: [4, 6]}}\n"
        "  - {inputs: {'p[0]': 1, 'p[1]': 2, q: [3, 4], scale: 2}, expected: {y: [8, 12]}}\n"
        "  - {inputs: {p: [1, 2], q: [3, 4], scale: 2.5}, expected: {y: [8, 12]}}\n"
    ))  # fmt: skip
    assert outcomes(report) == ["passed", "passed", "passed", "error"]
    said = report.results[3].reason
    assert said.startswith("the input `scale` is int64, and 2.5 is given (give whole numbers from")


def test_images_are_lists_in_row_major_order(tmp_path: Path) -> None:
    made = model(
        [helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=0)],
        [value("x", FLOAT, ("rows", 2, 3))], [value("y", FLOAT, ("rows", 2))],
        [("axes", np.array([2]))],
    )  # fmt: skip
    report = run(tmp_path, made, "  - {inputs: [1, 2, 3, 10, 20, 30], expected: [6, 60]}\n")
    assert outcomes(report) == ["passed"]


def test_other_subjects_leave_a_model_alone(tmp_path: Path) -> None:
    report = run(tmp_path, dense(), "  - {inputs: [3, 1], expected: [8, 4, 3]}\n",
                 subjects=("reference", "process:cat", "onnxruntime"))  # fmt: skip
    assert outcomes(report) == ["skipped", "skipped", "passed"]
    assert all("this is an ONNX file" in case.reason for case in report.results[:2])


def test_a_model_is_a_network_in_python_too(tmp_path: Path) -> None:
    run(tmp_path, several(), "  - {inputs: [1, 2, 3, 4, 2], expected: [8, 12, 1, 1]}\n")
    network = evaluator.load(tmp_path / "s.yaml").network
    assert network([1, 2, 3, 4, 2]).tolist() == [8, 12, 1, 1]
    assert network.trace([1, 2, 3, 4, 2])["sum"].tolist() == [4, 6]
    with pytest.raises(SubjectError, match="`scale` is int64"):
        network([1, 2, 3, 4, 0.5])


def test_what_a_model_answers_is_recorded(tmp_path: Path) -> None:
    run(tmp_path, dense(), "  - inputs: [3, 1]\n")
    assert main(["record", str(tmp_path / "s.yaml")]) == 0
    assert "expected: [8, 4, 3]" in (tmp_path / "s.yaml").read_text()


# --- what is refused

STRING = TensorProto.STRING


def damaged(dims: tuple[int, ...], **place: str) -> Any:
    """Give a model whose weights have such a shape, or such a place in another file."""
    made = dense()
    weights = made.graph.initializer[0]
    weights.dims[:] = dims
    for key, text in place.items():
        weights.external_data.add(key=key, value=text)
        weights.data_location = TensorProto.EXTERNAL
    return made.SerializeToString()


def with_byte(text: bytes) -> bytes:
    """Give a model with a text that begins with a byte that UTF-8 has not."""
    made: bytes = dense().SerializeToString()
    assert text in made
    return made.replace(text, b"\xeb" + text[1:])


BAD: dict[str, tuple[Any, str, str]] = {
    "an operator that is no text": (
        with_byte(b"Relu"), "model-file", r"`m.onnx` holds the name '\xebelu', which is no UTF-8"),
    "an axis that is no text": (
        with_byte(b"rows"), "model-file", r"`m.onnx` holds the name '\xebows', which is no UTF-8"),
    "an input of no type": (
        model([helper.make_node("Relu", ["x"], ["y"])], [value("x", 65)], [value("y")]),
        "unsupported", "the input `x` of `m.onnx` is of the type 65"),
    "weights of less than nothing": (
        damaged((-1, 2)), "model-file", "the tensor `w` of `m.onnx` has the shape (-1 × 2)"),
    "an input of less than nothing": (
        model([helper.make_node("Relu", ["x"], ["y"])], [value("x", shape=("rows", -2))],
              [value("y", shape=("rows", 2))]),
        "unsupported", "the input `x` of `m.onnx` has the shape (? × -2)"),
    "weights from before the file": (
        damaged((3, 2), location="m.onnx", offset="-4"), "model-file",
        "the tensor `w` of `m.onnx` has the offset `-4` in `m.onnx`"),
    "weights from nowhere": (
        damaged((3, 2), location="m.onnx", offset="abc"), "model-file",
        "the tensor `w` of `m.onnx` has the offset `abc` in `m.onnx`"),
    "weights of no length": (
        damaged((3, 2), location="m.onnx", length="-1"), "model-file",
        "the tensor `w` of `m.onnx` has the length `-1` in `m.onnx`"),
    "weights from behind the file": (
        damaged((3, 2), location="m.onnx", offset="99999", length="24"), "model-file",
        "numbers of `m.onnx` cannot be read: External data offset (99999) exceeds file size"),
    "text that is no model": (b"cases: []\n", "model-file", "`m.onnx` is not an ONNX model"),
    "nothing": (b"", "model-file", "`m.onnx` is not an ONNX model"),
    "no file": (None, "model-file", "`m.onnx` does not exist"),
    "text for an input": (
        model([helper.make_node("Identity", ["x"], ["y"])], [value("x", STRING)], [value("y", STRING)]),
        "unsupported", "the input `x` of `m.onnx` is text"),
    "an open width": (
        model([helper.make_node("Relu", ["x"], ["y"])], [value("x", FLOAT, ("rows", "n"))],
              [value("y", FLOAT, ("rows", "n"))]),
        "unsupported", "the input `x` of `m.onnx` has the shape (? × ?)"),
    "a sequence": (
        model([helper.make_node("SequenceConstruct", ["x"], ["y"])], [value("x")],
              [helper.make_tensor_sequence_value_info("y", FLOAT, None)]),
        "unsupported", "the output `y` of `m.onnx` is a sequence"),
    "an unknown operator": (
        model([helper.make_node("Frobnicate", ["x"], ["y"])], [value("x")], [value("y")]),
        "unsupported", "`m.onnx` has the unknown operator `Frobnicate`"),
    "a set of operators to come": (
        model([helper.make_node("Relu", ["x"], ["y"])], [value("x")], [value("y")], version=99),
        "unsupported", "`m.onnx` uses operator set 99"),
    "no inputs": (
        model([helper.make_node("Relu", ["c"], ["y"])], [], [value("y", FLOAT, (1,))],
              [("c", np.float32([1]))]),
        "unsupported", "`m.onnx` has no inputs"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_used_is_told_at_its_name(name: str, tmp_path: Path) -> None:
    made, code, message = BAD[name]
    if isinstance(made, bytes):
        (tmp_path / "m.onnx").write_bytes(made)
        made = None
    report = run(tmp_path, made, "  - {inputs: [1, 2], expected: [1, 2]}\n")
    (found,) = report.diagnostics
    assert (found.code, found.location.line, found.location.column) == (code, 1, 15)
    assert found.message.startswith(message)
    assert found.hint
    assert report.summary.exit_code == 3


@pytest.mark.parametrize("name", [name for name in BAD if name != "no file"])
def test_the_same_file_as_a_subject_is_a_usage_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _, message = BAD[name]
    data = made if isinstance(made, bytes) else made.SerializeToString()
    (tmp_path / "m.onnx").write_bytes(data)
    seed = Path(__file__).parent.parent / "specs/neurons/two-input.yaml"
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(seed), "--subject", "onnx:m.onnx"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("location", "words"),
    [("../w.bin", "which is not in its folder"), ("/etc/passwd", "which is not in its folder"),
     ("link.bin", "which is not in its folder"), ("", "which is not in its folder"),
     ("gone.bin", "which is no file")],
)  # fmt: skip
def test_numbers_outside_of_the_model_s_folder_are_refused(
    location: str, words: str, tmp_path: Path
) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    (tmp_path / "w.bin").write_bytes(WEIGHTS.tobytes())
    (folder / "link.bin").symlink_to(tmp_path / "w.bin")
    made = dense()
    onnx.external_data_helper.set_external_data(made.graph.initializer[0], location or "x")
    made.graph.initializer[0].ClearField("raw_data")
    if not location:
        del made.graph.initializer[0].external_data[:]
        made.graph.initializer[0].external_data.add(key="offset", value="0")
    (folder / "m.onnx").write_bytes(made.SerializeToString())
    report = run(folder, None, "  - {inputs: [3, 1], expected: [8, 4, 3]}\n")
    (found,) = report.diagnostics
    assert (found.code, words in found.message) == ("model-file", True)


def test_numbers_beside_the_model_are_read(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(WEIGHTS.tobytes())
    made = dense()
    onnx.external_data_helper.set_external_data(made.graph.initializer[0], "w.bin")
    made.graph.initializer[0].ClearField("raw_data")
    (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
    report = run(tmp_path, None, "  - {inputs: [3, 1], expected: {y: [8, 4, 3], h: [4, 2, 1.5]}}\n")
    assert outcomes(report) == ["passed"]


INT32, BOOL = TensorProto.INT32, TensorProto.BOOL


@pytest.mark.parametrize(
    ("kind", "most"), [(INT64, 2**63), (INT32, 2**31), (TensorProto.UINT64, 2**64), (BOOL, 2)]
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_an_integer_cannot_hold_is_no_input(
    kind: int, most: int, dtype: str, tmp_path: Path
) -> None:
    """The first number beyond is a power of two; as a float the last one within may be the same."""
    to = FLOAT if dtype == "float32" else DOUBLE
    made = model([helper.make_node("Cast", ["x"], ["y"], to=to)],
                 [value("x", kind, ("rows", 1))], [value("y", to, ("rows", 1))])  # fmt: skip
    below = most - max(1, most // 2**20)
    cases = "".join(f"  - {{inputs: [{x}], expected: {x}}}\n" for x in (0, below, most, -2 * most))
    found = [case.outcome for case in run(tmp_path, made, cases).results]
    assert found == ["passed", "passed", "error", "error"]


MIXERS = {
    "Softmax": [helper.make_node("Softmax", ["x"], ["y"], axis=0)],
    "CumSum": [helper.make_node("CumSum", ["x", "zero"], ["y"])],
    "ReduceMean": [helper.make_node("ReduceMean", ["x", "axis"], ["m"], keepdims=1),
                   helper.make_node("Sub", ["x", "m"], ["y"])],
}  # fmt: skip


@pytest.mark.parametrize("name", MIXERS)
def test_the_answer_to_a_row_does_not_depend_on_the_rows_beside_it(
    name: str, tmp_path: Path
) -> None:
    constants = [("zero", np.int64(0)), ("axis", np.int64([0]))]
    made = model(MIXERS[name], [value("x")], [value("y")], constants)
    right = {"Softmax": "[1, 1]", "CumSum": "[{0}, 2]", "ReduceMean": "[0, 0]"}[name]
    cases = [f"  - {{inputs: [{n}, 2], expected: {right.format(n)}}}\n" for n in (3, -1, 4)]
    for chosen in (cases, cases[::-1], cases[1:]):
        assert set(outcomes(run(tmp_path, made, "".join(chosen)))) == {"passed"}


WRONG = [
    ("  - {inputs: [1], expected: [1, 2, 3]}", "shape-mismatch", "1 value for 2 inputs (x1, x2)"),
    (
        "  - {inputs: {x: [1, 2, 3]}, expected: [1, 2, 3]}",
        "shape-mismatch",
        "3 values for 2 numbers of the input `x`",
    ),
    ("  - {inputs: {w: [1, 2]}, expected: [1, 2, 3]}", "unknown-name", "nothing is named `w` here"),
    ("  - {inputs: [1, 2], expected: [1, 2]}", "shape-mismatch", "2 expected values for 3 outputs"),
    ("  - {inputs: [1, 2], expected: {k: 1}}", "unknown-name", "nothing is named `k` here"),
    ("  - {inputs: [1, 2], expected: {h.z: 1}}", "unknown-name", "nothing is named `h.z` here"),
]


@pytest.mark.parametrize(("case", "code", "message"), WRONG)
def test_cases_that_do_not_fit_a_model_are_told(
    case: str, code: str, message: str, tmp_path: Path
) -> None:
    (found,) = run(tmp_path, dense(), case + "\n").diagnostics
    assert (found.code, found.message) == (code, message)


@pytest.mark.parametrize("key", ["inputs", "outputs"])
def test_names_that_are_too_few_are_told(key: str, tmp_path: Path) -> None:
    cases = "  - {inputs: [1, 2], expected: [1, 2, 3]}\n"
    (found,) = run(tmp_path, dense(), cases, f"{key}: [a]\n").diagnostics
    assert (found.code, "1 name for " in found.message) == ("shape-mismatch", True)


def test_a_list_by_name_is_for_the_inputs_of_models(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "inputs: [a, b]\nneuron: {weights: [1, 2], activation: relu}\n"
        "cases:\n  - {inputs: {a: [1, 2], b: 1}, expected: 3}\n"
    )
    (found,) = evaluator.run(tmp_path / "s.yaml").diagnostics
    assert found.message == "`a` is a list; a number is wanted"


def test_a_model_that_onnx_runtime_does_not_load_is_an_error(tmp_path: Path) -> None:
    node = helper.make_node("Mystery", ["x"], ["y"], domain="elsewhere")
    made = model([node], [value("x")], [value("y")])
    made.opset_import.append(helper.make_opsetid("elsewhere", 1))
    report = run(tmp_path, made, "  - {inputs: [1, 2], expected: [1, 2]}\n")
    assert outcomes(report) == ["error"]
    assert report.results[0].reason.startswith("ONNX Runtime cannot load the model: ")
    assert "Mystery" in report.results[0].reason


# --- `onnx:FILE`


SPEC = """\
inputs: [a, b]
layers:
  - {name: h, weights: [[1, 1], [1, -1], [0.5, 0]], activation: relu}
  - {name: y, weights: [[2, 0, 0], [0, 2, 0], [0, 0, 2]], activation: identity}
cases:
  - {inputs: [3, 1], expected: [8, 4, 3]}
  - {inputs: [1, 3], expected: {h: [4, 0, 0.5]}}
  - {inputs: [1, 3], expected: {y.z: [8, 0, 1]}}
"""


def judge(folder: Path, made: Any) -> Report:
    (folder / "s.yaml").write_text(SPEC)
    onnx.save(made, str(folder / "m.onnx"))
    subject = f"onnx:{folder / 'm.onnx'}"
    return evaluator.run(folder / "s.yaml", evaluator.Options(subjects=(subject,)))


def test_an_onnx_file_answers_the_cases_of_any_spec(tmp_path: Path) -> None:
    report = judge(tmp_path, dense())
    assert outcomes(report) == ["passed", "passed", "skipped"]
    assert report.results[2].reason == "it gives no value of `y.z`"
    network = evaluator.load(tmp_path / "s.yaml").network
    assert outcomes(judge(tmp_path, onnx_model(network))) == ["passed"] * 3


def test_inputs_go_to_those_of_their_names(tmp_path: Path) -> None:
    made = model(
        [helper.make_node("Concat", ["a", "b"], ["ab"], axis=1),
         helper.make_node("Gemm", ["ab", "w"], ["z"], transB=1),
         helper.make_node("Relu", ["z"], ["h"]),
         helper.make_node("Mul", ["h", "two"], ["y"])],
        [value("b", shape=("rows", 1)), value("a", shape=("rows", 1))],
        [value("y", shape=("rows", 3))], [("w", WEIGHTS), ("two", np.float32(2))],
    )  # fmt: skip
    assert outcomes(judge(tmp_path, made))[:2] == ["passed", "passed"]


def test_an_onnx_file_that_is_wrong_fails(tmp_path: Path) -> None:
    wrong = dense()
    wrong.graph.initializer[0].CopyFrom(numpy_helper.from_array(-WEIGHTS, "w"))
    assert outcomes(judge(tmp_path, wrong))[:2] == ["failed", "failed"]


MISFITS = [
    (value("x", shape=("rows", 3)), value("y", shape=("rows", 3)),
     "it takes 3 numbers, and the spec has 2 inputs (its inputs are `x`)"),
    (value("x"), value("y"), "it gave 2 values for 3 outputs"),
]  # fmt: skip


@pytest.mark.parametrize(("x", "y", "reason"), MISFITS)
def test_an_onnx_file_of_another_shape_fails_and_says_so(
    x: Any, y: Any, reason: str, tmp_path: Path
) -> None:
    report = judge(tmp_path, model([helper.make_node("Relu", ["x"], ["y"])], [x], [y]))
    assert outcomes(report) == ["failed"] * 3
    assert report.results[0].reason == reason


def test_an_output_that_is_not_as_long_as_there_are_rows_fails(tmp_path: Path) -> None:
    made = model(
        [helper.make_node("Compress", ["x", "first"], ["h"], axis=0),
         helper.make_node("Concat", ["h", "h"], ["hh"], axis=1),
         helper.make_node("Slice", ["hh", "from", "to", "axes"], ["y"])],
        [value("x")], [value("y", shape=("some", 3))],
        [("first", np.array([True])), ("from", np.array([0])), ("to", np.array([3])),
         ("axes", np.array([1]))],
    )  # fmt: skip
    report = judge(tmp_path, made)
    assert {case.outcome for case in report.results} == {"failed"}
    assert "for 3 rows" in report.results[0].reason


@pytest.mark.parametrize(
    ("argument", "message"),
    [("onnx", "`onnx` needs a file"), ("onnx:", "`onnx` needs a file"),
     ("onnx:gone.onnx", "`gone.onnx` does not exist"), ("onnx:.", "`.` is a folder")],
)  # fmt: skip
def test_a_file_that_is_not_there_is_a_usage_error(
    argument: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "specs/neurons", "--subject", argument]) == 2
    assert message in capsys.readouterr().err


def test_a_report_with_pictures_draws_no_model(tmp_path: Path) -> None:
    run(tmp_path, dense(), "  - {inputs: [3, 1], expected: [8, 4, 3]}\n")
    page = tmp_path / "out.html"
    assert main(["run", str(tmp_path / "s.yaml"), "--report", f"html={page}", "-q"]) == 0
    assert "<svg" not in page.read_text()
