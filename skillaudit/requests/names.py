"""Look up the skills that a label means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from skillaudit.requests.headings import squash
from skillaudit.schema import Skill


class Names:
    """Finds skills by id, name, folder, or a spelling of one of them."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Index the skills of a library."""
        self._ids = {skill.id for skill in skills}
        self._names: dict[str, list[str]] = defaultdict(list)
        self._spelled: dict[str, list[str]] = defaultdict(list)
        for skill in skills:
            self._names[skill.name].append(skill.id)
            for owner in {skill.origin.plugin, skill.origin.server, skill.site.inside} - {""}:
                for form in (f"{owner}:{skill.name}", f"mcp__{owner}__{skill.name}"):
                    self._names[form].append(skill.id)
            for form in {
                squash(skill.name),
                squash(skill.id),
                squash(PurePosixPath(skill.path).parent.name),
            } - {""}:
                self._spelled[form].append(skill.id)

    def find(self, name: str, home: Skill | None) -> tuple[str, ...]:
        """Return the ids that a label means; all of them where several skills share the name.

        A file beside a skill means that skill by its own name. `plugin:skill` is the one of that plugin or server;
        where there is none, it and `folder/skill` fall back to their last part.
        """
        if home is not None and name in (home.name, home.id):
            return (home.id,)
        if name in self._ids:
            return (name,)
        if name in self._names:
            return tuple(self._names[name])
        if ids := self._spelled.get(squash(name)):
            return tuple(ids)
        last = name.removesuffix("/SKILL.md").replace(":", "/").rsplit("/", 1)[-1]
        if last != name:
            return self.find(last, home)
        return ()
