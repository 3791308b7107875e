"""Each client's way of cutting, against the slowest and plainest way to do the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.clients import overflow
from skillaudit.clients.entries import Item, render_entry
from skillaudit.clients.lengths import Lengths, omitted_line
from skillaudit.clients.profiles import ClientProfile, ListBudget, Prose, Unit, profile

from .libraries import shown_of

CODEX, CLAUDE, OPENCLAW, CURSOR = (profile(name) for name in ("codex", "claude-code", "openclaw", "cursor"))
OLD_CLAUDE = profile("claude-code@2.1.30")


def budget_of(rule: ClientProfile) -> ListBudget:
    assert rule.budget is not None
    return rule.budget


def items(*descriptions: str) -> list[Item]:
    return [
        Item(at=n, name=f"s{n}", description=text, whole=text, location=f"/s{n}", number=f"skill_{n:03d}")
        for n, text in enumerate(descriptions)
    ]


def measured(
    listed: list[Item], rule: ClientProfile, budget: ListBudget | None = None, unit: Unit = "characters"
) -> Lengths:
    made = [shown_of(item, rule) for item in listed]
    return Lengths(made, rule, budget or budget_of(rule), unit, "/b")


ITEMS = st.lists(st.text("abc é", max_size=30), min_size=1, max_size=7).map(lambda texts: items(*texts))
LIMITS = st.integers(0, 330)


@given(ITEMS, LIMITS)
def test_stop(listed: list[Item], limit: int) -> None:
    got = overflow.stop(measured(listed, CODEX), limit)
    expected: list[str | None] = []
    text = ""
    for item in listed:
        text += render_entry(item, item.description, CODEX) + "\n"
        if len(text) > limit:
            break
        expected.append(item.description)
    assert got == expected + [None] * (len(listed) - len(expected))


@given(ITEMS, LIMITS, st.randoms(use_true_random=False))
def test_drop_descriptions(listed: list[Item], limit: int, random: object) -> None:
    order = list(range(len(listed)))
    random.shuffle(order)  # type: ignore[attr-defined]  # as it comes
    got = overflow.drop_descriptions(measured(listed, CLAUDE), limit, order)
    expected: list[str | None] = [item.description for item in listed]

    def text() -> str:
        return "\n".join(
            render_entry(item, left or "", CLAUDE) for item, left in zip(listed, expected, strict=True)
        )

    for at in order:
        if len(text()) > limit:
            expected[at] = ""
    assert got == expected


@given(ITEMS, LIMITS, st.randoms(use_true_random=False))
def test_keep_most_used(listed: list[Item], limit: int, random: object) -> None:
    order = list(range(len(listed)))
    random.shuffle(order)  # type: ignore[attr-defined]  # as it comes
    got = overflow.keep_most_used(measured(listed, CLAUDE), limit, order)

    def length(left: list[str | None]) -> int:
        return len(
            "\n".join(render_entry(i, text or "", CLAUDE) for i, text in zip(listed, left, strict=True))
        )

    expected: list[str | None] = [item.description for item in listed]
    if length(expected) > limit:
        expected = [""] * len(listed)
        for at in order:
            tried = [*expected[:at], listed[at].description, *expected[at + 1 :]]
            expected = tried if length(tried) <= limit else expected
    assert got == expected


@given(ITEMS, LIMITS)
def test_equal_share(listed: list[Item], limit: int) -> None:
    budget = msgspec.structs.replace(budget_of(OLD_CLAUDE), min_cap=4)
    got = overflow.equal_share(measured(listed, OLD_CLAUDE, budget), limit)
    whole = "\n".join(render_entry(item, item.description, OLD_CLAUDE) for item in listed)
    if len(whole) <= limit:
        assert got == [item.description for item in listed]
        return
    frame = sum(len(item.name) + 4 for item in listed) + len(listed) - 1
    share = math.floor((limit - frame) / len(listed))
    if share < 4:
        assert got == [""] * len(listed)
    else:
        assert got == [
            text if len(text) <= share else text[: share - 1] + "…"
            for text in (i.description for i in listed)
        ]


@pytest.mark.parametrize("unit", ["characters", "tokens"])
@given(listed=ITEMS, limit=LIMITS)
def test_round_robin(listed: list[Item], limit: int, unit: Unit) -> None:
    def cost(item: Item, length: int) -> int:
        line = render_entry(item, item.description[:length], CODEX) + "\n"
        return len(line) if unit == "characters" else math.ceil(len(line.encode()) / 4)

    got = overflow.round_robin(measured(listed, CODEX, unit=unit), limit)
    if sum(cost(item, len(item.description)) for item in listed) <= limit:
        assert got == [item.description for item in listed]
        return
    if sum(cost(item, 0) for item in listed) > limit:
        left = limit
        for item, shown in zip(listed, got, strict=True):
            fits = cost(item, 0) <= left
            assert shown == ("" if fits else None)
            left -= cost(item, 0) if fits else 0
        return
    lengths = [0] * len(listed)
    changed = True
    while changed:
        changed = False
        for at, item in enumerate(listed):
            if lengths[at] == len(item.description):
                continue
            total = sum(cost(other, lengths[n] + (n == at)) for n, other in enumerate(listed))
            if total <= limit:
                lengths[at] += 1
                changed = True
    assert got == [item.description[:length] for item, length in zip(listed, lengths, strict=True)]


PROSE = Prose(
    full=9,
    shortened=11,
    names=10,
    note_names=3,
    note_shortened=5,
    note_omitted_full=1,
    note_omitted_names=4,
    note_omitted_shortened=6,
    counted=True,
)


def block_size(rule: ClientProfile, listed: list[Item], count: int, cap: int | None, prose: bool) -> int:
    """Return the characters of a whole list, the client's own words included."""
    shown = []
    for item in listed[:count]:
        text = item.description
        if cap is not None:
            suffix = budget_of(rule).cap_suffix
            if len(text) > cap:
                text = text[:cap] if cap <= len(suffix) else text[: cap - len(suffix)].rstrip() + suffix
        shown.append(render_entry(item, text, rule))
    total = len(listed)
    remark = omitted_line(rule, count, total, "/b")
    size = len(rule.open + rule.separator.join(shown) + remark + rule.close)
    if not prose:
        return size
    size += 9 if cap is None else 11 if cap else 10
    if count < total:
        return size + (1 if cap is None else 6 if cap else 4) + len(str(count)) + len(str(total))
    return size + (0 if cap is None else 5 if cap else 3)


@given(ITEMS, st.integers(60, 1100), st.integers(1, 8))
def test_common_cap_with_names_first(listed: list[Item], limit: int, most: int) -> None:
    budget = msgspec.structs.replace(
        budget_of(OPENCLAW), max_entries=most, prose=PROSE, min_cap=4, max_cap=12
    )
    got = overflow.common_cap(measured(listed, OPENCLAW, budget), limit)

    def fits(count: int, cap: int | None) -> bool:
        return block_size(OPENCLAW, listed, count, cap, True) <= limit

    count = min(most, len(listed))
    cap: int | None = None
    if not fits(count, None):
        while count and not fits(count, 0):
            count -= 1
        caps = [cap for cap in range(4, 13) if fits(count, cap)]
        cap = caps[-1] if caps and any(item.description for item in listed[:count]) else 0
    assert [left is not None for left in got] == [True] * count + [False] * (len(listed) - count)
    for item, left in zip(listed[:count], got[:count], strict=True):
        whole = item.description
        assert left is not None
        if cap is None or (cap and len(whole) <= cap):
            assert left == whole
        elif cap == 0:
            assert left == ""
        else:
            assert left == (whole[: cap - 3].rstrip() + "..." if cap > 3 else whole[:cap])


@given(ITEMS, st.integers(5, 140))
def test_common_cap_with_a_threshold(listed: list[Item], limit: int) -> None:
    budget = msgspec.structs.replace(
        budget_of(CURSOR), prose=Prose(), min_cap=6, max_cap=20, cap_threshold=10, rounding="nearest"
    )
    got = overflow.common_cap(measured(listed, CURSOR, budget, "tokens"), limit)

    def fits(count: int, cap: int | None) -> bool:
        return (block_size(CURSOR, listed, count, cap, False) + 2) // 4 <= limit

    total = len(listed)
    longest = max(len(item.description) for item in listed)
    caps = [cap for cap in range(6, min(20, longest - 1) + 1) if fits(total, cap)] if longest > 10 else []
    if fits(total, None):
        assert got == [item.description for item in listed]
    elif caps:
        assert [len(left or "") <= caps[-1] for left in got] == [True] * total
        assert all(
            left == item.description or (left or "").endswith("...")
            for item, left in zip(listed, got, strict=True)
        )
        assert any(len(item.description) > caps[-1] for item in listed)
        assert block_size(CURSOR, listed, total, caps[-1], False) == len(
            CURSOR.open
            + CURSOR.separator.join(
                render_entry(i, left or "", CURSOR) for i, left in zip(listed, got, strict=True)
            )
            + CURSOR.close
        )
    else:
        count = total
        while count and not fits(count, 0):
            count -= 1
        assert got == [""] * count + [None] * (total - count)


@pytest.mark.parametrize(
    ("cap", "expected"), [(9, "some text"), (8, "some..."), (7, "some..."), (4, "s..."), (3, "som"), (0, "")]
)
def test_cut_to(cap: int, expected: str) -> None:
    assert overflow.cut_to("some text", cap, "...") == expected


FIXED = (
    items("a plain text", "b", "", "c cc ccc cccc ccccc", "é é é é é é"),
    items("x" * 21, "y" * 20, "z" * 12, "w" * 11),
)


@pytest.mark.parametrize("listed", FIXED)
def test_every_limit(listed: list[Item]) -> None:
    """Walk through every limit, so that no boundary is missed by chance."""
    for limit in range(0, 260):
        inner(test_stop)(listed, limit)
        inner(test_equal_share)(listed, limit)
        inner(test_round_robin)(listed=listed, limit=limit, unit="characters")
        inner(test_round_robin)(listed=listed, limit=limit, unit="tokens")
        inner(test_common_cap_with_a_threshold)(listed, limit)
    for limit in range(80, 760):
        inner(test_common_cap_with_names_first)(listed, limit, 4)


def inner(test: Any) -> Callable[..., None]:
    """Return the body of a property."""
    body: Callable[..., None] = test.hypothesis.inner_test
    return body
