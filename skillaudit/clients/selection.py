"""Which skills compete: those that the clients of a library load, but for what the user leaves out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from skillaudit.clients.loading import Loaded, loading
from skillaudit.clients.profiles import ClientProfile, profile, profiles
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.reading.limits import PATTERNS
from skillaudit.schema import LeftOut, Library, Site, Skill

_SHOWN = 5


def made_for(skills: Sequence[Skill]) -> tuple[ClientProfile, ...]:
    """Return the clients that a library is made for, by its folders and manifests; none where it names none."""
    marks = {mark for skill in skills for site in _sites(skill) for mark in (site.root, *site.ships) if mark}
    return tuple(rule for rule in profiles() if rule.current and marks & set(rule.loading.marks))


def _sites(skill: Skill) -> Iterator[Site]:
    yield skill.site
    yield from skill.others


def select(library: Library, config: Config) -> Library:
    """Return the library with `out` set on skills that do not compete, and with what is left out and why.

    That are the files that match a pattern of `exclude`; and, unless all files are wanted, what the client of the
    configuration does not load, or none of those that the library is made for. A library that is made for no client
    in particular competes whole, but for templates, examples and test data; so does one of which the clients that
    it is made for load nothing, since an audit of nothing helps nobody.
    Raises `UsageError` for an unknown client, and for patterns without end.
    """
    skills = [msgspec.structs.replace(skill, out="") if skill.out else skill for skill in library.skills]
    if sum(map(len, config.exclude)) > PATTERNS:
        raise UsageError(f"exclude: more than {PATTERNS:,} characters of patterns; name folders above")
    patterns = [(text, _tokens(text)) for text in config.exclude]
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for at, skill in enumerate(skills):
        path = "/" + skill.path
        places = _places(path) if patterns else {}
        hit = next((text for text, tokens in patterns if _hits(tokens, places, len(path))), None)
        if hit is not None:
            skills[at] = msgspec.structs.replace(skill, out="excluded")
            groups["", f"it matches {hit}, which is left out", ""].append(skill.id)
    if config.files == "all":
        skills = [msgspec.structs.replace(skill, site=_anywhere(skill.site), others=()) for skill in skills]
    else:
        lost = _not_loaded(skills, made_for(skills) if config.client is None else (profile(config.client),))
        if config.client is None and all(at in lost or skill.out for at, skill in enumerate(skills)):
            lost = _not_loaded(skills, ())
        for at, found in lost.items():
            if skills[at].out:
                continue
            skills[at] = msgspec.structs.replace(skills[at], out="not loaded")
            for client, one in found.items():
                groups[client, one.reason, _without_name(one.fix, skills[at])].append(skills[at].id)
    clients = tuple(rule.name for rule in made_for(skills))
    return msgspec.structs.replace(
        library, skills=tuple(skills), left_out=as_left_out(groups), made_for=clients
    )


def not_loaded(skills: Sequence[Skill], found: Sequence[Loaded], client: str) -> tuple[LeftOut, ...]:
    """Return the skills that a client does not load, or not whole, by reason."""
    groups: dict[bool, dict[tuple[str, str, str], list[str]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    for skill, one in zip(skills, found, strict=True):
        if one.state in {"degraded", "not loaded"} and skill.out != "excluded":
            lost = one.state == "not loaded"
            groups[lost][client, one.reason, _without_name(one.fix, skill)].append(skill.id)
    return (*as_left_out(groups[True]), *as_left_out(groups[False], lost=False))


def as_left_out(
    groups: Mapping[tuple[str, str, str], Sequence[str]], *, lost: bool = True
) -> tuple[LeftOut, ...]:
    """Return ids by client, reason and fix as records, the largest group first."""
    return tuple(
        LeftOut(client=client, reason=reason, fix=fix, skills=tuple(ids[:_SHOWN]), count=len(ids), lost=lost)
        for (client, reason, fix), ids in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _anywhere(site: Site) -> Site:
    """Return a site without its place, as if the skill were installed by itself."""
    return Site(path=site.path, linked=site.linked, origin=site.origin)


def _not_loaded(skills: Sequence[Skill], rules: Sequence[ClientProfile]) -> dict[int, Mapping[str, Loaded]]:
    """Return the places of skills that none of `rules` loads, with what each says."""
    if not rules:
        return {
            at: {"": Loaded(id=skill.id, state="not loaded", name=skill.name, reason=_ASIDE[skill.site.kind])}
            for at, skill in enumerate(skills)
            if skill.site.kind in _ASIDE and not skill.is_tool
        }
    views = {rule.name: loading(skills, rule) for rule in rules}
    out: dict[int, Mapping[str, Loaded]] = {}
    for at, skill in enumerate(skills):
        found = {name: view[at] for name, view in views.items()}
        if not skill.is_tool and all(one.state == "not loaded" for one in found.values()):
            out[at] = found
    return out


_ASIDE = {
    "sample": "it lies among templates, examples or test data",
    "elsewhere": "it lies in no folder of skills",
}


def _without_name(fix: str, skill: Skill) -> str:
    """Return advice that holds for all skills of a group."""
    return fix.replace(f"/{skill.name}", "/NAME") if fix.endswith(f"/{skill.name}") else fix


def _tokens(text: str) -> list[str]:
    """Take a pattern as in .gitignore apart, for `_hits` in `/path`: `**/`, `**`, `*`, `?`, and characters.

    A pattern with a slash inside holds from the source on, another one for any folder or file of that name.
    """
    body = text.strip("/")
    return ["" if "/" in body else "**", "/", *_TOKEN.findall(body)]


def _places(path: str) -> dict[str, int]:
    """Return, for each character of a path, a number with a bit for each place that it stands at."""
    places: dict[str, int] = defaultdict(int)
    for at, char in enumerate(path):
        places[char] |= 1 << at
    return places


def _hits(tokens: Sequence[str], places: Mapping[str, int], size: int) -> bool:
    """Whether a path of `size` characters, or a folder of it, is what a pattern means.

    The bits of a number are all places that the pattern can have come to, so that no pattern costs more than its
    tokens, whatever the path.
    """
    end = 1 << size
    slash = places.get("/", 0)
    plain = (end - 1) & ~slash

    def on(come: int) -> int:
        return come | ((come & plain) + plain) ^ plain  # the sum carries each bit on to the next slash

    now = 1
    for token in tokens:
        if token == "*":
            now = on(now)
        elif token == "?":
            now = (now & plain) << 1
        elif token == "**":
            now = 2 * end - (now & -now)
        elif token == "**/":
            while (more := now | (on((now & plain) << 1) & slash) << 1) != now:
                now = more
        elif token:
            now = (now & places.get(token, 0)) << 1
        if not now:
            return False
    return bool(now & (slash | end))


_TOKEN = re.compile(r"\*\*/?|.", re.DOTALL)
