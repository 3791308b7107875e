"""Blocks as plain text for terminals, logs and files: lines of 80 cells, nothing cut."""

from __future__ import annotations

import re
from collections.abc import Iterable

from skillaudit.page.blocks import Block, Heading, More, Table, Title, left_out
from skillaudit.page.layout import layout
from skillaudit.page.lines import EMPTY, Line, Span, wrap

WIDTH = 80
INDENT = "  "
_COMMAND = re.compile(r"^(\s*:):|#(#)(?=[A-Za-z-]{0,40}\[)")
PAINT = {
    "title": "1", "heading": "1;36", "value": "1", "muted": "2", "faint": "2", "head": "2", "error": "1;31",
    "warning": "33", "good": "32", "accent": "36", "link": "36", "added": "32", "gone": "31", "c1": "36", "c3": "35",
}  # fmt: skip
"""The look of each tone in the sixteen colours that every terminal lets its user choose."""


def render(blocks: Iterable[Block], *, hint: str = "", width: int = WIDTH, paint: bool = False) -> str:
    """Return blocks as text, ending in a line break.

    `hint` says behind each shortened list how to see all of it, such as `--all shows them`; with `paint` the
    tones have colours, as escape sequences.
    """
    lines: list[Line] = []
    for block in blocks:
        match block:
            case Title():
                lines += [EMPTY] if lines else []
                lines += layout([block], width)
            case Heading(text, note):
                if lines:
                    lines.append(EMPTY)
                lines += _heading(text.upper(), note, width)
            case Table(left=left, what=what):
                lines += _body(block._replace(left=0), width)
                lines += _more(left, what, hint, width)
            case More(count, what):
                lines += _more(count, what, hint, width)
            case _:
                lines += _body(block, width)
    return "".join(f"{_drawn(line, paint)}\n" for line in lines)


def harmless(line: str) -> str:
    """Return a line that no CI runner takes for a command, as `::x::` at the start and `##[x]` anywhere are."""
    return _COMMAND.sub(lambda match: f"{match[1] or '#'}·", line)


def _drawn(line: Line, paint: bool) -> str:
    plain = harmless("".join(span.text for span in line).rstrip())
    if not paint:
        return plain
    drawn, at = [], 0
    for span in line:
        # What is harmless is as long as what it stands for.
        text = plain[at : at + len(span.text)]
        at += len(span.text)
        look = PAINT.get(span.tone)
        drawn.append(f"\x1b[{look}m{text}\x1b[0m" if look and text.strip() else text)
    return "".join(drawn)


def _body(block: Block, width: int) -> list[Line]:
    return [(Span(INDENT), *line) for line in layout([block], width - len(INDENT))]


def _heading(text: str, note: str, width: int) -> list[Line]:
    first, *others = wrap(f"{text} {note}", width - len(INDENT))
    head: Line = (Span(first, "heading"),)
    if first.startswith(f"{text} "):
        head = (Span(text, "heading"), Span(f"  {first[len(text) + 1 :]}", "muted"))
    return [head, *((Span(INDENT + row, "muted"),) for row in others)]


def _more(count: int, what: str, hint: str, width: int) -> list[Line]:
    if count <= 0:
        return []
    text = f"... {left_out(count, what)}" + (f" ({hint})" if hint else "")
    return [(Span(INDENT + row, "muted"),) for row in wrap(text, width - len(INDENT))]
