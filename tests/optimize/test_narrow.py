"""A black hole is never given a description that speaks of more than it did."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.flow import steps_named
from skillaudit.optimize.narrow import _parts
from skillaudit.optimize.proof.costs import cost_of
from skillaudit.optimize.proof.prove import _weighty
from skillaudit.optimize.records import Harm
from skillaudit.optimize.words.source import is_narrower, source_of
from skillaudit.requests.gathering import gather
from skillaudit.routing.predict import forecast, spared
from skillaudit.schema import Coverage, Skill
from skillaudit.scoring import LexicalScorer
from tests.conftest import SAMPLES

NONE = Coverage(requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0)


@pytest.mark.parametrize(
    ("text", "before", "narrower"),
    [
        ("Fills forms.", "Fills forms and reads scans.", True),
        ("Fills forms and reads scans.", "Fills forms.", False),
        ("Fills forms. Covers scripts.", "Fills forms.", False),
        ("Fills the forms.", "Fills forms.", False),
        ("Prints labels.", "Fills forms and reads scans.", True),
        ("Prints labels.", "Fills forms.", False),
    ],
)
def test_narrower_means_fewer_telling_words(text: str, before: str, narrower: bool) -> None:
    assert is_narrower(text, before) is narrower


def test_parts_are_headings_of_its_own() -> None:
    heads = ("When to use", "Invoices", "Pitfalls", "Payroll", "Quick start")
    body = "\n".join(f"## {head}\n\n- Something to do\n" for head in heads)
    desk = Skill(id="desk", name="desk", description="Does it.", body=body)
    assert _parts(desk, source_of(desk)) == ["Invoices", "Payroll"]


def test_no_black_hole_of_the_sample_grows() -> None:
    sample = SAMPLES / "black_hole"
    config = Config(scorer="lexical", use_cache=False, requests=(sample / "requests.jsonl",))
    found = optimize(load([sample]), config, only=steps_named("narrow"))
    holes = [edit for edit in found.edits if edit.skills[0] in {"super-helper", "workbench"}]
    assert holes
    for edit in holes:
        assert edit.kind != "describe" or is_narrower(edit.after, edit.before)


@pytest.mark.slow
def test_the_black_holes_of_the_sample_are_narrowed_or_offered() -> None:
    found = optimize(load([SAMPLES / "black_hole"]), Config(use_cache=False, router="older"))
    assert found.proof is not None
    gain = found.proof.test.difference
    assert gain.low is not None
    assert gain.low > 0
    narrowed = {edit.skills[0] for edit in found.accepted if is_narrower(edit.after, edit.before)}
    offered = {edit.skills[0] for offer in found.offers for edit in found.edits if edit.id in offer.edits}
    assert {"workbench", "super-helper"} <= narrowed | offered
    assert not any(edit.skills[0] == "skill-finder" for edit in found.accepted)


def test_what_a_black_hole_takes_weighs_more_than_its_own_requests() -> None:
    sample = SAMPLES / "black_hole"
    config = Config(scorer="lexical", use_cache=False, requests=(sample / "requests.jsonl",))
    found = optimize(load([sample]), config, only=steps_named("narrow"))
    (away,) = [edit for edit in found.accepted if edit.skills == ("super-helper",)]
    assert away.kind == "demote"
    assert away.spares
    assert away.effect is not None
    assert away.effect.lost > 0
    told = found.router
    assert cost_of(away, told) == ""
    assert cost_of(msgspec.structs.replace(away, triggers=None), told)
    assert not _weighty(
        (Harm(skill="super-helper", requests=3, before=1, after=0, edits=(away.id,)),), [away]
    )


def test_false_triggers_are_those_of_the_report() -> None:
    library = load([SAMPLES / "black_hole"])
    skills = library.routable
    requests = gather(library, (SAMPLES / "black_hole" / "requests.jsonl",)).requests
    scorer = LexicalScorer([skill.text for skill in skills])
    size = len(skills)
    report = forecast(
        skills, requests, scorer, families=[""] * size, labels=[-1] * size, neighbors=None, coverage=NONE
    )
    drawn = spared(skills, requests, scorer, None)
    assert max(drawn.values()) > 0.01
    holes = {hole.skill: hole.idle for hole in report.black_holes}
    for row, share in drawn.items():
        assert holes[skills[row].id] == pytest.approx(share)
