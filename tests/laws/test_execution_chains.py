"""Hand-offs in bodies, chains through them, and chains that a file declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillaudit.errors import LoadError
from skillaudit.laws.execution_chains import (
    MAX_CHAINS,
    MAX_DEPTH,
    HandOff,
    circles,
    hand_offs,
    mined_chains,
    read_chains,
    ways,
)
from skillaudit.schema import Skill


def skill(name: str, body: str = "", **more: object) -> Skill:
    return Skill(id=name, name=name, description=f"Does {name}.", body=body, path=f"{name}/SKILL.md", **more)  # type: ignore[arg-type]


def link(source: str, target: str, returns: bool = False) -> HandOff:
    return HandOff(source=source, target=target, line=1, text="", returns=returns)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Then use the `run-tests` skill.", True),
        ("When done, invoke run-tests on the result.", True),
        ("Next, call the run-tests skill with the files.", True),
        ("Hand over to run-tests.", True),
        ("Hand the results off to `run-tests`.", True),
        ("Pass the list on to **run-tests**.", True),
        ("REQUIRED SUB-SKILL: Use pack:run-tests", True),
        ("Proceed with run-tests.", True),
        ("Invoke the run-tests skill.", True),
        ("Once finished, move on to “run-tests”.", True),
        ("Then use the publish skill.", True),
        ("Then use `publish`.", True),
        ("Then publish it.", False),
        ("Then use publish and go.", False),
        ("Do not then use the run-tests skill.", False),
        ("For that, use run-tests instead; then use it.", False),
        ("See run-tests for details.", False),
        ("run-tests is fast.", False),
        ("Then use the my-run-tests skill.", False),
        ("Then use the run-tests-fast skill.", False),
    ],
)
def test_lines_that_hand_over(line: str, found: bool) -> None:
    links, _ = hand_offs([skill("first", f"Do it.\n\n{line}\n"), skill("run-tests"), skill("publish")])
    assert [(hand.source, hand.line) for hand in links] == ([("first", 3)] if found else [])


def test_code_blocks_and_the_skill_itself_do_not_count() -> None:
    body = "```\nThen use the `run-tests` skill.\n```\nThen use the `first` skill."
    assert hand_offs([skill("first", body), skill("run-tests")]) == ((), ())


def test_a_hand_off_to_nobody_is_found_when_it_is_sure_to_be_one() -> None:
    body = "Then use the `gone` skill.\nThen use the other skill.\nThen use `npm`.\n"
    _, missing = hand_offs([skill("first", body)])
    assert [(target.name, target.line) for target in missing] == [("gone", 1)]


@pytest.mark.parametrize(
    "body", ["Then use the `first` skill again, at most 3 times.", "No plan? Invoke the `first` skill first."]
)
def test_going_back_is_no_step_of_a_chain(body: str) -> None:
    links, _ = hand_offs([skill("first", "Then use the `second` skill."), skill("second", body)])
    assert [hand.returns for hand in links] == [False, True]
    chains = mined_chains([skill("first"), skill("second")], links)
    assert [chain.skills for chain in chains] == [("first", "second")] and circles(links) == ()
    assert chains[0].origin == "first/SKILL.md, body line 1" and chains[0].source == "hand-off"


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
    assert ["".join(way) for way in ways(link(*pair) for pair in pairs.split())] == found


def test_ways_are_bounded() -> None:
    line = [link(f"s{n}", f"s{n + 1}") for n in range(40)]
    assert [len(way) for way in ways(line)] == [MAX_DEPTH]
    lattice = [link(f"{row}a", f"{row + 1}{to}") for row in range(11) for to in "abc"]
    lattice += [link(f"{row}{of}", f"{row + 1}{to}") for row in range(1, 11) for of in "bc" for to in "abc"]
    assert len(ways(lattice)) <= 20
    many = [link(f"a{n}", f"b{n}") for n in range(900)]
    assert len(ways(many)) == MAX_CHAINS


def test_circles_are_named_once() -> None:
    links = [link("b", "a"), link("a", "b"), link("b", "c"), link("d", "e"), link("e", "d", True)]
    assert circles(links) == (("a", "b"),)


def test_fifty_thousand_skills_are_mined_in_passing() -> None:
    body = "Read it.\n" * 3 + "Then use the `skill-7` skill.\n"
    links, _ = hand_offs([skill(f"skill-{n}", body) for n in range(5_000)])
    assert len(links) == 4_999


# --- declared chains ----------------------------------------------------------------------------

SKILLS = [skill("plan-trip"), skill("book-hotel"), skill("pack-bag")]


def declared(tmp_path: Path, text: str) -> list[tuple[str, ...]]:
    path = tmp_path / "chains.txt"
    path.write_text(text, encoding="utf-8")
    return [chain.skills for chain in read_chains(path, SKILLS)]


def test_declared_chains(tmp_path: Path) -> None:
    arrows = "# the trip\nplan-trip -> book-hotel → pack-bag\n\n"
    text = arrows + '["plan-trip", "pack-bag"]\n{"chain": ["book-hotel", "pack-bag"]}\n'
    assert declared(tmp_path, text) == [
        ("plan-trip", "book-hotel", "pack-bag"), ("plan-trip", "pack-bag"), ("book-hotel", "pack-bag"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("plan-trip -> book-hotle\n", ":1: no skill is called 'book-hotle'; did you mean 'book-hotel'?"),
        ("\nplan-trip\n", ":2: a chain needs two skills"),
        ("[1]\n", ":1: no chain in it"),
        ("[\n", ":1: not valid JSON"),
    ],
)
def test_mistakes_in_declared_chains(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        declared(tmp_path, text)
    assert says in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be read"):
        read_chains(tmp_path / "none", SKILLS)
