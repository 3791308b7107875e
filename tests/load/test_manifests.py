"""Marketplaces and manifests: what is shipped, by which plugin, and what breaks the installation."""

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


def problems(root: Path) -> list[tuple[str, str, int, str]]:
    return [(d.path, d.kind, d.line, d.detail) for d in load([root]).defects if d.kind.startswith("manifest")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("./skills/health-score/SKILL.md", "manifest-path-file"),
        ("./skills/nowhere", "manifest-path-missing"),
        ("../other/skills", "manifest-path-outside"),
        ("./docs", "manifest-no-skill"),
    ],
)
def test_paths_that_break_the_installation(tmp_path: Path, path: str, kind: str) -> None:
    write(tmp_path, "skills/health-score/SKILL.md")
    write(tmp_path, "docs/guide.md", "nothing")
    write(
        tmp_path,
        ".claude-plugin/marketplace.json",
        '{"name": "m", "plugins": [\n{"name": "kit",\n "source": "./", "skills": ["' + path + '"]}\n]}',
    )
    ((place, found, line, detail),) = problems(tmp_path)
    assert (place, found, line) == (".claude-plugin/marketplace.json", kind, 3)
    assert detail == f"plugin kit: {path}"


@pytest.mark.parametrize(
    ("path", "kind"), [("../skills/", "manifest-path-outside"), ("./gone", "manifest-path-missing")]
)
def test_a_plugin_that_leaves_itself(tmp_path: Path, path: str, kind: str) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, "plugins/p/skills/b/SKILL.md")
    write(tmp_path, "plugins/p/.claude-plugin/plugin.json", json.dumps({"name": "p", "skills": path}))
    ((place, found, line, _),) = problems(tmp_path)
    assert (place, found, line) == ("plugins/p/.claude-plugin/plugin.json", kind, 1)


def test_a_plugin_may_name_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path, "plugins/p/one/SKILL.md")
    write(tmp_path, "plugins/p/.claude-plugin/plugin.json", json.dumps({"name": "p", "skills": "./"}))
    market(tmp_path, {"name": "p", "source": "./plugins/p"})
    assert problems(tmp_path) == []
    assert load([tmp_path]).skills[0].origin.plugin == "p"


def test_a_list_that_forgets(tmp_path: Path) -> None:
    for name in ("pdf", "xls", "art"):
        write(tmp_path, f"skills/{name}/SKILL.md")
    market(tmp_path, {"name": "office", "source": "./", "skills": ["./skills/pdf", "./skills/xls"]})
    assert [(kind, detail) for _, kind, _, detail in problems(tmp_path)] == [
        ("manifest-forgets", "plugin office does not list art")
    ]
    library = load([tmp_path])
    assert {skill.id: skill.site.kind for skill in library.skills} == {
        "art": "library",
        "pdf": "plugin",
        "xls": "plugin",
    }


def test_a_stub_does_not_hide_the_good_one(tmp_path: Path) -> None:
    write(tmp_path, "plugins/p/skills/a/SKILL.md")
    market(tmp_path)
    good = {"name": "m", "plugins": [{"name": "p", "source": "./plugins/p"}]}
    write(tmp_path, ".github/plugin/marketplace.json", json.dumps(good))
    (skill,) = load([tmp_path]).skills
    assert (skill.origin.plugin, skill.site.ships) == ("p", ("github",))
    assert [(place, kind) for place, kind, _, _ in problems(tmp_path)] == [
        (".claude-plugin/marketplace.json", "manifest-stub")
    ]


@pytest.mark.parametrize(
    "source",
    [
        {"source": "local", "path": "./plugins/genie"},
        {"source": "git-subdir", "url": "https://example.com/r.git", "path": "plugins/genie"},
    ],
)
def test_sources_that_lie_here_are_here(tmp_path: Path, source: object) -> None:
    write(tmp_path, "plugins/genie/skills/wish/SKILL.md")
    market(tmp_path, {"name": "genie", "source": source})
    library = load([tmp_path])
    assert library.skills[0].origin.plugin == "genie" and not library.skipped


def test_an_extension_ships_its_folder_of_skills(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, "gemini-extension.json", json.dumps({"name": "ext", "version": "2.0.0"}))
    origin = load([tmp_path]).skills[0].origin
    assert (origin.plugin, origin.version) == ("ext", "2.0.0")


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
    assert not library.skipped
    assert {defect.kind for defect in library.defects} <= {"manifest-unreadable"}


def test_a_marketplace_behind_a_link_out_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "root", "skills/a/SKILL.md")
    market(tmp_path / "away", {"name": "evil", "source": "./skills/a"})
    (tmp_path / "root" / ".claude-plugin").symlink_to(tmp_path / "away" / ".claude-plugin")
    assert load([tmp_path / "root"]).skills[0].category is None
