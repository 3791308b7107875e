"""Lines of toned text: cut, padded and wrapped by terminal cells, free of any toolkit.

Everything that is drawn in cells is a `Line`. A *tone* names what the text is (`muted`, `error`, `link`), never
a colour; the style sheet of each medium gives a tone its look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

import wcwidth

Align = Literal["left", "right"]

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


_JOINTS = re.compile(r"[^-/_.,:]*[-/_.,:]+|[^-/_.,:]+")


class Span(NamedTuple):
    """A run of text of one tone; `link` is the skill that following it leads to, `tip` what a pointer may show."""

    text: str
    tone: str = ""
    link: str = ""
    tip: str = ""


Line = tuple[Span, ...]
EMPTY: Line = ()


def printable(text: str) -> str:
    """Return `text` as one line that cannot steer a terminal: control and bidi characters become a dot.

    Libraries are cleaned when they are loaded; this is the last door, for file names, messages of
    errors, and reports that were read back from a file.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda match: " " if match[0] in "\n\r\t" else "·", text)


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes (wide characters two, combining ones none)."""
    return len(text) if text.isascii() else wcwidth.width(text)


def line_width(line: Iterable[Span]) -> int:
    """Width of a line in cells."""
    return sum(cells(span.text) for span in line)


def chop(text: str, width: int) -> list[str]:
    """Cut `text` into pieces of at most `width` cells, never inside a character as it is seen."""
    pieces: list[str] = []
    piece, used = "", 0
    for seen in wcwidth.iter_graphemes(text):
        size = cells(seen)
        if piece and used + size > width:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + seen, used + size
    return [*pieces, piece]


def clip(text: str, width: int) -> str:
    """Return `text` cut to `width` cells, with an ellipsis where something was lost."""
    if cells(text) <= width:
        return text
    kept = chop(text, width - 1)[0] if width > 1 else ""
    return (kept if cells(kept) < width else "") + "…"


def fit(text: str, width: int, align: Align = "left") -> str:
    """Cut or pad `text` to exactly `width` cells; a cut is marked with an ellipsis."""
    if width <= 0:
        return ""
    text = clip(printable(text), width)
    padding = " " * (width - cells(text))
    return padding + text if align == "right" else text + padding


def wrap(text: str, width: int) -> list[str]:
    """Break `text` at spaces into lines of at most `width` cells; words longer than a line are
    broken, at their joints where they have any."""
    width = max(width, 2)
    rows: list[str] = []
    row, used = "", 0
    for word in printable(text).split():
        length = cells(word)
        if row and used + 1 + length <= width:
            row, used = f"{row} {word}", used + 1 + length
            continue
        if row:
            rows.append(row)
        if length > width:
            *full, word = _broken(word, width)
            rows.extend(full)
            length = cells(word)
        row, used = word, length
    if row or not rows:
        rows.append(row)
    return rows


def _broken(word: str, width: int) -> list[str]:
    """Break a word that is wider than a line, behind a hyphen, a slash or the like where there is one."""
    rows: list[str] = []
    row, used = "", 0
    for part in _JOINTS.findall(word):
        size = cells(part)
        if row and used + size > width:
            rows.append(row)
            row, used = "", 0
        if size > width:
            *full, part = chop(part, width)
            rows.extend(full)
            size = cells(part)
        row, used = row + part, used + size
    return [*rows, row]


def crop(line: Line, width: int) -> Line:
    """Cut a line to `width` cells, marking the cut with an ellipsis."""
    if line_width(line) <= width:
        return line
    out: list[Span] = []
    left = width
    for span in line:
        length = cells(span.text)
        if length >= left:
            # The cut falls in this span, or right behind it with more text to come.
            out.append(span._replace(text=fit(span.text + "  ", left)))
            break
        out.append(span)
        left -= length
    return tuple(out)
