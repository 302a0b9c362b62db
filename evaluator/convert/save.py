"""Write a conversion: the spec and its array files, read back and judged before they are in place."""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evaluator.convert import yaml_text
from evaluator.convert.conversion import Cases, Conversion, ConversionError
from evaluator.diagnostics import SpecError, UsageError, clip

if TYPE_CHECKING:
    from evaluator.network import Array, Network

#: Where large arrays may go.
FORMATS: Final = ("npz", "safetensors")


class Saved(NamedTuple):
    """What was written."""

    #: The spec, then what it needs.
    paths: tuple[str, ...]
    cases: int
    #: Of these, how many our own evaluator does not pass.
    failed: int
    notes: tuple[str, ...]


def save(conversion: Conversion, path: str, *, force: bool, arrays: str) -> Saved:
    """Write the spec of a conversion; what is written passes our own reader."""
    if arrays not in FORMATS:
        raise UsageError(f"arrays cannot be written as `{clip(arrays)}`", "npz or safetensors")
    folder, file = os.path.split(os.path.abspath(path))
    stem, suffix = os.path.splitext(file)
    if suffix not in (".yaml", ".yml"):
        raise UsageError(f"{path} is no name of a spec", "let it end in .yaml")
    check_free(path, force)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".evaluator-") as scratch:
            names = _write(conversion, Path(scratch), file, stem, arrays)
            cases, failed = _judge(conversion, os.path.join(scratch, file))
            targets = [os.path.join(os.path.dirname(path), name) for name in names]
            for target in targets:
                check_free(target, force)
            # The spec comes last: whoever finds it finds what it needs.
            for name, target in reversed([*zip(names, targets, strict=True)]):
                os.replace(os.path.join(scratch, name), target)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return Saved(tuple(targets), cases, failed, conversion.notes)


def check_free(path: str, force: bool) -> None:
    """See that a file may be written; raises UsageError."""
    if os.path.isdir(path):
        raise UsageError(f"{path} is a directory", "name a file")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise UsageError(f"the folder {os.path.dirname(path)} does not exist", "make it first")
    if os.path.lexists(path) and not force:
        raise UsageError(f"{path} exists already", "choose another name, or add --force")


def _write(conversion: Conversion, folder: Path, file: str, stem: str, arrays: str) -> list[str]:
    """Write all files into a folder; gives their names, the spec's first."""
    cases = conversion.cases
    if cases is None or not len(cases.inputs):
        raise ConversionError("there are no cases", "give inputs to record answers for")
    kept: dict[str, Array] = {}
    weights_file, cases_file = f"{stem}.weights.{arrays}", f"{stem}.cases.npz"
    names = [file]

    def keep(key: str, values: Array) -> str:
        kept[key] = values
        return f"{{file: {yaml_text.text(weights_file)}, key: {yaml_text.text(key)}}}"

    def keep_cases(table: Mapping[str, Array]) -> str:
        write_npz(folder / cases_file, table)
        names.append(cases_file)
        return cases_file

    body = yaml_text.network(conversion.network, keep)
    table = yaml_text.cases(cases, conversion.network, keep_cases)
    tolerance = yaml_text.tolerance(cases.tolerance)
    head = f"description: >-\n{_folded(_description(conversion, cases))}\n"
    (folder / file).write_text(f"{head}{tolerance}\n{body}\n{table}", encoding="utf-8")
    if kept:
        {"npz": write_npz, "safetensors": write_safetensors}[arrays](folder / weights_file, kept)
        names.append(weights_file)
    return names


def _description(conversion: Conversion, cases: Cases) -> str:
    said = [f"Converted from {conversion.origin}", f"The expected values are {cases.origin}"]
    return " ".join(
        f"{sentence[0].upper()}{sentence[1:]}." for sentence in [*said, *conversion.notes]
    )


def _folded(sentences: str) -> str:
    """Break a text into lines that YAML folds back into it."""
    lines = [""]
    for word in clip(sentences, 4000).split():
        if lines[-1] and len(lines[-1]) + len(word) >= yaml_text.WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else f"  {word}"
    return "\n".join(lines)


def _judge(conversion: Conversion, path: str) -> tuple[int, int]:
    """Read the spec that was written and evaluate it; gives how many cases, how many failed."""
    from evaluator.evaluate import evaluate
    from evaluator.spec import load

    try:
        spec = load(path)
        result = evaluate(spec)
    except SpecError as error:
        first = error.diagnostics[0]
        raise ConversionError(f"the spec would not be valid: {first.message}", first.hint) from None
    _compare(conversion.network, spec.network)
    rows = sum(1 if case.rows is None else case.rows for case in result.cases)
    failed = [c for c in result.cases if c.outcome != "passed"]
    return rows, sum(1 if case.rows is None else case.failed_rows or 0 for case in failed)


def _compare(meant: Network, written: Network) -> None:
    """See that what was read back is what was meant."""
    same = (meant.inputs, meant.outputs, meant.dtype, set(meant.places))
    assert same == (written.inputs, written.outputs, written.dtype, set(written.places))
    for place in meant.places.values():
        if place.column is None:
            ours, theirs = meant.steps[place.block - 1], written.steps[place.block - 1]
            if ours.weights is not None:
                assert theirs.weights is not None
                assert ours.weights.tobytes() == theirs.weights.tobytes()


def write_npz(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write an .npz file."""
    import zipfile

    # Not by numpy.savez, which takes the names for its arguments.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in arrays.items():
            member = zipfile.ZipInfo(
                f"{name}.npy"
            )  # without the time of day: the same bytes each time
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.ascontiguousarray(values), allow_pickle=False)


def write_safetensors(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write a .safetensors file: the length of the header, the header, the bytes of all arrays."""
    header, chunks, at = {}, [], 0
    for name, values in arrays.items():
        chunk = np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()
        kind = {"f": "F", "i": "I"}[values.dtype.kind] + str(8 * values.dtype.itemsize)
        header[name] = {
            "dtype": kind, "shape": values.shape, "data_offsets": [at, at + len(chunk)]
        }  # fmt: skip
        chunks.append(chunk)
        at += len(chunk)
    written = json.dumps(header).encode()
    written += b" " * (-len(written) % 8)
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(written)) + written)
        stream.writelines(chunks)
