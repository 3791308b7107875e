"""One skill in one client's list: its text, its cost, its place in the order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from skillaudit.clients.profiles import ClientProfile
from skillaudit.schema import Record, Skill

Signs = tuple[tuple[str, str], ...]
_ANGLE = (("<", "&lt;"), (">", "&gt;"))
_QUOTES = (("&", "&amp;"), *_ANGLE, ('"', "&quot;"))
"""The ampersand comes first, since the others bring one."""
_XML_NUMBERED = (*_QUOTES, ("'", "&#39;"))
_SIGNS: dict[str, Signs] = {
    "none": (),
    "angle": _ANGLE,
    "xml": (*_QUOTES, ("'", "&apos;")),
}


class Item(Record):
    """A skill on its way into a list, before any budget, with what its entry shows of it."""

    at: int
    """Place of its skill among those that were given; -1 where that stands in the list under another name already."""
    name: str
    """Empty where the client shows none, as are `location` and `number`."""
    description: str
    """With `when_to_use` where the client shows it, cut at the entry's own cap."""
    whole: str
    """The same before that cap."""
    location: str
    number: str = ""
    """`skill_001` and so on, in the order shown."""
    heading: str = ""
    """Line above it, where it is the first of its category."""
    used: float = 0.0
    """Weight of its use, where that is known."""


def folder_of(skill: Skill) -> str:
    """Return the folder a skill is installed in: that of its SKILL.md, else its name."""
    above = skill.path[:-9] if skill.path[-9:].lower() == "/skill.md" else ""
    return above.rpartition("/")[2] or skill.name


@lru_cache(maxsize=1 << 17)
def collation_key(name: str) -> str:
    """Return a key that sorts names as a dictionary does, like `localeCompare(..., "en")`.

    Punctuation before digits before letters, accents and case only as tie-breakers, lower case first.
    Exact for names of letters, digits, hyphens and underscores, which is what the specification allows.
    """
    plain = name if name.isascii() else unicodedata.normalize("NFD", name)
    return f"{''.join(map(_ranked, plain))}\0{plain.swapcase()}"


@lru_cache(maxsize=1 << 12)
def _ranked(char: str) -> str:
    """Return a character behind its rank and before a zero: one text is compared faster than tuples."""
    if unicodedata.combining(char):
        return ""
    # The underscore sorts before the hyphen in the Unicode root collation, unlike in ASCII.
    rank = "3" if char.isalpha() else "2" if char.isdigit() else "0" if char == "_" else "1"
    return f"{rank}{char.casefold()}\0"


class Called(Protocol):
    """What a client makes of a skill, as far as its entry shows it."""

    @property
    def name(self) -> str:
        """What the client calls it."""

    @property
    def below(self) -> str:
        """Folders from the client's root down to it; empty where unknown."""


Entrant = tuple[int, Skill, Called]
"""A skill that gets into a list: its `at`, itself, and what the client makes of it."""


def ordered(entrants: Sequence[Entrant], profile: ClientProfile) -> Sequence[Entrant]:
    """Return the skills in the order in which the client lists them."""
    if profile.order == "declared":
        return entrants
    if profile.order == "path":
        return sorted(entrants, key=lambda entrant: (entrant[1].path.lower(), entrant[1].name.lower()))
    if profile.order == "scopes":
        groups = profile.loading.groups
        entrants = sorted(entrants, key=lambda entrant: _path_in_scope(entrant[1]))
        return sorted(entrants, key=lambda entrant: _group(entrant[1], groups))
    # One text after the other, the last one first: texts are compared faster than tuples of them.
    entrants = sorted(entrants, key=lambda entrant: entrant[1].path)
    if profile.order == "collated":
        return sorted(entrants, key=lambda entrant: collation_key(entrant[2].name))
    entrants = sorted(entrants, key=lambda entrant: entrant[2].name)
    if profile.order == "category":
        return sorted(entrants, key=lambda entrant: _category(_below(*entrant[1:])))
    return entrants


def _below(skill: Skill, called: Called) -> str:
    return called.below or folder_of(skill)


def _category(below: str) -> str:
    """Return the folders above a skill's own, or its own where there are none."""
    return below.rpartition("/")[0] or below


def _group(skill: Skill, groups: Sequence[str]) -> str:
    """Return what a list by scopes sorts by; plugins stand in the order of their marketplace."""
    if skill.origin.plugin:
        return f"{groups.index('plugin')}"
    own = skill.origin.scope
    # A client that knows no such scope finds the folder where it was told to, as it finds a project's.
    return f"{groups.index(own if own in groups else 'project')}{collation_key(folder_of(skill))}"


def _path_in_scope(skill: Skill) -> str:
    return "" if skill.origin.plugin else skill.path


def make_items(entrants: Iterable[Entrant], profile: ClientProfile, base: str) -> list[Item]:
    """Turn skills, already in order, into items, with the cap on single entries applied."""
    items = []
    above = ""
    headed, entry, joint = profile.heading, profile.entry, profile.when_to_use
    cap, dots = profile.entry_cap, profile.entry_cap_suffix
    fixed = profile.location if "{location}" in entry else ""
    named, numbered = "{name}" in entry, "{number}" in entry
    folders = f"{profile.location_prefix}{profile.short_base or base}/"
    for position, (at, skill, called) in enumerate(entrants, start=1):
        whole = skill.description
        if joint is not None and skill.when_to_use:
            whole = f"{whole}{joint}{skill.when_to_use}" if whole else skill.when_to_use
        cut = whole if cap is None or len(whole) <= cap else whole[: cap - len(dots)] + dots
        folder = _below(skill, called) if headed or fixed is None else ""
        location = f"{folders}{folder}/SKILL.md" if fixed is None else fixed
        heading = headed and headed.replace("{category}", _category(folder))
        items.append(
            Item(
                at=at,
                name=called.name if named else "",
                description=cut,
                whole=whole,
                location=location,
                number=f"skill_{position:03d}" if numbered else "",
                heading="" if heading == above else heading,
                used=skill.used,
            )
        )
        above = heading
    return items


def signs_of(profile: ClientProfile) -> tuple[Signs, Signs]:
    """Return what the client escapes in names and descriptions, and what in locations."""
    signs = _SIGNS[profile.escape]
    return signs, _XML_NUMBERED if profile.location_escape else signs


def escaped(text: str, signs: Signs) -> str:
    """Return `text` as the client writes it into its list."""
    for sign, spelled in signs:  # four times as fast as `translate`
        text = text.replace(sign, spelled)
    return text


def render_entry(item: Item, description: str, profile: ClientProfile) -> str:
    """Return the item's entry with `description` in place of its own; empty means without one."""
    template = profile.entry if description else profile.entry_bare
    texts, places = signs_of(profile)
    return item.heading + template.format(
        name=escaped(item.name, texts),
        description=escaped(description, texts),
        location=escaped(item.location, places),
        number=item.number,
    )
