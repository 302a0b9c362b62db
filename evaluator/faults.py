"""Schema errors → faults: what each one means, in words, at the place that is to blame."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evaluator.diagnostics import clip, did_you_mean
from evaluator.misreadings import (
    INTERVAL_HINT,
    MAX_TEXT,
    NO,
    REASONS,
    Path,
    colon_hint,
    depth_hint,
    number_hint,
    reason_hint,
    type_hint,
)
from evaluator.topkeys import NETWORKS
from evaluator.wording import PLURALS, WORDS, any_of, called, kind_of, quoted, type_set

if TYPE_CHECKING:
    from evaluator.document import Document

#: A ValidationError of jsonschema, whose attributes are declared as "perhaps not set".
Error = Any


class Fault(NamedTuple):
    """What will be a diagnostic, once its place in the text is looked up."""

    path: Path
    code: str
    message: str
    hint: str = ""
    key: bool = False
    #: The key that is missing, if its absence is the fault of another key.
    needs: str = ""


def faults(document: Document, errors: list[Error]) -> list[Fault]:
    """Explain what the schema does not allow, one fault for each mistake."""
    if flat := _flat_neurons(document):
        errors = [error for error in errors if list(error.absolute_path)[:1] != ["neurons"]]
    missing, unknown, values = _sorted_out(document, errors)
    found: list[Fault] = flat
    meant = ["inputs"] if flat else []
    for path, misfits in unknown.items():
        known = list(misfits[0].schema["properties"])
        absent = missing.setdefault(path, {})
        free = [name for name in known if name not in document.value(path)]
        hints = {
            key: _one_level_up(document, (*path, key), known, absent)
            or _synonym(key, free)
            or _similar(key, free)
            for key in (str(error.path[-1]) for error in misfits)
        }
        misspelt = _misspelt(hints.values(), known)
        for key in misspelt:
            absent.pop("neuron" if key in NETWORKS else key, None)
        if not path:
            meant += misspelt
        found += _unknown_keys(document, path, known, hints, absent)
    for path, absent in missing.items():
        found += _missing_keys(document, path, list(absent))
    return found + [fault for fault in values if fault.needs not in meant]


def _flat_neurons(document: Document) -> list[Fault]:
    """Find a neuron that is written where a mapping of neurons stands: all that is wrong is the key."""
    neurons = document.data.get("neurons") if isinstance(document.data, dict) else None
    if not isinstance(neurons, dict):
        return []
    own = any(isinstance(neurons.get(key), (str, list)) for key in LOOSE)
    if not own or any(isinstance(neurons[key], dict) for key in neurons if key not in LOOSE):
        return []
    message = "`neurons` has the keys of a single neuron; a mapping of neurons by name is wanted"
    return [Fault(("neurons",), "wrong-type", message, "did you mean `neuron`?", key=True)]


def _one_level_up(
    document: Document, path: Path, known: Iterable[str], absent: Iterable[str]
) -> str:
    """Tell what to do where the keys that are missing stand in the value of an unknown one."""
    value = document.value(path)
    inside = [key for key in known if isinstance(value, dict) and key in value]
    if not any(key in absent or (key in NETWORKS and "neuron" in absent) for key in inside):
        return ""
    return f"move {quoted(inside, 'and')} one level up, out of `{clip(str(path[-1]))}`"


def _sorted_out(
    document: Document, errors: list[Error]
) -> tuple[dict[Path, dict[str, None]], dict[Path, list[Error]], list[Fault]]:
    """Give the keys that are missing and those that are unknown, by place, and what else is wrong."""
    missing: dict[Path, dict[str, None]] = {}
    unknown: dict[Path, list[Error]] = {}
    found: dict[Path, tuple[int, Fault]] = {}
    for error in errors:
        path, keyword = tuple(error.absolute_path), str(error.validator)
        if keyword == "required":
            missing.setdefault(path, {}).update(
                dict.fromkeys(key for key in error.validator_value if key not in error.instance)
            )
        elif keyword == "additionalProperties":
            unknown.setdefault(path[:-1], []).append(error)
        else:
            # Several keywords may fail on one value; the first of the table is the cause.
            rank, fault = RANKS[keyword], EXPLAIN[keyword](document, path, error)
            if fault.path not in found or rank < found[fault.path][0]:
                found[fault.path] = rank, fault
    return missing, unknown, [fault for _, fault in found.values()]


def _unknown_keys(
    document: Document, path: Path, known: list[str], hints: dict[str, str], absent: dict[str, None]
) -> list[Fault]:
    """Explain unknown keys, each with its hint, but for those that something missing explains."""
    keys = list(hints)
    if "neuron" in absent and not path:
        keys = [key for key in keys if hints[key] or key not in LOOSE]
    # Where nothing is known and something is missing, it was meant to be another kind of file, or
    # a mapping of names.
    strange = not path or (list(absent) == ["file"] and path[-1] != "model")
    foreign = strange and bool(absent) and not any(key in known for key in document.value(path))
    keys = [key for key in keys if hints[key] or not foreign]
    return [_unknown_key(document, path, key, known, hints[key]) for key in keys]


def _misspelt(hints: Iterable[str], known: list[str]) -> list[str]:
    """List the known keys that some unknown key was meant to be: they are not missing too."""
    text = " ".join(hints)
    return [key for key in known if f"`{key}`" in text]


#: Keys of a neuron, and what one is told who wrote them outside of one.
LOOSE: Final = ("weights", "bias", "activation")


def _missing_keys(document: Document, path: Path, keys: list[str]) -> list[Fault]:
    needs: list[tuple[str, str]] = []
    if not path and "neuron" in keys:
        keys.remove("neuron")
        loose = [key for key in LOOSE if key in document.data]
        hint = f"add one of {quoted(NETWORKS)}"
        hint = f"put {quoted(loose, 'and')} under `neuron`" if loose else hint
        needs.append(("the spec has no network", hint))
    if keys == ["file"] and path[-1] != "model":
        hint = "write a list of numbers, or `{file: weights.npz}`"
        needs.append((f"{called(path)} is a mapping without `file`", hint))
    elif keys == ["slope"]:
        needs.append(("`prelu` needs its `slope`", "for example `{name: prelu, slope: 0.25}`"))
    elif keys:
        hints = {
            "cases": "add a list of `inputs` and `expected` values",
            "inputs": "add what the network is given, such as `inputs: [2, 3]`",
            "weights": "add one number per input, such as `weights: [0, 1]`",
            "activation": "for example `activation: sigmoid`",
            "file": "for example `{file: model.onnx}`",
            "name": "for example `{name: leaky_relu, alpha: 0.1}`",
        }
        hints = OF_EXERCISE if path[:1] == ("exercise",) else hints
        subject = called(path) if path else "the spec"
        needs.append((f"{subject} needs {quoted(keys, 'and')}", hints.get(keys[0], "")))
    return [Fault(path, "missing-key", message, hint, key=True) for message, hint in needs]


#: What an exercise needs.
OF_EXERCISE: Final = {
    "statement": "say what the exercise is about",
    "parts": "add a list of `name`, `ask`, and `value`, `blanks` or `implement`",
    "name": "give it a name of its own",
    "ask": "add the question",
    "feedback": "add what the learner is told",
    "text": "add the hint itself",
    "score": "add the points that it must earn",
    "count": "say how many variants there are",
    "parameters": "for example `{y.bias: {from: -2, to: 2}}`",
}


#: What other libraries and textbooks call some keys.
SYNONYMS: Final = {
    **dict.fromkeys(("output", "outputs", "target", "targets", "y"), ("expected",)),
    **dict.fromkeys(("result", "results", "answer"), ("expected",)),
    **dict.fromkeys(("label", "class"), ("expected", "expected_class")),
    **dict.fromkeys(("labels", "classes"), ("outputs", "expected")),
    **dict.fromkeys(("input", "x"), ("inputs",)),
    "tol": ("tolerance",),
    "w": ("weights",),
    "b": ("bias",),
    "f": ("activation",),
}


def _synonym(word: str, known: Iterable[str]) -> str:
    """Find the known keys that another library or textbook calls so."""
    meant = [name for name in SYNONYMS.get(word.lower(), ()) if name in known]
    return f"did you mean {quoted(meant)}?" if meant else ""


def _similar(word: str, known: Iterable[str]) -> str:
    """Find the known word that differs in letter case and punctuation only, or the nearest."""
    word = word[:MAX_TEXT]
    squeezed = {re.sub(r"\W|_", "", name.lower()): name for name in known}
    same = squeezed.get(re.sub(r"\W|_", "", word.lower()))
    return f"did you mean `{same}`?" if same else did_you_mean(word, known)


#: Where a key belongs that stands in the wrong place.
HOMES: Final = {
    **dict.fromkeys(LOOSE, "a neuron or a layer"),
    **dict.fromkeys(("expected", "expected_class", "skip", "xfail"), "a case"),
    **dict.fromkeys(("atol", "rtol"), "`tolerance`"),
    **dict.fromkeys((*NETWORKS, "version", "inputs", "outputs", "dtype", "cases"), "the top level"),
}


def _unknown_key(document: Document, path: Path, key: str, known: list[str], hint: str) -> Fault:
    message = f"unknown key `{clip(key)}`" + (f" in {called(path)}" if path else "")
    if path[-1:] == ("activation",) and "name" in known:  # else a neuron is called so
        message = f"`{document.value(path)['name']}` has no parameter `{clip(key)}`"
        parameters = [name for name in known if name != "name"]
        hint = hint or (f"it takes {quoted(parameters, 'and')}" if parameters else "it takes none")
    elif key.rstrip().endswith((")", "]")) and document.value((*path, key)) is None:
        hint = "write a list as `[0, 1]`" + ("" if "weights" in known else f"; {INTERVAL_HINT}")
    elif ":" in key and document.value((*path, key)) is None:
        hint = colon_hint(key)
    elif key in HOMES and not _synonym(key, known):
        hint = f"`{key}` belongs in {HOMES[key]}"
    hint = hint or f"the keys here are {quoted(known, 'and')}"
    return Fault((*path, key), "unknown-key", message, hint, key=True)


def _wrong_type(document: Document, path: Path, error: Error) -> Fault:
    value, wanted = error.instance, type_set(error.validator_value)
    what = f"`{str(value).lower()}`" if isinstance(value, bool) else WORDS[kind_of(value)]
    is_so = "has no value" if value is None else f"is {what}"
    words = [word for name, word in WORDS.items() if name in wanted]
    if path[-1:] == ("tolerance",):
        words = ["`exact`" if word == "text" else word for word in words]
    message = f"{called(path)} {is_so}; {any_of(words)} is wanted"
    return Fault(path, "wrong-type", message, type_hint(document, path, value, wanted))


def _wrong_depth(_: Document, path: Path, error: Error) -> Fault:
    kind, wanted = kind_of(error.instance[0]), error.validator_value
    subject = called(path)
    words = any_of([PLURALS[name] for name in PLURALS if name in wanted])
    message = f"{subject} is a list of {PLURALS[kind]}; a list of {words} is wanted"
    hint = depth_hint(path, error.instance, wanted)
    return Fault(path, "wrong-type", message, hint)


def _unknown_value(_: Document, path: Path, error: Error) -> Fault:
    value, known = error.instance, list(error.validator_value)
    shown = clip(value) if isinstance(value, str) else clip(repr(value))
    hint = _similar(str(value), known)
    if "activation" in path[-2:]:
        if path[-1] != "approximate":
            function, arguments = str(value).partition("(")[::2]
            name = function.rpartition(".")[2].strip()
            hint = OTHER_NAMES.get(name.lower()) or _similar(name, known)
            if not re.match(r"\)|dim=|axis=|inplace=|$", arguments):
                hint = "parameters are written `{name: leaky_relu, alpha: 0.1}`"
            hint = hint or "`evaluator activations` lists them all"
            return Fault(path, "unknown-value", f"unknown activation `{shown}`", hint)
    elif path[-1] == "tolerance":
        message = f"`tolerance` is `{shown}`; a number, a mapping or `exact` is wanted"
        return Fault(path, "unknown-value", message, hint or number_hint(str(value)[:MAX_TEXT]))
    message = f"{called(path)} is `{shown}`; {quoted(known)} is wanted"
    return Fault(path, "unknown-value", message, hint)


#: What is said of names that other libraries have.
OTHER_NAMES: Final = {
    **dict.fromkeys(("heaviside", "threshold", "unit_step", "hardlim"), "did you mean `step`?"),
    **dict.fromkeys(("sign", "sgn"), "there is `step`, which gives 0 and 1, not -1 and 1"),
    **dict.fromkeys(("logit", "logits"), "logits are the weighted sums: write `identity`"),
    "none": "did you mean `identity`?",
    "arctan": "did you mean `atan`?",
    "exponential": "did you mean `exp`?",
}


def _conflict(document: Document, path: Path, _: Error) -> Fault:
    """Explain a schema that is `false`: a key that another key excludes."""
    if len(path) > 1:
        # jsonschema leaves the key out of the path of this error alone.
        case = path[:2]
        message = f"{called(case)} has both `skip` and `xfail`"
        return Fault((*case, "xfail"), "conflicting-keys", message, "keep one of the two", key=True)
    present = [key for key in document.data if key in NETWORKS]
    count = {2: "two", 3: "three", 4: "four"}[len(present)]
    message = f"the spec has {count} networks: {quoted(present, 'and')}"
    # However many there are, it is said once, where the second one begins.
    return Fault((present[1],), "conflicting-keys", message, "keep one", key=True)


def _needs_other_key(_: Document, path: Path, error: Error) -> Fault:
    for key, needed in error.validator_value.items():
        absent = [name for name in needed if name not in error.instance]
        if key in error.instance and absent:
            message = f"`{key}` needs {quoted(absent, 'and')}"
            hint = f"name the network's inputs, `{absent[0]}: [x1, x2]`"
            return Fault((*path, key), "missing-key", message, hint, key=True, needs=absent[0])
    raise AssertionError("a dependency failed, and nothing is missing")


def _too_small(_: Document, path: Path, error: Error) -> Fault:
    message = f"{called(path)} is {clip(repr(error.instance))}; it cannot be negative"
    return Fault(path, "out-of-range", message, "write 0 or more")


def _empty(_: Document, path: Path, error: Error) -> Fault:
    if error.instance:  # Only `clip` wants more than one key: its name and a bound.
        message = f"`{clip(error.instance['name'])}` needs `min`, `max` or both"
        return Fault(path, "missing-key", message, "for example `{name: clip, min: 0}`", key=True)
    if "propertyNames" in error.schema_path:
        return Fault(path, "bad-name", f"{called(path[:-1])} has an empty name", key=True)
    what, more = {
        "string": ("empty text", "write some text, or remove it"),
        "array": ("empty", "write at least one item"),
        "object": ("empty", "write at least one key"),
    }[kind_of(error.instance)]
    return Fault(path, "out-of-range", f"{called(path)} is {what}", more)


def _blank(_: Document, path: Path, __: Error) -> Fault:
    message = f"{called(path)} is made of blanks alone"
    return Fault(path, "out-of-range", message, "write some text, or remove it")


def _refused(_: Document, path: Path, error: Error) -> Fault:
    """Explain a text that the schema excludes: that there is no reason, or a control character."""
    if path[-1] in REASONS and error.instance.strip().lower() in NO:
        message = f"{called(path)} is `{error.instance.strip()}`; a reason is wanted"
        return Fault(path, "wrong-type", message, reason_hint(str(path[-1]), error.instance))
    name = "propertyNames" in error.schema_path
    found = re.search(error.validator_value["pattern"], error.instance)
    point = ord(found[0]) if found else 0
    subject = f"a name in {called(path[:-1])}" if name else called(path)
    message = f"{subject} holds a {'line break' if point == 10 else 'control character'}"
    hint = "write it on one line; folded text ends in no line break with `>-`"
    hint = hint if point == 10 else "remove it"
    return Fault(path, "out-of-range", f"{message} (U+{point:04X})", hint, key=name)


def _twice(_: Document, path: Path, error: Error) -> Fault:
    message = f"`{clip(error.instance)}` stands twice in {called(path[:-1])}"
    return Fault(path, "duplicate-name", message, "keep one of the two")


def _other_version(_: Document, path: Path, error: Error) -> Fault:
    message = f"{called(path)} is {clip(repr(error.instance))}; this evaluator reads version 1"
    return Fault(path, "unknown-value", message, "write `version: 1`, or leave it out")


#: Keyword → who explains it; of several on one value the first does. `None` is a `false` schema.
EXPLAIN: Final[dict[str, Callable[[Document, Path, Error], Fault]]] = {
    "type": _wrong_type,
    "items": _wrong_depth,
    "minLength": _empty,
    "pattern": _blank,
    "minItems": _empty,
    "minProperties": _empty,
    "minimum": _too_small,
    "enum": _unknown_value,
    "const": _other_version,
    "not": _refused,
    "uniqueItems": _twice,
    "dependencies": _needs_other_key,
    "None": _conflict,
}
RANKS: Final = {keyword: rank for rank, keyword in enumerate(EXPLAIN)}
