"""The least used loses its description first, as Claude Code weighs use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from skillaudit.clients import listing
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.records import StepName
from skillaudit.pipeline.ranking import route
from skillaudit.pipeline.whatif import imagine, what_if
from skillaudit.probe.session import ProbeTerms
from skillaudit.probe.session import run as run_probe
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.weighing import weighed
from tests.cli.runner import Runner
from tests.sessions import transcripts


@pytest.fixture
def library(write_skill: Callable[..., Path]) -> Path:
    for name in ("aaa", "bbb", "ccc"):
        write_skill(name, f"{name} " + "does this and that " * 20)
    return write_skill("ddd", "ddd " + "does this and that " * 20).parents[1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Four uses of bbb long ago, two of ddd last week, one of ccc today; none of aaa."""
    for name, day, times in (("bbb", "2026-09-01", 4), ("ddd", "2026-11-23", 2), ("ccc", "2026-11-30", 1)):
        steps = [("ask", "do this and that"), ("load", name)] * times
        transcripts.claude_code(tmp_path, f"one-{name}", steps, day=day)
    return tmp_path / ".claude"


def test_uses_fade_by_half_a_week_down_to_a_tenth(library: Path, home: Path) -> None:
    found = weighed(load([library]), gather([home], ["claude-code"]))
    used = {skill.name: skill.used for skill in found.skills}
    # A skill counts once a turn, and every one of these turns is another.
    assert used == {"aaa": 0.0, "bbb": pytest.approx(0.4), "ccc": 1.0, "ddd": 1.0}
    full = listing(found.skills, "claude-code", context=14_000, order="sessions")
    shown = {entry.name: entry.state for entry in full.entries}
    assert shown["aaa"] == "name-only"
    tight = listing(found.skills, "claude-code", context=14_000, order="declared")
    assert {entry.name: entry.state for entry in tight.entries}["aaa"] == "full"


def test_a_skill_is_of_one_project_where_chance_would_not_bring_that(library: Path, tmp_path: Path) -> None:
    """Of 20 conversations 4 are in the shop, all with bbb; ddd is used in most of the others, ccc in two of them."""
    for at in range(20):
        name = "bbb" if at < 4 else "ccc" if at < 6 else "ddd"
        place = "/code/shop" if at < 4 else f"/code/other-{at % 3}" if name == "ddd" else "/code/other-0"
        steps = [("ask", f"do this and that {at}"), ("load", name)]
        transcripts.claude_code(tmp_path, f"s-{at}", steps, project=place)
    found = weighed(load([library]), gather([tmp_path / ".claude"], ["claude-code"]))
    assert {skill.name: skill.used_in for skill in found.skills if skill.used_in} == {"bbb": "/code/shop"}
    only = tmp_path / "only"
    for at in range(9):
        steps = [("ask", f"do this and that {at}"), ("load", "bbb")]
        transcripts.claude_code(only, f"s-{at}", steps, project="/code/shop")
    found = weighed(load([library]), gather([only / ".claude"], ["claude-code"]))
    assert not any(skill.used_in for skill in found.skills)


def test_the_command_knows_the_order(
    library: Path, home: Path, monkeypatch: pytest.MonkeyPatch, skillaudit: Runner
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    options = ("--client", "claude-code", "--context", 14_000, "--order")
    by_use = skillaudit("listing", library, *options, "sessions")
    assert "aaa does" not in by_use.out and "ccc does" in by_use.out
    assert "aaa does" in skillaudit("listing", library, *options, "declared").out


SUBJECTS = {
    "aaa": "weather rain wind",
    "bbb": "invoices orders",
    "ccc": "charts tables",
    "ddd": "mail letters",
}


def by_whatif(folder: Path, config: Config) -> object:
    return what_if([folder], config, remove=["ddd"]).before.accuracy.value


def by_imagine(folder: Path, config: Config) -> object:
    return imagine([folder], config, ["ddd"], {}).before.accuracy.value


def by_optimize(folder: Path, config: Config) -> object:
    only: tuple[StepName, ...] = ("budget",)
    proof = optimize(load([folder]), config, only=only).proof
    return proof and proof.before.accuracy.value


def by_probe(folder: Path, config: Config) -> object:
    log = folder.parent / f"{config.order}.sqlite"
    found = run_probe([folder], config, ProbeTerms(model="local/lexical", repeats=1, log=log)).result
    return found.arms, found.comparison and found.comparison.predicted_accuracy.value


def by_route(folder: Path, config: Config) -> object:
    return route([folder], "tell me of the weather", config).choices[0].id


@pytest.mark.parametrize("read", [by_whatif, by_imagine, by_optimize, by_probe, by_route])
def test_every_command_that_reads_a_list_knows_the_order(
    read: Callable[[Path, Config], object],
    write_skill: Callable[..., Path],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The skill that alone answers the requests was never used, and so loses the words that it answers by."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    for name, words in SUBJECTS.items():
        folder = write_skill(name, f"{words} " + "does this and that " * 20).parents[1]
    asked = [f"tell me of {word} number {at}" for word in SUBJECTS["aaa"].split() for at in range(4)]
    file = tmp_path / "asked.jsonl"
    file.write_text("\n".join(json.dumps({"query": query, "gold": ["aaa"]}) for query in asked))
    config = Config(
        scorer="lexical",
        client="claude-code",
        context=14_000,
        requests=(file,),
        use_cache=False,
        order="declared",
    )
    by_use = msgspec.structs.replace(config, order="sessions")
    assert read(folder, by_use) != read(folder, config)
