"""The order of a list, against the plainest way to say it."""

from __future__ import annotations

import unicodedata
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from skillaudit.clients import profiles
from skillaudit.clients.entries import Entrant, folder_of, ordered
from skillaudit.clients.loading import Loaded
from skillaudit.clients.profiles import ClientProfile
from skillaudit.schema import Origin, Site, Skill

NAMES = st.text(st.sampled_from("abAB01_-.éE\u0301中\0"), min_size=1, max_size=3)

SCOPES: tuple[Literal["", "user", "enterprise"], ...] = ("", "user", "enterprise")


@st.composite
def entrants(draw: st.DrawFn) -> Entrant:
    """Return a skill in one of a few places, under the name that a client gives it."""
    origin = Origin(plugin=draw(st.sampled_from(["", "", "p"])), scope=draw(st.sampled_from(SCOPES)))
    path = draw(st.sampled_from(["b/SKILL.md", "x/a/skill.md", "skills/B/SKILL.md", "list.jsonl:3", "c.md"]))
    made = Skill(id="", name=draw(NAMES), description="", path=path, site=Site(origin=origin))
    below = draw(st.sampled_from(["", "g/a", "a"]))
    return 0, made, Loaded(id="", state="loads", name=draw(NAMES), below=below)


def key(entrant: Entrant, rule: ClientProfile) -> tuple[object, ...]:
    """Return what a client sorts a skill by, one thing after the other."""
    _, skill, called = entrant
    below = called.below or folder_of(skill)
    group = "plugin" if skill.origin.plugin else skill.origin.scope
    keys: dict[str, tuple[object, ...]] = {
        "declared": (),
        "name": (called.name, skill.path),
        "collated": (*collated(called.name), skill.path),
        "path": (skill.path.lower(), skill.name.lower()),
        "category": (below.rpartition("/")[0] or below, called.name, skill.path),
    }
    if rule.order != "scopes":
        return keys[rule.order]
    inside = () if skill.origin.plugin else (*collated(folder_of(skill)), skill.path)
    return (rule.loading.groups.index(group if group in rule.loading.groups else "project"), *inside)


def collated(name: str) -> tuple[object, ...]:
    """Return letters after digits after marks, then what tells texts of the same letters apart."""
    plain = unicodedata.normalize("NFD", name)
    letters = [char for char in plain if not unicodedata.combining(char)]
    ranks = [3 if char.isalpha() else 2 if char.isdigit() else char != "_" for char in letters]
    return list(zip(ranks, [char.casefold() for char in letters], strict=True)), plain.swapcase()


@given(st.lists(entrants(), max_size=8))
def test_lists_are_sorted_by_one_thing_after_the_other(listed: list[Entrant]) -> None:
    for rule in profiles():
        assert list(ordered(listed, rule)) == sorted(listed, key=lambda entrant: key(entrant, rule))
