"""The filter: which of many rows hold what was typed, found among what the letters before have left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Sieve(Generic[Row]):
    """Rows with the folded text that each is found by."""

    def __init__(self, rows: Sequence[Row], texts: Iterable[str]) -> None:
        self.rows = rows
        self._all = list(zip(texts, rows, strict=True))
        self._left = ("", self._all)

    def find(self, query: str) -> Sequence[Row]:
        """Return the rows, in order, that hold every word of the query; a word after `!` must be absent."""
        words = (folded := query.casefold()).split()
        if not words:
            return self.rows
        before, left = self._left
        if "!" in folded or not folded.startswith(before):
            left = self._all
        for word in words:
            if word.startswith("!") and len(word) > 1:
                left = [pair for pair in left if word[1:] not in pair[0]]
            else:
                left = [pair for pair in left if word in pair[0]]
        self._left = ("", self._all) if "!" in folded else (folded, left)
        return [row for _, row in left]


def matches(text: str, query: str) -> bool:
    """Tell whether a folded text passes the filter."""
    return bool(Sieve((text,), (text,)).find(query))
