"""Orders that depend on a seed and on what is ordered alone."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def hash_of(text: str, seed: int = 0) -> bytes:
    """Return a hash to sort by."""
    return hashlib.blake2b(f"{seed}\0{text}".encode("utf-8", "replace"), digest_size=8).digest()


def shuffled(items: Sequence[str], *seed: object) -> tuple[str, ...]:
    """Return the items in an order that depends on the seed alone."""
    order = list(items)
    random.Random("\0".join(map(str, seed))).shuffle(order)
    return tuple(order)


def mixed(items: Sequence[T], seed: int) -> tuple[T, ...]:
    """Return items in a seeded random order, so that a run cut short leaves no condition out."""
    order = list(items)
    random.Random(f"mixed {seed}").shuffle(order)
    return tuple(order)
