"""Who gets a client's room, and the settings that say so."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pytest

from skillaudit.analysis.neighbors import Block
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.apply.settings import write_settings
from skillaudit.optimize.loadout import loadout, seated, seats, settings
from skillaudit.optimize.records import PLAN_VERSION, Edit, Loadout, Plan, RoutingRates, Seat, Stance
from skillaudit.page.plan import loadout_blocks
from skillaudit.page.text import render
from skillaudit.schema import Estimate, Origin, Site, Skill

LONG = "Handles a matter at length, with many words that a client has no room for. " * 6


def library(count: int, used: tuple[int, ...] = ()) -> list[Skill]:
    return [
        Skill(
            id=f"skill-{at:03}", name=f"skill-{at:03}", description=f"Matter {at}. {LONG}",
            used=5.0 if at in used else 0.0,
        )
        for at in range(count)
    ]  # fmt: skip


def alike(*near: int) -> Block:
    """Similarities where the skills of `near` are like each other and no other two are."""

    def rows(start: int, stop: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        found = np.zeros((stop - start, 60), dtype=np.float32)
        for row in range(start, stop):
            if row in near:
                found[row - start, list(near)] = 0.9
        return found

    return rows


def test_what_is_used_and_what_is_like_another_keeps_its_description() -> None:
    skills = library(60, used=(7,))
    chosen = {
        seat.skill: seat.stance for seat in seats(skills, (), Config(client="claude-code"), alike(3, 4))
    }
    assert {chosen[f"skill-{at:03}"] for at in (3, 4, 7)} == {"pinned"}
    assert list(chosen.values()).count("name") > 30
    found = loadout(skills, (), Config(client="claude-code"), alike(3, 4))
    assert found is not None
    assert found.whole_after >= found.whole_before


def test_what_was_used_in_one_project_alone_is_for_that_project_where_room_is_short(tmp_path: Path) -> None:
    def at_home(skills: list[Skill]) -> list[Skill]:
        homes = {"skill-007": "~/a/shop", "skill-009": "~/b/shop"}
        return [msgspec.structs.replace(skill, used_in=homes.get(skill.id, "")) for skill in skills]

    skills = at_home(library(60, used=(7, 8, 9)))
    chosen = seats(skills, (), Config(client="claude-code"), alike(3, 4))
    stance = {seat.skill: (seat.stance, seat.project) for seat in chosen}
    assert stance["skill-007"] == ("project", "~/a/shop")
    assert stance["skill-008"] == ("pinned", "")
    outside, inside = seated(skills, chosen)[1], seated(skills, chosen, inside=True)[1]
    assert outside - inside == {"skill-007", "skill-009"}
    assert not seats(at_home(library(3)), (), Config(client="claude-code"), alike())
    assert "project" not in {
        seat.stance for seat in seats(skills, (), Config(client="codex", context=4_000), alike())
    }

    found = loadout(skills, (), Config(client="claude-code"), alike(3, 4))
    written = write_settings(found, tmp_path / "out")
    assert written == (
        ".claude/settings.json",
        "projects/shop/.claude/settings.local.json",
        "projects/shop-2/.claude/settings.local.json",
    )
    read = [json.loads((tmp_path / "out" / path).read_text())["skillOverrides"] for path in written]
    assert read[0]["skill-007"] == "user-invocable-only"
    assert read[1:] == [{"skill-007": "on"}, {"skill-009": "on"}]


@pytest.mark.parametrize(("client", "said"), [("codex", "from your home alone"), ("claude-code", "")])
def test_a_client_that_knows_no_settings_of_one_project_says_so(client: str, said: str) -> None:
    found = loadout(library(60, used=(7,)), (), Config(client=client, context=4_000), alike(3, 4))
    assert found is not None and found.settings
    assert said in found.projects and bool(found.projects) is bool(said)
    assert ("for one project only" in render(loadout_blocks(found))) is bool(said)


def test_what_was_never_used_goes_where_a_used_skill_does_the_same() -> None:
    skills = library(5, used=(1,))
    (seat,) = seats(skills, (), Config(client="codex"), alike(0, 1))
    assert (seat.skill, seat.stance, seat.into) == ("skill-000", "manual", "skill-001")
    assert not seats(library(5), (), Config(client="codex"), alike(0, 1))
    seldom = [msgspec.structs.replace(skill, used=skill.used and 1.0) for skill in skills]
    assert not seats(seldom, (), Config(client="codex"), alike(0, 1))
    assert not seats(library(5, used=(0, 1)), (), Config(client="codex"), alike(0, 1))


def test_nothing_is_said_where_everything_fits_or_no_client_is_named() -> None:
    assert loadout(library(3), (), Config(client="claude-code"), alike()) is None
    assert loadout(library(60), (), Config(), alike()) is None


def test_what_a_plan_folds_or_demotes_is_off_or_manual() -> None:
    edits = [
        Edit(
            id="1", kind="fold", step="merge", skills=("skill-000", "skill-001"), reason="", into="skill-001"
        ),
        Edit(id="2", kind="demote", step="narrow", skills=("skill-002",), reason="takes all"),
    ]
    found = seats(library(4), edits, Config(client="codex"), alike())
    assert [(seat.skill, seat.stance, seat.into) for seat in found] == [
        ("skill-000", "off", "skill-001"),
        ("skill-002", "manual", ""),
    ]


@pytest.mark.parametrize(
    ("stance", "after", "idle"),
    [("name", 0.90, True), ("name", 0.91, True), ("name", 0.92, False), ("manual", 0.90, False)],
)
def test_settings_that_gain_nothing_say_so(stance: Stance, after: float, idle: bool) -> None:
    def rates(value: float) -> RoutingRates:
        accuracy, none = (Estimate(value=each, low=each, high=each) for each in (value, 0.0))
        return RoutingRates(accuracy=accuracy, hijack=none, no_skill=none, requests=9)

    found = Loadout(
        client="claude-code", seats=(Seat(skill="a", stance=stance, why=""),), settings=(),
        whole_before=1, whole_after=1, before=rates(0.91), after=rates(after),
    )  # fmt: skip
    assert ("settings gain nothing" in " ".join(render(loadout_blocks(found)).split())) is idle


SEATS = (
    Seat(skill="a", stance="off", why=""),
    Seat(skill="b", stance="manual", why=""),
    Seat(skill="c", stance="name", why=""),
    Seat(skill="shipped", stance="name", why=""),
)
SKILLS = [
    *(Skill(id=name, name=name, description="") for name in "abc"),
    Skill(id="shipped", name="shipped", description="", site=Site(origin=Origin(plugin="p"))),
]


def test_settings_of_every_client_can_be_read_by_it() -> None:
    def read(client: str) -> dict[str, str]:
        return {each.path: each.text for each in settings(SKILLS, SEATS, client)}

    claude = json.loads(read("claude-code")[".claude/settings.json"])["skillOverrides"]
    assert claude == {"a": "off", "b": "user-invocable-only", "c": "name-only"}
    codex = read("codex")
    assert tomllib.loads(codex[".codex/config.toml"])["skills"]["config"] == [{"name": "a", "enabled": False}]
    assert "allow_implicit_invocation: false" in codex["b/agents/openai.yaml"]
    assert json.loads(read("gemini-cli")[".gemini/settings.json"])["skills"]["disabled"] == ["a", "b"]
    assert json.loads(read("opencode")["opencode.json"])["permission"]["skill"]["a"] == "deny"
    assert json.loads(read("openclaw")["openclaw.json"])["skills"]["entries"]["a"] == {"enabled": False}
    assert read("cursor") == {}


def test_a_library_without_requests_is_planned_and_its_settings_written(tmp_path: Path) -> None:
    rows = [{"name": skill.name, "description": skill.description} for skill in library(60)]
    source = tmp_path / "rows.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    found = optimize(load([source]), Config(scorer="lexical", client="claude-code", use_cache=False))
    assert found.proof is None
    assert any("no request speaks" in note for note in found.notes)
    assert write_settings(found.loadout, tmp_path / "out") == (".claude/settings.json",)
    with pytest.raises(Exception, match="exists"):
        write_settings(found.loadout, tmp_path / "out")


def test_settings_are_for_the_library_that_the_same_command_writes(tmp_path: Path) -> None:
    rows = [{"name": skill.name, "description": skill.description} for skill in library(60)]
    source = tmp_path / "rows.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    read = load([source])
    short = [
        Edit(id=skill.id, kind="describe", step="budget", skills=(skill.id,), reason="", accept=True,
             before=skill.description, after=skill.description[:9])
        for skill in read.skills
    ]  # fmt: skip
    plan = Plan(plan_version=PLAN_VERSION, sources=read.sources, edits=tuple(short))
    config = Config(scorer="lexical", client="claude-code", use_cache=False)
    assert optimize(read, config, plan=plan).loadout is not None
    assert optimize(read, config, plan=plan, written=True).loadout is None


HOSTILE = ("../../../out", "..", "/abs", "a/../../b", ".ssh", "~", "\U0001f600", 'q"\\u', "*", "a?")


@pytest.mark.parametrize("client", ["claude-code", "codex", "gemini-cli", "opencode", "openclaw"])
@pytest.mark.parametrize("stance", ["off", "manual"])
def test_no_name_leads_out_of_the_folder_or_speaks_for_others(
    client: str, stance: Stance, tmp_path: Path
) -> None:
    skills = [Skill(id=name, name=name, description="Does it.") for name in HOSTILE]
    chosen = tuple(Seat(skill=name, stance=stance, why="w") for name in HOSTILE)
    made = Loadout(
        client=client, seats=chosen, settings=settings(skills, chosen, client), whole_before=0, whole_after=0
    )
    target = tmp_path / "deep" / "er" / "new"
    target.parent.mkdir(parents=True)
    write_settings(made, target)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and all(path.is_relative_to(target) for path in files)
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            assert {one["name"] for one in tomllib.loads(text)["skills"]["config"]} == set(HOSTILE)
        if client == "opencode":
            assert not {"a?", "ab"} & json.loads(text)["permission"]["skill"].keys()
            assert json.loads(text)["permission"]["skill"]["*"] == "allow"
