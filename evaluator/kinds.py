"""What a file that is no spec seems to be, by its ending, and what is done with one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from evaluator.diagnostics import clip

#: Files that are, or may be, pickles: reading one runs whatever it says.
PICKLES: Final = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".model")
PICKLE_ADVICE: Final = (
    "save the weights with safetensors.torch.save_file(model.state_dict(), FILE), or"
    " convert a scikit-learn model in Python with evaluator.convert.from_sklearn"
)
_CONVERT: Final = "`evaluator convert {path} {spec}` makes a spec of it"
_NAME: Final = "name it in a spec, as in "

Kinds = Mapping[str, tuple[str, str]]

#: Ending → what the file seems to be, and what to do.
MODELS: Final[Kinds] = {
    ".onnx": ("an ONNX model", _NAME + "`model: {{file: {name}}}`; or " + _CONVERT),
    ".pmml": ("a PMML model", _CONVERT),
    ".nnet": ("a network", _CONVERT),
    **dict.fromkeys((".keras", ".h5", ".hdf5"), ("a Keras model", _CONVERT)),
    **dict.fromkeys(PICKLES, ("a pickle", PICKLE_ADVICE)),
}
_ARRAYS: Final = (
    "a file of arrays",
    _NAME + "`weights: {{file: {name}, key: NAME}}`;"
    " or `evaluator convert {path} {spec} --layers LIST` makes one of it",
)
KINDS: Final[Kinds] = {
    **MODELS,
    ".npz": _ARRAYS,
    ".safetensors": _ARRAYS,
    ".npy": ("an array", _NAME + "`weights: {{file: {name}}}`"),
    ".csv": ("a table", _NAME + "`cases: [{{file: {name}}}]`"),
    ".md": ("Markdown", "put the spec alone into a file, such as {spec}"),
    ".py": ("Python code", "`evaluator run SPEC --subject python:{path}:NAME` puts it to the test"),
}


def advice(file: str, kinds: Kinds = KINDS, name: str = "") -> str:
    """Say what a file seems to be and what to do with it; empty where its ending does not tell.

    `name` is what a spec calls it; one that lies beside it by its own name.
    """
    stem, ending = os.path.splitext(file)
    if ending.lower() not in kinds:
        return ""
    from shlex import quote

    kind, what = kinds[ending.lower()]
    path, spec = clip(quote(file), 200), clip(quote(f"{stem}.yaml"), 200)
    name = clip(name or os.path.basename(file), 200)
    return f"this seems to be {kind}: {what.format(name=name, path=path, spec=spec)}"
