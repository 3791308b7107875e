"""What one client really shows the model for a set of skills, to the character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from skillaudit.clients import overflow
from skillaudit.clients.entries import Item, make_items, ordered, render_entry, size
from skillaudit.clients.loading import Loaded, loading
from skillaudit.clients.profiles import ClientProfile, ListBudget, Unit, profile
from skillaudit.config import DropOrder
from skillaudit.schema import Record, Skill

State = Literal["full", "shortened", "name-only", "invisible"]

_ASSUMPTIONS = {
    "best": "the longest descriptions belong to the least used skills, so the fewest are dropped",
    "worst": "the shortest descriptions belong to the least used skills, so the most are dropped",
    "declared": "skills later in the library are used less",
    "sessions": "the client counts use as its own transcripts do",
}


class ListingEntry(Record):
    """What is left of one skill in a client's list."""

    id: str
    state: State
    name: str
    """As shown; empty when the client shows no name or not the skill."""
    description: str
    """As shown, before escaping."""
    text: str
    """The descriptor a router reads: `name: description`, a bare name, or nothing."""
    lost: int
    """Characters of the description that the model does not see."""
    reason: str = ""
    """Why it is invisible: `manual-only`, `same name`, `over budget`, `left out`, or why it is not loaded."""


class Listing(Record):
    """A client's list for a set of skills."""

    client: str
    """Id of the client profile."""
    date: str
    text: str
    """The list as the model reads it, without the client's own instructions around it."""
    entries: tuple[ListingEntry, ...]
    """One for each skill that was given, in that order."""
    unit: Unit
    used: int
    """What the client counts against its budget, in `unit`."""
    budget: int | None
    """None for a client without one."""
    whole: int
    """What it would count if nothing were cut."""
    prose: int
    """Characters of the client's instructions that `used` includes and `text` does not."""
    context: int | None
    """Context window in tokens that the budget was derived from, where it was given."""
    order: DropOrder
    assumption: str
    """What the result rests on that cannot be known from outside; empty for nothing."""
    found: tuple[Loaded, ...] = ()
    """What the client makes of each skill, parallel to `entries`."""

    def count(self, state: State) -> int:
        """Return how many skills are in `state`."""
        return sum(entry.state == state for entry in self.entries)


BY_NAME = frozenset({"claude-code"})
"""Clients whose settings can have a skill listed by its name alone."""
SHORTEST = 100
"""Characters of a description below which a list says too little to choose by: most first sentences fit, just."""


def listing(
    skills: Sequence[Skill],
    client: str,
    *,
    context: int | None = None,
    order: DropOrder = "declared",
    base: str | None = None,
) -> Listing:
    """Return what `client` shows the model for these skills (DESIGN section 3).

    `context` is the model's window in tokens; without it the client's own fallback holds. `order` matters
    only for clients that drop the least used first. `base` is the folder the skills are installed in, for
    clients that show paths. Raises `UsageError` for an unknown client.
    """
    rule = profile(client)
    base = rule.base if base is None else base.rstrip("/")
    found = {one.id: one for one in loading(skills, rule)}
    hidden = _hidden(skills, found, rule)
    listed, called = [], dict(found)
    for skill in (skill for skill in skills if skill.id not in hidden):
        listed.append(skill)
        for name in found[skill.id].twice:  # the same text stands in the list under each of its names
            listed.append(msgspec.structs.replace(skill, id=f"{skill.id}\0{name}"))
            called[listed[-1].id] = msgspec.structs.replace(found[skill.id], name=name)
    items = make_items(ordered(listed, called, rule), called, rule, base)
    cut = _fit(items, rule, context, order, base)
    shown = dict(zip((item.id for item in items), cut.shown, strict=True))
    by_id = {item.id: item for item in items}
    entries = tuple(
        _entry(skill, by_id[skill.id], shown[skill.id], rule)
        if skill.id in by_id
        else _invisible(skill, hidden[skill.id])
        for skill in skills
    )
    return Listing(
        client=rule.id,
        date=rule.date,
        text=cut.text,
        entries=entries,
        unit=cut.unit,
        used=cut.used,
        budget=cut.limit,
        whole=cut.whole,
        prose=cut.prose,
        context=context,
        order=order,
        assumption=_ASSUMPTIONS[order] if rule.order_matters else "",
        found=tuple(found.values()),
    )


class _Cut(Record):
    """The outcome of a budget."""

    shown: tuple[str | None, ...]
    text: str
    unit: Unit
    used: int
    limit: int | None
    whole: int
    prose: int = 0


def _hidden(skills: Sequence[Skill], found: Mapping[str, Loaded], rule: ClientProfile) -> dict[str, str]:
    """Return the ids of skills that never reach the list, with the reason."""
    hidden: dict[str, str] = {}
    winners: dict[str, str] = {}
    for skill in skills:
        name = found[skill.id].name
        if skill.out == "excluded":
            hidden[skill.id] = "left out"
        elif not found[skill.id].listed:
            hidden[skill.id] = found[skill.id].reason
        elif skill.manual_only and rule.honours_manual_only and _honours(skill, rule):
            hidden[skill.id] = "manual-only"
        elif rule.same_name != "both":
            earlier = winners.get(name)
            if earlier is not None:
                hidden[earlier if rule.same_name == "last" else skill.id] = "same name"
            if earlier is None or rule.same_name == "last":
                winners[name] = skill.id
    return hidden


def _honours(skill: Skill, rule: ClientProfile) -> bool:
    return not skill.manual_by or not set(skill.manual_by).isdisjoint(rule.loading.manual)


def _fit(items: list[Item], rule: ClientProfile, context: int | None, order: DropOrder, base: str) -> _Cut:
    budget = rule.budget
    everything = tuple(item.description for item in items)
    if budget is None:
        text = _render(items, everything, rule, base)
        return _Cut(
            shown=everything, text=text, unit="characters", used=len(text), limit=None, whole=len(text)
        )
    limit, unit = budget.limit_for(context)
    whole, _ = _used(items, everything, rule, budget, unit, base)
    shown = _overflow(items, rule, budget, limit, unit, order, base)
    used, prose = _used(items, shown, rule, budget, unit, base)
    plain = _Cut(
        shown=tuple(shown),
        text=_render(items, shown, rule, base),
        unit=unit,
        used=used,
        limit=limit,
        whole=whole,
        prose=prose,
    )
    if budget.context_divisor is not None and context is not None:
        return _for_context(items, plain, rule, budget, base, context // budget.context_divisor)
    if rule.aliases is None or plain.shown == everything:
        return plain
    return _with_aliases(items, plain, rule, budget, base)


def _overflow(
    items: list[Item],
    rule: ClientProfile,
    budget: ListBudget,
    limit: int,
    unit: Unit,
    order: DropOrder,
    base: str,
) -> overflow.Shown:
    if not items:
        return []
    match budget.overflow:
        case "stop":
            return overflow.stop(items, rule, budget, limit, unit)
        case "drop-descriptions":
            return overflow.drop_descriptions(items, rule, budget, limit, unit, _drop_order(items, order))
        case "keep-most-used":
            return overflow.keep_most_used(items, rule, budget, limit, unit, _drop_order(items, order)[::-1])
        case "equal-share":
            return overflow.equal_share(items, rule, budget, limit, unit)
        case "round-robin":
            return overflow.round_robin(items, rule, budget, limit, unit)
        case "common-cap":
            return overflow.common_cap(items, rule, budget, limit, unit, base)


def _drop_order(items: list[Item], order: DropOrder) -> list[int]:
    positions = list(range(len(items)))
    if order == "declared":
        return positions[::-1]
    if order == "sessions":
        return sorted(positions, key=lambda at: (items[at].used, -at))
    longest_first = order == "best"
    return sorted(positions, key=lambda at: (-1 if longest_first else 1) * len(items[at].description))


def _for_context(
    items: list[Item], plain: _Cut, rule: ClientProfile, budget: ListBudget, base: str, room: int
) -> _Cut:
    """Cut all descriptions once more, at the longest cap that brings the whole below `room` characters."""
    if plain.used <= room:
        return plain

    def cut(cap: int) -> _Cut:
        shown = tuple(text and overflow.cut_to(text, cap, budget.cap_suffix) for text in plain.shown)
        text = _render(items, shown, rule, base)
        used = plain.used + size(text, plain.unit, budget) - size(plain.text, plain.unit, budget)
        return msgspec.structs.replace(plain, shown=shown, text=text, used=used)

    low, high = budget.context_caps
    best = cut(low)
    while low <= high:
        middle = (low + high) // 2
        if (found := cut(middle)).used <= room:
            best, low = found, middle + 1
        else:
            high = middle - 1
    return best if best.used < plain.used else plain


def _with_aliases(items: list[Item], plain: _Cut, rule: ClientProfile, budget: ListBudget, base: str) -> _Cut:
    """Return the list with short paths where that shows more than absolute paths do."""
    aliases = rule.aliases
    if aliases is None or plain.limit is None:
        return plain
    table = aliases.heading + "\n" + aliases.root.format(index=0, base=base) + "\n"
    with_table = "x" * aliases.prose_with_aliases + table
    overhead = size(with_table, plain.unit, budget) - size("x" * aliases.prose, plain.unit, budget)
    if overhead >= plain.limit:
        return plain
    short = [
        msgspec.structs.replace(item, location="r0" + item.location.removeprefix(base)) for item in items
    ]
    shown = _overflow(short, rule, budget, plain.limit - overhead, plain.unit, "declared", base)
    used = _used(short, shown, rule, budget, plain.unit, base)[0] + overhead
    better = (_listed(shown), -_lost(items, shown), -used) > (
        _listed(plain.shown),
        -_lost(items, plain.shown),
        -plain.used,
    )
    if not better:
        return plain
    heading, _, rest = rule.open.partition("\n")
    text = f"{heading}\n{table}{rest}" + _render(short, shown, rule, base).removeprefix(rule.open)
    return msgspec.structs.replace(plain, shown=tuple(shown), text=text, used=used)


def _listed(shown: Sequence[str | None]) -> int:
    return sum(description is not None for description in shown)


def _lost(items: list[Item], shown: Sequence[str | None]) -> int:
    return sum(len(item.description) - len(left or "") for item, left in zip(items, shown, strict=True))


def _used(
    items: list[Item],
    shown: Sequence[str | None],
    rule: ClientProfile,
    budget: ListBudget,
    unit: Unit,
    base: str,
) -> tuple[int, int]:
    """Return what the client counts for this list, in `unit`, and the prose in it, in characters."""
    if budget.counts == "each-entry-and-newline":
        return sum(size(entry + "\n", unit, budget) for entry in _entries(items, shown, rule)), 0
    if budget.counts == "joined-entries":
        entries = _entries(items, shown, rule)
        return sum(size(entry, unit, budget) for entry in entries) + max(0, len(entries) - 1), 0
    whole = all(left is None or left == item.description for item, left in zip(items, shown, strict=True))
    cap = None if whole else int(any(shown))
    prose = overflow.prose_size(budget, _listed(shown), len(items), cap)
    text = _render(items, shown, rule, base)
    # The filler stands for the client's own words, which are plain ASCII but for the warning sign.
    return size(text + "x" * prose, unit, budget), prose


def _entries(items: list[Item], shown: Sequence[str | None], rule: ClientProfile) -> list[str]:
    both = zip(items, shown, strict=True)
    return [render_entry(item, left, rule) for item, left in both if left is not None]


def _render(items: list[Item], shown: Sequence[str | None], rule: ClientProfile, base: str) -> str:
    entries = _entries(items, shown, rule)
    remark = overflow.omitted_line(rule, len(entries), len(items), base)
    opening = rule.open.replace("{base}", base) if rule.short_base else rule.open
    return opening + rule.separator.join(entries) + remark + rule.close


def _entry(skill: Skill, item: Item, left: str | None, rule: ClientProfile) -> ListingEntry:
    if left is None:
        return _invisible(skill, "over budget", len(item.whole))
    state: State = "name-only"
    if left:
        state = "full" if left == item.whole else "shortened"
    name = item.name if "{name}" in rule.entry else ""
    handle = name or item.location.split("/")[-2]
    # What remains is a prefix but for the dots that some clients end it with.
    kept = len(left) if item.whole.startswith(left) else _common(left, item.whole)
    return ListingEntry(
        id=skill.id,
        state=state,
        name=name,
        description=left,
        text=f"{handle}: {left}" if left else handle,
        lost=len(item.whole) - kept,
    )


def _common(a: str, b: str) -> int:
    """Return how many characters two texts share at the start."""
    pairs = zip(a, b, strict=False)
    return next((at for at, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(a), len(b)))


def _invisible(skill: Skill, reason: str, lost: int | None = None) -> ListingEntry:
    return ListingEntry(
        id=skill.id,
        state="invisible",
        name="",
        description="",
        text="",
        lost=len(skill.description) if lost is None else lost,
        reason=reason,
    )
