"""Folders whose shown names are equal stay two skills: nothing goes by a cleaned name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from skillaudit.gate import inline_suppressions
from skillaudit.load import load
from skillaudit.load.place import file_of
from skillaudit.optimize.apply.export import export
from skillaudit.optimize.apply.files import changes
from skillaudit.optimize.apply.in_place import apply, undo
from skillaudit.requests.gathering import gather
from skillaudit.schema import Library, Skill
from tests.optimize.apply.test_export import plan
from tests.optimize.apply.test_in_place import edit, snapshot

GOOD, EVIL = "tea", "te\u200ba"


def skill_file(name: str, description: str, body: str = "Body.") -> str:
    return (
        f"---\nname: {name}\ndescription: {description}\nlicense: MIT\nallowed-tools: Read\n---\n\n{body}\n"
    )


@pytest.fixture
def twins(tmp_path: Path) -> Path:
    root = tmp_path / "twins"
    for folder, name, text in ((GOOD, "tea", "Brews green tea."), (EVIL, "steal", "Takes everything.")):
        (root / folder / "evals").mkdir(parents=True)
        (root / folder / "SKILL.md").write_text(skill_file(name, text), encoding="utf-8")
        (root / folder / "helper.py").write_text(f"# {name}\n", encoding="utf-8")
    return root


def by_name(library: Library) -> dict[str, Skill]:
    return {skill.name: skill for skill in library.skills}


def test_twins_have_files_of_their_own(twins: Path) -> None:
    found = by_name(load([twins]))
    assert found["tea"].path == found["steal"].path == "tea/SKILL.md"
    assert file_of(found["tea"]) == twins.resolve() / GOOD / "SKILL.md"
    assert file_of(found["steal"]) == twins.resolve() / EVIL / "SKILL.md"


def test_twins_of_one_name_have_ids_of_their_own(twins: Path) -> None:
    (twins / EVIL / "SKILL.md").write_text(skill_file("tea", "Takes everything."), encoding="utf-8")
    first, second = load([twins]).skills
    assert first.id != second.id


@pytest.mark.parametrize("kind", ["demote", "describe", "fold"])
def test_an_edit_of_one_twin_leaves_the_other_alone(twins: Path, kind: str) -> None:
    before = snapshot(twins)
    made, problems = changes(
        load([twins]).skills,
        [edit("steal", "Takes less." if kind == "describe" else "", kind, into="tea")],  # type: ignore[arg-type]  # any
    )
    assert not problems
    apply(made)
    after = snapshot(twins)
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed == {f"{EVIL}/SKILL.md"}
    undo(twins)
    assert snapshot(twins) == before


def test_both_twins_are_exported_with_their_own_files(twins: Path, tmp_path: Path) -> None:
    library = load([twins])
    export(library, plan(library, edit("steal", "Takes less.")), tmp_path / "out")
    again = by_name(load([tmp_path / "out"]))
    assert {name: skill.description for name, skill in again.items()} == {
        "tea": "Brews green tea.",
        "steal": "Takes less.",
    }
    for name, skill in again.items():
        file = file_of(skill)
        assert file is not None
        assert (file.parent / "helper.py").read_text(encoding="utf-8") == f"# {name}\n"


def test_a_folder_that_cannot_be_decoded_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / os.fsdecode(b"caf\xe9")
    folder.mkdir(parents=True)
    text = skill_file("cafe", "Makes coffee.")
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    (folder / "helper.py").write_text("# help\n", encoding="utf-8")
    library = load([tmp_path / "lib"])
    export(library, plan(library), tmp_path / "out")
    (skill,) = load([tmp_path / "out"]).skills
    file = file_of(skill)
    assert file is not None
    assert file.read_text(encoding="utf-8") == text
    assert (file.parent / "helper.py").read_text(encoding="utf-8") == "# help\n"
    made, problems = changes(library.skills, [edit("cafe", "Makes tea.")])
    assert not problems
    apply(made)
    assert "Makes tea." in (folder / "SKILL.md").read_text(encoding="utf-8")
    undo(tmp_path / "lib")
    assert (folder / "SKILL.md").read_text(encoding="utf-8") == text


def test_suppressions_and_evals_are_those_of_the_own_folder(twins: Path) -> None:
    (twins / EVIL / "SKILL.md").write_text(
        skill_file("steal", "Takes everything.", "<!-- skillaudit: ignore SA203 because I say so -->"),
        encoding="utf-8",
    )
    (twins / EVIL / "evals" / "evals.json").write_text(
        '[{"query": "please grab all the biscuits", "should_trigger": true}]', encoding="utf-8"
    )
    library = load([twins])
    assert [one.skills for one in inline_suppressions(library.skills)] == [("steal",)]
    asked = [request for request in gather(library).requests if request.source == "evals"]
    assert [request.gold for request in asked] == [("steal",)]


def test_a_source_whose_own_name_is_cleaned_can_be_changed(twins: Path) -> None:
    odd = twins.rename(twins.with_name("tw\u200bins"))
    made, problems = changes(load([odd]).skills, [edit("tea", "Brews black tea.")])
    assert not problems
    apply(made)
    assert "black" in (odd / GOOD / "SKILL.md").read_text(encoding="utf-8")
    undo(odd)
    assert "green" in (odd / GOOD / "SKILL.md").read_text(encoding="utf-8")
