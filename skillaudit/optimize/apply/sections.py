"""The sections of a body: which of them another file holds already, and their headings some levels lower."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

BELOW = 3
"""Level of the first heading of a body that stands under the heading with its skill's name."""
_LOWEST = 6
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|--+)[ \t]*$")
_PARAGRAPH = re.compile(r" {0,3}[^\s#>|<*+-]")
"""Begins a line that a row of marks below it makes a heading."""


class Section(NamedTuple):
    """A heading with what stands under it up to the next one, whatever its level."""

    level: int
    """1 to 6; 0 for what stands before the first heading."""
    title: str
    """The heading's text, white space collapsed."""
    text: str
    """All below it, as written."""

    @property
    def key(self) -> tuple[str, str]:
        """What two sections share that say the same: white space and levels apart."""
        return self.title, " ".join(self.text.split())


def sections(body: str) -> Iterator[Section]:
    """Split a body at its headings, those in fenced code left alone; in linear time."""
    level, title, text = 0, "", [""]
    fence = ""
    for line in body.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1][0] == fence[0] and len(mark[1]) >= len(fence))):
            fence = "" if fence else mark[1]
        elif not fence and (head := _ATX.match(line)):
            yield Section(level, title, "".join(text))
            level, title, text = len(head[1]), _titled(line[head.end() :]), [""]
            continue
        elif (
            not fence
            and _UNDERLINE.match(line)
            and _PARAGRAPH.match(text[-1])
            and not (len(text) > 1 and text[-2].strip())
        ):
            above = text.pop()
            yield Section(level, title, "".join(text))
            level, title, text = (1 if "=" in line else 2), " ".join(above.split()), [""]
            continue
        text.append(line)
    yield Section(level, title, "".join(text))


def _titled(text: str) -> str:
    """Return the text of a heading without the marks that may close it."""
    words = text.split()
    if len(words) > 1 and not words[-1].strip("#"):
        words.pop()
    return " ".join(words)


def carried(
    body: str, known: Collection[tuple[str, str]], name: str, leads_away: Callable[[str], bool]
) -> str:
    """Return what of a body is not `known`, headings so low that it fits under one of the second level.

    `known` are keys of sections. One that `leads_away`, to other files than the same words lead to elsewhere, is kept,
    and so are the headings above one that is kept, but for a title of the whole that says the `name` or is known.
    """
    parts = list(sections(body))
    titles = {title for title, _ in known}
    own = _letters(name)
    whole: set[int] = set()
    heads: set[int] = set()
    above: list[int] = []
    for at, part in enumerate(parts):
        while above and parts[above[-1]].level >= part.level:
            above.pop()
        last = at + 1 == len(parts) or parts[at + 1].level <= part.level
        said = part.text.strip() or (part.level and last and part.title not in titles)
        if said and (part.key not in known or leads_away(part.text)):
            whole.add(at)
            heads.update(above)
        if part.level:
            above.append(at)
    named = {at for at in heads | whole if parts[at].level == 1 and _letters(parts[at].title) == own}
    named |= {at for at in heads - whole if parts[at].level == 1 and parts[at].title in titles}
    kept = sorted(whole | heads)
    levels = [parts[at].level for at in kept if parts[at].level and at not in named]
    lower = max(0, BELOW - min(levels, default=BELOW))
    written = []
    for at in kept:
        level, title, text = parts[at]
        if level and at not in named:
            written.append(f"{'#' * min(level + lower, _LOWEST)} {title}\n{'' if at in whole else chr(10)}")
        written.append(text if at in whole else "")
    return "".join(written).strip("\r\n")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
