"""The score matrix of requests against skills, where one descriptor is one column.

An edit changes one column, so its effect on every request is read off in one pass over that column. The
weights of words are those of the library as it was: they hardly move when one description does, and the
figures of the proof are made with a scorer built anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.memory import Embed as Embed
from skillaudit.schema import Request, ScorerName, Skill
from skillaudit.scoring import LexicalScorer

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

SHARPNESS: dict[ScorerName, float] = {"dense": 30.0, "hybrid": 60.0, "lexical": 60.0}
"""Sharpness of the soft choice between scores: where the choice models fitted to real decisions have theirs."""
ABSENT = np.float32(-1.0)
"""Score of a skill that is no longer on the list: the least a cosine can be."""
_NEVER = np.float32(-2.0)
_BLOCK = 4_000_000
NOISE = np.float32(1e-6)
"""More than sums of the same parts differ by their order: scores no further apart are a tie, which the rival takes."""


class Columns(LexicalScorer):
    """Scores texts that are not in the library against fixed queries, on the library's scale."""

    def __init__(
        self, name: ScorerName, texts: Sequence[str], queries: Sequence[str], embed: Embed | None
    ) -> None:
        """Take the library's descriptors, the requests, and what makes vectors (none for `lexical`)."""
        super().__init__(texts)
        self._kind = name
        self._make = None if name == "lexical" else embed
        self._queries = self.weigh(list(queries) or [""])
        self._count = len(queries)
        self._query_vectors = self._make(queries) if self._make is not None and queries else None

    def lexical(self, texts: Sequence[str]) -> Floats:
        """Lexical scores, (requests, texts)."""
        found = np.zeros((self._count, len(texts)), dtype=np.float32)
        step = max(1, _BLOCK // max(self._count, 1))
        weighed = self.weigh(texts)
        for start in range(0, len(texts) if self._count else 0, step):
            part = slice(start, start + step)
            found[:, part] = (self._queries @ weighed[part].T).toarray()
        return found

    def full(self, texts: Sequence[str], lexical: Floats | None = None) -> Floats:
        """Scores as the library's scorer gives them, (requests, texts)."""
        if not texts:
            return np.zeros((self._count, 0), dtype=np.float32)
        if self._kind != "dense" and lexical is None:
            lexical = self.lexical(texts)
        if self._make is None or self._query_vectors is None:
            return lexical if lexical is not None else np.zeros((self._count, len(texts)), dtype=np.float32)
        dense = self._query_vectors @ self._make(texts).T
        if self._kind == "dense" or lexical is None:
            return np.asarray(dense, dtype=np.float32)
        return np.asarray(dense / 3 + lexical * np.float32(2 / 3), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Delta:
    """What a changed column does to the requests."""

    soft: Doubles
    """(R,) change of the chance that a right skill is chosen, under the soft choice."""
    hard: NDArray[np.int64]
    """(R,) +1 where the top rank becomes right, -1 where it stops being right."""


class Board:
    """Scores of R requests against N skills, with the right skills of each, and who wins."""

    def __init__(
        self, scores: Floats, golds: Sequence[Sequence[int]], sharpness: float, weights: Doubles | None = None
    ) -> None:
        """Take (R, N) scores, and the columns of each request's right skills, at least one each."""
        self.scores = scores
        self.golds = list(map(tuple, golds))
        self.sharpness = sharpness
        self.owner = np.array([gold[0] for gold in golds], dtype=np.int64)
        self.weights = np.ones(len(golds)) if weights is None else weights
        self.is_gold = np.zeros(scores.shape, dtype=bool)
        rows = np.repeat(np.arange(len(golds)), [len(gold) for gold in golds])
        self.is_gold[rows, [column for gold in golds for column in gold]] = True
        count = len(golds)
        self.own, self.rival_score, self.second_score = (np.zeros(count, np.float32) for _ in range(3))
        self.own_column, self.rival, self._second = (np.zeros(count, np.int64) for _ in range(3))
        self._mass = np.zeros(count)
        step = max(1, _BLOCK // max(scores.shape[1], 1))
        for start in range(0, count, step):
            self._refresh(np.arange(start, min(start + step, count)))
        self._conclude()

    def _refresh(self, rows: NDArray[np.int64]) -> None:
        """Read owners and rivals of some requests off their scores."""
        if not len(rows):
            return
        scores, gold = self.scores[rows], self.is_gold[rows]
        mine = np.where(gold, scores, _NEVER)
        masked = np.where(gold, _NEVER, scores)
        at = np.arange(len(rows))
        self.own_column[rows] = mine.argmax(axis=1)
        self.own[rows] = mine[at, self.own_column[rows]]
        self._mass[rows] = np.exp(self.sharpness * masked.astype(np.float64)).sum(axis=1) + 1.0
        # The two best rivals tell the best one that is left without any one column.
        first = masked.argmax(axis=1)
        self.rival[rows], self.rival_score[rows] = first, masked[at, first]
        masked[at, first] = _NEVER
        second = masked.argmax(axis=1)
        self._second[rows], self.second_score[rows] = second, masked[at, second]

    def _conclude(self) -> None:
        self.right = self.own > self.rival_score + NOISE
        self.chance = self._chance(self.own, self._mass)

    def _chance(self, own: Floats, mass: Doubles) -> Doubles:
        lead = np.exp(self.sharpness * own.astype(np.float64))
        return np.asarray(lead / (lead + mass), dtype=np.float64)

    @property
    def winner(self) -> NDArray[np.int64]:
        """(R,) column that the top rank takes; a tie goes to the rival."""
        return np.where(self.right, self.own_column, self.rival).astype(np.int64)

    def try_column(self, column: int, scores: Floats) -> Delta:
        """Say what another descriptor for one skill would do; nothing changes."""
        gold = self.is_gold[:, column]
        own = self.own
        if gold.any():
            own = own.copy()
            for row in np.flatnonzero(gold).tolist():
                others = [self.scores[row, other] for other in self.golds[row] if other != column]
                own[row] = max([scores[row], *others])
        old = np.exp(self.sharpness * self.scores[:, column].astype(np.float64))
        new = np.exp(self.sharpness * scores.astype(np.float64))
        mass = np.maximum(self._mass + np.where(gold, 0.0, new - old), 1.0)
        without = np.where(self.rival == column, self.second_score, self.rival_score)
        rival = np.where(gold, self.rival_score, np.maximum(without, scores))
        right = own > rival + NOISE
        return Delta(
            soft=(self._chance(own, mass) - self.chance) * self.weights,
            hard=right.astype(np.int64) - self.right.astype(np.int64),
        )

    def set_column(self, column: int, scores: Floats) -> None:
        """Make a change real."""
        old = self.scores[:, column].copy()
        self.scores[:, column] = scores
        gold = self.is_gold[:, column]
        change = np.exp(self.sharpness * scores.astype(np.float64)) - np.exp(
            self.sharpness * old.astype(np.float64)
        )
        self._mass = np.where(gold, self._mass, np.maximum(self._mass + change, 1.0))
        touched = gold | (self.rival == column) | (self._second == column) | (scores >= self.second_score)
        self._refresh(np.flatnonzero(touched))
        self._conclude()

    def fold(self, column: int, into: int) -> None:
        """Take one skill off the list and count another as right for its requests."""
        rows = np.flatnonzero(self.is_gold[:, column])
        self.is_gold[rows, column] = False
        self.is_gold[rows, into] = True
        for row in rows.tolist():
            self.golds[row] = tuple(dict.fromkeys(into if at == column else at for at in self.golds[row]))
        self.owner[self.owner == column] = into
        self.scores[:, column] = ABSENT
        self._refresh(np.arange(len(self.golds)))
        self._conclude()

    def absorbed(self) -> NDArray[np.int64]:
        """(N,) requests of others that each skill takes by top rank."""
        wrong = ~self.right
        return np.bincount(self.rival[wrong], minlength=self.scores.shape[1]).astype(np.int64)

    def per_skill(self, values: NDArray[np.generic]) -> Doubles:
        """(N,) sum of a value over the requests that each skill owns."""
        found = np.bincount(self.owner, weights=values.astype(np.float64), minlength=self.scores.shape[1])
        return found.astype(np.float64)


def rows_for(
    skills: Sequence[Skill], requests: Sequence[Request]
) -> tuple[list[Request], list[tuple[int, ...]]]:
    """Return the requests that some skill is right for, and the columns of those, the home skill first."""
    column = {skill.id: row for row, skill in enumerate(skills)}
    kept, golds = [], []
    for request in requests:
        columns = [column[gold] for gold in request.gold if gold in column]
        if not columns:
            continue
        home = column.get(request.home, -1)
        if home in columns:
            columns.sort(key=lambda at: at != home)
        kept.append(request)
        golds.append(tuple(columns))
    return kept, golds
