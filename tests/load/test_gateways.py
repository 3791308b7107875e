"""Who stands behind a gateway: the nearest one above, and only where it has several behind it."""

from __future__ import annotations

from skillaudit.load.gateways import parents_of
from skillaudit.schema import Skill


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
