"""Local scorers for a run: the same text comes back in many libraries, and is embedded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.embedding.pairs import PairReader
from skillaudit.embedding.stage import embed
from skillaudit.schema import ScorerName
from skillaudit.scoring import Scorer, make_scorer

Floats = npt.NDArray[np.float32]
MakeScorer = Callable[[Sequence[str]], Scorer]
"""Builds a scorer over descriptors."""


class Scorers:
    """Builds scorers that share one embedding model."""

    def __init__(
        self, embedder: str = DEFAULT_EMBEDDER, device: str | None = None, cache: Cache | None = None
    ) -> None:
        """Take the embedding model; nothing is loaded yet."""
        self.embedder = embedder
        self._device, self._cache = device, cache
        self._known: dict[str, Floats] = {}
        self._readers: dict[str, PairReader] = {}

    def maker(self, name: ScorerName) -> MakeScorer:
        """Return what builds a scorer of this kind over descriptors."""

        def make(texts: Sequence[str]) -> Scorer:
            if name == "lexical":
                return make_scorer(name, texts)
            return make_scorer(name, texts, vectors=self.encode(texts), embed=self.encode)

        return make

    def pairs(self, model: str) -> PairReader:
        """Return what reads a request and a descriptor together; raises EmbeddingError for no such model."""
        if model not in self._readers:
            self._readers[model] = PairReader(model, device=self._device, cache=self._cache)
        return self._readers[model]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts, (texts, dimension)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            rows = embed(missing, model=self.embedder, device=self._device, cache=self._cache)
            self._known.update(zip(missing, rows, strict=True))
        return np.stack([self._known[text] for text in texts])
