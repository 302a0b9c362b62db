"""Whatever is handed in: it gets its message and no points, and all others get their grades."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.cli import main
from evaluator.diagnostics import SubjectError
from evaluator.exercises.batch import Graders, Order, grade_file
from evaluator.exercises.grading import Terms
from evaluator.exercises.outcomes import Grade
from evaluator.exercises.submission import MAX_BYTES
from evaluator.subjects.limits import DEFAULTS

SPEC = """\
neuron: {weights: [0, 1], bias: 4, activation: sigmoid}
cases:
  - {name: worked, inputs: [2, 3], expected: {z: 7, y: ~0.999}}
  - {name: half, inputs: [1, -4], expected: 0.5}
exercise:
  statement: A neuron.
  points: 4
  parts:
    - {name: sum, ask: z?, value: z}
    - {name: output, ask: y?, value: y}
    - {name: gate, ask: Fill., blanks: [y.weights, y.bias], cases: [half]}
    - {name: code, ask: Write., implement: Neuron}
"""
BOMB = "\n".join(
    [
        "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)),
    ]
)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec/e.yaml").write_text(SPEC)
    (tmp_path / "in").mkdir()
    return Order(str(tmp_path / "spec/e.yaml"))


#: Content that is no submission, and what is said of it.
CONTENTS: dict[str, tuple[bytes, str]] = {
    "a bomb": (f"{BOMB}\nanswers: {{sum: *a8}}\n".encode(), "aliases expand to more than"),
    "an alias of itself": (b"answers: &a {sum: *a}", "refers to itself"),
    "duplicate keys": (b"answers: {sum: 7, sum: 3}", "duplicate key `sum`"),
    "two documents": (b"answers: {sum: 7}\n---\nanswers: {sum: 3}\n", "2 documents"),
    "too deep": (b"answers: " + b"[" * 1000, "nested deeper"),
    "a tag": (b"answers: !!python/object/apply:os.system [ls]", "the tag"),
    "a tag of an answer": (b"answers: {sum: !!python/name:os.system x}", "the tag"),
    "a merge key": (b"answers: {<<: {sum: 7}}", "merge key"),
    "binary": (bytes(range(256)) * 4, "not UTF-8"),
    "NUL": (b"answers: {sum: 7}\0", "U+0000"),
    "UTF-16": ("answers: {sum: 7}".encode("utf-16"), "not UTF-8"),
    "nothing": (b"", "no content"),
    "a list": (b"[7, 0.999]", "holds no `answers`"),
    "a number": (b"7", "holds no `answers`"),
    "answers that are a list": (b"answers: [7, 0.999]", "is no mapping"),
    "no answers": (b"sum: 7\n", "write `answers:`"),
    "an open bracket": (b"answers: {sum: 7", "not closed"),
    "too long": (b"answers: {sum: 7} #" + b"x" * MAX_BYTES, "at most 1,048,576"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_no_submission_gets_its_message(name: str, order: Order, tmp_path: Path) -> None:
    content, said = CONTENTS[name]
    (tmp_path / "in/eve.yaml").write_bytes(content)
    found = grade_file(order, str(tmp_path / "in/eve.yaml"))
    assert (found.score, found.points) == (0, 4)
    assert said in found.error
    assert len(found.error) < 600


#: Answers that are hostile in themselves: the others of the submission still count.
ANSWERS = {
    "a huge number": f"sum: {'9' * 900}",
    "a number without end": f"sum: 1{'0' * 10_000}",
    "beyond every float": "sum: 1e999",
    "lists of aliases": "sum: [&a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "
    + ", ".join(
        f"&{name} [{', '.join([f'*{of}'] * 10)}]" for of, name in zip("abcd", "bcde", strict=True)
    )
    + "]",
    "a deep list": f"sum: {'[' * 40}1{']' * 40}",
    "a long list": f"sum: [{', '.join(['1'] * 50_000)}]",
    "a long text": f"sum: {'x' * 100_000}",
    "markup": "sum: '<script>alert(1)</script>'",
    "a terminal's commands": 'sum: "\\e]0;owned\\a"',
    "a path": "sum: {file: /etc/passwd}",
    "a spec": "sum: {model: {file: ../spec/e.yaml}}",
    "a format": "sum: '%s%n{0.__class__}'",
    "a big design": f"gate: {{y.weights: [{', '.join(['[1]'] * 10_000)}], y.bias: 4}}",
    "a file for a blank": "gate: {y.weights: {file: /etc/passwd}, y.bias: {file: /dev/zero}}",
    "no text for a key": "gate: {y.weights: {a: {b: c}}, y.bias: {}}",
    "infinite weights": "gate: {y.weights: [.inf, -.inf], y.bias: .nan}",
    "overflow": "gate: {y.weights: [1e308, 1e308], y.bias: -1e308}",
    "many answers": ", ".join(f"a{n}: {n}" for n in range(5000)),
    "control characters": 'sum: "7\\x00\\x1b[2J"',
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_hostile_answer_costs_its_part_alone(name: str, order: Order, tmp_path: Path) -> None:
    (tmp_path / "in/eve.yaml").write_text(f"answers: {{output: 0.999, {ANSWERS[name]}}}")
    found = grade_file(order, str(tmp_path / "in/eve.yaml"))
    assert found.error == ""
    assert found.score == 1
    said = json.dumps([[p.feedback, p.answer] for p in found.parts] + [list(found.notes)])
    assert len(said) < 6000
    assert "\\u001b" not in said
    assert "root:" not in said


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "spec/e.yaml")


def hard_link(path: Path) -> None:
    os.link(path.parent.parent / "spec/e.yaml", path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def folder_loop(path: Path) -> None:
    path.symlink_to(path.parent)


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)
        server.bind(path.name)  # a long path does not fit
        os.chdir(path.parent.parent)


def empty_folder(path: Path) -> None:
    path.mkdir()


def full_folder(path: Path) -> None:
    path.mkdir()
    for number in range(500):
        (path / f"{number}.yaml").write_text("answers: {sum: 7}")


def twice(path: Path) -> None:
    path.mkdir()
    for name in ("a", "b"):
        (path / f"{name}.yaml").write_text("answers: {sum: 7}")


def folder_with_link(path: Path) -> None:
    path.mkdir()
    (path / "a.yaml").symlink_to("/etc/passwd")


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (pipe, "not a regular file"),
    "a link to the exercise": (link, "it is a link"),
    "a hard link to the exercise": (hard_link, "the exercise itself"),
    "a link to itself": (loop, "it is a link"),
    "a link to its folder": (folder_loop, "it is a link"),
    "200 MB": (sparse, "at most 1,048,576"),
    "a socket": (listening, "not a regular file|cannot be read"),
    "an empty folder": (empty_folder, "holds no file"),
    "a folder of many files": (full_folder, "500 files"),
    "answers in two files": (twice, "two files"),
    "a folder with a link": (folder_with_link, "it is a link"),
}


def test_no_file_stops_the_others(
    order: Order,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, (make, _) in enumerate(FILES.values()):
        make(tmp_path / f"in/{number:02}.yaml")
    names = [
        "zz ada.yaml",
        "zz <b>bob.yaml",
        "zz \x1b]0;x\x07.yaml",
        "zz -rf.yaml",
        "zz " + "x" * 200,
    ]
    for name in names:
        (tmp_path / "in" / name).write_text("answers: {sum: 7, output: 0.999}")
    (tmp_path / "in" / os.fsdecode(b"zz \xff.yaml")).write_text("answers: {sum: 7, output: 0.999}")
    words = ["--json", "r.json", "--csv", "r.csv", "--gradescope", "out", "--prairielearn", "pl"]
    code = main(["exercise", "grade", order.file, str(tmp_path / "in"), *words])
    output = capsys.readouterr()
    assert code == 1
    assert "\x1b" not in output.out
    assert output.err == ""
    found = json.loads((tmp_path / "r.json").read_text())["submissions"]
    errors = [each["error"] for each in found]
    for error, (_, said) in zip(errors, FILES.values(), strict=False):
        assert any(part in error for part in said.split("|")), (error, said)
    assert [each["score"] for each in found] == [0] * len(FILES) + [2] * 6
    assert "\x1b" not in (tmp_path / "r.csv").read_text()
    assert len(list((tmp_path / "out").iterdir())) == len(found)


#: Code → what is said of it. It earns nothing.
CODE = {
    "an endless loop": ("while True: pass", "no answer within"),
    "an endless answer": ("class Neuron:\n def __init__(s, weights, bias): pass\n"
                          " def feedforward(s, inputs):\n  while True: pass", "no answer within"),
    "processes": ("import os\nwhile True: os.fork()", "processes|no answer|signal"),
    "output": ("import sys\nwhile True: sys.stderr.write('x' * 65536)", "MiB of output"),
    "memory": ("x = []\nwhile True: x.append(bytearray(2**24))", "memory|MemoryError"),
    "an early end": ("import os\nos._exit(0)", "it ended (exit code 0)"),
    "a polite end": ("raise SystemExit(0)", "exit(0)"),
    "faked results": ("print('{\"ready\": true}')\nprint('{\"id\": 1, \"outputs\": [0.999]}')\n"
                      "import os; os._exit(0)", "it ended"),
    "a signal": ("import os\nos.kill(os.getpid(), 9)", "SIGKILL"),
    "objects that equal everything": (
        "class Yes(float):\n"
        " def __eq__(s, o): return True\n"
        " __le__ = __ge__ = __lt__ = __gt__ = lambda s, o: True\n"
        "class Neuron:\n def __init__(s, weights, bias): pass\n"
        " def feedforward(s, inputs): return Yes(12345)", "12345"),
    "the evaluator's own comparison": (
        "import evaluator.expectation as e\ne.accepts = lambda *a: True", "evaluator"),
    "text that is right": ("class Neuron:\n def __init__(s, weights, bias): pass\n"
                           " def feedforward(s, inputs): return '0.999'", "0.999"),
    "not a number": ("class Neuron:\n def __init__(s, weights, bias): pass\n"
                     " def feedforward(s, inputs): return float('nan')", "nan"),
}  # fmt: skip


@pytest.mark.parametrize("name", CODE)
def test_hostile_code_earns_nothing_and_is_told(name: str, order: Order, tmp_path: Path) -> None:
    code, said = CODE[name]
    (tmp_path / "in/eve.py").write_text(code)
    limits = DEFAULTS._replace(time=0.6, start=3, processes=8, memory=300, output=1)
    terms = Terms(code="python", limits=limits)
    found = grade_file(order._replace(terms=terms), str(tmp_path / "in/eve.py"))
    assert (found.error, found.score) == ("", 0)
    part = found.parts[-1]
    assert part.status == "failed"
    told = "\n".join(part.feedback)
    assert any(each in told for each in said.split("|")), told
    assert len(told) < 4000


@pytest.mark.skipif(sys.platform != "linux", reason="files are hidden on Linux")
def test_code_cannot_read_the_exercise_or_what_others_handed_in(
    order: Order,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "in/ada.py").write_text("SECRET = 1")
    (tmp_path / "in/bob").mkdir()
    (tmp_path / "in/bob/answers.yaml").write_text("answers: {sum: 7}")
    others = ["spec/e.yaml", "in/ada.py", "in/bob/answers.yaml", "r.json"]
    (tmp_path / "r.json").write_text("{}")
    paths = [str(tmp_path / each) for each in others]
    (tmp_path / "in/eve.py").write_text(
        f"found = []\nfor path in {paths!r}:\n"
        "    try: found.append(open(path).read())\n"
        "    except OSError: pass\n"
        "raise ValueError('read ' + str(len(found)))\n"
    )
    json_path = str(tmp_path / "r.json")
    main(
        [
            "exercise",
            "grade",
            order.file,
            str(tmp_path / "in"),
            "--code",
            "python",
            "--json",
            json_path,
        ]
    )
    capsys.readouterr()
    found = json.loads((tmp_path / "r.json").read_text())["submissions"]
    eve = next(each for each in found if each["name"] == "eve.py")
    told = "\n".join(eve["parts"][-1]["feedback"])
    assert "read 0" in told or "read 4" in told  # where the kernel has no Landlock
    if "read 4" in told:
        pytest.skip("this kernel hides no files")


def test_what_code_must_not_read_is_named_to_what_hides_it(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluator.exercises import programs

    named: list[str] = []

    def confined(text: str, limits: object, hidden: tuple[str, ...]) -> object:
        named.extend(hidden)
        raise SubjectError("it is not started")

    monkeypatch.setattr(programs, "confined", confined)
    for name in ("ada.py", "eve.py"):
        (tmp_path / "in" / name).write_text("")
    words = ["--code", "python", "--json", str(tmp_path / "r.json"), "-q"]
    assert main(["exercise", "grade", order.file, str(tmp_path / "in"), *words]) == 0
    wanted = [order.file, *(str(tmp_path / each) for each in ("in/ada.py", "in/eve.py", "r.json"))]
    assert set(wanted) <= set(named)


@pytest.mark.skipif(sys.platform != "linux", reason="files are hidden on Linux")
def test_what_lies_beside_the_exercise_and_beside_a_submission_is_hidden(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluator.exercises import programs

    named: list[str] = []

    def confined(text: str, limits: object, hidden: tuple[str, ...]) -> object:
        named.extend(hidden)
        raise SubjectError("it is not started")

    monkeypatch.setattr(programs, "confined", confined)
    beside = ("spec/solution/neuron.md", "spec/grades.csv", "in/ada.py", "spec/bin/python")
    for name in (*beside, "in/eve.py", "elsewhere/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "spec/link").symlink_to("/usr")
    monkeypatch.setenv("PATH", str(tmp_path / "spec/bin"), prepend=os.pathsep)
    words = ["--code", "python", "-q"]
    assert main(["exercise", "grade", order.file, str(tmp_path / "in/eve.py"), *words]) == 0
    hidden = {path for path in ("spec/solution", "spec/grades.csv", "in/ada.py", "in/eve.py")}
    assert {str(tmp_path / path) for path in hidden} <= set(named)
    needed = ("spec/bin", "spec/link", "elsewhere", "spec", "in", "")
    assert not {str(tmp_path / path) for path in needed} & set(named)


def test_two_files_of_code_are_not_guessed_between(order: Order, tmp_path: Path) -> None:
    (tmp_path / "in/eve").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "in/eve" / name).write_text("")
    found = grade_file(order._replace(terms=Terms(code="python")), str(tmp_path / "in/eve"))
    assert found.parts[-1].because == "malformed"
    assert "2 files of code" in found.parts[-1].feedback[0]


def test_a_link_to_code_is_not_followed(order: Order, tmp_path: Path) -> None:
    (tmp_path / "neuron.py").write_text("")
    (tmp_path / "in/eve.py").symlink_to(tmp_path / "neuron.py")
    found: Grade = grade_file(
        order._replace(terms=Terms(code="python")), str(tmp_path / "in/eve.py")
    )
    assert "it is a link" in found.error


VALUES = st.recursive(
    st.sampled_from(
        ["7", "0.999", ".nan", "-.inf", "1e999", "0x1", "012", "true", "~", "___", "'0,9'", "*x", "&x 1", "!!int 1", "<<"]
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda texts: f"[{', '.join(texts)}]")
    | st.lists(inner, max_size=2).map(
        lambda texts: "{" + ", ".join(f"{key}: {text}" for key, text in zip(("y.weights", "y.bias"), texts, strict=False)) + "}"
    ),
    max_leaves=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def graders(tmp_path_factory: pytest.TempPathFactory) -> Graders:
    file = tmp_path_factory.mktemp("spec") / "e.yaml"
    file.write_text(SPEC)
    return Graders(Order(str(file)))


@given(answers=st.dictionaries(st.sampled_from(["sum", "output", "gate", "code", "x"]), VALUES),
       weights=VALUES, bias=VALUES, is_filled=st.booleans())  # fmt: skip
def test_whatever_is_answered_a_grade_comes_of_it(
    graders: Graders, tmp_path_factory: pytest.TempPathFactory, answers: dict[str, str],
    weights: str, bias: str, is_filled: bool,
) -> None:  # fmt: skip
    text = "answers:\n" + "".join(f"  {name}: {value}\n" for name, value in answers.items())
    if is_filled:
        text += f"neuron: {{weights: {weights}, bias: {bias}, activation: sigmoid}}\n"
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(text)
    found = grade_file(graders.order, str(file), graders)
    assert "fault of the evaluator" not in found.error
    assert [part for part in found.parts if part.status == "error"] == []
    assert 0 <= found.score <= found.points
    assert bool(found.parts) != bool(found.error)
