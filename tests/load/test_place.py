"""Where a skill's file lies: below its own root, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import msgspec

from skillaudit.load import load
from skillaudit.load.place import file_of
from tests.load.trees import write


def test_a_file_is_found_below_its_root_only(tmp_path: Path) -> None:
    inside = write(tmp_path, "lib/a/SKILL.md")
    outside = write(tmp_path, "b/SKILL.md")
    (skill,) = load([tmp_path / "lib"]).skills
    assert file_of(skill) == inside.resolve()
    inside.unlink()
    assert file_of(skill) is None
    inside.symlink_to(outside)
    assert file_of(skill) is None
    for path in ("../b/SKILL.md", "a", "nowhere/SKILL.md"):
        assert file_of(msgspec.structs.replace(skill, path=path)) is None


def test_a_row_has_no_file(tmp_path: Path) -> None:
    write(tmp_path, "l.jsonl", '{"name": "a", "description": "Does it."}')
    (skill,) = load([tmp_path / "l.jsonl"]).skills
    assert file_of(skill) is None
