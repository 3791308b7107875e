"""Plain-text layout that counts terminal cells, so that CJK and emoji keep their columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

WIDTH = 80


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes (wide characters two, combining ones none)."""
    if text.isascii():
        return len(text)
    total = 0
    for character in text:
        if unicodedata.combining(character) or character in "\u200d\ufe0e\ufe0f":
            continue
        total += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return total


def clip(text: str, width: int) -> str:
    """Return `text` cut to `width` cells, with an ellipsis where something was lost."""
    if cells(text) <= width:
        return text
    kept: list[str] = []
    used = 0
    for character in text:
        step = cells(character)
        if used + step > width - 1:
            break
        kept.append(character)
        used += step
    return "".join(kept).rstrip() + "…"


def squeeze(text: str, width: int) -> str:
    """Return `text` in `width` cells with its middle left out: ids often differ at the end only."""
    if cells(text) <= width:
        return text
    tail = ""
    for character in reversed(text):
        if cells(tail) + cells(character) > width // 2:
            break
        tail = character + tail
    head = ""
    for character in text:
        if cells(head) + cells(character) > width - 1 - cells(tail):
            break
        head += character
    return f"{head}…{tail}"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` clipped and padded to exactly `width` cells; `right` aligns to the right."""
    text = clip(text, width)
    space = " " * (width - cells(text))
    return space + text if right else text + space


def wrap(text: str, *, width: int = WIDTH, indent: str = "", first: str | None = None) -> list[str]:
    """Return `text` as lines of at most `width` cells.

    `first` is the prefix of the first line, `indent` of the others. A word longer than a line is
    broken, so that no input, such as Chinese without spaces, can leave the column.
    """
    prefix = indent if first is None else first
    lines: list[str] = []
    line = prefix
    empty = True
    for word in text.split():
        pieces = _pieces(word, width - cells(indent))
        for piece in pieces:
            gap = "" if empty else " "
            if cells(line) + len(gap) + cells(piece) > width and not empty:
                lines.append(line)
                line, gap = indent, ""
            line += gap + piece
            empty = False
    lines.append(line)
    return [line.rstrip() for line in lines]


def _pieces(word: str, width: int) -> list[str]:
    if cells(word) <= width:
        return [word]
    pieces: list[str] = []
    piece = ""
    for character in word:
        if cells(piece) + cells(character) > width:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], *, right: frozenset[int]
) -> list[str]:
    """Return aligned lines for `rows` under `head`; columns in `right` are right-aligned."""

    def line(row: Sequence[str]) -> str:
        parts = (pad(cell, widths[i], right=i in right) for i, cell in enumerate(row))
        return ("  " + "  ".join(parts)).rstrip()

    return [line(head), *(line(row) for row in rows)]
