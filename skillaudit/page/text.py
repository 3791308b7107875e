"""Blocks as plain text for terminals, logs and files: lines of 80 cells, nothing cut."""

from __future__ import annotations

import re
from collections.abc import Iterable

from skillaudit.page.blocks import Block, Heading, More, Table, Title, left_out
from skillaudit.page.layout import layout
from skillaudit.page.lines import Line, wrap

WIDTH = 80
INDENT = "  "
_COMMAND = re.compile(r"^(\s*:):|#(#)(?=[A-Za-z-]{0,40}\[)")


def render(blocks: Iterable[Block], *, hint: str = "", width: int = WIDTH) -> str:
    """Return blocks as text, ending in a line break.

    `hint` says behind each shortened list how to see all of it, such as `--all shows them`.
    """
    lines: list[str] = []
    for block in blocks:
        match block:
            case Title():
                lines += [""] if lines else []
                lines += [_plain(line) for line in layout([block], width)]
            case Heading(text, note):
                if lines:
                    lines.append("")
                lines += _heading(text.upper(), note, width)
            case Table(left=left, what=what):
                lines += _body(block._replace(left=0), width)
                lines += _more(left, what, hint, width)
            case More(count, what):
                lines += _more(count, what, hint, width)
            case _:
                lines += _body(block, width)
    return "".join(f"{harmless(line)}\n" for line in lines)


def harmless(line: str) -> str:
    """Return a line that no CI runner takes for a command, as `::x::` at the start and `##[x]` anywhere are."""
    return _COMMAND.sub(lambda match: f"{match[1] or '#'}·", line)


def _plain(line: Line) -> str:
    return "".join(span.text for span in line).rstrip()


def _body(block: Block, width: int) -> list[str]:
    return [f"{INDENT}{_plain(line)}".rstrip() for line in layout([block], width - len(INDENT))]


def _heading(text: str, note: str, width: int) -> list[str]:
    first, *others = wrap(f"{text} {note}", width - len(INDENT))
    if first.startswith(f"{text} "):
        first = f"{text}  {first[len(text) + 1 :]}"
    return [first, *(INDENT + row for row in others)]


def _more(count: int, what: str, hint: str, width: int) -> list[str]:
    if count <= 0:
        return []
    text = f"... {left_out(count, what)}" + (f" ({hint})" if hint else "")
    return [INDENT + row for row in wrap(text, width - len(INDENT))]
