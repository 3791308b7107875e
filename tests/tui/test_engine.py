"""The engine: a plan of a real library, proved as it is accepted, and written as it is accepted."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize.apply.export import ANCHOR_NAME, PLAN_NAME
from skillaudit.optimize.records import Node
from skillaudit.progress import SILENT
from skillaudit.tui.engine import Proposed, Worker
from tests.tui.plans import TREE

SOURCE = Path(__file__).parents[2] / "sample_libraries" / "confusable"


@pytest.fixture(scope="module")
def proposed() -> Proposed:
    return Worker([SOURCE], Config(scorer="lexical", use_cache=False)).plan(SILENT)


@pytest.mark.slow
def test_the_forecast_of_what_is_proposed_is_its_proof(proposed: Proposed) -> None:
    assert proposed.found.edits and proposed.found.proof is not None
    judged = proposed.judge(proposed.found.edits, SILENT)
    assert (judged.proof, judged.steps) == (proposed.found.proof, proposed.found.steps)


def test_the_forecast_of_nothing_is_that_of_the_library(proposed: Proposed) -> None:
    refused = [msgspec.structs.replace(edit, accept=False) for edit in proposed.found.edits]
    proof = proposed.judge(refused, SILENT).proof
    assert proof is not None and proof.before == proof.after
    assert (proof.test.gained, proof.test.lost) == (0, 0)


def test_what_is_written_is_what_is_accepted(proposed: Proposed, tmp_path: Path) -> None:
    first = next(edit for edit in proposed.found.edits if edit.after)
    only = [msgspec.structs.replace(edit, accept=edit.id == first.id) for edit in proposed.found.edits]
    written = proposed.export(only, False, True, tmp_path / "new")
    assert written.skills == len(proposed.library.skills) and written.gateways == 0
    before = {skill.id: skill.description for skill in proposed.library.skills}
    after = {skill.id: skill.description for skill in load([tmp_path / "new"]).skills}
    assert {skill for skill in before if before[skill] != after[skill]} == {first.skills[0]}
    assert after[first.skills[0]] == first.after
    assert (tmp_path / "new" / ANCHOR_NAME).exists() == bool(proposed.found.anchor)
    assert (tmp_path / "new" / PLAN_NAME).exists()


def test_the_tree_and_the_paragraph_are_written_where_they_are_accepted(
    proposed: Proposed, tmp_path: Path
) -> None:
    leaves = tuple(
        Node(id=skill.id, name=skill.name, description=skill.description, skill=True)
        for skill in proposed.library.skills
    )
    tree = Node(id="all-skills", name="all", description="Everything.", children=leaves)
    hierarchy = msgspec.structs.replace(TREE, root=(tree,))
    found = msgspec.structs.replace(proposed.found, hierarchy=hierarchy, anchor="Use the right one.")
    whole = Proposed(proposed.library, proposed.config, found)
    assert whole.export((), True, True, tmp_path / "tree").gateways == 1
    assert (tmp_path / "tree" / "all-skills" / "SKILL.md").exists()
    assert (tmp_path / "tree" / ANCHOR_NAME).read_text() == "Use the right one.\n"
    assert whole.export((), False, False, tmp_path / "flat").gateways == 0
    assert not (tmp_path / "flat" / ANCHOR_NAME).exists()
