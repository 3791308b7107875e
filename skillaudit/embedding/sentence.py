"""Runs any other model through sentence_transformers."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np

from skillaudit import extras
from skillaudit.embedding.blocks import Block
from skillaudit.embedding.classes import check_classes
from skillaudit.embedding.devices import choose_device, choose_threads
from skillaudit.embedding.models import EmbeddingModel
from skillaudit.errors import EmbeddingError

_CHUNK = 256
"""Texts between two signs of life."""


class SentenceEncoder:
    """A model of whatever architecture, as sentence_transformers runs it, without remote code."""

    def __init__(
        self, source: EmbeddingModel, *, device: str | None = None, threads: int | None = None
    ) -> None:
        extras.require("models", f"The embedding model {source.name}")
        self._threads = choose_threads(threads, in_step=True)
        self._device = choose_device(device)
        if source.folder is not None:
            check_classes(source.name, source.folder)
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as narration

            narration.disable_progress_bar()  # type: ignore[no-untyped-call]  # its package has no types
            path = str(source.folder) if source.key.startswith("folder:") else source.name
            revision = None if source.key.startswith("folder:") else source.revision
            self._model: Any = SentenceTransformer(path, revision=revision, device=self._device)
        except Exception as error:  # the hub, the configuration, the weights: each library has its own kinds
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            raise EmbeddingError(
                f"The embedding model {source.name} cannot be loaded ({reason}); "
                f"name another, or use --scorer lexical, which needs no model."
            ) from error

    def encode(self, texts: Sequence[str]) -> Generator[Block]:
        """Yield positions and unit vectors, longest texts first; every position exactly once."""
        import torch

        order = np.array(sorted(range(len(texts)), key=lambda at: (-len(texts[at]), at)), dtype=np.intp)
        threads = torch.get_num_threads()
        torch.set_num_threads(self._threads)
        try:
            for start in range(0, len(order), _CHUNK):
                chunk = order[start : start + _CHUNK]
                vectors = self._model.encode(
                    [texts[at] for at in chunk], normalize_embeddings=True, show_progress_bar=False
                )
                yield chunk, np.asarray(vectors, dtype=np.float32)
        finally:
            torch.set_num_threads(threads)
