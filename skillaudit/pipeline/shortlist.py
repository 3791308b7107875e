"""Clients that search before the model chooses: is the right skill among the first K, and is it chosen of these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skillaudit.progress import Progress
from skillaudit.routing.predict import forecast
from skillaudit.schema import Coverage, Estimate, ForecastRow, Request, ScorerName, Skill
from skillaudit.scoring import Scorer
from skillaudit.stats.intervals import share

_BLOCK = 256


class First:
    """A scorer that knows only the first K skills of each request; the others are as far off as can be."""

    def __init__(self, scorer: Scorer, count: int) -> None:
        """Take the scorer that searches, and K."""
        self._scorer, self._count = scorer, count

    @property
    def name(self) -> ScorerName:
        """Which scorer searches."""
        return self._scorer.name

    def scores(self, queries: Sequence[str]) -> NDArray[np.float32]:
        """Score queries against all descriptors, those that the search does not bring with -1."""
        found = np.array(self._scorer.scores(queries), dtype=np.float32)
        if found.shape[1] > self._count:
            rest = np.argpartition(-found, self._count - 1, axis=1)[:, self._count :]
            np.put_along_axis(found, rest, np.float32(-1.0), axis=1)
        return found

    def similarities(self, start: int, stop: int) -> NDArray[np.float32]:
        """Score descriptors against each other; a search changes nothing there."""
        return self._scorer.similarities(start, stop)

    def pairs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score descriptors against each other pair by pair."""
        return self._scorer.pairs(rows, columns)


def shortlist_rows(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    scorer: Scorer,
    count: int | None,
    *,
    router: str | None,
    coverage: Coverage,
    progress: Progress,
) -> tuple[ForecastRow, ...]:
    """Return the row of a client whose search by `scorer` shows the model `count` skills for each request.

    A request whose skills the search does not bring is never routed right; of the others the forecast is made as
    ever, of `count` skills. No row without labelled requests, or where `count` is none or not below the number of
    skills: descriptors that stand in for requests find themselves.
    """
    rows = {skill.id: row for row, skill in enumerate(skills)}
    asked = [request for request in requests if any(gold in rows for gold in request.gold)]
    if count is None or count >= len(skills) or not asked:
        return ()
    first = First(scorer, count)
    brought: list[Request] = []
    for start in range(0, len(asked), _BLOCK):
        block = asked[start : start + _BLOCK]
        scores = first.scores([request.query for request in block])
        brought += [
            request
            for request, row in zip(block, scores, strict=True)
            if any(row[rows[gold]] > -1.0 for gold in request.gold if gold in rows)
        ]
    recall = share(len(brought), len(asked))
    idle = [request for request in requests if not request.gold]
    found = forecast(
        skills,
        [*brought, *idle],
        first,
        families=[skill.category or "" for skill in skills],
        labels=[-1] * len(skills),
        neighbors=None,
        router=router,
        brief=True,
        coverage=coverage,
        progress=progress,
    ).forecast
    return (
        ForecastRow(
            router=f"{found.router}, first {count}",
            client=None,
            situation="asked",
            accuracy=_both(recall, found.accuracy),
            hijack=_both(recall, found.hijack),
            no_skill=_both(recall, found.no_skill),
            false_trigger=found.false_trigger,
            contested=_both(recall, found.contested),
            source=f"The {scorer.name} scorer searches: the right skill is among the first {count} for "
            f"{len(brought):,} of {len(asked):,} requests ({recall.value or 0:.0%}); of these the model chooses. "
            "The rest of the requests get no right skill.",
        ),
    )


def _both(recall: Estimate, rate: Estimate) -> Estimate:
    """Return the rate of what is brought and then comes out so, the ends of both intervals together."""
    pairs = ((recall.value, rate.value), (recall.low, rate.low), (recall.high, rate.high))
    value, low, high = (None if a is None or b is None else a * b for a, b in pairs)
    return Estimate(value=value, low=low, high=high)
