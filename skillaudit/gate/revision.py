"""The library as it was at an earlier revision, read from git's objects without touching the working tree."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from skillaudit.disk.writing import memory_folder, scratch_folder
from skillaudit.errors import UsageError
from skillaudit.gate.git import git
from skillaudit.gate.laying import Copy, TooLargeError
from skillaudit.reading import limits
from skillaudit.schema import Record

AUTO = "auto"
"""What the action for GitHub takes in place of a revision."""


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
    with ExitStack() as stack:
        yield _laid_out(point, stack)


def _laid_out(point: Point, stack: ExitStack) -> Revision:
    """Lay the sources out in memory where they find room there, else on disk; `stack` takes them away again."""
    if (memory := memory_folder(2 * limits.GIT_TOTAL)) is not None:
        with suppress(OSError, TooLargeError), ExitStack() as trying:
            revision = _revision(point, trying.enter_context(scratch_folder(memory)), page=mmap.PAGESIZE)
            stack.push(trying.pop_all())
            return revision
    return _revision(point, stack.enter_context(scratch_folder()))


def _revision(point: Point, folder: Path, page: int = 0) -> Revision:
    root = folder.resolve()
    copy = Copy(root, point.commit, point.reference, page)
    found, names = [], []
    for name, inside in point.places:
        if was := copy.source(point.top, inside):
            found.append(str(root / was))
            names.append(name)
    return Revision(
        sources=tuple(found),
        names=tuple(names),
        note=" ".join(([point.note] if point.note else []) + copy.notes),
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
        if reference == AUTO:
            raise UsageError(
                f"{AUTO!r} is no revision: it stands for the base branch of a pull request, and only the action for "
                "GitHub knows that; name a branch or commit, such as --since origin/main"
            )
        if shallow and (back := _back(reference)):
            raise UsageError(
                f"{reference!r} is not in this shallow clone; fetch it with `git fetch --deepen={back}`, or the whole "
                "history with `git fetch --unshallow` (`fetch-depth: 0` in actions/checkout)"
            )
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


def _back(reference: str) -> int:
    """How many commits before another a reference such as `HEAD~2` or `main^` means; 0 for one that names a commit."""
    steps = reference.partition("~")[2]
    if steps.isascii() and steps.isdecimal() and len(steps) < 7:
        return int(steps)
    return reference.count("~") + reference.count("^")


def _any_commit(top: Path) -> bool:
    return bool(git(top, "rev-list", "--all", "--max-count=1").stdout.strip())
