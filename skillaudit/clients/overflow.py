"""What gives way when a list is too long: one function per client's rule.

Each takes the items in the order shown, with the lengths of their entries, and returns what is left of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from skillaudit.clients.lengths import Lengths, Shown, prose_size


def stop(lengths: Lengths, limit: int) -> Shown:
    """List in order and end at the first entry that does not fit."""
    shown: Shown = [None] * len(lengths.items)
    used = 0
    for position, item in enumerate(lengths.items):
        used += lengths.line(lengths.full[position])
        if used > limit:
            break
        shown[position] = item.description
    return shown


def drop_descriptions(lengths: Lengths, limit: int, drop_order: Sequence[int]) -> Shown:
    """Keep every name and drop descriptions in `drop_order` until the rest fits."""
    shown = lengths.everything.copy()
    full, bare = list(map(lengths.cost, lengths.full)), list(map(lengths.cost, lengths.bare))
    used = sum(full) + max(0, len(full) - 1)
    for position in drop_order:
        if used <= limit:
            break
        used -= full[position] - bare[position]
        shown[position] = ""
    return shown


def keep_most_used(lengths: Lengths, limit: int, use_order: Sequence[int]) -> Shown:
    """Keep every name, and descriptions in `use_order` as long as each fits; a shorter one may fit after a longer."""
    full, bare = list(map(lengths.cost, lengths.full)), list(map(lengths.cost, lengths.bare))
    between = max(0, len(full) - 1)
    if sum(full) + between <= limit:
        return lengths.everything
    room = limit - sum(bare) - between
    shown: Shown = [""] * len(full)
    for position in use_order:
        if full[position] - bare[position] <= room:
            room -= full[position] - bare[position]
            shown[position] = lengths.items[position].description
    return shown


def equal_share(lengths: Lengths, limit: int) -> Shown:
    """Give each description the same number of characters, or none below a floor."""
    items, budget = lengths.items, lengths.budget
    if sum(map(lengths.cost, lengths.full)) + len(items) - 1 <= limit:
        return lengths.everything
    # The client counts four characters beside the name: the dash, the colon and two blanks.
    names = sum(lengths.text(item.name) + 4 for item in items) + len(items) - 1
    share = (limit - names) // len(items)
    if share < budget.min_cap:
        return [""] * len(items)
    return [cut_to(item.description, share, budget.cap_suffix, strip=False) for item in items]


def round_robin(lengths: Lengths, limit: int) -> Shown:
    """Hand out characters one at a time in turn; if not even names fit, list those that do."""
    if sum(map(lengths.line, lengths.full)) <= limit:
        return lengths.everything
    names = list(map(lengths.line, lengths.bare))
    if sum(names) > limit:
        shown: Shown = [None] * len(names)
        used = 0
        for position, cost in enumerate(names):
            if used + cost <= limit:
                used += cost
                shown[position] = ""
        return shown
    dealt = _deal_out(lengths, names, limit - sum(names))
    return [item.description[:count] for item, count in zip(lengths.items, dealt, strict=True)]


def _deal_out(lengths: Lengths, names: Sequence[int], remaining: int) -> list[int]:
    """Return how many characters of each description fit when each gets one in turn."""
    steps = [
        [1] * len(text) if text.isascii() else list(map(lengths.text, text))
        for text in (item.description for item in lengths.items)
    ]
    dealt = [0] * len(names)
    paid = [0] * len(names)
    # Two more characters than the description's own: the blank before it and the newline.
    sizes = [bare + 2 for bare in lengths.bare]
    active = [position for position, item in enumerate(lengths.items) if item.description]
    while active:
        still = []
        for position in active:
            step = steps[position][dealt[position]]
            cost = lengths.cost(sizes[position] + step) - names[position]
            # A skill that cannot pay now may be able to no more: costs only grow, the rest only shrinks.
            if cost - paid[position] > remaining:
                continue
            remaining -= cost - paid[position]
            paid[position] = cost
            sizes[position] += step
            dealt[position] += 1
            if dealt[position] < len(steps[position]):
                still.append(position)
        active = still
    return dealt


def cut_to(description: str, cap: int, suffix: str, *, strip: bool = True) -> str:
    """Cut a description to `cap` characters, the suffix that marks the cut included."""
    if len(description) <= cap:
        return description
    if cap <= len(suffix):
        return description[:cap]
    head = description[: cap - len(suffix)]
    return (head.rstrip() if strip else head) + suffix


def common_cap(lengths: Lengths, limit: int) -> Shown:
    """Cut every description at the largest length that lets the block fit, else names, else fewer names."""
    budget, total = lengths.budget, len(lengths.items)
    listed = lengths.items[: budget.max_entries]
    names = [0, *accumulate(lengths.entry(item, "") for item in listed)]

    def cut(count: int, cap: int) -> list[str]:
        return [cut_to(item.description, cap, budget.cap_suffix) for item in listed[:count]]

    def fits(count: int, cap: int) -> bool:
        entries = sum(map(lengths.entry, listed, cut(count, cap))) if cap else names[count]
        return lengths.block(entries, count, prose_size(budget, count, total, cap)) <= limit

    count = len(listed)
    prose = prose_size(budget, count, total, None)
    if lengths.block(sum(lengths.full[:count]), count, prose) <= limit:
        return [*lengths.everything[:count], *[None] * (total - count)]
    all_names_fit = fits(count, 0)
    if budget.names_first and not all_names_fit:
        count = _largest(0, count, lambda middle: fits(middle, 0))
    low, high = budget.min_cap, budget.max_cap
    longest = max((len(item.description) for item in listed[:count]), default=0)
    if budget.cap_threshold:
        high = min(high, longest - 1)
    if high and longest > budget.cap_threshold and low <= high and fits(count, low):
        cap = _largest(low, high, lambda middle: fits(count, middle))
        return [*cut(count, cap), *[None] * (total - count)]
    if not all_names_fit:
        count = _largest(0, count, lambda middle: fits(middle, 0))
    return [*[""] * count, *[None] * (total - count)]


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number for which `fits` holds, given that it holds for `low`."""
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
