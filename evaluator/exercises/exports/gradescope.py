"""A Gradescope autograder: the spec, the evaluator and two scripts in a zip archive."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from shlex import quote
from typing import Final

import evaluator
from evaluator.exercises.exercise import IMPLEMENT, Exercise
from evaluator.exercises.exports.export import Export
from evaluator.exercises.grader import files
from evaluator.validate import schema

#: What the evaluator needs to grade; the versions are those of whoever exports.
NEEDS: Final = ("pyyaml", "jsonschema", "numpy", "jsonschema-rs")

_SETUP: Final = """\
#!/usr/bin/env bash
# Gradescope runs this once: a Python with what the evaluator needs.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }

python=
for name in python3.14 python3.13 python3.12 python3.11 python3; do
    if is_new_enough "$name"; then python=$name; break; fi
done
apt-get update
if [ -z "$python" ]; then
    python=python3.11
    apt-get install -y "$python"
fi
apt-get install -y "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --quiet PACKAGES
"$root/venv/bin/python" -m compileall -q "$root/source/package"
"""

_RUN: Final = """\
#!/usr/bin/env bash
# Gradescope runs this for every submission; what it writes is results/results.json.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
python=${AUTOGRADER_PYTHON:-$root/venv/bin/python}
export PYTHONPATH=$root/source/package

chmod -R go= "$root/source/exercise"
mkdir -p "$root/results"
attempt=$("$python" - "$root/submission_metadata.json" << 'END'
import json, sys
try:
    with open(sys.argv[1], encoding="utf-8") as file:
        print(min(10_000, 1 + len(json.load(file)["previous_submissions"])))
except (OSError, ValueError, KeyError, TypeError):
    print(1)
END
)
# 1 says that the submission could not be graded: the results say why.
"$python" -m evaluator exercise grade "$root/source/exercise/"SPEC "$root/submission" \\
    --together --attempt "$attempt" --gradescope "$root/results/results.json" OPTIONS || [ $? -eq 1 ]
"""


def render(exercise: Exercise, variant: str = "", code: str = "") -> Export:
    """Write the archive of an exercise, or of one variant.

    `code` says how programs that are handed in are run, if they are.
    """
    losses = []
    if not code:
        losses += [
            f"`{part.name}` is not judged: programs that are handed in run with --code alone"
            for part in exercise.parts
            if part.kind == IMPLEMENT
        ]
    if exercise.variants is not None and not variant:
        losses.append(
            "variants: a submission names its own, as in `variant: 3`; others get the spec's"
        )
    spec = files(exercise)
    number = exercise.spec.document.number
    name = next(iter(spec)) + (f"#{number}" if number > 1 else "")
    found = {f"exercise/{path}": content for path, content in spec.items()}
    options = (f" --variant {variant}" if variant else "") + (f" --code {code}" if code else "")
    run = _RUN.replace("SPEC", quote(name)).replace(" OPTIONS", options)
    found["run_autograder"] = run.encode()
    found["setup.sh"] = _SETUP.replace("PACKAGES", " ".join(_pins())).encode()
    found |= {f"package/evaluator/{path}": content for path, content in _package()}
    return Export(found, tuple(losses), ("run_autograder", "setup.sh"))


def _pins() -> Iterator[str]:
    for name in NEEDS:
        try:
            yield f"{name}=={version(name)}"
        except PackageNotFoundError:  # one that it does without
            continue


def _package() -> Iterator[tuple[str, bytes]]:
    """Give the files of the evaluator itself."""
    top = os.path.dirname(os.path.abspath(evaluator.__file__))
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "schemas"))
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, top).replace(os.sep, "/"), file.read()
    yield "schemas/spec.schema.json", json.dumps(schema("spec")).encode()
