"""How long a client's list is, as the client counts it: each entry is measured once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Literal

from skillaudit.clients.entries import Item, escaped, signs_of
from skillaudit.clients.profiles import ClientProfile, ListBudget, Measure, Unit

Shown = list[str | None]
"""For each item the description that is left: the whole of it, a part, an empty string for a name alone, or None for
a skill that is not listed at all."""


class Lengths:
    """Items of a list with the lengths of their entries, in bytes where a client counts tokens by them.

    The parts of a list are as long together as each by itself, so that no list is written to be measured.
    """

    def __init__(
        self, items: Sequence[Item], profile: ClientProfile, budget: ListBudget, unit: Unit, base: str
    ) -> None:
        """Take the items in the order shown."""
        self.items, self.profile, self.budget, self.base = items, profile, budget, base
        self.everything: Shown = [item.description for item in items]
        self._unit = unit
        by_bytes = unit == "tokens" and budget.rounding == "up"
        self._measure: Measure | Literal["bytes"] = "bytes" if by_bytes else budget.measure
        self._texts, self._places = signs_of(profile)
        empty = dict.fromkeys(("name", "description", "location", "number"), "")
        self._frame = self.text(profile.entry.format_map(empty))
        self._bare_frame = self.text(profile.entry_bare.format_map(empty))

    @cached_property
    def full(self) -> list[int]:
        """The length of each entry with its whole description."""
        return [self.entry(item, item.description) for item in self.items]

    @cached_property
    def bare(self) -> list[int]:
        """The length of each entry without a description."""
        return [self.entry(item, "") for item in self.items]

    def entry(self, item: Item, description: str) -> int:
        """Return the length of an entry with this description in place of its own."""
        name, location = item.name, item.location
        if self._texts or self._places:
            name, description = escaped(name, self._texts), escaped(description, self._texts)
            location = escaped(location, self._places)
        frame = self._frame if description else self._bare_frame
        return frame + length(f"{item.heading}{item.number}{name}{location}{description}", self._measure)

    def text(self, text: str) -> int:
        """Return the length of any text."""
        return length(text, self._measure)

    def cost(self, characters: int) -> int:
        """Turn a length into what the budget counts."""
        if self._unit == "characters":
            return characters
        per = self.budget.chars_per_token
        return (characters + (per - 1 if self.budget.rounding == "up" else per // 2)) // per

    def line(self, characters: int) -> int:
        """Return what an entry costs with the newline that ends it."""
        return self.cost(characters + 1)

    def listed(self, shown: Shown) -> list[int]:
        """Return the length of each entry that is left."""
        if shown == self.everything:
            return self.full
        both = zip(self.items, shown, strict=True)
        return [self.entry(item, left) for item, left in both if left is not None]

    def block(self, entries: int, count: int, prose: int) -> int:
        """Return what a whole list costs: `count` entries of this length together, and the client's own words."""
        remark = omitted_line(self.profile, count, len(self.items), self.base)
        frame = self.text(opening(self.profile, self.base) + remark + self.profile.close)
        between = max(0, count - 1) * self.text(self.profile.separator)
        return self.cost(frame + entries + between + prose)

    def used(self, shown: Shown) -> tuple[int, int]:
        """Return what the client counts for the list, and the prose in it, in characters."""
        entries = self.listed(shown)
        if self.budget.counts == "each-entry-and-newline":
            return sum(map(self.line, entries)), 0
        if self.budget.counts == "joined-entries":
            return sum(map(self.cost, entries)) + max(0, len(entries) - 1), 0
        whole = shown == self.everything or all(
            left is None or left == text for left, text in zip(shown, self.everything, strict=True)
        )
        prose = prose_size(self.budget, len(entries), len(self.items), None if whole else int(any(shown)))
        return self.block(sum(entries), len(entries), prose), prose


def prose_size(budget: ListBudget, count: int, total: int, cap: int | None) -> int:
    """Return the characters of the client's own words around a list in this state."""
    prose = budget.prose
    if cap is None:
        instructions, note, omitted = prose.full, 0, prose.note_omitted_full
    elif cap:
        instructions, note, omitted = prose.shortened, prose.note_shortened, prose.note_omitted_shortened
    else:
        instructions, note, omitted = prose.names, prose.note_names, prose.note_omitted_names
    if count == total:
        return instructions + note
    # A warning names both counts; a client without one has no length for it.
    digits = len(str(count)) + len(str(total)) if budget.prose.counted else 0
    return instructions + omitted + digits


def opening(profile: ClientProfile, base: str) -> str:
    """Return what stands above a client's list."""
    return profile.open.replace("{base}", base) if profile.short_base else profile.open


def omitted_line(profile: ClientProfile, shown: int, total: int, base: str) -> str:
    """Return the client's remark about skills that it left out, or an empty string."""
    if not profile.omitted_note or shown >= total:
        return ""
    return profile.omitted_note.format(shown=shown, total=total, omitted=total - shown, base=base)


def length(text: str, measure: Measure | Literal["bytes"]) -> int:
    """Return how many characters the client counts in `text`, or its bytes in UTF-8."""
    if measure == "code-points" or text.isascii():
        return len(text)
    if measure == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    if measure == "bytes":
        return len(text.encode("utf-8", "surrogatepass"))
    return sum(map(_columns, text))


@lru_cache(maxsize=1 << 14)
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
