"""What the user's sessions teach about a library: requests, use, and the profile of their agents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache as once
from pathlib import Path

import msgspec
import numpy as np

from skillaudit.cache import Cache
from skillaudit.progress import SILENT, Progress
from skillaudit.requests.names import Names
from skillaudit.requests.records import Candidate
from skillaudit.schema import Library, Record, Skill, SkillUse, Use
from skillaudit.scoring import make_scorer
from skillaudit.sessions.counting import by_router, by_skill, loads
from skillaudit.sessions.deciding import Names as Find
from skillaudit.sessions.deciding import Occasion, evidence
from skillaudit.sessions.finding import READERS
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.records import Harvest
from skillaudit.sessions.reviews import Reviews

FEW = 5
"""Loads from which on their scores tell how close a request is to its skill."""
NEWEST = 4_000
"""Requests among which those are looked for that were close to a skill."""
CLOSE = 0.35
"""Lexical score of a request that is close to a skill, where there are too few loads to tell."""


class Learned(Record):
    """What sessions say of one library; skills are named by their ids."""

    evidence: tuple[Occasion, ...]
    use: Use

    @property
    def requests(self) -> tuple[Candidate, ...]:
        """Requests whose right skills are known, with how often each came."""
        return tuple(
            Candidate(one.query, one.gold, "sessions", f"{one.client}, {one.time[:10]}", "", one.count)
            for one in self.evidence
            if one.gold is not None
        )


def learn(
    library: Library,
    sources: Sequence[Path] = (),
    clients: Sequence[str] = tuple(READERS),
    *,
    cache: Cache | None = None,
    since: str = "",
    project: str = "",
    reviews: Reviews | None = None,
    progress: Progress = SILENT,
) -> Learned:
    """Return what transcripts say of a library, by default all of the user's own.

    `reviews` are the user's answers; without them those beside the cache. Raises UsageError for a source that
    does not exist.
    """
    harvest = gather(sources, clients, cache=cache, since=since, project=project, progress=progress)
    return learned(library, harvest, Reviews() if reviews is None else reviews)


def learned(library: Library, harvest: Harvest, reviews: Reviews) -> Learned:
    """Return what a harvest says of a library."""
    index = Names(library.skills)

    @once
    def find(name: str) -> str | None:
        return next(iter(index.find(name, None)), None)

    given = {
        request: tuple(known for name in gold if (known := find(name)) is not None)
        for request, gold in reviews.answers.items()
        if not gold or any(find(name) for name in gold)
    }
    found = evidence(harvest, names=find, skills=[skill.id for skill in library.skills], reviews=given)
    return Learned(evidence=found, use=_use(library, harvest, found, find))


def _use(library: Library, harvest: Harvest, found: Sequence[Occasion], find: Find) -> Use:
    counted = by_skill(
        (known, how, day) for name, how, day in loads(harvest) if (known := find(name)) is not None
    )
    missed = _missed(found, library.routable)
    uses = {use.name: use for use in counted}
    rows = []
    wrong: Counter[str] = Counter()
    for one in found:
        for fired in () if one.gold is None else set(one.fired) - set(one.gold):
            wrong[fired] += one.count
    for skill in library.skills:
        use = uses.get(skill.id, SkillUse(name=skill.id))
        rows.append(msgspec.structs.replace(use, missed=missed.get(skill.id, 0), elsewhere=wrong[skill.id]))
    times = [
        turn.time[:10] for conversation in harvest.conversations for turn in conversation.turns if turn.time
    ]
    return Use(
        first=min(times, default=""),
        last=max(times, default=""),
        transcripts=len(harvest.conversations),
        requests=len({one.query.casefold() for one in found}),
        labelled=sum(one.gold is not None for one in found),
        reviewed=sum(one.gold_from == "review" for one in found),
        routers=by_router(found),
        skills=tuple(sorted(rows, key=lambda row: (-row.total, -row.missed, row.name))),
    )


def _missed(found: Sequence[Occasion], skills: Sequence[Skill]) -> dict[str, int]:
    """Requests for which nothing was loaded, by the skill they are closest to, where they are as close to it as half of
    the requests for which a skill was loaded are to that one."""
    found = [one for one in found if one.decided][:NEWEST]
    silent = [one for one in found if not one.carried and not one.fired and one.gold != ()]
    if not silent or not skills:
        return {}
    scorer = make_scorer("lexical", [skill.text for skill in skills])
    rows = {skill.id: row for row, skill in enumerate(skills)}
    fired = [one for one in found if one.fired and one.fired[0] in rows]
    least = CLOSE
    if len(fired) >= FEW:
        scores = np.asarray(scorer.scores([one.query for one in fired]))
        least = float(np.median([scores[at, rows[one.fired[0]]] for at, one in enumerate(fired)]))
    counts: dict[str, int] = {}
    scores = np.asarray(scorer.scores([one.query for one in silent]))
    for at, one in enumerate(silent):
        best = int(np.argmax(scores[at]))
        if scores[at, best] >= least:
            counts[skills[best].id] = counts.get(skills[best].id, 0) + one.count
    return counts
