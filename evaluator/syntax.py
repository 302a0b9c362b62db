"""Where PyYAML's two parsers are chosen, kept to one verdict, and their errors put in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.scanner import ScannerError

from evaluator.diagnostics import clip

#: Above this many characters the pure parser, a hundred times slower, is not asked.
MAX_PURE: Final = 1_000_000

#: The longest key that YAML allows without a `?` before it.
MAX_KEY: Final = 1024

# YAML's printable characters, less those that only YAML 1.1 takes for line breaks (U+0085,
# U+2028, U+2029) and the byte order mark, which the two parsers treat in different ways.
_REFUSED = (
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
#: A key whose value does not follow `: `, as in `bias:4` or `bias = 4`.
_GLUED = re.compile(r"[ -]*([^\W\d]\w*)(?::(?=[^ \t\n:/])| *= *)([^\n]*)\n")
#: A line that was meant to begin another document.
_DASHES = re.compile(r"(--|-{4,})[ \t\r]*\n")
#: What stands before a list that is written as in Python, `np.array(`.
_CALL = re.compile(r"[^\W\d][\w.]*\($")
#: An interval that is open at one end, whose brackets YAML takes for its own.
_INTERVAL = re.compile(r"\[[^\[\]()\n]*\)|\([^\[\]()\n]*\]")
_DIRECTIVE = re.compile(r"^%(?!YAML[ \t]+1\.[12][ \t]*(?:#.*)?\r?$).*", re.MULTILINE)


#: A tag: the two parsers disagree on where it ends and on the characters that it may hold.
_TAG = re.compile(r"(?<![\w!])!\S")
#: The mark of a key, which libyaml loses where the key is empty and stands in a list in brackets.
_KEY_MARK = re.compile(r"(?:[\[{,][ \t]*|^[ \t]*)\?(?=[\s,:#])", re.MULTILINE)

#: A comment that touches the mark of a text of several lines, which libyaml lets pass.
_COMMENT = re.compile(r"[|>][-+0-9]{0,2}#")


class Problem(NamedTuple):
    """What is wrong with a text, and at which character."""

    at: int
    code: str
    message: str
    hint: str


def refuse(text: str) -> Problem | None:
    """Find what the two parsers would judge differently, before either sees it."""
    if not text.replace("\n", "").isprintable() and (found := re.search(_REFUSED, text)):
        point = ord(found[0])
        hint = f'in double quotes it can be written as an escape, "\\u{point:04X}"'
        if point == 0xFEFF:
            hint = "remove this byte order mark, which few editors show"
        if point == 0:
            hint = "this looks like a binary file; a spec is a YAML text"
        return Problem(
            found.start(), "encoding", f"the character U+{point:04X} is not allowed", hint
        )
    if "%" in text and (found := _DIRECTIVE.search(text)):
        return Problem(
            found.start(), "yaml-syntax", "only the directives %YAML 1.1 and %YAML 1.2 are known",
            "remove the line, or quote a text that starts with %",
        )  # fmt: skip
    return None


def parser(text: str) -> Iterator[Any]:
    """Give the events of a text, from libyaml where PyYAML has it."""
    if yaml.__with_libyaml__ and (len(text) > MAX_PURE or not _differs(text)):
        return _libyaml(text)
    return pure_parser(text)


def _differs(text: str) -> bool:
    """Tell whether libyaml may read a text in another way, or accept what the pure parser does not."""
    return (
        "\t" in text
        or ("!" in text and _TAG.search(text) is not None)
        or ("#" in text and _COMMENT.search(text) is not None)
        or ("?" in text and _KEY_MARK.search(text) is not None)
    )


def _libyaml(text: str) -> Iterator[Any]:
    return iter(yaml.cyaml.CParser(text).get_event, None)  # type: ignore[attr-defined]


def pure_parser(text: str) -> Iterator[Any]:
    """Give the events of a text from the parser written in Python, while that is bearable."""
    if len(text) > MAX_PURE and yaml.__with_libyaml__:
        return _libyaml(text)
    return _pure(text)


class _Loader(yaml.Loader):
    """PyYAML's own, but for `?` inside a text in brackets: a character as any other, as in YAML 1.2."""

    _inside = False

    def peek(self, index: int = 0) -> str:
        character: str = super().peek(index)
        return "x" if self._inside and character == "?" else character

    def scan_plain(self) -> Any:
        self._inside = True
        try:
            return super().scan_plain()
        finally:
            self._inside = False


def _pure(text: str) -> Iterator[Any]:
    loader: Any = _Loader(text) if "?" in text else yaml.Loader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    except (ValueError, OverflowError):
        # An escape beyond the last character, such as "\UFFFFFFFF", gets past the scanner.
        raise ScannerError(problem=_NO_ESCAPE, problem_mark=loader.get_mark()) from None


_NO_ESCAPE: Final = "unknown escape character"

# A part of the parser's own words → what to say instead, and what to do.
_WORDS: Final = (
    ("'\\t' that cannot start", "a tab is used for indentation or spacing", "use spaces"),
    ("mapping values are not allowed", "a second `:` on this line, or a key out of place",
     "put quotes around a text that holds `: `, and give every key a line of its own"),
    ("could not find expected ':'", "a key without its `:`", "write `key: value`"),
    ("expected ',' or ']'", "a list in brackets that is not closed, or a comma that is missing",
     "put commas between the elements and a `]` at the end"),
    ("expected ',' or '}'", "a mapping in braces that is not closed, or a comma that is missing",
     "put commas between the entries and a `}` at the end"),
    ("expected <block end>", "this line does not continue what stands above it",
     "check the indentation: elements of one list or mapping start in the same column"),
    ("did not find expected key", "this line does not continue what stands above it",
     "check the indentation: elements of one list or mapping start in the same column"),
    ("did not find expected '-'", "this line does not continue the list above it",
     "check the indentation: elements of one list or mapping start in the same column"),
    ("expected '<document start>'", "content after the end of the document",
     "start another document with `---`"),
    ("but found '<stream end>'", "the text ends where a value is wanted",
     "close the brackets that are open, or write the value"),
    ("found '<document start>'", "the document ends where a value is wanted",
     "close the brackets that are open, or write the value"),
    ("expected a comment or a line break", "`>` and `|` begin a text of several lines in YAML",
     'put a half line in quotes, as in "> 0.5"'),
    ("expected chomping or indentation", "`>` and `|` begin a text of several lines in YAML",
     'put a half line in quotes, as in "> 0.5"'),
    ("expected indentation indicator", "`>` and `|` begin a text of several lines in YAML",
     'put a half line in quotes, as in "> 0.5"'),
    ("found character '>'", "`>` cannot start a value here",
     'put a half line in quotes, as in "> 0.5"'),
    ("unexpected end of stream", "a quoted text that is not closed", "add the closing quote"),
    ("found character '%'", "`%` cannot start a value", "put quotes around the text"),
    ("found character '@'", "`@` cannot start a value", "put quotes around the text"),
    ("found character '`'", "a backtick cannot start a value", "put quotes around the text"),
    (_NO_ESCAPE, "an escape that YAML does not know",
     "write \\\\ for a backslash, or use single quotes"),
    ("expected alphabetic or numeric", "`&` and `*` begin the name of a value: ASCII letters, digits, - and _",
     "put quotes around a text, or write another name"),
    ("expected URI", "`!` begins a tag, and this is none", "put quotes around the text"),
    ("but found ','", "a comma with no value before it", "write the value, or remove the comma"),
    ("hexadecimal", "an escape with too few digits",
     'write two after \\x, four after \\u, eight after \\U; \\\\ is a backslash'),
    ("YAML directive", "the document has a second line with %YAML", "remove the line"),
    ("found '<document end>'", "the document ends where a value is wanted",
     "close the brackets that are open, or write the value"),
    ("sequence entries are not allowed", "a list cannot start here",
     "start it on the next line"),
)  # fmt: skip


def explain(error: YAMLError, text: str) -> Problem:
    """Put a parser's error in the words of this project."""
    said = str(getattr(error, "problem", "") or error)
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = min(mark.index if mark else 0, max(len(text) - 1, 0))
    context = str(getattr(error, "context", "") or "") if isinstance(error, MarkedYAMLError) else ""
    opened = getattr(error, "context_mark", None)
    if "end of stream" in said or re.search("expected ':'|(found|got) '<(stream|document)", said):
        # What is open at the end of a text, or of a key, is to blame where it opens.
        index = opened.index if opened and "block" not in context else index
    of_key = mark and re.search("mapping values|expected ':'", said)
    if of_key and (mistaken := _mistaken_key(text, mark.index, index)):
        return mistaken
    before = text[text.rfind("\n", 0, index) + 1 : index].rstrip()
    if "expected <block end>" in said and before.endswith(("'", '"')):
        message, hint = (
            "text stands behind a closing quote",
            "write '' for a quote in single quotes",
        )
        hint = hint if before.endswith("'") else 'write \\" for a quote in double quotes'
        return Problem(index, "yaml-syntax", message, hint)
    if said.startswith("expected ',' or") and (called := _CALL.search(before[-100:])):
        message = f"a call in braces or brackets, `{clip(called[0])}`, is not YAML"
        at = text.rfind(called[0], 0, index)
        return Problem(at, "yaml-syntax", message, "write the list alone: `[…]`")
    if said.startswith("expected ',' or") and (found := _interval(error, text, index)):
        message = "the brackets of an interval that is open at one end are not YAML's"
        return Problem(
            found.start(), "yaml-syntax", message, f'put it in quotes: "{clip(found[0])}"'
        )
    if text.startswith("```", index):
        return Problem(index, "yaml-syntax", "a fence of Markdown is no YAML", "remove the fence")
    for part, message, hint in _WORDS:
        if part in said:
            return Problem(index, "yaml-syntax", message, hint)
    words = f"{said} {context}".strip()
    return Problem(index, "yaml-syntax", f"the text is not YAML: {words}", "")


def _mistaken_key(text: str, noticed: int, index: int) -> Problem | None:
    """Find the key that has no `: `, or is too long, before the place where a parser notices."""
    start = text.rfind("\n", 0, noticed) + 1
    if noticed - start > MAX_KEY:
        message = f"a key of more than {MAX_KEY} characters, or one without its `:`"
        return Problem(start, "yaml-syntax", message, "write a shorter key")
    # The parser says where the key begins, or what it has taken for a text continues on this line.
    line = text.rfind("\n", 0, index if index < start else max(start - 1, 0)) + 1
    if found := _DASHES.match(text, line, start):
        return Problem(
            line, "yaml-syntax", f"`{found[1]}` does not begin a document", "write `---`"
        )
    found = _GLUED.match(text, line, start)
    if found and not _goes_on(text, line):
        key, value = clip(found[1]), clip(found[2].strip())
        message = f"no blank after the `:` of `{key}`"
        if "=" in text[found.end(1) : found.start(2)]:
            message = f"`=` stands after `{key}` where `:` is wanted"
        if found[2].startswith("\u00a0"):
            message = f"a no-break space, U+00A0, stands after the `:` of `{key}`"
        return Problem(found.start(1), "yaml-syntax", message, f"write `{key}: {value}`")
    return None


def _goes_on(text: str, line: int) -> bool:
    """Tell whether a line goes on with a text that began behind the key of the line above."""
    above = text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : line].rstrip()
    below = text[line : line + MAX_KEY]
    deeper = len(above) - len(above.lstrip()) < len(below) - len(below.lstrip())
    return deeper and bool(re.search(r": +[^\s|>&#]", above))


def _interval(error: YAMLError, text: str, index: int) -> re.Match[str] | None:
    """Find a half-open interval in the line of an error, or where the list that it is in opens."""
    line = text.rfind("\n", 0, index) + 1
    opened = getattr(error, "context_mark", None)
    found = _INTERVAL.search(text, line, index + 1)
    return found or (_INTERVAL.match(text, opened.index) if opened else None)
