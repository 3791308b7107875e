"""Vectors that are asked for again are made once, and none is copied that need not be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.memory import Memory


def test_each_is_made_once_and_the_first_are_not_copied() -> None:
    made: list[NDArray[np.float32]] = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        made.append(np.array([[len(text), 1] for text in texts], dtype=np.float32))
        return made[-1]

    memory = Memory(embed)
    assert memory(["a", "bb"]) is made[0]
    assert memory(["bb", "ccc", "bb"])[:, 0].tolist() == [2, 3, 2]
    assert [len(part) for part in made] == [2, 1]
    assert memory(["d", "d"])[:, 0].tolist() == [1, 1]
