"""Finding skill files: what is entered, what is passed over, and what links may do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import skillaudit.load.walk as module
from skillaudit.load.walk import Walked, walk
from tests.load.trees import write


def look(root: Path) -> Walked:
    return walk(root, lambda folders: None)


def paths(tree: Walked) -> list[str]:
    return [found.shown for found in tree.files]


def skips(tree: Walked) -> list[tuple[str, str]]:
    return sorted((item.path, item.code) for item in tree.skipped)


def test_client_folders_are_entered_and_come_after_visible_ones(tmp_path: Path) -> None:
    clients = [".agents", ".claude", ".codex", ".cursor", ".gemini", ".github", ".opencode"]
    for client in clients:
        write(tmp_path, f"{client}/skills/a/SKILL.md")
    write(tmp_path, "z/SKILL.md")
    assert paths(look(tmp_path)) == ["z/SKILL.md", *(f"{client}/skills/a/SKILL.md" for client in clients)]


def test_tools_and_hidden_folders_are_passed_over_and_reported(tmp_path: Path) -> None:
    write(tmp_path, "a/SKILL.md")
    write(tmp_path, ".git/x/SKILL.md")
    write(tmp_path, "node_modules/pkg/skills/x/SKILL.md")
    write(tmp_path, ".backup/x/SKILL.md")
    write(tmp_path, ".backup/y/skill.md")
    write(tmp_path, ".venv/lib/readme.md", "nothing")
    tree = look(tmp_path)
    assert paths(tree) == ["a/SKILL.md"]
    assert skips(tree) == [(".backup", "hidden-folder"), ("node_modules", "ignored-folder")]
    assert (
        next(item.reason for item in tree.skipped if item.path == ".backup")
        == "a hidden folder that no known client reads; it holds 2 skill files"
    )


def test_other_spellings(tmp_path: Path) -> None:
    write(tmp_path, "a/skill.md")
    write(tmp_path, "b/SKILL.MD")
    write(tmp_path, "c/SKILL.md")
    write(tmp_path, "c/SKILL.MD")
    write(tmp_path, "d/skills.md")
    tree = look(tmp_path)
    assert paths(tree) == ["a/skill.md", "b/SKILL.MD", "c/SKILL.md"]
    assert skips(tree) == [("c/SKILL.MD", "other-case")]


def test_nested_skills_are_marked(tmp_path: Path) -> None:
    for path in ("a", "a/sub/deep", "b", "a/.claude/skills/own"):
        write(tmp_path, f"{path}/SKILL.md")
    assert {found.shown: found.nested for found in look(tmp_path).files} == {
        "a/SKILL.md": False,
        "a/.claude/skills/own/SKILL.md": False,
        "a/sub/deep/SKILL.md": True,
        "b/SKILL.md": False,
    }


def test_a_skill_at_the_top_does_not_own_the_library_beside_it(tmp_path: Path) -> None:
    for path in ("SKILL.md", "skills/a/SKILL.md", "plugins/p/skills/b/SKILL.md", "examples/c/SKILL.md"):
        write(tmp_path, path)
    assert {found.shown: found.nested for found in look(tmp_path).files} == {
        "SKILL.md": False,
        "examples/c/SKILL.md": True,
        "plugins/p/skills/b/SKILL.md": False,
        "skills/a/SKILL.md": False,
    }


def test_a_folder_named_like_a_skill_file(tmp_path: Path) -> None:
    write(tmp_path, "a/SKILL.md/b/SKILL.md")
    tree = look(tmp_path)
    assert paths(tree) == ["a/SKILL.md/b/SKILL.md"]
    assert skips(tree) == [("a/SKILL.md", "not-a-file")]


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    write(tmp_path, "b/SKILL.md")
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / "SKILL.md")
    tree = look(tmp_path)
    assert paths(tree) == ["b/SKILL.md"]
    assert skips(tree) == [("a/SKILL.md", "not-a-file")]


def test_links_inside_the_root_come_last(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "skills").symlink_to("../skills")
    (tmp_path / "aaa").symlink_to("skills/a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "SKILL.md").symlink_to("../skills/a/SKILL.md")
    tree = look(tmp_path)
    assert paths(tree) == ["skills/a/SKILL.md", "aaa/SKILL.md", "b/SKILL.md", ".claude/skills/a/SKILL.md"]
    assert [found.linked for found in tree.files] == ["", "folder", "file", "folder"]
    assert tree.skipped == []


def test_a_link_may_lead_to_a_folder_that_is_not_entered_otherwise(tmp_path: Path) -> None:
    write(tmp_path, ".store/a/SKILL.md")
    (tmp_path / "a").symlink_to(".store/a")
    assert paths(look(tmp_path)) == ["a/SKILL.md"]


def test_links_out_of_the_root_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "outside/secret/SKILL.md")
    root = tmp_path / "root"
    write(root, "a/SKILL.md")
    (root / "away").symlink_to(tmp_path / "outside")
    (root / "b").mkdir()
    (root / "b" / "SKILL.md").symlink_to(tmp_path / "outside" / "secret" / "SKILL.md")
    (root / "c").mkdir()
    (root / "c" / "SKILL.md").symlink_to("/etc/passwd")
    (tmp_path / "root2").mkdir()
    (root / "sibling").symlink_to(tmp_path / "root2")
    tree = look(root)
    assert paths(tree) == ["a/SKILL.md"]
    outside = "symlink-outside-root"
    assert skips(tree) == [
        ("away", outside),
        ("b/SKILL.md", outside),
        ("c/SKILL.md", outside),
        ("sibling", outside),
    ]


def test_loops_and_dead_links_end(tmp_path: Path) -> None:
    write(tmp_path, "a/SKILL.md")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "here").symlink_to(".")
    (tmp_path / "a" / "self").symlink_to("self")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    (tmp_path / "x" / "y").symlink_to("../y")
    (tmp_path / "y" / "x").symlink_to("../x")
    tree = look(tmp_path)
    assert paths(tree) == ["a/SKILL.md"]
    assert skips(tree) == [
        ("a/here", "symlink-loop"),
        ("a/self", "broken-symlink"),
        ("a/up", "symlink-loop"),
        ("gone", "broken-symlink"),
    ]


def test_depth_is_limited(tmp_path: Path) -> None:
    write(tmp_path, "/".join(["d"] * module.MAX_DEPTH) + "/SKILL.md")
    write(tmp_path, "e/" + "/".join(["d"] * module.MAX_DEPTH) + "/SKILL.md")
    tree = look(tmp_path)
    assert len(tree.files) == 1
    assert [item.code for item in tree.skipped] == ["too-deep"]


@pytest.mark.parametrize(("limit", "value"), [("MAX_FOLDERS", 3), ("MAX_SKILLS", 2)])
def test_counts_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    for name in "abcde":
        write(tmp_path, f"{name}/SKILL.md")
    monkeypatch.setattr(module, limit, value)
    tree = look(tmp_path)
    assert len(tree.files) == 2
    assert [item.code for item in tree.skipped] == ["too-many"]


def test_links_cannot_multiply_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "real/a/SKILL.md")
    for number in range(20):
        (tmp_path / f"link{number:02}").symlink_to("real")
    monkeypatch.setattr(module, "MAX_LINKED_FOLDERS", 5)
    tree = look(tmp_path)
    assert len(tree.files) < 6
    assert tree.skipped[-1].code == "too-many"


def test_an_unreadable_folder_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/SKILL.md")
    write(tmp_path, "b/SKILL.md")
    real = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    tree = look(tmp_path)
    assert paths(tree) == ["b/SKILL.md"]
    assert [(item.path, item.reason) for item in tree.skipped] == [
        ("a/", "the folder cannot be read: permission denied")
    ]


def test_hostile_file_names_are_shown_safely(tmp_path: Path) -> None:
    write(tmp_path, "a\x1b[31m\u202e\nb/SKILL.md")
    folder = os.fsencode(tmp_path) + b"/c\xff"
    os.mkdir(folder)  # noqa: PTH102 (a name that is no text)
    Path(os.fsdecode(folder + b"/SKILL.md")).write_text("x", encoding="utf-8")
    assert paths(look(tmp_path)) == ["a b/SKILL.md", "c\ufffd/SKILL.md"]


def test_two_spaces_in_a_path_stay_two(tmp_path: Path) -> None:
    write(tmp_path, "a  b/SKILL.md")
    assert paths(look(tmp_path)) == ["a  b/SKILL.md"]
