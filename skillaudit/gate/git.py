"""The library as it was at an earlier revision, read from git's objects without touching the working tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from skillaudit.disk.writing import scratch_folder
from skillaudit.errors import UsageError
from skillaudit.schema import Record

SUFFIXES = frozenset(
    {".csv", ".json", ".jsonl", ".markdown", ".md", ".toml", ".tsv", ".txt", ".yaml", ".yml"}
)
"""Files that can say something about a skill; others are not written out."""
MOST_BYTES = 5_000_000
_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"})


class Revision(Record):
    """An earlier state of the sources, laid out in a temporary folder."""

    reference: str
    """As the user wrote it."""
    commit: str
    """Full id of the commit that was read."""
    sources: tuple[str, ...]
    """Where each source lies now; sources that did not exist then are left out."""
    note: str = ""
    """What the reader should know about the choice of the commit."""


@contextmanager
def checkout(reference: str, sources: Sequence[str | Path]) -> Iterator[Revision]:
    """Yield the `sources` as they were where `reference` and HEAD part ways, in a folder that goes away after.

    That point, the merge base, leaves out what others did on the branch since. In a shallow clone without
    it, the tip of `reference` is taken and a note says so. No filters, hooks or export attributes apply.

    Raises `UsageError` when a source is in no repository, or the reference or its files are not there,
    which in a shallow clone says what to fetch.
    """
    folders = [Path(source) for source in sources]
    tops = {_top(folder) for folder in folders}
    if len(tops) != 1:
        raise UsageError("the sources lie in different git repositories; audit them one by one")
    top = tops.pop()
    commit, note = _commit(top, reference)
    with scratch_folder() as temporary:
        root = temporary.resolve()
        found = []
        for folder in folders:
            inside = Path(os.path.relpath(folder.resolve(), top)).as_posix()
            if _write(top, commit, inside, root):
                found.append(str(root / inside))
        yield Revision(reference=reference, commit=commit, sources=tuple(found), note=note)


def _top(folder: Path) -> Path:
    start = folder if folder.is_dir() else folder.parent
    if not start.is_dir():
        raise UsageError(f"{folder}: no such folder")
    done = _git(start, "rev-parse", "--show-toplevel")
    if done.returncode:
        raise UsageError(
            f"{folder}: not in a git repository, so there is no earlier revision to compare with"
        )
    return Path(os.fsdecode(done.stdout.rstrip(b"\n"))).resolve()


def _commit(top: Path, reference: str) -> tuple[str, str]:
    shallow = _git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    done = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if done.returncode:
        if _git(top, "rev-parse", "--verify", "--quiet", "HEAD").returncode and not _any_commit(top):
            raise UsageError(f"{top}: the repository has no commit yet, so there is nothing to compare with")
        if shallow:
            raise UsageError(
                f"{reference!r} is not in this shallow clone; fetch it with `git fetch --depth=1 origin <branch>`, "
                "or check out with the whole history (`fetch-depth: 0` in actions/checkout)"
            )
        raise UsageError(f"{reference!r} is no commit, branch or tag of this repository")
    tip = done.stdout.decode().strip()
    base = _git(top, "merge-base", tip, "HEAD")
    if base.returncode == 0:
        return base.stdout.decode().split()[0], ""
    where = "this shallow clone" if shallow else "the history"
    return tip, f"Compared with the tip of {reference}: {where} does not hold where it and HEAD part ways."


def _any_commit(top: Path) -> bool:
    return bool(_git(top, "rev-list", "--all", "--max-count=1").stdout.strip())


def _write(top: Path, commit: str, inside: str, root: Path) -> bool:
    """Write the files below `inside` as of `commit` under `root`; False when there are none."""
    return _write_tree(top, commit, inside, root) and (root / inside).exists()


def _write_tree(top: Path, commit: str, inside: str, root: Path) -> bool:
    arguments = ["ls-tree", "-r", "-z", "--full-tree", commit]
    if inside != ".":
        arguments += ["--", inside]
    listed = _git(top, *arguments)
    if listed.returncode:
        raise UsageError(f"git cannot list {commit[:12]}: {_said(listed)}")
    wanted: list[tuple[str, str, bool]] = []
    more = False
    for line in listed.stdout.split(b"\0"):
        head, _, name = line.partition(b"\t")
        if not name:
            continue
        mode, kind, blob = head.split()
        path = os.fsdecode(name)
        link = mode == b"120000"
        if kind == b"blob" and (link or _matters(path)):
            wanted.append((path, blob.decode(), link))
        elif kind == b"commit":
            more |= _write_submodule(top, path, blob.decode(), root)
    for (path, _, link), content in zip(wanted, _contents(top, [blob for _, blob, _ in wanted]), strict=True):
        target = _safe(root, path)
        if target is None or len(content) > MOST_BYTES:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if link:
            _link(root, target, path, content)
        else:
            target.write_bytes(content)
    return bool(wanted) or more


def _write_submodule(top: Path, path: str, commit: str, root: Path) -> bool:
    """Write the files of a submodule as the tree above pins it; False where it is not checked out."""
    own, target = top / path, _safe(root, path)
    if target is None or not (own / ".git").exists():
        return False
    if _git(own, "cat-file", "-e", f"{commit}^{{commit}}").returncode:
        raise UsageError(
            f"{path}: the submodule's commit {commit[:12]} is not in this clone; fetch it with "
            f"`git -C {path} fetch origin {commit}`"
        )
    target.mkdir(parents=True, exist_ok=True)
    return _write_tree(own, commit, ".", target.resolve())


def _matters(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in SUFFIXES


def _contents(top: Path, blobs: Sequence[str]) -> Iterator[bytes]:
    """Yield the contents of blobs, in order, from one process."""
    if not blobs:
        return
    done = _git(top, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    data = done.stdout
    at = 0
    for blob in blobs:
        end = data.find(b"\n", at)
        words = data[at:end].split() if end >= 0 else []
        if len(words) != 3:
            raise UsageError(
                f"the file with id {blob[:12]} is not in this clone; fetch it, or clone without a blob filter"
            )
        size = int(words[2])
        yield data[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _safe(root: Path, path: str) -> Path | None:
    """Return where a path of the tree goes, or None for one that would leave the folder."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or any(part in {"..", ".git"} for part in parts):
        return None
    target = root.joinpath(*parts)
    # A folder on the way may be a link that an earlier entry made.
    return target if target.parent.resolve().is_relative_to(root) else None


def _link(root: Path, target: Path, path: str, content: bytes) -> None:
    destination = os.fsdecode(content)
    resolved = Path(os.path.normpath(root / Path(path).parent / destination))
    if not Path(destination).is_absolute() and resolved.is_relative_to(root):
        target.symlink_to(destination)


def _git(folder: Path, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {
        # The folder says which repository is meant, whatever a hook or a shell was started in.
        **{name: value for name, value in os.environ.items() if name not in _PLACES},
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=stdin,
            capture_output=True,
            env=environment,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed, and comparing with an earlier revision needs it") from error


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else f"exit code {done.returncode}"
