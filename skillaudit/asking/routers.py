"""What can be probed: live models, and local scorers that stand in for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

import numpy as np
import numpy.typing as npt

from skillaudit import llm
from skillaudit.asking.prompts import Question
from skillaudit.asking.scorers import MakeScorer
from skillaudit.embedding.pairs import PairReader
from skillaudit.errors import UsageError
from skillaudit.llm import Completion, Price
from skillaudit.schema import ScorerName
from skillaudit.scoring import Scorer

LOCAL_PREFIX = "local/"
CROSS_PREFIX = "cross/"
_CELLS = 50_000_000


class LiveRouter:
    """A model behind litellm."""

    def __init__(self, model: llm.LiveModel, price: Price | None = None) -> None:
        """Take the model; `price` overrules litellm's map. Raises a `ModelError` when it cannot be used."""
        model.check()
        self._model = model
        self._price = price or llm.price(model.name)

    @property
    def name(self) -> str:
        """litellm's name of the model."""
        return self._model.name

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What is sent along with the prompt."""
        return self._model.parameters

    @property
    def price(self) -> Price | None:
        """Dollars per token; None for a model that the price map does not list."""
        return self._price

    @property
    def max_tokens(self) -> int:
        """Most tokens that one answer can have."""
        return self._model.max_tokens

    async def answer(self, question: Question) -> Completion:
        """Ask the model once."""
        return await self._model.complete(question.messages)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._model.aclose()


class LocalRouter:
    """A scorer that answers with the label of its best-ranked option."""

    def __init__(self, name: str, make: MakeScorer, settings: Mapping[str, Any] | None = None) -> None:
        """Take `local/SCORER` or `local/SCORER:THRESHOLD`, and what builds that scorer.

        Below the threshold it chooses nothing. `settings` are whatever else decides its scores, such as the
        embedding model. Raises `UsageError` for another name.
        """
        self.scorer, self.threshold = parse_local(name)
        self.name = name
        self._make = make
        self._settings = dict(settings or {})
        self._queries: tuple[str, ...] = ()
        self._corpora: dict[str, tuple[str, ...]] = {}
        self._tables: dict[str, _Table] = {}

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Threshold and scorer settings."""
        return {"threshold": self.threshold, **self._settings}

    @property
    def price(self) -> Price | None:
        """Nothing."""
        return Price(prompt=0.0, completion=0.0)

    def prepare(self, queries: Sequence[str], corpora: Mapping[str, tuple[str, ...]]) -> None:
        """Take all queries and texts that will come, so that they are scored in blocks.

        Word weights then come from the whole library, whatever part of it a question offers.
        """
        self._queries = tuple(dict.fromkeys(queries))
        self._corpora = dict(corpora)

    async def answer(self, question: Question) -> Completion:
        """Answer with the best label; the first of equals."""
        if not question.texts:
            return Completion(text=question.none_word or "none")
        scores = self._scores(question)
        best = int(scores.argmax())
        if self.threshold is not None and question.none_word and float(scores[best]) < self.threshold:
            return Completion(text=question.none_word)
        return Completion(text=question.labels[best])

    def _scores(self, question: Question) -> npt.NDArray[np.float32]:
        texts = self._corpora.get(question.variant)
        if texts is not None:
            table = self._tables.get(question.variant)
            if table is None:
                table = self._tables[question.variant] = _Table(texts, self._queries, self._make(texts))
            columns = table.columns(question.texts)
            if columns is not None:
                return np.asarray(table.row(question.query)[columns], dtype=np.float32)
        return np.asarray(self._make(question.texts).scores([question.query])[0], dtype=np.float32)


class CrossRouter(LocalRouter):
    """A cross-encoder, which reads the request with each option and answers with the label of the best."""

    def __init__(self, name: str, reader: PairReader) -> None:
        """Take `cross/MODEL` and what reads pairs with that model."""
        self.name, self.threshold = name, None
        self._reader = reader

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Which model it is, to the last weight."""
        return {"model": self._reader.source.key}

    def prepare(self, queries: Sequence[str], corpora: Mapping[str, tuple[str, ...]]) -> None:
        """Do nothing: a pair is read when it is asked for."""

    def _scores(self, question: Question) -> npt.NDArray[np.float32]:
        return self._reader.scores(question.query, question.texts)


class _Table:
    """Scores of the queries against the texts of one variant."""

    def __init__(self, texts: Sequence[str], queries: Sequence[str], scorer: Scorer) -> None:
        self._column = {text: at for at, text in enumerate(texts)}
        self._scorer = scorer
        self._line: dict[str, int] = {}
        self._scores = np.zeros((0, len(texts)), dtype=np.float32)
        if len(queries) * len(texts) <= _CELLS:
            self._line = {query: at for at, query in enumerate(queries)}
            self._scores = np.asarray(scorer.scores(list(queries)), dtype=np.float32)

    def columns(self, texts: Sequence[str]) -> list[int] | None:
        """Columns of texts; None when one is not here."""
        found = [self._column.get(text, -1) for text in texts]
        return None if -1 in found else found

    def row(self, query: str) -> npt.NDArray[np.float32]:
        """Scores of one query against all texts."""
        line = self._line.get(query)
        if line is None:
            return np.asarray(self._scorer.scores([query])[0], dtype=np.float32)
        return np.asarray(self._scores[line], dtype=np.float32)


def is_local(model: str) -> bool:
    """Whether a model's name means a local stand-in."""
    return model.startswith(LOCAL_PREFIX)


def parse_local(model: str) -> tuple[ScorerName, float | None]:
    """Return the scorer and the threshold of `local/SCORER[:THRESHOLD]`."""
    scorer, _, number = model.removeprefix(LOCAL_PREFIX).partition(":")
    known = get_args(ScorerName)
    try:
        threshold = float(number) if number else None
    except ValueError:
        threshold = float("nan")
    if not is_local(model) or scorer not in known or (threshold is not None and not -1 <= threshold <= 1):
        raise UsageError(
            f"no local model is called {model!r}; known are {', '.join(LOCAL_PREFIX + name for name in known)}, each "
            "with an optional score below which it chooses nothing, such as local/hybrid:0.2"
        )
    return cast(ScorerName, scorer), threshold
