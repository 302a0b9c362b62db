"""`evaluator completion`: print the script with which a shell completes the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from typing import Final, NamedTuple


class Argument(NamedTuple):
    """An option of a command, or what stands at its end."""

    #: `-q`, `--quiet`; nothing for what stands at the end.
    names: tuple[str, ...]
    help: str
    #: What its value is called; empty where there is none.
    value: str
    #: The words that the value may be, where they are known.
    words: tuple[str, ...]
    is_file: bool
    repeats: bool
    #: Whether the words are the beginning of the value: `json=` and then a file.
    is_begun: bool = False


#: What values are called that are files, or end in one.
_FILES: Final = ("PATH", "FILE", "FILE.svg", "OUT", "OUT.html", "SRC", "DST", "FORMAT=PATH")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `completion` understands."""
    parser.add_argument("shell", choices=tuple(SHELLS), help="the shell that is to complete")


def main(arguments: argparse.Namespace) -> int:
    """Print the script of a shell."""
    from evaluator.cli import COMMANDS

    print(
        "\n".join(SHELLS[arguments.shell]({name: _arguments(name) for name in COMMANDS}, COMMANDS))
    )
    return 0


def _arguments(command: str) -> list[Argument]:
    """Give what a command understands."""
    parser = argparse.ArgumentParser()
    import_module(f"evaluator.cli.{command}").add_arguments(parser)
    return list({a.names or a.value: a for a in _all(parser)}.values())


def _all(parser: argparse.ArgumentParser) -> Iterator[Argument]:
    """Give what a parser understands, then what its actions do, whichever is chosen."""
    for action in parser._actions:
        if action.help != argparse.SUPPRESS:
            yield _argument(action)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from (a for a in _all(inner) if a.names or a.repeats)


def _argument(action: argparse.Action) -> Argument:
    from evaluator.reporters import REPORTERS

    value = str(action.metavar or action.dest.upper()) if action.nargs != 0 else ""
    words = {"FORMAT": REPORTERS, "FORMAT=PATH": [f"{name}=" for name in REPORTERS]}
    repeats = isinstance(action, argparse._AppendAction)
    repeats |= not action.option_strings and action.nargs in ("*", "+")
    return Argument(
        tuple(action.option_strings), action.help or "", value,
        tuple(map(str, words.get(value, action.choices or ()))), value in _FILES, repeats,
        value == "FORMAT=PATH",
    )  # fmt: skip


Commands = dict[str, list[Argument]]


def _bash(commands: Commands, told: dict[str, str]) -> Iterator[str]:
    yield "_evaluator() {"
    yield "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words="
    yield "    # bash takes `--option=value` apart"
    yield "    if [[ $word == = ]]; then word="
    yield "    elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi"
    yield f"    if ((COMP_CWORD == 1)); then words='{' '.join(commands)} --help --version'"
    yield "    else case ${COMP_WORDS[1]} in"
    for name, arguments in commands.items():
        yield f"        {name}) case $before in"
        for argument in arguments:
            if argument.names and argument.words:
                yield f"            {' | '.join(argument.names)}) words='{' '.join(argument.words)}' ;;"
        last = [word for argument in arguments if not argument.names for word in argument.words]
        options = [option for argument in arguments for option in argument.names]
        yield f"            *) if [[ $word == -* ]]; then words='{' '.join(options)}'"
        yield f"                else words='{' '.join(last)}'; fi ;;"
        yield "            esac ;;"
    yield "    esac; fi"
    yield '    COMPREPLY=($(compgen -W "$words" -- "$word"))'
    yield "    # a file follows at once"
    yield "    if [[ ${COMPREPLY[0]-} == *= ]]; then compopt -o nospace 2> /dev/null; fi"
    yield "    return 0"
    yield "}"
    yield "# where no word fits, bash completes the names of files"
    yield "complete -o default -F _evaluator evaluator"


def _zsh(commands: Commands, told: dict[str, str]) -> Iterator[str]:
    yield "#compdef evaluator"
    yield "_evaluator() {"
    yield "    local -a commands=("
    yield from (f"        {_quoted(f'{name}:{told[name]}')}" for name in commands)
    yield "    )"
    yield "    if ((CURRENT == 2)); then"
    yield "        _describe command commands"
    yield "        return"
    yield "    fi"
    yield "    shift words"
    yield "    ((CURRENT--))"
    yield "    case $words[1] in"
    for name, arguments in commands.items():
        yield f"        {name}) _arguments -s \\"
        for argument in arguments:
            yield from (f"            {_quoted(spec)} \\" for spec in _zsh_specs(argument))
        yield "            ;;"
    yield "    esac"
    yield "}"
    yield 'if [[ $funcstack[1] == _evaluator ]]; then _evaluator "$@"; else compdef _evaluator evaluator; fi'


def _zsh_specs(argument: Argument) -> Iterator[str]:
    """Write an argument as `_arguments` takes it, once for each of its names."""
    action = f"({' '.join(argument.words)})" if argument.words else " "
    if argument.is_begun:
        action = f"{{compset -P '*=' && _files || compadd -S '' {' '.join(argument.words)}}}"
    elif argument.is_file:
        action = "_files"
    value = f":{argument.value}:{action}"
    help = argument.help.replace("[", r"\[").replace("]", r"\]").replace(":", r"\:")
    if not argument.names:
        yield f"{'*' if argument.repeats else ''}{value}"
    for name in argument.names:
        others = "*" if argument.repeats else f"({' '.join(argument.names)})"
        joint = "" if not argument.value else "=" if name.startswith("--") else "+"
        yield f"{others}{name}{joint}[{help}]{value if joint else ''}"


def _fish(commands: Commands, told: dict[str, str]) -> Iterator[str]:
    first = "complete -c evaluator -n __fish_use_subcommand -f"
    yield f"{first} -l help -d 'show what there is'"
    yield f"{first} -l version -d 'print the version'"
    for name, arguments in commands.items():
        yield f"{first} -a {name} -d {_fish_quoted(told[name])}"
        seen = f"complete -c evaluator -n '__fish_seen_subcommand_from {name}'"
        for argument in arguments:
            if not (argument.names or argument.words):
                continue  # the names of files, which fish completes anyway
            options = [
                f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
                for option in argument.names
            ]
            if argument.value and argument.names:
                options.append("-r" if argument.is_file else "-x")  # -x: no file
            if argument.words:
                # Files may follow: in the value itself, or after an action.
                files = argument.is_begun or (
                    not argument.names and any(a.is_file and not a.names for a in arguments)
                )
                no_file = "" if files else "-f "
                options.append(f"{no_file}-a {_fish_quoted(' '.join(argument.words))}")
            yield " ".join([seen, *options, "-d", _fish_quoted(argument.help)])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", r"'\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'"


SHELLS: Final = {"bash": _bash, "zsh": _zsh, "fish": _fish}
