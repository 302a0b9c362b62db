"""Programs under test: `python:FILE:NAME` and `process:COMMAND`, and all that may go wrong."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import evaluator
from evaluator.cli import main
from evaluator.diagnostics import UsageError
from evaluator.results import CaseResult, Report
from evaluator.subjects import load, messages
from evaluator.validate import schema

SPECS = Path(__file__).parent.parent / "specs"
#: One neuron, which adds its inputs; the case whose first input is 13 is where programs break.
ADDER = """
neuron: {weights: [1, 1], activation: identity}
cases:
  - {inputs: [1, 2], expected: 3}
  - {inputs: [13, 2], expected: 15}
  - {inputs: [4, 5], expected: 9}
"""
#: A class that adds, to which each test adds what goes wrong.
CLASS = """
import os, sys, time
class Neuron:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias
    def feedforward(self, inputs):
        if inputs[0] == 13:
            {}
        return sum(w * x for w, x in zip(self.weights, inputs)) + self.bias
"""
#: A program of a few lines of Python that adds.
PROGRAM = """
import json, sys, time
def say(**message):
    print(json.dumps(message), flush=True)
network = json.loads(input())["network"]
say(ready=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = {{"id": number, "outputs": [sum(inputs)]}}
    if inputs[0] == 13:
        {}
    print(json.dumps(answer), flush=True)
"""

Runner = Callable[..., Report]


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    """Run a spec with a subject: a command, or the text of a file for `python:FILE:NAME`."""

    def run(
        code: str, spec: str = ADDER, name: str = "Neuron", kind: str = "python", **limits: float
    ) -> Report:
        (tmp_path / "spec").mkdir(exist_ok=True)
        (tmp_path / "spec" / "s.yaml").write_text(spec)
        file = tmp_path / "student.py"
        file.write_text(code)
        subject = (
            f"python:{file}:{name}" if kind == "python" else f"process:{sys.executable} {file}"
        )
        options = evaluator.Options(subjects=(subject,), limits=evaluator.Limits(**limits))
        return evaluator.run(tmp_path / "spec", options)

    return run


def outcomes(report: Report) -> list[str]:
    return [case.outcome for case in report.results]


def broken(report: Report) -> CaseResult:
    """Give the one case that has gone wrong; the others have passed."""
    assert outcomes(report)[::2] == ["passed", "passed"], report.results[0].reason
    return report.results[1]


# --- python: what may be under test

SIGMOID = "import math\ndef sigmoid(z):\n    return 1 / (1 + math.exp(-z))\n"
NEURON = """
neuron: {weights: [0, 1], bias: 4, activation: sigmoid}
cases:
  - {inputs: [2, 3], expected: ~0.999}
"""
#: Two layers of sigmoids, and the same wired by name.
LAYERS = """
layers:
  - {name: hidden, weights: [[0, 1], [0, 1]], activation: sigmoid}
  - {weights: [[0, 1]], activation: sigmoid}
cases:
  - {inputs: [2, 3], expected: ~0.7216}
"""
WIRED = """
inputs: [x1, x2]
neurons:
  h1: {weights: {x1: 0, x2: 1}, activation: sigmoid}
  o1: {weights: {x1: 0, h1: 1}, activation: sigmoid}
cases:
  - {inputs: [2, 3], expected: ~0.7216}
"""
NETWORK = """
import numpy as np
class Network:
    def __init__(self, {}):
        {}
    def {}(self, x):
        for W, b in zip(self.weights, self.biases):
            x = 1 / (1 + np.exp(-(W @ x + b)))
        return x
"""
ADDS_UP = "sigmoid(sum(w * x for w, x in zip(weights, inputs)) + bias)"
SHAPES: dict[str, tuple[str, str, str]] = {
    "a class of weights and bias": (NEURON, "Neuron", SIGMOID + f"""
class Neuron:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias
    def feedforward(self, inputs):
        weights, bias = self.weights, self.bias
        return {ADDS_UP}
"""),
    "a class that is given its activation": (NEURON, "Neuron", SIGMOID + """
class Neuron:
    def __init__(self, w, b, activation="relu"):
        assert activation == "sigmoid"
        self.w, self.b = w, b
    def __call__(self, inputs):
        return [sigmoid(self.w[0] * inputs[0] + self.w[1] * inputs[1] + self.b)]
"""),
    "a class with NumPy": (NEURON, "Neuron", """
import numpy as np
class Neuron:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias
    def predict(self, inputs):
        return 1 / (1 + np.exp(-((self.weights * inputs).sum() + self.bias)))
"""),
    "a class with parameters of other names": (NEURON, "Unit", SIGMOID + """
class Unit:
    def __init__(self, gewichte, schwelle):
        self.g, self.s = gewichte, schwelle
    def forward(self, x):
        return sigmoid(self.g[0] * x[0] + self.g[1] * x[1] + self.s)
"""),
    "a class that knows its weights": (NEURON, "Neuron", SIGMOID + """
class Neuron:
    def feedforward(self, inputs):
        return sigmoid(0 * inputs[0] + 1 * inputs[1] + 4)
"""),
    "a function of the inputs": (
        NEURON, "neuron", SIGMOID + "def neuron(x):\n    return sigmoid(x[1] + 4)\n"),
    "a function of weights, bias and inputs": (
        NEURON, "neuron", SIGMOID + f"def neuron(inputs, weights, bias):\n    return {ADDS_UP}\n"),
    "a function with parameters of other names": (
        NEURON, "f", SIGMOID + "def f(a, c, v):\n    return sigmoid(a[0]*v[0] + a[1]*v[1] + c)\n"),
    "one neuron for every neuron of a network": (WIRED, "neuron",
        SIGMOID + f"def neuron(weights, bias, inputs):\n    return {ADDS_UP}\n"),
    "one neuron for every unit of layers": (LAYERS, "neuron",
        SIGMOID + f"def neuron(weights, bias, inputs):\n    return {ADDS_UP}\n"),
    "a network of weights and biases": (LAYERS, "Network", NETWORK.format(
        "weights, biases", "self.weights, self.biases = weights, biases", "feedforward")),
    "a network of layers": (LAYERS, "Network", NETWORK.format("layers", """
        assert [layer["activation"] for layer in layers] == ["sigmoid", "sigmoid"]
        self.weights = [layer["weights"] for layer in layers]
        self.biases = [layer["bias"] for layer in layers]
""", "forward")),
    "a network that answers a column": (LAYERS, "f", """
import numpy as np
def f(x):
    return np.array([[0.7216325609518421]])
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_classes_and_functions_of_many_shapes_are_asked(name: str, run: Runner) -> None:
    spec, target, code = SHAPES[name]
    report = run(code, spec, target)
    assert outcomes(report) == ["passed"], report.results[0]
    right = "0.999" if "0.999" in spec else "0.7216"
    report = run(code, spec.replace(right, "0.5"), target)
    assert outcomes(report) == ["failed"]
    assert str(report.results[0].mismatches[0].actual).startswith(right[:4])


def test_files_beside_the_file_are_imported_and_the_harness_is_not(
    run: Runner, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text("def f(x): return x[0] + x[1]")
    report = run(
        "from mine import f\ntry:\n    import harness\nexcept ImportError:\n    pass\nelse:\n    f = None",
        name="f",
    )
    assert outcomes(report) == ["passed"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.py", "spec", "student.py"]


def test_float32_networks_give_float32_arrays(run: Runner) -> None:
    code = "import numpy as np\ndef f(weights, bias, inputs):\n    assert weights.dtype == inputs.dtype == 'float32'\n    return weights @ inputs + bias\n"
    assert outcomes(run(code, "dtype: float32\n" + ADDER.lstrip(), "f")) == ["passed"] * 3


def test_infinite_inputs_and_answers_get_through(run: Runner) -> None:
    spec = "neuron: {weights: [1, 1], activation: identity}\ncases:\n  - {inputs: [.inf, 1], expected: .inf}\n  - {inputs: [.inf, -.inf], expected: .nan}\n  - {inputs: [.nan, 1], expected: 1}\n"
    assert outcomes(run(CLASS.format("pass"), spec)) == ["passed", "passed", "failed"]


SOFTMAX = """
layers:
  - {weights: [[1, 0], [0, 1]], activation: softmax}
cases:
  - {inputs: [1, 1], expected: [0.5, 0.5]}
"""
UNSUPPORTED = {
    "one neuron as a layer": (SOFTMAX, "def f(weights, bias, inputs): pass",
        "`f` is one neuron, and a layer of softmax is more than its neurons"),
    "layers as neurons": (WIRED, "def f(layers, x): pass",
        "`f` takes layers, and the neurons of this network are wired otherwise"),
    "weights that are not there": (SOFTMAX.replace("cases", "  - {activation: square}\ncases"),
        "def f(x, weights, biases): pass", "`f` takes weights for every layer, and one has none"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_network_that_it_cannot_do_is_skipped(name: str, run: Runner) -> None:
    spec, code, reason = UNSUPPORTED[name]
    (case,) = run(code, spec, "f").results
    assert (case.outcome, case.reason) == ("skipped", reason)


# --- python: what may go wrong before it is asked

UNUSABLE: dict[str, tuple[str, str]] = {
    "it does not parse": ("def f(:", "it raised SyntaxError: "),
    "it does not import": ("import nothing_of_this_name", "it raised ModuleNotFoundError: No module named 'nothing_of_this_name', at line 1 of student.py"),
    "it has no such name": ("class Neurone: pass\n", "student.py has no `Neuron`; did you mean `Neurone`?"),
    "it has nothing": ("", "student.py has no `Neuron`; it has no class and no function"),
    "it is no class": ("Neuron = 3\n", "`Neuron` in student.py is int, no class and no function"),
    "it raises in the constructor": ("class Neuron:\n    def __init__(self, w, b):\n        self.w = 1 / 0\n", "it raised ZeroDivisionError: division by zero, at line 3 of student.py"),
    "it has no method": ("class Neuron:\n    def __init__(self, w, b):\n        pass\n", "`Neuron` has no method to ask; one of feedforward, forward, predict, __call__ is looked for"),
    "it takes something else": ("class Neuron:\n    def __init__(self, n_inputs, rate, seed, w):\n        pass\n", "`Neuron(n_inputs, rate, seed, w)` takes what is not known: n_inputs, rate, seed; a class is built from"),
    "it takes anything": ("class Neuron:\n    def __init__(self, *args):\n        self.w, self.b = args\n", "`Neuron(*args)` takes what is not known: *args; a class is built from"),
    "it is a function of anything": ("def Neuron(*args): pass", "`Neuron(*args)` takes what is not known: *args; a function takes"),
    "its parameters have no names": ("def Neuron(w, b, x, /): pass", "`Neuron(w (before /), b (before /), x (before /))` takes what is not known"),
    "it is a coroutine": ("async def Neuron(x): return 1", "`Neuron` is `async def`, and gives no number when it is called: write `def`"),
    "its method is a coroutine": ("class Neuron:\n    async def feedforward(self, x): return 1", "`Neuron.feedforward` is `async def`, and gives no number"),
    "it takes no inputs": ("def Neuron(weights, bias): pass", "`Neuron(weights, bias)` takes what is not known: no inputs; a function takes"),
    "it calls exit": ("exit()", "it called exit(), at line 1 of student.py"),
    "it ends": ("import os\nos._exit(7)", "it ended (exit code 7) instead of answering"),
    "it sleeps": ("import time\ntime.sleep(60)", "it gave no answer within 1 s (it may be in an endless loop, or not flush its output; allow more time with `--limit start=2`)"),
    "it asks": ("input('name? ')", "it raised EOFError: EOF when reading a line, at line 1 of student.py"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_used_is_an_error_of_every_case(name: str, run: Runner) -> None:
    code, words = UNUSABLE[name]
    report = run(code, start=1 if name == "it sleeps" else 30)
    assert outcomes(report) == ["error"] * 3
    assert report.results[0].reason.startswith(words)
    assert "Traceback" not in str(report)
    assert report.summary.exit_code == 3


# --- python: what may go wrong in one case, and costs that case

BREAKS: dict[str, tuple[str, str]] = {
    "raises": ("raise ValueError('no 13')", "it raised ValueError: no 13, at line 8 of student.py"),
    "recurses": ("self.feedforward(inputs)", "it raised RecursionError"),
    "exits": ("sys.exit('bye')", "it called exit('bye'), at line 8 of student.py"),
    "ends": ("os._exit(0)", "it ended (exit code 0) instead of answering"),
    "is killed": ("os.kill(os.getpid(), 11)", "it was ended by the signal SIGSEGV instead of answering"),
    "sleeps": ("time.sleep(60)", "it gave no answer within 1 s (it may be in an endless loop, or not flush its output; allow more time with `--limit time=2`)"),
    "loops": ("while True: pass", "it gave no answer within 1 s"),
    "allocates": ("x = bytearray(10**10)", "it raised MemoryError, at line 8 of student.py (it may use 300 MiB of memory: allow more with `--limit memory=600`)"),
    "prints megabytes": ("while True: print('x' * 1000)", "it used more than 4 MiB of output (allow more with `--limit output=8`, or let it use less)"),
    "forks memory": ("for _ in range(4):\n                if os.fork() == 0:\n                    x = bytes(range(250)) * 600000; time.sleep(60)\n            time.sleep(60)", "it used more than 300 MiB of memory"),
    "opens files": ("x = [open('/dev/null') for _ in range(99)]", "it raised OSError: [Errno 24] Too many open files: '/dev/null', at line 8 of student.py (it may use 50 open files"),
    "writes a file": ("open('f', 'wb').write(bytes(10**7))", "it raised OSError: [Errno 27] File too large, at line 8 of student.py (it may use 4 MiB in a file"),
    "writes where answers go": ("os.write(1, b'{\"id\": 2, \"outputs\": [15]}\\n'); os._exit(3)", "it ended (exit code 3) instead of answering"),
}  # fmt: skip
ROOM = {"time": 1, "memory": 300, "output": 4, "processes": 20, "files": 50, "file_size": 4}


@pytest.mark.parametrize("name", BREAKS)
def test_a_case_that_breaks_a_class_costs_that_case_alone(name: str, run: Runner) -> None:
    code, words = BREAKS[name]
    # To fork takes long on a busy machine.
    room = ROOM | {"time": 9} if name.startswith("forks") else ROOM
    case = broken(run(CLASS.format(code), **room))
    assert case.outcome == "error"
    assert case.reason.startswith(words)


def test_what_uses_too_much_processor_time_is_told_so(run: Runner) -> None:
    case = broken(run(CLASS.format("while True: pass"), cpu=1, time=20))
    assert case.reason.startswith(
        "it used more than 1 s of CPU time (allow more with `--limit cpu=2`"
    )


WRONG: dict[str, tuple[str, str]] = {
    "None": ("return None", "it answered `None`, not numbers"),
    "text": ("return '15'", "it answered `'15'`, not numbers"),
    "a boolean": ("return True", "it answered `True`, not numbers"),
    "two numbers": ("return [15, 15]", "it gave 2 values for 1 output"),
    "none": ("return []", "it gave 0 values for 1 output"),
    "a dictionary": ("return {'y': 15}", "it answered `{'y': 15}`, not numbers"),
    "a complex number": ("return 15 + 0j", "it answered `(15+0j)`, not numbers"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_is_no_number_fails(name: str, run: Runner) -> None:
    code, words = WRONG[name]
    case = broken(run(CLASS.format(code)))
    assert (case.outcome, case.reason) == ("failed", words)


@pytest.mark.parametrize("given", ["[15]", "(15,)", "15.0", "__import__('numpy').float64(15)",
                                   "__import__('numpy').array([[15]])", "[__import__('numpy').array([15])]",
                                   "__import__('fractions').Fraction(15)", "[__import__('decimal').Decimal(15)]"])  # fmt: skip
def test_numbers_of_every_kind_are_answers(given: str, run: Runner) -> None:
    assert broken(run(CLASS.format(f"return {given}"))).outcome == "passed"


@pytest.mark.parametrize("power", [400, 5000])
def test_an_integer_beyond_every_float_is_infinite(power: int, run: Runner) -> None:
    case = broken(run(CLASS.format(f"return -10 ** {power}")))
    assert (case.outcome, case.mismatches[0].actual) == ("failed", -np.inf)


#: PReLU with a slope for each unit, its units in a layer and wired by name.
SLOPES = """
layers:
  - name: hidden
    weights: [[1], [1]]
    activation: {name: prelu, slope: [0.5, 0.25]}
  - {weights: [[1, 1]], activation: identity}
cases:
  - {inputs: [-8], expected: -6}
  - {inputs: [-8], expected: {hidden: [-4, -2]}}
"""
SLOPE = """
neuron: {weights: [1], activation: {name: prelu, slope: [0.5]}}
cases: [{inputs: [-8], expected: -4}]
"""
PRELU = """
def f(weights, bias, activation, inputs):
    z = weights[0] * inputs[0] + weights[-1] * inputs[-1] * (len(inputs) - 1) + bias
    return z if activation == "identity" or z > 0 else activation["slope"] * z
"""


@pytest.mark.parametrize(("spec", "cases"), [(SLOPES, 2), (SLOPE, 1)])
def test_each_unit_is_given_its_own_slope(spec: str, cases: int, run: Runner) -> None:
    assert outcomes(run(PRELU, spec, "f")) == ["passed"] * cases


@pytest.mark.parametrize(
    ("written", "told"),
    [("step", "step"), ("{name: step, threshold: 0.5}", {"name": "step", "threshold": 0.5}),
     ("{name: leaky_relu, alpha: 0.01}", "leaky_relu"), ("gelu", "gelu"),
     ("{name: gelu, approximate: tanh}", {"name": "gelu", "approximate": "tanh"}),
     ("{name: clip, min: 0}", {"name": "clip", "min": 0})],
)  # fmt: skip
def test_an_activation_is_told_by_its_name_and_what_is_not_the_default(
    written: str, told: Any, run: Runner
) -> None:
    spec = (
        f"neuron: {{weights: [1], activation: {written}}}\ncases: [{{inputs: [1], expected: 7}}]\n"
    )
    code = f"def f(weights, bias, activation, inputs):\n    assert activation == {told!r}, activation\n    return 7\n"
    assert outcomes(run(code, spec, "f")) == ["passed"]


def test_the_units_of_a_network_that_is_wired_from_neurons_are_judged_by_name(run: Runner) -> None:
    code = f"def f(weights, bias, inputs):\n    import math\n    sigmoid = lambda z: 1 / (1 + math.exp(-z))\n    return {ADDS_UP}\n"
    layers = LAYERS + "  - {inputs: [2, 3], expected: {hidden: [~0.953, ~0.953]}}\n"
    wired = WIRED + "  - {inputs: [2, 3], expected: {h1: ~0.953}}\n"
    for spec in (layers, wired):
        assert outcomes(run(code, spec, "f")) == ["passed"] * 2
        assert outcomes(run(code, spec.replace("0.953", "0.353"), "f")) == ["passed", "failed"]
    report = run(code.replace("return", "return None and"), layers, "f")
    assert {case.reason for case in report.results} == {
        "it answered `None for one neuron`, not numbers"
    }


@pytest.mark.parametrize("code", ["sys.stdout = None", "sys.stdout.close()", "sys.stdout = 3"])
def test_a_file_that_does_away_with_its_standard_output_answers_all_the_same(
    code: str, run: Runner
) -> None:
    assert outcomes(run(CLASS.format(code))) == ["passed"] * 3


@pytest.mark.parametrize(
    ("code", "reason", "printed"),
    [
        ("os.closerange(3, 50)", "it ended (exit code 1) instead of answering",
         "the file broke what asks it: OSError: [Errno 9] Bad file descriptor"),
        ("import json; json.dumps = None", "it ended (exit code 1) instead of answering",
         "the file broke what asks it: TypeError: 'NoneType' object is not callable"),
        ("import __main__; __main__._plain = None", "it raised TypeError: 'NoneType' object is not callable", ""),
        ("import __main__; raise __main__.Refused('I cannot')", "I cannot", ""),
    ],
)  # fmt: skip
def test_a_file_that_breaks_what_asks_it_is_told_so(
    code: str, reason: str, printed: str, run: Runner
) -> None:
    case = run(CLASS.format(code)).results[1]
    assert (case.outcome, case.reason, case.printed) == ("error", reason, printed)


@pytest.mark.parametrize("code", ["from evaluator import Neuron", "import evaluator.network"])
def test_the_evaluator_does_not_answer_for_the_file(code: str, run: Runner) -> None:
    reason = "it raised ImportError: `evaluator` judges this file, and cannot answer for it, at line 1 of student.py"
    assert {case.reason for case in run(code).results} == {reason}


def test_a_module_of_the_file_may_be_called_evaluator(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "evaluator.py").write_text("def f(x): return x[0] + x[1]")
    assert outcomes(run("from evaluator import f", name="f")) == ["passed"] * 3


def test_what_is_printed_is_shown_with_errors_and_never_taken_for_an_answer(run: Runner) -> None:
    code = CLASS.format("""print('{"id": 2, "outputs": [15]}'); os.system('echo from a shell')
            return 0""")
    case = broken(run(code))
    assert (case.outcome, case.mismatches[0].actual) == ("failed", 0.0)
    case = broken(run(code.replace("return 0", "raise KeyError")))
    assert case.printed == '{"id": 2, "outputs": [15]}\nfrom a shell'


def test_of_much_that_is_printed_the_end_is_shown(run: Runner) -> None:
    code = CLASS.format("print('x' * 10000, 'last words'); raise KeyError")
    printed = broken(run(code)).printed
    assert printed.startswith("… 6,012 bytes before\nxxx")
    assert printed.endswith(" last words")


def test_a_copy_of_the_process_answers_nothing(run: Runner) -> None:
    code = CLASS.format("if os.fork() == 0: return 0\n            time.sleep(0.3)")
    assert outcomes(run(code)) == ["passed"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
@pytest.mark.parametrize(
    ("number", "jobs"), [(signal.SIGTERM, 1), (signal.SIGHUP, 1), (signal.SIGKILL, 1), (signal.SIGTERM, 2)]
)  # fmt: skip
def test_nothing_is_left_where_the_evaluator_is_killed(
    number: int, jobs: int, tmp_path: Path
) -> None:
    mark = f"{os.getpid()}-{number}-{jobs}"
    (tmp_path / "spec").mkdir()
    for name in ("s.yaml", "t.yaml"):
        (tmp_path / "spec" / name).write_text(ADDER)
    (tmp_path / "sleeps.py").write_text("import time\nopen('file', 'w')\ntime.sleep(60)\n")
    command = f"process:{sys.executable} {tmp_path / 'sleeps.py'} {mark}"
    words = [str(tmp_path / "spec"), "-j", str(jobs), "--subject", command]
    # Whoever runs the tests may ignore what is sent, as nohup does.
    heed = f"signal.signal({int(number)}, signal.SIG_DFL)\n" * (number != signal.SIGKILL)
    program = f"import runpy, signal\n{heed}runpy.run_module('evaluator', run_name='__main__')"
    with subprocess.Popen([sys.executable, "-c", program, "run", *words]) as process:
        assert soon(lambda: [folder for folder in folders_of(mark) if (folder / "file").exists()])
        folder = folders_of(mark)[0]
        process.send_signal(number)
    assert soon(lambda: not folder.exists())
    assert soon(lambda: not folders_of(mark))


def folders_of(mark: str) -> list[Path]:
    """Give the folders that programs with a mark in their command run in."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            folder = Path(os.readlink(path / "cwd"))
            if mark.encode() in (path / "cmdline").read_bytes() and "evaluator-" in folder.name:
                found.append(folder)
    return found


def soon(found: Callable[[], Any]) -> bool:
    """Wait for something, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not found() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(found())


def test_a_program_that_always_breaks_is_not_started_for_ever(run: Runner) -> None:
    cases = "".join(f"  - {{inputs: [13, {n}], expected: {13 + n}}}\n" for n in range(40))
    report = run(CLASS.format("os._exit(1)"), ADDER[: ADDER.index("  - ")] + cases)
    assert outcomes(report) == ["error"] * 40
    assert [c.reason for c in report.results[:10]] == [
        "it ended (exit code 1) instead of answering"
    ] * 10
    assert report.results[39].reason.startswith("it was not asked: the 10 rows before it broke")


# --- python: what it must not see


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can hide files without root")
def test_the_spec_its_tables_and_the_evaluator_are_out_of_reach(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "token")
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "t.csv").write_text("x1,x2,y\n1,2,3\n")
    (tmp_path / "spec" / "open.txt").write_text("may be read\n")
    code = f"""
import os
report = []
def f(x):
    for path in ({str(tmp_path / "spec" / "s.yaml")!r}, {str(tmp_path / "spec" / "t.csv")!r},
                 f'/proc/{{os.getppid()}}/cmdline', '/proc/{os.getpid()}/cmdline',
                 '/proc/{os.getpid()}/mem', '/proc/{os.getpid()}/environ'):
        try:
            with open(path, 'rb') as file:
                file.read(10)
            report.append(path)
        except OSError:
            pass
    try:
        os.kill({os.getpid()}, 0)
        report.append('signal')
    except PermissionError:
        pass
    open({str(tmp_path / "spec" / "open.txt")!r}).close()
    report.extend(name for name in os.environ if name in ('SECRET', 'PWD', 'OLDPWD'))
    report.extend(os.listdir('.'))
    assert not report, report
    return x[0] + x[1]
"""
    spec = ADDER + "  - {file: t.csv, expected: [y]}\n"
    report = run(code, spec, "f")
    assert outcomes(report) == ["passed"] * 4, report.results[0].reason


# --- process: the conversation

GARBAGE: dict[str, tuple[str, str, str]] = {
    "not JSON": ("print('adding', inputs)", "error", "it wrote `adding [13.0, 2.0]` to standard output, which is not JSON (standard output is for answers alone; print anything else to standard error)"),
    "no object": ("answer = [15]", "error", "it answered `[15]`, not a JSON object"),
    "twice": ("print(json.dumps(answer))", "passed", ""),
    "out of order": ("answer['id'] = 3", "error", "it answered request `3`, where request 2 was due (answer the requests in the order they come, each with its own `id`)"),
    "an earlier id": ("answer['id'] = 1", "error", "it answered request 1 again, where request 2 was due (write one line for each request)"),
    "no id": ("del answer['id']", "error", 'it answered `{"outputs": [15.0]}`, which has no `id` (give back the `id` of the request)'),
    "an id of text": ("answer['id'] = '2'", "error", 'it gave back the `id` 2 as text: "2" (write it as a number, without quotes)'),
    "an id of another text": ("answer['id'] = 'two'", "error", "it answered request `two`, where request 2 was due"),
    "an id with a point": ("answer['id'] = 2.0", "passed", ""),
    "an integer of 5,000 digits": ("print('{\"id\": 2, \"outputs\": [' + '9' * 5000 + ']}', flush=True); continue", "failed", ""),
    "no outputs": ("del answer['outputs']", "error", 'it answered `{"id": 2}`, which has no `outputs`'),
    "too few outputs": ("answer['outputs'] = []", "failed", "it gave 0 values for 1 output"),
    "too many outputs": ("answer['outputs'] = [15, 15]", "failed", "it gave 2 values for 1 output"),
    "text": ("answer['outputs'] = 'fifteen'", "failed", "it answered `fifteen`, not numbers"),
    "text in a list": ("answer['outputs'] = ['15']", "failed", 'it answered `["15"]`, not numbers (a number is written without quotes)'),
    "an infinity of C": ("print('{\"id\": 2, \"outputs\": [-inf]}', flush=True); continue", "error", 'it wrote `{"id": 2, "outputs": [-inf]}` to standard output, which is not JSON (NaN is written "NaN"'),
    "null in a list": ("answer['outputs'] = [None]", "failed", 'it answered `[null]`, not numbers (NaN is written "NaN"'),
    "an error without a reason": ("answer = {'id': number, 'error': ''}", "error", "it told an error, and not which"),
    "no reason": ("answer = {'id': number, 'unsupported': ''}", "skipped", "it cannot, and does not say why"),
    "null": ("answer['outputs'] = None", "failed", 'it answered `null`, not numbers (NaN is written "NaN"'),
    "a nested list": ("answer['outputs'] = [[15]]", "failed", "it answered `[[15]]`, not numbers"),
    "a number alone": ("answer['outputs'] = 15", "passed", ""),
    "NaN": ("answer['outputs'] = ['NaN']", "failed", ""),
    "a bare NaN": ("answer['outputs'] = [float('nan')]", "failed", ""),
    "a huge integer": ("answer['outputs'] = [10 ** 400]", "failed", ""),
    "a reason": ("answer = {'id': number, 'unsupported': 'no thirteen'}", "skipped", "no thirteen"),
    "an error": ("answer = {'id': number, 'error': 'overflow'}", "error", "overflow"),
    "bytes": ("sys.stdout.buffer.write(b'\\xff\\x1b[31m\\n'); sys.stdout.flush()", "error", "it wrote `\\x1b"),
    "an endless line": ("while True: sys.stdout.write('9' * 10000)", "error", "it used more than 4 MiB of output"),
    "nothing": ("continue", "error", "it answered request `3`, where request 2 was due"),
    "its last words": ("sys.exit('I give up')", "error", "it ended (exit code 1) instead of answering"),
    "a closed pipe": ("import os; os.close(1); time.sleep(9)", "error", "it closed its standard output instead of answering"),
}  # fmt: skip


@pytest.mark.parametrize("name", GARBAGE)
def test_an_answer_of_a_process_that_is_none_costs_its_case_and_is_told(
    name: str, run: Runner
) -> None:
    code, outcome, words = GARBAGE[name]
    report = run(PROGRAM.format(code), kind="process", **ROOM)
    if name == "twice":  # the surplus stands where the next answer is due
        assert outcomes(report) == ["passed", "passed", "error"]
        assert report.results[2].reason.startswith("it answered request 2 again, where request 3")
        return
    case = broken(report)
    assert case.outcome == outcome, case
    if name != "bytes":
        assert case.reason.startswith(words)
    if name == "its last words":
        assert case.printed == "I give up"
    assert "\x1b" not in case.reason


def test_a_second_answer_to_the_last_request_is_noticed(run: Runner) -> None:
    spec = ADDER[: ADDER.index("  - {inputs: [4")]
    code = PROGRAM.format("sys.stdout.write(json.dumps(answer) + '\\n')")
    report = run(code, spec, kind="process")
    assert outcomes(report) == ["passed", "error"]
    assert report.results[1].reason.startswith(
        'it wrote `{"id": 2, "outputs": [15.0]}` after its answer'
    )


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("print('{\"unsupported\": \"no adders\"}', flush=True)", "skipped", "no adders"),
        ("print('{}', flush=True)", "error", "it answered `{}` to the network (the answer to the first line is"),
        ("print('hello', flush=True)", "error", "it wrote `hello` to standard output, which is not JSON"),
        ("", "error", "it ended (exit code 0) instead of answering"),
        ("import os, time\nos.close(0)\ntime.sleep(30)", "error", "it gave no answer within 1 s"),
        ("import sys\nsys.stdin.read()", "error", "it gave no answer within 1 s"),
    ],
)  # fmt: skip
def test_a_process_that_is_not_ready_is_never_asked(
    code: str, outcome: str, words: str, run: Runner
) -> None:
    report = run(code, kind="process", start=1)
    assert outcomes(report) == [outcome] * 3
    assert report.results[0].reason.startswith(words)


def test_values_on_the_way_are_judged_by_name(run: Runner) -> None:
    spec = ADDER + "  - {inputs: [1, 1], expected: {z: 2}}\n"
    for z, outcome in (("sum(inputs)", "passed"), ("0", "failed"), ("'one'", "failed")):
        code = PROGRAM.format("pass").replace(
            "if inputs", f"answer['values'] = {{'y.z': {z}}}\n    if inputs"
        )
        report = run(code, spec, kind="process")
        assert report.results[3].outcome == outcome
    assert report.results[3].reason == "it gave `one` for `y.z`, not 1 number"
    assert run(PROGRAM.format("pass"), spec, kind="process").results[3].outcome == "skipped"


def test_values_that_are_given_for_some_rows_only_are_missed(run: Runner) -> None:
    code = PROGRAM.format("answer['values'] = {'y.z': 15, 'unknown': 'ignored'}")
    report = run(code, kind="process")
    assert outcomes(report) == ["failed", "passed", "failed"]
    assert report.results[0].reason == "it gave no `y.z`, which it gave for other rows"


def test_a_table_loses_only_the_rows_that_break(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    rows = "".join(f"{n},1,{n + 1}\n" for n in range(500))
    (tmp_path / "spec" / "t.csv").write_text(f"x1,x2,y\n{rows}")
    spec = ADDER[: ADDER.index("  - ")] + "  - {file: t.csv, expected: [y]}\n"
    (case,) = run(CLASS.format("os._exit(9)"), spec).results
    assert (case.rows, case.broken_rows, case.failed_rows, case.values) == (500, 1, 0, 499)
    assert case.reason == "row 14: it ended (exit code 9) instead of answering"


# --- what is sent and what is answered is what the schema says

PROCESS = schema("process")


def accepts(message: Any) -> bool:
    return bool(jsonschema.Draft7Validator(PROCESS).is_valid(message))


@pytest.mark.parametrize("file", sorted(SPECS.rglob("*.yaml")), ids=str)
def test_what_programs_are_told_of_a_network_is_complete(file: Path) -> None:
    """Evaluate every spec of the library from the message alone."""
    from evaluator.activations import ACTIVATIONS
    from evaluator.source import read_file
    from evaluator.spec import build

    np = pytest.importorskip("numpy")
    for document in read_file(str(file)):
        spec = build(document)
        if not len(spec.inputs):  # tables alone
            spec.inputs = np.eye(5, len(spec.network.inputs), dtype=spec.network.dtype)
        sent = json.loads(messages.opening(spec.network))
        assert accepts(sent)
        network = sent["network"]
        values = spec.inputs.copy()
        for step in network["steps"]:
            z = values[:, step["reads"]]
            if step["weights"] is not None:
                z = z @ np.array(step["weights"], values.dtype).T
            if step["bias"] is not None:
                z = z + np.array(step["bias"], values.dtype)
            activation = step["activation"]
            given = {k: np.array(v) if isinstance(v, list) else v for k, v in activation.items()}
            with np.errstate(all="ignore"):
                out = ACTIVATIONS[given.pop("name")](z, **given)
            values = np.hstack([values, out])
        with np.errstate(all="ignore"):
            expected = spec.network.forward(spec.inputs).outputs
        np.testing.assert_allclose(values[:, network["reads"]], expected, rtol=1e-5, atol=1e-12)
        if "neuron" in network:
            assert len(network["steps"]) == 1
        for number, row in enumerate(spec.inputs[:3].tolist(), 1):
            assert accepts(json.loads(messages.request(number, row)))


@pytest.mark.parametrize(
    ("message", "right"),
    [
        ({"ready": True}, True), ({"ready": 1}, False), ({"id": 1, "outputs": [1, "NaN"]}, True),
        ({"id": 1, "outputs": 1}, True), ({"id": 1, "outputs": ["1"]}, False),
        ({"id": 1}, False), ({"unsupported": "no"}, True), ({"id": 2, "error": "no"}, True),
        ({"id": 1, "outputs": [1], "values": {"h": [1, 2], "h.z": 3}}, True),
        ({"id": 1, "outputs": [1], "extra": 1}, False), ({"id": 0, "outputs": [1]}, False),
    ],
)  # fmt: skip
def test_the_schema_tells_messages_from_others(message: Any, right: bool) -> None:
    assert accepts(message) is right


def test_the_schema_of_the_messages_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "process"]) == 0
    jsonschema.Draft7Validator.check_schema(json.loads(capsys.readouterr().out))


# --- the command line


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("process:", "`process:` names no command"),
        ("process:'", "the command `'` cannot be taken apart"),
        ("process:no-such-program x", "there is no program `no-such-program`"),
        ("process:adder.py", "adder.py is a file: `chmod +x adder.py` and `process:./adder.py`"),
        ("python:student.py", "`python:student.py` names no class or function"),
        ("python:", "`python:` names no class or function"),
        ("python:missing.py:Neuron", "there is no file missing.py"),
    ],
)  # fmt: skip
def test_a_program_that_is_not_there_is_a_usage_error(
    subject: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adder.py").write_text("")
    load.cache_clear()
    with pytest.raises(UsageError) as caught:
        load(subject)
    assert words in f"{caught.value}: {caught.value.hint}"


def test_a_file_that_no_system_runs_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(ADDER)
    (tmp_path / "program").write_bytes(b"\0\1\2")
    (tmp_path / "program").chmod(0o755)
    options = evaluator.Options(subjects=(f"process:{tmp_path / 'program'}",))
    (case, *_) = evaluator.run(tmp_path / "s.yaml", options).results
    assert (case.outcome, case.reason) == (
        "error",
        "it cannot be started: Exec format error (is the program installed, and executable?)",
    )


def test_limits_come_from_the_configuration_and_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(ADDER)
    (tmp_path / "slow.py").write_text(CLASS.format("time.sleep(30)"))
    settings = tmp_path / "evaluator.toml"
    settings.write_text('limit = ["time=0.5"]')
    words = ["run", "s.yaml", "--subject", "python:slow.py:Neuron"]
    assert main(words) == 3
    assert "it gave no answer within 0.5 s" in capsys.readouterr().out
    assert main([*words, "--limit", "time=0.6", "--limit=memory=100.5"]) == 3
    assert "it gave no answer within 0.6 s" in capsys.readouterr().out
    for limit, said in (
        ("tme=1", "there is no limit `tme`\nhelp: did you mean `time`?"),
        ("=1", "there is no limit ``\nhelp: there is time, start, cpu, memory"),
        ("time=0", "the limit `time=0` is no number above 0"),
        ("time=inf", "the limit `time=inf` is no number above 0"),
        ("time", "the limit `time` is no number above 0\nhelp: write a number of s, as in time=10"),
    ):  # fmt: skip
        assert main([*words, "--limit", limit]) == 2
        assert said in capsys.readouterr().err
    for text in ("limit = 3", "limit = ['time=zero']", "limit = ['memroy=3']"):
        settings.write_text(text)
        assert main(words) == 2


def test_words_that_name_files_here_reach_the_program_from_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(ADDER)
    (tmp_path / "adder.py").write_text(PROGRAM.format("pass"))
    options = evaluator.Options(subjects=("process:python3 adder.py",))
    assert outcomes(evaluator.run("s.yaml", options)) == ["passed"] * 3


def test_a_report_says_what_a_student_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(ADDER)
    (tmp_path / "student.py").write_text(CLASS.format("print('why?'); 1 / 0"))
    assert main(["run", "s.yaml", "--subject", "python:student.py:Neuron"]) == 3
    text = capsys.readouterr().out
    assert "it raised ZeroDivisionError: division by zero, at line 8 of student.py" in text
    assert "it printed:\n    | why?" in text
    assert "1 error, 2 passed" in text
