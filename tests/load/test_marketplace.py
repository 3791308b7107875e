"""Marketplaces: categories from plugins, and plugins that live elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillaudit.load import load
from tests.load.trees import write


def market(root: Path, *plugins: object, **more: object) -> None:
    write(
        root, ".claude-plugin/marketplace.json", json.dumps({"name": "m", "plugins": list(plugins), **more})
    )


def test_listed_skills_belong_to_their_plugin(tmp_path: Path) -> None:
    for name in ("pdf", "xls", "art", "free"):
        write(tmp_path, f"skills/{name}/SKILL.md")
    market(
        tmp_path,
        {"name": "office", "source": "./", "skills": ["./skills/pdf", "./skills/xls"]},
        {"name": "fun", "source": "./", "skills": ["./skills/art"]},
    )
    library = load([tmp_path])
    assert {skill.name: skill.category for skill in library.skills} == {
        "art": "fun",
        "free": None,
        "pdf": "office",
        "xls": "office",
    }


def test_folders_win_over_the_marketplace(tmp_path: Path) -> None:
    write(tmp_path, "plugins/a/skills/x/SKILL.md")
    write(tmp_path, "tools/SKILL.md")
    market(
        tmp_path,
        {"name": "Other", "source": "./plugins/a"},
        {"name": "kit", "source": "tools"},
        metadata={"pluginRoot": "."},
    )
    assert {skill.name: skill.category for skill in load([tmp_path]).skills} == {"x": "a", "tools": "kit"}


def test_remote_plugins_are_reported(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    market(tmp_path, *({"name": f"p{n}", "source": {"source": "github", "repo": "x/y"}} for n in range(7)))
    (item,) = load([tmp_path]).skipped
    assert (item.path, item.code) == (".claude-plugin/marketplace.json", "remote-plugin")
    assert item.reason == "7 plugins in other repositories: p0, p1, p2, p3, p4 and 2 more"


@pytest.mark.parametrize(
    "content", ["{broken", "[]", '{"plugins": 3}', '{"plugins": [1, {"name": 2}]}', "[" * 100_000]
)
def test_a_broken_marketplace_costs_nothing(tmp_path: Path, content: str) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, ".claude-plugin/marketplace.json", content)
    library = load([tmp_path])
    assert [skill.name for skill in library.skills] == ["a"]
    assert {item.code for item in library.skipped} <= {"unreadable"}


def test_a_marketplace_behind_a_link_out_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "root", "skills/a/SKILL.md")
    market(tmp_path / "away", {"name": "evil", "source": "./skills/a"})
    (tmp_path / "root" / ".claude-plugin").symlink_to(tmp_path / "away" / ".claude-plugin")
    assert load([tmp_path / "root"]).skills[0].category is None
