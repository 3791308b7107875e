"""The lines of a body, and what of each is code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line of a body, those that a backslash continues being one."""

    text: str
    code: str
    """What of it is code: all of it inside a fence, else what stands between backticks, a line each."""
    language: str
    """Of the fence, lower case; `inline` between backticks, empty where the fence names none."""


_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*([\w+#-]{0,30})")
DOTTED = re.compile(r"(?<![\w./@$-])[\w-]++(?:\.[\w-]++)++")
"""Words with dots, which may be hosts."""
INLINE = re.compile(r"`([^`\n]+)`")


def lines_of(body: str) -> Iterator[Line]:
    """Yield the lines of a body that say something, fences themselves left out."""
    fence, language = "", ""
    held: list[str] = []
    for raw in body.splitlines():
        mark = _FENCE.match(raw)
        if mark and (not fence or (mark[1][0] == fence[0] and len(mark[1]) >= len(fence))):
            fence, language = ("", "") if fence else (mark[1], mark[2].lower())
            continue
        held.append(raw)
        if fence and raw.rstrip().endswith("\\"):
            held[-1] = raw.rstrip()[:-1]
            continue
        text, held = " ".join(" ".join(held).split()), []
        if text and fence:
            yield Line(text, text, language)
        elif text:
            yield Line(text, "\n".join(INLINE.findall(text)), "inline")
    if held:
        text = " ".join(" ".join(held).split())
        yield Line(text, text, language)
