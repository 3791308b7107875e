"""What clients show of a library with some edits, and what the edits gain under each."""

from __future__ import annotations

import pytest

from skillaudit.clients import profiles
from skillaudit.config import Config
from skillaudit.optimize.board import rows_for
from skillaudit.optimize.proof.shown import Listed, by_client, shown
from skillaudit.optimize.proof.state import Variant, variant
from skillaudit.optimize.records import Edit
from skillaudit.schema import Estimate, Request, Skill

SKILLS = [
    Skill(id=f"skill-{at}", name=f"skill-{at}", description=f"Handles case {at}. " + "Some more of it. " * 12)
    for at in range(400)
]
EDIT = Edit(
    id="activation-1",
    kind="describe",
    step="activation",
    skills=("skill-0",),
    reason="",
    before=SKILLS[0].description,
    after="Reads barometers.",
)
ASKED = [Request(query="read the barometer", gold=("skill-0",), source="file")]


def test_lists_that_say_the_same_are_judged_once() -> None:
    lists: list[Listed] = []

    def score(listed: Listed) -> Variant:
        lists.append(listed)
        return variant("lexical", *listed, ASKED, None)

    def gain(before: Variant, after: Variant) -> Estimate:
        change = float(after.scores[0, 0] - before.scores[0, 0])
        return Estimate(value=change, low=change, high=change)

    assert rows_for(SKILLS, ASKED)[0]
    found = by_client(SKILLS, [EDIT], Config(scorer="lexical"), score, gain)
    current = [rule.id for rule in profiles() if rule.current and rule.roots]
    assert list(found) == current
    different = {
        tuple(
            (tuple(skill.description for skill in listed), frozenset(gone))
            for edits in ((), (EDIT,))
            for listed, gone, _ in [shown(SKILLS, edits, Config(scorer="lexical", client=client))]
        )
        for client in current
    }
    assert 1 < len(different) < len(current)
    assert len(lists) == 2 * len(different)
    assert max(change.value or 0.0 for change in found.values()) > 0


def test_without_a_client_the_list_is_whole() -> None:
    listed, gone, into = shown(SKILLS, [EDIT], Config())
    assert listed[0].description == "Reads barometers." and listed[1:] == tuple(SKILLS[1:])
    assert not gone and not into


@pytest.mark.parametrize("client", ["codex", "claude-code"])
def test_what_a_client_cuts_is_cut(client: str) -> None:
    listed, gone, _ = shown(SKILLS, [EDIT], Config(client=client))
    assert gone or any(
        skill.description != own.description for skill, own in zip(listed[1:], SKILLS[1:], strict=True)
    )
