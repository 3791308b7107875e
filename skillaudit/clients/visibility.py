"""Who is visible where: the state of every skill in every client."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from skillaudit.clients.listing import SHORTEST, Listing, listing
from skillaudit.clients.profiles import profile, profiles
from skillaudit.clients.selection import made_for, not_loaded
from skillaudit.clients.shown import behind
from skillaudit.config import DropOrder
from skillaudit.schema import ClientView, Record, Skill, Visible

TOKEN = 4
"""Characters of a token, about."""


class VisibilityRow(Record):
    """One skill in every client, in the order of the columns."""

    id: str
    states: tuple[Visible, ...]


class Visibility(Record):
    """The table of skills by clients."""

    columns: tuple[ClientView, ...]
    rows: tuple[VisibilityRow, ...]


def visibility(
    skills: Sequence[Skill],
    clients: Sequence[str] | None = None,
    *,
    context: int | None = None,
    order: DropOrder = "declared",
) -> Visibility:
    """Return the state of each skill in each client; without `clients`, in all current ones, but for a list of
    tools in none, since a client gives tools to its model whole.

    Raises `UsageError` for an unknown client.
    """
    if clients is None:
        tools = bool(skills) and all(skill.is_tool for skill in skills)
        clients = () if tools else [rule.id for rule in profiles() if rule.current]
    # The app asks twice: for what the files say, and for the report that follows. Skills that are the same are soon
    # compared, where to hash them all would read every field of theirs.
    asked = (tuple(skills), tuple(clients), context, order)
    known = next((seen for key, seen in _LAST if key == asked), None)
    if known is None:
        known = _seen(*asked)
        _LAST[:] = [(asked, known)]
    return known


_LAST: list[tuple[tuple[tuple[Skill, ...], tuple[str, ...], int | None, DropOrder], Visibility]] = []


def _seen(
    skills: tuple[Skill, ...], names: tuple[str, ...], context: int | None, order: DropOrder
) -> Visibility:
    wanted = {rule.id for rule in made_for(skills)}
    columns: list[ClientView] = []
    seen: list[list[Visible]] = []
    for name in names:  # one list at a time is held: each is as large as the library
        shown = listing(skills, name, context=context, order=order)
        gone = behind(skills, shown)
        columns.append(_column(skills, shown, shown.client in wanted, len(gone)))
        seen.append(["behind" if entry.id in gone else entry.state for entry in shown.entries])
    return Visibility(
        columns=tuple(columns),
        rows=tuple(
            VisibilityRow(id=skill.id, states=tuple(found))
            for skill, *found in zip(skills, *seen, strict=True)
        ),
    )


def _column(skills: Sequence[Skill], shown: Listing, wanted: bool, gone: int) -> ClientView:
    rule = profile(shown.client)
    texts = [
        min(len(entry.description) + entry.lost, rule.entry_cap or sys.maxsize)
        for entry in shown.entries
        if entry.state != "invisible" or entry.reason == "over budget"
    ]
    token = TOKEN if shown.unit == "tokens" else 1
    states = Counter([entry.state for entry in shown.entries])
    found = Counter([one.state for one in shown.found])
    return ClientView(
        client=shown.client,
        title=rule.title,
        date=rule.date,
        full=states["full"],
        shortened=states["shortened"],
        name_only=states["name-only"],
        invisible=states["invisible"] - gone,
        behind=gone,
        lost=sum(entry.lost for entry in shown.entries),
        unit=shown.unit,
        used=shown.used,
        whole=shown.whole,
        budget=shown.budget,
        assumption=shown.assumption,
        loaded=found["loads"] + found["degraded"],
        made_for=wanted,
        left_out=not_loaded(skills, shown.found, shown.client),
        names=shown.whole - sum(texts) // token,
        shortest=shown.whole - sum(max(0, text - SHORTEST) for text in texts) // token,
    )
