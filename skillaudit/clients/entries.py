"""One skill in one client's list: its text, its cost, its place in the order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from skillaudit.clients.profiles import ClientProfile, ListBudget, Measure, Unit
from skillaudit.schema import Record, Skill

_XML_NUMBERED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_XML = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;"))
"""The ampersand comes first, since the others bring one."""


class Item(Record):
    """A skill on its way into a list, before any budget."""

    id: str
    name: str
    description: str
    """With `when_to_use` where the client shows it, cut at the entry's own cap."""
    whole: str
    """The same before that cap."""
    location: str
    number: str
    """`skill_001` and so on, in the order shown."""
    heading: str = ""
    """Line above it, where it is the first of its category."""
    used: float = 0.0
    """Weight of its use, where that is known."""


def folder_of(skill: Skill) -> str:
    """Return the folder a skill is installed in: that of its SKILL.md, else its name."""
    folders, _, file = skill.path.rpartition("/")
    folder = folders.rpartition("/")[2]
    return folder if folder and file.lower() == "skill.md" else skill.name


@lru_cache(maxsize=1 << 17)
def collation_key(name: str) -> tuple[str, str]:
    """Return a key that sorts names as a dictionary does, like `localeCompare(..., "en")`.

    Punctuation before digits before letters, accents and case only as tie-breakers, lower case first.
    Exact for names of letters, digits, hyphens and underscores, which is what the specification allows.
    """
    plain = name if name.isascii() else unicodedata.normalize("NFD", name)
    # One text, each character behind its rank and before a zero: texts are compared faster than tuples.
    primary = "".join(
        f"{_rank(char)}{char.casefold()}\0" for char in plain if not unicodedata.combining(char)
    )
    return (primary, plain.swapcase())


@lru_cache(maxsize=1 << 12)
def _rank(char: str) -> str:
    # The underscore sorts before the hyphen in the Unicode root collation, unlike in ASCII.
    return "3" if char.isalpha() else "2" if char.isdigit() else "0" if char == "_" else "1"


class Called(Protocol):
    """What a client makes of a skill, as far as its entry shows it."""

    @property
    def name(self) -> str:
        """What the client calls it."""

    @property
    def below(self) -> str:
        """Folders from the client's root down to it; empty where unknown."""


def ordered(skills: Iterable[Skill], called: Mapping[str, Called], profile: ClientProfile) -> list[Skill]:
    """Return the skills in the order in which the client lists them; `called` is by id."""
    if profile.order == "name":
        return sorted(skills, key=lambda skill: (called[skill.id].name, skill.path))
    if profile.order == "collated":
        return sorted(skills, key=lambda skill: (collation_key(called[skill.id].name), skill.path))
    if profile.order == "path":
        return sorted(skills, key=lambda skill: (skill.path.lower(), skill.name.lower()))
    if profile.order == "category":
        return sorted(
            skills, key=lambda skill: (_category(_below(skill, called)), called[skill.id].name, skill.path)
        )
    if profile.order == "scopes":
        return sorted(skills, key=lambda skill: _group(skill, profile))
    return list(skills)


def _below(skill: Skill, called: Mapping[str, Called]) -> str:
    return called[skill.id].below or folder_of(skill)


def _category(below: str) -> str:
    """Return the folders above a skill's own, or its own where there are none."""
    return below.rpartition("/")[0] or below


def _group(skill: Skill, profile: ClientProfile) -> tuple[object, ...]:
    """Return what a list by scopes sorts by; plugins stand in the order of their marketplace."""
    if skill.origin.plugin:
        return (profile.loading.groups.index("plugin"), ())
    scope = skill.origin.scope or "project"
    return (profile.loading.groups.index(scope), (collation_key(folder_of(skill)), skill.path))


def make_items(
    skills: Iterable[Skill], called: Mapping[str, Called], profile: ClientProfile, base: str
) -> list[Item]:
    """Turn skills, already in order, into items, with the cap on single entries applied; `called` is by id."""
    items = []
    above = ""
    fixed, headed = profile.location, profile.heading
    folders = f"{profile.location_prefix}{profile.short_base or base}/"
    for position, skill in enumerate(skills, start=1):
        whole = skill.description
        if profile.when_to_use is not None and skill.when_to_use:
            whole = f"{whole}{profile.when_to_use}{skill.when_to_use}" if whole else skill.when_to_use
        cut = whole
        if profile.entry_cap is not None and len(cut) > profile.entry_cap:
            cut = cut[: profile.entry_cap - len(profile.entry_cap_suffix)] + profile.entry_cap_suffix
        folder = _below(skill, called) if headed or fixed is None else ""
        location = f"{folders}{folder}/SKILL.md" if fixed is None else fixed
        heading = headed and headed.format(category=_category(folder))
        items.append(
            Item(
                id=skill.id,
                name=called[skill.id].name,
                description=cut,
                whole=whole,
                location=location,
                number=f"skill_{position:03d}",
                heading="" if heading == above else heading,
                used=skill.used,
            )
        )
        above = heading
    return items


def escaped(text: str, profile: ClientProfile) -> str:
    """Return `text` as the client writes it into its list."""
    if profile.escape == "angle":
        return text.replace("<", "&lt;").replace(">", "&gt;")
    if profile.escape != "xml":
        return text
    for sign, spelled in _XML:  # four times as fast as `translate`
        text = text.replace(sign, spelled)
    return text


def render_entry(item: Item, description: str, profile: ClientProfile) -> str:
    """Return the item's entry with `description` in place of its own; empty means without one."""
    template = profile.entry if description else profile.entry_bare
    name, location = item.name, item.location
    if profile.escape != "none":
        name, description = escaped(name, profile), escaped(description, profile)
    if profile.location_escape:
        location = location.translate(_XML_NUMBERED)
    elif profile.escape != "none":
        location = escaped(location, profile)
    return item.heading + template.format(
        name=name, description=description, location=location, number=item.number
    )


def width(text: str, measure: Measure) -> int:
    """Return how many characters the client counts in `text`."""
    if measure == "code-points" or text.isascii():
        return len(text)
    if measure == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return sum(map(_columns, text))


@lru_cache(maxsize=1 << 14)
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def in_unit(characters: int, unit: Unit, budget: ListBudget) -> int:
    """Turn a number of characters into the budget's unit."""
    if unit == "characters":
        return characters
    per = budget.chars_per_token
    return (characters + per - 1) // per if budget.rounding == "up" else (characters + per // 2) // per


def size(text: str, unit: Unit, budget: ListBudget) -> int:
    """Return what `text` costs in `unit`; clients that round up tokens count UTF-8 bytes for them."""
    if unit == "tokens" and budget.rounding == "up":
        return in_unit(len(text.encode("utf-8", "surrogatepass")), unit, budget)
    return in_unit(width(text, budget.measure), unit, budget)
