"""Skills for different programs or projects, by what they say that they need."""

from __future__ import annotations

import re

from skillaudit.schema import Skill


def two_programs(one: Skill, other: Skill) -> bool:
    """Whether two skills are for different programs, by the ones that they need or by their homepages."""
    homes = bool(one.homepage and other.homepage)
    return other_program(one, other) or (homes and not _same_place(one.homepage, other.homepage))


def other_program(one: Skill, other: Skill) -> bool:
    """Whether both skills name programs that they need, and none that both do."""
    ours, theirs = (skill.programs or _called(skill) for skill in (one, other))
    return bool(ours and theirs) and not set(ours) & set(theirs)


def _called(skill: Skill) -> tuple[str, ...]:
    """Return the programs that a text calls by name, as in "via the `td` CLI" and "use the td (Todoist CLI)"."""
    found = _CLI.findall(f"{skill.description}\n{skill.body}")
    return tuple(dict.fromkeys(word.casefold() for pair in found for word in pair if word))


def _same_place(ours: str, theirs: str) -> bool:
    """Whether two addresses are of one project: a repository goes by its path, any other site by its host."""
    (host, path), (other, there) = (address.partition("/")[::2] for address in (ours, theirs))
    if host == other:
        return not path or not there or path == there or not _FORGE.search(f"{host}/{path}")
    return host.endswith(f".{other}") or other.endswith(f".{host}")


_CLI = re.compile(r"`([\w.-]+)` CLI\b|\b(?:via|using|[Uu]se) the ([\w.-]+) (?:CLI\b|\([^()]{1,40} CLI\))")
_FORGE = re.compile(r"^[^/]*(?:git|bitbucket|codeberg)|^[^/]*/(?:packages?|projects?)/")
"""Addresses of hosts of many projects: forges, and indexes of packages."""
