"""What people write who know other tools: the hint is told, and what it says is right."""

from __future__ import annotations

import pytest

from evaluator import source, validate
from evaluator.diagnostics import Diagnostic, SpecError
from evaluator.spec import build

NEURON = "neuron:\n  weights: [0, 1]\n  bias: 4\n  activation: sigmoid\n"
LAYER = "layers:\n  - weights: [[0, 1], [1, 0]]\n    bias: [0, 1]\n    activation: relu\n"
CASES = "cases:\n  - inputs: [2, 3]\n    expected: ~0.999\n"
TWO = "cases:\n  - inputs: [2, 3]\n    expected: [3, 3]\n"


def told(text: str) -> list[Diagnostic]:
    """Give everything that is wrong with the specs of a text."""
    found: list[Diagnostic] = []
    for document in source.read(text, "spec.yaml"):
        found += document.diagnostics or validate.check(document)
        if not found:
            try:
                build(document)
            except SpecError as error:
                found += error.diagnostics
    return found


def case(written: str) -> str:
    return f"{NEURON}cases:\n  - {written}\n"


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


# A spec with a gap, what is written there, the only hint, and what it says to write.
Misread = tuple[str, str, str, str]
MISREAD: list[Misread] = [
    # reasons that are none
    *(
        (case("{inputs: [2, 3], expected: ~0.999@}"), f", {key}: {no}",
         f"remove the key to {purpose}; a reason is text that says why", "")
        for key, purpose in (("skip", "evaluate the case"), ("xfail", "let the case pass"))
        for no in ("no", "No", "OFF", "'false'", "false", "n", "'0'", "0", "none", "' no '")
    ),
    (case("{inputs: [2, 3], expected: 1, @}"), "xfail: true",
     "write why, as in `xfail: the rounding of the old weights`",
     "xfail: the rounding of the old weights"),
    # keys by other names
    *(
        (case("{inputs: [2, 3], @: ~0.999}"), key, "did you mean `expected`?", "expected")
        for key in ("output", "outputs", "target", "Targets", "y", "result", "answer")
    ),
    *(
        (f"{LAYER}cases:\n  - {{inputs: [2, 3], @: 1}}\n", key,
         "did you mean `expected` or `expected_class`?", "expected_class")
        for key in ("label", "class")
    ),
    *(
        (case("{@: [2, 3], expected: ~0.999}"), key, "did you mean `inputs`?", "inputs")
        for key in ("input", "x", "X")
    ),
    (case("{inputs: [2, 3], expected: ~0.999, @: 0.1}"), "tol", "did you mean `tolerance`?",
     "tolerance"),
    *(
        (f"{LAYER}@: [a, b]\n{TWO}", key, "did you mean `outputs`?", "outputs")
        for key in ("labels", "classes")
    ),
    # numbers where names are wanted
    *(
        (f"outputs: @\n{NEURON}{CASES}", written,
         "`outputs` here are names, as in `[y1, y2]`; the numbers go into `cases`", "[y1]")
        for written in ("[2.5]", "2", "~0.999", "'0.9 ± 1'", "{y: 2}")
    ),
    *(
        (f"inputs: @\n{NEURON}{CASES}", written,
         "`inputs` here are names, as in `[x1, x2]`; the numbers go into `cases`", "[x1, x2]")
        for written in ("[2.5, x]", "2", "{x1: 2, x2: 3}", '"[2, 3]"')
    ),
    *(
        (f"outputs: [@]\n{NEURON}{CASES}", written,
         "write a name here, and the value under `expected` in a case", "y")
        for written in ("~0.999", "'0.9 ± 1'", "'0.9+-1'")
    ),
    # activations of other libraries
    *(
        (NEURON.replace("sigmoid", "@") + CASES, written, f"did you mean `{name}`?", name)
        for written, name in (
            ("nn.ReLU()", "relu"), ("torch.relu", "relu"), ("tf.nn.relu", "relu"),
            ("nn.ReLU(inplace=True)", "relu"), ("torch.nn.functional.silu", "silu"),
            ("nn.Heaviside()", "step"), ("arctan", "atan"),
        )
    ),
    (LAYER.replace("relu", "@") + TWO, "Softmax(dim=1)", "did you mean `softmax`?", "softmax"),
    *(
        (NEURON.replace("sigmoid", "@") + CASES, written,
         "logits are the weighted sums: write `identity`", "identity")
        for written in ("logits", "logit")
    ),
    (NEURON.replace("sigmoid", "@") + CASES, "sign",
     "there is `step`, which gives 0 and 1, not -1 and 1", "step"),
    (NEURON.replace("sigmoid", "@") + CASES, "nn.ELU(2)",
     "parameters are written `{name: leaky_relu, alpha: 0.1}`", "{name: elu, alpha: 2}"),
    ("layers: [{weights: [[0, 1]], activation: @}]\n" + CASES, "softmax",
     "give it two, or use another activation, such as `sigmoid`", "sigmoid"),
    # numbers and lists of other languages
    *(
        (NEURON.replace("[0, 1]", "@") + CASES, written, f"write the list itself: `{listed}`", listed)
        for written, listed in (
            ("np.array([0, 1])", "[0, 1]"), ("torch.tensor([0., 1.], dtype=x)", "[0., 1.]"),
            ("(0, 1)", "[0, 1]"), ("'[0, 1]'", "[0, 1]"),
        )
    ),
    (LAYER.replace("[[0, 1], [1, 0]]", "@") + TWO, "((0, 1), (1, 0))",
     "write the list itself: `[[0, 1], [1, 0]]`", "[[0, 1], [1, 0]]"),
    ("layers: [{weights: @, activation: relu}]\n" + CASES, "array([[0, 1]])",
     "write the list alone: `[…]`", "[[0, 1]]"),
    *(
        (NEURON.replace("bias: 4", "bias: @") + CASES, written, hint, "4")
        for written, hint in (
            ("[4]", "remove the brackets: 4"), ("4,", "remove the `,`: 4"),
            ("4;", "remove the `;`: 4"), ("np.float64(4)", "write 4"), ("float(4)", "write 4"),
        )
    ),
    ("neuron:\n  weights:\n    - @\n    - 1\n  activation: relu\n" + CASES, "0,",
     "remove the `,`: 0", "0"),
    (case("{inputs: [@, 3], expected: ~0.999}"), "np.float32(0.5)", "write 0.5", "0.5"),
    (case("{inputs: @, expected: ~0.999}"), '"[2, 3]"', "write the list itself: `[2, 3]`", "[2, 3]"),
    (case("{inputs: @, expected: ~0.999}"), "[0,5, 1,5]", "give one number per input; if these are decimal commas, write `[0.5, 1.5]`",
     "[0.5, 1.5]"),
    (f"{LAYER}cases:\n  - {{inputs: [2, 3], expected: @}}\n", "[0,5, 1,25]",
     "write one value for each; if these are decimal commas, write `[0.5, 1.25]`", "[0.5, 1.25]"),
    # names
    (f"outputs: [cat, dog]\n{LAYER}cases:\n  - {{inputs: [2, 3], @}}\n", "expected: cat",
     "write `expected_class: cat`", "expected_class: cat"),
    (f"{LAYER}cases:\n  - {{inputs: [2, 3], expected: {{@: [3, 3]}}}}\n", "layer0",
     "the first is `layer1`; there are `layer1`, `layer1.z`", "layer1"),
    (f"{LAYER}cases:\n  - {{inputs: [2, 3], expected: {{@: [3, 3]}}}}\n", "layer0.z",
     "the first is `layer1.z`; there are `layer1`, `layer1.z`", "layer1.z"),
    (case("{inputs: {@: 2, x2: 3}, expected: ~0.999}"), "x", "did you mean `x1`?", "x1"),
    # the shape of the whole
    ("inputs: [x1, x2]\n" + NEURON.replace("neuron", "@") + CASES, "neurons",
     "did you mean `neuron`?", "neuron"),
    ("inputs: [x1, x2]\n" + NEURON.replace("neuron", "@").replace("[0, 1]", "{x1: 0, x2: 1}") + CASES,
     "neurons", "did you mean `neuron`?", "neuron"),
    ("inputs: [x1, x2]\nneurons:\n@\n" + CASES, "  - {name: h, weights: [0, 1], activation: relu}",
     "the name becomes the key, without a dash: `h: {…}`",
     "  h: {weights: [0, 1], activation: relu}"),
    ("layers:\n@" + CASES, "  hidden: {weights: [[0, 1]], activation: relu}\n",
     "begin each layer with a dash, as in `- name: hidden`",
     "  - name: hidden\n    weights: [[0, 1]]\n    activation: relu\n"),
    (NEURON + "cases:\n@\n", "  first: {inputs: [2, 3]}",
     "begin each case with a dash, as in `- name: first`", "  - name: first\n    inputs: [2, 3]"),
    ("@", "network:\n" + indented(NEURON + CASES),
     "move `neuron` and `cases` one level up, out of `network`", NEURON + CASES),
    ("@" + CASES, "net:\n" + indented(NEURON), "move `neuron` one level up, out of `net`", NEURON),
    (case("@"), "first: {inputs: [2, 3], expected: ~0.999}",
     "move `inputs` and `expected` one level up, out of `first`",
     "{inputs: [2, 3], expected: ~0.999}"),
    (f"@{indented(NEURON)}{indented(CASES)}@{indented(NEURON)}{indented(CASES)}", "-\n",
     "remove the dashes, and put a line `---` between two specs", "---\n"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "wrong", "hint", "right"), MISREAD)
def test_what_other_tools_have_is_told_with_a_hint_that_leads_to_what_is_accepted(
    form: str, wrong: str, hint: str, right: str
) -> None:
    (found,) = told(form.replace("@", wrong))
    assert found.hint == hint
    assert [d for d in told(form.replace("@", right)) if d.severity == "error"] == []


@pytest.mark.parametrize("reason", ["nobody knows", "0.5 is wrong", "no digits yet", "off by one"])
def test_a_reason_may_begin_like_one_that_is_none(reason: str) -> None:
    assert told(case(f"{{inputs: [2, 3], expected: 1, skip: {reason}}}")) == []


@pytest.mark.parametrize("name", ["'2'", "~", "(0, 18]", "<=50K", "a ± b"])
def test_a_name_may_look_like_a_number_or_an_interval(name: str) -> None:
    assert told(f'{LAYER}outputs: ["{name}", other]\n{TWO}') == []


SEVERAL = [
    ("neuron: {w: [0, 1], b: 4, f: relu}\n" + CASES,
     ["did you mean `weights`?", "did you mean `bias`?", "did you mean `activation`?"]),
    (case("{x: [2, 3], y: ~0.999}"), ["did you mean `inputs`?", "did you mean `expected`?"]),
    (NEURON + CASES + NEURON + CASES,
     ["keep one of the two, or put a line `---` between two specs"] * 2),
    (f"inputs: [2, 3]\n{NEURON}{CASES}",
     [f"`inputs` here are names, as in `[x1, x2]`; the numbers go into `cases`; a name in digits is \"{n}\""
      for n in (2, 3)]),
    # One key out of place among neurons is just that.
    ("inputs: [x]\nneurons: {activation: relu, h: {weights: [1], activation: nope}}\ncases: [{inputs: 1}]\n",
     ["write `{weights: [0, 1], activation: sigmoid}`", "`evaluator activations` lists them all"]),
    # An equals sign within a text is none of YAML's business.
    ("description: the rule is\n  y = a x + b\n  where: a\n" + NEURON + CASES,
     ["put quotes around a text that holds `: `, and give every key a line of its own"]),
    *((case(f'{{inputs: [2, 3], expected: 1, tolerance: "1\\x{space:02X}"}}'), [""])
      for space in (*range(9, 14), *range(28, 33))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hints"), SEVERAL)
def test_each_of_several_mistakes_gets_its_hint(text: str, hints: list[str]) -> None:
    assert [found.hint for found in told(text)] == hints


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("neuron: {weights: (0, 1), activation: relu}\n" + CASES, "write a list as `[0, 1]`"),
        (case("{inputs: [2, 3], expected: (0, 1)}"),
         'write a list as `[0, 1]`; put an interval in quotes, as in "(0, 1)"'),
    ],
)  # fmt: skip
def test_what_braces_take_apart_at_its_comma_is_told(text: str, hint: str) -> None:
    assert told(text)[-1].hint == hint


def test_keys_of_which_none_is_known_are_named_beside_what_is_missing() -> None:
    messages = [found.message for found in told("neuron: {slope: 1, offset: 2}\n" + CASES)]
    assert messages == [
        "`neuron` needs `weights` and `activation`",
        "unknown key `slope` in `neuron`",
        "unknown key `offset` in `neuron`",
    ]


@pytest.mark.parametrize("key", ["layer", "labels", "case", "output"])
def test_a_key_that_is_there_already_is_not_suggested(key: str) -> None:
    (found,) = told(f"{LAYER}outputs: [a, b]\n{key}: [a, b]\n{TWO}")
    assert "did you mean" not in found.hint


def test_the_outputs_are_named_where_their_number_is_wrong() -> None:
    network = "inputs: [x]\nneurons:\n" + "".join(
        f"  {name}: {{weights: [1], activation: relu}}\n" for name in "ab"
    )
    found = told(network + "cases:\n  - {inputs: 1, expected: 2}\n  - {inputs: 1, expected: [2]}\n")
    assert [each.message for each in found] == ["1 expected value for 2 outputs (a, b)"] * 2
