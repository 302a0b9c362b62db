"""Markdown → HTML: the small part of it that statements of exercises need; all else is plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Final

#: What becomes of a formula between dollar signs: its text → HTML.
Formula = Callable[[str], str]

_FENCE: Final = re.compile(r"(`{3,}|~{3,})[^`]*")
_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_BULLET: Final = re.compile(r"[-*+][ \t]+(.*)")
_NUMBER: Final = re.compile(r"[0-9]{1,9}[.)][ \t]+(.*)")
_RULED: Final = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_INLINE: Final = re.compile(
    r"(?P<escaped>\\[\\`*_{}\[\]()#+\-.!|<>$~])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\$\$(?P<display>[^$]+)\$\$"
    r"|\$(?P<formula>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?![0-9])"
    r"|\*\*(?P<strong>\S(?:.*?\S)?)\*\*"
    r"|(?<![\w*])\*(?P<em>[^\s*](?:[^*]*[^\s*])?)\*(?!\*)"
    r"|(?<!\w)_(?P<under>[^\s_](?:[^_]*[^\s_])?)_(?!\w)"
    r"|\[(?P<text>[^\]\n]+)\]\((?P<link>https?://[^\s()]+)\)",
    re.DOTALL,
)


def as_code(formula: str) -> str:
    """Show a formula as it is typed, where nothing can typeset it."""
    return f"<code>{escape(formula)}</code>"


def as_latex(formula: str) -> str:
    r"""Write a formula between `\(` and `\)`, as learning platforms read it."""
    return rf"\({escape(formula, quote=False)}\)"


def html(text: str, formula: Formula = as_code, top: int = 2) -> str:
    """Turn Markdown into HTML: no tag and no link of the text's own gets through but http(s) links.

    The highest heading becomes one of the level `top`.
    """
    return "\n".join(_blocks(text.expandtabs(4).splitlines(), formula, top))


def inline(text: str, formula: Formula = as_code) -> str:
    """Turn the Markdown of one line, or of one paragraph, into HTML."""
    parts, last = [], 0
    for found in _INLINE.finditer(text):
        parts += [escape(text[last : found.start()]), _span(found, formula)]
        last = found.end()
    return "".join([*parts, escape(text[last:])])


def _span(found: re.Match[str], formula: Formula) -> str:
    if found["escaped"]:
        return escape(found["escaped"][1])
    if found["code"]:
        return f"<code>{escape(found['code'].strip())}</code>"
    if math := found["display"] or found["formula"]:
        return formula(math.strip())
    if found["strong"]:
        return f"<strong>{inline(found['strong'], formula)}</strong>"
    if found["link"]:
        return f'<a href="{escape(found["link"])}">{inline(found["text"], formula)}</a>'
    return f"<em>{inline(found['em'] or found['under'], formula)}</em>"


def _blocks(lines: list[str], formula: Formula, top: int) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif _FENCE.fullmatch(line):
            end = _end_of_code(lines, at)
            yield f"<pre><code>{escape(chr(10).join(lines[at + 1 : end]))}</code></pre>"
            at = end + 1
        elif heading := _HEADING.fullmatch(line):
            level = min(6, len(heading[1]) + top - 1)
            yield f"<h{level}>{inline(heading[2], formula)}</h{level}>"
            at += 1
        elif "|" in line and at + 1 < len(lines) and _is_ruled(lines[at + 1]):
            end = next((n for n in range(at, len(lines)) if "|" not in lines[n]), len(lines))
            yield _table(lines[at], lines[at + 2 : end], formula)
            at = end
        elif kind := _list_kind(line):
            end, items = _items(lines, at, kind)
            tag = "ul" if kind is _BULLET else "ol"
            yield f"<{tag}>{''.join(f'<li>{inline(i, formula)}</li>' for i in items)}</{tag}>"
            at = end
        else:
            end = at + 1
            while end < len(lines) and not _begins_block(lines[end]):
                end += 1
            yield f"<p>{inline(chr(10).join(map(str.strip, lines[at:end])), formula)}</p>"
            at = end


def _end_of_code(lines: list[str], at: int) -> int:
    fence = lines[at].strip()[:3]
    return next((n for n in range(at + 1, len(lines)) if lines[n].strip().startswith(fence)),
                len(lines))  # fmt: skip


def _begins_block(line: str) -> bool:
    line = line.strip()
    return not line or bool(_FENCE.fullmatch(line) or _HEADING.fullmatch(line) or _list_kind(line))


def _list_kind(line: str) -> re.Pattern[str] | None:
    return next((kind for kind in (_BULLET, _NUMBER) if kind.fullmatch(line)), None)


def _items(lines: list[str], at: int, kind: re.Pattern[str]) -> tuple[int, list[str]]:
    """Collect the items of a list; a line that is indented goes on with the item above it."""
    items: list[str] = []
    while at < len(lines) and lines[at].strip():
        if found := kind.fullmatch(lines[at].strip()):
            items.append(found[1])
        elif lines[at][0] == " " and items:
            items[-1] += f" {lines[at].strip()}"
        else:
            break
        at += 1
    return at, items


def _is_ruled(line: str) -> bool:
    return "|" in line and bool(_RULED.fullmatch(line.strip()))


def _table(head: str, rows: list[str], formula: Formula) -> str:
    def row(line: str, tag: str) -> str:
        cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
        return "".join(f"<{tag}>{inline(cell.strip(), formula)}</{tag}>" for cell in cells)

    body = "".join(f"<tr>{row(line, 'td')}</tr>" for line in rows)
    return f"<table><thead><tr>{row(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"
