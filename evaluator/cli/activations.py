"""`evaluator activations`: list the activations, or plot one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from evaluator.diagnostics import UsageError, did_you_mean, harmless

if TYPE_CHECKING:
    from evaluator.activations import Activation, Parameter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `activations` understands."""
    parser.add_argument("name", nargs="?", help="one activation (default: all)")
    parser.add_argument("--plot", nargs="?", const="-", metavar="FILE.svg",
                        help="draw the curve in the terminal, or to an SVG file")  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """List or plot."""
    from evaluator.activations import ACTIVATIONS, NAMES

    name = arguments.name
    if name is not None and name not in NAMES:
        # `--plot sigmoid` reads as naturally as `sigmoid --plot`.
        raise UsageError(f"unknown activation `{name}`",
                         did_you_mean(name, NAMES) or "`evaluator activations` lists them")  # fmt: skip
    if arguments.plot in NAMES and name is None:
        name, arguments.plot = arguments.plot, "-"
    if arguments.plot is not None:
        if name is None:
            meant = did_you_mean(arguments.plot, NAMES)
            raise UsageError("--plot needs the name of an activation",
                             meant or "as in `evaluator activations sigmoid --plot`")  # fmt: skip
        _plot(ACTIVATIONS[NAMES[name]], arguments.plot)
    elif name is not None:
        print(_described(ACTIVATIONS[NAMES[name]]))
    else:
        width = max(map(len, ACTIVATIONS))
        for activation in ACTIVATIONS.values():
            print(f"{activation.name:<{width}}  {_line(activation)}")
    return 0


def _line(activation: Activation) -> str:
    extra = [_written(parameter) for parameter in activation.parameters]
    extra += [f"also {alias}" for alias in activation.aliases]
    return activation.formula + (f"   ({', '.join(extra)})" if extra else "")


def _written(parameter: Parameter) -> str:
    if parameter.required:
        return f"{parameter.name} required"
    return parameter.name if parameter.default is None else f"{parameter.name}={parameter.default}"


def _described(activation: Activation) -> str:
    lines = [f"{activation.name}: {activation.formula}"]
    lines += [f"  {_written(p)}  {p.note}".rstrip() for p in activation.parameters]
    if activation.aliases:
        lines.append(f"  also spelt {', '.join(activation.aliases)}")
    if activation.whole_layer:
        lines.append("  works on a layer of two units or more")
    if activation.note:
        lines.append(f"  {activation.note}")
    return "\n".join(lines)


def _plot(activation: Activation, path: str) -> None:
    from evaluator.pictures.plot import characters, svg
    from evaluator.writing import check_writable, write_whole

    if activation.whole_layer or activation.problems({}, None):
        why = "works on a whole layer" if activation.whole_layer else "needs parameters"
        raise UsageError(f"`{activation.name}` {why}: there is no one curve to plot",
                         "plot an activation of one unit, without required parameters")  # fmt: skip
    if path == "-":
        print(characters(activation))
    else:
        check_writable(path)
        write_whole(path, svg(activation))
        print(f"wrote {harmless(path)}")
