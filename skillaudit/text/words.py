"""Words, as the rooms above count and compare them."""

from __future__ import annotations

import re

_JOINED = re.compile(r"\w++(?:-\w++)*+")


def identifiers(text: str) -> list[str]:
    """Return the words of a text that are several joined by hyphens or underscores, in order; linear."""
    return [word for word in _JOINED.findall(text) if "-" in word or "_" in word[1:-1]]
