"""Who is visible where: the state of every skill in every client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from skillaudit.clients.listing import SHORTEST, Laid, State, lay
from skillaudit.clients.loading import as_plain
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
    plain = [as_plain(skill) for skill in skills]
    wanted = {rule.id for rule in made_for(skills)}
    columns: list[ClientView] = []
    seen: list[Sequence[Visible]] = []
    for name in names:  # one list at a time is held: each is as large as the library
        laid = lay(skills, profile(name), context=context, order=order, plain=plain)
        states = [kept[0] for kept in laid.kept]
        gone = behind(skills, laid.found, states)
        columns.append(_column(skills, laid, states, laid.rule.id in wanted, len(gone)))
        both = zip(skills, states, strict=True)
        seen.append(["behind" if skill.id in gone else state for skill, state in both] if gone else states)
    return Visibility(
        columns=tuple(columns),
        rows=tuple(
            VisibilityRow(id=skill.id, states=tuple(found))
            for skill, *found in zip(skills, *seen, strict=True)
        ),
    )


def _column(
    skills: Sequence[Skill], laid: Laid, states: Sequence[State], wanted: bool, gone: int
) -> ClientView:
    rule, cut = laid.rule, laid.cut
    texts = [
        len(left) + lost
        for state, left, lost, reason in laid.kept
        if state != "invisible" or reason == "over budget"
    ]
    if rule.entry_cap:
        texts = [min(text, rule.entry_cap) for text in texts]
    token = TOKEN if cut.unit == "tokens" else 1
    count = Counter(states)
    found = Counter([one.state for one in laid.found])
    return ClientView(
        client=rule.id,
        title=rule.title,
        date=rule.date,
        full=count["full"],
        shortened=count["shortened"],
        name_only=count["name-only"],
        invisible=count["invisible"] - gone,
        behind=gone,
        lost=sum(lost for _, _, lost, _ in laid.kept),
        unit=cut.unit,
        used=cut.used,
        whole=cut.whole,
        budget=cut.limit,
        assumption=laid.assumption,
        loaded=found["loads"] + found["degraded"],
        made_for=wanted,
        left_out=not_loaded(skills, laid.found, rule.id),
        names=cut.whole - sum(texts) // token,
        shortest=cut.whole - sum(text - SHORTEST for text in texts if text > SHORTEST) // token,
    )
