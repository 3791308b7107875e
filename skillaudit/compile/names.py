"""Names of skills: lower-case words with hyphens, unique, close to what the source calls things."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from skillaudit.disk.names import portable

MAX_NAME = 64
_TAIL = re.compile(r"[-_ ](?:agent|task|assistant|bot)$", re.IGNORECASE)
_EMPTY_TASK = re.compile(r"(?:task|step|job|work|todo)?[-_ ]?\d*$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def slug(text: str) -> str:
    """Return `text` as a name of the specification: `[a-z0-9]` words joined by hyphens, at most 64; maybe empty."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("-", text))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    name = re.sub(r"[^a-z0-9]+", "-", letters.casefold()).strip("-")
    return name[:MAX_NAME].rstrip("-")


def skill_name(agent: str, task: str, alone: bool) -> str:
    """Return a name for a skill made of a task of an agent, or of the whole agent.

    A task's name counts when it is one of several of its agent; a bare number or `task` says nothing,
    and a single word only together with the agent's.
    """
    own = slug(_TAIL.sub("", agent)) or slug(agent)
    if not alone or not task:
        return own
    part = slug(_TAIL.sub("", task))
    if not part or _EMPTY_TASK.fullmatch(part):
        return f"{own}-{part}"[:MAX_NAME].strip("-")
    if "-" not in part and part not in own:
        return f"{own}-{part}"[:MAX_NAME].strip("-")
    return part


def unique(names: Iterable[str], spare: str = "skill") -> list[str]:
    """Return the names with a number after every second use, and a stand-in for empty ones.

    None is one that Windows keeps for a device.
    """
    used: set[str] = set()
    found = []
    for name in names:
        name = portable(name, spare)
        candidate, number = name, 1
        while candidate in used:
            number += 1
            tail = f"-{number}"
            candidate = name[: MAX_NAME - len(tail)].rstrip("-") + tail
        used.add(candidate)
        found.append(candidate)
    return found
