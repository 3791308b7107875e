"""Vectors that are asked for more than once in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]


class Memory:
    """Makes each vector once: the same few thousand texts are asked for at every turn of a plan."""

    def __init__(self, embed: Embed) -> None:
        """Take what makes vectors."""
        self._embed = embed
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of `texts`, (len(texts), dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            made = self._embed(new)
            # Kept and given away without a copy, as large as they are.
            made.flags.writeable = False
            self._known.update(zip(new, made, strict=True))
            if len(new) == len(texts):
                return made
        return np.stack([self._known[text] for text in texts]) if texts else self._embed(texts)
