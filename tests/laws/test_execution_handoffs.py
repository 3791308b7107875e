"""Hand-offs in bodies: sentences, arrows and numbered steps, and what only looks like them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.laws.execution_handoffs import hand_offs
from skillaudit.schema import Skill


def skill(name: str, body: str = "", **more: Any) -> Skill:
    return Skill(id=name, name=name, description=f"Does {name}.", body=body, path=f"{name}/SKILL.md", **more)


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
        ("After recovery, handed off to the `run-tests` skill.", True),
        ("For slow tests, hand off to `run-tests`.", False),
        ("For tests of `x.y`, hand off to `run-tests`.", False),
        ("For each file, hand off to `run-tests`.", True),
        ("**Deep dive?** For slow tests, hand off to `run-tests`.", False),
        ("In those cases read this, then go to `run-tests`.", False),
        ("After it, handed off to the `run-tests` skill rather than done here.", True),
        ("Rather than wait, invoke run-tests.", False),
        ("Then use run-tests instead.", False),
        ("Once the files are there, use run-tests.", True),
        ("After the change, run the `run-tests` skill.", True),
        ("When you want speed, use run-tests.", False),
        ("Once more, not now. Use run-tests.", False),
        ("Also recommend the user invoke `run-tests`.", False),
        ("Make it by invoking `run-tests`.", False),
        ("Good: `REQUIRED SUB-SKILL: Use pack:run-tests`", False),
        ("✅ `REQUIRED SUB-SKILL: Use pack:run-tests`", False),
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


ARROWS = [
    ("The way is `plan` → `build-it` → `ship-it`.", [("plan", "build-it"), ("build-it", "ship-it")]),
    ("| all | plan-it -> **build-it** => ship-it |", [("plan-it", "build-it"), ("build-it", "ship-it")]),
    ("Never `build-it` → `ship-it`.", []),
    ("Renamed: `build-it` → `ship-it`.", []),
    ("plan → build → ship", []),
    ("A request to ship → `ship-it`.", []),
    ("See src/build-it -> `ship-it`.", []),
    ("`build-it` → ship-it/notes.md", []),
    ("`build-it` → `build-it`", []),
    ("It tells much of other things. " * 9 + "`build-it` → `ship-it`", []),
]


@pytest.mark.parametrize(("line", "found"), ARROWS)
def test_arrows_between_names(line: str, found: list[tuple[str, str]]) -> None:
    names = ("plan", "plan-it", "build", "build-it", "ship", "ship-it")
    links, _ = hand_offs([skill("teller", line), *map(skill, names)])
    assert [(hand.source, hand.target) for hand in links] == found
    assert {hand.teller for hand in links} <= {"teller"} and {hand.line for hand in links} <= {1}


STEPS = [
    ("1. **plan-it** - first\n2. **build** - next\n3. `ship-it`", ["plan-it", "build", "ship-it"]),
    ("1. Use `plan-it`.\n   More about it.\n\n2. Run `build-it`.\n3. Use the `ship-it`.", None),
    ("1. **plan-it**\n2. **build-it**", []),
    ("1. **plan-it**\n3. **build-it**\n4. **ship-it**", []),
    ("1. **plan**\n2. **build**\n3. **ship-it**", []),
    ("1. **plan-it**\n2. **build-it**\n3. **plan-it**", []),
    ("1. **plan-it**\n2. **build-it**\n## More\n3. **ship-it**", []),
    ("1. plan-it\n2. build-it\n3. ship-it", []),
    (
        "1. Read it first, then invoke the `plan-it` skill.\n2. Invoke `build-it`.\n3. Rest.\n4. Then run `ship-it`.",
        None,
    ),
    ("1. Invoke `plan-it`.\n   1. **ship**\n2. Invoke `build-it`.\n3. Invoke `ship-it`.", None),
    ("1. Ask.\n2. **plan-it**\n3. **build-it**\n4. **ship-it**\n5. Rest.", None),
]


@pytest.mark.parametrize(("body", "found"), STEPS)
def test_numbered_steps(body: str, found: list[str] | None) -> None:
    names = ("plan", "plan-it", "build", "build-it", "ship", "ship-it")
    links, _ = hand_offs([skill("teller", body), *map(skill, names)])
    way = ["plan-it", "build-it", "ship-it"] if found is None else found
    assert [(hand.source, hand.target) for hand in links] == list(pairwise(["teller", *way] if way else []))


def test_alternatives_are_no_steps() -> None:
    body = (
        "1. If it is new, invoke `a-1`.\n2. **When** it is old, invoke `b-1`.\n3. For each, invoke `c-1`.\n"
    )
    links, _ = hand_offs([skill("teller", body), skill("a-1"), skill("b-1"), skill("c-1")])
    assert [(hand.source, hand.target) for hand in links] == [
        ("teller", "a-1"), ("teller", "b-1"), ("teller", "c-1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "way", [("teller", "a-1", "b-1"), ("a-1", "teller", "b-1"), ("a-1", "b-1", "teller")]
)
def test_the_teller_has_the_place_that_it_gives_itself(way: tuple[str, ...]) -> None:
    body = "\n".join(f"{number}. **{name}**" for number, name in enumerate(way, 1))
    links, _ = hand_offs([skill("teller", body), skill("a-1"), skill("b-1")])
    assert [(hand.source, hand.target) for hand in links] == list(pairwise(way))


def named(path: str, body: str = "", category: str | None = None) -> Skill:
    """A skill called after its folder, with its path as id."""
    return Skill(
        id=path, name=path.split("/")[-2], description="Does it.", body=body, path=path, category=category
    )


def test_of_several_with_one_name_the_nearest_is_meant() -> None:
    teller = named("b/skills/first/SKILL.md", "Then use `run`.")
    skills = [named("a/skills/run/SKILL.md"), named("b/skills/run/SKILL.md"), teller]
    assert [hand.target for hand in hand_offs(skills)[0]] == ["b/skills/run/SKILL.md"]
    assert hand_offs([*skills, named("b/skills/x/run/SKILL.md")])[0] == ()


def test_where_folders_do_not_tell_the_category_does() -> None:
    teller = named("t/SKILL.md", "Then use the `run` skill.", "two")
    skills = [named("a/run/SKILL.md", category="one"), named("b/run/SKILL.md", category="two"), teller]
    assert [hand.target for hand in hand_offs(skills)[0]] == ["b/run/SKILL.md"]
    undecided = [named("a/run/SKILL.md"), named("b/run/SKILL.md"), teller]
    assert hand_offs(undecided) == ((), ())


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2)])
def test_a_step_that_one_skill_lists_goes_before_a_way_back_that_another_knows(
    order: tuple[int, ...],
) -> None:
    told = (skill("teller", "`a-1` → `b-1`"), skill("a-1", "Then use `b-1` again."), skill("b-1"))
    links, _ = hand_offs([told[place] for place in order])
    assert [(hand.teller, hand.returns) for hand in links] == [("teller", False)]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["run-tests", "`", "**", "→", "then use ", "1. ", "2. ", "\n", "skill", " ", "For x, "]
        )
    )
)
def test_any_text_is_read(parts: list[str]) -> None:
    body = "".join(parts)
    links, missing = hand_offs([skill("first", body), skill("run-tests")])
    assert {(hand.source, hand.target) for hand in links} <= {("first", "run-tests")}
    assert not missing or "`" in body


def test_fifty_thousand_skills_are_mined_in_passing() -> None:
    body = "Read it.\n" * 3 + "Then use the `skill-7` skill.\n"
    links, _ = hand_offs([skill(f"skill-{n}", body) for n in range(5_000)])
    assert len(links) == 4_999


def test_an_arrow_means_the_skill_of_its_name_that_is_nearest() -> None:
    def at(folder: str, name: str, body: str = "") -> Skill:
        return Skill(
            id=f"{folder}-{name}",
            name=name,
            description=f"Does {name}.",
            body=body,
            path=f"{folder}/{name}/SKILL.md",
        )

    skills = [
        at(folder, name, body)
        for folder in ("one", "two")
        for name, body in (("build-it", ""), ("ship-it", ""), ("guide", "First `build-it` → `ship-it`."))
    ]
    links, _ = hand_offs(skills)
    assert [(link.source, link.target) for link in links] == [
        ("one-build-it", "one-ship-it"),
        ("two-build-it", "two-ship-it"),
    ]
