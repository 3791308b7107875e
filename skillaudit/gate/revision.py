"""The library as it was at an earlier revision, read from git's objects without touching the working tree."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from skillaudit.disk.writing import scratch_folder
from skillaudit.errors import UsageError
from skillaudit.gate.git import git, some_output
from skillaudit.reading import limits
from skillaudit.safety.cleaning import clean
from skillaudit.schema import Record

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


class Point(Record):
    """Where a reference and HEAD part ways, and what git calls the sources there."""

    reference: str
    """As the user wrote it."""
    commit: str
    """Full id of the commit."""
    top: Path
    """The repository."""
    places: tuple[tuple[str, str], ...]
    """What the user calls each source, and its path below `top`."""
    state: str
    """A text that tells the content of all sources, by git's ids; empty where one was not there."""
    note: str = ""
    """What the reader should know about the choice of the commit."""


class Revision(Record):
    """An earlier state of the sources, laid out in a temporary folder."""

    sources: tuple[str, ...]
    """Where each source lies now; sources that did not exist then are left out."""
    names: tuple[str, ...]
    """What the user calls each of them."""
    note: str = ""
    """What the reader should know about the choice of the commit, and about what was found there."""
    state: str = ""
    """That of the point, where git's ids tell all that was laid out."""


def locate(reference: str, sources: Sequence[str | Path]) -> Point:
    """Return where `reference` and HEAD part ways.

    That point, the merge base, leaves out what others did on the branch since. In a shallow clone without
    it, the tip of `reference` is taken and a note says so.

    Raises `UsageError` when a source is in no repository, or the reference is not there, which in a shallow clone
    says what to fetch.
    """
    folders = [Path(source) for source in sources]
    tops = {_top(folder) for folder in folders}
    if len(tops) != 1:
        raise UsageError("the sources lie in different git repositories; audit them one by one")
    top = tops.pop()
    commit, note = _commit(top, reference)
    places = tuple(
        (str(source), Path(os.path.relpath(folder.resolve(), top)).as_posix())
        for source, folder in zip(sources, folders, strict=True)
    )
    state = _state(top, commit, [inside for _, inside in places])
    return Point(reference=reference, commit=commit, top=top, places=places, state=state, note=note)


@contextmanager
def checkout(point: Point) -> Iterator[Revision]:
    """Yield the sources as they were at `point`, in a folder that goes away after.

    No filters, hooks or export attributes apply. Raises `UsageError` when their files are not there.
    """
    with scratch_folder() as temporary:
        root = temporary.resolve()
        copy = _Copy(root, point.commit, point.reference)
        found, names = [], []
        for name, inside in point.places:
            if was := copy.source(point.top, inside):
                found.append(str(root / was))
                names.append(name)
        notes = " ".join(([point.note] if point.note else []) + copy.notes)
        yield Revision(
            sources=tuple(found),
            names=tuple(names),
            note=notes,
            state="" if copy.notes or copy.submodules else point.state,
        )


def _state(top: Path, commit: str, insides: Sequence[str]) -> str:
    """Return a text of the ids of all sources at `commit`; empty where one was not there.

    It names the repository too: a stranger's may hold anything under the id that a file of yours has.
    """
    told = [os.fspath(top)]
    for inside in insides:
        name = f"{commit}^{{tree}}" if inside == "." else f"{commit}:{inside}"
        done = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
        if done.returncode:
            return ""
        told.append(f"{done.stdout.decode().strip()} {inside}")
    return "\n".join(told)


def _top(folder: Path) -> Path:
    start = folder if folder.is_dir() else folder.parent
    if not start.is_dir():
        raise UsageError(f"{folder}: no such folder")
    done = git(start, "rev-parse", "--show-toplevel")
    if done.returncode:
        raise UsageError(
            f"{folder}: not in a git repository, so there is no earlier revision to compare with"
        )
    top = Path(os.fsdecode(done.stdout.rstrip(b"\n"))).resolve()
    if not (top / ".git").exists():  # its settings may say that its files are anybody's
        raise UsageError(f"{folder}: its repository says that its files lie in {top}, which is no repository")
    return top


def _commit(top: Path, reference: str) -> tuple[str, str]:
    shallow = git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    done = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if done.returncode:
        if git(top, "rev-parse", "--verify", "--quiet", "HEAD").returncode and not _any_commit(top):
            raise UsageError(f"{top}: the repository has no commit yet, so there is nothing to compare with")
        if shallow:
            raise UsageError(
                f"{reference!r} is not in this shallow clone; fetch it with `git fetch --depth=1 origin <branch>`, "
                "or check out with the whole history (`fetch-depth: 0` in actions/checkout)"
            )
        raise UsageError(f"{reference!r} is no commit, branch or tag of this repository")
    tip = done.stdout.decode().strip()
    base = git(top, "merge-base", tip, "HEAD")
    if base.returncode == 0:
        return base.stdout.decode().split()[0], ""
    where = "this shallow clone" if shallow else "the history"
    return tip, f"Compared with the tip of {reference}: {where} does not hold where it and HEAD part ways."


def _any_commit(top: Path) -> bool:
    return bool(git(top, "rev-list", "--all", "--max-count=1").stdout.strip())


class _Copy:
    """Lays files of one commit out below a folder, within the limits of an earlier revision."""

    def __init__(self, root: Path, commit: str, reference: str) -> None:
        self.root = root
        self.commit = commit
        self.reference = reference
        self.notes: list[str] = []
        self.submodules = False
        """True where some were met: whether they are checked out is nothing that the id of a tree tells."""
        self._left = limits.GIT_TOTAL
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
        self._spend(len(content))
        if (target := self._place(root, path)) is None:
            return
        with suppress(
            FileExistsError
        ):  # a tree may hold a name twice: the first stands, and no link is written through
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
            raise UsageError(
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
