"""Which skill one request would go to, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from skillaudit.cache import Cache
from skillaudit.clients import select
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.pipeline.making import competing, doors, scorer_for
from skillaudit.pipeline.stages import Around, routed
from skillaudit.progress import SILENT, Progress
from skillaudit.routing.profiles import default_router
from skillaudit.schema import Coverage, Record, Request, ScorerName
from skillaudit.scoring import LexicalScorer
from skillaudit.sessions.weighing import in_order_of_use


class Ranked(Record):
    """One skill in a ranking."""

    id: str
    description: str
    path: str
    score: float
    """What the scorer says, in [-1, 1]."""
    probability: float
    """Chance that the router picks it, if the first of the ranking is the right one."""
    behind: str
    """The gateway that is chosen before it; empty where it stands in the list itself."""
    words: tuple[tuple[str, float], ...]
    """Words of the request that carry the lexical score, with their parts of it."""


class Ranking(Record):
    """The skills that one request is nearest to."""

    query: str
    router: str
    scorer: ScorerName
    skills: int
    """How many compete, gateways among them."""
    choices: tuple[Ranked, ...]
    no_skill: float
    """Chance that the router picks nothing, if the first of the ranking is the right one."""
    fires: float | None = None
    """Chance that it picks some skill, if none is right; None where that is not known."""
    gateways: int = 0
    """How many of `skills` are gateways, which lead to others."""
    behind: int = 0
    """How many stand behind one, gateways not counted."""


def route(
    sources: Sequence[str | Path],
    query: str,
    config: Config | None = None,
    *,
    top: int = 5,
    progress: Progress = SILENT,
) -> Ranking:
    """Rank the routable skills of `sources` for one request and return the first `top`.

    Raises UsageError for an empty request or a library without routable skills, and what `audit` raises.
    """
    config = config or Config()
    if not query.strip():
        raise UsageError("the request is empty; write what a user would say.")
    library = select(load(sources, progress=progress), config)
    cache = Cache(config.cache) if config.use_cache else None
    try:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        shown = competing(library, config)
        if not shown:
            raise UsageError(
                "no skill of this library competes for requests: each is manual-only or left out; `report` says why, "
                "and --files all takes what no client loads."
            )
        scorer, _, _ = scorer_for(shown, config, cache, progress)
        scores = np.asarray(scorer.scores([query]))[0]
        order = np.lexsort((np.arange(len(shown)), -scores))
        first = shown[int(order[0])]
        above = doors(library, config)
        routing = routed(
            shown,
            [Request(query=query, gold=gold, source="file") for gold in ((first.id,), ())],
            scorer,
            above,
            Around([skill.category or "" for skill in shown], [-1] * len(shown), None),
            router=config.router or default_router(config.scorer),
            coverage=Coverage(
                requests=1, no_skill_requests=1, judged_skills=1, unjudged=(), sources=(), leaked=0
            ),
            library=shown,
            brief=True,
        )
    finally:
        if cache is not None:
            cache.close()
    chance = {loss.taken_by: loss.probability for flow in routing.flows for loss in flow.stolen}
    chance[first.id] = routing.forecast.accuracy.value or 0.0
    fires = routing.forecast.false_trigger.value
    leading = set(above.values()).intersection(skill.id for skill in shown)
    lexical = LexicalScorer([skill.text for skill in shown])
    return Ranking(
        query=query,
        router=routing.forecast.router,
        scorer=config.scorer,
        skills=len(shown),
        gateways=len(leading),
        behind=sum(skill.id in above and skill.id not in leading for skill in shown),
        choices=tuple(
            Ranked(
                id=shown[row].id,
                description=shown[row].description,
                path=shown[row].path,
                score=round(float(scores[row]), 4),
                probability=round(chance.get(shown[row].id, 0.0), 4),
                behind=above.get(shown[row].id, ""),
                words=tuple((word, round(part, 4)) for word, part in lexical.explain(query, row)[:6]),
            )
            for row in order[:top].tolist()
        ),
        no_skill=round(routing.forecast.no_skill.value or 0.0, 4),
        fires=None if fires is None else round(fires, 4),
    )
