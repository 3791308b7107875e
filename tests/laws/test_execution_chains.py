"""Chains through hand-offs, and circles of them."""

from __future__ import annotations

import pytest

from skillaudit.laws.execution_chains import MAX_CHAINS, MAX_DEPTH, circles, mined_chains, ways
from skillaudit.laws.execution_handoffs import HandOff, hand_offs
from tests.laws.test_execution_handoffs import skill


def link(source: str, target: str, returns: bool = False) -> HandOff:
    return HandOff(source=source, target=target, line=1, text="", returns=returns)


@pytest.mark.parametrize(
    "body",
    [
        "Then use the `first` skill again, at most 3 times.",
        "No plan? Invoke the `first` skill.",
        "Always invoke the `first` skill first.",
    ],
)
def test_going_back_is_no_step_of_a_chain(body: str) -> None:
    links, _ = hand_offs([skill("first", "Then use the `second` skill."), skill("second", body)])
    assert [hand.returns for hand in links] == [False, True]
    chains, cut = mined_chains([skill("first"), skill("second")], links)
    assert [chain.skills for chain in chains] == [("first", "second")] and circles(links) == ()
    assert not cut
    assert chains[0].origin == "first/SKILL.md, body line 1" and chains[0].source == "hand-off"


def test_a_chain_ends_before_a_skill_that_only_a_person_can_start() -> None:
    skills = [
        skill("a-1", "Then use `b-1`.", manual_only=True),
        skill("b-1", "Then use `c-1`.\nThen use `d-1`."),
        skill("c-1", manual_only=True),
        skill("d-1"),
    ]
    assert [chain.skills for chain in mined_chains(skills, hand_offs(skills)[0])[0]] == [
        ("a-1", "b-1", "d-1")
    ]


def test_a_chain_names_the_place_that_tells_of_it() -> None:
    skills = [skill("teller", "Ways:\n`a-1` → `b-1`"), skill("a-1"), skill("b-1")]
    (chain,), _ = mined_chains(skills, hand_offs(skills)[0])
    assert chain.origin == "teller/SKILL.md, body line 2"


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ("ab bc", ["abc"]),
        ("ab bc bd", ["abc", "abd"]),
        ("ac bc cd", ["acd", "bcd"]),
        ("ab ba", ["ab"]),
        ("ab bc ca", ["abc"]),
        ("ab bc cb", ["abc"]),
        ("ab cd", ["ab", "cd"]),
    ],
)
def test_ways_are_as_long_as_they_can_be(pairs: str, found: list[str]) -> None:
    assert ["".join(way) for way in ways(link(*pair) for pair in pairs.split())[0]] == found


def test_ways_are_bounded() -> None:
    line = [link(f"s{n}", f"s{n + 1}") for n in range(40)]
    assert [len(way) for way in ways(line)[0]] == [MAX_DEPTH] and ways(line)[1]
    assert not ways(line[: MAX_DEPTH - 1])[1]
    lattice = [link(f"{row}a", f"{row + 1}{to}") for row in range(11) for to in "abc"]
    lattice += [link(f"{row}{of}", f"{row + 1}{to}") for row in range(1, 11) for of in "bc" for to in "abc"]
    assert len(ways(lattice)[0]) == 20 and ways(lattice)[1]
    many = [link(f"a{n}", f"b{n}") for n in range(900)]
    assert len(ways(many)[0]) == MAX_CHAINS and ways(many)[1]


def test_circles_are_named_once() -> None:
    links = [link("b", "a"), link("a", "b"), link("b", "c"), link("d", "e"), link("e", "d", True)]
    assert circles(links) == (("a", "b"),)
