"""Which skills one client loads, what it calls them, and why it passes the others over."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from skillaudit.clients.entries import folder_of
from skillaudit.clients.gateways import parents_of
from skillaudit.clients.profiles import ClientProfile, Loading
from skillaudit.schema import Record, Site, Skill

LoadState = Literal["loads", "degraded", "behind", "not loaded"]
"""What stands behind a gateway is in no list, and is read when the gateway sends there."""
Verdict = tuple[str, str]
"""Why a site is not loaded, and what to do about it; both empty where it is."""

_NAME = re.compile(r"(?=.{1,64}$)[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*")
_LONGEST = 1_024

_SCOPES = ("enterprise", "user", "project")
_LACKING = {
    "name": "it has no name",
    "description": "it has no description",
    "frontmatter": "it has no frontmatter that the client finds",
    "yaml": "its frontmatter is not valid YAML",
}
_MENDED = {
    "name": "write a name",
    "description": "write a description",
    "frontmatter": "begin the file with --- and end the keys with ---",
    "yaml": "put values with a colon and a space in quotes",
}


class Loaded(Record):
    """What a client makes of one skill before it makes its list."""

    id: str
    state: LoadState
    name: str
    """What the client calls it; the skill's own name where it is not loaded."""
    reason: str = ""
    """Why it is not loaded, or what of it is lost."""
    fix: str = ""
    twice: tuple[str, ...] = ()
    """Other names under which the same text is loaded once more."""
    below: str = ""
    """Folders from the client's root down to it, where they are known."""

    @property
    def listed(self) -> bool:
        """Whether the client has it for its list."""
        return self.state in {"loads", "degraded"}


def loading(
    skills: Sequence[Skill], rule: ClientProfile, plain: Sequence[Loaded | None] = ()
) -> tuple[Loaded, ...]:
    """Return what a client makes of each skill, in order, by its dated rules.

    `plain` is what `as_plain` says of each, worked out once where several clients are asked.
    """
    how = rule.loading
    if not plain or how.name != "written" or how.strict or how.replaced or how.name_cap is not None:
        plain = [None] * len(skills)
    found = [one or _one(skill, rule) for one, skill in zip(plain, skills, strict=True)]
    return tuple(_behind(skills, _clashes(skills, found, rule), rule))


def as_plain(skill: Skill) -> Loaded | None:
    """Return what every client makes of a skill that calls skills as they are written; None where clients differ.

    They agree on a skill with all that any of them asks for that stands in a library at most one folder deep.
    """
    site = skill.site
    placed = site.kind == "library" and not (site.passed or site.nested or site.linked or site.origin.plugin)
    spelled = not site.path or site.path.endswith("SKILL.md")
    whole = skill.description and not (skill.others or skill.lacks or skill.globs)
    if placed and spelled and whole and "/" not in site.below:
        return Loaded(id=skill.id, state="loads", name=skill.name, below=site.below)
    return None


def _one(skill: Skill, rule: ClientProfile) -> Loaded:
    if not skill.others and not skill.lacks:  # most of them, and every client asks anew
        reason, fix = _verdict(skill, skill.site, rule)
        if reason:
            return Loaded(id=skill.id, state="not loaded", name=skill.name, reason=reason, fix=fix)
        return Loaded(
            id=skill.id, state="loads", name=_name(skill, skill.site, rule.loading), below=skill.site.below
        )
    sites = (skill.site, *skill.others)
    verdicts = [_verdict(skill, site, rule) for site in sites]
    good = [site for site, (reason, _) in zip(sites, verdicts, strict=True) if not reason]
    if not good:
        reason, fix = verdicts[0]
        return Loaded(id=skill.id, state="not loaded", name=skill.name, reason=reason, fix=fix)
    # One file behind a link is loaded once, whatever leads to it.
    own = [site for site in good if not site.linked or site is good[0]]
    names = list(dict.fromkeys(_name(skill, site, rule.loading) for site in own))
    twice = tuple(names[1:]) if rule.same_name == "both" else ()
    lost = "name" if "name" in skill.lacks else "description" if "description" in skill.lacks else ""
    reason, fix = (
        (f"{_LACKING[lost]}, and something else stands in for it", _MENDED[lost]) if lost else ("", "")
    )
    if twice:
        reason, fix = (
            f"it is loaded {_TIMES.get(len(names), 'many times')}, also by {_owners(own[1:])}",
            "keep one",
        )
    return Loaded(
        id=skill.id,
        state="degraded" if lost or twice else "loads",
        name=names[0],
        reason=reason,
        fix=fix,
        twice=twice,
        below=good[0].below,
    )


_TIMES = {2: "twice", 3: "three times"}


def _owners(sites: Sequence[Site]) -> str:
    names = dict.fromkeys(
        f"the plugin {site.origin.plugin}" if site.origin.plugin else site.root or "the library"
        for site in sites
    )
    return ", ".join(names)


def _verdict(skill: Skill, site: Site, rule: ClientProfile) -> Verdict:
    """Say why the client does not load a skill from one of its sites, and what to do."""
    how = rule.loading
    place = _place(skill, site, rule)
    if place[0] or site.kind in {"sample", "elsewhere"}:
        return place
    lacks = skill.lacks if skill.description else (*skill.lacks, "description")
    lacking = next((need for need in how.needs if need in lacks), "")
    if lacking:
        return _LACKING[lacking], _MENDED[lacking]
    if how.strict and not _NAME.fullmatch(skill.name):
        return (
            "its name is not made of letters, digits and hyphens",
            "use words of letters and digits, with hyphens",
        )
    if how.strict and len(skill.description.encode("utf-8", "replace")) > _LONGEST:
        return f"its description is longer than {_LONGEST:,} bytes", "shorten the description"
    if how.name == "folder-required" and site.below and skill.name.lower() != folder_of(skill).lower():
        return (
            "its name is not that of its folder",
            f"call the folder {skill.name}, or the skill {folder_of(skill)}",
        )
    if how.globs and skill.globs:
        return (
            f"it is offered only for work on files like {skill.globs[0]}",
            "take `paths` out to list it always",
        )
    return "", ""


def _place(skill: Skill, site: Site, rule: ClientProfile) -> Verdict:
    how = rule.loading

    def move() -> str:
        return f"move it to {_home(how)}/{skill.name}"

    if site.kind == "sample":
        return "it lies among templates, examples or test data", f"{move()} if it is meant to be used"
    if site.kind == "elsewhere":
        return "it lies in no folder of skills", move()
    if site.kind == "client":
        if site.root not in (*how.project, *how.user):
            return f"{rule.title} does not read {site.root}", f"copy it to {_home(how)}/{skill.name}"
        if site.inside and how.nested != "listed":
            told = "only for work there" if how.nested == "there" else "not at all"
            return f"{site.root} below {site.inside} is read {told}", move()
    passed = bool(site.passed) and not set(how.plugins).isdisjoint(site.passed)
    if site.kind == "plugin" and (site.inside or passed) and not set(site.ships) & set(how.plugins):
        return (
            f"it is shipped only by manifests that {rule.title} does not read",
            "add a manifest for this client",
        )
    if site.kind == "library" and passed:
        return (
            "no plugin of the repository ships it",
            "list it in the manifest, or move it into a plugin's folder",
        )
    return _depth(skill, site, how, move)


def _home(how: Loading) -> str:
    return how.project[0] if how.project else "the folder of skills"


def _depth(skill: Skill, site: Site, how: Loading, move: Callable[[], str]) -> Verdict:
    depth = len(site.below.split("/")) if site.below else 0
    if site.nested and not how.below_skill:
        return "it lies below another skill", move()
    if site.kind == "client" and depth == 0 and not how.root_file:
        return "it stands in the folder of skills itself", move()
    if how.depth is not None and depth > how.depth:
        return (
            f"it lies {depth} folders deep, and only {how.depth} {'is' if how.depth == 1 else 'are'} read",
            move(),
        )
    if site.linked == "file" and not how.linked_files:
        return "its SKILL.md is a link", "link its folder, or copy the file"
    name = site.path.rpartition("/")[2]
    if name and name.lower() == "skill.md" and name != "SKILL.md" and not how.any_spelling:
        return f"the file is called {name}", "call it SKILL.md"
    return "", ""


def _name(skill: Skill, site: Site, how: Loading) -> str:
    """Return what the client calls a skill that it loads from a site."""
    name = skill.name
    if how.name in {"folder", "folder-and-written"} and (site.kind != "plugin" or site.below):
        name = site.below.rpartition("/")[2] or folder_of(skill)
    for character in how.replaced:
        name = name.replace(character, "-")
    if how.name_cap is not None:
        name = name[: how.name_cap]
    plugin = site.origin.plugin
    if plugin and site.ships and set(how.plugins).isdisjoint(site.ships):
        return name
    return how.prefix.format(plugin=plugin, name=name) if plugin and how.prefix else name


def _clashes(skills: Sequence[Skill], found: Sequence[Loaded], rule: ClientProfile) -> list[Loaded]:
    """Let scopes override, and tell nested skills of one name apart, as the client does."""
    how = rule.loading
    groups: dict[str, list[int]] = defaultdict(list)
    if how.overrides or how.nested == "listed":
        names = Counter([one.name for one in found if one.listed])
        for at, one in enumerate(found):
            if names[one.name] > 1 and one.listed:
                groups[one.name].append(at)
    out = list(found)
    for members in groups.values():
        if how.overrides:
            ranks = [_rank(skills[at], how) for at in members]
            for at, rank in zip(members, ranks, strict=True):
                if rank > min(ranks):
                    out[at] = msgspec.structs.replace(
                        out[at],
                        state="not loaded",
                        reason=f"the {_SCOPES[min(ranks)]}'s own skill of this name counts",
                        fix="give one of them another name",
                    )
        if how.nested == "listed":
            for at in members:
                inside = skills[at].site.inside
                if inside and skills[at].site.kind == "client" and out[at].state != "not loaded":
                    out[at] = msgspec.structs.replace(out[at], name=f"{inside}:{out[at].name}")
    if how.name == "folder-and-written":
        _bracket(skills, out)
    return out


def _behind(skills: Sequence[Skill], found: list[Loaded], rule: ClientProfile) -> list[Loaded]:
    """Tell what a listed gateway sends to from what is passed over, where its place alone is the reason for that."""
    parents = parents_of(skills)
    if not parents:
        return found
    reached = {one.id for one in found if one.listed}
    out = list(found)
    for at in sorted(range(len(found)), key=lambda at: skills[at].path.count("/")):
        one = found[at]
        placed = (
            one.state == "not loaded"
            and one.reason == _depth(skills[at], skills[at].site, rule.loading, str)[0]
        )
        if placed and parents.get(one.id) in reached:
            reached.add(one.id)
            out[at] = msgspec.structs.replace(one, state="behind", fix="")
    return out


def _rank(skill: Skill, how: Loading) -> int:
    scope = skill.origin.scope or "project"
    return how.overrides.index(scope) if scope in how.overrides else len(how.overrides)


def _bracket(skills: Sequence[Skill], out: list[Loaded]) -> None:
    """Put the written name in brackets behind the folder's, where it means this skill alone."""
    taken = Counter(one.name for one in out if one.listed)
    written = Counter(skill.name for skill, one in zip(skills, out, strict=True) if one.listed)
    for at, (skill, one) in enumerate(zip(skills, out, strict=True)):
        bare = one.name.rpartition(":")[2]
        if not one.listed or "name" in skill.lacks or "yaml" in skill.lacks or bare == skill.name:
            continue
        if not taken[skill.name] and written[skill.name] == 1:
            out[at] = msgspec.structs.replace(one, name=f"{one.name} ({skill.name})")
