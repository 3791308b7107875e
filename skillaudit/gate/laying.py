"""Files of a commit, read from git's objects and laid out below a folder."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from skillaudit.errors import UsageError
from skillaudit.gate.git import git, some_output
from skillaudit.reading import limits
from skillaudit.safety.cleaning import clean

SUFFIXES = frozenset(
    {
        ".csv",
        ".gz",
        ".json",
        ".jsonl",
        ".markdown",
        ".md",
        ".ndjson",
        ".toml",
        ".tsv",
        ".txt",
        ".yaml",
        ".yml",
    }
)
"""Files that can say something about a skill; others are not written out."""
_BATCH = 32 << 20
"""Bytes of files that are asked of git at a time."""


class TooLargeError(UsageError):
    """An earlier revision holds more than is laid out."""


class Copy:
    """Lays files of one commit out below a folder, within the limits of an earlier revision.

    A file counts for a `page` of bytes at least.
    """

    def __init__(self, root: Path, commit: str, reference: str, page: int = 0) -> None:
        self.root = root
        self.commit = commit
        self.reference = reference
        self.notes: list[str] = []
        self.submodules = False
        """True where some were met: whether they are checked out is nothing that the id of a tree tells."""
        self._left = limits.GIT_TOTAL
        self._page = page
        self._folders: set[str] = set()

    def source(self, top: Path, inside: str) -> str:
        """Write the files of a source, under its name of then where it had another; return that, or nothing."""
        if self._tree(top, self.commit, inside, self.root) and self._there(inside):
            return inside
        was, shown = _name_then(top, self.commit, inside), clean(inside)
        if was and self._tree(top, self.commit, was, self.root) and self._there(was):
            self.notes.append(f"{shown} was called {clean(was)} then, and is compared with it.")
            return was
        where, count = _place_then(top, self.commit, inside)
        told = (
            f"; {clean(where)} holds {count:,} of its skills there, and `git add` tells what moved"
            if where
            else ""
        )
        self.notes.append(f"{clean(self.reference)} has no {shown}, so that all of it counts as new{told}.")
        return ""

    def _there(self, inside: str) -> bool:
        target = self.root / inside
        return target.exists() and target.resolve().is_relative_to(self.root)

    def _tree(self, top: Path, commit: str, inside: str, root: Path) -> bool:
        wanted: list[tuple[str, str, bool]] = []
        more = False
        for line in _listing(top, commit, inside).split(b"\0"):
            head, _, name = line.partition(b"\t")
            if not name:
                continue
            mode, kind, blob = head.split()
            path = os.fsdecode(name)
            link = mode == b"120000"
            if kind == b"blob" and (link or _matters(path)):
                wanted.append((path, blob.decode(), link))
            elif kind == b"commit":
                more |= self._submodule(top, path, blob.decode(), root)
        paths: dict[str, list[tuple[str, bool]]] = {}
        for path, name_of, link in wanted:
            paths.setdefault(name_of, []).append((path, link))
        for name_of, content in _contents(top, list(paths)):
            for path, link in paths[name_of]:
                self._file(root, path, link, content)
        return bool(wanted) or more

    def _file(self, root: Path, path: str, link: bool, content: bytes) -> None:
        self._spend(max(len(content), self._page))
        if (target := self._place(root, path)) is None:
            return
        # A tree may hold a name twice: the first stands, and no link is written through.
        with suppress(FileExistsError):
            if link:
                _link(root, target, path, content)
            else:
                with target.open("xb") as file:
                    file.write(content)

    def _place(self, root: Path, path: str) -> Path | None:
        """Return where a path of the tree goes, in folders that are there; None where it would leave `root`."""
        parts = _parts(path)
        if not parts:
            return None
        above = os.fspath(root)
        for part in parts[:-1]:
            above = f"{above}/{part}"
            if above not in self._folders and not self._folder(above):
                return None
        return Path(f"{above}/{parts[-1]}")

    def _folder(self, path: str) -> bool:
        """Make a folder; False where something else has its place, such as a link that an earlier entry made."""
        self._spend(len(path))
        try:
            Path(path).mkdir()
        except FileExistsError:
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                return False
        self._folders.add(path)
        return True

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLargeError(
                f"{self.commit[:12]}: an earlier revision of more than {limits.GIT_TOTAL >> 20} MiB; "
                "name a folder below as the source"
            )

    def _submodule(self, top: Path, path: str, commit: str, root: Path) -> bool:
        """Write the files of a submodule as the tree above pins it; False where it is not checked out."""
        self.submodules = True
        own, target = top / path, self._place(root, path)
        if target is None or not (own / ".git").exists() or not own.resolve().is_relative_to(top):
            self.notes.append(
                f"The submodule {clean(path)} is not checked out, and nothing in it was compared: "
                "`git submodule update --init` brings it."
            )
            return False
        if git(own, "cat-file", "-e", f"{commit}^{{commit}}").returncode:
            raise UsageError(
                f"{path}: the submodule's commit {commit[:12]} is not in this clone; fetch it with "
                f"`git -C {path} fetch origin {commit}`"
            )
        return self._folder(os.fspath(target)) and self._tree(own, commit, ".", target)


def _name_then(top: Path, commit: str, inside: str) -> str:
    """Return what the folder `inside` was called at `commit`: where most of its files came from; else nothing.

    The index is what now is, so that a move counts before it is committed.
    """
    if inside == ".":
        return ""
    # An index may ask for the program that watches the files to be run: a stranger's settings name it.
    compared = ("-c", "core.fsmonitor=false", "diff", "--cached", "--no-ext-diff", "--name-status", "-z")
    fields = some_output(top, *compared, "-M", "--diff-filter=R", commit).split(b"\0")
    before: Counter[str] = Counter()
    for old, new in zip(fields[1::3], fields[2::3], strict=False):
        was, now = os.fsdecode(old), os.fsdecode(new)
        rest = now.removeprefix(f"{inside}/")
        if rest != now and was.endswith(f"/{rest}"):
            before[was.removesuffix(f"/{rest}")] += 1
    return min(before, key=lambda name: (-before[name], name)) if before else ""


def _place_then(top: Path, commit: str, inside: str) -> tuple[str, int]:
    """Return the folder that held most of the skills of `inside` at `commit`, by their names, and how many."""
    before: Counter[str] = Counter()
    for path in some_output(top, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).split(b"\0"):
        parts = os.fsdecode(path).split("/")
        for at in range(1, len(parts) - 1) if parts[-1] == "SKILL.md" else ():
            if top.joinpath(inside, *parts[at:]).is_file():
                before["/".join(parts[:at])] += 1
    return max(before.items(), key=lambda one: (one[1], one[0]), default=("", 0))


def _listing(top: Path, commit: str, inside: str) -> bytes:
    arguments = ["ls-tree", "-r", "-z", "--full-tree", commit]
    if inside != ".":
        arguments += ["--", inside]
    listed = some_output(top, *arguments)
    if len(listed) > limits.GIT_LISTING:
        raise UsageError(f"{commit[:12]}: too many files to compare with; name a folder below as the source")
    return listed


def _matters(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in SUFFIXES


def _contents(top: Path, blobs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield blobs with their contents, in order; those beyond the limit of a file are left out unread."""
    if not blobs:
        return
    told = git(top, "cat-file", "--batch-check", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    batch: list[tuple[str, int]] = []
    waiting = 0
    lines = told.stdout.splitlines()
    for blob, line in zip(blobs, [*lines, *[b""] * (len(blobs) - len(lines))], strict=True):
        words = line.split()
        if len(words) != 3:
            raise UsageError(
                f"the file with id {blob[:12]} is not in this clone; fetch it, or clone without a blob filter"
            )
        if (size := int(words[2])) > limits.GIT_FILE:
            continue
        if waiting + size > _BATCH:
            yield from _batch(top, batch)
            batch, waiting = [], 0
        batch.append((blob, size))
        waiting += size
    yield from _batch(top, batch)


def _batch(top: Path, blobs: Sequence[tuple[str, int]]) -> Iterator[tuple[str, bytes]]:
    if not blobs:
        return
    data = git(top, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob, _ in blobs).encode()).stdout
    at = 0
    for blob, size in blobs:
        start = data.find(b"\n", at) + 1
        if not start or len(data) < start + size:
            raise UsageError(f"the file with id {blob[:12]} cannot be read; run `git fsck`")
        yield blob, data[start : start + size]
        at = start + size + 1


def _parts(path: str) -> list[str]:
    """Return the names on a path of the tree; none for one that would leave the folder, or is git's own."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    windows = os.name == "nt" and ("\\" in path or ":" in path)
    return [] if path.startswith("/") or windows or not {"..", ".git"}.isdisjoint(parts) else parts


def _link(root: Path, target: Path, path: str, content: bytes) -> None:
    destination = os.fsdecode(content)
    resolved = Path(os.path.normpath(root / Path(path).parent / destination))
    if not Path(destination).is_absolute() and resolved.is_relative_to(root):
        target.symlink_to(destination)
