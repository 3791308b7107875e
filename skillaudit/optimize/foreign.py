"""What a merge brings into the file that stays, and what of it nobody but the owner of a library may let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from skillaudit.disk.reading import read_file
from skillaudit.load.place import file_of
from skillaudit.optimize.acting.acts import Acts, acts_of, brought, references
from skillaudit.optimize.acting.lines import lines_of
from skillaudit.optimize.acting.places import hosts
from skillaudit.optimize.acting.programs import MARK, is_prose
from skillaudit.optimize.apply.merged import brought_along, of_its_own
from skillaudit.optimize.programs import two_programs
from skillaudit.optimize.records import OWNERS
from skillaudit.optimize.words.source import stems
from skillaudit.reading.limits import SKILL
from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Skill
from skillaudit.text.sentences import sentences

KNOWN = 4
"""Other skills of a library that name a host from which on a mere reference to it brings nothing new."""
NAMED = 5
"""Things that are named in why a merge is its owner's."""
LISTED = 10
"""Lines that are listed of a file that goes."""
_LONGEST = 160
"""Characters of such a line."""


class Foreign:
    """Holds what skills have their readers do against each other."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Take the library: what many of its skills refer to is foreign to none."""
        self._skills = skills
        self._read = lru_cache(maxsize=256)(acts_of)

    def _acts(self, skill: Skill) -> Acts:
        return self._read(f"{skill.description}\n\n{skill.body}")

    @cached_property
    def _named(self) -> Counter[str]:
        """By host, the skills that name it."""
        return Counter(host for skill in self._skills for host in set(hosts(skill.body, "")))

    def brings(self, ours: Skill, theirs: Skill) -> dict[str, str]:
        """Return what one skill has its reader do and another one does not, with the lines that say so."""
        own = {
            part
            for each in (ours, theirs)
            for part in (each.name, *each.id.split("/"), *each.path.split("/")[-2:-1])
        }
        acts, known = self._acts(ours), self._acts(theirs)
        new = brought(acts, known, own)
        for host, line in references(acts, known).items():
            if self._named[host] <= KNOWN:
                new.setdefault(host, line)
        for path in of_its_own(ours.body, theirs, ours):
            if is_prose(path):
                new |= brought(acts_of(_beside(ours, path)), known, own)
            else:
                new.setdefault(path, path)
        return new

    def forbids(self, goes: Skill, stays: Skill) -> str:
        """Say why only their owner can merge two skills; empty where neither has its reader do what the other does not.

        The one that stays is asked too: it is handed the other one's requests.
        """
        if new := self.brings(goes, stays):
            return f"{OWNERS}: {goes.id} brings what {stays.id} does not have: {_listed(new)}"
        if new := self.brings(stays, goes):
            return f"{OWNERS}: {stays.id} has what {goes.id} does not have: {_listed(new)}"
        if two_programs(goes, stays) and brought_along(stays, goes):
            return f"{OWNERS}: they need other programs, or have other homepages"
        return ""


def _beside(skill: Skill, path: str) -> str:
    file = file_of(skill)
    try:
        return (
            read_file(file.parent / path, SKILL.disk).decode("utf-8", "replace") if file is not None else ""
        )
    except OSError:
        return ""


def _listed(found: Mapping[str, str]) -> str:
    named = [one_line(word)[:60] for word in found][:NAMED]
    more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
    return ", ".join(named) + more


def lost_with(goes: Skill, stays: Skill, new: Mapping[str, str]) -> tuple[str, ...]:
    """Return what only the folded skill holds, at most ten lines and how many more: what acts first.

    Those that bring something `new` stand before other code, then come headings that have words of their own, prose
    with an address, other prose, and the description.
    """
    kept = set(stems(f"{stays.text}\n{stays.body}"))
    held = {
        part
        for line in lines_of(f"{stays.description}\n\n{stays.body}")
        for part in (line.text, *sentences(MARK.sub("", line.text, count=1)))
    }
    acting = dict.fromkeys(new.values())
    code: dict[str, None] = {}
    titles: dict[str, None] = {}
    linked: dict[str, None] = {}
    prose: dict[str, None] = {}
    for line in lines_of(brought_along(stays, goes)):
        if line.text in held or line.text in acting:
            continue
        if line.language != "inline":
            code.setdefault(line.text)
        elif line.text.startswith("#"):
            if set(stems(title := line.text.lstrip("# "))) - kept:
                titles.setdefault(title)
        else:
            for sentence in sentences(MARK.sub("", line.text, count=1)):
                if sentence not in held:
                    (linked if any(hosts(sentence, "")) else prose).setdefault(sentence)
    found = [*acting, *code, *titles, *linked, *prose]
    if set(stems(goes.description)) - kept:
        found.append(goes.description)
    shown = [one_line(line) for line in found[:LISTED]]
    shown = [line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…" for line in shown]
    return (*shown, f"and {len(found) - LISTED:,} more lines") if len(found) > LISTED else tuple(shown)
