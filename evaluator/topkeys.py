"""The keys at the top of a spec, by which it is known among other YAML files."""

from __future__ import annotations

from typing import Final

#: The four forms of a network.
NETWORKS: Final = ("neuron", "neurons", "layers", "model")
#: A file without any of these at its top is no spec.
KEYS: Final = (*NETWORKS, "cases")


def pattern(*keys: str) -> str:
    """Give the regular expression for one of some keys at the top of a text, be it YAML or not.

    It is for `re.MULTILINE`.
    """
    return rf"""^(?:\{{(?:.*[ ,])?)?["']?(?:{"|".join(keys)})["']?[ \t]*:"""
