"""Backups are the user's: what a library ships, or what was tampered with, restores nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skillaudit.disk.state import state_folder
from skillaudit.disk.writing import replace
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.optimize.apply import backup, in_place
from skillaudit.optimize.apply.files import FileChange, changes
from skillaudit.optimize.apply.in_place import FOREIGN, apply, undo
from tests.optimize.apply.test_in_place import edit, snapshot


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the program catches it."""


def modes(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): path.stat().st_mode & 0o7777 for path in root.rglob("*.md")}


def applied_once(tree: Path) -> Path:
    """Apply three edits, one of which takes a file away; return the folder of the backup."""
    for name in ("helper", "payroll-questions"):
        (tree / name / "SKILL.md").chmod(0o640)
    made, problems = changes(
        load([tree]).skills,
        [
            edit("helper", "A new text."),
            edit("travel-expenses", "Claims trips."),
            edit("payroll-questions", "", "fold", into="helper"),
        ],
    )
    assert not problems
    (folder,) = apply(made)
    return folder


def shipped(tree: Path, number: str, path: str, copy: str, content: bytes, mode: int) -> None:
    """Put a backup into the tree as an older program would have written it."""
    folder = tree / FOREIGN / number
    folder.mkdir(parents=True)
    (folder / "00000").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    saved = {"path": path, "copy": copy, "before": digest, "after": "", "mode": mode}
    (folder / "manifest.json").write_text(json.dumps({"files": [saved]}), encoding="utf-8")


def test_a_shipped_backup_is_never_followed(tree: Path) -> None:
    (tree / ".git" / "hooks").mkdir(parents=True)
    shipped(tree, "9999", ".git/hooks/post-commit", "00000", b"#!/bin/sh\n", 0o104755)
    shipped(tree, "0001", "helper/NEW.md", "../../../../../../etc/hostname", b"x", 0o644)
    (tree / FOREIGN / "\u00b2").mkdir()
    before = snapshot(tree)
    with pytest.raises(UsageError, match=r"nothing to undo.*\.skillaudit-backup came with the library"):
        undo(tree)
    assert snapshot(tree) == before
    applied_once(tree)
    _, notes = undo(tree)
    assert "is not used" in notes[0]
    assert snapshot(tree) == before


def test_names_in_the_users_folder_that_are_no_numbers_have_no_effect(tree: Path) -> None:
    before = snapshot(tree)
    folder = applied_once(tree)
    for name in ("\u00b2", "99999999999", "-1", "00\u0661", "x"):
        (folder.parent / name).mkdir()
        (folder.parent / name / "manifest.json").write_text("{}", encoding="utf-8")
    (folder.parent / "9998").symlink_to(folder)
    undo(tree)
    assert snapshot(tree) == before


def test_ten_thousand_comes_after_9999(tree: Path) -> None:
    before = snapshot(tree)
    folder = applied_once(tree)
    (folder.parent / "9999").mkdir()
    (folder.parent / "9999" / "manifest.json").write_text("{}", encoding="utf-8")
    made, _ = changes(load([tree]).skills, [edit("helper", "A third text.")])
    (second,) = apply(made)
    assert second.name == "10000"
    undo(tree)
    with pytest.raises(UsageError, match="damaged or not of your own key"):
        undo(tree)
    (folder.parent / "9999" / "manifest.json").unlink()
    undo(tree)
    assert snapshot(tree) == before


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(bytes(data))


def _resign(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change the list of a backup and sign it anew, which only the user can."""
    path = folder / "manifest.json"
    content = json.loads(path.read_bytes().partition(b"\n")[2])
    change(content)
    data = json.dumps(content).encode()
    path.write_bytes(backup._signature(data) + b"\n" + data)


def _other_root(content: dict[str, object]) -> None:
    content["root"] = b"/elsewhere".hex()


def _number(content: dict[str, object]) -> None:
    content["number"] = "0002"


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: _flip(folder / "manifest.json"),
        lambda folder: _flip(folder / "00001"),
        lambda folder: (folder / "00001").unlink(),
        lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes()[:-30]),
        lambda folder: (state_folder() / "key").unlink(),
        lambda folder: (state_folder() / "key").write_bytes(b"short"),
        lambda folder: _resign(folder, _other_root),
        lambda folder: _resign(folder, _number),
    ],
)
def test_damage_is_refused_and_nothing_touched(tree: Path, damage: Callable[[Path], object]) -> None:
    folder = applied_once(tree)
    damage(folder)
    before = snapshot(tree)
    with pytest.raises(UsageError, match=r"nothing was undone|no key of yours|cannot be read"):
        undo(tree)
    assert snapshot(tree) == before


@pytest.mark.parametrize("path", ["../out.md", ".git/hooks/post-commit", ".hidden/SKILL.md", "/etc/x.md", ""])
def test_even_a_signed_list_stays_in_the_root(tree: Path, tmp_path: Path, path: str) -> None:
    folder = applied_once(tree)

    def change(content: dict[str, object]) -> None:
        content["files"][0]["path"] = path.encode().hex()  # type: ignore[index]  # JSON

    _resign(folder, change)
    before = snapshot(tmp_path)
    with pytest.raises(UsageError, match="left alone"):
        undo(tree)
    assert snapshot(tmp_path) == before


def test_a_folder_that_became_a_link_is_left_alone(tree: Path, tmp_path: Path) -> None:
    applied_once(tree)
    outside = tmp_path / "outside"
    (tree / "helper").rename(outside)
    (tree / "helper").symlink_to(outside)
    before = snapshot(outside)
    with pytest.raises(UsageError, match="leads out"):
        undo(tree)
    assert snapshot(outside) == before


def test_no_set_uid_bit_is_kept_or_restored(tree: Path) -> None:
    (tree / "payroll-questions" / "SKILL.md").chmod(0o6755)
    (tree / "helper" / "SKILL.md").chmod(0o4755)
    made, _ = changes(
        load([tree]).skills,
        [edit("helper", "New text."), edit("payroll-questions", "", "fold", into="helper")],
    )
    apply(made)
    assert modes(tree)["helper/SKILL.md"] == 0o755
    undo(tree)
    assert modes(tree)["payroll-questions/SKILL.md"] == 0o755
    assert not any(mode & (stat.S_ISUID | stat.S_ISGID) for mode in modes(tree).values())


@contextmanager
def killed_at(event: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the `event`-th call that changes the disk be the last thing that happens."""
    seen = [0]
    dead = [False]

    def watch(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def call(*arguments: object, **named: object) -> object:
            if dead[0]:
                raise Killed  # a dead process cleans nothing up
            seen[0] += 1
            if seen[0] == event:
                dead[0] = True
                raise Killed
            return real(*arguments, **named)

        patch.setattr(owner, name, call)

    with monkeypatch.context() as patch:
        for name in ("mkdir", "unlink", "rename", "replace", "link", "fchmod", "fsync", "rmdir", "write"):
            watch(os, name)
        yield seen


def test_a_kill_at_any_event_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.optimize.conftest import write_library

    def library() -> tuple[Path, list[FileChange], dict[str, bytes], dict[str, int]]:
        monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path_factory.mktemp("state")))
        tree = write_library(tmp_path_factory.mktemp("tree").resolve() / "skills")
        for path in tree.rglob("*.md"):
            path.chmod(0o640)
        made, _ = changes(
            load([tree]).skills,
            [edit("helper", "A new text."), edit("payroll-questions", "", "fold", into="helper")],
        )
        return tree, made, snapshot(tree), modes(tree)

    for command in ("apply", "undo"):
        event = 0
        while True:
            event += 1
            tree, made, before, permissions = library()
            if command == "undo":
                apply(made)
            try:
                with killed_at(event, monkeypatch):
                    if command == "apply":
                        apply(made)
                    else:
                        undo(tree)
            except Killed:
                pass
            else:
                break
            try:
                undo(tree)
            except UsageError as error:
                assert "nothing to undo" in str(error)
            left = {name: data for name, data in snapshot(tree).items() if ".skillaudit-" not in name}
            assert (left, modes(tree)) == (before, permissions), (command, event)
        assert event > 10


def test_two_runs_do_not_share_a_library(tree: Path) -> None:
    made, _ = changes(load([tree]).skills, [edit("helper", "A new text.")])
    before = snapshot(tree)
    with backup.backups_of(tree.resolve()), pytest.raises(UsageError, match="another run"):
        apply(made)
    assert snapshot(tree) == before


def test_no_place_for_backups_means_no_change(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path / "file"))
    made, _ = changes(load([tree]).skills, [edit("helper", "A new text.")])
    before = snapshot(tree)
    with pytest.raises(UsageError, match="SKILLAUDIT_STATE"):
        apply(made)
    assert snapshot(tree) == before


def test_an_interrupt_in_the_middle_puts_everything_back(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = changes(
        load([tree]).skills, [edit("helper", "A new text."), edit("travel-expenses", "Claims trips.")]
    )
    before = snapshot(tree)
    real = replace

    def interrupted(path: Path, data: bytes, *, mode: int | None = None) -> None:
        if data == made[1].after:
            raise KeyboardInterrupt
        real(path, data, mode=mode)

    monkeypatch.setattr(in_place, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply(made)
    assert snapshot(tree) == before
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(tree)


def test_a_disk_without_locks_still_keeps_backups(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def no_locks(handle: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    before = snapshot(tree)
    applied_once(tree)
    undo(tree)
    assert snapshot(tree) == before
    assert list((state_folder() / "unfinished").iterdir()) == []
