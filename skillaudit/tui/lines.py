"""Lines of toned text: cut, padded and wrapped by terminal cells, free of any toolkit.

Everything that the app draws itself is a `Line`. A *tone* names what the text is (`muted`,
`error`, `link`), never a colour; the style sheet gives each tone its look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

__all__ = ["EMPTY", "Align", "Line", "Span", "cell_len", "crop", "fit", "line_width", "printable", "wrap"]

Align = Literal["left", "right"]

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class Span(NamedTuple):
    """A run of text of one tone; `link` is the target that following it leads to."""

    text: str
    tone: str = ""
    link: str = ""


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


def line_width(line: Iterable[Span]) -> int:
    """Width of a line in cells."""
    return sum(cell_len(span.text) for span in line)


def fit(text: str, width: int, align: Align = "left") -> str:
    """Cut or pad `text` to exactly `width` cells; a cut is marked with an ellipsis."""
    if width <= 0:
        return ""
    text = printable(text)
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    padding = " " * (width - length)
    return padding + text if align == "right" else text + padding


def wrap(text: str, width: int) -> list[str]:
    """Break `text` at spaces into lines of at most `width` cells; words longer than a line are chopped."""
    width = max(width, 2)
    rows: list[str] = []
    row, used = "", 0
    for word in printable(text).split():
        length = cell_len(word)
        if row and used + 1 + length <= width:
            row, used = f"{row} {word}", used + 1 + length
            continue
        if row:
            rows.append(row)
        if length > width:
            *full, word = chop_cells(word, width)
            rows.extend(full)
            length = cell_len(word)
        row, used = word, length
    if row or not rows:
        rows.append(row)
    return rows


def crop(line: Line, width: int) -> Line:
    """Cut a line to `width` cells, marking the cut with an ellipsis."""
    if line_width(line) <= width:
        return line
    out: list[Span] = []
    left = width
    for span in line:
        length = cell_len(span.text)
        if length >= left:
            # The cut falls in this span, or right behind it with more text to come.
            out.append(span._replace(text=fit(span.text + "  ", left)))
            break
        out.append(span)
        left -= length
    return tuple(out)
