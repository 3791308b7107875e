"""Writing in place and undoing it: every byte comes back, and nothing outside is touched."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.load.place import file_of
from skillaudit.optimize.apply import in_place
from skillaudit.optimize.apply.files import FileChange, changes
from skillaudit.optimize.apply.in_place import apply, undo
from skillaudit.optimize.records import Edit, Kind


def edit(skill: str, after: str = "", kind: Kind = "describe", *, into: str = "", before: str = "") -> Edit:
    return Edit(
        id=f"{kind}-{skill}",
        kind=kind,
        step="victim",
        skills=(skill,),
        reason="",
        before=before,
        after=after,
        into=into,
    )


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }


def test_apply_changes_the_value_alone_and_undo_restores_it(tree: Path) -> None:
    before = snapshot(tree)
    library = load([tree])
    folded = edit("payroll-questions", "", "fold", into="helper")
    made, problems = changes(
        library.skills,
        [
            edit("helper", kind="demote"),
            edit("travel-expenses", "Claims: trips."),
            folded,
        ],
    )
    assert not problems
    apply(made)
    after = snapshot(tree)
    assert "payroll-questions/SKILL.md" not in after
    assert after["invoice-matching/SKILL.md"] == before["invoice-matching/SKILL.md"]
    assert b'description: "Claims: trips."\n# kept too\nlicense: MIT\n' in after["travel-expenses/SKILL.md"]
    again = {skill.id: skill for skill in load([tree]).skills}
    assert again["helper"].manual_only
    assert again["travel-expenses"].description == "Claims: trips."
    undo(tree)
    assert snapshot(tree) == before
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(tree)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text("abcdéß -", min_size=1).map(str.strip).filter(lambda name: name not in ("", "-")),
        st.tuples(st.binary(max_size=60), st.one_of(st.none(), st.binary(max_size=60))),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 3),
)
def test_undo_restores_every_byte(files: dict[str, tuple[bytes, bytes | None]], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, (old, _) in files.items():
            (root / name).write_bytes(old)
            (root / name).chmod(0o640)
        states = [snapshot(root)]
        for _ in range(rounds):
            made = [
                FileChange(root / name, root, (root / name).read_bytes(), new, ())
                for name, (_, new) in files.items()
                if (root / name).exists()
            ]
            if not made:
                break
            apply(made)
            states.append(snapshot(root))
        for state in reversed(states[:-1]):
            undo(root)
            assert snapshot(root) == state
        assert all(os.stat(root / name).st_mode & 0o777 == 0o640 for name in files)  # noqa: PTH116


def test_undo_does_not_lose_what_was_written_since(tree: Path) -> None:
    made, _ = changes(load([tree]).skills, [edit("helper", "New text here.")])
    apply(made)
    (tree / "helper" / "SKILL.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="changed since"):
        undo(tree)
    assert (tree / "helper" / "SKILL.md").read_text(encoding="utf-8") == "mine"


def test_a_file_that_changed_meanwhile_stops_everything(tree: Path) -> None:
    made, _ = changes(
        load([tree]).skills, [edit("helper", "A new text."), edit("travel-expenses", "Another text.")]
    )
    (tree / "travel-expenses" / "SKILL.md").write_text("mine", encoding="utf-8")
    before = snapshot(tree)
    with pytest.raises(UsageError, match="nothing was changed"):
        apply(made)
    assert snapshot(tree) == before


def test_a_file_that_cannot_be_written_is_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, data: bytes, *, mode: int | None = None) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    made, _ = changes(load([tree]).skills, [edit("helper", "A new text.")])
    monkeypatch.setattr(in_place, "replace", refused)
    with pytest.raises(UsageError, match=r"nothing was changed: cannot write .*helper.SKILL\.md: Permission"):
        apply(made)


def test_a_folder_that_a_merge_empties_goes_and_one_that_holds_more_stays(tree: Path) -> None:
    (tree / "team").mkdir()
    for name in ("payroll-questions", "helper"):
        (tree / name).rename(tree / "team" / name)
    (tree / "team" / "helper" / "notes.md").write_text("kept", encoding="utf-8")
    before = snapshot(tree)
    folds = [
        edit(f"team/{name}", "", "fold", into="travel-expenses") for name in ("payroll-questions", "helper")
    ]
    folds = [msgspec.structs.replace(one, skills=(Path(one.skills[0]).name,)) for one in folds]
    made, problems = changes(load([tree]).skills, folds)
    assert not problems
    apply(made)
    assert sorted(path.name for path in (tree / "team").iterdir()) == ["helper"]
    undo(tree)
    assert snapshot(tree) == before


def test_links_are_not_followed_out(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside / "SKILL.md"
    target.write_text("---\nname: out\ndescription: Outside of it\n---\nBody\n", encoding="utf-8")
    data = target.read_bytes()
    library = load([tree])
    (tree / "helper" / "SKILL.md").unlink()
    (tree / "helper" / "SKILL.md").symlink_to(target)
    skill = next(skill for skill in library.skills if skill.id == "helper")
    assert file_of(skill) is None
    made, problems = changes(library.skills, [edit("helper", "New text.")])
    assert not made
    assert [problem.skill for problem in problems] == ["helper"]
    with pytest.raises(UsageError):
        apply([FileChange(tree / "helper" / "SKILL.md", tree.resolve(), data, b"new", ())])
    assert target.read_bytes() == data


def test_copies_that_keep_their_text_are_said(tree: Path) -> None:
    shutil.copytree(tree / "helper", tree / "zz-helper")
    made, problems = changes(load([tree]).skills, [edit("helper", "New text.")])
    assert len(made) == 1
    assert [(problem.skill, "zz-helper/SKILL.md" in problem.reason) for problem in problems] == [
        ("helper", True)
    ]
