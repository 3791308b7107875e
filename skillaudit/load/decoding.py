"""Turn the bytes of a file into text, and say what was odd about them."""

from __future__ import annotations

import codecs

from skillaudit.load.defects import Problem
from skillaudit.safety.cleaning import removed_classes


def decode(data: bytes, complete: bool, problems: list[Problem]) -> str:
    """Return the text of a file and note what was odd about its bytes.

    `complete` is False when the file went on after `data`. Bytes that are no UTF-8 become U+FFFD.
    """
    if not complete:
        problems.append(Problem("file-too-large", 1, f"over {len(data):,} bytes"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problems.append(Problem("not-utf8", 1, "UTF-16"))
        return data.decode("utf-16", errors="replace")
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data, final=complete)
    except UnicodeDecodeError as error:
        problems.append(Problem("not-utf8", data.count(b"\n", 0, error.start) + 1))
        text = data.decode("utf-8", errors="replace")
    if text.startswith("\ufeff"):
        problems.append(Problem("byte-order-mark", 1))
        text = text[1:]
    if "\x00" in text:
        problems.append(Problem("nul-bytes", text.count("\n", 0, text.index("\x00")) + 1))
    if "\r" in text:
        windows = text.count("\r\n")
        kind = (
            "crlf-line-ends"
            if windows == text.count("\n") and windows == text.count("\r")
            else "mixed-line-ends"
        )
        problems.append(Problem(kind, 1))
    return text


def first_hidden(raw: str) -> int:
    """Return the number of the first line with a character that cleaning removes."""
    lines = raw.replace("\r\n", "\n").replace("\x00", "").split("\n")
    return next((number for number, line in enumerate(lines, 1) if removed_classes(line)), 1)
