"""The style sheet of the HTML page: light and dark, the filter by outcome, print."""

from __future__ import annotations

from typing import Final

#: The name of the group of radio buttons that choose what is shown.
FILTER: Final = "show"

_OUTCOMES = ("failed", "error", "invalid", "xpassed", "warning", "passed", "skipped", "xfailed")

# A browser that does not know `:has` shows everything.
_FILTERS = "\n".join(
    f"body:has(#show-{name}:checked) :is(.spec:not(.has-{name}), .case:not(.{name})) {{display: none}}"
    for name in _OUTCOMES
)

#: What every page has: colours for light and dark, text, links.
BASE: Final = """
:root {color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --soft: #595959; --line: #c8c8c8;
  --panel: #f5f5f5; --bad: #b3261e; --good: #17652c; --odd: #7a4b00; --link: #0b57d0; --curve: #0b5cad}
@media (prefers-color-scheme: dark) {:root {--paper: #16181c; --ink: #e8e8e8; --soft: #adadad;
  --line: #44474d; --panel: #202329; --bad: #ff9b93; --good: #7ddc94; --odd: #f2c063; --link: #9cc2ff;
  --curve: #6ea8ee}}
* {box-sizing: border-box}
body {margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere}
h1, h2, p {margin: .3rem 0}
a {color: var(--link)} small, .small, .place {color: var(--soft); font-size: .9rem}
:focus-visible {outline: 3px solid var(--link); outline-offset: 2px}
figure {margin: .8rem 0; overflow-x: auto}
svg {max-width: 100%; height: auto; min-width: 20rem}
.wide {overflow-x: auto} table {border-collapse: collapse; font-variant-numeric: tabular-nums}
th, td {border: 1px solid var(--line); padding: .15rem .6rem; text-align: left;
  overflow-wrap: normal}
th {background: var(--panel)}
"""

STYLE: Final = f"""{BASE}h2 {{display: inline; font-size: 1.1rem}}
form, nav {{margin: 1rem 0}} nav ul {{margin: .3rem 0}}
fieldset {{border: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .2rem 1.2rem}}
.spec {{border: 1px solid var(--line); border-radius: 6px; margin: .6rem 0; padding: .5rem .8rem}}
summary {{cursor: pointer}} .place {{margin: 0 .6rem}}
.cases {{list-style: none; margin: .5rem 0; padding: 0}}
.case {{border-left: 4px solid var(--line); margin: .4rem 0; padding-left: .7rem}}
.sign {{white-space: nowrap}}
.failed, .error, .invalid, .xpassed {{border-color: var(--bad)}}
.note, h1.failed, h1.error, h1.invalid, h1.xpassed,
:is(.failed, .error, .invalid, .xpassed) > p > .sign {{color: var(--bad)}}
.passed {{border-color: var(--good)}} h1.passed, .passed > p > .sign {{color: var(--good)}}
.warning {{border-color: var(--odd)}} .warning > p > .sign {{color: var(--odd)}}
pre {{background: var(--panel); padding: .5rem .7rem; overflow-x: auto; overflow-wrap: normal;
  font-size: .88rem; line-height: 1.4}}
@media print {{form, nav {{display: none}} body {{max-width: none}}}}
{_FILTERS}
"""
