"""What passes between the stage and whatever computes the vectors."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Block: TypeAlias = tuple[NDArray[np.intp], NDArray[np.float32]]
"""Positions of some texts, and their unit vectors, shape (len(positions), d)."""


class Encoder(Protocol):
    """Computes vectors for texts, in whatever order suits it."""

    def encode(self, texts: Sequence[str]) -> Generator[Block]:
        """Yield every position of `texts` exactly once; closing it early stops the work."""
