"""What gives way when a list is too long: one function per client's rule.

Each takes the items in the order shown and returns, for each, the description that is left: the
whole of it, a part, an empty string for a name alone, or None for a skill that is not listed at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from skillaudit.clients.entries import Item, in_unit, render_entry, size, width
from skillaudit.clients.profiles import ClientProfile, ListBudget, Unit

Shown = list[str | None]


def _cost(item: Item, description: str, profile: ClientProfile, unit: Unit, budget: ListBudget) -> int:
    """Cost of one entry with the newline that ends it."""
    return size(render_entry(item, description, profile) + "\n", unit, budget)


def stop(items: Sequence[Item], profile: ClientProfile, budget: ListBudget, limit: int, unit: Unit) -> Shown:
    """List in order and end at the first entry that does not fit."""
    shown: Shown = [None] * len(items)
    used = 0
    for position, item in enumerate(items):
        used += _cost(item, item.description, profile, unit, budget)
        if used > limit:
            break
        shown[position] = item.description
    return shown


def drop_descriptions(
    items: Sequence[Item],
    profile: ClientProfile,
    budget: ListBudget,
    limit: int,
    unit: Unit,
    drop_order: Sequence[int],
) -> Shown:
    """Keep every name and drop descriptions in `drop_order` until the rest fits."""
    shown: Shown = [item.description for item in items]
    full = [size(render_entry(item, item.description, profile), unit, budget) for item in items]
    bare = [size(render_entry(item, "", profile), unit, budget) for item in items]
    used = sum(full) + max(0, len(items) - 1)
    for position in drop_order:
        if used <= limit:
            break
        used -= full[position] - bare[position]
        shown[position] = ""
    return shown


def keep_most_used(
    items: Sequence[Item],
    profile: ClientProfile,
    budget: ListBudget,
    limit: int,
    unit: Unit,
    use_order: Sequence[int],
) -> Shown:
    """Keep every name, and descriptions in `use_order` as long as each fits; a shorter one may fit after a longer."""
    full = [size(render_entry(item, item.description, profile), unit, budget) for item in items]
    between = max(0, len(items) - 1)
    if sum(full) + between <= limit:
        return [item.description for item in items]
    bare = [size(render_entry(item, "", profile), unit, budget) for item in items]
    room = limit - sum(bare) - between
    shown: Shown = [""] * len(items)
    for position in use_order:
        if full[position] - bare[position] <= room:
            room -= full[position] - bare[position]
            shown[position] = items[position].description
    return shown


def equal_share(
    items: Sequence[Item], profile: ClientProfile, budget: ListBudget, limit: int, unit: Unit
) -> Shown:
    """Give each description the same number of characters, or none below a floor."""
    full = sum(size(render_entry(item, item.description, profile), unit, budget) for item in items)
    if full + len(items) - 1 <= limit:
        return [item.description for item in items]
    # The client counts four characters beside the name: the dash, the colon and two blanks.
    names = sum(width(item.name, budget.measure) + 4 for item in items) + len(items) - 1
    share = (limit - names) // len(items)
    if share < budget.min_cap:
        return [""] * len(items)
    return [cut_to(item.description, share, budget.cap_suffix, strip=False) for item in items]


def round_robin(
    items: Sequence[Item], profile: ClientProfile, budget: ListBudget, limit: int, unit: Unit
) -> Shown:
    """Hand out characters one at a time in turn; if not even names fit, list those that do."""
    if sum(_cost(item, item.description, profile, unit, budget) for item in items) <= limit:
        return [item.description for item in items]
    names = [_cost(item, "", profile, unit, budget) for item in items]
    if sum(names) > limit:
        shown: Shown = [None] * len(items)
        used = 0
        for position, cost in enumerate(names):
            if used + cost <= limit:
                used += cost
                shown[position] = ""
        return shown
    lengths = _deal_out(items, profile, budget, limit - sum(names), unit)
    return [item.description[:length] for item, length in zip(items, lengths, strict=True)]


def _deal_out(
    items: Sequence[Item], profile: ClientProfile, budget: ListBudget, remaining: int, unit: Unit
) -> list[int]:
    """Return how many characters of each description fit when each gets one in turn."""
    by_bytes = unit == "tokens" and budget.rounding == "up"
    name_sizes, name_costs, char_sizes = [], [], []
    for item in items:
        line = render_entry(item, "", profile) + "\n"
        length = len(line.encode("utf-8", "surrogatepass")) if by_bytes else width(line, budget.measure)
        name_sizes.append(length)
        name_costs.append(in_unit(length, unit, budget))
        char_sizes.append(
            [
                len(char.encode("utf-8", "surrogatepass")) if by_bytes else width(char, budget.measure)
                for char in item.description
            ]
        )
    lengths = [0] * len(items)
    paid = [0] * len(items)
    # One more character than the description's own: the blank before it.
    sizes = [length + 1 for length in name_sizes]
    active = [position for position, item in enumerate(items) if item.description]
    while active:
        still = []
        for position in active:
            step = char_sizes[position][lengths[position]]
            cost = in_unit(sizes[position] + step, unit, budget) - name_costs[position]
            # A skill that cannot pay now may be able to no more: costs only grow, the rest only shrinks.
            if cost - paid[position] > remaining:
                continue
            remaining -= cost - paid[position]
            paid[position] = cost
            sizes[position] += step
            lengths[position] += 1
            if lengths[position] < len(char_sizes[position]):
                still.append(position)
        active = still
    return lengths


def cut_to(description: str, cap: int, suffix: str, *, strip: bool = True) -> str:
    """Cut a description to `cap` characters, the suffix that marks the cut included."""
    if len(description) <= cap:
        return description
    if cap <= len(suffix):
        return description[:cap]
    head = description[: cap - len(suffix)]
    return (head.rstrip() if strip else head) + suffix


def common_cap(
    items: Sequence[Item], profile: ClientProfile, budget: ListBudget, limit: int, unit: Unit, base: str
) -> Shown:
    """Cut every description at the largest length that lets the block fit, else names, else fewer names."""
    block = _Block(items, profile, budget, base)

    def fits(count: int, cap: int | None) -> bool:
        return in_unit(block.characters(count, cap), unit, budget) <= limit

    count = len(block.listed)
    if fits(count, None):
        return block.shown(count, None)
    all_names_fit = fits(count, 0)
    if budget.names_first and not all_names_fit:
        count = _largest(0, count, lambda middle: fits(middle, 0))
    low, high = budget.min_cap, budget.max_cap
    longest = max((len(item.description) for item in block.listed[:count]), default=0)
    if budget.cap_threshold:
        high = min(high, longest - 1)
    if high and longest > budget.cap_threshold and low <= high and fits(count, low):
        return block.shown(count, _largest(low, high, lambda middle: fits(count, middle)))
    if not all_names_fit:
        count = _largest(0, count, lambda middle: fits(middle, 0))
    return block.shown(count, 0)


class _Block:
    """The size of a whole list for a number of entries and a cap on descriptions.

    A cap of None means descriptions as they are, 0 means names alone.
    """

    def __init__(self, items: Sequence[Item], profile: ClientProfile, budget: ListBudget, base: str) -> None:
        self.listed = items[: budget.max_entries] if budget.max_entries is not None else items
        self._total = len(items)
        self._profile, self._budget, self._base = profile, budget, base
        bare = (width(render_entry(item, "", profile), budget.measure) for item in self.listed)
        self._bare_sums = [0, *accumulate(bare)]

    def shown(self, count: int, cap: int | None) -> Shown:
        left = [self._cut(item, cap) for item in self.listed[:count]]
        return [*left, *([None] * (self._total - count))]

    def characters(self, count: int, cap: int | None) -> int:
        profile, measure = self._profile, self._budget.measure
        if cap == 0:
            entries = self._bare_sums[count]
        else:
            entries = sum(
                width(render_entry(item, self._cut(item, cap), profile), measure)
                for item in self.listed[:count]
            )
        between = max(0, count - 1) * len(profile.separator)
        remark = width(omitted_line(profile, count, self._total, self._base), measure)
        frame = width(profile.open + profile.close, measure)
        return frame + entries + between + remark + prose_size(self._budget, count, self._total, cap)

    def _cut(self, item: Item, cap: int | None) -> str:
        return item.description if cap is None else cut_to(item.description, cap, self._budget.cap_suffix)


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


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number for which `fits` holds, given that it holds for `low`."""
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def omitted_line(profile: ClientProfile, shown: int, total: int, base: str) -> str:
    """Return the client's remark about skills that it left out, or an empty string."""
    if not profile.omitted_note or shown >= total:
        return ""
    return profile.omitted_note.format(shown=shown, total=total, omitted=total - shown, base=base)
