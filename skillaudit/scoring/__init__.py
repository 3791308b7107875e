"""Scoring: how near a request is to each descriptor of a library, and the descriptors to each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from skillaudit.schema import ScorerName
from skillaudit.scoring.base import Scorer
from skillaudit.scoring.dense import DenseScorer, Embed, HybridScorer
from skillaudit.scoring.lexical import LexicalScorer

__all__ = ["DenseScorer", "Embed", "HybridScorer", "LexicalScorer", "Scorer", "make_scorer"]


def make_scorer(
    name: ScorerName,
    texts: Sequence[str],
    *,
    vectors: ArrayLike | None = None,
    embed: Embed | None = None,
    corpus: Sequence[str] | None = None,
) -> DenseScorer | HybridScorer | LexicalScorer:
    """Build a scorer by name.

    `texts` are the descriptors (`name: description`). `vectors`, (len(texts), dimension), and `embed`,
    which makes vectors of queries in the same space, are needed by all but the lexical scorer.
    `corpus` is what the weights of words rest on, where it is not the texts themselves (see `LexicalScorer`).
    Raises ValueError when they are missing or of another number than the texts.
    """
    if name == "lexical":
        return LexicalScorer(texts, corpus)
    if vectors is None or embed is None:
        raise ValueError(f"the {name} scorer needs the descriptors' vectors and an embed function")
    if (count := np.shape(vectors)[0]) != len(texts):
        raise ValueError(f"{len(texts)} texts but {count} vectors")
    return DenseScorer(vectors, embed) if name == "dense" else HybridScorer(texts, vectors, embed, corpus)
