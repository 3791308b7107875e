"""The order in which a client that drops the least used would drop: by what its transcripts say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from skillaudit.cache import Cache
from skillaudit.config import DropOrder
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import Library

if TYPE_CHECKING:
    from skillaudit.requests.names import Names
    from skillaudit.sessions.records import Harvest

HALF_LIFE = 7
"""Days after which a use counts half, in Claude Code 2.1.332."""
LEAST = 0.1
"""Share of a use that never fades there."""
CHANCE = 1 / 32
"""How seldom chance may bring it that all conversations with a skill are of one project."""
CLIENT = "claude-code"
"""The client that drops by use, and so the one whose transcripts count."""


def in_order_of_use(
    library: Library,
    order: DropOrder,
    *,
    cache: Cache | None = None,
    sources: Sequence[Path] = (),
    progress: Progress = SILENT,
) -> Library:
    """Return the library with the weight of each skill's use, where the order is that of sessions."""
    if order != "sessions":
        return library
    from skillaudit.sessions.gathering import gather

    return weighed(library, gather(sources, [CLIENT], cache=cache, progress=progress))


def weighed(library: Library, harvest: Harvest) -> Library:
    """Return the library with `Skill.used` as Claude Code weighs it: uses, halved for every week since the last.

    The days count to the last turn of all, so that the same transcripts give the same list on any day. A skill that
    was used in one project alone has it as `Skill.used_in`.
    """
    from skillaudit.requests.names import Names
    from skillaudit.sessions.counting import loads

    index = Names(library.skills)
    counts: dict[str, int] = defaultdict(int)
    last: dict[str, str] = {}
    for name, _, day in loads(harvest):
        for skill in index.find(name, None):
            counts[skill] += 1
            last[skill] = max(last.get(skill, ""), day)
    days = [
        turn.time[:10] for conversation in harvest.conversations for turn in conversation.turns if turn.time
    ]
    today = max(days, default="")
    homes = _homes({skill: places for skill, places in _places(harvest, index).items() if skill in counts})
    skills = tuple(
        msgspec.structs.replace(
            skill,
            used=counts[skill.id] * _fading(last[skill.id], today),
            used_in=homes.get(skill.id, ""),
        )
        if skill.id in counts
        else skill
        for skill in library.skills
    )
    return msgspec.structs.replace(library, skills=skills)


def _places(harvest: Harvest, index: Names) -> dict[str, list[str]]:
    """Return the projects of the conversations that loaded each skill; a conversation counts once in each."""
    found: dict[str, list[str]] = defaultdict(list)
    for conversation in harvest.conversations:
        pairs = {
            (skill, turn.project)
            for turn in conversation.turns
            for load in turn.loads
            for skill in index.find(load.name, None)
        }
        for skill, project in sorted(pairs):
            found[skill].append(project)
    return found


def _homes(places: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the project of each skill that was used in it alone, by less than `CHANCE`.

    Chance is as often as that project's share of all conversations with skills, one power for each with this one.
    """
    every = Counter(_each(places.values()))
    found = {}
    for skill, own in places.items():
        (first, *others) = sorted(set(own))
        if first and not others and (every[first] / every.total()) ** len(own) <= CHANCE:
            found[skill] = first
    return found


def _each(lists: Iterable[Sequence[str]]) -> Iterable[str]:
    return (one for each in lists for one in each)


def _fading(day: str, today: str) -> float:
    age = (date.fromisoformat(today) - date.fromisoformat(day)).days if day and today else 0
    return float(max(0.5 ** (age / HALF_LIFE), LEAST))
