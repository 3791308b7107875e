"""Marketplaces and manifests: what is shipped, by which plugin, and what breaks the installation."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from skillaudit.load import load
from tests.load.trees import write
from tests.test_growth import SECONDS, limited


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
    assert problems(tmp_path)[0][3] == "other marketplaces of this repository list 1"
    assert skill.site.passed == ("claude",)


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


@pytest.mark.parametrize("shape", ["plugins", "roots", "missing", "lines", "modules"])
def test_manifests_cost_no_more_than_their_length(shape: str, tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path, f"skills/a{number}/SKILL.md")
    many: list[object] = []
    if shape == "plugins":
        many = [{"name": f"p{n}", "source": "./", "skills": ["./skills/a1"]} for n in range(20_000)]
    if shape == "roots":
        many = [{"name": f"p{n}", "source": "./", "skills": ["./skills"] * 100} for n in range(1_000)]
    if shape == "missing":
        many = [{"name": f"p{n}", "source": f"./{n}", "x": "y" * 100} for n in range(20_000)]
    if many:
        market(tmp_path, *many)
    else:
        line = "\n" if shape == "lines" else "path = a\n"
        (tmp_path / ".gitmodules").write_text(line * (200_000 // len(line)) + "path = a" + " " * 50_000 + "b")
    with limited(4 * SECONDS):
        library = load([tmp_path])
    assert len(library.skills) == 40
    assert len(library.defects) < 200


def test_too_many_paths_are_told_and_left_out(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    market(tmp_path, *({"name": f"p{n}", "source": "./", "skills": ["./skills"] * 30} for n in range(700)))
    assert [one.reason for one in load([tmp_path]).skipped if one.code == "too-many"] == [
        "manifests that name more than 20,000 plugins and paths; the others are left out"
    ]


def test_names_that_no_file_can_have_lead_nowhere(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    market(
        tmp_path,
        {"name": "p", "source": "./" + "a" * 300},
        {"name": "q", "source": "./", "skills": ["./" + "b" * 300, "./x\0y", "./\ud800"]},
        metadata={"pluginRoot": "c" * 5_000},
    )
    assert {kind for _, kind, _, _ in problems(tmp_path)} == {"manifest-path-missing"}


@pytest.mark.skipif(os.name == "nt", reason="names are bytes")
def test_names_that_are_no_text_are_told_all_the_same(tmp_path: Path) -> None:
    plugin = tmp_path / os.fsdecode(b"p\xff")
    text = "---\nname: a\ndescription: Does things for those who need it.\n---\n"
    write(plugin, "skills/a/SKILL.md", text)
    write(plugin, ".claude-plugin/plugin.json", json.dumps({"skills": ["./nope"]}))
    write(plugin, "gemini-extension.json", "{")
    for version in ("1.0", "2.0"):
        write(
            tmp_path / ".claude/plugins/cache/m" / os.fsdecode(b"q\xff") / version, "skills/x/SKILL.md", text
        )
    library = load([tmp_path])
    assert msgspec.json.encode(library)
    assert {kind for _, kind, _, _ in problems(tmp_path)} >= {"manifest-path-missing", "manifest-unreadable"}


def test_what_is_installed_is_told_cleaned_and_cut(tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        write(tmp_path, f".claude/plugins/cache/m/p/{version}/skills/x/SKILL.md")
    versions = [{"version": "1.0"}, *({"version": f"\x1b[2J\n::error::{n}" + "z" * 5_000} for n in range(9))]
    record = {"plugins": {"p@m": versions}}
    write(tmp_path, ".claude/plugins/installed_plugins.json", json.dumps(record))
    (told,) = [one.reason for one in load([tmp_path]).skipped if one.code == "stale-version"]
    assert "\x1b" not in told and "\n" not in told and len(told) < 1_000


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("libs/a b", "update --init 'libs/a b'"),
        ("$(touch x)", "update --init '$(touch x)'"),
        ("--upload-pack=x", "update --init ./--upload-pack=x"),
    ],
)
def test_a_command_that_is_told_runs_nothing_of_the_librarys(path: str, told: str, tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, ".gitmodules", f"[submodule]\n\tpath = {path}\n")
    (reason,) = [one.reason for one in load([tmp_path]).skipped if one.code == "submodule"]
    assert reason.endswith(told)
