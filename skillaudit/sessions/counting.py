"""How often skills are loaded, by whom, and how often none is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from skillaudit.schema import Record, RouterUse, SkillUse
from skillaudit.sessions.deciding import Occasion
from skillaudit.sessions.records import Harvest, Unread
from skillaudit.stats.intervals import share


class Reading(Record):
    """What `skillaudit sessions` says: what was read, and what it comes to; none of the user's words."""

    folders: tuple[str, ...]
    files: int
    reread: int
    """Files that are new or had changed since they were last read."""
    sessions: int
    repeated: int
    """Turns that stand in several transcripts and count once."""
    by_agents: int
    """Transcripts of sub-agents, which do not count."""
    unread: tuple[Unread, ...]
    first: str
    last: str
    """Days of the oldest and the newest turn."""
    turns: int
    requests: int
    """Different requests that are long enough to choose a skill by."""
    labelled: int
    """Requests whose right skill is known."""
    routers: tuple[RouterUse, ...]
    skills: tuple[SkillUse, ...]


def reading(harvest: Harvest, found: Sequence[Occasion]) -> Reading:
    """Count a harvest and the evidence in it."""
    times = [
        turn.time[:10] for conversation in harvest.conversations for turn in conversation.turns if turn.time
    ]
    return Reading(
        folders=harvest.folders,
        files=harvest.files,
        reread=harvest.reread,
        sessions=len(harvest.conversations),
        repeated=harvest.repeated,
        by_agents=harvest.by_agents,
        unread=harvest.unread,
        first=min(times, default=""),
        last=max(times, default=""),
        turns=sum(len(conversation.turns) for conversation in harvest.conversations),
        requests=len({one.query.casefold() for one in found}),
        labelled=sum(one.gold is not None for one in found),
        routers=by_router(found),
        skills=by_skill(loads(harvest)),
    )


def loads(harvest: Harvest) -> Iterable[tuple[str, str, str]]:
    """Yield (name, how, day) of every load."""
    for conversation in harvest.conversations:
        for turn in conversation.turns:
            for load in turn.loads:
                yield load.name, load.how, turn.time[:10]


def by_skill(found: Iterable[tuple[str, str, str]]) -> tuple[SkillUse, ...]:
    """Count loads by skill, the most used first."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    last: dict[str, str] = defaultdict(str)
    for name, how, day in found:
        counts[name][how] += 1
        last[name] = max(last[name], day)
    rows = [
        SkillUse(
            name=name,
            by_model=count["model"],
            by_hook=count["hook"],
            by_command=count["command"],
            last=last[name],
        )
        for name, count in counts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.name)))


def by_router(found: Iterable[Occasion]) -> tuple[RouterUse, ...]:
    """How often each model in each client loads nothing, the most often seen first."""
    asked: dict[tuple[str, str], int] = defaultdict(int)
    none: dict[tuple[str, str], int] = defaultdict(int)
    for one in found:
        if one.decided and not one.carried:
            asked[one.client, one.model] += one.count
            none[one.client, one.model] += one.count if not one.fired else 0
    rows = []
    for (client, model), count in asked.items():
        rows.append(
            RouterUse(client=client, model=model, decisions=count, none=share(none[client, model], count))
        )
    return tuple(sorted(rows, key=lambda row: (-row.decisions, row.client, row.model)))
