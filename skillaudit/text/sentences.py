"""Prose split into sentences, in any script."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"')\]”’]))\s+(?=[\"'(\[“‘]?[^\W_])|(?<=[。！？])(?![」』”’])|\n\s*\n"
)
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|Dr|Mr|Ms|No|[A-Z])\.|\b\d+\.)$")


def sentences(text: str) -> list[str]:
    """Split prose into sentences, white space collapsed.

    An abbreviation, a number, a full stop inside a word, or one before a small letter ends none; a blank line does.
    """
    parts: list[list[str]] = []
    for piece in _END.split(text):
        piece = " ".join(piece.split())
        if not piece:
            continue
        if parts and (piece[0].islower() or _ABBREVIATED.search(parts[-1][-1][-40:])):
            parts[-1].append(piece)
        else:
            parts.append([piece])
    return [" ".join(part) for part in parts]
