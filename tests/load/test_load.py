"""Whole libraries: ids, copies, shadowing, order, errors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skillaudit.errors import LoadError
from skillaudit.load import DEFECT_KINDS, SKIP_CODES, load, sources
from skillaudit.load.walk import walk
from skillaudit.reading import limits, read_start
from skillaudit.reading.limits import SKILL, Bounds
from skillaudit.schema import Library
from tests.load.trees import text, write


def ids(library: Library) -> list[str]:
    return [skill.id for skill in library.skills]


def test_a_library(tmp_path: Path) -> None:
    write(tmp_path, "skills/b/SKILL.md")
    write(tmp_path, "skills/a/SKILL.md")
    library = load([str(tmp_path)])
    assert library.sources == (str(tmp_path),)
    assert ids(library) == ["a", "b"]
    first = library.skills[0]
    assert (first.path, first.root, first.category) == ("skills/a/SKILL.md", str(tmp_path), None)
    assert len(first.digest) == 32
    assert (library.skipped, library.defects) == ((), ())
    assert msgspec.json.decode(msgspec.json.encode(library), type=Library) == library


@pytest.mark.parametrize("kind", [str, Path])
def test_one_source_may_stand_alone(tmp_path: Path, kind: type[Any]) -> None:
    """The letters of a path are no sources: `/` would be one."""
    write(tmp_path, "skills/a/SKILL.md")
    assert load(kind(tmp_path)) == load([kind(tmp_path)])


def test_every_way_to_name_one_skill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "skills/a/SKILL.md")
    monkeypatch.chdir(file.parent)
    for source in (file, file.parent, Path("SKILL.md"), Path(), tmp_path / "skills" / ".." / "skills"):
        library = load([source])
        assert ids(library) == ["a"], source
        assert library.defects == ()


def test_a_markdown_file_or_folder_stands_in(tmp_path: Path) -> None:
    write(tmp_path, "agents/reviewer.md", text("reviewer"))
    write(tmp_path, "agents/notes.md", "# Notes\n\nNothing here.")
    library = load([tmp_path / "agents"])
    assert ids(library) == ["reviewer"]
    assert [(defect.kind, defect.detail) for defect in library.defects] == [("not-skill-md", "reviewer.md")]
    assert [(item.path, item.code) for item in library.skipped] == [("notes.md", "not-a-skill")]
    assert ids(load([tmp_path / "agents" / "reviewer.md"])) == ["reviewer"]
    write(tmp_path, "agents/real/SKILL.md")
    assert ids(load([tmp_path / "agents"])) == ["real"]


def test_the_order_is_the_paths_whatever_the_disk_says(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    names = ["d", "a", "c/x", ".claude/skills/b", "c"]
    for root, order in ((one, names), (two, names[::-1])):
        for name in order:
            write(root, f"{name}/SKILL.md", text(name.replace("/", "-").strip(".")))
    assert ids(load([one])) == ids(load([two])) == ["a", "c", "c-x", "d", "claude-skills-b"]


def test_copies_are_folded_into_the_first_place(tmp_path: Path) -> None:
    for place in (".claude/skills/a", "skills/a", "backup/old/a"):
        write(tmp_path, f"{place}/SKILL.md", text("a"))
    (tmp_path / "link").symlink_to("skills/a")
    (skill,) = load([tmp_path]).skills
    assert skill.path == "backup/old/a/SKILL.md"
    assert skill.copies == ("skills/a/SKILL.md", ".claude/skills/a/SKILL.md", "link/SKILL.md")


@pytest.mark.parametrize(
    "change", [{"name": "b"}, {"description": "Does quite another thing."}, {"body": "other"}]
)
def test_copies_agree_in_everything(tmp_path: Path, change: dict[str, str]) -> None:
    write(tmp_path, "x/SKILL.md", text("a"))
    write(tmp_path, "y/SKILL.md", text(**{"name": "a", **change}))
    assert len(load([tmp_path]).skills) == 2


def test_equal_names_get_their_folders(tmp_path: Path) -> None:
    for place in (
        "aws/deploy",
        "gcp/deploy",
        "teams/aws/skills/run",
        "teams/gcp/skills/run",
        "x/one",
        "x/two",
    ):
        name = "same" if place.startswith("x") else place.split("/")[-1]
        write(tmp_path, f"{place}/SKILL.md", text(name, f"Does {place} for people in need."))
    library = load([tmp_path])
    assert ids(library) == ["aws/deploy", "gcp/deploy", "aws/run", "gcp/run", "one/same", "two/same"]
    doubles = [defect for defect in library.defects if defect.kind == "duplicate-name"]
    assert len(doubles) == 6
    assert doubles[0].detail == "also in gcp/deploy/SKILL.md"


def test_ids_stay_unique_when_names_look_like_ids(tmp_path: Path) -> None:
    for place, name in (
        ("aws/deploy", "deploy"),
        ("gcp/deploy", "deploy"),
        ("other", "aws/deploy"),
        ("deploy", "deploy"),
    ):
        write(tmp_path, f"{place}/SKILL.md", text(name, f"Does {place} for people in need."))
    got = ids(load([tmp_path]))
    assert len(set(got)) == 4
    assert {"aws/deploy", "gcp/deploy", "./deploy"} <= set(got)


def test_a_new_skill_changes_no_other_id(tmp_path: Path) -> None:
    for place in ("aws/deploy", "gcp/deploy"):
        write(tmp_path, f"{place}/SKILL.md", text("deploy", f"Does {place} for people in need."))
    before = ids(load([tmp_path]))
    write(tmp_path, "aaa/deploy/SKILL.md", text("deploy", "Does aaa for people in need."))
    assert set(before) < set(ids(load([tmp_path])))


def test_sources_are_called_what_one_calls_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("now", "then"):
        for folder in ("one", "two"):
            write(tmp_path / place, f"{folder}/skills/a/SKILL.md", text("a", f"Does {folder}."))
            write(tmp_path / place, f"{folder}/skills/b/SKILL.md", "")
    monkeypatch.chdir(tmp_path / "now")

    def bare(library: Library) -> Library:
        skills = [msgspec.structs.replace(skill, place=(b"", b"")) for skill in library.skills]
        return msgspec.structs.replace(library, skills=tuple(skills))

    for names in (["one"], ["one", "two"]):
        then = load([tmp_path / "then" / name for name in names], called=names)
        assert then.skipped and bare(then) == bare(load(names))
        assert Path(os.fsdecode(then.skills[0].place[0])) == tmp_path / "then" / "one"


def test_earlier_sources_shadow_later_ones(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, "a/SKILL.md", text("a", "Does it in the first way."))
    write(first, "same/SKILL.md", text("same"))
    write(second, "a/SKILL.md", text("a", "Does it in the second way."))
    write(second, "b/SKILL.md", text("b", "Does another thing at last."))
    write(second, "same/SKILL.md", text("same"))
    library = load([first, second])
    assert ids(library) == ["a", "same", "b"]
    assert library.skills[0].description == "Does it in the first way."
    assert library.skills[1].copies == (f"{second}/same/SKILL.md",)
    assert [(item.path, item.code, item.reason) for item in library.skipped] == [
        (f"{second}/a/SKILL.md", "shadowed", f"same name as {first}/a/SKILL.md, whose source comes first")
    ]
    assert load([second, first]).skills[0].description == "Does it in the second way."


def test_what_is_skipped_says_which_source_it_is_from(tmp_path: Path) -> None:
    for root in ("one", "two"):
        write(tmp_path / root, f"{root}/SKILL.md")
        write(tmp_path / root, "empty/SKILL.md", "")
    library = load([tmp_path / "one", tmp_path / "two"])
    assert [item.path for item in library.skipped] == [
        f"{tmp_path}/{root}/empty/SKILL.md" for root in ("one", "two")
    ]


def test_manual_only_skills_do_not_route(tmp_path: Path) -> None:
    write(tmp_path, "a/SKILL.md", text("a", disable_model_invocation="true"))
    write(tmp_path, "b/SKILL.md", text("b", "Does another thing at last."))
    write(tmp_path, "b/agents/openai.yaml", "policy:\n  allow_implicit_invocation: false\n")
    write(tmp_path, "c/SKILL.md", text("c", "Does a third thing at last."))
    write(tmp_path, "c/agents/openai.yaml", "interface:\n  display_name: C\n")
    library = load([tmp_path])
    assert [skill.manual_only for skill in library.skills] == [True, True, False]
    assert [skill.id for skill in library.routable] == ["c"]


def test_a_library_of_manual_skills_loads(tmp_path: Path) -> None:
    write(tmp_path, "a/SKILL.md", text("a", disable_model_invocation="true"))
    assert load([tmp_path]).routable == ()


def test_defects_carry_id_path_and_line(tmp_path: Path) -> None:
    write(tmp_path, "a/b/skill.md", "---\nname: B\ndescription: Reads wind: all of it\n---\nbody")
    write(tmp_path, "a/SKILL.md", text("a"))
    library = load([tmp_path])
    assert [(d.kind, d.skill, d.path, d.line) for d in library.defects] == [
        ("file-name-case", "B", "a/b/skill.md", 1),
        ("nested-skill", "B", "a/b/skill.md", 1),
        ("name-differs-from-folder", "B", "a/b/skill.md", 2),
        ("name-pattern", "B", "a/b/skill.md", 2),
        ("unquoted-colon", "B", "a/b/skill.md", 3),
    ]


def test_equal_descriptions_are_noted(tmp_path: Path) -> None:
    for name in "abc":
        write(tmp_path, f"{name}/SKILL.md", text(name, "Does the same thing as others."))
    details = [defect.detail for defect in load([tmp_path]).defects if defect.kind == "duplicate-description"]
    assert details == [
        "also in b/SKILL.md and 1 more",
        "also in a/SKILL.md and 1 more",
        "also in a/SKILL.md and 1 more",
    ]


def test_a_file_of_ten_megabytes_is_cut(tmp_path: Path) -> None:
    write(tmp_path, "a/SKILL.md", text("a", body="word " * 2_097_152))
    library = load([tmp_path])
    assert len(library.skills[0].body) < SKILL.disk
    assert {defect.kind for defect in library.defects} == {"file-too-large", "body-too-long"}


def test_an_unreadable_file_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/SKILL.md")
    write(tmp_path, "b/SKILL.md")

    def refuse(path: str, bounds: Bounds) -> tuple[bytes, bool]:
        if "/b/" in str(path):
            raise PermissionError(13, "Permission denied")
        return read_start(path, bounds)

    monkeypatch.setattr(sources, "read_start", refuse)
    library = load([tmp_path])
    assert ids(library) == ["a"]
    assert [(item.path, item.code, item.reason) for item in library.skipped] == [
        ("b/SKILL.md", "unreadable", "cannot be read: permission denied")
    ]


def test_a_library_without_end_is_loaded_up_to_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        write(tmp_path, f"{name}/SKILL.md", text(name, body="x" * 400))
    monkeypatch.setattr(limits, "LIBRARY", 1000)
    library = load([tmp_path])
    assert ids(library) == ["a", "b"]
    assert [(item.path, item.code) for item in library.skipped] == [("c/SKILL.md", "too-many")]
    assert "this and the 1 after it" in library.skipped[0].reason


def test_progress_is_told(tmp_path: Path) -> None:
    for number in range(130):
        write(tmp_path, f"s{number}/SKILL.md")
    seen: list[tuple[str, int, int]] = []

    class Recorder:
        def update(self, stage: str, done: int, total: int, note: str = "") -> None:
            seen.append((stage, done, total))

    load([tmp_path], progress=Recorder())
    assert seen[-1] == ("load", 130, 130)
    assert all(stage == "load" and (total == 0 or done <= total) for stage, done, total in seen)


def test_errors_are_one_sentence_with_path_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path, "docs/deep/readme.md", "# Nothing\n\nHere.")
    write(tmp_path, "hollow/a/SKILL.md", "")
    cases = {
        "missing": "no such file or folder",
        "empty": "no skill found; searched it for SKILL.md files",
        "docs": "no skill found; searched it and its folder for SKILL.md files",
        "docs/deep/readme.md": "no skill: Markdown without a name and a description",
        "hollow": "1 skipped, first a/SKILL.md: empty file",
        "hollow/a/SKILL.md": "no skill: empty file",
    }
    for path, message in cases.items():
        with pytest.raises(LoadError) as caught:
            load([tmp_path / path])
        said = str(caught.value)
        assert said.startswith(str(tmp_path / path))
        assert message in said
        assert "JSONL" in said
        assert "\n" not in said


def test_a_folder_of_lists_is_told_apart(tmp_path: Path) -> None:
    write(tmp_path, "tools.json", "[]")
    with pytest.raises(
        LoadError, match=r"it holds tools\.json: to load a list of tools, name the file itself"
    ):
        load([tmp_path])


def test_skips_come_in_path_order(tmp_path: Path) -> None:
    write(tmp_path, "ok/SKILL.md")
    write(tmp_path, "b/SKILL.md", "")
    (tmp_path / "a").symlink_to("nowhere")
    (tmp_path / "c").symlink_to("nowhere")
    assert [item.path for item in load([tmp_path]).skipped] == ["a", "b/SKILL.md", "c"]


def test_other_files_are_no_libraries(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="not a skill library; give a folder"):
        load([write(tmp_path, "skills.zip", "PK")])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LoadError, match="neither a file nor a folder"):
        load([tmp_path / "pipe"])
    with pytest.raises(LoadError, match="cannot be read"):
        load(["x" * 300])
    with pytest.raises(LoadError, match="no source given"):
        load([])


def test_an_unreadable_root_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(LoadError, match="cannot be read: permission denied; check the rights"):
        load([tmp_path])


def test_the_catalogue_explains_everything() -> None:
    for table in (DEFECT_KINDS, SKIP_CODES):
        for slug, meaning in table.items():
            assert slug == slug.lower().replace("_", "-").replace(" ", "-")
            assert 20 < len(meaning) < 100
            assert not meaning.endswith(".")


def test_a_settings_file_of_codex_outside_of_the_source_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "openai.yaml").write_text("allow_implicit_invocation: false\n", encoding="utf-8")
    folder = tmp_path / "library" / "tea"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: tea\ndescription: Brews tea.\n---\n", encoding="utf-8")
    (folder / "agents").symlink_to(tmp_path / "outside")
    assert not load([tmp_path / "library"]).skills[0].manual_only
    (folder / "agents").unlink()
    (folder / "agents").symlink_to(tmp_path / "outside" / "nowhere")
    assert not load([tmp_path / "library"]).skills[0].manual_only
    (tmp_path / "outside").rename(tmp_path / "library" / "inside")
    (folder / "agents").unlink()
    (folder / "agents").symlink_to("../inside")
    assert load([tmp_path / "library"]).skills[0].manual_only


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_that_took_a_files_place_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tea", "coffee"):
        write(tmp_path, f"{name}/SKILL.md", text(name))
    real = walk

    def swapped(*arguments: Any) -> Any:
        tree = real(*arguments)
        (tmp_path / "tea" / "SKILL.md").unlink()
        os.mkfifo(tmp_path / "tea" / "SKILL.md")
        return tree

    monkeypatch.setattr(sources, "walk", swapped)
    library = load([tmp_path])
    assert [skill.name for skill in library.skills] == ["coffee"]
    assert [(item.path, item.code) for item in library.skipped] == [("tea/SKILL.md", "unreadable")]
