"""Reading an earlier revision: from objects only, on branches, in shallow clones, against hostile trees.

Long because every way to lie to git is made once, on one repository.
"""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from skillaudit.errors import UsageError
from skillaudit.gate import checkout, locate
from skillaudit.gate import git as asking
from skillaudit.gate import laying as reading
from skillaudit.gate import revision as revisions
from skillaudit.load import load
from skillaudit.reading import limits

from .repository import Repository, git


def files(folder: str | Path) -> list[str]:
    """Return the files below a folder."""
    root = Path(folder)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with one commit on main and another on a branch."""
    made = Repository(tmp_path / "repo")
    made.add("dns-checker")
    (made.skills / "dns-checker" / "logo.png").write_bytes(b"\x89PNG")
    made.commit("one")
    git(made.folder, "checkout", "--quiet", "-b", "feature")
    made.add("csv-cleaner")
    made.commit("two")
    return made


def test_the_tree_of_the_reference_without_other_files(repository: Repository) -> None:
    point = locate("main", [repository.skills])
    assert point.commit == git(repository.folder, "rev-parse", "main") and point.note == ""
    with checkout(point) as revision:
        (source,) = revision.sources
        assert files(source) == ["dns-checker/SKILL.md"]
        assert Path(source).name == "skills" and revision.names == (str(repository.skills),)
        assert revision.note == ""
    assert not Path(source).exists()
    assert git(repository.folder, "status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["cat.jsonl.gz", "cat.ndjson"])
def test_every_list_that_is_loaded_is_a_source(tmp_path: Path, name: str) -> None:
    made = Repository(tmp_path / "repo")
    row = b'{"name": "dns-checker", "description": "Checks DNS records."}\n'
    (made.folder / name).write_bytes(gzip.compress(row) if name.endswith(".gz") else row)
    made.commit("one")
    with checkout(locate("HEAD", [made.folder / name])) as revision:
        assert revision.note == ""
        assert [skill.id for skill in load(revision.sources).skills] == ["dns-checker"]


def test_a_state_tells_the_content_and_the_repository(repository: Repository, tmp_path: Path) -> None:
    sources = [repository.skills]
    first = locate("HEAD", sources)
    assert first.state and first.state != locate("main", sources).state
    (repository.folder / "README.md").write_text("Beside the skills.", encoding="utf-8")
    repository.commit("beside")
    assert locate("HEAD", sources).state == first.state
    assert locate("HEAD", [repository.folder]).state not in ("", first.state)
    git(tmp_path, "clone", "--quiet", str(repository.folder), "clone")
    assert locate("HEAD", [tmp_path / "clone" / "skills"]).state not in ("", first.state)
    with checkout(first) as revision:
        assert revision.state == first.state
    git(repository.folder, "mv", "skills", "library")
    with checkout(locate("HEAD", [repository.folder / "library"])) as revision:
        assert revision.sources and revision.state == ""
    (repository.folder / "new").mkdir()
    assert locate("HEAD", [repository.folder, repository.folder / "new"]).state == ""


def test_a_revision_lies_in_memory_where_it_fits(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    for folder in (memory, disk):
        folder.mkdir()
    monkeypatch.setattr(revisions, "memory_folder", lambda _room: memory)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    point = locate("HEAD", [repository.skills])
    for most, used, other in ((limits.GIT_TOTAL, memory, disk), (5_000, disk, memory)):
        monkeypatch.setattr(limits, "GIT_TOTAL", most)  # two files take two pages in memory
        with checkout(point) as revision:
            assert Path(revision.sources[0]).is_relative_to(used) and list(other.iterdir()) == []
            assert files(revision.sources[0]) == ["csv-cleaner/SKILL.md", "dns-checker/SKILL.md"]
        assert list(used.iterdir()) == []


def test_what_others_did_on_the_branch_since_is_left_out(repository: Repository) -> None:
    git(repository.folder, "checkout", "--quiet", "main")
    repository.add("map-drawer")
    repository.commit("three")
    git(repository.folder, "checkout", "--quiet", "feature")
    with checkout(locate("main", [repository.skills])) as revision:
        assert files(revision.sources[0]) == ["dns-checker/SKILL.md"]


def test_the_repository_itself_as_the_source(repository: Repository) -> None:
    with checkout(locate("main", [repository.folder])) as revision:
        assert files(revision.sources[0]) == ["skills/dns-checker/SKILL.md"]


def test_a_folder_that_was_not_there_yet(repository: Repository) -> None:
    other = repository.folder / "more"
    other.mkdir()
    with checkout(locate("main", [other, repository.skills])) as revision:
        assert len(revision.sources) == 1


def test_attributes_and_filters_do_not_apply(repository: Repository) -> None:
    (repository.folder / ".gitattributes").write_text(
        "*.md export-ignore\n*.md text eol=crlf\n", encoding="utf-8"
    )
    repository.commit("attributes")
    with checkout(locate("HEAD", [repository.skills])) as revision:
        content = (Path(revision.sources[0]) / "dns-checker" / "SKILL.md").read_bytes()
        assert content.startswith(b"---\n")


def test_names_in_any_script(repository: Repository) -> None:
    repository.add("名前 x", "Does something.")
    repository.commit("name")
    with checkout(locate("HEAD", [repository.skills])) as revision:
        assert "名前 x/SKILL.md" in files(revision.sources[0])


def test_links_inside_are_kept_and_links_out_are_not(repository: Repository) -> None:
    (repository.skills / "alias").symlink_to("dns-checker")
    (repository.skills / "outside").symlink_to("/etc")
    (repository.skills / "above").symlink_to("../../..")
    repository.commit("links")
    with checkout(locate("HEAD", [repository.skills])) as revision:
        source = Path(revision.sources[0])
        assert (source / "alias").is_symlink() and (source / "alias" / "SKILL.md").is_file()
        assert not (source / "outside").exists() and not (source / "above").exists()


def test_a_shallow_clone(repository: Repository, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository.folder}", "shallow")
    clone = tmp_path / "shallow"
    with pytest.raises(
        UsageError, match=r"'origin/main' is not in this shallow clone.*--depth=1.*fetch-depth: 0"
    ):
        checkout(locate("origin/main", [clone / "skills"])).__enter__()
    for reference, deep in (("HEAD~1", 1), ("HEAD^", 1), ("HEAD~~", 2), ("HEAD~3", 3)):
        with pytest.raises(UsageError, match=rf"not in this shallow clone.*--deepen={deep}`.*--unshallow"):
            locate(reference, [clone / "skills"])
    with pytest.raises(UsageError, match=r"'auto' is no revision.*--since origin/main"):
        locate("auto", [clone / "skills"])
    git(clone, "fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    with checkout(locate("origin/main", [clone / "skills"])) as revision:
        assert files(revision.sources[0]) == ["dns-checker/SKILL.md"]
        assert "this shallow clone does not hold where" in revision.note


def test_mistakes(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'nowhere' is no commit"):
        checkout(locate("nowhere", [repository.skills])).__enter__()
    with pytest.raises(UsageError, match="'--help' is no commit"):
        checkout(locate("--help", [repository.skills])).__enter__()
    plain = tmp_path / "plain"
    plain.mkdir()
    with pytest.raises(UsageError, match="not in a git repository"):
        checkout(locate("main", [plain])).__enter__()
    with pytest.raises(UsageError, match="no such folder"):
        checkout(locate("main", [tmp_path / "none" / "none"])).__enter__()
    other = Repository(tmp_path / "other")
    with pytest.raises(UsageError, match="different git repositories"):
        checkout(locate("main", [repository.skills, other.folder])).__enter__()


def test_files_that_a_partial_clone_lacks(repository: Repository, tmp_path: Path) -> None:
    git(repository.folder, "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "--quiet",
        "--filter=blob:none",
        "--no-checkout",
        f"file://{repository.folder}",
        "partial",
    )
    git(tmp_path / "partial", "remote", "set-url", "origin", f"file://{tmp_path}/gone")
    with pytest.raises(UsageError, match="not in this clone"):
        checkout(locate("HEAD", [tmp_path / "partial"])).__enter__()


def test_a_repository_without_commits(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "repo")
    empty.add("dns-checker")
    with pytest.raises(UsageError, match="no commit yet"), checkout(locate("HEAD", [empty.skills])):
        pass


def test_where_git_was_started_says_nothing(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repository(tmp_path / "other")
    other.commit("other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    with checkout(locate("main", [repository.skills])) as revision:
        assert files(revision.sources[0]) == ["dns-checker/SKILL.md"]


def test_a_submodule_is_read_as_it_was_pinned(repository: Repository, tmp_path: Path) -> None:
    above = Repository(tmp_path / "above")
    source = str(repository.folder)
    git(above.folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "lib")
    above.commit("with lib")
    repository.add("map-drawer")
    repository.commit("three")
    git(above.folder / "lib", "pull", "--quiet")
    for root in (above.folder, above.folder / "lib"):
        with checkout(locate("HEAD", [root])) as revision:
            names = {
                Path(name).parent.name for name in files(revision.sources[0]) if name.endswith("SKILL.md")
            }
            assert names == {"dns-checker", "csv-cleaner", *(["map-drawer"] if root.name == "lib" else [])}
            assert (revision.state == "") == (root.name != "lib")  # what is pinned may be checked out, or not
    git(above.folder / "lib", "update-ref", "-d", "refs/heads/feature")
    gone = "0" * 39 + "1"
    git(above.folder, "update-index", "--cacheinfo", f"160000,{gone},lib")
    git(above.folder, "commit", "--quiet", "--message", "lost")
    missing = pytest.raises(UsageError, match=r"^lib: the submodule's commit 000000000000")
    with missing, checkout(locate("HEAD", [above.folder])):
        pass
    git(above.folder, "submodule", "--quiet", "deinit", "--force", "lib")
    with checkout(locate("HEAD", [above.folder])) as revision:
        assert revision.sources == ()


def test_no_other_repository_of_yours_is_read(repository: Repository, tmp_path: Path) -> None:
    """Neither through a link in a submodule's place, nor because a stranger's settings say that it is theirs."""
    commit = git(repository.folder, "rev-parse", "HEAD").strip()
    evil = Repository(tmp_path / "evil")
    evil.add("unit-tester")
    evil.commit("one")
    git(evil.folder, "update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
    git(evil.folder, "commit", "--quiet", "--message", "two")
    (evil.folder / "lib").symlink_to(repository.folder)
    with checkout(locate("HEAD", [evil.folder])) as revision:
        assert files(revision.sources[0]) == ["skills/unit-tester/SKILL.md"]
        assert "The submodule lib is not checked out" in revision.note
    git(evil.folder, "config", "core.worktree", str(tmp_path))
    elsewhere = pytest.raises(UsageError, match="says that its files lie in")
    with elsewhere, checkout(locate("HEAD", [evil.skills])):
        pass


def test_a_repository_inside_that_is_no_submodule_is_not_the_one_above(repository: Repository) -> None:
    inner = Repository(repository.folder / "inner")
    inner.add("unit-tester")
    inner.commit("inner")
    with checkout(locate("HEAD", [inner.skills])) as revision:
        assert files(revision.sources[0]) == ["unit-tester/SKILL.md"]


def test_a_source_that_was_called_otherwise(repository: Repository) -> None:
    git(repository.folder, "mv", "skills", "library")
    repository.commit("rename")
    with checkout(locate("HEAD~1", [repository.folder / "library"])) as revision:
        (source,) = revision.sources
        assert Path(source).name == "skills" and list(Path(source).rglob("SKILL.md"))
        assert "library was called skills then" in revision.note


def test_a_move_that_is_not_committed(repository: Repository) -> None:
    git(repository.folder, "mv", "skills", "library")
    with checkout(locate("HEAD", [repository.folder / "library"])) as revision:
        assert files(revision.sources[0]) == ["csv-cleaner/SKILL.md", "dns-checker/SKILL.md"]
        assert "library was called skills then" in revision.note


def test_a_source_that_was_not_there_is_told_and_where_its_skills_stood(repository: Repository) -> None:
    repository.skills.rename(repository.folder / "library")
    (repository.folder / "new" / "map-drawer").mkdir(parents=True)
    with checkout(locate("HEAD", [repository.folder / "library", repository.folder / "new"])) as revision:
        assert revision.sources == ()
        assert revision.note == (
            "HEAD has no library, so that all of it counts as new; skills holds 2 of its skills there, and `git add` "
            "tells what moved. HEAD has no new, so that all of it counts as new."
        )
    git(repository.folder, "add", "--all")
    with checkout(locate("HEAD", [repository.folder / "library"])) as revision:
        assert "library was called skills then" in revision.note


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_an_index_runs_no_program(repository: Repository, tmp_path: Path) -> None:
    ran, program = tmp_path / "ran", tmp_path / "watch.sh"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n", encoding="utf-8")
    program.chmod(0o755)
    git(repository.folder, "mv", "skills", "library")
    git(repository.folder, "config", "core.fsmonitor", str(program))
    git(repository.folder, "update-index", "--fsmonitor")
    git(repository.folder, "status")
    assert ran.exists()  # git itself runs it
    ran.unlink()
    with checkout(locate("HEAD", [repository.folder / "library"])) as revision:
        assert "library was called skills then" in revision.note
    assert not ran.exists()


def test_files_are_asked_for_in_batches(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("map-drawer", "unit-tester", "recipe-scaler"):
        repository.add(name)
    repository.commit("more")
    with checkout(locate("HEAD", [repository.skills])) as revision:
        whole = {path: (Path(revision.sources[0]) / path).read_bytes() for path in files(revision.sources[0])}
    for most in (1, 500):
        monkeypatch.setattr(reading, "_BATCH", most)
        with checkout(locate("HEAD", [repository.skills])) as revision:
            found = Path(revision.sources[0])
            assert {path: (found / path).read_bytes() for path in files(found)} == whole


def test_of_several_names_the_one_most_files_came_from(repository: Repository) -> None:
    for name in ("map-drawer", "unit-tester", "recipe-scaler"):
        repository.add(name)
    repository.commit("more")
    git(repository.folder, "mv", "skills/map-drawer", "aside")
    git(repository.folder, "mv", "skills", "library")
    git(repository.folder, "mv", "aside", "library/map-drawer")
    repository.commit("rename")
    with checkout(locate("HEAD~1", [repository.folder / "library"])) as revision:
        assert Path(revision.sources[0]).name == "skills"
        assert len(files(revision.sources[0])) == 5


def test_nothing_beside_the_source_is_read(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository.folder / "beside").mkdir()
    for number in range(60):
        (repository.folder / "beside" / f"{number}.md").write_text("y" * 1000, encoding="utf-8")
    repository.commit("beside")
    monkeypatch.setattr(limits, "GIT_LISTING", 1_000)
    with checkout(locate("HEAD", [repository.skills])) as revision:
        assert files(revision.sources[0]) == ["csv-cleaner/SKILL.md", "dns-checker/SKILL.md"]


def _tree(repository: Repository, *entries: tuple[str, str, str]) -> str:
    """Write a tree of (mode, name, id) as it is given, names that stand twice included, and return its id."""
    raw = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(of) for mode, name, of in entries)
    return _object(repository, "tree", raw)


def _object(repository: Repository, kind: str, content: bytes) -> str:
    command = ("hash-object", "-t", kind, "-w", "--literally", "--stdin")
    done = subprocess.run(
        ["git", "-C", str(repository.folder), *command], input=content, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("twice", ["file", "folder", "source"])
def test_nothing_is_written_or_read_through_a_link(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twice: str
) -> None:
    """By its letters a link may stay inside, and lead out through another link; a tree may hold its name twice."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.md").write_text("mine", encoding="utf-8")
    scratch, depth = tmp_path / "scratch", 12
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (blob, mine) = (_object(repository, "blob", text) for text in (b"evil", b"evil"))
    up = _object(repository, "blob", b"../" * depth + b".")
    below = _tree(repository, ("120000", "top", up))
    for _ in range(depth - 1):
        below = _tree(repository, ("40000", "d", below))
    led = (
        "/".join(["d"] * depth)
        + "/top"
        + "/.." * 2
        + "/"
        + "outside"
        + ("/mine.md" if twice == "file" else "")
    )
    out = _object(repository, "blob", led.encode())
    inner = _tree(repository, ("100644", "mine.md", blob), ("100644", "new.md", blob))
    name = "skills" if twice == "source" else "x.md"
    second = {
        "file": ("100644", name, mine),
        "folder": ("40000", name, inner),
        "source": ("100644", "y.md", mine),
    }
    root = _tree(repository, ("40000", "d", below), ("120000", name, out), second[twice])
    commit = git(repository.folder, "commit-tree", root, "-m", "evil")
    git(repository.folder, "update-ref", "refs/heads/evil", commit)
    sources = [repository.folder, *([repository.skills] if twice == "source" else [])]
    with checkout(locate("evil", sources)) as revision:
        (folder,) = scratch.iterdir()
        assert twice == "source" or (folder / "x.md").is_symlink()
        if twice == "file":
            assert (folder / "x.md").resolve() == outside / "mine.md", "the link leads out indeed"
        assert revision.names == (str(repository.folder),)
    assert [path.name for path in outside.iterdir()] == ["mine.md"]
    assert (outside / "mine.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a/.git/config", ""])
def test_a_path_that_would_leave_the_folder_has_no_place(tmp_path: Path, path: str) -> None:
    assert reading._parts(path) == []
    assert reading._parts("a//./b") == ["a", "b"]


def test_a_submodule_that_is_not_checked_out_is_told(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other")
    other.add("map-drawer")
    other.commit("tea")
    git(
        repository.folder,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        str(other.folder),
        "skills/more",
    )
    repository.commit("submodule")
    git(repository.folder, "submodule", "deinit", "-f", "skills/more")
    with checkout(locate("HEAD", [repository.folder / "skills"])) as revision:
        assert "The submodule skills/more is not checked out" in revision.note
        assert not list(Path(revision.sources[0]).glob("more/*"))


def test_what_is_too_large_is_never_unpacked(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository.skills / "large.md").write_text("x" * (limits.GIT_FILE + 1), encoding="utf-8")
    repository.commit("large")
    asked: list[bytes] = []
    real = asking.git

    def counted(*arguments: Any, stdin: bytes | None = None) -> Any:
        done = real(*arguments, stdin=stdin)
        asked.append(done.stdout)
        return done

    monkeypatch.setattr(reading, "git", counted)
    with checkout(locate("HEAD", [repository.folder / "skills"])) as revision:
        assert list(Path(revision.sources[0]).rglob("SKILL.md"))
        assert not list(Path(revision.sources[0]).rglob("large.md"))
    assert max(map(len, asked)) < limits.GIT_FILE


def test_a_tree_that_names_one_file_without_end(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        (repository.skills / f"{number}.md").write_text("y" * 1000, encoding="utf-8")
    repository.commit("copies")
    monkeypatch.setattr(limits, "GIT_TOTAL", 20_000)
    with (
        pytest.raises(UsageError, match="name a folder below as the source"),
        checkout(locate("HEAD", [repository.folder])),
    ):
        pass
    monkeypatch.setattr(limits, "GIT_LISTING", 1_000)
    with (
        pytest.raises(UsageError, match="too many files to compare with"),
        checkout(locate("HEAD", [repository.folder])),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="no pipes in folders there")
def test_a_pipe_in_the_folder_of_git_holds_nobody(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    head = repository.folder / ".git" / "HEAD"
    head.unlink()
    os.mkfifo(head)
    with (
        pytest.raises(UsageError, match="git gave no answer within"),
        checkout(locate("main", [repository.folder])),
    ):
        pass
    with pytest.raises(UsageError, match="git gave no answer within"):
        asking.some_output(repository.folder, "ls-files")


@pytest.mark.skipif(os.name == "nt", reason="no pipes in folders there")
def test_an_interrupt_ends_a_git_that_waits(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither git nor what would have stopped it outlives the interrupt."""
    head, started = repository.folder / ".git" / "HEAD", asking._started
    head.unlink()
    os.mkfifo(head)
    running: list[subprocess.Popen[bytes]] = []

    class Interrupted:
        def read(self, _size: int) -> bytes:
            raise KeyboardInterrupt

        def close(self) -> None: ...

    def start(*arguments: Any, **streams: Any) -> subprocess.Popen[bytes]:
        running.append(started(*arguments, **streams))
        cast("Any", running[0].stdout).close()
        running[0].stdout = cast("Any", Interrupted())
        return running[0]

    monkeypatch.setattr(asking, "_started", start)
    with pytest.raises(KeyboardInterrupt):
        asking.some_output(repository.folder, "ls-files")
    assert running[0].returncode == -signal.SIGKILL
    for timer in [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
        timer.join(10)  # it was called off, and ends as soon as it is let run
        assert not timer.is_alive()


@pytest.mark.skipif(sys.platform != "linux", reason="folders with such names")
def test_names_that_are_no_text_are_told_as_text(repository: Repository) -> None:
    odd = os.fsdecode(b"sk\xffills")
    git(repository.folder, "mv", "skills", odd)
    repository.commit("odd")
    git(repository.folder, "mv", odd, "library")
    with checkout(locate("HEAD", [repository.folder / "library"])) as revision:
        assert "library was called sk" in revision.note and revision.note.isprintable()
    git(repository.folder, "reset", "--quiet")
    with checkout(locate("HEAD", [repository.folder / "library"])) as revision:
        assert "holds 2 of its skills there" in revision.note and revision.note.isprintable()


@pytest.mark.skipif(sys.platform != "linux", reason="only there git can be held to a measure")
def test_git_takes_no_memory_without_end(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link to `/dev/zero` in its folder is read line by line, and the line never ends."""
    monkeypatch.setattr(limits, "GIT_MEMORY", 64 << 20)
    with checkout(locate("main", [repository.skills])) as revision:
        assert revision.sources
    (repository.folder / ".git" / "info").mkdir(exist_ok=True)
    (repository.folder / ".git" / "info" / "grafts").symlink_to("/dev/zero")
    with (
        pytest.raises(UsageError, match="git needs more than 64 MiB"),
        checkout(locate("main", [repository.skills])),
    ):
        pass
    with pytest.raises(UsageError, match="git needs more than 64 MiB"):
        asking.some_output(repository.folder, "log")


def test_git_is_told_to_fetch_by_no_program(repository: Repository, tmp_path: Path) -> None:
    """A file that a partial clone lacks is fetched by what the clone's own settings name."""
    ran = tmp_path / "ran"
    for name, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "."),
        ("remote.origin.uploadpack", f"touch {ran}; false"),
    ):
        git(repository.folder, "config", name, value)
    blob = git(repository.folder, "rev-parse", "main:skills/dns-checker/SKILL.md").strip()
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UsageError, match="not in this clone"), checkout(locate("main", [repository.skills])):
        pass
    assert not ran.exists()
    allowed = {name: value for name, value in asking._environment().items() if name != "GIT_NO_LAZY_FETCH"}
    subprocess.run(
        ["git", "-C", str(repository.folder), "cat-file", "-e", blob],
        env=allowed,
        check=False,
        capture_output=True,
    )
    assert not ran.exists()
