"""Reads a descriptor and a request together, as a cross-encoder does: such a model can read the word "not".

A model of natural language inference is asked whether the descriptor says that it is the help for the request; the
score is P(entailment) less P(contradiction), or less P(not entailment) of a model with two outputs, in [-1, 1]. A model
with one output is taken for a ranker of requests against texts, and its output is the score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillaudit import extras
from skillaudit.cache import Cache
from skillaudit.embedding.classes import check_classes
from skillaudit.embedding.devices import choose_device
from skillaudit.embedding.models import EmbeddingModel, resolve
from skillaudit.errors import EmbeddingError

_REMEDY = "name a folder with the model, cross/FOLDER, or another --router"
CLAIM = "This is the right help for the request: {query}"


class PairReader:
    """A cross-encoder by the name of a folder or of a model on the hub, without remote code."""

    def __init__(self, model: str, *, device: str | None = None, cache: Cache | None = None) -> None:
        """Find the model; raises EmbeddingError where there is none. It is loaded with the first pair."""
        extras.require("models", f"The cross-encoder {model}")
        with _about(model):
            self.source: EmbeddingModel = resolve(model, cache)
        self._device = device
        self._loaded: Any = None
        self._known: dict[tuple[str, str], float] = {}

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts),) how well each descriptor answers a request; raises EmbeddingError."""
        new = [text for text in dict.fromkeys(texts) if (query, text) not in self._known]
        if new:
            self._known.update(zip(((query, text) for text in new), self._read(query, new), strict=True))
        return np.array([self._known[query, text] for text in texts], dtype=np.float32)

    def _read(self, query: str, texts: Sequence[str]) -> list[float]:
        model = self._model()
        if model.num_labels == 1:
            found = model.predict([(query, text) for text in texts], show_progress_bar=False)
            return [float(value) for value in found]
        entails, denies = sides(self.source.name, model.config.id2label)
        claim = CLAIM.format(query=query)
        pairs = [(text, claim) for text in texts]
        shares = np.asarray(model.predict(pairs, apply_softmax=True, show_progress_bar=False))
        return [float(value) for value in shares[:, entails] - shares[:, denies]]

    def _model(self) -> Any:
        if self._loaded is None:
            source = self.source
            if source.folder is not None:
                with _about(source.name):
                    check_classes(source.name, source.folder)
            try:
                from sentence_transformers import CrossEncoder

                local = source.key.startswith("folder:")
                self._loaded = CrossEncoder(
                    str(source.folder) if local else source.name,
                    revision=None if local else source.revision,
                    local_files_only=local,
                    device=choose_device(self._device),
                )
            except (
                Exception
            ) as error:  # the hub, the configuration, the weights: each library has its own kinds
                reason = str(error).strip().partition("\n")[0].rstrip(".")
                raise EmbeddingError(
                    f"The cross-encoder {source.name} cannot be loaded ({reason}); {_REMEDY}."
                ) from error
        return self._loaded


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Tell what is wrong with a model as that of a cross-encoder: another scorer is no help."""
    try:
        yield
    except EmbeddingError as error:
        inner = error.__cause__ if isinstance(error.__cause__, EmbeddingError) else error
        reason = str(inner).partition("; name ")[0].replace("embedding model", "model").rstrip(".")
        raise EmbeddingError(f"The cross-encoder {name} cannot be had: {reason}; {_REMEDY}.") from error


def sides(name: str, labels: Mapping[int, str]) -> tuple[int, int]:
    """Return which outputs mean entailment and its opposite; raises EmbeddingError for a model of something else."""
    found = [
        next((at for at, label in labels.items() if label.lower().startswith(words)), None)
        for words in (("entail",), ("contra", "not_entail", "not entail"))
    ]
    if found[0] is None or found[1] is None:
        said = ", ".join(list(labels.values())[:6])
        raise EmbeddingError(
            f"The cross-encoder {name} tells {said}; "
            "wanted is one with entailment and contradiction, or with one output."
        )
    return found[0], found[1]
