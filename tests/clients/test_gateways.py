"""Who stands behind a gateway: the nearest one above, and only where it has several behind it."""

from __future__ import annotations

import msgspec

from skillaudit.clients import listing, losses, offered, summary, visibility
from skillaudit.clients.gateways import parents_of
from skillaudit.schema import Site, Skill


def skill(path: str, *, router: bool = False, root: str = ".") -> Skill:
    return Skill(
        id=path, name="a", description="Does it.", path=f"{path}/SKILL.md", root=root, declared_router=router
    )


def test_the_nearest_gateway_above_is_the_parent() -> None:
    skills = (
        skill("all", router=True), skill("all/in", router=True), skill("all/a"), skill("all/b"),
        skill("all/in/c"), skill("all/in/deep/d"), skill("beside"), skill("all/e", root="other"),
    )  # fmt: skip
    assert parents_of(skills) == {
        "all/in": "all", "all/a": "all", "all/b": "all", "all/in/c": "all/in", "all/in/deep/d": "all/in",
    }  # fmt: skip


def test_a_gateway_with_one_behind_it_is_none() -> None:
    assert parents_of((skill("all", router=True), skill("all/a"))) == {}
    assert parents_of((skill("all"), skill("all/a"), skill("all/b"))) == {}


def placed(*skills: Skill) -> tuple[Skill, ...]:
    """Give skills names and places of their own, as a walk would."""
    return tuple(
        msgspec.structs.replace(
            one, name=one.id.replace("/", "-"), site=Site(path=one.path, below=one.id, nested="/" in one.id)
        )
        for one in skills
    )


def test_a_client_that_passes_over_what_lies_below_a_skill_is_led_there() -> None:
    whole = placed(
        skill("all", router=True), skill("all/in", router=True), skill("all/a"), skill("all/in/c"),
        skill("all/in/d"), skill("bare"), skill("bare/a"), skill("bare/b"),
    )  # fmt: skip
    made = listing(whole, "claude-code")
    assert [one.state for one in made.found] == ["loads", *["behind"] * 4, "loads", *["not loaded"] * 2]
    shown, parents = offered(whole, made)
    assert parents == {"all/in": "all", "all/a": "all", "all/in/c": "all/in", "all/in/d": "all/in"}
    assert [one.id for one in shown] == [one.id for one in whole[:6]]
    assert "4 behind gateways, 2 not at all" in summary(made)[1]
    said = list(losses(whole, made))
    assert "all/in: behind a gateway of the list, which sends to it" in said
    assert [line.partition(":")[0] for line in said if "not loaded" in line] == ["bare/a", "bare/b"]
    # Without its gateway in the list nobody is led anywhere.
    manual = (msgspec.structs.replace(whole[0], manual_only=True), *whole[1:])
    assert offered(manual, listing(manual, "claude-code"))[1] == {}


def test_what_is_behind_a_gateway_is_in_no_list_of_the_table() -> None:
    skills = placed(skill("all", router=True), skill("all/a"), skill("all/b"))
    seen = visibility(skills, ["claude-code", "opencode"])
    counts = [(view.full, view.behind, view.invisible, view.unlisted) for view in seen.columns]
    assert counts == [(1, 2, 0, 0), (3, 0, 0, 0)]
    assert [row.states for row in seen.rows] == [("full", "full"), *[("behind", "full")] * 2]
