"""What bodies say that can be a request, by content: a body that was read before is not read again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from skillaudit.requests import mining
from skillaudit.schema import Record, Skill
from skillaudit.text.markdown import Block


class Said(Record):
    """The lines of one body."""

    mined: tuple[str, ...]
    tasks: tuple[str, ...] | None = None
    """None where nobody asked for them."""


class Lines:
    """Takes lines from bodies; `known` are those of bodies that were read before."""

    def __init__(
        self,
        read: Callable[[Skill], Sequence[Block]] = mining.read,
        known: Mapping[str, Said] = MappingProxyType({}),
    ) -> None:
        """Start with what is known; `read` gives the parts of a body."""
        self._read = read
        self._known = known
        self._last: tuple[str, Sequence[Block]] = ("", ())
        self.said: dict[str, Said] = {}
        """What was asked for, by a digest of all that it depends on."""

    def mined(self, skill: Skill) -> tuple[str, ...]:
        """Return the requests that a body holds; see `mining.mined`."""
        return self._said(skill, digest_of(skill)).mined

    def tasks(self, skill: Skill) -> tuple[str, ...]:
        """Return the sentences of a body about what the skill does; see `mining.tasks`."""
        key = digest_of(skill)
        said = self._said(skill, key)
        if said.tasks is None:
            tasks = tuple(mining.tasks(self._parts(skill, key), skill.name))
            said = self.said[key] = msgspec.structs.replace(said, tasks=tasks)
        return said.tasks or ()

    def _said(self, skill: Skill, key: str) -> Said:
        said = self.said.get(key) or self._known.get(key)
        if said is None:
            said = Said(mined=tuple(mining.mined(self._parts(skill, key), skill.name)))
        self.said[key] = said
        return said

    def _parts(self, skill: Skill, key: str) -> Sequence[Block]:
        if self._last[0] != key:
            self._last = (key, self._read(skill))
        return self._last[1]


def digest_of(skill: Skill) -> str:
    """Return a digest of what the lines of a body depend on."""
    content = f"{skill.name}\0{skill.body[: mining.BODY_LIMIT]}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).hexdigest()
