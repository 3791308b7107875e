"""Files of package managers: what they ship, and which of their paths lead nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillaudit.clients.loading import loading
from skillaudit.clients.profiles import profile
from skillaudit.load import load
from tests.load.trees import write


def told(root: Path) -> list[tuple[str, str, int, str]]:
    return [(d.path, d.kind, d.line, d.detail) for d in load([root]).defects if d.kind.startswith("manifest")]


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ('"agents": {"skills": [{"name": "x", "path":\n"./skills/gone"}]}', "agents.skills: ./skills/gone"),
        (
            '"contributes": {"chatSkills": [{"path":\n"./skills/gone/SKILL.md"}]}',
            "contributes.chatSkills: ./skills/gone/SKILL.md",
        ),
        ('"pi": {"skills": ["./skills/a",\n"./skills/gone"]}', "pi.skills: ./skills/gone"),
        ('"skills": ["owner/repo",\n"./skills/gone"]', "skills: ./skills/gone"),
    ],
)
def test_paths_of_a_package_that_lead_nowhere(tmp_path: Path, field: str, wanted: str) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, "package.json", '{"name": "kit",\n' + field + "}")
    assert told(tmp_path) == [("package.json", "manifest-path-missing", 3, wanted)]


def test_a_path_out_of_a_package_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "packages/p/skills/a/SKILL.md")
    skills = [{"path": "../../skills/a/SKILL.md"}]
    write(tmp_path, "packages/p/package.json", json.dumps({"contributes": {"chatSkills": skills}}))
    assert [(place, kind) for place, kind, _, _ in told(tmp_path)] == [
        ("packages/p/package.json", "manifest-path-outside")
    ]


def test_patterns_and_what_is_built_later_are_no_mistakes(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    skills = ["./skills", "skills/*", "!skills/old", "node_modules/other/skills"]
    agents = {"skills": [{"name": "b", "path": "./dist/skills/b"}]}
    write(tmp_path, "package.json", json.dumps({"pi": {"skills": skills}, "agents": agents}))
    assert told(tmp_path) == []


@pytest.mark.parametrize("skills", ["all", 3, {"a": 1}, [3, None, {"path": 4}, {}, ["./x"]]])
def test_a_field_that_means_something_else_is_let_be(tmp_path: Path, skills: object) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    content = {
        "skills": skills,
        "pi": {"skills": skills},
        "contributes": {"chatSkills": skills},
        "agents": skills,
    }
    write(tmp_path, "package.json", json.dumps(content))
    write(tmp_path, "skills-lock.json", json.dumps({"version": 1, "skills": skills}))
    assert told(tmp_path) == []


def test_an_extension_ships_what_it_names_to_vs_code_alone(tmp_path: Path) -> None:
    for name in ("art", "pdf"):
        write(tmp_path, f"skills/{name}/SKILL.md")
    skills = [{"path": "./skills/pdf/SKILL.md"}]
    write(tmp_path, "package.json", json.dumps({"name": "ext", "contributes": {"chatSkills": skills}}))
    library = load([tmp_path])
    assert {skill.name: skill.site.ships for skill in library.skills} == {"art": (), "pdf": ("vscode",)}
    assert [one.state for one in loading(library.skills, profile("vscode-copilot"))] == [
        "not loaded",
        "loads",
    ]
    shown = loading(library.skills, profile("claude-code"))
    assert [(one.state, one.name) for one in shown] == [("loads", "art"), ("loads", "pdf")]


def test_an_extension_does_not_ship_for_a_marketplace(tmp_path: Path) -> None:
    for name in ("art", "pdf"):
        write(tmp_path, f"skills/{name}/SKILL.md")
    plugin = {"name": "kit", "source": "./", "skills": ["./skills/art"]}
    write(tmp_path, ".claude-plugin/marketplace.json", json.dumps({"name": "m", "plugins": [plugin]}))
    skills = [{"path": "./skills/pdf/SKILL.md"}]
    write(tmp_path, "package.json", json.dumps({"name": "ext", "contributes": {"chatSkills": skills}}))
    states = [one.state for one in loading(load([tmp_path]).skills, profile("claude-code"))]
    assert states == ["loads", "not loaded"]


def test_a_lock_file_says_what_is_not_here(tmp_path: Path) -> None:
    write(tmp_path, "app/.agents/skills/here/SKILL.md")
    entry = {
        "source": "owner/repo",
        "sourceType": "github",
        "skillPath": "skills/x/SKILL.md",
        "computedHash": "0",
    }
    lost = {"source": "./kept/lost", "sourceType": "local", "computedHash": "0"}
    far = {"source": "/home/somebody/far", "sourceType": "local", "computedHash": "0"}
    lock = {"version": 1, "skills": {"here": entry, "absent": entry, "lost": lost, "far": far}}
    write(tmp_path, "app/skills-lock.json", json.dumps(lock, indent=2))
    assert told(tmp_path) == [("app/skills-lock.json", "manifest-path-missing", 17, "lost: ./kept/lost")]
    assert [(one.path, one.reason) for one in load([tmp_path]).skipped] == [
        ("app/skills-lock.json", "1 skill in other repositories: absent")
    ]


def test_a_lock_file_with_marks_of_a_conflict_is_told(tmp_path: Path) -> None:
    write(tmp_path, ".agents/skills/here/SKILL.md")
    write(tmp_path, "skills-lock.json", '{"version": 1,\n<<<<<<< ours\n"skills": {}}')
    assert [(place, kind) for place, kind, _, _ in told(tmp_path)] == [
        ("skills-lock.json", "manifest-unreadable")
    ]


def test_sources_that_a_package_wants_are_said_to_be_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, "package.json", json.dumps({"skills": ["owner/one", {"source": "npm:@acme/two"}]}))
    assert [(one.path, one.reason) for one in load([tmp_path]).skipped] == [
        ("package.json", "2 sources of skills in other repositories: owner/one, npm:@acme/two")
    ]
