"""Two versions of a text as lines that show word by word what goes and what comes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from skillaudit.page.lines import Line, Span, cells, chop, printable
from skillaudit.text.scripts import SYLLABIC

# Scripts without spaces are compared, and broken, character by character.
_TOKENS = re.compile(rf"(\s*)([{SYLLABIC}]|[^\W{SYLLABIC}][^\W{SYLLABIC}'’-]*(?:['’-][^\W{SYLLABIC}]+)*|\S)")
MAX_PAIRS = 4_000_000
"""Pairs of words beyond which texts are shown whole, as comparing them would be felt."""


class Piece(NamedTuple):
    """A word, or a sign that stands apart, of one tone."""

    text: str
    tone: str = ""
    apart: bool = False
    """True when there is space before it."""


def pieces(text: str) -> list[Piece]:
    """Cut a text into words and signs; together they say the same."""
    return [Piece(match[2], "", bool(match[1])) for match in _TOKENS.finditer(printable(text).strip())]


def compare(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts, with the tones `gone` and `added` on the words that only one of them has."""
    old, new = pieces(before), pieces(after)
    if len(old) * len(new) > MAX_PAIRS:
        return [piece._replace(tone="gone") for piece in old], [piece._replace(tone="added") for piece in new]
    matcher = SequenceMatcher(None, [p.text for p in old], [p.text for p in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            old[a:b] = [piece._replace(tone="gone") for piece in old[a:b]]
            new[c:d] = [piece._replace(tone="added") for piece in new[c:d]]
    return old, new


def diff_lines(before: str, after: str, width: int) -> list[Line]:
    """Draw the text before under `−` and the one after under `+`.

    The text before is left out where all of it is kept, as it then stands in the other; the text after
    never is, so that it can be read where a terminal strikes nothing out.
    """
    old, new = compare(before, after)
    if not any(piece.tone for piece in (*old, *new)):
        return [(Span("  "), *line) for line in wrapped(new, width - 2)]
    lines: list[Line] = []
    if any(piece.tone for piece in old):
        kept = [piece if piece.tone else piece._replace(tone="muted") for piece in old]
        lines += [(Span("− ", "error"), *line) for line in wrapped(kept, width - 2)]
    return lines + [(Span("+ ", "good"), *line) for line in wrapped(new, width - 2)]


def wrapped(words: Sequence[Piece], width: int) -> list[Line]:
    """Set pieces in lines of at most `width` cells, broken at spaces and inside unspaced scripts."""
    width = max(width, 2)
    lines: list[list[Piece]] = [[]]
    used = 0
    for group in _groups(words, width):
        length = sum(cells(piece.text) for piece in group)
        space = int(group[0].apart and used > 0)
        if used and used + space + length > width:
            lines.append([])
            used, space = 0, 0
        lines[-1].append(group[0]._replace(apart=bool(space)))
        lines[-1].extend(group[1:])
        used += space + length
    return [_spans(line) for line in lines if line]


def _groups(words: Sequence[Piece], width: int) -> Iterator[list[Piece]]:
    """Give out the parts that no line break may cut, none wider than a line."""
    group: list[Piece] = []
    length = 0
    for word in words:
        for at, part in enumerate(chop(word.text, width)):
            size = cells(part)
            free = word.apart or at > 0 or re.match(f"[{SYLLABIC}]", part) is not None
            if group and (free or length + size > width):
                yield group
                group, length = [], 0
            group.append(Piece(part, word.tone, word.apart and at == 0))
            length += size
    if group:
        yield group


def _spans(line: Sequence[Piece]) -> Line:
    """Join neighbours of one tone; the space between two tones stays plain."""
    spans: list[Span] = []
    for piece in line:
        if spans and spans[-1].tone == piece.tone:
            spans[-1] = Span(f"{spans[-1].text}{' ' if piece.apart else ''}{piece.text}", piece.tone)
            continue
        if piece.apart:
            spans.append(Span(" "))
        spans.append(Span(piece.text, piece.tone))
    return tuple(spans)
