"""What one client really shows the model for a set of skills, to the character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from skillaudit.clients import overflow
from skillaudit.clients.entries import Entrant, Item, make_items, ordered, render_entry
from skillaudit.clients.lengths import Lengths, Shown, omitted_line, opening
from skillaudit.clients.loading import Loaded, loading
from skillaudit.clients.profiles import Aliases, ClientProfile, ListBudget, Unit, profile
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
    laid = lay(skills, profile(client), context=context, order=order, base=base)
    rule, cut = laid.rule, laid.cut
    items = {item.at: item for item in cut.items}
    return Listing(
        client=rule.id,
        date=rule.date,
        text=_written(cut, rule),
        entries=tuple(
            _entry(skill, kept, items.get(at))
            for at, (skill, kept) in enumerate(zip(skills, laid.kept, strict=True))
        ),
        unit=cut.unit,
        used=cut.used,
        budget=cut.limit,
        whole=cut.whole,
        prose=cut.prose,
        context=context,
        order=order,
        assumption=laid.assumption,
        found=laid.found,
    )


Kept = tuple[State, str, int, str]
"""What is left of one skill: its state, the description as shown, the characters lost, and why it is invisible."""


class Laid(Record):
    """A client's list for a set of skills before it is written out."""

    rule: ClientProfile
    found: tuple[Loaded, ...]
    kept: list[Kept]
    """One for each skill that was given, in that order, as are `found`."""
    cut: Cut
    assumption: str


class Cut(Record):
    """The outcome of a budget: what is left of the items of a list, and what the client counts, in `unit`."""

    items: list[Item]
    shown: Shown
    base: str
    unit: Unit
    used: int
    limit: int | None
    whole: int
    prose: int = 0
    table: str = ""
    """Short paths that stand below the first line of the list."""


def lay(
    skills: Sequence[Skill],
    rule: ClientProfile,
    *,
    context: int | None = None,
    order: DropOrder = "declared",
    base: str | None = None,
    plain: Sequence[Loaded | None] = (),
) -> Laid:
    """Return what a list holds and what is lost, all of `listing` but its texts; `plain` is as for `loading`."""
    base = rule.base if base is None else base.rstrip("/")
    found = loading(skills, rule, plain)
    hidden = _hidden(skills, found, rule)
    listed: list[Entrant] = []
    for at, (skill, one) in enumerate(zip(skills, found, strict=True)):
        if at not in hidden:
            listed.append((at, skill, one))
            for name in one.twice:  # the same text stands in the list under each of its names
                listed.append((-1, skill, msgspec.structs.replace(one, name=name)))
    cut = _fit(make_items(ordered(listed, rule), rule, base), rule, context, order, base)
    kept: list[Kept] = [("invisible", "", 0, "")] * len(skills)
    for at, reason in hidden.items():
        kept[at] = ("invisible", "", len(skills[at].description), reason)
    for item, left in zip(cut.items, cut.shown, strict=True):
        if item.at >= 0:
            kept[item.at] = _kept(item, left)
    return Laid(
        rule=rule,
        found=found,
        kept=kept,
        cut=cut,
        assumption=_ASSUMPTIONS[order] if rule.order_matters else "",
    )


def _hidden(skills: Sequence[Skill], found: Sequence[Loaded], rule: ClientProfile) -> dict[int, str]:
    """Return the places of skills that never reach the list, with the reason."""
    hidden: dict[int, str] = {}
    taken: set[str] = set()
    places = range(len(skills))
    for at in reversed(places) if rule.same_name == "last" else places:
        skill, one = skills[at], found[at]
        if skill.out == "excluded":
            hidden[at] = "left out"
        elif not one.listed:
            hidden[at] = one.reason
        elif skill.manual_only and rule.honours_manual_only and _honours(skill, rule):
            hidden[at] = "manual-only"
        elif rule.same_name != "both":
            if one.name in taken:
                hidden[at] = "same name"
            taken.add(one.name)
    return hidden


def _honours(skill: Skill, rule: ClientProfile) -> bool:
    return not skill.manual_by or not set(skill.manual_by).isdisjoint(rule.loading.manual)


_UNBOUNDED = ListBudget(unit="characters", measure="code-points", counts="block", overflow="stop")


def _fit(items: list[Item], rule: ClientProfile, context: int | None, order: DropOrder, base: str) -> Cut:
    budget = rule.budget or _UNBOUNDED
    limit, unit = budget.limit_for(context)
    lengths = Lengths(items, rule, budget, unit, base)
    shown = _overflow(lengths, limit, order) if rule.budget else lengths.everything
    used, prose = lengths.used(shown)
    plain = Cut(
        items=items,
        shown=shown,
        base=base,
        unit=unit,
        used=used,
        limit=limit if rule.budget else None,
        whole=lengths.used(lengths.everything)[0],
        prose=prose,
    )
    if budget.context_divisor is not None and context is not None:
        return _for_context(plain, lengths, context // budget.context_divisor)
    if rule.aliases is None or shown == lengths.everything:
        return plain
    return _with_aliases(plain, rule.aliases, limit, lengths)


def _overflow(lengths: Lengths, limit: int, order: DropOrder) -> Shown:
    if not lengths.items:
        return []
    match lengths.budget.overflow:
        case "stop":
            return overflow.stop(lengths, limit)
        case "drop-descriptions":
            return overflow.drop_descriptions(lengths, limit, _drop_order(lengths.items, order))
        case "keep-most-used":
            return overflow.keep_most_used(lengths, limit, _drop_order(lengths.items, order)[::-1])
        case "equal-share":
            return overflow.equal_share(lengths, limit)
        case "round-robin":
            return overflow.round_robin(lengths, limit)
        case "common-cap":
            return overflow.common_cap(lengths, limit)


def _drop_order(items: Sequence[Item], order: DropOrder) -> list[int]:
    positions = list(range(len(items)))
    if order == "declared":
        return positions[::-1]
    if order == "sessions":
        return sorted(positions, key=lambda at: (items[at].used, -at))
    longest_first = order == "best"
    return sorted(positions, key=lambda at: (-1 if longest_first else 1) * len(items[at].description))


def _for_context(plain: Cut, lengths: Lengths, room: int) -> Cut:
    """Cut all descriptions once more, at the longest cap that brings the whole below `room` characters."""
    if plain.used <= room:
        return plain
    budget = lengths.budget
    frame = plain.used - lengths.cost(sum(lengths.listed(plain.shown)))

    def cut(cap: int) -> Cut:
        shown = [text and overflow.cut_to(text, cap, budget.cap_suffix) for text in plain.shown]
        used = frame + lengths.cost(sum(lengths.listed(shown)))
        return msgspec.structs.replace(plain, shown=shown, used=used)

    low, high = budget.context_caps
    best = cut(low)
    while low <= high:
        middle = (low + high) // 2
        if (found := cut(middle)).used <= room:
            best, low = found, middle + 1
        else:
            high = middle - 1
    return best if best.used < plain.used else plain


def _with_aliases(plain: Cut, aliases: Aliases, limit: int, lengths: Lengths) -> Cut:
    """Return the list with short paths where that shows more than absolute paths do."""
    base = lengths.base
    table = aliases.heading + "\n" + aliases.root.format(index=0, base=base) + "\n"
    with_table = lengths.text("x" * aliases.prose_with_aliases + table)
    overhead = lengths.cost(with_table) - lengths.cost(aliases.prose)
    if overhead >= limit:
        return plain
    short = [
        msgspec.structs.replace(item, location="r0" + item.location.removeprefix(base))
        for item in plain.items
    ]
    aliased = Lengths(short, lengths.profile, lengths.budget, plain.unit, base)
    shown = _overflow(aliased, limit - overhead, "declared")
    used = aliased.used(shown)[0] + overhead

    def worth(shown: Shown, used: int) -> tuple[int, int, int]:
        left = [text for text in shown if text is not None]
        return len(left), sum(map(len, left)), -used

    if worth(shown, used) <= worth(plain.shown, plain.used):
        return plain
    return msgspec.structs.replace(plain, items=short, shown=shown, used=used, table=table)


def _written(cut: Cut, rule: ClientProfile) -> str:
    """Return a list as the model reads it."""
    both = zip(cut.items, cut.shown, strict=True)
    entries = [render_entry(item, left, rule) for item, left in both if left is not None]
    heading, line, rest = opening(rule, cut.base).partition("\n")
    remark = omitted_line(rule, len(entries), len(cut.items), cut.base)
    return heading + line + cut.table + rest + rule.separator.join(entries) + remark + rule.close


def _kept(item: Item, left: str | None) -> Kept:
    if left is None:
        return "invisible", "", len(item.whole), "over budget"
    if left == item.whole:
        return "full" if left else "name-only", left, 0, ""
    # What remains is a prefix but for the dots that some clients end it with.
    kept = len(left) if item.whole.startswith(left) else _common(left, item.whole)
    return "shortened" if left else "name-only", left, len(item.whole) - kept, ""


def _common(a: str, b: str) -> int:
    """Return how many characters two texts share at the start."""
    pairs = zip(a, b, strict=False)
    return next((at for at, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(a), len(b)))


def _entry(skill: Skill, kept: Kept, item: Item | None) -> ListingEntry:
    state, left, lost, reason = kept
    name = handle = ""
    if item is not None and state != "invisible":
        name = item.name
        handle = name or item.location.split("/")[-2]
    return ListingEntry(
        id=skill.id,
        state=state,
        name=name,
        description=left,
        text=f"{handle}: {left}" if left else handle,
        lost=lost,
        reason=reason,
    )
