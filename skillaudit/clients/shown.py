"""The skills that the model of a client gets to see: those of its list, and those that a gateway of the list names."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from skillaudit.clients.gateways import parents_of
from skillaudit.clients.listing import Listing, State
from skillaudit.clients.loading import Loaded
from skillaudit.schema import Skill


def shown_skills(skills: Sequence[Skill], listing: Listing) -> tuple[Skill, ...]:
    """Return the skills as the model sees them: descriptions cut, invisible ones left out.

    The result can be analysed or probed in place of the library's own skills. `manual_only` is cleared on
    skills that the client shows all the same.
    """
    by_id = {entry.id: entry for entry in listing.entries}
    return tuple(
        msgspec.structs.replace(
            skill,
            description=by_id[skill.id].description,
            when_to_use="",
            manual_only=False,
        )
        for skill in skills
        if skill.id in by_id and by_id[skill.id].state != "invisible"
    )


def behind(skills: Sequence[Skill], found: Sequence[Loaded], states: Sequence[State]) -> dict[str, str]:
    """Return the gateway above each skill that is in no list, and that a gateway of the list leads to, by id.

    `found` and `states` are parallel: what the client loads and what its list shows.
    """
    if "behind" not in [one.state for one in found]:
        return {}
    loaded = {one.id: one.state for one in found}
    parents = parents_of(skills)
    shown = {one.id for one, state in zip(found, states, strict=True) if state != "invisible"}

    def door(skill: str) -> str:
        while loaded[skill] == "behind":
            skill = parents[skill]
        return skill

    return {
        skill.id: parents[skill.id]
        for skill in skills
        if loaded.get(skill.id) == "behind"
        and not (skill.manual_only or skill.out == "excluded")
        and door(skill.id) in shown
    }


def offered(skills: Sequence[Skill], listing: Listing) -> tuple[tuple[Skill, ...], dict[str, str]]:
    """Return the skills of a client's list, cut, with those behind its gateways, whole; and `behind`."""
    found = {skill.id: skill for skill in shown_skills(skills, listing)}
    parents = behind(skills, listing.found, [entry.state for entry in listing.entries])
    return tuple(
        found.get(skill.id, skill) for skill in skills if skill.id in found or skill.id in parents
    ), parents
