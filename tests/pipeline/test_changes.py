"""A library that changes: whatever is kept from before, the report is that of a first audit, byte for byte."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.gate import checkout, locate
from skillaudit.load import load
from skillaudit.pipeline import audit, audit_library, audited_before
from skillaudit.progress import SILENT
from skillaudit.schema import Report
from tests.gate.repository import TOPICS, Repository, skill_text

NOUNS = (
    "invoices",
    "recipes",
    "maps",
    "tables",
    "records",
    "tests",
    "slides",
    "charts",
    "emails",
    "contracts",
)
VERBS = ("Reads", "Draws", "Checks", "Cleans", "Converts", "Sorts", "Merges")


def description(draw: random.Random) -> str:
    one, two = draw.sample(NOUNS, 2)
    return f"{draw.choice(VERBS)} {one} and {two} for {draw.choice(('teams', 'accountants', 'travellers'))}."


def put(folder: Path, name: str, draw: random.Random) -> None:
    """Write a skill with requests of its own."""
    text = skill_text(name, description(draw), (f"please handle my {draw.choice(NOUNS)} today",))
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "SKILL.md").write_text(text, encoding="utf-8")


def add(folder: Path, name: str, draw: random.Random) -> None:
    put(folder, f"new-{draw.randrange(10**6)}", draw)


def remove(folder: Path, name: str, draw: random.Random) -> None:
    shutil.rmtree(folder / name)


def rename(folder: Path, name: str, draw: random.Random) -> None:
    (folder / name).rename(folder / f"moved-{draw.randrange(10**6)}")


def copy(folder: Path, name: str, draw: random.Random) -> None:
    shutil.copytree(folder / name, folder / f"copy-{draw.randrange(10**6)}")


def ask(folder: Path, name: str, draw: random.Random) -> None:
    """Put a file of requests beside a skill, or write it anew."""
    (folder / name / "evals").mkdir(exist_ok=True)
    rows = [
        {"query": f"have a look at these {noun}", "should_trigger": True} for noun in draw.sample(NOUNS, 3)
    ]
    (folder / name / "evals" / "evals.json").write_bytes(msgspec.json.encode(rows))


def hide(folder: Path, name: str, draw: random.Random) -> None:
    """Take a skill from Codex's model, which another file decides."""
    (folder / name / "agents").mkdir(exist_ok=True)
    (folder / name / "agents" / "openai.yaml").write_text(
        "policy:\n  allow_implicit_invocation: false\n", encoding="utf-8"
    )


def spoil(folder: Path, name: str, draw: random.Random) -> None:
    with (folder / name / "SKILL.md").open("a", encoding="utf-8") as file:
        file.write("<!-- skillaudit: ignore SA201 because it is meant so -->\n\u200b")


STEPS: tuple[Callable[[Path, str, random.Random], None], ...] = (
    put, add, remove, rename, copy, ask, hide, spoil,
)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repo")
    draw = random.Random(0)
    for name in TOPICS:
        made.add(name)
    for at in range(18):
        put(made.skills, f"skill-{at}", draw)
    made.commit("one")
    return made


def told(report: Report | None) -> bytes:
    return msgspec.json.encode(report)


@pytest.mark.parametrize("seed", [0, *(pytest.param(more, marks=pytest.mark.slow) for more in (1, 2))])
def test_the_report_after_any_change_is_that_of_a_first_audit(
    repository: Repository, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    kept = Config(scorer="lexical", cache=tmp_path / "kept")
    for number, step in enumerate((*STEPS, *draw.choices(STEPS, k=4))):
        audit([repository.skills], kept)
        before = tmp_path / f"before-{number}"
        shutil.copytree(repository.skills, before)
        for _ in range(draw.choice((1, 1, 3))):
            names = sorted(path.name for path in repository.skills.iterdir())
            step(repository.skills, draw.choice(names), draw)
        fresh = msgspec.structs.replace(kept, cache=tmp_path / f"empty-{number}")
        assert told(audit([repository.skills], kept)) == told(audit([repository.skills], fresh)), step
        if number % 3 == 2:  # take it back, as one does
            shutil.rmtree(repository.skills)
            before.rename(repository.skills)
            fresh = msgspec.structs.replace(kept, use_cache=False)
            assert told(audit([repository.skills], kept)) == told(audit([repository.skills], fresh))


def test_the_report_on_a_commit_is_that_of_a_first_audit(repository: Repository, tmp_path: Path) -> None:
    """Whether its state was audited before, in this commit or in another, under this name or not at all."""
    draw, names, config = (
        random.Random(1),
        [str(repository.skills)],
        Config(scorer="lexical", cache=tmp_path / "kept"),
    )
    fresh, seen = msgspec.structs.replace(config, use_cache=False), 0
    for step in (None, put, add, None, ask, None, rename):
        if step is not None:
            step(repository.skills, draw.choice(sorted(TOPICS)), draw)
        repository.commit("next")
        point = locate("HEAD", names)
        before = audited_before(names, point.state, config)
        assert (before is not None) == (step is None and seen > 0)
        with checkout(point) as revision:
            library = load(revision.sources, called=revision.names)
            first = audit_library(library, fresh, SILENT)
            assert before is None or told(before) == told(first)
            assert told(audit_library(library, config, SILENT, state=revision.state)) == told(first)
        assert told(audited_before(names, point.state, config)) == told(first)
        seen += 1
    assert seen == 7
