"""The last door: what text may hold when it leaves for a terminal, a log, a file or JSON.

Records hold cleaned text already (`cleaning`). What is met here came by another way, such as the words of
an operating system, of a server or of the command line, so it is replaced where it stands and stays seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, NewType

Kind = Literal["text", "painted", "json", "data"]
"""`text` is for people and logs, `painted` the same with colours; `json` must stay the same data;
`data` is any other language of machines."""
Shown = NewType("Shown", str)
"""Text that a terminal and the log of a CI runner take for nothing but text."""

# Controls but for tab and line feed, line separators, bidirectional marks, noncharacters, lone surrogates.
_ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_COLOUR = re.compile("(\x1b\\[[0-9;]{1,8}m)")
_HARMLESS = b"\t\n" + bytes(range(0x20, 0x7F))
# GitHub takes `::name::` for a command where a line starts with it, after white space, and `##[name]`
# wherever it stands; Azure `##vso[` and TeamCity `##teamcity[` likewise.
_AT_START = re.compile(r"^([^\S\n]*:)(?=:)", re.MULTILINE)
_ANYWHERE = re.compile(r"##(?=[A-Za-z-]{0,40}\[)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~@$])")
_LIVE = re.compile(r":(?=//)|\\#(?=\d)|\\@|\bwww(?=\.)|\b(?:mailto|xmpp)(?=:)|\bGH(?=-\d)", re.IGNORECASE)
_FIRST = re.compile(r"^(\d{0,9})([-.=)])")


def inert(text: str) -> str:
    """Return `text` with U+FFFD for every character that acts on a terminal or reorders a line."""
    if text.isascii() and not text.encode("ascii").translate(None, _HARMLESS):
        return text
    return _ACTS.sub("\ufffd", text)


def shown(text: str) -> Shown:
    """Return `text` for a terminal or a log: inert, and a space inside what a runner would obey.

    `::warning::x` at the start of a line becomes `: :warning::x`, `##[group]` becomes `# #[group]`. What
    has passed once passes unchanged.
    """
    text = inert(text)
    if "::" in text:
        text = _AT_START.sub(r"\1 ", text)
    if "##" in text:
        text = _ANYWHERE.sub("# #", text)
    return Shown(text)


def painted(text: str) -> str:
    """Return `text` as `shown` does, but for the colours that it was painted with.

    What comes from a library or the outside has no escape character any more when it is painted.
    """
    return "".join(part if at % 2 else shown(part) for at, part in enumerate(_COLOUR.split(text)))


def in_markup(text: str) -> str:
    """Return escaped text of HTML or XML in which no runner finds a command; readers of markup see the same."""
    return _ANYWHERE.sub("&#35;#", text) if "##" in text else text


def in_markdown(text: str) -> str:
    r"""Return `text` on one line so that GitHub's Markdown shows it as it is.

    No tag, emphasis, code, heading, list, table cell, formula, link, mention or reference arises: what has
    a meaning gets a backslash or a character reference, and `@`, `#1`, `://` and `www.`, which GitHub looks
    for in the finished page too, a zero-width space.
    """
    line = _SPECIAL.sub(r"\\\1", " ".join(inert(text).split()).replace("&", "&amp;"))
    line = line.replace("<", "&lt;").replace(">", "&gt;")
    line = _LIVE.sub("\\g<0>&#8203;", line)
    return _FIRST.sub(r"\1\\\2", line)


def in_json(text: str) -> str:
    """Return JSON in which what `shown` would change is written as escapes, so that the data are the same."""
    if not text.isascii() or text.encode("ascii").translate(None, _HARMLESS):
        text = _ACTS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return _ANYWHERE.sub(r"#\\u0023", text) if "##" in text else text


_DOORS: Mapping[Kind, Callable[[str], str]] = {
    "text": shown,
    "painted": painted,
    "json": in_json,
    "data": inert,
}


def harmless(text: str, kind: Kind) -> str:
    """Return a finished text made harmless for its kind; what has passed once passes unchanged."""
    return _DOORS[kind](text)
