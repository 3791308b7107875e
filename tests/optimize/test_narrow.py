"""A black hole is never given a description that speaks of more than it did."""

from __future__ import annotations

import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.flow import steps_named
from skillaudit.optimize.narrow import _parts
from skillaudit.optimize.words.source import is_narrower, source_of
from skillaudit.schema import Skill
from tests.conftest import SAMPLES


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
