"""Categories from folders."""

from __future__ import annotations

import pytest

from skillaudit.load.layout import categories


def of(*paths: str) -> list[str | None]:
    return categories([tuple(path.split("/")) if path else () for path in paths])


@pytest.mark.parametrize(
    ("path", "category"),
    [
        ("a", None),
        ("skills/a", None),
        ("scientific-skills/a", None),
        (".claude/skills/a", None),
        (".github/skills/a", None),
        ("skills/core/a", "core"),
        ("skills/core/deep/a", "core/deep"),
        ("01-research/a", "01-research"),
        ("plugins/audit/skills/a", "audit"),
        ("plugins/audit/skills/web/a", "audit/web"),
        (".github/plugins/azure-skills/skills/a", "azure-skills"),
        ("plugins/azure-skills/a", "azure-skills"),
        ("marketing/skills/a", "marketing"),
        ("packages/web/.claude/skills/a", "web"),
        ("cli/components/skills/database/a", "database"),
        ("src/skills/a", None),
    ],
)
def test_category_of_one_of_several(path: str, category: str | None) -> None:
    assert of(path, "zzz/skills/other")[0] == category


def test_folders_that_only_wrap_are_dropped() -> None:
    assert of("repo/sub/skills/a", "repo/sub/skills/b") == [None, None]
    assert of("my-skills/skills/a", "my-skills/template") == [None, None]
    assert of("repo/aws/a", "repo/gcp/b") == ["aws", "gcp"]
    assert of("repo-skills/a", "repo-skills/b") == [None, None]


def test_one_plugin_is_still_a_category() -> None:
    assert of("plugins/audit/skills/a", "plugins/audit/skills/b") == ["audit", "audit"]


def test_skills_below_a_gateway_belong_to_it() -> None:
    paths = [
        "plugins/p/skills/x",
        "plugins/p/skills/hub",
        "plugins/p/skills/hub/a/b",
        "plugins/p/skills/hub/c",
    ]
    assert of(*paths) == ["p", "p", "p/hub", "p/hub"]
    assert of("cat", "cat/a", "dog", "dog/b") == [None, "cat", None, "dog"]


def test_owner_folders_are_no_categories() -> None:
    owners = [f"skills/author{n}/tool" for n in range(60)]
    assert set(of(*owners)) == {None}
    grouped = [f"skills/topic{n}/tool{m}" for n in range(60) for m in range(3)]
    assert len(set(of(*grouped))) == 60


def test_the_root_itself_and_nothing() -> None:
    assert of("") == [None]
    assert of("", "skills/x/a") == [None, "x"]
    assert of() == []
