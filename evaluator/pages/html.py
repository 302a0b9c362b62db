"""Data, style and scripts → one HTML file whose policy lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final

from evaluator import __version__
from evaluator.diagnostics import harmless
from evaluator.pages import cases, data, yaml

if TYPE_CHECKING:
    from evaluator.spec import Spec

#: The scripts in the order in which they need each other.
SCRIPTS: Final = (
    "numbers.js", "activations.js", "network.js", "writing.js", "elements.js", "diagram.js",
    "words.js", "controls.js", "cards.js", "ranges.js", "plane.js", "cases.js", "page.js",
)  # fmt: skip


def page(spec: Spec, only: str = "") -> str:
    """Write the interactive page of a spec: HTML that needs no other file and no network access.

    `only` is the id of the one case that it shows; left out, it shows all. Raises UsageError for a network that no page can hold (`model`, or far too many weights), SpecError
    for what is wrong with a table of cases.
    """
    data.check(spec.network)
    places = data.blocks_of(spec)
    shown, left_out = cases.cases(spec, places, only)
    known = {
        "network": data.network(spec),
        "activations": data.activations(),
        "cases": shown,
        "leftOut": left_out,
        "yaml": yaml.template(spec, places) if data.can_change(spec.network) else [],
    }
    return _document(spec, known, _notes(spec, left_out))


def _notes(spec: Spec, left_out: int) -> dict[str, str]:
    """Say what the page leaves out."""
    notes = {}
    if left_out:
        notes["cases"] = (
            f"{left_out:,} more case{'s are' if left_out > 1 else ' is'} not on this page;"
            " `evaluator run` judges all."
        )
    if not data.can_change(spec.network):
        numbers = data.count_numbers(spec.network)
        notes["neurons"] = (
            f"The network has {numbers:,} weights and biases; more than {data.MAX_CONTROLS} are not"
            " shown one by one and cannot be changed here. The inputs can."
        )
    if spec.network.dtype == "float32":
        notes["dtype"] = (
            "float32: every operation is rounded to it; a last digit may differ from the evaluator's,"
            " which adds in another order."
        )
    return notes


def _document(spec: Spec, known: Mapping[str, object], notes: Mapping[str, str]) -> str:
    name = escape(harmless(spec.name))
    about = "".join(f"<p class=about>{line}</p>\n" for line in _about(spec))
    script = "\n".join(["'use strict';", *map(_file, SCRIPTS)])
    # `<` begins neither an end tag nor a comment, wherever the data are shown.
    text = json.dumps(data.safe(known), allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c")
    said = {key: f"<p class=small>{escape(note)}</p>\n" for key, note in notes.items()}
    changes = data.can_change(spec.network)
    return f"""\
<!DOCTYPE html>
<html lang="en">
{_head(name, script)}
<body>
<header>
<h1><bdi>{name}</bdi></h1>
{about}</header>
<noscript><p>This page calculates with JavaScript, which is switched off here.</p></noscript>
<main>
{_bar(changes)}
<div class="columns">
{_shown(spec, said)}
{_controls(spec, said)}
</div>
{_cases(said)}
{_yaml(changes)}
</main>
<footer><p>Made of {escape(harmless(os.path.basename(spec.file)))} by evaluator {__version__}.
The page loads nothing and sends nothing.</p></footer>
<p id="said" class="said" role="status"></p>
<script type="application/json" id="data">{text}</script>
<script>{script}</script>
</body>
</html>
"""


def _head(name: str, script: str) -> str:
    style = _file("page.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return f"""\
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{name}</title>
<style>{style}</style>
</head>"""


def _bar(changes: bool) -> str:
    """Write what stands above: the verdict on all cases, and what can be done with the numbers."""
    return f"""\
<div class="bar">
<p id="verdict"></p>
<p id="changes" class="small"></p>
<button type="button" id="reset">Reset</button>
<button type="button" id="copy"{_hidden(not changes)}>Copy as YAML</button>
<span id="copied" aria-hidden="true"></span>
</div>"""


def _shown(spec: Spec, said: Mapping[str, str]) -> str:
    """Write the column of what follows the numbers: the diagram, the outputs, the map."""
    return f"""\
<div class="shown">
<section aria-labelledby="network-title">
<h2 id="network-title">Network</h2>
<figure id="diagram"></figure>
<details id="words"><summary>The network in words</summary><ul></ul></details>
</section>
<section aria-labelledby="outputs-title">
<h2 id="outputs-title">Output{"s" if spec.network.output_count() > 1 else ""}</h2>
<dl id="outputs"></dl>
{said.get("dtype", "")}</section>
<section id="plane" aria-labelledby="plane-title" hidden>
<h2 id="plane-title">Map</h2>
<p><label>value <select></select></label></p>
<canvas role="img" aria-label="map"></canvas>
<p class="legend"><span id="plane-low"></span><span id="plane-ramp"></span><span id="plane-high"></span></p>
<p class="small">The inputs are the ring with four arms; press on the map to move them.
Cases: ● passed, ✕ failed, ○ skipped.</p>
</section>
</div>"""


def _controls(spec: Spec, said: Mapping[str, str]) -> str:
    """Write the column of what can be changed: the inputs, and the numbers of the network."""
    several = len(spec.network.inputs) > 1
    heading = "Layers" if "layers" in spec.document.data else "Neurons"
    if "neuron" in spec.document.data:
        heading = "Neuron"
    return f"""\
<div>
<section aria-labelledby="inputs-title">
<h2 id="inputs-title">Input{"s" if several else ""}</h2>
<ul id="inputs"></ul>
</section>
<section aria-labelledby="neurons-title">
<h2 id="neurons-title">{heading}</h2>
{said.get("neurons", "")}<div id="neurons"></div>
</section>
</div>"""


def _cases(said: Mapping[str, str]) -> str:
    return f"""\
<section aria-labelledby="cases-title">
<h2 id="cases-title">Cases</h2>
<p class="small">Choose a case to load its inputs.</p>
<ul id="cases"></ul>
{said.get("cases", "")}</section>"""


def _yaml(changes: bool) -> str:
    return f"""\
<section aria-labelledby="yaml-title"{_hidden(not changes)}>
<h2 id="yaml-title">Spec</h2>
<p class="small">As YAML, with the numbers of this page; <code>evaluator run</code> reads it.</p>
<details id="yaml-details"><summary>Show it</summary>
<textarea id="yaml" readonly spellcheck="false" aria-labelledby="yaml-title"></textarea></details>
</section>"""


def _hidden(is_hidden: bool) -> str:
    return " hidden" if is_hidden else ""


def _about(spec: Spec) -> list[str]:
    source = spec.document.data.get("source", "")
    lines = [spec.description, f"Source: {source}" if source else ""]
    shown = ("\n".join(map(harmless, line.splitlines())) for line in lines)
    # Of Markdown, what is code is shown as such.
    return [re.sub("`([^`\n]+)`", r"<code>\1</code>", escape(line)) for line in shown if line]


@cache
def _file(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as stream:
        return stream.read()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
